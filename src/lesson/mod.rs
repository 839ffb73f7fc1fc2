//! Lessons: their format, what must hold for a step to be done, and how far a learner is.

pub mod comparison;
pub mod differences;
pub mod evidence;
pub mod format;
pub mod judge;
pub mod library;
pub mod names;
pub mod practice;
pub mod prediction;
pub mod progress;
mod race_rules;
pub mod raced;
pub mod rehearsal;
pub mod rules;
pub mod sheet;
mod text_rules;
pub mod unmet;
pub mod value;
