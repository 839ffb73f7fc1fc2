//! The learner's progress: the steps that are done, and where to continue.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::format::Lesson;
use super::library::Library;
use super::practice::{Card, Outcome};

/// The version of the progress file that this program writes.
///
/// Version 2 added `practice`. An older program would drop that key when it writes the file, so it must refuse the file.
pub const VERSION: u32 = 2;

/// The learner's progress, in the form of the progress file.
///
/// `{"version": 2, "current": "hashes", "lessons": {"hashes": {"step": "one-field", "done": ["first"], "finished": false}},
/// "practice": {"hashes/first": {"box": 0, "due": 1767355200}}}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub version: u32,
    /// The id of the lesson that was open last.
    #[serde(default)]
    pub current: Option<String>,
    #[serde(default)]
    pub lessons: BTreeMap<String, LessonProgress>,
    /// The cards of finished steps, by `lesson/step`.
    #[serde(default)]
    pub practice: BTreeMap<String, Card>,
}

/// The progress in one lesson.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonProgress {
    /// The id of the step to continue with.
    #[serde(default)]
    pub step: Option<String>,
    /// The ids of the steps that are done. Skipped steps do not count.
    #[serde(default)]
    pub done: Vec<String>,
    /// Whether the learner has reached the end of the lesson.
    #[serde(default)]
    pub finished: bool,
    /// Whether the summary still has to be shown, because the learner left after the last step and before the end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end_is_due: bool,
}

/// A step that can be practised, with the time at which it is due.
#[derive(Debug, Clone)]
pub struct DueStep {
    pub lesson: Arc<Lesson>,
    /// The index of the step.
    pub step: usize,
    /// The time at which the step is due, in seconds since 1970.
    pub due: i64,
}

impl DueStep {
    /// Returns the number of days until the step is due, or `None` if it is due.
    pub fn days_left(&self, now: i64) -> Option<i64> {
        Card { level: 0, due: self.due }.days_left(now)
    }
}

impl Default for Progress {
    fn default() -> Self {
        Progress { version: VERSION, current: None, lessons: BTreeMap::new(), practice: BTreeMap::new() }
    }
}

impl Progress {
    /// Records the step that the learner has reached.
    pub fn at(&mut self, lesson: &str, step: &str) {
        self.current = Some(lesson.into());
        let progress = self.lessons.entry(lesson.into()).or_default();
        progress.step = Some(step.into());
        progress.end_is_due = false;
    }

    /// Records that a step is done.
    pub fn done(&mut self, lesson: &str, step: &str) {
        let progress = self.lessons.entry(lesson.into()).or_default();
        if !progress.done.iter().any(|done| done == step) {
            progress.done.push(step.into());
        }
    }

    /// Records that a step was done or practised, `now` in seconds since 1970. Returns the days until it is due again.
    pub fn practised(&mut self, lesson: &str, step: &str, outcome: Outcome, now: i64) -> i64 {
        let key = format!("{lesson}/{step}");
        let card = Card::after(self.practice.get(&key).copied(), outcome, now);
        self.practice.insert(key, card);
        card.days_left(now).unwrap_or(0)
    }

    /// Returns whether a step has a card.
    pub fn is_practised(&self, lesson: &str, step: &str) -> bool {
        self.practice.contains_key(&format!("{lesson}/{step}"))
    }

    /// Returns all steps that can be practised, in the order in which they are due. Steps without a card are due at once.
    pub fn cards(&self, library: &Library) -> Vec<DueStep> {
        let mut cards = Vec::new();
        for lesson in &library.lessons {
            let id = lesson.id.get_ref();
            let done = self.lessons.get(id).map(|progress| progress.done.as_slice()).unwrap_or_default();
            for (step, known) in lesson.steps.iter().enumerate() {
                let is_task = known.task.is_some() || known.predict.is_some();
                if is_task && done.contains(known.id.get_ref()) {
                    let card = self.practice.get(&format!("{id}/{}", known.id.get_ref()));
                    let due = card.map_or(0, |card| card.due);
                    cards.push(DueStep { lesson: lesson.clone(), step, due });
                }
            }
        }
        cards.sort_by_key(|card| card.due);
        cards
    }

    /// Records that the last step of a lesson is done. The summary is shown when the lesson is opened next time.
    pub fn finished(&mut self, lesson: &str) {
        let progress = self.lessons.entry(lesson.into()).or_default();
        progress.finished = true;
        progress.step = None;
        progress.end_is_due = true;
    }

    /// Records that the summary of a lesson was shown. The lesson starts at its first step next time.
    pub fn ended(&mut self, lesson: &str) {
        self.lessons.entry(lesson.into()).or_default().end_is_due = false;
    }
}
