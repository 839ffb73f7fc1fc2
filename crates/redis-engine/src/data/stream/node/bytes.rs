//! Nodes as the bytes of complete listpacks, as RDB files store them.

use super::{Element, Node, SAME_FIELDS, StreamId, groups_of, lengths, next, push_integer, push_length, to_integer};
use crate::data::memory::allocator::size_class;

/// Number of bytes before the first element: the total size and the number of elements.
const HEADER: usize = 6;
/// The byte after the last element.
const END: u8 = 0xff;
/// The number of elements if it does not fit into two bytes.
const MANY: u16 = u16::MAX;

impl Node {
    /// Returns the bytes of the listpack.
    pub fn to_listpack(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.bytes());
        bytes.extend((self.bytes() as u32).to_le_bytes());
        bytes.extend(u16::try_from(2 + count_elements(&self.elements)).unwrap_or(MANY).to_le_bytes());
        push_integer(&mut bytes, to_integer(self.live));
        push_integer(&mut bytes, to_integer(self.deleted));
        bytes.extend_from_slice(&self.elements);
        bytes.push(END);
        bytes
    }

    /// Creates a node from the bytes of a listpack. Returns `None` if they are not those of a node whose entries have
    /// growing IDs.
    pub fn from_listpack(master: StreamId, bytes: &[u8]) -> Option<Self> {
        let (header, elements) = bytes.split_at_checked(HEADER)?;
        let elements = elements.strip_suffix(&[END])?;
        let (size, count) = header.split_at(4);
        let count = u16::from_le_bytes(count.try_into().ok()?);
        if u32::from_le_bytes(size.try_into().ok()?) as usize != bytes.len()
            || !are_elements(elements)
            || count != MANY && usize::from(count) != count_elements(elements)
        {
            return None;
        }
        let mut at = 0;
        let (live, deleted) = (read_count(elements, &mut at)?, read_count(elements, &mut at)?);
        let elements = elements[at..].to_vec();
        let entries_at = entries_start(&elements)?;
        let allocated = size_class(bytes.len());
        let node = Node { master, live, deleted, elements, entries_at, allocated };
        node.has_valid_entries().then_some(node)
    }

    /// Returns whether everything after the header consists of as many live and deleted entries as the header says, with
    /// growing IDs.
    fn has_valid_entries(&self) -> bool {
        let (mut at, mut live, mut deleted) = (self.entries_at, 0, 0);
        while at < self.elements.len() {
            let Some(end) = self.entry_end(at) else { return false };
            match self.entry_at(at) {
                Some(entry) if entry.is_deleted() => deleted += 1,
                Some(_) => live += 1,
                None => return false,
            }
            at = end;
        }
        let ids = || self.entries().map(|entry| entry.id);
        (live, deleted) == (self.live, self.deleted)
            && ids().is_sorted_by(|a, b| a < b)
            && ids().next().is_some_and(|first| first >= self.master)
    }

    /// Returns the end of the entry at an offset, or `None` if its elements are not those of an entry.
    fn entry_end(&self, start: usize) -> Option<usize> {
        let (elements, mut at) = (&self.elements, start);
        // A single byte, in which `delete` sets a flag.
        let flags = *elements.get(start).filter(|&&flags| flags < 0x80)?;
        read_integer(elements, &mut at)?;
        read_integer(elements, &mut at)?;
        read_integer(elements, &mut at)?;
        let (fields, strings, count) = if flags & SAME_FIELDS != 0 {
            let fields = read_count(elements, &mut 0)?;
            (fields, fields, fields.checked_add(3)?)
        } else {
            let fields = read_count(elements, &mut at)?;
            (fields, fields.checked_mul(2)?, fields.checked_mul(2)?.checked_add(4)?)
        };
        for _ in 0..strings {
            read(elements, &mut at)?;
        }
        (fields > 0 && read_count(elements, &mut at)? == count).then_some(at)
    }
}

/// Returns the offset after the header's fields and zero, or `None` if they are invalid.
fn entries_start(elements: &[u8]) -> Option<usize> {
    let mut at = 0;
    for _ in 0..read_count(elements, &mut at)? {
        read(elements, &mut at)?;
    }
    (read_integer(elements, &mut at)? == 0).then_some(at)
}

/// Returns whether bytes consist of complete elements.
fn are_elements(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        let header = match bytes[at] {
            0xe0..=0xef => 2,
            0xf0 => 5,
            0xf5.. => return false,
            _ => 1,
        };
        if bytes.len() - at < header {
            return false;
        }
        let (header, data) = lengths(bytes, at);
        let end = at + header + data;
        let after = end + groups_of(header + data);
        let mut length = Vec::new();
        push_length(&mut length, header + data);
        if bytes.get(end..after) != Some(&length) {
            return false;
        }
        at = after;
    }
    true
}

fn count_elements(elements: &[u8]) -> usize {
    let (mut at, mut count) = (0, 0);
    while at < elements.len() {
        super::skip(elements, &mut at);
        count += 1;
    }
    count
}

/// Reads the element at an offset, or returns `None` at the end.
fn read<'a>(elements: &'a [u8], at: &mut usize) -> Option<Element<'a>> {
    (*at < elements.len()).then(|| next(elements, at))
}

fn read_integer(elements: &[u8], at: &mut usize) -> Option<i64> {
    match read(elements, at)? {
        Element::Integer(n) => Some(n),
        Element::Bytes(_) => None,
    }
}

fn read_count(elements: &[u8], at: &mut usize) -> Option<usize> {
    read_integer(elements, at).and_then(|n| usize::try_from(n).ok())
}
