//! The runtime of a session: Redis, the clock, and the clients with their Python interpreters and redis-cli lines. It
//! contains nothing about lessons.
//!
//! Only one client's program runs at a time. Its turn ends when the program ends or requests data that is not available
//! yet. The result thus depends only on the inputs, and never on the speed of a process, and the same inputs show the
//! same output in a transcript and at a terminal.

mod ask;
pub mod ask_name;
mod checkpoint;
mod cli;
pub mod client;
mod client_index;
mod clock;
mod connection_limit;
mod connections;
mod ctrl_c;
mod describe;
pub mod dialect;
mod execute;
pub mod gate;
pub mod input_log;
mod memory_limit;
mod output;
pub mod output_limit;
mod python;
pub mod python_hints;
mod replay;
mod replay_log;
mod replay_run;
mod snapshot;
mod turns;
pub mod wire_log;

use std::collections::{BTreeSet, VecDeque};

use super::event::{ChildId, Effect, Need};
use crate::lesson::evidence::{DisplayedValue, Failure, Submission};
use client::{Ask, ClientIndex, Clients, MAIN, Work, WorkKind};
pub use clock::Clock;
use connection_limit::ConnectionMemory;
pub use connections::PORT;
pub use describe::Described;
use dialect::{Dialect, Input};
use input_log::InputLog;
pub use memory_limit::MEMORY_LIMIT;
use output_limit::{Allowance, FoldedOutput, OutputLimit};
use python_kernel::frame::{ToChild, Walls};
use python_kernel::syntax::{self, Statement};
use redis_engine::Engine;
pub use snapshot::{Snapshot, UsedPython};
use wire_log::WireLog;

/// The part of a session that runs code and commands.
#[derive(Debug)]
pub struct Runtime {
    pub engine: Engine,
    pub clock: Clock,
    seed: u64,
    /// The value of `__name__` in the code that Python runs.
    pub module: &'static str,
    pub dialect: Dialect,
    pub clients: Clients,
    /// Whether this is the runtime of a race.
    is_race: bool,
    /// The client that has the prompt.
    pub foreground: ClientIndex,
    /// The client whose program is running, if any.
    pub turn: Option<ClientIndex>,
    /// The client whose output was last shown.
    pub speaker: ClientIndex,
    pub effects: Vec<Effect>,
    /// The id of the child process that was started last.
    last_child: u32,
    /// Submissions that have run and are waiting for the session to judge them, with their clients.
    pub finished: VecDeque<(ClientIndex, Submission)>,
    /// Commands from TCP clients that the session has yet to judge, because they have changed data.
    pub real_client_commands: Vec<Vec<Vec<u8>>>,
    /// The commands of the learner's clients, with their bytes and replies.
    pub wire_log: WireLog,
    /// All inputs that have ended, which `:save` writes to a script.
    pub input_log: InputLog,
    /// Whether all output is shown, regardless of its length.
    pub shows_all: bool,
    /// Whether all output is suppressed, for example while a step is being prepared.
    pub is_silent: bool,
    /// Whether the learner has been told that the data reached its memory limit.
    has_reported_memory_limit: bool,
    connection_memory: ConnectionMemory,
    /// The output beyond the limit, which `:more` shows.
    folded: FoldedOutput,
    /// The port for TCP clients, or `None` if none is open.
    pub port: Option<u16>,
    /// Copies of the engine and the clock from before the current trial. `None` if no trial is in progress.
    trial_start: Option<Box<(Engine, Clock)>>,
    /// The sandbox restrictions that the most recently started Python process reported.
    pub python_walls: Option<Walls>,
    /// Python's answer to a help request, until the session shows it.
    pub described: Option<Described>,
    /// Lower-case names that are both Python names and Redis commands. Contains only those that have been explained to
    /// the learner.
    explained_names: BTreeSet<String>,
    /// Whether the session has ended.
    pub is_over: bool,
}

impl Runtime {
    pub fn new(seed: u64, start_us: i64, dialect: Dialect) -> Self {
        let mut engine = Engine::new(seed, start_us);
        engine.keyspace.memory_cap.limit = MEMORY_LIMIT;
        Runtime {
            engine,
            clock: Clock::new(start_us),
            seed,
            module: "__main__",
            dialect,
            clients: Clients::new(),
            is_race: false,
            foreground: MAIN,
            turn: None,
            speaker: MAIN,
            effects: Vec::new(),
            last_child: 0,
            finished: VecDeque::new(),
            real_client_commands: Vec::new(),
            wire_log: WireLog::default(),
            input_log: InputLog::default(),
            shows_all: false,
            is_silent: false,
            has_reported_memory_limit: false,
            connection_memory: ConnectionMemory::default(),
            folded: FoldedOutput::default(),
            port: None,
            trial_start: None,
            python_walls: None,
            described: None,
            explained_names: BTreeSet::new(),
            is_over: false,
        }
    }

