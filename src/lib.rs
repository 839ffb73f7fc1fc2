//! redis-tutor: learn Redis at a prompt. ARCHITECTURE.md has the map. Each module knows only the layers below it.

pub mod cli;
pub mod driver;
pub mod lesson;
pub mod markup;
pub mod messages;
pub mod redis_cli;
pub mod render;
pub mod session;
pub mod shell;
pub mod transcript;
