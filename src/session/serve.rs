//! `:serve`: real clients, in other windows, at the learner's own Redis.
//!
//! The session opens no port and reads no socket. It asks for a port, and lends its engine to whoever carries the bytes:
//! what real clients send is run at the session's time, between the commands of its own clients, and first come is first
//! served among all of them.

use super::event::{Effect, Show};
use super::Session;
use crate::engine::Engine;
use crate::engine::client::ClientId;
use crate::lesson::judge::code;
use crate::markup::{Role, parse};

impl Session {
    /// `:serve PORT`, `:serve`, `:serve off`.
    pub(super) fn serve(&mut self, what: &str) {
        match (what, self.serving) {
            ("", None) => self.say(
                Role::Plain,
                "No port is open. `:serve 6379` lets redis-cli and redis-py in other windows of this machine in.",
            ),
            ("", Some(port)) => self.list_real_clients(port),
            ("off", None) => self.say(Role::Plain, "No port is open. `:serve 6379` opens one."),
            ("off", Some(port)) => {
                let count = self.real_clients().len();
                self.serving = None;
                self.effects.push(Effect::ClosePort);
                let gone = match count {
                    0 => String::new(),
                    1 => " The client that was connected is cut off.".into(),
                    _ => format!(" The {count} clients that were connected are cut off."),
                };
                self.say(Role::Plain, &format!("Port {port} is closed.{gone} The data stays."));
            }
            (_, Some(port)) => {
                self.say(Role::Error, &format!("Port {port} is open already. `:serve off` closes it."));
            }
            (port, None) => match port.parse() {
                Ok(port @ 1..) => self.effects.push(Effect::OpenPort(port)),
                _ => self.say(
                    Role::Error,
                    &format!("{} is no port: type a number from 1 to 65535, such as `:serve 6379`.", code(port)),
                ),
            },
        }
    }

    /// The port is open, or is not for this reason.
    pub(super) fn port_opened(&mut self, opened: Result<u16, String>) {
        match opened {
            Ok(port) => {
                self.serving = Some(port);
                let usual = port == super::python::PORT;
                let (cli, python) = if usual {
                    ("redis-cli".to_owned(), "redis.Redis()".to_owned())
                } else {
                    (format!("redis-cli -p {port}"), format!("redis.Redis(port={port})"))
                };
                self.say(
                    Role::Plain,
                    &format!(
                        "This Redis is open to this machine, at 127.0.0.1:{port}. In another window, {} or a Python \
                         with redis-py ({}) sees this data and changes it. `:serve` tells who is there, `:serve off` \
                         closes the port.",
                        code(&cli),
                        code(&python)
                    ),
                );
            }
            Err(reason) => self.say(Role::Error, &reason),
        }
    }

    /// Lends the engine to real clients at this time, `elapsed_us` since the session began, and moves on with what
    /// comes of it. Nobody is let in while something is tried that will be put back.
    pub fn let_in<T>(&mut self, elapsed_us: i64, turn: impl FnOnce(&mut Engine, i64) -> T) -> Option<T> {
        if !self.lets_in() {
            return None;
        }
        self.clock.elapsed(elapsed_us);
        let turned = turn(&mut self.engine, self.clock.now_us());
        self.settle();
        Some(turned)
    }

    /// Lends the engine while nobody's commands run: to open and to close the port.
    pub fn lend(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// Whether real clients may be let in now.
    pub fn lets_in(&self) -> bool {
        !self.script.rehearses()
    }

    /// The session's time, in microseconds since 1970.
    pub fn now_us(&self) -> i64 {
        self.clock.now_us()
    }

    /// Whether something is to be done that was not taken yet.
    pub fn has_effects(&self) -> bool {
        !self.effects.is_empty()
    }

    /// The connections of the session's own clients.
    pub(super) fn own_connections(&self) -> Vec<ClientId> {
        self.clients.iter().flat_map(|client| client.connections()).collect()
    }

    /// Those who came by the port, oldest first.
    fn real_clients(&self) -> Vec<ClientId> {
        let own = self.own_connections();
        self.engine.hub.clients.ids().into_iter().filter(|id| !own.contains(id)).collect()
    }

    fn list_real_clients(&mut self, port: u16) {
        let clients = self.real_clients();
        if clients.is_empty() {
            let text =
                format!("The port is open at 127.0.0.1:{port}, and nobody is connected. `:serve off` closes it.");
            return self.say(Role::Plain, &text);
        }
        let mut table = String::from("| client | from | does |\n|--|--|--|\n");
        for id in clients {
            let client = self.engine.hub.clients.get(id);
            let waits = self.engine.hub.blocking.waiting(id).map(|wait| {
                let keys: Vec<_> = wait.keys.iter().map(|key| String::from_utf8_lossy(key).into_owned()).collect();
                format!("waits for {}", keys.join(", "))
            });
            let named = [&client.name, &client.library].into_iter().find(|name| !name.is_empty());
            let name = named.map_or(format!("number {}", id.0), |name| String::from_utf8_lossy(name).into_owned());
            let does = match (waits, client.last_command) {
                (Some(waits), _) => waits,
                (None, _) if client.monitors => "monitors".into(),
                (None, _) if self.engine.hub.subscriptions.listens(id) => "listens".into(),
                (None, Some(command)) => format!("sent {command} last"),
                (None, None) => "has sent nothing yet".into(),
            };
            let row = [&name, &client.address, &does].map(|cell| cell.replace('|', "¦"));
            table.push_str(&format!("| {} | {} | {} |\n", row[0], row[1], row[2]));
        }
        self.say(Role::Plain, &format!("The port is open at 127.0.0.1:{port}. `:serve off` closes it."));
        self.show(Show::Text(parse(&table)));
    }
}
