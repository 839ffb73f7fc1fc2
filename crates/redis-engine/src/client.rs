//! Clients: the state of each connection.

use std::collections::HashMap;

use super::acl::DEFAULT_USER;
pub use super::client_id::ClientId;
use super::command::{Command, Flag};
use super::reply::Reply;

/// The state of a connection.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// Replies and messages that the driver has not taken yet.
    pub reply: Reply,
    /// The number of the selected database.
    pub database: usize,
    /// Whether the client has authenticated, or needs no password.
    pub authenticated: bool,
    /// The name of the user as whom the client has authenticated, or `None` for the default user.
    pub(crate) user: Option<Box<[u8]>>,
    /// The commands queued since MULTI, or `None` if the client is not in a transaction.
    pub transaction: Option<Transaction>,
    /// The name set by CLIENT SETNAME, or empty if there is none.
    pub name: Vec<u8>,
    /// The library name set by CLIENT SETINFO, or empty if there is none.
    pub library: Vec<u8>,
    /// The library version set by CLIENT SETINFO, or empty if there is none.
    pub library_version: Vec<u8>,
    /// The client's address and port, as the driver reports them.
    pub address: String,
    /// The server's address and port for this connection, as the driver reports them.
    pub local_address: String,
    /// The file descriptor of the socket, as the driver reports it.
    pub socket: Option<i32>,
    /// Byte counts of the data exchanged with the client, as the driver reports them.
    pub traffic: Traffic,
    /// When the client connected, in microseconds since 1970.
    pub connected_us: i64,
    /// When the client last sent a command, or the driver last read from it or wrote to it, in microseconds since 1970.
    pub active_us: i64,
    /// The number of commands that the client has run.
    pub commands: u64,
    /// The name of the last command in capitals, or `None` before the first command.
    pub last_command: Option<&'static str>,
    /// The mode set by CLIENT REPLY.
    pub reply_mode: ReplyMode,
    /// Whether CLIENT NO-EVICT is on.
    pub no_evict: bool,
    /// Whether CLIENT NO-TOUCH is on.
    pub no_touch: bool,
    /// Whether the client is a monitor.
    pub is_monitor: bool,
    /// Whether this client's commands are hidden from monitors. The driver uses such a client to read data.
    pub is_hidden_from_monitors: bool,
    /// Whether the driver should send the pending output and then close the connection.
    pub closing: bool,
    /// Whether the driver should close the connection immediately, without sending the pending output, as after CLIENT
    /// KILL.
    pub is_killed: bool,
}

/// Byte counts of the data exchanged with a client, as the driver reports them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Traffic {
    /// Number of bytes that the driver has read from the client.
    pub received: u64,
    /// Number of bytes of output that the driver has taken from the engine.
    pub answered: u64,
    /// Number of received bytes that belong to the running command or to commands that have not run yet.
    pub unread: usize,
    /// Number of bytes of output that the socket has not accepted yet.
    pub unsent: usize,
    /// Number of bytes allocated for the client's requests and replies.
    pub allocated: usize,
}

/// The size of a client's pending output, divided as Redis stores it: a static buffer first, then a list of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputBuffer {
    /// Number of bytes in the static buffer, which CLIENT LIST shows as `obl`.
    pub buffered: usize,
    /// Number of blocks, which CLIENT LIST shows as `oll`.
    pub blocks: usize,
}

impl OutputBuffer {
    /// Size of the static buffer in bytes (`PROTO_REPLY_CHUNK_BYTES`).
    pub const BUFFER: usize = 16 * 1024;
    /// Capacity of a block in bytes.
    const BLOCK: usize = 20_464;
    /// Number of bytes allocated for a block, including its header and list node.
    const BLOCK_ALLOCATED: usize = 20_504;

    /// Returns the sizes for `bytes` bytes of output, which fill the static buffer first and then blocks.
    pub fn with_length(bytes: usize) -> Self {
        let buffered = bytes.min(Self::BUFFER);
        OutputBuffer { buffered, blocks: (bytes - buffered).div_ceil(Self::BLOCK) }
    }

    /// Returns the memory allocated for the list of blocks, in bytes. CLIENT LIST shows it as `omem`, and
    /// `client-output-buffer-limit` limits it.
    pub fn memory(self) -> u64 {
        (self.blocks * Self::BLOCK_ALLOCATED) as u64
    }
}

