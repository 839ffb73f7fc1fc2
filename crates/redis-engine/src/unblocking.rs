//! Wakes blocked clients whose keys have become ready. [`Engine::advance`] wakes the clients whose timeout has passed.

use super::Engine;
use super::call::Mode;
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
        let is_answered = self.server.clients.get_mut(client).reply_mode.finish_command();
        // Even without a reply, the driver must learn that the client is unblocked, so that it runs the next request.
        self.server.clients.write_to(client, |out| out.raw(if is_answered { reply.as_bytes() } else { b"" }));
        self.publish_events();
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::Engine;

    #[test]
    fn the_reply_of_a_blocked_command_can_be_skipped() {
        let mut engine = Engine::new(1, 1_000_000_000);
        let (waiting, other) = (engine.connect(), engine.connect());
        let mut run = |client, line: &str| {
            let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            engine.execute(client, &argv, 1_000_000_000);
            let reply = engine.server.clients.get_mut(client).reply.take();
            String::from_utf8(reply).expect("the replies are ASCII")
        };
        for mode in ["SKIP", "OFF"] {
            for line in ["LPUSH list a", "CLIENT UNBLOCK 1", "CLIENT UNBLOCK 1 ERROR"] {
                assert_eq!(run(waiting, &format!("CLIENT REPLY {mode}")), "");
                assert_eq!(run(waiting, "BLPOP list 0"), "", "{mode} {line}");
                assert_eq!(run(other, line), ":1\r\n");
                let answer = if mode == "SKIP" { "+PONG\r\n" } else { "" };
                assert_eq!(run(waiting, "PING"), answer, "{mode} {line}");
            }
        }
    }
}
