//! How far the learner is: the lessons' steps that are done, and where to go on.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::format::Lesson;
use super::library::Library;
use super::practice::{Card, Outcome};

/// The form of the progress file that this program writes.
///
/// 2 adds `practice`. An older program does not know it, and would lose it by writing the file anew; so it must not.
pub const VERSION: u32 = 2;

/// The learner's progress, as the progress file has it.
///
/// `{"version": 2, "current": "hashes", "lessons": {"hashes": {"step": "one-field", "done": ["first"], "finished": false}},
/// "practice": {"hashes/first": {"box": 0, "due": 1767355200}}}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub version: u32,
    /// The lesson that was open last.
    #[serde(default)]
    pub current: Option<String>,
    #[serde(default)]
    pub lessons: BTreeMap<String, LessonProgress>,
    /// When finished steps come up again, by `lesson/step`.
    #[serde(default)]
    pub practice: BTreeMap<String, Card>,
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
    /// Whether what is to be remembered is still to be shown: the learner left between the last step and the end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end_is_due: bool,
}

/// A step that comes up at a moment, in seconds since 1970.
#[derive(Debug, Clone)]
pub struct DueStep {
    pub lesson: Arc<Lesson>,
    /// Its index.
    pub step: usize,
    pub due: i64,
}

impl DueStep {
    /// In how many days it comes up; none: it is due.
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
    /// The learner stands at this step now.
    pub fn at(&mut self, lesson: &str, step: &str) {
        self.current = Some(lesson.into());
        let progress = self.lessons.entry(lesson.into()).or_default();
        progress.step = Some(step.into());
        progress.end_is_due = false;
    }

    /// A step is done.
    pub fn done(&mut self, lesson: &str, step: &str) {
        let progress = self.lessons.entry(lesson.into()).or_default();
        if !progress.done.iter().any(|done| done == step) {
            progress.done.push(step.into());
        }
    }

    /// A step was done, or practised, at a moment in seconds since 1970. In how many days it comes up again.
    pub fn practised(&mut self, lesson: &str, step: &str, outcome: Outcome, now: i64) -> i64 {
        let key = format!("{lesson}/{step}");
        let card = Card::after(self.practice.get(&key).copied(), outcome, now);
        self.practice.insert(key, card);
        card.days_left(now).unwrap_or(0)
    }

    /// Whether a step has its time to come up again.
    pub fn is_practised(&self, lesson: &str, step: &str) -> bool {
        self.practice.contains_key(&format!("{lesson}/{step}"))
    }

    /// All that can be practised, what is due first. What was done before there were cards is due at once.
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

    /// The last step of a lesson is done: the next time, its end is shown.
    pub fn finished(&mut self, lesson: &str) {
        let progress = self.lessons.entry(lesson.into()).or_default();
        progress.finished = true;
        progress.step = None;
        progress.end_is_due = true;
    }

    /// The end of a lesson was shown: the next time, it begins anew.
    pub fn ended(&mut self, lesson: &str) {
        self.lessons.entry(lesson.into()).or_default().end_is_due = false;
    }
}
