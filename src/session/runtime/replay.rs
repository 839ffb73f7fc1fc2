//! Replays: a new child process runs the statements in a replay log, and its requests (connections, replies, the time,
//! lines for `input()`) are answered from the log. The engine runs no commands, so changes by other clients are
//! preserved. `replay_run` performs the steps of a replay.
//!
//! Answers are sent in the order of the log, across all threads, so the threads interleave as they did before. A thread
//! may have been ahead of the session when it sent a request that the session had not read yet. In a replay, such a
//! request is deferred to the end.
//!
//! The log does not contain statements that were interrupted. Connections that such a statement opened or closed can be
//! missing from the log or superfluous in it, and the new child may number its connections differently.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::ask::Ask;
use super::replay_log::{Answer, Entry};
use python_kernel::frame::{FromChild, MAIN_THREAD, ToChild};

/// Sentinel used as the number of a kept connection if none is left to be assigned.
pub const NOT_KEPT: u32 = u32::MAX;

/// A replay in progress.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The remaining statements, each with the answers that were given before the next statement started.
    rest: VecDeque<(String, VecDeque<Answer>)>,
    /// The remaining answers to be given before the next statement runs.
    current: VecDeque<Answer>,
    /// The requests that must wait until earlier answers in the log have been sent, keyed by thread.
    asked: BTreeMap<u32, FromChild>,
    /// Whether the main thread has finished the current statement.
    has_run: bool,
    /// Whether the child has been silent since the main thread finished the current statement.
    is_quiet: bool,
    /// Number of threads that the child has besides its main thread.
    threads: u32,
    /// The threads that are again waiting for the answer to their pending request.
    asking: BTreeSet<u32>,
    /// Whether the main thread has completed everything in the log.
    is_main_done: bool,
    /// Whether the child was killed, because its requests differed from the log or because the learner pressed Ctrl-C.
    is_given_up: bool,
    /// The frames (protocol messages) that threads have sent after receiving all their answers, each with its thread.
    pub deferred: VecDeque<(u32, FromChild)>,
    pub connections: Connections,
    /// The requests that are still unanswered at the end of the log, keyed by thread.
    pending: BTreeMap<u32, Ask>,
}

/// The origin of a replay's connections.
#[derive(Debug, Clone)]
pub enum Connections {
    /// Each connection is opened again.
    Opened {
        /// The threads, except the main thread, that were waiting for an answer when their process ended.
        waiting: BTreeSet<u32>,
    },
    /// The connections were kept, and are already in their final state.
    Kept {
        /// The number of each kept connection, keyed by the number that the new child uses for it.
        by_number: BTreeMap<u32, u32>,
        /// The kept connections that do not occur in the log, because the statements that opened them are not in it.
        unlogged: VecDeque<u32>,
    },
}

/// The next step of a replay.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplayStep {
    /// The replay is waiting for a frame (a protocol message) from the child.
    Wait,
    /// The child must run this statement.
    Run(String),
    /// This frame (a protocol message) must be sent to a thread as the answer to its request.
    Answer(u32, ToChild),
    /// A thread's request to connect must be answered, with the answer from the log if there is one.
    Connect(u32, FromChild, Option<ToChild>),
    /// A thread has sent its pending request again, and is now waiting for the answer.
    Ask(u32, Ask),
    /// The child's request differs from the log.
    GiveUp,
}

/// The kind of a child's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Request {
    /// A request to open a connection, to which the child has given this number.
    Connect(u32),
    /// A request for the replies on the connection with this number.
    Replies(u32),
    /// A request for the replies on any of several connections.
    AnyReplies,
    Time,
    Sleep,
    Line,
}

