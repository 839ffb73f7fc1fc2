//! Commands for Lua scripts: EVAL and its variants, and SCRIPT.

use std::sync::Arc;

use crate::call::{Call, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::commands::server::check_flush_mode;
use crate::error::{self, Error};
use crate::scripting::{CachedScript, FunctionFlags, Purpose, ScriptWork, Scripting, shebang_flags};

pub const COMMANDS: &[&Command] = &[
    &EVAL,
    &EVALSHA,
    &EVALSHA_RO,
    &EVAL_RO,
    &SCRIPT,
    &SCRIPT_DEBUG,
    &SCRIPT_EXISTS,
    &SCRIPT_FLUSH,
    &SCRIPT_HELP,
    &SCRIPT_KILL,
    &SCRIPT_LOAD,
];

/// What a command allows a script to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Any,
    ReadOnly,
}

const NO_SCRIPT: Error = Error::from_static("NOSCRIPT No matching script. Please use EVAL.");

/// Returns an error if the driver cannot run scripts.
pub fn check_interpreter(call: &Call) -> Outcome {
    if call.server.scripting.has_interpreter {
        return Ok(());
    }
    Err(Error::new(format!("ERR {} is not available: this server runs no Lua scripts", call.command.name)))
}

/// Arguments of a command.
type Words<'a> = &'a [&'a [u8]];

/// Parses the number of keys at index 2. Returns the keys and the other arguments. `not_a_number` is the error for a
/// number that is not an integer.
pub fn keys_and_args<'a>(call: &Call<'a>, not_a_number: Error) -> Result<(Words<'a>, Words<'a>), Error> {
    let count = call.integer(2).map_err(|_| not_a_number)?;
    let rest = &call.argv[3..];
    if count > rest.len() as i64 {
        return Err(error::NUMKEYS_TOO_LARGE);
    }
    let count = usize::try_from(count).map_err(|_| Error::from_static("ERR Number of keys can't be negative"))?;
    Ok(rest.split_at(count))
}

/// Checks whether a script or function with the given flags may run, and returns whether it must only read, and whether
/// it may use more memory when `maxmemory` is exceeded.
///
/// # Errors
/// Returns an error if the flags do not allow the script to run now.
pub fn check_flags(call: &Call, flags: Option<FunctionFlags>, access: Access) -> Result<[bool; 2], Error> {
    let is_read_only = access == Access::ReadOnly;
    let Some(flags) = flags else { return Ok([is_read_only, false]) };
    let only_reads = flags.has(FunctionFlags::NO_WRITES);
    if is_read_only && !only_reads {
        return Err(Error::from_static("ERR Can not execute a script with write flag using *_ro command."));
    }
    let allows_oom = flags.has(FunctionFlags::ALLOW_OOM);
    if call.server.scripting.is_over_memory && !allows_oom && !only_reads {
        return Err(error::OUT_OF_MEMORY);
    }
    Ok([only_reads || is_read_only, allows_oom])
}

const EVAL: Command = Command {
    name: "EVAL",
    syntax: "script numkeys [key [key ...]] [arg [arg ...]]",
    arity: -3,
    flags: &[Flag::Noscript, Flag::Stale, Flag::SkipMonitor, Flag::NoMandatoryKeys, Flag::Movablekeys],
    keys: Keys::counted(2),
    group: Group::Scripting,
    since: "2.6.0",
    complexity: "Depends on the script that is executed.",
    summary: "Runs a Lua script.",
    example: "EVAL 'return redis.call(\"SET\", KEYS[1], ARGV[1])' 1 greeting hello",
    run: |call| eval(call, Access::Any),
};

const EVAL_RO: Command = Command {
    name: "EVAL_RO",
    syntax: "script numkeys [key [key ...]] [arg [arg ...]]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Noscript, Flag::Stale, Flag::SkipMonitor, Flag::NoMandatoryKeys, Flag::Movablekeys],
    keys: Keys::counted(2),
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "Depends on the script that is executed.",
    summary: "Runs a Lua script that only reads.",
    example: "EVAL_RO 'return redis.call(\"GET\", KEYS[1])' 1 greeting",
    run: |call| eval(call, Access::ReadOnly),
};

