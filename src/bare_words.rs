//! Words that are tutor commands even without a colon, if a line consists of nothing else.

/// The words. `lesson` refuses them in the code of lessons, and the prompt takes them as tutor commands.
pub const BARE_WORDS: [&str; 5] = ["help", "hint", "skip", "quit", "exit"];
