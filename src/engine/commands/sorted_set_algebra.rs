//! Sorted sets: unions, intersections, differences.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
