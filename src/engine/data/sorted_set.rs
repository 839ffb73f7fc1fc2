//! Sorted sets: members ordered by score.

use super::{DataType, variant_of_value};
use crate::engine::notify::Class;

#[derive(Debug, Clone, Default)]
pub struct SortedSet;

impl DataType for SortedSet {
    const CLASS: Class = Class::SortedSet;

    fn empty() -> Self {
        SortedSet
    }

    variant_of_value!(SortedSet);
}

impl SortedSet {
    pub fn is_empty(&self) -> bool {
        true
    }

    pub fn encoding(&self) -> &'static str {
        "skiplist"
    }
}
