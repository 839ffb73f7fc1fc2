//! Connections to the engine: those of the session's own clients, and those of real clients at an open port.

use super::Runtime;
use super::wire_log::Cause;
use redis_engine::client::ClientId;

/// The port of the session's Redis, as Python sees it.
pub const PORT: u16 = 6379;

impl Runtime {
    /// Connects to the engine, with a port of its own on the client's side.
    pub fn connect(&mut self) -> ClientId {
        let id = self.engine.connect();
        let state = self.engine.server.clients.get_mut(id);
        // The range of ports that operating systems give to clients.
        state.address = format!("127.0.0.1:{}", 49152 + id.0 % 16384);
        state.local_address = format!("127.0.0.1:{PORT}");
        id
    }

    /// Disconnects a client's connection, which the client has dropped already. A command that waits on it has given
    /// up.
    pub fn disconnect(&mut self, connection: ClientId) {
        self.engine.disconnect(connection);
        if !self.wire_log.waiting().is_empty() {
            self.log_ended_waits(&Cause::Time, None);
        }
    }

    /// The connections of the session's own clients.
    pub fn own_connections(&self) -> Vec<ClientId> {
        self.clients.iter().flat_map(|client| client.connections()).collect()
    }

    /// The connections of real clients, oldest first.
    pub fn real_clients(&self) -> Vec<ClientId> {
        let own = self.own_connections();
        self.engine.server.clients.ids().into_iter().filter(|id| !own.contains(id)).collect()
    }
}
