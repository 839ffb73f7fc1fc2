//! The learner's progress in each lesson, as shown in the menu of lessons and by `:lessons`.

use crate::lesson::library::Library;
use crate::lesson::progress::{LessonProgress, Progress};

/// A lesson's entry in the list of lessons, with the learner's progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonStatus {
    /// The position of the lesson in the list, counted from 1.
    pub number: usize,
    pub id: String,
    pub title: String,
    pub about: String,
    pub minutes: u32,
    pub steps: usize,
    pub done: usize,
    /// Whether the learner has reached the end of the lesson.
    pub finished: bool,
    /// Whether the learner has proved in the fast track that they know the lesson.
    pub known: bool,
    /// Whether the learner reached the end of the lesson by skipping its last step.
    pub skipped: bool,
    /// The id of the last step.
    pub last_step: String,
    /// Whether this is the lesson with which the learner should continue.
    pub next: bool,
}

/// Returns whether the learner has reached the end of a lesson by skipping its last step.
pub fn is_left_by_skip(progress: &LessonProgress, last_step: &str) -> bool {
    progress.finished && !progress.known && !progress.done.iter().any(|done| done == last_step)
}

/// Returns the status of each lesson, in the order of the library. The learner should continue with the lesson that was
/// open last, or with the one after it if that lesson is finished.
pub fn lesson_statuses(library: &Library, progress: &Progress) -> Vec<LessonStatus> {
    let known = |id: &str| progress.lessons.get(id);
    let is_finished = |id: &str| known(id).is_some_and(|known| known.finished);
    let current = progress.current.as_deref().and_then(|id| library.find(id));
    // A finished lesson counts as open if the learner is repeating it, in which case its progress has a step or an end
    // to continue with.
    let is_open =
        |id: &str| !is_finished(id) || known(id).is_some_and(|known| known.step.is_some() || known.end_is_due);
    let next = match current.map(|lesson| lesson.id.get_ref()) {
        Some(id) if is_open(id) => Some(id.clone()),
        Some(id) => library.after(id).map(|lesson| lesson.id.get_ref().clone()),
        None => None,
    };
    let first_open = || library.lessons.iter().map(|lesson| lesson.id.get_ref()).find(|id| !is_finished(id)).cloned();
    let next = next.or_else(first_open);
    let rows = library.lessons.iter().enumerate().map(|(index, lesson)| {
        let id = lesson.id.get_ref();
        let last_step = lesson.steps.last().map(|step| step.id.get_ref().clone()).unwrap_or_default();
        let done = |step: &&String| lesson.steps.iter().any(|known| known.id.get_ref() == *step);
        LessonStatus {
            number: index + 1,
            id: id.clone(),
            title: lesson.title.clone(),
            about: lesson.about.clone(),
            minutes: lesson.minutes,
            steps: lesson.steps.len(),
            done: known(id).map_or(0, |known| known.done.iter().filter(done).count()),
            finished: is_finished(id),
            known: known(id).is_some_and(|known| known.known),
            skipped: known(id).is_some_and(|known| is_left_by_skip(known, &last_step)),
            last_step,
            next: next.as_deref() == Some(id),
        }
    });
    rows.collect()
}
