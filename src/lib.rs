//! redis-tutor: learn Redis at a prompt. ARCHITECTURE.md is the map; the layers below know only what stands below them.

pub mod cli;
pub mod driver;
pub mod engine;
pub mod lesson;
pub mod markup;
pub mod present;
pub mod redis_cli;
pub mod redis_py;
pub mod resp;
pub mod server;
pub mod session;
pub mod shell;
pub mod transcript;
pub mod vigil;
