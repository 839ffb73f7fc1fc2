//! Replays: a fresh child runs the sources of a replay log, and its requests are answered from the log: connections,
//! replies, the time, the lines of `input()`. The engine runs no command, so the replay does not undo changes by other
//! clients.
//!
//! The log does not contain the sources that were interrupted. If such a source opened or closed a connection, the
//! child's requests for connections differ from the log: some are missing from the log, others are only in the log.
//! Connections may also get other numbers.

use std::collections::{BTreeMap, VecDeque};

use super::Runtime;
use super::ask::Ask;
use super::client::{ClientIndex, Connection};
use super::replay_log::{Answer, Entry};
use crate::session::event::Effect;
use python_kernel::frame::{FromChild, MAIN_THREAD, ToChild};
use redis_engine::resp::request::RequestParser;

/// The number used in place of a kept connection if there is none.
const NOT_KEPT: u32 = u32::MAX;

/// A replay in progress.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The sources that are still to be run, each with the answers to its main thread.
    rest: VecDeque<(String, VecDeque<Answer>)>,
    /// The answers to the main thread while the current source runs.
    current: VecDeque<Answer>,
    /// The answers to the other threads. In a replay, such a thread may get an answer while another source runs than in
    /// the original run.
    threads: BTreeMap<u32, VecDeque<Answer>>,
    connections: Connections,
    /// The requests that are still unanswered at the end of the log, by thread.
    pending: BTreeMap<u32, Ask>,
    /// Whether the main thread has received everything that the log contains for it.
    is_main_done: bool,
}

/// Where the connections of a replay come from.
#[derive(Debug, Clone)]
enum Connections {
    /// Each connection is opened again.
    Opened,
    /// The connections were kept, and have their final state already.
    Kept {
        /// The kept connection behind each number of the child.
        by_number: BTreeMap<u32, u32>,
        /// The kept connections that the log does not mention, because the sources that opened them are not in the log.
        unlogged: VecDeque<u32>,
    },
}

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Request {
    /// A connection with this number of the child.
    Connect(u32),
    /// Replies on a connection.
    Replies(u32),
    Time,
    Sleep,
    Line,
}

impl Request {
    /// Returns what a frame asks for, or `None` if it asks for nothing.
    fn from_frame(frame: &FromChild) -> Option<Request> {
        Some(match frame {
            FromChild::Connect { connection, .. } => Request::Connect(*connection),
            FromChild::Receive { connection, .. } | FromChild::Exchange { connection, .. } => {
                Request::Replies(*connection)
            }
            FromChild::GetTime => Request::Time,
            FromChild::Sleep { .. } => Request::Sleep,
            FromChild::ReadLine { .. } => Request::Line,
            _ => return None,
        })
    }

    fn is_answered_by(self, answer: &ToChild) -> bool {
        match answer {
            ToChild::Interrupted => true,
            answer if is_answer_to_connect(answer) => matches!(self, Request::Connect(_)),
            ToChild::Received { .. } | ToChild::TimedOut | ToChild::ConnectionClosed => {
                matches!(self, Request::Replies(_))
            }
            ToChild::Time { .. } => self == Request::Time,
            ToChild::Slept => self == Request::Sleep,
            ToChild::Line { .. } => self == Request::Line,
            _ => false,
        }
    }
}

fn is_answer_to_connect(answer: &ToChild) -> bool {
    matches!(answer, ToChild::Connected { .. } | ToChild::ConnectionRefused { .. })
}

