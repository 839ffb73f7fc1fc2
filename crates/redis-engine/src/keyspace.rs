//! The keyspace: sixteen databases of keys with values and expiry times, and the one place where keys change.
//!
//! Commands read by `read` and change by `edit`, `put` and `remove`. Each change touches those who WATCH the key, drops
//! a container that became empty, notes events, and notes keys that blocked clients may wait for.

mod database;
mod edit;
mod expiring;
mod ready_keys;

use super::data::hash::Fields;
use super::data::memory::Samples;
use super::data::{DataType, Hash, Value};
use super::error::{self, Error};
use super::limits::Limits;
use super::notify::{Class, Event};
use super::watch::{Exchanged, Watches};

use database::NewHead;
pub use database::{Database, Entry};
pub use edit::Edit;
pub use ready_keys::BlockedCounts;

/// The number of databases, as in Redis's default configuration.
pub const DATABASES: usize = 16;

/// What INFO counts of the keyspace.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub hits: u64,
    pub misses: u64,
    pub expired_keys: u64,
    pub expired_parts: u64,
    pub evicted_keys: u64,
    /// Values that Redis frees in another thread: INFO's `lazyfreed_objects`.
    pub freed_later: u64,
}

/// An estimate of `used_memory`, and when it was made.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryEstimate {
    /// The value of `Keyspace::changes` at that time.
    pub changes: u64,
    pub bytes: Option<u64>,
}

/// The events of a value that goes to another place.
#[derive(Debug, Clone, Copy)]
pub struct Transplant<'a> {
    /// The database and key that it leaves, with the event there.
    pub on_source: Option<(usize, &'a [u8], &'static str)>,
    pub on_target: &'static str,
}

/// All databases, as the running command sees them.
#[derive(Debug, Clone)]
pub struct Keyspace {
    databases: Vec<Database>,
    selected: usize,
    now_us: i64,
    pub watches: Watches,
    pub counts: Counts,
    pub limits: Limits,
    /// Whether expired keys go by themselves, or only when they are looked at (DEBUG SET-ACTIVE-EXPIRE).
    pub active_expiry: bool,
    /// How often in a second they do: the parameter of that name, 1 to 500.
    hz: i64,
    /// When they do next.
    cycle_ends_us: i64,
    /// Whether reading a key is an access, for OBJECT IDLETIME: not for a client that has set CLIENT NO-TOUCH.
    pub touches: bool,
    /// Whether anybody may want to hear of events, so that they are noted.
    pub notes_events: bool,
    events: Vec<Event>,
    /// The clients that are blocked: keys are signalled as ready only for types that some client is blocked on.
    pub blocked: BlockedCounts,
    ready_keys: Vec<(usize, Vec<u8>)>,
    /// How often anything changed.
    pub changes: u64,
    /// How many changes Redis counts, which are more where a command changes several elements, and none where something
    /// expires: INFO's `rdb_changes_since_last_save`.
    pub dirty: u64,
    /// The last estimate of `used_memory`, for `maxmemory`.
    pub memory_estimate: MemoryEstimate,
}

impl Keyspace {
    pub fn new(now_us: i64) -> Self {
        Keyspace {
            databases: vec![Database::default(); DATABASES],
            selected: 0,
            now_us,
            watches: Watches::default(),
            counts: Counts::default(),
            limits: Limits::default(),
            active_expiry: true,
            hz: 10,
            cycle_ends_us: now_us,
            touches: true,
            notes_events: false,
            events: Vec::new(),
            blocked: BlockedCounts::default(),
            ready_keys: Vec::new(),
            changes: 0,
            dirty: 0,
            memory_estimate: MemoryEstimate::default(),
        }
    }

