//! Listpacks: Redis's small lists, hashes, sets and sorted sets, and the nodes of its large lists. All elements stand in
//! one piece, integers as such, each with its length behind it.

use super::allocator::size_class;
use crate::number;

/// What an empty listpack takes, in bytes: its header and its end mark.
pub const EMPTY: usize = 7;

/// What an element takes, in bytes.
pub fn entry(element: &[u8]) -> usize {
    // 20 bytes hold the longest i64.
    let integer = if element.len() <= 20 { number::parse_integer(element) } else { None };
    match integer {
        Some(n) => integer_entry(n),
        None => {
            let header = [1, 2, 5][usize::from(element.len() >= 64) + usize::from(element.len() >= 4096)];
            with_length_behind(header + element.len())
        }
    }
}

/// What an integer takes, in bytes.
pub fn integer_entry(n: i64) -> usize {
    with_length_behind(match n {
        0..=127 => 1,
        -4096..=4095 => 2,
        -0x8000..=0x7fff => 3,
        -0x80_0000..=0x7f_ffff => 4,
        -0x8000_0000..=0x7fff_ffff => 5,
        _ => 9,
    })
}

fn with_length_behind(encoded: usize) -> usize {
    encoded
        + match encoded {
            0..=127 => 1,
            128..=16_382 => 2,
            16_383..=2_097_150 => 3,
            2_097_151..=268_435_454 => 4,
            _ => 5,
        }
}

/// The length of a listpack as its entries come and go: it is kept, so that nobody has to walk through them.
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
    /// An entry of so many bytes came.
    pub fn add(&mut self, entry: usize) {
        self.bytes += entry;
    }

    /// An entry of so many bytes went.
    pub fn remove(&mut self, entry: usize) {
        self.bytes -= entry;
    }

    pub fn allocated(self) -> usize {
        size_class(self.bytes)
    }
}
