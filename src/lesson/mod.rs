//! Lessons: their format, what must hold for a step to be done, and how one leads through them.

pub mod format;
pub mod value;
