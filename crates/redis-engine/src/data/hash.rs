//! Hash values: fields with values, and optionally with an expiry time for each field.
//!
//! Redis stores a small hash as a `listpack`, in the order in which fields were added. When a field first gets an
//! expiry time, the hash becomes a `listpackex`: fields ordered by expiry time, followed by those without one. A large
//! hash, or one with a long field or value, is a `hashtable`, whose order is unspecified and which is never converted
//! back.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::memory::head::Expiry;
use super::memory::listpack::{self, Listpack};
use super::memory::table::Table;
use super::small_bytes::SmallBytes;
use crate::limits::Limits;

/// A hash.
#[derive(Debug, Clone, Default)]
pub struct Hash {
    fields: IndexMap<SmallBytes, FieldEntry, foldhash::fast::RandomState>,
    layout: Layout,
    /// Pairs of an expiry time (in milliseconds since 1970) and a field, soonest first.
    volatile: BTreeSet<(i64, SmallBytes)>,
    /// The earliest expiry time of any field when `note_expiry` was last called. It is stored in the hash, so that
    /// values of other types need no space for it.
    noted_expiry_ms: Option<i64>,
}

/// The encoding that Redis would use for a hash, with the size of its listpack or table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Layout {
    /// `listpack`: a small hash without expiry times.
    Listpack(Listpack),
    /// `listpackex`: a small hash that has or had a field with an expiry time.
    ListpackEx(Listpack),
    /// `hashtable`: a large hash, or one with a long field or value.
    Hashtable(Table),
}

impl Default for Layout {
    fn default() -> Self {
        Layout::Listpack(Listpack::default())
    }
}

#[derive(Debug, Clone)]
struct FieldEntry {
    value: SmallBytes,
    expiry: Expiry,
}

/// Which fields a command accesses. Redis removes an expired field when a command accesses it by name, and removes all
/// expired fields of a hash in its expire cycle. Until an expired field is removed, some commands skip it, and others
/// still count it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fields<'a> {
    /// The command accesses all fields.
    All,
    /// The command accesses the fields with these names.
    Named(&'a [&'a [u8]]),
}

/// Whether setting a field's value clears its expiry time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldTtl {
    /// The expiry time is cleared.
    Clear,
    /// The expiry time is kept.
    Keep,
}