impl Replay {
    /// Returns a replay that opens its connections again.
    pub fn opening<'a>(entries: impl Iterator<Item = &'a Entry>) -> Replay {
        let mut replay = Replay {
            rest: VecDeque::new(),
            current: VecDeque::new(),
            threads: BTreeMap::new(),
            connections: Connections::Opened,
            pending: BTreeMap::new(),
            is_main_done: false,
        };
        for entry in entries {
            let mut to_main = VecDeque::new();
            for answer in &entry.answers {
                let answers = match answer.thread {
                    MAIN_THREAD => &mut to_main,
                    thread => replay.threads.entry(thread).or_default(),
                };
                answers.push_back(answer.clone());
            }
            replay.rest.push_back((entry.source.clone(), to_main));
        }
        replay
    }

    /// Returns a replay whose connections were kept. It ends when the threads wait again for the answers to the pending
    /// requests.
    pub fn keeping<'a>(
        entries: impl Iterator<Item = &'a Entry>,
        pending: BTreeMap<u32, Ask>,
        kept: impl Iterator<Item = u32>,
    ) -> Replay {
        let mut replay = Replay { pending, ..Replay::opening(entries) };
        let to_main = replay.rest.iter().flat_map(|(_, answers)| answers);
        let logged: Vec<u32> =
            to_main.chain(replay.threads.values().flatten()).filter_map(|answer| answer.connection).collect();
        let mut unlogged: Vec<u32> = kept.filter(|number| !logged.contains(number)).collect();
        unlogged.sort_unstable();
        replay.connections = Connections::Kept { by_number: BTreeMap::new(), unlogged: unlogged.into() };
        replay
    }

    /// Returns the next source to run, or `None` after the last one.
    fn next_source(&mut self) -> Option<String> {
        let next = self.rest.pop_front();
        self.is_main_done = next.is_none();
        let (source, answers) = next?;
        self.current = answers;
        Some(source)
    }

    /// Returns the recorded answer to a request, or `None` if the log does not contain this request.
    fn answer(&mut self, thread: u32, request: Request) -> Option<ToChild> {
        let answers = if thread == MAIN_THREAD { &mut self.current } else { self.threads.get_mut(&thread)? };
        loop {
            let answer = answers.front()?;
            // An interrupted source closed the connection that the child still uses, and opened it again at this point
            // of the log.
            let reopens = matches!(request, Request::Replies(_)) && is_answer_to_connect(&answer.frame);
            if !(reopens || request.is_answered_by(&answer.frame)) {
                return None;
            }
            let answer = answers.pop_front()?;
            if let (Some(kept), Request::Connect(number) | Request::Replies(number)) = (answer.connection, request)
                && let Connections::Kept { by_number, .. } = &mut self.connections
            {
                by_number.insert(number, kept);
            }
            if !reopens {
                return Some(answer.frame);
            }
        }
    }

    /// Takes a thread's pending request, if the replay has reached it. The main thread can have a pending request only
    /// in the last source. The other threads may wait while further sources run.
    fn take_pending(&mut self, thread: u32, request: Request) -> Option<Ask> {
        if thread == MAIN_THREAD && !self.rest.is_empty() {
            return None;
        }
        let ask = self.pending.remove(&thread)?;
        self.is_main_done |= thread == MAIN_THREAD;
        Some(match (ask, request) {
            // The child may have another number for the connection than before.
            (Ask::Receive { deadline_us, .. }, Request::Replies(connection)) => {
                Ask::Receive { connection, deadline_us }
            }
            (ask, _) => ask,
        })
    }

    /// Returns whether a thread other than the main thread has got all its answers from the log and continues by
    /// itself. This happens if the thread was waiting when its process ended, or is ahead of an interrupted source.
    pub fn is_live(&self, thread: u32) -> bool {
        thread != MAIN_THREAD
            && matches!(self.connections, Connections::Opened)
            && self.threads.get(&thread).is_none_or(VecDeque::is_empty)
    }

    /// Returns whether the main thread has finished its part of the replay, so only other threads may have something
    /// left to do. Another thread sends nothing if it has ended or waits for a lock, as it may after an interrupted
    /// source.
    pub fn is_main_done(&self) -> bool {
        self.is_main_done
    }

    fn is_over(&self) -> bool {
        self.is_main_done && self.pending.is_empty() && self.threads.values().all(VecDeque::is_empty)
    }
}

impl Runtime {
    /// Makes a fresh child run everything in the replay log.
    pub(super) fn begin_replay(&mut self, client: ClientIndex) {
        if self.clients[client].python.replay_log.is_empty() {
            return;
        }
        self.start_python(client);
        self.clients[client].python.replay = Some(self.clients[client].python.replay_log.replay());
        self.replay_next(client);
    }

    /// Starts the next replay that is pending. Returns false if there is none.
    pub fn start_next_replay(&mut self) -> bool {
        let is_due = |client: &super::client::Client| client.python.child.is_none() && client.python.replay.is_some();
        let Some(client) = self.clients.position(is_due) else { return false };
        self.start_python(client);
        self.replay_next(client);
        true
    }

