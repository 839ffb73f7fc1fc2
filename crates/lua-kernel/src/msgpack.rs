//! The library `cmsgpack`: MessagePack.

use mlua::{Lua, MultiValue, Table, Value};

use crate::random::to_i64;
use crate::throw::{self, Thrown};

/// Tables that are nested more deeply are packed as nil.
const MAX_NESTING: usize = 16;

/// Maximum depth of a value that is unpacked. Deeper values would exceed the stack of the C library.
const MAX_UNPACK_DEPTH: usize = 3_990;

/// Creates the library.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn create(lua: &Lua) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    library.raw_set("pack", lua.create_function(pack)?)?;
    library.raw_set("unpack", lua.create_function(|lua, args: MultiValue| unpack_from(lua, &args, 0, 0))?)?;
    let unpack_one = lua.create_function(|lua, args: MultiValue| {
        let offset = optional_integer(lua, &args, 2)?;
        unpack_from(lua, &args, 1, offset)
    })?;
    library.raw_set("unpack_one", unpack_one)?;
    let unpack_limit = lua.create_function(|lua, args: MultiValue| {
        let limit = to_i64(throw::check_number(lua, &args, 2)?);
        let offset = optional_integer(lua, &args, 3)?;
        unpack_from(lua, &args, limit, offset)
    })?;
    library.raw_set("unpack_limit", unpack_limit)?;
    for (name, text) in [
        ("_NAME", "cmsgpack"),
        ("_VERSION", "lua-cmsgpack 0.4.0"),
        ("_COPYRIGHT", "Copyright (C) 2012, Salvatore Sanfilippo"),
        ("_DESCRIPTION", "MessagePack C implementation for Lua"),
    ] {
        library.raw_set(name, text)?;
    }
    Ok(library)
}

fn optional_integer(lua: &Lua, args: &MultiValue, number: usize) -> mlua::Result<i64> {
    match args.get(number - 1) {
        None | Some(Value::Nil) => Ok(0),
        Some(_) => Ok(to_i64(throw::check_number(lua, args, number)?)),
    }
}

fn pack(lua: &Lua, args: MultiValue) -> mlua::Result<mlua::String> {
    if args.is_empty() {
        return Err(throw::bad_argument(lua, 0, "MessagePack pack needs input."));
    }
    let mut packed = Vec::new();
    for value in &args {
        pack_value(&mut packed, value, 0)?;
    }
    lua.create_string(packed)
}

fn pack_value(packed: &mut Vec<u8>, value: &Value, depth: usize) -> mlua::Result<()> {
    match value {
        Value::String(text) => pack_string(packed, &text.as_bytes()),
        Value::Boolean(yes) => packed.push(if *yes { 0xc3 } else { 0xc2 }),
        Value::Integer(n) => pack_integer(packed, *n),
        Value::Number(n) => pack_number(packed, *n),
        Value::Table(table) if depth < MAX_NESTING => pack_table(packed, table, depth)?,
        _ => packed.push(0xc0),
    }
    Ok(())
}

fn pack_string(packed: &mut Vec<u8>, text: &[u8]) {
    match text.len() {
        length @ ..32 => packed.push(0xa0 | length as u8),
        length @ ..0x100 => packed.extend([0xd9, length as u8]),
        length => pack_length(packed, length, 0xda),
    }
    packed.extend_from_slice(text);
}

/// Writes a length of 16 bits with the tag `tag`, or a length of 32 bits with the next tag.
fn pack_length(packed: &mut Vec<u8>, length: usize, tag: u8) {
    match u16::try_from(length) {
        Ok(length) => {
            packed.push(tag);
            packed.extend(length.to_be_bytes());
        }
        Err(_) => {
            packed.push(tag + 1);
            packed.extend((length as u32).to_be_bytes());
        }
    }
}

fn pack_number(packed: &mut Vec<u8>, number: f64) {
    let integer = to_i64(number);
    if number.is_finite() && integer as f64 == number && number < 9_223_372_036_854_775_808.0 {
        return pack_integer(packed, integer);
    }
    let single = number as f32;
    if f64::from(single) == number {
        packed.push(0xca);
        packed.extend(single.to_be_bytes());
    } else {
        packed.push(0xcb);
        packed.extend(number.to_be_bytes());
    }
}

