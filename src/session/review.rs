//! Practice: tasks from steps that were done, one after the other, and how they went.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Session;
use super::event::{Effect, Part};
use crate::lesson::format::Lesson;
use crate::lesson::practice::Outcome;
use crate::markup::Role;

/// A sitting of practice.
#[derive(Debug, Default)]
pub(super) struct Review {
    /// The tasks to come: lessons, and indexes of their steps.
    queue: VecDeque<(Arc<Lesson>, usize)>,
    total: usize,
    /// How many were done without help.
    known: usize,
}

impl Session {
    /// Whether this sitting is one of practice.
    pub fn is_practice(&self) -> bool {
        self.review.is_some()
    }

    /// Begins a sitting of practice with these steps. There is at least one.
    pub fn review(&mut self, mut steps: VecDeque<(Arc<Lesson>, usize)>) {
        let total = steps.len();
        let Some((lesson, step)) = steps.pop_front() else { return };
        self.review = Some(Review { queue: steps, total, known: 0 });
        self.open(lesson, step);
    }

    /// Where in the sitting the task stands that is open: `practice, 2 of 5`.
    pub(super) fn part_of_review(&self) -> Option<Part> {
        let review = self.review.as_ref()?;
        Some(Part::Practice { number: review.total - review.queue.len(), of: review.total })
    }

    /// Whether this is practice, and no task is left.
    pub(super) fn is_last_in_review(&self) -> bool {
        self.review.as_ref().is_some_and(|review| review.queue.is_empty())
    }

    /// Keeps how the open step went.
    pub(super) fn note_outcome(&mut self, outcome: Outcome) {
        let Some(lead) = &self.lead else { return };
        let (lesson, step) = (lead.lesson.id.get_ref().clone(), lead.current().id.get_ref().clone());
        if self.review.is_none() && (outcome == Outcome::GivenUp || self.progress.is_practised(&lesson, &step)) {
            // Lessons may be gone through again; what was learned earlier is still spaced as it was.
            return;
        }
        let now = self.clock.wall_us() / 1_000_000;
        let days = self.progress.practised(&lesson, &step, outcome, now);
        if let Some(review) = &mut self.review {
            review.known += usize::from(outcome == Outcome::Known);
            let days = if days == 1 { "tomorrow".to_owned() } else { format!("in {days} days") };
            self.say(Role::Muted, &format!("It comes up again {days}."));
        }
    }

    /// Goes on to the next task of the sitting, or ends it. False if this is no sitting of practice.
    pub(super) fn next_in_review(&mut self) -> bool {
        let Some(review) = &mut self.review else { return false };
        match review.queue.pop_front() {
            Some((lesson, step)) => self.open_lesson(lesson, step),
            None => {
                let (known, total) = (review.known, review.total);
                self.say(Role::Plain, &format!("{total} practised, {known} without help."));
                self.effects.push(Effect::Progress(self.progress.clone()));
                self.leave(0);
            }
        }
        true
    }
}
