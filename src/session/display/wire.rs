//! The bytes that were sent over the wire, with their meaning.

pub use crate::lesson::evidence::Traffic;
pub use redis_engine::resp::anatomy::Part;

/// The bytes that were sent over the wire since they were last shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Wire {
    pub items: Vec<Item>,
    /// The total traffic of the items that are shown.
    pub sum: Traffic,
    /// The total traffic since the wire log was last cleared.
    pub so_far: Traffic,
}

/// An item in the wire display.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// One command or several commands, sent from a client to Redis.
    Out { client: String, commands: usize, bytes: usize, parts: Vec<Part> },
    /// Bytes sent from Redis to a client. `how` explains how a wait ended, or that the bytes are a message.
    In { client: String, bytes: usize, parts: Vec<Part>, how: Option<String> },
    /// A command that will not get a reply, and the reason.
    Unanswered { client: String, how: String },
    /// A command that has not received its reply yet.
    Waits { client: String, command: String },
    /// Round trips that are only counted, not shown.
    More(Traffic),
}
