//! How each step began: at which time, and with which client at the prompt. When a step begins again, both are the
//! same.
//!
//! A step is rebuilt by typing the answers of the steps before it, which takes time on the session's clock. So the
//! clock is first set back by that time, and the step begins at the same time as before.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Tutor;
use crate::lesson::format::Lesson;
use crate::session::runtime::client::MAIN;

/// How the steps of a lesson began.
#[derive(Debug, Clone, Default)]
pub(super) struct StepStarts {
    /// By how much the clock had been moved when the lesson was opened.
    opened_us: i64,
    /// By the index of the step.
    steps: BTreeMap<usize, StepStart>,
    /// Whether the step that is prepared begins again.
    is_again: bool,
}

#[derive(Debug, Clone)]
struct StepStart {
    /// By how much the clock had been moved.
    moved_us: i64,
    /// The client at the prompt.
    client: String,
}

impl StepStarts {
    /// Whether this step begins again, and has steps before it.
    pub fn is_again_at(&self, step: usize) -> bool {
        self.is_again && step > 0 && self.steps.contains_key(&step)
    }
}

impl Tutor {
    /// The starts of a lesson's steps, for a lesson that is being opened. They are known if the lesson is open already.
    pub(super) fn known_starts(&self, lesson: &Arc<Lesson>) -> StepStarts {
        let open = self.lesson.as_ref().filter(|run| Arc::ptr_eq(&run.lesson, lesson));
        match open {
            Some(run) => StepStarts { is_again: true, ..run.starts.clone() },
            None => StepStarts { opened_us: self.runtime.clock.moved_us(), ..StepStarts::default() },
        }
    }

    /// Sets the clock back so that the open step begins at the same time as before.
    pub(super) fn set_clock_back(&mut self) {
        // Real clients know the time, so it must not go back for them.
        let has_real_clients = !self.runtime.real_clients().is_empty();
        let Some(run) = self.lesson.as_ref().filter(|run| run.starts.is_again && !has_real_clients) else { return };
        let took_us = run.rehearsal.as_ref().and_then(|rehearsal| rehearsal.took_us(run.step));
        let start = run.starts.steps.get(&run.step).zip(took_us);
        let moved_us = start.map_or(run.starts.opened_us, |(start, took_us)| start.moved_us - took_us);
        self.runtime.clock.set_moved(moved_us);
    }

    /// Notes how the open step begins. If it begins again, gives it the same client and time as before.
    pub(super) fn note_step_start(&mut self) {
        let runtime = &mut self.runtime;
        let client = runtime.clients[runtime.foreground].name.clone();
        let start = StepStart { moved_us: runtime.clock.moved_us(), client };
        let Some(run) = &mut self.lesson else { return };
        let step = run.step;
        let previous = run.starts.steps.get(&step).filter(|_| run.starts.is_again).cloned();
        run.starts.is_again = false;
        let Some(previous) = previous else {
            run.starts.steps.insert(step, start);
            return;
        };
        // From a client that waits the prompt passes to `main` by itself, and the learner is told so.
        let passes = !runtime.clients[runtime.foreground].is_free() && previous.client == runtime.clients[MAIN].name;
        if !passes {
            runtime.switch_to(&previous.client);
        }
        // The time that the answers take varies by the microseconds of Python's readings of the clock.
        const TOLERANCE_US: i64 = 1_000_000;
        if (previous.moved_us - start.moved_us).abs() < TOLERANCE_US {
            runtime.clock.set_moved(previous.moved_us);
        }
    }
}
