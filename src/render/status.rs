//! The line before a prompt: where the learner stands.

use crate::markup::{self, Line, Role, Style, Text};
use crate::session::status::Status;

/// The line; lines, where it is too long for one.
pub fn lines(status: &Status, style: Style) -> Vec<Line> {
    let mut parts = Vec::new();
    if let Some((title, step, steps)) = &status.place {
        parts.push(format!("{title}, step {step} of {steps}"));
    }
    parts.extend(status.client.as_ref().map(|name| format!("as {name}")));
    parts.extend(status.queued.map(|queued| format!("MULTI, {queued} queued")));
    if status.database > 0 {
        parts.push(format!("database {}", status.database));
    }
    let day_s = status.now_s.rem_euclid(86_400);
    let moved = if status.moved_s > 0 { format!(", {} ahead", span(status.moved_s)) } else { String::new() };
    parts.push(format!("{:02}:{:02}:{:02} UTC{moved}", day_s / 3600, day_s / 60 % 60, day_s % 60));
    let between = match (style.plain, style.ascii) {
        (true, _) => "; ",
        (false, true) => " - ",
        (false, false) => " · ",
    };
    markup::layout(&Text::of(Role::Muted, parts.join(between)), None, style)
}

/// `40 s`, `5 min`, `2 h 5 min`.
fn span(s: i64) -> String {
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

    #[test]
    fn what_is_usual_is_left_out() {
        let said = |status: &Status, plain: bool| {
            let style = Style { width: 80, ascii: false, plain, quoted: false };
            lines(status, style).iter().map(|line| markup::plain(line)).collect::<Vec<_>>().join("\n")
        };
        let bare = Status { now_s: 1_767_268_800, ..Status::default() };
        assert_eq!(said(&bare, false), " 12:00:00 UTC");
        let full = Status {
            place: Some(("Lists".into(), 3, 8)),
            client: Some("worker-1".into()),
            queued: Some(2),
            database: 3,
            moved_s: 300,
            ..bare
        };
        assert_eq!(
            said(&full, false),
            " Lists, step 3 of 8 · as worker-1 · MULTI, 2 queued · database 3 · 12:00:00 UTC,\n 5 min ahead"
        );
        assert!(said(&full, true).contains("8; as worker-1; MULTI"));
    }
}
