//! The list of lessons: one line for each lesson, with the learner's progress.

use crate::markup::{self, Block, DisplayWidth as _, Line, Role, Span, Style, Text, line_width, pad_end};
use crate::messages::render as messages;
use crate::session::display::lesson_status::LessonStatus;

/// The width of a progress bar, in columns.
const BAR: usize = 10;

/// The width of a progress bar in a terminal narrower than `NARROW`, in columns.
const SHORT_BAR: usize = 5;
/// The terminal width below which progress bars are short, in columns.
const NARROW: usize = 50;

/// The minimum width of a truncated title, in columns. A title with less room is left out.
const MIN_TITLE: usize = 12;

/// Lays out the list of lessons.
pub fn layout(lessons: &[LessonStatus], style: Style) -> Vec<Line> {
    if style.plain {
        let items = lessons.iter().map(|lesson| vec![Span::new(Role::Plain, spoken(lesson))]).collect();
        return markup::layout(&Text(vec![Block::List { numbered: true, items }]), None, style);
    }
    let id_column = lessons.iter().map(|lesson| lesson.id.width()).max().unwrap_or(0);
    lessons.iter().map(|lesson| layout_row(lesson, id_column, style)).collect()
}

/// Lays out the row of one lesson, with its ID padded to `id_column` columns. The lesson to do next is marked.
pub fn layout_row(lesson: &LessonStatus, id_column: usize, style: Style) -> Line {
    let bar = if style.width < NARROW { SHORT_BAR } else { BAR };
    let filled =
        if lesson.finished && !lesson.skipped { bar } else { (lesson.done * bar / lesson.steps.max(1)).min(bar) };
    let filled = filled.max(usize::from(lesson.done > 0));
    let mark = if lesson.next { style.choose("→", ">") } else { " " };
    let id_role = if lesson.next { Role::Strong } else { Role::Code };
    let mut line = vec![
        Span::new(if lesson.next { Role::Task } else { Role::Plain }, format!(" {mark} {:>2}. ", lesson.number)),
        Span::new(id_role, pad_end(&lesson.id, id_column)),
        Span::new(Role::Plain, "  "),
        Span::new(Role::Bar, style.choose("█", "#").repeat(filled)),
        Span::new(Role::Muted, style.choose("░", ".").repeat(bar - filled)),
        Span::new(Role::Plain, format!(" {}", state(lesson))),
    ];
    let used = line_width(&line);
    let title_start = 8 + id_column + 2 + bar + 10;
    let gap = title_start.saturating_sub(used).max(2);
    if let Some(title) = truncated_title(&lesson.title, style.width.saturating_sub(used + gap), style) {
        line.push(Span::new(Role::Plain, " ".repeat(gap)));
        line.push(Span::new(Role::Plain, title));
    }
    line
}

/// Truncates a title to the given number of columns. Returns `None` if too little of the title would be left.
fn truncated_title(title: &str, columns: usize, style: Style) -> Option<String> {
    if title.width() <= columns {
        return Some(title.to_owned());
    }
    let ellipsis = style.choose("…", "..");
    let room = columns.checked_sub(ellipsis.width()).filter(|room| *room >= MIN_TITLE)?;
    Some(markup::truncate(title, room, "").trim_end().to_owned() + ellipsis)
}

/// Returns the state of a lesson as a short string: `done`, `known`, `skipped` or `2 of 5`. For a lesson that has not
/// been started, returns its duration.
fn state(lesson: &LessonStatus) -> String {
    match (lesson.finished, lesson.done) {
        (true, _) if lesson.skipped => messages::lesson_skipped(),
        (true, _) if lesson.known && lesson.done < lesson.steps => messages::lesson_known(),
        (true, _) => messages::lesson_finished(),
        (false, 0) => messages::lesson_minutes(lesson.minutes),
        (false, done) => messages::lesson_progress(done, lesson.steps),
    }
}

/// Returns the list entry of a lesson for a screen reader.
fn spoken(lesson: &LessonStatus) -> String {
    let state = match (lesson.finished, lesson.done) {
        (true, _) if lesson.skipped => messages::lesson_skipped(),
        (true, _) if lesson.known && lesson.done < lesson.steps => messages::lesson_known(),
        (true, _) => messages::lesson_finished(),
        (false, 0) => messages::lesson_minutes_spoken(lesson.minutes),
        (false, done) => messages::lesson_progress_spoken(done, lesson.steps),
    };
    let message = if lesson.next { messages::next_lesson_spoken } else { messages::lesson_spoken };
    message(&lesson.id, &lesson.title, &state)
}
