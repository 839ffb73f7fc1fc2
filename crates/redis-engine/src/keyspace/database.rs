//! One database: its keys with their values, and the schedule of their expiry.
//!
//! The keys are in an `IndexMap`. A lookup uses the hash, and a random key is the one at a random index. SCAN iterates
//! over the indices from the end: removing a key moves only the last key into the gap, and SCAN has already visited
//! that key.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::data::memory::head::{Expiry, Head};
use crate::data::memory::{self, Sampled, Samples};
use crate::data::{SmallBytes, Str, Value};
use crate::limits::Limits;
use crate::watch::KeyState;

type Key = SmallBytes;

/// The value of a key, with its access and expiry times.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The value of the key.
    pub value: Value,
    /// When the key was last read or changed, in milliseconds since 1970. OBJECT IDLETIME reports the time since then.
    pub accessed_ms: i64,
    expiry: Expiry,
}

/// The times at which a key and the first of its hash fields expire, as recorded in the expiry schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Times {
    expires_ms: Option<i64>,
    fields_expire_ms: Option<i64>,
}

impl Entry {
    pub(super) fn new(mut value: Value, expires_ms: Option<i64>, now_ms: i64) -> Self {
        value.note_field_expiry();
        Entry { value, accessed_ms: now_ms, expiry: Expiry::new(expires_ms) }
    }

    /// Returns the expiry time in milliseconds since 1970, or `None` if the key does not expire.
    pub fn expires_ms(&self) -> Option<i64> {
        self.expiry.at_ms()
    }

    /// Returns whether the key has expired at the time `now_ms`, in milliseconds since 1970.
    pub fn has_expired(&self, now_ms: i64) -> bool {
        self.expires_ms().is_some_and(|at_ms| at_ms <= now_ms)
    }

    /// Returns whether the value is a hash with a field that has expired at the time `now_ms`, in milliseconds since
    /// 1970.
    pub(super) fn has_expired_fields(&self, now_ms: i64) -> bool {
        self.value.noted_field_expiry().is_some_and(|at_ms| at_ms <= now_ms)
    }

    fn times(&self) -> Times {
        Times { expires_ms: self.expires_ms(), fields_expire_ms: self.value.noted_field_expiry() }
    }

    /// Estimates the memory that Redis would use for the key and its value, in bytes, as MEMORY USAGE does.
    pub fn memory(&self, key: &[u8], samples: Samples) -> usize {
        memory::usage(Head::new(key, self.expiry.has_room()), &self.value, samples)
    }

    /// Moves the entry to a newly allocated head of its key (see [`Head`]). The head has room for an expiry time if
    /// `new` says so or if the key expires.
    fn move_to_new_head(&mut self, key: &[u8], new: NewHead) {
        let has_room = new == NewHead::WithRoom;
        if let Value::Str(value) = &mut self.value {
            value.embed_in(Head::new(key, has_room));
        }
        let expires_ms = self.expires_ms();
        self.expiry = if has_room { Expiry::NONE.with_room() } else { Expiry::NONE };
        self.set_expiry(key, expires_ms);
    }

    fn set_expiry(&mut self, key: &[u8], expires_ms: Option<i64>) {
        if expires_ms.is_some()
            && !self.expiry.has_room()
            && let Value::Str(value) = &mut self.value
        {
            value.reserve_expiry_in(Head::new(key, false));
        }
        self.expiry.set(expires_ms);
    }
}

/// Maximum number of keys that are measured to estimate the memory of a database.
const MEMORY_SAMPLES: usize = 1000;

/// Whether the new head of a key has room for an expiry time from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NewHead {
    WithRoom,
    Plain,
}

impl NewHead {
    pub(super) fn for_time(expires_ms: Option<i64>) -> Self {
        if expires_ms.is_some() { NewHead::WithRoom } else { NewHead::Plain }
    }
}

/// A database: its keys, and the schedule of their expiry.
#[derive(Debug, Clone, Default)]
pub struct Database {
    entries: IndexMap<Key, Entry, foldhash::fast::RandomState>,
    /// Pairs of an expiry time and a key, soonest first. The time is that of the key, or that of its first hash field
    /// to expire.
    volatile: BTreeSet<(i64, Key)>,
    /// Number of keys that have an expiry time of their own.
    expiring: usize,
}

