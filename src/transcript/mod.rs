//! Sessions without a terminal: scripts, and lines from a pipe, as transcripts.

pub mod learner;
mod other_dialect;
pub mod piped;
pub mod prove;
pub mod run;
pub mod walk;
