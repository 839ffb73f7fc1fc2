//! DEBUG, as far as clients' tests need it.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
