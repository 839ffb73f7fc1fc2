//! The table `redis`, through which a script calls Redis.

use std::rc::Rc;

use mlua::{Function, Lua, MultiValue, Table, Value};
use redis_engine::number;
use redis_engine::scripting::{FunctionFlags, RegisteredFunction};

use crate::frame::FromChild;
use crate::interpreter::{Environment, Library, Shared};
use crate::random::to_i64;
use crate::replies;
use crate::throw::{self, redis_error};

/// The version of Redis that scripts see.
const VERSION: &str = "8.2.3";
const VERSION_NUMBER: u32 = 0x0008_0203;

/// The error of a script that SCRIPT KILL or FUNCTION KILL ends.
pub const KILLED: &str = "Script killed by user with SCRIPT KILL...";

const LIBRARY_NAME_RULE: &str =
    "Library names can only contain letters, numbers, or underscores(_) and must be at least one character long";

/// Creates the table `redis` for scripts, or for the functions of libraries.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn create(lua: &Lua, shared: &Rc<Shared>, environment: Environment) -> mlua::Result<Table> {
    let api = lua.create_table()?;
    add_constants(lua, &api)?;
    add_log(lua, &api)?;
    for (name, raises) in [("call", true), ("pcall", false)] {
        let shared = shared.clone();
        let function = lua.create_function(move |lua, args: MultiValue| {
            let error = match call(lua, &shared, &args, false)? {
                Ok(reply) => match &reply {
                    Value::Table(table) if raises && table.raw_len() == 0 => match table.raw_get("err")? {
                        Value::String(err) => throw::Thrown::Table { err: err.as_bytes().to_vec(), is_counted: true },
                        _ => return Ok(reply),
                    },
                    Value::Table(table) if !raises && matches!(table.raw_get("err")?, Value::String(_)) => {
                        table.raw_set("ignore_error_stats_update", true)?;
                        return Ok(reply);
                    }
                    _ => return Ok(reply),
                },
                Err(text) => throw::Thrown::Table { err: format!("ERR {text}").into_bytes(), is_counted: false },
            };
            let error = mlua::Error::external(error);
            if raises { Err(error) } else { throw::to_script_value(lua, Value::Error(Box::new(error))) }
        })?;
        api.raw_set(name, function)?;
    }
    let pipe = shared.clone();
    let function = lua.create_function(move |lua, args: MultiValue| match call(lua, &pipe, &args, true)? {
        Ok(Value::Table(_)) => Err(redis_error("Invalid command passed to redis.acl_check_cmd()")),
        Ok(Value::Number(allowed)) => Ok(Value::Boolean(allowed != 0.0)),
        Ok(reply) => Ok(reply),
        Err(text) => Err(redis_error(text)),
    })?;
    api.raw_set("acl_check_cmd", function)?;
    let function = lua.create_function(|lua, args: MultiValue| {
        if args.len() != 1 {
            return Err(redis_error("wrong number of arguments"));
        }
        let text = lua.coerce_string(args[0].clone())?;
        let digest = sha1_smol::Sha1::from(text.map(|text| text.as_bytes().to_vec()).unwrap_or_default()).digest();
        lua.create_string(digest.to_string())
    })?;
    api.raw_set("sha1hex", function)?;
    for (name, field) in [("error_reply", "err"), ("status_reply", "ok")] {
        api.raw_set(name, lua.create_function(move |lua, args: MultiValue| reply_table(lua, &args, field))?)?;
    }
    let protocol = shared.clone();
    let function = lua.create_function(move |lua, args: MultiValue| {
        if args.len() != 1 {
            return Err(redis_error("redis.setresp() requires one argument."));
        }
        match lua.coerce_number(args[0].clone())?.map(to_i64) {
            Some(version @ (2 | 3)) => protocol.protocol.set(version as u8),
            _ => return Err(redis_error("RESP version must be 2 or 3.")),
        }
        Ok(())
    })?;
    api.raw_set("setresp", function)?;
    let function = lua.create_function(|lua, args: MultiValue| {
        if args.len() != 1 {
            return Err(redis_error("redis.set_repl() requires one argument."));
        }
        // As in Redis, anything that is not a number counts as 0.
        match lua.coerce_number(args[0].clone())?.map_or(0, to_i64) {
            0..=3 => Ok(()),
            _ => Err(redis_error("Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.")),
        }
    })?;
    api.raw_set("set_repl", function)?;
    if environment == Environment::Scripts {
        api.raw_set("replicate_commands", lua.create_function(|_, _: MultiValue| Ok(true))?)?;
        api.raw_set("breakpoint", lua.create_function(|_, _: MultiValue| Ok(false))?)?;
        api.raw_set("debug", lua.create_function(|_, _: MultiValue| Ok(()))?)?;
    }
    Ok(api)
}

