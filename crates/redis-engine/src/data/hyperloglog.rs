//! HyperLogLogs: strings that estimate how many different elements were added to them.
//!
//! A HyperLogLog has 16,384 registers. An element's hash selects a register, and the register keeps the longest run of
//! zero bits that any of its elements had in the rest of the hash. Long runs are rare, so they show that many elements
//! were added. The string consists of a header of 16 bytes and the registers. The header has the magic bytes `HYLL`, a
//! byte for the encoding, three unused bytes, and the last estimate in eight bytes. The highest bit of the estimate is
//! set if the registers have changed since.
//!
//! There are two encodings, whose bytes are those of Redis:
//! - `dense`: six bits per register, lowest bits first.
//! - `sparse`: runs of equal registers. `00llllll` is a run of up to 64 zeros, `01llllll llllllll` one of up to 16,384
//!   zeros, and `1vvvvvll` a run of up to 4 registers with a value of up to 32. Lengths and values are stored minus 1.

mod sparse;

use super::memory::sds::Allocation;
use super::string::{RawString, Str};

pub(crate) use sparse::Run;

/// Number of registers.
pub const REGISTERS: usize = 1 << INDEX_BITS;
/// Number of bits of a hash that select the register.
const INDEX_BITS: u32 = 14;
/// Number of bits of a hash in which the run of zeros is counted.
const RUN_BITS: u32 = 64 - INDEX_BITS;
/// Number of bytes before the registers.
const HEADER: usize = 16;
/// Number of bits of a register in the dense encoding.
const REGISTER_BITS: usize = 6;
/// Length in bytes of a string in the dense encoding.
const DENSE_LENGTH: usize = HEADER + REGISTERS * REGISTER_BITS / 8;
/// Position of the byte for the encoding.
const ENCODING_AT: usize = 4;
/// Position of the last byte of the estimate.
const LAST_CACHE_BYTE: usize = 15;

/// The registers are invalid: they are not 16,384, or do not fit their encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrupted;

/// How the registers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Six bits per register.
    Dense,
    /// Runs of equal registers.
    Sparse,
}

/// Returns the encoding of a string if it has the header and the length of a HyperLogLog, or `None` otherwise. Does
/// not check the registers of a sparse string.
pub fn encoding(bytes: &[u8]) -> Option<Encoding> {
    if bytes.len() < HEADER || !bytes.starts_with(b"HYLL") {
        return None;
    }
    match bytes[ENCODING_AT] {
        0 if bytes.len() == DENSE_LENGTH => Some(Encoding::Dense),
        1 => Some(Encoding::Sparse),
        _ => None,
    }
}

/// Computes the 64-bit MurmurHash2 (`MurmurHash64A`) of an element, with the seed that Redis uses.
fn hash(element: &[u8]) -> u64 {
    const SEED: u64 = 0xadc8_3b19;
    const MULTIPLIER: u64 = 0xc6a4_a793_5bd1_e995;
    const SHIFT: u32 = 47;
    let mut hash = SEED ^ (element.len() as u64).wrapping_mul(MULTIPLIER);
    let (words, rest) = element.as_chunks::<8>();
    for word in words {
        let mut mixed = u64::from_le_bytes(*word).wrapping_mul(MULTIPLIER);
        mixed ^= mixed >> SHIFT;
        hash = (hash ^ mixed.wrapping_mul(MULTIPLIER)).wrapping_mul(MULTIPLIER);
    }
    if !rest.is_empty() {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(MULTIPLIER);
    }
    hash = (hash ^ hash >> SHIFT).wrapping_mul(MULTIPLIER);
    hash ^ hash >> SHIFT
}

/// Returns the register that an element belongs to, and the value that the element gives to it: the length of the run
/// of zero bits, plus 1.
pub fn register_of(element: &[u8]) -> (usize, u8) {
    let hash = hash(element);
    // The bit after the others ends a run that would otherwise have no end.
    let rest = hash >> INDEX_BITS | 1 << RUN_BITS;
    (hash as usize % REGISTERS, rest.trailing_zeros() as u8 + 1)
}

/// Returns the value of a register in the dense encoding. `registers` are the bytes after the header.
fn dense_register(registers: &[u8], index: usize) -> u8 {
    let (at, shift) = (index * REGISTER_BITS / 8, index * REGISTER_BITS % 8);
    let next = registers.get(at + 1).copied().unwrap_or(0);
    (u16::from_le_bytes([registers[at], next]) >> shift) as u8 & 0x3f
}

/// Sets a register in the dense encoding. `registers` are the bytes after the header.
fn set_dense_register(registers: &mut [u8], index: usize, value: u8) {
    let (at, shift) = (index * REGISTER_BITS / 8, index * REGISTER_BITS % 8);
    let next = registers.get(at + 1).copied().unwrap_or(0);
    let pair = u16::from_le_bytes([registers[at], next]) & !(0x3f << shift) | u16::from(value) << shift;
    let [low, high] = pair.to_le_bytes();
    registers[at] = low;
    if let Some(next) = registers.get_mut(at + 1) {
        *next = high;
    }
}

