//! Errors that functions written in Rust raise in Lua.
//!
//! `mlua` can raise only errors of its own type, which a script sees as userdata. So `pcall`, `xpcall` and
//! `coroutine.resume` are replaced (`globals.rs`), and convert these errors to the values that a script gets from Redis:
//! a string, or a table with the field `err`.

use std::fmt;

use mlua::{Error, Lua, MultiValue, Value};

/// The value of an error that a function written in Rust raises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thrown {
    /// A string, as `luaL_error` raises it.
    Text(Vec<u8>),
    /// A table with the field `err`, as Redis's own functions raise it.
    Table {
        /// The field `err`.
        err: Vec<u8>,
        /// Whether the table has the field `ignore_error_stats_update`, because the error has been counted.
        is_counted: bool,
    },
}

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Thrown::Text(text) | Thrown::Table { err: text, .. }) = self;
        f.write_str(&String::from_utf8_lossy(text))
    }
}

impl std::error::Error for Thrown {}

/// Returns the error with a text that starts with the line of the running script, as `luaL_error` does.
pub fn error(lua: &Lua, text: impl AsRef<[u8]>) -> Error {
    let mut message = position(lua);
    message.extend_from_slice(text.as_ref());
    Error::external(Thrown::Text(message))
}

/// Returns the error that Redis's own functions raise: a table whose field `err` is `ERR ` and the text.
pub fn redis_error(text: &str) -> Error {
    Error::external(Thrown::Table { err: format!("ERR {text}").into_bytes(), is_counted: false })
}

/// Returns `name:line: ` for the Lua function that has called the running function, or nothing if it was called from
/// elsewhere.
fn position(lua: &Lua) -> Vec<u8> {
    let position = lua.inspect_stack(1, |debug| {
        let source = debug.source().short_src.map(|name| name.into_owned());
        debug.current_line().map(|line| format!("{}:{line}: ", source.unwrap_or_default()))
    });
    position.flatten().unwrap_or_default().into_bytes()
}

/// Returns the error for an invalid argument, as `luaL_argerror` does. The first argument has the number 1.
pub fn bad_argument(lua: &Lua, number: usize, reason: &str) -> Error {
    let (name, is_method) = lua
        .inspect_stack(0, |debug| {
            let names = debug.names();
            (names.name.map(|name| name.into_owned()), names.name_what == Some("method"))
        })
        .unwrap_or_default();
    let name = name.unwrap_or_else(|| "?".to_owned());
    match number.checked_sub(usize::from(is_method)) {
        Some(0) if is_method => error(lua, format!("calling '{name}' on bad self ({reason})")),
        number => error(lua, format!("bad argument #{} to '{name}' ({reason})", number.unwrap_or_default())),
    }
}

/// Returns the error for an argument of the wrong type, as `luaL_typerror` does.
pub fn wrong_type(lua: &Lua, args: &MultiValue, number: usize, expected: &str) -> Error {
    let found = args.get(number.wrapping_sub(1)).map_or("no value", type_name);
    bad_argument(lua, number, &format!("{expected} expected, got {found}"))
}

/// Returns the name of a value's type, as `type` does.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Nil => "nil",
        Value::Boolean(_) => "boolean",
        Value::Integer(_) | Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Table(_) => "table",
        Value::Function(_) => "function",
        Value::Thread(_) => "thread",
        _ => "userdata",
    }
}

/// Converts an error that was raised in Rust to the value that a script sees. Returns other values unchanged.
///
/// # Errors
/// Returns an error if there is not enough memory for the value.
pub fn to_script_value(lua: &Lua, value: Value) -> mlua::Result<Value> {
    let Value::Error(error) = value else { return Ok(value) };
    match thrown(&error) {
        Thrown::Text(text) => lua.create_string(text).map(Value::String),
        Thrown::Table { err, is_counted } => {
            let table = lua.create_table()?;
            table.raw_set("err", lua.create_string(err)?)?;
            if is_counted {
                table.raw_set("ignore_error_stats_update", true)?;
            }
            Ok(Value::Table(table))
        }
    }
}

/// Finds the value that was raised. Errors of `mlua` itself become their text.
pub fn thrown(error: &Error) -> Thrown {
    if let Some(thrown) = error.downcast_ref::<Thrown>() {
        return thrown.clone();
    }
    match error {
        Error::CallbackError { cause, .. } | Error::WithContext { cause, .. } => thrown(cause),
        Error::MemoryError(_) => Thrown::Text(b"not enough memory".to_vec()),
        // `mlua` has added a stack traceback to an error that has passed through Rust.
        Error::RuntimeError(text) => {
            let text = text.split("\nstack traceback:\n").next().unwrap_or_default();
            Thrown::Text(text.as_bytes().to_vec())
        }
        error => Thrown::Text(error.to_string().into_bytes()),
    }
}

/// Returns a number argument as `luaL_checknumber` does, which also accepts a string that holds a number.
///
/// # Errors
/// Returns the error for an argument of the wrong type.
pub fn check_number(lua: &Lua, args: &MultiValue, number: usize) -> mlua::Result<f64> {
    let value = args.get(number - 1).cloned().unwrap_or(Value::Nil);
    match value {
        Value::Integer(n) => Ok(n as f64),
        Value::Number(n) => Ok(n),
        Value::String(_) => lua.coerce_number(value)?.ok_or_else(|| wrong_type(lua, args, number, "number")),
        _ => Err(wrong_type(lua, args, number, "number")),
    }
}

/// Returns a string argument as `luaL_checkstring` does, which also accepts a number.
///
/// # Errors
/// Returns the error for an argument of the wrong type.
pub fn check_string(lua: &Lua, args: &MultiValue, number: usize) -> mlua::Result<mlua::String> {
    match args.get(number - 1) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(value @ (Value::Integer(_) | Value::Number(_))) => {
            lua.coerce_string(value.clone())?.ok_or_else(|| wrong_type(lua, args, number, "string"))
        }
        _ => Err(wrong_type(lua, args, number, "string")),
    }
}
