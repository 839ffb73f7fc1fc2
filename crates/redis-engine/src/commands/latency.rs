//! LATENCY: how long commands take.

use crate::call::{Call, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};

pub const COMMANDS: &[&Command] =
    &[&LATENCY, &LATENCY_HELP, &LATENCY_HISTOGRAM, &LATENCY_HISTORY, &LATENCY_LATEST, &LATENCY_RESET];

const LATENCY: Command = Command {
    name: "LATENCY",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.8.13",
    complexity: "Depends on subcommand.",
    summary: "Shows how long commands take.",
    example: "LATENCY LATEST",
    run: command::missing_subcommand,
};

const LATENCY_LATEST: Command = Command {
    name: "LATENCY LATEST",
    syntax: "",
    arity: 2,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.8.13",
    complexity: "O(1)",
    summary: "The latest spike of each event: its time, its milliseconds, and the maximum so far.",
    example: "LATENCY LATEST",
    run: latest,
};

fn latest(call: &mut Call) -> Outcome {
    let events = call.server.latency.events();
    let reply = &mut *call.reply;
    reply.array(events.len());
    for (name, spikes) in events {
        let (seconds, ms) = spikes.samples.back().copied().unwrap_or_default();
        reply.array(4);
        reply.bulk(name.as_bytes());
        reply.integer(seconds);
        reply.integer(i64::try_from(ms).unwrap_or(i64::MAX));
        reply.integer(i64::try_from(spikes.max_ms).unwrap_or(i64::MAX));
    }
    Ok(())
}

const LATENCY_HISTORY: Command = Command {
    name: "LATENCY HISTORY",
    syntax: "event",
    arity: 3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.8.13",
    complexity: "O(1)",
    summary: "The spikes of an event, with their times.",
    example: "LATENCY HISTORY command",
    run: history,
};

fn history(call: &mut Call) -> Outcome {
    let reply = &mut *call.reply;
    let Some(spikes) = call.server.latency.spikes(call.argv[2]) else {
        reply.array(0);
        return Ok(());
    };
    reply.array(spikes.samples.len());
    for &(seconds, ms) in &spikes.samples {
        reply.array(2);
        reply.integer(seconds);
        reply.integer(i64::try_from(ms).unwrap_or(i64::MAX));
    }
    Ok(())
}

const LATENCY_RESET: Command = Command {
    name: "LATENCY RESET",
    syntax: "[event [event ...]]",
    arity: -2,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.8.13",
    complexity: "O(1)",
    summary: "Removes the spikes of some events or of all.",
    example: "LATENCY RESET",
    run: reset,
};

fn reset(call: &mut Call) -> Outcome {
    let count = match &call.argv[2..] {
        [] => call.server.latency.clear(),
        events => events.iter().filter(|event| call.server.latency.remove(event)).count(),
    };
    call.reply.count(count);
    Ok(())
}

const LATENCY_HISTOGRAM: Command = Command {
    name: "LATENCY HISTOGRAM",
    syntax: "[command [command ...]]",
    arity: -2,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "7.0.0",
    complexity: "O(N) where N is the number of commands with latency information being retrieved.",
    summary: "How many calls of each command took no longer than 1, 2, 4, ... microseconds.",
    example: "LATENCY HISTOGRAM no-such-command",
    run: histogram,
};

fn histogram(call: &mut Call) -> Outcome {
    let names: Vec<String> =
        call.argv[2..].iter().map(|word| String::from_utf8_lossy(word).to_uppercase().replace('|', " ")).collect();
    let is_wanted = |command: &str| {
        names.is_empty()
            || names
                .iter()
                .any(|name| name == command || command.split_once(' ').is_some_and(|(first, _)| name == first))
    };
    let commands = call.server.statistics.commands();
    let wanted: Vec<_> =
        commands.iter().filter(|(name, calls)| calls.histogram.total() > 0 && is_wanted(name)).collect();
    let reply = &mut *call.reply;
    reply.map(wanted.len());
    for (name, calls) in wanted {
        reply.bulk(name.to_lowercase().replace(' ', "|").as_bytes());
        reply.map(2);
        reply.bulk(b"calls");
        reply.integer(i64::try_from(calls.histogram.total()).unwrap_or(i64::MAX));
        reply.bulk(b"histogram_usec");
        let rows = calls.histogram.cumulative();
        reply.map(rows.len());
        for (us, count) in rows {
            reply.integer(i64::try_from(us).unwrap_or(i64::MAX));
            reply.integer(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }
    Ok(())
}

const LATENCY_HELP: Command = Command {
    name: "LATENCY HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.8.13",
    complexity: "O(1)",
    summary: "The subcommands of LATENCY.",
    example: "LATENCY HELP",
    run: help,
};

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "HISTORY <event>",
            "    Return time-latency samples for the <event> class.",
            "LATEST",
            "    Return the latest latency samples for all events.",
            "RESET [<event> ...]",
            "    Reset latency data of one or more <event> classes.",
            "    (default: reset all data for all event classes)",
            "HISTOGRAM [COMMAND ...]",
            "    Return a cumulative distribution of latencies in the format of a histogram for the specified command names.",
            "    If no commands are specified then all histograms are replied.",
        ],
    )
}
