//! The global names that scripts see, and their protection against changes.
//!
//! Redis has changed its copy of Lua so that tables can be read-only. Here, each protected table is empty, and its
//! metatable looks names up in a hidden table and refuses assignments. The functions that ignore metatables, such as
//! `rawset`, are replaced by functions that know the protected tables.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use mlua::{Function, Lua, MultiValue, Table, Value};

use crate::throw::{self, Thrown};

/// The functions of Lua's base library that scripts may use.
const BASE: [&str; 20] = [
    "_VERSION",
    "assert",
    "collectgarbage",
    "error",
    "gcinfo",
    "getmetatable",
    "ipairs",
    "load",
    "loadstring",
    "next",
    "pairs",
    "pcall",
    "rawequal",
    "rawget",
    "rawset",
    "select",
    "setmetatable",
    "tonumber",
    "tostring",
    "type",
];

/// The rest of the base library.
const MORE_BASE: [&str; 2] = ["unpack", "xpcall"];

const READ_ONLY: &str = "Attempt to modify a readonly table";

/// The functions that are replaced by Lua code, because they call other functions. `to_script_value` converts an error
/// that was raised in Rust, and `to_pcall_value` also replaces a table by its field `err`, as Redis's `pcall` does.
const CALLING_FUNCTIONS: &str = "
local pcall, xpcall, resume, to_pcall_value, to_script_value, select = ...
local function finish(ok, ...)
  if ok then return ok, ... end
  return ok, to_pcall_value((...))
end
local function finish_resume(ok, ...)
  if ok then return ok, ... end
  return ok, to_script_value((...))
end
local function new_pcall(...)
  if select('#', ...) == 0 then return false end
  return finish(pcall(...))
end
local function new_xpcall(f, handler)
  return xpcall(f, function(e) return handler(to_script_value(e)) end)
end
local function new_resume(...) return finish_resume(resume(...)) end
return new_pcall, new_xpcall, new_resume
";

/// The protected tables of an interpreter.
#[derive(Debug, Default)]
pub struct Protected {
    /// The hidden contents of each protected table, and the metatable that scripts see, by the table's address.
    tables: RefCell<HashMap<usize, (Table, Option<Table>)>>,
    /// The protected tables themselves.
    shells: RefCell<Vec<Table>>,
}

impl Protected {
    /// Returns the hidden contents of a protected table.
    fn contents(&self, table: &Table) -> Option<Table> {
        self.tables.borrow().get(&table.to_pointer().addr()).map(|(contents, _)| contents.clone())
    }

    /// Creates a protected table with the given contents.
    ///
    /// # Errors
    /// Returns an error if there is not enough memory.
    pub fn add(&self, lua: &Lua, contents: &Table) -> mlua::Result<Table> {
        let shell = lua.create_table()?;
        self.protect(lua, &shell, contents, None)?;
        Ok(shell)
    }

    /// Protects an empty table, which then seems to contain `contents`.
    fn protect(&self, lua: &Lua, shell: &Table, contents: &Table, shown: Option<Table>) -> mlua::Result<()> {
        let metatable = lua.create_table()?;
        metatable.raw_set("__index", contents)?;
        let refuse =
            lua.create_function(|lua, _: MultiValue| -> mlua::Result<()> { Err(throw::error(lua, READ_ONLY)) })?;
        metatable.raw_set("__newindex", refuse)?;
        shell.set_metatable(Some(metatable))?;
        self.tables.borrow_mut().insert(shell.to_pointer().addr(), (contents.clone(), shown));
        self.shells.borrow_mut().push(shell.clone());
        Ok(())
    }

    /// Removes what a script has put into protected tables with functions that ignore metatables, such as
    /// `table.insert`.
    ///
    /// # Errors
    /// Returns an error if a table cannot be changed.
    pub fn clean(&self) -> mlua::Result<()> {
        for shell in self.shells.borrow().iter() {
            let mut keys: Vec<Value> = Vec::new();
            shell.for_each(|key: Value, _: Value| {
                keys.push(key);
                Ok(())
            })?;
            for key in keys {
                shell.raw_set(key, Value::Nil)?;
            }
        }
        Ok(())
    }
}

/// Adds a metatable that raises an error when a name is not found. Returns the function that raises it.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn refuse_unknown_names(lua: &Lua, contents: &Table) -> mlua::Result<Function> {
    let metatable = lua.create_table()?;
    let refuse = lua.create_function(|lua, (_, key): (Value, Value)| -> mlua::Result<Value> {
        let name = match &key {
            Value::String(text) => text.as_bytes().to_vec(),
            Value::Integer(_) | Value::Number(_) => key.to_string()?.into_bytes(),
            _ => b"(null)".to_vec(),
        };
        let text = [b"Script attempted to access nonexistent global variable '", &name[..], b"'"].concat();
        Err(throw::error(lua, text))
    })?;
    metatable.raw_set("__index", &refuse)?;
    contents.set_metatable(Some(metatable))?;
    Ok(refuse)
}

