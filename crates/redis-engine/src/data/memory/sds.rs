//! Sizes of `sds`, Redis's string type. Such a string consists of a header whose size depends on the length, the bytes,
//! and a NUL byte. A string that was lengthened has spare room.

use super::allocator::size_class;

/// Maximum spare room in bytes. A string that is shorter than this gets room for twice its length when it grows
/// (`SDS_MAX_PREALLOC`).
const MAX_SPARE: usize = 1 << 20;

/// Returns the size in bytes of the header of a string of the given length. The header of a string of 32 bytes or more
/// also stores the allocated size (`sdsReqType`).
pub fn header(length: usize) -> usize {
    match length {
        0..32 => 1,
        32..=252 => 3,
        253..=65_530 => 5,
        65_531..=0xffff_fff6 => 9,
        _ => 17,
    }
}

/// Returns the size in bytes of a string with its header and terminating NUL byte, before the allocator rounds it up.
pub fn requested(length: usize) -> usize {
    header(length) + length + 1
}

/// Returns the allocated size in bytes of a string without spare room.
pub fn allocated(length: usize) -> usize {
    size_class(requested(length))
}

/// An allocation that holds a string and may have room for it to grow.
#[derive(Debug, Clone, Copy, Default)]
pub struct Allocation {
    /// Allocated size in bytes, or 0 if nothing has been allocated yet.
    allocated: usize,
    /// Maximum length of the string in this allocation.
    capacity: usize,
}

impl Allocation {
    /// Returns the allocation for a string without spare room.
    pub fn exact(length: usize) -> Self {
        let allocated = allocated(length);
        let capacity = match (length, header(length)) {
            // Redis expects an empty string to grow, and gives it the next larger header, which has 3 bytes.
            (0, _) => allocated - 3 - 1,
            // The smallest header cannot describe spare room, so there is none.
            (_, 1) => length,
            (_, header) => allocated - header - 1,
        };
        Allocation { allocated, capacity }
    }

    /// Returns the allocation after the string's length has changed to `length`. If the old allocation is too small,
    /// the new one has room for twice the length (`sdsMakeRoomFor`). An allocation never shrinks.
    pub fn resized(self, length: usize) -> Self {
        if self.allocated == 0 {
            return Allocation::exact(length);
        }
        if length <= self.capacity {
            return self;
        }
        Allocation::with_room_for(if length < MAX_SPARE { 2 * length } else { length + MAX_SPARE })
    }

    /// Returns the allocation for a string that is expected to grow to the given length (`sdsResize`).
    pub fn with_room_for(length: usize) -> Self {
        // The smallest header cannot describe spare room, so a larger one is used.
        let header = header(length).max(3);
        let allocated = size_class(header + length + 1);
        Allocation { allocated, capacity: allocated - header - 1 }
    }

    pub fn allocated(self) -> usize {
        self.allocated
    }

    pub fn capacity(self) -> usize {
        self.capacity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_that_grows_is_allocated_twice_its_length() {
        let of_5 = Allocation::exact(5);
        assert_eq!(of_5.allocated(), 8);
        let of_11 = of_5.resized(11);
        assert_eq!((of_11.allocated(), of_11.resized(28).allocated()), (32, 32));
        assert_eq!(of_11.resized(29).allocated(), 64);
        assert_eq!((Allocation::exact(0).resized(4).allocated(), Allocation::exact(0).resized(5).allocated()), (8, 16));
        assert_eq!(Allocation::default().resized(11).allocated(), 16);
        assert_eq!(Allocation::exact(1 << 20).resized(1_310_720).allocated(), 2_621_440);
    }
}
