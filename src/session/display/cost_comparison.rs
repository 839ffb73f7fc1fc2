//! The costs of two programs, and how they grow with the data.

use crate::lesson::evidence::Traffic;

/// The cost of two programs for data of several sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostComparison {
    pub titles: [String; 2],
    /// The unit of the sizes: `fields`.
    pub unit: String,
    pub sizes: Vec<Size>,
}

/// The cost of the two programs for one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    pub n: u32,
    pub costs: [Measure; 2],
}

/// The cost of a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measure {
    pub traffic: Traffic,
    /// The number of bytes by which the keys' memory (MEMORY USAGE) grew.
    pub memory: usize,
}

impl Measure {
    /// Returns the number of bytes over the wire, in both directions.
    pub fn bytes(&self) -> usize {
        self.traffic.sent + self.traffic.received
    }
}
