//! The library `struct`: packs values into the layout of C structures, and unpacks them.

use mlua::{Lua, MultiValue, Table, Value};

use crate::random::to_i64;
use crate::throw;

/// Maximum size of an integer in bytes.
const MAX_INTEGER: usize = 32;

/// The alignment that `!` without a number requests.
const NATIVE_ALIGNMENT: usize = 8;

/// Creates the library.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn create(lua: &Lua) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    library.raw_set("pack", lua.create_function(pack)?)?;
    library.raw_set("unpack", lua.create_function(unpack)?)?;
    library.raw_set("size", lua.create_function(size)?)?;
    Ok(library)
}

/// A format string, and the options that it has set so far.
struct Format<'a> {
    lua: &'a Lua,
    rest: &'a [u8],
    is_big_endian: bool,
    alignment: usize,
}

/// An element of a format: its letter, its size in bytes, and the number of bytes that align it.
struct Element {
    letter: u8,
    size: usize,
}

impl<'a> Format<'a> {
    fn new(lua: &'a Lua, format: &'a [u8]) -> Self {
        let rest = format.split(|&byte| byte == 0).next().unwrap_or_default();
        Format { lua, rest, is_big_endian: cfg!(target_endian = "big"), alignment: 1 }
    }

    fn next(&mut self) -> mlua::Result<Option<Element>> {
        let Some((&letter, rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        let size = match letter {
            b'b' | b'B' | b'x' => 1,
            b'h' | b'H' => 2,
            b'l' | b'L' | b'T' | b'd' => 8,
            b'f' => 4,
            b'c' => self.number(1)?,
            b'i' | b'I' => {
                let size = self.number(4)?;
                if size > MAX_INTEGER {
                    let text = format!("integral size {size} is larger than limit of {MAX_INTEGER}");
                    return Err(throw::error(self.lua, text));
                }
                size
            }
            _ => 0,
        };
        Ok(Some(Element { letter, size }))
    }

    /// Reads the number that follows a letter, or returns `default` if there is none.
    fn number(&mut self, default: usize) -> mlua::Result<usize> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(digits);
        self.rest = rest;
        if digits.is_empty() {
            return Ok(default);
        }
        let number =
            digits.iter().try_fold(0i32, |number, digit| number.checked_mul(10)?.checked_add(i32::from(digit - b'0')));
        number.map(|number| number as usize).ok_or_else(|| throw::error(self.lua, "integral size overflow"))
    }

    /// Returns the number of bytes before an element at `position` that align it.
    fn padding(&self, position: usize, element: &Element) -> usize {
        if element.size == 0 || element.letter == b'c' {
            return 0;
        }
        let size = element.size.min(self.alignment);
        size.wrapping_sub(position & size.wrapping_sub(1)) & size.wrapping_sub(1)
    }

    /// Handles a letter that sets an option.
    fn set_option(&mut self, letter: u8) -> mlua::Result<()> {
        match letter {
            b' ' => {}
            b'>' => self.is_big_endian = true,
            b'<' => self.is_big_endian = false,
            b'!' => {
                let alignment = self.number(NATIVE_ALIGNMENT)?;
                if !alignment.is_power_of_two() {
                    return Err(throw::error(self.lua, format!("alignment {alignment} is not a power of 2")));
                }
                self.alignment = alignment;
            }
            _ => {
                let reason = format!("invalid format option '{}'", char::from(letter));
                return Err(throw::bad_argument(self.lua, 1, &reason));
            }
        }
        Ok(())
    }
}

fn pack(lua: &Lua, mut args: MultiValue) -> mlua::Result<mlua::String> {
    let format = throw::check_string(lua, &args, 1)?;
    let format = format.as_bytes();
    let mut format = Format::new(lua, &format);
    // A missing argument counts as nil in error messages, because the C library pushes nil after the arguments.
    args.push_back(Value::Nil);
    let mut packed: Vec<u8> = Vec::new();
    let mut number = 2;
    while let Some(element) = format.next()? {
        packed.resize(packed.len() + format.padding(packed.len(), &element), 0);
        match element.letter {
            b'b' | b'B' | b'h' | b'H' | b'l' | b'L' | b'T' | b'i' | b'I' => {
                let value = throw::check_number(lua, &args, number)?;
                pack_integer(&mut packed, value, element.size, format.is_big_endian);
                number += 1;
            }
            b'x' => packed.push(0),
            b'f' => {
                let value = throw::check_number(lua, &args, number)? as f32;
                packed.extend(if format.is_big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
                number += 1;
            }
            b'd' => {
                let value = throw::check_number(lua, &args, number)?;
                packed.extend(if format.is_big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
                number += 1;
            }
            b'c' | b's' => {
                let text = throw::check_string(lua, &args, number)?;
                let text = text.as_bytes();
                number += 1;
                let size = if element.size == 0 { text.len() } else { element.size };
                let Some(text) = text.get(..size) else {
                    return Err(throw::bad_argument(lua, number, "string too short"));
                };
                packed.extend_from_slice(text);
                if element.letter == b's' {
                    packed.push(0);
                }
            }
            letter => format.set_option(letter)?,
        }
    }
    lua.create_string(packed)
}

fn pack_integer(packed: &mut Vec<u8>, value: f64, size: usize, is_big_endian: bool) {
    // A C compiler for x86-64 converts a double that is too large for a signed integer in this way.
    const SIGN: u64 = 1 << 63;
    let value = match value {
        ..9_223_372_036_854_775_808.0 => to_i64(value) as u64,
        _ => to_i64(value - SIGN as f64) as u64 ^ SIGN,
    };
    let start = packed.len();
    packed.extend((0..size).map(|index| if index < 8 { (value >> (8 * index)) as u8 } else { 0 }));
    if is_big_endian {
        packed[start..].reverse();
    }
}

fn unpack(lua: &Lua, args: MultiValue) -> mlua::Result<MultiValue> {
    let format = throw::check_string(lua, &args, 1)?;
    let format = format.as_bytes();
    let mut format = Format::new(lua, &format);
    let data = throw::check_string(lua, &args, 2)?;
    let data = data.as_bytes();
    let start = match args.get(2) {
        None | Some(Value::Nil) => 1,
        Some(_) => to_i64(throw::check_number(lua, &args, 3)?),
    };
    if start == 0 {
        return Err(throw::bad_argument(lua, 3, "offset must be 1 or greater"));
    }
    let too_short = || throw::bad_argument(lua, 2, "data string too short");
    let mut position = usize::try_from(start - 1).map_err(|_| too_short())?;
    let mut results: Vec<Value> = Vec::new();
    while let Some(element) = format.next()? {
        position += format.padding(position, &element);
        let rest = data.get(position..).ok_or_else(too_short)?;
        let mut size = element.size;
        let bytes = rest.get(..size).ok_or_else(too_short)?;
        match element.letter {
            b'b' | b'B' | b'h' | b'H' | b'l' | b'L' | b'T' | b'i' | b'I' => {
                let is_signed = element.letter.is_ascii_lowercase();
                results.push(Value::Number(unpack_integer(bytes, format.is_big_endian, is_signed)));
            }
            b'x' => {}
            b'f' => {
                let bytes = <[u8; 4]>::try_from(bytes).expect("the size of `f` is 4");
                let value = if format.is_big_endian { f32::from_be_bytes(bytes) } else { f32::from_le_bytes(bytes) };
                results.push(Value::Number(f64::from(value)));
            }
            b'd' => {
                let bytes = <[u8; 8]>::try_from(bytes).expect("the size of `d` is 8");
                let value = if format.is_big_endian { f64::from_be_bytes(bytes) } else { f64::from_le_bytes(bytes) };
                results.push(Value::Number(value));
            }
            b'c' => {
                if size == 0 {
                    let previous = results.pop().and_then(|value| lua.coerce_number(value).ok().flatten());
                    let previous = previous.ok_or_else(|| throw::error(lua, "format 'c0' needs a previous size"))?;
                    size = previous as usize;
                }
                let bytes = rest.get(..size).ok_or_else(too_short)?;
                results.push(Value::String(lua.create_string(bytes)?));
            }
            b's' => {
                let end = rest.iter().position(|&byte| byte == 0);
                let end = end.ok_or_else(|| throw::error(lua, "unfinished string in data"))?;
                results.push(Value::String(lua.create_string(&rest[..end])?));
                size = end + 1;
            }
            letter => format.set_option(letter)?,
        }
        position += size;
    }
    results.push(Value::Number((position + 1) as f64));
    Ok(MultiValue::from_vec(results))
}

fn unpack_integer(bytes: &[u8], is_big_endian: bool, is_signed: bool) -> f64 {
    let fold = |value: u64, byte: &u8| (value << 8) | u64::from(*byte);
    let value = if is_big_endian { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) };
    if !is_signed {
        return value as f64;
    }
    let sign = u64::MAX.wrapping_shl((bytes.len() as u32 * 8).wrapping_sub(1));
    let extended = if value & sign != 0 { value | sign } else { value };
    extended as i64 as f64
}

fn size(lua: &Lua, args: MultiValue) -> mlua::Result<f64> {
    let format = throw::check_string(lua, &args, 1)?;
    let format = format.as_bytes();
    let mut format = Format::new(lua, &format);
    let mut position = 0;
    while let Some(element) = format.next()? {
        position += format.padding(position, &element);
        match element.letter {
            b's' => return Err(throw::bad_argument(lua, 1, "variable-size format 's'")),
            b'c' if element.size == 0 => return Err(throw::bad_argument(lua, 1, "variable-length format 'c0'")),
            letter if !letter.is_ascii_alphanumeric() => format.set_option(letter)?,
            _ => {}
        }
        position += element.size;
    }
    Ok(position as f64)
}
