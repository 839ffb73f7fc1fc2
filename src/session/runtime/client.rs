//! A client of the session: a name, a Python process, and connections.

use std::collections::{BTreeMap, VecDeque};
use std::ops::{Index, IndexMut};

use super::super::event::{ChildId, PythonEnd};
pub use super::ask::Ask;
pub use super::client_index::{ClientIndex, MAIN, TUTOR};
use super::gate::Gate;
use super::output_limit::OutputLimit;
use super::replay::Replay;
use super::replay_log::ReplayLog;
use crate::lesson::evidence::Submission;
use python_kernel::frame::{FromChild, MAIN_THREAD, RunOutcome};
use python_kernel::syntax::Statement;
use redis_engine::client::ClientId;
use redis_engine::resp::request::RequestParser;

/// All clients. The first one is the tutor's own. Clients are never removed individually, so indices stay valid.
#[derive(Debug, Clone)]
pub struct Clients(Vec<Client>);

impl Clients {
    /// Creates the tutor's client and the learner's first client.
    pub fn new() -> Self {
        Clients(vec![Client::new("tutor", false), Client::new("main", true)])
    }

    /// Creates only the tutor's client.
    pub fn only_tutor() -> Self {
        Clients(vec![Client::new("tutor", false)])
    }

    /// Adds a client whose output is shown, and returns its index.
    pub fn add(&mut self, name: &str) -> ClientIndex {
        self.0.push(Client::new(name, true));
        ClientIndex(self.0.len() - 1)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Client> {
        self.0.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Client> {
        self.0.iter_mut()
    }

    pub fn indices(&self) -> impl Iterator<Item = ClientIndex> + use<> {
        (0..self.0.len()).map(ClientIndex)
    }

    /// Iterates over the learner's clients, which are all except the tutor's own.
    pub fn learners(&self) -> impl Iterator<Item = &Client> {
        self.0.iter().skip(MAIN.0)
    }

    pub fn learners_mut(&mut self) -> impl Iterator<Item = &mut Client> {
        self.0.iter_mut().skip(MAIN.0)
    }

    /// Returns whether the learner has more than one client.
    pub fn are_several(&self) -> bool {
        self.0.len() > MAIN.0 + 1
    }

    /// Returns the index of the first client, including the tutor's own, that satisfies the predicate. Returns `None`
    /// if there is none.
    pub fn position(&self, predicate: impl Fn(&Client) -> bool) -> Option<ClientIndex> {
        self.0.iter().position(predicate).map(ClientIndex)
    }

    /// Returns the index of the first of the learner's clients that satisfies the predicate. Returns `None` if there is
    /// none.
    pub fn learner_position(&self, predicate: impl Fn(&Client) -> bool) -> Option<ClientIndex> {
        self.learners().position(predicate).map(|index| ClientIndex(index + MAIN.0))
    }

    /// Returns the index of the client whose Python code runs in the given child process, or `None` if there is none.
    pub fn with_child(&self, child: ChildId) -> Option<ClientIndex> {
        self.position(|client| client.python.child == Some(child))
    }
}

impl Index<ClientIndex> for Clients {
    type Output = Client;

    fn index(&self, index: ClientIndex) -> &Client {
        &self.0[index.0]
    }
}

impl IndexMut<ClientIndex> for Clients {
    fn index_mut(&mut self, index: ClientIndex) -> &mut Client {
        &mut self.0[index.0]
    }
}

impl ClientIndex {
    /// Derives a seed for this client's Python process from the session's seed. It is different for each client.
    pub fn seed(self, seed: u64) -> u64 {
        seed.wrapping_add(self.0 as u64)
    }

    pub fn as_usize(self) -> usize {
        self.0
    }
}

/// A client: the learner's first one, another of the learner's clients, a racer, or the tutor's own.
#[derive(Debug, Clone)]
pub struct Client {
    pub name: String,
    /// Whether the client's output is shown. The output of the tutor's own client is not.
    pub is_shown: bool,
    pub python: Python,
    /// The connection for the client's redis-cli lines, if it is open.
    pub cli: Option<ClientId>,
    /// The database that the redis-cli connection had selected when the server closed the connection. The next line
    /// reconnects to this database.
    pub closed_database: Option<usize>,
    /// The submission that the client is running, if any.
    pub work: Option<Work>,
}

/// A submission that is running.
#[derive(Debug, Clone)]
pub struct Work {
    pub submission: Submission,
    /// The statements that have not run yet.
    pub statements: VecDeque<Statement>,
    /// The submission's output limit, with a count of the output that has been shown.
    pub output_limit: OutputLimit,
    /// The source text of the running statement, if it is Python.
    pub running: Option<String>,
    pub kind: WorkKind,
    /// The keyspace's count of changes when the submission began.
    pub changes_before: u64,
    /// Number of times that the learner pressed Ctrl-C during the submission.
    pub interrupts: u32,
    /// Whether a signal (Ctrl-C) has been sent to the child process since its last blocking request. The signal and a
    /// request may have crossed in transit.
    pub was_signalled: bool,
    /// The outcome of the running statement in the main thread, kept while other threads of the process are running.
    pub outcome: Option<RunOutcome>,
    /// Number of requests that other threads have sent since the main thread finished the statement. A frame (a
    /// protocol message) with output counts as several requests.
    pub requests_since: u32,
    /// Whether the submission was already judged while it was waiting.
    pub is_judged: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkKind {
    Python,
    /// A redis-cli line that is waiting for its reply, and will be sent `repeats` more times after that.
    Cli {
        argv: Vec<Vec<u8>>,
        repeats: u32,
    },
    /// The child process has been asked whether the first word of a line is a defined Python name. If it is not, the
    /// line runs as a redis-cli line.
    AskName {
        line: String,
    },
    /// The child process has been asked what a name refers to, so that help on it can be shown.
    Describe {
        topic: String,
    },
}

/// What the session knows about a client's Python child process.
#[derive(Debug, Clone, Default)]
pub struct Python {
    pub child: Option<ChildId>,
    /// The child's open connections, keyed by the number that the child uses for each of them.
    pub connections: BTreeMap<u32, Connection>,
    /// The requests that are waiting for an answer, keyed by the number of the thread that sent them.
    pub asks: BTreeMap<u32, Ask>,
    /// Number of requests from the child that the session has handled.
    pub requests: u64,
    /// Frames (protocol messages) that go beyond the log of a finished replay, each with the thread that sent it. The
    /// session handles them at the client's next turn.
    pub unread: VecDeque<(u32, FromChild)>,
    /// The gate that may hold the child's commands.
    pub gate: Gate,
    /// Whether a signal was sent while the last statement was running. The signal may have arrived after the statement
    /// ended.
    pub was_interrupted: bool,
    /// How the child process ended, or `None` while this is not known.
    pub end: Option<PythonEnd>,
    /// Number of threads that the child has besides its main thread.
    pub threads: u32,
    /// Number of statements that the child was told to run.
    pub runs: u32,
    pub replay_log: ReplayLog,
    /// The replay in a new child that restores the previous child's variables, while it is pending or in progress.
    pub replay: Option<Replay>,
    /// How far the child has saved or restored its variables for a checkpoint.
    pub saved_variables: SavedVariables,
}

/// How far a child process has saved or restored its variables for a checkpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SavedVariables {
    #[default]
    Never,
    /// The child has been told to save its variables, but has not answered yet.
    Requested,
    Restorable,
    /// The child has saved its variables, but some of them cannot be restored.
    NotRestorable,
    /// The child has yet to be told to restore its variables.
    ToRestore,
    /// The child is restoring its variables.
    Restoring,
}

/// A connection that a child process has opened.
#[derive(Debug, Clone)]
pub struct Connection {
    pub client: ClientId,
    /// Bytes from the child that do not form a complete command yet, or that must wait while the connection is blocked.
    pub input: Vec<u8>,
    pub parser: RequestParser,
}

impl Connection {
    pub fn new(client: ClientId) -> Self {
        Connection { client, input: Vec::new(), parser: RequestParser::default() }
    }
}

impl Python {
    /// Returns whether the main thread is waiting for an answer to a request.
    pub fn is_main_waiting(&self) -> bool {
        self.asks.contains_key(&MAIN_THREAD)
    }

    /// Discards the child but keeps its connections. Prepares a replay of the log in a new child.
    pub fn prepare_replay(&mut self) {
        self.child = None;
        self.unread.clear();
        self.saved_variables = SavedVariables::Never;
        (self.runs, self.threads, self.was_interrupted) = (0, 0, false);
        let pending = std::mem::take(&mut self.asks);
        let kept = self.connections.keys().copied();
        self.replay = (!self.replay_log.is_empty()).then(|| self.replay_log.replay_to(pending, kept));
    }

    /// Returns whether any thread other than the main thread is running, rather than waiting for an answer.
    pub fn has_running_threads(&self) -> bool {
        self.threads as usize > self.asks.keys().filter(|&&thread| thread != MAIN_THREAD).count()
    }
}

impl Client {
    fn new(name: &str, is_shown: bool) -> Self {
        Client { name: name.into(), is_shown, python: Python::default(), cli: None, closed_database: None, work: None }
    }

    /// Iterates over the connections of the client's Python process and of its redis-cli lines.
    pub fn connections(&self) -> impl Iterator<Item = ClientId> {
        self.python.connections.values().map(|connection| connection.client).chain(self.cli)
    }

    /// Returns whether a connection belongs to this client.
    pub fn has_connection(&self, id: ClientId) -> bool {
        self.connections().any(|connection| connection == id)
    }

    /// Returns whether the main thread of the client's Python process is idle, because it is waiting for an answer, or
    /// because neither a statement nor a replay has any more work for it. Other threads may still be running.
    pub fn is_main_idle(&self) -> bool {
        match (&self.python.replay, &self.work) {
            _ if self.python.saved_variables == SavedVariables::Restoring => false,
            (Some(replay), _) => replay.is_main_done(),
            (None, Some(work)) if !matches!(work.kind, WorkKind::Cli { .. }) => {
                self.python.is_main_waiting() || work.outcome.is_some()
            }
            (None, _) => true,
        }
    }

    /// Returns whether the client is free to run another input.
    pub fn is_free(&self) -> bool {
        let restores = matches!(self.python.saved_variables, SavedVariables::ToRestore | SavedVariables::Restoring);
        self.work.is_none() && self.python.replay.is_none() && !restores
    }
}
