//! The limit on the memory that connections use in addition to the data: for incomplete requests, unread replies,
//! commands queued by MULTI, and the names of watched keys and of channels. The limit has the same value as that on the
//! data, and applies to the sum over all connections. When the sum exceeds it, the largest connection is closed, as
//! Redis does above `maxmemory-clients`.
//!
//! Measuring the memory is slow if there are many connections or names. So each command only adds to an upper bound.
//! The memory is measured when the bound might exceed the limit.

use super::super::display::memory_size;
use super::Runtime;
use super::client_index::{ClientIndex, TUTOR};
use super::wire_log::Cause;
use crate::markup::Role;
use crate::messages::runtime as messages;
use redis_engine::client::ClientId;

/// Estimated overhead in bytes of storing an argument in a table, in addition to the argument's own bytes.
const WORD_OVERHEAD: usize = 64;

/// The connections may exceed the limit by `limit / TOLERANCE` bytes before any of them is closed.
const TOLERANCE: u64 = 64;

/// Returns the number of bytes that connections may use before any of them is closed.
fn with_tolerance(limit: u64) -> u64 {
    limit.saturating_add(limit / TOLERANCE)
}

/// The memory of the connections as last measured, and an upper bound on its growth since then.
#[derive(Debug, Default)]
pub struct ConnectionMemory {
    /// The memory as last measured, in bytes.
    measured: u64,
    /// Upper bound on the bytes that have been added since the memory was measured.
    added: u64,
    /// Whether a connection was closed without the learner having been told yet.
    was_exceeded: bool,
}

impl ConnectionMemory {
    /// Raises the upper bound by the number of bytes that may have been added.
    pub fn add(&mut self, bytes: usize) {
        self.added = self.added.saturating_add(bytes as u64);
    }

    /// Adds the size of a command's arguments. Each counts twice, because the engine may store it in two tables.
    pub fn add_words(&mut self, argv: &[&[u8]]) {
        self.add(argv.iter().map(|word| 2 * (word.len() + WORD_OVERHEAD)).sum());
    }

    /// Forces the next check to measure the memory. Must be called when the memory may have changed by an unknown
    /// amount.
    pub fn forget(&mut self) {
        self.added = u64::MAX;
    }

    /// Records that a connection was closed and that the learner must be told.
    pub fn note_closed(&mut self) {
        self.was_exceeded = true;
    }
}

impl Runtime {
    /// Returns how many bytes of output a command of `client` may add, or `None` if there is no limit.
    pub(super) fn output_room(&mut self, client: Option<ClientIndex>) -> Option<usize> {
        let limit = self.engine.keyspace.memory_cap.limit;
        if limit == 0 {
            return None;
        }
        let taken = match client {
            // The tutor must be able to read the data, however much memory the learner's connections use.
            Some(TUTOR) => 0,
            _ => self.connection_memory(),
        };
        usize::try_from(with_tolerance(limit).saturating_sub(taken)).ok()
    }

    /// If the connections use more memory than the limit allows, closes the largest ones until the remaining ones do
    /// not.
    pub(super) fn limit_connections(&mut self) {
        let limit = self.engine.keyspace.memory_cap.limit;
        if limit == 0 || self.connection_memory() <= with_tolerance(limit) {
            return;
        }
        let mut sizes: Vec<_> = self.limited_connections().map(|id| (self.connection_size(id), id)).collect();
        sizes.sort_unstable();
        while self.connection_memory.measured > limit
            && let Some((size, id)) = sizes.pop()
        {
            self.connection_memory.measured = self.connection_memory.measured.saturating_sub(size);
            self.evict(id);
        }
    }

    /// Closes a connection because it uses too much memory, as Redis does above `maxmemory-clients`.
    pub(super) fn evict(&mut self, id: ClientId) {
        self.close_and_release(id);
        self.engine.server.statistics.evicted_clients += 1;
        self.connection_memory.note_closed();
    }

