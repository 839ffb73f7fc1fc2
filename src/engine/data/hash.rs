//! Hashes: fields with values.

use super::{DataType, variant_of_value};
use crate::engine::notify::Class;

#[derive(Debug, Clone, Default)]
pub struct Hash;

impl DataType for Hash {
    const CLASS: Class = Class::Hash;

    fn empty() -> Self {
        Hash
    }

    variant_of_value!(Hash);
}

impl Hash {
    pub fn is_empty(&self) -> bool {
        true
    }

    pub fn encoding(&self) -> &'static str {
        "hashtable"
    }
}
