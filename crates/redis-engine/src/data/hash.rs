//! Hashes: fields with values, and with expiry times of their own.
//!
//! Redis keeps a small hash as a `listpack`, in the order in which fields came. When the first of its fields is given an
//! expiry time it becomes a `listpackex`: fields in the order of their times, then those without. A large one, or one with
//! a long field or value, is a `hashtable`, whose order means nothing; it never shrinks back.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::memory::head::Expiry;
use super::memory::listpack::{self, Listpack};
use super::memory::table::Table;
use super::small_bytes::SmallBytes;
use crate::limits::Limits;

#[derive(Debug, Clone, Default)]
pub struct Hash {
    fields: IndexMap<SmallBytes, Slot, foldhash::fast::RandomState>,
    layout: Layout,
    /// The fields that expire, soonest first.
    volatile: BTreeSet<(i64, SmallBytes)>,
    /// What `next_expiry` said when `note_expiry` was last called: here, so that only hashes take the room.
    noted_expiry_ms: Option<i64>,
}

/// How Redis would keep a hash, and how large that is.
#[derive(Debug, Clone, Copy)]
pub enum Layout {
    Listpack(Listpack),
    ListpackEx(Listpack),
    Hashtable(Table),
}

impl Default for Layout {
    fn default() -> Self {
        Layout::Listpack(Listpack::default())
    }
}

#[derive(Debug, Clone)]
struct Slot {
    value: SmallBytes,
    expiry: Expiry,
}

/// Which fields a command looks for. Redis drops a field whose time is over when it is looked for by its name, and all of a
/// hash at the end of a cycle; until then others pass over it, or even count it.
#[derive(Debug, Clone, Copy)]
pub enum Fields<'a> {
    All,
    Named(&'a [&'a [u8]]),
}

/// What becomes of a field's expiry time when its value is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldTtl {
    Clear,
    Keep,
}

