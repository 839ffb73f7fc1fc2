//! Connections to the engine: those of the session's own clients, and those of real clients.

use super::Runtime;
use super::wire_log::Cause;
use redis_engine::client::ClientId;

/// The port of the session's Redis, as Python programs see it.
pub const PORT: u16 = 6379;

impl Runtime {
    /// Opens a connection to the engine, with its own port number for the client.
    pub fn connect(&mut self) -> ClientId {
        let id = self.engine.connect();
        let state = self.engine.server.clients.get_mut(id);
        // The range of ports that operating systems assign to clients.
        state.address = format!("127.0.0.1:{}", 49152 + id.0 % 16384);
        state.local_address = format!("127.0.0.1:{PORT}");
        id
    }

    /// Disconnects a connection that the client has already dropped. A command that waits on it is given up.
    pub fn disconnect(&mut self, connection: ClientId) {
        self.engine.disconnect(connection);
        if !self.wire_log.waiting().is_empty() {
            self.log_ended_waits(&Cause::Time, None);
        }
    }

    /// Returns the connections of the session's own clients.
    pub fn own_connections(&self) -> Vec<ClientId> {
        self.clients.iter().flat_map(|client| client.connections()).collect()
    }

    /// Returns the connections of real clients, oldest first.
    pub fn real_clients(&self) -> Vec<ClientId> {
        let own = self.own_connections();
        self.engine.server.clients.ids().into_iter().filter(|id| !own.contains(id)).collect()
    }
}
