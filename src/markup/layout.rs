//! Lays out text in lines: breaks paragraphs between words, indents lists, aligns tables.

use super::{Block, DisplayWidth as _, Line, Role, Span, Text, line_width, plain_text};

/// The layout options for text and pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// The width in columns.
    pub width: usize,
    /// Whether only ASCII characters are used for lines and marks.
    pub ascii: bool,
    /// Whether the output is for a screen reader, and so has no drawn lines and no aligned columns.
    pub plain: bool,
    /// Whether code is shown in backticks, because no colour marks it.
    pub quoted: bool,
}

/// Minimum width of a layout, in columns. It is used even if the terminal is narrower.
const MIN_WIDTH: usize = 20;

/// Lays out a [`Text`]. Each line begins with a space. If there is a mark, the first line begins with it, and the
/// other lines are indented by the mark's width.
pub fn layout(text: &Text, mark: Option<Span>, style: Style) -> Vec<Line> {
    let indent = mark.as_ref().map_or(0, |mark| mark.text.width());
    let mut lines = layout_blocks(text, Style { width: style.width.max(MIN_WIDTH) - indent, ..style });
    if let Some(mark) = mark {
        for line in lines.iter_mut().skip(1).filter(|line| !line.is_empty()) {
            line.insert(0, Span::new(Role::Plain, " ".repeat(indent)));
        }
        if let Some(line) = lines.first_mut() {
            line.insert(0, mark);
        }
    }
    lines
}

/// Lays out one paragraph with one role.
pub fn layout_paragraph(role: Role, text: impl Into<String>, style: Style) -> Vec<Line> {
    layout(&Text::paragraph(role, text), None, style)
}

fn layout_blocks(text: &Text, style: Style) -> Vec<Line> {
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
                    code.iter()
                        .map(|line| vec![Span::new(Role::Plain, "   "), Span::new(Role::Code, expand_tabs(line))]),
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
                lines.extend(layout_table(&rows.iter().map(cells).collect::<Vec<_>>(), style));
            }
        }
    }
    lines
}

/// Replaces tabs with spaces.
fn expand_tabs(line: &str) -> String {
    line.replace('\t', "    ")
}

/// Encloses code in backticks if the style requires it.
fn quoted(spans: &[Span], style: Style) -> Vec<Span> {
    let mut spans = spans.to_vec();
    for span in spans.iter_mut().filter(|span| style.quoted && span.role == Role::Code) {
        span.text = format!("`{}`", span.text);
    }
    spans
}

/// Returns a heading: a title, followed by a rule up to `style.width`. In the plain style, returns `== title ==`
/// instead.
pub fn rule(title: &str, style: Style) -> Line {
    if style.plain {
        return vec![Span::new(Role::Title, format!("== {title} =="))];
    }
    let dash = style.choose("─", "-");
    let rest = style.width.max(MIN_WIDTH).saturating_sub(title.width() + 3);
    vec![Span::new(Role::Title, format!(" {title} ")), Span::new(Role::Muted, dash.repeat(rest))]
}

/// A word, which may consist of pieces with different roles.
struct Word {
    pieces: Vec<Span>,
    width: usize,
}

fn words(spans: &[Span]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    // Whether the next piece continues the last word, because no space or tab separates them.
    let mut continues = false;
    for span in spans {
        let mut is_first = true;
        for part in span.text.split([' ', '\t']) {
            if !is_first {
                continues = false;
            }
            is_first = false;
            if part.is_empty() {
                continue;
            }
            let piece = Span::new(span.role, part);
            let width = part.width();
            match words.last_mut() {
                Some(word) if continues => {
                    word.width += width;
                    word.pieces.push(piece);
                }
                _ => words.push(Word { pieces: vec![piece], width }),
            }
            continues = true;
        }
    }
    words
}

/// Breaks spans into lines between words. The first line begins with the string `first`, the other lines with `rest`.
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
                // If both neighbouring words have the same role, the space between them has that role as well.
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

