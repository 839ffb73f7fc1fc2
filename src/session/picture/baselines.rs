//! Earlier states of the data, with which pictures are compared to mark what has changed.
//!
//! The data is copied after each line that changes it, and the time for this must not grow with the amount of data. So
//! if there are many keys, only those that have been drawn are copied, and long values are never copied.

use std::collections::HashMap;

use super::{KeyContext, MOST_COMPARED, Picture, PreviousValue, Side, Since, key_picture, kind, overlap, parts};
use redis_engine::Engine;
use redis_engine::data::Value;
use redis_engine::keyspace::{Entry, Keyspace};

/// Number of keys in the data up to which all of them are remembered. If there are more, only those that have been
/// drawn are remembered.
const MOST_KEYS: usize = 256;

/// Maximum total number of parts (fields, elements, members, or whole strings) of the remembered values.
const MOST_PARTS: usize = 4_000;

/// Maximum length of a remembered string, in bytes.
const LONGEST_STRING: usize = 16 * 1024;

/// A key and its database.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub database: usize,
    pub key: Vec<u8>,
}

impl Place {
    /// Returns the database entry of the key, if the key exists and has not expired.
    pub fn entry<'a>(&self, engine: &'a Engine) -> Option<&'a Entry> {
        let now_ms = engine.keyspace.now_ms();
        let entry = engine.keyspace.databases()[self.database].get(&self.key)?;
        (!entry.has_expired(now_ms)).then_some(entry)
    }
}

/// A key, or one field of a hash, with its expiry time in milliseconds since 1970.
type Expiring = (Place, Option<Vec<u8>>, i64);

/// The remembered part of the data at one time.
#[derive(Debug, Default, Clone)]
struct Baseline {
    values: HashMap<Place, Value>,
    /// Keys that existed but whose values were too long to remember.
    too_long: Vec<Place>,
    /// Whether every key that existed is in `values` or in `too_long`.
    is_complete: bool,
    /// The keyspace's count of changes when the baseline was recorded.
    changes: u64,
}

impl Baseline {
    fn before(&self, place: &Place) -> PreviousValue<'_> {
        match self.values.get(place) {
            Some(value) => PreviousValue::Known(value),
            None if self.is_complete && !self.too_long.contains(place) => PreviousValue::Missing,
            None => PreviousValue::Unknown,
        }
    }
}

/// The remembered states of the data: after the last change, before the last change, and at the start of the step.
#[derive(Debug)]
pub struct Baselines {
    latest: Baseline,
    before: Baseline,
    step: Baseline,
    /// The keys that have been drawn, most recent first. They are remembered even if there are many keys.
    drawn: Vec<Place>,
    /// For each key or field with an expiry time, the time to live when that expiry time was first noticed, in
    /// milliseconds.
    lifetimes: HashMap<Expiring, i64>,
}

