//! A node of a stream: a block of entries in the layout of Redis's listpacks.
//!
//! A listpack is a sequence of elements. Each element is followed by its length, so that it can also be read from the
//! end. The first elements are the numbers of live and deleted entries and the fields of the first entry. An entry
//! whose fields are the same stores only its values. Deleting an entry only sets a flag in it.
//!
//! | part | elements |
//! | --- | --- |
//! | header | live entries, deleted entries, number of fields, the fields, 0 |
//! | entry | flags, ms and seq relative to the node's ID, values, number of elements |
//! | entry with other fields | flags, ms, seq, number of fields, fields and values, number of elements |

mod bytes;

use super::id::StreamId;
use crate::data::memory::allocator::size_class;
use crate::data::memory::listpack;
use crate::number;

/// The flag of a deleted entry.
const DELETED: u8 = 1;
/// The flag of an entry that has the fields of the node's first entry.
const SAME_FIELDS: u8 = 2;

/// Number of bytes that Redis allocates for a new node, so that it need not be moved with every entry.
const INITIAL_BYTES: usize = 4096;

/// Maximum size of a node in bytes, even if no limit is configured.
pub(super) const MAX_BYTES: usize = 1 << 30;

/// An element of a listpack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element<'a> {
    /// An integer, or a string that has the form of one.
    Integer(i64),
    /// Any other string.
    Bytes(&'a [u8]),
}

impl Element<'_> {
    /// Calls `read` with the element as a string.
    pub fn with_bytes<T>(self, read: impl FnOnce(&[u8]) -> T) -> T {
        match self {
            Element::Integer(n) => read(itoa::Buffer::new().format(n).as_bytes()),
            Element::Bytes(bytes) => read(bytes),
        }
    }

    /// Returns the element as a string.
    pub fn to_vec(self) -> Vec<u8> {
        self.with_bytes(<[u8]>::to_vec)
    }

    fn integer(self) -> i64 {
        match self {
            Element::Integer(n) => n,
            Element::Bytes(_) => 0,
        }
    }
}

/// A node of a stream.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The ID of the first entry that the node has held.
    pub master: StreamId,
    /// Number of entries that are not deleted.
    pub live: usize,
    /// Number of deleted entries.
    pub deleted: usize,
    /// The elements of the listpack, except the first two, which are the numbers of live and deleted entries.
    elements: Vec<u8>,
    /// Offset of the first entry in `elements`.
    entries_at: usize,
    /// Size of Redis's allocation in bytes.
    allocated: usize,
}

/// An entry of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The entry's ID.
    pub id: StreamId,
    node: &'a Node,
    flags: u8,
    /// Number of fields.
    fields: usize,
    /// Offset of the first value, or of the first field if the fields differ from those of the node.
    at: usize,
    /// Offset of the flags.
    start: usize,
    /// Offset of the next entry.
    end: usize,
}

impl<'a> Entry<'a> {
    /// Returns the number of fields.
    pub fn len(&self) -> usize {
        self.fields
    }

    /// Returns whether the entry has no fields, which cannot happen.
    pub fn is_empty(&self) -> bool {
        self.fields == 0
    }

    /// Returns whether the entry is deleted.
    pub(super) fn is_deleted(&self) -> bool {
        self.flags & DELETED != 0
    }

    /// Calls `visit` for each field and value, in the order in which they were added.
    pub fn for_each(&self, mut visit: impl FnMut(Element<'a>, Element<'a>)) {
        let bytes: &'a [u8] = &self.node.elements;
        let mut at = self.at;
        let mut field_at = self.node.fields_at();
        for _ in 0..self.fields {
            let field = if self.flags & SAME_FIELDS != 0 { next(bytes, &mut field_at) } else { next(bytes, &mut at) };
            visit(field, next(bytes, &mut at));
        }
    }

    /// Returns the total length of the fields and values in bytes.
    pub fn data_bytes(&self) -> usize {
        let mut bytes = 0;
        self.for_each(|field, value| bytes += field.with_bytes(<[u8]>::len) + value.with_bytes(<[u8]>::len));
        bytes
    }

    /// Returns the fields and values, in the order in which they were added.
    pub fn pairs(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut pairs = Vec::with_capacity(self.fields);
        self.for_each(|field, value| pairs.push((field.to_vec(), value.to_vec())));
        pairs
    }
}

