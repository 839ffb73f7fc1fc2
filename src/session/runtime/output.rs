//! Shows output, together with the name of the client that it comes from.

use super::super::event::{Effect, Show};
use super::Runtime;
use super::client::ClientIndex;
use crate::markup::{Role, Text};

impl Runtime {
    /// Shows something from a client. If another client's output was shown before, shows the client's name first.
    pub fn show_from(&mut self, client: ClientIndex, show: Show) {
        if !self.clients[client].is_shown || self.is_silent {
            return;
        }
        if self.speaker != client {
            self.speaker = client;
            self.effects.push(Effect::Show(Show::Speaker(self.clients[client].name.clone())));
        }
        self.effects.push(Effect::Show(show));
    }

    /// Shows a remark from the tutor about a client's state.
    pub(super) fn say_about(&mut self, client: ClientIndex, text: &str) {
        if self.clients[client].is_shown {
            self.say(Role::Muted, text);
        }
    }

    /// Shows a hint from the tutor about a client's input, unless a program reads the output.
    pub(super) fn hint_about(&mut self, client: ClientIndex, text: &str) {
        if self.clients[client].is_shown && !self.shows_all {
            self.say(Role::Hint, text);
        }
    }

    /// Shows a message from the tutor, which is written in Markdown.
    pub fn say(&mut self, role: Role, markdown: &str) {
        self.show(Show::Text(Text::from_markdown(role, markdown)));
    }

    pub fn show(&mut self, show: Show) {
        if !self.is_silent {
            self.effects.push(Effect::Show(show));
        }
    }
}
