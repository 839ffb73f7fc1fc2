//! Clients: what the engine knows of each connection.

use std::collections::HashMap;

pub use super::client_id::ClientId;
use super::command::{Command, Flag};
use super::reply::Reply;

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
    /// CLIENT SETINFO.
    pub library: Vec<u8>,
    pub library_version: Vec<u8>,
    /// Where it comes from, where it was let in, and the number of its socket: as its driver says.
    pub address: String,
    pub local_address: String,
    pub socket: Option<i32>,
    /// What its driver counts of the bytes between them.
    pub traffic: Traffic,
    /// When it came, and when it last sent a command, in microseconds since 1970.
    pub connected_us: i64,
    pub active_us: i64,
    pub commands: u64,
    pub last_command: Option<&'static str>,
    /// CLIENT REPLY.
    pub replies: Replies,
    /// CLIENT NO-EVICT.
    pub is_kept: bool,
    /// CLIENT NO-TOUCH.
    pub leaves_no_trace: bool,
    /// MONITOR.
    pub monitors: bool,
    /// Whether those who MONITOR see nothing of what it sends: whoever drives the engine looks at the data by it.
    pub unseen: bool,
    /// Its driver should send what is written, and then close the connection.
    pub closing: bool,
}

/// Bytes between a client and its driver.
#[derive(Debug, Clone, Copy, Default)]
pub struct Traffic {
    /// All that came, and all that was answered.
    pub received: u64,
    pub answered: u64,
    /// What was read, from the start of the running command on.
    pub unread: usize,
    /// What the socket has not taken yet.
    pub unsent: usize,
}

/// What waits to be sent to a client, in the pieces that Redis keeps it in: first a buffer, and then a list of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputBuffer {
    pub buffered: usize,
    pub blocks: usize,
}

impl OutputBuffer {
    pub const BUFFER: usize = 16 * 1024;
    /// What a block of Redis's holds, and what it takes with its head and its place in the list.
    const BLOCK: usize = 20_464;
    const BLOCK_TAKES: usize = 20_504;

    pub fn of(bytes: usize) -> Self {
        let buffered = bytes.min(Self::BUFFER);
        OutputBuffer { buffered, blocks: (bytes - buffered).div_ceil(Self::BLOCK) }
    }

    /// What the blocks take: CLIENT LIST's `omem`, which `client-output-buffer-limit` limits.
    pub fn memory(self) -> u64 {
        (self.blocks * Self::BLOCK_TAKES) as u64
    }
}

/// Which commands are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Replies {
    #[default]
    All,
    None,
    /// Neither CLIENT REPLY SKIP itself, nor the next one.
    NotThisNorNext,
    NotThis,
}

impl Replies {
    /// Whether the running command is not answered.
    pub fn silence_this(self) -> bool {
        matches!(self, Replies::None | Replies::NotThis)
    }

    /// Whether a command that has just run is answered; moves on to the next command.
    pub fn answers(&mut self) -> bool {
        let (answers, next) = match self {
            Replies::All => (true, Replies::All),
            Replies::None => (false, Replies::None),
            Replies::NotThisNorNext => (false, Replies::NotThis),
            Replies::NotThis => (false, Replies::All),
        };
        *self = next;
        answers
    }
}

/// A command that MULTI queued. It was looked up and checked when it was queued, so EXEC runs it as it is.
#[derive(Debug, Clone)]
pub struct QueuedCommand {
    pub command: &'static Command,
    pub argv: Vec<Vec<u8>>,
}

/// The commands queued since MULTI.
#[derive(Debug, Clone, Default)]
pub struct Transaction {
    pub queue: Vec<QueuedCommand>,
    /// A command was refused while queueing: EXEC will refuse, too.
    pub spoiled: bool,
}

