//! Starting anew, or from a copy, while clients stay connected.
//!
//! Somebody outside holds a connection: their number, their wait, their subscriptions and what they are still to be told must
//! not be lost, nor pass to another client.

use super::Engine;
use super::client::{ClientId, Clients};

impl Engine {
    /// A new server for the clients that are connected: no keys, no settings, no statistics. They wait on, listen on, and are in
    /// the databases that they had selected; for those who WATCH a key that was there, it has changed. Without clients it is
    /// the same as `Engine::new`.
    pub fn reset(&mut self, seed: u64, now_us: i64) {
        for database in 0..self.keyspace.databases().len() {
            self.keyspace.flush(database);
        }
        let old = std::mem::replace(self, Engine::new(seed, now_us));
        if old.server.clients.is_empty() {
            return;
        }
        self.keyspace.watches = old.keyspace.watches;
        self.server.clients = old.server.clients;
        self.server.blocking = old.server.blocking;
        self.server.subscriptions = old.server.subscriptions;
        self.server.process_id = old.server.process_id;
        self.server.resident_memory = old.server.resident_memory;
        for name in ["port", "bind"] {
            self.server.config.state(name, old.server.config.get(name));
        }
    }

    /// Undoes a rehearsal: the keys are as they were in `kept`, a copy from before it, and so are all clients but
    /// those that rehearsed. Nobody else was woken or told anything.
    pub fn put_back(&mut self, kept: Engine, rehearsing: &[ClientId]) {
        self.keyspace = kept.keyspace;
        self.server.blocking = kept.server.blocking;
        self.server.clients.put_back(kept.server.clients, rehearsing);
        for client in self.server.blocking.clients() {
            if self.server.clients.find(client).is_none() {
                self.server.blocking.leave(client);
            }
        }
    }
}

impl Clients {
    /// Those who are still there are as they were, but for some.
    fn put_back(&mut self, mut kept: Clients, but: &[ClientId]) {
        for id in kept.ids() {
            if !but.contains(&id)
                && let (Some(client), Some(was)) = (self.find(id), kept.find(id))
            {
                *client = std::mem::take(was);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a client is answered.
    fn told(engine: &mut Engine, client: ClientId, line: &str) -> String {
        let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        engine.execute(client, &argv, 1_000_000);
        heard(engine, client)
    }

    fn heard(engine: &mut Engine, client: ClientId) -> String {
        String::from_utf8(engine.server.clients.get_mut(client).reply.take()).expect("it was ASCII")
    }

    #[test]
    fn who_stays_connected_waits_and_listens_on() {
        let mut engine = Engine::new(1, 0);
        let [waits, listens, watches, other] = [(); 4].map(|()| engine.connect());
        told(&mut engine, other, "SET seen 1");
        told(&mut engine, other, "CONFIG SET hash-max-listpack-entries 7");
        told(&mut engine, waits, "BLPOP tasks 0");
        told(&mut engine, listens, "SUBSCRIBE news");
        told(&mut engine, watches, "WATCH seen");
        told(&mut engine, watches, "MULTI");
        engine.disconnect(other);
        engine.reset(1, 2_000_000);
        let new = engine.connect();
        assert!(![waits, listens, watches, other].contains(&new), "numbers are never used again");
        assert_eq!(told(&mut engine, new, "GET seen"), "$-1\r\n");
        assert!(told(&mut engine, new, "CONFIG GET hash-max-listpack-entries").contains("512"));
        assert_eq!(told(&mut engine, watches, "EXEC"), "*-1\r\n");
        assert_eq!(told(&mut engine, new, "PUBLISH news hi"), ":1\r\n");
        assert!(heard(&mut engine, listens).ends_with("hi\r\n"));
        assert_eq!(told(&mut engine, new, "RPUSH tasks a"), ":1\r\n");
        assert_eq!(heard(&mut engine, waits), "*2\r\n$5\r\ntasks\r\n$1\r\na\r\n");
    }

    #[test]
    fn without_clients_it_is_new() {
        let mut engine = Engine::new(1, 0);
        let gone = engine.connect();
        told(&mut engine, gone, "SET a 1");
        engine.disconnect(gone);
        engine.reset(1, 0);
        assert_eq!(format!("{engine:?}"), format!("{:?}", Engine::new(1, 0)));
    }

    #[test]
    fn a_rehearsal_is_noticed_by_nobody() {
        let mut engine = Engine::new(1, 0);
        let [waits, listens, tutor] = [(); 3].map(|()| engine.connect());
        told(&mut engine, waits, "BLPOP tasks 0");
        told(&mut engine, listens, "SUBSCRIBE news");
        let kept = engine.clone();
        assert_eq!(told(&mut engine, tutor, "RPUSH tasks a"), ":1\r\n");
        assert_eq!(told(&mut engine, tutor, "PUBLISH news hi"), ":1\r\n");
        let late = engine.connect();
        engine.put_back(kept, &[tutor, late]);
        assert_eq!(heard(&mut engine, waits) + &heard(&mut engine, listens), "");
        assert_eq!(told(&mut engine, late, "RPUSH tasks b"), ":1\r\n");
        assert_eq!(heard(&mut engine, waits), "*2\r\n$5\r\ntasks\r\n$1\r\nb\r\n");
    }
}