    /// Creates the runtime of a race, with only the tutor's client. `engine` is a copy of the session's engine. The ids
    /// of the runtime's child processes are greater than `first_child`.
    pub fn for_race(engine: Engine, clock: Clock, seed: u64, first_child: u32) -> Self {
        let mut runtime = Runtime::new(seed, clock.now_us(), Dialect::Both);
        runtime.engine = engine;
        runtime.clock = clock;
        runtime.clients = Clients::only_tutor();
        runtime.is_race = true;
        runtime.last_child = first_child;
        runtime
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns the session's time, in microseconds since 1970.
    pub fn now_us(&self) -> i64 {
        self.clock.now_us()
    }

    /// Moves the clock forward to a time, unless that time has already passed. Then lets the engine process expired
    /// keys and timeouts.
    pub fn advance_to(&mut self, us: i64) {
        self.clock.advance_to(us);
        self.engine.advance(self.clock.now_us());
    }

    /// Removes all keys, clients and variables, and creates the session's initial clients. TCP clients stay connected.
    pub fn reset(&mut self) {
        for client in self.clients.iter() {
            self.effects.extend(client.python.child.map(Effect::Kill));
        }
        for connection in self.own_connections() {
            self.engine.disconnect(connection);
        }
        self.engine.reset(self.seed, self.clock.now_us());
        self.clients = Clients::new();
        self.foreground = MAIN;
        self.speaker = MAIN;
        self.turn = None;
        self.finished.clear();
        self.input_log.clear();
        self.wire_log = WireLog::default();
        self.has_reported_memory_limit = false;
    }

    /// Ends the session with the given exit code, unless it has already ended.
    pub fn leave(&mut self, status: i32) {
        if !self.is_over {
            self.is_over = true;
            let children: Vec<_> = self.children().map(Effect::Kill).collect();
            self.effects.extend(children);
            self.effects.push(Effect::Leave(status));
        }
    }

    /// Returns the ids of the child processes that should be running.
    pub fn children(&self) -> impl Iterator<Item = ChildId> {
        self.clients.iter().filter_map(|client| client.python.child)
    }

    /// Starts the learner's Python process in advance. Returns false if it is already running.
    pub fn warm_up(&mut self) -> bool {
        let is_cold = self.clients[MAIN].python.child.is_none();
        self.start_python(MAIN);
        is_cold
    }

    /// Returns the Python child process of the client at the prompt, if that process is idle.
    pub fn idle_python(&self) -> Option<ChildId> {
        let client = &self.clients[self.foreground];
        client.python.child.filter(|_| client.is_free() && client.python.asks.is_empty() && self.turn.is_none())
    }

    /// Returns the database that a line of the given dialect would use. This is the best guess that is possible before
    /// the line runs.
    pub fn database(&self, dialect: Dialect) -> usize {
        let client = &self.clients[self.foreground];
        let python = client.python.connections.values().map(|connection| connection.client).max();
        let connection = if dialect == Dialect::Cli { client.cli } else { python };
        connection.map_or(0, |id| self.engine.server.clients.get(id).database)
    }

    /// Returns the session's need for a frame (a protocol message) from the child process that has the turn, or `None`
    /// if no client has the turn.
    pub fn awaited_frame(&self) -> Option<Need> {
        let client = &self.clients[self.turn?];
        let is_main_idle = client.is_main_idle();
        // In a replay, all requests are answered immediately, so a child process that is silent has nothing left to do.
        let ends_in_silence = is_main_idle || client.python.replay.is_some();
        let deadline_us = self.next_deadline_us().or(ends_in_silence.then(|| self.clock.now_us()));
        Some(Need::Frame { child: client.python.child?, deadline_us, is_main_idle })
    }

    /// Returns the earliest deadline of a waiting program or a blocked client, in microseconds since 1970. Returns
    /// `None` if there is no deadline. During a trial, only the tutor's program can continue, so the deadlines of other
    /// programs are ignored.
    pub fn next_deadline_us(&self) -> Option<i64> {
        let running = self.clients.indices().filter(|&client| client == client::TUTOR || !self.is_trial());
        let asks = running.flat_map(|client| self.clients[client].python.asks.values()).filter_map(Ask::deadline_us);
        let blocked = self.engine.server.blocking.next_deadline().map(|ms| ms.saturating_mul(1000));
        // The clock never reaches a deadline after `END_US`, so such a deadline is ignored. For example, the command
        // `BLPOP tasks 9223372036854` waits forever.
        asks.chain(blocked).min().filter(|&us| us <= Clock::END_US)
    }

    /// Returns whether no input may be entered yet, because the tutor's own program is waiting for a point in time, and
    /// time would not pass at the prompt.
    pub fn waits_for_tutor(&self) -> bool {
        let tutor = &self.clients[client::TUTOR];
        let blocked = tutor.connections().filter_map(|id| self.engine.server.blocking.get(id)?.deadline);
        let asks = tutor.python.asks.values().filter_map(Ask::deadline_us);
        let mut deadlines = blocked.map(|ms| ms.saturating_mul(1000)).chain(asks);
        !self.clock.is_real() && !tutor.is_free() && deadlines.any(|us| us <= Clock::END_US)
    }

    /// Begins a trial: saves the data and the clock for [`Runtime::end_trial`]. During the trial, only the tutor's
    /// client runs.
    pub fn begin_trial(&mut self) {
        self.trial_start = Some(Box::new((self.engine.clone(), self.clock.clone())));
    }

    /// Ends the trial, and restores the data that was saved at its start. Without real time, restores the time as well.
    pub fn end_trial(&mut self) {
        if let Some(start) = self.trial_start.take() {
            let (engine, clock) = *start;
            let own: Vec<_> = self.clients[client::TUTOR].connections().collect();
            self.engine.undo_rehearsal(engine, &own);
            self.clock.set_back_to(&clock);
        }
    }

    /// Ends the trial without restoring the data that was saved at its start.
    pub fn abandon_trial(&mut self) {
        self.trial_start = None;
    }

    /// Returns whether a trial is in progress. No other client may see the data during a trial, because the data is
    /// restored when the trial ends.
    pub fn is_trial(&self) -> bool {
        self.trial_start.is_some()
    }

    /// Starts one of a client's inputs. Returns the line if it is a tutor command, which no client can run.
    pub fn begin(&mut self, client: ClientIndex, input: Input) -> Option<String> {
        match input {
            Input::Python(source) => self.begin_python(client, &source),
            Input::Cli(line) => self.begin_cli(client, &line),
            Input::CliUnlessBound(line) => self.ask_name(client, line),
            Input::Tutor(line) => return Some(line),
        }
        None
    }

    fn begin_work(&mut self, client: ClientIndex, submission: Submission, kind: WorkKind) {
        let work = Work {
            submission,
            statements: VecDeque::new(),
            output_limit: OutputLimit::new(if self.shows_all { Allowance::IN_SCRIPT } else { Allowance::AT_PROMPT }),
            running: None,
            kind,
            changes_before: self.engine.keyspace.changes,
            interrupts: 0,
            outcome: None,
            requests_since: 0,
            was_signalled: false,
            is_judged: false,
        };
        self.clients[client].work = Some(work);
        // A snapshot may have been restored since the last command. The measured memory of the connections may then be
        // wrong, so it must be measured again.
        self.connection_memory.forget();
    }

    fn begin_python(&mut self, client: ClientIndex, source: &str) {
        let submission = Submission {
            client: self.clients[client].name.clone(),
            source: source.to_owned(),
            ..Submission::default()
        };
        self.begin_work(client, submission, WorkKind::Python);
        // Source code with a syntax error runs as a whole, so that Python reports the error.
        let statements = match syntax::split_statements(source) {
            Ok(statements) => statements.into(),
            Err(_) => VecDeque::from([Statement { source: source.to_owned(), first_line: 1, continues_line: false }]),
        };
        if let Some(work) = &mut self.clients[client].work {
            work.statements = statements;
        }
        self.next_statement(client);
    }

    /// Ends a client's submission after its last statement has run.
    fn finish_work(&mut self, client: ClientIndex) {
        self.report_folded_output(client);
        self.report_memory_limit(Some(client));
        self.report_connection_limit(client);
        if let Some(mut work) = self.clients[client].work.take() {
            work.submission.changed = self.engine.keyspace.changes != work.changes_before;
            if matches!(work.kind, WorkKind::Cli { .. }) {
                self.log_cli_line(client, &work);
            }
            self.finished.push_back((client, work.submission));
        }
    }

    /// Answers a client's requests if they can be answered now. Does nothing while another client has the turn.
    pub fn answer_if_ready(&mut self, client: ClientIndex) {
        if self.turn.is_none() {
            self.take_cli_replies(client);
        }
        let python = &self.clients[client].python;
        if self.turn.is_some_and(|turn| turn != client) || python.asks.is_empty() || python.replay.is_some() {
            return;
        }
        let asks: Vec<_> = self.clients[client].python.asks.iter().map(|(t, ask)| (*t, ask.clone())).collect();
        for (thread, ask) in asks {
            if let Some(answer) = self.ready_answer(client, &ask) {
                self.answer(client, thread, answer);
            }
        }
    }

    /// Answers the `input()` call of the program in the foreground. `None` stands for the end of the input.
    pub fn answer_input(&mut self, text: Option<String>) {
        let client = self.foreground;
        let asks = &self.clients[client].python.asks;
        if let Some(&thread) = asks.iter().find(|(_, ask)| matches!(ask, Ask::Input { .. })).map(|(thread, _)| thread) {
            self.answer(client, thread, ToChild::Line { text });
        }
    }
}

/// Returns the value that a probe showed, or its error. Python does not echo `None`, so a probe that has shown nothing
/// has the value `None`.
pub fn probe_answer(probe: Submission) -> Result<DisplayedValue, Failure> {
    match probe.error {
        Some(error) => Err(error),
        None => Ok(probe.value.unwrap_or_else(|| DisplayedValue::Python("None".into()))),
    }
}
