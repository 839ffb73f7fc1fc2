//! Bitmap commands, which treat a string as an array of bits. Bit 0 is the most significant bit of the first byte.

use std::borrow::Cow;
use std::ops::Range;

use super::string_part::{byte_range, clamped_range};
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::{DataType, Str};
use crate::error::{self, Error};
use crate::number;

pub const COMMANDS: &[&Command] = &[&BITCOUNT, &BITOP, &BITPOS, &GETBIT, &SETBIT];

/// Parses a bit offset, which must be less than eight times the maximum length of a string in bytes.
pub(super) fn bit_offset(call: &Call, text: &[u8]) -> Result<usize, Error> {
    number::parse_integer(text)
        .and_then(|offset| usize::try_from(offset).ok())
        .filter(|offset| offset / 8 < call.keyspace.limits.proto_max_bulk_len)
        .ok_or(Error::from_static("ERR bit offset is not an integer or out of range"))
}

fn mask(offset: usize) -> u8 {
    0x80 >> (offset % 8)
}

/// Returns whether a bit is set. Bits beyond the end of the string are 0.
pub(super) fn bit_at(bytes: &[u8], offset: usize) -> bool {
    bytes.get(offset / 8).is_some_and(|byte| byte & mask(offset) != 0)
}

/// Sets or clears a bit, which must not be beyond the end of the string.
pub(super) fn set_bit(bytes: &mut [u8], offset: usize, on: bool) {
    let byte = &mut bytes[offset / 8];
    *byte = if on { *byte | mask(offset) } else { *byte & !mask(offset) };
}

const SETBIT: Command = Command {
    name: "SETBIT",
    syntax: "key offset value",
    arity: 4,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::FIRST,
    group: Group::Bitmap,
    since: "2.2.0",
    complexity: "O(1)",
    summary: "Sets or clears a bit of a string, which grows as needed; returns the old bit.",
    example: "SETBIT online 7 1",
    run: setbit,
};

fn setbit(call: &mut Call) -> Outcome {
    const NOT_A_BIT: Error = Error::from_static("ERR bit is not an integer or out of range");
    let offset = bit_offset(call, call.argv[2])?;
    let on = match call.integer(3) {
        Ok(bit @ 0..=1) => bit == 1,
        _ => return Err(NOT_A_BIT),
    };
    let mut value = call.keyspace.edit_or_create::<Str>(call.argv[1])?;
    let grows = value.len() <= offset / 8;
    // As in Redis, the encoding becomes `raw` even if the bit does not change.
    let bytes = value.lengthen(offset / 8 + 1)?;
    let before = bit_at(bytes, offset);
    if grows || before != on {
        set_bit(bytes, offset, on);
        value.commit("setbit");
    }
    call.reply.flag(before);
    Ok(())
}

const GETBIT: Command = Command {
    name: "GETBIT",
    syntax: "key offset",
    arity: 3,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Bitmap,
    since: "2.2.0",
    complexity: "O(1)",
    summary: "A bit of a string: 1 or 0.",
    example: "SETBIT online 7 1\nGETBIT online 7",
    run: getbit,
};

fn getbit(call: &mut Call) -> Outcome {
    let offset = bit_offset(call, call.argv[2])?;
    let value = call.keyspace.read::<Str>(call.argv[1])?;
    call.reply.flag(value.is_some_and(|value| bit_at(&value.bytes(), offset)));
    Ok(())
}

/// The unit in which BITCOUNT and BITPOS count positions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Byte,
    Bit,
}

impl Unit {
    fn parse(call: &Call, index: usize) -> Result<Unit, Error> {
        if call.is_option(index, "BIT") {
            Ok(Unit::Bit)
        } else if call.is_option(index, "BYTE") {
            Ok(Unit::Byte)
        } else {
            Err(error::SYNTAX)
        }
    }

    fn bits(self) -> usize {
        match self {
            Unit::Byte => 8,
            Unit::Bit => 1,
        }
    }

    /// Returns the length of a string, in this unit.
    fn count(self, bytes: &[u8]) -> usize {
        8 * bytes.len() / self.bits()
    }

    /// Converts positions in this unit to positions in bits.
    fn to_bits(self, range: Range<usize>) -> Range<usize> {
        range.start * self.bits()..range.end * self.bits()
    }
}

