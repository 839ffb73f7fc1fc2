//! ACL: users and their permissions.

use super::categories::{self, CATEGORIES};
use super::client::{client_line, disconnect};
use super::permissions::{self, Denied};
use crate::acl::{Context, DEFAULT_USER, LogEntry, Reason, Selector, User};
use crate::call::{Call, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::error::{self, Error};

pub const COMMANDS: &[&Command] = &[
    &ACL,
    &ACL_CAT,
    &ACL_DELUSER,
    &ACL_DRYRUN,
    &ACL_GENPASS,
    &ACL_GETUSER,
    &ACL_HELP,
    &ACL_LIST,
    &ACL_LOAD,
    &ACL_LOG,
    &ACL_SAVE,
    &ACL_SETUSER,
    &ACL_USERS,
    &ACL_WHOAMI,
];

const ACL: Command = Command {
    name: "ACL",
    syntax: "",
    arity: -2,
    flags: &[],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "Depends on subcommand.",
    summary: "Manages users, and what each of them may do.",
    example: "ACL WHOAMI",
    run: command::missing_subcommand,
};

const ACL_WHOAMI: Command = Command {
    name: "ACL WHOAMI",
    syntax: "",
    arity: 2,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "O(1)",
    summary: "The user of this connection.",
    example: "ACL WHOAMI",
    run: whoami,
};

fn whoami(call: &mut Call) -> Outcome {
    let name = call.client().user_name().to_vec();
    call.reply.bulk(&name);
    Ok(())
}

const ACL_USERS: Command = Command {
    name: "ACL USERS",
    syntax: "",
    arity: 2,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "O(N). Where N is the number of configured users.",
    summary: "The names of all users.",
    example: "ACL USERS",
    run: users,
};

fn users(call: &mut Call) -> Outcome {
    let users = call.server.acl.users();
    call.reply.array(users.len());
    users.for_each(|(name, _)| call.reply.bulk(name));
    Ok(())
}

const ACL_LIST: Command = Command {
    name: "ACL LIST",
    syntax: "",
    arity: 2,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "O(N). Where N is the number of configured users.",
    summary: "All users with their rules, one line each.",
    example: "ACL LIST",
    run: list,
};

fn list(call: &mut Call) -> Outcome {
    let users = call.server.acl.users();
    call.reply.array(users.len());
    users.for_each(|(name, user)| call.reply.bulk(&[b"user ", name, b" ", &user.describe()].concat()));
    Ok(())
}

const ACL_GETUSER: Command = Command {
    name: "ACL GETUSER",
    syntax: "username",
    arity: 3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "O(N). Where N is the number of password, command and pattern rules that the user has.",
    summary: "The flags, passwords, commands, keys and channels of a user.",
    example: "ACL GETUSER default",
    run: getuser,
};

fn getuser(call: &mut Call) -> Outcome {
    let reply = &mut *call.reply;
    let Some(user) = call.server.acl.user(call.argv[2]) else {
        reply.null();
        return Ok(());
    };
    reply.map(6);
    reply.bulk(b"flags");
    let flags = user.flags();
    reply.set(flags.len());
    flags.iter().for_each(|flag| reply.bulk(flag.as_bytes()));
    reply.bulk(b"passwords");
    reply.array(user.passwords.len());
    user.passwords.iter().for_each(|password| reply.bulk(password.as_bytes()));
    write_selector(reply, &user.selectors[0]);
    reply.bulk(b"selectors");
    reply.array(user.selectors.len() - 1);
    for selector in &user.selectors[1..] {
        reply.map(3);
        write_selector(reply, selector);
    }
    Ok(())
}

fn write_selector(reply: &mut crate::reply::Reply, selector: &Selector) {
    reply.bulk(b"commands");
    reply.bulk(selector.command_rules().as_bytes());
    reply.bulk(b"keys");
    reply.bulk(&selector.key_rules());
    reply.bulk(b"channels");
    reply.bulk(&selector.channel_rules());
}

const ACL_SETUSER: Command = Command {
    name: "ACL SETUSER",
    syntax: "username [rule [rule ...]]",
    arity: -3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "O(N). Where N is the number of rules provided.",
    summary: "Creates a user, or changes what a user may do.",
    example: "ACL SETUSER reader on >secret ~* +@read",
    run: setuser,
};

fn setuser(call: &mut Call) -> Outcome {
    let name = call.argv[2];
    if name.iter().any(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return Err(Error::from_static("ERR Usernames can't contain spaces or null characters"));
    }
    let all_channels = call.server.config.get("acl-pubsub-default") == b"allchannels";
    let mut user = call.server.acl.user(name).cloned().unwrap_or_else(|| User::new(all_channels));
    for rule in join_selectors(&call.argv[3..])? {
        user.apply(&rule, call.commands, all_channels).map_err(|error| {
            let quoted = error::until_nul(&rule);
            let text = [b"ERR Error in ACL SETUSER modifier '", quoted, b"': ", error.text().as_bytes()].concat();
            Error::new(text)
        })?;
    }
    call.server.acl.set_user(name, user);
    disconnect_subscribers(call, name);
    call.reply.ok();
    Ok(())
}

/// Joins the words of each selector, which may be spread over several arguments.
fn join_selectors(words: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
    let mut rules: Vec<Vec<u8>> = Vec::new();
    // The selector that has been begun, and the word that began it.
    let mut open: Option<(Vec<u8>, &[u8])> = None;
    for &word in words {
        let (rule, first) = match open.take() {
            Some((begun, first)) => ([&begun, b" ".as_slice(), word].concat(), first),
            None => (word.to_vec(), word),
        };
        if rule.starts_with(b"(") && !rule.ends_with(b")") {
            open = Some((rule, first));
        } else {
            rules.push(rule);
        }
    }
    match open {
        Some((_, first)) => {
            Err(Error::new([b"ERR Unmatched parenthesis in acl selector starting at '", first, b"'."].concat()))
        }
        None => Ok(rules),
    }
}

/// Disconnects the clients of a user that are subscribed to channels which the user may no longer use.
fn disconnect_subscribers(call: &mut Call, name: &[u8]) {
    let Some(user) = call.server.acl.user(name).cloned() else { return };
    let mut ids = call.server.clients.ids();
    ids.retain(|&id| {
        call.server.clients.get(id).user_name() == name
            && !permissions::may_stay_subscribed(&call.server.subscriptions, id, &user)
    });
    ids.into_iter().for_each(|id| disconnect(call, id));
}

const ACL_DELUSER: Command = Command {
    name: "ACL DELUSER",
    syntax: "username [username ...]",
    arity: -3,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "O(1) amortized time considering the typical user.",
    summary: "Deletes users, and disconnects their clients.",
    example: "ACL DELUSER nobody",
    run: deluser,
};

fn deluser(call: &mut Call) -> Outcome {
    let names = &call.argv[2..];
    if names.contains(&DEFAULT_USER) {
        return Err(Error::from_static("ERR The 'default' user cannot be removed"));
    }
    let mut deleted = 0;
    for name in names {
        if call.server.acl.remove_user(name) {
            deleted += 1;
            let mut ids = call.server.clients.ids();
            ids.retain(|&id| call.server.clients.get(id).user_name() == *name);
            ids.into_iter().for_each(|id| disconnect(call, id));
        }
    }
    call.reply.integer(deleted);
    Ok(())
}

const ACL_CAT: Command = Command {
    name: "ACL CAT",
    syntax: "[category]",
    arity: -2,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "O(1) since the categories and commands are a fixed set.",
    summary: "The categories of commands, or the commands of a category.",
    example: "ACL CAT transaction",
    run: cat,
};

fn cat(call: &mut Call) -> Outcome {
    match call.argv {
        [_, _] => {
            call.reply.array(CATEGORIES.len());
            CATEGORIES.iter().for_each(|name| call.reply.bulk(name.as_bytes()));
        }
        [_, _, category] => {
            let known = CATEGORIES.iter().find(|name| category.eq_ignore_ascii_case(name.as_bytes()));
            let unknown = || Error::new([b"ERR Unknown category '", error::until_nul(category), b"'"].concat());
            let names = categories::commands_in(call.commands, known.ok_or_else(unknown)?);
            call.reply.array(names.len());
            for name in names {
                call.reply.bulk(name.to_lowercase().replace(' ', "|").as_bytes());
            }
        }
        _ => return Err(error::subcommand_syntax(call.argv[1], "ACL")),
    }
    Ok(())
}

const ACL_GENPASS: Command = Command {
    name: "ACL GENPASS",
    syntax: "[bits]",
    arity: -2,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "O(1)",
    summary: "A random password.",
    example: "ACL GENPASS 64",
    run: genpass,
};

fn genpass(call: &mut Call) -> Outcome {
    let bits = match call.argv {
        [_, _] => 256,
        [_, _, _] => call.integer(2)?,
        _ => return Err(error::subcommand_syntax(call.argv[1], "ACL")),
    };
    let digits = usize::try_from(bits).ok().filter(|bits| (1..=4096).contains(bits)).map(|bits| bits.div_ceil(4));
    let digits = digits.ok_or(Error::from_static(
        "ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096",
    ))?;
    let text: String = (0..digits).map(|_| format!("{:x}", call.server.random.below(16))).collect();
    call.reply.bulk(text.as_bytes());
    Ok(())
}

const ACL_DRYRUN: Command = Command {
    name: "ACL DRYRUN",
    syntax: "username command [arg [arg ...]]",
    arity: -4,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "7.0.0",
    complexity: "O(1).",
    summary: "Tells whether a user may run a command, without running it.",
    example: "ACL DRYRUN default GET greeting",
    run: dryrun,
};

fn dryrun(call: &mut Call) -> Outcome {
    let (name, argv) = (call.argv[2], &call.argv[3..]);
    let quoted = |before: &str, word: &[u8]| {
        Error::new([before.as_bytes(), b" '", error::until_nul(word), b"' not found"].concat())
    };
    let user = call.server.acl.user(name).ok_or_else(|| quoted("ERR User", name))?;
    let command = call.commands.find(argv).map_err(|_| quoted("ERR Command", argv[0]))?;
    if !command.arity_allows(argv.len()) {
        return Err(error::wrong_arity(command.name));
    }
    match permissions::check(user, command, argv) {
        Ok(()) => call.reply.ok(),
        Err(denied) => call.reply.bulk(&denied.explanation(name, command, argv)),
    }
    Ok(())
}

const ACL_LOG: Command = Command {
    name: "ACL LOG",
    syntax: "[count | RESET]",
    arity: -2,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "O(N) with N being the number of entries shown.",
    summary: "The calls and passwords that were denied, newest first.",
    example: "ACL LOG 3",
    run: log,
};

fn log(call: &mut Call) -> Outcome {
    let count = match call.argv {
        [_, _] => 10,
        [_, _, _] if call.is_option(2, "RESET") => {
            call.server.acl.log.clear();
            call.reply.ok();
            return Ok(());
        }
        [_, _, _] => usize::try_from(call.integer(2)?).unwrap_or(0),
        _ => return Err(error::subcommand_syntax(call.argv[1], "ACL")),
    };
    let now_ms = call.keyspace.now_ms();
    let entries = call.server.acl.log.entries();
    let reply = &mut *call.reply;
    reply.array(entries.len().min(count));
    for entry in entries.take(count) {
        reply.map(10);
        reply.bulk(b"count");
        reply.integer(entry.count as i64);
        for (name, text) in [
            ("reason", entry.reason.name().as_bytes()),
            ("context", entry.context.name().as_bytes()),
            ("object", &*entry.object),
            ("username", &*entry.user),
        ] {
            reply.bulk(name.as_bytes());
            reply.bulk(text);
        }
        reply.bulk(b"age-seconds");
        reply.double((now_ms - entry.updated_ms) as f64 / 1000.0);
        reply.bulk(b"client-info");
        reply.bulk(entry.client.trim_end().as_bytes());
        for (name, number) in [
            ("entry-id", entry.id as i64),
            ("timestamp-created", entry.created_ms),
            ("timestamp-last-updated", entry.updated_ms),
        ] {
            reply.bulk(name.as_bytes());
            reply.integer(number);
        }
    }
    Ok(())
}

const ACL_SAVE: Command = Command {
    name: "ACL SAVE",
    syntax: "",
    arity: 2,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "O(N). Where N is the number of configured users.",
    summary: "Saves the users to a file on a server that has one. This server has none.",
    example: "ACL SAVE",
    run: without_file,
};

const ACL_LOAD: Command = Command {
    name: "ACL LOAD",
    syntax: "",
    arity: 2,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "O(N). Where N is the number of configured users.",
    summary: "Loads the users from a file on a server that has one. This server has none.",
    example: "ACL LOAD",
    run: without_file,
};

fn without_file(_: &mut Call) -> Outcome {
    Err(Error::from_static(
        "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER \
         command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store \
         users in the Redis configuration.",
    ))
}

const ACL_HELP: Command = Command {
    name: "ACL HELP",
    syntax: "",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "6.0.0",
    complexity: "O(1)",
    summary: "The subcommands of ACL.",
    example: "ACL HELP",
    run: help,
};

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "CAT [<category>]",
            "    List all commands that belong to <category>, or all command categories",
            "    when no category is specified.",
            "DELUSER <username> [<username> ...]",
            "    Delete a list of users.",
            "DRYRUN <username> <command> [<arg> ...]",
            "    Returns whether the user can execute the given command without executing the command.",
            "GETUSER <username>",
            "    Get the user's details.",
            "GENPASS [<bits>]",
            "    Generate a secure 256-bit user password. The optional `bits` argument can",
            "    be used to specify a different size.",
            "LIST",
            "    Show users details in config file format.",
            "LOAD",
            "    Reload users from the ACL file.",
            "LOG [<count> | RESET]",
            "    Show the ACL log entries.",
            "SAVE",
            "    Save the current config to the ACL file.",
            "SETUSER <username> <attribute> [<attribute> ...]",
            "    Create or modify a user with the specified attributes.",
            "USERS",
            "    List all the registered usernames.",
            "WHOAMI",
            "    Return the current connection username.",
        ],
    )
}

