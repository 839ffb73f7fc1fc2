//! The commands `:client`, `:cli` and `:python`.

use super::super::Session;
use super::super::runtime::dialect::Dialect;
use crate::markup::{Role, code};

impl Session {
    /// Gives the prompt to the client with this name. If the name is not a valid client name, lists the clients
    /// instead.
    pub(super) fn change_client(&mut self, name: &str) {
        let runtime = &mut self.tutor.runtime;
        if !is_client_name(name) {
            let names: Vec<_> = runtime.clients.learners().map(|client| code(&client.name)).collect();
            let text = format!("Open: {}. `:client NAME` opens another, or goes to one of them.", names.join(", "));
            return self.tutor.say(Role::Plain, &text);
        }
        runtime.switch_to(name);
        if !runtime.clients[runtime.foreground].is_free() {
            self.tutor.say(Role::Muted, &format!("{} is still waiting.", code(name)));
        }
    }

    pub(super) fn use_cli(&mut self) {
        self.tutor.runtime.dialect = Dialect::Cli;
    }

    /// Switches the prompt to Python. With `fresh`, also replaces the client's Python by a new one.
    pub(super) fn use_python(&mut self, arguments: &str) {
        let runtime = &mut self.tutor.runtime;
        runtime.dialect = Dialect::Both;
        if arguments == "fresh" {
            runtime.replace_python(runtime.foreground);
            self.tutor.say(Role::Muted, "A fresh Python: no variables, the same data.");
        }
    }
}

/// Whether a name is a valid client name.
pub(super) fn is_client_name(name: &str) -> bool {
    !name.is_empty() && name != "tutor" && !name.contains(char::is_whitespace)
}
