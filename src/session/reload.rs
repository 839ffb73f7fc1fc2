//! A lesson's file was saved: the lesson goes on at the same step, as it reads now.

use std::sync::Arc;

use super::Session;
use crate::lesson::format::Lesson;
use crate::markup::Role;

impl Session {
    /// Takes a lesson in place of the one with its id. One that is broken changes nothing, and its fault is told.
    pub(super) fn lesson_saved(&mut self, saved: Result<Arc<Lesson>, String>) {
        let lesson = match saved {
            Ok(lesson) => lesson,
            Err(fault) => {
                self.say(Role::Error, &fault);
                return self.say(Role::Muted, "The lesson stays as it was before this save.");
            }
        };
        Arc::make_mut(&mut self.library).add(lesson.clone());
        let Some(lead) = self.lead.as_ref().filter(|lead| lead.lesson.id.get_ref() == lesson.id.get_ref()) else {
            return self.say(Role::Muted, "The lesson's file was saved; `:go` opens it.");
        };
        let id = lead.current().id.get_ref();
        let by_id = lesson.steps.iter().position(|step| step.id.get_ref() == id);
        let step = by_id.unwrap_or(lead.step);
        self.say(Role::Muted, "The file was saved: here is the step as it reads now.");
        self.open_lesson(lesson, step);
    }
}
