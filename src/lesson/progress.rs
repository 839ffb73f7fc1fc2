//! How far the learner is: the lessons' steps that are done, and where to go on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The form of the progress file that this program writes.
pub const VERSION: u32 = 1;

/// The learner's progress, as the progress file has it.
///
/// `{"version": 1, "current": "hashes", "lessons": {"hashes": {"step": "one-field", "done": ["first"], "finished": false}}}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub version: u32,
    /// The lesson that was open last.
    #[serde(default)]
    pub current: Option<String>,
    #[serde(default)]
    pub lessons: BTreeMap<String, LessonProgress>,
}

/// The progress in one lesson.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonProgress {
    /// The step to go on with.
    #[serde(default)]
    pub step: Option<String>,
    /// The steps that are done, by any way but `:skip`.
    #[serde(default)]
    pub done: Vec<String>,
    /// Whether the end was reached.
    #[serde(default)]
    pub finished: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Progress { version: VERSION, current: None, lessons: BTreeMap::new() }
    }
}

impl Progress {
    /// The learner stands at this step now.
    pub fn at(&mut self, lesson: &str, step: &str) {
        self.current = Some(lesson.into());
        self.lessons.entry(lesson.into()).or_default().step = Some(step.into());
    }

    /// A step is done.
    pub fn done(&mut self, lesson: &str, step: &str) {
        let progress = self.lessons.entry(lesson.into()).or_default();
        if !progress.done.iter().any(|done| done == step) {
            progress.done.push(step.into());
        }
    }

    /// The end of a lesson was reached: the next time, it begins anew.
    pub fn finished(&mut self, lesson: &str) {
        let progress = self.lessons.entry(lesson.into()).or_default();
        progress.finished = true;
        progress.step = None;
    }
}
