//! The learner's progress: which steps are done, and where to continue.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::format::Lesson;
use super::library::Library;
use super::practice::{Card, Outcome};

/// The version of the progress file that this program writes.
///
/// Version 2 added `practice`, and version 3 added `known`. An older program would drop these keys when writing the
/// file, so it must reject the file.
pub const VERSION: u32 = 3;

/// The learner's progress, in the format of the progress file.
///
/// `{"version": 3, "current": "hashes",
/// "lessons": {"hashes": {"step": "one-field", "done": ["first"], "finished": false}},
/// "practice": {"hashes/first": {"box": 0, "due": 1767355200}}}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub version: u32,
    /// The id of the lesson that was opened last.
    #[serde(default)]
    pub current: Option<String>,
    #[serde(default)]
    pub lessons: BTreeMap<String, LessonProgress>,
    /// The cards for practice, keyed by `lesson/step`.
    #[serde(default)]
    pub practice: BTreeMap<String, Card>,
}

/// The progress in one lesson.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonProgress {
    /// The id of the step to continue with, if any.
    #[serde(default)]
    pub step: Option<String>,
    /// The ids of the steps that are done. Skipped steps are not included.
    #[serde(default)]
    pub done: Vec<String>,
    /// Whether the learner has reached the end of the lesson.
    #[serde(default)]
    pub finished: bool,
    /// Whether the learner has proved in the fast track that they know the lesson.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub known: bool,
    /// Whether the summary has yet to be shown, because the learner left between the last step and the end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end_is_due: bool,
}

/// A step that can be practised, and the time at which it is due.
#[derive(Debug, Clone)]
pub struct DueStep {
    pub lesson: Arc<Lesson>,
    /// The index of the step.
    pub step: usize,
    /// The time at which the step is due, in seconds since 1970.
    pub due: i64,
}

impl DueStep {
    /// Returns the number of days until the step is due, or `None` if it is already due. `now` is in seconds since
    /// 1970.
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
    /// Records the lesson and the step that the learner has reached.
    pub fn at(&mut self, lesson: &str, step: &str) {
        self.current = Some(lesson.into());
        let progress = self.lessons.entry(lesson.into()).or_default();
        progress.step = Some(step.into());
        progress.end_is_due = false;
    }

    /// Records that the learner has done a step.
    pub fn done(&mut self, lesson: &str, step: &str) {
        let progress = self.lessons.entry(lesson.into()).or_default();
        if !progress.done.iter().any(|done| done == step) {
            progress.done.push(step.into());
        }
    }

    /// Records that a step was done or practised at `now`, in seconds since 1970. Returns the interval in days until
    /// the step is due again.
    pub fn practised(&mut self, lesson: &str, step: &str, outcome: Outcome, now: i64) -> i64 {
        let key = format!("{lesson}/{step}");
        let card = Card::after(self.practice.get(&key).copied(), outcome, now);
        self.practice.insert(key, card);
        card.days_left(now).unwrap_or(0)
    }

    /// Returns whether a step has a card, which means that it was done or practised before.
    pub fn is_practised(&self, lesson: &str, step: &str) -> bool {
        self.practice.contains_key(&format!("{lesson}/{step}"))
    }

    /// Returns all steps that can be practised, in the order in which they are due. Steps without a card are due
    /// immediately.
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

    /// Records that the last step of a lesson is done. The summary is shown the next time the lesson is opened.
    pub fn finished(&mut self, lesson: &str) {
        let progress = self.lessons.entry(lesson.into()).or_default();
        progress.finished = true;
        progress.step = None;
        progress.end_is_due = true;
    }

    /// Records that the learner has proved in the fast track that they know a lesson.
    pub fn knows(&mut self, lesson: &str) {
        let progress = self.lessons.entry(lesson.into()).or_default();
        progress.finished = true;
        progress.known = true;
    }

    /// Records that the learner should continue with this lesson. If the learner already has a place in the lesson,
    /// that place is kept.
    pub fn begins_with(&mut self, lesson: &Lesson) {
        let id = lesson.id.get_ref();
        self.current = Some(id.clone());
        let progress = self.lessons.entry(id.clone()).or_default();
        if progress.step.is_none() {
            progress.step = lesson.steps.first().map(|step| step.id.get_ref().clone());
        }
    }

    /// Returns each unfinished lesson that has a step for the fast track, with the index of that step.
    pub fn fast_track(&self, library: &Library) -> Vec<(Arc<Lesson>, usize)> {
        let is_finished = |lesson: &Lesson| self.lessons.get(lesson.id.get_ref()).is_some_and(|known| known.finished);
        let open = library.lessons.iter().filter(|lesson| !is_finished(lesson));
        open.filter_map(|lesson| Some((lesson.clone(), lesson.fast_track_step()?))).collect()
    }