/// Which of a client's commands get a reply, as set by CLIENT REPLY.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReplyMode {
    /// All commands get a reply.
    #[default]
    On,
    /// No command gets a reply.
    Off,
    /// Neither CLIENT REPLY SKIP itself nor the next command gets a reply.
    SkipThisAndNext,
    /// The running command gets no reply.
    SkipThis,
}

impl ReplyMode {
    /// Returns whether the running command gets no reply.
    pub(crate) fn skips_reply(self) -> bool {
        matches!(self, ReplyMode::Off | ReplyMode::SkipThis)
    }

    /// Updates the mode after a command has run. Returns whether that command gets a reply.
    pub(crate) fn finish_command(&mut self) -> bool {
        let (answers, next) = match self {
            ReplyMode::On => (true, ReplyMode::On),
            ReplyMode::Off => (false, ReplyMode::Off),
            // CLIENT REPLY SKIP itself writes no reply. In a transaction, the reply to EXEC is kept.
            ReplyMode::SkipThisAndNext => (true, ReplyMode::SkipThis),
            ReplyMode::SkipThis => (false, ReplyMode::On),
        };
        *self = next;
        answers
    }
}

/// A command that MULTI queued. It was looked up and checked when it was queued, so EXEC does not repeat these checks.
#[derive(Debug, Clone)]
pub struct QueuedCommand {
    /// The command's row in the command table.
    pub command: &'static Command,
    /// The command's name and arguments.
    pub argv: Vec<Vec<u8>>,
}

/// The commands queued since MULTI.
#[derive(Debug, Clone, Default)]
pub struct Transaction {
    /// The queued commands, in order.
    pub queue: Vec<QueuedCommand>,
    /// Whether a command was rejected instead of queued, so that EXEC fails (`CLIENT_DIRTY_EXEC`).
    pub aborted: bool,
    /// The total length in bytes of the names and arguments of the queued commands. Redis counts these bytes towards
    /// `client-query-buffer-limit`.
    pub bytes: usize,
}

impl Transaction {
    /// Adds a command to the queue.
    pub(crate) fn push(&mut self, command: &'static Command, argv: &[&[u8]]) {
        self.bytes += argv.iter().map(|word| word.len()).sum::<usize>();
        let argv = argv.iter().map(|word| word.to_vec()).collect();
        self.queue.push(QueuedCommand { command, argv });
    }
}

/// All connected clients.
#[derive(Debug, Clone, Default)]
pub struct Clients {
    by_id: HashMap<ClientId, usize, foldhash::fast::FixedState>,
    /// The clients in their slots. A slot is `None` after its client has disconnected.
    places: Vec<Option<(ClientId, Client)>>,
    gaps: Vec<usize>,
    /// The slot of the client that was looked up last. The next lookup is nearly always for the same client.
    latest: usize,
    last_id: u64,
    /// Clients with new output that `take_pending_writes` has not returned yet.
    pending_writes: Vec<ClientId>,
    /// Clients in monitor mode (MONITOR), which see every command.
    monitors: Vec<ClientId>,
    /// Number of bytes that the commands run next may add to the output of all clients combined, or `None` for no
    /// limit. A client whose output does not fit is disconnected.
    pub output_room: Option<usize>,
    /// Number of clients that were disconnected because their output was too long, and that have not been added to the
    /// statistics yet.
    pub(crate) too_long_outputs: u64,
}

