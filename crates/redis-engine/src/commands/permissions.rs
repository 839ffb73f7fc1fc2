//! Checks whether a user may run a command with its keys and channels.

use super::key_specs;
use crate::acl::{Access, DEFAULT_USER, Selector, User};
use crate::client::ClientId;
use crate::command::{Command, Flag};
use crate::error::Error;
use crate::server_state::ServerState;
use crate::subscriptions::{Kind, Subscriptions};

/// What is denied. A key or channel is given by its position in the arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Denied {
    Command,
    Key(usize),
    Channel(usize),
}

impl Denied {
    /// Returns the error that rejects the call.
    pub fn error(self, user: &[u8], command: &Command) -> Error {
        match self {
            Denied::Command => Error::new([b"NOPERM ".as_slice(), &command_text(user, command)].concat()),
            Denied::Key(_) => Error::from_static("NOPERM No permissions to access a key"),
            Denied::Channel(_) => Error::from_static("NOPERM No permissions to access a channel"),
        }
    }

    /// Returns the text with which ACL DRYRUN replies.
    pub fn explanation(self, user: &[u8], command: &Command, argv: &[&[u8]]) -> Vec<u8> {
        let access = |word: &[u8], kind: &str| {
            [b"User ", user, b" has no permissions to access the '", word, b"' ", kind.as_bytes()].concat()
        };
        match self {
            Denied::Command => command_text(user, command),
            Denied::Key(at) => access(argv[at], "key"),
            Denied::Channel(at) => access(argv[at], "channel"),
        }
    }
}

fn command_text(user: &[u8], command: &Command) -> Vec<u8> {
    let name = command.name.to_lowercase().replace(' ', "|");
    [b"User ", user, b" has no permissions to run the '", name.as_bytes(), b"' command"].concat()
}

/// Checks whether the user of a client may run a command.
///
/// # Errors
/// Returns what is denied.
pub fn check_client(server: &ServerState, client: ClientId, command: &Command, argv: &[&[u8]]) -> Result<(), Denied> {
    if !server.acl.has_restrictions() {
        return Ok(());
    }
    let name = server.clients.find_for_reading(client).map_or(DEFAULT_USER, |client| client.user_name());
    server.acl.user(name).map_or(Ok(()), |user| check(user, command, argv))
}

/// Checks whether a user may run a command. If no selector allows it, the one that comes closest decides what is denied.
///
/// # Errors
/// Returns what is denied.
pub fn check(user: &User, command: &Command, argv: &[&[u8]]) -> Result<(), Denied> {
    if user.is_unrestricted() {
        return Ok(());
    }
    let mut closest = Denied::Command;
    for selector in &user.selectors {
        match check_selector(selector, command, argv) {
            Ok(()) => return Ok(()),
            Err(denied) => closest = closest.max(denied),
        }
    }
    Err(closest)
}

fn check_selector(selector: &Selector, command: &Command, argv: &[&[u8]]) -> Result<(), Denied> {
    if !command.has(Flag::NoAuth) && !selector.allows_command(command.name, argv.get(1).copied()) {
        return Err(Denied::Command);
    }
    for at in key_specs::key_positions(command, argv).unwrap_or_default() {
        let flags = key_specs::flags_at(command.name, argv, at);
        if flags.contains(&"not_key") {
            continue;
        }
        let access = Access {
            reads: flags.contains(&"access"),
            writes: flags.iter().any(|flag| matches!(*flag, "insert" | "delete" | "update")),
        };
        if !selector.allows_key(argv[at], access) {
            return Err(Denied::Key(at));
        }
    }
    let (channels, is_pattern) = match command.name {
        "PUBLISH" | "SPUBLISH" => (1..2, false),
        "SUBSCRIBE" | "SSUBSCRIBE" => (1..argv.len(), false),
        "PSUBSCRIBE" => (1..argv.len(), true),
        _ => (0..0, false),
    };
    match channels.into_iter().find(|&at| !selector.allows_channel(argv[at], is_pattern)) {
        Some(at) => Err(Denied::Channel(at)),
        None => Ok(()),
    }
}

/// Returns whether a user may use all channels and patterns that a client is subscribed to.
pub fn may_stay_subscribed(subscriptions: &Subscriptions, client: ClientId, user: &User) -> bool {
    let allows =
        |name: &[u8], is_pattern| user.selectors.iter().any(|selector| selector.allows_channel(name, is_pattern));
    [(Kind::Channel, false), (Kind::Shard, false), (Kind::Pattern, true)]
        .into_iter()
        .all(|(kind, is_pattern)| subscriptions.names(client, kind).iter().all(|name| allows(name, is_pattern)))
}