impl Node {
    /// Creates a node whose first entry has the given ID, fields and values.
    pub fn new(id: StreamId, pairs: &[&[u8]], max_node_bytes: usize) -> Self {
        let reserved = if max_node_bytes > 0 { max_node_bytes.min(INITIAL_BYTES) } else { INITIAL_BYTES };
        let mut elements = Vec::new();
        push_integer(&mut elements, to_integer(pairs.len() / 2));
        pairs.iter().step_by(2).for_each(|field| push(&mut elements, field));
        push_integer(&mut elements, 0);
        let entries_at = elements.len();
        let mut node = Node { master: id, live: 0, deleted: 0, elements, entries_at, allocated: size_class(reserved) };
        node.append(id, pairs);
        node
    }

    /// Returns the size of the listpack in bytes.
    pub fn bytes(&self) -> usize {
        let count = |n: usize| listpack::integer_entry_size(to_integer(n));
        listpack::EMPTY + count(self.live) + count(self.deleted) + self.elements.len()
    }

    /// Returns the size of Redis's allocation in bytes.
    pub fn allocated(&self) -> usize {
        self.allocated
    }

    /// Releases the spare room of the allocation, as Redis does when it starts another node.
    pub fn shrink(&mut self) {
        self.allocated = size_class(self.bytes());
        self.elements.shrink_to_fit();
    }

    /// Releases the spare room of the allocation if the listpack is now smaller than it was, and enlarges the
    /// allocation if it is too small.
    fn reallocate(&mut self, bytes_before: usize) {
        let bytes = self.bytes();
        if bytes < bytes_before || bytes > self.allocated {
            self.allocated = size_class(bytes);
        }
    }

    /// Returns whether an entry with the given total length of fields and values needs another node.
    pub fn is_full(&self, length: usize, max_bytes: usize, max_entries: usize) -> bool {
        let max_bytes = if max_bytes == 0 { MAX_BYTES } else { max_bytes.min(MAX_BYTES) };
        self.bytes() + length >= max_bytes || max_entries > 0 && self.live + self.deleted >= max_entries
    }

    /// Appends an entry. `pairs` holds its fields and values.
    pub fn append(&mut self, id: StreamId, pairs: &[&[u8]]) {
        let bytes_before = self.bytes();
        let fields = pairs.len() / 2;
        let has_same_fields = self.has_fields(pairs);
        let elements = &mut self.elements;
        push_integer(elements, if has_same_fields { i64::from(SAME_FIELDS) } else { 0 });
        push_integer(elements, id.ms.wrapping_sub(self.master.ms).cast_signed());
        push_integer(elements, id.seq.wrapping_sub(self.master.seq).cast_signed());
        if has_same_fields {
            pairs.iter().skip(1).step_by(2).for_each(|value| push(elements, value));
            push_integer(elements, to_integer(fields + 3));
        } else {
            push_integer(elements, to_integer(fields));
            pairs.iter().for_each(|word| push(elements, word));
            push_integer(elements, to_integer(2 * fields + 4));
        }
        self.live += 1;
        self.reallocate(bytes_before);
    }

    /// Returns the offset of the first field of the header.
    fn fields_at(&self) -> usize {
        let mut at = 0;
        next(&self.elements, &mut at);
        at
    }

    fn has_fields(&self, pairs: &[&[u8]]) -> bool {
        let mut at = 0;
        next(&self.elements, &mut at).integer() == to_integer(pairs.len() / 2)
            && pairs.iter().step_by(2).all(|field| next(&self.elements, &mut at).with_bytes(|same| same == *field))
    }