/// Splits a range of bits into the bits before the first whole byte, the range of whole bytes, and the bits after the
/// last whole byte.
fn whole_bytes(bits: &Range<usize>) -> (Range<usize>, Range<usize>, Range<usize>) {
    let (first, last) = (bits.start.div_ceil(8), bits.end / 8);
    if first >= last {
        return (bits.clone(), 0..0, 0..0);
    }
    (bits.start..8 * first, first..last, 8 * last..bits.end)
}

const BITCOUNT: Command = Command {
    name: "BITCOUNT",
    syntax: "key [start end [BYTE | BIT]]",
    arity: -2,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Bitmap,
    since: "2.6.0",
    complexity: "O(N)",
    summary: "The number of bits set in a string, or in a part of it.",
    example: "SET word foobar\nBITCOUNT word",
    run: bitcount,
};

fn bitcount(call: &mut Call) -> Outcome {
    let part = match call.argv.len() {
        2 => None,
        4 => Some((call.integer(2)?, call.integer(3)?, Unit::Byte)),
        5 => Some((call.integer(2)?, call.integer(3)?, Unit::parse(call, 4)?)),
        _ => return Err(error::SYNTAX),
    };
    let value = call.keyspace.read::<Str>(call.argv[1])?;
    let bytes = value.map_or(Default::default(), Str::bytes);
    let bits = match part {
        Some((start, end, unit)) => unit.to_bits(byte_range(start, end, unit.count(&bytes))),
        None => 0..8 * bytes.len(),
    };
    let (before, whole, after) = whole_bytes(&bits);
    let ones: u64 = bytes[whole].iter().map(|byte| u64::from(byte.count_ones())).sum();
    let others = before.chain(after).filter(|&offset| bit_at(&bytes, offset)).count();
    call.reply.count(ones as usize + others);
    Ok(())
}

const BITPOS: Command = Command {
    name: "BITPOS",
    syntax: "key bit [start [end [BYTE | BIT]]]",
    arity: -3,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Bitmap,
    since: "2.8.7",
    complexity: "O(N)",
    summary: "The position of the first bit that is 1, or the first that is 0.",
    example: "SETBIT online 7 1\nBITPOS online 1",
    run: bitpos,
};

fn bitpos(call: &mut Call) -> Outcome {
    let target = match call.integer(2)? {
        bit @ 0..=1 => bit == 1,
        _ => return Err(Error::from_static("ERR The bit argument must be 1 or 0.")),
    };
    let words = call.argv.len();
    if words > 6 {
        return Err(error::SYNTAX);
    }
    let start = if words > 3 { call.integer(3)? } else { 0 };
    let unit = if words > 5 { Unit::parse(call, 5)? } else { Unit::Byte };
    let end = if words > 4 { Some(call.integer(4)?) } else { None };
    let Some(value) = call.keyspace.read::<Str>(call.argv[1])? else {
        // A missing key is treated as an endless run of zero bits, so no 1 is found, and the first 0 is at position 0.
        call.reply.integer(if target { -1 } else { 0 });
        return Ok(());
    };
    let bytes = value.bytes();
    let bits = unit.to_bits(clamped_range(start, end.unwrap_or(-1), unit.count(&bytes)));
    match first_bit(&bytes, bits.clone(), target) {
        Some(offset) => call.reply.count(offset),
        // Without an end argument, the string is treated as if endless zero bits followed it, so the first 0 is just
        // after it.
        None if !target && end.is_none() && !bits.is_empty() => call.reply.count(8 * bytes.len()),
        None => call.reply.integer(-1),
    }
    Ok(())
}

fn first_bit(bytes: &[u8], bits: Range<usize>, target: bool) -> Option<usize> {
    let (before, whole, after) = whole_bytes(&bits);
    let find = |mut bits: Range<usize>| bits.find(|&offset| bit_at(bytes, offset) == target);
    let skipped = if target { 0x00 } else { 0xff };
    find(before)
        .or_else(|| {
            let at = whole.start + bytes[whole.clone()].iter().position(|&byte| byte != skipped)?;
            find(8 * at..8 * at + 8)
        })
        .or_else(|| find(after))
}