    /// Returns an upper bound on the memory of the connections, in bytes. Measures the memory only if the bound might
    /// exceed the limit.
    fn connection_memory(&mut self) -> u64 {
        let limit = self.engine.keyspace.memory_cap.limit;
        let ConnectionMemory { measured, added, .. } = self.connection_memory;
        if added > limit / TOLERANCE && measured.saturating_add(added) >= limit {
            self.connection_memory.measured = self.limited_connections().map(|id| self.connection_size(id)).sum();
            self.connection_memory.added = 0;
        }
        self.connection_memory.measured.saturating_add(self.connection_memory.added)
    }

    /// Iterates over the connections to which the limit applies: those of all clients except the tutor's own.
    fn limited_connections(&self) -> impl Iterator<Item = ClientId> {
        let clients = self.clients.indices().filter(|&client| client != TUTOR);
        clients.flat_map(|client| self.clients[client].connections())
    }

    /// Returns the memory that a connection uses, in bytes.
    fn connection_size(&self, id: ClientId) -> u64 {
        let unread = self.clients.iter().flat_map(|client| client.python.connections.values());
        let unread = unread.filter(|connection| connection.client == id).map(|connection| connection.input.len());
        (unread.sum::<usize>() + self.engine.client_memory(id)) as u64
    }

    /// Closes a connection, and frees its memory.
    pub(super) fn close_and_release(&mut self, id: ClientId) {
        self.engine.close_and_release(id);
        if !self.wire_log.waiting().is_empty() {
            self.log_ended_waits(&Cause::Time, None);
        }
        for client in self.clients.iter_mut() {
            for connection in client.python.connections.values_mut().filter(|connection| connection.client == id) {
                connection.input = Vec::new();
                connection.parser = Default::default();
            }
        }
    }

