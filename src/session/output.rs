//! What a session says: under whose name, and how much of it.

use super::Session;
use super::event::{Effect, Heading, Part, Show};
use crate::lesson::format::Lesson;
use crate::markup::{Role, Text};

impl Session {
    /// Shows what a client said, under its name if another spoke before.
    pub(super) fn show_from(&mut self, who: usize, show: Show) {
        if !self.clients[who].audible || self.script.is_silent() {
            return;
        }
        if self.speaker != who {
            self.speaker = who;
            self.effects.push(Effect::Show(Show::Speaker(self.clients[who].name.clone())));
        }
        self.effects.push(Effect::Show(show));
    }

    /// A remark about a client, from the tutor.
    pub(super) fn tell(&mut self, who: usize, text: &str) {
        if self.clients[who].audible {
            self.say(Role::Muted, text);
        }
    }

    /// A remark to what a client entered. A program that reads what is shown is not taught.
    pub(super) fn remark(&mut self, who: usize, text: &str) {
        if self.clients[who].audible && !self.shows_all {
            self.say(Role::Hint, text);
        }
    }

    /// The tutor says something, in Markdown.
    pub(super) fn say(&mut self, role: Role, markdown: &str) {
        self.show(Show::Text(Text::from_markdown(role, markdown)));
    }

    /// A part of a lesson begins.
    pub(super) fn head(&mut self, lesson: &Lesson, part: Part) {
        self.show(Show::Heading(Heading { lesson: lesson.id.get_ref().clone(), title: lesson.title.clone(), part }));
    }

    pub(super) fn show(&mut self, show: Show) {
        if !self.script.is_silent() {
            self.effects.push(Effect::Show(show));
        }
    }
}
