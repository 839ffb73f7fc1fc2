//! The commands `:lessons` and `:go`.

use super::super::Session;
use super::super::display::lesson_status::lesson_statuses;
use super::super::event::Show;
use crate::markup::{Role, code};

impl Session {
    pub(super) fn list_lessons(&mut self) {
        self.tutor.runtime.show(Show::Lessons(lesson_statuses(&self.tutor.library, &self.tutor.progress)));
        self.tutor.say(Role::Muted, "`:go 3` or `:go hashes` opens one.");
    }

    /// Opens a lesson or one of its steps, by id or number: `hashes`, `3`, `hashes/2`.
    pub(super) fn go_to(&mut self, place: &str) {
        let (name, step) = place.split_once('/').map_or((place, None), |(name, step)| (name, Some(step)));
        let library = &self.tutor.library;
        let Some(lesson) = library.find(name).cloned() else {
            let nearest = library.nearest(name);
            let suggestion = nearest.map(|id| format!(" Did you mean {}?", code(id))).unwrap_or_default();
            let text = format!("There is no lesson {}.{suggestion} `:lessons` lists them.", code(name));
            return self.tutor.say(Role::Error, &text);
        };
        let Some(step) = step else { return self.tutor.open_lesson(lesson, 0) };
        let by_number = || step.parse::<usize>().ok().filter(|n| (1..=lesson.steps.len()).contains(n)).map(|n| n - 1);
        match lesson.steps.iter().position(|s| s.id.get_ref() == step).or_else(by_number) {
            Some(index) => self.tutor.open_lesson(lesson, index),
            None => {
                let ids: Vec<_> = lesson.steps.iter().map(|step| code(step.id.get_ref())).collect();
                let text = format!("{} has no step {}. It has {}.", code(name), code(step), ids.join(", "));
                self.tutor.say(Role::Error, &text);
            }
        }
    }
}
