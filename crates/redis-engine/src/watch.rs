//! WATCH: who wants to know whether a key changes before EXEC.

use std::collections::{HashMap, HashSet};

use super::client_id::ClientId;

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

impl Watched {
    fn is(&self, database: usize, key: &[u8]) -> bool {
        self.database == database && self.key == key
    }
}

impl Watches {
    /// Lets a client watch a key; a second time changes nothing.
    pub fn watch(&mut self, client: ClientId, watched: Watched) {
        let keys = self.watched.entry(client).or_default();
        if keys.iter().any(|w| w.is(watched.database, &watched.key)) {
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

    /// Whether nobody watches anything.
    pub fn is_empty(&self) -> bool {
        self.watchers.is_empty()
    }

    /// A key has changed: it is there now, or gone.
    pub fn touch(&mut self, database: usize, key: &[u8], is_there: bool) {
        let Some(watchers) = self.watchers.get(&(database, key.to_vec())) else { return };
        for &client in watchers {
            match self.watched.get_mut(&client).and_then(|all| all.iter_mut().find(|w| w.is(database, key))) {
                Some(watched) if watched.was_expired => watched.was_expired = is_there,
                _ => drop(self.touched.insert(client)),
            }
        }
    }

    /// A database was emptied, or got the keys of another. `held` says what became of a key.
    pub fn touch_all(&mut self, database: usize, held: impl Fn(&[u8]) -> Exchanged) {
        for (&client, keys) in &mut self.watched {
            for watched in keys.iter_mut().filter(|watched| watched.database == database) {
                let Exchanged { before, after } = held(&watched.key);
                // A key that had expired before, and is gone or has expired now, is no change.
                match (before, after) {
                    (false, None) => {}
                    (_, None) if watched.was_expired => watched.was_expired = false,
                    (_, Some(Found::Expired)) if watched.was_expired => {}
                    (false, Some(Found::Expired)) => watched.was_expired = true,
                    _ => drop(self.touched.insert(client)),
                }
            }
        }
    }
}

/// What became of a key when its database was emptied or exchanged.
#[derive(Debug, Clone, Copy)]
pub struct Exchanged {
    /// Whether it stood there, expired or not.
    pub before: bool,
    pub after: Option<Found>,
}

/// A key that is there, although its time may be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    Live,
    Expired,
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: ClientId = ClientId(1);

    fn watching(was_expired: bool) -> Watches {
        let mut watches = Watches::default();
        watches.watch(CLIENT, Watched { database: 0, key: b"k".to_vec(), was_expired });
        watches
    }

    #[test]
    fn the_end_of_what_had_expired_is_no_change() {
        let mut watches = watching(true);
        watches.touch(0, b"k", false);
        assert!(!watches.is_touched(CLIENT));
        watches.touch(0, b"k", true);
        assert!(watches.is_touched(CLIENT));
        let mut watches = watching(false);
        watches.touch(0, b"k", false);
        assert!(watches.is_touched(CLIENT));
    }

    #[test]
    fn emptied_and_exchanged_databases_touch_as_in_redis() {
        use Found::{Expired, Live};
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
            let mut watches = watching(was_expired);
            watches.touch_all(0, |_| Exchanged { before, after });
            assert_eq!(watches.is_touched(CLIENT), touched, "{was_expired} {before} {after:?}");
        }
    }
}
