//! Text as inline code.

use super::visible;

/// Formats text as inline code of Markdown: on one line, without any backticks inside, and with hidden characters made
/// visible. Data in the text can then neither end the code nor begin another paragraph.
pub fn code(text: &str) -> String {
    format!("`{}`", visible(&text.replace('`', "'").replace('\n', " ⏎ ")))
}
