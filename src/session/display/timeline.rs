//! The commands of all clients in chronological order.

/// A timeline: what each client sent, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// The names of the clients, in the order in which they first appear.
    pub clients: Vec<String>,
    pub events: Vec<TimelineEvent>,
    /// Number of commands before the first one that is shown.
    pub before: u64,
}

/// An event of the timeline, with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEvent {
    /// The time of the event, in microseconds since the first command in the wire log.
    pub at_us: i64,
    /// The index of the client, or `None` if the event belongs to no client.
    pub client: Option<usize>,
    pub kind: TimelineEventKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimelineEventKind {
    /// A command was sent, and answered immediately.
    Answered { command: String, reply: String },
    /// A command was sent that blocks its client.
    Waits { command: String },
    /// A wait ended. `by` is the cause.
    Ended { command: String, after: String, by: String, reply: Option<String> },
    /// A message arrived that is not the reply to a command.
    Message(String),
    /// Number of keys that expired since the previous command.
    Expired(u64),
}
