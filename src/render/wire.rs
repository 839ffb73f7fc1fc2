//! The requests and replies on the wire, with their bytes on the left and the meaning of the bytes on the right.

use crate::markup::{self, Block, DisplayWidth as _, Line, Role, Span, Style, Text, layout_paragraph, truncate};
use crate::messages::counts::{self, counted};
use crate::messages::render as messages;
use crate::session::display::wire::{Item, Part, Traffic, Wire};

/// Lays out the requests and replies, and a line with the total number of commands, round trips and bytes.
pub fn layout(wire: &Wire, style: Style) -> Vec<Line> {
    let mut lines: Vec<Line> = wire.items.iter().flat_map(|item| layout_item(item, style)).collect();
    let mut text = format!("{}.", total(wire.sum));
    if wire.so_far != wire.sum {
        text += &format!(" {}", messages::traffic_so_far(total(wire.so_far)));
    }
    lines.extend(layout_paragraph(Role::Muted, text, style));
    lines
}

fn layout_item(item: &Item, style: Style) -> Vec<Line> {
    match item {
        Item::Out { client, commands, bytes, parts } => {
            let size = format!("{}, {}", command_count(*commands), byte_count(*bytes));
            let mut lines = layout_heading(client, "Redis", &size, style);
            lines.extend(layout_parts(parts, style));
            lines
        }
        Item::In { client, bytes, parts, how } => {
            let how = how.as_ref().map(|how| format!(", {how}")).unwrap_or_default();
            let mut lines = layout_heading("Redis", client, &format!("{}{how}", byte_count(*bytes)), style);
            lines.extend(layout_parts(parts, style));
            lines
        }
        Item::Unanswered { client, how } => layout_heading("Redis", client, &messages::no_reply(how), style),
        Item::Waits { client, command } => layout_heading("Redis", client, &messages::no_reply_yet(command), style),
        Item::More(more) => {
            let round_trips = counted(more.round_trips, counts::one_more_round_trip, counts::more_round_trips);
            let sent = byte_count(more.sent);
            let text = messages::more_traffic(style.ellipsis(), round_trips, sent, more.received);
            layout_paragraph(Role::Muted, text, style)
        }
    }
}

fn total(traffic: Traffic) -> String {
    let Traffic { commands, round_trips, sent, received, .. } = traffic;
    let round_trips = counted(round_trips, counts::one_round_trip, counts::round_trips);
    messages::traffic_total(command_count(commands), round_trips, byte_count(sent), received)
}

fn command_count(commands: usize) -> String {
    counted(commands, counts::one_command, counts::commands)
}

fn byte_count(bytes: usize) -> String {
    counted(bytes, counts::one_byte, counts::bytes)
}

/// Lays out the line above the bytes, which contains the sender, the receiver and the size.
fn layout_heading(sender: &str, receiver: &str, size: &str, style: Style) -> Vec<Line> {
    let direction = if style.plain {
        messages::sender_and_receiver(sender, receiver)
    } else {
        format!("{sender} {} {receiver}", style.choose("→", "->"))
    };
    let spans = vec![Span::new(Role::Strong, direction), Span::new(Role::Muted, format!(": {size}"))];
    markup::layout(&Text(vec![Block::Paragraph(spans)]), None, style)
}

/// Lays out parts of a request or reply in two columns, the bytes and their meaning. If a part does not fit on one
/// line, its meaning goes on the next line.
fn layout_parts(parts: &[Part], style: Style) -> Vec<Line> {
    let raw = |part: &Part| format!("{}{}", " ".repeat(3 + 2 * part.depth), part.raw.replace('…', style.ellipsis()));
    let width = style.width.max(20);
    let max_meaning = parts.iter().map(|part| part.meaning.width()).max().unwrap_or(0);
    let max_raw = parts.iter().map(|part| raw(part).width()).max().unwrap_or(0);
    let column = max_raw.min(width.saturating_sub(max_meaning + 2)).max(width * 2 / 5);
    let mut lines = Vec::new();
    for part in parts {
        let raw = raw(part);
        let role = if part.raw == "…" { Role::Muted } else { Role::Code };
        let meaning = |before: &str| Span::new(Role::Muted, format!("{before}{}", part.meaning));
        if style.plain {
            lines.push(vec![Span::new(role, raw), meaning(": ")]);
        } else if raw.width() <= column && column + 2 + part.meaning.width() <= width {
            let gap = " ".repeat(column + 2 - raw.width());
            lines.push(vec![Span::new(role, raw), meaning(&gap)]);
        } else {
            lines.push(vec![Span::new(role, truncate(&raw, width, style.ellipsis()))]);
            lines.push(vec![meaning(&" ".repeat(5 + 2 * part.depth))]);
        }
    }
    lines
}
