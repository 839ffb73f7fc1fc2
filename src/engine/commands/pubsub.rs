//! Messages to those who subscribe.

use crate::engine::command::Command;

pub const COMMANDS: &[&Command] = &[];
