//! Prints text and messages to standard output and standard error. They can contain file names, quotes from lessons,
//! and error messages from the operating system, so hidden characters are made visible here.

use std::io::{self, IsTerminal as _, Write as _};

use crate::markup::{DisplayWidth as _, Style, pad_end, truncate, visible_lines};

/// Prints text to standard output.
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

/// A line on standard error that shows the program's progress. It is redrawn in place, and shown only at a terminal.
#[derive(Debug)]
pub struct ProgressLine {
    /// The style of the line. Its width is one column less than the terminal's.
    style: Style,
    is_shown: bool,
    /// Number of columns that the line currently uses.
    columns: usize,
}

impl ProgressLine {
    /// Creates an empty line. It stays empty if standard error is not a terminal, or if the style is plain, because
    /// plain output is never redrawn.
    pub fn new(style: Style) -> Self {
        ProgressLine { style, is_shown: !style.plain && io::stderr().is_terminal(), columns: 0 }
    }

    /// Draws the line. Errors are ignored, because standard error may be closed.
    pub fn draw(&mut self, text: &str) {
        if self.is_shown {
            let text = truncate(&visible_lines(text), self.style.width, self.style.ellipsis());
            let _ = write!(io::stderr(), "\r{}", pad_end(&text, self.columns));
            self.columns = text.width();
        }
    }

    /// Erases the line.
    pub fn erase(&mut self) {
        if self.columns > 0 {
            let _ = write!(io::stderr(), "\r{}\r", pad_end("", self.columns));
            self.columns = 0;
        }
    }
}
