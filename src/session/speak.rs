//! What a session says: under whose name, and how much of it.

use super::Session;
use super::event::{Effect, Show};
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

    /// Shows what a client's program wrote, as much of it as does not flood the screen.
    pub(super) fn show_output(&mut self, who: usize, text: &str, show: fn(String) -> Show) {
        let flood = self.clients[who].work.as_mut().map(|work| &mut work.flood).filter(|_| !self.shows_all);
        let text = flood.map_or(text, |flood| flood.let_through(text));
        if !text.is_empty() {
            self.show_from(who, show(text.to_owned()));
        }
    }

    /// Says how much of a submission's output was not shown.
    pub(super) fn tell_of_flood(&mut self, who: usize) {
        let Some(flood) = self.clients[who].work.as_ref().map(|work| work.flood.clone()) else { return };
        if let Some(rest) = flood.rest() {
            if flood.stops_within_a_line() {
                self.show_from(who, Show::Output("\n".into()));
            }
            self.tell(who, &rest);
        }
    }

    /// A remark about a client, from the tutor.
    pub(super) fn tell(&mut self, who: usize, text: &str) {
        if self.clients[who].audible {
            self.say(Role::Muted, text);
        }
    }

    /// The tutor says something, in Markdown.
    pub(super) fn say(&mut self, role: Role, markdown: &str) {
        self.show(Show::Text(Text::marked(role, markdown)));
    }

    pub(super) fn show(&mut self, show: Show) {
        if !self.script.is_silent() {
            self.effects.push(Effect::Show(show));
        }
    }
}
