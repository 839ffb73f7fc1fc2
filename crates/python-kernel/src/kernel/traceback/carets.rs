//! Draws the source lines of a traceback entry with `~~~~^^^^` under the expression that raised the exception, as
//! CPython 3.13 does. Carets are drawn under the operator or the brackets, and tildes under the rest. Neither is drawn
//! if they would mark the whole line.

use super::Entry;
use ruff_text_size::{Ranged, TextSize};
use rustpython_compiler::ast::{Expr, Mod, Stmt};
use rustpython_compiler::parser::{self, Mode};
use std::collections::BTreeSet;
use unicode_width::UnicodeWidthChar;

type Line = Vec<char>;

/// Start and end of the range marked with carets. Each is a line and a column, in characters, relative to a segment.
#[derive(Debug, Clone, Copy)]
struct Anchors {
    left: (usize, usize),
    right: (usize, usize),
}

/// Returns the source lines of an entry with their carets. Each line is indented by four spaces.
pub fn lines(source: &str, entry: &Entry) -> String {
    let original: Vec<&str> = source.split('\n').map(str::trim_end).collect();
    let last = entry.end_line.min(original.len());
    let Some(original) = original.get(entry.line - 1..last).filter(|lines| !lines.is_empty()) else {
        return String::new();
    };
    if original.iter().all(|line| line.is_empty()) {
        return String::new();
    }
    let dedented = dedent(original);
    let all: Vec<Line> = dedented.iter().map(|line| line.chars().collect()).collect();
    let removed = original[0].chars().count() - all[0].len();
    let start = characters(original[0], entry.column).saturating_sub(removed);
    let end = characters(original[original.len() - 1], entry.end_column).saturating_sub(removed);
    let drawing = Drawing::new(&all, start, end);
    let drawn = drawing.significant_lines();
    let drawn: Vec<&str> = drawn.lines().collect();
    dedent(&drawn).iter().map(|line| format!("    {line}\n")).collect()
}

/// Returns the line of a SyntaxError with carets from column `offset` up to column `end` (exclusive), both counted from
/// 1.
pub fn place(text: &str, offset: Option<usize>, end: Option<usize>) -> String {
    let right = text.trim_end_matches('\n');
    let left = right.trim_start_matches([' ', '\n', '\x0c']);
    let mut out = format!("    {left}\n");
    let Some(mut offset) = offset else { return out };
    let length = right.chars().count();
    let spaces = length - left.chars().count();
    let mut end = end.filter(|end| *end != 0).unwrap_or(offset);
    if offset > text.chars().count() {
        offset = length + 1;
    }
    if end > text.chars().count() {
        end = length + 1;
    }
    if offset >= end {
        end = offset + 1;
    }
    if offset > spaces {
        let before = left.chars().take(offset - 1 - spaces).map(|c| if c.is_whitespace() { c } else { ' ' });
        out.push_str(&format!("    {}{}\n", before.collect::<String>(), "^".repeat(end - offset)));
    }
    out
}

/// Source lines, and the segment of them that raised an exception: from column `start` in the first line to column
/// `end` (exclusive) in the last line.
struct Drawing<'a> {
    all: &'a [Line],
    start: usize,
    end: usize,
    anchors: Option<Anchors>,
    show_carets: bool,
}

impl<'a> Drawing<'a> {
    fn new(all: &'a [Line], start: usize, end: usize) -> Self {
        let anchors = anchors(&segment(all, start, end));
        let show_carets = should_show_carets(all, start, end, anchors.is_some());
        Self { all, start, end, anchors, show_carets }
    }

    /// Draws the first line, the last line and the lines around the anchors. States how many lines in between are
    /// omitted.
    fn significant_lines(&self) -> String {
        let mut significant = BTreeSet::from([0, self.all.len() - 1]);
        if let Some(anchors) = self.anchors {
            for line in [anchors.left.0, anchors.right.0] {
                significant.extend(line.saturating_sub(1)..(line + 2).min(self.all.len()));
            }
        }
        let mut out = String::new();
        let mut previous: Option<usize> = None;
        for line in significant {
            match previous.map_or(1, |previous| line - previous) {
                0 | 1 => {}
                2 => self.draw_line(line - 1, &mut out),
                distance => out.push_str(&format!("...<{} lines>...\n", distance - 1)),
            }
            self.draw_line(line, &mut out);
            previous = Some(line);
        }
        out
    }

    fn draw_line(&self, number: usize, out: &mut String) {
        let line = &self.all[number];
        out.extend(line);
        out.push('\n');
        if !self.show_carets {
            return;
        }
        let is_last = number + 1 == self.all.len();
        let indent = line.iter().take_while(|c| c.is_whitespace()).count();
        let carets = if is_last { width(line, self.end) } else { width(line, line.len()) };
        let start = width(&self.all[0], self.start);
        let anchors = self.anchors.map(|anchors| {
            let at = |(line, column): (usize, usize)| {
                let column = if line == 0 { column + self.start } else { column };
                (line, width(&self.all[line.min(self.all.len() - 1)], column))
            };
            (at(anchors.left), at(anchors.right))
        });
        for column in 0..carets {
            out.push(match anchors {
                _ if column < indent || (number == 0 && column < start) => ' ',
                Some((left, right)) if !((number, column) >= left && (number, column) < right) => '~',
                _ => '^',
            });
        }
        out.push('\n');
    }
}

/// Returns the source text of the segment.
fn segment(all: &[Line], start: usize, end: usize) -> String {
    let last = all.len() - 1;
    let part = |(number, line): (usize, &Line)| -> String {
        let from = if number == 0 { start.min(line.len()) } else { 0 };
        let to = if number == last { end.min(line.len()) } else { line.len() };
        line.get(from..to).unwrap_or_default().iter().collect()
    };
    all.iter().enumerate().map(part).collect::<Vec<_>>().join("\n")
}

