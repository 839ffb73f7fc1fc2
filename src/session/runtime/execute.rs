//! Runs commands on the engine, and records them in the wire log.

use super::Runtime;
use super::client::{ClientIndex, TUTOR};
use super::wire_log::{Cause, Wait};
use redis_engine::client::ClientId;

impl Runtime {
    /// Runs a command on a connection, and records it. `bytes` is the command in RESP. `client` is `None` if the
    /// command belongs to no submission.
    pub fn execute(&mut self, client: Option<ClientIndex>, connection: ClientId, argv: &[&[u8]], bytes: &[u8]) {
        let now_us = self.clock.now_us();
        let unfetched = self.engine.server.clients.get(connection).reply.as_bytes().len();
        let room = self.output_room(client);
        let closed_before = self.engine.server.statistics.output_limit_disconnections;
        self.engine.server.clients.output_room = room;
        self.execute_and_log(client, connection, argv, bytes, now_us);
        let left = self.engine.server.clients.output_room.take();
        if self.engine.server.statistics.output_limit_disconnections > closed_before {
            self.connection_memory.note_closed();
        }
        let replied = self.engine.server.clients.find(connection).map_or(0, |client| client.reply.len());
        let written_to_others = room.zip(left).map_or(0, |(room, left)| room - left);
        self.connection_memory.add(replied.saturating_sub(unfetched).saturating_add(written_to_others));
        self.connection_memory.add_words(argv);
        self.close_slow_connections(connection);
        self.limit_connections();
        let reply = self.engine.server.clients.find(connection).map(|client| client.reply.as_bytes());
        if reply.and_then(|reply| reply.get(unfetched..)).is_some_and(|reply| reply.starts_with(b"-"))
            && let Some(work) = client.and_then(|client| self.clients[client].work.as_mut())
        {
            work.submission.note_refusal();
        }
    }

    fn execute_and_log(
        &mut self,
        client: Option<ClientIndex>,
        connection: ClientId,
        argv: &[&[u8]],
        bytes: &[u8],
        now_us: i64,
    ) {
        let Some(client) = client.filter(|&client| self.is_logged(client)) else {
            return self.engine.execute(connection, argv, now_us);
        };
        let reply = self.engine.server.clients.get(connection).reply.as_bytes();
        let expired = self.engine.keyspace.stats.expired_keys;
        self.wire_log.command_sent(&self.clients[client].name, connection, bytes, reply, (now_us, expired));
        self.engine.execute(connection, argv, now_us);
        let wait = self.engine.server.blocking.get(connection);
        let wait = wait.map(|wait| Wait { deadline_us: wait.deadline.map(|ms| ms.saturating_mul(1000)), end: None });
        self.wire_log.command_ran(connection, self.engine.server.clients.get(connection).reply.as_bytes(), wait);
        if !self.wire_log.waiting().is_empty() {
            let by = Cause::Client(self.clients[client].name.clone());
            self.log_ended_waits(&by, Some(connection));
        }
    }

    /// Returns whether a client's commands are recorded. Those of a script are not, because a script cannot use
    /// `:wire`.
    fn is_logged(&self, client: ClientIndex) -> bool {
        client != TUTOR && !self.is_silent && !self.shows_all
    }

    /// Records which waits have ended, and why. `running` is the connection whose command has just run, if any.
    pub fn log_ended_waits(&mut self, by: &Cause, running: Option<ClientId>) {
        let (clients, blocking) = (&self.clients, &self.engine.server.blocking);
        let still_waits = |connection: ClientId| {
            let is_open = running == Some(connection) || clients.iter().any(|client| client.has_connection(connection));
            is_open.then(|| blocking.get(connection).is_some())
        };
        self.wire_log.end_waits(by, self.clock.now_us(), still_waits);
    }

    /// Records that a client has fetched `reply`, which contains all unread replies on its connection.
    pub fn log_fetched(&mut self, client: ClientIndex, connection: ClientId, reply: &[u8]) {
        if self.is_logged(client) {
            if !self.wire_log.waiting().is_empty() {
                self.log_ended_waits(&Cause::Time, None);
            }
            self.wire_log.replies_fetched(&self.clients[client].name, connection, reply, self.clock.now_us());
        }
    }
}
