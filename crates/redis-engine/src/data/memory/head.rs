//! Sizes of key heads. The head of a key is Redis's `kvobj`, the allocation that holds a value's metadata, the key's
//! name, its expiry time, and a short string value.
//!
//! The head of a key without an expiry time has no room for one, unless the allocation has spare bytes. When the key
//! first gets an expiry time, its head is reallocated with room for the time, and keeps this room. A short string is
//! embedded if everything fits into 64 bytes (`kvobjCreate`, `kvobjCreateEmbedString` and `kvobjSet` in `object.c`).

use super::allocator::size_class;
use super::sds;

/// Size in bytes of `robj`: type, encoding, access time, reference count and a pointer.
const OBJECT: usize = 16;

const EXPIRY: usize = 8;

/// Maximum size in bytes of an allocation with an embedded string: a cache line.
const MAX_EMBEDDING_ALLOCATION: usize = 64;

/// Minimum length in bytes of a key that always has room for an expiry time (`KEY_SIZE_TO_INCLUDE_EXPIRE_THRESHOLD`).
const MIN_KEY_WITH_EXPIRY: usize = 128;

/// Size in bytes of the header and the terminating NUL byte of an embedded string.
const EMBEDDED_STRING_OVERHEAD: usize = 4;

/// The expiry time of a key or of a hash field in milliseconds since 1970, if there is one, and whether Redis has room
/// for an expiry time. The room stays reserved when the expiry time is cleared. An `Expiry` takes up only 8 bytes,
/// because every key and every field has one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Expiry(i64);

impl Expiry {
    /// No expiry time, and no room for one.
    pub const NONE: Expiry = Expiry(i64::MIN);

    /// No expiry time, but room for one. No real expiry time is negative.
    const RESERVED: Expiry = Expiry(i64::MIN + 1);

    pub fn new(at_ms: Option<i64>) -> Self {
        at_ms.map_or(Expiry::NONE, Expiry)
    }

    pub fn at_ms(self) -> Option<i64> {
        (self.0 > Expiry::RESERVED.0).then_some(self.0)
    }

    pub fn has_room(self) -> bool {
        self != Expiry::NONE
    }

    /// Sets or clears the expiry time. Reserved room stays reserved.
    pub fn set(&mut self, at_ms: Option<i64>) {
        *self = match at_ms {
            Some(at_ms) => Expiry(at_ms),
            None if self.has_room() => Expiry::RESERVED,
            None => Expiry::NONE,
        };
    }

    /// Returns this expiry time with room reserved, even if no time is set.
    pub fn with_room(self) -> Self {
        if self.has_room() { self } else { Expiry::RESERVED }
    }
}

impl std::fmt::Debug for Expiry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.at_ms().fmt(f)
    }
}

/// The properties of a key that determine the size of its allocation.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    key_length: usize,
    has_room: bool,
}

impl Head {
    pub fn new(key: &[u8], has_room: bool) -> Self {
        Head { key_length: key.len(), has_room: has_room || key.len() >= MIN_KEY_WITH_EXPIRY }
    }

    /// Returns the head of the same key with room for an expiry time.
    pub fn with_room(self) -> Self {
        Head { has_room: true, ..self }
    }

    /// Returns whether a string value of the given length is embedded in the allocation.
    pub fn can_embed(self, length: usize) -> bool {
        // Redis assumes the smallest `sds` header for the key's name here.
        let name = 1 + 1 + self.key_length + 1;
        OBJECT + self.expiry() + name + EMBEDDED_STRING_OVERHEAD + length <= MAX_EMBEDDING_ALLOCATION
    }

    /// Returns whether the allocation, with an embedded string of the given length, has spare bytes for an expiry time.
    pub fn has_spare_bytes(self, length: usize) -> bool {
        let requested = self.requested(Some(length));
        size_class(requested) >= requested + EXPIRY
    }

    fn expiry(self) -> usize {
        if self.has_room { EXPIRY } else { 0 }
    }

    fn requested(self, embedded_string: Option<usize>) -> usize {
        let name = 1 + sds::requested(self.key_length);
        OBJECT + self.expiry() + name + embedded_string.map_or(0, |length| EMBEDDED_STRING_OVERHEAD + length)
    }

    /// Returns the allocated size in bytes, with an embedded string of the given length if there is one.
    pub fn allocated(self, embedded_string: Option<usize>) -> usize {
        size_class(self.requested(embedded_string))
    }
}
