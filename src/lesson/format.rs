//! The lesson format: a TOML file as data, each part with its place in the file.
//!
//! `parse` reads the file's shape: types, unknown keys, what is missing. What a lesson means, and whether its answers
//! are right, is `rules`' and `check`'s matter.

use serde::Deserialize;
use toml::Spanned;

use super::names;

/// The format that this program reads; a file says which it was written for.
pub const FORMAT: u32 = 1;

/// Keys that begin with the same letters, so many, may be taken for each other.
const LIKE: usize = 4;

/// A lesson, as its file says it.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    #[cfg_attr(test, schemars(with = "u32"))]
    pub format: Spanned<u32>,
    /// Stable: progress refers to it.
    #[cfg_attr(test, schemars(with = "String"))]
    pub id: Spanned<String>,
    pub title: String,
    /// How long it takes, about.
    pub minutes: u32,
    /// One line for the list of lessons.
    pub about: String,
    /// What is typed, unseen, before the first step.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub setup: Option<Spanned<String>>,
    /// What to remember, shown at the end: light Markdown.
    #[cfg_attr(test, schemars(with = "String"))]
    pub remember: Spanned<String>,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One step. Which kind it is, is told by the one key it has of `task`, `predict`, `choose`, `show`, `compare`,
/// `race`, `explore`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Unique in its lesson; progress refers to it.
    #[cfg_attr(test, schemars(with = "String"))]
    pub id: Spanned<String>,
    /// What there is to know before, in light Markdown.
    #[cfg_attr(test, schemars(with = "String"))]
    pub say: Spanned<String>,
    /// What to do, in a sentence.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub task: Option<Spanned<String>>,
    /// What to play with, until `expect` holds.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub explore: Option<Spanned<String>>,
    /// Lines whose output the learner is to predict; the last one's output counts.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub predict: Option<Spanned<String>>,
    /// A question with answers to choose from.
    pub choose: Option<Choose>,
    /// What the tutor types while the learner watches.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub show: Option<Spanned<String>>,
    /// Two ways to do the same, measured.
    pub compare: Option<Compare>,
    /// Programs of several clients, to be played in every order.
    pub race: Option<Race>,
    /// What to type, as at the prompt: blocks, several lines, `:client NAME` and other tutor commands too.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub answer: Option<Spanned<String>>,
    /// Other ways that must pass.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub also: Vec<Spanned<String>>,
    /// Three at most, each says more than the one before.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub hints: Vec<Spanned<String>>,
    /// What to say when the step is done.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub after: Option<Spanned<String>>,
    /// A key, or two of sets, to draw when the step is done, as after `:draw`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub draw: Option<Spanned<String>>,
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<Expect>"))]
    pub expect: Option<Spanned<Expect>>,
    #[serde(default, rename = "mistake")]
    pub mistakes: Vec<Mistake>,
}

/// What must hold for a step to be done: all that is given.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// What the data must say now.
    #[serde(default)]
    pub state: Vec<Probe>,
    /// The submission's last value, as Python shows it.
    pub reply: Option<String>,
    /// What the submission printed.
    pub output: Option<String>,
    /// Commands that the submission must have sent.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub uses: Vec<Spanned<String>>,
    /// Commands that it must not have sent.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub avoids: Vec<Spanned<String>>,
    /// Keys whose values and expiry times must be what they were at the step's start.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub unchanged: Vec<Spanned<String>>,
    /// The clients whose doing it must be: one of them sends what does the step, and each has sent something in it.
    #[serde(default)]
    pub by: Vec<String>,
    /// Clients that must be waiting for a reply now.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub waiting: Vec<Spanned<String>>,
    /// The error that the submission must end with: part of its text. For steps where the error is the lesson.
    pub error: Option<String>,
    /// What must hold when several clients run what was submitted at once, in whatever order.
    pub every_order: Option<EveryOrder>,
}

/// A question to the data, and its answer.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// A Python expression, or a line of redis-cli.
    #[cfg_attr(test, schemars(with = "String"))]
    pub run: Spanned<String>,
    /// What it must say, as Python shows it.
    pub reply: String,
}

/// A mistake that people make, and what to say to it.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Mistake {
    /// An example, tried by `check`.
    #[serde(rename = "try")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub example: Spanned<String>,
    #[cfg_attr(test, schemars(with = "When"))]
    pub when: Spanned<When>,
    pub say: String,
    /// Whether the step cannot be done any more after this mistake has changed the data, until `:again` or `:undo`.
    #[serde(default)]
    pub spoils: bool,
}

/// How a mistake is recognised: all that is given must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct When {
    /// Part of the error's class and text.
    pub error: Option<String>,
    /// Commands that were sent.
    #[serde(default)]
    pub uses: Vec<String>,
    /// Commands that were not sent.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// The submission's last value.
    pub reply: Option<String>,
    /// What was printed.
    pub output: Option<String>,
    #[serde(default)]
    pub state: Vec<Probe>,
}

/// A question with answers to choose from.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Choose {
    pub question: String,
    pub options: Vec<Choice>,
}

/// One of the answers.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub text: String,
    #[serde(default)]
    pub correct: bool,
    /// Why it is right or wrong.
    pub because: String,
}

