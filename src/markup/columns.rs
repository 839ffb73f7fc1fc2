//! Measures, pads and truncates text by its width in terminal columns.

use super::{Span, Style, visible};

/// The width of text on the screen.
pub trait DisplayWidth {
    /// Returns the width in columns. Hidden characters are measured in the escaped form in which they are shown.
    fn width(&self) -> usize;
}

impl DisplayWidth for str {
    fn width(&self) -> usize {
        unicode_width::UnicodeWidthStr::width(&*visible(self))
    }
}

/// Returns the width of a line in columns.
pub fn line_width(line: &[Span]) -> usize {
    line.iter().map(|span| span.text.width()).sum()
}

/// Pads text with spaces at the end, up to the given number of columns.
pub fn pad_end(text: &str, columns: usize) -> String {
    format!("{text}{}", padding(text, columns))
}

/// Pads text with spaces at the start, up to the given number of columns, so that it is right-aligned.
pub fn pad_start(text: &str, columns: usize) -> String {
    format!("{}{text}", padding(text, columns))
}

fn padding(text: &str, columns: usize) -> String {
    " ".repeat(columns.saturating_sub(text.width()))
}

/// Truncates text to the given number of columns. Text that is too long ends in `ellipsis`.
///
/// ```
/// use redis_tutor::markup::truncate;
///
/// assert_eq!(truncate("leaderboard", 20, "…"), "leaderboard");
/// assert_eq!(truncate("leaderboard", 7, "…"), "leader…");
/// ```
pub fn truncate(text: &str, columns: usize, ellipsis: &str) -> String {
    if text.width() <= columns { text.to_owned() } else { truncate_marked(text, columns, ellipsis) }
}

/// Truncates text to the given number of columns, including `ellipsis`, which is always appended.
pub fn truncate_marked(text: &str, columns: usize, ellipsis: &str) -> String {
    let columns = columns.saturating_sub(ellipsis.width());
    let ends = text.char_indices().map(|(start, c)| start + c.len_utf8());
    let end = ends.take_while(|end| text[..*end].width() <= columns).last().unwrap_or(0);
    format!("{}{ellipsis}", &text[..end])
}

/// Truncates text to the given number of characters. If text is cut off, appends an ellipsis.
///
/// ```
/// use redis_tutor::markup::truncate_characters;
///
/// assert_eq!(truncate_characters("leaderboard", 11), "leaderboard");
/// assert_eq!(truncate_characters("leaderboard", 6), "leader…");
/// ```
pub fn truncate_characters(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Style {
    /// Returns `ascii` if the style allows only ASCII characters, and `unicode` otherwise.
    pub fn choose(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.ascii { ascii } else { unicode }
    }

    /// Returns the mark for omitted text.
    pub fn ellipsis(self) -> &'static str {
        self.choose("…", "...")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_counted_in_columns_and_not_in_characters() {
        for columns in 1..8 {
            let text = truncate("日本語 text", columns, "…");
            assert!(text.width() <= columns, "{text:?} is wider than {columns}");
        }
        assert_eq!(truncate("日本語", 4, "…"), "日…");
        assert_eq!(truncate("a\x1b[2Jb", 6, "…"), "a\x1b…");
        assert_eq!(pad_end("\x07", 6), "\x07  ");
        assert_eq!(pad_end("日本", 6), "日本  ");
        assert_eq!(pad_start("日本", 6), "  日本");
    }
}
