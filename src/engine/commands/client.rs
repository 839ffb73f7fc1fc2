//! CLIENT: connections, and what one may do to them.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
