//! The parser for a subset of Markdown: paragraphs, `- ` and `1. ` lists, fenced code, tables, **strong**, *emphasis*,
//! `code`.

use super::{Block, Role, Span, Text};

/// Parses a subset of Markdown. Any input is valid, so parsing cannot fail.
///
/// ```
/// use redis_tutor::markup::{Block, Role, Span, parse};
///
/// let text = parse("Type `:hint`.\n\n- one\n- two");
/// let [Block::Paragraph(spans), Block::List { numbered: false, items }] = &text.0[..] else { panic!("{text:?}") };
/// assert_eq!(spans[1], Span::new(Role::Code, ":hint"));
/// assert_eq!(items.len(), 2);
/// ```
pub fn parse(markdown: &str) -> Text {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        if trimmed.starts_with("```") {
            let code = lines.by_ref().take_while(|line| !line.trim().starts_with("```")).map(str::to_owned);
            blocks.push(Block::Code(code.collect()));
            continue;
        }
        if trimmed.starts_with('|') {
            let mut rows = vec![cells(trimmed)];
            while let Some(row) = lines.next_if(|line| line.trim().starts_with('|')) {
                if !row.trim().chars().all(|c| matches!(c, '|' | '-' | ':' | ' ')) {
                    rows.push(cells(row.trim()));
                }
            }
            blocks.push(Block::Table(rows));
            continue;
        }
        if let Some((numbered, item)) = first_item(trimmed) {
            let mut items = vec![item.to_owned()];
            let is_another = |line: &str| first_item(line).is_some_and(|(kind, _)| kind != numbered);
            while let Some(line) = lines.next_if(|line| !ends_block(line.trim()) && !is_another(line.trim())) {
                match self::item(line.trim()) {
                    Some((also_numbered, item)) if also_numbered == numbered => items.push(item.to_owned()),
                    _ => {
                        if let Some(last) = items.last_mut() {
                            last.push(' ');
                            last.push_str(line.trim());
                        }
                    }
                }
            }
            blocks.push(Block::List { numbered, items: items.iter().map(|item| spans(item)).collect() });
            continue;
        }
        let mut paragraph = trimmed.to_owned();
        while let Some(line) = lines.next_if(|line| !ends_block(line.trim()) && first_item(line.trim()).is_none()) {
            paragraph.push(' ');
            paragraph.push_str(line.trim());
        }
        blocks.push(Block::Paragraph(spans(&paragraph)));
    }
    Text(blocks)
}

/// Returns the first Markdown delimiter that is not closed, and the text that contains it. Returns `None` if all
/// delimiters are closed.
pub fn unclosed_mark(markdown: &str) -> Option<(&'static str, String)> {
    let fences: Vec<&str> = markdown.lines().filter(|line| line.trim().starts_with("```")).collect();
    if fences.len() % 2 == 1 {
        return fences.last().map(|line| ("```", line.trim().to_owned()));
    }
    let parts = parse(markdown).0.into_iter().flat_map(|block| match block {
        Block::Paragraph(spans) => vec![spans],
        Block::List { items, .. } => items,
        Block::Table(rows) => rows.into_iter().flatten().collect(),
        Block::Code(_) => Vec::new(),
    });
    let unclosed = |span: Span| {
        let mark = ["**", "`"].into_iter().find(|mark| span.role != Role::Code && span.text.contains(mark))?;
        Some((mark, span.text))
    };
    parts.flatten().find_map(unclosed)
}

/// Returns whether a paragraph or a list ends before `line`.
fn ends_block(line: &str) -> bool {
    line.is_empty() || line.starts_with("```") || line.starts_with('|')
}

/// Parses the first item of a list. Returns the same values as `item`. A numbered list must start with 1, because a
/// line such as `11. It is …` is the end of a sentence.
fn first_item(line: &str) -> Option<(bool, &str)> {
    item(line).filter(|(numbered, _)| !numbered || line.starts_with("1. "))
}

/// Parses a list item. Returns whether the list is numbered, and the text of the item. Returns `None` if the line is
/// not a list item.
fn item(line: &str) -> Option<(bool, &str)> {
    if let Some(item) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some((false, item));
    }
    let (number, item) = line.split_once(". ")?;
    (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some((true, item))
}

