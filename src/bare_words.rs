//! Tutor commands that need no colon if they are alone on a line.

/// Words that are tutor commands if they are alone on a line. The prompt runs such a line as a tutor command, and the
/// `lesson` module rejects lesson code that contains such a line.
pub const BARE_WORDS: [&str; 5] = ["help", "hint", "skip", "quit", "exit"];
