//! The keyspace: sixteen databases of keys with values and expiry times. No other module changes keys.
//!
//! Commands read keys with `read`, and change them with `edit`, `put` and `remove`. Each change marks the key as
//! modified for WATCH, removes a container that became empty, records keyspace events, and signals keys that clients
//! are blocked on.

mod database;
mod digest;
mod edit;
mod expiring;
mod memory_cap;
mod ready_keys;

use super::data::hash::Fields;
use super::data::memory::Samples;
use super::data::{DataType, Hash, Value};
use super::error::{self, Error};
use super::limits::Limits;
use super::notify::{Class, Event};
use super::watch::{KeyChange, Watches};

use database::NewHead;
pub use database::{Database, Entry};
pub(crate) use digest::Digest;
pub(crate) use edit::Edit;
pub use memory_cap::MemoryCap;
pub(crate) use ready_keys::BlockedCounts;

/// The number of databases, as in Redis's default configuration.
pub const DATABASES: usize = 16;

/// Keyspace counters that INFO reports.
#[derive(Debug, Clone, Default)]
pub struct KeyspaceStats {
    /// Number of lookups by reading commands that found the key.
    pub hits: u64,
    /// Number of lookups by reading commands that did not find the key.
    pub misses: u64,
    /// Number of keys that expired.
    pub expired_keys: u64,
    /// Number of hash fields that expired.
    pub expired_subkeys: u64,
    /// Number of keys evicted because of `maxmemory`.
    pub evicted_keys: u64,
    /// Number of values that Redis frees in a background thread.
    pub lazyfreed_objects: u64,
}

/// An estimate of `used_memory`, and the value of `Keyspace::changes` when it was made.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct MemoryEstimate {
    /// The value of `Keyspace::changes` at the time of the estimate.
    pub changes: u64,
    /// The estimate in bytes, or `None` if there is none yet.
    pub bytes: Option<u64>,
}

/// The keyspace events to record when a value is moved or copied to another key or database.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MoveEvents<'a> {
    /// The database and key that the value leaves, with the event for that key, or `None` if the value is copied.
    pub on_source: Option<(usize, &'a [u8], &'static str)>,
    /// The event for the key that gets the value.
    pub on_target: &'static str,
}

/// All databases, with the clock and the selected database of the running command.
#[derive(Debug, Clone)]
pub struct Keyspace {
    databases: Vec<Database>,
    selected: usize,
    now_us: i64,
    /// The keys that clients watch (WATCH).
    pub watches: Watches,
    /// Keyspace counters that INFO reports.
    pub stats: KeyspaceStats,
    /// Size limits and encoding thresholds.
    pub limits: Limits,
    /// Whether the expire cycle removes expired keys. If DEBUG SET-ACTIVE-EXPIRE has turned this off, an expired key is
    /// removed only when it is looked up.
    pub(crate) active_expiry: bool,
    /// The number of expire cycles per second, from 1 to 500. This is the configuration parameter `hz`.
    hz: i64,
    /// When the current expire cycle ends and the next one begins, in microseconds since 1970.
    cycle_ends_us: i64,
    /// Whether reading a key updates its access time, which OBJECT IDLETIME returns. CLIENT NO-TOUCH turns this off.
    pub(crate) updates_access_times: bool,
    /// Whether keyspace events are recorded, because `notify-keyspace-events` enables some of them.
    pub(crate) events_enabled: bool,
    events: Vec<Event>,
    /// The numbers of clients blocked on each type of value. A key is signalled as ready only if a client is
    /// blocked on a value of its type.
    pub(crate) blocked: BlockedCounts,
    ready_keys: Vec<(usize, Vec<u8>)>,
    /// Number of changes since the start, including expiries and evictions. If the number is the same at two times,
    /// the keyspace has not changed in between.
    pub changes: u64,
    /// Number of changes as Redis counts them (`server.dirty`): a command that changes several elements counts several
    /// times, and an expired key does not count. INFO reports it as `rdb_changes_since_last_save`.
    pub(crate) dirty: u64,
    /// The last estimate of `used_memory`, which is compared with `maxmemory`.
    pub(crate) memory_estimate: MemoryEstimate,
    /// The driver's own limit on the memory that the data takes up.
    pub memory_cap: MemoryCap,
}

