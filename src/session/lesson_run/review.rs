//! Practice: repeats the tasks of steps that are done, one after the other, and records how much help was needed.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Tutor;
use crate::lesson::format::Lesson;
use crate::lesson::practice::Outcome;
use crate::markup::Role;
use crate::messages::lesson_run as messages;
use crate::session::event::{Effect, Part};

/// The practice in progress.
#[derive(Debug, Default)]
pub(super) struct Review {
    /// The remaining tasks: lessons, and the indices of their steps.
    queue: VecDeque<(Arc<Lesson>, usize)>,
    total: usize,
    /// Number of tasks that were completed without help.
    known: usize,
}

impl Tutor {
    /// Returns whether this is a practice session.
    pub fn is_practice(&self) -> bool {
        self.review.is_some()
    }

    /// Starts practice of `steps`, of which there must be at least one.
    pub fn begin_review(&mut self, mut steps: VecDeque<(Arc<Lesson>, usize)>) {
        let total = steps.len();
        let Some((lesson, step)) = steps.pop_front() else { return };
        self.review = Some(Review { queue: steps, total, known: 0 });
        self.open_lesson(lesson, step);
    }

    /// Returns the position of the open task in the practice: `practice, 2 of 5`.
    pub(super) fn part_of_review(&self) -> Option<Part> {
        let review = self.review.as_ref()?;
        Some(Part::Practice { number: review.total - review.queue.len(), of: review.total })
    }

    /// Returns whether the open task is the last one of a practice session.
    pub(super) fn is_last_in_review(&self) -> bool {
        self.review.as_ref().is_some_and(|review| review.queue.is_empty())
    }

    /// Records how much help the open step needed.
    pub(super) fn note_outcome(&mut self, outcome: Outcome) {
        let Some(run) = &self.lesson else { return };
        let (lesson, step) = (run.lesson.id.get_ref().clone(), run.current().id.get_ref().clone());
        if self.review.is_none() && (outcome == Outcome::GivenUp || self.progress.is_practised(&lesson, &step)) {
            // Repeating a lesson does not change when its steps are due for practice.
            return;
        }
        let now = self.runtime.clock.wall_us() / 1_000_000;
        let days = self.progress.practised(&lesson, &step, outcome, now);
        if let Some(review) = &mut self.review {
            review.known += usize::from(outcome == Outcome::Known);
            self.say(Role::Muted, &if days == 1 { messages::due_tomorrow() } else { messages::due_in_days(days) });
        }
    }

    /// Opens the next task of the practice, or ends it. Returns false if no practice is in progress.
    pub(super) fn next_in_review(&mut self) -> bool {
        let Some(review) = &mut self.review else { return false };
        match review.queue.pop_front() {
            Some((lesson, step)) => self.open_lesson(lesson, step),
            None => {
                let text = messages::practised(review.total, review.known);
                self.say(Role::Plain, &text);
                self.runtime.effects.push(Effect::Progress(self.progress.clone()));
                self.runtime.leave(0);
            }
        }
        true
    }
}