/// A BITOP operation. The comments on the variants describe the bits of the result.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    And,
    Or,
    Xor,
    Not,
    /// The bits that are set in the first source string and in no other.
    Diff,
    /// The bits that are set in at least one other source string, but not in the first.
    Diff1,
    /// The bits that are set in the first source string and in at least one other.
    AndOr,
    /// The bits that are set in exactly one source string.
    One,
}

const OPERATIONS: [(&str, Operation); 8] = [
    ("AND", Operation::And),
    ("OR", Operation::Or),
    ("XOR", Operation::Xor),
    ("NOT", Operation::Not),
    ("DIFF", Operation::Diff),
    ("DIFF1", Operation::Diff1),
    ("ANDOR", Operation::AndOr),
    ("ONE", Operation::One),
];

const BITOP: Command = Command {
    name: "BITOP",
    syntax: "<AND | OR | XOR | NOT | DIFF | DIFF1 | ANDOR | ONE> destkey key [key ...]",
    arity: -4,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::range(2, -1, 1),
    group: Group::Bitmap,
    since: "2.6.0",
    complexity: "O(N)",
    summary: "Combines strings bit by bit and stores the result.",
    example: "SET a abc\nSET b abd\nBITOP AND both a b",
    run: bitop,
};

fn bitop(call: &mut Call) -> Outcome {
    let named = OPERATIONS.into_iter().find(|(name, _)| call.is_option(1, name));
    let (name, operation) = named.ok_or(error::SYNTAX)?;
    let (destination, keys) = (call.argv[2], &call.argv[3..]);
    match operation {
        Operation::Not if keys.len() > 1 => {
            return Err(Error::from_static("ERR BITOP NOT must be called with a single source key."));
        }
        Operation::Diff | Operation::Diff1 | Operation::AndOr if keys.len() < 2 => {
            return Err(Error::new(format!("ERR BITOP {name} must be called with at least two source keys.")));
        }
        _ => {}
    }
    let mut length = 0;
    for key in keys {
        length = length.max(call.keyspace.read::<Str>(key)?.map_or(0, Str::len));
    }
    call.keyspace.check_growth(length)?;
    let database = call.keyspace.database();
    let strings = keys.iter().map(|key| database.get(key).and_then(|entry| Str::from_value(&entry.value)));
    // The strings are borrowed rather than copied, because a command can name the same long string many times.
    let sources: Vec<Cow<[u8]>> = strings.map(|string| string.map_or_else(Cow::default, Str::bytes)).collect();
    let result = combine(operation, &sources)?;
    call.reply.count(result.len());
    if result.is_empty() {
        call.keyspace.remove(destination, "del");
    } else {
        call.keyspace.put(destination, Str::raw(result).into_value(), None, "set");
    }
    Ok(())
}

/// Combines the source strings bit by bit. Shorter strings are padded with zero bytes.
///
/// # Errors
/// Returns an error if there is too little memory for the result.
fn combine(operation: Operation, sources: &[Cow<[u8]>]) -> Result<Vec<u8>, Error> {
    let length = sources.iter().map(|source| source.len()).max().unwrap_or(0);
    let mut result = Vec::new();
    result.try_reserve_exact(length).map_err(|_| error::OUT_OF_MEMORY)?;
    let byte = |source: &[u8], index: usize| source.get(index).copied().unwrap_or(0);
    let (first, others) = sources.split_first().expect("BITOP's arity requires a source");
    let join = |index: usize, sources: &[Cow<[u8]>], with: fn(u8, u8) -> u8| {
        sources.iter().map(|source| byte(source, index)).reduce(with).unwrap_or(0)
    };
    let any_other = |index: usize| join(index, others, |a, b| a | b);
    result.extend((0..length).map(|index| match operation {
        Operation::And => join(index, sources, |a, b| a & b),
        Operation::Or => join(index, sources, |a, b| a | b),
        Operation::Xor => join(index, sources, |a, b| a ^ b),
        Operation::Not => !byte(first, index),
        Operation::Diff => byte(first, index) & !any_other(index),
        Operation::Diff1 => !byte(first, index) & any_other(index),
        Operation::AndOr => byte(first, index) & any_other(index),
        Operation::One => {
            let (once, more) = sources.iter().fold((0, 0), |(once, more), source| {
                let bits = byte(source, index);
                (once | bits, more | once & bits)
            });
            once & !more
        }
    }));
    Ok(result)
}
