//! The log of calls that were denied, and of failed attempts to authenticate (ACL LOG).

use std::collections::VecDeque;

/// Entries that differ only in time are counted together if the last one is not older than this.
const GROUPING_MS: i64 = 60_000;
/// Number of the newest entries that are compared with a new one.
const COMPARED: usize = 10;

/// Why something was denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Command,
    Key,
    Channel,
    Auth,
}

impl Reason {
    pub const fn name(self) -> &'static str {
        match self {
            Reason::Command => "command",
            Reason::Key => "key",
            Reason::Channel => "channel",
            Reason::Auth => "auth",
        }
    }
}

/// Where a command was denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    TopLevel,
    Multi,
    Script,
}

impl Context {
    pub const fn name(self) -> &'static str {
        match self {
            Context::TopLevel => "toplevel",
            Context::Multi => "multi",
            Context::Script => "lua",
        }
    }
}

/// An entry of the log.
#[derive(Debug, Clone)]
pub(crate) struct LogEntry {
    pub id: u64,
    pub count: u64,
    pub reason: Reason,
    pub context: Context,
    /// The command, key or channel that was denied, or the command with which authentication failed.
    pub object: Vec<u8>,
    pub user: Vec<u8>,
    /// The line of CLIENT LIST about the client.
    pub client: String,
    /// When the first and the last of these events happened, in milliseconds since 1970.
    pub created_ms: i64,
    pub updated_ms: i64,
}

/// The log, newest entry first.
#[derive(Debug, Clone, Default)]
pub(crate) struct AclLog {
    entries: VecDeque<LogEntry>,
    next_id: u64,
}

impl AclLog {
    /// Adds an entry, or counts it together with a similar one. Keeps at most `max` entries.
    pub fn push(&mut self, new: LogEntry, max: usize) {
        let is_similar = |old: &LogEntry| {
            old.reason == new.reason
                && old.context == new.context
                && old.object == new.object
                && old.user == new.user
                && new.updated_ms - old.updated_ms <= GROUPING_MS
        };
        let similar = self.entries.iter().take(COMPARED).position(is_similar);
        match similar.and_then(|index| self.entries.remove(index)) {
            Some(old) => {
                let (client, updated_ms) = (new.client, new.updated_ms);
                self.entries.push_front(LogEntry { count: old.count + 1, client, updated_ms, ..old });
            }
            None => {
                self.entries.push_front(LogEntry { id: self.next_id, ..new });
                self.next_id += 1;
            }
        }
        self.entries.truncate(max);
    }

    pub fn entries(&self) -> impl ExactSizeIterator<Item = &LogEntry> {
        self.entries.iter()
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }
}