    /// Shows a message if a connection was closed because of the limit and the learner has not been told yet. `client`
    /// is the client whose submission has just ended.
    pub(super) fn report_connection_limit(&mut self, client: ClientIndex) {
        if !self.clients[client].is_shown || self.is_silent {
            return;
        }
        let limit = self.engine.keyspace.memory_cap.limit;
        if std::mem::take(&mut self.connection_memory.was_exceeded) && limit > 0 {
            self.say(Role::Muted, &messages::connections_out_of_memory(memory_size(limit)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::runtime::client::MAIN;
    use crate::session::runtime::dialect::Dialect;
    use redis_engine::resp::request;

    const LIMIT: u64 = 1 << 20;
    const WORD: usize = 50_000;

    fn encode(line: &str) -> Vec<u8> {
        let long = "x".repeat(WORD);
        request::encode(&line.split(' ').map(|word| word.replace("LONG", &long).into_bytes()).collect::<Vec<_>>())
    }

    /// Returns a runtime with a memory limit of one megabyte, a key with a long value, and the given number of
    /// connections, which are numbered from 1.
    fn limited_runtime(connections: u32) -> Runtime {
        let mut runtime = Runtime::new(1, 0, Dialect::Both);
        runtime.engine.keyspace.memory_cap.limit = LIMIT;
        for connection in 1..=connections {
            runtime.open_connection(MAIN, connection, "localhost", 6379, b"").expect("it is the session's Redis");
        }
        runtime.feed(MAIN, 1, &encode("SET long LONG"));
        runtime.ready_answer(MAIN, &super::super::ask::Ask::Receive { connection: 1, deadline_us: None });
        runtime
    }

    fn is_closed(runtime: &Runtime, connection: u32) -> bool {
        runtime.engine.server.clients.get(runtime.clients[MAIN].python.connections[&connection].client).closing
    }

    /// Returns the memory that all connections use, in bytes.
    fn memory(runtime: &Runtime) -> u64 {
        runtime.limited_connections().map(|id| runtime.connection_size(id)).sum()
    }

    #[test]
    fn connections_take_up_no_more_than_the_limit_whatever_they_send() {
        // Connection 1 sends `line`. Each of the other connections has sent `first`.
        for (others, first, line) in [
            (0, "", "MULTI|SET k LONG"),
            (0, "", "WATCH #LONG"),
            (0, "", "SUBSCRIBE #LONG"),
            (0, "", "PSUBSCRIBE #LONG"),
            (0, "", "BLPOP q 0|SET k LONG"),
            (0, "", "ECHO LONG"),
            (3, "CLIENT SETNAME LONG", "ECHO LONG"),
            (30, "SUBSCRIBE c", "PUBLISH c LONG"),
            (30, "MONITOR", "EXISTS LONG"),
            (30, "GET long", "GET long"),
        ] {
            let mut runtime = limited_runtime(1 + others);
            for other in 2..2 + others {
                runtime.feed(MAIN, other, &encode(first));
            }
            let mut peak = memory(&runtime);
            let (start, line) = line.split_once('|').unwrap_or(("PING", line));
            runtime.feed(MAIN, 1, &encode(start));
            for n in 0..100 {
                runtime.feed(MAIN, 1, &encode(&line.replace('#', &n.to_string())));
                peak = peak.max(memory(&runtime));
            }
            let closed = (1..2 + others).filter(|&connection| is_closed(&runtime, connection)).count();
            assert!(closed > 0, "{line}: no connection was closed at {peak}");
            assert!((LIMIT / 2..LIMIT + LIMIT / 4).contains(&peak), "{line}: {peak}");
            assert!(runtime.connection_memory.was_exceeded, "{line}");
        }
    }

    #[test]
    fn an_unfinished_request_and_pipelined_commands_are_limited() {
        let mut runtime = limited_runtime(1);
        runtime.feed(MAIN, 1, b"*1000\r\n");
        for _ in 0..100 {
            runtime.feed(MAIN, 1, &[format!("${WORD}\r\n").as_bytes(), &vec![b'x'; WORD], b"\r\n"].concat());
            assert!(memory(&runtime) < LIMIT + LIMIT / 4, "{}", memory(&runtime));
        }
        assert!(is_closed(&runtime, 1));
        for line in ["GET long", "MGET long long long long long long long long long long"] {
            let mut runtime = limited_runtime(1);
            runtime.feed(MAIN, 1, &encode(line).repeat(1000));
            assert!(is_closed(&runtime, 1) && memory(&runtime) == 0, "{line}: {}", memory(&runtime));
        }
    }

    #[test]
    fn replies_that_are_read_and_transactions_that_end_are_not_limited() {
        let mut runtime = limited_runtime(1);
        for _ in 0..100 {
            for line in ["GET long", "MULTI", "SET k LONG", "EXEC", "WATCH LONG", "UNWATCH", "SET k LONG"] {
                runtime.feed(MAIN, 1, &encode(line));
                let receive = super::super::ask::Ask::Receive { connection: 1, deadline_us: None };
                assert!(runtime.ready_answer(MAIN, &receive).is_some(), "{line}");
            }
        }
        assert!(!is_closed(&runtime, 1) && !runtime.connection_memory.was_exceeded);
    }

    #[test]
    fn a_limit_above_all_memory_closes_no_connection() {
        for limit in [u64::MAX, u64::MAX - 1, u64::MAX / 2] {
            let mut runtime = limited_runtime(2);
            runtime.engine.keyspace.memory_cap.limit = limit;
            runtime.connection_memory.forget();
            runtime.feed(MAIN, 1, &encode("GET long"));
            runtime.limit_connections();
            assert!(!is_closed(&runtime, 1) && !runtime.connection_memory.was_exceeded, "{limit}");
            assert!(runtime.output_room(Some(MAIN)) > Some(1 << 60), "{limit}");
        }
    }

    #[test]
    fn requests_that_have_not_run_are_limited_as_in_redis() {
        let mut runtime = limited_runtime(1);
        runtime.engine.keyspace.memory_cap.limit = 1 << 30;
        runtime.feed(MAIN, 1, &encode("CONFIG SET client-query-buffer-limit 1048576"));
        runtime.feed(MAIN, 1, &encode("MULTI"));
        for n in 0..30 {
            assert_eq!(is_closed(&runtime, 1), n > 20, "{n}");
            runtime.feed(MAIN, 1, &encode("SET k LONG"));
        }
        assert_eq!(runtime.engine.server.statistics.query_limit_disconnections, 1);
        assert!(!runtime.connection_memory.was_exceeded, "the learner's own setting was reached");
    }
}
