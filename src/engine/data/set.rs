//! Sets: members without order.

use std::borrow::Cow;

use super::{DataType, variant_of_value};
use crate::engine::notify::Class;

#[derive(Debug, Clone, Default)]
pub struct Set;

impl DataType for Set {
    const CLASS: Class = Class::Set;

    fn empty() -> Self {
        Set
    }

    variant_of_value!(Set);
}

impl Set {
    pub fn is_empty(&self) -> bool {
        true
    }

    pub fn len(&self) -> usize {
        0
    }

    pub fn contains(&self, _member: &[u8]) -> bool {
        false
    }

    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, [u8]>> {
        std::iter::empty()
    }

    pub fn encoding(&self) -> &'static str {
        "hashtable"
    }
}
