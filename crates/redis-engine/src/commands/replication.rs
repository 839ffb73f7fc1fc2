//! Commands for replication, persistence and modules. This server has none of them, so the commands reply as a Redis
//! server without replicas, without an append-only file and without modules to load. SAVE and BGSAVE succeed, although
//! nothing is written: the data lives as long as the server.

use crate::call::{Call, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::error::{self, Error};
use crate::number;

use super::connection::write_modules;
use super::generic::check_timeout;

pub const COMMANDS: &[&Command] = &[
    &BGREWRITEAOF,
    &BGSAVE,
    &FAILOVER,
    &MODULE,
    &MODULE_HELP,
    &MODULE_LIST,
    &MODULE_LOAD,
    &MODULE_LOADEX,
    &MODULE_UNLOAD,
    &REPLICAOF,
    &ROLE,
    &SAVE,
    &SLAVEOF,
    &WAITAOF,
];

const SAVE: Command = Command {
    name: "SAVE",
    syntax: "",
    arity: 1,
    flags: &[Flag::Admin, Flag::Noscript, Flag::NoAsyncLoading, Flag::NoMulti],
    keys: Keys::NONE,
    group: Group::Server,
    since: "1.0.0",
    complexity: "O(N) where N is the total number of keys in all databases",
    summary: "Saves the data to a file on a real server. Here nothing is saved, and the reply is the same.",
    example: "SAVE",
    run: save,
};

fn save(call: &mut Call) -> Outcome {
    mark_as_saved(call);
    call.reply.ok();
    Ok(())
}

/// Sets what LASTSAVE and INFO report about the last save.
fn mark_as_saved(call: &mut Call) {
    call.server.saved_us = call.keyspace.now_us();
    call.keyspace.dirty = 0;
}

const BGSAVE: Command = Command {
    name: "BGSAVE",
    syntax: "[SCHEDULE]",
    arity: -1,
    flags: &[Flag::Admin, Flag::Noscript, Flag::NoAsyncLoading],
    keys: Keys::NONE,
    group: Group::Server,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Saves the data to a file in the background on a real server. Here nothing is saved.",
    example: "BGSAVE",
    run: bgsave,
};

fn bgsave(call: &mut Call) -> Outcome {
    if call.argv.len() > 2 || call.argv.len() == 2 && !call.is_option(1, "SCHEDULE") {
        return Err(error::SYNTAX);
    }
    mark_as_saved(call);
    call.reply.status("Background saving started");
    Ok(())
}

const BGREWRITEAOF: Command = Command {
    name: "BGREWRITEAOF",
    syntax: "",
    arity: 1,
    flags: &[Flag::Admin, Flag::Noscript, Flag::NoAsyncLoading],
    keys: Keys::NONE,
    group: Group::Server,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Rewrites the append-only file on a real server. Here there is no such file.",
    example: "BGREWRITEAOF",
    run: bgrewriteaof,
};

fn bgrewriteaof(call: &mut Call) -> Outcome {
    call.reply.status("Background append only file rewriting started");
    Ok(())
}

const ROLE: Command = Command {
    name: "ROLE",
    syntax: "",
    arity: 1,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale, Flag::Fast],
    keys: Keys::NONE,
    group: Group::Server,
    since: "2.8.12",
    complexity: "O(1)",
    summary: "The server's role in replication. This server is a master without replicas.",
    example: "ROLE",
    run: role,
};

fn role(call: &mut Call) -> Outcome {
    call.reply.array(3);
    call.reply.bulk(b"master");
    call.reply.integer(0);
    call.reply.array(0);
    Ok(())
}

const REPLICAOF: Command = Command {
    name: "REPLICAOF",
    syntax: "<host port | NO ONE>",
    arity: 3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Stale, Flag::NoAsyncLoading],
    keys: Keys::NONE,
    group: Group::Server,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "Makes a server a replica of another, or with NO ONE a master. This server is always a master.",
    example: "REPLICAOF NO ONE",
    run: replicaof,
};

const SLAVEOF: Command = Command {
    name: "SLAVEOF",
    syntax: "<host port | NO ONE>",
    arity: 3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Stale, Flag::NoAsyncLoading],
    keys: Keys::NONE,
    group: Group::Server,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "The old name of REPLICAOF.",
    example: "SLAVEOF NO ONE",
    run: replicaof,
};

fn replicaof(call: &mut Call) -> Outcome {
    if call.is_option(1, "NO") && call.is_option(2, "ONE") {
        call.reply.ok();
        return Ok(());
    }
    match number::parse_integer(call.argv[2]) {
        Some(0..=65535) => Err(Error::new(format!(
            "ERR {} with a host is not available: this server does not replicate another one",
            call.command.name
        ))),
        _ => Err(Error::from_static("ERR Invalid master port")),
    }
}

const FAILOVER: Command = Command {
    name: "FAILOVER",
    syntax: "[TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds]",
    arity: -1,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.2.0",
    complexity: "O(1)",
    summary: "Lets a replica take over from its master. This server has no replicas.",
    example: "FAILOVER",
    run: failover,
};

