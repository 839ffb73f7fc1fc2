//! Reloads a lesson after its file was saved. The lesson continues at the same step.

use std::sync::Arc;

use super::Tutor;
use crate::lesson::format::Lesson;
use crate::markup::Role;
use crate::messages::lesson_run as messages;

impl Tutor {
    /// Replaces the open lesson with the new version that was saved. If the new version is invalid, shows the error and
    /// keeps the old one. Returns whether the lesson was opened again.
    pub fn replace_lesson(&mut self, saved: Result<Arc<Lesson>, String>) -> bool {
        let lesson = match saved {
            Ok(lesson) => lesson,
            Err(error) => {
                self.say(Role::Error, &error);
                self.say(Role::Muted, &messages::lesson_not_reloaded());
                return false;
            }
        };
        Arc::make_mut(&mut self.library).add(lesson.clone());
        let Some(run) = self.lesson.as_ref().filter(|run| run.lesson.id.get_ref() == lesson.id.get_ref()) else {
            self.say(Role::Muted, &messages::other_lesson_saved());
            return false;
        };
        let id = run.current().id.get_ref();
        let by_id = lesson.steps.iter().position(|step| step.id.get_ref() == id);
        let step = by_id.unwrap_or(run.step);
        self.say(Role::Muted, &messages::lesson_reloaded());
        self.open_lesson(lesson, step);
        true
    }
}
