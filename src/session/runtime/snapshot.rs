//! Copies of a runtime's state, for `:undo` and `:fork`.

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

/// The state of a runtime at one time. Snapshots share the entries of the logs. They share the keyspace as long as no
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

/// What to do with a Python process that has run code since the snapshot that is being restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsedPython {
    /// Kill the process, and replay the snapshot's log in a new one.
    Replaced,
    /// Make the process restore the variables that it saved for the snapshot. If the process cannot do so, replace it.
    Returned,
}

impl Runtime {
    /// Takes a snapshot. `keyspace` must be a copy of the current keyspace.
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

    /// Restores a snapshot. Returns the number of microseconds by which the clock was set back.
    ///
    /// If a Python process is replaced, a new one replays the snapshot's log. If the client was waiting for Redis when
    /// the snapshot was taken, it waits again.
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
        // Discards the connections of clients that have neither a Python process nor statements to replay. Their next
        // Python processes start without connections.
        for client in self.clients.indices().collect::<Vec<_>>() {
            if self.clients[client].python.child.is_none() && self.clients[client].python.replay.is_none() {
                self.forget_child(client);
            }
        }
        // The TCP clients that were connected when the snapshot was taken are gone, so their blocked commands and
        // subscriptions must not come back.
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