    /// Returns the entry at an offset, or `None` at the end.
    fn entry_at(&self, start: usize) -> Option<Entry<'_>> {
        if start >= self.elements.len() {
            return None;
        }
        let mut at = start;
        let mut integer = || next(&self.elements, &mut at).integer();
        let flags = integer() as u8;
        let (ms, seq) = (integer().cast_unsigned(), integer().cast_unsigned());
        let id = StreamId::new(self.master.ms.wrapping_add(ms), self.master.seq.wrapping_add(seq));
        let has_same_fields = flags & SAME_FIELDS != 0;
        let fields = if has_same_fields { next(&self.elements, &mut 0).integer() } else { integer() };
        let fields = usize::try_from(fields).unwrap_or_default();
        let first = at;
        (0..if has_same_fields { fields } else { 2 * fields }).for_each(|_| skip(&self.elements, &mut at));
        skip(&self.elements, &mut at);
        Some(Entry { id, node: self, flags, fields, at: first, start, end: at })
    }

    /// Returns the entry that ends at an offset, or `None` at the first entry.
    fn entry_before(&self, end: usize) -> Option<Entry<'_>> {
        if end <= self.entries_at {
            return None;
        }
        let count_at = previous(&self.elements, end);
        let count = next(&self.elements, &mut { count_at }).integer();
        let start = (0..count).fold(count_at, |at, _| previous(&self.elements, at));
        self.entry_at(start)
    }

    /// Iterates over all entries, including deleted ones.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut at = self.entries_at;
        std::iter::from_fn(move || self.entry_at(at).inspect(|entry| at = entry.end))
    }

    /// Iterates over all entries from the last to the first, including deleted ones.
    pub fn entries_backwards(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut end = self.elements.len();
        std::iter::from_fn(move || self.entry_before(end).inspect(|entry| end = entry.start))
    }

    /// Returns the ID of the last entry, even if it is deleted.
    pub fn last_id(&self) -> StreamId {
        self.entries_backwards().next().map_or(self.master, |entry| entry.id)
    }

    /// Marks entries as deleted. `offsets` holds the offsets of their flags.
    pub fn delete(&mut self, offsets: &[usize]) {
        let bytes_before = self.bytes();
        for &at in offsets {
            // The flags are a small integer, which is stored as it is.
            self.elements[at] |= DELETED;
        }
        self.live -= offsets.len();
        self.deleted += offsets.len();
        self.reallocate(bytes_before);
    }
}

impl Entry<'_> {
    /// Returns the offset that `Node::delete` takes.
    pub(super) fn offset(&self) -> usize {
        self.start
    }
}

fn to_integer(n: usize) -> i64 {
    i64::try_from(n).expect("no collection in memory has 2^63 elements")
}

/// Appends an element to a listpack. A string that has the form of an integer is stored as an integer.
fn push(elements: &mut Vec<u8>, word: &[u8]) {
    // The decimal form of an i64 has at most 20 bytes, so a longer word is not parsed.
    if word.len() <= 20
        && let Some(n) = number::parse_integer(word)
    {
        return push_integer(elements, n);
    }
    let start = elements.len();
    match word.len() {
        length @ 0..64 => elements.push(0x80 | length as u8),
        length @ 64..4096 => elements.extend([0xe0 | (length >> 8) as u8, length as u8]),
        length => {
            elements.push(0xf0);
            elements.extend((length as u32).to_le_bytes());
        }
    }
    elements.extend_from_slice(word);
    push_length(elements, elements.len() - start);
}

fn push_integer(elements: &mut Vec<u8>, n: i64) {
    let start = elements.len();
    let bytes = n.to_le_bytes();
    match n {
        0..=127 => elements.push(bytes[0]),
        -4096..=4095 => {
            let n = (n & 0x1fff) as u16;
            elements.extend([0xc0 | (n >> 8) as u8, n as u8]);
        }
        -0x8000..=0x7fff => {
            elements.push(0xf1);
            elements.extend(&bytes[..2]);
        }
        -0x80_0000..=0x7f_ffff => {
            elements.push(0xf2);
            elements.extend(&bytes[..3]);
        }
        -0x8000_0000..=0x7fff_ffff => {
            elements.push(0xf3);
            elements.extend(&bytes[..4]);
        }
        _ => {
            elements.push(0xf4);
            elements.extend(bytes);
        }
    }
    push_length(elements, elements.len() - start);
}

/// Appends the length of the last element, in groups of seven bits that are read from the end.
fn push_length(elements: &mut Vec<u8>, length: usize) {
    let groups = groups_of(length);
    for group in (0..groups).rev() {
        let bits = (length >> (7 * group)) as u8 & 0x7f;
        elements.push(if group == groups - 1 { bits } else { bits | 0x80 });
    }
}

/// Returns the number of bytes that store the length of an element.
fn groups_of(length: usize) -> usize {
    match length {
        0..=127 => 1,
        128..=16_382 => 2,
        16_383..=2_097_150 => 3,
        2_097_151..=268_435_454 => 4,
        _ => 5,
    }
}

/// Returns the header's length and the data's length of the element at an offset.
fn lengths(elements: &[u8], at: usize) -> (usize, usize) {
    match elements[at] {
        0x00..=0x7f => (1, 0),
        byte @ 0x80..=0xbf => (1, usize::from(byte & 0x3f)),
        0xc0..=0xdf => (1, 1),
        byte @ 0xe0..=0xef => (2, usize::from(byte & 0x0f) << 8 | usize::from(elements[at + 1])),
        0xf0 => {
            let length = <[u8; 4]>::try_from(&elements[at + 1..at + 5]).expect("the range has four bytes");
            (5, u32::from_le_bytes(length) as usize)
        }
        0xf1 => (1, 2),
        0xf2 => (1, 3),
        0xf3 => (1, 4),
        _ => (1, 8),
    }
}

