//! The replay log: the sources that a client's Python ran, and every answer that it got. With the log, a fresh Python
//! can be brought to the same state without changing the data.
//!
//! A replay gives a new child the recorded sources, and answers its requests from the log: connections, replies, the
//! time, the lines of `input()`. The engine runs no command, so the changes of other clients stay as they are. A source
//! that was interrupted, or whose child ended, is left out, because it is unknown how far it ran.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::ask::Ask;
use python_kernel::frame::{MAIN_THREAD, ToChild};

/// Maximum size of a log, in bytes of sources and answers. Beyond it, the log is not complete, and a fresh Python
/// starts without variables.
const MOST_BYTES: usize = 64 << 20;

/// A source, and the answers to its requests while it ran.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    pub source: String,
    pub answers: VecDeque<(u32, ToChild)>,
}

impl Entry {
    /// Returns whether one of the answers was a reply of Redis.
    pub fn has_redis_reply(&self) -> bool {
        self.answers.iter().any(|(_, answer)| matches!(answer, ToChild::Received { .. }))
    }
}

/// The log of one client.
#[derive(Debug, Clone, Default)]
pub struct ReplayLog {
    /// The entries, which are shared with the copies that `:undo` keeps.
    entries: Vec<Arc<Entry>>,
    bytes: usize,
}

impl ReplayLog {
    /// Adds a source that is starting to run.
    pub fn begin_source(&mut self, source: &str) {
        self.bytes += source.len();
        self.entries.push(Arc::new(Entry { source: source.into(), answers: VecDeque::new() }));
    }

    /// Adds an answer to the running source.
    pub fn add_answer(&mut self, thread: u32, answer: &ToChild) {
        let size = match answer {
            ToChild::Received { data } | ToChild::Connected { data } => data.len(),
            _ => 0,
        };
        self.bytes += size + 16;
        if self.bytes > MOST_BYTES {
            return;
        }
        if let Some(entry) = self.entries.last_mut() {
            Arc::make_mut(entry).answers.push_back((thread, answer.clone()));
        }
    }

    /// Removes the running source, because a replay could not repeat how it ended.
    pub fn drop_last(&mut self) {
        self.entries.pop();
    }

    /// Returns whether the log contains every answer.
    pub fn is_whole(&self) -> bool {
        self.bytes <= MOST_BYTES
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Iterates over all sources with their answers, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(Arc::as_ref)
    }

    /// Returns a value that changes with every addition to the log.
    pub fn mark(&self) -> (usize, usize) {
        (self.entries.len(), self.bytes)
    }

    /// Returns a replay of the whole log, for a Python whose connections are gone.
    pub fn replay(&self) -> Replay {
        Replay {
            rest: self.entries.iter().cloned().collect(),
            current: None,
            connections: Connections::Opened,
            pending: BTreeMap::new(),
        }
    }

    /// Returns a replay of the whole log, for a Python whose connections were kept. At the end it waits for the answers
    /// to the pending questions.
    pub fn replay_to(&self, pending: BTreeMap<u32, Ask>) -> Replay {
        Replay { connections: Connections::Kept, pending, ..self.replay() }
    }
}

/// A replay in progress.
#[derive(Debug, Clone)]
pub struct Replay {
    rest: VecDeque<Arc<Entry>>,
    current: Option<Entry>,
    connections: Connections,
    /// The requests that are still unanswered at the end of the log, by thread.
    pending: BTreeMap<u32, Ask>,
}

/// Whether a replay opens connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Connections {
    /// Each connection is opened again.
    Opened,
    /// The connections are open already.
    Kept,
}

impl Replay {
    /// Returns the next source to run, or `None` after the last one.
    pub fn next_source(&mut self) -> Option<String> {
        self.current = self.rest.pop_front().map(Arc::unwrap_or_clone);
        self.current.as_ref().map(|entry| entry.source.clone())
    }

    /// Returns the recorded answer to a thread's request, or `None` if the child requests something that it did not
    /// request before.
    pub fn answer(&mut self, thread: u32) -> Option<ToChild> {
        let answers = &mut self.current.as_mut()?.answers;
        let index = answers.iter().position(|(t, _)| *t == thread)?;
        answers.remove(index).map(|(_, answer)| answer)
    }

    /// Takes a thread's pending request, if the replay has reached it. The main thread's pending request is its last
    /// one. The other threads may wait while further sources run.
    pub fn take_pending(&mut self, thread: u32) -> Option<Ask> {
        let is_reached = thread != MAIN_THREAD || self.rest.is_empty();
        if is_reached { self.pending.remove(&thread) } else { None }
    }

    /// Returns whether connections are opened again.
    pub fn opens_connections(&self) -> bool {
        self.connections == Connections::Opened
    }
}
