//! Clients: what the engine knows of each connection.

use std::collections::HashMap;

use super::error::Error;
use super::reply::Reply;

/// A connection's number, as `CLIENT ID` answers it. Numbers are never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub u64);

/// A connection's state.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// What it is answered: replies and messages, until its driver takes them.
    pub reply: Reply,
    /// The selected database.
    pub database: usize,
    /// Whether it has shown the password, or need not.
    pub authenticated: bool,
    /// The commands since MULTI.
    pub transaction: Option<Transaction>,
    /// CLIENT SETNAME.
    pub name: Vec<u8>,
    /// Its driver should send what is written, and then close the connection.
    pub closing: bool,
}

/// What was queued since MULTI.
#[derive(Debug, Clone, Default)]
pub struct Transaction {
    pub queue: Vec<Vec<Vec<u8>>>,
    /// A command was refused while queueing: EXEC will refuse, too.
    pub spoiled: bool,
}

/// All clients.
#[derive(Debug, Clone, Default)]
pub struct Clients {
    by_id: HashMap<ClientId, Client, foldhash::fast::FixedState>,
    last: u64,
    /// Those whose output grew since the driver last asked.
    written: Vec<ClientId>,
}

impl Clients {
    /// A new client.
    pub fn connect(&mut self, authenticated: bool) -> ClientId {
        self.last += 1;
        let id = ClientId(self.last);
        self.by_id.insert(id, Client { authenticated, ..Client::default() });
        id
    }

    /// Forgets a client.
    pub fn disconnect(&mut self, id: ClientId) {
        self.by_id.remove(&id);
    }

    /// A connected client's state. It is an error of ours to ask for one that has left: see `find`.
    pub fn get_mut(&mut self, id: ClientId) -> &mut Client {
        self.by_id.get_mut(&id).expect("the driver calls only for clients that it has connected")
    }

    pub fn get(&self, id: ClientId) -> &Client {
        self.by_id.get(&id).expect("the driver calls only for clients that it has connected")
    }

    pub fn find(&mut self, id: ClientId) -> Option<&mut Client> {
        self.by_id.get_mut(&id)
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// All clients' numbers, oldest first.
    pub fn ids(&self) -> Vec<ClientId> {
        let mut ids: Vec<_> = self.by_id.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// Writes to a client beside the call that is running (a message, an unblocked reply), and notes that there is something to send.
    pub fn write_to(&mut self, id: ClientId, write: impl FnOnce(&mut Reply)) {
        if let Some(client) = self.by_id.get_mut(&id) {
            write(&mut client.reply);
            self.written.push(id);
        }
    }

    /// Those who were written to by `write_to` since the last call.
    pub fn take_written(&mut self) -> Vec<ClientId> {
        std::mem::take(&mut self.written)
    }
}

impl Client {
    /// Notes that a command was refused while a transaction is being queued.
    pub fn spoil_transaction(&mut self, _: &Error) {
        if let Some(transaction) = &mut self.transaction {
            transaction.spoiled = true;
        }
    }
}
