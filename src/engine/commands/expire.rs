//! Expiry times of keys.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
