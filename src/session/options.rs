//! How a session starts.

use std::sync::Arc;

use super::dialect::Dialect;
use crate::lesson::library::Library;
use crate::lesson::progress::Progress;

/// What is the same everywhere runs with this seed and at this time: proofs, transcripts, rehearsals.
pub const SEED: u64 = 1;
/// 2026-01-01, 12:00 UTC, in microseconds.
pub const START_US: i64 = 1_767_268_800_000_000;

/// How a session starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// Decides all that is left to chance, in Redis and in Python.
    pub seed: u64,
    /// Microseconds since 1970.
    pub start_us: i64,
    pub dialect: Dialect,
    pub library: Arc<Library>,
    pub progress: Progress,
}

impl Options {
    /// For a session that goes the same way each time, of a learner who has just begun.
    pub fn repeatable(library: Arc<Library>) -> Self {
        Options { seed: SEED, start_us: START_US, dialect: Dialect::Both, library, progress: Progress::default() }
    }
}
