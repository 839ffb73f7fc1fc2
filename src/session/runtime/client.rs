//! A client of the session: a name, its own Python, its own connections.

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

/// All clients. The first one is the tutor's own. No client is removed from the middle, so indices stay valid.
#[derive(Debug, Clone)]
pub struct Clients(Vec<Client>);

impl Clients {
    /// Returns the tutor's client and the learner's first client.
    pub fn new() -> Self {
        Clients(vec![Client::new("tutor", false), Client::new("main", true)])
    }

    /// Returns only the tutor's client.
    pub fn only_tutor() -> Self {
        Clients(vec![Client::new("tutor", false)])
    }

    /// Adds a client whose output is shown.
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

    /// Iterates over all clients except the tutor's own.
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

    /// Returns the index of the first client for which the predicate holds. The tutor's own client is included.
    pub fn position(&self, predicate: impl Fn(&Client) -> bool) -> Option<ClientIndex> {
        self.0.iter().position(predicate).map(ClientIndex)
    }

    /// Returns the index of the first of the learner's clients for which the predicate holds.
    pub fn learner_position(&self, predicate: impl Fn(&Client) -> bool) -> Option<ClientIndex> {
        self.learners().position(predicate).map(|index| ClientIndex(index + MAIN.0))
    }

    /// Returns the client whose Python runs in the given child.
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
    /// Returns the seed of this client's Python, which is different for each client.
    pub fn seed(self, seed: u64) -> u64 {
        seed.wrapping_add(self.0 as u64)
    }

    pub fn as_usize(self) -> usize {
        self.0
    }
}

/// A client: the learner's first one, another one of the learner, a racer, or the tutor's own.
#[derive(Debug, Clone)]
pub struct Client {
    pub name: String,
    /// Whether the client's output is shown. The output of the tutor's own client is not shown.
    pub is_shown: bool,
    pub python: Python,
    /// The connection of the client's redis-cli lines.
    pub cli: Option<ClientId>,
    /// The database that the redis-cli connection had selected, if the server has closed the connection. The next line
    /// connects to this database again.
    pub closed_database: Option<usize>,
    /// The submission that the client is running.
    pub work: Option<Work>,
}

/// A submission that is being run.
#[derive(Debug, Clone)]
pub struct Work {
    pub submission: Submission,
    /// The statements that have not run yet.
    pub statements: VecDeque<Statement>,
    /// How much of the submission's output has been shown.
    pub output_limit: OutputLimit,
    /// The statement that is running.
    pub running: Option<String>,
    pub kind: WorkKind,
    /// The keyspace's count of changes when the submission began.
    pub changes_before: u64,
    /// Number of times that the learner pressed Ctrl-C during the submission.
    pub interrupts: u32,
    /// Whether a signal was sent to the child since its last request. The signal and a request may have crossed.
    pub was_signalled: bool,
    /// The outcome of the running statement in the main thread, while other threads of the process still run.
    pub outcome: Option<RunOutcome>,
    /// Number of requests from other threads since the main thread ended the statement. Output counts as several
    /// requests.
    pub requests_since: u32,
    /// Whether the submission was judged while it was waiting.
    pub is_judged: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkKind {
    Python,
    /// A redis-cli line that waits for its reply and will then be sent `repeats` more times.
    Cli {
        argv: Vec<Vec<u8>>,
        repeats: u32,
    },
    /// The child was asked whether the first word of a line is a Python name. If it is not, the line runs in
    /// redis-cli.
    AskName {
        line: String,
    },
    /// The child is asked what a name refers to, for help.
    Describe {
        topic: String,
    },
}

/// The state of a client's Python child, as far as the session knows it.
#[derive(Debug, Clone, Default)]
pub struct Python {
    pub child: Option<ChildId>,
    /// The child's connections, by the number that the child uses for them.
    pub connections: BTreeMap<u32, Connection>,
    /// The requests that wait for an answer, by thread.
    pub asks: BTreeMap<u32, Ask>,
    /// Number of the child's requests that the session has read.
    pub requests: u64,
    /// The frames that the child's threads sent before a replay, and that were not read yet.
    pub unread: VecDeque<(u32, FromChild)>,
    /// Whether the child's commands are held back.
    pub gate: Gate,
    /// Whether a signal was sent while the last source ran. The signal may have arrived after the source ended.
    pub was_interrupted: bool,
    /// How the child's process has ended, if that is known.
    pub end: Option<PythonEnd>,
    /// Number of threads besides the main thread.
    pub threads: u32,
    /// Number of sources that the child was told to run.
    pub runs: u32,
    pub replay_log: ReplayLog,
    /// The replay that restores the variables of the previous child in a fresh one.
    pub replay: Option<Replay>,
    /// Whether the child has saved its variables for a checkpoint.
    pub saved_variables: SavedVariables,
}

/// Whether a child has saved its variables for a checkpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SavedVariables {
    #[default]
    Never,
    /// The child was told to save its variables, but has not answered yet.
    Requested,
    Restorable,
    /// The child has saved its variables, but the state of some cannot be restored.
    NotRestorable,
    /// The child has to restore its variables.
    ToRestore,
    /// The child is restoring its variables.
    Restoring,
}

/// A connection that a child opened.
#[derive(Debug, Clone)]
pub struct Connection {
    pub client: ClientId,
    /// Received bytes that are not yet a complete command.
    pub input: Vec<u8>,
    pub parser: RequestParser,
}

impl Connection {
    pub fn new(client: ClientId) -> Self {
        Connection { client, input: Vec::new(), parser: RequestParser::default() }
    }
}

impl Python {
    /// Returns whether the main thread is waiting for an answer.
    pub fn is_main_waiting(&self) -> bool {
        self.asks.contains_key(&MAIN_THREAD)
    }

    /// Drops the child but keeps the connections, and prepares a replay of the log in a fresh child.
    pub fn prepare_replay(&mut self) {
        self.child = None;
        self.unread.clear();
        self.saved_variables = SavedVariables::Never;
        (self.runs, self.threads, self.was_interrupted) = (0, 0, false);
        let pending = std::mem::take(&mut self.asks);
        let kept = self.connections.keys().copied();
        self.replay = (!self.replay_log.is_empty()).then(|| self.replay_log.replay_to(pending, kept));
    }

    /// Returns whether a thread other than the main thread is running, that is, not waiting for an answer.
    pub fn has_running_threads(&self) -> bool {
        self.threads as usize > self.asks.keys().filter(|&&thread| thread != MAIN_THREAD).count()
    }
}

impl Client {
    fn new(name: &str, is_shown: bool) -> Self {
        Client { name: name.into(), is_shown, python: Python::default(), cli: None, closed_database: None, work: None }
    }

    /// Iterates over the connections of the client's Python and of its redis-cli lines.
    pub fn connections(&self) -> impl Iterator<Item = ClientId> {
        self.python.connections.values().map(|connection| connection.client).chain(self.cli)
    }

    /// Returns whether a connection belongs to this client.
    pub fn has_connection(&self, id: ClientId) -> bool {
        self.connections().any(|connection| connection == id)
    }

    /// Returns whether the main thread of the client's Python is idle: it waits for an answer, or no source runs, or a
    /// replay has nothing left for the main thread. The other threads may still run.
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

    /// Returns whether the client can run another input.
    pub fn is_free(&self) -> bool {
        let restores = matches!(self.python.saved_variables, SavedVariables::ToRestore | SavedVariables::Restoring);
        self.work.is_none() && self.python.replay.is_none() && !restores
    }
}
