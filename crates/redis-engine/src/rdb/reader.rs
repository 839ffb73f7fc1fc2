//! Reads values in the format of RDB files. Bytes may come from anyone: invalid ones never cause a panic, and lengths
//! in them never cause an allocation that is larger than the bytes justify.

use super::{kind, listpack, lzf};
use crate::data::list::NodeLimit;
use crate::data::set::Encoding;
use crate::data::sorted_set::Scores;
use crate::data::{DataType as _, Hash, List, Set, SortedSet, Str, Value};
use crate::limits::Limits;
use crate::number;

/// Maximum length of a decompressed string. Redis limits strings to 512 MiB.
const MAX_STRING: usize = 512 << 20;

/// The bytes that have not been read yet.
pub(super) struct Reader<'a> {
    pub rest: &'a [u8],
    pub limits: Limits,
}

/// A length, or the number of a special encoding of a string.
enum Length {
    Plain(usize),
    Special(u8),
}

impl<'a> Reader<'a> {
    /// Reads a value after its type. Returns `None` if the bytes are invalid, or if the value is an empty container.
    pub fn value(mut self) -> Option<Value> {
        let value = match self.byte()? {
            kind::STRING => Str::new(&self.string()?).into_value(),
            kind::LIST => {
                let count = self.length()?;
                let elements = self.strings(count)?;
                self.list_of_elements(elements)
            }
            kind::LIST_ZIPLIST => {
                let elements = listpack::decode_ziplist(&self.string()?)?;
                self.list_of_elements(elements)
            }
            kind::LIST_QUICKLIST => self.quicklist_of_ziplists()?,
            kind::LIST_QUICKLIST_2 => self.quicklist()?,
            kind::SET => self.set()?,
            kind::SET_INTSET => self.intset()?,
            kind::SET_LISTPACK => self.packed_set()?,
            kind::ZSET => self.sorted_set(Self::old_score)?,
            kind::ZSET_2 => self.sorted_set(Self::score)?,
            kind::ZSET_ZIPLIST => packed_sorted_set(listpack::decode_ziplist(&self.string()?)?, self.limits)?,
            kind::ZSET_LISTPACK => packed_sorted_set(listpack::decode(&self.string()?)?, self.limits)?,
            kind::HASH => self.hash(None)?,
            kind::HASH_METADATA => {
                let earliest_ms = self.milliseconds()?;
                self.hash(Some(earliest_ms))?
            }
            kind::HASH_ZIPLIST => packed_hash(&listpack::decode_ziplist(&self.string()?)?, 2, self.limits)?,
            kind::HASH_LISTPACK => packed_hash(&listpack::decode(&self.string()?)?, 2, self.limits)?,
            kind::HASH_LISTPACK_EX => {
                self.milliseconds()?;
                packed_hash(&listpack::decode(&self.string()?)?, 3, self.limits)?
            }
            kind @ (kind::STREAM | kind::STREAM_2 | kind::STREAM_3) => self.stream(kind)?,
            _ => return None,
        };
        (!value.is_empty()).then_some(value)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn milliseconds(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    fn length_or_special(&mut self) -> Option<Length> {
        let first = self.byte()?;
        let length = match first >> 6 {
            0 => usize::from(first),
            1 => usize::from(first & 0x3f) << 8 | usize::from(self.byte()?),
            2 if first == 0x80 => usize::try_from(u32::from_be_bytes(self.array()?)).ok()?,
            2 if first == 0x81 => usize::try_from(u64::from_be_bytes(self.array()?)).ok()?,
            3 => return Some(Length::Special(first & 0x3f)),
            _ => return None,
        };
        Some(Length::Plain(length))
    }

    pub(super) fn length(&mut self) -> Option<usize> {
        match self.length_or_special()? {
            Length::Plain(length) => Some(length),
            Length::Special(_) => None,
        }
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.length().map(|n| n as u64)
    }

    pub(super) fn string(&mut self) -> Option<Vec<u8>> {
        let integer = |n: i64| Some(n.to_string().into_bytes());
        match self.length_or_special()? {
            Length::Plain(length) => self.take(length).map(<[u8]>::to_vec),
            Length::Special(0) => integer(i64::from(i8::from_le_bytes(self.array()?))),
            Length::Special(1) => integer(i64::from(i16::from_le_bytes(self.array()?))),
            Length::Special(2) => integer(i64::from(i32::from_le_bytes(self.array()?))),
            Length::Special(3) => {
                let (compressed, length) = (self.length()?, self.length()?);
                let compressed = self.take(compressed)?;
                lzf::decompress(compressed, Some(length).filter(|&length| length <= MAX_STRING)?)
            }
            Length::Special(_) => None,
        }
    }

    /// Reads the given number of strings.
    fn strings(&mut self, count: usize) -> Option<Vec<Vec<u8>>> {
        // Each string takes at least a byte.
        let mut strings = Vec::with_capacity(count.min(self.rest.len()));
        for _ in 0..count {
            strings.push(self.string()?);
        }
        Some(strings)
    }

    /// Creates a list of elements, which are distributed among nodes.
    fn list_of_elements(&self, elements: Vec<Vec<u8>>) -> Value {
        let limit = NodeLimit::new(self.limits.list_max_listpack_size);
        List::from_elements(elements.into_iter().map(Vec::into_boxed_slice), limit).into_value()
    }

    /// Creates a list of nodes, each with its elements, and whether it holds a single large element.
    fn list_of_nodes(&self, nodes: Vec<(Vec<Vec<u8>>, bool)>) -> Value {
        let limit = NodeLimit::new(self.limits.list_max_listpack_size);
        let boxed = |elements: Vec<Vec<u8>>| elements.into_iter().map(Vec::into_boxed_slice).collect();
        let nodes = nodes.into_iter().filter(|(elements, _)| !elements.is_empty());
        List::from_nodes(nodes.map(|(elements, is_large)| (boxed(elements), is_large)), limit).into_value()
    }

    fn quicklist(&mut self) -> Option<Value> {
        let mut nodes = Vec::new();
        for _ in 0..self.length()? {
            let container = self.length()?;
            let bytes = self.string()?;
            match container {
                1 => nodes.push((vec![bytes], true)),
                2 => nodes.push((listpack::decode(&bytes)?, false)),
                _ => return None,
            }
        }
        Some(self.list_of_nodes(nodes))
    }

    fn quicklist_of_ziplists(&mut self) -> Option<Value> {
        let mut nodes = Vec::new();
        for _ in 0..self.length()? {
            nodes.push((listpack::decode_ziplist(&self.string()?)?, false));
        }
        Some(self.list_of_nodes(nodes))
    }

    fn set(&mut self) -> Option<Value> {
        let count = self.length()?;
        let members = self.strings(count)?;
        let encoding = match members.len() <= self.limits.set_max_intset_entries {
            true => Encoding::Intset,
            false => Encoding::Hashtable,
        };
        let mut set = Set::with_encoding(encoding);
        members.iter().all(|member| set.add(member, &self.limits)).then(|| set.into_value())
    }

    fn intset(&mut self) -> Option<Value> {
        let (integers, width) = listpack::decode_intset(&self.string()?)?;
        let unlimited = unlimited(self.limits);
        let mut set = Set::with_encoding(Encoding::Intset);
        for n in integers {
            set.add(n.to_string().as_bytes(), &unlimited);
        }
        set.widen_intset(width);
        Some(set.reloaded(&self.limits).into_value())
    }

    fn packed_set(&mut self) -> Option<Value> {
        let members = listpack::decode(&self.string()?)?;
        let unlimited = unlimited(self.limits);
        let mut set = Set::with_encoding(Encoding::Listpack);
        let is_valid = members.iter().all(|member| set.add(member, &unlimited));
        is_valid.then(|| set.reloaded(&self.limits).into_value())
    }

    fn score(&mut self) -> Option<f64> {
        self.array().map(f64::from_le_bytes)
    }

    /// Reads a score as text, as versions before Redis 4 wrote it.
    fn old_score(&mut self) -> Option<f64> {
        match self.byte()? {
            255 => Some(f64::NEG_INFINITY),
            254 => Some(f64::INFINITY),
            253 => Some(f64::NAN),
            length => number::parse_double(self.take(usize::from(length))?),
        }
    }

    fn sorted_set(&mut self, score: fn(&mut Self) -> Option<f64>) -> Option<Value> {
        let mut scores = Scores::default();
        for _ in 0..self.length()? {
            let member = self.string()?;
            let score = score(self).filter(|score| !score.is_nan())?;
            if scores.insert(member.as_slice().into(), score).is_some() {
                return None;
            }
        }
        let mut zset = SortedSet::from_scores(scores);
        zset.pack(self.limits);
        Some(zset.into_value())
    }

    /// Reads the fields of a hash. With `earliest_ms`, each field begins with its expiry time.
    fn hash(&mut self, earliest_ms: Option<i64>) -> Option<Value> {
        let count = self.length()?;
        let mut fields = Vec::with_capacity(count.min(self.rest.len()));
        for _ in 0..count {
            let expires_ms = match earliest_ms {
                Some(earliest_ms) => match i64::try_from(self.length()?).ok()? {
                    0 => None,
                    relative => Some(earliest_ms.checked_add(relative - 1).filter(|&at_ms| at_ms >= 0)?),
                },
                None => None,
            };
            fields.push((self.string()?, self.string()?, expires_ms));
        }
        Some(Hash::from_table(&fields, self.limits)?.into_value())
    }
}

/// Returns limits within which any set is small.
fn unlimited(limits: Limits) -> Limits {
    Limits {
        set_max_intset_entries: usize::MAX,
        set_max_listpack_entries: usize::MAX,
        set_max_listpack_value: usize::MAX,
        zset_max_listpack_entries: usize::MAX,
        zset_max_listpack_value: usize::MAX,
        ..limits
    }
}

fn packed_sorted_set(elements: Vec<Vec<u8>>, limits: Limits) -> Option<Value> {
    let mut scores = Scores::default();
    let (pairs, []) = elements.as_chunks::<2>() else { return None };
    for [member, score] in pairs {
        let score = number::parse_double(score)?;
        if scores.insert(member.as_slice().into(), score).is_some() {
            return None;
        }
    }
    let mut zset = SortedSet::from_scores(scores);
    zset.pack(unlimited(limits));
    zset.reload(limits);
    Some(zset.into_value())
}

/// Creates a hash from the elements of a listpack, which consists of groups of a field, a value, and with a `size` of 3
/// the expiry time.
fn packed_hash(elements: &[Vec<u8>], size: usize, limits: Limits) -> Option<Value> {
    let groups = elements.chunks_exact(size);
    if !groups.remainder().is_empty() {
        return None;
    }
    let mut fields = Vec::with_capacity(groups.len());
    for group in groups {
        let expires_ms = match group.get(2) {
            Some(time) => number::parse_integer(time).filter(|&at_ms| at_ms >= 0)?,
            None => 0,
        };
        fields.push((group[0].clone(), group[1].clone(), Some(expires_ms).filter(|&at_ms| at_ms > 0)));
    }
    Some(Hash::from_listpack(&fields, size == 3, limits)?.into_value())
}
