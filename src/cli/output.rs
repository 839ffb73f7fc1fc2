//! Texts and messages on standard output and standard error. They can name files, quote lessons and repeat errors of the
//! system, so hidden characters are made visible here.

use std::io::{self, Write as _};

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
