//! Conversions between replies of Redis and values of Lua.

use mlua::{Lua, Table, Value};
use redis_engine::error::Error;
use redis_engine::reply::{Protocol, Reply};

use crate::random::to_i64;

/// Maximum length in bytes of the reply of a script.
const MAX_REPLY: usize = 256 << 20;

/// Maximum depth of nested tables in the reply of a script. Redis stops where Lua's stack is full, at about 8,000.
const MAX_DEPTH: usize = 7_500;

/// Converts the first reply in `resp` to a value of Lua. Returns it with the length of the reply, or `None` if the reply
/// is not valid RESP.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn to_lua(lua: &Lua, resp: &[u8], protocol: u8) -> mlua::Result<Option<(Value, usize)>> {
    let mut reader = Reader { lua, resp, position: 0, protocol };
    let value = reader.value()?;
    Ok(value.map(|value| (value, reader.position)))
}

struct Reader<'a> {
    lua: &'a Lua,
    resp: &'a [u8],
    position: usize,
    protocol: u8,
}

impl<'a> Reader<'a> {
    fn line(&mut self) -> Option<(u8, &'a [u8])> {
        let rest = self.resp.get(self.position..)?;
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        self.position += end + 2;
        rest[..end].split_first().map(|(&kind, text)| (kind, text))
    }

    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let bytes = self.resp.get(self.position..self.position.checked_add(length)?)?;
        self.position += length + 2;
        Some(bytes)
    }

    fn string(&self, text: &[u8]) -> mlua::Result<Option<Value>> {
        self.lua.create_string(text).map(|text| Some(Value::String(text)))
    }

    /// Returns a table with a single field.
    fn field(&self, name: &str, value: Value) -> mlua::Result<Option<Value>> {
        let table = self.lua.create_table_with_capacity(0, 1)?;
        table.raw_set(name, value)?;
        Ok(Some(Value::Table(table)))
    }

    fn text_field(&self, name: &str, text: &[u8]) -> mlua::Result<Option<Value>> {
        let text = self.lua.create_string(text)?;
        self.field(name, Value::String(text))
    }

    fn null(&self) -> Value {
        if self.protocol < 3 { Value::Boolean(false) } else { Value::Nil }
    }

    fn value(&mut self) -> mlua::Result<Option<Value>> {
        let Some((kind, text)) = self.line() else { return Ok(None) };
        let number = || std::str::from_utf8(text).ok()?.parse::<i64>().ok();
        let length = || number().and_then(|length| usize::try_from(length).ok());
        match kind {
            b':' => Ok(number().map(|n| Value::Number(n as f64))),
            b'+' => self.text_field("ok", text),
            b'-' => self.text_field("err", text),
            b'_' => Ok(Some(self.null())),
            b'$' | b'*' if text == b"-1" => Ok(Some(self.null())),
            b'$' => match length().and_then(|length| self.bytes(length)) {
                Some(bytes) => self.string(bytes),
                None => Ok(None),
            },
            b'*' | b'>' => match length() {
                Some(length) => self.array(length),
                None => Ok(None),
            },
            b'%' | b'~' => match length() {
                Some(length) => self.collection(kind, length),
                None => Ok(None),
            },
            b'|' => {
                for _ in 0..length().unwrap_or_default() * 2 {
                    self.value()?;
                }
                self.value()
            }
            b'#' => Ok(Some(Value::Boolean(text == b"t"))),
            b',' => {
                let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
                self.field("double", Value::Number(number.unwrap_or(f64::NAN)))
            }
            b'(' => self.text_field("big_number", text),
            b'=' => match length().and_then(|length| self.bytes(length)).and_then(|bytes| bytes.split_at_checked(4)) {
                Some((format, text)) => {
                    let table = self.lua.create_table()?;
                    table.raw_set("format", self.lua.create_string(&format[..3])?)?;
                    table.raw_set("string", self.lua.create_string(text)?)?;
                    self.field("verbatim_string", Value::Table(table))
                }
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn array(&mut self, length: usize) -> mlua::Result<Option<Value>> {
        let table = self.lua.create_table_with_capacity(length.min(1 << 16), 0)?;
        for index in 1..=length {
            let Some(value) = self.value()? else { return Ok(None) };
            table.raw_set(index, value)?;
        }
        Ok(Some(Value::Table(table)))
    }

    /// Converts a map to a table in the field `map`, or a set to a table in the field `set`, whose values are true.
    fn collection(&mut self, kind: u8, length: usize) -> mlua::Result<Option<Value>> {
        let table = self.lua.create_table()?;
        for _ in 0..length {
            let Some(key) = self.value()? else { return Ok(None) };
            let value = if kind == b'%' { self.value()? } else { Some(Value::Boolean(true)) };
            let Some(value) = value else { return Ok(None) };
            if !key.is_nil() {
                table.raw_set(key, value)?;
            }
        }
        self.field(if kind == b'%' { "map" } else { "set" }, Value::Table(table))
    }
}

/// Why a value could not be converted to a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyError {
    /// The script was killed during the conversion.
    Killed,
    /// The reply would be too long.
    TooLong,
    /// A table could not be read.
    Unreadable,
}

impl From<mlua::Error> for ReplyError {
    fn from(_: mlua::Error) -> Self {
        ReplyError::Unreadable
    }
}

/// Converts the value that a script has returned to a reply. `client_protocol` is the version of RESP that the client
/// uses, `script_protocol` the version that the script has set. `is_killed` is called now and then.
///
/// # Errors
/// Returns an error if the reply would be too long, or if the script was killed.
pub fn to_resp(
    value: &Value,
    client_protocol: u8,
    script_protocol: u8,
    is_killed: &dyn Fn() -> bool,
) -> Result<Vec<u8>, ReplyError> {
    let protocol = if client_protocol < 3 { Protocol::Resp2 } else { Protocol::Resp3 };
    let mut writer = Writer { reply: Reply::new(protocol), script_protocol, is_killed, written: 0 };
    writer.value(value, 0)?;
    Ok(writer.reply.take())
}

struct Writer<'a> {
    reply: Reply,
    script_protocol: u8,
    is_killed: &'a dyn Fn() -> bool,
    /// Number of values that were written.
    written: usize,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), ReplyError> {
        self.written += 1;
        if self.reply.len() > MAX_REPLY {
            return Err(ReplyError::TooLong);
        }
        if self.written.is_multiple_of(4096) && (self.is_killed)() {
            return Err(ReplyError::Killed);
        }
        match value {
            Value::String(text) => self.reply.bulk(&text.as_bytes()),
            Value::Boolean(yes) if self.script_protocol >= 3 => self.reply.boolean(*yes),
            Value::Boolean(true) => self.reply.integer(1),
            Value::Integer(n) => self.reply.integer(*n),
            Value::Number(n) => self.reply.integer(to_i64(*n)),
            Value::Table(_) if depth >= MAX_DEPTH => {
                self.reply.error(&Error::new("ERR reached lua stack limit"));
            }
            Value::Table(table) => self.table(table, depth)?,
            _ => self.reply.null(),
        }
        Ok(())
    }

    fn table(&mut self, table: &Table, depth: usize) -> Result<(), ReplyError> {
        if let Some(text) = text_field(table, "err")? {
            self.reply.error(&Error::new(text));
            return Ok(());
        }
        if let Some(text) = text_field(table, "ok")? {
            self.reply.status_bytes(&single_line(text));
            return Ok(());
        }
        match table.raw_get("double")? {
            Value::Number(n) => {
                self.reply.double(n);
                return Ok(());
            }
            Value::Integer(n) => {
                self.reply.double(n as f64);
                return Ok(());
            }
            _ => {}
        }
        if let Value::Table(map) = table.raw_get("map")? {
            return self.map(&map, depth);
        }
        if let Value::Table(set) = table.raw_get("set")? {
            return self.set(&set, depth);
        }
        if let Some(digits) = text_field(table, "big_number")? {
            self.reply.big_number(&String::from_utf8_lossy(&single_line(digits)));
            return Ok(());
        }
        if let Value::Table(verbatim) = table.raw_get("verbatim_string")?
            && let (Some(format), Some(text)) = (text_field(&verbatim, "format")?, text_field(&verbatim, "string")?)
        {
            let mut format = format;
            format.resize(3, b' ');
            self.reply.verbatim(&String::from_utf8_lossy(&format), &text);
            return Ok(());
        }
        self.array(table, depth)
    }

    // Each value of Lua that Rust holds takes up a slot, and there are only 8,000 of them. So the elements are read
    // twice, one after the other.
    fn array(&mut self, table: &Table, depth: usize) -> Result<(), ReplyError> {
        let mut length = 0;
        while !table.raw_get::<Value>(length + 1)?.is_nil() {
            length += 1;
        }
        self.reply.array(length);
        for index in 1..=length {
            let value: Value = table.raw_get(index)?;
            self.value(&value, depth + 1)?;
        }
        Ok(())
    }

    fn map(&mut self, map: &Table, depth: usize) -> Result<(), ReplyError> {
        self.reply.map(count(map)?);
        self.for_each(map, |writer, key, value| {
            writer.value(&key, depth + 1)?;
            writer.value(&value, depth + 1)
        })
    }

    fn set(&mut self, set: &Table, depth: usize) -> Result<(), ReplyError> {
        self.reply.set(count(set)?);
        self.for_each(set, |writer, key, _| writer.value(&key, depth + 1))
    }

    fn for_each(
        &mut self,
        table: &Table,
        mut write: impl FnMut(&mut Self, Value, Value) -> Result<(), ReplyError>,
    ) -> Result<(), ReplyError> {
        let mut result = Ok(());
        table.for_each(|key: Value, value: Value| {
            if result.is_ok() {
                result = write(self, key, value);
            }
            Ok(())
        })?;
        result
    }
}

fn count(table: &Table) -> mlua::Result<usize> {
    let mut count = 0;
    table.for_each(|_: Value, _: Value| {
        count += 1;
        Ok(())
    })?;
    Ok(count)
}

/// Returns a field that is a string.
fn text_field(table: &Table, name: &str) -> mlua::Result<Option<Vec<u8>>> {
    match table.raw_get(name)? {
        Value::String(text) => Ok(Some(text.as_bytes().to_vec())),
        _ => Ok(None),
    }
}

/// Replaces line breaks with spaces.
fn single_line(mut text: Vec<u8>) -> Vec<u8> {
    for byte in &mut text {
        if matches!(byte, b'\r' | b'\n') {
            *byte = b' ';
        }
    }
    text
}
