//! Commands on the whole server: flushing, swapping databases, TIME, MONITOR and MEMORY.

use std::ops::Range;

use crate::call::{Call, Mode, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::data::memory::Samples;
use crate::error::{self, Error};
use crate::keyspace::DATABASES;
use crate::number;

pub const COMMANDS: &[&Command] =
    &[&DBSIZE, &FLUSHALL, &FLUSHDB, &LASTSAVE, &MEMORY, &MEMORY_HELP, &MEMORY_USAGE, &MONITOR, &SWAPDB, &TIME];

const DBSIZE: Command = Command {
    name: "DBSIZE",
    syntax: "",
    arity: 1,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::NONE,
    group: Group::Server,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "The number of keys in this database.",
    example: "SET greeting hello\nDBSIZE",
    run: dbsize,
};

fn dbsize(call: &mut Call) -> Outcome {
    call.reply.count(call.keyspace.database().len());
    Ok(())
}

const FLUSHDB: Command = Command {
    name: "FLUSHDB",
    syntax: "[ASYNC | SYNC]",
    arity: -1,
    flags: &[Flag::Write],
    keys: Keys::NONE,
    group: Group::Server,
    since: "1.0.0",
    complexity: "O(N) where N is the number of keys in the selected database",
    summary: "Deletes all keys of this database.",
    example: "SET greeting hello\nFLUSHDB",
    run: flushdb,
};

fn flushdb(call: &mut Call) -> Outcome {
    let database = call.keyspace.selected();
    flush(call, database..database + 1)
}

const FLUSHALL: Command = Command {
    name: "FLUSHALL",
    syntax: "[ASYNC | SYNC]",
    arity: -1,
    flags: &[Flag::Write],
    keys: Keys::NONE,
    group: Group::Server,
    since: "1.0.0",
    complexity: "O(N) where N is the total number of keys in all databases",
    summary: "Deletes all keys of all databases.",
    example: "SET greeting hello\nFLUSHALL",
    run: flushall,
};

fn flushall(call: &mut Call) -> Outcome {
    flush(call, 0..DATABASES)
}

fn flush(call: &mut Call, databases: Range<usize>) -> Outcome {
    check_flush_mode(call, 1, error::SYNTAX)?;
    // Redis frees the keys in another thread even with SYNC, except in a transaction, which cannot wait for that
    // thread.
    let frees_later = call.mode != Mode::Exec || call.is_option(1, "ASYNC");
    for database in databases {
        let keys = call.keyspace.flush(database);
        call.keyspace.stats.lazyfreed_objects += if frees_later { keys as u64 } else { 0 };
    }
    call.reply.ok();
    Ok(())
}

/// Returns `error` unless there are no arguments from `index` on, or only a single ASYNC or SYNC.
pub fn check_flush_mode(call: &Call, index: usize, error: Error) -> Outcome {
    let known = call.is_option(index, "ASYNC") || call.is_option(index, "SYNC");
    if call.argv.len() == index || (known && call.argv.len() == index + 1) { Ok(()) } else { Err(error) }
}

const SWAPDB: Command = Command {
    name: "SWAPDB",
    syntax: "index1 index2",
    arity: 3,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::NONE,
    group: Group::Server,
    since: "4.0.0",
    complexity: "O(N) where N is the count of clients watching or blocking on keys from both databases.",
    summary: "Swaps two databases; their clients see the other data at once.",
    example: "SWAPDB 0 1",
    run: swapdb,
};

fn swapdb(call: &mut Call) -> Outcome {
    let index = |word, error_text: &'static str| {
        let number = number::parse_integer(word).and_then(|n| i32::try_from(n).ok());
        number.ok_or(Error::from_static(error_text))
    };
    let a = index(call.argv[1], "ERR invalid first DB index")?;
    let b = index(call.argv[2], "ERR invalid second DB index")?;
    let database = |n: i32| usize::try_from(n).ok().filter(|&n| n < DATABASES).ok_or(error::DB_INDEX_OUT_OF_RANGE);
    let (a, b) = (database(a)?, database(b)?);
    call.keyspace.swap(a, b);
    for database in [a, b] {
        for key in call.server.blocking.keys_with_blocked_clients(database) {
            call.keyspace.signal_key_as_ready_in(database, &key);
        }
    }
    call.reply.ok();
    Ok(())
}

