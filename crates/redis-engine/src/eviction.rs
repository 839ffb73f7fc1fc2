//! `maxmemory`: which keys go when more is used than is allowed, and whether that was enough. Redis looks before every
//! command (`performEvictions`).
//!
//! What is used is what Redis would use for the keys; what clients have on their way is not counted. How often a key is
//! used is not counted either: where the least frequently used should go, the longest unused goes.

use super::data::memory::table::Table;
use super::keyspace::{Database, Keyspace, MemoryEstimate};
use super::rng::Rng;
use super::server_state::ServerState;

/// `used_memory` of a Redis 8.2 that has just started, in bytes.
const EMPTY_SERVER: u64 = 741_800;

/// For so many keys, one more change may go by before all are weighed again.
const KEYS_FOR_A_CHANGE: u64 = 100;

/// At least so many keys of a database are compared: as many as Redis keeps in mind from earlier looks.
const LEAST_COMPARED: usize = 16;

/// Which key is to go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    LongestUnused,
    Any,
    SoonestExpired,
}

/// A `maxmemory-policy` under which keys go.
#[derive(Debug, Clone, Copy)]
struct Policy {
    first: First,
    /// Only keys that expire go.
    only_volatile: bool,
}

impl Policy {
    /// None: `noeviction`.
    fn of(name: &[u8]) -> Option<Self> {
        let only_volatile = name.starts_with(b"volatile-");
        let first = match name.rsplit(|&byte| byte == b'-').next()? {
            b"lru" | b"lfu" => First::LongestUnused,
            b"random" => First::Any,
            b"ttl" => First::SoonestExpired,
            _ => return None,
        };
        Some(Policy { first, only_volatile })
    }
}

/// What Redis would have allocated, in bytes: for itself, for the keys, and for the tables that find them.
pub fn used_memory(keyspace: &Keyspace) -> u64 {
    let filled = keyspace.databases().iter().filter(|database| !database.is_empty());
    let tables: usize = filled.map(|database| Table::with_elements(database.len()).allocated()).sum();
    EMPTY_SERVER + (keyspace.memory() + tables) as u64
}

/// Lets keys go until no more is used than `maxmemory` allows. False: there is still more, and none that may go.
pub fn make_room(keyspace: &mut Keyspace, server: &mut ServerState) -> bool {
    let most = server.config.max_memory;
    if most == 0 {
        return true;
    }
    let mut used = weigh(keyspace);
    if used <= most {
        return true;
    }
    let Some(policy) = Policy::of(server.config.get("maxmemory-policy")) else { return false };
    let samples = usize::try_from(server.config.integer("maxmemory-samples")).unwrap_or(1).max(LEAST_COMPARED);
    while used > most {
        let Some((database, index)) = victim(keyspace, policy, samples, &mut server.random) else { break };
        used = used.saturating_sub(keyspace.evict(database, index) as u64);
    }
    keyspace.memory_estimate = MemoryEstimate { changes: keyspace.changes, bytes: Some(used) };
    used <= most
}

/// What is used, in bytes; of many keys as it was a few changes ago.
fn weigh(keyspace: &mut Keyspace) -> u64 {
    let MemoryEstimate { changes, bytes } = keyspace.memory_estimate;
    let keys: usize = keyspace.databases().iter().map(Database::len).sum();
    match bytes {
        Some(bytes) if keyspace.changes.abs_diff(changes) <= keys as u64 / KEYS_FOR_A_CHANGE => bytes,
        _ => {
            let used = used_memory(keyspace);
            keyspace.memory_estimate = MemoryEstimate { changes: keyspace.changes, bytes: Some(used) };
            used
        }
    }
}

/// The database and the place of the key that goes next: the first by the policy among some of each database.
fn victim(keyspace: &Keyspace, policy: Policy, samples: usize, random: &mut Rng) -> Option<(usize, usize)> {
    let mut found: Vec<(i64, usize, usize)> = Vec::new();
    for (number, database) in keyspace.databases().iter().enumerate() {
        let indices = match policy.first {
            First::SoonestExpired => database.soonest_to_go().into_iter().collect(),
            First::LongestUnused | First::Any => some_of(database, policy.only_volatile, samples, random),
        };
        for index in indices {
            let Some((_, entry)) = database.at(index) else { continue };
            let rank = match policy.first {
                First::SoonestExpired => entry.expires_ms().unwrap_or(i64::MAX),
                First::LongestUnused => entry.accessed_ms,
                First::Any => (random.number() >> 1) as i64,
            };
            found.push((rank, number, index));
        }
    }
    found.into_iter().min().map(|(_, database, index)| (database, index))
}

/// Places of keys drawn at random; of few keys, all.
fn some_of(database: &Database, only_volatile: bool, samples: usize, random: &mut Rng) -> Vec<usize> {
    let keys = database.len();
    let may_go =
        |&index: &usize| !only_volatile || database.at(index).is_some_and(|(_, entry)| entry.expires_ms().is_some());
    if only_volatile && database.expiring() == 0 {
        return Vec::new();
    }
    if keys <= samples {
        return (0..keys).filter(may_go).collect();
    }
    let drawn: Vec<usize> = (0..samples).map(|_| random.below(keys)).filter(may_go).collect();
    if !drawn.is_empty() {
        return drawn;
    }
    // Few expire: the next ones from somewhere on.
    let start = random.below(keys);
    (start..keys).chain(0..start).filter(may_go).take(samples).collect()
}