/// All clients.
#[derive(Debug, Clone, Default)]
pub struct Clients {
    by_id: HashMap<ClientId, usize, foldhash::fast::FixedState>,
    /// Those who have left leave a gap.
    places: Vec<Option<(ClientId, Client)>>,
    gaps: Vec<usize>,
    /// Where the client stands that was last asked for: nearly always the next one, too.
    latest: usize,
    last: u64,
    /// Those whose output grew since the driver last asked.
    written: Vec<ClientId>,
    /// Those who see every command.
    monitors: Vec<ClientId>,
}

impl Clients {
    /// A new client.
    pub fn connect(&mut self, authenticated: bool) -> ClientId {
        self.last += 1;
        let id = ClientId(self.last);
        let client = Some((id, Client { authenticated, ..Client::default() }));
        let place = match self.gaps.pop() {
            Some(gap) => {
                self.places[gap] = client;
                gap
            }
            None => {
                self.places.push(client);
                self.places.len() - 1
            }
        };
        self.by_id.insert(id, place);
        id
    }

    /// Forgets a client.
    pub fn disconnect(&mut self, id: ClientId) {
        self.set_monitor(id, false);
        if let Some(place) = self.by_id.remove(&id) {
            self.places[place] = None;
            self.gaps.push(place);
        }
    }

    /// Lets a client see every command, or no more.
    pub fn set_monitor(&mut self, id: ClientId, sees: bool) {
        let Some(client) = self.find(id) else { return };
        if client.monitors != sees {
            client.monitors = sees;
            self.monitors.retain(|&other| other != id);
            self.monitors.extend(sees.then_some(id));
        }
    }

    /// Those who see every command.
    pub fn monitors(&self) -> &[ClientId] {
        &self.monitors
    }

    /// Lets a client go: its driver sends what is written and closes the connection.
    pub fn close(&mut self, id: ClientId) {
        if let Some(client) = self.find(id) {
            client.closing = true;
            self.written.push(id);
        }
    }

    /// A connected client's state. It is an error of ours to ask for one that has left: see `find`.
    pub fn get_mut(&mut self, id: ClientId) -> &mut Client {
        self.find(id).expect("the driver calls only for clients that it has connected")
    }

    pub fn get(&self, id: ClientId) -> &Client {
        let client = self.place(id).and_then(|place| self.places[place].as_ref());
        &client.expect("the driver calls only for clients that it has connected").1
    }

    pub fn find(&mut self, id: ClientId) -> Option<&mut Client> {
        self.latest = self.place(id)?;
        self.places[self.latest].as_mut().map(|(_, client)| client)
    }

    fn place(&self, id: ClientId) -> Option<usize> {
        match self.places.get(self.latest) {
            Some(Some((latest, _))) if *latest == id => Some(self.latest),
            _ => self.by_id.get(&id).copied(),
        }
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The numbers of all clients that are to stay, oldest first.
    pub fn ids(&self) -> Vec<ClientId> {
        let mut ids: Vec<_> =
            self.places.iter().flatten().filter(|(_, client)| !client.closing).map(|&(id, _)| id).collect();
        ids.sort_unstable();
        ids
    }

    /// Writes to a client beside the call that is running (a message, an unblocked reply), and notes that there is something to send.
    pub fn write_to(&mut self, id: ClientId, write: impl FnOnce(&mut Reply)) {
        if let Some(client) = self.find(id) {
            write(&mut client.reply);
            self.written.push(id);
        }
    }

    /// Those who were written to by `write_to`, or let go by `close`, since the last call.
    pub fn take_written(&mut self) -> Vec<ClientId> {
        std::mem::take(&mut self.written)
    }
}

impl Client {
    /// Whether a command may need more memory, so that it is rejected above `maxmemory`: EXEC if any queued command may.
    pub fn may_need_memory(&self, command: &Command) -> bool {
        match &self.transaction {
            Some(transaction) if command.name == "EXEC" => {
                transaction.queue.iter().any(|queued| queued.command.has(Flag::Denyoom))
            }
            _ => command.has(Flag::Denyoom),
        }
    }

    /// Notes that a command was refused while a transaction is being queued.
    pub fn spoil_transaction(&mut self) {
        if let Some(transaction) = &mut self.transaction {
            transaction.spoiled = true;
        }
    }
}
