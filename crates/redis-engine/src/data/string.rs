//! String values: bytes, or an integer if the bytes are the decimal form of one.
//!
//! Redis stores a string that is the decimal form of a 64-bit integer as that integer (`int`), a short one in the same
//! allocation as its key (`embstr`), and a longer one, or one that was modified in place, in its own allocation
//! (`raw`).

use std::borrow::Cow;
use std::ops::Deref;

use super::memory::head::Head;
use super::memory::sds::Allocation;
use super::small_bytes::SmallBytes;
use crate::number;

/// A string value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Str {
    /// A 64-bit integer, stored instead of its decimal form (`int`).
    Integer(i64),
    /// A short string that has not been modified since it was set (`embstr`).
    Embedded(SmallBytes),
    /// A long or modified string (`raw`). It is boxed, because a `Vec` here would increase the size of a value of any
    /// type from 24 to 32 bytes.
    Raw(Box<RawString>),
}

/// Maximum length of a string with the encoding `embstr` (`OBJ_ENCODING_EMBSTR_SIZE_LIMIT`).
const MAX_EMBEDDED: usize = 44;

/// Number of small integers that Redis shares between keys (`OBJ_SHARED_INTEGERS`).
const SHARED_INTEGERS: i64 = 10_000;

/// A string in its own allocation.
#[derive(Debug, Clone, Default)]
pub struct RawString {
    bytes: Vec<u8>,
    allocation: Allocation,
    /// Whether the last change moved the string out of its key's allocation.
    was_embedded: bool,
}

impl RawString {
    /// Creates a string in an allocation of exactly its size.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let allocation = Allocation::exact(bytes.len());
        RawString { bytes, allocation, was_embedded: false }
    }

    /// Returns the bytes, to be modified in place.
    pub(crate) fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Returns the allocation that Redis would use for the string.
    pub(crate) fn allocation(&self) -> Allocation {
        self.allocation.resized(self.bytes.len())
    }

    /// Sets the allocation that Redis would use for the string.
    pub(crate) fn set_allocation(&mut self, allocation: Allocation) {
        self.allocation = allocation;
    }
}

impl Deref for RawString {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl PartialEq for RawString {
    /// Compares the bytes. The allocated size is ignored.
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for RawString {}

impl Default for Str {
    fn default() -> Self {
        Str::Raw(Box::default())
    }
}

impl Str {
    /// Creates the string that SET stores for the given bytes.
    pub fn new(bytes: &[u8]) -> Self {
        // The decimal form of an i64 has at most 20 bytes, so a longer string is not parsed.
        match if bytes.len() <= 20 { number::parse_integer(bytes) } else { None } {
            Some(n) => Str::Integer(n),
            None if bytes.len() <= MAX_EMBEDDED => Str::Embedded(bytes.into()),
            None => Str::raw(bytes.to_vec()),
        }
    }

    /// Creates a string with the encoding `raw`, in an allocation of exactly its size.
    pub(crate) fn raw(bytes: Vec<u8>) -> Self {
        Str::Raw(Box::new(RawString::new(bytes)))
    }

    /// Returns the bytes, as GET does.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Str::Integer(n) => Cow::Owned(itoa::Buffer::new().format(*n).as_bytes().to_vec()),
            Str::Embedded(bytes) => Cow::Borrowed(bytes),
            Str::Raw(bytes) => Cow::Borrowed(bytes),
        }
    }

    /// Returns the number of bytes, as STRLEN does.
    pub fn len(&self) -> usize {
        match self {
            Str::Integer(n) => itoa::Buffer::new().format(*n).len(),
            Str::Embedded(bytes) => bytes.len(),
            Str::Raw(bytes) => bytes.len(),
        }
    }

    /// Returns whether the string has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the integer if the string is the decimal form of one.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Str::Integer(n) => Some(*n),
            Str::Embedded(bytes) => number::parse_integer(bytes),
            Str::Raw(bytes) => number::parse_integer(bytes),
        }
    }

    /// Returns the bytes, to be modified in place. The encoding becomes `raw`.
    pub(crate) fn make_mut(&mut self) -> &mut Vec<u8> {
        &mut self.make_raw_mut().bytes
    }

    /// Returns the string as a `RawString`, to be modified in place. The encoding becomes `raw`.
    pub(crate) fn make_raw_mut(&mut self) -> &mut RawString {
        if !matches!(self, Str::Raw(_)) {
            let was_embedded = matches!(self, Str::Embedded(_));
            *self = Str::raw(self.bytes().into_owned());
            if let Str::Raw(text) = self {
                text.was_embedded = was_embedded;
            }
        }
        match self {
            Str::Raw(text) => text,
            Str::Integer(_) | Str::Embedded(_) => unreachable!("converted to `Raw` above"),
        }
    }

    /// Returns a copy without spare memory, as COPY creates it.
    pub(crate) fn compact_copy(&self) -> Self {
        match self {
            Str::Raw(text) => Str::raw(text.bytes.clone()),
            Str::Integer(_) | Str::Embedded(_) => self.clone(),
        }
    }

    /// Returns whether Redis stores this value as a single object that all keys share.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Str::Integer(0..SHARED_INTEGERS))
    }

    /// Changes the encoding to `raw` if the string is too long to be embedded in its key's allocation.
    pub(crate) fn embed_in(&mut self, head: Head) {
        if let Str::Embedded(bytes) = self
            && !head.can_embed(bytes.len())
        {
            *self = Str::raw(std::mem::take(bytes).into_vec());
        }
    }

    /// Makes room for an expiry time in the key's allocation, in which the string is embedded. If there is no spare
    /// room and the string is too long to stay embedded, its encoding becomes `raw`.
    pub(crate) fn reserve_expiry_in(&mut self, head: Head) {
        if let Str::Embedded(bytes) = self
            && !head.has_spare_bytes(bytes.len())
        {
            self.embed_in(head.with_room());
        }
    }

    /// Updates the allocated size after a change. Returns whether the key's allocation has changed too, because the
    /// string is embedded in it, or has just left it.
    pub(crate) fn settle(&mut self) -> bool {
        match self {
            Str::Integer(_) => false,
            Str::Embedded(_) => true,
            Str::Raw(text) => {
                text.allocation = text.allocation();
                std::mem::take(&mut text.was_embedded)
            }
        }
    }

    /// Returns the encoding that OBJECT ENCODING reports.
    pub fn encoding(&self) -> &'static str {
        match self {
            Str::Integer(_) => "int",
            Str::Embedded(_) => "embstr",
            Str::Raw(_) => "raw",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_depends_on_the_bytes_and_the_key() {
        for (bytes, encoding) in [("12", "int"), ("012", "embstr"), ("9223372036854775808", "embstr"), ("", "embstr")] {
            assert_eq!(Str::new(bytes.as_bytes()).encoding(), encoding, "{bytes:?}");
        }
        for (has_room, fits) in [(false, 36), (true, 28)] {
            for (length, encoding) in [(fits, "embstr"), (fits + 1, "raw")] {
                let mut value = Str::new(&vec![b'x'; length]);
                value.embed_in(Head::new(b"12345", has_room));
                assert_eq!(value.encoding(), encoding, "{has_room}, {length}");
            }
        }
        let mut changed = Str::new(b"7");
        changed.make_mut().push(b'0');
        assert_eq!((changed.encoding(), changed.integer()), ("raw", Some(70)));
    }
}
