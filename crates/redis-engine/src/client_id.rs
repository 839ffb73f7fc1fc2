//! The id of a client connection.

/// The id of a client connection, as CLIENT ID returns it. Ids are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub u64);
