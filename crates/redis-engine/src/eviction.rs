//! `maxmemory`: evicts keys before a command when more memory is used than allowed. The counterpart in Redis is
//! `performEvictions`.
//!
//! The memory in use is an estimate of what Redis would use for the keys. Client buffers are not counted. Access
//! frequencies are not tracked: the LFU policies evict the least recently used key.

use super::data::memory::table::Table;
use super::keyspace::{Database, Keyspace, MemoryEstimate};
use super::rng::Rng;
use super::server_state::ServerState;

/// The `used_memory` that Redis 8.2 reports right after it has started, in bytes.
pub const EMPTY_SERVER: u64 = 741_800;

/// A memory estimate is reused until the number of changes exceeds the number of keys divided by this constant. With
/// 1,000 keys, it is reused for ten changes.
const KEYS_PER_CHANGE: u64 = 100;

/// The minimum number of keys to compare in each database: the size of Redis's eviction pool (`EVPOOL_SIZE`).
const MIN_SAMPLES: usize = 16;

/// The order in which keys are evicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    LeastRecentlyUsed,
    Random,
    SoonestExpiry,
}

/// A `maxmemory-policy` that evicts keys.
#[derive(Debug, Clone, Copy)]
struct Policy {
    order: Order,
    /// Whether only keys that have an expiry time are evicted.
    only_volatile: bool,
}

impl Policy {
    /// Parses the name of a policy. Returns `None` for `noeviction`.
    fn parse(name: &[u8]) -> Option<Self> {
        let only_volatile = name.starts_with(b"volatile-");
        let order = match name.rsplit(|&byte| byte == b'-').next()? {
            b"lru" | b"lfu" => Order::LeastRecentlyUsed,
            b"random" => Order::Random,
            b"ttl" => Order::SoonestExpiry,
            _ => return None,
        };
        Some(Policy { order, only_volatile })
    }
}

/// Estimates how many bytes Redis would have allocated for the server, the keys and the hash tables of the databases.
pub fn used_memory(keyspace: &Keyspace) -> u64 {
    let filled = keyspace.databases().iter().filter(|database| !database.is_empty());
    let tables: usize = filled.map(|database| Table::with_elements(database.len()).allocated()).sum();
    EMPTY_SERVER + (keyspace.memory() + tables) as u64
}

/// Evicts keys until the used memory is at most `maxmemory`. Returns false if there are not enough keys to evict.
pub fn perform_evictions(keyspace: &mut Keyspace, server: &mut ServerState) -> bool {
    let limit = server.config.max_memory;
    if limit == 0 {
        return true;
    }
    let mut used = estimated_memory(keyspace);
    if used <= limit {
        return true;
    }
    let Some(policy) = Policy::parse(server.config.get("maxmemory-policy")) else { return false };
    let samples = usize::try_from(server.config.integer("maxmemory-samples")).unwrap_or(1).max(MIN_SAMPLES);
    while used > limit {
        let Some((database, index)) = key_to_evict(keyspace, policy, samples, &mut server.random) else { break };
        used = used.saturating_sub(keyspace.evict(database, index) as u64);
    }
    keyspace.memory_estimate = MemoryEstimate { changes: keyspace.changes, bytes: Some(used) };
    used <= limit
}

/// Estimates the memory in use, in bytes. Reuses the previous estimate until there have been more than `keys /
/// KEYS_PER_CHANGE` changes, where `keys` is the number of keys.
fn estimated_memory(keyspace: &mut Keyspace) -> u64 {
    let MemoryEstimate { changes, bytes } = keyspace.memory_estimate;
    let keys: usize = keyspace.databases().iter().map(Database::len).sum();
    match bytes {
        Some(bytes) if keyspace.changes.abs_diff(changes) <= keys as u64 / KEYS_PER_CHANGE => bytes,
        _ => {
            let used = used_memory(keyspace);
            keyspace.memory_estimate = MemoryEstimate { changes: keyspace.changes, bytes: Some(used) };
            used
        }
    }
}

/// Returns the database number and index of the key to evict next, which is the key that the policy prefers among
/// samples from all databases.
fn key_to_evict(keyspace: &Keyspace, policy: Policy, samples: usize, random: &mut Rng) -> Option<(usize, usize)> {
    let mut candidates: Vec<(i64, usize, usize)> = Vec::new();
    for (number, database) in keyspace.databases().iter().enumerate() {
        let indices = match policy.order {
            Order::SoonestExpiry => database.next_to_expire().into_iter().collect(),
            Order::LeastRecentlyUsed | Order::Random => sample(database, policy.only_volatile, samples, random),
        };
        for index in indices {
            let Some((_, entry)) = database.at(index) else { continue };
            let rank = match policy.order {
                Order::SoonestExpiry => entry.expires_ms().unwrap_or(i64::MAX),
                Order::LeastRecentlyUsed => entry.accessed_ms,
                Order::Random => (random.next_u64() >> 1) as i64,
            };
            candidates.push((rank, number, index));
        }
    }
    candidates.into_iter().min().map(|(_, database, index)| (database, index))
}

/// Returns the indices of random keys that may be evicted, or of all such keys if the database is small.
fn sample(database: &Database, only_volatile: bool, samples: usize, random: &mut Rng) -> Vec<usize> {
    let keys = database.len();
    let is_candidate =
        |&index: &usize| !only_volatile || database.at(index).is_some_and(|(_, entry)| entry.expires_ms().is_some());
    if only_volatile && database.expiring() == 0 {
        return Vec::new();
    }
    if keys <= samples {
        return (0..keys).filter(is_candidate).collect();
    }
    let sampled: Vec<usize> = (0..samples).map(|_| random.below(keys)).filter(is_candidate).collect();
    if !sampled.is_empty() {
        return sampled;
    }
    // None of the sampled keys has an expiry time, which is likely if few keys have one. So the first keys with an
    // expiry time are taken, starting at a random index.
    let start = random.below(keys);
    (start..keys).chain(0..start).filter(is_candidate).take(samples).collect()
}
