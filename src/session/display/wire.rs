//! The bytes that clients and Redis sent each other, with their meaning.

pub use crate::lesson::evidence::Traffic;
pub use redis_engine::resp::anatomy::Part;

/// The bytes that clients and Redis have sent each other since `:wire` last showed them.
#[derive(Debug, Clone, PartialEq)]
pub struct Wire {
    pub items: Vec<Item>,
    /// The total traffic of the items that are shown.
    pub sum: Traffic,
    /// The total traffic since the wire log was last emptied.
    pub so_far: Traffic,
}

/// An item in the wire display.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// One or more commands that a client sent to Redis in one round trip.
    Out { client: String, commands: usize, bytes: usize, parts: Vec<Part> },
    /// Bytes that Redis sent to a client. `how` explains how a wait ended, or that the bytes are not a reply but a
    /// message.
    In { client: String, bytes: usize, parts: Vec<Part>, how: Option<String> },
    /// A command that will not get a reply. `how` is the reason.
    Unanswered { client: String, how: String },
    /// A command that has not received its reply yet.
    Waits { client: String, command: String },
    /// Round trips of which only the total is shown.
    More(Traffic),
}
