//! XINFO, which reports about streams, groups and consumers.

use super::stream::{write_entries, write_entry, write_id};
use super::stream_group::no_such_group;
use crate::call::{Call, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::data::stream::{self, Consumer, StreamId};
use crate::data::{DataType as _, Stream};
use crate::error::{self, Error};
use crate::reply::Reply;

pub const COMMANDS: &[&Command] = &[&XINFO, &XINFO_CONSUMERS, &XINFO_GROUPS, &XINFO_HELP, &XINFO_STREAM];

const XINFO: Command = Command {
    name: "XINFO",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "Depends on subcommand.",
    summary: "Reports about a stream, its consumer groups and their consumers.",
    example: "XINFO HELP",
    run: command::missing_subcommand,
};

const XINFO_STREAM: Command = Command {
    name: "XINFO STREAM",
    syntax: "key [FULL [COUNT count]]",
    arity: -3,
    flags: &[Flag::Readonly],
    keys: Keys::range(2, 2, 1),
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "A stream's length, IDs and first and last entry; with FULL, everything about its groups as well.",
    example: "XADD orders 1-1 item tea amount 2\nXINFO STREAM orders",
    run: stream_info,
};

/// Number of entries that XINFO STREAM FULL lists without COUNT.
const DEFAULT_COUNT: usize = 10;

/// Reads the stream that an XINFO subcommand names.
fn read_stream<'a>(call: &'a mut Call) -> Result<(&'a mut Reply, &'a Stream), Error> {
    let stream = call.keyspace.read::<Stream>(call.argv[2])?;
    stream.map(|stream| (&mut *call.reply, stream)).ok_or(error::NO_SUCH_KEY)
}

fn stream_info(call: &mut Call) -> Outcome {
    let argv = call.argv;
    read_stream(call)?;
    let full_count = match argv.len() {
        3 => None,
        4 if call.is_option(3, "FULL") => Some(DEFAULT_COUNT),
        6 if call.is_option(3, "FULL") && call.is_option(4, "COUNT") => {
            Some(usize::try_from(call.integer(5)?).unwrap_or(DEFAULT_COUNT))
        }
        _ => return Err(error::subcommand_syntax(argv[1], "XINFO")),
    };
    let Some(stream) = call.keyspace.peek(argv[2]).and_then(|entry| Stream::from_value(&entry.value)) else {
        return Err(error::NO_SUCH_KEY);
    };
    let reply = &mut *call.reply;
    reply.map(if full_count.is_some() { 9 } else { 10 });
    reply.bulk(b"length");
    reply.count(stream.len());
    reply.bulk(b"radix-tree-keys");
    reply.count(stream.node_count());
    reply.bulk(b"radix-tree-nodes");
    reply.count(stream.radix_node_count());
    write_named_id(reply, "last-generated-id", stream.last_id());
    write_named_id(reply, "max-deleted-entry-id", stream.max_deleted_id());
    reply.bulk(b"entries-added");
    reply.integer(stream.entries_added().cast_signed());
    write_named_id(reply, "recorded-first-entry-id", stream.first_id());
    if let Some(count) = full_count {
        // A count of 0 means no limit.
        let count = if count == 0 { usize::MAX } else { count };
        reply.bulk(b"entries");
        write_entries(reply, stream.iter().take(count));
        reply.bulk(b"groups");
        reply.array(stream.groups().len());
        stream.groups().iter().for_each(|(name, group)| write_full_group(reply, stream, name, group, count));
    } else {
        reply.bulk(b"groups");
        reply.count(stream.groups().len());
        let all = StreamId::MIN..=StreamId::MAX;
        for (name, entry) in [("first-entry", stream.iter().next()), ("last-entry", stream.range_backwards(all).next())]
        {
            reply.bulk(name.as_bytes());
            match entry {
                Some(entry) => write_entry(reply, &entry),
                None => reply.null(),
            }
        }
    }
    Ok(())
}

fn write_named_id(reply: &mut Reply, name: &str, id: StreamId) {
    reply.bulk(name.as_bytes());
    write_id(reply, id);
}

fn write_integer_or_null(reply: &mut Reply, name: &str, n: Option<i64>) {
    reply.bulk(name.as_bytes());
    match n {
        Some(n) => reply.integer(n),
        None => reply.null(),
    }
}