impl Database {
    /// Returns the number of keys, including expired keys that have not been removed yet.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether the database has no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Rebuilds all keys that have not expired, as if they had been loaded from a file.
    pub(super) fn reload(&mut self, now_ms: i64, limits: &Limits) {
        for (key, entry) in std::mem::take(self).entries {
            if !entry.has_expired(now_ms) {
                let expires_ms = entry.expires_ms();
                let entry = Entry::new(entry.value.reloaded(limits), expires_ms, now_ms);
                self.add(&key, entry, NewHead::for_time(expires_ms));
            }
        }
    }

    /// Returns the number of keys that have an expiry time.
    pub fn expiring(&self) -> usize {
        self.expiring
    }

    /// Returns the average time to live of the keys and hash fields that expire soonest, in milliseconds. INFO reports
    /// it as `avg_ttl`.
    pub(crate) fn average_ttl_ms(&self, now_ms: i64) -> i64 {
        const SAMPLE: usize = 64;
        let left: Vec<i64> = self.volatile.iter().take(SAMPLE).map(|&(at_ms, _)| (at_ms - now_ms).max(0)).collect();
        left.iter().sum::<i64>() / i64::try_from(left.len()).unwrap_or(1).max(1)
    }

    /// Returns the number of hashes in which at least one field has an expiry time. INFO reports it as `subexpiry`.
    pub(crate) fn field_expiry_count(&self) -> usize {
        self.volatile.len().saturating_sub(self.expiring)
    }

    /// Returns the index of the key that expires first, or `None` if no key expires. Hash fields do not count.
    pub(crate) fn next_to_expire(&self) -> Option<usize> {
        let own_time = |at_ms: i64, key: &[u8]| {
            let (index, _, entry) = self.entries.get_full(key)?;
            (entry.expires_ms() == Some(at_ms)).then_some(index)
        };
        self.volatile.iter().find_map(|(at_ms, key)| own_time(*at_ms, key))
    }

    /// Estimates the memory that Redis would use for the keys, in bytes. If there are more than 1000 keys, only a
    /// sample is measured.
    pub fn memory(&self) -> usize {
        let sizes = Samples::new(MEMORY_SAMPLES).indices(self.len()).filter_map(|index| {
            let (key, entry) = self.at(index)?;
            Some(entry.memory(key, Samples::default()) as f64)
        });
        Sampled::from_sizes(sizes).extrapolate(self.len()) as usize
    }

    /// Returns the key at an index, and its entry.
    pub fn at(&self, index: usize) -> Option<(&[u8], &Entry)> {
        self.entries.get_index(index).map(|(key, entry)| (&**key, entry))
    }

    /// Returns the entry of a key, even if it has expired but has not been removed yet.
    pub fn get(&self, key: &[u8]) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Returns the state of a key, or `None` if the key does not exist.
    pub(crate) fn key_state(&self, key: &[u8], now_ms: i64) -> Option<KeyState> {
        Some(if self.get(key)?.has_expired(now_ms) { KeyState::Expired } else { KeyState::Live })
    }

