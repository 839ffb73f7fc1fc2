//! A request of a Python child that the session has not answered yet.

/// A request of a child that waits for its answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    Receive { connection: u32, deadline_us: Option<i64> },
    Sleep { until_us: i64 },
    Input { prompt: String },
}

impl Ask {
    /// Returns the latest time at which the request is answered, if there is a limit.
    pub fn deadline_us(&self) -> Option<i64> {
        match self {
            Ask::Receive { deadline_us, .. } => *deadline_us,
            Ask::Sleep { until_us } => Some(*until_us),
            Ask::Input { .. } => None,
        }
    }
}
