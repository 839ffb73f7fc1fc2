//! Shows the time to live of a key or a field as text and as a bar that shrinks.

use super::bar;
use crate::markup::{DisplayWidth as _, Line, Role, Span, Style};
use crate::messages::render as messages;
use crate::session::picture::Ttl;

/// The maximum width of the bar that shows a key's time to live, in columns.
const TTL_BAR: usize = 20;

/// Formats a time to live. Below 1000 seconds, the format is `42 s`, with the number that TTL would return. Longer
/// times are formatted as `20 min 5 s`, `2 h 5 min` or `3 days`.
pub(super) fn format_ttl(ms: i64) -> String {
    let s = (ms + 999) / 1000;
    match s {
        ..1_000 => format!("{s} s"),
        1_000..7_200 => format!("{} min {} s", s / 60, s % 60),
        7_200..172_800 => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
        _ => messages::ttl_days(s / 86_400),
    }
}

/// Returns a line such as `expires in 42 s of 60 s ████░░`.
pub(super) fn ttl_line(ttl: Ttl, style: Style) -> Line {
    let text = format!(" {} ", messages::expires_in(format_ttl(ttl.left_ms), format_ttl(ttl.whole_ms)));
    let columns = TTL_BAR.min(style.width.saturating_sub(text.width() + 1));
    let mut line = vec![Span::new(Role::Plain, text)];
    line.extend(ttl_bar(ttl, columns, style));
    line
}

pub(super) fn ttl_bar(ttl: Ttl, columns: usize, style: Style) -> [Span; 2] {
    let left = bar(ttl.left_ms as f64 / ttl.whole_ms.max(1) as f64, columns, style);
    let passed = style.choose("░", ".").repeat(columns - left.width());
    [Span::new(Role::Bar, left), Span::new(Role::Muted, passed)]
}