impl Hash {
    /// Returns the number of fields, including expired fields that have not been removed yet. HLEN replies with this
    /// number.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Returns whether the hash has no fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Returns the encoding that OBJECT ENCODING reports.
    pub fn encoding(&self) -> &'static str {
        match self.layout {
            Layout::Listpack(_) => "listpack",
            Layout::ListpackEx(_) => "listpackex",
            Layout::Hashtable(_) => "hashtable",
        }
    }

    /// Returns the encoding that Redis would use, with the size of its listpack or table.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// Returns a copy whose table has the size that Redis allocates for the current number of fields.
    pub(crate) fn compact_copy(&self) -> Self {
        let mut copy = self.clone();
        if let Layout::Hashtable(table) = &mut copy.layout {
            *table = Table::with_elements(self.len());
        }
        copy
    }

    /// Returns the hash as it would be after being saved and loaded, with a newly allocated table.
    pub(crate) fn reloaded(&self, limits: Limits) -> Self {
        if !matches!(self.layout, Layout::Hashtable(_)) && self.len() <= limits.hash_max_listpack_entries {
            return self.clone();
        }
        let mut hash = Hash::default();
        if self.next_expiry().is_some() {
            hash.prepare_for_expiry();
        }
        hash.prepare_for(self.len(), limits);
        for (field, entry) in &self.fields {
            hash.set(field, &entry.value, FieldTtl::Keep, limits);
            if let Some(at_ms) = entry.expiry.at_ms() {
                hash.set_expiry(field, Some(at_ms));
            }
        }
        hash
    }

    /// Creates a hash from fields with values and expiry times, as it is loaded from a table. Returns `None` if a field
    /// occurs twice.
    pub(crate) fn from_table(fields: &[(Vec<u8>, Vec<u8>, Option<i64>)], limits: Limits) -> Option<Self> {
        let mut hash = Hash::default();
        if fields.iter().any(|(_, _, expires_ms)| expires_ms.is_some()) {
            hash.prepare_for_expiry();
        }
        hash.prepare_for(fields.len(), limits);
        for (field, value, expires_ms) in fields {
            if !hash.set(field, value, FieldTtl::Keep, limits) {
                return None;
            }
            if expires_ms.is_some() {
                hash.set_expiry(field, *expires_ms);
            }
        }
        Some(hash)
    }

    /// Creates a hash from fields with values and expiry times, as it is loaded from a listpack: the fields stay in
    /// this order. `has_expiries` tells whether the listpack has room for expiry times. Returns `None` if a field
    /// occurs twice.
    pub(crate) fn from_listpack(
        fields: &[(Vec<u8>, Vec<u8>, Option<i64>)],
        has_expiries: bool,
        limits: Limits,
    ) -> Option<Self> {
        let mut hash = Hash::default();
        let mut listpack = Listpack::default();
        for (field, value, expires_ms) in fields {
            let expiry = Expiry::new(*expires_ms);
            listpack.add(listpack::entry_size(field) + listpack::entry_size(value));
            if has_expiries {
                listpack.add(expiry_entry_size(expiry));
            }
            if let Some(at_ms) = expires_ms {
                hash.volatile.insert((*at_ms, field.as_slice().into()));
            }
            let entry = FieldEntry { value: value.as_slice().into(), expiry };
            if hash.fields.insert(field.as_slice().into(), entry).is_some() {
                return None;
            }
        }
        hash.layout = if has_expiries { Layout::ListpackEx(listpack) } else { Layout::Listpack(listpack) };
        hash.prepare_for(fields.len(), limits);
        Some(hash)
    }

    /// Returns the value of a field, even if the field has expired, or `None` if there is no such field.
    pub fn get(&self, field: &[u8]) -> Option<&[u8]> {
        self.fields.get(field).map(|entry| &*entry.value)
    }

    /// Returns whether a field exists, expired or not.
    pub fn contains(&self, field: &[u8]) -> bool {
        self.fields.contains_key(field)
    }

    /// Returns the field at an index, and its value, or `None` if the index is out of range. Removing a field from a
    /// `hashtable` moves only the last field, into the gap, so an iteration from the end to the start visits every
    /// field.
    pub fn at(&self, index: usize) -> Option<(&[u8], &[u8])> {
        self.fields.get_index(index).map(|(field, entry)| (&**field, &*entry.value))
    }

    /// Iterates over all fields and values, including expired fields.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|(field, entry)| (&**field, &*entry.value))
    }

    /// Iterates over the fields that have not expired, and their values.
    pub fn live(&self, now_ms: i64) -> impl Iterator<Item = (&[u8], &[u8])> {
        let live = self.fields.iter().filter(move |(_, entry)| entry.is_live(now_ms));
        live.map(|(field, entry)| (&**field, &*entry.value))
    }

    /// Returns the number of fields that have not expired.
    pub(crate) fn live_len(&self, now_ms: i64) -> usize {
        self.len() - self.volatile.iter().take_while(|(at_ms, _)| *at_ms <= now_ms).count()
    }

    /// Returns the field at an index and its value, if the field has not expired.
    pub(crate) fn live_at(&self, index: usize, now_ms: i64) -> Option<(&[u8], &[u8])> {
        let (field, entry) = self.fields.get_index(index)?;
        entry.is_live(now_ms).then_some((&**field, &*entry.value))
    }

    /// Like `expiry`, returns a field's expiry time, but returns `None` if the field has expired at the time `now_ms`.
    pub(crate) fn live_expiry(&self, field: &[u8], now_ms: i64) -> Option<Option<i64>> {
        self.fields.get(field).filter(|entry| entry.is_live(now_ms)).map(|entry| entry.expiry.at_ms())
    }

    /// Converts the hash to a `hashtable` if a command is about to set more fields than a listpack may have. As in
    /// Redis, a field that is named twice counts twice.
    pub(crate) fn prepare_for(&mut self, fields: usize, limits: Limits) {
        if fields > limits.hash_max_listpack_entries {
            self.convert_to_table(fields);
        }
    }

    /// Converts a listpack into a table that is sized for the given number of fields.
    fn convert_to_table(&mut self, fields: usize) {
        match self.layout {
            Layout::Listpack(_) => {}
            // A table reserves space for an expiry time only in fields that have one, so the space in other fields is
            // released.
            Layout::ListpackEx(_) => {
                self.fields.values_mut().for_each(|entry| entry.expiry = Expiry::new(entry.expiry.at_ms()));
            }
            Layout::Hashtable(_) => return,
        }
        self.layout = Layout::Hashtable(Table::with_elements(fields));
    }

    /// Sets a field's value. Returns whether the field is new.
    pub(crate) fn set(&mut self, field: &[u8], value: &[u8], ttl: FieldTtl, limits: Limits) -> bool {
        if field.len().max(value.len()) > limits.hash_max_listpack_value {
            self.convert_to_table(self.len());
        }
        if let Some(entry) = self.fields.get_mut(field) {
            match &mut self.layout {
                Layout::Listpack(listpack) | Layout::ListpackEx(listpack) => {
                    listpack.remove(listpack::entry_size(&entry.value));
                    listpack.add(listpack::entry_size(value));
                }
                Layout::Hashtable(table) => table.step(),
            }
            entry.value = value.into();
            if ttl == FieldTtl::Clear {
                self.set_expiry(field, None);
            }
            return false;
        }
        match &mut self.layout {
            Layout::Listpack(listpack) => listpack.add(listpack::entry_size(field) + listpack::entry_size(value)),
            Layout::ListpackEx(listpack) => {
                listpack
                    .add(listpack::entry_size(field) + listpack::entry_size(value) + expiry_entry_size(Expiry::NONE));
            }
            Layout::Hashtable(table) => table.add(self.fields.len()),
        }
        self.fields.insert(field.into(), FieldEntry { value: value.into(), expiry: Expiry::NONE });
        if self.fields.len() > limits.hash_max_listpack_entries {
            self.convert_to_table(self.len());
        }
        true
    }

    /// Removes a field. Returns whether it existed.
    pub(crate) fn remove(&mut self, field: &[u8]) -> bool {
        let removed = match self.layout {
            Layout::Listpack(_) | Layout::ListpackEx(_) => self.fields.shift_remove(field),
            Layout::Hashtable(_) => self.fields.swap_remove(field),
        };
        let Some(entry) = removed else { return false };
        match &mut self.layout {
            Layout::Listpack(listpack) => {
                listpack.remove(listpack::entry_size(field) + listpack::entry_size(&entry.value))
            }
            Layout::ListpackEx(listpack) => {
                listpack.remove(
                    listpack::entry_size(field) + listpack::entry_size(&entry.value) + expiry_entry_size(entry.expiry),
                );
            }
            Layout::Hashtable(table) => table.remove(self.fields.len()),
        }
        if let Some(at_ms) = entry.expiry.at_ms() {
            self.volatile.remove(&(at_ms, field.into()));
        }
        true
    }

    /// Returns a field's expiry time in milliseconds since 1970. The outer `Option` is `None` if there is no such
    /// field. The inner one is `None` if the field does not expire.
    pub fn expiry(&self, field: &[u8]) -> Option<Option<i64>> {
        self.fields.get(field).map(|entry| entry.expiry.at_ms())
    }

    /// Returns whether the field at an index has space for an expiry time. In a `hashtable`, the space stays reserved
    /// after the expiry time is cleared.
    pub(crate) fn had_expiry(&self, index: usize) -> bool {
        self.fields.get_index(index).is_some_and(|(_, entry)| entry.expiry.has_room())
    }

    /// Converts a `listpack` into a `listpackex`, because fields are about to get an expiry time.
    pub(crate) fn prepare_for_expiry(&mut self) {
        if let Layout::Listpack(mut listpack) = self.layout {
            listpack.add(self.fields.len() * expiry_entry_size(Expiry::NONE));
            self.layout = Layout::ListpackEx(listpack);
        }
    }

    /// Sets or clears a field's expiry time. Returns whether the field had one before.
    pub(crate) fn set_expiry(&mut self, field: &[u8], expires_ms: Option<i64>) -> bool {
        let Some(index) = self.fields.get_index_of(field) else { return false };
        if expires_ms.is_some() {
            self.prepare_for_expiry();
        }
        let entry = &mut self.fields[index];
        let before = entry.expiry;
        entry.expiry.set(expires_ms);
        let (old, new) = (before.at_ms(), entry.expiry);
        if let Some(at_ms) = old {
            self.volatile.remove(&(at_ms, field.into()));
        }
        if let Some(at_ms) = expires_ms {
            self.volatile.insert((at_ms, field.into()));
        }
        if let Layout::ListpackEx(listpack) = &mut self.layout
            && (old.is_some() || expires_ms.is_some())
        {
            listpack.remove(expiry_entry_size(before));
            listpack.add(expiry_entry_size(new));
            self.fields.move_index(index, self.listpackex_index(index, expires_ms));
        }
        old.is_some()
    }

    /// Returns the index in a `listpackex` at which a field with the given expiry time belongs: before the first field
    /// that does not expire sooner, or at the end if it has no expiry time. `moved` is the field's current index, which
    /// is not counted.
    fn listpackex_index(&self, moved: usize, expires_ms: Option<i64>) -> usize {
        let Some(at_ms) = expires_ms else { return self.fields.len() - 1 };
        let others = self.fields.values().enumerate().filter(|&(index, _)| index != moved);
        others.take_while(|(_, entry)| entry.expiry.at_ms().is_some_and(|sooner| sooner < at_ms)).count()
    }

    /// Returns the earliest expiry time of any field in milliseconds since 1970, or `None` if no field expires.
    pub fn next_expiry(&self) -> Option<i64> {
        self.volatile.first().map(|&(at_ms, _)| at_ms)
    }

    /// Records the current value of `next_expiry`, which `noted_expiry` then returns.
    pub(crate) fn note_expiry(&mut self) {
        self.noted_expiry_ms = self.next_expiry();
    }

    /// Returns the expiry time that `note_expiry` recorded last, in milliseconds since 1970.
    pub(crate) fn noted_expiry(&self) -> Option<i64> {
        self.noted_expiry_ms
    }

    /// Removes any of the given fields that have expired. Returns how many were removed.
    pub(crate) fn expire(&mut self, fields: Fields, now_ms: i64) -> usize {
        match fields {
            Fields::All => self.expire_all(now_ms),
            Fields::Named(names) => {
                let has_expired =
                    |hash: &Self, field: &[u8]| hash.fields.get(field).is_some_and(|entry| !entry.is_live(now_ms));
                names.iter().filter(|field| has_expired(self, field) && self.remove(field)).count()
            }
        }
    }

    fn expire_all(&mut self, now_ms: i64) -> usize {
        let before = self.len();
        while let Some((at_ms, field)) = self.volatile.first()
            && *at_ms <= now_ms
        {
            let field = field.clone();
            self.remove(&field);
        }
        before - self.len()
    }
}

