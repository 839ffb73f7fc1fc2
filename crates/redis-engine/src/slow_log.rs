//! The slow log: the calls that took at least `slowlog-log-slower-than` microseconds, newest first.

use std::collections::VecDeque;

/// Maximum number of words of a call that are kept. The last one then tells how many more there were.
const MAX_WORDS: usize = 32;
/// Maximum number of bytes of a word that are kept.
const MAX_WORD_BYTES: usize = 128;

/// A call in the slow log.
#[derive(Debug, Clone)]
pub(crate) struct SlowCall {
    /// Number of calls that were logged before this one since the server started.
    pub id: u64,
    /// When the call ended, in microseconds since 1970.
    pub ended_us: i64,
    /// How long the command ran, in microseconds.
    pub duration_us: u64,
    /// The command's name and arguments, shortened, without passwords.
    pub argv: Vec<Vec<u8>>,
    /// The client's address and port.
    pub address: String,
    /// The client's name, or empty if it has none.
    pub name: Vec<u8>,
}

/// The slow log.
#[derive(Debug, Clone, Default)]
pub(crate) struct SlowLog {
    calls: VecDeque<SlowCall>,
    next_id: u64,
}

impl SlowLog {
    /// Adds a call, whose id is replaced. Removes the oldest calls if there are then more than `max_calls`.
    pub fn push(&mut self, call: SlowCall, max_calls: usize) {
        self.calls.push_front(SlowCall { id: self.next_id, ..call });
        self.next_id += 1;
        self.trim(max_calls);
    }

    /// Removes the oldest calls if there are more than `max_calls`.
    pub fn trim(&mut self, max_calls: usize) {
        self.calls.truncate(max_calls);
    }

    /// Returns the logged calls, newest first.
    pub fn calls(&self) -> impl ExactSizeIterator<Item = &SlowCall> {
        self.calls.iter()
    }

    /// Removes all calls. The ids continue.
    pub fn clear(&mut self) {
        self.calls.clear();
    }
}

/// Shortens a call as the slow log shows it: to 32 words, and each word to 128 bytes. `is_secret` tells for the index
/// of a word whether the log must not show it.
pub(crate) fn shorten(argv: &[&[u8]], is_secret: impl Fn(usize) -> bool) -> Vec<Vec<u8>> {
    let kept = if argv.len() > MAX_WORDS { MAX_WORDS - 1 } else { argv.len() };
    let mut words: Vec<Vec<u8>> = argv[..kept]
        .iter()
        .enumerate()
        .map(|(index, word)| match word.len().checked_sub(MAX_WORD_BYTES) {
            _ if is_secret(index) => b"(redacted)".to_vec(),
            Some(more @ 1..) => [&word[..MAX_WORD_BYTES], format!("... ({more} more bytes)").as_bytes()].concat(),
            _ => word.to_vec(),
        })
        .collect();
    if kept < argv.len() {
        words.push(format!("... ({} more arguments)", argv.len() - kept).into_bytes());
    }
    words
}
