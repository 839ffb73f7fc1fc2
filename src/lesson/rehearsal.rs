//! The rehearsal of a lesson: which commands the lesson's own answers send, and which values they show.
//!
//! Answers are Python code, so their text does not say which commands they send. `driver::rehearse` therefore runs all
//! answers once, in a second session.

use super::evidence::Submission;

/// The submissions that a lesson's own answers caused in a rehearsal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rehearsal {
    /// The submissions of each step, in order.
    pub steps: Vec<Vec<Submission>>,
    /// For each step, how far the clock had been moved by the end of the step, in microseconds.
    pub moved_us: Vec<i64>,
}

impl Rehearsal {
    /// Returns how far the answers before the step at index `step` move the clock, in microseconds. Returns `None` for
    /// the first step, or if the rehearsal did not get that far.
    pub fn took_us(&self, step: usize) -> Option<i64> {
        self.moved_us.get(step.checked_sub(1)?).copied()
    }

    /// Returns the commands that the answer to the step at index `step` sends.
    pub fn commands(&self, step: usize) -> Vec<Vec<Vec<u8>>> {
        self.steps.get(step).into_iter().flatten().flat_map(|submission| submission.commands.clone()).collect()
    }
}
