//! The picture that compares two sets: two overlapping boxes, or three lists if the boxes do not fit.

use super::{change_mark, change_role, layout_members, shown_part, truncate_label};
use crate::markup::{DisplayWidth as _, Line, Role, Span, Style, layout_paragraph, pad_end};
use crate::messages::render as messages;
use crate::session::picture::{Member, Overlap, Piece};

/// The minimum width of a region, in columns.
const MIN_REGION: usize = 8;

pub(super) fn layout(overlap: &Overlap, style: Style) -> Vec<Line> {
    let names = overlap.names.each_ref().map(|name| truncate_label(name, style.width / 3, style));
    // Besides the three regions, a row has four vertical lines, a space before them and an empty column at the end.
    let room = style.width.saturating_sub(6);
    let mut columns = overlap.regions.each_ref().map(|region| max_width(region).clamp(MIN_REGION, room));
    while columns.iter().sum::<usize>() > room {
        let Some(largest) = columns.iter_mut().max() else { break };
        *largest -= 1;
    }
    let titles = [title(&names[0], overlap.sizes[0]), title(&names[1], overlap.sizes[1])];
    // The title of a box is part of its upper edge, so the box must be wide enough for it.
    columns[0] = columns[0].max(titles[0].width() + 2).min(room);
    columns[2] = columns[2].max(titles[1].width() + 2).min(room);
    if columns.iter().sum::<usize>() > room || columns.iter().any(|column| *column < MIN_REGION) {
        return layout_lists(overlap, &names, style);
    }
    let mut lines = layout_boxes(overlap, &titles, columns, style);
    let [left, both, right] = overlap.counts;
    let sizes = messages::set_operations(left, right, both, left + both + right);
    lines.extend(layout_paragraph(Role::Muted, sizes, style));
    lines
}

fn title(name: &str, size: usize) -> String {
    format!(" {name} ({size}) ")
}

/// Returns the width that a region needs, in columns.
fn max_width(region: &[Piece<Member>]) -> usize {
    region.iter().filter_map(shown_part).map(|member| member.label.text.width() + 4).max().unwrap_or(0)
}

/// Lays out the regions as two boxes that overlap like sheets of paper, with the second box one line lower.
fn layout_boxes(overlap: &Overlap, titles: &[String; 2], columns: [usize; 3], style: Style) -> Vec<Line> {
    let [left, middle, right] = columns;
    let line = |n: usize| style.choose("─", "-").repeat(n);
    let [top_left, top_right, bottom_left, bottom_right, cross] =
        if style.ascii { ["+", "+", "+", "+", "+"] } else { ["╭", "╮", "╰", "╯", "┼"] };
    let down = style.choose("│", "|");
    let edge = |text: String| Span::new(Role::Muted, text);
    let name = |text: &str| Span::new(Role::Strong, text.to_owned());
    let mut lines = vec![
        vec![
            edge(format!(" {top_left}{}", line(1))),
            name(&titles[0]),
            edge(format!("{}{top_right}", line(left + middle - titles[0].width()))),
        ],
        vec![
            edge(format!(" {down}{}{top_left}{}{cross}{}", " ".repeat(left), line(middle), line(1))),
            name(&titles[1]),
            edge(format!("{}{top_right}", line(right - titles[1].width() - 1))),
        ],
    ];
    let rows = overlap.regions.iter().map(Vec::len).max().unwrap_or(0).max(1);
    for row in 0..rows {
        let mut spans = vec![edge(format!(" {down}"))];
        for (region, column) in overlap.regions.iter().zip(columns) {
            spans.push(region_cell(region.get(row), column, style));
            spans.push(edge(down.to_owned()));
        }
        lines.push(spans);
    }
    lines.push(vec![edge(format!(
        " {bottom_left}{}{cross}{}{bottom_right}{}{down}",
        line(left),
        line(middle),
        " ".repeat(right)
    ))]);
    let below = format!(" {}{bottom_left}{}{bottom_right}", " ".repeat(left + 1), line(middle + right + 1));
    lines.push(vec![edge(below)]);
    lines
}

fn region_cell(piece: Option<&Piece<Member>>, column: usize, style: Style) -> Span {
    match piece {
        None => Span::new(Role::Plain, " ".repeat(column)),
        Some(Piece::More(count)) => {
            let text = format!("   {} {}", style.choose("⋮", ":"), messages::more_parts(count));
            Span::new(Role::Muted, pad_end(&text, column))
        }
        Some(Piece::Part(member)) => {
            let text = format!(" {} {}", change_mark(&member.change), truncate_label(&member.label, column - 4, style));
            Span::new(change_role(&member.change), pad_end(&text, column))
        }
    }
}

/// Lays out the three regions as lists, one below the other.
fn layout_lists(overlap: &Overlap, names: &[String; 2], style: Style) -> Vec<Line> {
    let headings = [messages::only_in(&names[0]), messages::in_both(), messages::only_in(&names[1])];
    let commands = ["SDIFF", "SINTER", "SDIFF"];
    let mut lines = Vec::new();
    for ((heading, region), (command, count)) in
        headings.iter().zip(&overlap.regions).zip(commands.into_iter().zip(overlap.counts))
    {
        lines.push(vec![
            Span::new(Role::Strong, format!(" {heading}")),
            Span::new(Role::Muted, format!(" ({command}: {count})")),
        ]);
        lines.extend(layout_members(region, style));
    }
    lines
}
