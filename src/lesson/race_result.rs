//! The result of a race: how many orders of the clients' commands were played, and how many of them were bad.

use super::evidence::Failure;

/// The result of playing all orders of the clients' commands in a race, or as many as the limit allows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RaceResult {
    /// The names of the clients. `Turn::who` is an index into this list.
    pub names: Vec<String>,
    /// Number of orders of the clients' commands that were played.
    pub orders: usize,
    /// Number of bad orders of the clients' commands, after which the data does not have the right value.
    pub bad: usize,
    /// Whether some orders of the clients' commands were not played, because there are too many.
    pub cut: bool,
    /// The first bad order of the clients' commands, if there is one.
    pub example: Option<Order>,
    /// The order with the most turns, or `None` if all orders have equally many. It shows which client had to retry.
    pub longest: Option<Order>,
    /// Number of turns in the shortest order that was played.
    pub shortest: usize,
    /// The first error that ended one of the clients' programs.
    pub error: Option<ProgramError>,
    /// The first error in the code that prepares the data.
    pub start_error: Option<ProgramError>,
    /// The first error that was raised by the probe that checks the data.
    pub holds_error: Option<Failure>,
    /// The commands that the first client sent in the first order of turns.
    pub commands: Vec<Vec<Vec<u8>>>,
}

/// A program that ended with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramError {
    /// The name of the client that ran the program.
    pub who: String,
    /// The source text of the submission that raised the error.
    pub line: String,
    pub error: Failure,
}

impl ProgramError {
    /// Returns whether the program itself is wrong. Errors that another client or Redis caused do not count.
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
            // A TypeError about an argument means that a call has a wrong keyword argument, or a wrong number of
            // arguments.
            || self.error.class == "TypeError" && self.error.message.contains("argument")
    }
}

/// One order of the clients' turns, with the result of the probe after the last turn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Order {
    pub steps: Vec<Turn>,
    /// The value that the probe showed at the end, in Python's notation, or `None` if the probe raised an error.
    pub seen: Option<String>,
    /// Whether the data had the expected value at the end.
    pub holds: bool,
}

/// One client's turn in a race.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The index of the client whose turn it is.
    pub who: usize,
    /// The command that was sent. Empty if the client only received a late reply, or its program ended.
    pub sent: String,
    pub outcome: TurnOutcome,
}

/// The result of a client's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnOutcome {
    /// The client is waiting for a reply.
    Waits,
    /// The client received this reply.
    Answered(String),
    /// The client's program ended with this error, such as `KeyError: 1`.
    Ended(String),
}

impl RaceResult {
    /// Returns the number of bad orders out of all orders of the clients' commands, such as `4 of 6`.
    pub fn score(&self) -> String {
        format!("{} of {}", self.bad, self.orders)
    }
}
