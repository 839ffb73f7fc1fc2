//! redis-tutor: learn Redis at a prompt. ARCHITECTURE.md is the map; the layers below know only what stands below them.

pub mod engine;
pub mod lesson;
pub mod markup;
pub mod redis_py;
pub mod resp;
