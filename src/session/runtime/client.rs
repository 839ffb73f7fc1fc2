//! A client of the session: a name, its own Python, its own connections.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::{Index, IndexMut};

use super::super::event::ChildId;
use super::gate::Gate;
use super::output_limit::OutputLimit;
use super::replay_log::{Replay, ReplayLog};
use crate::lesson::evidence::Submission;
use python_kernel::frame::MAIN_THREAD;
use redis_engine::client::ClientId;
use redis_engine::resp::request::RequestParser;

/// The index of the tutor's own client, which reads and prepares the data without being seen.
pub const TUTOR: ClientIndex = ClientIndex(0);

/// The index of the learner's first client.
pub const MAIN: ClientIndex = ClientIndex(1);

/// The index of a client in [`Clients`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientIndex(usize);

/// All clients. The first one is always the tutor's own; a client is never removed from the middle, so indices stay
/// valid.
#[derive(Debug, Clone)]
pub struct Clients(Vec<Client>);

impl Clients {
    /// Returns the tutor's client and the learner's first client.
    pub fn new() -> Self {
        Clients(vec![Client::new("tutor", false), Client::new("main", true)])
    }

    /// Returns the tutor's client alone.
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

    /// All clients but the tutor's own.
    pub fn learners(&self) -> impl Iterator<Item = &Client> {
        self.0.iter().skip(MAIN.0)
    }

    pub fn learners_mut(&mut self) -> impl Iterator<Item = &mut Client> {
        self.0.iter_mut().skip(MAIN.0)
    }

    /// Whether the learner has more than one client.
    pub fn are_several(&self) -> bool {
        self.0.len() > MAIN.0 + 1
    }

    /// The first client, the tutor's own included, for which the predicate holds.
    pub fn position(&self, predicate: impl Fn(&Client) -> bool) -> Option<ClientIndex> {
        self.0.iter().position(predicate).map(ClientIndex)
    }

    /// The first of the learner's clients for which the predicate holds.
    pub fn learner_position(&self, predicate: impl Fn(&Client) -> bool) -> Option<ClientIndex> {
        self.learners().position(predicate).map(|index| ClientIndex(index + MAIN.0))
    }

    /// The client whose Python runs in this child.
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
    /// The seed of this client's Python: each client has another one.
    pub fn seed(self, seed: u64) -> u64 {
        seed.wrapping_add(self.0 as u64)
    }

    pub fn as_usize(self) -> usize {
        self.0
    }
}

/// A client: the learner, a second client of the learner's, a racer, or the tutor's own.
#[derive(Debug, Clone)]
pub struct Client {
    pub name: String,
    /// Whether the client's output is shown. The output of the tutor's own client is not.
    pub is_shown: bool,
    pub python: Python,
    /// The connection of the client's redis-cli lines.
    pub cli: Option<ClientId>,
    /// The database of the redis-cli connection, if the server has closed it. The next line connects again, to this
    /// database.
    pub closed_database: Option<usize>,
    /// The submission that the client runs.
    pub work: Option<Work>,
}

/// A submission that runs.
#[derive(Debug, Clone)]
pub struct Work {
    pub submission: Submission,
    /// The statements still to run.
    pub statements: VecDeque<String>,
    /// How much output was shown so far.
    pub output_limit: OutputLimit,
    /// The statement that runs.
    pub running: Option<String>,
    pub kind: WorkKind,
    /// The keyspace's count of changes when the submission began.
    pub changes_before: u64,
    /// How often the learner pressed Ctrl-C.
    pub interrupts: u32,
    /// Whether a signal was sent to the child since its last question. The signal and a question may have crossed.
    pub was_signalled: bool,
    /// Whether the step was judged while this submission waits.
    pub is_judged: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkKind {
    Python,
    /// A redis-cli line that waits for its reply, and is then sent `repeats` times more.
    Cli {
        argv: Vec<Vec<u8>>,
        repeats: u32,
    },
    /// The child is asked whether the line's first word is a Python name. If not, the line is taken as redis-cli's.
    AskName {
        line: String,
    },
}

/// A client's Python child, as far as the session knows it.
#[derive(Debug, Clone, Default)]
pub struct Python {
    pub child: Option<ChildId>,
    /// The child's connections, by the number that the child gave them.
    pub connections: HashMap<u32, Connection>,
    /// The questions that wait for an answer, by thread.
    pub asks: BTreeMap<u32, Ask>,
    /// Whether the child's commands are held back.
    pub gate: Gate,
    /// Whether a signal was sent while the last source ran. The signal may have arrived after the source had ended.
    pub was_interrupted: bool,
    /// Number of threads besides the main thread.
    pub threads: u32,
    /// Number of sources that the child was given to run.
    pub runs: u32,
    pub replay_log: ReplayLog,
    /// The replay that brings a fresh child to where the old one was.
    pub replay: Option<Replay>,
}

/// A connection that a child opened.
#[derive(Debug, Clone)]
pub struct Connection {
    pub client: ClientId,
    /// Received bytes that are not yet a complete command.
    pub input: Vec<u8>,
    pub parser: RequestParser,
}

/// A question of a child that waits for its answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    Receive { connection: u32, deadline_us: Option<i64> },
    Sleep { until_us: i64 },
    Input { prompt: String },
}

impl Python {
    /// Whether the main thread waits for an answer.
    pub fn is_main_waiting(&self) -> bool {
        self.asks.contains_key(&MAIN_THREAD)
    }

    /// Drops the child, keeps the connections, and prepares the replay of the log in a fresh child.
    pub fn prepare_replay(&mut self) {
        self.child = None;
        (self.runs, self.threads, self.was_interrupted) = (0, 0, false);
        let pending = std::mem::take(&mut self.asks);
        self.replay = (!self.replay_log.is_empty()).then(|| self.replay_log.replay_to(pending));
    }

    /// Whether a thread besides the main thread runs, that is, waits for no answer.
    pub fn has_running_threads(&self) -> bool {
        self.threads as usize > self.asks.keys().filter(|&&thread| thread != MAIN_THREAD).count()
    }
}

impl Ask {
    /// The time by which the question is answered at the latest.
    pub fn deadline_us(&self) -> Option<i64> {
        match self {
            Ask::Receive { deadline_us, .. } => *deadline_us,
            Ask::Sleep { until_us } => Some(*until_us),
            Ask::Input { .. } => None,
        }
    }
}

impl Client {
    fn new(name: &str, is_shown: bool) -> Self {
        Client { name: name.into(), is_shown, python: Python::default(), cli: None, closed_database: None, work: None }
    }

    /// The connections of the client's Python, and the connection of its redis-cli lines.
    pub fn connections(&self) -> impl Iterator<Item = ClientId> {
        self.python.connections.values().map(|connection| connection.client).chain(self.cli)
    }

    /// Whether a connection belongs to this client.
    pub fn has_connection(&self, id: ClientId) -> bool {
        self.connections().any(|connection| connection == id)
    }

    /// Whether the client can take another input.
    pub fn is_free(&self) -> bool {
        self.work.is_none() && self.python.replay.is_none()
    }
}
