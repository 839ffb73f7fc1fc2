//! OBJECT: how a value is kept.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