/// Moves an offset past the element at the offset.
fn skip(elements: &[u8], at: &mut usize) {
    let (header, data) = lengths(elements, *at);
    *at += header + data + groups_of(header + data);
}

/// Reads the element at an offset, and moves the offset to the next one.
fn next<'a>(elements: &'a [u8], at: &mut usize) -> Element<'a> {
    let start = *at;
    let first = elements[start];
    if first < 0x80 {
        *at = start + 2;
        return Element::Integer(first.into());
    }
    let (header, data) = lengths(elements, start);
    let data_bytes = &elements[start + header..start + header + data];
    *at = start + header + data + groups_of(header + data);
    match first {
        0x80..=0xbf | 0xe0..=0xf0 => Element::Bytes(data_bytes),
        0xc0..=0xdf => {
            let n = i64::from(first & 0x1f) << 8 | i64::from(data_bytes[0]);
            Element::Integer(if n >= 1 << 12 { n - (1 << 13) } else { n })
        }
        _ => {
            let is_negative = data_bytes.last().is_some_and(|byte| byte & 0x80 != 0);
            let mut bytes = [if is_negative { 0xff } else { 0 }; 8];
            bytes[..data].copy_from_slice(data_bytes);
            Element::Integer(i64::from_le_bytes(bytes))
        }
    }
}

/// Returns the offset of the element that ends at an offset.
fn previous(elements: &[u8], end: usize) -> usize {
    let (mut length, mut shift, mut at) = (0, 0, end - 1);
    loop {
        length |= usize::from(elements[at] & 0x7f) << shift;
        if elements[at] & 0x80 == 0 {
            break;
        }
        shift += 7;
        at -= 1;
    }
    at - length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_from_both_ends_as_they_were_written() {
        let integers = [
            0,
            1,
            127,
            128,
            -1,
            4095,
            -4096,
            4096,
            -4097,
            32767,
            -32768,
            32768,
            8_388_607,
            -8_388_608,
            8_388_608,
            2_147_483_647,
            -2_147_483_648,
            2_147_483_648,
            i64::MAX,
            i64::MIN,
        ];
        let lengths = [0, 1, 63, 64, 125, 126, 127, 128, 4095, 4096, 16_380, 16_381, 16_382, 16_383, 3_000_000];
        let words: Vec<Vec<u8>> = integers
            .iter()
            .map(|n| n.to_string().into_bytes())
            .chain(lengths.iter().map(|&length| vec![b'x'; length]))
            .chain([b"01".to_vec(), b"-0".to_vec(), b"9223372036854775808".to_vec()])
            .collect();
        let (mut elements, mut size) = (Vec::new(), 0);
        for word in &words {
            push(&mut elements, word);
            size += listpack::entry_size(word);
            assert_eq!(elements.len(), size, "{word:?}");
        }
        let (mut at, mut starts) = (0, Vec::new());
        for word in &words {
            starts.push(at);
            assert_eq!(next(&elements, &mut at).to_vec(), *word);
        }
        let mut end = elements.len();
        for start in starts.into_iter().rev() {
            end = previous(&elements, end);
            assert_eq!(end, start);
        }
    }

    #[test]
    fn entries_are_read_in_both_directions() {
        let mut node = Node::new(StreamId::new(5, 9), &[b"a", b"1", b"b", b"two"], 0);
        node.append(StreamId::new(6, 0), &[b"a", b"3", b"b", b"4"]);
        node.append(StreamId::new(6, 1), &[b"c", b"5"]);
        let ids = [StreamId::new(5, 9), StreamId::new(6, 0), StreamId::new(6, 1)];
        assert!(node.entries().map(|entry| entry.id).eq(ids));
        assert!(node.entries_backwards().map(|entry| entry.id).eq(ids.into_iter().rev()));
        let pairs: Vec<_> = node.entries().map(|entry| entry.pairs()).collect();
        assert_eq!(pairs[1], [(b"a".to_vec(), b"3".to_vec()), (b"b".to_vec(), b"4".to_vec())]);
        assert_eq!(pairs[2], [(b"c".to_vec(), b"5".to_vec())]);
        let offset = node.entries().nth(1).expect("there are three entries").offset();
        node.delete(&[offset]);
        assert_eq!((node.live, node.deleted), (2, 1));
        assert!(node.entries().map(|entry| entry.is_deleted()).eq([false, true, false]));
    }
}