/// Replaces the global names by those that Redis offers, and protects them. `libraries` are the additional global
/// tables. Returns the hidden table of global names.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn install(lua: &Lua, protected: &Rc<Protected>, libraries: &[(&str, Table)]) -> mlua::Result<Table> {
    let globals = lua.globals();
    let names = lua.create_table()?;
    for name in BASE.into_iter().chain(MORE_BASE) {
        names.raw_set(name, globals.raw_get::<Value>(name)?)?;
    }
    let coroutine: Table = globals.raw_get("coroutine")?;
    replace_calling_functions(lua, &names, &coroutine)?;
    replace_loading_functions(lua, &names)?;
    replace_raw_functions(lua, protected, &names)?;
    let os = lua.create_table()?;
    os.raw_set("clock", globals.raw_get::<Table>("os")?.raw_get::<Function>("clock")?)?;
    let string: Table = globals.raw_get("string")?;
    for (name, contents) in [
        ("string", string.clone()),
        ("table", globals.raw_get("table")?),
        ("math", globals.raw_get("math")?),
        ("coroutine", coroutine),
        ("os", os),
    ] {
        names.raw_set(name, protected.add(lua, &contents)?)?;
    }
    for (name, contents) in libraries {
        names.raw_set(*name, protected.add(lua, contents)?)?;
    }
    names.raw_set("_G", &globals)?;
    let refuse = refuse_unknown_names(lua, &names)?;
    let mut old_names: Vec<Value> = Vec::new();
    globals.for_each(|name: Value, _: Value| {
        old_names.push(name);
        Ok(())
    })?;
    for name in old_names {
        globals.raw_set(name, Value::Nil)?;
    }
    let shown = lua.create_table()?;
    shown.raw_set("__index", refuse)?;
    let shown = protected.add(lua, &shown)?;
    protected.protect(lua, &globals, &names, Some(shown))?;
    Ok(names)
}

fn replace_calling_functions(lua: &Lua, names: &Table, coroutine: &Table) -> mlua::Result<()> {
    let to_script_value = lua.create_function(throw::to_script_value)?;
    let to_pcall_value = lua.create_function(|lua, error: Value| {
        let error = throw::to_script_value(lua, error)?;
        if let Value::Table(table) = &error
            && let Ok(text @ (Value::String(_) | Value::Number(_) | Value::Integer(_))) = table.get("err")
        {
            return Ok(text);
        }
        Ok(error)
    })?;
    let get = |name| names.raw_get::<Function>(name);
    let resume: Function = coroutine.raw_get("resume")?;
    let chunk = lua.load(CALLING_FUNCTIONS).set_name("=[C]");
    let (pcall, xpcall, resume): (Function, Function, Function) =
        chunk.call((get("pcall")?, get("xpcall")?, resume, to_pcall_value, to_script_value, get("select")?))?;
    names.raw_set("pcall", pcall)?;
    names.raw_set("xpcall", xpcall)?;
    coroutine.raw_set("resume", resume)
}

/// Replaces `loadstring` and `load`, so that they never accept bytecode, which could crash the interpreter.
fn replace_loading_functions(lua: &Lua, names: &Table) -> mlua::Result<()> {
    let loadstring: Function = names.raw_get("loadstring")?;
    let raw = loadstring.clone();
    let function = lua.create_function(move |lua, args: MultiValue| {
        let source = throw::check_string(lua, &args, 1)?;
        let name = match args.get(1) {
            None | Some(Value::Nil) => source.clone(),
            Some(_) => throw::check_string(lua, &args, 2)?,
        };
        raw.call::<MultiValue>((as_text(lua, &source.as_bytes())?, name)).map_err(without_traceback)
    })?;
    names.raw_set("loadstring", function)?;
    let function = lua.create_function(move |lua, args: MultiValue| {
        let Some(Value::Function(reader)) = args.front() else {
            return Err(throw::wrong_type(lua, &args, 1, "function"));
        };
        let name = match args.get(1) {
            None | Some(Value::Nil) => lua.create_string("=(load)")?,
            Some(_) => throw::check_string(lua, &args, 2)?,
        };
        let mut source = Vec::new();
        loop {
            match reader.call::<Value>(()) {
                Ok(Value::Nil) => break,
                Ok(Value::String(piece)) if piece.as_bytes().is_empty() => break,
                Ok(Value::String(piece)) => source.extend_from_slice(&piece.as_bytes()),
                Ok(_) => {
                    let text = lua.create_string("reader function must return a string")?;
                    return Ok(MultiValue::from_vec(vec![Value::Nil, Value::String(text)]));
                }
                Err(error) => {
                    let error = throw::to_script_value(lua, Value::Error(Box::new(error)))?;
                    return Ok(MultiValue::from_vec(vec![Value::Nil, error]));
                }
            }
        }
        loadstring.call::<MultiValue>((as_text(lua, &source)?, name)).map_err(without_traceback)
    })?;
    names.raw_set("load", function)
}

