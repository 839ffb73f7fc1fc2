//! String commands on whole values: SET, GET and their variants.

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::{DataType, Str};
use crate::error::{self, Error};
use crate::expiry::ExpiryFormat;
use crate::notify::Class;
use crate::reply::Reply;

pub const COMMANDS: &[&Command] =
    &[&GET, &GETDEL, &GETEX, &GETSET, &MGET, &MSET, &MSETNX, &PSETEX, &SET, &SETEX, &SETNX];

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
        Some(value) => write_string(call.reply, value),
        None => call.reply.null(),
    }
    Ok(())
}

/// Replies with a string without copying it first.
fn write_string(reply: &mut Reply, value: &Str) {
    match value {
        Str::Integer(n) => reply.bulk_integer(*n),
        Str::Embedded(bytes) => reply.bulk(bytes),
        Str::Raw(bytes) => reply.bulk(bytes),
    }
}

const SET: Command = Command {
    name: "SET",
    syntax: "key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT \
             unix-time-milliseconds | KEEPTTL]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Stores a string under a key; replaces any old value.",
    example: "SET user:1000:name Alice EX 60",
    run: set,
};

/// The condition under which SET stores the value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    Always,
    IfAbsent,
    IfPresent,
}

/// What SET and GETEX do with the key's expiry time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expiry {
    /// The command was called without an option for the expiry time.
    Unspecified,
    Keep,
    Persist,
    /// An expiry time: its format, and the index of the argument that holds it.
    At(ExpiryFormat, usize),
}

/// Options of SET.
struct Options {
    condition: Condition,
    expiry: Expiry,
    get: bool,
}

fn parse_set_options(call: &Call) -> Result<Options, Error> {
    let mut options = Options { condition: Condition::Always, expiry: Expiry::Unspecified, get: false };
    let mut index = 3;
    while index < call.argv.len() {
        if call.is_option(index, "NX") && options.condition != Condition::IfPresent {
            options.condition = Condition::IfAbsent;
        } else if call.is_option(index, "XX") && options.condition != Condition::IfAbsent {
            options.condition = Condition::IfPresent;
        } else if call.is_option(index, "GET") {
            options.get = true;
        } else if call.is_option(index, "KEEPTTL") {
            options.expiry = options.expiry.combine(Expiry::Keep)?;
        } else {
            options.expiry = options.expiry.combine(Expiry::parse(call, &mut index)?)?;
        }
        index += 1;
    }
    Ok(options)
}

impl Expiry {
    /// Parses `EX seconds` or one of its variants at `index`. Advances `index` to the argument that holds the time.
    fn parse(call: &Call, index: &mut usize) -> Result<Expiry, Error> {
        let format = ExpiryFormat::from_option(call.argv[*index]).ok_or(error::SYNTAX)?;
        *index += 1;
        if *index < call.argv.len() { Ok(Expiry::At(format, *index)) } else { Err(error::SYNTAX) }
    }

    /// Combines two expiry options. As in Redis, an option may be repeated, but two different options are a syntax
    /// error.
    fn combine(self, option: Expiry) -> Result<Expiry, Error> {
        match (self, option) {
            (Expiry::Unspecified, _) => Ok(option),
            (Expiry::At(before, _), Expiry::At(now, _)) if before == now => Ok(option),
            _ if self == option => Ok(option),
            _ => Err(error::SYNTAX),
        }
    }
}

fn set(call: &mut Call) -> Outcome {
    let options = parse_set_options(call)?;
    let key = call.argv[1];
    let expires_ms = match options.expiry {
        Expiry::Unspecified | Expiry::Persist => None,
        Expiry::Keep => call.keyspace.peek(key).and_then(|entry| entry.expires_ms()),
        Expiry::At(format, index) => Some(format.parse(call, index)?),
    };
    if options.get {
        get(call)?;
    }
    let stores = match options.condition {
        Condition::Always => true,
        Condition::IfAbsent => !call.keyspace.exists(key),
        Condition::IfPresent => call.keyspace.exists(key),
    };
    if stores {
        call.keyspace.put(key, Str::new(call.argv[2]).into_value(), expires_ms, "set");
        if matches!(options.expiry, Expiry::At(..)) {
            call.keyspace.notify(Class::Generic, "expire", key);
        }
    }
    match (options.get, stores) {
        (true, _) => {}
        (false, true) => call.reply.ok(),
        (false, false) => call.reply.null(),
    }
    Ok(())
}

const SETNX: Command = Command {
    name: "SETNX",
    syntax: "key value",
    arity: 3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Stores a string under a key, only if the key does not exist.",
    example: "SETNX lock:report alice",
    run: setnx,
};

fn setnx(call: &mut Call) -> Outcome {
    let is_new = !call.keyspace.exists(call.argv[1]);
    if is_new {
        call.keyspace.put(call.argv[1], Str::new(call.argv[2]).into_value(), None, "set");
    }
    call.reply.flag(is_new);
    Ok(())
}

const SETEX: Command = Command {
    name: "SETEX",
    syntax: "key seconds value",
    arity: 4,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::FIRST,
    group: Group::String,
    since: "2.0.0",
    complexity: "O(1)",
    summary: "Stores a string under a key, which expires after a number of seconds.",
    example: "SETEX session:42 300 Alice",
    run: setex,
};

fn setex(call: &mut Call) -> Outcome {
    set_with_expiry(call, ExpiryFormat::SECONDS)
}

const PSETEX: Command = Command {
    name: "PSETEX",
    syntax: "key milliseconds value",
    arity: 4,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::FIRST,
    group: Group::String,
    since: "2.6.0",
    complexity: "O(1)",
    summary: "Stores a string under a key, which expires after a number of milliseconds.",
    example: "PSETEX session:42 300000 Alice",
    run: psetex,
};