const TIME: Command = Command {
    name: "TIME",
    syntax: "",
    arity: 1,
    flags: &[Flag::Loading, Flag::Stale, Flag::Fast],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.6.0",
    complexity: "O(1)",
    summary: "The server's time: seconds since 1970, and microseconds of the current second.",
    example: "TIME",
    run: time,
};

fn time(call: &mut Call) -> Outcome {
    let now_us = call.keyspace.now_us();
    call.reply.array(2);
    call.reply.bulk_integer(now_us.div_euclid(1_000_000));
    call.reply.bulk_integer(now_us.rem_euclid(1_000_000));
    Ok(())
}

const LASTSAVE: Command = Command {
    name: "LASTSAVE",
    syntax: "",
    arity: 1,
    flags: &[Flag::Loading, Flag::Stale, Flag::Fast],
    keys: Keys::NONE,
    group: Group::Server,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "The time of the last SAVE or BGSAVE, or of the start. Nothing is saved here.",
    example: "LASTSAVE",
    run: lastsave,
};

fn lastsave(call: &mut Call) -> Outcome {
    call.reply.integer(call.server.saved_us.div_euclid(1_000_000));
    Ok(())
}

const MONITOR: Command = Command {
    name: "MONITOR",
    syntax: "",
    arity: 1,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "1.0.0",
    complexity: "",
    summary: "Shows every command that the server runs.",
    example: "MONITOR",
    run: monitor,
};

fn monitor(call: &mut Call) -> Outcome {
    call.server.clients.set_monitor(call.client, true);
    call.reply.ok();
    Ok(())
}

const MEMORY: Command = Command {
    name: "MEMORY",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Server,
    since: "4.0.0",
    complexity: "Depends on subcommand.",
    summary: "Shows memory usage.",
    example: "SET greeting hello\nMEMORY USAGE greeting",
    run: command::missing_subcommand,
};

const MEMORY_USAGE: Command = Command {
    name: "MEMORY USAGE",
    syntax: "key [SAMPLES count]",
    arity: -3,
    flags: &[Flag::Readonly],
    keys: Keys::range(2, 2, 1),
    group: Group::Server,
    since: "4.0.0",
    complexity: "O(N) where N is the number of samples.",
    summary: "The approximate number of bytes that a key and its value take.",
    example: "SET greeting hello\nMEMORY USAGE greeting",
    run: memory_usage,
};

fn memory_usage(call: &mut Call) -> Outcome {
    let mut samples = Samples::default();
    for index in (3..call.argv.len()).step_by(2) {
        if !call.is_option(index, "SAMPLES") || index + 1 == call.argv.len() {
            return Err(error::SYNTAX);
        }
        samples = Samples::new(usize::try_from(call.integer(index + 1)?).map_err(|_| error::SYNTAX)?);
    }
    let key = call.argv[2];
    // A key that has expired but has not been deleted is measured as well.
    match call.keyspace.database().get(key) {
        Some(entry) => call.reply.count(entry.memory(key, samples)),
        None => call.reply.null(),
    }
    Ok(())
}

const MEMORY_HELP: Command = Command {
    name: "MEMORY HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "4.0.0",
    complexity: "O(1)",
    summary: "The subcommands of MEMORY.",
    example: "MEMORY HELP",
    run: memory_help,
};

fn memory_help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "DOCTOR",
            "    Return memory problems reports.",
            "MALLOC-STATS",
            "    Return internal statistics report from the memory allocator.",
            "PURGE",
            "    Attempt to purge dirty pages for reclamation by the allocator.",
            "STATS",
            "    Return information about the memory usage of the server.",
            "USAGE <key> [SAMPLES <count>]",
            "    Return memory in bytes used by <key> and its value. Nested values are",
            "    sampled up to <count> times (default: 5, 0 means sample all).",
        ],
    )
}
