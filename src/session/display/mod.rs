//! Data types for the output of a session. `render` lays them out as text.

pub mod cost_comparison;
pub mod help;
pub mod lesson_status;
pub mod timeline;
pub mod wire;

/// Formats a number of bytes in the largest unit in which it is an integer: `1 GB`, `1536 MB`, `1000 bytes`.
pub fn memory_size(bytes: u64) -> String {
    let units = [("GB", 30), ("MB", 20), ("kB", 10)];
    let fits = |(_, shift): &(&str, u32)| bytes > 0 && bytes.trailing_zeros() >= *shift;
    match units.into_iter().find(fits) {
        Some((unit, shift)) => format!("{} {unit}", bytes >> shift),
        None => format!("{bytes} bytes"),
    }
}

/// Formats a number with commas as thousands separators.
pub fn with_commas(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group)).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::memory_size;

    #[test]
    fn sizes_have_the_largest_unit_without_a_fraction() {
        for (bytes, text) in
            [(1 << 30, "1 GB"), (3 << 29, "1536 MB"), (64 << 10, "64 kB"), (1000, "1000 bytes"), (0, "0 bytes")]
        {
            assert_eq!(memory_size(bytes), text);
        }
    }
}
