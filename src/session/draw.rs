//! `:draw`: pictures of keys, and what the data was before, so that a picture can mark what has changed.
//!
//! Remembering must cost the same however much data there is, since it happens after each line that changes something.
//! So of many keys only those that were drawn are remembered, and of long values none.

use std::collections::HashMap;

use super::event::Show;
use super::picture::{self, Before, Looking, Picture, Since};
use super::{Session, tutor};
use crate::lesson::judge::code;
use crate::markup::Role;
use redis_engine::Engine;
use redis_engine::data::Value;
use redis_engine::keyspace::{Entry, Keyspace};
use redis_engine::resp::quoting;

/// Of more keys than these, only those that were drawn are remembered.
const MOST_KEYS: usize = 256;

/// All values that are remembered at once have no more parts.
const MOST_PARTS: usize = 4_000;

/// Longer strings are not remembered.
const LONGEST_STRING: usize = 16 * 1024;

/// So many keys are drawn by a bare `:draw`.
const FEW: usize = 5;

/// A key in its database.
type Place = (usize, Vec<u8>);

/// Something that expires: a key, or a field of its hash, at a moment in milliseconds.
type Expiring = (usize, Vec<u8>, Option<Vec<u8>>, i64);

/// The data at a moment, as far as it is remembered.
#[derive(Debug, Default, Clone)]
struct Snapshot {
    values: HashMap<Place, Value>,
    /// Keys that were there and are not remembered.
    too_long: Vec<Place>,
    /// Whether every key that was there is in one of the two.
    is_whole: bool,
    changes: u64,
}

impl Snapshot {
    fn before(&self, place: &Place) -> Before<'_> {
        match self.values.get(place) {
            Some(value) => Before::Value(value),
            None if self.is_whole && !self.too_long.contains(place) => Before::Nothing,
            None => Before::Unknown,
        }
    }
}

/// What the data was: before the last line that changed it, and at the step's start.
#[derive(Debug)]
pub(super) struct Baselines {
    latest: Snapshot,
    before: Snapshot,
    step: Snapshot,
    /// Keys that were drawn: they are remembered among however many.
    drawn: Vec<Place>,
    /// How long what expires had to live when that was first seen.
    lifetimes: HashMap<Expiring, i64>,
}

impl Baselines {
    /// As on the first day: no keys.
    pub(super) fn new() -> Self {
        let nothing = Snapshot { is_whole: true, ..Snapshot::default() };
        Baselines {
            latest: nothing.clone(),
            before: nothing.clone(),
            step: nothing,
            drawn: Vec::new(),
            lifetimes: HashMap::new(),
        }
    }

    /// A submission has run: remembers what the data is now, if it has changed.
    pub(super) fn note(&mut self, keyspace: &Keyspace) {
        if self.latest.changes != keyspace.changes {
            let now = self.snapshot(keyspace);
            self.before = std::mem::replace(&mut self.latest, now);
        }
    }

    /// A step begins.
    fn step_begins(&mut self, keyspace: &Keyspace) {
        self.latest = self.snapshot(keyspace);
        self.step = self.latest.clone();
        self.before = self.latest.clone();
    }

    fn since(&self, since: Since) -> &Snapshot {
        match since {
            Since::LastChange => &self.before,
            Since::Step => &self.step,
        }
    }

