//! The list of lessons: a line each, with how far the learner is.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::markup::{self, Block, Line, Role, Span, Style, Text};
use crate::session::lesson_status::LessonStatus;

/// The columns of a lesson's progress.
const BAR: usize = 10;

/// The same where the terminal is narrower than `NARROW`.
const SHORT_BAR: usize = 5;
const NARROW: usize = 50;

/// The list.
pub fn lines(lesson_statuses: &[LessonStatus], style: Style) -> Vec<Line> {
    if style.plain {
        let items = lesson_statuses.iter().map(|status| vec![Span::new(Role::Plain, spoken(status))]).collect();
        return markup::layout(&Text(vec![Block::List { numbered: true, items }]), None, style);
    }
    let ids = lesson_statuses.iter().map(|status| status.id.width()).max().unwrap_or(0);
    lesson_statuses.iter().map(|status| row(status, ids, style)).collect()
}

/// One lesson on one line, in which all ids have so many columns. What is next is marked.
pub fn row(status: &LessonStatus, ids: usize, style: Style) -> Line {
    let bar = if style.width < NARROW { SHORT_BAR } else { BAR };
    let filled = if status.finished { bar } else { (status.done * bar / status.steps.max(1)).min(bar) };
    let filled = filled.max(usize::from(status.done > 0));
    let [full, empty, next] = if style.ascii { ["#", ".", ">"] } else { ["█", "░", "→"] };
    let mark = if status.next { next } else { " " };
    let id_role = if status.next { Role::Strong } else { Role::Code };
    let mut line = vec![
        Span::new(if status.next { Role::Task } else { Role::Plain }, format!(" {mark} {:>2}. ", status.number)),
        Span::new(id_role, format!("{}{}", status.id, " ".repeat(ids.saturating_sub(status.id.width())))),
        Span::new(Role::Plain, "  "),
        Span::new(Role::Bar, full.repeat(filled)),
        Span::new(Role::Muted, empty.repeat(bar - filled)),
        Span::new(Role::Plain, format!(" {}", state(status))),
    ];
    let used: usize = line.iter().map(|span| span.text.width()).sum();
    let column = 8 + ids + 2 + bar + 10;
    let before = column.saturating_sub(used).max(2);
    if let Some(title) = fitting(&status.title, style.width.saturating_sub(used + before), style) {
        line.push(Span::new(Role::Plain, " ".repeat(before)));
        line.push(Span::new(Role::Plain, title));
    }
    line
}

/// A title within so many columns; none where too little of it could be read.
fn fitting(title: &str, columns: usize, style: Style) -> Option<String> {
    if title.width() <= columns {
        return Some(title.to_owned());
    }
    let end = if style.ascii { ".." } else { "…" };
    let room = columns.checked_sub(end.width()).filter(|room| *room >= 12)?;
    let mut used = 0;
    let cut = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= room
    };
    let text: String = title.chars().take_while(cut).collect();
    Some(text.trim_end().to_owned() + end)
}

fn state(status: &LessonStatus) -> String {
    match (status.finished, status.done) {
        (true, _) => "done".into(),
        (false, 0) => format!("{} min", status.minutes),
        (false, done) => format!("{done} of {}", status.steps),
    }
}

fn spoken(status: &LessonStatus) -> String {
    let state = match (status.finished, status.done) {
        (true, _) => "done".into(),
        (false, 0) => format!("{} minutes", status.minutes),
        (false, done) => format!("{done} of {} steps done", status.steps),
    };
    let next = if status.next { ", next" } else { "" };
    format!("{}: {}. {state}{next}.", status.id, status.title)
}
