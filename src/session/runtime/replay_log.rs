//! The replay log: the statements that a client's Python process ran, and every answer that it received. With the log,
//! a new process can be brought to the same state without changing the data.
//!
//! A statement is omitted if it was interrupted, or if the process ended while the statement ran. It is not known how
//! far such a statement ran.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::ask::Ask;
use super::replay::Replay;
use python_kernel::frame::{MAIN_THREAD, ToChild};

/// Maximum size of a log, in bytes of source text and answers. A larger log is not complete, so a new Python process
/// cannot restore the variables from it.
const MOST_BYTES: usize = 64 << 20;

/// The source text of a statement, and the answers to the requests that were sent while the statement ran.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    pub source: String,
    pub answers: VecDeque<Answer>,
}

/// The answer that the session sent to a thread's request.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub thread: u32,
    pub frame: ToChild,
    /// The child's number for the new connection, if this is the answer to a connection request.
    pub connection: Option<u32>,
}

impl Entry {
    /// Returns whether any of the answers was a reply from Redis.
    pub fn has_redis_reply(&self) -> bool {
        let is_reply = |frame: &ToChild| matches!(frame, ToChild::Received { .. } | ToChild::ReceivedAny { .. });
        self.answers.iter().any(|answer| is_reply(&answer.frame))
    }
}

/// One client's replay log.
#[derive(Debug, Clone, Default)]
pub struct ReplayLog {
    /// The entries, which are shared with the copies that `:undo` keeps.
    entries: Vec<Arc<Entry>>,
    bytes: usize,
}

impl ReplayLog {
    /// Adds a statement that is about to run.
    pub fn begin_source(&mut self, source: &str) {
        self.bytes += source.len();
        self.entries.push(Arc::new(Entry { source: source.into(), answers: VecDeque::new() }));
    }

    /// Adds an answer to the running statement. `connection` is the child's number for the connection that was opened,
    /// if any.
    pub fn add_answer(&mut self, thread: u32, answer: &ToChild, connection: Option<u32>) {
        let size = match answer {
            ToChild::Received { data } | ToChild::Connected { data } => data.len(),
            ToChild::ReceivedAny { arrivals } => arrivals.iter().flat_map(|arrival| &arrival.data).map(Vec::len).sum(),
            _ => 0,
        };
        self.bytes += size + 16;
        if self.bytes > MOST_BYTES {
            return;
        }
        if let Some(entry) = self.entries.last_mut() {
            let answer = Answer { thread, frame: answer.clone(), connection };
            Arc::make_mut(entry).answers.push_back(answer);
        }
    }

    /// Removes the running statement, because a replay could not repeat how it ended. Keeps the answers to threads that
    /// an earlier statement had started.
    pub fn drop_last(&mut self) {
        let Some(last) = self.entries.pop() else { return };
        let of_threads = |entry: &Entry| entry.answers.iter().map(|answer| answer.thread).max();
        let Some(newest) = self.entries().filter_map(of_threads).max() else { return };
        if let Some(previous) = self.entries.last_mut() {
            let is_kept = |answer: &&Answer| answer.thread != MAIN_THREAD && answer.thread <= newest;
            let kept = last.answers.iter().filter(is_kept).cloned();
            Arc::make_mut(previous).answers.extend(kept);
        }
    }

    /// Returns whether the log is complete, which it is unless it has exceeded the maximum size.
    pub fn is_whole(&self) -> bool {
        self.bytes <= MOST_BYTES
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Iterates over all statements with their answers, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(Arc::as_ref)
    }

    /// Returns a value that changes with every addition to the log.
    pub fn mark(&self) -> (usize, usize) {
        (self.entries.len(), self.bytes)
    }

    /// Returns a replay of the whole log for a Python process whose connections were closed. `waiting` contains the
    /// threads of the previous process that were waiting for an answer.
    pub fn replay(&self, waiting: BTreeSet<u32>) -> Replay {
        Replay::opening(self.entries(), waiting)
    }

    /// Returns a replay of the whole log for a Python process whose connections were kept. `kept` contains their
    /// numbers. At the end of the replay, the threads in `pending` wait for their answers again.
    pub fn replay_to(&self, pending: BTreeMap<u32, Ask>, kept: impl Iterator<Item = u32>) -> Replay {
        Replay::keeping(self.entries(), pending, kept)
    }
}
