//! The limit on the memory of the data. It is not a setting of the learner's Redis.

use super::super::display::memory_size;
use super::Runtime;
use super::client_index::ClientIndex;
use crate::markup::Role;
use crate::messages::runtime as messages;

/// Maximum memory of the data in bytes, as Redis would need it, unless the user sets another limit.
pub const MEMORY_LIMIT: u64 = 1 << 30;

impl Runtime {
    /// Shows a message, only once, if a command was refused because the data has reached its limit. `client` is the
    /// client that sent the command, or `None` for a client that is connected over TCP.
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
