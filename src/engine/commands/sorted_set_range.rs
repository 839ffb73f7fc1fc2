//! Sorted sets: ranges by rank, by score, by member.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
