//! An embedded Redis server: keys, commands and the RESP protocol, without sockets, threads, wall clock or entropy.
//!
//! The caller drives an [`Engine`]: it connects clients, passes in their commands together with the time, and takes the
//! replies that were written for each client. The same seed, commands and times always give the same replies. The
//! replies match those of Redis 8.2.
//!
//! ```
//! use redis_engine::Engine;
//! use redis_engine::client::ClientId;
//!
//! /// Runs a command at a time in microseconds, and returns the reply as RESP.
//! fn reply(engine: &mut Engine, client: ClientId, argv: &[&[u8]], now_us: i64) -> Vec<u8> {
//!     engine.execute(client, argv, now_us);
//!     engine.server.clients.get_mut(client).reply.take()
//! }
//!
//! let now_us = 1_700_000_000_000_000;
//! let mut engine = Engine::new(1, now_us);
//! let client = engine.connect();
//! assert_eq!(reply(&mut engine, client, &[b"SET", b"greeting", b"hello", b"EX", b"10"], now_us), b"+OK\r\n");
//! assert_eq!(reply(&mut engine, client, &[b"GET", b"greeting"], now_us), b"$5\r\nhello\r\n");
//!
//! // Ten seconds later the key has expired.
//! let now_us = now_us + 10_000_000;
//! engine.advance(now_us);
//! assert_eq!(reply(&mut engine, client, &[b"GET", b"greeting"], now_us), b"$-1\r\n");
//! ```
//!
//! A blocked client gets its reply when another client's command fills one of the keys that it waits for, or from
//! [`Engine::advance`] when its timeout has passed.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod acl;
pub mod argument_syntax;
pub mod blocking;
mod call;
pub mod client;
mod client_id;
mod client_memory;
pub mod command;
mod command_table;
pub mod commands;
pub mod config;
pub mod data;
pub mod error;
mod eviction;
mod expiry;
pub mod geohash;
mod glob;
mod grisu;
pub mod keyspace;
mod latency;
pub mod limits;
mod long_double;
mod notify;
pub mod number;
mod rdb;
pub mod reply;
mod reset;
pub mod resp;
pub mod rng;
mod script_run;
pub mod scripting;
mod secrets;
pub mod server_state;
mod sha256;
mod slow_log;
pub mod statistics;
pub mod subscriptions;
mod unblocking;
pub mod watch;

use call::{Call, Mode};
use client::ClientId;
use command::{Command, Flag};
use error::Error;
use keyspace::Keyspace;
use reply::{Protocol, Reply};
use server_state::ServerState;

/// A Redis server without network access.
#[derive(Debug, Clone)]
pub struct Engine {
    /// The keys of all databases.
    pub keyspace: Keyspace,
    /// All server state except keys: clients, configuration, subscriptions, statistics, and the random number
    /// generator.
    pub server: ServerState,
}

impl Engine {
    /// Creates an empty server whose clock starts at `now_us`, in microseconds since 1970. `seed` determines every
    /// random choice.
    pub fn new(seed: u64, now_us: i64) -> Self {
        Engine { keyspace: Keyspace::new(now_us), server: ServerState::new(seed, now_us) }
    }

    /// Connects a client and returns its id. If the server has a password, the client must authenticate first.
    pub fn connect(&mut self) -> ClientId {
        self.server.statistics.connections_received += 1;
        let id = self.server.clients.connect(!self.server.acl.requires_authentication());
        let client = self.server.clients.get_mut(id);
        (client.connected_us, client.active_us) = (self.keyspace.now_us(), self.keyspace.now_us());
        id
    }

    /// Disconnects a client, and ends its watches, its blocked command and its subscriptions.
    ///
    /// If the client's command runs a script, the script ends first.
    pub fn disconnect(&mut self, client: ClientId) {
        if let Some(running) = self.server.scripting.running.as_mut().filter(|running| running.client == client) {
            running.is_orphaned = true;
            return;
        }
        self.keyspace.watches.unwatch(client);
        self.server.disconnect(client);
    }

