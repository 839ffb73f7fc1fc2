//! What went over the wire, laid out: the bytes on the left, what they mean on the right.

use unicode_width::UnicodeWidthStr as _;

use super::cut;
use crate::markup::{Block, Line, Role, Span, Style, Text, layout};
use crate::session::wire::{Item, Part, Traffic, Wire, counted};

/// All of it, line by line.
pub fn lines(wire: &Wire, style: Style) -> Vec<Line> {
    let mut lines: Vec<Line> = wire.items.iter().flat_map(|item| item_lines(item, style)).collect();
    let so_far = if wire.so_far == wire.sum { String::new() } else { format!(" So far: {}.", sums(wire.so_far)) };
    lines.extend(text(vec![Span::new(Role::Muted, format!("{}.{so_far}", sums(wire.sum)))], style));
    lines
}

fn item_lines(item: &Item, style: Style) -> Vec<Line> {
    match item {
        Item::Out { client, commands, bytes, parts } => {
            let what = format!("{}, {}", counted(*commands, "command"), counted(*bytes, "byte"));
            let mut lines = head(client, "Redis", &what, style);
            lines.extend(self::parts(parts, style));
            lines
        }
        Item::In { client, bytes, parts, how } => {
            let how = how.as_ref().map(|how| format!(", {how}")).unwrap_or_default();
            let mut lines = head("Redis", client, &format!("{}{how}", counted(*bytes, "byte")), style);
            lines.extend(self::parts(parts, style));
            lines
        }
        Item::Unanswered { client, how } => head("Redis", client, &format!("nothing: {how}"), style),
        Item::Waits { client, command } => head("Redis", client, &format!("nothing yet: {command} waits"), style),
        Item::More(more) => {
            let dots = if style.ascii { "..." } else { "…" };
            let trips = counted(more.round_trips, "more round trip");
            text(vec![Span::new(Role::Muted, format!("{dots} {trips}: {}", bytes(*more)))], style)
        }
    }
}

/// A paragraph in lines of the width.
fn text(spans: Line, style: Style) -> Vec<Line> {
    layout(&Text(vec![Block::Paragraph(spans)]), None, style)
}

fn sums(traffic: Traffic) -> String {
    let Traffic { commands, round_trips, .. } = traffic;
    format!("{}, {}, {}", counted(commands, "command"), counted(round_trips, "round trip"), bytes(traffic))
}

fn bytes(traffic: Traffic) -> String {
    format!("{} out, {} in", counted(traffic.sent, "byte"), traffic.received)
}

/// Who speaks to whom, and how much.
fn head(from: &str, to: &str, what: &str, style: Style) -> Vec<Line> {
    let arrow = match style {
        Style { plain: true, .. } => "to",
        Style { ascii: true, .. } => "->",
        _ => "→",
    };
    let who = Span::new(Role::Strong, format!("{from} {arrow} {to}"));
    text(vec![who, Span::new(Role::Muted, format!(": {what}"))], style)
}

fn parts(parts: &[Part], style: Style) -> Vec<Line> {
    let raw = |part: &Part| {
        let raw = if style.ascii { part.raw.replace('…', "...") } else { part.raw.clone() };
        format!("{}{raw}", " ".repeat(3 + 2 * part.depth))
    };
    let width = style.width.max(20);
    let widest_meaning = parts.iter().map(|part| part.meaning.width()).max().unwrap_or(0);
    let widest_raw = parts.iter().map(|part| raw(part).width()).max().unwrap_or(0);
    let column = widest_raw.min(width.saturating_sub(widest_meaning + 2)).max(width * 2 / 5);
    let mut lines = Vec::new();
    for part in parts {
        let raw = raw(part);
        let role = if part.raw == "…" { Role::Muted } else { Role::Code };
        let meaning = |before: String| Span::new(Role::Muted, format!("{before}{}", part.meaning));
        if style.plain {
            lines.push(vec![Span::new(role, raw), meaning(": ".into())]);
        } else if raw.width() <= column && column + 2 + part.meaning.width() <= width {
            let gap = " ".repeat(column + 2 - raw.width());
            lines.push(vec![Span::new(role, raw), meaning(gap)]);
        } else {
            lines.push(vec![Span::new(role, cut(&raw, width, style))]);
            lines.push(vec![meaning(" ".repeat(5 + 2 * part.depth))]);
        }
    }
    lines
}
