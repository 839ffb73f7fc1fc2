//! Commands that concern the connection itself: protocol, authentication, database.

use crate::acl::DEFAULT_USER;
use crate::call::{Call, Outcome};
use crate::client::ReplyMode;
use crate::command::{Command, Flag, Group, Keys};
use crate::error::{self, Error};
use crate::reply::{Protocol, Reply};

use super::acl::log_failed_authentication;
use super::client::{check_name, set_name};
use super::generic::parse_database;

pub const COMMANDS: &[&Command] = &[&AUTH, &ECHO, &HELLO, &PING, &QUIT, &RESET, &SELECT];

/// Version of Redis that the engine reproduces.
pub const REDIS_VERSION: &str = "8.2.3";

const PING: Command = Command {
    name: "PING",
    syntax: "[message]",
    arity: -1,
    flags: &[Flag::Fast],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Tests the connection: PONG, or the message.",
    example: "PING",
    run: ping,
};

fn ping(call: &mut Call) -> Outcome {
    if call.argv.len() > 2 {
        return Err(call.wrong_arity());
    }
    let message = call.argv.get(1).copied();
    if call.reply.protocol == Protocol::Resp2 && call.server.subscriptions.is_subscribed(call.client) {
        call.reply.array(2);
        call.reply.bulk(b"pong");
        call.reply.bulk(message.unwrap_or_default());
    } else {
        match message {
            Some(message) => call.reply.bulk(message),
            None => call.reply.status("PONG"),
        }
    }
    Ok(())
}

const ECHO: Command = Command {
    name: "ECHO",
    syntax: "message",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale, Flag::Fast],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Returns its argument.",
    example: "ECHO hello",
    run: echo,
};

fn echo(call: &mut Call) -> Outcome {
    call.reply.bulk(call.argv[1]);
    Ok(())
}

const SELECT: Command = Command {
    name: "SELECT",
    syntax: "index",
    arity: 2,
    flags: &[Flag::Loading, Flag::Stale, Flag::Fast],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Switches to another of the sixteen databases.",
    example: "SELECT 1",
    run: select,
};

fn select(call: &mut Call) -> Outcome {
    let database = parse_database(call, 1)?;
    call.client().database = database;
    call.keyspace.select(database);
    call.reply.ok();
    Ok(())
}

const AUTH: Command = Command {
    name: "AUTH",
    syntax: "[username] password",
    arity: -2,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale, Flag::Fast, Flag::NoAuth, Flag::AllowBusy],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "1.0.0",
    complexity: "O(N) where N is the number of passwords defined for the user",
    summary: "Authenticates as a user, or as the default user.",
    example: "AUTH default secret",
    run: auth,
};

fn auth(call: &mut Call) -> Outcome {
    let (user, password) = match call.argv {
        [_, password] if !call.server.acl.default_needs_no_password() => (DEFAULT_USER, *password),
        [_, _] => {
            return Err(Error::from_static(
                "ERR AUTH <password> called without any password configured for the default user. Are you sure your \
                 configuration is correct?",
            ));
        }
        [_, user, password] => (*user, *password),
        _ => return Err(error::SYNTAX),
    };
    authenticate(call, user, password)?;
    call.reply.ok();
    Ok(())
}

/// Authenticates the client as a user.
fn authenticate(call: &mut Call, user: &[u8], password: &[u8]) -> Outcome {
    if !call.server.acl.user(user).is_some_and(|user| user.accepts(password)) {
        log_failed_authentication(call, user);
        return Err(error::WRONG_PASSWORD);
    }
    let client = call.client();
    client.authenticated = true;
    client.user = (user != DEFAULT_USER).then(|| user.into());
    Ok(())
}

const HELLO: Command = Command {
    name: "HELLO",
    syntax: "[protover [AUTH username password] [SETNAME clientname]]",
    arity: -1,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale, Flag::Fast, Flag::NoAuth, Flag::AllowBusy],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "6.0.0",
    complexity: "O(1)",
    summary: "Selects the protocol, RESP2 or RESP3, and returns information about the server.",
    example: "HELLO 3",
    run: hello,
};

