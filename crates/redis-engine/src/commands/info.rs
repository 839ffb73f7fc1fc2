//! INFO: information about the server, in sections of `name:value` lines.

use std::fmt::Write as _;

use super::connection::REDIS_VERSION;
use super::info_fields;
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::Value;
use crate::eviction;
use crate::keyspace::Keyspace;
use crate::server_state::ServerState;
use crate::subscriptions::Kind;

pub const COMMANDS: &[&Command] = &[&INFO];

const INFO: Command = Command {
    name: "INFO",
    syntax: "[section [section ...]]",
    arity: -1,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Information about the server: all sections, or the given ones.",
    example: "INFO keyspace",
    run: info,
};

/// Which INFO calls include a section without naming it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inclusion {
    /// The reply to INFO without arguments includes the section.
    ByDefault,
    /// The reply to INFO all includes the section.
    InAll,
    /// The reply to INFO everything includes the section.
    InEverything,
}

type Section = (&'static str, Inclusion, fn(&mut String, &ServerState, &Keyspace) -> std::fmt::Result);

static SECTIONS: [Section; 15] = [
    ("Server", Inclusion::ByDefault, server),
    ("Clients", Inclusion::ByDefault, clients),
    ("Memory", Inclusion::ByDefault, memory),
    ("Persistence", Inclusion::ByDefault, persistence),
    ("Threads", Inclusion::ByDefault, |text, server, _| {
        line(text, "io_thread_0", format_args!("clients={},reads=0,writes=0", server.clients.ids().len()))
    }),
    ("Stats", Inclusion::ByDefault, stats),
    ("Replication", Inclusion::ByDefault, replication),
    ("CPU", Inclusion::ByDefault, cpu),
    ("Modules", Inclusion::InEverything, |_, _, _| Ok(())),
    ("Commandstats", Inclusion::InAll, command_stats),
    ("Errorstats", Inclusion::ByDefault, error_stats),
    ("Latencystats", Inclusion::InAll, latency_stats),
    ("Cluster", Inclusion::ByDefault, |text, _, _| lines(text, &[("cluster_enabled", "0")])),
    ("Keyspace", Inclusion::ByDefault, keyspace),
    // Redis includes this section by default, because it keeps the counts up to date. This engine has to compute the
    // counts for each INFO call, so it does not include the section by default.
    ("Keysizes", Inclusion::InAll, key_sizes),
];

fn info(call: &mut Call) -> Outcome {
    let names = &call.argv[1..];
    let is_requested = |name: &str| call.argv[1..].iter().any(|word| word.eq_ignore_ascii_case(name.as_bytes()));
    let is_included = |section: &Section| {
        is_requested(section.0)
            || is_requested("everything")
            || (is_requested("all") && section.1 != Inclusion::InEverything)
            || ((names.is_empty() || is_requested("default")) && section.1 == Inclusion::ByDefault)
    };
    let mut text = String::new();
    for section in SECTIONS.iter().filter(|section| is_included(section)) {
        let break_before = if text.is_empty() { "" } else { "\r\n" };
        let written =
            write!(text, "{break_before}# {}\r\n", section.0).and(section.2(&mut text, call.server, call.keyspace));
        written.expect("writing to a String cannot fail");
    }
    call.reply.verbatim("txt", text.as_bytes());
    Ok(())
}

fn line(text: &mut String, name: &str, value: impl std::fmt::Display) -> std::fmt::Result {
    write!(text, "{name}:{value}\r\n")
}

fn lines(text: &mut String, lines: &[(&str, &str)]) -> std::fmt::Result {
    lines.iter().try_for_each(|(name, value)| line(text, name, value))
}

fn server(text: &mut String, server: &ServerState, keyspace: &Keyspace) -> std::fmt::Result {
    let uptime = (keyspace.now_us() - server.started_us).max(0) / 1_000_000;
    lines(text, &[("redis_version", REDIS_VERSION), ("redis_mode", "standalone"), ("os", std::env::consts::OS)])?;
    line(text, "arch_bits", usize::BITS)?;
    line(text, "process_id", server.process_id)?;
    line(text, "run_id", &server.run_id)?;
    line(text, "tcp_port", server.config.integer("port"))?;
    line(text, "server_time_usec", keyspace.now_us())?;
    line(text, "uptime_in_seconds", uptime)?;
    line(text, "uptime_in_days", uptime / 86400)?;
    line(text, "hz", server.config.integer("hz"))?;
    line(text, "configured_hz", server.config.integer("hz"))?;
    line(text, "lru_clock", keyspace.now_ms() / 1000 % (1 << 24))?;
    lines(text, &[("executable", ""), ("config_file", ""), ("io_threads_active", "0")])?;
    lines(text, info_fields::SERVER)?;
    let (address, port) = (String::from_utf8_lossy(server.config.get("bind")), server.config.integer("port"));
    line(text, "listener0", format_args!("name=tcp,bind={address},port={port}"))
}

fn clients(text: &mut String, server: &ServerState, keyspace: &Keyspace) -> std::fmt::Result {
    line(text, "connected_clients", server.clients.ids().len())?;
    line(text, "cluster_connections", 0)?;
    line(text, "maxclients", server.config.integer("maxclients"))?;
    line(text, "client_recent_max_input_buffer", 0)?;
    line(text, "client_recent_max_output_buffer", 0)?;
    line(text, "blocked_clients", server.blocking.count())?;
    line(text, "tracking_clients", 0)?;
    line(text, "pubsub_clients", server.subscriptions.client_count())?;
    line(text, "watching_clients", keyspace.watches.client_count())?;
    line(text, "clients_in_timeout_table", server.blocking.clients_with_deadline())?;
    line(text, "total_watched_keys", keyspace.watches.key_count())?;
    line(text, "total_blocking_keys", server.blocking.keys())?;
    line(text, "total_blocking_keys_on_nokey", server.blocking.keys_with_unblocking_deletion())
}

/// Formats a number of bytes in human-readable form, with a unit, as in `1.50K`.
fn human(bytes: u64) -> String {
    let units = [("T", 40), ("G", 30), ("M", 20), ("K", 10)];
    match units.into_iter().find(|&(_, shift)| bytes >> shift > 0) {
        Some((unit, shift)) => format!("{:.2}{unit}", bytes as f64 / (1u64 << shift) as f64),
        None => format!("{bytes}B"),
    }
}

fn memory(text: &mut String, server: &ServerState, keyspace: &Keyspace) -> std::fmt::Result {
    let used = eviction::used_memory(keyspace);
    let resident = server.resident_memory.map_or(used, |measure| measure());
    for (name, bytes) in [("used_memory", used), ("used_memory_rss", resident), ("used_memory_peak", used)] {
        line(text, name, bytes)?;
        write!(text, "{name}_human:{}\r\n", human(bytes))?;
    }
    let limit = server.config.max_memory;
    lines(text, &[("used_memory_lua", "0"), ("used_memory_lua_human", "0B"), ("used_memory_scripts", "0")])?;
    lines(
        text,
        &[("used_memory_scripts_human", "0B"), ("number_of_cached_scripts", "0"), ("number_of_functions", "0")],
    )?;
    line(text, "number_of_libraries", 0)?;
    line(text, "maxmemory", limit)?;
    line(text, "maxmemory_human", human(limit))?;
    line(text, "maxmemory_policy", String::from_utf8_lossy(server.config.get("maxmemory-policy")))?;
    lines(text, &[("mem_fragmentation_ratio", "1.00"), ("mem_allocator", "libc"), ("active_defrag_running", "0")])?;
    line(text, "lazyfree_pending_objects", 0)?;
    line(text, "lazyfreed_objects", keyspace.stats.lazyfreed_objects)?;
    lines(text, info_fields::MEMORY)
}

fn persistence(text: &mut String, server: &ServerState, keyspace: &Keyspace) -> std::fmt::Result {
    lines(text, &[("loading", "0"), ("async_loading", "0")])?;
    line(text, "rdb_changes_since_last_save", keyspace.dirty)?;
    line(text, "rdb_bgsave_in_progress", 0)?;
    line(text, "rdb_last_save_time", server.saved_us / 1_000_000)?;
    lines(text, &[("rdb_last_bgsave_status", "ok"), ("rdb_last_bgsave_time_sec", "-1")])?;
    lines(text, &[("rdb_current_bgsave_time_sec", "-1"), ("rdb_saves", "0"), ("aof_enabled", "0")])?;
    lines(text, &[("aof_rewrite_in_progress", "0"), ("aof_rewrite_scheduled", "0"), ("aof_last_write_status", "ok")])?;
    lines(text, info_fields::PERSISTENCE)
}

fn stats(text: &mut String, server: &ServerState, keyspace: &Keyspace) -> std::fmt::Result {
    let (statistics, counts) = (&server.statistics, &keyspace.stats);
    line(text, "total_connections_received", statistics.connections_received)?;
    line(text, "total_commands_processed", statistics.commands_processed)?;
    line(text, "instantaneous_ops_per_sec", 0)?;
    line(text, "total_net_input_bytes", statistics.input_bytes)?;
    line(text, "total_net_output_bytes", statistics.output_bytes)?;
    line(text, "rejected_connections", statistics.rejected_connections)?;
    line(text, "expired_subkeys", counts.expired_subkeys)?;
    line(text, "expired_keys", counts.expired_keys)?;
    line(text, "evicted_keys", counts.evicted_keys)?;
    line(text, "evicted_clients", statistics.evicted_clients)?;
    line(text, "keyspace_hits", counts.hits)?;
    line(text, "keyspace_misses", counts.misses)?;
    line(text, "pubsub_channels", server.subscriptions.names_with_subscribers(Kind::Channel).len())?;
    line(text, "pubsub_patterns", server.subscriptions.names_with_subscribers(Kind::Pattern).len())?;
    line(text, "pubsubshard_channels", server.subscriptions.names_with_subscribers(Kind::Shard).len())?;
    line(text, "unexpected_error_replies", 0)?;
    line(text, "total_error_replies", statistics.error_replies)?;
    line(text, "client_query_buffer_limit_disconnections", statistics.query_limit_disconnections)?;
    line(text, "client_output_buffer_limit_disconnections", statistics.output_limit_disconnections)?;
    let denied = server.acl.denied;
    line(text, "acl_access_denied_auth", denied.auth)?;
    line(text, "acl_access_denied_cmd", denied.command)?;
    line(text, "acl_access_denied_key", denied.key)?;
    line(text, "acl_access_denied_channel", denied.channel)?;
    lines(text, info_fields::STATS)
}

fn replication(text: &mut String, server: &ServerState, _: &Keyspace) -> std::fmt::Result {
    lines(text, &[("role", "master"), ("connected_slaves", "0")])?;
    if server.config.requires_replicas {
        line(text, "min_slaves_good_slaves", 0)?;
    }
    line(text, "master_failover_state", "no-failover")?;
    line(text, "master_replid", &server.run_id)?;
    line(text, "master_replid2", "0".repeat(40))?;
    lines(text, &[("master_repl_offset", "0"), ("second_repl_offset", "-1"), ("repl_backlog_active", "0")])?;
    lines(
        text,
        &[("repl_backlog_size", "1048576"), ("repl_backlog_first_byte_offset", "0"), ("repl_backlog_histlen", "0")],
    )
}

fn cpu(text: &mut String, _: &ServerState, _: &Keyspace) -> std::fmt::Result {
    for name in ["sys", "user", "sys_children", "user_children", "sys_main_thread", "user_main_thread"] {
        write!(text, "used_cpu_{name}:0.000000\r\n")?;
    }
    Ok(())
}

fn command_stats(text: &mut String, server: &ServerState, _: &Keyspace) -> std::fmt::Result {
    for (name, calls) in server.statistics.commands() {
        let name = name.to_lowercase().replace(' ', "|");
        let per_call = if calls.calls == 0 { 0.0 } else { calls.total_us as f64 / calls.calls as f64 };
        write!(
            text,
            "cmdstat_{name}:calls={},usec={},usec_per_call={per_call:.2},rejected_calls={},failed_calls={}\r\n",
            calls.calls, calls.total_us, calls.rejected, calls.failed
        )?;
    }
    Ok(())
}

/// Writes the durations within which given percentages of the calls of each command ended.
fn latency_stats(text: &mut String, server: &ServerState, _: &Keyspace) -> std::fmt::Result {
    let percentiles = String::from_utf8_lossy(server.config.get("latency-tracking-info-percentiles")).into_owned();
    for (name, calls) in server.statistics.commands() {
        if calls.histogram.total() == 0 {
            continue;
        }
        let values: Vec<String> = percentiles
            .split_ascii_whitespace()
            .filter_map(|word| {
                let percentage = word.parse().ok()?;
                Some(format!("p{word}={:.3}", calls.histogram.percentile_us(percentage)))
            })
            .collect();
        let name = name.to_lowercase().replace(' ', "|");
        write!(text, "latency_percentiles_usec_{name}:{}\r\n", values.join(","))?;
    }
    Ok(())
}

fn error_stats(text: &mut String, server: &ServerState, _: &Keyspace) -> std::fmt::Result {
    server.statistics.errors().try_for_each(|(code, count)| write!(text, "errorstat_{code}:count={count}\r\n"))
}

fn keyspace(text: &mut String, _: &ServerState, keyspace: &Keyspace) -> std::fmt::Result {
    for (index, database) in keyspace.databases().iter().enumerate().filter(|(_, database)| !database.is_empty()) {
        let average = database.average_ttl_ms(keyspace.now_ms());
        let (keys, expires) = (database.len(), database.expiring());
        write!(
            text,
            "db{index}:keys={keys},expires={expires},avg_ttl={average},subexpiry={}\r\n",
            database.field_expiry_count()
        )?;
    }
    Ok(())
}

/// Writes a histogram of the values' sizes for each database and type. The bins are powers of two.
fn key_sizes(text: &mut String, _: &ServerState, keyspace: &Keyspace) -> std::fmt::Result {
    const KINDS: [&str; 5] = ["strings_sizes", "lists_items", "sets_items", "zsets_items", "hashes_items"];
    for (index, database) in keyspace.databases().iter().enumerate() {
        let mut counts = [[0_usize; 65]; KINDS.len()];
        for (_, entry) in database.iter() {
            let (kind, size) = match &entry.value {
                // Redis has no histogram of streams.
                Value::Stream(_) => continue,
                Value::Str(text) => (0, text.len()),
                Value::List(list) => (1, list.len()),
                Value::Set(set) => (2, set.len()),
                Value::SortedSet(zset) => (3, zset.len()),
                Value::Hash(hash) => (4, hash.len()),
            };
            counts[kind][size.checked_ilog2().map_or(0, |power| power as usize + 1)] += 1;
        }
        for (kind, counts) in KINDS.iter().zip(counts) {
            let bins = counts.iter().enumerate().filter(|&(_, &count)| count > 0);
            let bins: Vec<String> = bins.map(|(bin, count)| format!("{}={count}", bin_name(bin))).collect();
            if !bins.is_empty() {
                write!(text, "db{index}_distrib_{kind}:{}\r\n", bins.join(","))?;
            }
        }
    }
    Ok(())
}

/// Returns the name of a bin, which is the smallest size in it: `0`, `1`, `2`, ... `512`, `1K`, `2K`, ...
fn bin_name(bin: usize) -> String {
    let Some(power) = bin.checked_sub(1) else { return "0".into() };
    let unit = ["", "K", "M", "G", "T", "P", "E"][power / 10];
    format!("{}{unit}", 1 << (power % 10))
}

#[cfg(test)]
mod tests {
    use crate::Engine;

    #[test]
    fn used_memory_includes_the_size_of_a_new_value() {
        let mut engine = Engine::new(1, 0);
        let client = engine.connect();
        let mut reply_to = |line: &str| {
            engine.execute(client, &line.split(' ').map(str::as_bytes).collect::<Vec<_>>(), 0);
            String::from_utf8(engine.server.clients.get_mut(client).reply.take()).expect("the reply is ASCII")
        };
        let mut used = |line: &str| {
            reply_to(line);
            let text = reply_to("INFO memory");
            let line = text.lines().find_map(|line| line.strip_prefix("used_memory:"));
            line.and_then(|number| number.parse::<i64>().ok()).expect("INFO memory has the field")
        };
        let (before, after) = (used("PING"), used("SETBIT bits 8000000 1"));
        assert!((500_000..1_000_000).contains(&before), "{before}");
        assert!((1_000_000..1_100_000).contains(&(after - before)), "{}", after - before);
    }
}
