//! Writes values as JSON.

use mlua::{Lua, Table, Value};

use super::{InvalidNumbers, Settings};
use crate::g_format::format_g;
use crate::throw::{self, type_name};

/// Maximum length of the text in bytes.
const MAX_LENGTH: usize = 256 << 20;

/// Writes a value as JSON.
///
/// # Errors
/// Returns an error if the value cannot be written.
pub fn encode(lua: &Lua, settings: &Settings, value: &Value) -> mlua::Result<Vec<u8>> {
    let mut encoder = Encoder { lua, settings, text: Vec::new() };
    encoder.value(value, 0)?;
    Ok(encoder.text)
}

struct Encoder<'a> {
    lua: &'a Lua,
    settings: &'a Settings,
    text: Vec<u8>,
}

impl Encoder<'_> {
    fn refuse(&self, value: &Value, reason: &str) -> mlua::Error {
        throw::error(self.lua, format!("Cannot serialise {}: {reason}", type_name(value)))
    }

    fn value(&mut self, value: &Value, depth: i32) -> mlua::Result<()> {
        if self.text.len() > MAX_LENGTH {
            return Err(mlua::Error::MemoryError("the JSON text is too long".to_owned()));
        }
        match value {
            Value::String(text) => self.string(&text.as_bytes()),
            Value::Integer(n) => self.number(value, *n as f64)?,
            Value::Number(n) => self.number(value, *n)?,
            Value::Boolean(yes) => self.text.extend_from_slice(if *yes { b"true" } else { b"false" }),
            Value::Nil => self.text.extend_from_slice(b"null"),
            Value::LightUserData(pointer) if pointer.0.is_null() => self.text.extend_from_slice(b"null"),
            Value::Table(table) => self.table(value, table, depth.saturating_add(1))?,
            _ => return Err(self.refuse(value, "type not supported")),
        }
        Ok(())
    }

    fn table(&mut self, value: &Value, table: &Table, depth: i32) -> mlua::Result<()> {
        if depth > self.settings.encode_max_depth {
            return Err(throw::error(self.lua, format!("Cannot serialise, excessive nesting ({depth})")));
        }
        match self.array_length(value, table)? {
            Some(length @ 1..) => self.array(table, length, depth),
            _ => self.object(table, depth),
        }
    }

    /// Returns the largest index of a table that is an array, or `None` if the table is an object.
    fn array_length(&self, value: &Value, table: &Table) -> mlua::Result<Option<i64>> {
        let (mut max, mut items, mut is_array) = (0i64, 0i64, true);
        table.for_each(|key: Value, _: Value| {
            let key = match key {
                Value::Integer(n) => n as f64,
                Value::Number(n) => n,
                _ => 0.0,
            };
            is_array &= key >= 1.0 && key.floor() == key;
            max = max.max(key as i64);
            items += 1;
            Ok(())
        })?;
        if !is_array {
            return Ok(None);
        }
        let Settings { sparse_ratio, sparse_safe, converts_sparse_arrays, .. } = *self.settings;
        let is_sparse =
            sparse_ratio > 0 && max > items.saturating_mul(i64::from(sparse_ratio)) && max > i64::from(sparse_safe);
        match (is_sparse, converts_sparse_arrays) {
            (true, false) => Err(self.refuse(value, "excessively sparse array")),
            (true, true) => Ok(None),
            (false, _) => Ok(Some(max)),
        }
    }

    fn array(&mut self, table: &Table, length: i64, depth: i32) -> mlua::Result<()> {
        self.text.push(b'[');
        for index in 1..=length {
            if index > 1 {
                self.text.push(b',');
            }
            let value: Value = table.raw_get(index)?;
            self.value(&value, depth)?;
        }
        self.text.push(b']');
        Ok(())
    }

    fn object(&mut self, table: &Table, depth: i32) -> mlua::Result<()> {
        self.text.push(b'{');
        let mut is_first = true;
        table.for_each(|key: Value, value: Value| {
            if !std::mem::replace(&mut is_first, false) {
                self.text.push(b',');
            }
            match &key {
                Value::Integer(_) | Value::Number(_) => {
                    self.text.push(b'"');
                    self.value(&key, depth)?;
                    self.text.push(b'"');
                }
                Value::String(text) => self.string(&text.as_bytes()),
                key => return Err(self.refuse(key, "table key must be a number or string")),
            }
            self.text.push(b':');
            self.value(&value, depth)
        })?;
        self.text.push(b'}');
        Ok(())
    }

    fn number(&mut self, value: &Value, number: f64) -> mlua::Result<()> {
        if !number.is_finite() {
            match self.settings.encode_invalid_numbers {
                InvalidNumbers::Refused => return Err(self.refuse(value, "must not be NaN or Inf")),
                InvalidNumbers::Null => {
                    self.text.extend_from_slice(b"null");
                    return Ok(());
                }
                InvalidNumbers::Written if number.is_nan() => {
                    self.text.extend_from_slice(b"nan");
                    return Ok(());
                }
                InvalidNumbers::Written => {}
            }
        }
        let precision = self.settings.precision.unsigned_abs() as usize;
        self.text.extend_from_slice(format_g(number, precision).as_bytes());
        Ok(())
    }

    fn string(&mut self, text: &[u8]) {
        self.text.push(b'"');
        for &byte in text {
            match byte {
                b'"' => self.text.extend_from_slice(b"\\\""),
                b'\\' => self.text.extend_from_slice(b"\\\\"),
                b'/' => self.text.extend_from_slice(b"\\/"),
                b'\n' => self.text.extend_from_slice(b"\\n"),
                b'\r' => self.text.extend_from_slice(b"\\r"),
                b'\t' => self.text.extend_from_slice(b"\\t"),
                0x08 => self.text.extend_from_slice(b"\\b"),
                0x0c => self.text.extend_from_slice(b"\\f"),
                0..0x20 | 0x7f => self.text.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                byte => self.text.push(byte),
            }
        }
        self.text.push(b'"');
    }
}
