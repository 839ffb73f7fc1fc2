//! CONFIG.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
