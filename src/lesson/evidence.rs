//! What a step is judged by: what was entered, and what came of it.

use super::value::{self, Value};
use redis_engine::commands;
use redis_engine::resp;

/// What a client entered, and what came of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Submission {
    /// The name of the client that entered it.
    pub client: String,
    pub source: String,
    /// What was written to standard output, echo included; tracebacks left out.
    pub output: String,
    /// The last value that was echoed or answered.
    pub value: Option<DisplayedValue>,
    /// The last error.
    pub error: Option<Failure>,
    /// Whether it ended with that error: no statement ran after the one that raised.
    pub failed: bool,
    /// The commands on the wire, in order.
    pub commands: Vec<Vec<Vec<u8>>>,
    /// The indexes of those that were answered with an error.
    pub refused: Vec<usize>,
    pub traffic: Traffic,
    /// Whether any key changed meanwhile.
    pub changed: bool,
}

/// An error, as far as it counts for judging.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// The qualified class; none for redis-cli's.
    pub class: String,
    pub message: String,
    /// `sys.exit()`'s status, if that is what was raised.
    pub exit_status: Option<i32>,
}

impl Failure {
    /// Class and message, as Python tells them.
    pub fn told(&self) -> String {
        if self.class.is_empty() { self.message.clone() } else { format!("{}: {}", self.class, self.message) }
    }
}

/// A value as it was shown.
#[derive(Debug, Clone, PartialEq)]
pub enum DisplayedValue {
    /// Python's `repr`.
    Python(String),
    /// An answer to a line of redis-cli.
    Cli(resp::value::Value),
}

/// What went over the wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    pub commands: usize,
    pub round_trips: usize,
    /// Bytes from the client to the server.
    pub sent: usize,
    /// Bytes from the server to the client.
    pub received: usize,
}

impl Submission {
    /// The commands' names in capitals, two words for those that have subcommands; counters by one name, since redis-py
    /// sends INCRBY for INCR.
    pub fn command_names(&self) -> Vec<String> {
        self.commands.iter().map(|words| command_name(words)).collect()
    }

    /// The names of the commands that did something: those that were refused are left out.
    pub fn performed(&self) -> Vec<String> {
        let done = self.commands.iter().enumerate().filter(|(index, _)| !self.refused.contains(index));
        done.map(|(_, words)| command_name(words)).collect()
    }

    /// Whether it was a line of redis-cli within a transaction: nothing has come of it yet.
    pub fn is_queued(&self) -> bool {
        matches!(&self.value, Some(DisplayedValue::Cli(resp::value::Value::Simple(status))) if status == b"QUEUED")
    }

    /// With the lines that an EXEC of redis-cli's runs, as a pipeline sends them with it; `sent` is all that was sent
    /// before and in it.
    pub fn with_queued(mut self, sent: &[Vec<Vec<u8>>]) -> Submission {
        let is =
            |command: &[Vec<u8>], name: &str| matches!(command, [word] if word.eq_ignore_ascii_case(name.as_bytes()));
        if let [only] = self.commands.as_slice()
            && is(only, "EXEC")
            && let Some(begin) = sent.iter().rposition(|command| is(command, "MULTI"))
        {
            self.commands = sent[begin..].to_vec();
            // What was refused was the EXEC.
            self.refused.iter_mut().for_each(|index| *index = self.commands.len() - 1);
        }
        self
    }

    /// Whether this is what was printed; ends of lines at the end count for nothing.
    pub fn prints(&self, expected: &str) -> bool {
        self.output.trim_end() == expected.trim_end()
    }

    /// Whether the last value, or the last line that was printed, is this value of Python's.
    pub fn shows(&self, expected: &str) -> bool {
        if expected == "None" && self.value.is_none() && self.output.is_empty() {
            // Python shows nothing for None: whatever was asked has answered so. What changed something was no question.
            return self.error.is_none() && !self.changed && !self.commands.is_empty();
        }
        self.value.as_ref().is_some_and(|shown| shown.is(expected))
            || self.output.lines().last().is_some_and(|line| is_same(line, expected))
    }
}

/// `INCR` is told as `INCRBY`, `DECR` as `DECRBY`: they count as one.
pub fn canonical(name: &str) -> String {
    let name = name.to_ascii_uppercase();
    match name.as_str() {
        "INCR" | "DECR" => format!("{name}BY"),
        _ => name,
    }
}

fn command_name(words: &[Vec<u8>]) -> String {
    let word = |i: usize| words.get(i).map(|w| String::from_utf8_lossy(w).to_ascii_uppercase()).unwrap_or_default();
    match word(0).as_str() {
        container @ ("OBJECT" | "CLIENT" | "CONFIG" | "PUBSUB" | "COMMAND" | "MEMORY" | "DEBUG") => {
            format!("{container} {}", word(1))
        }
        name => canonical(name),
    }
}

/// The keys that a command names.
pub fn keys(words: &[Vec<u8>]) -> Vec<&[u8]> {
    let count = |at: usize| std::str::from_utf8(words.get(at)?).ok()?.parse().ok();
    let row = commands::by_name(&command_name(words));
    let positions = row.map(|row| row.keys.positions(words.len(), count)).unwrap_or_default();
    positions.into_iter().filter_map(|at| words.get(at)).map(Vec::as_slice).collect()
}

impl DisplayedValue {
    /// Whether it is this value of Python's.
    pub fn is(&self, expected: &str) -> bool {
        match self {
            DisplayedValue::Python(repr) => is_same(repr, expected),
            DisplayedValue::Cli(answer) => {
                value::parse_python(expected).is_some_and(|v| value::same_from_cli(&from_cli(answer), &v))
            }
        }
    }

    /// As a value, if it is a plain one.
    pub fn value(&self) -> Option<Value> {
        match self {
            DisplayedValue::Python(repr) => value::parse_python(repr),
            DisplayedValue::Cli(answer) => Some(from_cli(answer)),
        }
    }

    /// As Python's `repr` would show it.
    pub fn repr(&self) -> String {
        match self {
            DisplayedValue::Python(repr) => repr.clone(),
            DisplayedValue::Cli(answer) => value::repr(&from_cli(answer)),
        }
    }
}

/// Whether two texts of Python's are the same value; what is no plain value compares as text.
fn is_same(shown: &str, expected: &str) -> bool {
    match (value::parse_python(shown), value::parse_python(expected)) {
        (Some(a), Some(b)) => value::same(&a, &b),
        _ => shown.trim() == expected.trim(),
    }
}

fn from_cli(answer: &resp::value::Value) -> Value {
    use resp::value::Value as Reply;
    let all = |items: &[Reply]| items.iter().map(from_cli).collect();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match answer {
        Reply::Simple(status) => Value::Text(text(status)),
        Reply::Error(message) => Value::Text(text(message)),
        Reply::Integer(n) => Value::Integer((*n).into()),
        Reply::Bulk(bytes) => Value::Bytes(bytes.clone()),
        Reply::Verbatim { text, .. } => Value::Bytes(text.clone()),
        Reply::Null | Reply::NullArray => Value::None,
        Reply::Array(items) | Reply::Push(items) => Value::Sequence(all(items)),
        Reply::Set(items) => Value::Set(all(items)),
        Reply::Double(digits) | Reply::BigNumber(digits) => {
            text(digits).parse().map_or_else(|_| Value::Text(text(digits)), Value::Float)
        }
        Reply::Boolean(yes) => Value::Bool(*yes),
        Reply::Map(pairs) => Value::Map(pairs.iter().map(|(k, v)| (from_cli(k), from_cli(v))).collect()),
        Reply::Attributed(_, reply) => from_cli(reply),
    }
}