fn eval(call: &mut Call, access: Access) -> Outcome {
    check_interpreter(call)?;
    call.show_to_monitors();
    let (keys, args) = keys_and_args(call, error::NOT_AN_INTEGER)?;
    let sha = Scripting::digest(call.argv[1]);
    if let Some(script) = call.server.scripting.scripts.get(&sha).cloned() {
        return run(call, sha, script, keys, args, access);
    }
    let (flags, source) = shebang_flags(call.argv[1])?;
    let script = CachedScript { source: source.into(), flags };
    let rights = check_flags(call, flags, access)?;
    let work = ScriptWork::Script { sha: sha.clone(), source: Arc::clone(&script.source) };
    call.start_script(work, keys, args, Purpose::Eval { sha, script }, rights);
    Ok(())
}

fn run(call: &mut Call, sha: String, script: CachedScript, keys: &[&[u8]], args: &[&[u8]], access: Access) -> Outcome {
    let rights = check_flags(call, script.flags, access)?;
    call.start_script(ScriptWork::Script { sha, source: script.source }, keys, args, Purpose::Call, rights);
    Ok(())
}

const EVALSHA: Command = Command {
    name: "EVALSHA",
    syntax: "sha1 numkeys [key [key ...]] [arg [arg ...]]",
    arity: -3,
    flags: &[Flag::Noscript, Flag::Stale, Flag::SkipMonitor, Flag::NoMandatoryKeys, Flag::Movablekeys],
    keys: Keys::counted(2),
    group: Group::Scripting,
    since: "2.6.0",
    complexity: "Depends on the script that is executed.",
    summary: "Runs a cached Lua script, which its SHA-1 digest names.",
    example: "SCRIPT LOAD 'return 1'\nEVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0",
    run: |call| evalsha(call, Access::Any),
};

const EVALSHA_RO: Command = Command {
    name: "EVALSHA_RO",
    syntax: "sha1 numkeys [key [key ...]] [arg [arg ...]]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Noscript, Flag::Stale, Flag::SkipMonitor, Flag::NoMandatoryKeys, Flag::Movablekeys],
    keys: Keys::counted(2),
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "Depends on the script that is executed.",
    summary: "Runs a cached Lua script that only reads.",
    example: "SCRIPT LOAD 'return 1'\nEVALSHA_RO e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0",
    run: |call| evalsha(call, Access::ReadOnly),
};

fn evalsha(call: &mut Call, access: Access) -> Outcome {
    check_interpreter(call)?;
    call.show_to_monitors();
    let sha = String::from_utf8_lossy(call.argv[1]).to_ascii_lowercase();
    if sha.len() != 40 {
        return Err(NO_SCRIPT);
    }
    let (keys, args) = keys_and_args(call, error::NOT_AN_INTEGER)?;
    let script = call.server.scripting.scripts.get(&sha).cloned().ok_or(NO_SCRIPT)?;
    run(call, sha, script, keys, args, access)
}

const SCRIPT: Command = Command {
    name: "SCRIPT",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "2.6.0",
    complexity: "Depends on subcommand.",
    summary: "Manages the cache of Lua scripts.",
    example: "SCRIPT FLUSH",
    run: command::missing_subcommand,
};