    /// The clock of the running command, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.now_us.div_euclid(1000)
    }

    /// The same in microseconds.
    pub fn now_us(&self) -> i64 {
        self.now_us
    }

    /// The number of the database that the running command works on.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// Lets the following calls work on another database. `database` is below `DATABASES`.
    pub fn select(&mut self, database: usize) {
        assert!(database < DATABASES, "commands check the index before they select");
        self.selected = database;
    }

    /// The selected database.
    pub fn database(&self) -> &Database {
        &self.databases[self.selected]
    }

    pub fn databases(&self) -> &[Database] {
        &self.databases
    }

    /// How many bytes Redis would take for all keys: see `Database::memory`.
    pub fn memory(&self) -> usize {
        self.databases.iter().map(Database::memory).sum()
    }

    fn database_mut(&mut self) -> &mut Database {
        &mut self.databases[self.selected]
    }

    /// Where a key stands, if it is there and has not expired. An expired key goes now.
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

    /// Looks at a key without counting it as read.
    pub fn peek(&mut self, key: &[u8]) -> Option<&Entry> {
        let index = self.find(key)?;
        Some(self.database().entry(index))
    }

    pub fn exists(&mut self, key: &[u8]) -> bool {
        self.find(key).is_some()
    }

    /// Reads a key of any type, and counts the hit or the miss.
    pub fn read_any(&mut self, key: &[u8]) -> Option<&Entry> {
        let index = self.access(key)?;
        Some(self.database().entry(index))
    }

    /// Finds a key for a command that reads it, which is an access.
    fn access(&mut self, key: &[u8]) -> Option<usize> {
        let now_ms = self.now_ms();
        let index = self.look_up(key)?;
        if self.touches {
            self.database_mut().entry_mut(index).accessed_ms = now_ms;
        }
        Some(index)
    }

    /// Reads a key of any type without being an access: EXISTS, TYPE and TTL leave OBJECT IDLETIME alone.
    pub fn inspect(&mut self, key: &[u8]) -> Option<&Entry> {
        let index = self.look_up(key)?;
        Some(self.database().entry(index))
    }

    /// The same, and a key that is not there is no event: OBJECT.
    pub fn inspect_quietly(&mut self, key: &[u8]) -> Option<&Entry> {
        let index = self.count_look(key)?;
        Some(self.database().entry(index))
    }

    /// Finds a key for a command that reads it: a hit or a miss.
    fn look_up(&mut self, key: &[u8]) -> Option<usize> {
        let index = self.count_look(key);
        if index.is_none() {
            self.note(Class::KeyMiss, "keymiss", key);
        }
        index
    }

    fn count_look(&mut self, key: &[u8]) -> Option<usize> {
        let index = self.find(key);
        let count = if index.is_some() { &mut self.counts.hits } else { &mut self.counts.misses };
        *count += 1;
        index
    }

    /// Reads a key that should hold a `T`.
    ///
    /// # Errors
    /// `WRONGTYPE`, if it holds something else.
    pub fn read<T: DataType>(&mut self, key: &[u8]) -> Result<Option<&T>, Error> {
        match self.read_any(key) {
            Some(entry) => T::from_value(&entry.value).map(Some).ok_or(error::WRONG_TYPE),
            None => Ok(None),
        }
    }

    /// Reads a key that should hold a hash, to look for these fields: those of them whose time is over go now.
    ///
    /// # Errors
    /// `WRONGTYPE`, if it holds something else.
    pub fn read_fields(&mut self, key: &[u8], fields: Fields) -> Result<Option<&Hash>, Error> {
        let Some(index) = self.access(key) else { return Ok(None) };
        if Hash::from_value(&self.database().entry(index).value).is_none() {
            return Err(error::WRONG_TYPE);
        }
        let is_left = self.expire_parts(index, key, fields);
        Ok(if is_left { Hash::from_value(&self.database().entry(index).value) } else { None })
    }

    /// Lets a sorted set be no listpack from now on, which is no change of the key: SORT reads it that way.
    pub fn unpack_sorted_set(&mut self, key: &[u8]) {
        if let Some(index) = self.find(key)
            && let Value::SortedSet(zset) = &mut self.database_mut().entry_mut(index).value
        {
            zset.convert_to_skiplist();
        }
    }

    /// Opens a key that should hold a `T`, to change it.
    ///
    /// # Errors
    /// `WRONGTYPE`, if it holds something else.
    pub fn edit<'a, T: DataType>(&'a mut self, key: &'a [u8]) -> Result<Option<Edit<'a, T>>, Error> {
        let Some(index) = self.find(key) else { return Ok(None) };
        if T::from_value(&self.database().entry(index).value).is_none() {
            return Err(error::WRONG_TYPE);
        }
        Ok(Some(Edit::new(self, index, key, false)))
    }

    /// Opens a key that should hold a `T`, or a new, empty one, which is gone again if the edit is not committed.
    ///
    /// # Errors
    /// `WRONGTYPE`, if it holds something else.
    pub fn edit_or_create<'a, T: DataType>(&'a mut self, key: &'a [u8]) -> Result<Edit<'a, T>, Error> {
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

    /// Stores a value under a key, whatever was there before. An empty container is not stored: the key goes.
    pub fn put(&mut self, key: &[u8], value: Value, expires_ms: Option<i64>, event: &'static str) {
        if value.is_empty() {
            self.remove(key, "del");
            return;
        }
        let class = value.class();
        match self.replace(key, value, expires_ms) {
            Some(old) => self.note_overwritten(key, &old),
            None => {
                self.note(Class::New, "new", key);
                // Redis wakes nobody when a value takes the place of another, even if they wait for one of its type.
                self.signal_key_as_ready(key);
            }
        }
        self.note(class, event, key);
    }

    /// Stores under a key what another key held or holds: RENAME, COPY and MOVE. `on_source` is their event there, if any.
    pub fn insert_moved(&mut self, to: &[u8], value: Value, expires_ms: Option<i64>, events: Transplant) {
        // Redis removes what was there first, so that the key is new in any case.
        let old = self.find(to).and_then(|index| self.database_mut().remove_at(index));
        let entry = self.new_entry(value, expires_ms);
        self.database_mut().add(to, entry, NewHead::for_time(expires_ms));
        self.changed(to);
        self.note(Class::New, "new", to);
        self.signal_key_as_ready(to);
        if let Some((database, from, event)) = events.on_source {
            let here = std::mem::replace(&mut self.selected, database);
            self.note(Class::Generic, event, from);
            self.selected = here;
        }
        self.note(Class::Generic, events.on_target, to);
        if let Some(old) = &old {
            self.note_overwritten(to, old);
        }
    }

    /// Puts an entry in place of another or none, which it hands out.
    fn replace(&mut self, key: &[u8], value: Value, expires_ms: Option<i64>) -> Option<Entry> {
        let index = self.find(key);
        let entry = self.new_entry(value, expires_ms);
        let database = self.database_mut();
        let old = match index {
            Some(index) => Some(database.replace(index, key, entry)),
            None => {
                database.add(key, entry, NewHead::Plain);
                None
            }
        };
        self.changed(key);
        old
    }

    fn note_overwritten(&mut self, key: &[u8], old: &Entry) {
        if !self.notes_events {
            return;
        }
        self.note(Class::Overwritten, "overwritten", key);
        let new = self.database().get(key).map(|entry| std::mem::discriminant(&entry.value));
        if new.is_some_and(|new| new != std::mem::discriminant(&old.value)) {
            self.note(Class::TypeChanged, "type_changed", key);
        }
    }

    /// Takes a key away that goes on under another name or in another database: no event.
    pub fn take_for_move(&mut self, key: &[u8]) -> Option<Entry> {
        self.find(key)?;
        let entry = self.database_mut().remove(key)?;
        self.touched(key);
        Some(entry)
    }

    /// Removes a key, and hands out what it held.
    pub fn remove(&mut self, key: &[u8], event: &'static str) -> Option<Entry> {
        let index = self.find(key)?;
        let entry = self.database_mut().remove_at(index)?;
        self.changed(key);
        self.note(Class::Generic, event, key);
        Some(entry)
    }

    /// Lets the key at a place go, since memory is short, and says how many bytes Redis would have back.
    pub fn evict(&mut self, database: usize, index: usize) -> usize {
        let Some((key, entry)) = self.databases[database].at(index) else { return 0 };
        let (key, bytes) = (key.to_vec(), entry.memory(key, Samples::default()));
        let here = std::mem::replace(&mut self.selected, database);
        self.database_mut().remove_at(index);
        self.counts.evicted_keys += 1;
        self.touched(&key);
        self.note(Class::Evicted, "evicted", &key);
        self.selected = here;
        bytes
    }

    /// Sets a key's expiry time, or none; says whether the key is there. The caller has checked that the time is to come.
    pub fn set_expiry(&mut self, key: &[u8], expires_ms: Option<i64>, event: &'static str) -> bool {
        let Some(index) = self.find(key) else { return false };
        self.database_mut().set_expiry(index, key, expires_ms);
        self.changed(key);
        self.note(Class::Generic, event, key);
        true
    }

    /// Notes that a key changed, by a command that Redis counts as one change.
    fn changed(&mut self, key: &[u8]) {
        self.dirty += 1;
        self.touched(key);
    }

    /// Notes that a key changed: those who WATCH it must know.
    fn touched(&mut self, key: &[u8]) {
        self.changes += 1;
        if !self.watches.is_empty() {
            let is_there = self.database().get(key).is_some();
            self.watches.touch(self.selected, key, is_there);
        }
    }

    /// Notes an event, if anybody listens.
    pub fn note(&mut self, class: Class, name: &'static str, key: &[u8]) {
        if self.notes_events {
            self.events.push(Event { class, name, database: self.selected, key: key.to_vec() });
        }
    }

    /// The events noted since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Adds a value under a key that is not there, which is no event: DEBUG POPULATE.
    pub fn add_if_missing(&mut self, key: &[u8], value: Value) {
        if self.find(key).is_none() {
            self.replace(key, value, None);
        }
    }

    /// Gives all values the encodings that they would have if they had been saved and read back.
    pub fn reload(&mut self) {
        let (now_ms, limits) = (self.now_ms(), self.limits);
        self.databases.iter_mut().for_each(|database| database.reload(now_ms, &limits));
        self.changes += 1;
        self.dirty = 0;
    }

    /// Removes all keys of a database, and says how many there were.
    pub fn flush(&mut self, database: usize) -> usize {
        let emptied = std::mem::take(&mut self.databases[database]);
        let held = |key: &[u8]| Exchanged { before: emptied.get(key).is_some(), after: None };
        self.watches.touch_all(database, held);
        self.changes += 1;
        self.dirty += emptied.len() as u64;
        emptied.len()
    }

    /// Lets two databases change places. Those who WATCH a key that is in either are touched.
    pub fn swap(&mut self, a: usize, b: usize) {
        let now_ms = self.now_ms();
        let mut watches = std::mem::take(&mut self.watches);
        for (old, new) in [(a, b), (b, a)] {
            watches.touch_all(old, |key| Exchanged {
                before: self.databases[old].get(key).is_some(),
                after: self.databases[new].found(key, now_ms),
            });
        }
        self.watches = watches;
        self.databases.swap(a, b);
        self.changes += 1;
        self.dirty += 1;
    }

    /// After a value changed: reschedules its parts, and drops it if nothing is left. Says whether it is still there.
    fn settle(&mut self, index: usize, key: &[u8]) -> bool {
        self.touched(key);
        let database = self.database_mut();
        if database.entry(index).value.is_empty() {
            database.remove_at(index);
            self.note(Class::Generic, "del", key);
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
    fn who_looks_at_a_value_counts_as_a_hit_and_a_time_that_is_over_as_an_expiry() {
        let mut engine = Engine::new(1, 1_000_000_000);
        let client = engine.connect();
        let mut counted = |line: &str| {
            let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            engine.execute(client, &argv, 1_000_000_000);
            let counts = &mut engine.keyspace.counts;
            let seen = (counts.hits, counts.misses, counts.expired_parts);
            (counts.hits, counts.misses, counts.expired_parts) = (0, 0, 0);
            seen
        };
        assert_eq!(counted("HSET h a 1 b 2 c 3 d 4"), (0, 0, 0));
        for subcommand in ["ENCODING", "REFCOUNT", "IDLETIME", "FREQ"] {
            assert_eq!(counted(&format!("OBJECT {subcommand} h")), (1, 0, 0), "{subcommand}");
            assert_eq!(counted(&format!("OBJECT {subcommand} none")), (0, 1, 0), "{subcommand}");
        }
        assert_eq!(counted("HEXPIRE h 0 FIELDS 2 a none"), (0, 0, 1));
        assert_eq!(counted("HGETEX h PXAT 1 FIELDS 2 b none"), (0, 0, 1));
        assert_eq!(counted("HSETEX h PXAT 1 FIELDS 2 c 1 e 1"), (0, 0, 2));
    }
}
