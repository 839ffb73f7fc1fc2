//! Strings: bytes, or an integer where the bytes are one.
//!
//! Redis keeps a string that is the decimal form of a 64-bit integer as that integer (`int`), a short one in one piece
//! with its header and its key (`embstr`), and a longer one, or any that was changed in place, apart from them (`raw`).

use std::borrow::Cow;
use std::ops::Deref;

use super::memory::head::Head;
use super::memory::sds::Room;
use super::small_bytes::SmallBytes;
use crate::number;

/// A string value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Str {
    Integer(i64),
    /// As it was set.
    Whole(SmallBytes),
    /// As it was changed in place. Boxed: a value of any type takes 24 bytes; with the `Vec` here it would take 32.
    Changed(Box<Changed>),
}

/// The longest string that Redis may keep beside its key (`OBJ_ENCODING_EMBSTR_SIZE_LIMIT`).
const LONGEST_WHOLE: usize = 44;

/// `OBJ_SHARED_INTEGERS`.
const SHARED_INTEGERS: i64 = 10_000;

/// A string that stands apart from its key.
#[derive(Debug, Clone, Default)]
pub struct Changed {
    bytes: Vec<u8>,
    room: Room,
    /// Whether it stood beside its key a moment ago.
    has_left_key: bool,
}

impl Changed {
    /// What Redis has allocated for it.
    pub fn room(&self) -> Room {
        self.room.settled(self.bytes.len())
    }
}

impl Deref for Changed {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl PartialEq for Changed {
    /// By the bytes: the room is nobody's business.
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Changed {}

impl Default for Str {
    fn default() -> Self {
        Str::Changed(Box::default())
    }
}

impl Str {
    /// The string that SET stores for these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        // 20 bytes hold the longest i64.
        match if bytes.len() <= 20 { number::parse_integer(bytes) } else { None } {
            Some(n) => Str::Integer(n),
            None if bytes.len() <= LONGEST_WHOLE => Str::Whole(bytes.into()),
            None => Str::changed(bytes.to_vec()),
        }
    }

    /// The string that is left of one that was changed.
    pub fn changed(bytes: Vec<u8>) -> Self {
        let room = Room::exact(bytes.len());
        Str::Changed(Box::new(Changed { bytes, room, has_left_key: false }))
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
            let has_left_key = matches!(self, Str::Whole(_));
            *self = Str::changed(self.bytes().into_owned());
            if let Str::Changed(text) = self {
                text.has_left_key = has_left_key;
            }
        }
        match self {
            Str::Changed(text) => &mut text.bytes,
            Str::Integer(_) | Str::Whole(_) => unreachable!("made `Changed` above"),
        }
    }

    /// A copy as COPY makes it: without the room of one that has grown.
    pub fn copied(&self) -> Self {
        match self {
            Str::Changed(text) => Str::changed(text.bytes.clone()),
            Str::Integer(_) | Str::Whole(_) => self.clone(),
        }
    }

    /// Whether Redis has one value for it that all keys share.
    pub fn is_shared(&self) -> bool {
        matches!(self, Str::Integer(0..SHARED_INTEGERS))
    }

    /// Takes its place in a key's head, or apart from it if that is too long.
    pub fn stand_in(&mut self, head: Head) {
        if let Str::Whole(bytes) = self
            && !head.takes(bytes.len())
        {
            *self = Str::changed(std::mem::take(bytes).into_vec());
        }
    }

    /// The head that it may stand in gets room for an expiry time, where there is none left over: leaves it if it is too
    /// long then.
    pub fn make_room_in(&mut self, head: Head) {
        if let Str::Whole(bytes) = self
            && !head.has_slack(bytes.len())
        {
            self.stand_in(head.with_room());
        }
    }

    /// After a change: makes the room that Redis would make, and says whether it has another head now, since it stands in
    /// one or has left it.
    pub fn settle(&mut self) -> bool {
        match self {
            Str::Integer(_) => false,
            Str::Whole(_) => true,
            Str::Changed(text) => {
                text.room = text.room();
                std::mem::take(&mut text.has_left_key)
            }
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
        for (has_room, fits) in [(false, 36), (true, 28)] {
            for (length, encoding) in [(fits, "embstr"), (fits + 1, "raw")] {
                let mut value = Str::new(&vec![b'x'; length]);
                value.stand_in(Head::new(b"12345", has_room));
                assert_eq!(value.encoding(), encoding, "{has_room}, {length}");
            }
        }
        let mut changed = Str::new(b"7");
        changed.make_mut().push(b'0');
        assert_eq!((changed.encoding(), changed.integer()), ("raw", Some(70)));
    }
}
