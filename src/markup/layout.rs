//! Lines of a width: paragraphs broken between words, lists and tables aligned.

use unicode_width::UnicodeWidthStr as _;

use super::{Block, Line, Role, Span, Text};

/// Which characters may be used for lines and marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Only ASCII.
    pub ascii: bool,
    /// No lines drawn, no columns aligned: text that reads well aloud.
    pub plain: bool,
    /// Where there is no colour: code keeps its backticks.
    pub quoted: bool,
}

/// The narrowest text that is still text.
const NARROWEST: usize = 20;

/// Lays a text out, each line begun by a blank. A mark, if one is given, stands before the first line, and the others
/// are indented past it.
pub fn layout(text: &Text, mark: Option<Span>, style: Style) -> Vec<Line> {
    let before = mark.as_ref().map_or(0, |mark| mark.text.width());
    let mut lines = blocks(text, Style { width: style.width.max(NARROWEST) - before, ..style });
    if let Some(mark) = mark {
        for line in lines.iter_mut().skip(1).filter(|line| !line.is_empty()) {
            line.insert(0, Span::new(Role::Plain, " ".repeat(before)));
        }
        if let Some(line) = lines.first_mut() {
            line.insert(0, mark);
        }
    }
    lines
}

fn blocks(text: &Text, style: Style) -> Vec<Line> {
    let width = style.width;
    let mut lines = Vec::new();
    for (index, block) in text.0.iter().enumerate() {
        if index > 0 {
            lines.push(Vec::new());
        }
        match block {
            Block::Paragraph(spans) => lines.extend(wrap(&quoted(spans, style), width, " ", " ")),
            Block::Code(code) => {
                lines.extend(
                    code.iter().map(|line| vec![Span::new(Role::Plain, "   "), Span::new(Role::Code, line.as_str())]),
                );
            }
            Block::List { numbered, items } => {
                for (index, item) in items.iter().enumerate() {
                    let mark = match (numbered, style.ascii) {
                        (true, _) => format!("{}.", index + 1),
                        (false, true) => "-".into(),
                        (false, false) => "•".into(),
                    };
                    let indent = " ".repeat(mark.width() + 2);
                    lines.extend(wrap(&quoted(item, style), width, &format!(" {mark} "), &indent));
                }
            }
            Block::Table(rows) => {
                let cells = |row: &Vec<Vec<Span>>| row.iter().map(|cell| quoted(cell, style)).collect();
                lines.extend(table(&rows.iter().map(cells).collect::<Vec<_>>(), style));
            }
        }
    }
    lines
}

/// Code in backticks, where nothing else would tell it from text.
fn quoted(spans: &[Span], style: Style) -> Vec<Span> {
    let mut spans = spans.to_vec();
    for span in spans.iter_mut().filter(|span| style.quoted && span.role == Role::Code) {
        span.text = format!("`{}`", span.text);
    }
    spans
}

/// A line with a title in it, as wide as the style.
pub fn rule(title: &str, style: Style) -> Line {
    if style.plain {
        return vec![Span::new(Role::Title, format!("== {title} =="))];
    }
    let dash = if style.ascii { "-" } else { "─" };
    let rest = style.width.max(NARROWEST).saturating_sub(title.width() + 3);
    vec![Span::new(Role::Title, format!(" {title} ")), Span::new(Role::Muted, dash.repeat(rest))]
}

/// A word with the meaning of its pieces, and whether a blank stands before it.
struct Word {
    pieces: Vec<Span>,
    width: usize,
}

fn words(spans: &[Span]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut glued = false;
    for span in spans {
        let mut first = true;
        for part in span.text.split(' ') {
            if !first {
                glued = false;
            }
            first = false;
            if part.is_empty() {
                continue;
            }
            let piece = Span::new(span.role, part);
            let width = part.width();
            match words.last_mut() {
                Some(word) if glued => {
                    word.width += width;
                    word.pieces.push(piece);
                }
                _ => words.push(Word { pieces: vec![piece], width }),
            }
            glued = true;
        }
    }
    words
}

/// Breaks spans between words. The first line begins with `first`, the others with `rest`.
fn wrap(spans: &[Span], width: usize, first: &str, rest: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut line = vec![Span::new(Role::Plain, first)];
    let mut used = first.width();
    let mut empty = true;
    for word in words(spans) {
        if !empty && used + 1 + word.width > width {
            lines.push(std::mem::replace(&mut line, vec![Span::new(Role::Plain, rest)]));
            used = rest.width();
            empty = true;
        }
        if !empty {
            let role = match (line.last(), word.pieces.first()) {
                // A blank inside marked text belongs to it.
                (Some(before), Some(after)) if before.role == after.role => before.role,
                _ => Role::Plain,
            };
            push(&mut line, Span::new(role, " "));
            used += 1;
        }
        used += word.width;
        empty = false;
        for piece in word.pieces {
            push(&mut line, piece);
        }
    }
    lines.push(line);
    lines
}

