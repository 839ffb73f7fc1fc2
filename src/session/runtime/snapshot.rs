//! Copies of a runtime, for `:undo` and `:fork`.

use std::sync::Arc;

use super::super::event::Effect;
use super::Runtime;
use super::checkpoint::can_return;
use super::client::{Client, ClientIndex, Clients, SavedVariables};
use super::dialect::Dialect;
use super::input_log::InputLog;
use super::wire_log::WireLog;

use redis_engine::keyspace::Keyspace;
use redis_engine::server_state::ServerState;
use redis_engine::watch::Watches;

/// The state of a runtime at one time. Snapshots share the entries of the logs, and share the keyspace as long as no
/// key changes.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub keyspace: Arc<Keyspace>,
    watches: Watches,
    server: ServerState,
    now_us: i64,
    clients: Clients,
    foreground: ClientIndex,
    speaker: ClientIndex,
    dialect: Dialect,
    wire_log: WireLog,
    input_log: InputLog,
}

/// What happens to a Python process that has run code since the snapshot that is being restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsedPython {
    /// The process is killed, and a fresh one replays the log of the snapshot.
    Replaced,
    /// The process restores the variables that it saved when the snapshot was made. If it cannot, it is replaced.
    Returned,
}

impl Runtime {
    /// Returns a snapshot. `keyspace` is a copy of the current keyspace.
    pub fn snapshot(&self, keyspace: Arc<Keyspace>) -> Snapshot {
        Snapshot {
            keyspace,
            watches: self.engine.keyspace.watches.clone(),
            server: self.engine.server.clone(),
            now_us: self.clock.now_us(),
            clients: self.clients.clone(),
            foreground: self.foreground,
            speaker: self.speaker,
            dialect: self.dialect,
            wire_log: self.wire_log.clone(),
            input_log: self.input_log.clone(),
        }
    }

    /// Restores the runtime. Returns the number of microseconds by which the clock was set back.
    ///
    /// If a Python process is replaced, a fresh one replays the log of the snapshot. If the client was waiting for
    /// Redis when the snapshot was made, it waits again.
    pub fn restore(&mut self, snapshot: Snapshot, used: UsedPython) -> i64 {
        let us_back = self.clock.now_us() - snapshot.now_us;
        let runs_on = |client: &Client, old: &Client| {
            client.python.child.is_some()
                && client.python.child == old.python.child
                && client.python.replay.is_none()
                && client.python.replay_log.mark() == old.python.replay_log.mark()
                && client.python.requests == old.python.requests
        };
        let mut clients = snapshot.clients;
        let returns = |client: &Client, old: &Client| {
            used == UsedPython::Returned && !runs_on(client, old) && can_return(client, old)
        };
        for client in self.clients.iter() {
            if !clients.iter().any(|old| runs_on(client, old) || returns(client, old)) {
                self.effects.extend(client.python.child.map(Effect::Kill));
            }
        }
        for old in clients.iter_mut() {
            if let Some(client) = self.clients.iter().find(|client| returns(client, old)) {
                old.python.runs = client.python.runs;
                old.python.saved_variables = SavedVariables::ToRestore;
            } else if !self.clients.iter().any(|client| runs_on(client, old)) {
                old.python.prepare_replay();
            }
        }
        self.engine.keyspace = (*snapshot.keyspace).clone();
        self.engine.keyspace.watches = snapshot.watches;
        self.engine.server = snapshot.server;
        self.clock.set(snapshot.now_us);
        self.engine.advance(snapshot.now_us);
        self.clients = clients;
        // A Python process without sources to replay starts without connections.
        for client in self.clients.indices().collect::<Vec<_>>() {
            if self.clients[client].python.child.is_none() && self.clients[client].python.replay.is_none() {
                self.forget_child(client);
            }
        }
        // The TCP clients that were connected when the snapshot was made are gone, so they must not block or subscribe
        // again.
        for gone in self.real_clients() {
            self.engine.disconnect(gone);
        }
        (self.foreground, self.speaker, self.dialect) = (snapshot.foreground, snapshot.speaker, snapshot.dialect);
        self.wire_log = snapshot.wire_log;
        self.input_log = snapshot.input_log;
        self.turn = None;
        self.finished.clear();
        us_back
    }
}
