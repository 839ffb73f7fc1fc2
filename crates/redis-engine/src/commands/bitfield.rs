//! BITFIELD: reads and writes integers of any width within a string.

use super::bitmap::{bit_at, bit_offset, set_bit};
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::Str;
use crate::error::{self, Error};
use crate::number;

pub const COMMANDS: &[&Command] = &[&BITFIELD, &BITFIELD_RO];

/// The type of a field, such as `i16` or `u8`.
#[derive(Clone, Copy)]
struct FieldType {
    signed: bool,
    bits: usize,
}

/// What happens to a value that does not fit into its field.
#[derive(Clone, Copy)]
enum Overflow {
    Wrap,
    Saturate,
    Fail,
}

#[derive(Clone, Copy)]
enum Action {
    Get,
    Set(i64, Overflow),
    Add(i64, Overflow),
}

/// A subcommand of BITFIELD.
struct Operation {
    action: Action,
    field: FieldType,
    offset: usize,
}

impl Operation {
    /// Returns the minimum length in bytes of a string that contains the whole field.
    fn end(&self) -> usize {
        (self.offset + self.field.bits).div_ceil(8)
    }
}

impl FieldType {
    fn parse(text: &[u8]) -> Result<FieldType, Error> {
        const INVALID: Error = Error::from_static(
            "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
        );
        let (signed, bits) = match text {
            [b'i', bits @ ..] => (true, bits),
            [b'u', bits @ ..] => (false, bits),
            _ => return Err(INVALID),
        };
        match number::parse_integer(bits) {
            Some(bits) if bits >= 1 && bits <= if signed { 64 } else { 63 } => {
                Ok(FieldType { signed, bits: bits as usize })
            }
            _ => Err(INVALID),
        }
    }

    /// Reads the field at an offset. Bits beyond the end of the string are 0.
    fn read(self, bytes: &[u8], offset: usize) -> i64 {
        let bits = (offset..offset + self.bits).fold(0u64, |bits, at| bits << 1 | u64::from(bit_at(bytes, at)));
        self.wrap(i128::from(bits))
    }

    fn write(self, bytes: &mut [u8], offset: usize, value: i64) {
        for index in 0..self.bits {
            set_bit(bytes, offset + index, value >> (self.bits - 1 - index) & 1 == 1);
        }
    }

    /// Interprets the lowest `self.bits` bits of a value as an integer of this type.
    fn wrap(self, value: i128) -> i64 {
        let above = 128 - self.bits;
        (if self.signed { value << above >> above } else { ((value as u128) << above >> above) as i128 }) as i64
    }

    /// Returns the value to store in the field. It is `value` if that fits, and otherwise the wrapped or saturated
    /// value, or `None` if `overflow` is `Fail`.
    fn fit(self, value: i128, overflow: Overflow) -> Option<i64> {
        let (min, max) = match self.signed {
            true => (-(1i128 << (self.bits - 1)), (1i128 << (self.bits - 1)) - 1),
            false => (0, (1i128 << self.bits) - 1),
        };
        if (min..=max).contains(&value) {
            return Some(value as i64);
        }
        match overflow {
            Overflow::Wrap => Some(self.wrap(value)),
            Overflow::Saturate => Some(value.clamp(min, max) as i64),
            Overflow::Fail => None,
        }
    }

    /// Returns the exact value of SET's argument. For an unsigned field, the argument's 64 bits are read as an unsigned
    /// integer. For a signed field, Redis subtracts the argument from the field's maximum. If the argument is very low,
    /// this subtraction overflows, so Redis treats the argument as a very high value.
    fn exact_value(self, value: i64) -> i128 {
        let is_too_far = self.bits < 64 && value <= i64::MIN + ((1 << (self.bits - 1)) - 1);
        match self.signed {
            true if is_too_far => i128::from(value) + (1 << 64),
            true => i128::from(value),
            false => i128::from(value as u64),
        }
    }
}

const BITFIELD: Command = Command {
    name: "BITFIELD",
    syntax: "key [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding \
             offset increment> [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | \
             INCRBY encoding offset increment> ...]]",
    arity: -2,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::FIRST,
    group: Group::Bitmap,
    since: "3.2.0",
    complexity: "O(1) for each subcommand specified",
    summary: "Reads, sets and increments integers of any width in a string.",
    example: "BITFIELD player:1 SET u8 0 200 INCRBY u8 0 10 GET u4 0",
    run: bitfield,
};

fn bitfield(call: &mut Call) -> Outcome {
    let operations = parse_operations(call)?;
    if operations.iter().all(|operation| matches!(operation.action, Action::Get)) {
        read(call, &operations)
    } else {
        write(call, &operations)
    }
}

