//! The compressed table of positions that `co_positions()` and Python's `traceback` module read.

use rustpython_compiler::core::bytecode::PyCodeLocationInfoKind;
use rustpython_compiler::core::{OneIndexed, SourceLocation};

/// Maximum number of instructions that one entry of the table describes.
const MAX_RUN: usize = 8;

/// Returns a table with the given positions. Instructions without a position in the old table have none in the new one.
pub fn rewritten(
    old: &[u8],
    locations: &[(SourceLocation, SourceLocation)],
    first_line: Option<OneIndexed>,
) -> Box<[u8]> {
    let mut table = Vec::with_capacity(old.len());
    let mut previous_line = first_line.map_or(0, signed);
    let mut remaining = locations;
    // The first byte of each entry has the highest bit set.
    for first in old.iter().filter(|byte| **byte & 0x80 != 0) {
        let kind = first >> 3 & 0xf;
        let (run, rest) = remaining.split_at((usize::from(first & 7) + 1).min(remaining.len()));
        remaining = rest;
        for run in run.chunk_by(|a, b| a == b).flat_map(|run| run.chunks(MAX_RUN)) {
            if kind == PyCodeLocationInfoKind::None as u8 {
                table.push(header(PyCodeLocationInfoKind::None, run));
                continue;
            }
            let (start, end) = run[0];
            table.push(header(PyCodeLocationInfoKind::Long, run));
            push_signed(&mut table, signed(start.line) - previous_line);
            push(&mut table, signed(end.line) - signed(start.line));
            push(&mut table, signed(start.character_offset));
            push(&mut table, signed(end.character_offset));
            previous_line = signed(start.line);
        }
    }
    table.into_boxed_slice()
}

fn header(kind: PyCodeLocationInfoKind, run: &[(SourceLocation, SourceLocation)]) -> u8 {
    0x80 | (kind as u8) << 3 | (run.len() - 1) as u8
}

fn signed(number: OneIndexed) -> i64 {
    i64::try_from(number.get()).unwrap_or(i64::MAX)
}

/// Appends a number in groups of six bits, the lowest first. All groups but the last have bit 6 set.
fn push(table: &mut Vec<u8>, number: i64) {
    let mut number = u64::try_from(number).unwrap_or(0);
    while number >= 0x40 {
        table.push(0x40 | (number & 0x3f) as u8);
        number >>= 6;
    }
    table.push(number as u8);
}

/// Appends a number with its sign in the lowest bit.
fn push_signed(table: &mut Vec<u8>, number: i64) {
    push(table, number.abs() << 1 | i64::from(number < 0));
}
