//! The tests of scripts on an engine with a real Lua child process.

#[path = "../../../redis-engine/tests/it/engine_script.rs"]
#[allow(dead_code, reason = "the tests of the engine use all of it")]
mod engine_script;
#[path = "../../../redis-engine/tests/support/engine_server.rs"]
#[allow(dead_code, reason = "the tests of the engine use all of it")]
mod engine_server;
mod hostile;
mod scripted_server;
mod truths;
