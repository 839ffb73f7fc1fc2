//! The data at the end of an attempt, in a form that can be compared: two attempts that have the same effect have the same
//! ending.

use crate::session::Session;

/// The data at the end of an attempt, and the clients that wait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    /// All keys, sorted.
    keys: Vec<KeyEnding>,
    /// What each client waits for, as sentences.
    waits: Vec<String>,
}

/// A key at the end of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct KeyEnding {
    database: usize,
    key: Vec<u8>,
    digest: String,
    /// The seconds that the key has left.
    lifetime: Option<i64>,
}

impl Ending {
    /// Returns the current data of a session.
    pub fn of_session(session: &Session) -> Self {
        let now_ms = session.now_us().div_euclid(1000);
        let mut keys = Vec::new();
        for (index, database) in session.engine().keyspace.databases().iter().enumerate() {
            let live = database.iter().filter(|(_, entry)| !entry.has_expired(now_ms));
            keys.extend(live.map(|(key, entry)| KeyEnding {
                database: index,
                key: key.to_vec(),
                digest: entry.digest(),
                lifetime: entry.expires_ms().map(|at_ms| (at_ms - now_ms + 500).div_euclid(1000)),
            }));
        }
        keys.sort();
        Ending { keys, waits: session.waits() }
    }

    /// Returns whether another attempt has ended with the same data. Lifetimes may differ by a second, because lessons must
    /// allow some real time to pass.
    pub fn is_like(&self, other: &Ending) -> bool {
        let are_near = |a: Option<i64>, b: Option<i64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1,
            _ => a == b,
        };
        let are_like = |(a, b): (&KeyEnding, &KeyEnding)| {
            (a.database, &a.key, &a.digest) == (b.database, &b.key, &b.digest) && are_near(a.lifetime, b.lifetime)
        };
        self.waits == other.waits
            && self.keys.len() == other.keys.len()
            && self.keys.iter().zip(&other.keys).all(are_like)
    }

    /// Returns whether a key exists, in the database that a client uses at first.
    pub fn has_key(&self, key: &[u8]) -> bool {
        self.keys.iter().any(|known| known.database == 0 && known.key == key)
    }
}