    /// Records that the summary of a lesson was shown. When the lesson is opened again, it starts at its first step.
    pub fn ended(&mut self, lesson: &str) {
        self.lessons.entry(lesson.into()).or_default().end_is_due = false;
    }

    /// Adds the changes that this session has made since `base` to `others`, the progress that other sessions may have
    /// saved in the meantime. `base` is this session's progress when it was last read or saved.
    ///
    /// A step is done in the result if it is done in either progress. If both sessions have changed a place or a card,
    /// this session's version is kept, because it is more recent. The result contains everything that this session has
    /// recorded, even if the file was deleted.
    #[must_use]
    pub fn merged_into(&self, others: Progress, base: &Progress) -> Progress {
        let mut merged = Progress { version: VERSION, ..others };
        if self.current != base.current || merged.current.is_none() {
            merged.current.clone_from(&self.current);
        }
        for (id, ours) in &self.lessons {
            let theirs = merged.lessons.get(id);
            let before = base.lessons.get(id);
            let place = |progress: &LessonProgress| (progress.step.clone(), progress.end_is_due);
            let is_place_ours = theirs.is_none() || before.map(place) != Some(place(ours));
            let mut lesson = theirs.cloned().unwrap_or_default();
            let added: Vec<_> = ours.done.iter().filter(|step| !lesson.done.contains(step)).cloned().collect();
            lesson.done.extend(added);
            lesson.finished |= ours.finished;
            lesson.known |= ours.known;
            if is_place_ours {
                (lesson.step, lesson.end_is_due) = place(ours);
            }
            merged.lessons.insert(id.clone(), lesson);
        }
        for (step, card) in &self.practice {
            if base.practice.get(step) != Some(card) || !merged.practice.contains_key(step) {
                merged.practice.insert(step.clone(), *card);
            }
        }
        merged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns progress that contains a completed step and its card.
    fn started() -> Progress {
        let mut progress = Progress::default();
        progress.at("hashes", "one-field");
        progress.done("hashes", "one-field");
        progress.practised("hashes", "one-field", Outcome::Known, 0);
        progress
    }

    #[test]
    fn steps_of_two_sessions_are_merged() {
        let base = started();
        let (mut ours, mut theirs) = (base.clone(), base.clone());
        ours.done("hashes", "all-fields");
        ours.practised("hashes", "all-fields", Outcome::Helped, 0);
        theirs.at("hashes", "count-visit");
        theirs.done("hashes", "count-visit");
        theirs.done("lists", "queue");
        theirs.finished("lists");
        theirs.practised("hashes", "one-field", Outcome::Known, 0);
        let merged = ours.merged_into(theirs.clone(), &base);
        assert_eq!(merged.lessons["hashes"].done, ["one-field", "count-visit", "all-fields"]);
        assert_eq!(merged.lessons["hashes"].step.as_deref(), Some("count-visit"), "only they have moved");
        assert_eq!(merged.lessons["lists"], theirs.lessons["lists"]);
        assert_eq!(merged.practice["hashes/one-field"], theirs.practice["hashes/one-field"]);
        assert_eq!(merged.practice["hashes/all-fields"], ours.practice["hashes/all-fields"]);
    }

    #[test]
    fn the_session_that_saves_last_decides_what_both_have_changed() {
        let base = started();
        let (mut ours, mut theirs) = (base.clone(), base.clone());
        ours.at("hashes", "all-fields");
        ours.practised("hashes", "one-field", Outcome::GivenUp, 9);
        theirs.at("lists", "queue");
        theirs.at("hashes", "count-visit");
        theirs.practised("hashes", "one-field", Outcome::Known, 5);
        let merged = ours.merged_into(theirs, &base);
        assert_eq!(merged.current.as_deref(), Some("hashes"));
        assert_eq!(merged.lessons["hashes"].step.as_deref(), Some("all-fields"));
        assert_eq!(merged.practice["hashes/one-field"], ours.practice["hashes/one-field"]);
        assert_eq!(merged.lessons["lists"].step.as_deref(), Some("queue"));
    }

    #[test]
    fn merging_with_an_unchanged_or_missing_file_gives_the_own_progress() {
        let base = started();
        let mut ours = base.clone();
        ours.done("hashes", "all-fields");
        ours.finished("hashes");
        ours.at("lists", "queue");
        assert_eq!(ours.merged_into(base.clone(), &base), ours);
        assert_eq!(ours.merged_into(Progress::default(), &base), ours, "the file was deleted");
        assert_eq!(base.merged_into(ours.clone(), &base), ours, "nothing was done here");
        assert_eq!(ours.merged_into(ours.clone(), &base), ours, "saved twice");
    }
}
