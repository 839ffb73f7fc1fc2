//! Reloads a lesson whose file was saved. The lesson continues at the same step.

use std::sync::Arc;

use super::Tutor;
use crate::lesson::format::Lesson;
use crate::markup::Role;

impl Tutor {
    /// Replaces the open lesson by a lesson with the same id. If the new lesson has an error, shows the error and
    /// changes nothing.
    pub fn replace_lesson(&mut self, saved: Result<Arc<Lesson>, String>) {
        let lesson = match saved {
            Ok(lesson) => lesson,
            Err(error) => {
                self.say(Role::Error, &error);
                return self.say(Role::Muted, "The lesson stays as it was before this save.");
            }
        };
        Arc::make_mut(&mut self.library).add(lesson.clone());
        let Some(run) = self.lesson.as_ref().filter(|run| run.lesson.id.get_ref() == lesson.id.get_ref()) else {
            return self.say(Role::Muted, "The lesson's file was saved; `:go` opens it.");
        };
        let id = run.current().id.get_ref();
        let by_id = lesson.steps.iter().position(|step| step.id.get_ref() == id);
        let step = by_id.unwrap_or(run.step);
        self.say(Role::Muted, "The file was saved: here is the step as it reads now.");
        self.open_lesson(lesson, step);
    }
}
