//! Series of single tasks from several lessons: practice, and the fast track.
//!
//! Practice repeats the tasks of completed steps, and records how much help was needed. The fast track asks one task
//! from each lesson that is not finished. If the learner does it without help, the lesson counts as known.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Tutor;
use crate::lesson::format::Lesson;
use crate::lesson::practice::Outcome;
use crate::markup::Role;
use crate::messages::lesson_run as messages;
use crate::session::event::{Effect, Part};

/// The purpose of a series of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Practice,
    FastTrack,
}

/// A series of tasks in progress.
#[derive(Debug)]
pub(super) struct Review {
    purpose: Purpose,
    /// The remaining tasks. Each is a lesson and the index of a step in it.
    queue: VecDeque<(Arc<Lesson>, usize)>,
    total: usize,
    /// Number of tasks that were completed without help.
    known: usize,
    /// In the fast track, the first lesson that the learner turned out not to know.
    first_unknown: Option<Arc<Lesson>>,
}

impl Tutor {
    /// Returns whether this session is a series of single tasks: practice or the fast track.
    pub fn is_practice(&self) -> bool {
        self.review.is_some()
    }

    /// Starts practice of `steps`, which must not be empty.
    pub fn begin_review(&mut self, steps: VecDeque<(Arc<Lesson>, usize)>) {
        self.begin_series(Purpose::Practice, steps);
    }

    /// Starts the fast track with `steps`, which must not be empty.
    pub fn begin_fast_track(&mut self, steps: VecDeque<(Arc<Lesson>, usize)>) {
        self.begin_series(Purpose::FastTrack, steps);
    }

    fn begin_series(&mut self, purpose: Purpose, mut steps: VecDeque<(Arc<Lesson>, usize)>) {
        let total = steps.len();
        let Some((lesson, step)) = steps.pop_front() else { return };
        if purpose == Purpose::FastTrack {
            self.say(Role::Plain, &messages::fast_track_begins(total));
        }
        self.review = Some(Review { purpose, queue: steps, total, known: 0, first_unknown: None });
        self.open_lesson(lesson, step);
    }

    /// Returns the position of the open task in its series, for a heading such as `practice, 2 of 5`. Returns `None` if
    /// no series is in progress.
    pub(super) fn part_of_review(&self) -> Option<Part> {
        let review = self.review.as_ref()?;
        let (number, of) = (review.total - review.queue.len(), review.total);
        Some(match review.purpose {
            Purpose::Practice => Part::Practice { number, of },
            Purpose::FastTrack => Part::FastTrack { number, of },
        })
    }

    /// Returns the message that says, at the end of a task, what Enter does.
    pub(super) fn what_enter_does(&self) -> String {
        match &self.review {
            Some(Review { purpose, queue, .. }) if queue.is_empty() => match purpose {
                Purpose::Practice => messages::enter_ends_practice(),
                Purpose::FastTrack => messages::enter_ends_fast_track(),
            },
            _ => messages::enter_goes_on(),
        }
    }

    /// Records how much help the learner needed in the open step.
    pub(super) fn note_outcome(&mut self, outcome: Outcome) {
        let Some(run) = &self.lesson else { return };
        let (lesson, step) = (run.lesson.clone(), run.current().id.get_ref().clone());
        let id = lesson.id.get_ref();
        let is_fast_track = self.review.as_ref().is_some_and(|review| review.purpose == Purpose::FastTrack);
        if is_fast_track && outcome != Outcome::Known {
            // In the fast track, steps of a lesson that the learner does not know yet are not scheduled for practice.
            if let Some(review) = &mut self.review {
                review.first_unknown.get_or_insert(lesson);
            }
            return self.say(Role::Muted, &messages::lesson_stays_open());
        }
        if self.review.is_none() && (outcome == Outcome::GivenUp || self.progress.is_practised(id, &step)) {
            // Repeating a lesson does not change when its steps are due for practice.
            return;
        }
        let now = self.runtime.clock.wall_us() / 1_000_000;
        let days = self.progress.practised(id, &step, outcome, now);
        if is_fast_track {
            self.progress.done(id, &step);
            self.progress.knows(id);
        }
        if let Some(review) = &mut self.review {
            review.known += usize::from(outcome == Outcome::Known);
            let text = match (review.purpose, days) {
                (Purpose::FastTrack, _) => messages::lesson_is_known(),
                (Purpose::Practice, 1) => messages::due_tomorrow(),
                (Purpose::Practice, _) => messages::due_in_days(days),
            };
            self.say(Role::Muted, &text);
        }
    }

    /// Opens the next task of the series. After the last task, ends the series. Returns false if no series is in
    /// progress.
    pub(super) fn next_in_review(&mut self) -> bool {
        let Some(review) = &mut self.review else { return false };
        match review.queue.pop_front() {
            Some((lesson, step)) => self.open_lesson(lesson, step),
            None => {
                let (total, known) = (review.total, review.known);
                let text = match (review.purpose, review.first_unknown.take()) {
                    (Purpose::Practice, _) => messages::practised(total, known),
                    (Purpose::FastTrack, None) => messages::all_lessons_known(),
                    (Purpose::FastTrack, Some(lesson)) => {
                        self.progress.begins_with(&lesson);
                        messages::lessons_known(known, total, &lesson.title)
                    }
                };
                self.say(Role::Plain, &text);
                self.runtime.effects.push(Effect::Progress(self.progress.clone()));
                self.runtime.leave(0);
            }
        }
        true
    }
}
