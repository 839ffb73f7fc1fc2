//! Transaction commands: MULTI, EXEC, DISCARD, WATCH, UNWATCH.

use crate::call::{Call, Mode, Outcome};
use crate::client::{QueuedCommand, Transaction};
use crate::command::{Command, Flag, Group, Keys};
use crate::error;
use crate::scripting::ExecRest;
use crate::watch::{KeyState, WatchedKey};

pub const COMMANDS: &[&Command] = &[&DISCARD, &EXEC, &MULTI, &UNWATCH, &WATCH];

const MULTI: Command = Command {
    name: "MULTI",
    syntax: "",
    arity: 1,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale, Flag::Fast, Flag::AllowBusy],
    keys: Keys::NONE,
    group: Group::Transactions,
    since: "1.2.0",
    complexity: "O(1)",
    summary: "Starts a transaction: the commands that follow are queued until EXEC.",
    example: "MULTI",
    run: multi,
};

fn multi(call: &mut Call) -> Outcome {
    if call.client().transaction.is_some() {
        return Err(error::NESTED_MULTI);
    }
    call.client().transaction = Some(Transaction::default());
    call.reply.ok();
    Ok(())
}

const EXEC: Command = Command {
    name: "EXEC",
    syntax: "",
    arity: 1,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale, Flag::SkipSlowlog],
    keys: Keys::NONE,
    group: Group::Transactions,
    since: "1.2.0",
    complexity: "Depends on commands in the transaction",
    summary: "Runs the commands queued since MULTI, unless a watched key has changed.",
    example: "MULTI\nINCR visits\nEXEC",
    run: exec,
};

fn exec(call: &mut Call) -> Outcome {
    let Some(transaction) = call.client().transaction.take() else {
        return Err(error::EXEC_WITHOUT_MULTI);
    };
    let watched_key_has_changed = has_watched_key_changed(call);
    call.keyspace.watches.unwatch(call.client);
    if transaction.aborted {
        return Err(error::EXEC_ABORTED);
    }
    if watched_key_has_changed {
        call.reply.null_array();
        return Ok(());
    }
    call.reply.array(transaction.queue.len());
    let mut queue = transaction.queue.into_iter();
    while let Some(QueuedCommand { command, argv }) = queue.next() {
        let argv: Vec<&[u8]> = argv.iter().map(Vec::as_slice).collect();
        if let Err(error) = super::acl::check_queued(call, command, &argv) {
            call.reply.error(&error);
            call.server.statistics.count_error(&error);
            continue;
        }
        Call {
            keyspace: call.keyspace,
            server: call.server,
            commands: call.commands,
            reply: call.reply,
            client: call.client,
            command,
            argv: &argv,
            mode: Mode::Exec,
        }
        .run();
        // Subscribers get the keyspace events of each command before anything that the next command publishes.
        if call.keyspace.events_enabled {
            let events = call.keyspace.take_events();
            call.server.publish_events(&events);
        }
        if let Some(running) = &mut call.server.scripting.running {
            running.rest = Some(ExecRest { queue: queue.collect() });
            return Ok(());
        }
    }
    Ok(())
}

/// Returns whether a watched key was modified or has expired since WATCH, even if no command has accessed the expired
/// key.
fn has_watched_key_changed(call: &mut Call) -> bool {
    if call.keyspace.watches.is_touched(call.client) {
        return true;
    }
    let now_ms = call.keyspace.now_ms();
    let databases = call.keyspace.databases();
    call.keyspace.watches.watched(call.client).iter().any(|watched| {
        !watched.was_expired && databases[watched.database].key_state(&watched.key, now_ms) == Some(KeyState::Expired)
    })
}

const DISCARD: Command = Command {
    name: "DISCARD",
    syntax: "",
    arity: 1,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale, Flag::Fast, Flag::AllowBusy],
    keys: Keys::NONE,
    group: Group::Transactions,
    since: "2.0.0",
    complexity: "O(N), when N is the number of queued commands",
    summary: "Discards the commands queued since MULTI, and stops watching all keys.",
    example: "MULTI\nINCR visits\nDISCARD",
    run: discard,
};

fn discard(call: &mut Call) -> Outcome {
    if call.client().transaction.take().is_none() {
        return Err(error::DISCARD_WITHOUT_MULTI);
    }
    call.keyspace.watches.unwatch(call.client);
    call.reply.ok();
    Ok(())
}

const WATCH: Command = Command {
    name: "WATCH",
    syntax: "key [key ...]",
    arity: -2,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale, Flag::Fast, Flag::AllowBusy],
    keys: Keys::ALL,
    group: Group::Transactions,
    since: "2.2.0",
    complexity: "O(1) for every key.",
    summary: "Makes the next EXEC fail if one of these keys changes before it.",
    example: "WATCH visits",
    run: watch,
};

fn watch(call: &mut Call) -> Outcome {
    if call.client().transaction.is_some() {
        return Err(error::WATCH_INSIDE_MULTI);
    }
    let database = call.keyspace.selected();
    let now_ms = call.keyspace.now_ms();
    for key in &call.argv[1..] {
        let was_expired = call.keyspace.database().key_state(key, now_ms) == Some(KeyState::Expired);
        let watched = WatchedKey { database, key: key.to_vec(), was_expired };
        call.keyspace.watches.watch(call.client, watched);
    }
    call.reply.ok();
    Ok(())
}

const UNWATCH: Command = Command {
    name: "UNWATCH",
    syntax: "",
    arity: 1,
    flags: &[Flag::Noscript, Flag::Loading, Flag::Stale, Flag::Fast, Flag::AllowBusy],
    keys: Keys::NONE,
    group: Group::Transactions,
    since: "2.2.0",
    complexity: "O(1)",
    summary: "Stops watching all keys.",
    example: "UNWATCH",
    run: unwatch,
};

fn unwatch(call: &mut Call) -> Outcome {
    call.keyspace.watches.unwatch(call.client);
    call.reply.ok();
    Ok(())
}
