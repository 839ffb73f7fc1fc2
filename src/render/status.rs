//! The status line before a prompt. It shows the learner's position in a lesson, the client, its transaction and
//! database, and the clock.

use crate::markup::{Line, Role, Style, layout_paragraph};
use crate::messages::render as messages;
use crate::session::status::Status;

/// Lays out the status on one line, or on several if one is too short.
pub fn layout(status: &Status, style: Style) -> Vec<Line> {
    let mut parts = Vec::new();
    if let Some((title, step, steps)) = &status.place {
        parts.push(messages::step_of_lesson(title, step, steps));
    }
    parts.extend(status.client.as_ref().map(messages::as_client));
    parts.extend(status.queued.map(messages::transaction_queued));
    if status.database > 0 {
        parts.push(messages::selected_database(status.database));
    }
    let day_s = status.now_s.rem_euclid(86_400);
    let time = format!("{:02}:{:02}:{:02}", day_s / 3600, day_s / 60 % 60, day_s % 60);
    parts.push(match status.moved_s {
        1.. => messages::utc_time_ahead(time, format_duration(status.moved_s)),
        _ => messages::utc_time(time),
    });
    let separator = if style.plain { "; " } else { style.choose(" · ", " - ") };
    layout_paragraph(Role::Muted, parts.join(separator), style)
}

/// Formats a duration in seconds: `40 s`, `5 min`, `2 h 5 min`.
fn format_duration(s: i64) -> String {
    match (s / 3600, s / 60 % 60, s % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, min, 0) => format!("{min} min"),
        (0, min, s) => format!("{min} min {s} s"),
        (h, 0, _) => format!("{h} h"),
        (h, min, _) => format!("{h} h {min} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::plain_text;

    #[test]
    fn usual_values_are_left_out() {
        let text = |status: &Status, plain: bool| {
            let style = Style { width: 80, ascii: false, plain, quoted: false };
            layout(status, style).iter().map(|line| plain_text(line)).collect::<Vec<_>>().join("\n")
        };
        let usual = Status { now_s: 1_767_268_800, ..Status::default() };
        assert_eq!(text(&usual, false), " 12:00:00 UTC");
        let unusual = Status {
            place: Some(("Lists".into(), 3, 8)),
            client: Some("worker-1".into()),
            queued: Some(2),
            database: 3,
            moved_s: 300,
            ..usual
        };
        assert_eq!(
            text(&unusual, false),
            " Lists, step 3 of 8 · as worker-1 · MULTI, 2 queued · database 3 · 12:00:00 UTC,\n 5 min ahead"
        );
        assert!(text(&unusual, true).contains("8; as worker-1; MULTI"));
    }
}
