//! Submissions: what a learner entered, and what happened as a result.

use super::value::{self, Value};
use redis_engine::commands;
use redis_engine::resp;

/// A submission records no more commands once it contains `MOST_COMMANDS`, or once it has sent more than
/// `MOST_COMMAND_BYTES`. Without these limits, a loop that sends commands forever would fill the memory.
const MOST_COMMANDS: usize = 100_000;
const MOST_COMMAND_BYTES: usize = 64 << 20;

/// An input that ran in a client, with its effects.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Submission {
    /// The name of the client in which the input ran.
    pub client: String,
    /// The source text of the input.
    pub source: String,
    /// The standard output, including echoed values but not tracebacks.
    pub output: String,
    /// The number of output bytes that were not kept, because there were too many.
    pub dropped_output: usize,
    /// The last value that Python echoed, or the last reply to a redis-cli line.
    pub value: Option<DisplayedValue>,
    /// The last error that the submission raised.
    pub error: Option<Failure>,
    /// Whether the submission ended with `error`, so that no statement ran after the one that raised it.
    pub failed: bool,
    /// The commands that were sent, in order. If there were too many, the last ones are missing.
    pub commands: Vec<Vec<Vec<u8>>>,
    /// The indices of the commands that Redis answered with an error.
    pub refused: Vec<usize>,
    /// The number of commands, round trips and bytes that the submission caused.
    pub traffic: Traffic,
    /// Whether any key changed while the submission ran.
    pub changed: bool,
    /// Whether the commands were sent by a TCP client through the port of `:serve`. If so, nothing was entered at the
    /// prompt, and no verdict is shown unless the step is done.
    pub is_from_real_client: bool,
}

/// The parts of an error that judging needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// The qualified name of the exception class. Empty for an error from redis-cli.
    pub class: String,
    pub message: String,
    /// The exit code that was passed to `sys.exit()`, if that call ended the submission.
    pub exit_status: Option<i32>,
}

impl Failure {
    /// Returns the class and the message in the form in which Python prints them.
    pub fn class_and_message(&self) -> String {
        if self.class.is_empty() { self.message.clone() } else { format!("{}: {}", self.class, self.message) }
    }
}

/// A value as it was shown to the learner.
#[derive(Debug, Clone, PartialEq)]
pub enum DisplayedValue {
    /// The `repr` of a Python value.
    Python(String),
    /// A reply to a redis-cli line.
    Cli(resp::value::Value),
}

/// A command from the learner, and the reply to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The name of the client that sent the command.
    pub client: String,
    pub command: Vec<Vec<u8>>,
    pub reply: resp::value::Value,
}

/// The traffic between a client and the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    pub commands: usize,
    pub round_trips: usize,
    /// Number of bytes that the client sent to the server.
    pub sent: usize,
    /// Number of bytes that the server sent to the client.
    pub received: usize,
}

impl Submission {
    /// Appends output up to a total of `most` bytes. Further bytes are only counted.
    pub fn keep_output(&mut self, text: &str, most: usize) {
        let room = if self.dropped_output > 0 { 0 } else { most.saturating_sub(self.output.len()) };
        let end = text.floor_char_boundary(room);
        self.output.push_str(&text[..end]);
        self.dropped_output += text.len() - end;
    }

    /// Records a command that was sent, unless the limit on commands or bytes has been reached. The command must
    /// already be counted in `traffic`.
    pub fn keep_command(&mut self, argv: Vec<Vec<u8>>) {
        if self.commands.len() < MOST_COMMANDS && (self.traffic.sent <= MOST_COMMAND_BYTES || self.commands.is_empty())
        {
            self.commands.push(argv);
        }
    }

    /// Records that Redis answered the last command with an error.
    pub fn note_refusal(&mut self) {
        let has_all = self.commands.len() == self.traffic.commands;
        self.refused.extend(self.commands.len().checked_sub(1).filter(|_| has_all));
    }

    /// Returns the names of the commands in upper case, with their subcommands. INCR becomes INCRBY, because redis-py
    /// sends it as INCRBY.
    pub fn command_names(&self) -> Vec<String> {
        self.commands.iter().map(|words| command_name(words)).collect()
    }

    /// Returns the arguments of all commands, without the commands' names.
    pub fn arguments(&self) -> Vec<String> {
        let words = self.commands.iter().flat_map(|command| command.iter().skip(1));
        words.map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    }

    /// Returns whether the submission is a redis-cli line that was queued in a transaction and has not run yet.
    pub fn is_queued(&self) -> bool {
        matches!(&self.value, Some(DisplayedValue::Cli(resp::value::Value::Simple(status))) if status == b"QUEUED")
    }

    /// If the submission is an EXEC in redis-cli, adds the commands that were queued before it, so that they count like
    /// the commands of a pipeline. `sent` contains all commands that were sent in the step.
    pub fn with_queued(mut self, sent: &[Vec<Vec<u8>>]) -> Submission {
        let is =
            |command: &[Vec<u8>], name: &str| matches!(command, [word] if word.eq_ignore_ascii_case(name.as_bytes()));
        if let [only] = self.commands.as_slice()
            && is(only, "EXEC")
            && let Some(begin) = sent.iter().rposition(|command| is(command, "MULTI"))
        {
            self.commands = sent[begin..].to_vec();
            // Until now, EXEC was the only command. If Redis answered it with an error, the error's index must become
            // that of the last command.
            self.refused.iter_mut().for_each(|index| *index = self.commands.len() - 1);
        }
        self
    }

