//! redis-tutor: learn Redis at a prompt. ARCHITECTURE.md describes the modules. Each module may use only modules in
//! lower layers.

mod bare_words;
pub mod cli;
pub mod driver;
pub mod lesson;
pub mod markup;
pub mod messages;
pub mod redis_cli;
pub mod render;
pub mod session;
pub mod shell;
pub mod spelling;
pub mod transcript;
pub mod user_files;
