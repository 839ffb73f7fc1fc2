//! The engine as a server with clients, whose time stands still but for `advance`.

use std::time::Duration;

use redis_engine::Engine;
use redis_engine::client::ClientId;

/// A client, by the order in which it connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection(pub usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Ready,
    Waiting,
    Closed,
}

pub struct EngineServer {
    pub engine: Engine,
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
    /// An empty one, whose clock stands at this time, in microseconds since 1970.
    pub fn at(now_us: i64) -> Self {
        EngineServer { engine: Engine::new(7, now_us), now_us, clients: Vec::new() }
    }

    /// Does what a driver does after each command: hands out what was written, and closes whom the engine lets go.
    fn deliver(&mut self) {
        for client in self.clients.iter_mut().filter(|client| client.is_open) {
            let state = self.engine.server.clients.get_mut(client.id);
            client.received.extend(state.reply.take());
            if state.closing {
                self.engine.disconnect(client.id);
                client.is_open = false;
            }
        }
    }

    /// Connects a new client.
    pub fn connect(&mut self) -> Connection {
        self.clients.push(Client { id: self.engine.connect(), received: Vec::new(), is_open: true });
        Connection(self.clients.len() - 1)
    }

    /// The client goes away from its own side.
    pub fn close(&mut self, client: Connection) {
        let client = &mut self.clients[client.0];
        self.engine.disconnect(client.id);
        client.is_open = false;
        self.deliver();
    }

    /// Carries out a command, and all that follows from it for other clients.
    pub fn send(&mut self, client: Connection, argv: Vec<Vec<u8>>) {
        let argv: Vec<&[u8]> = argv.iter().map(Vec::as_slice).collect();
        self.engine.execute(self.clients[client.0].id, &argv, self.now_us);
        self.deliver();
    }

    /// Takes the bytes that the client got since it was last asked.
    pub fn received(&mut self, client: Connection) -> Vec<u8> {
        std::mem::take(&mut self.clients[client.0].received)
    }

    pub fn state(&self, client: Connection) -> State {
        let client = &self.clients[client.0];
        match client.is_open {
            false => State::Closed,
            true if self.engine.is_blocked(client.id) => State::Waiting,
            true => State::Ready,
        }
    }

    /// The number that `CLIENT ID` tells this client.
    pub fn id(&self, client: Connection) -> u64 {
        self.clients[client.0].id.0
    }

    pub fn advance(&mut self, time: Duration) {
        self.now_us += i64::try_from(time.as_micros()).expect("a script waits for milliseconds");
        self.engine.advance(self.now_us);
        self.deliver();
    }
}
