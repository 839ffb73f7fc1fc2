//! The format of lesson files: the data types for their TOML, with positions in the file for error messages.
//!
//! `parse` checks types, unknown keys and missing keys. `rules` checks everything else that can be checked without
//! running the lesson. `check` runs the lesson and its answers.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::messages::check as messages;
use crate::spelling;

/// The version of the format that this program reads. Each file states the version for which it was written.
pub const FORMAT: u32 = 1;

/// Length of the prefix that an unknown key must share with a known key for that key to be suggested.
const SAME_START: usize = 4;

/// A lesson, with the structure of its file.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    #[cfg_attr(test, schemars(with = "u32"))]
    pub format: Spanned<u32>,
    /// The id of the lesson. It must never change, because the learner's progress refers to it.
    #[cfg_attr(test, schemars(with = "String"))]
    pub id: Spanned<String>,
    pub title: String,
    /// Approximate duration, in minutes.
    pub minutes: u32,
    /// A one-line description, for the list of lessons.
    pub about: String,
    /// Code that runs before the first step. The learner does not see it.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub setup: Option<Spanned<String>>,
    /// The id of the step that `fast-track` asks: a task that only a learner who knows the lesson can do. The default
    /// is the last step with a task.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub fast_track: Option<Spanned<String>>,
    /// The summary at the end of the lesson, in light Markdown.
    #[cfg_attr(test, schemars(with = "String"))]
    pub remember: Spanned<String>,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

impl Lesson {
    /// Returns the index of the step that the fast track asks, or `None` if no step has a task.
    pub fn fast_track_step(&self) -> Option<usize> {
        let is_named = |step: &Step| self.fast_track.as_ref().is_none_or(|id| id.get_ref() == step.id.get_ref());
        self.steps.iter().rposition(|step| step.task.is_some() && is_named(step))
    }
}

/// A step. It has exactly one of the keys `task`, `predict`, `choose`, `show`, `compare`, `race` and `explore`, which
/// determines its kind.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The id of the step, unique in its lesson. It must never change, because the learner's progress refers to it.
    #[cfg_attr(test, schemars(with = "String"))]
    pub id: Spanned<String>,
    /// The explanation before the task, in light Markdown.
    #[cfg_attr(test, schemars(with = "String"))]
    pub say: Spanned<String>,
    /// What the learner must do, in a sentence.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub task: Option<Spanned<String>>,
    /// What the learner can try out until `expect` is met.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub explore: Option<Spanned<String>>,
    /// Code whose last line of output the learner must predict.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub predict: Option<Spanned<String>>,
    /// A multiple-choice question.
    pub choose: Option<Choose>,
    /// Code that the tutor types while the learner watches.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub show: Option<Spanned<String>>,
    /// Two programs for the same purpose, whose costs are measured and compared.
    pub compare: Option<Compare>,
    /// Programs of several clients, which are run in every order of the clients' commands.
    pub race: Option<Race>,
    /// The lines that complete the step. Like the learner's input, they can contain blocks and tutor commands.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub answer: Option<Spanned<String>>,
    /// Other inputs that must also complete the step.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub also: Vec<Spanned<String>>,
    /// Up to three hints, each more helpful than the previous one.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub hints: Vec<Spanned<String>>,
    /// The text that is shown after the step is done.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub after: Option<Spanned<String>>,
    /// The key that is drawn after the step is done, as `:draw` would draw it. Two keys that hold sets are also
    /// allowed.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub draw: Option<Spanned<String>>,
    /// Roles: placeholders for keys that the learner names. Maps each role to the key that `answer` uses. In `expect`,
    /// in mistakes and in hints, `{role}` stands for the learner's key.
    #[serde(default)]
    pub roles: BTreeMap<String, String>,
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<Expect>"))]
    pub expect: Option<Spanned<Expect>>,
    #[serde(default, rename = "mistake")]
    pub mistakes: Vec<Mistake>,
    /// Variations of the answers that `check` generates and for which it accepts a different verdict.
    #[serde(default, rename = "exempt")]
    #[cfg_attr(test, schemars(with = "Vec<Exemption>"))]
    pub exemptions: Vec<Spanned<Exemption>>,
}

