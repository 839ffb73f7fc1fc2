//! `doctor`: prints which restrictions of the sandbox around Python are in place on this computer.

use std::io::{self, Write as _};

use super::Error;
use crate::driver::python_walls;
use crate::messages::cli as messages;
use python_kernel::frame::{Wall, Walls};

/// Starts a Python child and prints which restrictions of its sandbox are in place. Returns the exit status: 0 if all
/// of them are, otherwise 1.
pub fn examine() -> Result<i32, Error> {
    let walls = python_walls(&std::env::current_exe()?)?;
    let mut out = io::stdout().lock();
    let system = (std::env::consts::OS, std::env::consts::ARCH);
    writeln!(out, "{}\n", messages::version_and_platform(env!("CARGO_PKG_VERSION"), system.0, system.1))?;
    writeln!(out, "{}", messages::sandbox_heading())?;
    for wall in Wall::ALL {
        let line = if walls.contains(wall) { messages::wall_stands(wall) } else { messages::wall_missing(wall) };
        writeln!(out, "{line}")?;
    }
    let is_complete = walls == Walls::ALL;
    let summary = if is_complete { messages::sandbox_complete() } else { messages::sandbox_incomplete() };
    writeln!(out, "{summary}")?;
    Ok(i32::from(!is_complete))
}
