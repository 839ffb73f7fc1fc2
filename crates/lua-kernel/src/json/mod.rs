//! The library `cjson`: JSON, with the settings that scripts can change.

mod decode;
mod encode;

use std::cell::RefCell;
use std::rc::Rc;

use mlua::{Lua, MultiValue, Table, Value};

use crate::random::to_i64;
use crate::throw;

/// The settings of an instance of the library.
#[derive(Debug, Clone)]
struct Settings {
    /// Whether a sparse array becomes an object. Otherwise it is an error.
    converts_sparse_arrays: bool,
    /// An array is sparse if its largest index exceeds the number of its elements by this factor. 0 means never.
    sparse_ratio: i32,
    /// Arrays whose largest index is at most this are never sparse.
    sparse_safe: i32,
    encode_max_depth: i32,
    decode_max_depth: i32,
    encode_invalid_numbers: InvalidNumbers,
    decodes_invalid_numbers: bool,
    keeps_buffer: bool,
    /// Number of significant digits of the numbers that are written.
    precision: i32,
}

/// How NaN and infinities are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InvalidNumbers {
    Refused,
    Written,
    Null,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            converts_sparse_arrays: false,
            sparse_ratio: 2,
            sparse_safe: 10,
            encode_max_depth: 1000,
            decode_max_depth: 1000,
            encode_invalid_numbers: InvalidNumbers::Refused,
            decodes_invalid_numbers: true,
            keeps_buffer: true,
            precision: 14,
        }
    }
}

type Shared = Rc<RefCell<Settings>>;

/// Creates an instance of the library with default settings.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn create(lua: &Lua) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    let settings = Shared::default();
    let shared = settings.clone();
    let encode = lua.create_function(move |lua, args: MultiValue| {
        if args.len() != 1 {
            return Err(throw::bad_argument(lua, 1, "expected 1 argument"));
        }
        let text = encode::encode(lua, &shared.borrow(), &args[0])?;
        lua.create_string(text)
    })?;
    library.raw_set("encode", encode)?;
    let shared = settings.clone();
    let decode = lua.create_function(move |lua, args: MultiValue| {
        if args.len() != 1 {
            return Err(throw::bad_argument(lua, 1, "expected 1 argument"));
        }
        let text = throw::check_string(lua, &args, 1)?;
        let text = text.as_bytes();
        decode::decode(lua, &shared.borrow(), &text)
    })?;
    library.raw_set("decode", decode)?;
    add_switches(lua, &library, &settings)?;
    add_numbers(lua, &library, &settings)?;
    library.raw_set("new", lua.create_function(|lua, _: MultiValue| create(lua))?)?;
    library.raw_set("null", Value::NULL)?;
    library.raw_set("_NAME", "cjson")?;
    library.raw_set("_VERSION", "2.1.0")?;
    Ok(library)
}

/// Adds the functions that read and change settings with a name for each value.
fn add_switches(lua: &Lua, library: &Table, settings: &Shared) -> mlua::Result<()> {
    let shared = settings.clone();
    let function = lua.create_function(move |lua, args: MultiValue| {
        check_count(lua, &args, 3)?;
        let mut settings = shared.borrow_mut();
        if let Some(choice) = check_choice(lua, &args, &["off", "on"])? {
            settings.converts_sparse_arrays = choice == 1;
        }
        set_integer(lua, &args, 2, &mut settings.sparse_ratio, 0, i32::MAX)?;
        set_integer(lua, &args, 3, &mut settings.sparse_safe, 0, i32::MAX)?;
        Ok((settings.converts_sparse_arrays, settings.sparse_ratio, settings.sparse_safe))
    })?;
    library.raw_set("encode_sparse_array", function)?;
    let shared = settings.clone();
    let function = lua.create_function(move |lua, args: MultiValue| {
        check_count(lua, &args, 1)?;
        let mut settings = shared.borrow_mut();
        if let Some(choice) = check_choice(lua, &args, &["off", "on", "null"])? {
            settings.encode_invalid_numbers =
                [InvalidNumbers::Refused, InvalidNumbers::Written, InvalidNumbers::Null][choice];
        }
        match settings.encode_invalid_numbers {
            InvalidNumbers::Null => lua.create_string("null").map(Value::String),
            choice => Ok(Value::Boolean(choice == InvalidNumbers::Written)),
        }
    })?;
    library.raw_set("encode_invalid_numbers", function)?;
    type Switch = (&'static str, fn(&mut Settings) -> &mut bool);
    let switches: [Switch; 2] = [
        ("decode_invalid_numbers", |settings| &mut settings.decodes_invalid_numbers),
        ("encode_keep_buffer", |settings| &mut settings.keeps_buffer),
    ];
    for (name, switch) in switches {
        let shared = settings.clone();
        let function = lua.create_function(move |lua, args: MultiValue| {
            check_count(lua, &args, 1)?;
            let mut settings = shared.borrow_mut();
            let switch = switch(&mut settings);
            if let Some(choice) = check_choice(lua, &args, &["off", "on"])? {
                *switch = choice == 1;
            }
            Ok(*switch)
        })?;
        library.raw_set(name, function)?;
    }
    Ok(())
}

/// Adds the functions that read and change settings that are numbers.
fn add_numbers(lua: &Lua, library: &Table, settings: &Shared) -> mlua::Result<()> {
    type Setting = (&'static str, i32, fn(&mut Settings) -> &mut i32);
    let numbers: [Setting; 3] = [
        ("encode_max_depth", i32::MAX, |settings| &mut settings.encode_max_depth),
        ("decode_max_depth", i32::MAX, |settings| &mut settings.decode_max_depth),
        ("encode_number_precision", 14, |settings| &mut settings.precision),
    ];
    for (name, max, number) in numbers {
        let shared = settings.clone();
        let function = lua.create_function(move |lua, args: MultiValue| {
            check_count(lua, &args, 1)?;
            let mut settings = shared.borrow_mut();
            let number = number(&mut settings);
            set_integer(lua, &args, 1, number, 1, max)?;
            Ok(*number)
        })?;
        library.raw_set(name, function)?;
    }
    Ok(())
}

fn check_count(lua: &Lua, args: &MultiValue, max: usize) -> mlua::Result<()> {
    if args.len() <= max {
        return Ok(());
    }
    Err(throw::bad_argument(lua, max + 1, "found too many arguments"))
}

/// Returns the index of the choice that the first argument names, or `None` if it is nil. True and false stand for `on`
/// and `off`.
fn check_choice(lua: &Lua, args: &MultiValue, choices: &[&str]) -> mlua::Result<Option<usize>> {
    match args.front() {
        None | Some(Value::Nil) => Ok(None),
        Some(Value::Boolean(yes)) => Ok(Some(usize::from(*yes))),
        Some(_) => {
            let name = throw::check_string(lua, args, 1)?;
            let name = name.to_string_lossy();
            let choice = choices.iter().position(|choice| *choice == name);
            choice.map(Some).ok_or_else(|| throw::bad_argument(lua, 1, &format!("invalid option '{name}'")))
        }
    }
}

fn set_integer(lua: &Lua, args: &MultiValue, number: usize, setting: &mut i32, min: i32, max: i32) -> mlua::Result<()> {
    if matches!(args.get(number - 1), None | Some(Value::Nil)) {
        return Ok(());
    }
    let value = to_i64(throw::check_number(lua, args, number)?) as i32;
    if !(min..=max).contains(&value) {
        return Err(throw::bad_argument(lua, 1, &format!("expected integer between {min} and {max}")));
    }
    *setting = value;
    Ok(())
}
