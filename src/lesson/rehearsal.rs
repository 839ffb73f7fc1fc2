//! The rehearsal of a lesson: the commands that its own answers send, and the values that they show.
//!
//! The text of an answer does not show which commands it sends, because it is Python code. So `driver::rehearse` runs all
//! answers once, in a second session.

use super::evidence::Submission;

/// The submissions of a rehearsal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rehearsal {
    /// The submissions of each step, in order.
    pub steps: Vec<Vec<Submission>>,
    /// The time on the clock that was needed up to the end of each step, in microseconds.
    pub moved_us: Vec<i64>,
}

impl Rehearsal {
    /// Returns the time that the answers before the step at this index take, in microseconds.
    pub fn took_us(&self, step: usize) -> Option<i64> {
        self.moved_us.get(step.checked_sub(1)?).copied()
    }

    /// Returns the commands that the answer of the step at this index sends.
    pub fn commands(&self, step: usize) -> Vec<Vec<Vec<u8>>> {
        self.steps.get(step).into_iter().flatten().flat_map(|submission| submission.commands.clone()).collect()
    }
}
