//! Lessons: their file format, how submissions are judged, and the learner's progress.

pub mod choice;
pub mod command_families;
pub mod comparison;
pub mod evidence;
pub mod failed_expectations;
pub mod feedback;
pub mod findings;
pub mod format;
pub mod judge;
pub mod library;
pub mod mismatches;
pub mod practice;
pub mod prediction;
pub mod progress;
pub mod race_result;
mod race_rules;
pub mod rehearsal;
pub mod roles;
pub mod rules;
pub mod sent_command;
pub mod sheet;
pub mod shown;
pub mod text_rules;
pub mod value;
