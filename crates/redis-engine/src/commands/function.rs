//! Commands for functions: FCALL and FUNCTION.

use crate::call::{Call, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::commands::script::{Access, Killed, check_flags, check_interpreter, keys_and_args, kill_script};
use crate::commands::server::check_flush_mode;
use crate::error::{self, Error};
use crate::glob;
use crate::scripting::{Library, LibraryChange, Purpose, RegisteredFunction, Registration, ScriptWork, dump};

pub const COMMANDS: &[&Command] = &[
    &FCALL,
    &FCALL_RO,
    &FUNCTION,
    &FUNCTION_DELETE,
    &FUNCTION_DUMP,
    &FUNCTION_FLUSH,
    &FUNCTION_HELP,
    &FUNCTION_KILL,
    &FUNCTION_LIST,
    &FUNCTION_LOAD,
    &FUNCTION_RESTORE,
    &FUNCTION_STATS,
];

const FCALL: Command = Command {
    name: "FCALL",
    syntax: "function numkeys [key [key ...]] [arg [arg ...]]",
    arity: -3,
    flags: &[Flag::Noscript, Flag::Stale, Flag::SkipMonitor, Flag::NoMandatoryKeys, Flag::Movablekeys],
    keys: Keys::counted(2),
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "Depends on the function that is executed.",
    summary: "Calls a function of a loaded library.",
    example: "FUNCTION LOAD REPLACE \"#!lua name=greetings\\nredis.register_function('greet', function(keys, args) return 'hello ' .. args[1] end)\"\nFCALL greet 0 Alice",
    run: |call| fcall(call, Access::Any),
};

const FCALL_RO: Command = Command {
    name: "FCALL_RO",
    syntax: "function numkeys [key [key ...]] [arg [arg ...]]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Noscript, Flag::Stale, Flag::SkipMonitor, Flag::NoMandatoryKeys, Flag::Movablekeys],
    keys: Keys::counted(2),
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "Depends on the function that is executed.",
    summary: "Calls a function that only reads.",
    example: "FUNCTION LOAD REPLACE \"#!lua name=greetings\\nredis.register_function{function_name='welcome', callback=function() return 'hello' end, flags={'no-writes'}}\"\nFCALL_RO welcome 0",
    run: |call| fcall(call, Access::ReadOnly),
};

fn fcall(call: &mut Call, access: Access) -> Outcome {
    check_interpreter(call)?;
    call.show_to_monitors();
    let found = call.server.scripting.find_function(call.argv[1]);
    let (library, function) = found.ok_or(Error::from_static("ERR Function not found"))?;
    let (library_id, source, flags) = (library.id, library.source.clone(), function.flags);
    let (keys, args) = keys_and_args(call, Error::from_static("ERR Bad number of keys provided"))?;
    let rights = check_flags(call, Some(flags), access)?;
    let work = ScriptWork::Function { library: library_id, source, name: call.argv[1].to_vec() };
    call.start_script(work, keys, args, Purpose::Call, rights);
    Ok(())
}

const FUNCTION: Command = Command {
    name: "FUNCTION",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "Depends on subcommand.",
    summary: "Manages libraries of functions.",
    example: "FUNCTION FLUSH",
    run: command::missing_subcommand,
};

const FUNCTION_LOAD: Command = Command {
    name: "FUNCTION LOAD",
    syntax: "[REPLACE] function-code",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Noscript],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "O(1) (considering compilation time is redundant)",
    summary: "Loads a library of functions.",
    example: "FUNCTION LOAD REPLACE \"#!lua name=greetings\\nredis.register_function('greet', function(keys, args) return 'hello ' .. args[1] end)\"",
    run: load,
};

fn load(call: &mut Call) -> Outcome {
    check_interpreter(call)?;
    let (code, options) = call.argv[2..].split_last().ok_or_else(|| call.wrong_arity())?;
    let mut change = LibraryChange::Add;
    for option in options {
        if !option.eq_ignore_ascii_case(b"REPLACE") {
            return Err(Error::new([b"ERR Unknown option given: ", *option].concat()));
        }
        change = LibraryChange::Replace;
    }
    let registration = call.server.scripting.new_library(code, change)?;
    let work = load_work(&registration);
    call.start_script(work, &[], &[], Purpose::LoadLibrary(registration), [true, false]);
    Ok(())
}

fn load_work(registration: &Registration) -> ScriptWork {
    ScriptWork::LoadLibrary { id: registration.id, source: registration.source.clone() }
}

const FUNCTION_DELETE: Command = Command {
    name: "FUNCTION DELETE",
    syntax: "library-name",
    arity: 3,
    flags: &[Flag::Write, Flag::Noscript],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "O(1)",
    summary: "Deletes a library and its functions.",
    example: "FUNCTION LOAD REPLACE \"#!lua name=greetings\\nredis.register_function('greet', function(keys, args) return 'hello ' .. args[1] end)\"\nFUNCTION DELETE greetings",
    run: delete,
};