/// Returns the range of the operator in a binary operation, or of the brackets in a call or subscript. Returns `None`
/// for any other expression.
fn anchors(segment: &str) -> Option<Anchors> {
    // Inside parentheses, an expression can extend over several lines. The added parentheses are on separate lines, so
    // that columns stay the same. `Text::position` subtracts the added line.
    let wrapped = format!("(\n{segment}\n)");
    let parsed = parser::parse(&wrapped, Mode::Module.into()).ok()?;
    let Mod::Module(module) = parsed.syntax() else { return None };
    let [Stmt::Expr(statement)] = &module.body[..] else { return None };
    let text = Text { lines: segment.lines().map(|line| line.chars().collect()).collect(), wrapped: &wrapped };
    match statement.value.as_ref() {
        Expr::BinOp(operation) => {
            let after = text.skip_line_end(text.position(operation.left.end()))?;
            let (line, column) = text.find(after, |c| !c.is_whitespace() && c != ')')?;
            let mut end = column + 1;
            let right = text.position(operation.right.start());
            let next = text.lines[line].get(end);
            let is_operator = next.is_some_and(|c| !c.is_whitespace() && !"\\#".contains(*c));
            if is_operator && (line, end) < right {
                end += 1;
            }
            Some(Anchors { left: (line, column), right: (line, end) })
        }
        Expr::Subscript(subscript) => {
            let after = text.skip_line_end(text.position(subscript.value.end()))?;
            let left = text.find(after, |c| c == '[')?;
            Some(Anchors { left, right: text.position(subscript.range.end()) })
        }
        Expr::Call(call) => {
            let after = text.skip_line_end(text.position(call.func.end()))?;
            let left = text.find(after, |c| c == '(')?;
            Some(Anchors { left, right: text.position(call.range.end()) })
        }
        _ => None,
    }
}

/// The lines of a segment, and the source text that was parsed: the segment in parentheses.
struct Text<'a> {
    lines: Vec<Line>,
    wrapped: &'a str,
}

impl Text<'_> {
    /// Converts a byte offset in the wrapped source text to a line and a column of the segment.
    fn position(&self, offset: TextSize) -> (usize, usize) {
        let before = &self.wrapped[..offset.to_usize()];
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count());
        (line.saturating_sub(1), column)
    }

    /// Returns the given position if there is a character at it, and otherwise the start of the next line that is not
    /// empty. Returns `None` after the last line.
    fn skip_line_end(&self, (mut line, mut column): (usize, usize)) -> Option<(usize, usize)> {
        while column >= self.lines.get(line)?.len() {
            column = 0;
            line += 1;
        }
        Some((line, column))
    }

    /// Returns the position of the next character for which `wanted` returns true, or `None` if there is none. Skips
    /// comments and line continuations.
    fn find(&self, from: (usize, usize), wanted: impl Fn(char) -> bool) -> Option<(usize, usize)> {
        let (mut line, mut column) = from;
        loop {
            let c = *self.lines.get(line)?.get(column)?;
            (line, column) = if "\\#".contains(c) {
                self.skip_line_end((line + 1, 0))?
            } else if wanted(c) {
                return Some((line, column));
            } else {
                self.skip_line_end((line, column + 1))?
            };
        }
    }
}

/// Returns whether to draw carets. CPython omits them if they would mark a whole line, or if the statement only calls a
/// function by a plain name.
fn should_show_carets(all: &[Line], start: usize, end: usize, anchored: bool) -> bool {
    let source = all.iter().map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join("\n");
    if let Ok(parsed) = parser::parse(&source, Mode::Module.into())
        && let Mod::Module(module) = parsed.syntax()
    {
        let Some(first) = module.body.first() else { return false };
        let call = match first {
            Stmt::Return(statement) => statement
                .value
                .as_deref()
                .filter(|value| matches!(value, Expr::Call(call) if matches!(*call.func, Expr::Name(_)))),
            Stmt::Assign(statement) if matches!(&statement.targets[..], [Expr::Name(_)]) => {
                Some(&*statement.value).filter(|value| matches!(value, Expr::Call(_)))
            }
            _ => None,
        };
        if let Some(call) = call {
            let before = &source[..call.end().to_usize()];
            let end_column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
            let spans =
                call.start().to_usize() == start && end_column == end && before.matches('\n').count() + 1 == all.len();
            if spans {
                return false;
            }
        }
    }
    let blank = |chars: &[char]| chars.iter().all(|c| c.is_whitespace());
    let (first, last) = (&all[0], &all[all.len() - 1]);
    anchored || !blank(&first[..start.min(first.len())]) || !blank(&last[end.min(last.len())..])
}

/// Converts a byte offset in a line to a number of characters.
fn characters(line: &str, offset: usize) -> usize {
    String::from_utf8_lossy(&line.as_bytes()[..offset.min(line.len())]).chars().count()
}

/// Returns the width in terminal columns of the first `count` characters. Each counts as at least one column.
fn width(line: &[char], count: usize) -> usize {
    line.iter().take(count).map(|c| c.width().unwrap_or(1).max(1)).sum()
}

/// Removes the indentation that all lines share. Ignores blank lines.
fn dedent(lines: &[&str]) -> Vec<String> {
    let mut margin: Option<&str> = None;
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        let shared = margin.unwrap_or(indent);
        let common = shared.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
        margin = Some(&shared[..common]);
    }
    let margin = margin.unwrap_or_default();
    lines
        .iter()
        .map(|line| line.strip_prefix(margin).filter(|rest| !rest.trim().is_empty()).unwrap_or_default().to_owned())
        .collect()
}
