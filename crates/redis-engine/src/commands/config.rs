//! CONFIG: reads and changes the server's configuration.

use crate::call::{Call, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::config::Config;
use crate::error::Error;
use crate::eviction;
use crate::glob;
use crate::keyspace::KeyspaceStats;
use crate::statistics::Statistics;

pub const COMMANDS: &[&Command] =
    &[&CONFIG, &CONFIG_GET, &CONFIG_HELP, &CONFIG_RESETSTAT, &CONFIG_REWRITE, &CONFIG_SET];

const CONFIG: Command = Command {
    name: "CONFIG",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.0.0",
    complexity: "Depends on subcommand.",
    summary: "Reads and changes the server's configuration.",
    example: "CONFIG GET maxmemory",
    run: command::missing_subcommand,
};

const CONFIG_GET: Command = Command {
    name: "CONFIG GET",
    syntax: "parameter [parameter ...]",
    arity: -3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.0.0",
    complexity: "O(N) when N is the number of configuration parameters provided",
    summary: "The names and values of the parameters that match a pattern.",
    example: "CONFIG GET hash-max-*",
    run: get,
};

fn get(call: &mut Call) -> Outcome {
    let patterns = &call.argv[2..];
    let is_glob = |pattern: &[u8]| pattern.iter().any(|byte| b"*?[".contains(byte));
    let mut found: Vec<(&[u8], &[u8])> = Vec::new();
    for (name, value, is_hidden) in call.server.config.entries() {
        let matches = |pattern: &&&[u8]| match is_glob(pattern) {
            true => !is_hidden && glob::matches_ignore_case(pattern, name.as_bytes()),
            false => pattern.eq_ignore_ascii_case(name.as_bytes()),
        };
        if let Some(pattern) = patterns.iter().find(matches) {
            // For a name without wildcards, the reply repeats the name as the client wrote it.
            found.push((if is_glob(pattern) { name.as_bytes() } else { pattern }, value));
        }
    }
    call.reply.map(found.len());
    for (name, value) in found {
        call.reply.bulk(name);
        call.reply.bulk(value);
    }
    Ok(())
}

const CONFIG_SET: Command = Command {
    name: "CONFIG SET",
    syntax: "parameter value [parameter value ...]",
    arity: -4,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.0.0",
    complexity: "O(N) when N is the number of configuration parameters provided",
    summary: "Changes parameters, either all of them or none.",
    example: "CONFIG SET hash-max-listpack-entries 4",
    run: set,
};

fn set(call: &mut Call) -> Outcome {
    if !call.argv.len().is_multiple_of(2) {
        return Err(call.wrong_arity());
    }
    let pairs: Vec<(&[u8], &[u8])> = call.argv[2..].chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let before = call.server.config.clone();
    let set = call.server.config.set(&pairs);
    set.map_err(|error| Error::new([b"ERR ".as_slice(), &error].concat()))?;
    if let Err(error) = make_room_for_clients(call, &before) {
        call.server.config = before;
        return Err(error);
    }
    call.keyspace.limits = call.server.config.limits();
    call.server.slow_log.trim(call.server.config.slow_log_max_len());
    call.keyspace.set_hz(call.server.config.integer("hz"));
    call.keyspace.events_enabled = call.server.config.events.any();
    if call.argv[2..].chunks(2).any(|pair| pair[0].eq_ignore_ascii_case(b"requirepass")) {
        let password = call.server.config.get("requirepass").to_vec();
        call.server.set_password(Some(&*password).filter(|password| !password.is_empty()));
    }
    eviction::perform_evictions(call.keyspace, call.server);
    call.reply.ok();
    Ok(())
}

/// If CONFIG SET has raised `maxclients`, asks the driver to make room for that many clients. Returns an error if the
/// operating system allows fewer.
fn make_room_for_clients(call: &Call, before: &Config) -> Outcome {
    let wanted = call.server.config.integer("maxclients");
    let Some(make_room) = call.server.make_room_for_clients else { return Ok(()) };
    if wanted <= before.integer("maxclients") {
        return Ok(());
    }
    match make_room(wanted) {
        possible if possible < wanted => Err(Error::new(format!(
            "ERR CONFIG SET failed (possibly related to argument 'maxclients') - The operating system is not able to \
             handle the specified number of clients, try with {possible}"
        ))),
        _ => Ok(()),
    }
}

const CONFIG_RESETSTAT: Command = Command {
    name: "CONFIG RESETSTAT",
    syntax: "",
    arity: 2,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.0.0",
    complexity: "O(1)",
    summary: "Resets INFO's statistics.",
    example: "CONFIG RESETSTAT",
    run: resetstat,
};

fn resetstat(call: &mut Call) -> Outcome {
    call.server.statistics = Statistics::default();
    call.keyspace.stats = KeyspaceStats::default();
    call.reply.ok();
    Ok(())
}

const CONFIG_REWRITE: Command = Command {
    name: "CONFIG REWRITE",
    syntax: "",
    arity: 2,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.8.0",
    complexity: "O(1)",
    summary: "Writes the configuration to the file with which the server started. This server has no file.",
    example: "CONFIG REWRITE",
    run: rewrite,
};

fn rewrite(_: &mut Call) -> Outcome {
    Err(Error::from_static("ERR The server is running without a config file"))
}

const CONFIG_HELP: Command = Command {
    name: "CONFIG HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "The subcommands of CONFIG.",
    example: "CONFIG HELP",
    run: help,
};

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "GET <pattern>",
            "    Return parameters matching the glob-like <pattern> and their values.",
            "SET <directive> <value>",
            "    Set the configuration <directive> to <value>.",
            "RESETSTAT",
            "    Reset statistics reported by the INFO command.",
            "REWRITE",
            "    Rewrite the configuration file.",
        ],
    )
}
