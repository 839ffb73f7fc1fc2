//! The server as a whole.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