    /// Returns all keys and entries, including expired keys that have not been removed yet.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Entry)> {
        self.entries.iter().map(|(key, entry)| (&**key, entry))
    }

    /// Returns the index of a key, even if it has expired but has not been removed yet.
    pub(super) fn index_of(&self, key: &[u8]) -> Option<usize> {
        self.entries.get_index_of(key)
    }

    /// Returns the entry at an index that `index_of` or `add` returned.
    pub(super) fn entry(&self, index: usize) -> &Entry {
        &self.entries[index]
    }

    pub(super) fn entry_mut(&mut self, index: usize) -> &mut Entry {
        &mut self.entries[index]
    }

    /// Returns the time of the next expiry of a key or hash field, in milliseconds since 1970, and the key. Returns
    /// `None` if nothing expires.
    pub(super) fn soonest(&self) -> Option<(i64, &[u8])> {
        self.volatile.first().map(|(at_ms, key)| (*at_ms, &**key))
    }

    fn schedule(&mut self, at_ms: Option<i64>, key: &[u8]) {
        if let Some(at_ms) = at_ms {
            self.volatile.insert((at_ms, key.into()));
        }
    }

    fn unschedule(&mut self, at_ms: Option<i64>, key: &[u8]) {
        if let Some(at_ms) = at_ms {
            self.volatile.remove(&(at_ms, key.into()));
        }
    }

    /// Adds a key that does not exist yet, and returns its index.
    pub(super) fn add(&mut self, key: &[u8], mut entry: Entry, new: NewHead) -> usize {
        self.schedule_entry(entry.times(), key);
        entry.move_to_new_head(key, new);
        self.entries.insert_full(key.into(), entry).0
    }

    /// Replaces the entry of the key at an index, and returns the old one.
    pub(super) fn replace(&mut self, index: usize, key: &[u8], mut entry: Entry) -> Entry {
        let before = &self.entries[index];
        if is_apart(&before.value) && is_apart(&entry.value) && !is_shared(&entry.value) {
            // If both values are stored outside the key's head, the head is kept, and with it any room for an expiry
            // time.
            let mut expiry = before.expiry;
            expiry.set(entry.expires_ms());
            entry.expiry = expiry;
        } else {
            let keeps_expiring = before.expires_ms().and(entry.expires_ms());
            entry.move_to_new_head(key, NewHead::for_time(keeps_expiring));
        }
        let old = std::mem::replace(&mut self.entries[index], entry);
        // The old entry must be unscheduled first, because both entries may be scheduled for the same time.
        self.unschedule_entry(old.times(), key);
        self.schedule_entry(self.entries[index].times(), key);
        old
    }

    /// Adds a key to the expiry schedule.
    fn schedule_entry(&mut self, times: Times, key: &[u8]) {
        self.expiring += usize::from(times.expires_ms.is_some());
        self.schedule(times.expires_ms, key);
        self.schedule(times.fields_expire_ms, key);
    }

    /// Removes a key from the expiry schedule.
    fn unschedule_entry(&mut self, times: Times, key: &[u8]) {
        self.expiring -= usize::from(times.expires_ms.is_some());
        self.unschedule(times.expires_ms, key);
        self.unschedule(times.fields_expire_ms, key);
    }

    /// Sets or removes the expiry time of a key.
    pub(super) fn set_expiry(&mut self, index: usize, key: &[u8], expires_ms: Option<i64>) {
        let before = self.entries[index].times();
        let entry = &mut self.entries[index];
        entry.set_expiry(key, expires_ms);
        let after = entry.times();
        self.unschedule_entry(before, key);
        self.schedule_entry(after, key);
    }

    /// Updates an entry whose value has changed: moves a string to another head if needed, and reschedules hash fields.
    pub(super) fn settle(&mut self, index: usize, key: &[u8]) {
        let entry = &mut self.entries[index];
        if let Value::Str(value) = &mut entry.value
            && value.settle()
        {
            entry.move_to_new_head(key, NewHead::for_time(entry.expires_ms()));
        }
        let before = entry.times();
        entry.value.note_field_expiry();
        let after = entry.times();
        if before != after {
            self.unschedule_entry(before, key);
            self.schedule_entry(after, key);
        }
    }

    pub(super) fn remove(&mut self, key: &[u8]) -> Option<Entry> {
        let entry = self.entries.swap_remove(key)?;
        self.unschedule_entry(entry.times(), key);
        Some(entry)
    }

    pub(super) fn remove_at(&mut self, index: usize) -> Option<Entry> {
        let (key, entry) = self.entries.swap_remove_index(index)?;
        self.unschedule_entry(entry.times(), &key);
        Some(entry)
    }
}

/// Returns whether a value is stored outside its key's head.
fn is_apart(value: &Value) -> bool {
    !matches!(value, Value::Str(Str::Embedded(_)))
}

/// Returns whether Redis shares one object for all uses of a value.
fn is_shared(value: &Value) -> bool {
    matches!(value, Value::Str(value) if value.is_shared())
}
