//! Texts and messages on standard output and standard error. They can name files, quote lessons and repeat errors of the
//! system, so hidden characters are made visible here.

use std::io::{self, IsTerminal as _, Write as _};

use crate::markup::visible_lines;

/// Prints a text to standard output.
///
/// # Errors
/// Returns an error if standard output is closed.
pub fn print(text: &str) -> io::Result<()> {
    io::stdout().lock().write_all(visible_lines(text).as_bytes())
}

/// Prints lines to standard output.
///
/// # Errors
/// Returns an error if standard output is closed.
pub fn print_line(line: &str) -> io::Result<()> {
    print(&format!("{line}\n"))
}

/// Prints a message to standard error. Does nothing if standard error is closed.
pub fn print_message(message: &str) {
    let _ = writeln!(io::stderr(), "{}", visible_lines(message));
}

/// A line on standard error that says how far the program has come. It is drawn again and again, and only at a terminal.
#[derive(Debug)]
pub struct ProgressLine {
    is_shown: bool,
    /// Number of characters that are on the line.
    width: usize,
}

impl ProgressLine {
    /// Returns an empty line. It stays empty if standard error is no terminal, or if nothing may be drawn again.
    pub fn new(is_plain: bool) -> Self {
        ProgressLine { is_shown: !is_plain && io::stderr().is_terminal(), width: 0 }
    }

    /// Draws the line. If standard error is closed, nobody wants it.
    pub fn draw(&mut self, text: &str) {
        if self.is_shown {
            let (text, width) = (visible_lines(text), self.width);
            let _ = write!(io::stderr(), "\r{text:width$}");
            self.width = text.chars().count();
        }
    }

    /// Erases the line.
    pub fn erase(&mut self) {
        if self.width > 0 {
            let (blank, width) = ("", self.width);
            let _ = write!(io::stderr(), "\r{blank:width$}\r");
            self.width = 0;
        }
    }
}