impl Clients {
    /// Adds a client and returns its id. `authenticated` is true if the client needs no password.
    pub(crate) fn connect(&mut self, authenticated: bool) -> ClientId {
        self.last_id += 1;
        let id = ClientId(self.last_id);
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

    /// Removes a client.
    pub(crate) fn disconnect(&mut self, id: ClientId) {
        self.set_monitor(id, false);
        if let Some(place) = self.by_id.remove(&id) {
            self.places[place] = None;
            self.gaps.push(place);
        }
    }

    /// Turns a client's monitor mode on or off.
    pub(crate) fn set_monitor(&mut self, id: ClientId, is_monitor: bool) {
        let Some(client) = self.find(id) else { return };
        if client.is_monitor != is_monitor {
            client.is_monitor = is_monitor;
            self.monitors.retain(|&other| other != id);
            self.monitors.extend(is_monitor.then_some(id));
        }
    }

    /// Returns the clients in monitor mode.
    pub(crate) fn monitors(&self) -> &[ClientId] {
        &self.monitors
    }

    /// Asks the driver to send a client's pending output and then close the connection.
    pub fn close(&mut self, id: ClientId) {
        if let Some(client) = self.find(id) {
            client.closing = true;
            self.pending_writes.push(id);
        }
    }

    /// Returns a mutable reference to a connected client.
    ///
    /// # Panics
    /// Panics if the client is not connected.
    pub fn get_mut(&mut self, id: ClientId) -> &mut Client {
        self.find(id).expect("the driver calls only for clients that it has connected")
    }

    /// Returns a shared reference to a connected client.
    ///
    /// # Panics
    /// Panics if the client is not connected.
    pub fn get(&self, id: ClientId) -> &Client {
        self.find_for_reading(id).expect("the driver calls only for clients that it has connected")
    }

    /// Returns a shared reference to a client, or `None` if it is not connected.
    pub fn find_for_reading(&self, id: ClientId) -> Option<&Client> {
        let place = self.place(id)?;
        self.places[place].as_ref().map(|(_, client)| client)
    }

    /// Returns a mutable reference to a client, or `None` if it is not connected.
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

    /// Returns the number of connected clients.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Returns whether no client is connected.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Returns the ids of all clients that are not closing, oldest first.
    pub fn ids(&self) -> Vec<ClientId> {
        let mut ids: Vec<_> =
            self.places.iter().flatten().filter(|(_, client)| !client.closing).map(|&(id, _)| id).collect();
        ids.sort_unstable();
        ids
    }

    /// Writes output to a client other than the one whose command is running, such as a message or the reply to a
    /// blocked command. `take_pending_writes` then tells the driver about it. A client that is closing gets no more
    /// output.
    pub(crate) fn write_to(&mut self, id: ClientId, write: impl FnOnce(&mut Reply)) {
        let room = self.output_room;
        let Some(client) = self.find(id).filter(|client| !client.closing) else { return };
        let length = client.reply.len();
        write(&mut client.reply);
        let written = client.reply.len() - length;
        if client.reply.is_incomplete() || room.is_some_and(|room| written > room) {
            client.drop_output();
            self.too_long_outputs += 1;
        } else {
            self.output_room = room.map(|room| room - written);
        }
        self.pending_writes.push(id);
    }

    /// Tells the driver that a client has new output.
    pub(crate) fn add_pending_write(&mut self, id: ClientId) {
        self.pending_writes.push(id);
    }

    /// Returns the clients that `take_pending_writes` would return, but leaves them pending.
    pub fn pending_writes(&self) -> &[ClientId] {
        &self.pending_writes
    }

    /// Returns the clients that have new output or have been marked for closing since the last call. Replies that
    /// `execute` writes to the client that sent the command are not included. The counterpart in Redis is
    /// `clients_pending_write`.
    pub fn take_pending_writes(&mut self) -> Vec<ClientId> {
        std::mem::take(&mut self.pending_writes)
    }
}

impl Client {
    /// Returns the name of the client's user.
    pub(crate) fn user_name(&self) -> &[u8] {
        self.user.as_deref().unwrap_or(DEFAULT_USER)
    }

    /// Returns whether a command may need more memory, and is therefore rejected while `maxmemory` is exceeded. EXEC
    /// may need more memory if any of the queued commands may.
    pub(crate) fn may_need_memory(&self, command: &Command) -> bool {
        self.may_run(command, Flag::Denyoom)
    }

    /// Returns whether a command may change data. EXEC may change data if any of the queued commands may.
    pub(crate) fn may_write(&self, command: &Command) -> bool {
        self.may_run(command, Flag::Write)
    }

    fn may_run(&self, command: &Command, flag: Flag) -> bool {
        match &self.transaction {
            Some(transaction) if command.name == "EXEC" => {
                transaction.queue.iter().any(|queued| queued.command.has(flag))
            }
            _ => command.has(flag),
        }
    }

    /// Discards the output, and asks the driver to close the connection.
    pub(crate) fn drop_output(&mut self) {
        self.reply = Reply::new(self.reply.protocol);
        self.closing = true;
    }

    /// Marks the transaction, if there is one, as aborted by a rejected command. The counterpart in Redis is
    /// `flagTransaction`.
    pub(crate) fn abort_transaction(&mut self) {
        if let Some(transaction) = &mut self.transaction {
            transaction.aborted = true;
        }
    }
}
