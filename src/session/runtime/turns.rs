//! Decides which client has the prompt and which one gets it next, and reports which clients are waiting.

use super::Runtime;
use super::client::{Ask, Client, ClientIndex};
use crate::markup::{Role, code, visible};
use crate::messages::runtime as messages;

/// Maximum number of the learner's clients, each of which may have a Python process.
const MOST_CLIENTS: usize = 16;

impl Runtime {
    /// Returns one sentence for each waiting client, such as `main waits for queue:tasks`.
    pub fn waits(&self) -> Vec<String> {
        let waiting = |client: &Client| {
            let wait = client.connections().filter_map(|id| self.engine.server.blocking.get(id)).next()?;
            let keys: Vec<_> =
                wait.keys.iter().map(|key| visible(&String::from_utf8_lossy(key)).into_owned()).collect();
            Some(messages::waiting_client(&client.name, keys.join(", ")))
        };
        self.clients.learners().filter_map(waiting).collect()
    }

    /// Returns the prompt that the foreground program has passed to `input()`, or `None` if the program is not waiting
    /// for a line.
    pub fn awaited_input(&self) -> Option<String> {
        self.clients[self.foreground].python.asks.values().find_map(|ask| match ask {
            Ask::Input { prompt } => Some(prompt.clone()),
            Ask::Receive { .. } | Ask::ReceiveAny { .. } | Ask::Sleep { .. } => None,
        })
    }

    /// Gives a client the turn. First handles the frames (protocol messages) that its threads have sent since its last
    /// turn.
    pub(super) fn give_turn(&mut self, client: ClientIndex) {
        self.turn = Some(client);
        for (thread, frame) in std::mem::take(&mut self.clients[client].python.unread) {
            self.handle_live_frame(client, thread, frame);
        }
    }

    /// Ends the turn of a program that is silent and whose main thread is idle, because its other threads must be
    /// waiting too, or have ended. If a replay is silent, ends or continues the replay. Returns false in all other
    /// cases.
    pub fn end_waiting_turn(&mut self) -> bool {
        let Some(client) = self.turn else { return false };
        if self.clients[client].python.replay.is_some() {
            self.end_silent_replay(client);
        } else if self.clients[client].is_main_idle() {
            self.turn = None;
            self.end_statement(client);
        } else {
            return false;
        }
        true
    }

    /// Passes the prompt to a free client if the foreground client is busy. Returns whether the prompt was passed.
    pub fn pass_prompt(&mut self) -> bool {
        if self.clients[self.foreground].is_free() || self.awaited_input().is_some() {
            return false;
        }
        let Some(free) = self.clients.learner_position(Client::is_free) else { return false };
        let waits = self.waits().join("; ");
        self.foreground = free;
        let name = self.clients[free].name.clone();
        let reason = if waits.is_empty() { messages::other_is_busy() } else { waits };
        self.say(Role::Muted, &messages::prompt_passes(reason, name));
        self.speaker = free;
        true
    }

    /// Creates a client with the first unused name among `client-2`, `client-3`, …, and gives it the prompt. If there
    /// are already too many clients, shows an error, ends the foreground client's wait, and returns false.
    pub fn open_another_client(&mut self) -> bool {
        let name = (2..).map(|n| format!("client-{n}")).find(|name| self.clients.iter().all(|c| c.name != *name));
        let is_open = self.switch_to(&name.unwrap_or_default());
        if !is_open {
            self.interrupt();
        }
        is_open
    }

    /// Gives the prompt to the client with the given name. Creates the client if it does not exist. If there are
    /// already too many clients, shows an error and returns false.
    pub fn switch_to(&mut self, name: &str) -> bool {
        let known = self.clients.learner_position(|client| client.name == name);
        if known.is_none() && self.clients.learners().count() >= MOST_CLIENTS {
            let names: Vec<_> = self.clients.learners().map(|client| code(&client.name)).collect();
            self.say(Role::Error, &messages::too_many_clients(MOST_CLIENTS, names.join(", ")));
            return false;
        }
        self.foreground = known.unwrap_or_else(|| self.clients.add(name));
        self.speaker = self.foreground;
        true
    }
}
