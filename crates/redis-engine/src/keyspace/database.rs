//! One database: its keys with their values, and the schedule of what expires.
//!
//! Keys stand in an `IndexMap`: lookups hash, a random key is a random index, and SCAN walks the indices from the end,
//! since removing a key moves only the last one into its place, which SCAN has visited already.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::data::memory::head::{Expiry, Head};
use crate::data::memory::{self, Sampled, Samples};
use crate::data::{SmallBytes, Str, Value};
use crate::limits::Limits;
use crate::watch::Found;

type Key = SmallBytes;

/// A key's value and what belongs to it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub value: Value,
    /// When it was last read or changed, in milliseconds since 1970: OBJECT IDLETIME.
    pub accessed_ms: i64,
    expiry: Expiry,
}

/// When an entry expires, and the first of its parts, as far as the schedule knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Times {
    expires_ms: Option<i64>,
    parts_expire_ms: Option<i64>,
}

impl Entry {
    pub(super) fn new(mut value: Value, expires_ms: Option<i64>, now_ms: i64) -> Self {
        value.note_part_expiry();
        Entry { value, accessed_ms: now_ms, expiry: Expiry::new(expires_ms) }
    }

    /// Milliseconds since 1970.
    pub fn expires_ms(&self) -> Option<i64> {
        self.expiry.at_ms()
    }

    /// Whether its time is over.
    pub fn has_expired(&self, now_ms: i64) -> bool {
        self.expires_ms().is_some_and(|at_ms| at_ms <= now_ms)
    }

    /// Whether the time of a part of it is over.
    pub(super) fn has_expired_parts(&self, now_ms: i64) -> bool {
        self.value.noted_part_expiry().is_some_and(|at_ms| at_ms <= now_ms)
    }

    fn times(&self) -> Times {
        Times { expires_ms: self.expires_ms(), parts_expire_ms: self.value.noted_part_expiry() }
    }

    /// How many bytes Redis would take for it: MEMORY USAGE.
    pub fn memory(&self, key: &[u8], samples: Samples) -> usize {
        memory::usage(Head::new(key, self.expiry.has_room()), &self.value, samples)
    }