/// Returns source code that the interpreter never takes for bytecode, which starts with ESC.
pub fn as_text(lua: &Lua, source: &[u8]) -> mlua::Result<mlua::String> {
    const ESCAPE: u8 = 0x1b;
    match source.first() {
        Some(&ESCAPE) => lua.create_string([b" ", source].concat()),
        _ => lua.create_string(source),
    }
}

/// Replaces the functions that ignore metatables.
fn replace_raw_functions(lua: &Lua, protected: &Rc<Protected>, names: &Table) -> mlua::Result<()> {
    let raw_next: Function = names.raw_get("next")?;
    let (known, next) = (protected.clone(), raw_next.clone());
    let function = lua.create_function(move |lua, args: MultiValue| {
        let Some(Value::Table(table)) = args.front() else { return Err(throw::wrong_type(lua, &args, 1, "table")) };
        let table = known.contents(table).unwrap_or_else(|| table.clone());
        let key = args.get(1).cloned().unwrap_or(Value::Nil);
        next.call::<MultiValue>((table, key)).map_err(without_traceback)
    })?;
    names.raw_set("next", function)?;
    let (known, next) = (protected.clone(), raw_next);
    let function = lua.create_function(move |lua, args: MultiValue| {
        let Some(Value::Table(table)) = args.front() else { return Err(throw::wrong_type(lua, &args, 1, "table")) };
        let table = known.contents(table).unwrap_or_else(|| table.clone());
        Ok((next.clone(), table, Value::Nil))
    })?;
    names.raw_set("pairs", function)?;
    let known = protected.clone();
    let function = lua.create_function(move |lua, args: MultiValue| {
        let Some(Value::Table(table)) = args.front() else { return Err(throw::wrong_type(lua, &args, 1, "table")) };
        let Some(key) = args.get(1) else { return Err(throw::bad_argument(lua, 2, "value expected")) };
        known.contents(table).unwrap_or_else(|| table.clone()).raw_get::<Value>(key.clone())
    })?;
    names.raw_set("rawget", function)?;
    let (known, rawset) = (protected.clone(), names.raw_get::<Function>("rawset")?);
    let function = lua.create_function(move |lua, args: MultiValue| {
        let Some(Value::Table(table)) = args.front() else { return Err(throw::wrong_type(lua, &args, 1, "table")) };
        let (Some(key), Some(value)) = (args.get(1), args.get(2)) else {
            let missing = args.len() + 1;
            return Err(throw::bad_argument(lua, missing, "value expected"));
        };
        if known.contents(table).is_some() {
            return Err(mlua::Error::external(Thrown::Text(READ_ONLY.into())));
        }
        rawset.call::<Value>((table, key, value)).map_err(without_traceback)
    })?;
    names.raw_set("rawset", function)?;
    let known = protected.clone();
    let function = lua.create_function(move |lua, args: MultiValue| {
        let Some(Value::Table(table)) = args.front() else { return Err(throw::wrong_type(lua, &args, 1, "table")) };
        let metatable = match args.get(1) {
            Some(Value::Table(metatable)) => Some(metatable.clone()),
            Some(Value::Nil) => None,
            _ => return Err(throw::bad_argument(lua, 2, "nil or table expected")),
        };
        if known.contents(table).is_some() {
            return Err(mlua::Error::external(Thrown::Text(READ_ONLY.into())));
        }
        if let Some(current) = table.metatable()
            && !current.raw_get::<Value>("__metatable")?.is_nil()
        {
            return Err(throw::error(lua, "cannot change a protected metatable"));
        }
        table.set_metatable(metatable)?;
        Ok(table.clone())
    })?;
    names.raw_set("setmetatable", function)?;
    let (known, getmetatable) = (protected.clone(), names.raw_get::<Function>("getmetatable")?);
    let strings: Table = getmetatable.call("")?;
    let strings = protected.add(lua, &strings)?;
    let function = lua.create_function(move |lua, args: MultiValue| match args.front() {
        None => Err(throw::bad_argument(lua, 1, "value expected")),
        Some(Value::String(_)) => Ok(Value::Table(strings.clone())),
        Some(Value::Table(table)) if known.contents(table).is_some() => {
            let tables = known.tables.borrow();
            let shown = tables.get(&table.to_pointer().addr()).and_then(|(_, shown)| shown.clone());
            Ok(shown.map_or(Value::Nil, Value::Table))
        }
        Some(value) => getmetatable.call::<Value>(value.clone()),
    })?;
    names.raw_set("getmetatable", function)
}

/// Replaces an error of a function of Lua that was called from Rust by its text.
fn without_traceback(error: mlua::Error) -> mlua::Error {
    mlua::Error::external(throw::thrown(&error))
}
