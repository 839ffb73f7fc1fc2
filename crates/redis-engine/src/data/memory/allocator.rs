//! Allocation sizes of jemalloc. Redis reports the sizes of its allocations, which are larger than the sizes requested.

/// Returns the number of bytes that jemalloc allocates for a request of `bytes` bytes. Up to 64 bytes, this is a
/// multiple of 8. Above, there are four sizes per power of two. Redis builds jemalloc with these size classes
/// (`--with-lg-quantum=3` in `deps/Makefile`).
pub fn size_class(bytes: usize) -> usize {
    match bytes {
        0..=8 => 8,
        9..=64 => bytes.next_multiple_of(8),
        _ => bytes.next_multiple_of(1 << ((bytes - 1).ilog2() - 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_the_next_of_a_class() {
        let classes = [
            (0, 8),
            (8, 8),
            (9, 16),
            (57, 64),
            (64, 64),
            (65, 80),
            (80, 80),
            (81, 96),
            (128, 128),
            (129, 160),
            (257, 320),
            (10_000, 10_240),
            (32_769, 40_960),
            (1_000_006, 1_048_576),
            (1_048_577, 1_310_720),
        ]; // measured on a real Redis server, with `MEMORY USAGE` for string values
        for (bytes, class) in classes {
            assert_eq!(size_class(bytes), class, "{bytes}");
        }
    }
}
