//! What several of the tests use.

pub mod compare;
pub mod program;
#[cfg(unix)]
pub mod pseudo_terminal;
pub mod styles;