    /// Takes its place in a new head of its key, and makes room there for an expiry time if it needs that after all.
    fn stand_in_new_head(&mut self, key: &[u8], new: NewHead) {
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

/// Of more keys than these, some stand for all.
const KEYS_WEIGHED: usize = 1000;

/// Whether a new head has room for an expiry time from the start.
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

/// One database.
#[derive(Debug, Clone, Default)]
pub struct Database {
    entries: IndexMap<Key, Entry, foldhash::fast::RandomState>,
    /// The keys that expire, or whose parts do, soonest first.
    volatile: BTreeSet<(i64, Key)>,
    /// How many keys have an expiry time of their own.
    expiring: usize,
}

impl Database {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Puts everything together anew that has not expired, as if it had been read from a file.
    pub(super) fn reload(&mut self, now_ms: i64, limits: &Limits) {
        for (key, entry) in std::mem::take(self).entries {
            if !entry.has_expired(now_ms) {
                let expires_ms = entry.expires_ms();
                let entry = Entry::new(entry.value.reloaded(limits), expires_ms, now_ms);
                self.add(&key, entry, NewHead::for_time(expires_ms));
            }
        }
    }

    /// How many keys have an expiry time.
    pub fn expiring(&self) -> usize {
        self.expiring
    }

    /// How long the keys that expire have left on average, in milliseconds; of those that expire soonest, a sample.
    pub fn average_ttl_ms(&self, now_ms: i64) -> i64 {
        const SAMPLE: usize = 64;
        let left: Vec<i64> = self.volatile.iter().take(SAMPLE).map(|&(at_ms, _)| (at_ms - now_ms).max(0)).collect();
        left.iter().sum::<i64>() / i64::try_from(left.len()).unwrap_or(1).max(1)
    }

    /// How many moments are noted at which parts of values expire.
    pub fn with_parts(&self) -> usize {
        self.volatile.len().saturating_sub(self.expiring)
    }

    /// Where the key stands whose own time is over first.
    pub fn soonest_to_go(&self) -> Option<usize> {
        let own_time = |at_ms: i64, key: &[u8]| {
            let (index, _, entry) = self.entries.get_full(key)?;
            (entry.expires_ms() == Some(at_ms)).then_some(index)
        };
        self.volatile.iter().find_map(|(at_ms, key)| own_time(*at_ms, key))
    }

    /// How many bytes Redis would take for its keys: of many, by some.
    pub fn memory(&self) -> usize {
        let sizes = Samples::new(KEYS_WEIGHED).indices(self.len()).filter_map(|index| {
            let (key, entry) = self.at(index)?;
            Some(entry.memory(key, Samples::default()) as f64)
        });
        Sampled::from_sizes(sizes).extrapolate(self.len()) as usize
    }

    /// The key at a position, and its entry.
    pub fn at(&self, index: usize) -> Option<(&[u8], &Entry)> {
        self.entries.get_index(index).map(|(key, entry)| (&**key, entry))
    }

    /// A key's entry, even if it has expired and nobody has noticed.
    pub fn get(&self, key: &[u8]) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Whether a key is there, and whether its time is over.
    pub fn found(&self, key: &[u8], now_ms: i64) -> Option<Found> {
        Some(if self.get(key)?.has_expired(now_ms) { Found::Expired } else { Found::Live })
    }

    /// All keys and entries, expired ones included.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Entry)> {
        self.entries.iter().map(|(key, entry)| (&**key, entry))
    }

    /// Where a key stands, even if it has expired and nobody has noticed.
    pub(super) fn index_of(&self, key: &[u8]) -> Option<usize> {
        self.entries.get_index_of(key)
    }

    /// The entry at an index that `index_of` or `add` has said.
    pub(super) fn entry(&self, index: usize) -> &Entry {
        &self.entries[index]
    }

    pub(super) fn entry_mut(&mut self, index: usize) -> &mut Entry {
        &mut self.entries[index]
    }

    /// What expires first, and when.
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

    /// Takes in a key that is not there, and says where it stands now.
    pub(super) fn add(&mut self, key: &[u8], mut entry: Entry, new: NewHead) -> usize {
        self.heed(entry.times(), key);
        entry.stand_in_new_head(key, new);
        self.entries.insert_full(key.into(), entry).0
    }

    /// Gives the key that stands at an index another entry, and hands out its old one.
    pub(super) fn replace(&mut self, index: usize, key: &[u8], mut entry: Entry) -> Entry {
        let before = &self.entries[index];
        if is_apart(&before.value) && is_apart(&entry.value) && !is_shared(&entry.value) {
            // It goes into the head that is there.
            let mut expiry = before.expiry;
            expiry.set(entry.expires_ms());
            entry.expiry = expiry;
        } else {
            let keeps_expiring = before.expires_ms().and(entry.expires_ms());
            entry.stand_in_new_head(key, NewHead::for_time(keeps_expiring));
        }
        let old = std::mem::replace(&mut self.entries[index], entry);
        // In this order: both may be scheduled for the same moment.
        self.forget(old.times(), key);
        self.heed(self.entries[index].times(), key);
        old
    }

    /// Schedules a key that came.
    fn heed(&mut self, times: Times, key: &[u8]) {
        self.expiring += usize::from(times.expires_ms.is_some());
        self.schedule(times.expires_ms, key);
        self.schedule(times.parts_expire_ms, key);
    }

    /// Ends the schedule of a key that went.
    fn forget(&mut self, times: Times, key: &[u8]) {
        self.expiring -= usize::from(times.expires_ms.is_some());
        self.unschedule(times.expires_ms, key);
        self.unschedule(times.parts_expire_ms, key);
    }

    /// Gives a key that is there another expiry time, or none.
    pub(super) fn set_expiry(&mut self, index: usize, key: &[u8], expires_ms: Option<i64>) {
        let before = self.entries[index].times();
        let entry = &mut self.entries[index];
        entry.set_expiry(key, expires_ms);
        let after = entry.times();
        self.forget(before, key);
        self.heed(after, key);
    }

    /// After a value changed: its string finds its place anew, and its parts are scheduled anew.
    pub(super) fn settle(&mut self, index: usize, key: &[u8]) {
        let entry = &mut self.entries[index];
        if let Value::Str(value) = &mut entry.value
            && value.settle()
        {
            entry.stand_in_new_head(key, NewHead::for_time(entry.expires_ms()));
        }
        let before = entry.times();
        entry.value.note_part_expiry();
        let after = entry.times();
        if before != after {
            self.forget(before, key);
            self.heed(after, key);
        }
    }

    pub(super) fn remove(&mut self, key: &[u8]) -> Option<Entry> {
        let entry = self.entries.swap_remove(key)?;
        self.forget(entry.times(), key);
        Some(entry)
    }

    pub(super) fn remove_at(&mut self, index: usize) -> Option<Entry> {
        let (key, entry) = self.entries.swap_remove_index(index)?;
        self.forget(entry.times(), &key);
        Some(entry)
    }
}

/// Whether a value stands apart from its key's head.
fn is_apart(value: &Value) -> bool {
    !matches!(value, Value::Str(Str::Embedded(_)))
}

fn is_shared(value: &Value) -> bool {
    matches!(value, Value::Str(value) if value.is_shared())
}
