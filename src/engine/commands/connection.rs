//! What a connection says of itself.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
