//! Keys of any type.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
