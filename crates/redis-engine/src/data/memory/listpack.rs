//! Sizes of listpacks. A listpack is Redis's encoding for small lists, hashes, sets and sorted sets, and for the nodes
//! of large lists. It is a single allocation with all elements, in which each element is followed by its length, and
//! integers are stored in binary.

use super::allocator::size_class;
use crate::number;

/// Size of an empty listpack in bytes: its header and its end marker.
pub const EMPTY: usize = 7;

/// Returns the size of an element in a listpack, in bytes.
pub fn entry_size(element: &[u8]) -> usize {
    // The decimal form of an i64 has at most 20 bytes, so a longer element is not parsed.
    let integer = if element.len() <= 20 { number::parse_integer(element) } else { None };
    match integer {
        Some(n) => integer_entry_size(n),
        None => {
            let header = [1, 2, 5][usize::from(element.len() >= 64) + usize::from(element.len() >= 4096)];
            with_back_length(header + element.len())
        }
    }
}

/// Returns the size of an integer in a listpack, in bytes.
pub fn integer_entry_size(n: i64) -> usize {
    with_back_length(match n {
        0..=127 => 1,
        -4096..=4095 => 2,
        -0x8000..=0x7fff => 3,
        -0x80_0000..=0x7f_ffff => 4,
        -0x8000_0000..=0x7fff_ffff => 5,
        _ => 9,
    })
}

fn with_back_length(encoded: usize) -> usize {
    encoded
        + match encoded {
            0..=127 => 1,
            128..=16_382 => 2,
            16_383..=2_097_150 => 3,
            2_097_151..=268_435_454 => 4,
            _ => 5,
        }
}

/// The size of a listpack. It is updated as entries are added and removed, so that it need not be computed from all
/// entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listpack {
    bytes: usize,
}

impl Default for Listpack {
    fn default() -> Self {
        Listpack { bytes: EMPTY }
    }
}

impl Listpack {
    /// Adds an entry of the given size in bytes.
    pub fn add(&mut self, entry: usize) {
        self.bytes += entry;
    }

    /// Removes an entry of the given size in bytes.
    pub fn remove(&mut self, entry: usize) {
        self.bytes -= entry;
    }

    pub fn allocated(self) -> usize {
        size_class(self.bytes)
    }
}