/// Parses the cells of a table row. As in other Markdown, `\|` is a bar within a cell.
fn cells(row: &str) -> Vec<Vec<Span>> {
    let mut cells = vec![String::new()];
    let mut rest = row.trim_matches('|').chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '|' => cells.push(String::new()),
            '\\' if rest.next_if_eq(&'|').is_some() => cells.last_mut().expect("starts with one").push('|'),
            c => cells.last_mut().expect("starts with one").push(c),
        }
    }
    cells.iter().map(|cell| spans(cell.trim())).collect()
}

/// Parses the inline delimiters in a paragraph. A delimiter that is not closed counts as plain text.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let marked =
            [("**", Role::Strong), ("`", Role::Code), ("*", Role::Emphasis)].into_iter().find_map(|(mark, role)| {
                let inner = rest.strip_prefix(mark)?;
                let end = inner.find(mark).filter(|&end| end > 0)?;
                let inside = &inner[..end];
                let is_mark = role == Role::Code || !(inside.starts_with(' ') || inside.ends_with(' '));
                is_mark.then(|| (Span::new(role, inside), &inner[end + mark.len()..]))
            });
        match marked {
            Some((span, after)) => {
                if !plain.is_empty() {
                    spans.push(Span::new(Role::Plain, std::mem::take(&mut plain)));
                }
                spans.push(span);
                rest = after;
            }
            None => {
                plain.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    if !plain.is_empty() {
        spans.push(Span::new(Role::Plain, plain));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_roles_and_unclosed_marks_stay_text() {
        let shown =
            |text| spans(text).iter().map(|s| format!("{:?}:{}", s.role, s.text)).collect::<Vec<_>>().join(" | ");
        assert_eq!(shown("a **b** `c*d`"), "Plain:a  | Strong:b | Plain:  | Code:c*d");
        assert_eq!(shown("2 * 3 * 4"), "Plain:2 * 3 * 4");
        assert_eq!(shown("an `open mark"), "Plain:an `open mark");
    }

    #[test]
    fn unclosed_marks_are_found() {
        for (text, mark) in [
            ("a **b** `c**d` 2 * 3", None),
            ("a **b", Some("**")),
            ("- a\n- `b", Some("`")),
            ("| a | `b |\n|--|--|\n", Some("`")),
            ("a **b `c** d", Some("`")),
            ("one\n```\nx = '`'\n```\n", None),
            ("one\n```\nx = 1\n", Some("```")),
            ("```\na\n```\n```\nb", Some("```")),
        ] {
            assert_eq!(unclosed_mark(text).map(|(mark, _)| mark), mark, "{text}");
        }
    }

    #[test]
    fn an_escaped_bar_is_part_of_its_cell() {
        assert_eq!(
            cells(r"| `on\|off` | b |"),
            [vec![Span::new(Role::Code, "on|off")], vec![Span::new(Role::Plain, "b")]]
        );
    }

    #[test]
    fn a_numbered_list_begins_with_1() {
        let paragraph = |text: &str| vec![Block::Paragraph(vec![Span::new(Role::Plain, text)])];
        assert_eq!(parse("11. It had never been touched.").0, paragraph("11. It had never been touched."));
        assert_eq!(parse("From 10 to\n11. It is.").0, paragraph("From 10 to 11. It is."));
        let lists = parse("- from 10 to\n11. It is.\n1. a\n2. b\n- c").0;
        assert!(matches!(&lists[0], Block::List { numbered: false, items } if items.len() == 1), "{lists:?}");
        assert!(matches!(&lists[1], Block::List { numbered: true, items } if items.len() == 2), "{lists:?}");
        assert!(matches!(&lists[2], Block::List { numbered: false, items } if items.len() == 1), "{lists:?}");
    }

    #[test]
    fn blocks_are_distinguished() {
        let text = parse("one\ntwo\n\n- a\n  b\n- c\n```\n  x = 1\n```\n| k | v |\n|---|---|\n| a | 1 |\n");
        assert_eq!(text.0.len(), 4, "{text:?}");
        assert_eq!(text.0[0], Block::Paragraph(vec![Span::new(Role::Plain, "one two")]));
        assert!(
            matches!(&text.0[1], Block::List { numbered: false, items } if items.len() == 2 && items[0][0].text == "a b")
        );
        assert_eq!(text.0[2], Block::Code(vec!["  x = 1".into()]));
        assert!(matches!(&text.0[3], Block::Table(rows) if rows.len() == 2));
    }
}
