//! The rehearsal of a lesson: the commands that its own answers send, and the values that they show.
//!
//! The text of an answer does not show which commands it sends, because it is Python code. So `driver::rehearse` runs
//! all answers once, in a second session.

use super::evidence::Submission;

/// The submissions of a rehearsal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rehearsal {
    /// The submissions of each step, in order.
    pub steps: Vec<Vec<Submission>>,
    /// For each step, the amount by which the clock had been moved at the end of the step, in microseconds.
    pub moved_us: Vec<i64>,
}

impl Rehearsal {
    /// Returns the amount by which the answers before the step at index `step` move the clock, in microseconds. Returns
    /// `None` for the first step, or if the rehearsal did not get that far.
    pub fn took_us(&self, step: usize) -> Option<i64> {
        self.moved_us.get(step.checked_sub(1)?).copied()
    }

    /// Returns the commands that the answer to the step at index `step` sends.
    pub fn commands(&self, step: usize) -> Vec<Vec<Vec<u8>>> {
        self.steps.get(step).into_iter().flatten().flat_map(|submission| submission.commands.clone()).collect()
    }
}
