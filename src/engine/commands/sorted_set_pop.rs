//! Sorted sets: pops, waiting or not.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
