//! What came of a race: the orders that were played, and in how many of them it went wrong.

use super::evidence::Failure;

/// All orders of a race, or as many as were played.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Raced {
    /// The clients, in the order in which `Taken` counts them.
    pub names: Vec<String>,
    /// How many orders were played.
    pub orders: usize,
    /// In how many of them it did not hold.
    pub bad: usize,
    /// Whether there are more orders than were played.
    pub cut: bool,
    /// The first order in which it did not hold.
    pub example: Option<Order>,
    /// The longest order, if some are longer than others: it shows who had to try again.
    pub longest: Option<Order>,
    /// How many turns the shortest order took.
    pub shortest: usize,
    /// The first error that a program ended with, and the client whose program it was.
    pub error: Option<(String, Failure)>,
    /// The commands that the first client sent in the first order.
    pub commands: Vec<Vec<Vec<u8>>>,
}

/// One order, command by command.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Order {
    pub steps: Vec<Taken>,
    /// What the data said at its end, as Python shows it; none if the question raised an error.
    pub seen: Option<String>,
    pub holds: bool,
}

/// A client's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub who: usize,
    /// What it sent; nothing if it was answered by another's command, or ended.
    pub sent: String,
    /// What it was answered; nothing while it waits.
    pub got: String,
}

impl Raced {
    /// In how many orders it does not hold: `4 of 6`.
    pub fn score(&self) -> String {
        format!("{} of {}", self.bad, self.orders)
    }
}