    /// Runs the next source. After the last source, waits until the other threads have received all of their recorded
    /// answers.
    fn replay_next(&mut self, client: ClientIndex) {
        let python = &mut self.clients[client].python;
        let (Some(child), Some(replay)) = (python.child, &mut python.replay) else { return };
        if let Some(source) = replay.next_source() {
            python.runs += 1;
            let frame = ToChild::Run { number: python.runs, source, echo: true };
            self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame });
            self.turn = Some(client);
        } else {
            self.finish_replay_if_over(client);
        }
    }

    /// Handles a frame of a child whose requests are answered from the log.
    pub(super) fn handle_replay_frame(&mut self, client: ClientIndex, thread: u32, frame: FromChild) {
        match frame {
            FromChild::ThreadCount { count } => self.clients[client].python.threads = count,
            FromChild::RunFinished(_) => self.replay_next(client),
            FromChild::Disconnect { connection } => self.replay_disconnect(client, connection),
            FromChild::Connect { connection, host, port, setup_commands } => {
                self.replay_connect(client, thread, (connection, &host, port, &setup_commands));
            }
            frame => {
                if let Some(request) = Request::from_frame(&frame) {
                    self.answer_from_log(client, thread, request);
                }
            }
        }
    }

    fn replay_disconnect(&mut self, client: ClientIndex, connection: u32) {
        match self.clients[client].python.replay.as_mut().map(|replay| &mut replay.connections) {
            // Kept connections have their final state already, so the replay must not close them.
            Some(Connections::Kept { by_number, .. }) => drop(by_number.remove(&connection)),
            _ => self.drop_connection(client, connection),
        }
    }

    /// Answers a request for a connection. A request that is not in the log was first made by an interrupted source.
    fn replay_connect(&mut self, client: ClientIndex, thread: u32, request: (u32, &str, u16, &[u8])) {
        let (connection, host, port, setup_commands) = request;
        let Some(replay) = &mut self.clients[client].python.replay else { return };
        let logged = replay.answer(thread, Request::Connect(connection));
        let answer = match (&mut replay.connections, logged) {
            (Connections::Kept { .. }, Some(logged)) => logged,
            (Connections::Kept { by_number, unlogged }, None) => {
                by_number.insert(connection, unlogged.pop_front().unwrap_or(NOT_KEPT));
                self.setup_replies(setup_commands)
            }
            (Connections::Opened, Some(refused @ ToChild::ConnectionRefused { .. })) => refused,
            (Connections::Opened, logged) => {
                let opened = self.open_connection(client, connection, host, port, setup_commands);
                let opened = opened.map(|data| ToChild::Connected { data });
                logged.unwrap_or_else(|| opened.unwrap_or_else(|reason| ToChild::ConnectionRefused { reason }))
            }
        };
        if let Some(child) = self.clients[client].python.child {
            self.effects.push(Effect::Send { child, thread, frame: answer });
        }
        self.finish_replay_if_over(client);
    }

    /// Returns the answer to a request for a connection that exists already.
    fn setup_replies(&mut self, setup_commands: &[u8]) -> ToChild {
        let id = self.connect();
        self.execute_all(id, &mut RequestParser::default(), &mut setup_commands.to_vec(), None);
        let data = self.engine.server.clients.get_mut(id).reply.take();
        self.disconnect(id);
        ToChild::Connected { data }
    }

    /// Answers a request from the replay log. At the end of the log, the child waits for the real answer.
    fn answer_from_log(&mut self, client: ClientIndex, thread: u32, request: Request) {
        let python = &mut self.clients[client].python;
        let (Some(replay), Some(child)) = (&mut python.replay, python.child) else { return };
        if let Some(frame) = replay.answer(thread, request) {
            self.effects.push(Effect::Send { child, thread, frame });
        } else if let Some(ask) = replay.take_pending(thread, request) {
            python.asks.insert(thread, ask);
        } else {
            // The child requests something that is not in the log, so the replay is given up.
            self.effects.push(Effect::Kill(child));
        }
        self.finish_replay_if_over(client);
    }

    fn finish_replay_if_over(&mut self, client: ClientIndex) {
        if self.clients[client].python.replay.as_ref().is_some_and(Replay::is_over) {
            self.finish_replay(client);
        }
    }

    /// Ends a replay. Renumbers the kept connections as the child numbers them. Closes a kept connection that the child
    /// has not opened, and opens a new connection if the child has opened more than were kept.
    pub(super) fn finish_replay(&mut self, client: ClientIndex) {
        self.turn = None;
        let Some(replay) = self.clients[client].python.replay.take() else { return };
        if let Connections::Kept { by_number, .. } = replay.connections {
            let mut kept = std::mem::take(&mut self.clients[client].python.connections);
            for (number, kept_number) in by_number {
                let connection = kept.remove(&kept_number).unwrap_or_else(|| Connection::new(self.connect()));
                self.clients[client].python.connections.insert(number, connection);
            }
            for connection in kept.into_values() {
                self.disconnect(connection.client);
            }
        }
        self.ask_name_again(client);
    }
}
