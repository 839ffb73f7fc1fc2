//! Text as inline code.

/// Formats text as inline code of Markdown, on one line and without any backticks inside.
pub fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'").replace('\n', " ⏎ "))
}
