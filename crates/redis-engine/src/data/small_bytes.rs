//! Bytes that are kept and never changed, such as a key, a member or a field: short ones in place, longer ones apart.
//!
//! Most are short. In place they cost no allocation, and comparing them with what is looked up reads no other cache
//! line than the entry's own.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// As many as fit beside a length and a mark, in the room that a `Vec` takes.
const SHORT: usize = 22;

#[derive(Clone)]
pub struct SmallBytes(Place);

#[derive(Clone)]
enum Place {
    Here {
        length: u8,
        bytes: [u8; SHORT],
    },
    /// Shared by copies, which sorted sets make.
    Apart(Arc<[u8]>),
}

impl SmallBytes {
    pub fn into_vec(self) -> Vec<u8> {
        match self.0 {
            Place::Here { length, bytes } => bytes[..usize::from(length)].to_vec(),
            Place::Apart(bytes) => bytes.to_vec(),
        }
    }
}

impl Default for SmallBytes {
    fn default() -> Self {
        SmallBytes(Place::Here { length: 0, bytes: [0; SHORT] })
    }
}

impl Deref for SmallBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Place::Here { length, bytes } => &bytes[..usize::from(*length)],
            Place::Apart(bytes) => bytes,
        }
    }
}

impl From<&[u8]> for SmallBytes {
    fn from(from: &[u8]) -> Self {
        let mut bytes = [0; SHORT];
        SmallBytes(match (u8::try_from(from.len()), bytes.get_mut(..from.len())) {
            (Ok(length), Some(start)) => {
                start.copy_from_slice(from);
                Place::Here { length, bytes }
            }
            _ => Place::Apart(from.into()),
        })
    }
}

impl Borrow<[u8]> for SmallBytes {
    fn borrow(&self) -> &[u8] {
        self
    }
}

impl Hash for SmallBytes {
    /// As the bytes themselves, which maps look up.
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
    fn every_length_is_kept_whole_and_found_by_its_bytes() {
        assert_eq!(size_of::<SmallBytes>(), size_of::<Vec<u8>>());
        let mut all = std::collections::HashMap::new();
        for length in 0..300 {
            let bytes: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let kept = SmallBytes::from(&*bytes);
            assert_eq!((&*kept, matches!(kept.0, Place::Here { .. })), (&*bytes, length <= SHORT));
            assert_eq!(kept.clone().into_vec(), bytes);
            all.insert(kept, length);
            assert_eq!(all.get(&*bytes), Some(&length));
        }
        assert!(SmallBytes::from(&b"b"[..]) > SmallBytes::from(&[b'a'; 30][..]));
    }
}
