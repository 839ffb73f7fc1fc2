//! Sets: members, and what several sets have in common.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