/// The reason why a key no longer exists.
#[derive(Debug)]
pub enum Gone {
    /// The key has expired. The string is the type of its value.
    Expired(&'static str),
    /// The last change removed the key. The string is the type of its value.
    Removed(&'static str),
}

impl Default for Baselines {
    /// Returns the baselines of an empty keyspace.
    fn default() -> Self {
        let nothing = Baseline { is_complete: true, ..Baseline::default() };
        Baselines {
            latest: nothing.clone(),
            before: nothing.clone(),
            step: nothing,
            drawn: Vec::new(),
            lifetimes: HashMap::new(),
        }
    }
}

impl Baselines {
    /// Records the current data if it has changed since the last call.
    pub fn note(&mut self, keyspace: &Keyspace) {
        if self.latest.changes != keyspace.changes {
            let now = self.baseline(keyspace);
            self.before = std::mem::replace(&mut self.latest, now);
        }
    }

    /// Records the current data as the state at the start of the step.
    pub fn begin_step(&mut self, keyspace: &Keyspace) {
        self.latest = self.baseline(keyspace);
        self.step = self.latest.clone();
        self.before = self.latest.clone();
    }

    fn since(&self, since: Since) -> &Baseline {
        match since {
            Since::LastChange => &self.before,
            Since::Step => &self.step,
        }
    }

    fn baseline(&mut self, keyspace: &Keyspace) -> Baseline {
        let is_complete = keyspace.databases().iter().map(|database| database.len()).sum::<usize>() <= MOST_KEYS;
        let mut baseline = Baseline { is_complete, changes: keyspace.changes, ..Baseline::default() };
        let now_ms = keyspace.now_ms();
        let mut room = MOST_PARTS;
        let mut lifetimes = HashMap::new();
        let mut remember = |place: Place, entry: &Entry| {
            let mut note_lifetime = |field: Option<&[u8]>, expires_ms: Option<i64>| {
                if let Some(at_ms) = expires_ms {
                    let expiring = (place.clone(), field.map(<[u8]>::to_vec), at_ms);
                    let known = self.lifetimes.get(&expiring).copied();
                    lifetimes.insert(expiring, known.unwrap_or(at_ms - now_ms));
                }
            };
            note_lifetime(None, entry.expires_ms());
            let count = parts(&entry.value);
            let is_short = count <= MOST_COMPARED.min(room)
                && !matches!(&entry.value, Value::Str(text) if text.len() > LONGEST_STRING);
            if !is_short {
                return baseline.too_long.push(place);
            }
            if let Value::Hash(hash) = &entry.value
                && hash.next_expiry().is_some()
            {
                hash.iter().for_each(|(field, _)| note_lifetime(Some(field), hash.expiry(field).flatten()));
            }
            room -= count;
            baseline.values.insert(place, entry.value.clone());
        };
        if is_complete {
            for (index, database) in keyspace.databases().iter().enumerate() {
                database.iter().for_each(|(key, entry)| remember(Place { database: index, key: key.to_vec() }, entry));
            }
        } else {
            for place in &self.drawn {
                if let Some(entry) = keyspace.databases()[place.database].get(&place.key) {
                    remember(place.clone(), entry);
                }
            }
        }
        self.lifetimes = lifetimes;
        baseline
    }

    /// Returns the picture of a key, or `None` if the key does not exist.
    pub fn key_picture(&mut self, engine: &Engine, place: &Place, since: Since) -> Option<Picture> {
        let entry = place.entry(engine)?;
        let lifetimes = &self.lifetimes;
        let whole_ms =
            |field: Option<&[u8]>, at_ms| lifetimes.get(&(place.clone(), field.map(<[u8]>::to_vec), at_ms)).copied();
        let context = KeyContext {
            now_ms: engine.keyspace.now_ms(),
            before: self.since(since).before(place),
            since,
            whole_ms: &whole_ms,
        };
        let picture = key_picture(&place.key, entry, &context);
        self.remember_drawn(place);
        Some(Picture::Key(picture))
    }

    /// Returns the picture of two sets, or `None` unless both keys hold sets.
    pub fn overlap(&mut self, engine: &Engine, left: &Place, right: &Place, since: Since) -> Option<Picture> {
        let baseline = self.since(since);
        let side = |place| side(engine, baseline, place);
        let picture = overlap(&side(left)?, &side(right)?, since);
        self.remember_drawn(left);
        self.remember_drawn(right);
        Some(Picture::Overlap(picture))
    }

    /// Ensures that a key is remembered from now on, even if there are many keys.
    fn remember_drawn(&mut self, place: &Place) {
        if !self.drawn.contains(place) {
            self.drawn.truncate(MOST_KEYS - 1);
            self.drawn.insert(0, place.clone());
        }
    }

    /// Returns the reason why a key no longer exists, or `None` if the reason is not known.
    pub fn gone(&self, place: &Place) -> Option<Gone> {
        if let PreviousValue::Known(value) = self.latest.before(place) {
            return Some(Gone::Expired(kind(value)));
        }
        if let PreviousValue::Known(value) = self.before.before(place) {
            return Some(Gone::Removed(kind(value)));
        }
        None
    }
}

/// Returns one side of a picture of two sets, or `None` if the key does not hold a set.
fn side<'a>(engine: &'a Engine, baseline: &'a Baseline, place: &'a Place) -> Option<Side<'a>> {
    match place.entry(engine).map(|entry| &entry.value) {
        Some(Value::Set(set)) => Some(Side { key: &place.key, set, before: baseline.before(place) }),
        _ => None,
    }
}
