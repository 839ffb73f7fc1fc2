//! Lists: pushes, pops, ranges.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
