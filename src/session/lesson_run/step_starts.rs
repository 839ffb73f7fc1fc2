//! How each step began: the time, and the client at the prompt. A restarted step begins with the same time and client.
//!
//! A step is restarted by typing the answers to the steps before it, which takes time on the session's clock. The clock
//! is therefore first set back by that amount.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Tutor;
use crate::lesson::format::Lesson;
use crate::session::runtime::client::MAIN;

/// The times at which a lesson's steps began, and the clients that had the prompt then.
#[derive(Debug, Clone, Default)]
pub(super) struct StepStarts {
    /// How far the clock had been moved when the lesson was opened, in microseconds.
    opened_us: i64,
    /// The known starts of the steps, keyed by the index of the step.
    steps: BTreeMap<usize, StepStart>,
    /// Whether a lesson that was already open is being opened again, for example by `:again`.
    is_again: bool,
}

#[derive(Debug, Clone)]
struct StepStart {
    /// How far the clock had been moved when the step began, in microseconds.
    moved_us: i64,
    /// The client at the prompt when the step began.
    client: String,
}

impl StepStarts {
    /// Returns whether the step at index `step` is being restarted. Always returns false for the first step.
    pub fn is_again_at(&self, step: usize) -> bool {
        self.is_again && step > 0 && self.steps.contains_key(&step)
    }
}

impl Tutor {
    /// Returns the known starts of the steps of a lesson that is being opened. There are none unless the lesson is
    /// already open.
    pub(super) fn known_starts(&self, lesson: &Arc<Lesson>) -> StepStarts {
        let open = self.lesson.as_ref().filter(|run| Arc::ptr_eq(&run.lesson, lesson));
        match open {
            Some(run) => StepStarts { is_again: true, ..run.starts.clone() },
            None => StepStarts { opened_us: self.runtime.clock.moved_us(), ..StepStarts::default() },
        }
    }

    /// Sets the clock back so that a restarted step begins at the same time as before.
    pub(super) fn set_clock_back(&mut self) {
        // TCP clients may have read the time, so the clock must not be set back while they are connected.
        let has_real_clients = !self.runtime.real_clients().is_empty();
        let Some(run) = self.lesson.as_ref().filter(|run| run.starts.is_again && !has_real_clients) else { return };
        let took_us = self.rehearsal().and_then(|rehearsal| rehearsal.took_us(run.step));
        let start = run.starts.steps.get(&run.step).zip(took_us);
        let moved_us = start.map_or(run.starts.opened_us, |(start, took_us)| start.moved_us - took_us);
        self.runtime.clock.set_moved(moved_us);
    }

    /// Records the start of the open step. If the step is being restarted, restores its earlier client and time
    /// instead.
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
        // If the client at the prompt is waiting, the prompt passes to `main` on its own, and a message tells the
        // learner. So the prompt need not be passed here.
        let passes = !runtime.clients[runtime.foreground].is_free() && previous.client == runtime.clients[MAIN].name;
        if !passes {
            runtime.switch_to(&previous.client);
        }
        // The answers do not always take exactly the same time on the session's clock, because Python moves the clock
        // whenever it reads the time. A small difference is corrected.
        const TOLERANCE_US: i64 = 1_000_000;
        if (previous.moved_us - start.moved_us).abs() < TOLERANCE_US {
            runtime.clock.set_moved(previous.moved_us);
        }
    }
}
