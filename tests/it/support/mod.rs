//! Helpers that several test modules use.

pub mod faulty_files;
pub mod program;
#[cfg(unix)]
pub mod pseudo_terminal;
pub mod script_record;
pub mod snapshots;