/// Returns the values of all registers of a HyperLogLog.
///
/// # Errors
/// Returns `Corrupted` if the runs of a sparse string do not have 16,384 registers.
pub fn registers(bytes: &[u8]) -> Result<Vec<u8>, Corrupted> {
    let mut values = vec![0; REGISTERS];
    merge(&mut values, bytes)?;
    Ok(values)
}

/// Raises each of `maxima` to the value of the same register of a HyperLogLog, if this is greater.
///
/// # Errors
/// Returns `Corrupted` if the runs of a sparse string do not have 16,384 registers. Some of `maxima` may have been
/// raised.
pub fn merge(maxima: &mut [u8], bytes: &[u8]) -> Result<(), Corrupted> {
    let registers = &bytes[HEADER..];
    if encoding(bytes) == Some(Encoding::Dense) {
        // Four registers take up three bytes.
        for (maxima, bytes) in maxima.as_chunks_mut::<4>().0.iter_mut().zip(registers.as_chunks::<3>().0) {
            let word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]);
            for (at, max) in maxima.iter_mut().enumerate() {
                *max = (*max).max((word >> (REGISTER_BITS * at)) as u8 & 0x3f);
            }
        }
        return Ok(());
    }
    let mut first = 0;
    for run in sparse::runs(registers) {
        let covered = maxima.get_mut(first..first + run.length).ok_or(Corrupted)?;
        if run.value > 0 {
            covered.iter_mut().for_each(|max| *max = (*max).max(run.value));
        }
        first += run.length;
    }
    if first == REGISTERS { Ok(()) } else { Err(Corrupted) }
}

/// Returns the estimate that a HyperLogLog's header holds, or `None` if it is out of date.
pub fn cached_estimate(bytes: &[u8]) -> Option<i64> {
    let cached = bytes[LAST_CACHE_BYTE - 7..].first_chunk().map(|bytes| i64::from_le_bytes(*bytes));
    cached.filter(|estimate| *estimate >= 0)
}

/// Estimates the number of different elements in a HyperLogLog.
///
/// # Errors
/// Returns `Corrupted` if the runs of a sparse string do not have 16,384 registers.
pub fn estimate(bytes: &[u8]) -> Result<i64, Corrupted> {
    let mut counts = [0; 64];
    if encoding(bytes) == Some(Encoding::Dense) {
        return registers(bytes).map(|values| estimate_from_registers(&values));
    }
    let mut first = 0;
    for run in sparse::runs(&bytes[HEADER..]) {
        counts[usize::from(run.value)] += run.length;
        first += run.length;
    }
    if first == REGISTERS { Ok(estimate_from_counts(&counts)) } else { Err(Corrupted) }
}

/// Estimates the number of different elements from the values of all registers.
pub fn estimate_from_registers(values: &[u8]) -> i64 {
    let mut counts = [0; 64];
    values.iter().for_each(|&value| counts[usize::from(value)] += 1);
    estimate_from_counts(&counts)
}

/// Estimates the number of different elements from how many registers have each value, with the estimator of Otmar
/// Ertl (arXiv:1702.01284) that Redis uses. The operations are in the same order as in Redis, so that the rounding is
/// the same.
fn estimate_from_counts(counts: &[usize; 64]) -> i64 {
    const ALPHA: f64 = 0.721_347_520_444_481_7;
    const REGISTERS: f64 = self::REGISTERS as f64;
    let run_bits = RUN_BITS as usize;
    let mut z = REGISTERS * tau((REGISTERS - counts[run_bits + 1] as f64) / REGISTERS);
    for &count in counts[1..=run_bits].iter().rev() {
        z = (z + count as f64) * 0.5;
    }
    z += REGISTERS * sigma(counts[0] as f64 / REGISTERS);
    let estimate = (ALPHA * REGISTERS * REGISTERS / z).round();
    // If all registers of a string that was not made by PFADD are higher than possible, Redis converts infinity to this
    // number.
    if estimate.is_finite() { estimate as i64 } else { i64::MIN }
}

/// The function σ of Ertl's estimator.
fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if before == z {
            return z;
        }
    }
}

/// The function τ of Ertl's estimator.
fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if before == z {
            return z / 3.0;
        }
    }
}

/// Iterates over the runs of equal registers of a sparse HyperLogLog, in order.
pub(crate) fn sparse_runs(bytes: &[u8]) -> impl Iterator<Item = Run> {
    sparse::runs(&bytes[HEADER..])
}

/// A HyperLogLog that is modified in place.
pub(crate) struct HyperLogLog<'a> {
    text: &'a mut RawString,
    /// The configuration parameter `hll-sparse-max-bytes`: maximum length in bytes of a sparse string.
    max_sparse_bytes: usize,
}

impl<'a> HyperLogLog<'a> {
    /// Starts to modify a string, whose encoding becomes `raw`. The string must be a HyperLogLog.
    pub fn new(value: &'a mut Str, max_sparse_bytes: usize) -> Self {
        HyperLogLog { text: value.make_raw_mut(), max_sparse_bytes }
    }

