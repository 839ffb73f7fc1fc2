//! The hint after the cursor: the signature of the command or call that is being typed, and the remainder of a matching
//! history entry. The hint never reveals the answer to a step.

use std::ops::Range;

use rustyline::history::{History, SearchDirection};

use super::command_signature::expected_after;
use super::completion_context::{CompletionContext, OpenCall, command_of_words, completion_context, open_call};
use super::session_queries::SessionQueries;
use crate::session::COMMANDS;
use crate::session::dialect::Dialect;

/// The hint that is shown after the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hint {
    pub text: String,
    /// The byte range of the text that names the argument at the cursor.
    pub current_argument: Range<usize>,
    /// Number of bytes at the start of the text that the right arrow inserts.
    pub insertable: usize,
}

impl Hint {
    fn new(before: &str, current_argument: &str, after: &str) -> Self {
        let range = before.len()..before.len() + current_argument.len();
        Hint { text: format!("{before}{current_argument}{after}"), current_argument: range, insertable: 0 }
    }
}

/// Returns the signature of the command or call that is being typed at the end of `text`, as a hint. Returns `None` if
/// there is no such command or call, or if it accepts no more arguments.
pub fn signature_hint(text: &str, dialect: Dialect, queries: &SessionQueries) -> Option<Hint> {
    match completion_context(text, dialect) {
        CompletionContext::TutorName(name) => {
            let command = COMMANDS.iter().find(|command| command.name == name)?;
            let space = if command.arguments.is_empty() { "" } else { " " };
            Some(Hint::new(space, command.arguments, &format!("  {}", command.about)))
        }
        CompletionContext::TutorWord { .. } | CompletionContext::Nowhere if open_call(text, dialect).is_none() => None,
        CompletionContext::CliName(name) => cli_signature(" ", &[name]),
        CompletionContext::CliWord { words, word: "" } => cli_signature("", &words),
        CompletionContext::CliWord { words, .. } => cli_signature("  ", &words),
        _ => python_signature(&open_call(text, dialect)?, queries),
    }
}

fn cli_signature(space: &str, words: &[&str]) -> Option<Hint> {
    let command = command_of_words(words)?;
    let name_len = command.name.split(' ').count();
    let arguments = expected_after(command.syntax, words.get(name_len..).unwrap_or_default()).arguments;
    let (current, others) = arguments.split_first()?;
    let others: String = others.iter().map(|other| format!(" {other}")).collect();
    Some(Hint::new(space, current, &others))
}

fn python_signature(call: &OpenCall<'_>, queries: &SessionQueries) -> Option<Hint> {
    let prefix = format!("{}(", call.callee);
    let parameters = queries.ask(move |_, completer| completer.complete(&prefix))?;
    let (current, others) = remaining_parameters(&parameters, &call.arguments)?;
    // Spaces separate the hint from an argument that is being typed.
    let is_argument_begun = call.arguments.last().is_some_and(|argument| !argument.trim().is_empty());
    let space = if is_argument_begun { "  " } else { "" };
    let others: String = others.iter().map(|other| format!(", {other}")).collect();
    Some(Hint::new(space, &current, &(others + ")")))
}

/// Returns the parameter to which the last argument belongs, and the parameters that may follow. Returns `None` if the
/// call accepts no more arguments.
fn remaining_parameters(parameters: &[String], arguments: &[&str]) -> Option<(String, Vec<String>)> {
    let (last, before) = arguments.split_last()?;
    let given_names: Vec<String> = before.iter().filter_map(|argument| keyword_of(argument)).collect();
    let positional = before.len() - given_names.len();
    let mut left: Vec<String> = Vec::new();
    let mut used = 0;
    for parameter in parameters {
        if parameter == "*" {
            used = positional;
        } else if parameter.starts_with('*') && !parameter.starts_with("**") {
            // `*args` takes all remaining positional arguments. It also accepts the next one, so it stays in `left`.
            used = positional;
            left.push(parameter.clone());
        } else if used < positional {
            used += 1;
        } else if !given_names.iter().any(|name| name == parameter_name(parameter)) {
            left.push(parameter.clone());
        }
    }
    let current = match keyword_of(last) {
        Some(name) => {
            let index = left.iter().position(|parameter| parameter_name(parameter) == name);
            index.or_else(|| left.len().checked_sub(1))?
        }
        None => 0,
    };
    if left.is_empty() {
        return None;
    }
    let current = left.remove(current);
    Some((current, left))
}

/// Returns the name of a keyword argument, such as `ex` for `ex=10`. Returns `None` for a positional argument.
fn keyword_of(argument: &str) -> Option<String> {
    let (name, value) = argument.split_once('=')?;
    let name = name.trim();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (is_name && !value.starts_with('=')).then(|| name.to_owned())
}