/// Two ways to do the same, measured: commands, round trips, bytes in both directions, what they add to the memory, and lost
/// updates.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// The sizes for which both are measured, smallest first: the variable `n` is each of them in turn.
    #[cfg_attr(test, schemars(with = "Option<Vec<u32>>"))]
    pub grow: Option<Spanned<Vec<u32>>>,
    /// What `n` counts, as the learner reads it: `fields`.
    pub of: Option<String>,
    /// What is typed, unseen and unmeasured, before each of the programs.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub setup: Option<Spanned<String>>,
    /// How many clients run a program that `holds` something at once, in every order of their commands; two, if it is
    /// not said.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<usize>"))]
    pub clients: Option<Spanned<usize>>,
    pub left: Program,
    pub right: Program,
}

impl Compare {
    /// The sizes for which both are measured; none if it is done once.
    pub fn sizes(&self) -> Vec<u32> {
        self.grow.as_ref().map(|grow| grow.get_ref().clone()).unwrap_or_default()
    }

    /// How many clients run each program at once, to see whether updates get lost.
    pub fn clients(&self) -> usize {
        self.clients.as_ref().map_or(2, |clients| *clients.get_ref())
    }
}

/// A program that is measured. It runs on the step's data, which is put back afterwards.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Program {
    pub title: String,
    #[cfg_attr(test, schemars(with = "String"))]
    pub run: Spanned<String>,
    /// What the data says when several clients have run it and no update is lost.
    #[serde(default)]
    pub holds: Option<Probe>,
}

/// Programs of two or three clients, each cut at its commands. The learner says whose command is next, or has every order
/// played. Each order begins with the step's data, which is put back afterwards.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Race {
    /// What the learner is to find out, in a sentence.
    pub goal: String,
    /// What is typed, unseen, before the orders are played.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub start: Option<Spanned<String>>,
    /// What the data should say at the end of each order.
    pub holds: Probe,
    /// What it means if it does not, as half a sentence: `a view is lost`.
    pub lost: String,
    /// In how many orders it does not: `4 of 6`. `check` plays them all, and says if it is otherwise.
    #[cfg_attr(test, schemars(with = "String"))]
    pub loses: Spanned<String>,
    #[serde(rename = "client")]
    pub clients: Vec<Racer>,
}

impl Race {
    /// The program of the client at this index: its own, or that of the client before it.
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
    /// Its program, Python or lines of redis-cli; without one it runs what the client before it runs.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub run: Option<Spanned<String>>,
}

/// What was submitted, run by several clients at once: it must do in every order of their commands.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EveryOrder {
    /// What is typed, unseen, before the orders are played.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub start: Option<Spanned<String>>,
    /// What each client runs, if it is not the submission itself: a call of the function that was submitted.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub run: Option<Spanned<String>>,
    /// How many clients; two, if it is not said.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<usize>"))]
    pub clients: Option<Spanned<usize>>,
    /// What the data must say at the end of each order.
    pub holds: Probe,
    /// What it means if it does not, as half a sentence: `a view is lost`.
    pub lost: String,
}

/// What is wrong with a lesson file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The byte in the file; none when it is about the file as a whole.
    pub at: Option<usize>,
    /// What was seen, what was expected, what to write.
    pub message: String,
    /// What it comes of, each with its place.
    pub causes: Vec<Diagnostic>,
}

impl Diagnostic {
    pub fn new(at: Option<usize>, message: impl Into<String>) -> Self {
        Diagnostic { at, message: message.into(), causes: Vec::new() }
    }
}

/// Reads a lesson's file.
///
/// # Errors
/// What is no TOML, or has not the format's shape.
pub fn parse(text: &str) -> Result<Lesson, Diagnostic> {
    toml::from_str(text).map_err(|e| {
        let at = e.span().map(|span| span.start);
        one_of_several(text, e.message()).unwrap_or_else(|| Diagnostic::new(at, in_words(e.message())))
    })
}

/// What is wrong, where a table with one pair of brackets stands for one of several.
fn one_of_several(text: &str, message: &str) -> Option<Diagnostic> {
    if !message.starts_with("duplicate key") && !message.starts_with("invalid type: map") {
        return None;
    }
    let mut at = 0;
    text.split_inclusive('\n').find_map(|line| {
        let here = at;
        at += line.len();
        let name = line.split('#').next()?.trim().strip_prefix('[')?.strip_suffix(']')?;
        let is_of_several = ["step", "step.mistake", "step.choose.options", "step.race.client"].contains(&name);
        let message = format!("[{name}] is one of several: write [[{name}]]");
        is_of_several.then(|| Diagnostic::new(Some(here), message))
    })
}

/// What the reader of TOML says, in an author's words. Of a key that is unknown it is told which may be meant: the message
/// names those that are expected, in backticks.
fn in_words(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next().filter(|_| message.starts_with("unknown "));
    let nearest = unknown.and_then(|unknown| {
        let begins_alike = |known: &&str| unknown.get(..LIKE).is_some_and(|start| known.starts_with(start));
        names::nearest(unknown, quoted.clone()).or_else(|| quoted.find(begins_alike))
    });
    let message = message
        .replace("expected u32", "expected a whole number")
        .replace("expected usize", "expected a whole number")
        .replace("expected a sequence", "expected a list, in [ and ]");
    match nearest {
        // What it might have been besides is no news to whoever mistyped it.
        Some(nearest) => {
            let unknown = message.split_once(", expected ").map_or(message.as_str(), |(unknown, _)| unknown);
            format!("{unknown}. Did you mean `{nearest}`?")
        }
        None => message,
    }
}
