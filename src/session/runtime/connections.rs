//! Connections to the engine: those of the session's own clients and those of TCP clients.

use super::Runtime;
use super::client_index::{ClientIndex, TUTOR};
use super::wire_log::Cause;
use redis_engine::client::{ClientId, OutputBuffer};

/// The port of the session's Redis, as seen by Python programs.
pub const PORT: u16 = 6379;

impl Runtime {
    /// Opens a connection for a client. The tutor and racers need no password, so that a password set by the learner
    /// does not affect how their steps are judged.
    pub(super) fn connect_for(&mut self, client: ClientIndex) -> ClientId {
        let id = self.connect();
        let state = self.engine.server.clients.get_mut(id);
        state.authenticated |= client == TUTOR || self.is_race;
        state.is_hidden_from_monitors = client == TUTOR;
        id
    }

    /// Opens a connection to the engine, and assigns it a client address.
    pub fn connect(&mut self) -> ClientId {
        let id = self.engine.connect();
        let state = self.engine.server.clients.get_mut(id);
        // Operating systems choose client ports from this range.
        state.address = format!("127.0.0.1:{}", 49152 + id.0 % 16384);
        state.local_address = format!("127.0.0.1:{PORT}");
        id
    }

    /// Removes a connection that its client has already closed. If a command on the connection is blocked, ends the
    /// command's wait.
    pub fn disconnect(&mut self, connection: ClientId) {
        self.engine.disconnect(connection);
        if !self.wire_log.waiting().is_empty() {
            self.log_ended_waits(&Cause::Time, None);
        }
    }

    /// Closes each of the session's own connections whose unread output exceeds Redis's `client-output-buffer-limit`,
    /// for example a subscription whose messages are never read. The server does the same for TCP clients. `replied` is
    /// the connection whose command has just run.
    pub(super) fn close_slow_connections(&mut self, replied: ClientId) {
        let server = &mut self.engine.server;
        let mut written = match self.port {
            // While no port is open, nothing else uses the list of pending writes, so the list may be emptied.
            None => server.clients.take_pending_writes(),
            Some(_) => server.clients.pending_writes().to_vec(),
        };
        written.push(replied);
        for id in written {
            let server = &mut self.engine.server;
            let unread = server.clients.find(id).map_or(0, |client| client.reply.len());
            if unread <= OutputBuffer::BUFFER {
                continue;
            }
            let limits = server.config.output_limits;
            let limit = if server.subscriptions.is_subscribed(id) { limits.pubsub } else { limits.normal };
            let most = if limit.hard_bytes > 0 { limit.hard_bytes } else { u64::MAX };
            if OutputBuffer::with_length(unread).memory() > most && self.own_connections().contains(&id) {
                self.engine.server.statistics.output_limit_disconnections += 1;
                let client = self.engine.server.clients.get_mut(id);
                client.reply.clear();
                client.closing = true;
            }
        }
    }

    /// Returns the connections of the session's own clients.
    pub fn own_connections(&self) -> Vec<ClientId> {
        self.clients.iter().flat_map(|client| client.connections()).collect()
    }

    /// Returns the TCP clients' connections, oldest first.
    pub fn real_clients(&self) -> Vec<ClientId> {
        let own = self.own_connections();
        self.engine.server.clients.ids().into_iter().filter(|id| !own.contains(id)).collect()
    }
}