impl Keyspace {
    /// Creates empty databases. `now_us` is the current time in microseconds since 1970.
    pub(crate) fn new(now_us: i64) -> Self {
        Keyspace {
            databases: vec![Database::default(); DATABASES],
            selected: 0,
            now_us,
            watches: Watches::default(),
            stats: KeyspaceStats::default(),
            limits: Limits::default(),
            active_expiry: true,
            hz: 10,
            cycle_ends_us: now_us,
            updates_access_times: true,
            events_enabled: false,
            events: Vec::new(),
            blocked: BlockedCounts::default(),
            ready_keys: Vec::new(),
            changes: 0,
            dirty: 0,
            memory_estimate: MemoryEstimate::default(),
            memory_cap: MemoryCap::default(),
        }
    }

    /// Returns the time of the running command in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.now_us.div_euclid(1000)
    }

    /// Returns the time of the running command in microseconds since 1970.
    pub fn now_us(&self) -> i64 {
        self.now_us
    }

    /// Returns the number of the selected database.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// Selects the database that the following calls use.
    ///
    /// # Panics
    /// Panics if `database` is not less than `DATABASES`.
    pub(crate) fn select(&mut self, database: usize) {
        assert!(database < DATABASES, "commands check the index before they select");
        self.selected = database;
    }

    /// Returns the selected database.
    pub fn database(&self) -> &Database {
        &self.databases[self.selected]
    }

    /// Returns all databases, in the order of their numbers.
    pub fn databases(&self) -> &[Database] {
        &self.databases
    }

    /// Returns a digest of all keys and values in all databases, as hexadecimal digits. The digest covers whether a key
    /// expires, but not when. It equals Redis's reply to DEBUG DIGEST.
    pub fn digest(&self) -> String {
        let mut all = Digest::default();
        for (index, database) in self.databases().iter().enumerate().filter(|(_, database)| !database.is_empty()) {
            all.mix(&(index as u32).to_be_bytes());
            database.iter().for_each(|(key, entry)| all.add(&entry.mixed_into(Digest::from_parts(&[key])).0));
        }
        all.digits()
    }

    /// Estimates the memory that Redis would use for all keys, in bytes. See [`Database::memory`].
    pub fn memory(&self) -> usize {
        self.databases.iter().map(Database::memory).sum()
    }

    fn database_mut(&mut self) -> &mut Database {
        &mut self.databases[self.selected]
    }

    /// Finds the index of a key in the selected database. If the key has expired, removes it and returns `None`.
    fn find(&mut self, key: &[u8]) -> Option<usize> {
        let now_ms = self.now_ms();
        let database = &self.databases[self.selected];
        let index = database.index_of(key)?;
        if database.entry(index).has_expired(now_ms) {
            self.expire(key);
            return None;
        }
        Some(index)
    }

    /// Looks up a key without counting a hit or a miss.
    pub(crate) fn peek(&mut self, key: &[u8]) -> Option<&Entry> {
        let index = self.find(key)?;
        Some(self.database().entry(index))
    }

    /// Returns whether a key exists. Does not count a hit or a miss.
    pub(crate) fn exists(&mut self, key: &[u8]) -> bool {
        self.find(key).is_some()
    }

    /// Reads a key of any type. Counts a hit or a miss, and updates the access time.
    pub(crate) fn read_any(&mut self, key: &[u8]) -> Option<&Entry> {
        let index = self.access(key)?;
        Some(self.database().entry(index))
    }

    /// Finds the index of a key to read. Counts a hit or a miss, and updates the access time.
    fn access(&mut self, key: &[u8]) -> Option<usize> {
        let now_ms = self.now_ms();
        let index = self.look_up(key)?;
        if self.updates_access_times {
            self.database_mut().entry_mut(index).accessed_ms = now_ms;
        }
        Some(index)
    }

    /// Reads a key of any type without updating its access time, as EXISTS, TYPE and TTL do. The counterpart in Redis
    /// is `LOOKUP_NOTOUCH`.
    pub(crate) fn inspect(&mut self, key: &[u8]) -> Option<&Entry> {
        let index = self.look_up(key)?;
        Some(self.database().entry(index))
    }

    /// Reads a key like `inspect`, but without a `keymiss` event, as OBJECT does. The counterpart in Redis is
    /// `LOOKUP_NONOTIFY`.
    pub(crate) fn inspect_without_event(&mut self, key: &[u8]) -> Option<&Entry> {
        let index = self.look_up_without_event(key)?;
        Some(self.database().entry(index))
    }

    /// Finds the index of a key, and counts a hit or a miss. Records a `keymiss` event for a miss.
    fn look_up(&mut self, key: &[u8]) -> Option<usize> {
        let index = self.look_up_without_event(key);
        if index.is_none() {
            self.notify(Class::KeyMiss, "keymiss", key);
        }
        index
    }

    /// Finds the index of a key, and counts a hit or a miss.
    fn look_up_without_event(&mut self, key: &[u8]) -> Option<usize> {
        let index = self.find(key);
        let count = if index.is_some() { &mut self.stats.hits } else { &mut self.stats.misses };
        *count += 1;
        index
    }

    /// Reads a key, which must hold a `T` if it exists.
    ///
    /// # Errors
    /// Returns `WRONGTYPE` if the key holds another type.
    pub(crate) fn read<T: DataType>(&mut self, key: &[u8]) -> Result<Option<&T>, Error> {
        match self.read_any(key) {
            Some(entry) => T::from_value(&entry.value).map(Some).ok_or(error::WRONG_TYPE),
            None => Ok(None),
        }
    }

    /// Removes any of the given fields that have expired, and then reads the key, which must hold a hash if it exists.
    ///
    /// # Errors
    /// Returns `WRONGTYPE` if the key holds another type.
    pub(crate) fn read_fields(&mut self, key: &[u8], fields: Fields) -> Result<Option<&Hash>, Error> {
        let Some(index) = self.access(key) else { return Ok(None) };
        if Hash::from_value(&self.database().entry(index).value).is_none() {
            return Err(error::WRONG_TYPE);
        }
        let exists = self.expire_fields_at(index, key, fields);
        Ok(if exists { Hash::from_value(&self.database().entry(index).value) } else { None })
    }

    /// Converts a sorted set to a skiplist, as SORT does before it reads the elements. The conversion does not count as
    /// a change to the key.
    pub(crate) fn convert_sorted_set_to_skiplist(&mut self, key: &[u8]) {
        if let Some(index) = self.find(key)
            && let Value::SortedSet(zset) = &mut self.database_mut().entry_mut(index).value
        {
            zset.convert_to_skiplist();
        }
    }

    /// Starts an edit of a key's value, which must be a `T`. Returns `None` if the key does not exist.
    ///
    /// # Errors
    /// Returns `WRONGTYPE` if the key holds another type.
    pub(crate) fn edit<'a, T: DataType>(&'a mut self, key: &'a [u8]) -> Result<Option<Edit<'a, T>>, Error> {
        let Some(index) = self.find(key) else { return Ok(None) };
        if T::from_value(&self.database().entry(index).value).is_none() {
            return Err(error::WRONG_TYPE);
        }
        Ok(Some(Edit::new(self, index, key, false)))
    }

    /// Starts an edit of a key's value, which must be a `T`. If the key does not exist, creates it with an empty value,
    /// and removes it again if the edit is dropped before it is committed or kept.
    ///
    /// # Errors
    /// Returns `WRONGTYPE` if the key holds another type.
    pub(crate) fn edit_or_create<'a, T: DataType>(&'a mut self, key: &'a [u8]) -> Result<Edit<'a, T>, Error> {
        let index = match self.find(key) {
            Some(index) => {
                if T::from_value(&self.database().entry(index).value).is_none() {
                    return Err(error::WRONG_TYPE);
                }
                return Ok(Edit::new(self, index, key, false));
            }
            None => {
                let entry = self.new_entry(T::default().into_value(), None);
                self.database_mut().add(key, entry, NewHead::Plain)
            }
        };
        Ok(Edit::new(self, index, key, true))
    }

    fn new_entry(&self, value: Value, expires_ms: Option<i64>) -> Entry {
        Entry::new(value, expires_ms, self.now_ms())
    }

    /// Sets a key to a value, replacing any previous value, and records `event`. If the value is an empty container,
    /// removes the key instead.
    pub(crate) fn put(&mut self, key: &[u8], value: Value, expires_ms: Option<i64>, event: &'static str) {
        if value.is_empty() {
            self.remove(key, "del");
            return;
        }
        let class = value.class();
        match self.replace(key, value, expires_ms) {
            Some(old) => self.notify_overwritten(key, &old),
            None => {
                self.notify(Class::New, "new", key);
                // Only a new key is signalled as ready. Redis serves no blocked clients when a value replaces another
                // one.
                self.signal_key_as_ready(key);
            }
        }
        self.notify(class, event, key);
    }

    /// Sets a key to a value that RENAME, COPY or MOVE took from another key, and records the events of the move.
    pub(crate) fn insert_moved(&mut self, to: &[u8], value: Value, expires_ms: Option<i64>, events: MoveEvents) {
        // Redis removes the old value first, so there is always a `new` event.
        let old = self.find(to).and_then(|index| self.database_mut().remove_at(index));
        let entry = self.new_entry(value, expires_ms);
        if let Some(old) = &old {
            self.signal_removed(to, &old.value);
        }
        if events.on_source.is_none() {
            self.memory_cap.count_entry(to, &entry);
        }
        self.database_mut().add(to, entry, NewHead::for_time(expires_ms));
        self.signal_changed(to);
        self.notify(Class::New, "new", to);
        self.signal_key_as_ready(to);
        if let Some((database, from, event)) = events.on_source {
            let here = std::mem::replace(&mut self.selected, database);
            self.notify(Class::Generic, event, from);
            self.selected = here;
        }
        self.notify(Class::Generic, events.on_target, to);
        if let Some(old) = &old {
            self.notify_overwritten(to, old);
        }
    }

    /// Sets when a key was last accessed, in milliseconds since 1970.
    pub(crate) fn set_access_time(&mut self, key: &[u8], accessed_ms: i64) {
        if let Some(index) = self.find(key) {
            self.database_mut().entry_mut(index).accessed_ms = accessed_ms;
        }
    }

    /// Sets a key to a value, and returns the entry that was replaced.
    fn replace(&mut self, key: &[u8], value: Value, expires_ms: Option<i64>) -> Option<Entry> {
        let index = self.find(key);
        let entry = self.new_entry(value, expires_ms);
        self.memory_cap.count_entry(key, &entry);
        let database = self.database_mut();
        let old = match index {
            Some(index) => {
                let old = database.replace(index, key, entry);
                self.signal_removed(key, &old.value);
                Some(old)
            }
            None => {
                database.add(key, entry, NewHead::Plain);
                None
            }
        };
        self.signal_changed(key);
        old
    }

    /// Records the events that Redis sends when a new value has replaced `old`.
    fn notify_overwritten(&mut self, key: &[u8], old: &Entry) {
        if !self.events_enabled {
            return;
        }
        self.notify(Class::Overwritten, "overwritten", key);
        let new = self.database().get(key).map(|entry| std::mem::discriminant(&entry.value));
        if new.is_some_and(|new| new != std::mem::discriminant(&old.value)) {
            self.notify(Class::TypeChanged, "type_changed", key);
        }
    }

    /// Removes a key that is about to be inserted under another name or in another database. Records no event.
    pub(crate) fn take_for_move(&mut self, key: &[u8]) -> Option<Entry> {
        self.find(key)?;
        let entry = self.database_mut().remove(key)?;
        self.signal_removed(key, &entry.value);
        self.signal_modified(key);
        Some(entry)
    }

    /// Removes a key, records `event`, and returns the key's entry. Returns `None` if the key does not exist.
    pub(crate) fn remove(&mut self, key: &[u8], event: &'static str) -> Option<Entry> {
        let index = self.find(key)?;
        let entry = self.database_mut().remove_at(index)?;
        self.signal_removed(key, &entry.value);
        self.signal_changed(key);
        self.notify(Class::Generic, event, key);
        Some(entry)
    }

    /// Evicts the key at an index of a database. Returns how many bytes Redis would free.
    pub(crate) fn evict(&mut self, database: usize, index: usize) -> usize {
        let Some((key, entry)) = self.databases[database].at(index) else { return 0 };
        let (key, bytes) = (key.to_vec(), entry.memory(key, Samples::default()));
        let here = std::mem::replace(&mut self.selected, database);
        if let Some(entry) = self.database_mut().remove_at(index) {
            self.signal_removed(&key, &entry.value);
        }
        self.stats.evicted_keys += 1;
        self.signal_modified(&key);
        self.notify(Class::Evicted, "evicted", &key);
        self.selected = here;
        bytes
    }

    /// Sets or removes the expiry time of a key, given in milliseconds since 1970, which must be in the future. Returns
    /// whether the key exists.
    pub(crate) fn set_expiry(&mut self, key: &[u8], expires_ms: Option<i64>, event: &'static str) -> bool {
        let Some(index) = self.find(key) else { return false };
        self.database_mut().set_expiry(index, key, expires_ms);
        self.signal_changed(key);
        self.notify(Class::Generic, event, key);
        true
    }

    /// Signals that a command modified a key, which Redis counts as one change.
    fn signal_changed(&mut self, key: &[u8]) {
        self.dirty += 1;
        self.signal_modified(key);
    }

    /// Marks a key as modified for the clients that watch it.
    fn signal_modified(&mut self, key: &[u8]) {
        self.changes += 1;
        if !self.watches.is_empty() {
            let exists = self.database().get(key).is_some();
            self.watches.touch_key(self.selected, key, exists);
        }
    }

    /// Records a keyspace event if events are enabled. The counterpart in Redis is `notifyKeyspaceEvent`.
    pub(crate) fn notify(&mut self, class: Class, name: &'static str, key: &[u8]) {
        if self.events_enabled {
            self.events.push(Event { class, name, database: self.selected, key: key.to_vec() });
        }
    }

    /// Returns the events that have been recorded since the last call.
    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Sets a key to a value if the key does not exist, without an event. DEBUG POPULATE uses this function.
    pub(crate) fn add_if_missing(&mut self, key: &[u8], value: Value) {
        if self.find(key).is_none() {
            self.memory_cap.count_words(&[key]);
            self.replace(key, value, None);
        }
    }

    /// Gives all values the encodings that they would have after being saved and loaded, as DEBUG RELOAD does.
    pub(crate) fn reload(&mut self) {
        let (now_ms, limits) = (self.now_ms(), self.limits);
        self.databases.iter_mut().for_each(|database| database.reload(now_ms, &limits));
        self.changes += 1;
        self.dirty = 0;
    }

    /// Removes all keys of a database, and returns their number.
    pub(crate) fn flush(&mut self, database: usize) -> usize {
        self.signal_streams_removed(database);
        let emptied = std::mem::take(&mut self.databases[database]);
        let change = |key: &[u8]| KeyChange { before: emptied.get(key).is_some(), after: None };
        self.watches.touch_database(database, change);
        self.changes += 1;
        self.dirty += emptied.len() as u64;
        emptied.len()
    }

    /// Swaps two databases. For clients that watch a key in either database, the swap counts as a change to the key.
    pub(crate) fn swap(&mut self, a: usize, b: usize) {
        let now_ms = self.now_ms();
        [a, b].into_iter().for_each(|database| self.signal_streams_removed(database));
        let mut watches = std::mem::take(&mut self.watches);
        for (old, new) in [(a, b), (b, a)] {
            watches.touch_database(old, |key| KeyChange {
                before: self.databases[old].get(key).is_some(),
                after: self.databases[new].key_state(key, now_ms),
            });
        }
        self.watches = watches;
        self.databases.swap(a, b);
        self.changes += 1;
        self.dirty += 1;
    }

    /// Signals that a command modified a value without affecting the clients that watch its key.
    fn signal_unwatched_change(&mut self) {
        self.changes += 1;
    }

    /// Updates the key of a value that has changed. Reschedules the expiry of the value's fields, or removes the key if
    /// the value is empty. Returns whether the key still exists.
    fn settle(&mut self, index: usize, key: &[u8]) -> bool {
        self.signal_modified(key);
        let database = self.database_mut();
        if database.entry(index).value.is_empty() {
            database.remove_at(index);
            self.notify(Class::Generic, "del", key);
            return false;
        }
        database.settle(index, key);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::Engine;

    #[test]
    fn object_counts_hits_and_misses_and_expiry_times_in_the_past_count_as_expired_fields() {
        let mut engine = Engine::new(1, 1_000_000_000);
        let client = engine.connect();
        let mut count = |line: &str| {
            let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            engine.execute(client, &argv, 1_000_000_000);
            let counts = &mut engine.keyspace.stats;
            let counted = (counts.hits, counts.misses, counts.expired_subkeys);
            (counts.hits, counts.misses, counts.expired_subkeys) = (0, 0, 0);
            counted
        };
        assert_eq!(count("HSET h a 1 b 2 c 3 d 4"), (0, 0, 0));
        for subcommand in ["ENCODING", "REFCOUNT", "IDLETIME", "FREQ"] {
            assert_eq!(count(&format!("OBJECT {subcommand} h")), (1, 0, 0), "{subcommand}");
            assert_eq!(count(&format!("OBJECT {subcommand} none")), (0, 1, 0), "{subcommand}");
        }
        assert_eq!(count("HEXPIRE h 0 FIELDS 2 a none"), (0, 0, 1));
        assert_eq!(count("HGETEX h PXAT 1 FIELDS 2 b none"), (0, 0, 1));
        assert_eq!(count("HSETEX h PXAT 1 FIELDS 2 c 1 e 1"), (0, 0, 2));
    }
}
