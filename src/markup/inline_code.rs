//! Formats text as inline code.

use super::visible;

/// Formats text as inline code in Markdown: on one line, without backticks inside, and with hidden characters made
/// visible. Data in the text can then neither end the code nor start a new paragraph.
pub fn code(text: &str) -> String {
    format!("`{}`", visible(&text.replace('`', "'").replace('\n', " ⏎ ")))
}
