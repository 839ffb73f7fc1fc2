//! Strings: SET, GET and their kin, and counters.

use crate::engine::call::{Call, Outcome};
use crate::engine::command::{Command, Flag, Group, Keys};
use crate::engine::data::{DataType, Str};
use crate::engine::error::{self, Error};
use crate::engine::expiry::Form;
use crate::engine::notify::Class;

pub const COMMANDS: &[&Command] = &[&APPEND, &DECR, &DECRBY, &GET, &INCR, &INCRBY, &SET, &STRLEN];

const GET: Command = Command {
    name: "GET",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "The string under a key, or nil.",
    example: "SET user:1000:name Alice\nGET user:1000:name",
    run: get,
};

fn get(call: &mut Call) -> Outcome {
    match call.keyspace.read::<Str>(call.argv[1])? {
        Some(value) => call.reply.bulk(&value.bytes()),
        None => call.reply.null(),
    }
    Ok(())
}

const SET: Command = Command {
    name: "SET",
    syntax: "key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | \
             PXAT unix-time-milliseconds | KEEPTTL]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Stores a string under a key, whatever was there before.",
    example: "SET user:1000:name Alice EX 60",
    run: set,
};

/// When SET stores.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    Always,
    IfAbsent,
    IfPresent,
}

/// What SET does with the key's expiry time.
#[derive(Clone, Copy)]
enum Expiry {
    Clear,
    Keep,
    /// In this form, at this index.
    At(Form, usize),
}

/// SET's options.
struct SetOptions {
    condition: Condition,
    expiry: Expiry,
    get: bool,
}

fn set_options(call: &Call) -> Result<SetOptions, Error> {
    let mut options = SetOptions { condition: Condition::Always, expiry: Expiry::Clear, get: false };
    let mut index = 3;
    while index < call.argv.len() {
        let form = Form::of_option(call.argv[index]).filter(|_| index + 1 < call.argv.len());
        match (form, options.expiry) {
            (Some(form), Expiry::Clear) => {
                options.expiry = Expiry::At(form, index + 1);
                index += 1;
            }
            (None, Expiry::Clear) if call.is_option(index, "KEEPTTL") => options.expiry = Expiry::Keep,
            (None, Expiry::Keep) if call.is_option(index, "KEEPTTL") => {}
            _ if call.is_option(index, "NX") && options.condition != Condition::IfPresent => {
                options.condition = Condition::IfAbsent;
            }
            _ if call.is_option(index, "XX") && options.condition != Condition::IfAbsent => {
                options.condition = Condition::IfPresent;
            }
            _ if call.is_option(index, "GET") => options.get = true,
            _ => return Err(error::SYNTAX),
        }
        index += 1;
    }
    Ok(options)
}

fn set(call: &mut Call) -> Outcome {
    let options = set_options(call)?;
    let key = call.argv[1];
    let expires_ms = match options.expiry {
        Expiry::Clear => None,
        Expiry::Keep => call.keyspace.peek(key).and_then(|entry| entry.expires_ms),
        Expiry::At(form, index) => Some(form.positive(call, index)?),
    };
    if options.get {
        match call.keyspace.read::<Str>(key)? {
            Some(value) => call.reply.bulk(&value.bytes()),
            None => call.reply.null(),
        }
    }
    let stores = match options.condition {
        Condition::Always => true,
        Condition::IfAbsent => !call.keyspace.exists(key),
        Condition::IfPresent => call.keyspace.exists(key),
    };
    if stores {
        call.keyspace.put(key, Str::new(call.argv[2]).into_value(), expires_ms, "set");
        if matches!(options.expiry, Expiry::At(..)) {
            call.keyspace.note(Class::Generic, "expire", key);
        }
    }
    match (options.get, stores) {
        (true, _) => {}
        (false, true) => call.reply.ok(),
        (false, false) => call.reply.null(),
    }
    Ok(())
}

const STRLEN: Command = Command {
    name: "STRLEN",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "2.2.0",
    complexity: "O(1)",
    summary: "The length of a string, in bytes.",
    example: "SET greeting hello\nSTRLEN greeting",
    run: strlen,
};

fn strlen(call: &mut Call) -> Outcome {
    let length = call.keyspace.read::<Str>(call.argv[1])?.map_or(0, Str::len);
    call.reply.count(length);
    Ok(())
}

const APPEND: Command = Command {
    name: "APPEND",
    syntax: "key value",
    arity: 3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "2.0.0",
    complexity: "O(1). The amortized time complexity is O(1) assuming the appended value is small and the already \
                 present value is of any size, since the dynamic string library used by Redis will double the free \
                 space available on every reallocation.",
    summary: "Adds bytes to the end of a string, and makes it if it is not there.",
    example: "SET greeting hello\nAPPEND greeting ' world'",
    run: append,
};

fn append(call: &mut Call) -> Outcome {
    let (key, suffix) = (call.argv[1], call.argv[2]);
    let mut value = call.keyspace.edit_or_create::<Str>(key)?;
    if value.is_new() {
        *value = Str::new(suffix);
    } else {
        value.make_mut().extend_from_slice(suffix);
    }
    let length = value.len();
    value.commit("append");
    call.reply.count(length);
    Ok(())
}

const INCR: Command = Command {
    name: "INCR",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Adds one to the integer under a key; a missing key counts as 0.",
    example: "SET visits 10\nINCR visits",
    run: |call| add(call, 1),
};

const DECR: Command = Command {
    name: "DECR",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Takes one from the integer under a key; a missing key counts as 0.",
    example: "SET stock 10\nDECR stock",
    run: |call| add(call, -1),
};

const INCRBY: Command = Command {
    name: "INCRBY",
    syntax: "key increment",
    arity: 3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Adds a number to the integer under a key; a missing key counts as 0.",
    example: "SET visits 10\nINCRBY visits 5",
    run: |call| add(call, call.integer(2)?),
};

const DECRBY: Command = Command {
    name: "DECRBY",
    syntax: "key decrement",
    arity: 3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Takes a number from the integer under a key; a missing key counts as 0.",
    example: "SET stock 10\nDECRBY stock 3",
    run: |call| add(call, call.integer(2)?.checked_neg().ok_or(error::DECREMENT_OVERFLOW)?),
};

/// The counters' common core.
fn add(call: &mut Call, increment: i64) -> Outcome {
    let key = call.argv[1];
    let mut value = call.keyspace.edit_or_create::<Str>(key)?;
    let before = if value.is_new() { 0 } else { value.integer().ok_or(error::NOT_AN_INTEGER)? };
    let n = before.checked_add(increment).ok_or(error::OVERFLOW)?;
    *value = Str::Integer(n);
    value.commit("incrby");
    call.reply.integer(n);
    Ok(())
}
