//! The sparse encoding of a HyperLogLog: runs of equal registers. Every change results in the same bytes as in Redis.

use super::{Corrupted, REGISTERS};

/// Maximum value of a register in the sparse encoding.
pub(super) const MAX_VALUE: u8 = 32;
/// Maximum length of a run of registers with a value other than 0.
const MAX_VALUES: usize = 4;
/// Maximum length of a run of zeros that takes up one byte.
const MAX_SHORT_ZEROS: usize = 64;
/// Number of runs that are examined after a change to find neighbours with the same value.
const MERGE_WINDOW: usize = 5;

/// A run of equal registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// The value of the registers.
    pub value: u8,
    /// Number of registers.
    pub length: usize,
    /// Number of bytes that the run takes up: 2 for a long run of zeros, and 1 for all others.
    pub width: usize,
}

impl Run {
    /// Parses the run at the beginning of `bytes`, which must not be empty. A missing second byte counts as 0, like the
    /// NUL that follows a string in Redis.
    fn parse(bytes: &[u8]) -> Run {
        let (first, second) = (bytes[0], bytes.get(1).copied().unwrap_or(0));
        match first >> 6 {
            0 => Run { value: 0, length: usize::from(first & 0x3f) + 1, width: 1 },
            1 => Run { value: 0, length: (usize::from(first & 0x3f) << 8 | usize::from(second)) + 1, width: 2 },
            _ => Run { value: (first >> 2 & 0x1f) + 1, length: usize::from(first & 3) + 1, width: 1 },
        }
    }
}

/// Iterates over the runs of registers. `bytes` are those after the header.
pub(super) fn runs(mut bytes: &[u8]) -> impl Iterator<Item = Run> {
    std::iter::from_fn(move || {
        let run = (!bytes.is_empty()).then(|| Run::parse(bytes))?;
        bytes = &bytes[run.width.min(bytes.len())..];
        Some(run)
    })
}

/// Returns the byte for a run of registers with a value other than 0.
fn value_run(value: u8, length: usize) -> u8 {
    0x80 | (value - 1) << 2 | (length - 1) as u8
}

/// Appends a run of zeros.
pub(super) fn push_zeros(bytes: &mut Vec<u8>, length: usize) {
    let stored = length - 1;
    if length > MAX_SHORT_ZEROS {
        bytes.push(0x40 | (stored >> 8) as u8);
    }
    bytes.push(stored as u8);
}

/// Appends a run of registers with any value. Has no effect if the length is 0.
fn push_run(bytes: &mut Vec<u8>, value: u8, length: usize) {
    match (value, length) {
        (_, 0) => {}
        (0, _) => push_zeros(bytes, length),
        _ => bytes.push(value_run(value, length)),
    }
}

/// What `raise` did.
pub(super) enum Outcome {
    /// The register was already as high.
    Same,
    Raised,
    /// The register was not changed, because the runs would become too long.
    TooLong,
}

/// Raises a register to `value`, which must be from 1 to `MAX_VALUE`, unless it is already as high. The runs begin at
/// `start` and may have up to `max_length` bytes.
///
/// # Errors
/// Returns `Corrupted` if no run covers the register.
pub(super) fn raise(
    bytes: &mut Vec<u8>,
    start: usize,
    index: usize,
    value: u8,
    max_length: usize,
) -> Result<Outcome, Corrupted> {
    let (mut at, mut first, mut previous) = (start, 0, start);
    let run = loop {
        let run = bytes.get(at..).filter(|rest| !rest.is_empty()).map(Run::parse).ok_or(Corrupted)?;
        if index < first + run.length {
            break run;
        }
        (previous, first, at) = (at, first + run.length, at + run.width);
    };
    if run.value >= value {
        return Ok(Outcome::Same);
    }
    if run.length == 1 && run.width == 1 {
        bytes[at] = value_run(value, 1);
    } else {
        let mut split = Vec::with_capacity(5);
        push_run(&mut split, run.value, index - first);
        split.push(value_run(value, 1));
        push_run(&mut split, run.value, first + run.length - 1 - index);
        let length = bytes.len() + split.len() - run.width;
        if split.len() > run.width && length - start > max_length {
            return Ok(Outcome::TooLong);
        }
        let width = run.width.min(bytes.len() - at);
        bytes.splice(at..at + width, split);
        // The string is longer only if the second byte of its last run was missing.
        bytes.truncate(length);
    }
    merge_neighbours(bytes, previous);
    Ok(Outcome::Raised)
}

/// Joins neighbouring runs with the same value, in a window of runs that begins at `at`.
fn merge_neighbours(bytes: &mut Vec<u8>, mut at: usize) {
    for _ in 0..MERGE_WINDOW {
        let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) else { return };
        let run = Run::parse(rest);
        if run.value > 0
            && let Some(next) = rest.get(1..).filter(|rest| !rest.is_empty()).map(Run::parse)
            && next.value == run.value
            && run.length + next.length <= MAX_VALUES
        {
            bytes[at] = value_run(run.value, run.length + next.length);
            bytes.remove(at + 1);
            continue;
        }
        at += run.width;
    }
}

const _: () = assert!(REGISTERS <= 1 << 14, "the length of a run has 14 bits");
