//! A list: side by side between its two ends where there is room, else one below the other.

use unicode_width::UnicodeWidthStr as _;

use super::{Canvas, mark, more, part, role, to_the_right};
use crate::markup::{Line, Role, Span};
use crate::session::picture::{Change, Element, Piece};

/// The widest box of an element.
const WIDEST: usize = 16;

pub(super) fn lines(pieces: &[Piece<Element>], canvas: Canvas) -> Vec<Line> {
    side_by_side(pieces, canvas).unwrap_or_else(|| below_one_another(pieces, canvas))
}

/// A box in a row.
struct Cell {
    text: String,
    /// The index from the head and from the tail.
    indices: [String; 2],
    change: Change,
    columns: usize,
}

/// None if they do not fit.
fn side_by_side(pieces: &[Piece<Element>], canvas: Canvas) -> Option<Vec<Line>> {
    let mut cells = Vec::new();
    for piece in pieces {
        let element = part(piece)?;
        if element.label.rest > 0 || element.label.text.width() > WIDEST {
            return None;
        }
        let text = match element.change {
            Change::Same => element.label.text.clone(),
            _ => format!("{} {}", mark(&element.change), element.label.text),
        };
        let indices = element.place.map_or_else(Default::default, |(head, tail)| [head.to_string(), tail.to_string()]);
        let columns = text.width().max(2);
        cells.push(Cell { text, indices, change: element.change.clone(), columns });
    }
    let width: usize = cells.iter().map(|cell| cell.columns + 3).sum::<usize>() + 2;
    if width >= canvas.width || cells.is_empty() {
        return None;
    }
    let rule = |left: &str, between: &str, right: &str| {
        let line = canvas.either("─", "-");
        let parts: Vec<String> = cells.iter().map(|cell| line.repeat(cell.columns + 2)).collect();
        vec![Span::new(Role::Muted, format!(" {left}{}{right}", parts.join(between)))]
    };
    let bar = || Span::new(Role::Muted, canvas.either("│", "|"));
    let mut middle = vec![Span::new(Role::Plain, " "), bar()];
    for cell in &cells {
        let blanks = " ".repeat(cell.columns - cell.text.width());
        middle.extend([
            Span::new(role(&cell.change), format!(" {}", cell.text)),
            Span::new(Role::Plain, blanks + " "),
            bar(),
        ]);
    }
    let index = |which: usize| {
        let numbers: Vec<String> =
            cells.iter().map(|cell| format!(" {} ", super::padded(&cell.indices[which], cell.columns))).collect();
        vec![Span::new(Role::Muted, format!("  {}", numbers.join(" ")))]
    };
    Some(vec![
        ends(width),
        rule(canvas.either("┌", "+"), canvas.either("┬", "+"), canvas.either("┐", "+")),
        middle,
        rule(canvas.either("└", "+"), canvas.either("┴", "+"), canvas.either("┘", "+")),
        index(0),
        index(1),
    ])
}

/// `head` at the left, `tail` at the right.
fn ends(width: usize) -> Line {
    let (long, short) = ((" head: LPUSH, LPOP", "tail: RPUSH, RPOP"), (" head", "tail"));
    let fits = |(head, tail): (&str, &str)| head.len() + tail.len() + 2 <= width;
    let (head, tail) = if fits(long) { long } else { short };
    let between = width.saturating_sub(head.len() + tail.len()).max(2);
    vec![Span::new(Role::Muted, format!("{head}{}{tail}", " ".repeat(between)))]
}

fn below_one_another(pieces: &[Piece<Element>], canvas: Canvas) -> Vec<Line> {
    let texts = |element: &Element| element.place.map_or(0, |(_, tail)| tail.to_string().len());
    let column = pieces.iter().filter_map(part).map(texts).max().unwrap_or(0).max(2);
    let mut lines = vec![vec![Span::new(Role::Muted, " head: LPUSH, LPOP")]];
    for piece in pieces {
        let element = match piece {
            Piece::Part(element) => element,
            Piece::More(count) => {
                lines.push(more(*count, canvas));
                continue;
            }
        };
        let (head, tail) =
            element.place.map_or_else(Default::default, |(head, tail)| (head.to_string(), tail.to_string()));
        let places = format!(" {} {}  ", to_the_right(&head, column), to_the_right(&tail, column));
        let text = canvas.fit(&element.label, canvas.width.saturating_sub(places.len() + 4));
        lines.push(vec![
            Span::new(role(&element.change), format!(" {}", mark(&element.change))),
            Span::new(Role::Muted, places),
            Span::new(role(&element.change), text),
        ]);
    }
    lines.push(vec![Span::new(Role::Muted, " tail: RPUSH, RPOP")]);
    lines
}
