//! `:sheet`: shows the cheat sheet of the open lesson, which lists the commands that the lesson taught.

use super::Tutor;
use super::script::{Item, Then};
use crate::lesson::sheet;
use crate::markup::{Role, parse};
use crate::messages::lesson_run as messages;
use crate::session::event::{Part, Show};

impl Tutor {
    /// Shows the cheat sheet, after the rehearsal has shown which commands the lesson's answers send.
    pub fn request_sheet(&mut self) {
        if self.lesson.is_none() {
            return self.say_no_lesson();
        }
        self.script.add([Item::AwaitRehearsal, Item::Then(Then::Sheet)]);
    }

    pub(super) fn show_sheet(&mut self) {
        let Some(run) = &self.lesson else { return };
        let lesson = run.lesson.clone();
        let rehearsal = self.rehearsal().cloned().unwrap_or_default();
        self.show(Show::Gap);
        self.show_heading(&lesson, Part::Sheet);
        self.show(Show::Text(parse(&sheet::body(&lesson, &rehearsal))));
        self.say(Role::Muted, &messages::save_sheet(lesson.id.get_ref()));
    }
}