fn parameter_name(parameter: &str) -> &str {
    parameter.split('=').next().unwrap_or_default()
}

/// Returns the remainder of the latest history entry that begins with `text` and for which `is_secret` is false.
/// Returns `None` if there is no such entry.
pub fn history_suffix(text: &str, history: &dyn History, is_secret: impl Fn(&str) -> bool) -> Option<String> {
    let mut index = history.len().checked_sub(1)?;
    loop {
        let found = history.starts_with(text, index, SearchDirection::Reverse).ok().flatten()?;
        let rest = &found.entry[text.len()..];
        if !rest.is_empty() && !rest.contains('\n') && !is_secret(&found.entry) {
            return Some(rest.to_owned());
        }
        index = found.idx.checked_sub(1)?;
    }
}

/// Returns whether a history entry is a line of an answer to the current step. Differences in spaces, kinds of quotes
/// and case are ignored.
pub fn is_answer_of_step(entry: &str, queries: &SessionQueries) -> bool {
    let entry = normalize(entry);
    let is_answer = queries.ask(move |session, _| {
        let Some((lesson, number)) = session.place() else { return false };
        let Some(step) = lesson.steps.get(number - 1) else { return false };
        let answers = step.answer.iter().chain(&step.also).map(|answer| answer.get_ref());
        answers.flat_map(|answer| answer.lines()).any(|line| normalize(line) == entry)
    });
    // If the session cannot be queried, the entry might be an answer, so it counts as one.
    is_answer.unwrap_or(true)
}

/// Removes whitespace, replaces double quotes with single quotes, and converts letters to lower case.
fn normalize(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '"' { '\'' } else { c.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustyline::history::MemHistory;

    #[test]
    fn a_signature_marks_the_argument_at_the_cursor() {
        let hint = |text| {
            signature_hint(text, Dialect::Both, &SessionQueries::new().expect("a pipe can be created"))
                .map(|hint| (hint.text[hint.current_argument.clone()].to_owned(), hint.text))
        };
        let cases = [
            ("HGET", Some(("key", " key field"))),
            ("HGET user:1 ", Some(("field", "field"))),
            ("HGET user:1", Some(("key", "  key field"))),
            ("HGET user:1 name ", None),
            ("x = 1", None),
            (":go", Some(("LESSON[/STEP]", " LESSON[/STEP]  go to a lesson, or to a step of it"))),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(current, whole): (&str, &str)| (current.to_owned(), whole.to_owned()));
            assert_eq!(hint(text), expected, "{text}");
        }
    }

    #[test]
    fn the_current_parameter_follows_from_the_arguments() {
        let remaining = |parameters: &str, arguments: &[&str]| {
            let parameters: Vec<String> = parameters.split(' ').map(str::to_owned).collect();
            remaining_parameters(&parameters, arguments).map(|(current, rest)| (current, rest.join(" ")))
        };
        let set = "name value ex=None px=None nx=False";
        let some = |current: &str, rest: &str| Some((current.to_owned(), rest.to_owned()));
        assert_eq!(remaining(set, &[""]), some("name", "value ex=None px=None nx=False"));
        assert_eq!(remaining(set, &["'a'", " "]), some("value", "ex=None px=None nx=False"));
        assert_eq!(remaining(set, &["'a'", " 1", " nx=True", " "]), some("ex=None", "px=None"));
        assert_eq!(remaining(set, &["'a'", " 1", " px="]), some("px=None", "ex=None nx=False"));
        assert_eq!(remaining("name *values", &["'q'", " 1", " 2", ""]), some("*values", ""));
        assert_eq!(remaining("name", &["'a'", ""]), None);
    }

    #[test]
    fn the_history_completes_a_line_unless_the_entry_is_secret() {
        let mut history = MemHistory::new();
        for entry in ["r.set('a', 1)", "r.set('b', 2)", "r.sadd('s', 'x')", "for i in x:\n    pass"] {
            history.add(entry).expect("the history is in memory");
        }
        let suffix = |text, secret: &str| history_suffix(text, &history, |entry| entry == secret);
        assert_eq!(suffix("r.s", "").as_deref(), Some("add('s', 'x')"));
        assert_eq!(suffix("r.set(", "").as_deref(), Some("'b', 2)"));
        assert_eq!(suffix("r.set(", "r.set('b', 2)").as_deref(), Some("'a', 1)"));
        assert_eq!(suffix("r.sadd('s', 'x')", ""), None);
        assert_eq!(suffix("for", ""), None);
        assert_eq!(normalize("r.set( \"A\", 1)"), normalize("r.set('a',1)"));
    }
}