fn delete(call: &mut Call) -> Outcome {
    if call.server.scripting.libraries.remove(call.argv[2]).is_none() {
        return Err(Error::from_static("ERR Library not found"));
    }
    call.reply.ok();
    Ok(())
}

const FUNCTION_FLUSH: Command = Command {
    name: "FUNCTION FLUSH",
    syntax: "[ASYNC | SYNC]",
    arity: -2,
    flags: &[Flag::Write, Flag::Noscript],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "O(N) where N is the number of functions deleted",
    summary: "Deletes all libraries.",
    example: "FUNCTION FLUSH",
    run: flush,
};

fn flush(call: &mut Call) -> Outcome {
    if call.argv.len() > 3 {
        return Err(error::subcommand_syntax(call.argv[1], "FUNCTION"));
    }
    check_flush_mode(call, 2, Error::from_static("ERR FUNCTION FLUSH only supports SYNC|ASYNC option"))?;
    call.server.scripting.libraries.clear();
    call.reply.ok();
    Ok(())
}

const FUNCTION_LIST: Command = Command {
    name: "FUNCTION LIST",
    syntax: "[LIBRARYNAME library-name-pattern] [WITHCODE]",
    arity: -2,
    flags: &[Flag::Noscript],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "O(N) where N is the number of functions",
    summary: "Lists the libraries and their functions.",
    example: "FUNCTION LIST",
    run: list,
};

fn list(call: &mut Call) -> Outcome {
    let (mut pattern, mut with_code) = (None, false);
    let mut options = call.argv[2..].iter();
    while let Some(option) = options.next() {
        if option.eq_ignore_ascii_case(b"WITHCODE") && !with_code {
            with_code = true;
        } else if option.eq_ignore_ascii_case(b"LIBRARYNAME") && pattern.is_none() {
            pattern = Some(options.next().ok_or(Error::from_static("ERR library name argument was not given"))?);
        } else {
            return Err(Error::new([b"ERR Unknown argument ", *option].concat()));
        }
    }
    let libraries = call.server.scripting.libraries.values();
    let listed: Vec<&Library> = libraries
        .filter(|library| pattern.is_none_or(|pattern| glob::matches_ignore_case(pattern, &library.name)))
        .collect();
    call.reply.array(listed.len());
    for library in listed {
        call.reply.map(if with_code { 4 } else { 3 });
        call.reply.bulk(b"library_name");
        call.reply.bulk(&library.name);
        call.reply.bulk(b"engine");
        call.reply.bulk(b"LUA");
        call.reply.bulk(b"functions");
        call.reply.array(library.functions.len());
        for RegisteredFunction { name, description, flags } in &library.functions {
            call.reply.map(3);
            call.reply.bulk(b"name");
            call.reply.bulk(name);
            call.reply.bulk(b"description");
            call.reply.bulk_or_null(description.as_deref());
            call.reply.bulk(b"flags");
            call.reply.set(flags.names().count());
            for flag in flags.names() {
                call.reply.status(flag);
            }
        }
        if with_code {
            call.reply.bulk(b"library_code");
            call.reply.bulk(&library.code);
        }
    }
    Ok(())
}

const FUNCTION_STATS: Command = Command {
    name: "FUNCTION STATS",
    syntax: "",
    arity: 2,
    flags: &[Flag::Noscript, Flag::AllowBusy],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "O(1)",
    summary: "Tells which function is running, and how many are loaded.",
    example: "FUNCTION STATS",
    run: stats,
};

fn stats(call: &mut Call) -> Outcome {
    // While a script runs, the engine's clock stands still. The client's time is that of its command.
    let now_us = call.client().active_us;
    let Call { reply, server, .. } = call;
    reply.map(2);
    reply.bulk(b"running_script");
    match server.scripting.running.as_ref().filter(|running| running.is_function()) {
        None => reply.null(),
        Some(running) => {
            reply.map(3);
            reply.bulk(b"name");
            reply.bulk(running.argv.get(1).map_or(b"", Vec::as_slice));
            reply.bulk(b"command");
            reply.array(running.argv.len());
            for word in &running.argv {
                reply.bulk(word);
            }
            reply.bulk(b"duration_ms");
            reply.integer((now_us - running.started_us) / 1000);
        }
    }
    reply.bulk(b"engines");
    reply.map(1);
    reply.bulk(b"LUA");
    reply.map(2);
    reply.bulk(b"libraries_count");
    reply.count(server.scripting.libraries.len());
    reply.bulk(b"functions_count");
    reply.count(server.scripting.libraries.values().map(|library| library.functions.len()).sum());
    Ok(())
}

const FUNCTION_KILL: Command = Command {
    name: "FUNCTION KILL",
    syntax: "",
    arity: 2,
    flags: &[Flag::Noscript, Flag::AllowBusy],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "O(1)",
    summary: "Ends the running function, if it has changed nothing.",
    example: "FUNCTION KILL",
    run: kill,
};

