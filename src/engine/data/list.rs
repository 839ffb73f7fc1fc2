//! Lists: ordered elements, pushed and popped at both ends.

use super::{DataType, variant_of_value};
use crate::engine::notify::Class;

#[derive(Debug, Clone, Default)]
pub struct List;

impl DataType for List {
    const CLASS: Class = Class::List;

    fn empty() -> Self {
        List
    }

    variant_of_value!(List);
}

impl List {
    pub fn is_empty(&self) -> bool {
        true
    }

    pub fn encoding(&self) -> &'static str {
        "quicklist"
    }
}
