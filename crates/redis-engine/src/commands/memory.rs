//! MEMORY STATS, DOCTOR, PURGE and MALLOC-STATS: the memory of the server. The numbers follow from the model of Redis's
//! memory, so those about the allocator are the same as those about the data.

use crate::call::{Call, Outcome};
use crate::command::{Command, Group, Keys};
use crate::data::memory::table::Table;
use crate::eviction;

pub const COMMANDS: &[&Command] = &[&MEMORY_DOCTOR, &MEMORY_MALLOC_STATS, &MEMORY_PURGE, &MEMORY_STATS];

/// Memory in bytes below which MEMORY DOCTOR gives no advice.
const MIN_EXAMINED: u64 = 5 << 20;

const MEMORY_DOCTOR: Command = Command {
    name: "MEMORY DOCTOR",
    syntax: "",
    arity: 2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Server,
    since: "4.0.0",
    complexity: "O(1)",
    summary: "Tells whether the use of memory looks healthy.",
    example: "MEMORY DOCTOR",
    run: doctor,
};

fn doctor(call: &mut Call) -> Outcome {
    let text = match eviction::used_memory(call.keyspace) < MIN_EXAMINED {
        true => {
            "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these \
             conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be \
             back to our programming as soon as I finished rebooting.\n"
        }
        false => {
            "Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on this base.\n"
        }
    };
    call.reply.verbatim("txt", text.as_bytes());
    Ok(())
}

const MEMORY_MALLOC_STATS: Command = Command {
    name: "MEMORY MALLOC-STATS",
    syntax: "",
    arity: 2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Server,
    since: "4.0.0",
    complexity: "Depends on how much memory is allocated, could be slow",
    summary: "Statistics of the allocator on a real server. This server does not choose its allocator.",
    example: "MEMORY MALLOC-STATS",
    run: malloc_stats,
};

fn malloc_stats(call: &mut Call) -> Outcome {
    call.reply.bulk(b"Stats not supported for the current allocator");
    Ok(())
}

const MEMORY_PURGE: Command = Command {
    name: "MEMORY PURGE",
    syntax: "",
    arity: 2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Server,
    since: "4.0.0",
    complexity: "Depends on how much memory is allocated, could be slow",
    summary: "Returns unused memory to the operating system on a real server. Here there is nothing to do.",
    example: "MEMORY PURGE",
    run: purge,
};

fn purge(call: &mut Call) -> Outcome {
    call.reply.ok();
    Ok(())
}

/// A value in the reply of MEMORY STATS.
enum Statistic {
    Count(u64),
    Ratio(f64),
    /// The sizes of the tables of a database: of its keys, and of the keys that expire.
    Tables(u64, u64),
}

const MEMORY_STATS: Command = Command {
    name: "MEMORY STATS",
    syntax: "",
    arity: 2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Server,
    since: "4.0.0",
    complexity: "O(1)",
    summary: "How the memory of the server is used.",
    example: "MEMORY STATS",
    run: stats,
};

fn stats(call: &mut Call) -> Outcome {
    use Statistic::{Count, Ratio, Tables};
    let used = eviction::used_memory(call.keyspace);
    let resident = call.server.resident_memory.map_or(used, |measure| measure());
    let startup = eviction::EMPTY_SERVER;
    let databases = call.keyspace.databases();
    let keys: usize = databases.iter().map(|database| database.len()).sum();
    let dataset: u64 = databases.iter().map(|database| database.memory() as u64).sum();
    let percentage = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 };
    let mut tables = 0;
    let mut rows = vec![("peak.allocated".to_owned(), Count(used)), ("total.allocated".to_owned(), Count(used))];
    let add = |rows: &mut Vec<(String, Statistic)>, name: &str, value| rows.push((name.to_owned(), value));
    add(&mut rows, "startup.allocated", Count(startup));
    for name in [
        "replication.backlog",
        "replica.fullsync.buffer",
        "clients.slaves",
        "clients.normal",
        "cluster.links",
        "aof.buffer",
        "lua.caches",
        "functions.caches",
        "script.VMs",
    ] {
        add(&mut rows, name, Count(0));
    }
    for (index, database) in databases.iter().enumerate().filter(|(_, database)| !database.is_empty()) {
        let size = |elements: usize| Table::with_elements(elements).allocated() as u64;
        let (main, expires) = (size(database.len()), size(database.expiring()));
        tables += main + expires;
        add(&mut rows, &format!("db.{index}"), Tables(main, expires));
    }
    let overhead = startup + tables;
    let per_key = if keys == 0 { 0 } else { used.saturating_sub(startup) / keys as u64 };
    for (name, value) in [
        ("overhead.db.hashtable.lut", Count(tables)),
        ("overhead.db.hashtable.rehashing", Count(0)),
        ("overhead.total", Count(overhead)),
        ("db.dict.rehashing.count", Count(0)),
        ("keys.count", Count(keys as u64)),
        ("keys.bytes-per-key", Count(per_key)),
        ("dataset.bytes", Count(dataset)),
        ("dataset.percentage", Ratio(percentage(dataset, used.saturating_sub(startup)))),
        ("peak.percentage", Ratio(100.0)),
        ("allocator.allocated", Count(used)),
        ("allocator.active", Count(used)),
        ("allocator.resident", Count(resident)),
        ("allocator.muzzy", Count(0)),
        ("allocator-fragmentation.ratio", Ratio(1.0)),
        ("allocator-fragmentation.bytes", Count(0)),
        ("allocator-rss.ratio", Ratio(resident as f64 / used as f64)),
        ("allocator-rss.bytes", Count(resident.saturating_sub(used))),
        ("rss-overhead.ratio", Ratio(1.0)),
        ("rss-overhead.bytes", Count(0)),
        ("fragmentation", Ratio(resident as f64 / used as f64)),
        ("fragmentation.bytes", Count(resident.saturating_sub(used))),
    ] {
        add(&mut rows, name, value);
    }
    let reply = &mut *call.reply;
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    reply.map(rows.len());
    for (name, value) in rows {
        reply.bulk(name.as_bytes());
        match value {
            Count(n) => reply.integer(count(n)),
            Ratio(ratio) => reply.double(ratio),
            Tables(main, expires) => {
                reply.map(2);
                reply.bulk(b"overhead.hashtable.main");
                reply.integer(count(main));
                reply.bulk(b"overhead.hashtable.expires");
                reply.integer(count(expires));
            }
        }
    }
    Ok(())
}
