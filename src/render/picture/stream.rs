//! The picture of a stream: a table of its entries, and below it each consumer group with its consumers and what they
//! have not acknowledged.

use super::ttl::format_ttl;
use super::{change_mark, change_role, label_text, more_line, shown_part};
use crate::markup::{DisplayWidth as _, Line, Role, Span, Style, layout_paragraph, pad_end, truncate_marked};
use crate::messages::counts::{self, counted};
use crate::messages::render as messages;
use crate::session::picture::{Change, Consumer, Entry, Group, PendingEntry, Piece, StreamPicture};

pub(super) fn layout(stream: &StreamPicture, style: Style) -> Vec<Line> {
    let mut lines = layout_entries(&stream.entries, style);
    for group in &stream.groups {
        lines.extend(layout_group(group, style));
    }
    lines
}

fn layout_entries(pieces: &[Piece<Entry>], style: Style) -> Vec<Line> {
    let ids = pieces.iter().filter_map(shown_part).map(|entry| entry.id.width());
    let id_column = ids.max().unwrap_or(0).max(2);
    let rest = style.width.saturating_sub(id_column + 6);
    let header =
        format!("   {}  {}", pad_end(&messages::entry_id_column(), id_column), messages::entry_fields_column());
    let mut lines = vec![vec![Span::new(Role::Muted, header)]];
    for piece in pieces {
        let entry = match piece {
            Piece::Part(entry) => entry,
            Piece::More(count) => {
                lines.push(more_line(&messages::more_parts(count), style));
                continue;
            }
        };
        let role = change_role(&entry.change);
        let id_role = if entry.change == Change::Same { Role::Code } else { role };
        let text = truncate(&entry_text(entry), rest, style);
        lines.push(vec![
            Span::new(role, format!(" {} ", change_mark(&entry.change))),
            Span::new(id_role, pad_end(&entry.id, id_column)),
            Span::new(role, format!("  {text}")),
        ]);
    }
    lines
}

/// Returns the fields and values of an entry on one line.
pub(super) fn entry_text(entry: &Entry) -> String {
    let pairs = entry.pairs.iter().map(|(field, value)| format!("{}={}", label_text(field), label_text(value)));
    pairs.collect::<Vec<_>>().join("  ")
}

fn truncate(text: &str, columns: usize, style: Style) -> String {
    if text.width() <= columns { text.to_owned() } else { truncate_marked(text, columns, style.choose("…", "..")) }
}

/// Returns the sentence about how far a group has read.
pub(super) fn group_text(group: &Group) -> String {
    let name = label_text(&group.name);
    let pending = counted(group.pending_count, counts::one_entry, counts::entries);
    match group.lag {
        Some(lag) => messages::stream_group(name, &group.last_id, lag, pending),
        None => messages::stream_group_without_lag(name, &group.last_id, pending),
    }
}

fn layout_group(group: &Group, style: Style) -> Vec<Line> {
    // A paragraph begins with a space, which separates the text from the mark.
    let mark = format!(" {}", change_mark(&group.change));
    let mut lines: Vec<Line> = Vec::new();
    let narrow = Style { width: style.width.saturating_sub(2), ..style };
    for (index, mut line) in
        layout_paragraph(change_role(&group.change), group_text(group), narrow).into_iter().enumerate()
    {
        let start = if index == 0 { mark.clone() } else { "  ".into() };
        line.insert(0, Span::new(change_role(&group.change), start));
        lines.push(line);
    }
    for consumer in &group.consumers {
        let narrow = Style { width: style.width.saturating_sub(4), ..style };
        for mut line in layout_paragraph(Role::Plain, consumer_text(consumer), narrow) {
            line.insert(0, Span::new(Role::Plain, "    "));
            lines.push(line);
        }
    }
    lines
}

/// Returns the sentence about what a consumer has not acknowledged.
pub(super) fn consumer_text(consumer: &Consumer) -> String {
    let name = label_text(&consumer.name);
    if consumer.pending_count == 0 {
        return messages::consumer_without_pending(name);
    }
    let pending = consumer.pending.iter().map(|piece| match piece {
        Piece::Part(entry) => pending_text(entry),
        Piece::More(count) => messages::more_parts(count),
    });
    messages::consumer_pending(name, pending.collect::<Vec<_>>().join(", "))
}

fn pending_text(entry: &PendingEntry) -> String {
    let deliveries = counted(usize::try_from(entry.deliveries).unwrap_or(usize::MAX), counts::once, counts::times);
    let idle = format_ttl(entry.idle_ms);
    match entry.is_deleted {
        true => messages::pending_deleted_entry(&entry.id, deliveries, idle),
        false => messages::pending_entry(&entry.id, deliveries, idle),
    }
}
