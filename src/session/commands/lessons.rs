//! The commands `:lessons` and `:go`.

use super::super::Session;
use super::super::display::lesson_status::lesson_statuses;
use super::super::event::Show;
use super::join_sentences;
use crate::markup::{Role, code};
use crate::messages::commands as messages;

impl Session {
    pub(super) fn list_lessons(&mut self) {
        self.tutor.runtime.show(Show::Lessons(lesson_statuses(&self.tutor.library, &self.tutor.progress)));
        self.tutor.say(Role::Muted, &messages::how_to_open_lesson());
    }

    /// Opens a lesson or one of its steps, by id or number: `hashes`, `3`, `hashes/2`.
    pub(super) fn go_to(&mut self, place: &str) {
        if place.is_empty() {
            return self.tutor.say(Role::Plain, &messages::go_where());
        }
        let (name, step) = place.split_once('/').map_or((place, None), |(name, step)| (name, Some(step)));
        let library = &self.tutor.library;
        let Some(lesson) = library.find(name).cloned() else {
            let nearest = library.nearest(name);
            let text = join_sentences([
                Some(messages::no_such_lesson(code(name))),
                nearest.map(|id| messages::did_you_mean(code(id))),
                Some(messages::lessons_lists_them()),
            ]);
            return self.tutor.say(Role::Error, &text);
        };
        let Some(step) = step else { return self.tutor.open_lesson(lesson, 0) };
        let by_number = || step.parse::<usize>().ok().filter(|n| (1..=lesson.steps.len()).contains(n)).map(|n| n - 1);
        match lesson.steps.iter().position(|s| s.id.get_ref() == step).or_else(by_number) {
            Some(index) => self.tutor.open_lesson(lesson, index),
            None => {
                let ids: Vec<_> = lesson.steps.iter().map(|step| code(step.id.get_ref())).collect();
                let text = messages::no_such_step(code(name), code(step), ids.join(", "));
                self.tutor.say(Role::Error, &text);
            }
        }
    }
}
