//! Commands that manage consumer groups, and XACK.

use super::stream_trim::parse_ids;
use crate::call::{Call, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::data::Stream;
use crate::data::stream::{self, StreamId};
use crate::error::{self, Error, until_nul};

pub const COMMANDS: &[&Command] = &[
    &XACK,
    &XGROUP,
    &XGROUP_CREATE,
    &XGROUP_CREATECONSUMER,
    &XGROUP_DELCONSUMER,
    &XGROUP_DESTROY,
    &XGROUP_HELP,
    &XGROUP_SETID,
];

const XACK: Command = Command {
    name: "XACK",
    syntax: "key group id [id ...]",
    arity: -4,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1) for each message ID processed.",
    summary: "Marks entries as processed by a group, so that they are no longer pending; returns how many were.",
    example: "XADD orders 1-1 item tea amount 2\nXGROUP CREATE orders kitchen 0\n\
              XREADGROUP GROUP kitchen cook STREAMS orders >\nXACK orders kitchen 1-1",
    run: xack,
};

fn xack(call: &mut Call) -> Outcome {
    let (key, group) = (call.argv[1], call.argv[2]);
    let stream = call.keyspace.read::<Stream>(key)?;
    let mut acknowledged = 0;
    if stream.is_some_and(|stream| stream.groups().contains_key(group)) {
        let ids = parse_ids(&call.argv[3..])?;
        if let Some(mut stream) = call.keyspace.edit::<Stream>(key)? {
            if let Some(group) = stream.group_mut(group) {
                acknowledged = ids.into_iter().filter(|&id| group.acknowledge(id)).count();
            }
            if acknowledged > 0 {
                stream.commit_group(&[], acknowledged);
            }
        }
    }
    call.reply.count(acknowledged);
    Ok(())
}

const XGROUP: Command = Command {
    name: "XGROUP",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "Depends on subcommand.",
    summary: "Creates, changes and removes the consumer groups of a stream.",
    example: "XGROUP HELP",
    run: command::missing_subcommand,
};

const XGROUP_CREATE: Command = Command {
    name: "XGROUP CREATE",
    syntax: "key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read]",
    arity: -5,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::range(2, 2, 1),
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "Creates a consumer group that reads the entries after an ID: 0 for all, $ for only later ones.",
    example: "XGROUP CREATE orders kitchen $ MKSTREAM",
    run: create,
};

/// The options of XGROUP CREATE and XGROUP SETID.
#[derive(Default)]
struct Options {
    creates_stream: bool,
    entries_read: Option<i64>,
}

impl Options {
    /// Parses the arguments after the ID. Only XGROUP CREATE accepts MKSTREAM.
    fn parse(call: &Call, accepts_mkstream: bool) -> Result<Self, Error> {
        let mut options = Options::default();
        let mut at = 5;
        while at < call.argv.len() {
            if accepts_mkstream && call.is_option(at, "MKSTREAM") {
                options.creates_stream = true;
                at += 1;
            } else if call.is_option(at, "ENTRIESREAD") && at + 1 < call.argv.len() {
                options.entries_read = match call.integer(at + 1)? {
                    -1 => None,
                    read @ 0.. => Some(read),
                    _ => return Err(Error::from_static("ERR value for ENTRIESREAD must be positive or -1")),
                };
                at += 2;
            } else {
                return Err(error::subcommand_syntax(call.argv[1], "XGROUP"));
            }
        }
        // Each option may be given only once, so there is a maximum number of arguments.
        let maximum = if accepts_mkstream { 8 } else { 7 };
        if call.argv.len() > maximum { Err(error::subcommand_syntax(call.argv[1], "XGROUP")) } else { Ok(options) }
    }

    /// Returns the number of entries that the group has read, which cannot exceed the number of entries ever added.
    fn entries_read_of(&self, stream: &Stream) -> Option<i64> {
        self.entries_read.map(|read| read.min(stream.entries_added().cast_signed()))
    }
}

const KEY_IS_REQUIRED: Error = Error::from_static(
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option \
     to create an empty stream automatically.",
);

/// Returns the error for a stream that has no group of the given name.
pub(super) fn no_such_group(group: &[u8], key: &[u8]) -> Error {
    let (group, key) = (until_nul(group), until_nul(key));
    Error::new([b"NOGROUP No such consumer group '", group, b"' for key name '", key, b"'"].concat())
}

fn create(call: &mut Call) -> Outcome {
    let options = Options::parse(call, true)?;
    let (key, name, id) = (call.argv[2], call.argv[3], call.argv[4]);
    let existing = call.keyspace.edit::<Stream>(key)?.map(|stream| stream.last_id());
    if existing.is_none() && !options.creates_stream {
        return Err(KEY_IS_REQUIRED);
    }
    let last_id = match id {
        b"$" => existing.unwrap_or_default(),
        _ => StreamId::parse(id, 0)?,
    };
    let mut stream = call.keyspace.edit_or_create::<Stream>(key)?;
    let group = stream::Group::new(last_id, options.entries_read_of(&stream));
    if !stream.add_group(name, group) {
        return Err(Error::from_static("BUSYGROUP Consumer Group name already exists"));
    }
    stream.commit_group(&["xgroup-create"], 1);
    call.reply.ok();
    Ok(())
}

