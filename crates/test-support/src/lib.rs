//! Helpers that the tests of several crates share.

pub mod fuzz;
pub mod real_redis;
pub mod recorded_scripts;
pub mod transcript_diff;
