//! Resetting the engine, or restoring it from a copy, while clients stay connected.
//!
//! The driver owns the connections. A client's id, blocked command, subscriptions and pending output must neither be
//! lost nor pass to another client.

use super::Engine;
use super::client::{Client, ClientId, Clients};

impl Engine {
    /// Removes all keys, settings and statistics, but keeps the connected clients and the driver's memory limit.
    ///
    /// Clients stay blocked and subscribed, and keep their selected database. Watched keys that existed count as
    /// changed. Without clients, the result is the same as that of [`Engine::new`], except for the memory limit.
    pub fn reset(&mut self, seed: u64, now_us: i64) {
        for database in 0..self.keyspace.databases().len() {
            self.keyspace.flush(database);
        }
        let old = std::mem::replace(self, Engine::new(seed, now_us));
        self.keyspace.memory_cap.limit = old.keyspace.memory_cap.limit;
        self.server.scripting.has_interpreter = old.server.scripting.has_interpreter;
        if old.server.clients.is_empty() {
            return;
        }
        self.keyspace.watches = old.keyspace.watches;
        self.server.clients = old.server.clients;
        self.server.blocking = old.server.blocking;
        self.server.subscriptions = old.server.subscriptions;
        self.server.process_id = old.server.process_id;
        self.server.resident_memory = old.server.resident_memory;
        self.server.make_room_for_clients = old.server.make_room_for_clients;
        self.server.stop_requested = old.server.stop_requested;
        for name in ["port", "bind"] {
            self.server.config.set_unchecked(name, old.server.config.get(name));
        }
    }

    /// Undoes all changes that were made after `before` was copied from this engine. The clients in `rehearsing` keep
    /// their current state.
    ///
    /// Keys, settings, blocked commands and the random number generator are restored. All other clients that are still
    /// connected are restored as well, which discards the output that was written to them since the copy was made.
    pub fn undo_rehearsal(&mut self, before: Engine, rehearsing: &[ClientId]) {
        self.keyspace = before.keyspace;
        self.server.blocking = before.server.blocking;
        self.server.random = before.server.random;
        (self.server.config, self.server.acl) = (before.server.config, before.server.acl);
        self.server.clients.restore(before.server.clients, rehearsing);
        for client in self.server.blocking.clients() {
            if self.server.clients.find(client).is_none() {
                self.server.blocking.unblock(client);
            }
        }
    }

    /// Connects a client with the state of `client`, which is connected to another engine. The new client has the same
    /// database and the same unread replies, but it is not blocked, subscribed or a monitor, and watches no keys.
    /// Returns its id.
    pub fn connect_like(&mut self, client: &Client) -> ClientId {
        let id = self.connect();
        *self.server.clients.get_mut(id) = Client { is_monitor: false, ..client.clone() };
        id
    }
}

