//! How a step began: where the clock stood, and who was at the prompt. Whoever begins it again finds both as they were.
//!
//! A step is rebuilt by typing the answers before it, and they let time pass as the learner did. So the clock is first put
//! back by as much as they take, and the step begins at the moment that it began at the first time.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{MAIN, Session};
use crate::lesson::format::Lesson;

/// How the steps of a lesson began.
#[derive(Debug, Clone, Default)]
pub(super) struct StepStarts {
    /// How far the clock was moved when the lesson was opened.
    opened_us: i64,
    /// By the index of the step.
    steps: BTreeMap<usize, StepStart>,
    /// Whether the step that is prepared is begun again, rather than come to.
    is_again: bool,
}

#[derive(Debug, Clone)]
struct StepStart {
    /// How far the clock was moved.
    moved_us: i64,
    /// The client at the prompt.
    client: String,
}

impl StepStarts {
    /// Whether a step is begun again that has answers before it.
    pub fn is_again_at(&self, step: usize) -> bool {
        self.is_again && step > 0 && self.steps.contains_key(&step)
    }
}

impl Session {
    /// How the steps of a lesson that is opened began, if it is open already.
    pub(super) fn begun_of(&self, lesson: &Arc<Lesson>) -> StepStarts {
        let open = self.lead.as_ref().filter(|lead| Arc::ptr_eq(&lead.lesson, lesson));
        match open {
            Some(lead) => StepStarts { is_again: true, ..lead.begun.clone() },
            None => StepStarts { opened_us: self.clock.moved_us(), ..StepStarts::default() },
        }
    }

    /// Puts the clock back so that the open step will begin when it did.
    pub(super) fn put_clock_back(&mut self) {
        // Real clients know what time it was.
        let Some(lead) = self.lead.as_ref().filter(|lead| lead.begun.is_again && self.real_clients().is_empty()) else {
            return;
        };
        let took_us = lead.rehearsal.as_ref().and_then(|rehearsal| rehearsal.took_us(lead.step));
        let began = lead.begun.steps.get(&lead.step).zip(took_us);
        let moved_us = began.map_or(lead.begun.opened_us, |(began, took_us)| began.moved_us - took_us);
        self.clock.set_moved(moved_us);
    }

    /// The open step begins: as it did, or for the first time.
    pub(super) fn note_begun(&mut self) {
        let began = StepStart { moved_us: self.clock.moved_us(), client: self.clients[self.foreground].name.clone() };
        let Some(lead) = &mut self.lead else { return };
        let step = lead.step;
        let was = lead.begun.steps.get(&step).filter(|_| lead.begun.is_again).cloned();
        lead.begun.is_again = false;
        let Some(was) = was else {
            lead.begun.steps.insert(step, began);
            return;
        };
        // From one who waits the prompt passes to `main` by itself, and that is told.
        let passes = !self.clients[self.foreground].is_free() && was.client == self.clients[MAIN].name;
        if !passes {
            self.switch_to(&was.client);
        }
        // What the answers take differs by the microseconds in which Python asks for the time.
        const CLOSE_US: i64 = 1_000_000;
        if (was.moved_us - began.moved_us).abs() < CLOSE_US {
            self.clock.set_moved(was.moved_us);
        }
    }
}
