//! The end of a lesson: shows its summary, and what to do next.

use std::sync::Arc;

use super::script::{Item, Then};
use super::{Phase, Tutor};
use crate::lesson::format::Lesson;
use crate::markup::{Role, parse};
use crate::messages::lesson_run as messages;
use crate::session::event::{Effect, Part, Show};

impl Tutor {
    /// Opens a lesson at its end, where all steps are done and only the summary has not been shown yet.
    pub fn open_lesson_end(&mut self, lesson: Arc<Lesson>) {
        let steps = lesson.steps.len();
        self.rebuild(lesson, steps);
        self.script.add([Item::Then(Then::LessonEnds)]);
    }

    /// Shows the summary of the lesson, and what to do next.
    pub(super) fn end_lesson(&mut self) {
        let Some(run) = &mut self.lesson else { return };
        run.phase = Phase::Over;
        let lesson = run.lesson.clone();
        self.show(Show::Gap);
        self.show_heading(&lesson, Part::Remember);
        self.show(Show::Text(parse(lesson.remember.get_ref())));
        self.show(Show::Gap);
        self.progress.ended(lesson.id.get_ref());
        self.runtime.effects.push(Effect::Progress(self.progress.clone()));
        let next = self.library.after(lesson.id.get_ref()).map(|next| next.title.clone());
        let texts = match next {
            Some(title) => [messages::sheet_and_review(), messages::next_lesson(title)],
            None => [messages::sheet_of_last_lesson(), messages::all_lessons_done()],
        };
        for text in texts {
            self.say(Role::Muted, &text);
        }
    }
}
