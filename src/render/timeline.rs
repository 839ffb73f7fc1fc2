//! A timeline, laid out: a lane for each client side by side where there is room, else one line after the other.

use unicode_width::UnicodeWidthStr as _;

use super::cut;
use crate::markup::{Line, Role, Span, Style, Text, layout};
use crate::session::timeline::{Moment, Timeline, What};

/// A lane that is narrower than this says too little.
const NARROWEST_LANE: usize = 24;

/// All of it, line by line.
pub fn lines(timeline: &Timeline, style: Style) -> Vec<Line> {
    let times: Vec<String> = timeline.moments.iter().map(|moment| time(moment.at_us)).collect();
    let first = times.iter().map(|time| time.width()).max().unwrap_or(0);
    let lanes = timeline.clients.len();
    let room = style.width.saturating_sub(first + 2);
    if style.plain || lanes < 2 || room / lanes < NARROWEST_LANE {
        return timeline
            .moments
            .iter()
            .zip(&times)
            .flat_map(|(moment, time)| listed(timeline, moment, time, style))
            .collect();
    }
    let lane = room / lanes;
    let mut head = " ".repeat(first + 3);
    for name in &timeline.clients {
        head.push_str(&padded(name, lane, style));
    }
    let mut lines = vec![vec![Span::new(Role::Strong, head.trim_end())]];
    for (moment, time) in timeline.moments.iter().zip(&times) {
        let (text, role) = said(moment, style);
        let at = lane * moment.client.unwrap_or(0);
        let room = if moment.client.is_some() { lane.saturating_sub(2) } else { room };
        for (index, line) in wrapped(&text, room, style).into_iter().enumerate() {
            let time = if index == 0 { time.as_str() } else { "" };
            let before = format!(" {time:>first$}  {}", " ".repeat(at));
            lines.push(vec![Span::new(Role::Muted, before), Span::new(role, line)]);
        }
    }
    lines
}

/// One moment by itself: when, who, what.
fn listed(timeline: &Timeline, moment: &Moment, time: &str, style: Style) -> Vec<Line> {
    let (text, role) = said(moment, style);
    let name = moment.client.and_then(|client| timeline.clients.get(client));
    let several = timeline.clients.len() > 1;
    let name = name.filter(|_| several).map(|name| format!("{name}: ")).unwrap_or_default();
    let mut lines = Vec::new();
    let before = format!(" {time}  ");
    for (index, line) in
        wrapped(&format!("{name}{text}"), style.width.saturating_sub(before.width()), style).into_iter().enumerate()
    {
        let before = if index == 0 { before.clone() } else { " ".repeat(before.width()) };
        lines.push(vec![Span::new(Role::Muted, before), Span::new(role, line)]);
    }
    lines
}

/// What happened, in a line.
fn said(moment: &Moment, style: Style) -> (String, Role) {
    let arrow = if style.plain || style.ascii { "->" } else { "→" };
    let (text, role) = match &moment.what {
        What::Answered { command, reply } => (format!("{command} {arrow} {reply}"), Role::Plain),
        What::Waits { command } => (format!("{command} waits"), Role::Hint),
        What::Ended { command, after, by, reply } => {
            let reply = reply.as_ref().map(|reply| format!(" {arrow} {reply}")).unwrap_or_default();
            (format!("{command} waited {after}, {by}{reply}"), Role::Done)
        }
        What::Message(text) => (format!("a message: {text}"), Role::Plain),
        What::Expired(1) => ("(1 key expired)".into(), Role::Muted),
        What::Expired(number) => (format!("({number} keys expired)"), Role::Muted),
    };
    (if style.ascii { text.replace('…', "...") } else { text }, role)
}

/// Lines of a width, with no blank at their head.
fn wrapped(text: &str, width: usize, style: Style) -> Vec<String> {
    let narrow = Style { width: width + 1, plain: false, ..style };
    let lines = layout(&Text::of(Role::Plain, text), None, narrow);
    lines.iter().map(|line| cut(crate::markup::plain(line).trim_start(), width, style)).collect()
}

fn padded(text: &str, width: usize, style: Style) -> String {
    let text = cut(text, width.saturating_sub(1), style);
    let gap = " ".repeat(width.saturating_sub(text.width()));
    format!("{text}{gap}")
}

/// Seconds and their thousandths, minutes and hours before them where they are many.
fn time(us: i64) -> String {
    let ms = us.max(0) / 1000;
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    let part = ms % 1000;
    match (hours, minutes) {
        (0, 0) => format!("{seconds}.{part:03}"),
        (0, _) => format!("{minutes}:{seconds:02}.{part:03}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}.{part:03}"),
    }
}
