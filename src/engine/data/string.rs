//! Strings: bytes, or an integer where the bytes are one.
//!
//! Redis keeps a string that is the decimal form of a 64-bit integer as that integer (`int`), a short one in one piece
//! with its header and its key (`embstr`), and a longer one, or any that was changed in place, apart from them (`raw`).

use std::borrow::Cow;

use super::{DataType, SmallBytes, variant_of_value};
use crate::engine::notify::Class;
use crate::engine::number;

/// What Redis 8.2 puts into one piece of 64 bytes beside key and value. Once it has made room for an expiry time, the
/// room stays; keys from `LONG_KEY` bytes on have it from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    Plain,
    WithExpiry,
}

/// The length of a key from which on an expiry time finds its place without moving the value.
pub const LONG_KEY: usize = 32;

impl Header {
    /// How many bytes of key and value fit beside it: measured on the real server.
    const fn room(self) -> usize {
        match self {
            Header::Plain => 41,
            Header::WithExpiry => 33,
        }
    }
}

/// A string value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Str {
    Integer(i64),
    /// As it was set.
    Whole(SmallBytes),
    /// As it was changed in place. Boxed: a value of any type takes 24 bytes; with the `Vec` here it would take 32.
    Changed(Box<Vec<u8>>),
}

impl DataType for Str {
    const CLASS: Class = Class::String;

    fn empty() -> Self {
        Str::changed(Vec::new())
    }

    variant_of_value!(Str);
}

impl Str {
    /// The string that SET stores for these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        // 20 bytes hold the longest i64.
        match if bytes.len() <= 20 { number::parse_integer(bytes) } else { None } {
            Some(n) => Str::Integer(n),
            None if bytes.len() <= Header::Plain.room() => Str::Whole(bytes.into()),
            // Too long to stand beside any key.
            None => Str::changed(bytes.to_vec()),
        }
    }

    /// The string that is left of one that was changed.
    pub fn changed(bytes: Vec<u8>) -> Self {
        Str::Changed(Box::new(bytes))
    }

    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Str::Integer(n) => Cow::Owned(itoa::Buffer::new().format(*n).as_bytes().to_vec()),
            Str::Whole(bytes) => Cow::Borrowed(bytes),
            Str::Changed(bytes) => Cow::Borrowed(bytes),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Str::Integer(n) => itoa::Buffer::new().format(*n).len(),
            Str::Whole(bytes) => bytes.len(),
            Str::Changed(bytes) => bytes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The integer that it is, or that its bytes spell.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Str::Integer(n) => Some(*n),
            Str::Whole(bytes) => number::parse_integer(bytes),
            Str::Changed(bytes) => number::parse_integer(bytes),
        }
    }

    /// The bytes, to be changed in place.
    pub fn make_mut(&mut self) -> &mut Vec<u8> {
        if !matches!(self, Str::Changed(_)) {
            *self = Str::changed(self.bytes().into_owned());
        }
        match self {
            Str::Changed(bytes) => bytes,
            Str::Integer(_) | Str::Whole(_) => unreachable!("made `Changed` above"),
        }
    }

    /// Is stored under a key: apart from it, if both are too long for one piece.
    pub fn stand_beside(&mut self, key: &[u8], header: Header) {
        if let Str::Whole(bytes) = self
            && key.len() + bytes.len() > header.room()
        {
            *self = Str::changed(std::mem::take(bytes).into_vec());
        }
    }

    pub fn encoding(&self) -> &'static str {
        match self {
            Str::Integer(_) => "int",
            Str::Whole(_) => "embstr",
            Str::Changed(_) => "raw",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_follows_the_bytes() {
        for (bytes, encoding) in [("12", "int"), ("012", "embstr"), ("9223372036854775808", "embstr"), ("", "embstr")] {
            assert_eq!(Str::new(bytes.as_bytes()).encoding(), encoding, "{bytes:?}");
        }
        for (header, fits) in [(Header::Plain, 36), (Header::WithExpiry, 28)] {
            for (length, encoding) in [(fits, "embstr"), (fits + 1, "raw")] {
                let mut value = Str::new(&vec![b'x'; length]);
                value.stand_beside(b"12345", header);
                assert_eq!(value.encoding(), encoding, "{header:?}, {length}");
            }
        }
        let mut changed = Str::new(b"7");
        changed.make_mut().push(b'0');
        assert_eq!((changed.encoding(), changed.integer()), ("raw", Some(70)));
    }
}
