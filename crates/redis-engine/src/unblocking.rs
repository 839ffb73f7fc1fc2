//! Wakes blocked clients whose keys have become ready. [`Engine::advance`] wakes the clients whose timeout has passed.

use super::Engine;
use super::call::Mode;
use super::client::ReplyMode;
use super::client_id::ClientId;
use super::command::Group;
use super::data::Value;
use super::reply::Reply;

impl Engine {
    /// Runs the commands of clients that are blocked on keys that became ready, in the order in which the clients
    /// blocked, until no more keys become ready. The counterpart in Redis is `handleClientsBlockedOnKeys`.
    pub(crate) fn serve_blocked_clients(&mut self) {
        loop {
            let ready_keys = self.keyspace.take_ready_keys();
            if ready_keys.is_empty() {
                return;
            }
            for (database, key) in ready_keys {
                for client in self.server.blocking.clients_blocked_on(database, &key) {
                    if self.holds_expected_type(client, database, &key)
                        && !self.retry(client, database)
                        && !self.is_shared_by_readers(database, &key)
                    {
                        break;
                    }
                }
            }
        }
    }

    /// Returns whether a key holds the type that a blocked client's command waits for. If it holds another type, the
    /// client stays blocked, although its command would fail with `WRONGTYPE` if it were sent now. A client that reads
    /// from a consumer group is unblocked with this error, or because the key is missing.
    fn holds_expected_type(&mut self, client: ClientId, database: usize, key: &[u8]) -> bool {
        let Some(blocked) = self.server.blocking.get(client) else { return false };
        if blocked.command.is_unblocked_by_deletion() {
            return true;
        }
        self.keyspace.select(database);
        let value = self.keyspace.peek(key).map(|entry| &entry.value);
        matches!(
            (value, blocked.command.group),
            (Some(Value::List(_)), Group::List)
                | (Some(Value::SortedSet(_)), Group::SortedSet)
                | (Some(Value::Stream(_)), Group::Stream)
        )
    }

    /// Returns whether a key holds a value from which clients read without removing anything, so that a client may find
    /// something although the clients before it found nothing.
    fn is_shared_by_readers(&mut self, database: usize, key: &[u8]) -> bool {
        self.keyspace.select(database);
        matches!(self.keyspace.peek(key).map(|entry| &entry.value), None | Some(Value::Stream(_)))
    }

    /// Runs a blocked client's command again. Returns whether the client is unblocked.
    fn retry(&mut self, client: ClientId, database: usize) -> bool {
        let Some(blocked) = self.server.blocking.get(client).cloned() else { return true };
        let argv: Vec<&[u8]> = blocked.argv.iter().map(Vec::as_slice).collect();
        let mut reply = Reply::new(self.server.clients.get(client).reply.protocol);
        self.keyspace.select(database);
        self.run(blocked.command, client, &argv, &mut reply, Mode::Retry);
        if reply.is_empty() {
            self.publish_events();
            return false;
        }
        self.server.blocking.unblock(client);
        if self.server.clients.get(client).reply_mode == ReplyMode::On {
            self.server.clients.write_to(client, |out| out.raw(reply.as_bytes()));
        }
        self.publish_events();
        true
    }
}
