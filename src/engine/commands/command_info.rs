//! COMMAND: what the rows say.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
