//! Bitmaps: strings, bit by bit.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
