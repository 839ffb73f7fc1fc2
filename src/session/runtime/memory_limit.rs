//! The limit on the memory that the data may use. It is independent of the settings of the learner's Redis.

use super::super::display::memory_size;
use super::Runtime;
use super::client_index::ClientIndex;
use crate::markup::Role;
use crate::messages::runtime as messages;

/// Default limit on the memory that the data would need in Redis, in bytes.
pub const MEMORY_LIMIT: u64 = 1 << 30;

impl Runtime {
    /// Shows a message if a command was rejected because the data has reached its limit. The message is shown only
    /// once. `client` is the client that sent the command, or `None` for a TCP client.
    pub fn report_memory_limit(&mut self, client: Option<ClientIndex>) {
        let is_shown = client.is_none_or(|client| self.clients[client].is_shown) && !self.is_silent;
        let cap = &mut self.engine.keyspace.memory_cap;
        if !cap.was_reached || !is_shown {
            return;
        }
        cap.was_reached = false;
        let limit = memory_size(cap.limit);
        if !std::mem::replace(&mut self.has_reported_memory_limit, true) {
            self.say(Role::Muted, &messages::data_out_of_memory(limit));
        }
    }
}
