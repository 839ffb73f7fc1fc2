//! Pub/Sub: messages between clients through channels, patterns and sharded channels.
//!
//! In RESP2, a subscribed client may send only a few other commands, because its connection carries messages. In
//! RESP3, messages are pushes, which are distinct from replies.

use crate::call::{Call, Mode, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::error::{self, Error};
use crate::glob;
use crate::reply::Reply;
use crate::subscriptions::Kind;

pub const COMMANDS: &[&Command] = &[
    &PSUBSCRIBE,
    &PUBLISH,
    &PUBSUB,
    &PUBSUB_CHANNELS,
    &PUBSUB_HELP,
    &PUBSUB_NUMPAT,
    &PUBSUB_NUMSUB,
    &PUBSUB_SHARDCHANNELS,
    &PUBSUB_SHARDNUMSUB,
    &PUNSUBSCRIBE,
    &SPUBLISH,
    &SSUBSCRIBE,
    &SUBSCRIBE,
    &SUNSUBSCRIBE,
    &UNSUBSCRIBE,
];

const SUBSCRIBE: Command = Command {
    name: "SUBSCRIBE",
    syntax: "channel [channel ...]",
    arity: -2,
    flags: &[Flag::Pubsub, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Pubsub,
    since: "2.0.0",
    complexity: "O(N) where N is the number of channels to subscribe to.",
    summary: "Subscribes to channels.",
    example: "SUBSCRIBE news",
    run: |call| subscribe(call, Kind::Channel, b"subscribe"),
};

const PSUBSCRIBE: Command = Command {
    name: "PSUBSCRIBE",
    syntax: "pattern [pattern ...]",
    arity: -2,
    flags: &[Flag::Pubsub, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Pubsub,
    since: "2.0.0",
    complexity: "O(N) where N is the number of patterns to subscribe to.",
    summary: "Subscribes to all channels whose names match a pattern.",
    example: "PSUBSCRIBE news.*",
    run: |call| subscribe(call, Kind::Pattern, b"psubscribe"),
};

const SSUBSCRIBE: Command = Command {
    name: "SSUBSCRIBE",
    syntax: "shardchannel [shardchannel ...]",
    arity: -2,
    flags: &[Flag::Pubsub, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::ALL,
    group: Group::Pubsub,
    since: "7.0.0",
    complexity: "O(N) where N is the number of shard channels to subscribe to.",
    summary: "Subscribes to sharded channels, which stay on one node of a cluster.",
    example: "SSUBSCRIBE orders",
    run: ssubscribe,
};

/// Subscribes to sharded channels. Returns an error in a transaction, although SUBSCRIBE is allowed there for backward
/// compatibility.
fn ssubscribe(call: &mut Call) -> Outcome {
    if matches!(call.mode, Mode::Exec | Mode::Script) {
        return Err(Error::from_static("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"));
    }
    subscribe(call, Kind::Shard, b"ssubscribe")
}

fn subscribe(call: &mut Call, kind: Kind, verb: &[u8]) -> Outcome {
    for name in &call.argv[1..] {
        call.server.subscriptions.subscribe(call.client, kind, name);
        write_confirmation(call, kind, verb, Some(name));
    }
    Ok(())
}

const UNSUBSCRIBE: Command = Command {
    name: "UNSUBSCRIBE",
    syntax: "[channel [channel ...]]",
    arity: -1,
    flags: &[Flag::Pubsub, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Pubsub,
    since: "2.0.0",
    complexity: "O(N) where N is the number of channels to unsubscribe.",
    summary: "Unsubscribes from these channels, or from all.",
    example: "UNSUBSCRIBE news",
    run: |call| unsubscribe(call, Kind::Channel, b"unsubscribe"),
};

const PUNSUBSCRIBE: Command = Command {
    name: "PUNSUBSCRIBE",
    syntax: "[pattern [pattern ...]]",
    arity: -1,
    flags: &[Flag::Pubsub, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Pubsub,
    since: "2.0.0",
    complexity: "O(N) where N is the number of patterns to unsubscribe.",
    summary: "Unsubscribes from these patterns, or from all.",
    example: "PUNSUBSCRIBE news.*",
    run: |call| unsubscribe(call, Kind::Pattern, b"punsubscribe"),
};

const SUNSUBSCRIBE: Command = Command {
    name: "SUNSUBSCRIBE",
    syntax: "[shardchannel [shardchannel ...]]",
    arity: -1,
    flags: &[Flag::Pubsub, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::ALL,
    group: Group::Pubsub,
    since: "7.0.0",
    complexity: "O(N) where N is the number of shard channels to unsubscribe.",
    summary: "Unsubscribes from these sharded channels, or from all.",
    example: "SUNSUBSCRIBE orders",
    run: |call| unsubscribe(call, Kind::Shard, b"sunsubscribe"),
};

fn unsubscribe(call: &mut Call, kind: Kind, verb: &[u8]) -> Outcome {
    let mut names: Vec<Vec<u8>> = call.argv[1..].iter().map(|name| name.to_vec()).collect();
    if names.is_empty() {
        names = call.server.subscriptions.names(call.client, kind);
    }
    for name in &names {
        call.server.subscriptions.unsubscribe(call.client, kind, name);
        write_confirmation(call, kind, verb, Some(name));
    }
    if names.is_empty() {
        write_confirmation(call, kind, verb, None);
    }
    Ok(())
}

/// Writes the confirmation of a subscription or unsubscription, with the name of the channel or pattern and the current
/// number of subscriptions. Like a message, the confirmation is sent even to a client that has turned off replies.
fn write_confirmation(call: &mut Call, kind: Kind, verb: &[u8], name: Option<&[u8]>) {
    let count = |kind| call.server.subscriptions.count(call.client, kind);
    let count = if kind == Kind::Shard { count(kind) } else { count(Kind::Channel) + count(Kind::Pattern) };
    let write = |reply: &mut Reply| {
        reply.push(3);
        reply.bulk(verb);
        reply.bulk_or_null(name);
        reply.count(count);
    };
    if call.client().reply_mode.skips_reply() {
        call.server.clients.write_to(call.client, write);
    } else {
        write(call.reply);
    }
}

const PUBLISH: Command = Command {
    name: "PUBLISH",
    syntax: "channel message",
    arity: 3,
    flags: &[Flag::Pubsub, Flag::Loading, Flag::Stale, Flag::Fast],
    keys: Keys::NONE,
    group: Group::Pubsub,
    since: "2.0.0",
    complexity: "O(N+M) where N is the number of clients subscribed to the receiving channel and M is the total \
                 number of subscribed patterns (by any client).",
    summary: "Sends a message to all subscribers of a channel; returns how many received it.",
    example: "PUBLISH news hello",
    run: |call| publish(call, Kind::Channel),
};

const SPUBLISH: Command = Command {
    name: "SPUBLISH",
    syntax: "shardchannel message",
    arity: 3,
    flags: &[Flag::Pubsub, Flag::Loading, Flag::Stale, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Pubsub,
    since: "7.0.0",
    complexity: "O(N) where N is the number of clients subscribed to the receiving shard channel.",
    summary: "Sends a message to all subscribers of a sharded channel.",
    example: "SPUBLISH orders hello",
    run: |call| publish(call, Kind::Shard),
};

fn publish(call: &mut Call, kind: Kind) -> Outcome {
    let receivers = call.server.publish(kind, call.argv[1], call.argv[2]);
    call.reply.count(receivers);
    Ok(())
}

const PUBSUB: Command = Command {
    name: "PUBSUB",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Pubsub,
    since: "2.8.0",
    complexity: "Depends on subcommand.",
    summary: "Shows channels and their subscribers.",
    example: "PUBSUB CHANNELS",
    run: command::missing_subcommand,
};

const PUBSUB_CHANNELS: Command = Command {
    name: "PUBSUB CHANNELS",
    syntax: "[pattern]",
    arity: -2,
    flags: &[Flag::Pubsub, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Pubsub,
    since: "2.8.0",
    complexity: "O(N) where N is the number of active channels, and assuming constant time pattern matching \
                 (relatively short channels and patterns)",
    summary: "The channels that have subscribers.",
    example: "PUBSUB CHANNELS",
    run: |call| channels(call, Kind::Channel),
};

const PUBSUB_SHARDCHANNELS: Command = Command {
    name: "PUBSUB SHARDCHANNELS",
    syntax: "[pattern]",
    arity: -2,
    flags: &[Flag::Pubsub, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Pubsub,
    since: "7.0.0",
    complexity: "O(N) where N is the number of active shard channels, and assuming constant time pattern matching \
                 (relatively short shard channels).",
    summary: "The sharded channels that have subscribers.",
    example: "PUBSUB SHARDCHANNELS",
    run: |call| channels(call, Kind::Shard),
};

fn channels(call: &mut Call, kind: Kind) -> Outcome {
    if call.argv.len() > 3 {
        return Err(error::subcommand_syntax(call.argv[1], "PUBSUB"));
    }
    let pattern = call.argv.get(2);
    let matches = |name: &&[u8]| pattern.is_none_or(|pattern| glob::matches(pattern, name));
    let names: Vec<&[u8]> = call.server.subscriptions.names_with_subscribers(kind).filter(matches).collect();
    call.reply.array(names.len());
    names.iter().for_each(|name| call.reply.bulk(name));
    Ok(())
}

const PUBSUB_NUMSUB: Command = Command {
    name: "PUBSUB NUMSUB",
    syntax: "[channel [channel ...]]",
    arity: -2,
    flags: &[Flag::Pubsub, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Pubsub,
    since: "2.8.0",
    complexity: "O(N) for the NUMSUB subcommand, where N is the number of requested channels",
    summary: "The number of subscribers of each of these channels, without those by pattern.",
    example: "PUBSUB NUMSUB news",
    run: |call| subscriber_counts(call, Kind::Channel),
};

const PUBSUB_SHARDNUMSUB: Command = Command {
    name: "PUBSUB SHARDNUMSUB",
    syntax: "[shardchannel [shardchannel ...]]",
    arity: -2,
    flags: &[Flag::Pubsub, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Pubsub,
    since: "7.0.0",
    complexity: "O(N) for the SHARDNUMSUB subcommand, where N is the number of requested shard channels",
    summary: "The number of subscribers of each of these sharded channels.",
    example: "PUBSUB SHARDNUMSUB orders",
    run: |call| subscriber_counts(call, Kind::Shard),
};

fn subscriber_counts(call: &mut Call, kind: Kind) -> Outcome {
    let names = &call.argv[2..];
    call.reply.array(2 * names.len());
    for name in names {
        call.reply.bulk(name);
        call.reply.count(call.server.subscriptions.subscriber_count(kind, name));
    }
    Ok(())
}

const PUBSUB_NUMPAT: Command = Command {
    name: "PUBSUB NUMPAT",
    syntax: "",
    arity: 2,
    flags: &[Flag::Pubsub, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Pubsub,
    since: "2.8.0",
    complexity: "O(1)",
    summary: "The number of patterns that clients are subscribed to.",
    example: "PUBSUB NUMPAT",
    run: numpat,
};

fn numpat(call: &mut Call) -> Outcome {
    call.reply.count(call.server.subscriptions.names_with_subscribers(Kind::Pattern).len());
    Ok(())
}

const PUBSUB_HELP: Command = Command {
    name: "PUBSUB HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Pubsub,
    since: "6.2.0",
    complexity: "O(1)",
    summary: "The subcommands of PUBSUB.",
    example: "PUBSUB HELP",
    run: help,
};

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "CHANNELS [<pattern>]",
            "    Return the currently active channels matching a <pattern> (default: '*').",
            "NUMPAT",
            "    Return number of subscriptions to patterns.",
            "NUMSUB [<channel> ...]",
            "    Return the number of subscribers for the specified channels, excluding",
            "    pattern subscriptions(default: no channels).",
            "SHARDCHANNELS [<pattern>]",
            "    Return the currently active shard level channels matching a <pattern> (default: '*').",
            "SHARDNUMSUB [<shardchannel> ...]",
            "    Return the number of subscribers for the specified shard level channel(s)",
        ],
    )
}
