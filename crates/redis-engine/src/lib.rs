//! Redis itself: keys, values and commands, without a socket, a terminal, a wall clock or chance.
//!
//! Whoever drives an `Engine` connects clients, hands in their commands with the time, and takes what was written to
//! each client. A blocked client is answered by the command of another, or by `advance`, when its time is over.

pub mod blocking;
pub mod call;
pub mod client;
mod client_id;
pub mod command;
pub mod command_table;
pub mod commands;
pub mod config;
pub mod data;
pub mod error;
pub mod eviction;
pub mod expiry;
pub mod glob;
mod grisu;
pub mod keyspace;
pub mod limits;
pub mod long_double;
pub mod notify;
pub mod number;
pub mod reply;
mod reset;
pub mod resp;
pub mod rng;
pub mod server_state;
pub mod statistics;
pub mod subscriptions;
pub mod syntax;
pub mod watch;

use call::{Call, Mode};
use client::{ClientId, QueuedCommand, Replies};
use command::{Command, Flag, Group};
use data::Value;
use error::Error;
use keyspace::Keyspace;
use reply::{Protocol, Reply};
use server_state::ServerState;

/// A Redis server without its network.
#[derive(Debug, Clone)]
pub struct Engine {
    pub keyspace: Keyspace,
    pub server: ServerState,
}

impl Engine {
    /// An empty server. `seed` decides all that is left to chance.
    pub fn new(seed: u64, now_us: i64) -> Self {
        Engine { keyspace: Keyspace::new(now_us), server: ServerState::new(seed, now_us) }
    }

    /// A new client. It needs to show a password if the server has one.
    pub fn connect(&mut self) -> ClientId {
        self.server.statistics.connections_received += 1;
        let id = self.server.clients.connect(self.server.password.is_none());
        let client = self.server.clients.get_mut(id);
        (client.connected_us, client.active_us) = (self.keyspace.now_us(), self.keyspace.now_us());
        id
    }

    /// Forgets a client, its watches, its wait and its subscriptions.
    pub fn disconnect(&mut self, client: ClientId) {
        self.keyspace.watches.unwatch(client);
        self.server.disconnect(client);
    }

    /// Runs one command of a client at a time, in microseconds since 1970. The reply is appended to the client's
    /// output; there is none if the client is blocked now. Others that the command wakes have theirs appended, too.
    pub fn execute(&mut self, client: ClientId, argv: &[&[u8]], now_us: i64) {
        self.keyspace.set_clock(now_us);
        let state = self.server.clients.get_mut(client);
        self.keyspace.select(state.database);
        self.keyspace.touches = !state.leaves_no_trace;
        state.active_us = now_us;
        let protocol = state.reply.protocol;
        let mut reply = std::mem::replace(&mut state.reply, Reply::new(protocol));
        let unanswered = reply.len();
        self.keyspace.blocked = self.server.blocking.counts();
        self.dispatch(client, argv, &mut reply);
        self.tell_events();
        if let Some(state) = self.server.clients.find(client) {
            if !state.replies.answers() {
                reply.truncate(unanswered);
            }
            reply.protocol = state.reply.protocol;
            // What others wrote meanwhile comes after the reply.
            reply.raw(state.reply.as_bytes());
            state.reply = reply;
        }
        if self.keyspace.blocked.any() {
            if self.server.pause_us > 0 {
                // DEBUG SLEEP in a transaction: its end finds the clock later than its start did.
                self.keyspace.set_clock(now_us + self.server.pause_us);
            }
            self.serve_blocked();
        }
    }

    /// Lets time pass: drops what has expired, and answers those whose wait is over.
    pub fn advance(&mut self, now_us: i64) {
        self.keyspace.set_clock(now_us);
        for client in self.server.blocking.overdue(self.keyspace.now_ms()) {
            self.server.end_wait(client, None);
        }
        self.tell_events();
    }

    fn tell_events(&mut self) {
        if self.keyspace.notes_events {
            let events = self.keyspace.take_events();
            self.server.tell(&events);
        }
    }

    /// The next moment at which `advance` has something to do, in milliseconds since 1970.
    pub fn next_deadline(&self) -> Option<i64> {
        [self.server.blocking.next_deadline(), self.keyspace.next_expiry()].into_iter().flatten().min()
    }

    /// Whether a client waits for a key.
    pub fn is_blocked(&self, client: ClientId) -> bool {
        self.server.blocking.waiting(client).is_some()
    }

