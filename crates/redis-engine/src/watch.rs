//! WATCH: the keys that clients watch, and the clients whose EXEC must fail.

use std::collections::{HashMap, HashSet};

use super::client_id::ClientId;

/// All watched keys, and the clients that watch a key that has changed.
#[derive(Debug, Clone, Default)]
pub struct Watches {
    watchers: HashMap<(usize, Vec<u8>), Vec<ClientId>>,
    watched: HashMap<ClientId, Vec<WatchedKey>>,
    touched: HashSet<ClientId>,
}

/// A key that a client watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WatchedKey {
    /// The number of the key's database.
    pub database: usize,
    /// The name of the key.
    pub key: Vec<u8>,
    /// Whether the key existed but had expired when WATCH was called. If so, its removal does not count as a change.
    pub was_expired: bool,
}

impl WatchedKey {
    fn is(&self, database: usize, key: &[u8]) -> bool {
        self.database == database && self.key == key
    }
}

impl Watches {
    /// Makes a client watch a key. Has no effect if the client watches the key already.
    pub(crate) fn watch(&mut self, client: ClientId, watched: WatchedKey) {
        let keys = self.watched.entry(client).or_default();
        if keys.iter().any(|w| w.is(watched.database, &watched.key)) {
            return;
        }
        self.watchers.entry((watched.database, watched.key.clone())).or_default().push(client);
        keys.push(watched);
    }

    /// Removes all watches of a client, and forgets whether a watched key has changed.
    pub(crate) fn unwatch(&mut self, client: ClientId) {
        self.touched.remove(&client);
        for WatchedKey { database, key, .. } in self.watched.remove(&client).unwrap_or_default() {
            let place = (database, key);
            if let Some(watchers) = self.watchers.get_mut(&place) {
                watchers.retain(|&watcher| watcher != client);
                if watchers.is_empty() {
                    self.watchers.remove(&place);
                }
            }
        }
    }

    /// Returns whether any key that the client watches has changed.
    pub(crate) fn is_touched(&self, client: ClientId) -> bool {
        self.touched.contains(&client)
    }

    /// Returns the keys that a client watches.
    pub(crate) fn watched(&self, client: ClientId) -> &[WatchedKey] {
        self.watched.get(&client).map_or(&[], Vec::as_slice)
    }

    /// Returns the number of clients that watch at least one key.
    pub(crate) fn client_count(&self) -> usize {
        self.watched.len()
    }

    /// Returns the number of watched keys.
    pub(crate) fn key_count(&self) -> usize {
        self.watchers.len()
    }

    /// Returns whether no key is watched.
    pub(crate) fn is_empty(&self) -> bool {
        self.watchers.is_empty()
    }

    /// Records that a key has changed, and whether it exists now. The counterpart in Redis is `touchWatchedKey`.
    pub(crate) fn touch_key(&mut self, database: usize, key: &[u8], exists: bool) {
        let Some(watchers) = self.watchers.get(&(database, key.to_vec())) else { return };
        for &client in watchers {
            match self.watched.get_mut(&client).and_then(|all| all.iter_mut().find(|w| w.is(database, key))) {
                Some(watched) if watched.was_expired => watched.was_expired = exists,
                _ => drop(self.touched.insert(client)),
            }
        }
    }

    /// Records that a database was flushed or swapped with another one. `change` returns the states of a key before and
    /// after this operation. The counterpart in Redis is `touchAllWatchedKeysInDb`.
    pub(crate) fn touch_database(&mut self, database: usize, change: impl Fn(&[u8]) -> KeyChange) {
        for (&client, keys) in &mut self.watched {
            for watched in keys.iter_mut().filter(|watched| watched.database == database) {
                let KeyChange { before, after } = change(&watched.key);
                // If a key had expired before WATCH, it makes no difference whether it is now removed or still expired.
                match (before, after) {
                    (false, None) => {}
                    (_, None) if watched.was_expired => watched.was_expired = false,
                    (_, Some(KeyState::Expired)) if watched.was_expired => {}
                    (false, Some(KeyState::Expired)) => watched.was_expired = true,
                    _ => drop(self.touched.insert(client)),
                }
            }
        }
    }
}

/// The state of a key before and after its database was flushed or swapped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyChange {
    /// Whether the key existed before the change. An expired key that had not been removed counts as existing.
    pub before: bool,
    /// The state of the key after the change, or `None` if it no longer exists.
    pub after: Option<KeyState>,
}

/// The state of a key that exists. An expired key exists until it is looked up or the expire cycle removes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyState {
    Live,
    Expired,
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: ClientId = ClientId(1);

    fn watches_with_one_key(was_expired: bool) -> Watches {
        let mut watches = Watches::default();
        watches.watch(CLIENT, WatchedKey { database: 0, key: b"k".to_vec(), was_expired });
        watches
    }

    #[test]
    fn removing_a_key_that_had_expired_before_watch_is_not_a_change() {
        let mut watches = watches_with_one_key(true);
        watches.touch_key(0, b"k", false);
        assert!(!watches.is_touched(CLIENT));
        watches.touch_key(0, b"k", true);
        assert!(watches.is_touched(CLIENT));
        let mut watches = watches_with_one_key(false);
        watches.touch_key(0, b"k", false);
        assert!(watches.is_touched(CLIENT));
    }

    #[test]
    fn flushing_and_swapping_databases_touches_keys_as_in_redis() {
        use KeyState::{Expired, Live};
        for (was_expired, before, after, touched) in [
            (false, true, None, true),
            (false, false, None, false),
            (true, true, None, false),
            (true, true, Some(Expired), false),
            (true, true, Some(Live), true),
            (false, false, Some(Expired), false),
            (false, false, Some(Live), true),
            (false, true, Some(Expired), true),
        ] {
            let mut watches = watches_with_one_key(was_expired);
            watches.touch_database(0, |_| KeyChange { before, after });
            assert_eq!(watches.is_touched(CLIENT), touched, "{was_expired} {before} {after:?}");
        }
    }
}