/// Appends a span to a line. If the line's last span has the same role, extends that span instead.
fn push(line: &mut Line, span: Span) {
    match line.last_mut() {
        Some(last) if last.role == span.role => last.text.push_str(&span.text),
        _ => line.push(span),
    }
}

fn layout_table(rows: &[Vec<Vec<Span>>], style: Style) -> Vec<Line> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths = vec![0; columns];
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            widths[column] = widths[column].max(line_width(cell));
        }
    }
    let total = (widths.iter().sum::<usize>() + 2 * columns).saturating_sub(1);
    if style.plain || total > style.width.max(MIN_WIDTH) {
        return layout_stacked_table(rows, style.width);
    }
    let mut lines = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if index == 0 && row.iter().all(Vec::is_empty) {
            continue;
        }
        let mut line = vec![Span::new(Role::Plain, " ")];
        for (column, cell) in row.iter().enumerate() {
            let padding = " ".repeat(widths[column] - line_width(cell) + 2);
            // Numbers are right-aligned.
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

/// Lays out a table that is too wide for columns. Each cell is on a separate line, after the name of its column.
fn layout_stacked_table(rows: &[Vec<Vec<Span>>], width: usize) -> Vec<Line> {
    let Some((head, body)) = rows.split_first() else { return Vec::new() };
    let mut lines = Vec::new();
    for row in body {
        for (column, cell) in row.iter().enumerate().filter(|(column, cell)| *column == 0 || !cell.is_empty()) {
            let indent = if column == 0 { " " } else { "   " };
            let name = head.get(column).map(|cell| plain_text(cell)).filter(|name| column > 0 && !name.is_empty());
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
    use crate::markup::parse;

    const STYLE: Style = Style { width: 20, ascii: true, plain: false, quoted: false };

    fn laid_out(markdown: &str, style: Style) -> Vec<String> {
        layout(&parse(markdown), None, style).iter().map(|line| plain_text(line)).collect()
    }

    #[test]
    fn paragraphs_are_broken_between_words_and_no_line_is_too_wide() {
        let lines = laid_out("The field `visits` is a number, kept as text, of **one** hash.", STYLE);
        assert_eq!(lines, [" The field visits is", " a number, kept as", " text, of one hash."]);
        assert_eq!(laid_out("übermäßig 日本語 日本語 x", STYLE), [" übermäßig 日本語", " 日本語 x"]);
    }

    #[test]
    fn list_items_are_indented_and_long_words_are_not_broken() {
        assert_eq!(laid_out("- one two three four five", STYLE), [" - one two three", "   four five"]);
        assert_eq!(laid_out("averyveryverylongwordindeed a", STYLE), [" averyveryverylongwordindeed", " a"]);
    }

    #[test]
    fn the_first_line_begins_with_the_mark_and_code_is_quoted_without_colour() {
        let style = Style { quoted: true, ..STYLE };
        let mark = Span::new(Role::Done, " *");
        let lines = layout(&parse("`visits` is eleven now, at last"), Some(mark), style);
        let lines: Vec<_> = lines.iter().map(|line| plain_text(line)).collect();
        assert_eq!(lines, [" * `visits` is", "   eleven now, at", "   last"]);
    }

    #[test]
    fn a_table_that_is_too_wide_is_stacked() {
        let table = "| way | bytes |\n|--|--|\n| blob | 213 |\n| hash | 7 |";
        assert_eq!(laid_out(table, STYLE), [" way   bytes", " blob    213", " hash      7"]);
        let plain = Style { plain: true, ..STYLE };
        assert_eq!(laid_out(table, plain), [" blob", "   bytes: 213", " hash", "   bytes: 7"]);
        let wide = "| way | bytes |\n|--|--|\n| blob | all of them, each time |";
        assert_eq!(laid_out(wide, STYLE), [" blob", "   bytes: all of", "   them, each time"]);
    }

    #[test]
    fn a_header_without_text_is_not_shown() {
        assert_eq!(laid_out("| | |\n|--|--|\n| blob | 213 |", STYLE), [" blob  213"]);
    }
}