/// Checks whether the user of the calling client may run a queued command, whose permissions may have changed since.
///
/// # Errors
/// Returns the error that EXEC replies with in place of the command's reply.
pub fn check_queued(call: &mut Call, command: &'static Command, argv: &[&[u8]]) -> Outcome {
    let Err(denied) = permissions::check_client(call.server, call.client, command, argv) else { return Ok(()) };
    log_denied(call, denied, Context::Multi, command, argv);
    let reason = match denied {
        Denied::Command => "no permission to execute the command or subcommand",
        Denied::Key(_) => "no permission to touch the specified keys",
        Denied::Channel(_) => "no permission to access one of the channels used as arguments to the command",
    };
    Err(Error::new(format!(
        "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is \
         no longer allowed for the following reason: {reason}"
    )))
}

/// Adds an entry about a denied call to the log, and counts it.
pub fn log_denied(call: &mut Call, denied: Denied, context: Context, command: &Command, argv: &[&[u8]]) {
    let counts = &mut call.server.acl.denied;
    let (reason, object, count) = match denied {
        Denied::Command => {
            (Reason::Command, command.name.to_lowercase().replace(' ', "|").into_bytes(), &mut counts.command)
        }
        Denied::Key(at) => (Reason::Key, argv[at].to_vec(), &mut counts.key),
        Denied::Channel(at) => (Reason::Channel, argv[at].to_vec(), &mut counts.channel),
    };
    *count += 1;
    let user = call.client().user_name().to_vec();
    push_entry(call, reason, context, object, user);
}

/// Adds an entry about a failed attempt to authenticate to the log, and counts it.
pub fn log_failed_authentication(call: &mut Call, user: &[u8]) {
    call.server.acl.denied.auth += 1;
    let context = match call.client().transaction {
        Some(_) => Context::Multi,
        None => Context::TopLevel,
    };
    push_entry(call, Reason::Auth, context, call.argv[0].to_vec(), user.to_vec());
}

fn push_entry(call: &mut Call, reason: Reason, context: Context, object: Vec<u8>, user: Vec<u8>) {
    let now_ms = call.keyspace.now_ms();
    let client = client_line(call, call.client);
    let entry =
        LogEntry { id: 0, count: 1, reason, context, object, user, client, created_ms: now_ms, updated_ms: now_ms };
    let max = usize::try_from(call.server.config.integer("acllog-max-len")).unwrap_or(0);
    call.server.acl.log.push(entry, max);
}
