//! SORT and SORT_RO.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
