//! A client of the session: a name, its own Python, its own connections.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::event::ChildId;
use super::output_limit::OutputLimit;
use super::race::gate::Gate;
use super::replay_log::{Replay, ReplayLog};
use crate::lesson::evidence::Submission;
use python_kernel::frame::MAIN_THREAD;
use redis_engine::client::ClientId;
use redis_engine::resp::request::RequestParser;

/// Somebody at a prompt: the learner, a second client of theirs, or the tutor that looks at the data unseen.
#[derive(Debug, Clone)]
pub struct Client {
    pub name: String,
    /// What it shows: the tutor's own client shows nothing.
    pub audible: bool,
    pub python: Python,
    /// The connection of its redis-cli lines.
    pub cli: Option<ClientId>,
    /// The database of that connection, once the server has closed it: the next line connects again.
    pub cut_off: Option<usize>,
    pub work: Option<Work>,
}

/// What a client is doing.
#[derive(Debug, Clone)]
pub struct Work {
    pub submission: Submission,
    /// The statements still to run.
    pub statements: VecDeque<String>,
    /// What it has shown.
    pub output_limit: OutputLimit,
    /// The statement that runs.
    pub running: Option<String>,
    pub kind: WorkKind,
    /// The keyspace's count of changes when it began.
    pub changes_before: u64,
    pub interrupts: u32,
    /// Whether the child was signalled, and has asked for nothing since: the signal may have come while it was asking.
    pub signalled: bool,
    /// Whether the step was judged while it waits.
    pub judged: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkKind {
    Python,
    /// A line of redis-cli that waits for its answer, and is then sent so many times more.
    Cli {
        argv: Vec<Vec<u8>>,
        more: u32,
    },
    /// The child is asked whether a name is bound before the line is taken as redis-cli's.
    AskName {
        line: String,
    },
}

/// A client's Python child, as far as the session knows it.
#[derive(Debug, Clone, Default)]
pub struct Python {
    pub child: Option<ChildId>,
    /// Its connections, by the number that the child gave them.
    pub connections: HashMap<u32, Connection>,
    /// The questions that wait for an answer, by thread.
    pub asks: BTreeMap<u32, Ask>,
    /// Whether what it sends goes out at once.
    pub gate: Gate,
    /// Whether a signal was sent while the last source ran, which may have come too late for it.
    pub was_interrupted: bool,
    /// How many threads it has besides the main thread.
    pub threads: u32,
    /// How many sources it was given to run.
    pub runs: u32,
    pub journal: ReplayLog,
    /// What is being run again in a fresh child.
    pub replay: Option<Replay>,
}

/// A connection of a child's.
#[derive(Debug, Clone)]
pub struct Connection {
    pub client: ClientId,
    /// Bytes of commands that are not whole yet.
    pub input: Vec<u8>,
    pub parser: RequestParser,
}

/// A question of a child's that waits for its answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    Receive { connection: u32, deadline_us: Option<i64> },
    Sleep { until_us: i64 },
    Input { prompt: String },
}

impl Python {
    /// Whether its main thread waits for an answer.
    pub fn main_asks(&self) -> bool {
        self.asks.contains_key(&MAIN_THREAD)
    }

    /// Its child is gone, and its connections are as they were: a fresh one is to run the journal again.
    pub fn run_again(&mut self) {
        self.child = None;
        (self.runs, self.threads, self.was_interrupted) = (0, 0, false);
        let asked = std::mem::take(&mut self.asks);
        self.replay = (!self.journal.is_empty()).then(|| self.journal.replay_to(asked));
    }

    /// Whether a thread besides the main thread may have something to say: it has not asked anything.
    pub fn others_run(&self) -> bool {
        self.threads as usize > self.asks.keys().filter(|&&thread| thread != MAIN_THREAD).count()
    }
}

impl Ask {
    /// When it must be answered at the latest.
    pub fn deadline_us(&self) -> Option<i64> {
        match self {
            Ask::Receive { deadline_us, .. } => *deadline_us,
            Ask::Sleep { until_us } => Some(*until_us),
            Ask::Input { .. } => None,
        }
    }
}

impl Client {
    pub fn new(name: &str, audible: bool) -> Self {
        Client { name: name.into(), audible, python: Python::default(), cli: None, cut_off: None, work: None }
    }

    /// Its connections: its Python's, and that of its redis-cli lines.
    pub fn connections(&self) -> impl Iterator<Item = ClientId> {
        self.python.connections.values().map(|connection| connection.client).chain(self.cli)
    }

    /// Whether a connection is its own.
    pub fn has_connection(&self, id: ClientId) -> bool {
        self.cli == Some(id) || self.python.connections.values().any(|connection| connection.client == id)
    }

    pub fn is_free(&self) -> bool {
        self.work.is_none() && self.python.replay.is_none()
    }
}