/// Appends a span, and joins it with the one before if they mean the same.
fn push(line: &mut Line, span: Span) {
    match line.last_mut() {
        Some(last) if last.role == span.role => last.text.push_str(&span.text),
        _ => line.push(span),
    }
}

fn cell_width(cell: &[Span]) -> usize {
    cell.iter().map(|span| span.text.width()).sum()
}

fn table(rows: &[Vec<Vec<Span>>], style: Style) -> Vec<Line> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths = vec![0; columns];
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            widths[column] = widths[column].max(cell_width(cell));
        }
    }
    let total = (widths.iter().sum::<usize>() + 2 * columns).saturating_sub(1);
    if style.plain || total > style.width.max(NARROWEST) {
        return stacked(rows, style.width);
    }
    let mut lines = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let mut line = vec![Span::new(Role::Plain, " ")];
        for (column, cell) in row.iter().enumerate() {
            let padding = " ".repeat(widths[column] - cell_width(cell) + 2);
            // Numbers stand to the right, under one another.
            let is_number = cell.first().is_some_and(|span| span.text.starts_with(|c: char| c.is_ascii_digit()));
            let (before, after) = if is_number && column > 0 { (&padding[2..], "  ") } else { ("", padding.as_str()) };
            push(&mut line, Span::new(Role::Plain, before));
            for span in cell {
                let role = if index == 0 { Role::Strong } else { span.role };
                push(&mut line, Span::new(role, span.text.as_str()));
            }
            push(&mut line, Span::new(Role::Plain, after));
        }
        if let Some(last) = line.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        lines.push(line);
    }
    lines
}

/// A table that is too wide: each row's cells below one another, under the names of the columns.
fn stacked(rows: &[Vec<Vec<Span>>], width: usize) -> Vec<Line> {
    let Some((head, body)) = rows.split_first() else { return Vec::new() };
    let mut lines = Vec::new();
    for row in body {
        for (column, cell) in row.iter().enumerate().filter(|(column, cell)| *column == 0 || !cell.is_empty()) {
            let indent = if column == 0 { " " } else { "   " };
            let name = head.get(column).map(|cell| super::plain(cell)).filter(|name| column > 0 && !name.is_empty());
            let name = name.map(|name| Span::new(Role::Plain, format!("{name}: ")));
            let spans: Vec<Span> = name.into_iter().chain(cell.iter().cloned()).collect();
            lines.extend(wrap(&spans, width, indent, indent));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::{parse, plain};

    const STYLE: Style = Style { width: 20, ascii: true, plain: false, quoted: false };

    fn laid_out(markdown: &str, style: Style) -> Vec<String> {
        layout(&parse(markdown), None, style).iter().map(|line| plain(line)).collect()
    }

    #[test]
    fn paragraphs_break_between_words_and_no_line_is_too_wide() {
        let lines = laid_out("The field `visits` is a number, kept as text, of **one** hash.", STYLE);
        assert_eq!(lines, [" The field visits is", " a number, kept as", " text, of one hash."]);
        assert_eq!(laid_out("übermäßig 日本語 日本語 x", STYLE), [" übermäßig 日本語", " 日本語 x"]);
    }

    #[test]
    fn lists_hang_and_long_words_stay_whole() {
        assert_eq!(laid_out("- one two three four five", STYLE), [" - one two three", "   four five"]);
        assert_eq!(laid_out("averyveryverylongwordindeed a", STYLE), [" averyveryverylongwordindeed", " a"]);
    }

    #[test]
    fn a_mark_stands_before_the_first_line_and_code_is_quoted_without_colour() {
        let style = Style { quoted: true, ..STYLE };
        let mark = Span::new(Role::Done, " *");
        let lines = layout(&parse("`visits` is eleven now, at last"), Some(mark), style);
        let lines: Vec<_> = lines.iter().map(|line| plain(line)).collect();
        assert_eq!(lines, [" * `visits` is", "   eleven now, at", "   last"]);
    }

    #[test]
    fn a_table_too_wide_is_stacked() {
        let table = "| way | bytes |\n|--|--|\n| blob | 213 |\n| hash | 7 |";
        assert_eq!(laid_out(table, STYLE), [" way   bytes", " blob    213", " hash      7"]);
        let plain = Style { plain: true, ..STYLE };
        assert_eq!(laid_out(table, plain), [" blob", "   bytes: 213", " hash", "   bytes: 7"]);
        let wide = "| way | bytes |\n|--|--|\n| blob | all of them, each time |";
        assert_eq!(laid_out(wide, STYLE), [" blob", "   bytes: all of", "   them, each time"]);
    }
}
