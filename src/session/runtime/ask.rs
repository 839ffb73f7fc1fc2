//! A request from a Python child process that the session has not answered yet.

/// A child's request that is waiting for its answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    Receive { connection: u32, deadline_us: Option<i64> },
    ReceiveAny { connections: Vec<u32>, deadline_us: Option<i64> },
    Sleep { until_us: i64 },
    Input { prompt: String },
}

impl Ask {
    /// Returns the time by which the request must be answered, or `None` if there is no limit.
    pub fn deadline_us(&self) -> Option<i64> {
        match self {
            Ask::Receive { deadline_us, .. } | Ask::ReceiveAny { deadline_us, .. } => *deadline_us,
            Ask::Sleep { until_us } => Some(*until_us),
            Ask::Input { .. } => None,
        }
    }
}
