//! Two sets as two boxes that overlap; where there is no room, three lists.

use unicode_width::UnicodeWidthStr as _;

use super::{Canvas, mark, padded, part, role};
use crate::markup::{Line, Role, Span};
use crate::session::picture::{Member, Overlap, Piece};

/// The narrowest column in which members can be read.
const NARROWEST: usize = 8;

pub(super) fn lines(overlap: &Overlap, canvas: Canvas) -> Vec<Line> {
    let names = overlap.names.each_ref().map(|name| canvas.fit(name, canvas.width / 3));
    // Four lines stand between and around three columns, and a blank before.
    let room = canvas.width.saturating_sub(6);
    let wanted = overlap.regions.each_ref().map(|region| widest(region).clamp(NARROWEST, room));
    let mut columns = wanted;
    while columns.iter().sum::<usize>() > room {
        let Some(largest) = columns.iter_mut().max() else { break };
        *largest -= 1;
    }
    let titles = [title(&names[0], overlap.sizes[0]), title(&names[1], overlap.sizes[1])];
    // A title stands in the upper edge of its box.
    columns[0] = columns[0].max(titles[0].width() + 2).min(room);
    columns[2] = columns[2].max(titles[1].width() + 2).min(room);
    if columns.iter().sum::<usize>() > room || columns.iter().any(|column| *column < NARROWEST) {
        return lists(overlap, &names, canvas);
    }
    let mut lines = boxes(overlap, &titles, columns, canvas);
    let [left, both, right] = overlap.counts;
    let said =
        format!("SDIFF: {left} at the left, {right} at the right. SINTER: {both}. SUNION: {}.", left + both + right);
    lines.extend(super::wrapped(&said, Role::Muted, canvas.style()));
    lines
}

fn title(name: &str, size: usize) -> String {
    format!(" {name} ({size}) ")
}

/// How wide a region's column wants to be.
fn widest(region: &[Piece<Member>]) -> usize {
    region.iter().filter_map(part).map(|member| member.label.text.width() + 4).max().unwrap_or(0)
}

/// The boxes overlap like two sheets of paper: the second lies a line lower.
fn boxes(overlap: &Overlap, titles: &[String; 2], columns: [usize; 3], canvas: Canvas) -> Vec<Line> {
    let [left, middle, right] = columns;
    let line = |n: usize| canvas.either("─", "-").repeat(n);
    let [top_left, top_right, bottom_left, bottom_right, cross] =
        if canvas.ascii { ["+", "+", "+", "+", "+"] } else { ["╭", "╮", "╰", "╯", "┼"] };
    let down = canvas.either("│", "|");
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
            spans.push(cell(region.get(row), column, canvas));
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

fn cell(piece: Option<&Piece<Member>>, column: usize, canvas: Canvas) -> Span {
    match piece {
        None => Span::new(Role::Plain, " ".repeat(column)),
        Some(Piece::More(count)) => {
            Span::new(Role::Muted, padded(&format!("   {} {count} more", canvas.either("⋮", ":")), column))
        }
        Some(Piece::Part(member)) => {
            let text = format!(" {} {}", mark(&member.change), canvas.fit(&member.label, column - 4));
            Span::new(role(&member.change), padded(&text, column))
        }
    }
}

fn lists(overlap: &Overlap, names: &[String; 2], canvas: Canvas) -> Vec<Line> {
    let heads = [format!("only in {}", names[0]), "in both".to_owned(), format!("only in {}", names[1])];
    let commands = ["SDIFF", "SINTER", "SDIFF"];
    let mut lines = Vec::new();
    for ((head, region), (command, count)) in
        heads.iter().zip(&overlap.regions).zip(commands.into_iter().zip(overlap.counts))
    {
        lines.push(vec![
            Span::new(Role::Strong, format!(" {head}")),
            Span::new(Role::Muted, format!(" ({command}: {count})")),
        ]);
        lines.extend(super::members(region, canvas));
    }
    lines
}
