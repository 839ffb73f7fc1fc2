//! KEYS, SCAN and kin.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