    fn snapshot(&mut self, keyspace: &Keyspace) -> Snapshot {
        let is_whole = keyspace.databases().iter().map(|database| database.len()).sum::<usize>() <= MOST_KEYS;
        let mut snapshot = Snapshot { is_whole, changes: keyspace.changes, ..Snapshot::default() };
        let now_ms = keyspace.now_ms();
        let mut room = MOST_PARTS;
        let mut lifetimes = HashMap::new();
        let mut remember = |place: Place, entry: &Entry| {
            let mut lives = |field: Option<&[u8]>, expires_ms: Option<i64>| {
                if let Some(at_ms) = expires_ms {
                    let expiring = (place.0, place.1.clone(), field.map(<[u8]>::to_vec), at_ms);
                    let known = self.lifetimes.get(&expiring).copied();
                    lifetimes.insert(expiring, known.unwrap_or(at_ms - now_ms));
                }
            };
            lives(None, entry.expires_ms());
            let parts = picture::parts(&entry.value);
            let is_short = parts <= picture::MOST_COMPARED.min(room)
                && !matches!(&entry.value, Value::Str(text) if text.len() > LONGEST_STRING);
            if !is_short {
                return snapshot.too_long.push(place);
            }
            if let Value::Hash(hash) = &entry.value
                && hash.next_expiry().is_some()
            {
                hash.iter().for_each(|(field, _)| lives(Some(field), hash.expiry(field).flatten()));
            }
            room -= parts;
            snapshot.values.insert(place, entry.value.clone());
        };
        if is_whole {
            for (index, database) in keyspace.databases().iter().enumerate() {
                database.iter().for_each(|(key, entry)| remember((index, key.to_vec()), entry));
            }
        } else {
            for place in &self.drawn {
                if let Some(entry) = keyspace.databases()[place.0].get(&place.1) {
                    remember(place.clone(), entry);
                }
            }
        }
        self.lifetimes = lifetimes;
        snapshot
    }
}

/// A key's entry, if it is there and has not expired.
fn living<'a>(engine: &'a Engine, (database, key): &Place) -> Option<&'a Entry> {
    let now_ms = engine.keyspace.now_ms();
    let entry = engine.keyspace.databases()[*database].get(key)?;
    (!entry.has_expired(now_ms)).then_some(entry)
}

impl Session {
    /// A submission has run.
    pub(super) fn note_baseline(&mut self) {
        // Where output is for a program, nobody draws.
        if !self.shows_all {
            self.baselines.note(&self.engine.keyspace);
        }
    }

    /// A step begins: what is drawn after it is held against the data as it is now.
    pub(super) fn pictures_begin(&mut self) {
        self.baselines.step_begins(&self.engine.keyspace);
    }

    /// `:draw`, with what follows it.
    pub(super) fn draw(&mut self, typed: &str) {
        let Ok(keys) = quoting::split(typed.as_bytes()) else {
            return self.say(
                Role::Error,
                "A quote is not closed. Type `:draw KEY`, or `:draw \"a key\"` for one with blanks.",
            );
        };
        let database = self.database(self.dialect);
        let places: Vec<Place> = keys.into_iter().map(|key| (database, key)).collect();
        match places.as_slice() {
            [] => self.draw_what_is_there(database),
            [_] | [_, _] => self.draw_keys(&places, Since::LastChange),
            _ => self.say(Role::Error, "Two keys at the most: `:draw KEY`, or `:draw KEY KEY` for two sets."),
        }
    }

    /// The pictures of keys, or what is to be said of those that are not there. Two sets are one picture.
    fn draw_keys(&mut self, places: &[Place], since: Since) {
        if let [left, right] = places
            && let Some(picture) = self.overlap(left, right, since)
        {
            return self.show(Show::Picture(Box::new(picture)));
        }
        for place in places {
            match self.key_picture(place, since) {
                Some(picture) => self.show(Show::Picture(Box::new(picture))),
                None => self.not_there(place),
            }
        }
    }

    /// The pictures that a step's `draw` names. A key that is not there is left out.
    pub(super) fn draw_after_step(&mut self, keys: &str) {
        let keys = quoting::split(keys.as_bytes()).unwrap_or_default();
        let places: Vec<Place> = keys.into_iter().map(|key| (0, key)).collect();
        let there: Vec<Place> = places.into_iter().filter(|place| living(&self.engine, place).is_some()).collect();
        if !there.is_empty() {
            self.show(Show::Gap);
            self.draw_keys(&there, Since::Step);
        }
    }

