//! The index of one of the session's clients.

/// The index of the tutor's own client, which prepares and reads the data without showing its output.
pub const TUTOR: ClientIndex = ClientIndex(0);

/// The index of the learner's first client.
pub const MAIN: ClientIndex = ClientIndex(1);

/// The index of a client in [`Clients`](super::client::Clients).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientIndex(pub(super) usize);
