//! The options of a session.

use std::sync::Arc;

use super::runtime::dialect::Dialect;
use crate::lesson::library::Library;
use crate::lesson::progress::Progress;

/// The seed for sessions that must be reproducible: lesson checks, transcripts and rehearsals.
pub const SEED: u64 = 1;
/// The start time of reproducible sessions: 2026-01-01, 12:00 UTC, in microseconds since 1970.
pub const START_US: i64 = 1_767_268_800_000_000;

/// Options of a session.
#[derive(Debug, Clone)]
pub struct Options {
    /// The seed for all randomness in Redis and in Python.
    pub seed: u64,
    /// The session's time at its start, in microseconds since 1970.
    pub start_us: i64,
    pub dialect: Dialect,
    pub library: Arc<Library>,
    pub progress: Progress,
}

impl Options {
    /// Returns the options of a reproducible session in which the learner has no progress yet.
    pub fn repeatable(library: Arc<Library>) -> Self {
        Options { seed: SEED, start_us: START_US, dialect: Dialect::Both, library, progress: Progress::default() }
    }
}
