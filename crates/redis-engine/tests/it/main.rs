//! Tests of the engine's public interface.

mod commands;
mod engine_script;
#[path = "../support/engine_server.rs"]
mod engine_server;
mod fuzz;
mod fuzz_dump;
mod recorded;
mod structure;
mod truths;
