//! The journal: what a client's Python was given to run, and every answer it got, so that a fresh one can be brought
//! to the same point without touching the data.
//!
//! A replay feeds a new child the recorded sources, and answers its questions from the record: connections, replies,
//! the time, the lines of `input()`. The engine is asked nothing, so what other clients did meanwhile stays done.
//! A source that ended by a signal or by the death of its child is left out, as nobody can say how far it came.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::client::Ask;
use python_kernel::frame::{MAIN_THREAD, ToChild};

/// The most that a journal keeps, in bytes of answers. Beyond it, a fresh Python starts without variables.
const MOST_BYTES: usize = 64 << 20;

/// What was run, and how it was answered.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    pub source: String,
    pub answers: VecDeque<(u32, ToChild)>,
}

impl Entry {
    /// Whether it was answered by Redis.
    pub fn asked_redis(&self) -> bool {
        self.answers.iter().any(|(_, answer)| matches!(answer, ToChild::Received { .. }))
    }
}

/// A client's record.
#[derive(Debug, Clone, Default)]
pub struct ReplayLog {
    /// Shared with the copies that `:undo` keeps.
    entries: Vec<Arc<Entry>>,
    bytes: usize,
}

impl ReplayLog {
    /// A source is run now.
    pub fn begin(&mut self, source: &str) {
        self.bytes += source.len();
        self.entries.push(Arc::new(Entry { source: source.into(), answers: VecDeque::new() }));
    }

    /// The running source's question was answered.
    pub fn answered(&mut self, thread: u32, answer: &ToChild) {
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

    /// The running source came to no end that could be repeated: it is left out.
    pub fn strike_last(&mut self) {
        self.entries.pop();
    }

    /// Whether all that was answered is on record.
    pub fn is_whole(&self) -> bool {
        self.bytes <= MOST_BYTES
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// All that was run, the first at the front.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(Arc::as_ref)
    }

    /// What differs as soon as anything more is on record.
    pub fn mark(&self) -> (usize, usize) {
        (self.entries.len(), self.bytes)
    }

    /// Everything, to be run again by a Python whose connections are gone.
    pub fn replay(&self) -> Replay {
        Replay {
            rest: self.entries.iter().cloned().collect(),
            current: None,
            connections: Connections::Opened,
            asked: BTreeMap::new(),
        }
    }

    /// Everything, to be run again by a Python that finds its connections as they were, and that goes on to wait for these
    /// answers.
    pub fn replay_to(&self, asked: BTreeMap<u32, Ask>) -> Replay {
        Replay { connections: Connections::Kept, asked, ..self.replay() }
    }
}

/// A replay under way.
#[derive(Debug, Clone)]
pub struct Replay {
    rest: VecDeque<Arc<Entry>>,
    current: Option<Entry>,
    connections: Connections,
    /// What was still to be answered when the record ends.
    asked: BTreeMap<u32, Ask>,
}

/// What becomes of the connections that a replay opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Connections {
    /// They are opened anew.
    Opened,
    /// They stand already.
    Kept,
}

impl Replay {
    /// The next source to run; none when all have run.
    pub fn next_source(&mut self) -> Option<String> {
        self.current = self.rest.pop_front().map(Arc::unwrap_or_clone);
        self.current.as_ref().map(|entry| entry.source.clone())
    }

    /// The recorded answer to a thread's question; none if the child asks something that it did not ask before.
    pub fn answer(&mut self, thread: u32) -> Option<ToChild> {
        let answers = &mut self.current.as_mut()?.answers;
        let index = answers.iter().position(|(t, _)| *t == thread)?;
        answers.remove(index).map(|(_, answer)| answer)
    }

    /// The question that a thread waited with when the record ends: the main thread's is its last one, and the others
    /// wait with theirs while sources come and go.
    pub fn take_asked(&mut self, thread: u32) -> Option<Ask> {
        let is_there = thread != MAIN_THREAD || self.rest.is_empty();
        if is_there { self.asked.remove(&thread) } else { None }
    }

    /// Whether connections are opened anew.
    pub fn opens_connections(&self) -> bool {
        self.connections == Connections::Opened
    }
}