fn write_full_group(reply: &mut Reply, stream: &Stream, name: &[u8], group: &stream::Group, count: usize) {
    reply.map(7);
    reply.bulk(b"name");
    reply.bulk(name);
    write_named_id(reply, "last-delivered-id", group.last_id);
    write_integer_or_null(reply, "entries-read", group.entries_read);
    write_integer_or_null(reply, "lag", stream.lag(group));
    reply.bulk(b"pel-count");
    reply.count(group.pending().len());
    reply.bulk(b"pending");
    reply.array(group.pending().len().min(count));
    for (&id, pending) in group.pending().iter().take(count) {
        reply.array(4);
        write_id(reply, id);
        reply.bulk(&pending.consumer);
        reply.integer(pending.delivered_ms);
        reply.integer(pending.deliveries.cast_signed());
    }
    reply.bulk(b"consumers");
    reply.array(group.consumers().len());
    group.consumers().iter().for_each(|(name, consumer)| write_full_consumer(reply, group, name, consumer, count));
}

fn write_full_consumer(reply: &mut Reply, group: &stream::Group, name: &[u8], consumer: &Consumer, count: usize) {
    reply.map(5);
    reply.bulk(b"name");
    reply.bulk(name);
    reply.bulk(b"seen-time");
    reply.integer(consumer.seen_ms);
    reply.bulk(b"active-time");
    reply.integer(consumer.active_ms.unwrap_or(-1));
    reply.bulk(b"pel-count");
    reply.count(consumer.pending().len());
    reply.bulk(b"pending");
    reply.array_of(|reply| {
        let pending = consumer.pending().iter().filter_map(|id| Some((*id, group.pending().get(id)?)));
        pending
            .take(count)
            .inspect(|(id, pending)| {
                reply.array(3);
                write_id(reply, *id);
                reply.integer(pending.delivered_ms);
                reply.integer(pending.deliveries.cast_signed());
            })
            .count()
    });
}

const XINFO_GROUPS: Command = Command {
    name: "XINFO GROUPS",
    syntax: "key",
    arity: 3,
    flags: &[Flag::Readonly],
    keys: Keys::range(2, 2, 1),
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "The consumer groups of a stream: how far each has read, what is pending, and how much is left (lag).",
    example: "XGROUP CREATE orders kitchen $ MKSTREAM\nXINFO GROUPS orders",
    run: groups,
};

fn groups(call: &mut Call) -> Outcome {
    let (reply, stream) = read_stream(call)?;
    reply.array(stream.groups().len());
    for (name, group) in stream.groups() {
        reply.map(6);
        reply.bulk(b"name");
        reply.bulk(name);
        reply.bulk(b"consumers");
        reply.count(group.consumers().len());
        reply.bulk(b"pending");
        reply.count(group.pending().len());
        write_named_id(reply, "last-delivered-id", group.last_id);
        write_integer_or_null(reply, "entries-read", group.entries_read);
        write_integer_or_null(reply, "lag", stream.lag(group));
    }
    Ok(())
}

const XINFO_CONSUMERS: Command = Command {
    name: "XINFO CONSUMERS",
    syntax: "key group",
    arity: 4,
    flags: &[Flag::Readonly],
    keys: Keys::range(2, 2, 1),
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "The consumers of a group: what each has pending, and how long ago it was last seen.",
    example: "XGROUP CREATE orders kitchen $ MKSTREAM\nXINFO CONSUMERS orders kitchen",
    run: consumers,
};

fn consumers(call: &mut Call) -> Outcome {
    let (now_ms, argv) = (call.keyspace.now_ms(), call.argv);
    let (reply, stream) = read_stream(call)?;
    let group = stream.groups().get(argv[3]).ok_or_else(|| no_such_group(argv[3], argv[2]))?;
    reply.array(group.consumers().len());
    for (name, consumer) in group.consumers() {
        reply.map(4);
        reply.bulk(b"name");
        reply.bulk(name);
        reply.bulk(b"pending");
        reply.count(consumer.pending().len());
        reply.bulk(b"idle");
        reply.integer(now_ms.saturating_sub(consumer.seen_ms).max(0));
        reply.bulk(b"inactive");
        reply.integer(consumer.active_ms.map_or(-1, |active_ms| now_ms.saturating_sub(active_ms)));
    }
    Ok(())
}

const XINFO_HELP: Command = Command {
    name: "XINFO HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "Lists the subcommands of XINFO.",
    example: "XINFO HELP",
    run: help,
};

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "CONSUMERS <key> <groupname>",
            "    Show consumers of <groupname>.",
            "GROUPS <key>",
            "    Show the stream consumer groups.",
            "STREAM <key> [FULL [COUNT <count>]",
            "    Show information about the stream.",
        ],
    )
}
