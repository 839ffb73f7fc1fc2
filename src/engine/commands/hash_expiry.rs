//! Hash fields that expire.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
