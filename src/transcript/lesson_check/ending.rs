//! The data at the end of an attempt, in a form that can be compared: attempts that have the same effect have equal
//! endings, except for small differences between lifetimes.

use crate::session::Session;

/// The data at the end of an attempt, and what the blocked clients wait for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    /// All keys at the end of the attempt, sorted.
    keys: Vec<KeyEnding>,
    /// For each blocked client, a sentence that says what it waits for.
    waits: Vec<String>,
}

/// A key at the end of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct KeyEnding {
    database: usize,
    key: Vec<u8>,
    digest: String,
    /// The key's remaining time to live, in seconds.
    lifetime: Option<i64>,
}

impl Ending {
    /// Records the current data of a session, and what its blocked clients wait for.
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

    /// Returns whether another attempt ended with the same data and the same waits. Lifetimes may differ by a second,
    /// because some time may pass during an attempt.
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

    /// Returns whether a client was waiting for a reply.
    pub fn has_waiting_client(&self) -> bool {
        !self.waits.is_empty()
    }

    /// Returns whether a key exists in database 0.
    pub fn has_key(&self, key: &[u8]) -> bool {
        self.keys.iter().any(|known| known.database == 0 && known.key == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_alike_if_the_data_is_the_same_within_a_second() {
        let ending = |digest: &str, lifetime: Option<i64>, waits: &[&str]| Ending {
            keys: vec![KeyEnding { database: 0, key: b"a".to_vec(), digest: digest.into(), lifetime }],
            waits: waits.iter().map(|&wait| wait.to_owned()).collect(),
        };
        let one = ending("1", Some(60), &[]);
        for (other, are_alike) in [
            (ending("1", Some(59), &[]), true),
            (ending("1", Some(58), &[]), false),
            (ending("1", None, &[]), false),
            (ending("2", Some(60), &[]), false),
            (ending("1", Some(60), &["main waits for q"]), false),
            (Ending::default(), false),
        ] {
            assert_eq!(one.is_like(&other), are_alike, "{other:?}");
        }
        assert!(one.has_key(b"a") && !one.has_key(b"b"));
    }
}