fn hello(call: &mut Call) -> Outcome {
    let mut protocol = call.reply.protocol;
    if call.argv.len() > 1 {
        let not_a_version = || Error::from_static("ERR Protocol version is not an integer or out of range");
        protocol = match call.integer(1).map_err(|_| not_a_version())? {
            2 => Protocol::Resp2,
            3 => Protocol::Resp3,
            _ => return Err(Error::from_static("NOPROTO unsupported protocol version")),
        };
    }
    let (mut credentials, mut name, mut index) = (None, None, 2);
    while index < call.argv.len() {
        let more = call.argv.len() - index - 1;
        if call.is_option(index, "AUTH") && more >= 2 {
            credentials = Some((call.argv[index + 1], call.argv[index + 2]));
            index += 3;
        } else if call.is_option(index, "SETNAME") && more >= 1 {
            name = Some(call.argv[index + 1]);
            check_name(call.argv[index + 1], "Client names")?;
            index += 2;
        } else {
            let option = call.argv[index];
            return Err(Error::new(
                [b"ERR Syntax error in HELLO option '".as_slice(), error::until_nul(option), b"'"].concat(),
            ));
        }
    }
    if let Some((user, password)) = credentials {
        authenticate(call, user, password)?;
    }
    if !call.client().authenticated && call.server.acl.requires_authentication() {
        return Err(Error::from_static(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> \
             <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
        ));
    }
    if let Some(name) = name {
        set_name(call, name);
    }
    set_protocol(call, protocol);
    write_server_info(call);
    Ok(())
}

fn set_protocol(call: &mut Call, protocol: Protocol) {
    call.reply.protocol = protocol;
    call.client().reply.protocol = protocol;
}

/// Replies with information about the server. The reply lists the module `vectorset`, because it is built into Redis 8.
fn write_server_info(call: &mut Call) {
    let proto = if call.reply.protocol == Protocol::Resp3 { 3 } else { 2 };
    let id = i64::try_from(call.client.0).unwrap_or(i64::MAX);
    let reply = &mut *call.reply;
    reply.map(7);
    let texts = [("server", "redis"), ("version", REDIS_VERSION)];
    let more_texts = [("mode", "standalone"), ("role", "master")];
    let pair = |reply: &mut Reply, (name, text): (&str, &str)| {
        reply.bulk(name.as_bytes());
        reply.bulk(text.as_bytes());
    };
    texts.into_iter().for_each(|text| pair(reply, text));
    for (name, number) in [("proto", proto), ("id", id)] {
        reply.bulk(name.as_bytes());
        reply.integer(number);
    }
    more_texts.into_iter().for_each(|text| pair(reply, text));
    reply.bulk(b"modules");
    write_modules(reply);
}

/// Writes the list of modules.
pub(super) fn write_modules(reply: &mut Reply) {
    reply.array(1);
    reply.map(4);
    let pair = |reply: &mut Reply, (name, text): (&str, &str)| {
        reply.bulk(name.as_bytes());
        reply.bulk(text.as_bytes());
    };
    pair(reply, ("name", "vectorset"));
    reply.bulk(b"ver");
    reply.integer(1);
    pair(reply, ("path", ""));
    reply.bulk(b"args");
    reply.array(0);
}

const QUIT: Command = Command {
    name: "QUIT",
    syntax: "",
    arity: -1,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale, Flag::Fast, Flag::NoAuth, Flag::AllowBusy],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Closes the connection.",
    example: "QUIT",
    run: quit,
};

fn quit(call: &mut Call) -> Outcome {
    call.server.clients.close(call.client);
    call.reply.ok();
    Ok(())
}

const RESET: Command = Command {
    name: "RESET",
    syntax: "",
    arity: 1,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale, Flag::Fast, Flag::NoAuth, Flag::AllowBusy],
    keys: Keys::NONE,
    group: Group::Connection,
    since: "6.2.0",
    complexity: "O(1)",
    summary: "Resets the connection: no transaction, no subscriptions, database 0, RESP2.",
    example: "RESET",
    run: reset,
};

fn reset(call: &mut Call) -> Outcome {
    let authenticated = !call.server.acl.requires_authentication();
    call.keyspace.watches.unwatch(call.client);
    call.server.subscriptions.unsubscribe_all(call.client);
    call.server.clients.set_monitor(call.client, false);
    let client = call.client();
    client.transaction = None;
    client.database = 0;
    client.authenticated = authenticated;
    client.user = None;
    client.name.clear();
    // As in Redis, the reply to RESET is skipped if CLIENT REPLY SKIP was the command before.
    if client.reply_mode != ReplyMode::SkipThis {
        client.reply_mode = ReplyMode::On;
    }
    client.no_evict = false;
    client.no_touch = false;
    call.keyspace.select(0);
    set_protocol(call, Protocol::Resp2);
    call.reply.status("RESET");
    Ok(())
}