    /// Returns the bytes of a HyperLogLog to which nothing was added, in the sparse encoding.
    pub fn empty() -> Vec<u8> {
        let mut bytes = b"HYLL\x01".to_vec();
        bytes.resize(HEADER, 0);
        sparse::push_zeros(&mut bytes, REGISTERS);
        bytes
    }

    pub fn bytes(&self) -> &[u8] {
        self.text
    }

    fn is_dense(&self) -> bool {
        self.text[ENCODING_AT] == 0
    }

    /// Adds an element. Returns whether a register has changed.
    ///
    /// # Errors
    /// Returns `Corrupted` if the string is sparse and its runs are invalid.
    pub fn add(&mut self, element: &[u8]) -> Result<bool, Corrupted> {
        let (index, value) = register_of(element);
        self.raise(index, value)
    }

    /// Raises a register to the given value, unless it is already as high. Returns whether it has changed.
    ///
    /// # Errors
    /// Returns `Corrupted` if the string is sparse and its runs are invalid.
    pub fn raise(&mut self, index: usize, value: u8) -> Result<bool, Corrupted> {
        if !self.is_dense() {
            return self.raise_sparse(index, value);
        }
        let registers = &mut self.text.bytes_mut()[HEADER..];
        let is_higher = value > dense_register(registers, index);
        if is_higher {
            set_dense_register(registers, index, value);
        }
        Ok(is_higher)
    }

    fn raise_sparse(&mut self, index: usize, value: u8) -> Result<bool, Corrupted> {
        if value > sparse::MAX_VALUE {
            return self.raise_after_conversion(index, value);
        }
        self.reserve();
        let max_length = self.max_sparse_bytes.saturating_sub(HEADER);
        match sparse::raise(self.text.bytes_mut(), HEADER, index, value, max_length)? {
            sparse::Outcome::Same => Ok(false),
            sparse::Outcome::Raised => {
                self.invalidate_estimate();
                Ok(true)
            }
            sparse::Outcome::TooLong => self.raise_after_conversion(index, value),
        }
    }

    fn raise_after_conversion(&mut self, index: usize, value: u8) -> Result<bool, Corrupted> {
        self.make_dense()?;
        self.raise(index, value)
    }

    /// Makes room for an update of a sparse string, which adds up to three bytes, as Redis does: the allocation has
    /// room for twice the length, or for 300 bytes more if that is less, but at most for `max_sparse_bytes`.
    fn reserve(&mut self) {
        let (length, capacity) = (self.text.len(), self.text.allocation().capacity());
        if capacity < self.max_sparse_bytes && capacity.saturating_sub(length) < 3 {
            let enough = length + 3;
            let target_length = (enough + enough.min(300)).min(self.max_sparse_bytes).max(length);
            self.text.set_allocation(Allocation::with_room_for(target_length));
        }
    }

    /// Converts a sparse string to the dense encoding. Returns whether it was sparse.
    ///
    /// # Errors
    /// Returns `Corrupted` if the runs are invalid.
    pub fn make_dense(&mut self) -> Result<bool, Corrupted> {
        if self.is_dense() {
            return Ok(false);
        }
        let values = registers(self.text)?;
        let mut dense = self.text[..HEADER].to_vec();
        dense[ENCODING_AT] = 0;
        dense.resize(DENSE_LENGTH, 0);
        for (index, &value) in values.iter().enumerate().filter(|(_, value)| **value > 0) {
            set_dense_register(&mut dense[HEADER..], index, value);
        }
        *self.text = RawString::new(dense);
        Ok(true)
    }

    /// Marks the estimate in the header as out of date.
    pub fn invalidate_estimate(&mut self) {
        self.text.bytes_mut()[LAST_CACHE_BYTE] |= 0x80;
    }

    /// Stores an estimate in the header.
    pub fn cache_estimate(&mut self, estimate: i64) {
        self.text.bytes_mut()[LAST_CACHE_BYTE - 7..=LAST_CACHE_BYTE].copy_from_slice(&estimate.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_have_the_same_registers() {
        let mut sparse = Str::raw(HyperLogLog::empty());
        let mut dense = sparse.clone();
        HyperLogLog::new(&mut dense, 0).make_dense().unwrap();
        for n in 0..20_000_u32 {
            let element = n.to_string();
            let changed = HyperLogLog::new(&mut sparse, 40_000).add(element.as_bytes()).unwrap();
            assert_eq!(HyperLogLog::new(&mut dense, 0).add(element.as_bytes()), Ok(changed), "{n}");
            if n.is_multiple_of(997) {
                assert_eq!(registers(&sparse.bytes()), registers(&dense.bytes()), "{n}");
                assert_eq!(estimate(&sparse.bytes()), estimate(&dense.bytes()), "{n}");
            }
        }
        assert_eq!(
            [encoding(&sparse.bytes()), encoding(&dense.bytes())],
            [Some(Encoding::Sparse), Some(Encoding::Dense)]
        );
        let error = estimate(&dense.bytes()).unwrap() - 20_000;
        assert!(error.abs() < 600, "{error}");
    }
}
