//! Words that are tutor commands even without a colon, if a line consists of nothing else.

/// The words. `lesson` rejects lesson code that contains such a line, and the prompt runs such a line as a tutor
/// command.
pub const BARE_WORDS: [&str; 5] = ["help", "hint", "skip", "quit", "exit"];
