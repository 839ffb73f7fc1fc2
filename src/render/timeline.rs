//! A timeline: events in a lane (column) for each client, or in a list if the lanes would be too narrow.

use crate::markup::{
    DisplayWidth as _, Line, Role, Span, Style, layout_paragraph, pad_end, pad_start, plain_text, truncate,
};
use crate::messages::render as messages;
use crate::session::display::timeline::{Timeline, TimelineEvent, TimelineEventKind};

/// The minimum width of a lane, in columns.
const MIN_LANE: usize = 24;

/// Lays out a timeline.
pub fn layout(timeline: &Timeline, style: Style) -> Vec<Line> {
    let times: Vec<String> = timeline.events.iter().map(|event| format_time(event.at_us)).collect();
    let time_column = times.iter().map(|time| time.width()).max().unwrap_or(0);
    let lanes = timeline.clients.len();
    let room = style.width.saturating_sub(time_column + 2);
    let events = timeline.events.iter().zip(&times);
    if style.plain || lanes < 2 || room / lanes < MIN_LANE {
        return events.flat_map(|(event, time)| layout_list_item(timeline, event, time, style)).collect();
    }
    let lane = room / lanes;
    let mut header = " ".repeat(time_column + 3);
    for name in &timeline.clients {
        header.push_str(&pad_end(&truncate(name, lane.saturating_sub(1), style.ellipsis()), lane));
    }
    let mut lines = vec![vec![Span::new(Role::Strong, header.trim_end())]];
    for (event, time) in events {
        let (text, role) = describe(event, style);
        let lane_start = lane * event.client.unwrap_or(0);
        let room = if event.client.is_some() { lane.saturating_sub(2) } else { room };
        for (index, line) in break_lines(&text, room, style).into_iter().enumerate() {
            let time = if index == 0 { time.as_str() } else { "" };
            let before = format!(" {}  {}", pad_start(time, time_column), " ".repeat(lane_start));
            lines.push(vec![Span::new(Role::Muted, before), Span::new(role, line)]);
        }
    }
    lines
}

/// Lays out one event without lanes: the time, the client if there are several, and what happened.
fn layout_list_item(timeline: &Timeline, event: &TimelineEvent, time: &str, style: Style) -> Vec<Line> {
    let (text, role) = describe(event, style);
    let name = event.client.and_then(|client| timeline.clients.get(client));
    let has_several = timeline.clients.len() > 1;
    let name = name.filter(|_| has_several).map(|name| format!("{name}: ")).unwrap_or_default();
    let before = format!(" {time}  ");
    let columns = style.width.saturating_sub(before.width());
    let lines = break_lines(&format!("{name}{text}"), columns, style).into_iter().enumerate();
    lines
        .map(|(index, line)| {
            let before = if index == 0 { before.clone() } else { " ".repeat(before.width()) };
            vec![Span::new(Role::Muted, before), Span::new(role, line)]
        })
        .collect()
}

/// Describes an event in one line of text. Returns the text and its role.
fn describe(event: &TimelineEvent, style: Style) -> (String, Role) {
    let arrow = if style.plain { "->" } else { style.choose("→", "->") };
    let (text, role) = match &event.kind {
        TimelineEventKind::Answered { command, reply } => (format!("{command} {arrow} {reply}"), Role::Plain),
        TimelineEventKind::Waits { command } => (messages::command_waits(command), Role::Hint),
        TimelineEventKind::Ended { command, after, by, reply } => {
            let reply = reply.as_ref().map(|reply| format!(" {arrow} {reply}")).unwrap_or_default();
            (messages::command_waited(command, after, by) + &reply, Role::Done)
        }
        TimelineEventKind::Message(text) => (messages::message_received(text), Role::Plain),
        TimelineEventKind::Expired(1) => (messages::one_key_expired(), Role::Muted),
        TimelineEventKind::Expired(number) => (messages::keys_expired(number), Role::Muted),
    };
    (text.replace('…', style.ellipsis()), role)
}

/// Breaks text into lines of a given width, without a leading space. Words that are too long are truncated.
fn break_lines(text: &str, columns: usize, style: Style) -> Vec<String> {
    // `layout_paragraph` begins each line with a space, which is removed below.
    let narrow = Style { width: columns + 1, plain: false, ..style };
    let lines = layout_paragraph(Role::Plain, text, narrow);
    lines.iter().map(|line| truncate(plain_text(line).trim_start(), columns, style.ellipsis())).collect()
}

/// Formats a time as seconds with milliseconds, preceded by minutes and hours if they are not zero.
fn format_time(us: i64) -> String {
    let ms = us.max(0) / 1000;
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    let ms = ms % 1000;
    match (hours, minutes) {
        (0, 0) => format!("{seconds}.{ms:03}"),
        (0, _) => format!("{minutes}:{seconds:02}.{ms:03}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}.{ms:03}"),
    }
}