const XGROUP_SETID: Command = Command {
    name: "XGROUP SETID",
    syntax: "key group <id | $> [ENTRIESREAD entries-read]",
    arity: -5,
    flags: &[Flag::Write],
    keys: Keys::range(2, 2, 1),
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "Sets the ID after which a consumer group reads next.",
    example: "XGROUP CREATE orders kitchen $ MKSTREAM\nXGROUP SETID orders kitchen 0",
    run: setid,
};

fn setid(call: &mut Call) -> Outcome {
    let options = Options::parse(call, false)?;
    let (key, name, id) = (call.argv[2], call.argv[3], call.argv[4]);
    check_group(call, key, name)?;
    let Some(mut stream) = call.keyspace.edit::<Stream>(key)? else { return Err(KEY_IS_REQUIRED) };
    let last_id = match id {
        b"$" => stream.last_id(),
        _ => StreamId::parse_or_extreme(id, 0)?,
    };
    let entries_read = options.entries_read_of(&stream);
    if let Some(group) = stream.group_mut(name) {
        (group.last_id, group.entries_read) = (last_id, entries_read);
    }
    stream.commit_group(&["xgroup-setid"], 1);
    call.reply.ok();
    Ok(())
}

/// Checks that a key holds a stream that has a group of the given name.
fn check_group(call: &mut Call, key: &[u8], name: &[u8]) -> Result<(), Error> {
    match call.keyspace.edit::<Stream>(key)? {
        None => Err(KEY_IS_REQUIRED),
        Some(stream) if !stream.groups().contains_key(name) => Err(no_such_group(name, key)),
        Some(_) => Ok(()),
    }
}

const XGROUP_DESTROY: Command = Command {
    name: "XGROUP DESTROY",
    syntax: "key group",
    arity: 4,
    flags: &[Flag::Write],
    keys: Keys::range(2, 2, 1),
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(N) where N is the number of entries in the group's pending entries list (PEL).",
    summary: "Removes a consumer group with everything that is pending in it.",
    example: "XGROUP CREATE orders kitchen $ MKSTREAM\nXGROUP DESTROY orders kitchen",
    run: destroy,
};

fn destroy(call: &mut Call) -> Outcome {
    let (key, name) = (call.argv[2], call.argv[3]);
    let Some(mut stream) = call.keyspace.edit::<Stream>(key)? else { return Err(KEY_IS_REQUIRED) };
    let existed = stream.remove_group(name);
    if existed {
        stream.commit_lost_group("xgroup-destroy");
    }
    call.reply.flag(existed);
    Ok(())
}

const XGROUP_CREATECONSUMER: Command = Command {
    name: "XGROUP CREATECONSUMER",
    syntax: "key group consumer",
    arity: 5,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::range(2, 2, 1),
    group: Group::Stream,
    since: "6.2.0",
    complexity: "O(1)",
    summary: "Creates a consumer of a group; reading creates it as well.",
    example: "XGROUP CREATE orders kitchen $ MKSTREAM\nXGROUP CREATECONSUMER orders kitchen cook",
    run: create_consumer,
};

fn create_consumer(call: &mut Call) -> Outcome {
    let (key, name, consumer) = (call.argv[2], call.argv[3], call.argv[4]);
    check_group(call, key, name)?;
    let now_ms = call.keyspace.now_ms();
    let Some(mut stream) = call.keyspace.edit::<Stream>(key)? else { return Err(KEY_IS_REQUIRED) };
    let is_created = stream.group_mut(name).is_some_and(|group| group.create_consumer(consumer, now_ms));
    if is_created {
        stream.commit_group(&["xgroup-createconsumer"], 1);
    }
    call.reply.flag(is_created);
    Ok(())
}

const XGROUP_DELCONSUMER: Command = Command {
    name: "XGROUP DELCONSUMER",
    syntax: "key group consumer",
    arity: 5,
    flags: &[Flag::Write],
    keys: Keys::range(2, 2, 1),
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "Removes a consumer; what it had pending is lost to the group. Returns how many entries that were.",
    example: "XGROUP CREATE orders kitchen $ MKSTREAM\nXGROUP CREATECONSUMER orders kitchen cook\n\
              XGROUP DELCONSUMER orders kitchen cook",
    run: delete_consumer,
};

fn delete_consumer(call: &mut Call) -> Outcome {
    let (key, name, consumer) = (call.argv[2], call.argv[3], call.argv[4]);
    check_group(call, key, name)?;
    let Some(mut stream) = call.keyspace.edit::<Stream>(key)? else { return Err(KEY_IS_REQUIRED) };
    let pending = stream.group_mut(name).and_then(|group| group.delete_consumer(consumer));
    if pending.is_some() {
        stream.commit_group(&["xgroup-delconsumer"], 1);
    }
    call.reply.count(pending.unwrap_or_default());
    Ok(())
}

const XGROUP_HELP: Command = Command {
    name: "XGROUP HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "Lists the subcommands of XGROUP.",
    example: "XGROUP HELP",
    run: help,
};

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "CREATE <key> <groupname> <id|$> [option]",
            "    Create a new consumer group. Options are:",
            "    * MKSTREAM",
            "      Create the empty stream if it does not exist.",
            "    * ENTRIESREAD entries_read",
            "      Set the group's entries_read counter (internal use).",
            "CREATECONSUMER <key> <groupname> <consumer>",
            "    Create a new consumer in the specified group.",
            "DELCONSUMER <key> <groupname> <consumer>",
            "    Remove the specified consumer.",
            "DESTROY <key> <groupname>",
            "    Remove the specified group.",
            "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
            "    Set the current group ID and entries_read counter.",
        ],
    )
}