fn pack_integer(packed: &mut Vec<u8>, n: i64) {
    match n {
        0..=0x7f => packed.push(n as u8),
        0x80..=0xff => packed.extend([0xcc, n as u8]),
        0x100..=0xffff => {
            packed.push(0xcd);
            packed.extend((n as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            packed.push(0xce);
            packed.extend((n as u32).to_be_bytes());
        }
        0x1_0000_0000.. => {
            packed.push(0xcf);
            packed.extend(n.to_be_bytes());
        }
        -32..=-1 => packed.push(n as u8),
        -128..=-33 => packed.extend([0xd0, n as u8]),
        -0x8000..=-129 => {
            packed.push(0xd1);
            packed.extend((n as i16).to_be_bytes());
        }
        -0x8000_0000..=-0x8001 => {
            packed.push(0xd2);
            packed.extend((n as i32).to_be_bytes());
        }
        _ => {
            packed.push(0xd3);
            packed.extend(n.to_be_bytes());
        }
    }
}

fn pack_table(packed: &mut Vec<u8>, table: &Table, depth: usize) -> mlua::Result<()> {
    if is_array(table)? {
        let length = table.raw_len();
        match length {
            0..=15 => packed.push(0x90 | length as u8),
            _ => pack_length(packed, length, 0xdc),
        }
        for index in 1..=length {
            pack_value(packed, &table.get(index)?, depth + 1)?;
        }
        return Ok(());
    }
    let mut pairs = 0usize;
    table.for_each(|_: Value, _: Value| {
        pairs += 1;
        Ok(())
    })?;
    match pairs {
        0..=15 => packed.push(0x80 | pairs as u8),
        _ => pack_length(packed, pairs, 0xde),
    }
    table.for_each(|key: Value, value: Value| {
        pack_value(packed, &key, depth + 1)?;
        pack_value(packed, &value, depth + 1)
    })
}

/// Returns whether the keys of a table are the integers from 1 to the number of keys.
fn is_array(table: &Table) -> mlua::Result<bool> {
    let (mut largest, mut count, mut is_array) = (0.0f64, 0.0f64, true);
    table.for_each(|key: Value, _: Value| {
        let number = match key {
            Value::Integer(n) => n as f64,
            Value::Number(n) => n,
            _ => 0.0,
        };
        is_array &= number > 0.0 && f64::from(number as i32) == number;
        largest = largest.max(number);
        count += 1.0;
        Ok(())
    })?;
    Ok(is_array && largest == count)
}

/// Unpacks at most `limit` values from the string in the first argument. With `limit` and `offset` 0, unpacks all
/// values, and does not return the next offset.
fn unpack_from(lua: &Lua, args: &MultiValue, limit: i64, offset: i64) -> mlua::Result<MultiValue> {
    let text = throw::check_string(lua, args, 1)?;
    let text = text.as_bytes();
    let unpacks_all = limit == 0 && offset == 0;
    if limit < 0 || offset < 0 {
        let text = format!("Invalid request to unpack with offset of {offset} and limit of {}.", text.len());
        return Err(throw::error(lua, text));
    }
    let Some(rest) = usize::try_from(offset).ok().and_then(|offset| text.get(offset..)) else {
        return Err(throw::error(lua, format!("Start offset {offset} greater than input length {}.", text.len())));
    };
    let mut unpacker = Unpacker { lua, rest };
    let limit = if unpacks_all { i64::from(i32::MAX) } else { limit };
    let mut values = Vec::new();
    while !unpacker.rest.is_empty() && (values.len() as i64) < limit {
        values.push(unpacker.value(0)?);
    }
    if !unpacks_all {
        let next = if unpacker.rest.is_empty() { -1.0 } else { (text.len() - unpacker.rest.len()) as f64 };
        values.insert(0, Value::Number(next));
    }
    Ok(MultiValue::from_vec(values))
}

struct Unpacker<'a> {
    lua: &'a Lua,
    rest: &'a [u8],
}

impl Unpacker<'_> {
    fn take(&mut self, count: usize) -> mlua::Result<&[u8]> {
        let Some((head, rest)) = self.rest.split_at_checked(count) else {
            return Err(throw::error(self.lua, "Missing bytes in input."));
        };
        self.rest = rest;
        Ok(head)
    }

    fn unsigned(&mut self, bytes: usize) -> mlua::Result<u64> {
        Ok(self.take(bytes)?.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
    }

    fn signed(&mut self, bytes: usize) -> mlua::Result<Value> {
        let unused = 64 - 8 * bytes as u32;
        Ok(Value::Number((((self.unsigned(bytes)? << unused) as i64) >> unused) as f64))
    }

    fn value(&mut self, depth: usize) -> mlua::Result<Value> {
        let tag = self.take(1)?[0];
        Ok(match tag {
            0x00..=0x7f => Value::Number(f64::from(tag)),
            0xe0..=0xff => Value::Number(f64::from(tag as i8)),
            0xcc => Value::Number(self.unsigned(1)? as f64),
            0xcd => Value::Number(self.unsigned(2)? as f64),
            0xce => Value::Number(self.unsigned(4)? as f64),
            0xcf => Value::Number(self.unsigned(8)? as f64),
            0xd0 => self.signed(1)?,
            0xd1 => self.signed(2)?,
            0xd2 => self.signed(4)?,
            0xd3 => self.signed(8)?,
            0xc0 => Value::Nil,
            0xc2 => Value::Boolean(false),
            0xc3 => Value::Boolean(true),
            0xca => Value::Number(f64::from(f32::from_bits(self.unsigned(4)? as u32))),
            0xcb => Value::Number(f64::from_bits(self.unsigned(8)?)),
            0xa0..=0xbf => self.string(usize::from(tag & 0x1f))?,
            0xd9 => {
                let length = self.unsigned(1)?;
                self.string(length as usize)?
            }
            0xda | 0xdb => {
                let length = self.unsigned(if tag == 0xda { 2 } else { 4 })?;
                self.string(length as usize)?
            }
            0x90..=0x9f => self.array(u64::from(tag & 0xf), depth)?,
            0xdc | 0xdd => {
                let length = self.unsigned(if tag == 0xdc { 2 } else { 4 })?;
                self.array(length, depth)?
            }
            0x80..=0x8f => self.map(u64::from(tag & 0xf), depth)?,
            0xde | 0xdf => {
                let length = self.unsigned(if tag == 0xde { 2 } else { 4 })?;
                self.map(length, depth)?
            }
            _ => return Err(throw::error(self.lua, "Bad data format in input.")),
        })
    }

    fn string(&mut self, length: usize) -> mlua::Result<Value> {
        let lua = self.lua;
        lua.create_string(self.take(length)?).map(Value::String)
    }

    fn array(&mut self, length: u64, depth: usize) -> mlua::Result<Value> {
        self.check_depth(depth, "mp_decode_to_lua_array")?;
        let table = self.lua.create_table()?;
        for index in 1..=length {
            let value = self.value(depth + 1)?;
            table.raw_set(index, value)?;
        }
        Ok(Value::Table(table))
    }

    fn map(&mut self, length: u64, depth: usize) -> mlua::Result<Value> {
        self.check_depth(depth, "mp_decode_to_lua_hash")?;
        let table = self.lua.create_table()?;
        for _ in 0..length {
            let key = self.value(depth + 1)?;
            let value = self.value(depth + 1)?;
            match key {
                Value::Nil => return Err(without_position("table index is nil")),
                Value::Number(n) if n.is_nan() => return Err(without_position("table index is NaN")),
                key => table.raw_set(key, value)?,
            }
        }
        Ok(Value::Table(table))
    }

    fn check_depth(&self, depth: usize, function: &str) -> mlua::Result<()> {
        if depth < MAX_UNPACK_DEPTH {
            return Ok(());
        }
        Err(throw::error(self.lua, format!("stack overflow (in function {function})")))
    }
}

/// Returns the error that Lua itself raises in a function that is not written in Lua.
fn without_position(text: &str) -> mlua::Error {
    mlua::Error::external(Thrown::Text(text.into()))
}