impl Clients {
    /// Restores the clients in `before` that are still connected, apart from those in `except`.
    fn restore(&mut self, mut before: Clients, except: &[ClientId]) {
        for id in before.ids() {
            if !except.contains(&id)
                && let (Some(client), Some(client_before)) = (self.find(id), before.find(id))
            {
                *client = std::mem::take(client_before);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a command and returns the reply.
    fn run(engine: &mut Engine, client: ClientId, line: &str) -> String {
        let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        engine.execute(client, &argv, 1_000_000);
        take_output(engine, client)
    }

    fn take_output(engine: &mut Engine, client: ClientId) -> String {
        String::from_utf8(engine.server.clients.get_mut(client).reply.take()).expect("the output is ASCII")
    }

    #[test]
    fn connected_clients_stay_blocked_and_subscribed() {
        let mut engine = Engine::new(1, 0);
        let [blocked, subscriber, watcher, other] = [(); 4].map(|()| engine.connect());
        run(&mut engine, other, "SET seen 1");
        run(&mut engine, other, "CONFIG SET hash-max-listpack-entries 7");
        run(&mut engine, blocked, "BLPOP tasks 0");
        run(&mut engine, subscriber, "SUBSCRIBE news");
        run(&mut engine, watcher, "WATCH seen");
        run(&mut engine, watcher, "MULTI");
        engine.disconnect(other);
        engine.reset(1, 2_000_000);
        let new = engine.connect();
        assert!(![blocked, subscriber, watcher, other].contains(&new), "ids are never reused");
        assert_eq!(run(&mut engine, new, "GET seen"), "$-1\r\n");
        assert!(run(&mut engine, new, "CONFIG GET hash-max-listpack-entries").contains("512"));
        assert_eq!(run(&mut engine, watcher, "EXEC"), "*-1\r\n");
        assert_eq!(run(&mut engine, new, "PUBLISH news hi"), ":1\r\n");
        assert!(take_output(&mut engine, subscriber).ends_with("hi\r\n"));
        assert_eq!(run(&mut engine, new, "RPUSH tasks a"), ":1\r\n");
        assert_eq!(take_output(&mut engine, blocked), "*2\r\n$5\r\ntasks\r\n$1\r\na\r\n");
    }

    #[test]
    fn random_choices_are_repeated_after_a_rehearsal() {
        let mut engine = Engine::new(1, 0);
        let [client, tutor] = [(); 2].map(|()| engine.connect());
        run(&mut engine, client, "SADD s 1 2 3 4 5 6 7 8");
        let before = engine.clone();
        let chosen = run(&mut engine, tutor, "SRANDMEMBER s -20");
        engine.undo_rehearsal(before, &[tutor]);
        assert_eq!(run(&mut engine, client, "SRANDMEMBER s -20"), chosen);
    }

    #[test]
    fn a_rehearsal_changes_no_settings() {
        let mut engine = Engine::new(1, 0);
        let tutor = engine.connect();
        let before = engine.clone();
        run(&mut engine, tutor, "CONFIG SET maxmemory-policy allkeys-lru");
        run(&mut engine, tutor, "CONFIG SET requirepass secret");
        engine.undo_rehearsal(before, &[tutor]);
        assert!(run(&mut engine, tutor, "CONFIG GET maxmemory-policy").contains("noeviction"));
        let new = engine.connect();
        assert_eq!(run(&mut engine, new, "PING"), "+PONG\r\n", "there is no password");
    }

    #[test]
    fn a_client_of_another_engine_keeps_its_state() {
        let mut engine = Engine::new(1, 0);
        let earlier = engine.clone();
        let client = engine.connect();
        run(&mut engine, client, "SET a 0");
        run(&mut engine, client, "SELECT 1");
        run(&mut engine, client, "SET a 1");
        run(&mut engine, client, "MULTI");
        engine.execute(client, &[b"GET", b"a"], 1_000_000);
        let mut restored = earlier;
        let other = restored.connect();
        let moved = restored.connect_like(engine.server.clients.get(client));
        assert_ne!(moved, other);
        assert_eq!(take_output(&mut restored, moved), "+QUEUED\r\n");
        assert_eq!(run(&mut restored, moved, "EXEC"), "*1\r\n$-1\r\n", "the data is that of the earlier engine");
        run(&mut restored, moved, "SET a 2");
        assert_eq!(run(&mut restored, other, "GET a"), "$-1\r\n", "the moved client uses database 1");
    }

    #[test]
    fn a_reset_without_clients_gives_a_new_engine() {
        let mut engine = Engine::new(1, 0);
        let disconnected = engine.connect();
        run(&mut engine, disconnected, "SET a 1");
        engine.disconnect(disconnected);
        engine.reset(1, 0);
        assert_eq!(format!("{engine:?}"), format!("{:?}", Engine::new(1, 0)));
    }

    #[test]
    fn other_clients_do_not_notice_a_rehearsal() {
        let mut engine = Engine::new(1, 0);
        let [blocked, subscriber, tutor] = [(); 3].map(|()| engine.connect());
        run(&mut engine, blocked, "BLPOP tasks 0");
        run(&mut engine, subscriber, "SUBSCRIBE news");
        let before = engine.clone();
        assert_eq!(run(&mut engine, tutor, "RPUSH tasks a"), ":1\r\n");
        assert_eq!(run(&mut engine, tutor, "PUBLISH news hi"), ":1\r\n");
        let late = engine.connect();
        engine.undo_rehearsal(before, &[tutor, late]);
        assert_eq!(take_output(&mut engine, blocked) + &take_output(&mut engine, subscriber), "");
        assert_eq!(run(&mut engine, late, "RPUSH tasks b"), ":1\r\n");
        assert_eq!(take_output(&mut engine, blocked), "*2\r\n$5\r\ntasks\r\n$1\r\nb\r\n");
    }
}
