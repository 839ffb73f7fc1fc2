//! Whose turn it is: the client at the prompt, who waits, and to whom the prompt passes.

use super::client::{Ask, Client};
use super::dialect::Dialect;
use super::event::Prompt;
use super::{MAIN, Session};
use crate::markup::Role;

impl Session {
    /// What clients wait for at this moment, as a sentence each: `main waits for queue:tasks`.
    pub fn waits(&self) -> Vec<String> {
        let waiting = |client: &Client| {
            let wait = client.connections().filter_map(|id| self.engine.server.blocking.get(id)).next()?;
            let keys: Vec<_> = wait.keys.iter().map(|key| String::from_utf8_lossy(key).into_owned()).collect();
            Some(format!("{} waits for {}", client.name, keys.join(", ")))
        };
        self.clients.iter().skip(MAIN).filter_map(waiting).collect()
    }

    pub(super) fn prompt(&self) -> Prompt {
        if self.is_answering() {
            return Prompt::Answer;
        }
        if self.dialect == Dialect::Cli {
            let text = self.cli_prompt(self.foreground);
            return Prompt::Cli { text: if self.past.in_fork() { format!("fork {text}") } else { text } };
        }
        let several = self.clients.len() > MAIN + 1;
        let name = several.then(|| self.clients[self.foreground].name.clone());
        let fork = self.past.in_fork().then(|| "fork".to_owned());
        let named: Vec<String> = fork.into_iter().chain(name).collect();
        Prompt::Python { client: (!named.is_empty()).then(|| named.join(" ")) }
    }

    /// What `input()` asks, if a program of the foreground's waits for a line.
    pub(super) fn awaited_input(&self) -> Option<String> {
        self.clients[self.foreground].python.asks.values().find_map(|ask| match ask {
            Ask::Input { prompt } => Some(prompt.clone()),
            Ask::Receive { .. } | Ask::Sleep { .. } => None,
        })
    }

    /// Ends the turn of a program whose main thread waits, when its other threads have nothing to say: they wait, too.
    pub(super) fn end_turn_of_who_waits(&mut self) -> bool {
        let waits = self.turn.is_some_and(|who| self.clients[who].python.main_asks());
        if waits {
            self.turn = None;
        }
        waits
    }

    /// When the foreground waits and another client is free, the prompt passes to it.
    pub(super) fn pass_the_prompt(&mut self) -> bool {
        if self.clients[self.foreground].is_free() || self.awaited_input().is_some() {
            return false;
        }
        let Some(free) = (MAIN..self.clients.len()).find(|&who| self.clients[who].is_free()) else { return false };
        let waits = self.waits().join("; ");
        self.foreground = free;
        let name = self.clients[free].name.clone();
        let waits = if waits.is_empty() { "The other is busy".to_owned() } else { waits };
        self.say(Role::Muted, &format!("{waits}. The prompt is {name}'s now."));
        self.speaker = free;
        true
    }

    pub(super) fn open_another_client(&mut self) {
        let name = (2..).map(|n| format!("client-{n}")).find(|name| self.clients.iter().all(|c| c.name != *name));
        self.switch_to(&name.unwrap_or_default());
    }

    /// Gives the prompt to the client of this name, which is opened if there is none.
    pub(super) fn switch_to(&mut self, name: &str) {
        let known = self.clients.iter().skip(MAIN).position(|client| client.name == name).map(|index| index + MAIN);
        self.foreground = known.unwrap_or_else(|| {
            self.clients.push(Client::new(name, true));
            self.clients.len() - 1
        });
        self.speaker = self.foreground;
    }
}
