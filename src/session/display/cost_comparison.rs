//! The costs of two programs, and how the costs grow with the amount of data.

use crate::lesson::evidence::Traffic;

/// The costs of two programs, measured with data of one or more sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostComparison {
    pub titles: [String; 2],
    /// The unit of the sizes, such as `fields`.
    pub unit: String,
    pub sizes: Vec<Size>,
}

/// The costs of the two programs for data of one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    pub n: u32,
    pub costs: [Measure; 2],
}

/// The measured cost of one program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measure {
    pub traffic: Traffic,
    /// The number of bytes by which the memory used by the keys (MEMORY USAGE) grew.
    pub memory: usize,
}

impl Measure {
    /// Returns the number of bytes that were sent and received.
    pub fn bytes(&self) -> usize {
        self.traffic.sent + self.traffic.received
    }
}
