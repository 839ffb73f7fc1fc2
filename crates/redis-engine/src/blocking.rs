//! Clients that wait for a key: first come, first served, for each key.
//!
//! A blocking command that finds nothing leaves a `Wait`. When a command fills a key that somebody waits for, the
//! engine runs the waiting commands again, longest wait first: the one that finds something is answered, the others
//! wait on in their old places. So a wake-up answers as the command itself would.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::client_id::ClientId;
use super::command::{Command, Group};
use super::keyspace::BlockedCounts;

/// What a blocked client waits for.
#[derive(Debug, Clone)]
pub struct Wait {
    pub database: usize,
    pub keys: Vec<Vec<u8>>,
    /// Milliseconds since 1970; none waits for ever.
    pub deadline: Option<i64>,
    pub argv: Vec<Vec<u8>>,
    pub command: &'static Command,
}

/// All waiting clients.
#[derive(Debug, Clone, Default)]
pub struct Blocking {
    counts: BlockedCounts,
    waits: HashMap<ClientId, Wait>,
    queues: HashMap<(usize, Vec<u8>), VecDeque<ClientId>>,
    deadlines: BTreeSet<(i64, ClientId)>,
}

impl Blocking {
    /// Lets a client wait; one that waits already (its command ran again in vain) keeps its places.
    pub fn wait(&mut self, client: ClientId, wait: Wait) {
        if self.waits.contains_key(&client) {
            return;
        }
        for key in &wait.keys {
            let queue = self.queues.entry((wait.database, key.clone())).or_default();
            if !queue.contains(&client) {
                queue.push_back(client);
            }
        }
        if let Some(deadline) = wait.deadline {
            self.deadlines.insert((deadline, client));
        }
        *self.count_mut(wait.command) += 1;
        self.waits.insert(client, wait);
    }

    /// Ends a client's wait, for whatever reason, and says what it waited for.
    pub fn leave(&mut self, client: ClientId) -> Option<Wait> {
        let wait = self.waits.remove(&client)?;
        *self.count_mut(wait.command) -= 1;
        for key in &wait.keys {
            let place = (wait.database, key.clone());
            if let Some(queue) = self.queues.get_mut(&place) {
                queue.retain(|&waiting| waiting != client);
                if queue.is_empty() {
                    self.queues.remove(&place);
                }
            }
        }
        if let Some(deadline) = wait.deadline {
            self.deadlines.remove(&(deadline, client));
        }
        Some(wait)
    }

    /// What a client waits for, if it does.
    pub fn waiting(&self, client: ClientId) -> Option<&Wait> {
        self.waits.get(&client)
    }

    /// Who waits.
    pub fn clients(&self) -> Vec<ClientId> {
        self.waits.keys().copied().collect()
    }

    /// The number of blocked clients, by the type of value that they are blocked on.
    pub fn counts(&self) -> BlockedCounts {
        self.counts
    }

    /// The number of clients blocked on the type of value that a command pops from.
    fn count_mut(&mut self, command: &Command) -> &mut usize {
        match command.group {
            Group::SortedSet => &mut self.counts.sorted_sets,
            _ => &mut self.counts.lists,
        }
    }

    /// The number of waiting clients.
    pub fn count(&self) -> usize {
        self.waits.len()
    }

    /// The number of clients that do not wait for ever.
    pub fn with_deadline(&self) -> usize {
        self.deadlines.len()
    }

    /// The number of keys that anybody waits for.
    pub fn keys(&self) -> usize {
        self.queues.len()
    }

    /// Who waits for a key, longest wait first.
    pub fn queue(&self, database: usize, key: &[u8]) -> Vec<ClientId> {
        if self.queues.is_empty() {
            return Vec::new();
        }
        self.queues.get(&(database, key.to_vec())).map(|queue| queue.iter().copied().collect()).unwrap_or_default()
    }

    /// All keys that somebody waits for in a database: what SWAPDB may have filled.
    pub fn keys_with_blocked_clients(&self, database: usize) -> Vec<Vec<u8>> {
        let mut keys: Vec<_> =
            self.queues.keys().filter(|(db, _)| *db == database).map(|(_, key)| key.clone()).collect();
        keys.sort_unstable();
        keys
    }

    /// The next moment at which a wait is over, in milliseconds since 1970.
    pub fn next_deadline(&self) -> Option<i64> {
        self.deadlines.first().map(|&(deadline, _)| deadline)
    }

    /// The clients whose time is over.
    pub fn overdue(&self, now_ms: i64) -> Vec<ClientId> {
        self.deadlines.range(..=(now_ms, ClientId(u64::MAX))).map(|&(_, client)| client).collect()
    }
}
