//! Hashes: fields and values under one key.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
