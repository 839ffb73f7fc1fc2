//! The terminal's size and modes, and how the modes are restored when the program ends.

use std::fmt;
use std::panic::PanicHookInfo;

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(unix)]
pub use unix::{KeyInput, LineInput, TerminalModes, height, width};

#[cfg(not(unix))]
pub use other::{KeyInput, LineInput, TerminalModes, height, width};

/// Who lets the user edit the input line: the program's line editor, or the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineDiscipline {
    /// The program's line editor, which reads single keys.
    Editor,
    /// The terminal itself (canonical mode). The program reads whole lines, and never changes output that it has
    /// written.
    Terminal,
}

/// The program's reactions to terminal events. The functions may be called on any thread.
pub struct TerminalEvents {
    /// Called when Ctrl-C is pressed, and when a signal that ends the program arrives between two prompts.
    pub interrupt: Box<dyn Fn() + Send + Sync>,
    /// Called before a signal ends the program at a prompt. May return a message for standard error.
    pub exit: Box<dyn Fn() -> Option<String> + Send + Sync>,
    /// Returns the message for a panic, which ends the program.
    pub report: Box<dyn Fn(&PanicHookInfo<'_>) -> String + Send + Sync>,
}

impl fmt::Debug for TerminalEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TerminalEvents").finish_non_exhaustive()
    }
}

/// The exit status after a panic, the same as in other Rust programs.
const PANIC_STATUS: i32 = 101;