impl Request {
    /// Returns what a frame (a protocol message) requests, or `None` if it is not a request.
    fn from_frame(frame: &FromChild) -> Option<Request> {
        Some(match frame {
            FromChild::Connect { connection, .. } => Request::Connect(*connection),
            FromChild::Receive { connection, .. } | FromChild::Exchange { connection, .. } => {
                Request::Replies(*connection)
            }
            FromChild::ReceiveAny { .. } => Request::AnyReplies,
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
            ToChild::TimedOut => matches!(self, Request::Replies(_) | Request::AnyReplies),
            ToChild::Received { .. } | ToChild::ConnectionClosed => matches!(self, Request::Replies(_)),
            ToChild::ReceivedAny { .. } => self == Request::AnyReplies,
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
    /// Creates a replay that opens its connections again. `waiting` contains the threads that were waiting for an
    /// answer when their process ended.
    pub fn opening<'a>(entries: impl Iterator<Item = &'a Entry>, waiting: BTreeSet<u32>) -> Replay {
        Replay {
            rest: entries.map(|entry| (entry.source.clone(), entry.answers.clone())).collect(),
            current: VecDeque::new(),
            asked: BTreeMap::new(),
            has_run: true,
            is_quiet: true,
            threads: 0,
            asking: BTreeSet::new(),
            is_main_done: false,
            is_given_up: false,
            deferred: VecDeque::new(),
            connections: Connections::Opened { waiting },
            pending: BTreeMap::new(),
        }
    }

    /// Creates a replay whose connections were kept. `kept` contains their numbers. The replay ends when the threads in
    /// `pending` are waiting for their answers again.
    pub fn keeping<'a>(
        entries: impl Iterator<Item = &'a Entry>,
        pending: BTreeMap<u32, Ask>,
        kept: impl Iterator<Item = u32>,
    ) -> Replay {
        let waiting = pending.keys().copied().filter(|&thread| thread != MAIN_THREAD).collect();
        let mut replay = Replay { pending, ..Replay::opening(entries, waiting) };
        let logged: Vec<u32> =
            replay.rest.iter().flat_map(|(_, answers)| answers).filter_map(|answer| answer.connection).collect();
        let mut unlogged: Vec<u32> = kept.filter(|number| !logged.contains(number)).collect();
        unlogged.sort_unstable();
        replay.connections = Connections::Kept { by_number: BTreeMap::new(), unlogged: unlogged.into() };
        replay
    }

    /// Takes a thread's frame (a protocol message) if it is a request or must be deferred. Returns any other frame.
    ///
    /// A thread that has received all its answers may send further requests, because it was waiting when its process
    /// ended, was ahead of the session, or is ahead of an interrupted statement. From then on, its frames are deferred.
    pub fn take_request(&mut self, thread: u32, frame: FromChild) -> Option<FromChild> {
        let is_request = Request::from_frame(&frame).is_some();
        let has_more = thread == MAIN_THREAD || self.has_answers(thread) || self.pending.contains_key(&thread);
        let is_deferred = self.deferred.iter().any(|(other, _)| *other == thread)
            || !has_more && (is_request || matches!(frame, FromChild::Send { .. }));
        if is_deferred {
            self.deferred.push_back((thread, frame));
        } else if is_request {
            self.asked.insert(thread, frame);
        } else {
            return Some(frame);
        }
        None
    }

    fn has_answers(&self, thread: u32) -> bool {
        let rest = self.rest.iter().flat_map(|(_, answers)| answers);
        self.current.iter().chain(rest).any(|answer| answer.thread == thread)
    }

    /// Records that the main thread has finished the current statement.
    pub fn end_source(&mut self) {
        self.has_run = true;
    }

    /// Records how many threads the child has besides its main thread.
    pub fn count_threads(&mut self, threads: u32) {
        self.threads = threads;
    }

    /// Returns whether any thread other than the main thread may be running, because not all of them are waiting and
    /// the child has not been silent.
    fn has_running_threads(&self) -> bool {
        let deferred = self.deferred.iter().map(|(thread, _)| thread);
        let waiting = self.asked.keys().chain(deferred).chain(&self.asking).filter(|&&thread| thread != MAIN_THREAD);
        !self.is_quiet && self.threads as usize > waiting.collect::<BTreeSet<_>>().len()
    }

    /// Returns whether the next statement can run, because the main thread has finished the current one and all other
    /// threads are waiting.
    fn is_source_done(&self) -> bool {
        self.has_run && !self.has_running_threads()
    }

    /// Returns the next step to perform.
    pub fn next_step(&mut self) -> ReplayStep {
        if self.is_given_up {
            return ReplayStep::Wait;
        }
        let waiting = self.asked.keys().copied().find(|&thread| thread != MAIN_THREAD && !self.has_answers(thread));
        if let Some(ask) = waiting.and_then(|thread| self.take_pending(thread)) {
            return ask;
        }
        while let Some(answer) = self.current.front() {
            let thread = answer.thread;
            let Some(request) = self.asked.get(&thread).and_then(Request::from_frame) else {
                if thread == MAIN_THREAD && self.has_run {
                    // The statement has ended without sending the request for this answer, so the answer is skipped.
                    self.current.pop_front();
                    continue;
                }
                return ReplayStep::Wait;
            };
            if matches!(request, Request::Replies(_)) && is_answer_to_connect(&answer.frame) {
                // An interrupted statement had closed this connection, so it was reopened at this point of the log. The
                // new child has not run that statement, so its connection is still open and the answer is skipped.
                self.take_answer(request);
                continue;
            }
            let logged = if request.is_answered_by(&answer.frame) { self.take_answer(request) } else { None };
            return self.answer(thread, logged);
        }
        if self.asked.contains_key(&MAIN_THREAD) {
            let pending = if self.rest.is_empty() { self.take_pending(MAIN_THREAD) } else { None };
            return pending.unwrap_or_else(|| self.answer(MAIN_THREAD, None));
        }
        if !self.is_source_done() {
            return ReplayStep::Wait;
        }
        let Some((source, answers)) = self.rest.pop_front() else {
            self.is_main_done = true;
            return ReplayStep::Wait;
        };
        (self.current, self.has_run, self.is_quiet) = (answers, false, false);
        ReplayStep::Run(source)
    }

    /// Answers a thread's request. If a request to connect has no answer in the log, its answer was lost with an
    /// interrupted statement.
    fn answer(&mut self, thread: u32, logged: Option<ToChild>) -> ReplayStep {
        match (self.asked.remove(&thread), logged) {
            (Some(request @ FromChild::Connect { .. }), logged) => ReplayStep::Connect(thread, request, logged),
            (Some(_), Some(answer)) => ReplayStep::Answer(thread, answer),
            (Some(_) | None, _) => ReplayStep::GiveUp,
        }
    }

    /// Takes the next answer from the log, and records which kept connection the child's connection number refers to.
    /// Returns `None` if no answer is left.
    fn take_answer(&mut self, request: Request) -> Option<ToChild> {
        let answer = self.current.pop_front()?;
        if let (Some(kept), Request::Connect(number) | Request::Replies(number)) = (answer.connection, request)
            && let Connections::Kept { by_number, .. } = &mut self.connections
        {
            by_number.insert(number, kept);
        }
        Some(answer.frame)
    }

    /// Makes a thread wait for the answer to its pending request. Returns `None` if it has no pending request.
    fn take_pending(&mut self, thread: u32) -> Option<ReplayStep> {
        let ask = self.pending.remove(&thread)?;
        let asked = self.asked.remove(&thread);
        let request = asked.as_ref().and_then(Request::from_frame);
        self.asking.insert(thread);
        self.is_main_done |= thread == MAIN_THREAD;
        let ask = match (ask, request) {
            // The child may use a different number for the connection than when the request was logged, so the child's
            // number is used.
            (Ask::Receive { deadline_us, .. }, Some(Request::Replies(connection))) => {
                Ask::Receive { connection, deadline_us }
            }
            (Ask::ReceiveAny { deadline_us, connections }, _) => {
                let connections = match asked {
                    Some(FromChild::ReceiveAny { connections, .. }) => connections,
                    _ => connections,
                };
                Ask::ReceiveAny { connections, deadline_us }
            }
            (ask, _) => ask,
        };
        Some(ReplayStep::Ask(thread, ask))
    }

    /// Handles the silence of a child for which answers are left. Its threads have ended, or the thread that must
    /// receive the next answer does not request it. Returns whether the replay can continue.
    pub fn skip_silence(&mut self) -> bool {
        if !self.is_quiet && self.has_run {
            self.is_quiet = true;
            return true;
        }
        if let Some(index) = self.current.iter().position(|answer| self.asked.contains_key(&answer.thread)) {
            let answer = self.current.remove(index);
            answer.into_iter().for_each(|answer| self.current.push_front(answer));
            return true;
        }
        let Some(thread) = self.current.front().map(|answer| answer.thread) else { return false };
        self.current.retain(|answer| answer.thread != thread);
        true
    }

    /// Records that the child in which the replay ran was killed.
    pub fn give_up(&mut self) {
        self.is_given_up = true;
    }

    pub fn is_given_up(&self) -> bool {
        self.is_given_up
    }

    /// Returns whether the main thread has completed everything in the log. Other threads may still be running.
    pub fn is_main_done(&self) -> bool {
        self.is_main_done && !self.is_given_up
    }

    /// Returns whether the replay is complete: no thread is running, and all pending requests have been sent again.
    pub fn is_over(&self) -> bool {
        self.is_main_done() && self.pending.is_empty() && !self.has_running_threads()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREAD: u32 = 2;

    fn entry(source: &str, answers: &[(u32, ToChild, Option<u32>)]) -> Entry {
        let answer = |(thread, frame, connection): &(u32, ToChild, Option<u32>)| Answer {
            thread: *thread,
            frame: frame.clone(),
            connection: *connection,
        };
        Entry { source: source.into(), answers: answers.iter().map(answer).collect() }
    }

    fn connect(connection: u32) -> FromChild {
        FromChild::Connect { connection, host: "localhost".into(), port: 6379, setup_commands: Vec::new() }
    }

    fn connected() -> ToChild {
        ToChild::Connected { data: Vec::new() }
    }

    fn slept_and_asked(seconds: u64) -> FromChild {
        FromChild::Sleep { duration_us: seconds * 1_000_000 }
    }

    #[test]
    fn answers_are_given_in_the_order_of_the_log() {
        let log =
            [entry("start", &[]), entry("get", &[(THREAD, connected(), Some(1)), (MAIN_THREAD, connected(), Some(2))])];
        let mut replay = Replay::opening(log.iter(), BTreeSet::new());
        assert_eq!(replay.next_step(), ReplayStep::Run("start".into()));
        assert_eq!(replay.next_step(), ReplayStep::Wait);
        replay.end_source();
        assert_eq!(replay.next_step(), ReplayStep::Run("get".into()));
        assert_eq!(replay.take_request(MAIN_THREAD, connect(1)), None);
        assert_eq!(replay.next_step(), ReplayStep::Wait, "the other thread was first");
        assert_eq!(replay.take_request(THREAD, connect(2)), None);
        assert_eq!(replay.next_step(), ReplayStep::Connect(THREAD, connect(2), Some(connected())));
        assert_eq!(replay.next_step(), ReplayStep::Connect(MAIN_THREAD, connect(1), Some(connected())));
        replay.count_threads(1);
        replay.end_source();
        assert_eq!(replay.next_step(), ReplayStep::Wait);
        assert!(!replay.is_main_done(), "the thread may go on");
        assert!(replay.skip_silence());
        assert_eq!(replay.next_step(), ReplayStep::Wait);
        assert!(replay.is_over());
    }

    #[test]
    fn a_thread_that_does_not_come_back_is_skipped() {
        let log = [entry("wait", &[(THREAD, ToChild::Slept, None), (MAIN_THREAD, ToChild::Slept, None)])];
        let mut replay = Replay::opening(log.iter(), BTreeSet::new());
        assert_eq!(replay.next_step(), ReplayStep::Run("wait".into()));
        assert_eq!(replay.take_request(MAIN_THREAD, slept_and_asked(1)), None);
        assert_eq!(replay.next_step(), ReplayStep::Wait);
        assert!(replay.skip_silence());
        assert_eq!(replay.next_step(), ReplayStep::Answer(MAIN_THREAD, ToChild::Slept));
        replay.end_source();
        for _ in 0..2 {
            assert_eq!(replay.next_step(), ReplayStep::Wait, "an answer is left");
            assert!(replay.skip_silence());
        }
        assert_eq!(replay.next_step(), ReplayStep::Wait);
        assert!(replay.is_over());
    }

    #[test]
    fn what_a_thread_requests_beyond_the_log_is_deferred() {
        let log = [entry("start", &[(THREAD, ToChild::Slept, None)])];
        let mut replay = Replay::opening(log.iter(), BTreeSet::new());
        assert_eq!(replay.next_step(), ReplayStep::Run("start".into()));
        assert_eq!(replay.take_request(THREAD, slept_and_asked(1)), None);
        assert_eq!(replay.next_step(), ReplayStep::Answer(THREAD, ToChild::Slept));
        for frame in [connect(1), FromChild::Disconnect { connection: 1 }] {
            assert_eq!(replay.take_request(THREAD, frame), None);
        }
        assert_eq!(replay.deferred.len(), 2);
        let other = FromChild::Disconnect { connection: 7 };
        assert_eq!(
            replay.take_request(MAIN_THREAD, other.clone()),
            Some(other),
            "the main thread has asked for nothing"
        );
    }

    #[test]
    fn a_child_that_does_something_else_is_given_up() {
        let log = [entry("sleep", &[(MAIN_THREAD, ToChild::Slept, None)])];
        let mut replay = Replay::opening(log.iter(), BTreeSet::new());
        assert_eq!(replay.next_step(), ReplayStep::Run("sleep".into()));
        assert_eq!(replay.take_request(MAIN_THREAD, FromChild::GetTime), None);
        assert_eq!(replay.next_step(), ReplayStep::GiveUp);
        replay.give_up();
        replay.end_source();
        assert_eq!(replay.next_step(), ReplayStep::Wait);
        assert!(!replay.is_main_done());
    }
}
