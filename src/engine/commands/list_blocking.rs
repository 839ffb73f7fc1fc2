//! Lists: pops that wait.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