fn psetex(call: &mut Call) -> Outcome {
    set_with_expiry(call, ExpiryFormat::MILLISECONDS)
}

fn set_with_expiry(call: &mut Call, format: ExpiryFormat) -> Outcome {
    let expires_ms = format.parse(call, 2)?;
    call.keyspace.put(call.argv[1], Str::new(call.argv[3]).into_value(), Some(expires_ms), "set");
    call.keyspace.notify(Class::Generic, "expire", call.argv[1]);
    call.reply.ok();
    Ok(())
}

const GETSET: Command = Command {
    name: "GETSET",
    syntax: "key value",
    arity: 3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Stores a string under a key, and returns the old one.",
    example: "SET leader alice\nGETSET leader bob",
    run: getset,
};

fn getset(call: &mut Call) -> Outcome {
    get(call)?;
    call.keyspace.put(call.argv[1], Str::new(call.argv[2]).into_value(), None, "set");
    Ok(())
}

const GETDEL: Command = Command {
    name: "GETDEL",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "6.2.0",
    complexity: "O(1)",
    summary: "Returns the string under a key, and deletes the key.",
    example: "SET ticket abc\nGETDEL ticket",
    run: getdel,
};

fn getdel(call: &mut Call) -> Outcome {
    get(call)?;
    call.keyspace.remove(call.argv[1], "del");
    Ok(())
}

const GETEX: Command = Command {
    name: "GETEX",
    syntax: "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]",
    arity: -2,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "6.2.0",
    complexity: "O(1)",
    summary: "Returns the string under a key, and sets or removes the key's expiry time.",
    example: "SET session:42 Alice\nGETEX session:42 EX 60",
    run: getex,
};

fn getex(call: &mut Call) -> Outcome {
    let expiry = parse_getex_options(call)?;
    let key = call.argv[1];
    let Some(value) = call.keyspace.read::<Str>(key)? else {
        call.reply.null();
        return Ok(());
    };
    write_string(call.reply, value);
    match expiry {
        Expiry::Unspecified | Expiry::Keep => {}
        Expiry::Persist => {
            if call.keyspace.peek(key).is_some_and(|entry| entry.expires_ms().is_some()) {
                call.keyspace.set_expiry(key, None, "persist");
            }
        }
        Expiry::At(format, index) => {
            let expires_ms = format.parse(call, index)?;
            if expires_ms <= call.keyspace.now_ms() {
                call.keyspace.remove(key, "del");
            } else {
                call.keyspace.set_expiry(key, Some(expires_ms), "expire");
            }
        }
    }
    Ok(())
}

fn parse_getex_options(call: &Call) -> Result<Expiry, Error> {
    let mut expiry = Expiry::Unspecified;
    let mut index = 2;
    while index < call.argv.len() {
        let option = if call.is_option(index, "PERSIST") { Expiry::Persist } else { Expiry::parse(call, &mut index)? };
        expiry = expiry.combine(option)?;
        index += 1;
    }
    Ok(expiry)
}

const MGET: Command = Command {
    name: "MGET",
    syntax: "key [key ...]",
    arity: -2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::ALL,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(N) where N is the number of keys to retrieve.",
    summary: "The strings under several keys, nil for each key that holds none.",
    example: "MSET a 1 b 2\nMGET a b c",
    run: mget,
};

fn mget(call: &mut Call) -> Outcome {
    call.reply.array(call.argv.len() - 1);
    for key in &call.argv[1..] {
        match call.keyspace.read::<Str>(key) {
            Ok(Some(value)) => write_string(call.reply, value),
            Ok(None) | Err(_) => call.reply.null(),
        }
    }
    Ok(())
}

const MSET: Command = Command {
    name: "MSET",
    syntax: "key value [key value ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::range(1, -1, 2),
    group: Group::String,
    since: "1.0.1",
    complexity: "O(N) where N is the number of keys to set.",
    summary: "Stores strings under several keys, all at once.",
    example: "MSET a 1 b 2",
    run: mset,
};

fn mset(call: &mut Call) -> Outcome {
    let pairs = parse_pairs(call)?;
    put_all(call, pairs);
    call.reply.ok();
    Ok(())
}

const MSETNX: Command = Command {
    name: "MSETNX",
    syntax: "key value [key value ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::range(1, -1, 2),
    group: Group::String,
    since: "1.0.1",
    complexity: "O(N) where N is the number of keys to set.",
    summary: "Stores strings under several keys, all at once, only if none of the keys exists.",
    example: "MSETNX a 1 b 2",
    run: msetnx,
};

fn msetnx(call: &mut Call) -> Outcome {
    let pairs = parse_pairs(call)?;
    let no_key_exists = !pairs.iter().any(|[key, _]| call.keyspace.exists(key));
    if no_key_exists {
        put_all(call, pairs);
    }
    call.reply.flag(no_key_exists);
    Ok(())
}

/// Returns the key-value pairs of MSET and MSETNX, or the arity error if the last key has no value.
fn parse_pairs<'a>(call: &Call<'a>) -> Result<&'a [[&'a [u8]; 2]], Error> {
    let (pairs, rest) = call.argv[1..].as_chunks();
    if rest.is_empty() { Ok(pairs) } else { Err(call.wrong_arity()) }
}

fn put_all(call: &mut Call, pairs: &[[&[u8]; 2]]) {
    for [key, value] in pairs {
        call.keyspace.put(key, Str::new(value).into_value(), None, "set");
    }
}
