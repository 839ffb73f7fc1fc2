//! The bytes that went over the wire, with their meaning.

pub use crate::lesson::evidence::Traffic;
pub use redis_engine::resp::anatomy::{Part, counted};

/// The bytes that went over the wire since the last time they were shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Wire {
    pub items: Vec<Item>,
    /// The traffic of all items.
    pub sum: Traffic,
    /// The traffic since the beginning of the session.
    pub so_far: Traffic,
}

/// A part of what went over the wire.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// One command or several, from a client to Redis.
    Out { client: String, commands: usize, bytes: usize, parts: Vec<Part> },
    /// Bytes from Redis to a client. `how` tells how a wait ended, or that this is a message.
    In { client: String, bytes: usize, parts: Vec<Part>, how: Option<String> },
    /// A command that will get no reply, and the reason.
    Unanswered { client: String, how: String },
    /// A command that has no reply yet.
    Waits { client: String, command: String },
    /// Round trips that are only counted.
    More(Traffic),
}
