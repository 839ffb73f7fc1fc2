//! Sessions without a terminal: scripts, and lines from a pipe, as transcripts.

pub mod learner;
pub mod piped;
pub mod prove;
pub mod run;
pub mod walk;