fn failover(call: &mut Call) -> Outcome {
    if call.argv.len() == 2 && call.is_option(1, "ABORT") {
        return Err(Error::from_static("ERR No failover in progress."));
    }
    let (mut has_target, mut has_timeout, mut is_forced, mut index) = (false, false, false, 1);
    while index < call.argv.len() {
        let more = call.argv.len() - index - 1;
        if call.is_option(index, "TIMEOUT") && more >= 1 && !has_timeout {
            if call.integer(index + 1)? <= 0 {
                return Err(Error::from_static("ERR FAILOVER timeout must be greater than 0"));
            }
            has_timeout = true;
            index += 2;
        } else if call.is_option(index, "TO") && more >= 2 && !has_target {
            call.integer(index + 2)?;
            has_target = true;
            index += 3;
        } else if call.is_option(index, "FORCE") && !is_forced {
            is_forced = true;
            index += 1;
        } else {
            return Err(error::SYNTAX);
        }
    }
    Err(Error::from_static("ERR FAILOVER requires connected replicas."))
}

const WAITAOF: Command = Command {
    name: "WAITAOF",
    syntax: "numlocal numreplicas timeout",
    arity: 4,
    flags: &[Flag::Blocking],
    keys: Keys::NONE,
    group: Group::Generic,
    since: "7.2.0",
    complexity: "O(1)",
    summary: "Waits until writes are in the append-only files of this server and of replicas. There are none.",
    example: "WAITAOF 0 0 100",
    run: waitaof,
};

fn waitaof(call: &mut Call) -> Outcome {
    let local = match call.integer(1)? {
        local @ 0..=1 => local,
        _ => return Err(error::out_of_range(0, 1)),
    };
    if call.integer(2).ok().is_none_or(|replicas| replicas < 0) {
        return Err(error::MUST_BE_POSITIVE);
    }
    check_timeout(call, 3)?;
    if local == 1 {
        return Err(Error::from_static("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled."));
    }
    call.reply.array(2);
    call.reply.integer(0);
    call.reply.integer(0);
    Ok(())
}

const MODULE: Command = Command {
    name: "MODULE",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Server,
    since: "4.0.0",
    complexity: "Depends on subcommand.",
    summary: "Shows the modules of a server, and loads and unloads them on a real server.",
    example: "MODULE LIST",
    run: command::missing_subcommand,
};

const MODULE_LIST: Command = Command {
    name: "MODULE LIST",
    syntax: "",
    arity: 2,
    flags: &[Flag::Admin, Flag::Noscript],
    keys: Keys::NONE,
    group: Group::Server,
    since: "4.0.0",
    complexity: "O(N) where N is the number of loaded modules.",
    summary: "The modules of the server. Vector sets are built into Redis 8 as a module.",
    example: "MODULE LIST",
    run: module_list,
};

fn module_list(call: &mut Call) -> Outcome {
    write_modules(call.reply);
    Ok(())
}

const MODULE_LOAD: Command = Command {
    name: "MODULE LOAD",
    syntax: "path [arg [arg ...]]",
    arity: -3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::NoAsyncLoading],
    keys: Keys::NONE,
    group: Group::Server,
    since: "4.0.0",
    complexity: "O(1)",
    summary: "Loads a module on a real server that allows it. This server has no modules.",
    example: "MODULE LOAD /module.so",
    run: module_command,
};

const MODULE_LOADEX: Command = Command {
    name: "MODULE LOADEX",
    syntax: "path [CONFIG name value [CONFIG name value ...]] [ARGS args [args ...]]",
    arity: -3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::NoAsyncLoading],
    keys: Keys::NONE,
    group: Group::Server,
    since: "7.0.0",
    complexity: "O(1)",
    summary: "Loads a module with parameters on a real server that allows it. This server has no modules.",
    example: "MODULE LOADEX /module.so",
    run: module_command,
};

const MODULE_UNLOAD: Command = Command {
    name: "MODULE UNLOAD",
    syntax: "name",
    arity: 3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::NoAsyncLoading],
    keys: Keys::NONE,
    group: Group::Server,
    since: "4.0.0",
    complexity: "O(1)",
    summary: "Unloads a module on a real server that allows it. This server has no modules.",
    example: "MODULE UNLOAD search",
    run: module_command,
};

fn module_command(_: &mut Call) -> Outcome {
    Err(Error::from_static(
        "ERR MODULE command not allowed. If the enable-module-command option is set to \"local\", you can run it from a \
         local connection, otherwise you need to set this option in the configuration file, and then restart the server.",
    ))
}

const MODULE_HELP: Command = Command {
    name: "MODULE HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "The subcommands of MODULE.",
    example: "MODULE HELP",
    run: module_help,
};

fn module_help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "LIST",
            "    Return a list of loaded modules.",
            "LOAD <path> [<arg> ...]",
            "    Load a module library from <path>, passing to it any optional arguments.",
            "LOADEX <path> [[CONFIG NAME VALUE] [CONFIG NAME VALUE]] [ARGS ...]",
            "    Load a module library from <path>, while passing it module configurations and optional arguments.",
            "UNLOAD <name>",
            "    Unload a module.",
        ],
    )
}