fn kill(call: &mut Call) -> Outcome {
    kill_script(call, Killed::Function)
}

const FUNCTION_DUMP: Command = Command {
    name: "FUNCTION DUMP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Noscript],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "O(N) where N is the number of functions",
    summary: "Returns all libraries as a payload for FUNCTION RESTORE.",
    example: "FUNCTION FLUSH\nFUNCTION DUMP",
    run: dump,
};

fn dump(call: &mut Call) -> Outcome {
    let codes: Vec<&[u8]> = call.server.scripting.libraries.values().map(|library| &*library.code).collect();
    call.reply.bulk(&dump::write(&codes));
    Ok(())
}

const FUNCTION_RESTORE: Command = Command {
    name: "FUNCTION RESTORE",
    syntax: "serialized-value [FLUSH | APPEND | REPLACE]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Noscript],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "O(N) where N is the number of functions on the payload",
    summary: "Loads the libraries in a payload of FUNCTION DUMP.",
    example: "FUNCTION RESTORE \"\\x0c\\x00\\xe3\\x9b\\x08\"",
    run: restore,
};

fn restore(call: &mut Call) -> Outcome {
    check_interpreter(call)?;
    let (mut change, mut flushes) = (LibraryChange::Add, false);
    if let Some(policy) = call.argv.get(3) {
        match policy.to_ascii_uppercase().as_slice() {
            b"APPEND" => {}
            b"REPLACE" => change = LibraryChange::Replace,
            b"FLUSH" => flushes = true,
            _ => {
                return Err(Error::from_static(
                    "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.",
                ));
            }
        }
    }
    if call.argv.len() > 4 {
        return Err(error::subcommand_syntax(call.argv[1], "FUNCTION"));
    }
    let codes = dump::read(call.argv[2])
        .ok_or(Error::from_static("ERR DUMP payload version or checksum are wrong"))?
        .ok_or(Error::from_static("ERR given type is not a function"))?;
    let scripting = &mut call.server.scripting;
    let before: Vec<Library> = scripting.libraries.values().cloned().collect();
    let libraries = std::mem::take(&mut scripting.libraries);
    if !flushes {
        scripting.libraries = libraries.clone();
    }
    let registrations: Result<Vec<Registration>, Error> =
        codes.iter().map(|code| scripting.new_library(code, change)).collect();
    let mut rest = registrations.inspect_err(|_| scripting.libraries = libraries)?;
    if rest.is_empty() {
        call.reply.ok();
        return Ok(());
    }
    let registration = rest.remove(0);
    let work = load_work(&registration);
    call.start_script(work, &[], &[], Purpose::Restore { registration, rest, before }, [true, false]);
    Ok(())
}

const FUNCTION_HELP: Command = Command {
    name: "FUNCTION HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Scripting,
    since: "7.0.0",
    complexity: "O(1)",
    summary: "The subcommands of FUNCTION.",
    example: "FUNCTION HELP",
    run: help,
};

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "LOAD [REPLACE] <FUNCTION CODE>",
            "    Create a new library with the given library name and code.",
            "DELETE <LIBRARY NAME>",
            "    Delete the given library.",
            "LIST [LIBRARYNAME PATTERN] [WITHCODE]",
            "    Return general information on all the libraries:",
            "    * Library name",
            "    * The engine used to run the Library",
            "    * Functions list",
            "    * Library code (if WITHCODE is given)",
            "    It also possible to get only function that matches a pattern using LIBRARYNAME argument.",
            "STATS",
            "    Return information about the current function running:",
            "    * Function name",
            "    * Command used to run the function",
            "    * Duration in MS that the function is running",
            "    If no function is running, return nil",
            "    In addition, returns a list of available engines.",
            "KILL",
            "    Kill the current running function.",
            "FLUSH [ASYNC|SYNC]",
            "    Delete all the libraries.",
            "    When called without the optional mode argument, the behavior is determined by the",
            "    lazyfree-lazy-user-flush configuration directive. Valid modes are:",
            "    * ASYNC: Asynchronously flush the libraries.",
            "    * SYNC: Synchronously flush the libraries.",
            "DUMP",
            "    Return a serialized payload representing the current libraries, can be restored using FUNCTION RESTORE command",
            "RESTORE <PAYLOAD> [FLUSH|APPEND|REPLACE]",
            "    Restore the libraries represented by the given payload, it is possible to give a restore policy to",
            "    control how to handle existing libraries (default APPEND):",
            "    * FLUSH: delete all existing libraries.",
            "    * APPEND: appends the restored libraries to the existing libraries. On collision, abort.",
            "    * REPLACE: appends the restored libraries to the existing libraries, On collision, replace the old",
            "      libraries with the new libraries (notice that even on this option there is a chance of failure",
            "      in case of functions name collision with another library).",
        ],
    )
}