    /// A bare `:draw`: what the last line changed, or all keys if they are few.
    fn draw_what_is_there(&mut self, database: usize) {
        let keys: Vec<&[u8]> =
            self.engine.keyspace.databases()[database].iter().map(|(key, _)| key).take(100).collect();
        let mut places: Vec<Place> = keys.into_iter().map(|key| (database, key.to_vec())).collect();
        places.retain(|place| living(&self.engine, place).is_some());
        places.sort();
        let is_changed = |session: &mut Self, place: &Place| {
            let picture = session.key_picture(place, Since::LastChange);
            matches!(picture, Some(Picture::Key(picture)) if picture.is_changed())
        };
        let changed: Vec<Place> = places.iter().filter(|place| is_changed(self, place)).cloned().collect();
        match (places.len(), changed.len()) {
            (0, _) => self.say(Role::Plain, "There are no keys to draw yet."),
            (_, 1..=FEW) => self.draw_keys_one_by_one(&changed),
            (1..=FEW, _) => self.draw_keys_one_by_one(&places),
            _ => self.say(Role::Plain, "There are many keys: `:keys` lists them, `:draw KEY` draws one of them."),
        }
    }

    fn draw_keys_one_by_one(&mut self, places: &[Place]) {
        for (index, place) in places.iter().enumerate() {
            if index > 0 {
                self.show(Show::Gap);
            }
            self.draw_keys(std::slice::from_ref(place), Since::LastChange);
        }
    }

    fn key_picture(&mut self, place: &Place, since: Since) -> Option<Picture> {
        let entry = living(&self.engine, place)?;
        let lifetimes = &self.baselines.lifetimes;
        let whole_ms = |field: Option<&[u8]>, at_ms| {
            lifetimes.get(&(place.0, place.1.clone(), field.map(<[u8]>::to_vec), at_ms)).copied()
        };
        let looking = Looking {
            now_ms: self.engine.keyspace.now_ms(),
            before: self.baselines.since(since).before(place),
            since,
            whole_ms: &whole_ms,
        };
        let picture = picture::key_picture(&place.1, entry, &looking);
        self.heed(place);
        Some(Picture::Key(picture))
    }

    fn overlap(&mut self, left: &Place, right: &Place, since: Since) -> Option<Picture> {
        let sets = |place| match living(&self.engine, place).map(|entry| &entry.value) {
            Some(Value::Set(set)) => {
                Some(picture::Side { key: &place.1, set, before: self.baselines.since(since).before(place) })
            }
            _ => None,
        };
        let picture = picture::overlap(&sets(left)?, &sets(right)?, since);
        self.heed(left);
        self.heed(right);
        Some(Picture::Overlap(picture))
    }

    /// From now on a key is remembered, among however many.
    fn heed(&mut self, place: &Place) {
        if !self.baselines.drawn.contains(place) {
            self.baselines.drawn.truncate(MOST_KEYS - 1);
            self.baselines.drawn.insert(0, place.clone());
        }
    }

    /// There is no such key: it has gone, or it never was.
    fn not_there(&mut self, place: &Place) {
        let name = code(&String::from_utf8_lossy(&place.1));
        let latest = self.baselines.latest.before(place);
        if let Before::Value(was) = latest {
            let text = format!("{name} has expired. It held a {}.", picture::kind(was));
            return self.say(Role::Plain, &text);
        }
        if let Before::Value(was) = self.baselines.before.before(place) {
            let text = format!("{name} is gone with the last change. It held a {}.", picture::kind(was));
            return self.say(Role::Plain, &text);
        }
        let keys = self.engine.keyspace.databases()[place.0].iter().take(1_000);
        let known: Vec<String> = keys.map(|(key, _)| String::from_utf8_lossy(key).into_owned()).collect();
        let typed = String::from_utf8_lossy(&place.1);
        let nearest = tutor::nearest(&typed, known.iter().map(String::as_str));
        let meant = nearest.map(|key| format!(" Did you mean {}?", code(key))).unwrap_or_default();
        self.say(Role::Error, &format!("There is no key {name}.{meant} `:keys` lists them."));
    }
}
