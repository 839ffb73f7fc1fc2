//! The terminal's modes on systems other than Unix.

use std::io::{self, Write as _};
use std::time::Duration;

use super::{LineDiscipline, PANIC_STATUS, TerminalEvents};

/// Returns `None`, because the standard library cannot query the terminal's size. Text then has the default width.
pub fn width() -> Option<usize> {
    None
}

/// Returns `None`, because the standard library cannot query the terminal's size. The menu then has the default
/// height.
pub fn height() -> Option<usize> {
    None
}

/// A minimal stand-in for the Unix type, because the line editor itself restores the console.
#[derive(Debug)]
pub struct TerminalModes;

impl TerminalModes {
    /// Makes a panic print its report and end the process.
    ///
    /// # Errors
    /// Returns no error on this platform.
    pub fn new(_discipline: LineDiscipline, events: TerminalEvents) -> io::Result<Self> {
        std::panic::set_hook(Box::new(move |panic| {
            let _ = writeln!(io::stderr(), "\n{}", (events.report)(panic));
            std::process::exit(PANIC_STATUS);
        }));
        Ok(TerminalModes)
    }

    /// Does nothing on this platform.
    ///
    /// # Errors
    /// Returns no error on this platform.
    pub fn set_between_prompts(&self) -> io::Result<()> {
        Ok(())
    }

    /// Runs `action` without changing any modes.
    ///
    /// # Errors
    /// Returns no error on this platform.
    pub fn with_initial_modes<T>(&self, action: impl FnOnce() -> T) -> io::Result<T> {
        Ok(action())
    }

    /// Does nothing, because this platform has no job control.
    ///
    /// # Errors
    /// Returns no error on this platform.
    pub fn suspend(&self) -> io::Result<()> {
        Ok(())
    }

    pub fn set_at_prompt(&self, _at_prompt: bool) {}

    pub fn exit_status(&self) -> Option<i32> {
        None
    }
}

/// A stand-in for the Unix type, because single keys cannot be read on this platform.
#[derive(Debug)]
pub struct KeyInput;

impl KeyInput {
    /// Creates a stand-in that never reads a key.
    ///
    /// # Errors
    /// Returns no error on this platform.
    pub fn new() -> io::Result<Self> {
        Ok(KeyInput)
    }

    /// Returns an error, so that a numbered list replaces the menu.
    ///
    /// # Errors
    /// Always returns an error.
    pub fn with_signal_keys() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns false immediately, because no key can be read.
    ///
    /// # Errors
    /// Returns no error on this platform.
    pub fn wait_for_key(&self, _limit: Duration) -> io::Result<bool> {
        Ok(false)
    }

    /// Returns no bytes, as if the terminal were closed.
    ///
    /// # Errors
    /// Returns no error on this platform.
    pub fn read_key(&self) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }
}

/// A stand-in for the Unix type, because this platform cannot poll for a line of input.
#[derive(Debug)]
pub struct LineInput;

impl LineInput {
    /// Creates a stand-in that never reports a line of input.
    ///
    /// # Errors
    /// Returns no error on this platform.
    pub fn new() -> io::Result<Self> {
        Ok(LineInput)
    }

    /// Returns false, because the end of the input is never reported here.
    ///
    /// # Errors
    /// Returns no error on this platform.
    pub fn take_end_of_input(&self) -> io::Result<bool> {
        Ok(false)
    }
}
