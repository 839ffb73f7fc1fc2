//! LZF: the compression of long strings in DUMP's payloads.
//!
//! Compressed data consists of runs of literal bytes and of references to earlier bytes. A control byte below 32
//! precedes a run, and is its length less one. Another control byte begins a reference: its upper three bits hold the
//! length less two, or 7 if a byte with the rest of the length follows, and its lower five bits with the next byte hold
//! the distance less one. The compressor finds the same references as that of Redis, so the bytes are the same.

/// Number of bits of the index into the table of earlier positions.
const INDEX_BITS: u32 = 16;
/// Maximum number of bytes of a run.
const MAX_RUN: usize = 32;
/// Maximum distance of a reference in bytes.
const MAX_DISTANCE: usize = 1 << 13;
/// Maximum number of bytes that a reference copies, less two.
const MAX_COPY: usize = (1 << 8) + (1 << 3);

/// Returns the index into the table for the three bytes at a position.
fn table_index(input: &[u8], at: usize) -> usize {
    let three = u32::from(input[at]) << 16 | u32::from(input[at + 1]) << 8 | u32::from(input[at + 2]);
    ((three >> (24 - INDEX_BITS)).wrapping_sub(three.wrapping_mul(5)) & ((1 << INDEX_BITS) - 1)) as usize
}

/// Returns the compressed form of `input`, or `None` if it would not fit into `limit` bytes.
pub fn compress(input: &[u8], limit: usize) -> Option<Vec<u8>> {
    let length = input.len();
    if length < 3 || limit == 0 {
        return None;
    }
    // For each index, the latest position with such bytes, plus one. 0 means that there is none.
    let mut table = vec![0_usize; 1 << INDEX_BITS];
    let mut output = vec![0];
    let (mut at, mut run) = (0, 0);
    while at < length - 2 {
        let slot = &mut table[table_index(input, at)];
        let earlier = std::mem::replace(slot, at + 1);
        // As in Redis, the first position is never referred to.
        let found = earlier
            .checked_sub(1)
            .filter(|&from| from > 0 && at - from - 1 < MAX_DISTANCE && input[from..from + 3] == input[at..at + 3]);
        let Some(from) = found else {
            if output.len() >= limit {
                return None;
            }
            push_literal(&mut output, &mut run, input[at]);
            at += 1;
            continue;
        };
        if output.len() - usize::from(run == 0) + 4 >= limit {
            return None;
        }
        end_run(&mut output, run);
        let copied = copied_length(input, from, at);
        let distance = at - from - 1;
        let code = copied - 2;
        if code < 7 {
            output.push((distance >> 8 | code << 5) as u8);
        } else {
            output.push((distance >> 8 | 7 << 5) as u8);
            output.push((code - 7) as u8);
        }
        output.push(distance as u8);
        output.push(0);
        run = 0;
        at += copied;
        if at >= length - 2 {
            break;
        }
        for position in [at - 2, at - 1] {
            table[table_index(input, position)] = position + 1;
        }
    }
    if output.len() + 3 > limit {
        return None;
    }
    for &byte in &input[at..] {
        push_literal(&mut output, &mut run, byte);
    }
    end_run(&mut output, run);
    Some(output)
}

/// Returns how many bytes a reference from `at` to `from` copies. At least three bytes are equal.
fn copied_length(input: &[u8], from: usize, at: usize) -> usize {
    let max = (input.len() - at - 2).min(MAX_COPY);
    let mut length = 2;
    // As in Redis, the first bytes are compared without regard to the maximum, if it is not too small.
    if max > 16 {
        while length < 18 {
            length += 1;
            if input[from + length] != input[at + length] {
                return length;
            }
        }
    }
    loop {
        length += 1;
        if length >= max || input[from + length] != input[at + length] {
            return length;
        }
    }
}

/// Appends a byte to the current run of `run` bytes. The control byte of the run has already been reserved.
fn push_literal(output: &mut Vec<u8>, run: &mut usize, byte: u8) {
    output.push(byte);
    *run += 1;
    if *run == MAX_RUN {
        end_run(output, *run);
        output.push(0);
        *run = 0;
    }
}

/// Writes the control byte of a run of `run` bytes, or removes it if the run is empty.
fn end_run(output: &mut Vec<u8>, run: usize) {
    let control = output.len() - run - 1;
    match run {
        0 => output.truncate(control),
        _ => output[control] = (run - 1) as u8,
    }
}

/// Returns the original of compressed data, or `None` if the data is invalid or its original has not `length` bytes.
pub fn decompress(input: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut output = Vec::with_capacity(length.min(input.len().saturating_mul(MAX_COPY)));
    let mut rest = input;
    while let [control, after @ ..] = rest {
        rest = after;
        let control = usize::from(*control);
        if control < MAX_RUN {
            let (literals, after) = rest.split_at_checked(control + 1)?;
            output.extend_from_slice(literals);
            rest = after;
        } else {
            let mut copied = (control >> 5) + 2;
            if copied == 9 {
                let (&more, after) = rest.split_first()?;
                copied += usize::from(more);
                rest = after;
            }
            let (&low, after) = rest.split_first()?;
            rest = after;
            let distance = ((control & 0x1f) << 8 | usize::from(low)) + 1;
            let from = output.len().checked_sub(distance)?;
            // The bytes may overlap with those that they are copied to.
            for index in from..from + copied {
                let byte = *output.get(index)?;
                output.push(byte);
            }
        }
        if output.len() > length {
            return None;
        }
    }
    (output.len() == length).then_some(output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn decompression_restores_what_was_compressed() {
        let mut random = Rng::new(3);
        let mut compressed_count = 0;
        for _ in 0..2000 {
            let (length, letters) = (random.below(600), 1 + random.below(8));
            let text: Vec<u8> = (0..length).map(|_| random.below(letters) as u8).collect();
            if let Some(compressed) = compress(&text, length.saturating_sub(4)) {
                assert!(compressed.len() <= length - 4);
                assert_eq!(decompress(&compressed, length), Some(text));
                compressed_count += 1;
            }
        }
        assert!(compressed_count > 500, "{compressed_count}");
    }
}
