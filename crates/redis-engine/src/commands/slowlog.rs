//! SLOWLOG: the calls that took longest.

use crate::call::{Call, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::error::{self, Error};
use crate::number;

pub const COMMANDS: &[&Command] = &[&SLOWLOG, &SLOWLOG_GET, &SLOWLOG_HELP, &SLOWLOG_LEN, &SLOWLOG_RESET];

/// How many calls SLOWLOG GET shows without a count.
const DEFAULT_COUNT: usize = 10;

const SLOWLOG: Command = Command {
    name: "SLOWLOG",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.2.12",
    complexity: "Depends on subcommand.",
    summary: "Shows and clears the log of calls that took long.",
    example: "SLOWLOG LEN",
    run: command::missing_subcommand,
};

const SLOWLOG_GET: Command = Command {
    name: "SLOWLOG GET",
    syntax: "[count]",
    arity: -2,
    flags: &[Flag::Admin, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.2.12",
    complexity: "O(N) where N is the number of entries returned",
    summary: "The newest entries of the slow log: number, time, microseconds, words, client.",
    example: "SLOWLOG GET 3",
    run: get,
};

fn get(call: &mut Call) -> Outcome {
    let count = match call.argv {
        [_, _] => DEFAULT_COUNT,
        [_, _, word] => match number::parse_integer(word) {
            Some(-1) => usize::MAX,
            Some(count @ 0..) => usize::try_from(count).unwrap_or(usize::MAX),
            _ => return Err(Error::from_static("ERR count should be greater than or equal to -1")),
        },
        _ => return Err(error::subcommand_syntax(call.argv[1], "SLOWLOG")),
    };
    let calls = call.server.slow_log.calls();
    let reply = &mut *call.reply;
    reply.array(calls.len().min(count));
    for slow in calls.take(count) {
        reply.array(6);
        reply.integer(i64::try_from(slow.id).unwrap_or(i64::MAX));
        reply.integer(slow.ended_us.div_euclid(1_000_000));
        reply.integer(i64::try_from(slow.duration_us).unwrap_or(i64::MAX));
        reply.array(slow.argv.len());
        slow.argv.iter().for_each(|word| reply.bulk(word));
        reply.bulk(slow.address.as_bytes());
        reply.bulk(&slow.name);
    }
    Ok(())
}

const SLOWLOG_LEN: Command = Command {
    name: "SLOWLOG LEN",
    syntax: "",
    arity: 2,
    flags: &[Flag::Admin, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.2.12",
    complexity: "O(1)",
    summary: "The number of entries in the slow log.",
    example: "SLOWLOG LEN",
    run: len,
};

fn len(call: &mut Call) -> Outcome {
    call.reply.count(call.server.slow_log.calls().len());
    Ok(())
}

const SLOWLOG_RESET: Command = Command {
    name: "SLOWLOG RESET",
    syntax: "",
    arity: 2,
    flags: &[Flag::Admin, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.2.12",
    complexity: "O(N) where N is the number of entries in the slowlog",
    summary: "Empties the slow log.",
    example: "SLOWLOG RESET",
    run: reset,
};

fn reset(call: &mut Call) -> Outcome {
    call.server.slow_log.clear();
    call.reply.ok();
    Ok(())
}

const SLOWLOG_HELP: Command = Command {
    name: "SLOWLOG HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.2.0",
    complexity: "O(1)",
    summary: "The subcommands of SLOWLOG.",
    example: "SLOWLOG HELP",
    run: help,
};

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "GET [<count>]",
            "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
            "    Entries are made of:",
            "    id, timestamp, time in microseconds, arguments array, client IP and port,",
            "    client name",
            "LEN",
            "    Return the length of the slowlog.",
            "RESET",
            "    Reset the slowlog.",
        ],
    )
}
