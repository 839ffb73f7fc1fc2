//! `client-output-buffer-limit`: the sizes of pending output at which a client is disconnected.

use std::fmt;

use super::parse::{decimal, memory};

/// The limits for one class of clients. 0 means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutputLimit {
    /// Hard limit in bytes: the client is disconnected as soon as its output buffer reaches it.
    pub hard_bytes: u64,
    /// Soft limit in bytes: the client is disconnected if its output buffer stays above it for `soft_seconds`.
    pub soft_bytes: u64,
    /// Time in seconds for which the soft limit may be exceeded.
    pub soft_seconds: u64,
}

/// The limits for all classes of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputLimits {
    /// The limits for normal clients.
    pub normal: OutputLimit,
    /// The limits for replicas.
    pub replica: OutputLimit,
    /// The limits for subscribed clients.
    pub pubsub: OutputLimit,
}

impl Default for OutputLimits {
    fn default() -> Self {
        const MB: u64 = 1 << 20;
        OutputLimits {
            normal: OutputLimit::default(),
            replica: OutputLimit { hard_bytes: 256 * MB, soft_bytes: 64 * MB, soft_seconds: 60 },
            pubsub: OutputLimit { hard_bytes: 32 * MB, soft_bytes: 8 * MB, soft_seconds: 60 },
        }
    }
}

impl OutputLimits {
    /// Returns a copy of the limits with the changes in `text`. For each class of clients that is changed, `text`
    /// contains four words: the name of the class, the hard limit, the soft limit, and the seconds for which the soft
    /// limit may be exceeded.
    ///
    /// # Errors
    /// Returns Redis's error message if `text` is invalid.
    pub(super) fn with_changes(mut self, text: &[u8]) -> Result<Self, String> {
        let words: Vec<&[u8]> = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
        let rows = words.chunks_exact(4);
        if !rows.remainder().is_empty() {
            return Err("Wrong number of arguments in buffer limit configuration.".into());
        }
        for row in rows {
            let class = row[0].to_ascii_lowercase();
            let limit = match class.as_slice() {
                b"normal" => &mut self.normal,
                b"slave" | b"replica" => &mut self.replica,
                b"pubsub" => &mut self.pubsub,
                _ => return Err("Invalid client class specified in buffer limit configuration.".into()),
            };
            let size = |word: &[u8]| memory(word).map(i64::unsigned_abs);
            let seconds = decimal(row[3]).and_then(|n| u64::try_from(n).ok());
            *limit = match (size(row[1]), size(row[2]), seconds) {
                (Some(hard_bytes), Some(soft_bytes), Some(soft_seconds)) => {
                    OutputLimit { hard_bytes, soft_bytes, soft_seconds }
                }
                _ => {
                    let why = "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
                    return Err(why.into());
                }
            };
        }
        Ok(self)
    }
}

impl fmt::Display for OutputLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, limit)) in
            [("normal", self.normal), ("slave", self.replica), ("pubsub", self.pubsub)].into_iter().enumerate()
        {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{name} {} {} {}", limit.hard_bytes, limit.soft_bytes, limit.soft_seconds)?;
        }
        Ok(())
    }
}