    /// Returns whether the last line of the source text assigns its value to a variable instead of showing it.
    fn ends_with_assignment(&self) -> bool {
        let line = self.source.trim_end().lines().next_back().unwrap_or_default();
        let target = line.split(['(', '\'', '"']).next().unwrap_or_default();
        target.contains('=') && !["==", "!=", "<=", ">=", ":="].iter().any(|operator| target.contains(operator))
    }

    /// Returns whether the submission's output is `expected`, apart from trailing whitespace.
    pub fn prints(&self, expected: &str) -> bool {
        self.output.trim_end() == expected.trim_end()
    }

    /// Returns whether the last value that was shown, or the last line of output, is the Python value `expected`.
    pub fn shows(&self, expected: &str) -> bool {
        if expected == "None" && self.value.is_none() && self.output.is_empty() {
            // Python does not echo None, so a query without output returned None. A command that changes data is not a
            // query.
            return self.error.is_none() && !self.changed && !self.commands.is_empty() && !self.ends_with_assignment();
        }
        let is_shown_by = |line: &str| is_same(line, expected) || (self.value.is_none() && is_text(line, expected));
        self.value.as_ref().is_some_and(|shown| shown.is(expected))
            || self.output.lines().last().is_some_and(is_shown_by)
    }
}

/// Returns the name under which a command is compared with others: INCRBY for INCR, and DECRBY for DECR.
pub fn canonical(name: &str) -> String {
    let name = name.to_ascii_uppercase();
    match name.as_str() {
        "INCR" | "DECR" => format!("{name}BY"),
        _ => name,
    }
}

/// Returns a command's name in upper case, with its subcommand if it has one.
pub(super) fn command_name(words: &[Vec<u8>]) -> String {
    let word = |i: usize| words.get(i).map(|w| String::from_utf8_lossy(w).to_ascii_uppercase()).unwrap_or_default();
    match word(0).as_str() {
        container @ ("OBJECT" | "CLIENT" | "CONFIG" | "PUBSUB" | "COMMAND" | "MEMORY" | "DEBUG" | "XGROUP"
        | "XINFO") => {
            format!("{container} {}", word(1))
        }
        name => canonical(name),
    }
}

/// Returns the arguments of a command that are keys.
pub fn keys(words: &[Vec<u8>]) -> Vec<&[u8]> {
    let row = commands::by_name(&command_name(words));
    let positions =
        row.map(|row| row.keys.positions(words.len(), |at| words.get(at).map(Vec::as_slice))).unwrap_or_default();
    positions.into_iter().filter_map(|at| words.get(at)).map(Vec::as_slice).collect()
}

impl DisplayedValue {
    /// Returns whether this value equals the Python value `expected`.
    pub fn is(&self, expected: &str) -> bool {
        match self {
            DisplayedValue::Python(repr) => is_same(repr, expected),
            DisplayedValue::Cli(answer) => {
                value::parse_python(expected).is_some_and(|v| value::same_from_cli(&from_cli(answer), &v))
            }
        }
    }

    /// Parses the value. Returns `None` if it is not a plain Python value, such as a number, a string or a list.
    pub fn value(&self) -> Option<Value> {
        match self {
            DisplayedValue::Python(repr) => value::parse_python(repr),
            DisplayedValue::Cli(answer) => Some(from_cli(answer)),
        }
    }

    /// Returns the value with the types that Python would use for a value like `wanted`. For example, a flat list from
    /// redis-cli becomes a dict, a set or a list of pairs. Returns `None` if the value is not a plain value.
    pub fn value_like(&self, wanted: &str) -> Option<Value> {
        let found = self.value()?;
        Some(match (self, value::parse_python(wanted)) {
            (DisplayedValue::Cli(_), Some(wanted)) => value::from_cli_like(found, &wanted),
            _ => found,
        })
    }

    /// Returns the value as Python's `repr` would format it.
    pub fn repr(&self) -> String {
        match self {
            DisplayedValue::Python(repr) => repr.clone(),
            DisplayedValue::Cli(answer) => value::repr(&from_cli(answer)),
        }
    }
}

/// Returns whether a line of output equals the text of the Python string literal `expected`.
fn is_text(line: &str, expected: &str) -> bool {
    matches!(value::parse_python(expected), Some(Value::Text(text)) if text == line)
}

/// Returns whether two Python expressions have the same value. Expressions that are not plain values are compared as
/// text.
fn is_same(shown: &str, expected: &str) -> bool {
    match (value::parse_python(shown), value::parse_python(expected)) {
        (Some(a), Some(b)) => value::same(&a, &b),
        _ => shown.trim() == expected.trim(),
    }
}

/// Converts a redis-cli reply to a plain Python value.
pub(super) fn from_cli(answer: &resp::value::Value) -> Value {
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