    /// Runs a client's command at `now_us`, in microseconds since 1970.
    ///
    /// The reply is appended to the client's output, unless the command has blocked the client. The replies to clients
    /// that the command unblocks are appended to the output of those clients. `argv` holds the command's name and
    /// arguments. The engine's clock never goes back: it stays unchanged if `now_us` is earlier than the current time.
    ///
    /// # Panics
    /// Panics if the client is not connected, or if `argv` is empty.
    pub fn execute(&mut self, client: ClientId, argv: &[&[u8]], now_us: i64) {
        self.keyspace.blocked = self.server.blocking.counts();
        // While a script runs, time stands still.
        if self.server.scripting.running.is_none() {
            self.keyspace.set_clock(now_us);
        }
        let state = self.server.clients.get_mut(client);
        self.keyspace.select(state.database);
        self.keyspace.updates_access_times = !state.no_touch;
        state.active_us = now_us;
        let protocol = state.reply.protocol;
        let mut reply = std::mem::replace(&mut state.reply, Reply::new(protocol));
        let length_before = reply.len();
        let room = self.server.clients.output_room;
        reply.limit_to(room.map_or(usize::MAX, |room| length_before.saturating_add(room)));
        self.dispatch(client, argv, &mut reply);
        self.publish_events();
        if let Some(running) = self.server.scripting.running.as_mut().filter(|running| running.client == client) {
            (running.reply, running.length_before) = (reply, length_before);
            return;
        }
        self.finish_command(client, reply, length_before);
    }

    /// Adds the reply of a command to its client's output, and serves the clients that the command has unblocked.
    /// `length_before` is the length of `reply` before the command.
    pub(crate) fn finish_command(&mut self, client: ClientId, mut reply: Reply, length_before: usize) {
        let is_blocked = self.is_blocked(client);
        if let Some(state) = self.server.clients.find(client) {
            // The command of a blocked client is finished when the client is unblocked.
            if !is_blocked && !state.reply_mode.finish_command() {
                reply.truncate(length_before);
            }
            reply.protocol = state.reply.protocol;
            // Messages that were published to the client while the command ran come after the reply.
            reply.raw(state.reply.as_bytes());
            let is_incomplete = reply.is_incomplete();
            reply.limit_to(usize::MAX);
            state.reply = reply;
            if is_incomplete {
                state.drop_output();
                self.server.clients.close(client);
                self.server.clients.too_long_outputs += 1;
            }
        }
        self.server.statistics.output_limit_disconnections += std::mem::take(&mut self.server.clients.too_long_outputs);
        if self.keyspace.blocked.any() && self.server.scripting.running.is_none() {
            if self.server.pause_us > 0 {
                // If a transaction ran DEBUG SLEEP, blocked clients are served at the end of the sleep, which is later
                // than the time of the command.
                self.keyspace.set_clock(self.keyspace.now_us().saturating_add(self.server.pause_us));
            }
            self.serve_blocked_clients();
        }
    }

    /// Moves the clock to `now_us`, in microseconds since 1970. Removes expired keys if an expire cycle has ended, and
    /// unblocks the clients whose timeout has passed.
    ///
    /// Does nothing while a script runs, because time then stands still.
    pub fn advance(&mut self, now_us: i64) {
        if self.server.scripting.running.is_some() {
            return;
        }
        self.keyspace.blocked = self.server.blocking.counts();
        self.keyspace.set_clock(now_us);
        for client in self.server.blocking.timed_out(self.keyspace.now_ms()) {
            self.server.unblock(client, None);
        }
        self.publish_events();
        // The expiry of a stream unblocks the clients that read from its consumer groups.
        if self.keyspace.blocked.any() {
            self.serve_blocked_clients();
        }
    }

    /// Publishes the pending keyspace events to their subscribers.
    fn publish_events(&mut self) {
        if self.keyspace.events_enabled {
            let events = self.keyspace.take_events();
            self.server.publish_events(&events);
        }
    }

    /// Returns the next time at which `advance` has a timeout or an expiry to handle, in milliseconds since 1970, or
    /// `None` if there is none.
    pub fn next_deadline(&self) -> Option<i64> {
        [self.server.blocking.next_deadline(), self.keyspace.next_expiry()].into_iter().flatten().min()
    }

    /// Returns whether a client is blocked.
    pub fn is_blocked(&self, client: ClientId) -> bool {
        self.server.blocking.get(client).is_some()
    }

