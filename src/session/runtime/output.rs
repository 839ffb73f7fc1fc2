//! Shows output, preceded by the name of its client if necessary.

use super::super::event::{Effect, Show};
use super::Runtime;
use super::client::ClientIndex;
use crate::markup::{Role, Text};

impl Runtime {
    /// Shows output from a client, preceded by the client's name if the last output came from another client.
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

    /// Shows the tutor's remark about a client's state.
    pub(super) fn say_about(&mut self, client: ClientIndex, text: &str) {
        if self.clients[client].is_shown {
            self.say(Role::Muted, text);
        }
    }

    /// Shows the tutor's hint about a client's input, unless the output is read by another program.
    pub(super) fn hint_about(&mut self, client: ClientIndex, text: &str) {
        if self.clients[client].is_shown && !self.shows_all {
            self.say(Role::Hint, text);
        }
    }

    /// Shows a message from the tutor, given in Markdown.
    pub fn say(&mut self, role: Role, markdown: &str) {
        self.show(Show::Text(Text::from_markdown(role, markdown)));
    }

    pub fn show(&mut self, show: Show) {
        if !self.is_silent {
            self.effects.push(Effect::Show(show));
        }
    }
}