/// Creates the table `redis` that the code of a library sees while it is loaded.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn create_for_loading(lua: &Lua, shared: &Rc<Shared>) -> mlua::Result<Table> {
    let api = lua.create_table()?;
    add_constants(lua, &api)?;
    add_log(lua, &api)?;
    let shared = shared.clone();
    let function = lua.create_function(move |lua, args: MultiValue| {
        let (function, callback) = registration(&args).map_err(redis_error)?;
        let mut loading = shared.loading.borrow_mut();
        let Some(Library { functions, registered }) = loading.as_mut() else {
            return Err(redis_error("redis.register_function can only be called on FUNCTION LOAD command"));
        };
        let name = lua.create_string(&function.name)?;
        if functions.raw_get::<Value>(&name)?.is_nil() {
            functions.raw_set(name, callback)?;
        } else {
            return Err(redis_error("Function already exists in the library"));
        }
        registered.push(function);
        Ok(())
    })?;
    api.raw_set("register_function", function)?;
    Ok(api)
}

fn add_constants(lua: &Lua, api: &Table) -> mlua::Result<()> {
    for (name, value) in [
        ("LOG_DEBUG", 0),
        ("LOG_VERBOSE", 1),
        ("LOG_NOTICE", 2),
        ("LOG_WARNING", 3),
        ("REPL_NONE", 0),
        ("REPL_AOF", 1),
        ("REPL_SLAVE", 2),
        ("REPL_REPLICA", 2),
        ("REPL_ALL", 3),
        ("REDIS_VERSION_NUM", VERSION_NUMBER),
    ] {
        api.raw_set(name, value)?;
    }
    api.raw_set("REDIS_VERSION", lua.create_string(VERSION)?)
}

/// Adds `redis.log`. There is no log file, so the function only checks its arguments.
fn add_log(lua: &Lua, api: &Table) -> mlua::Result<()> {
    let function = lua.create_function(|lua, args: MultiValue| {
        if args.len() < 2 {
            return Err(redis_error("redis.log() requires two arguments or more."));
        }
        match lua.coerce_number(args[0].clone())?.map(to_i64) {
            None => Err(redis_error("First argument must be a number (log level).")),
            Some(0..=3) => Ok(()),
            Some(_) => Err(redis_error("Invalid log level.")),
        }
    })?;
    api.raw_set("log", function)
}

/// Asks the parent to execute a command, and returns the reply. The inner result is the text of an error in the
/// arguments.
fn call(lua: &Lua, shared: &Shared, args: &MultiValue, only_checks: bool) -> mlua::Result<Result<Value, &'static str>> {
    if args.is_empty() {
        return Ok(Err("Please specify at least one argument for this redis lib call"));
    }
    let mut argv = Vec::with_capacity(args.len());
    for value in args {
        argv.push(match value {
            Value::String(text) => text.as_bytes().to_vec(),
            Value::Integer(n) => n.to_string().into_bytes(),
            Value::Number(n) => number_argument(*n).into_bytes(),
            _ => return Ok(Err("Lua redis lib command arguments must be strings or integers")),
        });
    }
    let protocol = shared.protocol.get();
    let reply = shared.request(&FromChild::Call { argv, protocol, only_checks })?;
    let reply = replies::to_lua(lua, &reply, protocol)?;
    Ok(Ok(reply.map_or(Value::Nil, |(value, _)| value)))
}

/// Formats a number as an argument of a command.
fn number_argument(number: f64) -> String {
    let integer = to_i64(number);
    if integer as f64 == number && integer != i64::MIN && integer != i64::MAX {
        return integer.to_string();
    }
    if number.is_nan() && number.is_sign_negative() {
        return "-nan".to_owned();
    }
    number::format_double(number).to_string()
}

