//! The memory that clients use besides the stored data, and how it is released.

use super::Engine;
use super::client::ClientId;
use super::reply::Reply;

/// Estimated memory in bytes that a stored name or argument uses besides its own bytes, such as its table entry and the
/// allocator's overhead.
const NAME_OVERHEAD: usize = 64;

impl Engine {
    /// Returns the memory that a client uses, in bytes. This covers output that the driver has not taken, queued
    /// commands, names of watched keys and of channels, and the blocked command. Input that the driver has read but not
    /// passed to the engine is not included.
    ///
    /// Returns 0 for a client that is not connected. This can happen when the driver has replaced the engine with an
    /// earlier copy, which lacks the connections that were opened since then.
    pub fn client_memory(&self, id: ClientId) -> usize {
        let Some(client) = self.server.clients.find_for_reading(id) else { return 0 };
        // The names of keys and channels are stored twice: in the client's own list, and as keys of a table that maps
        // each name to its clients.
        let doubled = |length: usize| 2 * (length + NAME_OVERHEAD);
        let watched = self.keyspace.watches.watched(id).iter().map(|watched| doubled(watched.key.len()));
        let subscribed = self.server.subscriptions.name_lengths(id).map(doubled);
        let blocked = self.server.blocking.get(id).map_or(0, |command| {
            let words: usize = command.argv.iter().map(|word| word.len() + NAME_OVERHEAD).sum();
            words + command.keys.iter().map(|key| doubled(key.len())).sum::<usize>()
        });
        let queued = client.transaction.as_ref().map_or(0, |transaction| {
            let words: usize = transaction.queue.iter().map(|queued| queued.argv.len()).sum();
            transaction.bytes + words * NAME_OVERHEAD
        });
        let names = client.name.len() + client.library.len() + client.library_version.len();
        client.reply.len() + watched.chain(subscribed).sum::<usize>() + blocked + queued + names
    }

    /// Releases the memory of a client, and asks the driver to close its connection.
    ///
    /// # Panics
    /// Panics if the client is not connected.
    pub fn close_and_release(&mut self, id: ClientId) {
        self.keyspace.watches.unwatch(id);
        self.server.blocking.unblock(id);
        self.server.subscriptions.unsubscribe_all(id);
        let client = self.server.clients.get_mut(id);
        client.transaction = None;
        client.name = Vec::new();
        client.reply = Reply::new(client.reply.protocol);
        self.server.clients.close(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Several commands, each with its name and arguments.
    type Commands<'a> = &'a [&'a [&'a [u8]]];

    fn run(engine: &mut Engine, client: ClientId, words: &[&[u8]]) {
        engine.execute(client, words, 0);
    }

    #[test]
    fn everything_that_a_client_makes_the_engine_keep_is_counted_and_released() {
        let long = vec![b'x'; 100_000];
        let cases: [(&str, usize, Commands<'_>); 7] = [
            ("a reply", 1, &[&[b"ECHO", &long]]),
            ("queued commands", 1, &[&[b"MULTI"], &[b"SET", b"k", &long]]),
            ("a watched key", 2, &[&[b"WATCH", &long]]),
            ("a channel", 3, &[&[b"SUBSCRIBE", &long]]),
            ("a pattern", 3, &[&[b"PSUBSCRIBE", &long]]),
            ("a key to wait for", 3, &[&[b"BLPOP", &long, b"0"]]),
            ("a name", 1, &[&[b"CLIENT", b"SETNAME", &long]]),
        ];
        for (what, copies, commands) in cases {
            let mut engine = Engine::new(1, 0);
            let client = engine.connect();
            for words in commands {
                run(&mut engine, client, words);
            }
            let (memory, expected) = (engine.client_memory(client), copies * long.len());
            assert!((expected..expected + 1000).contains(&memory), "{what}: {memory}");
            engine.close_and_release(client);
            assert_eq!(engine.client_memory(client), 0, "{what}");
            assert!(engine.server.clients.get(client).closing && !engine.is_blocked(client));
        }
    }

    #[test]
    fn output_beyond_the_room_that_the_driver_allows_closes_its_client() {
        let long = vec![b'x'; 100_000];
        // Each case consists of its name, the second client's first command, the first client's command that causes the
        // output, and whether that output goes to the second client. The output of MGET and EXEC is a reply. PUBLISH
        // sends a message to a subscriber, and GET is shown to a monitor.
        type Command<'a> = &'a [&'a [u8]];
        let cases: [(&str, Command<'_>, Command<'_>, bool); 4] = [
            ("MGET", &[b"PING"], &[b"MGET", b"k", b"k", b"k"], false),
            ("EXEC", &[b"PING"], &[b"EXEC"], false),
            ("PUBLISH", &[b"SUBSCRIBE", b"c"], &[b"PUBLISH", b"c", &long], true),
            ("MONITOR", &[b"MONITOR"], &[b"GET", &long], true),
        ];
        for (what, first, command, closes_the_other) in cases {
            for room in [None, Some(1_000_000), Some(80_000)] {
                let mut engine = Engine::new(1, 0);
                let [client, other] = [engine.connect(), engine.connect()];
                run(&mut engine, client, &[b"SET", b"k", &long]);
                run(&mut engine, other, first);
                if what == "EXEC" {
                    run(&mut engine, client, &[b"MULTI"]);
                    run(&mut engine, client, &[b"GET", b"k"]);
                }
                engine.server.clients.output_room = room;
                run(&mut engine, client, command);
                let is_too_long = room == Some(80_000);
                for (id, is_writer) in [(client, !closes_the_other), (other, closes_the_other)] {
                    let state = engine.server.clients.get(id);
                    assert_eq!(state.closing, is_too_long && is_writer, "{what} {room:?}");
                    assert!(state.reply.is_empty() || !state.closing, "{what} {room:?}");
                }
                assert_eq!(engine.server.statistics.output_limit_disconnections, u64::from(is_too_long));
                if !is_too_long {
                    engine.server.clients.output_room = None;
                    engine.server.clients.get_mut(client).reply.take();
                    run(&mut engine, client, &[b"PING"]);
                    assert_eq!(engine.server.clients.get(client).reply.as_bytes(), b"+PONG\r\n", "{what}");
                }
            }
        }
    }
}