const SCRIPT_LOAD: Command = Command {
    name: "SCRIPT LOAD",
    syntax: "script",
    arity: 3,
    flags: &[Flag::Noscript, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "2.6.0",
    complexity: "O(N) with N being the length in bytes of the script body.",
    summary: "Caches a script, and returns its SHA-1 digest.",
    example: "SCRIPT LOAD 'return 1'",
    run: load,
};

fn load(call: &mut Call) -> Outcome {
    check_interpreter(call)?;
    let sha = Scripting::digest(call.argv[2]);
    if call.server.scripting.scripts.contains_key(&sha) {
        call.reply.bulk(sha.as_bytes());
        return Ok(());
    }
    let (flags, source) = shebang_flags(call.argv[2])?;
    let script = CachedScript { source: source.into(), flags };
    let work = ScriptWork::Compile { sha: sha.clone(), source: Arc::clone(&script.source) };
    call.start_script(work, &[], &[], Purpose::LoadScript { sha, script }, [true, false]);
    Ok(())
}

const SCRIPT_EXISTS: Command = Command {
    name: "SCRIPT EXISTS",
    syntax: "sha1 [sha1 ...]",
    arity: -3,
    flags: &[Flag::Noscript],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "2.6.0",
    complexity: "O(N) with N being the number of scripts to check (so checking a single script is an O(1) operation).",
    summary: "Tells which scripts are cached.",
    example: "SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db",
    run: exists,
};

fn exists(call: &mut Call) -> Outcome {
    let digests = &call.argv[2..];
    call.reply.array(digests.len());
    for digest in digests {
        let digest = String::from_utf8_lossy(digest).to_ascii_lowercase();
        call.reply.flag(call.server.scripting.scripts.contains_key(&digest));
    }
    Ok(())
}

const SCRIPT_FLUSH: Command = Command {
    name: "SCRIPT FLUSH",
    syntax: "[ASYNC | SYNC]",
    arity: -2,
    flags: &[Flag::Noscript],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "2.6.0",
    complexity: "O(N) with N being the number of scripts in cache",
    summary: "Removes all cached scripts.",
    example: "SCRIPT FLUSH",
    run: flush,
};

fn flush(call: &mut Call) -> Outcome {
    if call.argv.len() > 3 {
        return Err(error::subcommand_syntax(call.argv[1], "SCRIPT"));
    }
    check_flush_mode(call, 2, Error::from_static("ERR SCRIPT FLUSH only support SYNC|ASYNC option"))?;
    call.server.scripting.scripts.clear();
    call.reply.ok();
    Ok(())
}

const SCRIPT_DEBUG: Command = Command {
    name: "SCRIPT DEBUG",
    syntax: "<YES | SYNC | NO>",
    arity: 3,
    flags: &[Flag::Noscript],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "3.2.0",
    complexity: "O(1)",
    summary: "Turns the debugger for scripts on or off. This server has no debugger.",
    example: "SCRIPT DEBUG NO",
    run: debug,
};

fn debug(call: &mut Call) -> Outcome {
    if !["YES", "SYNC", "NO"].iter().any(|mode| call.is_option(2, mode)) {
        return Err(Error::from_static("ERR Use SCRIPT DEBUG YES/SYNC/NO"));
    }
    call.reply.ok();
    Ok(())
}

const SCRIPT_KILL: Command = Command {
    name: "SCRIPT KILL",
    syntax: "",
    arity: 2,
    flags: &[Flag::Noscript, Flag::AllowBusy],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "2.6.0",
    complexity: "O(1)",
    summary: "Ends the running script, if it has changed nothing.",
    example: "SCRIPT KILL",
    run: kill,
};

fn kill(call: &mut Call) -> Outcome {
    kill_script(call, Killed::Script)
}

/// What SCRIPT KILL and FUNCTION KILL end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Killed {
    Script,
    Function,
}

/// Ends the running script or function.
///
/// # Errors
/// Returns an error if none is running, or if it has changed data.
pub fn kill_script(call: &mut Call, killed: Killed) -> Outcome {
    let Some(running) = &mut call.server.scripting.running else {
        return Err(Error::from_static("NOTBUSY No scripts in execution right now."));
    };
    if running.has_written {
        return Err(Error::from_static(
            "UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the \
             script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.",
        ));
    }
    if running.is_function() != (killed == Killed::Function) {
        return Err(running.busy_error());
    }
    running.is_killed = true;
    call.reply.ok();
    Ok(())
}

const SCRIPT_HELP: Command = Command {
    name: "SCRIPT HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "The subcommands of SCRIPT.",
    example: "SCRIPT HELP",
    run: help,
};

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "DEBUG (YES|SYNC|NO)",
            "    Set the debug mode for subsequent scripts executed.",
            "EXISTS <sha1> [<sha1> ...]",
            "    Return information about the existence of the scripts in the script cache.",
            "FLUSH [ASYNC|SYNC]",
            "    Flush the Lua scripts cache. Very dangerous on replicas.",
            "    When called without the optional mode argument, the behavior is determined by the",
            "    lazyfree-lazy-user-flush configuration directive. Valid modes are:",
            "    * ASYNC: Asynchronously flush the scripts cache.",
            "    * SYNC: Synchronously flush the scripts cache.",
            "KILL",
            "    Kill the currently executing Lua script.",
            "LOAD <script>",
            "    Load a script into the scripts cache without executing it.",
        ],
    )
}
