//! The engine as a server with clients. Its time changes only through `advance`.

use std::time::Duration;

use redis_engine::Engine;
use redis_engine::client::ClientId;

/// The number of a client. Clients are numbered in the order in which they connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection(pub usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientState {
    Ready,
    Blocked,
    Closed,
}

pub struct EngineServer {
    pub engine: Engine,
    now_us: i64,
    /// All clients that have ever connected, indexed by their `Connection`.
    clients: Vec<Client>,
}

struct Client {
    id: ClientId,
    /// Bytes that the client has received and that have not been taken.
    received: Vec<u8>,
    is_open: bool,
}

impl EngineServer {
    /// Creates an empty server whose clock is at the given time, in microseconds since 1970.
    pub fn new(now_us: i64) -> Self {
        EngineServer { engine: Engine::new(7, now_us), now_us, clients: Vec::new() }
    }

    /// Delivers output, and disconnects the clients that the engine has closed, as a driver does after each command.
    pub fn deliver(&mut self) {
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

    /// Disconnects a client, as if it had closed its connection.
    pub fn disconnect(&mut self, client: Connection) {
        let client = &mut self.clients[client.0];
        self.engine.disconnect(client.id);
        client.is_open = false;
        self.deliver();
    }

    /// Runs a command, including its effects on other clients.
    pub fn send(&mut self, client: Connection, argv: Vec<Vec<u8>>) {
        let argv: Vec<&[u8]> = argv.iter().map(Vec::as_slice).collect();
        self.engine.execute(self.clients[client.0].id, &argv, self.now_us);
        self.deliver();
    }

    /// Returns the bytes that a client has received since the last call.
    pub fn take_received(&mut self, client: Connection) -> Vec<u8> {
        std::mem::take(&mut self.clients[client.0].received)
    }

    pub fn state(&self, client: Connection) -> ClientState {
        let client = &self.clients[client.0];
        match client.is_open {
            false => ClientState::Closed,
            true if self.engine.is_blocked(client.id) => ClientState::Blocked,
            true => ClientState::Ready,
        }
    }

    /// Returns the client's ID, as CLIENT ID reports it.
    pub fn id(&self, client: Connection) -> u64 {
        self.clients[client.0].id.0
    }

    pub fn advance(&mut self, time: Duration) {
        self.now_us += i64::try_from(time.as_micros()).expect("a script waits no longer than some minutes");
        self.engine.advance(self.now_us);
        self.deliver();
    }
}
