//! The commands `:client`, `:cli` and `:python`.

use super::super::Session;
use super::super::runtime::dialect::Dialect;
use crate::markup::{Role, code, visible};
use crate::messages::commands as messages;

impl Session {
    /// Gives the prompt to the client with the given name. Lists the clients if no name is given.
    pub(super) fn change_client(&mut self, name: &str) {
        let runtime = &mut self.tutor.runtime;
        if name.is_empty() {
            let names: Vec<_> = runtime.clients.learners().map(|client| code(&client.name)).collect();
            return self.tutor.say(Role::Plain, &messages::open_clients(names.join(", ")));
        }
        if !is_client_name(name) {
            return self.tutor.say(Role::Error, &messages::not_a_client_name(code(name)));
        }
        if runtime.switch_to(name) && !runtime.clients[runtime.foreground].is_free() {
            self.tutor.say(Role::Muted, &messages::client_is_busy(code(name)));
        }
    }

    pub(super) fn use_cli(&mut self) {
        self.tutor.runtime.dialect = Dialect::Cli;
    }

    /// Switches the prompt to Python. If the argument is `fresh`, also replaces the client's Python process with a new
    /// one.
    pub(super) fn use_python(&mut self, arguments: &str) {
        let runtime = &mut self.tutor.runtime;
        runtime.dialect = Dialect::Both;
        if arguments == "fresh" {
            runtime.replace_python(runtime.foreground);
            self.tutor.say(Role::Muted, &messages::fresh_python());
        }
    }
}

/// Returns whether a client may have this name. A name must be visible, must not contain whitespace, and must not be
/// `tutor`.
pub(super) fn is_client_name(name: &str) -> bool {
    !name.is_empty() && name != "tutor" && !name.contains(char::is_whitespace) && visible(name) == name
}