/// The expectations of a step. All of those that are given must be met.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Queries that run after the submission, with the values that they must show.
    #[serde(default)]
    pub state: Vec<Probe>,
    /// The last value of the submission, as Python shows it. The value is also accepted in another notation: decoded,
    /// printed in a loop, or as part of a sentence.
    pub reply: Option<String>,
    /// Whether `reply` is accepted only in its own notation, with its exact type. For steps about types, such as bytes
    /// and text.
    #[serde(default)]
    pub exactly: bool,
    /// The output that the submission must have. Trailing whitespace is ignored.
    pub output: Option<String>,
    /// Commands that the submission must have sent, on a key on which the answer sends them. `LMOVE|BLMOVE` means
    /// either of the two commands.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub uses: Vec<Spanned<String>>,
    /// Commands that must have been sent in the step, in redis-cli syntax. `*` stands for any argument, and `**` for
    /// any number of arguments. Further arguments are always allowed at the end. `BLPOP|BRPOP queue 10` means either of
    /// the two commands. `phone: SET k v` must have been sent by the client `phone`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub sent: Vec<Spanned<String>>,
    /// For each of these commands, the minimum number of times that it must have been sent in the step.
    #[serde(default)]
    pub at_least: BTreeMap<String, usize>,
    /// Variables that the submission's client must have assigned in the step.
    #[serde(default)]
    pub assigns: Vec<String>,
    /// Commands that the submission must not have sent.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub avoids: Vec<Spanned<String>>,
    /// Keys whose values and expiry times must be the same as at the start of the step.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub unchanged: Vec<Spanned<String>>,
    /// The clients that must take part. One of them must complete the step, and each of them must have sent a command
    /// in it.
    #[serde(default)]
    pub by: Vec<String>,
    /// Clients that must be waiting for a reply. They must have started to wait in this order.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub waiting: Vec<Spanned<String>>,
    /// A substring of the error with which the submission must end, for steps that teach about this error.
    pub error: Option<String>,
    /// What must hold when several clients run the submission concurrently, in every order of their commands.
    pub every_order: Option<EveryOrder>,
}

/// A query, and the value that it must show.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// A Python expression, or a redis-cli line.
    #[cfg_attr(test, schemars(with = "String"))]
    pub run: Spanned<String>,
    /// The value that the query must show, in Python's notation.
    pub reply: String,
}

/// A common mistake, and the text that is shown to learners who make it.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Mistake {
    /// An example of the mistake, which `check` types.
    #[serde(rename = "try")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub example: Spanned<String>,
    #[cfg_attr(test, schemars(with = "When"))]
    pub when: Spanned<When>,
    pub say: String,
    /// Whether the mistake changes the data so much that the step can be done only after `:again` or `:undo`.
    #[serde(default)]
    pub spoils: bool,
}

/// A variation of an answer that is exempt from the verdict that `check` requires. If it is a rewording, it may be
/// rejected. If it contains a mistake, it may be accepted, or get no feedback.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// The name of the rule that generates the variation, as shown by `check`.
    pub rule: String,
    /// The lines of the variation. By default, all variations that the rule generates are exempt.
    #[serde(rename = "try")]
    pub example: Option<String>,
    /// The reason for the exemption.
    pub because: String,
}

/// The conditions by which a mistake is recognised. All of those that are given must hold.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct When {
    /// A substring of the error's class and message.
    pub error: Option<String>,
    /// Commands that the submission must have sent. `RPUSH|LPUSH` means either of the two commands.
    #[serde(default)]
    pub uses: Vec<String>,
    /// Commands that the submission must not have sent, or arguments that none of its commands may have, such as `NX`.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// Arguments that must occur in the submission's commands, such as `NX`.
    #[serde(default)]
    pub has: Vec<String>,
    /// Commands that the submission must have sent, in redis-cli syntax. `*` stands for any argument, and `**` for any
    /// number of arguments. Further arguments are always allowed at the end.
    #[serde(default)]
    pub sent: Vec<String>,
    /// Commands that must have been sent in the step in this order. Other commands may have been sent in between.
    #[serde(default)]
    pub order: Vec<String>,
    /// Substrings of the text that was entered. Whitespace is ignored.
    #[serde(default)]
    pub typed: Vec<String>,
    /// The last value that the submission must show, with the right type.
    pub reply: Option<String>,
    /// The last value that the submission must show, in any notation.
    pub value: Option<String>,
    /// The output that the submission must have. Trailing whitespace is ignored.
    pub output: Option<String>,
    #[serde(default)]
    pub state: Vec<Probe>,
}

/// A multiple-choice question.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Choose {
    pub question: String,
    pub options: Vec<Choice>,
}

/// One of the options of a multiple-choice question.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub text: String,
    #[serde(default)]
    pub correct: bool,
    /// The reason why the option is right or wrong.
    pub because: String,
}

/// Two programs for the same purpose, of which the commands, the round trips, the bytes in both directions, the memory
/// and the lost updates are compared.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// The sizes of data for which both programs are measured, smallest first. The variable `n` contains the current
    /// size.
    #[cfg_attr(test, schemars(with = "Option<Vec<u32>>"))]
    pub grow: Option<Spanned<Vec<u32>>>,
    /// The unit of `n` that is shown to the learner, such as `fields`.
    pub of: Option<String>,
    /// Code that runs before each program. It is not measured, and the learner does not see it.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub setup: Option<Spanned<String>>,
    /// Number of clients that run each program concurrently, in every order of their commands, if the programs have
    /// `holds`. The default is two.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<usize>"))]
    pub clients: Option<Spanned<usize>>,
    pub left: Program,
    pub right: Program,
}

impl Compare {
    /// Returns the sizes of data for which both programs are measured. The list is empty if each program is measured
    /// once, without a size.
    pub fn sizes(&self) -> Vec<u32> {
        self.grow.as_ref().map(|grow| grow.get_ref().clone()).unwrap_or_default()
    }

    /// Returns the number of clients that run each program in a race, to count lost updates.
    pub fn clients(&self) -> usize {
        self.clients.as_ref().map_or(2, |clients| *clients.get_ref())
    }
}

