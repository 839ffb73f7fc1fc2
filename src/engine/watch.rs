//! WATCH: who wants to know whether a key changes before EXEC.

use std::collections::{HashMap, HashSet};

use super::client::ClientId;

/// All watched keys, and the clients whose transaction must fail.
#[derive(Debug, Clone, Default)]
pub struct Watches {
    watchers: HashMap<(usize, Vec<u8>), Vec<ClientId>>,
    watched: HashMap<ClientId, Vec<Watched>>,
    touched: HashSet<ClientId>,
}

/// A key that a client watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    pub database: usize,
    pub key: Vec<u8>,
    /// Whether the key had expired already when WATCH was called: its removal is then no change.
    pub was_expired: bool,
}

impl Watches {
    /// Lets a client watch a key; a second time changes nothing.
    pub fn watch(&mut self, client: ClientId, watched: Watched) {
        let keys = self.watched.entry(client).or_default();
        if keys.iter().any(|w| w.database == watched.database && w.key == watched.key) {
            return;
        }
        self.watchers.entry((watched.database, watched.key.clone())).or_default().push(client);
        keys.push(watched);
    }

    /// Ends all of a client's watches, and forgets whether they were touched.
    pub fn unwatch(&mut self, client: ClientId) {
        self.touched.remove(&client);
        for Watched { database, key, .. } in self.watched.remove(&client).unwrap_or_default() {
            let place = (database, key);
            if let Some(watchers) = self.watchers.get_mut(&place) {
                watchers.retain(|&watcher| watcher != client);
                if watchers.is_empty() {
                    self.watchers.remove(&place);
                }
            }
        }
    }

    /// Whether any key that the client watches has changed.
    pub fn is_touched(&self, client: ClientId) -> bool {
        self.touched.contains(&client)
    }

    /// What a client watches.
    pub fn watched(&self, client: ClientId) -> &[Watched] {
        self.watched.get(&client).map_or(&[], Vec::as_slice)
    }

    /// The number of clients that watch anything.
    pub fn clients(&self) -> usize {
        self.watched.len()
    }

    /// The number of keys that anybody watches.
    pub fn keys(&self) -> usize {
        self.watchers.len()
    }

    /// A key has changed.
    pub fn touch(&mut self, database: usize, key: &[u8]) {
        if self.watchers.is_empty() {
            return;
        }
        if let Some(watchers) = self.watchers.get(&(database, key.to_vec())) {
            self.touched.extend(watchers);
        }
    }

    /// All keys of a database have changed for which `changed` holds.
    pub fn touch_all(&mut self, database: usize, changed: impl Fn(&[u8]) -> bool) {
        for ((db, key), watchers) in &self.watchers {
            if *db == database && changed(key) {
                self.touched.extend(watchers);
            }
        }
    }
}