impl FieldEntry {
    fn is_live(&self, now_ms: i64) -> bool {
        self.expiry.at_ms().is_none_or(|at_ms| at_ms > now_ms)
    }
}

/// Returns the size in bytes of a field's expiry time in a `listpackex`, which stores 0 for a field without one.
fn expiry_entry_size(expiry: Expiry) -> usize {
    listpack::integer_entry_size(expiry.at_ms().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::rng::Rng;

    fn fields(hash: &Hash) -> String {
        hash.iter().map(|(field, _)| String::from_utf8_lossy(field).into_owned()).collect::<Vec<_>>().join(" ")
    }

    fn filled(names: &str) -> Hash {
        let mut hash = Hash::default();
        for name in names.split(' ') {
            hash.set(name.as_bytes(), b"1", FieldTtl::Clear, Limits::default());
        }
        hash
    }

    #[test]
    fn a_listpack_keeps_its_order() {
        let mut hash = filled("a b c d");
        hash.remove(b"b");
        hash.set(b"a", b"2", FieldTtl::Clear, Limits::default());
        assert_eq!((fields(&hash).as_str(), hash.encoding()), ("a c d", "listpack"));
    }

    #[test]
    fn a_listpackex_is_ordered_by_expiry() {
        let mut hash = filled("a b c d");
        hash.set_expiry(b"c", Some(200));
        hash.set_expiry(b"d", Some(100));
        assert_eq!((fields(&hash).as_str(), hash.encoding()), ("d c a b", "listpackex"));
        // Of the fields with equal expiry times, the one whose time was set last comes first.
        hash.set_expiry(b"a", Some(200));
        assert_eq!(fields(&hash), "d a c b");
        hash.set(b"a", b"2", FieldTtl::Keep, Limits::default());
        assert_eq!(fields(&hash), "d a c b");
        hash.set(b"d", b"2", FieldTtl::Clear, Limits::default());
        assert_eq!((fields(&hash).as_str(), hash.next_expiry()), ("a c b d", Some(200)));
        assert_eq!((hash.live_len(199), hash.live_len(200)), (4, 2));
        assert_eq!((hash.expire(Fields::All, 199), hash.expire(Fields::All, 200)), (0, 2));
        assert_eq!((fields(&hash).as_str(), hash.next_expiry()), ("b d", None));
    }

    #[test]
    fn a_long_or_large_hash_becomes_a_table_and_stays_one() {
        let limits = Limits { hash_max_listpack_entries: 3, hash_max_listpack_value: 5, ..Limits::default() };
        let mut long = filled("a");
        long.set(b"b", b"12345", FieldTtl::Clear, limits);
        assert_eq!(long.encoding(), "listpack");
        long.set(b"b", b"123456", FieldTtl::Clear, limits);
        long.remove(b"b");
        long.set_expiry(b"a", Some(1));
        assert_eq!(long.encoding(), "hashtable");
        let mut large = filled("a b c");
        large.set(b"d", b"1", FieldTtl::Clear, limits);
        assert_eq!(large.encoding(), "hashtable");
        let mut expected = filled("a");
        expected.prepare_for(4, limits);
        assert_eq!(expected.encoding(), "hashtable");
    }

    #[test]
    fn operations_agree_with_a_map_of_values_and_times() {
        let limits = Limits { hash_max_listpack_entries: 20, ..Limits::default() };
        let mut random = Rng::new(1);
        for names in [10, 40] {
            let (mut hash, mut model) = (Hash::default(), HashMap::<Vec<u8>, (Vec<u8>, Option<i64>)>::new());
            for now_ms in 0..3000 {
                let name = format!("f{}", random.below(names)).into_bytes();
                let value = random.below(100).to_string().into_bytes();
                match random.below(5) {
                    0 => assert_eq!(hash.remove(&name), model.remove(&name).is_some()),
                    1 if model.contains_key(&name) => {
                        let expires_ms = Some(now_ms + 1 + random.below(40) as i64).filter(|at| at % 5 > 0);
                        hash.set_expiry(&name, expires_ms);
                        model.get_mut(&name).unwrap().1 = expires_ms;
                    }
                    2 => {
                        hash.set(&name, &value, FieldTtl::Keep, limits);
                        model.entry(name).or_default().0 = value;
                    }
                    _ => {
                        hash.set(&name, &value, FieldTtl::Clear, limits);
                        model.insert(name, (value, None));
                    }
                }
                let expired = model.extract_if(|_, (_, at)| at.is_some_and(|at| at <= now_ms)).count();
                let live = hash.live(now_ms).count();
                assert_eq!((live, hash.live_len(now_ms)), (model.len(), model.len()));
                assert_eq!(hash.expire(Fields::All, now_ms), expired);
                assert_eq!(hash.next_expiry(), model.values().filter_map(|&(_, at)| at).min());
                assert_eq!(hash.len(), model.len());
                for (field, value) in hash.iter() {
                    assert_eq!((value, hash.expiry(field)), (&*model[field].0, Some(model[field].1)));
                }
                if hash.encoding() == "listpackex" {
                    let times = hash.fields.values().map(|entry| entry.expiry.at_ms().unwrap_or(i64::MAX));
                    assert!(times.is_sorted());
                }
            }
        }
    }
}
