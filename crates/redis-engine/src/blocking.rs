//! Blocked clients, stored for each key in the order in which they blocked.
//!
//! A blocking command that finds nothing to pop is stored as a [`BlockedCommand`]. When another command fills one of
//! its keys, the engine runs the blocked commands again, in the order in which their clients blocked. A command that
//! finds an element replies with it. A command that finds nothing stays blocked, and keeps its place in the queue. So
//! even after a wait, the command itself writes the reply.
//!
//! The code in `unblocking.rs` wakes the clients whose keys became ready.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use super::client_id::ClientId;
use super::command::{Command, Group};
use super::keyspace::BlockedCounts;

/// The command of a blocked client.
#[derive(Debug, Clone)]
pub struct BlockedCommand {
    /// The number of the database that was selected when the client blocked.
    pub database: usize,
    /// The keys that the client is blocked on, in the order of the command's arguments.
    pub keys: Vec<Vec<u8>>,
    /// The time at which the timeout expires, in milliseconds since 1970, or `None` if there is no timeout.
    pub deadline: Option<i64>,
    /// The command's name and arguments.
    pub argv: Vec<Vec<u8>>,
    /// The command's row in the command table.
    pub command: &'static Command,
}

/// All blocked clients.
#[derive(Debug, Clone, Default)]
pub struct Blocking {
    counts: BlockedCounts,
    commands: HashMap<ClientId, BlockedCommand>,
    queues: HashMap<(usize, Vec<u8>), VecDeque<ClientId>>,
    deadlines: BTreeSet<(i64, ClientId)>,
}

impl Blocking {
    /// Blocks a client. If the client is already blocked, because its command ran again and found nothing, it keeps
    /// its places in the queues.
    pub(crate) fn block(&mut self, client: ClientId, command: BlockedCommand) {
        if self.commands.contains_key(&client) {
            return;
        }
        for key in &command.keys {
            let queue = self.queues.entry((command.database, key.clone())).or_default();
            if !queue.contains(&client) {
                queue.push_back(client);
            }
        }
        if let Some(deadline) = command.deadline {
            self.deadlines.insert((deadline, client));
        }
        self.change_counts(command.command, |count| *count += 1);
        self.commands.insert(client, command);
    }

    /// Unblocks a client and returns its command, or `None` if the client is not blocked. Writes no reply.
    pub(crate) fn unblock(&mut self, client: ClientId) -> Option<BlockedCommand> {
        let command = self.commands.remove(&client)?;
        self.change_counts(command.command, |count| *count -= 1);
        for key in &command.keys {
            let place = (command.database, key.clone());
            if let Some(queue) = self.queues.get_mut(&place) {
                queue.retain(|&blocked| blocked != client);
                if queue.is_empty() {
                    self.queues.remove(&place);
                }
            }
        }
        if let Some(deadline) = command.deadline {
            self.deadlines.remove(&(deadline, client));
        }
        Some(command)
    }

    /// Returns the command of a blocked client, or `None` if the client is not blocked.
    pub fn get(&self, client: ClientId) -> Option<&BlockedCommand> {
        self.commands.get(&client)
    }

    /// Returns all blocked clients, in no particular order.
    pub(crate) fn clients(&self) -> Vec<ClientId> {
        self.commands.keys().copied().collect()
    }

    /// Returns how many clients are blocked on each type of value.
    pub(crate) fn counts(&self) -> BlockedCounts {
        self.counts
    }

    /// Changes the number of clients that are blocked on the type of value that `command` waits for.
    fn change_counts(&mut self, command: &Command, change: impl Fn(&mut usize)) {
        match command.group {
            Group::SortedSet => change(&mut self.counts.sorted_sets),
            Group::Stream => {
                change(&mut self.counts.streams);
                if command.is_unblocked_by_deletion() {
                    change(&mut self.counts.stream_groups);
                }
            }
            _ => change(&mut self.counts.lists),
        }
    }

    /// Returns the number of keys on which clients are blocked that are unblocked if the key is deleted.
    pub(crate) fn keys_with_unblocking_deletion(&self) -> usize {
        let commands = self.commands.values().filter(|blocked| blocked.command.is_unblocked_by_deletion());
        let keys = commands.flat_map(|blocked| blocked.keys.iter().map(|key| (blocked.database, key)));
        keys.collect::<HashSet<_>>().len()
    }

    /// Returns the number of blocked clients.
    pub(crate) fn count(&self) -> usize {
        self.commands.len()
    }

    /// Returns the number of blocked clients that have a timeout.
    pub(crate) fn clients_with_deadline(&self) -> usize {
        self.deadlines.len()
    }

    /// Returns the number of keys that clients are blocked on.
    pub(crate) fn keys(&self) -> usize {
        self.queues.len()
    }

    /// Returns the clients that are blocked on a key, in the order in which they blocked.
    pub(crate) fn clients_blocked_on(&self, database: usize, key: &[u8]) -> Vec<ClientId> {
        if self.queues.is_empty() {
            return Vec::new();
        }
        self.queues.get(&(database, key.to_vec())).map(|queue| queue.iter().copied().collect()).unwrap_or_default()
    }

    /// Returns the keys in a database that clients are blocked on, in sorted order. SWAPDB uses this function, because
    /// swapping can make these keys exist.
    pub(crate) fn keys_with_blocked_clients(&self, database: usize) -> Vec<Vec<u8>> {
        let mut keys: Vec<_> =
            self.queues.keys().filter(|(db, _)| *db == database).map(|(_, key)| key.clone()).collect();
        keys.sort_unstable();
        keys
    }

    /// Returns when the next blocked client times out, in milliseconds since 1970, or `None` if no blocked client has
    /// a timeout.
    pub fn next_deadline(&self) -> Option<i64> {
        self.deadlines.first().map(|&(deadline, _)| deadline)
    }

    /// Returns the clients whose timeout expires at or before `now_ms`, in milliseconds since 1970.
    pub(crate) fn timed_out(&self, now_ms: i64) -> Vec<ClientId> {
        self.deadlines.range(..=(now_ms, ClientId(u64::MAX))).map(|&(_, client)| client).collect()
    }
}
