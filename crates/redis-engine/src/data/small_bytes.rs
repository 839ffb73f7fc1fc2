//! Immutable byte strings such as keys, members and fields. Short ones are stored inline.
//!
//! Most of these strings are short. An inline string needs no allocation, and comparing it with a lookup key reads no
//! cache line except that of its table entry.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// Maximum length of an inline string in bytes. With its length and a tag, such a string takes as much space as a
/// `Vec`.
const MAX_INLINE: usize = 22;

/// An immutable byte string. Clones of a long string share its bytes.
#[derive(Clone)]
pub struct SmallBytes(Storage);

#[derive(Clone)]
enum Storage {
    Inline {
        length: u8,
        bytes: [u8; MAX_INLINE],
    },
    /// Bytes that are shared by all clones. Sorted sets clone their members.
    Shared(Arc<[u8]>),
}

impl SmallBytes {
    /// Copies the bytes into a `Vec`.
    pub fn into_vec(self) -> Vec<u8> {
        match self.0 {
            Storage::Inline { length, bytes } => bytes[..usize::from(length)].to_vec(),
            Storage::Shared(bytes) => bytes.to_vec(),
        }
    }
}

impl Default for SmallBytes {
    fn default() -> Self {
        SmallBytes(Storage::Inline { length: 0, bytes: [0; MAX_INLINE] })
    }
}

impl Deref for SmallBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Storage::Inline { length, bytes } => &bytes[..usize::from(*length)],
            Storage::Shared(bytes) => bytes,
        }
    }
}

impl From<&[u8]> for SmallBytes {
    fn from(from: &[u8]) -> Self {
        let mut bytes = [0; MAX_INLINE];
        SmallBytes(match (u8::try_from(from.len()), bytes.get_mut(..from.len())) {
            (Ok(length), Some(start)) => {
                start.copy_from_slice(from);
                Storage::Inline { length, bytes }
            }
            _ => Storage::Shared(from.into()),
        })
    }
}

impl Borrow<[u8]> for SmallBytes {
    fn borrow(&self) -> &[u8] {
        self
    }
}

impl Hash for SmallBytes {
    /// Hashes like `[u8]`, so that maps can be searched with a borrowed slice.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl PartialEq for SmallBytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for SmallBytes {}

impl Ord for SmallBytes {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl PartialOrd for SmallBytes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for SmallBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_every_length_are_preserved_and_found_in_a_map() {
        assert_eq!(size_of::<SmallBytes>(), size_of::<Vec<u8>>());
        let mut all = std::collections::HashMap::new();
        for length in 0..300 {
            let bytes: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let stored = SmallBytes::from(&*bytes);
            assert_eq!((&*stored, matches!(stored.0, Storage::Inline { .. })), (&*bytes, length <= MAX_INLINE));
            assert_eq!(stored.clone().into_vec(), bytes);
            all.insert(stored, length);
            assert_eq!(all.get(&*bytes), Some(&length));
        }
        assert!(SmallBytes::from(&b"b"[..]) > SmallBytes::from(&[b'a'; 30][..]));
    }
}
