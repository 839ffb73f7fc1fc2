//! The engine as the server that the scripts of tests/truth/engine are played against.

use std::time::Duration;

use redis_tutor::engine::Engine;
use redis_tutor::engine::client::ClientId;

use super::engine_script::{Connection, Server, State};

/// Any moment will do: the recordings hold no absolute times.
const START_US: i64 = 1_700_000_000_000_000;

pub struct EngineServer {
    engine: Engine,
    now_us: i64,
    /// Every client there has been, by the number of its `Connection`.
    clients: Vec<Client>,
}

struct Client {
    id: ClientId,
    /// What it got and was not yet asked for.
    received: Vec<u8>,
    is_open: bool,
}

impl EngineServer {
    pub fn new() -> Self {
        EngineServer { engine: Engine::new(7, START_US), now_us: START_US, clients: Vec::new() }
    }

    /// Does what a driver does after each command: hands out what was written, and closes whom the engine lets go.
    fn deliver(&mut self) {
        for client in self.clients.iter_mut().filter(|client| client.is_open) {
            let state = self.engine.hub.clients.get_mut(client.id);
            client.received.extend(state.reply.take());
            if state.closing {
                self.engine.disconnect(client.id);
                client.is_open = false;
            }
        }
    }
}

impl Server for EngineServer {
    fn connect(&mut self) -> Connection {
        self.clients.push(Client { id: self.engine.connect(), received: Vec::new(), is_open: true });
        Connection(self.clients.len() - 1)
    }

    fn close(&mut self, client: Connection) {
        let client = &mut self.clients[client.0];
        self.engine.disconnect(client.id);
        client.is_open = false;
        self.deliver();
    }

    fn send(&mut self, client: Connection, argv: Vec<Vec<u8>>) {
        let argv: Vec<&[u8]> = argv.iter().map(Vec::as_slice).collect();
        self.engine.execute(self.clients[client.0].id, &argv, self.now_us);
        self.deliver();
    }

    fn received(&mut self, client: Connection) -> Vec<u8> {
        std::mem::take(&mut self.clients[client.0].received)
    }

    fn state(&self, client: Connection) -> State {
        let client = &self.clients[client.0];
        match client.is_open {
            false => State::Closed,
            true if self.engine.is_blocked(client.id) => State::Waiting,
            true => State::Ready,
        }
    }

    fn id(&self, client: Connection) -> u64 {
        self.clients[client.0].id.0
    }

    fn advance(&mut self, time: Duration) {
        self.now_us += i64::try_from(time.as_micros()).expect("a script waits for milliseconds");
        self.engine.advance(self.now_us);
        self.deliver();
    }

    fn advance_to_deadline(&mut self) {
        if let Some(deadline_ms) = self.engine.hub.blocking.next_deadline() {
            self.now_us = self.now_us.max(deadline_ms * 1000);
            self.engine.advance(self.now_us);
            self.deliver();
        }
    }
}
