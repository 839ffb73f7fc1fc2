//! The end of a lesson: its summary, and what to do next.

use std::sync::Arc;

use super::script::{Item, Then};
use super::{Phase, Tutor};
use crate::lesson::format::Lesson;
use crate::markup::{Role, parse};
use crate::session::event::{Effect, Part, Show};

impl Tutor {
    /// Opens a lesson at its end: all steps are done, and only the summary is still to be shown.
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
        let sheet = "`:sheet` shows the commands of this lesson, each with an example";
        let next = self.library.after(lesson.id.get_ref()).map(|next| next.title.clone());
        match next {
            Some(title) => {
                self.say(
                    Role::Muted,
                    &format!("{sheet}; `redis-tutor review` brings its tasks back when it is time for them."),
                );
                self.say(
                    Role::Muted,
                    &format!("Enter opens the next lesson: {title}. `:lessons` lists them all, `:quit` leaves."),
                );
            }
            None => {
                self.say(Role::Muted, &format!("{sheet}."));
                self.say(
                    Role::Muted,
                    "That was the last lesson. From here on `redis-tutor review` brings tasks back when it is time for \
                     them, `redis-tutor sheet > redis.md` keeps what all lessons taught, and `redis-tutor play` is a \
                     prompt to try things at. `:lessons` lists the lessons, `:quit` leaves.",
                );
            }
        }
    }
}
