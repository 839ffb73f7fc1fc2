//! The picture of a list: its elements side by side from head to tail, or one below the other if a row would be too
//! wide.

use super::{change_mark, change_role, more_line, shown_part, truncate_label};
use crate::markup::{DisplayWidth as _, Line, Role, Span, Style, pad_end, pad_start};
use crate::messages::render as messages;
use crate::session::picture::{Change, Element, Piece};

/// The maximum width of an element's box, in columns.
const MAX_BOX: usize = 16;

pub(super) fn layout(pieces: &[Piece<Element>], style: Style) -> Vec<Line> {
    layout_side_by_side(pieces, style).unwrap_or_else(|| layout_below_one_another(pieces, style))
}

/// The box of an element.
struct Cell {
    text: String,
    /// The element's indices, counted from the head and from the tail.
    indices: [String; 2],
    change: Change,
    columns: usize,
}

/// Lays out the elements as boxes in a row. Returns `None` if the row is too wide.
fn layout_side_by_side(pieces: &[Piece<Element>], style: Style) -> Option<Vec<Line>> {
    let mut cells = Vec::new();
    for piece in pieces {
        let element = shown_part(piece)?;
        if element.label.rest > 0 || element.label.text.width() > MAX_BOX {
            return None;
        }
        let text = match element.change {
            Change::Same => element.label.text.clone(),
            _ => format!("{} {}", change_mark(&element.change), element.label.text),
        };
        let indices = element.place.map_or_else(Default::default, |(head, tail)| [head.to_string(), tail.to_string()]);
        let columns = text.width().max(2);
        cells.push(Cell { text, indices, change: element.change.clone(), columns });
    }
    let width: usize = cells.iter().map(|cell| cell.columns + 3).sum::<usize>() + 2;
    if width >= style.width || cells.is_empty() {
        return None;
    }
    let rule = |left: &str, between: &str, right: &str| {
        let line = style.choose("─", "-");
        let parts: Vec<String> = cells.iter().map(|cell| line.repeat(cell.columns + 2)).collect();
        vec![Span::new(Role::Muted, format!(" {left}{}{right}", parts.join(between)))]
    };
    let bar = || Span::new(Role::Muted, style.choose("│", "|"));
    let mut middle = vec![Span::new(Role::Plain, " "), bar()];
    for cell in &cells {
        let padding = " ".repeat(cell.columns - cell.text.width());
        middle.extend([
            Span::new(change_role(&cell.change), format!(" {}", cell.text)),
            Span::new(Role::Plain, padding + " "),
            bar(),
        ]);
    }
    let index_line = |which: usize| {
        let numbers: Vec<String> =
            cells.iter().map(|cell| format!(" {} ", pad_end(&cell.indices[which], cell.columns))).collect();
        vec![Span::new(Role::Muted, format!("  {}", numbers.join(" ")))]
    };
    Some(vec![
        ends(width),
        rule(style.choose("┌", "+"), style.choose("┬", "+"), style.choose("┐", "+")),
        middle,
        rule(style.choose("└", "+"), style.choose("┴", "+"), style.choose("┘", "+")),
        index_line(0),
        index_line(1),
    ])
}

/// Returns the line above the boxes, which labels the head at the left and the tail at the right.
fn ends(width: usize) -> Line {
    let (mut head, mut tail) = (messages::list_head(), messages::list_tail());
    if head.width() + tail.width() + 3 > width {
        (head, tail) = ("head".into(), "tail".into());
    }
    let gap = width.saturating_sub(head.width() + tail.width() + 1).max(2);
    vec![Span::new(Role::Muted, format!(" {head}{}{tail}", " ".repeat(gap)))]
}

/// Lays out one line for each element, from the head to the tail.
fn layout_below_one_another(pieces: &[Piece<Element>], style: Style) -> Vec<Line> {
    let index_width = |element: &Element| element.place.map_or(0, |(_, tail)| tail.to_string().len());
    let column = pieces.iter().filter_map(shown_part).map(index_width).max().unwrap_or(0).max(2);
    let mut lines = vec![vec![Span::new(Role::Muted, format!(" {}", messages::list_head()))]];
    for piece in pieces {
        let element = match piece {
            Piece::Part(element) => element,
            Piece::More(count) => {
                lines.push(more_line(&messages::more_parts(count), style));
                continue;
            }
        };
        let (head, tail) =
            element.place.map_or_else(Default::default, |(head, tail)| (head.to_string(), tail.to_string()));
        let indices = format!(" {} {}  ", pad_start(&head, column), pad_start(&tail, column));
        let text = truncate_label(&element.label, style.width.saturating_sub(indices.len() + 4), style);
        lines.push(vec![
            Span::new(change_role(&element.change), format!(" {}", change_mark(&element.change))),
            Span::new(Role::Muted, indices),
            Span::new(change_role(&element.change), text),
        ]);
    }
    lines.push(vec![Span::new(Role::Muted, format!(" {}", messages::list_tail()))]);
    lines
}
