//! Data types for everything that a session shows. `render` lays them out as text.

pub mod cost_comparison;
pub mod lesson_status;
pub mod timeline;
pub mod wire;

/// Formats a number with a comma between groups of three digits.
pub fn with_commas(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group)).collect();
    groups.join(",")
}
