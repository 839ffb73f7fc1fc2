//! Sorted sets: members, scores, ranks.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
