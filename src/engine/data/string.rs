//! Strings: bytes, or an integer where the bytes are one.
//!
//! Redis keeps a string that is the decimal form of a 64-bit integer as that integer (`int`), up to 44 bytes beside
//! their header (`embstr`), and longer ones, or any that was changed in place, apart from it (`raw`).

use std::borrow::Cow;

use super::{DataType, variant_of_value};
use crate::engine::notify::Class;
use crate::engine::number;

/// The longest string that Redis keeps in one piece with its header, in bytes.
const EMBEDDED_LIMIT: usize = 44;

/// A string value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Str {
    Integer(i64),
    /// As it was set.
    Whole(Box<[u8]>),
    /// As it was changed in place.
    Changed(Vec<u8>),
}

impl DataType for Str {
    const CLASS: Class = Class::String;

    fn empty() -> Self {
        Str::Changed(Vec::new())
    }

    variant_of_value!(Str);
}

impl Str {
    /// The string that SET stores for these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        // 20 bytes hold the longest i64.
        match if bytes.len() <= 20 { number::parse_integer(bytes) } else { None } {
            Some(n) => Str::Integer(n),
            None => Str::Whole(bytes.into()),
        }
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
            *self = Str::Changed(self.bytes().into_owned());
        }
        match self {
            Str::Changed(bytes) => bytes,
            Str::Integer(_) | Str::Whole(_) => unreachable!("made `Changed` above"),
        }
    }

    pub fn encoding(&self) -> &'static str {
        match self {
            Str::Integer(_) => "int",
            Str::Whole(bytes) if bytes.len() <= EMBEDDED_LIMIT => "embstr",
            Str::Whole(_) | Str::Changed(_) => "raw",
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
        assert_eq!(Str::new(&[b'x'; 44]).encoding(), "embstr");
        assert_eq!(Str::new(&[b'x'; 45]).encoding(), "raw");
        let mut changed = Str::new(b"7");
        changed.make_mut().push(b'0');
        assert_eq!((changed.encoding(), changed.integer()), ("raw", Some(70)));
    }
}
