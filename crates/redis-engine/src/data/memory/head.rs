//! A key's head, `kvobj`: in one piece what Redis knows of a value, the key's name, its expiry time, and a short string.
//!
//! A key without an expiry time has no room for one, unless there is some left over in its piece. It gets another piece when
//! it first needs the room, and then keeps it. A short string goes into the piece if all is no longer than 64 bytes
//! (`kvobjCreate`, `kvobjCreateEmbedString`, `kvobjSet` of `object.c`).

use super::allocator::size_class;
use super::sds;

/// Type, encoding, access time, references and a pointer (`robj`).
const OBJECT: usize = 16;

const EXPIRY: usize = 8;

/// A short string is no longer than this with all that stands beside it: a cache line.
const LONGEST_PIECE: usize = 64;

/// A key of this length has room for an expiry time in any case (`KEY_SIZE_TO_INCLUDE_EXPIRE_THRESHOLD`).
const LONG_KEY: usize = 128;

/// Header and end of a short string beside its key.
const SHORT_STRING: usize = 4;

/// When something expires, in milliseconds since 1970, or that it does not, and whether there is room to say so: that stays
/// when it no longer expires. In 8 bytes, since each key and each field of a hash has one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Expiry(i64);

impl Expiry {
    /// None, and no room for one.
    pub const NONE: Expiry = Expiry(i64::MIN);

    /// No expiry time is before 1970.
    const ROOM: Expiry = Expiry(i64::MIN + 1);

    pub fn new(at_ms: Option<i64>) -> Self {
        at_ms.map_or(Expiry::NONE, Expiry)
    }

    pub fn at_ms(self) -> Option<i64> {
        (self.0 > Expiry::ROOM.0).then_some(self.0)
    }

    pub fn has_room(self) -> bool {
        self != Expiry::NONE
    }

    /// Another time or none, in the same room or in new room.
    pub fn set(&mut self, at_ms: Option<i64>) {
        *self = match at_ms {
            Some(at_ms) => Expiry(at_ms),
            None if self.has_room() => Expiry::ROOM,
            None => Expiry::NONE,
        };
    }

    /// The same, with room.
    pub fn with_room(self) -> Self {
        if self.has_room() { self } else { Expiry::ROOM }
    }
}

impl std::fmt::Debug for Expiry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.at_ms().fmt(f)
    }
}

/// What of a key decides how large its head is.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    key: usize,
    has_room: bool,
}

impl Head {
    pub fn new(key: &[u8], has_room: bool) -> Self {
        Head { key: key.len(), has_room: has_room || key.len() >= LONG_KEY }
    }

    /// The same, with room for an expiry time.
    pub fn with_room(self) -> Self {
        Head { has_room: true, ..self }
    }

    /// Whether a string of so many bytes may stand in it.
    pub fn takes(self, length: usize) -> bool {
        // Redis reckons with the shortest header for the name here.
        let name = 1 + 1 + self.key + 1;
        OBJECT + self.expiry() + name + SHORT_STRING + length <= LONGEST_PIECE
    }

    /// Whether its piece, with a string of so many bytes in it, is long enough for an expiry time that it has no room for.
    pub fn has_slack(self, length: usize) -> bool {
        let requested = self.requested(Some(length));
        size_class(requested) >= requested + EXPIRY
    }

    fn expiry(self) -> usize {
        if self.has_room { EXPIRY } else { 0 }
    }

    fn requested(self, short_string: Option<usize>) -> usize {
        let name = 1 + sds::requested(self.key);
        OBJECT + self.expiry() + name + short_string.map_or(0, |length| SHORT_STRING + length)
    }

    /// Number of bytes allocated for it, with a short string of this length if one is stored in it.
    pub fn allocated(self, short_string: Option<usize>) -> usize {
        size_class(self.requested(short_string))
    }
}
