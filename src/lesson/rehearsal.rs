//! What came of a lesson's own answers, step by step: the commands that they send, and what they show.
//!
//! Nobody can tell from an answer's text what it sends: it is Python. So somebody outside goes through the lesson once,
//! beside the learner, and hands in what was seen.

use super::evidence::Submission;

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rehearsal {
    /// For each step, what was entered for it, in order.
    pub steps: Vec<Vec<Submission>>,
    /// How far each step and those before it have moved the clock, in microseconds.
    pub moved_us: Vec<i64>,
}

impl Rehearsal {
    /// How long the answers before the step at this index take, in microseconds.
    pub fn took_us(&self, step: usize) -> Option<i64> {
        self.moved_us.get(step.checked_sub(1)?).copied()
    }

    /// The commands that the answer of the step at this index sends.
    pub fn commands(&self, step: usize) -> Vec<Vec<Vec<u8>>> {
        self.steps.get(step).into_iter().flatten().flat_map(|submission| submission.commands.clone()).collect()
    }
}
