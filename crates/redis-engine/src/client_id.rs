//! The number of a client's connection.

/// A connection's number, as CLIENT ID returns it. A number is never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub u64);
