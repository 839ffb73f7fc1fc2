//! All clients' commands in chronological order.

/// A timeline that shows what each client sent, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// The names of the clients, in the order in which they first appear.
    pub clients: Vec<String>,
    pub events: Vec<TimelineEvent>,
    /// Number of earlier commands that are not shown.
    pub before: u64,
}

/// An event in the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEvent {
    /// The time of the event, in microseconds since the first call in the wire log.
    pub at_us: i64,
    /// The index of the event's client in [`Timeline::clients`], or `None` if the event concerns no client.
    pub client: Option<usize>,
    pub kind: TimelineEventKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimelineEventKind {
    /// A command was sent, and answered immediately.
    Answered { command: String, reply: String },
    /// A command was sent, and blocked its client.
    Waits { command: String },
    /// A blocked command stopped waiting. `after` is how long it waited, and `by` is why the wait ended.
    Ended { command: String, after: String, by: String, reply: Option<String> },
    /// A message arrived that is not the reply to a command.
    Message(String),
    /// This number of keys expired since the previous command.
    Expired(u64),
}