    fn dispatch(&mut self, client: ClientId, argv: &[&[u8]], reply: &mut Reply) {
        let command = match self.admit(client, argv) {
            Ok(command) => command,
            Err(error) => {
                let error = self.reject(client, argv, error);
                self.server.statistics.count_error(&error);
                return reply.error(&error);
            }
        };
        let state = self.server.clients.get_mut(client);
        state.last_command = Some(command.name);
        if let Some(transaction) = &mut state.transaction
            && !matches!(command.name, "EXEC" | "DISCARD" | "MULTI" | "WATCH" | "QUIT" | "RESET")
        {
            transaction.push(command, argv);
            return reply.status("QUEUED");
        }
        self.run(command, client, argv, reply, Mode::Plain);
    }

    /// Finds the command, and checks that the client is allowed to run it now.
    ///
    /// # Errors
    /// Returns the error that rejects the command.
    fn admit(&mut self, client: ClientId, argv: &[&[u8]]) -> Result<&'static Command, Error> {
        let command = commands::find(argv)?;
        let admitted = self.admit_command(client, command, argv);
        if admitted.is_err() {
            self.server.statistics.calls_of(command).rejected += 1;
        }
        admitted.map(|()| command)
    }

    /// Performs the checks of Redis's `processCommand`, in the same order. Between the checks, evicts keys if
    /// `maxmemory` is exceeded.
    fn admit_command(&mut self, client: ClientId, command: &'static Command, argv: &[&[u8]]) -> Result<(), Error> {
        if !command.arity_allows(argv.len()) {
            return Err(error::wrong_arity(command.name));
        }
        let state = self.server.clients.get(client);
        if !state.authenticated && !command.has(Flag::NoAuth) && self.server.acl.requires_authentication() {
            return Err(error::NO_AUTH);
        }
        if state.transaction.is_some() && command.has(Flag::NoMulti) {
            return Err(Error::from_static("ERR Command not allowed inside a transaction"));
        }
        if self.server.acl.has_restrictions() {
            self.check_permissions(client, command, argv, Mode::Plain)?;
        }
        if let Some(running) = &self.server.scripting.running {
            return if command.has(Flag::AllowBusy) { Ok(()) } else { Err(running.busy_error()) };
        }
        let is_within_limit = eviction::perform_evictions(&mut self.keyspace, &mut self.server);
        self.server.scripting.is_over_memory = !is_within_limit;
        let state = self.server.clients.get(client);
        if state.may_need_memory(command) && (!is_within_limit || self.keyspace.exceeds_memory_cap()) {
            return Err(error::OUT_OF_MEMORY);
        }
        // There are no replicas, so a minimum number of them is never reached.
        if self.server.config.requires_replicas && state.may_write(command) {
            return Err(error::NO_REPLICAS);
        }
        if state.reply.protocol == Protocol::Resp2
            && !command.runs_while_subscribed()
            && self.server.subscriptions.is_subscribed(client)
        {
            return Err(error::not_while_subscribed(command.name));
        }
        if state.is_monitor && (command.has(Flag::Readonly) || command.has(Flag::Write)) {
            return Err(Error::from_static("ERR Replica can't interact with the keyspace"));
        }
        Ok(())
    }

    /// Checks whether the client's user may run the command. If not, logs that.
    pub(crate) fn check_permissions(
        &mut self,
        client: ClientId,
        command: &'static Command,
        argv: &[&[u8]],
        mode: Mode,
    ) -> Result<(), Error> {
        let Engine { keyspace, server } = self;
        let reply = &mut Reply::default();
        let commands = &commands::TABLE;
        commands::check_permissions(&mut Call { keyspace, server, commands, reply, client, command, argv, mode })
    }

    /// Marks the client's transaction, if any, as aborted because a command was rejected. If the command is EXEC, ends
    /// the transaction instead. Returns the error to reply with.
    fn reject(&mut self, client: ClientId, argv: &[&[u8]], error: Error) -> Error {
        let state = self.server.clients.get_mut(client);
        if argv[0].eq_ignore_ascii_case(b"EXEC") {
            state.transaction = None;
            self.keyspace.watches.unwatch(client);
            return error::exec_aborted_by(&error);
        }
        state.abort_transaction();
        error
    }

    pub(crate) fn run(
        &mut self,
        command: &'static Command,
        client: ClientId,
        argv: &[&[u8]],
        reply: &mut Reply,
        mode: Mode,
    ) {
        let Engine { keyspace, server } = self;
        let mut call = Call { keyspace, server, commands: &commands::TABLE, reply, client, command, argv, mode };
        call.run();
    }
}
