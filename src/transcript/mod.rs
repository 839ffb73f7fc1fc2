//! Non-interactive sessions: scripts and piped input, shown as transcripts.

pub mod lesson_check;
pub mod lesson_transcript;
mod other_dialect;
pub mod pipe;
pub mod script;
pub mod scripted_learner;
