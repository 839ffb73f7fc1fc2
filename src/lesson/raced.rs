//! What came of a race: the orders that were played, and in how many of them it went wrong.

use super::evidence::Failure;

/// All orders of a race, or as many as were played.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RaceResult {
    /// The clients, in the order in which `Turn` counts them.
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
    /// The first error that a program ended with.
    pub error: Option<ProgramError>,
    /// The first error of what is typed before all orders.
    pub start_error: Option<ProgramError>,
    /// The first error of the question that is asked at the end of each order.
    pub holds_error: Option<Failure>,
    /// The commands that the first client sent in the first order.
    pub commands: Vec<Vec<Vec<u8>>>,
}

/// A program that ended with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramError {
    /// The client whose program it was.
    pub who: String,
    /// The statement, or the line of redis-cli.
    pub line: String,
    pub error: Failure,
}

impl ProgramError {
    /// Whether the program is at fault, and not what another client or Redis did to it.
    pub fn is_broken(&self) -> bool {
        const BROKEN: [&str; 7] = [
            "NameError",
            "UnboundLocalError",
            "SyntaxError",
            "IndentationError",
            "TabError",
            "AttributeError",
            "ModuleNotFoundError",
        ];
        BROKEN.contains(&self.error.class.as_str())
            // A keyword or a number of arguments that a method doesn't take.
            || self.error.class == "TypeError" && self.error.message.contains("argument")
    }
}

/// One order, command by command.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Order {
    pub steps: Vec<Turn>,
    /// What the data said at its end, as Python shows it; none if the question raised an error.
    pub seen: Option<String>,
    pub holds: bool,
}

/// A client's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub who: usize,
    /// What it sent; nothing if it was answered by another's command, or ended.
    pub sent: String,
    /// What it was answered; nothing while it waits.
    pub got: String,
}

impl RaceResult {
    /// In how many orders it does not hold: `4 of 6`.
    pub fn score(&self) -> String {
        format!("{} of {}", self.bad, self.orders)
    }
}