/// A program that is measured. It runs on the step's data, which is restored afterwards.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Program {
    pub title: String,
    #[cfg_attr(test, schemars(with = "String"))]
    pub run: Spanned<String>,
    /// The value that the data must have after several clients have run the program, if no update is lost.
    #[serde(default)]
    pub holds: Option<Probe>,
}

/// Programs of two or three clients, run command by command. The learner chooses which client sends the next command,
/// or lets the tutor play every order of the commands. Each order starts with the step's data, which is restored
/// afterwards.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Race {
    /// What the learner must find out, in a sentence.
    pub goal: String,
    /// Code that runs before the clients' programs. The learner does not see it.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub start: Option<Spanned<String>>,
    /// The value that the data should have after each order of the clients' commands.
    pub holds: Probe,
    /// What it means if `holds` fails, as a clause such as `a view is lost`.
    pub lost: String,
    /// How many of the possible orders of the clients' commands make `holds` fail, such as `4 of 6`. `check` plays
    /// every order and verifies both numbers.
    #[cfg_attr(test, schemars(with = "String"))]
    pub loses: Spanned<String>,
    #[serde(rename = "client")]
    pub clients: Vec<Racer>,
}

impl Race {
    /// Returns the program of the client at this index. If it has no program of its own, the program is that of the
    /// nearest client before it that has one.
    pub fn program_of(&self, index: usize) -> Option<&Spanned<String>> {
        self.clients.iter().take(index + 1).rev().find_map(|client| client.run.as_ref())
    }
}

/// A client that takes part in a race.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Racer {
    #[cfg_attr(test, schemars(with = "String"))]
    pub name: Spanned<String>,
    /// The client's program, in Python or as redis-cli lines. The default is the program of the previous client.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub run: Option<Spanned<String>>,
}

/// What must hold when several clients run the submission concurrently, in every order of their commands.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EveryOrder {
    /// Code that runs before the clients' programs. The learner does not see it.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub start: Option<Spanned<String>>,
    /// What each client runs, such as a call to the function that the learner submitted. The default is the submission
    /// itself.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub run: Option<Spanned<String>>,
    /// Number of clients that run the submission concurrently. The default is two.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<usize>"))]
    pub clients: Option<Spanned<usize>>,
    /// The value that the data must have after each order of the clients' commands.
    pub holds: Probe,
    /// What it means if `holds` fails, as a clause such as `a view is lost`.
    pub lost: String,
}

/// A problem in a lesson file, with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The position in the file, as a byte offset. `None` if the problem concerns the whole file.
    pub at: Option<usize>,
    /// A message that says what was found, what was expected, and how to correct it.
    pub message: String,
    /// The causes of the problem, each with its own position.
    pub causes: Vec<Diagnostic>,
}

impl Diagnostic {
    pub fn new(at: Option<usize>, message: impl Into<String>) -> Self {
        Diagnostic { at, message: message.into(), causes: Vec::new() }
    }
}

/// Parses a lesson file.
///
/// # Errors
/// Returns an error if the text is not valid TOML, or does not have the structure of a lesson.
pub fn parse(text: &str) -> Result<Lesson, Diagnostic> {
    toml::from_str(text).map_err(|e| {
        let at = e.span().map(|span| span.start);
        single_brackets(text, e.message()).unwrap_or_else(|| Diagnostic::new(at, for_authors(e.message())))
    })
}

/// Returns whether `text` is a valid id or client name.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Returns an error for the first table in single brackets that must be in double brackets, because a file can have
/// several tables of this name.
fn single_brackets(text: &str, message: &str) -> Option<Diagnostic> {
    if !message.starts_with("duplicate key") && !message.starts_with("invalid type: map") {
        return None;
    }
    let mut at = 0;
    text.split_inclusive('\n').find_map(|line| {
        let start = at;
        at += line.len();
        let name = line.split('#').next()?.trim().strip_prefix('[')?.strip_suffix(']')?;
        let can_be_several = ["step", "step.mistake", "step.choose.options", "step.race.client"].contains(&name);
        can_be_several.then(|| Diagnostic::new(Some(start), messages::single_brackets(name)))
    })
}

/// Rewrites a message from the TOML parser for lesson authors. If a key is unknown, suggests one of the expected keys,
/// which the parser's message lists in backticks.
fn for_authors(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next().filter(|_| message.starts_with("unknown "));
    let suggestion = unknown.and_then(|unknown| {
        let has_same_start = |known: &&str| unknown.get(..SAME_START).is_some_and(|start| known.starts_with(start));
        spelling::nearest(unknown, quoted.clone()).or_else(|| quoted.find(has_same_start))
    });
    let message = message
        .replace("expected u32", &messages::expected_whole_number())
        .replace("expected usize", &messages::expected_whole_number())
        .replace("expected a sequence", &messages::expected_list());
    match suggestion {
        // If one key is suggested, the list of all expected keys is not needed.
        Some(suggestion) => {
            let error = message.split_once(", expected ").map_or(message.as_str(), |(error, _)| error);
            messages::unknown_key(error, suggestion)
        }
        None => message,
    }
}