    fn dispatch(&mut self, client: ClientId, argv: &[&[u8]], reply: &mut Reply) {
        let command = match self.admit(client, argv) {
            Ok(command) => command,
            Err(refusal) => {
                let refusal = self.refuse(client, argv, refusal);
                self.server.statistics.count_error(&refusal);
                return reply.error(&refusal);
            }
        };
        let state = self.server.clients.get_mut(client);
        state.last_command = Some(command.name);
        if let Some(transaction) = &mut state.transaction
            && !matches!(command.name, "EXEC" | "DISCARD" | "MULTI" | "WATCH" | "QUIT" | "RESET")
        {
            let argv = argv.iter().map(|word| word.to_vec()).collect();
            transaction.queue.push(QueuedCommand { command, argv });
            return reply.status("QUEUED");
        }
        self.run(command, client, argv, reply, Mode::Plain);
    }

    /// Finds the command, and makes sure that the client may run it now.
    ///
    /// # Errors
    /// The error that rejects the command.
    fn admit(&mut self, client: ClientId, argv: &[&[u8]]) -> Result<&'static Command, Error> {
        let command = commands::find(argv)?;
        let admitted = self.admit_command(client, command, argv.len());
        if admitted.is_err() {
            self.server.statistics.calls_of(command).rejected += 1;
        }
        admitted.map(|()| command)
    }

    /// The checks of Redis's `processCommand`, in its order. Between them, keys are evicted to get below `maxmemory`.
    fn admit_command(&mut self, client: ClientId, command: &Command, words: usize) -> Result<(), Error> {
        if !command.takes(words) {
            return Err(error::wrong_arity(command.name));
        }
        let state = self.server.clients.get(client);
        if !state.authenticated && !command.has(Flag::NoAuth) {
            return Err(error::NO_AUTH);
        }
        if state.transaction.is_some() && command.has(Flag::NoMulti) {
            return Err(Error::text("ERR Command not allowed inside a transaction"));
        }
        let is_within_limit = eviction::make_room(&mut self.keyspace, &mut self.server);
        let state = self.server.clients.get(client);
        if !is_within_limit && state.may_need_memory(command) {
            return Err(error::OUT_OF_MEMORY);
        }
        if state.reply.protocol == Protocol::Resp2
            && !command.runs_while_subscribed()
            && self.server.subscriptions.listens(client)
        {
            return Err(error::not_while_subscribed(command.name));
        }
        if state.monitors && (command.has(Flag::Readonly) || command.has(Flag::Write)) {
            return Err(Error::text("ERR Replica can't interact with the keyspace"));
        }
        Ok(())
    }

    /// What a refused command does to the client's transaction: it is spoiled, and a refused EXEC ends it.
    fn refuse(&mut self, client: ClientId, argv: &[&[u8]], refusal: Error) -> Error {
        let state = self.server.clients.get_mut(client);
        if argv[0].eq_ignore_ascii_case(b"EXEC") {
            state.transaction = None;
            self.keyspace.watches.unwatch(client);
            return error::exec_aborted_by(&refusal);
        }
        state.spoil_transaction();
        refusal
    }

    fn run(&mut self, command: &'static Command, client: ClientId, argv: &[&[u8]], reply: &mut Reply, mode: Mode) {
        let Engine { keyspace, server } = self;
        let mut call = Call { keyspace, server, commands: &commands::TABLE, reply, client, command, argv, mode };
        call.run();
    }

    /// Runs the commands of those who wait for keys that were filled, first come, first served, until nothing more happens.
    fn serve_blocked(&mut self) {
        loop {
            let ready_keys = self.keyspace.take_ready_keys();
            if ready_keys.is_empty() {
                return;
            }
            for (database, key) in ready_keys {
                for client in self.server.blocking.queue(database, &key) {
                    if self.is_served_by(client, database, &key) && !self.retry(client, database) {
                        break;
                    }
                }
            }
        }
    }

    /// Whether a key holds what a blocked client's command takes from. Another type leaves the client asleep, although the
    /// command would be refused if it were sent now.
    fn is_served_by(&mut self, client: ClientId, database: usize, key: &[u8]) -> bool {
        let Some(wait) = self.server.blocking.waiting(client) else { return false };
        self.keyspace.select(database);
        let value = self.keyspace.peek(key).map(|entry| &entry.value);
        matches!(
            (value, wait.command.group),
            (Some(Value::List(_)), Group::List) | (Some(Value::SortedSet(_)), Group::SortedSet)
        )
    }

    /// Runs a blocked client's command again; says whether it was answered.
    fn retry(&mut self, client: ClientId, database: usize) -> bool {
        let Some(wait) = self.server.blocking.waiting(client).cloned() else { return true };
        let argv: Vec<&[u8]> = wait.argv.iter().map(Vec::as_slice).collect();
        let mut reply = Reply::new(self.server.clients.get(client).reply.protocol);
        self.keyspace.select(database);
        self.run(wait.command, client, &argv, &mut reply, Mode::Retry);
        if reply.is_empty() {
            return false;
        }
        self.server.blocking.leave(client);
        if self.server.clients.get(client).replies == Replies::All {
            self.server.clients.write_to(client, |out| out.raw(reply.as_bytes()));
        }
        self.tell_events();
        true
    }
}
