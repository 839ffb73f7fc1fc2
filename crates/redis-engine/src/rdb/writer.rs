//! Writes values in the format of RDB files.

use std::borrow::Cow;

use super::{kind, listpack, lzf};
use crate::data::hash::Layout as HashLayout;
use crate::data::set::Layout as SetLayout;
use crate::data::sorted_set::{Direction, Layout as SortedSetLayout};
use crate::data::{Hash, List, Set, SortedSet, Str, Value};
use crate::number;

/// Minimum length of a string that is compressed.
const MIN_COMPRESSED: usize = 21;
/// How many bytes compression must save.
const MIN_SAVED: usize = 4;

/// The bytes written so far.
pub(super) struct Writer {
    pub bytes: Vec<u8>,
    /// Whether long strings are compressed (`rdbcompression`).
    pub compresses: bool,
}

impl Writer {
    /// Writes the type of a value, and the value.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Str(value) => self.string_value(value),
            Value::List(value) => self.list(value),
            Value::Set(value) => self.set(value),
            Value::Hash(value) => self.hash(value),
            Value::SortedSet(value) => self.sorted_set(value),
            Value::Stream(value) => self.stream(value),
        }
    }

    pub(super) fn length(&mut self, n: usize) {
        self.number(n as u64);
    }

    pub(super) fn number(&mut self, n: u64) {
        match n {
            0..=0x3f => self.bytes.push(n as u8),
            0x40..=0x3fff => self.bytes.extend([0x40 | (n >> 8) as u8, n as u8]),
            0x4000..=0xffff_ffff => {
                self.bytes.push(0x80);
                self.bytes.extend((n as u32).to_be_bytes());
            }
            _ => {
                self.bytes.push(0x81);
                self.bytes.extend(n.to_be_bytes());
            }
        }
    }

    /// Writes a string: as an integer if it is one of at most 32 bits, compressed if that makes it shorter, or as it is.
    pub(super) fn string(&mut self, text: &[u8]) {
        let integer = if text.len() <= 11 { number::parse_integer(text) } else { None };
        if let Some(n) = integer
            && self.integer(n)
        {
            return;
        }
        if self.compresses
            && text.len() >= MIN_COMPRESSED
            && let Some(compressed) = lzf::compress(text, text.len() - MIN_SAVED)
        {
            self.bytes.push(0xc3);
            self.length(compressed.len());
            self.length(text.len());
            self.bytes.extend(compressed);
            return;
        }
        self.length(text.len());
        self.bytes.extend_from_slice(text);
    }

    /// Writes an integer of at most 32 bits. Returns false if it is larger.
    fn integer(&mut self, n: i64) -> bool {
        let (code, size) = match n {
            -0x80..=0x7f => (0xc0, 1),
            -0x8000..=0x7fff => (0xc1, 2),
            -0x8000_0000..=0x7fff_ffff => (0xc2, 4),
            _ => return false,
        };
        self.bytes.push(code);
        self.bytes.extend_from_slice(&n.to_le_bytes()[..size]);
        true
    }

    fn string_value(&mut self, value: &Str) {
        self.bytes.push(kind::STRING);
        match value.integer() {
            Some(n) if value.encoding() == "int" => {
                if !self.integer(n) {
                    let digits = n.to_string();
                    self.length(digits.len());
                    self.bytes.extend(digits.into_bytes());
                }
            }
            _ => self.string(&value.bytes()),
        }
    }

    fn list(&mut self, list: &List) {
        const PLAIN: usize = 1;
        const PACKED: usize = 2;
        self.bytes.push(kind::LIST_QUICKLIST_2);
        self.length(list.nodes().count());
        let mut elements = list.iter();
        for (count, is_large_element) in list.nodes().contents() {
            if is_large_element {
                self.length(PLAIN);
                self.string(elements.next().unwrap_or_default());
            } else {
                self.length(PACKED);
                let packed = listpack::encode(elements.by_ref().take(count).map(Cow::Borrowed));
                self.string(&packed);
            }
        }
    }

    fn set(&mut self, set: &Set) {
        match set.layout() {
            SetLayout::Intset { width } => {
                self.bytes.push(kind::SET_INTSET);
                let integers: Vec<i64> = set.iter().filter_map(number::parse_integer).collect();
                self.string(&listpack::encode_intset(integers.into_iter(), width));
            }
            SetLayout::Listpack(_) => {
                self.bytes.push(kind::SET_LISTPACK);
                self.string(&listpack::encode(set.iter().map(Cow::Borrowed)));
            }
            SetLayout::Hashtable(_) => {
                self.bytes.push(kind::SET);
                self.length(set.len());
                set.iter().for_each(|member| self.string(member));
            }
        }
    }

    fn sorted_set(&mut self, zset: &SortedSet) {
        match zset.layout() {
            SortedSetLayout::Listpack(_) => {
                self.bytes.push(kind::ZSET_LISTPACK);
                let pairs = zset.iter().flat_map(|(member, score)| {
                    [Cow::Borrowed(member), Cow::Owned(number::format_double(score).into_bytes())]
                });
                self.string(&listpack::encode(pairs));
            }
            SortedSetLayout::Skiplist(_) => {
                self.bytes.push(kind::ZSET_2);
                self.length(zset.len());
                // The highest score comes first, so that each member is inserted at the beginning when it is loaded.
                for (member, score) in zset.members(0..zset.len(), Direction::Descending) {
                    self.string(member);
                    self.bytes.extend(score.to_le_bytes());
                }
            }
        }
    }

    /// Writes a hash. Redis writes the expiry time under which it has scheduled the hash, which may be up to four seconds
    /// from the earliest time of a field. The reader does not use it.
    fn hash(&mut self, hash: &Hash) {
        let earliest_ms = hash.next_expiry();
        match hash.layout() {
            HashLayout::Listpack(_) => {
                self.bytes.push(kind::HASH_LISTPACK);
                let pairs = hash.iter().flat_map(|(field, value)| [Cow::Borrowed(field), Cow::Borrowed(value)]);
                self.string(&listpack::encode(pairs));
            }
            HashLayout::ListpackEx(_) => {
                self.bytes.push(kind::HASH_LISTPACK_EX);
                self.bytes.extend(earliest_ms.unwrap_or(0).to_le_bytes());
                let triples = hash.iter().flat_map(|(field, value)| {
                    let expires_ms = hash.expiry(field).flatten().unwrap_or(0);
                    [Cow::Borrowed(field), Cow::Borrowed(value), Cow::Owned(expires_ms.to_string().into_bytes())]
                });
                self.string(&listpack::encode(triples));
            }
            HashLayout::Hashtable(_) => {
                self.bytes.push(if earliest_ms.is_some() { kind::HASH_METADATA } else { kind::HASH });
                if let Some(earliest_ms) = earliest_ms {
                    self.bytes.extend(earliest_ms.to_le_bytes());
                }
                self.length(hash.len());
                for (field, value) in hash.iter() {
                    if let Some(earliest_ms) = earliest_ms {
                        // The time is relative to the earliest one. 0 means that the field does not expire.
                        let expires_ms = hash.expiry(field).flatten();
                        let relative = expires_ms.map_or(0, |at_ms| at_ms - earliest_ms + 1);
                        self.length(usize::try_from(relative).unwrap_or(0));
                    }
                    self.string(field);
                    self.string(value);
                }
            }
        }
    }
}
