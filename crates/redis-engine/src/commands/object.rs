//! OBJECT: reports the encoding of a value, and when and how often it has been used.

use crate::call::{Call, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::error::Error;
use crate::keyspace::Entry;

pub const COMMANDS: &[&Command] =
    &[&OBJECT, &OBJECT_ENCODING, &OBJECT_FREQ, &OBJECT_HELP, &OBJECT_IDLETIME, &OBJECT_REFCOUNT];

const OBJECT: Command = Command {
    name: "OBJECT",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Generic,
    since: "2.2.3",
    complexity: "Depends on subcommand.",
    summary: "Shows how a value is stored and used.",
    example: "SET counter 10\nOBJECT ENCODING counter",
    run: command::missing_subcommand,
};

const OBJECT_ENCODING: Command = Command {
    name: "OBJECT ENCODING",
    syntax: "key",
    arity: 3,
    flags: &[Flag::Readonly],
    keys: Keys::range(2, 2, 1),
    group: Group::Generic,
    since: "2.2.3",
    complexity: "O(1)",
    summary: "A value's internal encoding: int, embstr, listpack, hashtable...",
    example: "SET counter 10\nOBJECT ENCODING counter",
    run: encoding,
};

fn encoding(call: &mut Call) -> Outcome {
    match call.keyspace.inspect_without_event(call.argv[2]) {
        Some(entry) => call.reply.bulk(entry.value.encoding().as_bytes()),
        None => call.reply.null(),
    }
    Ok(())
}

const OBJECT_REFCOUNT: Command = Command {
    name: "OBJECT REFCOUNT",
    syntax: "key",
    arity: 3,
    flags: &[Flag::Readonly],
    keys: Keys::range(2, 2, 1),
    group: Group::Generic,
    since: "2.2.3",
    complexity: "O(1)",
    summary: "The number of references to a value: always 1.",
    example: "SET counter 10\nOBJECT REFCOUNT counter",
    run: refcount,
};

fn refcount(call: &mut Call) -> Outcome {
    reply_number(call, None, |_, _| 1)
}

const OBJECT_IDLETIME: Command = Command {
    name: "OBJECT IDLETIME",
    syntax: "key",
    arity: 3,
    flags: &[Flag::Readonly],
    keys: Keys::range(2, 2, 1),
    group: Group::Generic,
    since: "2.2.3",
    complexity: "O(1)",
    summary: "The number of seconds since a key was last read or changed.",
    example: "SET counter 10\nOBJECT IDLETIME counter",
    run: idletime,
};

fn idletime(call: &mut Call) -> Outcome {
    const NOT_TRACKED: Error = Error::from_static(
        "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between \
         policies at runtime LRU and LFU data will take some time to adjust.",
    );
    let error = call.server.config.tracks_frequency().then_some(NOT_TRACKED);
    reply_number(call, error, |entry, now_ms| (now_ms - entry.accessed_ms) / 1000)
}

const OBJECT_FREQ: Command = Command {
    name: "OBJECT FREQ",
    syntax: "key",
    arity: 3,
    flags: &[Flag::Readonly],
    keys: Keys::range(2, 2, 1),
    group: Group::Generic,
    since: "4.0.0",
    complexity: "O(1)",
    summary: "How often a key is used, on a logarithmic scale; only under an LFU maxmemory-policy.",
    example: "CONFIG SET maxmemory-policy allkeys-lfu\nSET counter 10\nOBJECT FREQ counter",
    run: freq,
};

fn freq(call: &mut Call) -> Outcome {
    /// The access counter of every key. Redis gives this value to a new key. The counter never grows, because eviction
    /// depends only on the time of the last access.
    const INITIAL_COUNTER: i64 = 5;
    const NOT_TRACKED: Error = Error::from_static(
        "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching \
         between policies at runtime LRU and LFU data will take some time to adjust.",
    );
    let error = (!call.server.config.tracks_frequency()).then_some(NOT_TRACKED);
    reply_number(call, error, |_, _| INITIAL_COUNTER)
}

/// Replies with the result of `number` for a key's entry and the current time in milliseconds since 1970, or with null
/// if the key does not exist. If `error` is given and the key exists, returns that error instead.
fn reply_number(call: &mut Call, error: Option<Error>, number: fn(&Entry, i64) -> i64) -> Outcome {
    let now_ms = call.keyspace.now_ms();
    match (call.keyspace.inspect_without_event(call.argv[2]), error) {
        (None, _) => call.reply.null(),
        (Some(_), Some(error)) => return Err(error),
        (Some(entry), None) => call.reply.integer(number(entry, now_ms)),
    }
    Ok(())
}

const OBJECT_HELP: Command = Command {
    name: "OBJECT HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Generic,
    since: "6.2.0",
    complexity: "O(1)",
    summary: "The subcommands of OBJECT.",
    example: "OBJECT HELP",
    run: help,
};

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "ENCODING <key>",
            "    Return the kind of internal representation used in order to store the value",
            "    associated with a <key>.",
            "FREQ <key>",
            "    Return the access frequency index of the <key>. The returned integer is",
            "    proportional to the logarithm of the recent access frequency of the key.",
            "IDLETIME <key>",
            "    Return the idle time of the <key>, that is the approximated number of",
            "    seconds elapsed since the last access to the key.",
            "REFCOUNT <key>",
            "    Return the number of references of the value associated with the specified",
            "    <key>.",
        ],
    )
}