/// Returns the table of `redis.error_reply` or `redis.status_reply`.
fn reply_table(lua: &Lua, args: &MultiValue, field: &str) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    let text = match args.front() {
        Some(Value::String(text)) if args.len() == 1 => text.as_bytes().to_vec(),
        _ => {
            table.raw_set("err", "ERR wrong number or type of arguments")?;
            return Ok(table);
        }
    };
    let text = if field == "err" { error_text(&text) } else { text };
    table.raw_set(field, lua.create_string(text)?)?;
    Ok(table)
}

/// Adds the code `ERR` to the text of an error that is a single word. Removes a leading `-`.
fn error_text(text: &[u8]) -> Vec<u8> {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let end = text.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    let start = text[..end].iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(end);
    let text = &text[start..end];
    if text.contains(&b' ') { text.to_vec() } else { [b"ERR ", text].concat() }
}

/// Reads the arguments of `redis.register_function`.
fn registration(args: &MultiValue) -> Result<(RegisteredFunction, Function), &'static str> {
    let (name, callback, description, flags) = match args.len() {
        1 => match &args[0] {
            Value::Table(named) => named_registration(named)?,
            _ => {
                return Err("calling redis.register_function with a single argument is only applicable to Lua table \
                            (representing named arguments).");
            }
        },
        2 => {
            let Some(name) = args[0].to_text() else {
                return Err("first argument to redis.register_function must be a string");
            };
            let Value::Function(callback) = &args[1] else {
                return Err("second argument to redis.register_function must be a function");
            };
            (name, callback.clone(), None, 0)
        }
        _ => return Err("wrong number of arguments to redis.register_function"),
    };
    if name.is_empty() || !name.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(LIBRARY_NAME_RULE);
    }
    Ok((RegisteredFunction { name, description, flags: FunctionFlags::from_bits(flags) }, callback))
}

type Registration = (Vec<u8>, Function, Option<Vec<u8>>, u8);

fn named_registration(named: &Table) -> Result<Registration, &'static str> {
    let (mut name, mut callback, mut description, mut flags) = (None, None, None, 0);
    for pair in named.pairs::<Value, Value>() {
        let Ok((key, value)) = pair else { return Err("unknown argument given to redis.register_function") };
        let Value::String(key) = key else {
            return Err("named argument key given to redis.register_function is not a string");
        };
        match &*key.as_bytes() {
            b"function_name" => match value.to_text() {
                Some(text) => name = Some(text),
                None => return Err("function_name argument given to redis.register_function must be a string"),
            },
            b"description" => match value.to_text() {
                Some(text) => description = Some(text),
                None => return Err("description argument given to redis.register_function must be a string"),
            },
            b"callback" => match value {
                Value::Function(function) => callback = Some(function),
                _ => return Err("callback argument given to redis.register_function must be a function"),
            },
            b"flags" => match value {
                Value::Table(list) => flags = registered_flags(&list)?,
                _ => {
                    return Err(
                        "flags argument to redis.register_function must be a table representing function flags",
                    );
                }
            },
            _ => return Err("unknown argument given to redis.register_function"),
        }
    }
    let name = name.ok_or("redis.register_function must get a function name argument")?;
    let callback = callback.ok_or("redis.register_function must get a callback argument")?;
    Ok((name, callback, description, flags))
}

fn registered_flags(list: &Table) -> Result<u8, &'static str> {
    let mut flags = 0;
    for index in 1.. {
        match list.raw_get(index) {
            Ok(Value::Nil) | Err(_) => break,
            Ok(Value::String(name)) => {
                flags |= FunctionFlags::bit(&name.as_bytes()).ok_or("unknown flag given")?;
            }
            Ok(_) => return Err("unknown flag given"),
        }
    }
    Ok(flags)
}

/// A value as text, if `lua_isstring` holds for it.
trait ToText {
    fn to_text(&self) -> Option<Vec<u8>>;
}

impl ToText for Value {
    fn to_text(&self) -> Option<Vec<u8>> {
        match self {
            Value::String(text) => Some(text.as_bytes().to_vec()),
            Value::Integer(n) => Some(n.to_string().into_bytes()),
            Value::Number(n) => Some(crate::g_format::format_g(*n, 14).into_bytes()),
            _ => None,
        }
    }
}