const BITFIELD_RO: Command = Command {
    name: "BITFIELD_RO",
    syntax: "key [GET encoding offset [GET encoding offset ...]]",
    arity: -2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Bitmap,
    since: "6.0.0",
    complexity: "O(1) for each subcommand specified",
    summary: "Reads integers of any width in a string.",
    example: "BITFIELD player:1 SET u8 0 200\nBITFIELD_RO player:1 GET u8 0",
    run: bitfield_ro,
};

fn bitfield_ro(call: &mut Call) -> Outcome {
    let operations = parse_operations(call)?;
    if !operations.iter().all(|operation| matches!(operation.action, Action::Get)) {
        return Err(Error::from_static("ERR BITFIELD_RO only supports the GET subcommand"));
    }
    read(call, &operations)
}

fn parse_operations(call: &Call) -> Result<Vec<Operation>, Error> {
    let mut operations = Vec::new();
    let mut overflow = Overflow::Wrap;
    let mut index = 2;
    while index < call.argv.len() {
        let left = call.argv.len() - index - 1;
        if call.is_option(index, "OVERFLOW") && left >= 1 {
            overflow = overflow_option(call, index + 1)?;
            index += 2;
            continue;
        }
        let (is_get, is_set) = (call.is_option(index, "GET"), call.is_option(index, "SET"));
        let words = if is_get { 2 } else { 3 };
        if !(is_get || is_set || call.is_option(index, "INCRBY")) || left < words {
            return Err(error::SYNTAX);
        }
        let field = FieldType::parse(call.argv[index + 1])?;
        let offset = field_offset(call, index + 2, field)?;
        let action = match (is_get, is_set) {
            (true, _) => Action::Get,
            (false, true) => Action::Set(call.integer(index + 3)?, overflow),
            (false, false) => Action::Add(call.integer(index + 3)?, overflow),
        };
        operations.push(Operation { action, field, offset });
        index += 1 + words;
    }
    Ok(operations)
}

fn overflow_option(call: &Call, index: usize) -> Result<Overflow, Error> {
    if call.is_option(index, "WRAP") {
        Ok(Overflow::Wrap)
    } else if call.is_option(index, "SAT") {
        Ok(Overflow::Saturate)
    } else if call.is_option(index, "FAIL") {
        Ok(Overflow::Fail)
    } else {
        Err(Error::from_static("ERR Invalid OVERFLOW type specified"))
    }
}

/// Parses an offset and returns it in bits. An offset that starts with `#` is a multiple of the field's width.
fn field_offset(call: &Call, index: usize, field: FieldType) -> Result<usize, Error> {
    let Some(fields) = call.argv[index].strip_prefix(b"#") else {
        return bit_offset(call, call.argv[index]);
    };
    let offset = bit_offset(call, fields)?.saturating_mul(field.bits);
    bit_offset(call, itoa::Buffer::new().format(offset).as_bytes())
}

fn read(call: &mut Call, operations: &[Operation]) -> Outcome {
    let value = call.keyspace.read::<Str>(call.argv[1])?;
    let bytes = value.map_or(Default::default(), Str::bytes);
    call.reply.array(operations.len());
    for operation in operations {
        call.reply.integer(operation.field.read(&bytes, operation.offset));
    }
    Ok(())
}

fn write(call: &mut Call, operations: &[Operation]) -> Outcome {
    let mut value = call.keyspace.edit_or_create::<Str>(call.argv[1])?;
    let length = value.len();
    let written = operations.iter().filter(|operation| !matches!(operation.action, Action::Get));
    let end = written.map(Operation::end).max().unwrap_or(0);
    let grows = length < end;
    let bytes = value.lengthen(end)?;
    call.reply.array(operations.len());
    let mut changes = 0;
    for &Operation { action, field, offset } in operations {
        let before = field.read(bytes, offset);
        let after = match action {
            Action::Get => Some(before),
            Action::Set(to, overflow) => field.fit(field.exact_value(to), overflow),
            Action::Add(by, overflow) => field.fit(i128::from(before) + i128::from(by), overflow),
        };
        let Some(after) = after else {
            call.reply.null();
            continue;
        };
        call.reply.integer(if matches!(action, Action::Set(..)) { before } else { after });
        if !matches!(action, Action::Get) {
            field.write(bytes, offset, after);
            changes += usize::from(grows || before != after);
        }
    }
    if changes > 0 {
        value.commit_changes("setbit", changes);
    } else {
        // Keeps the string, which may have grown even if every operation failed. Redis does not count this as a change.
        value.keep();
    }
    Ok(())
}