impl Hash {
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub fn encoding(&self) -> &'static str {
        match self.layout {
            Layout::Listpack(_) => "listpack",
            Layout::ListpackEx(_) => "listpackex",
            Layout::Hashtable(_) => "hashtable",
        }
    }

    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// A copy, whose table is made for its size.
    pub fn copied(&self) -> Self {
        let mut copy = self.clone();
        if let Layout::Hashtable(table) = &mut copy.layout {
            *table = Table::of(self.len());
        }
        copy
    }

    /// What it would be if it had been read back from a file: a table is put together anew.
    pub fn reloaded(&self, limits: Limits) -> Self {
        if !matches!(self.layout, Layout::Hashtable(_)) && self.len() <= limits.hash_max_listpack_entries {
            return self.clone();
        }
        let mut hash = Hash::default();
        if self.next_expiry().is_some() {
            hash.allow_expiry();
        }
        hash.expect(self.len(), limits);
        for (field, slot) in &self.fields {
            hash.set(field, &slot.value, FieldTtl::Keep, limits);
            if let Some(at_ms) = slot.expiry.at_ms() {
                hash.set_expiry(field, Some(at_ms));
            }
        }
        hash
    }

    pub fn get(&self, field: &[u8]) -> Option<&[u8]> {
        self.fields.get(field).map(|slot| &*slot.value)
    }

    pub fn contains(&self, field: &[u8]) -> bool {
        self.fields.contains_key(field)
    }

    /// The field at a position, and its value. When a field is removed from a `hashtable`, only the last one moves, into
    /// its place: a walk from the end misses none.
    pub fn at(&self, index: usize) -> Option<(&[u8], &[u8])> {
        self.fields.get_index(index).map(|(field, slot)| (&**field, &*slot.value))
    }

    /// All fields and values, those whose time is over included.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|(field, slot)| (&**field, &*slot.value))
    }

    /// The fields whose time is not over, and their values.
    pub fn live(&self, now_ms: i64) -> impl Iterator<Item = (&[u8], &[u8])> {
        let live = self.fields.iter().filter(move |(_, slot)| slot.is_live(now_ms));
        live.map(|(field, slot)| (&**field, &*slot.value))
    }

    /// How many fields `live` has.
    pub fn live_len(&self, now_ms: i64) -> usize {
        self.len() - self.volatile.iter().take_while(|(at_ms, _)| *at_ms <= now_ms).count()
    }

    /// What `at` has, if the field's time is not over.
    pub fn live_at(&self, index: usize, now_ms: i64) -> Option<(&[u8], &[u8])> {
        let (field, slot) = self.fields.get_index(index)?;
        slot.is_live(now_ms).then_some((&**field, &*slot.value))
    }

    /// What `expiry` has, if the field's time is not over.
    pub fn live_expiry(&self, field: &[u8], now_ms: i64) -> Option<Option<i64>> {
        self.fields.get(field).filter(|slot| slot.is_live(now_ms)).map(|slot| slot.expiry.at_ms())
    }

    /// Makes it a `hashtable` already if so many fields are about to be set, as Redis does, even if they repeat.
    pub fn expect(&mut self, fields: usize, limits: Limits) {
        if fields > limits.hash_max_listpack_entries {
            self.unpack(fields);
        }
    }

    /// Gives up the listpack for a table that is made for so many fields.
    fn unpack(&mut self, fields: usize) {
        match self.layout {
            Layout::Listpack(_) => {}
            // Only who expires now gets the room for it in a table.
            Layout::ListpackEx(_) => {
                self.fields.values_mut().for_each(|slot| slot.expiry = Expiry::new(slot.expiry.at_ms()));
            }
            Layout::Hashtable(_) => return,
        }
        self.layout = Layout::Hashtable(Table::of(fields));
    }

    /// Sets a field, and says whether it is new.
    pub fn set(&mut self, field: &[u8], value: &[u8], ttl: FieldTtl, limits: Limits) -> bool {
        if field.len().max(value.len()) > limits.hash_max_listpack_value {
            self.unpack(self.len());
        }
        if let Some(slot) = self.fields.get_mut(field) {
            match &mut self.layout {
                Layout::Listpack(listpack) | Layout::ListpackEx(listpack) => {
                    listpack.remove(listpack::entry(&slot.value));
                    listpack.add(listpack::entry(value));
                }
                Layout::Hashtable(table) => table.step(),
            }
            slot.value = value.into();
            if ttl == FieldTtl::Clear {
                self.set_expiry(field, None);
            }
            return false;
        }
        match &mut self.layout {
            Layout::Listpack(listpack) => listpack.add(listpack::entry(field) + listpack::entry(value)),
            Layout::ListpackEx(listpack) => {
                listpack.add(listpack::entry(field) + listpack::entry(value) + expiry_entry(Expiry::NONE));
            }
            Layout::Hashtable(table) => table.add(self.fields.len()),
        }
        self.fields.insert(field.into(), Slot { value: value.into(), expiry: Expiry::NONE });
        if self.fields.len() > limits.hash_max_listpack_entries {
            self.unpack(self.len());
        }
        true
    }

    /// Removes a field, and says whether it was there.
    pub fn remove(&mut self, field: &[u8]) -> bool {
        let removed = match self.layout {
            Layout::Listpack(_) | Layout::ListpackEx(_) => self.fields.shift_remove(field),
            Layout::Hashtable(_) => self.fields.swap_remove(field),
        };
        let Some(slot) = removed else { return false };
        match &mut self.layout {
            Layout::Listpack(listpack) => listpack.remove(listpack::entry(field) + listpack::entry(&slot.value)),
            Layout::ListpackEx(listpack) => {
                listpack.remove(listpack::entry(field) + listpack::entry(&slot.value) + expiry_entry(slot.expiry));
            }
            Layout::Hashtable(table) => table.remove(self.fields.len()),
        }
        if let Some(at_ms) = slot.expiry.at_ms() {
            self.volatile.remove(&(at_ms, field.into()));
        }
        true
    }

    /// A field's expiry time, in milliseconds since 1970; `None` if there is no such field.
    pub fn expiry(&self, field: &[u8]) -> Option<Option<i64>> {
        self.fields.get(field).map(|slot| slot.expiry.at_ms())
    }

    /// Whether the field at a position has had an expiry time: in a `hashtable` it keeps the room for one.
    pub fn had_expiry(&self, index: usize) -> bool {
        self.fields.get_index(index).is_some_and(|(_, slot)| slot.expiry.has_room())
    }

    /// Prepares it for fields that expire, which is seen in its encoding.
    pub fn allow_expiry(&mut self) {
        if let Layout::Listpack(mut listpack) = self.layout {
            listpack.add(self.fields.len() * expiry_entry(Expiry::NONE));
            self.layout = Layout::ListpackEx(listpack);
        }
    }

    /// Gives a field an expiry time, or takes it away; says whether it had one.
    pub fn set_expiry(&mut self, field: &[u8], expires_ms: Option<i64>) -> bool {
        let Some(index) = self.fields.get_index_of(field) else { return false };
        if expires_ms.is_some() {
            self.allow_expiry();
        }
        let slot = &mut self.fields[index];
        let before = slot.expiry;
        slot.expiry.set(expires_ms);
        let (old, new) = (before.at_ms(), slot.expiry);
        if let Some(at_ms) = old {
            self.volatile.remove(&(at_ms, field.into()));
        }
        if let Some(at_ms) = expires_ms {
            self.volatile.insert((at_ms, field.into()));
        }
        if let Layout::ListpackEx(listpack) = &mut self.layout
            && (old.is_some() || expires_ms.is_some())
        {
            listpack.remove(expiry_entry(before));
            listpack.add(expiry_entry(new));
            self.fields.move_index(index, self.place(index, expires_ms));
        }
        old.is_some()
    }

    /// Where a field with this expiry time belongs in a `listpackex`, itself left out: before the first that does not
    /// expire sooner; without one, at the end.
    fn place(&self, itself: usize, expires_ms: Option<i64>) -> usize {
        let Some(at_ms) = expires_ms else { return self.fields.len() - 1 };
        let others = self.fields.values().enumerate().filter(|&(index, _)| index != itself);
        others.take_while(|(_, slot)| slot.expiry.at_ms().is_some_and(|sooner| sooner < at_ms)).count()
    }

    /// When the first field expires, in milliseconds since 1970.
    pub fn next_expiry(&self) -> Option<i64> {
        self.volatile.first().map(|&(at_ms, _)| at_ms)
    }

    /// Remembers what `next_expiry` says now, for `noted_expiry`.
    pub fn note_expiry(&mut self) {
        self.noted_expiry_ms = self.next_expiry();
    }

    pub fn noted_expiry(&self) -> Option<i64> {
        self.noted_expiry_ms
    }

    /// Drops those of the fields whose time is over, and says how many.
    pub fn expire(&mut self, fields: Fields, now_ms: i64) -> usize {
        match fields {
            Fields::All => self.expire_all(now_ms),
            Fields::Named(names) => {
                let has_expired =
                    |hash: &Self, field: &[u8]| hash.fields.get(field).is_some_and(|slot| !slot.is_live(now_ms));
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

impl Slot {
    fn is_live(&self, now_ms: i64) -> bool {
        self.expiry.at_ms().is_none_or(|at_ms| at_ms > now_ms)
    }
}

/// What a field's expiry time takes in a `listpackex`, where those that have none have 0.
fn expiry_entry(expiry: Expiry) -> usize {
    listpack::integer_entry(expiry.at_ms().unwrap_or(0))
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
        // Among equals, the latest comes first.
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
    fn a_long_or_large_hash_is_a_table_for_good() {
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
        expected.expect(4, limits);
        assert_eq!(expected.encoding(), "hashtable");
    }

    #[test]
    fn it_behaves_like_a_map_with_times() {
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
                    let times = hash.fields.values().map(|slot| slot.expiry.at_ms().unwrap_or(i64::MAX));
                    assert!(times.is_sorted());
                }
            }
        }
    }
}
