//! The result of a race: the orders that were played, and the number of bad ones.

use super::evidence::Failure;

/// The result of playing all orders of a race, or as many as are allowed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RaceResult {
    /// The names of the clients. `Turn::who` is an index of this list.
    pub names: Vec<String>,
    /// Number of orders that were played.
    pub orders: usize,
    /// Number of bad orders: those after which the data is not as it should be.
    pub bad: usize,
    /// Whether some orders were not played, because there are too many.
    pub cut: bool,
    /// The first bad order that was found.
    pub example: Option<Order>,
    /// The longest order, or `None` if all orders are equally long. It shows which client had to try again.
    pub longest: Option<Order>,
    /// Number of turns in the shortest order.
    pub shortest: usize,
    /// The first error that ended a program.
    pub error: Option<ProgramError>,
    /// The first error in the code that is run before each order.
    pub start_error: Option<ProgramError>,
    /// The first error from the probe at the end of each order.
    pub holds_error: Option<Failure>,
    /// The commands that the first client sent in the first order.
    pub commands: Vec<Vec<Vec<u8>>>,
}

/// A program that ended with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramError {
    /// The name of the client that ran the program.
    pub who: String,
    /// The source of the submission that raised the error.
    pub line: String,
    pub error: Failure,
}

impl ProgramError {
    /// Returns whether the program itself is wrong. An error that another client or Redis caused does not count.
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
            // The call has a wrong keyword or a wrong number of arguments.
            || self.error.class == "TypeError" && self.error.message.contains("argument")
    }
}

/// The turns of several clients in one order, with the resulting data.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Order {
    pub steps: Vec<Turn>,
    /// The value of the probe at the end, as Python shows it. `None` if the probe raised an error.
    pub seen: Option<String>,
    /// Whether the data has the wanted value after the order.
    pub holds: bool,
}

/// A turn of one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The index of the client whose turn it is.
    pub who: usize,
    /// The command that was sent. Empty if the client only received a late reply, or ended.
    pub sent: String,
    pub outcome: TurnOutcome,
}

/// The result of a client's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnOutcome {
    /// The client waits for a reply.
    Waits,
    /// The client received this reply.
    Answered(String),
    /// The client's program ended with this error: `KeyError: 1`.
    Ended(String),
}

impl RaceResult {
    /// Returns the number of bad orders and of all orders: `4 of 6`.
    pub fn score(&self) -> String {
        format!("{} of {}", self.bad, self.orders)
    }
}
