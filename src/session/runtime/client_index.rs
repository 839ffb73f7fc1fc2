//! The index that identifies a client of the session.

/// The index of the tutor's own client, which reads and prepares the data without being shown.
pub const TUTOR: ClientIndex = ClientIndex(0);

/// The index of the learner's first client.
pub const MAIN: ClientIndex = ClientIndex(1);

/// The index of a client in [`Clients`](super::client::Clients).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientIndex(pub(super) usize);
