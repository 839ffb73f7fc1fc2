//! What is shown behind the cursor while a line is typed: how a command or a call goes on, and the last line of the
//! history that begins so. Never what a step wants.

use std::ops::Range;

use rustyline::history::{History, SearchDirection};

use super::completion_context::{Call, CompletionContext, call, command_of, place};
use super::live::Live;
use super::usage;
use crate::session::dialect::Dialect;
use crate::session::tutor::COMMANDS;

/// How what is typed could go on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggestion {
    pub text: String,
    /// The part that says what is being typed now.
    pub current: Range<usize>,
    /// How much of the text, from its start, can be taken over as it is.
    pub takes: usize,
}

impl Suggestion {
    fn of(lead: &str, current: &str, rest: &str) -> Self {
        let current_at = lead.len()..lead.len() + current.len();
        Suggestion { text: format!("{lead}{current}{rest}"), current: current_at, takes: 0 }
    }
}

/// The signature of what is typed at the end of `text`, with the current argument marked.
pub fn signature(text: &str, dialect: Dialect, live: &Live) -> Option<Suggestion> {
    match place(text, dialect) {
        CompletionContext::TutorName(name) => {
            let command = COMMANDS.iter().find(|command| command.name == name)?;
            let lead = if command.takes.is_empty() { "" } else { " " };
            Some(Suggestion::of(lead, command.takes, &format!("  {}", command.about)))
        }
        CompletionContext::TutorWord { .. } | CompletionContext::Nowhere if call(text, dialect).is_none() => None,
        CompletionContext::CliName(name) => cli_signature(" ", &[name]),
        CompletionContext::CliWord { words, word: "" } => cli_signature("", &words),
        CompletionContext::CliWord { words, .. } => cli_signature("  ", &words),
        _ => python_signature(&call(text, dialect)?, live),
    }
}

fn cli_signature(lead: &str, words: &[&str]) -> Option<Suggestion> {
    let command = command_of(words)?;
    let given = command.name.split(' ').count();
    let rest = usage::next(command.syntax, words.get(given..).unwrap_or_default()).rest;
    let (current, others) = rest.split_first()?;
    let others: String = others.iter().map(|other| format!(" {other}")).collect();
    Some(Suggestion::of(lead, current, &others))
}

fn python_signature(call: &Call<'_>, live: &Live) -> Option<Suggestion> {
    let asked = format!("{}(", call.callee);
    let parameters = live.ask(move |_, completer| completer.complete(&asked))?;
    let (current, others) = remaining(&parameters, &call.arguments)?;
    // Behind something that is being typed, it must not look like a part of it.
    let being_typed = call.arguments.last().is_some_and(|argument| !argument.trim().is_empty());
    let lead = if being_typed { "  " } else { "" };
    let others: String = others.iter().map(|other| format!(", {other}")).collect();
    Some(Suggestion::of(lead, &current, &(others + ")")))
}

/// The parameter that the last argument is for, and those that may follow.
fn remaining(parameters: &[String], arguments: &[&str]) -> Option<(String, Vec<String>)> {
    let (last, before) = arguments.split_last()?;
    let named = |argument: &str| {
        let (name, value) = argument.split_once('=')?;
        let name = name.trim();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        (is_name && !value.starts_with('=')).then(|| name.to_owned())
    };
    let name_of = |parameter: &str| parameter.split('=').next().unwrap_or_default().to_owned();
    let given: Vec<String> = before.iter().filter_map(|argument| named(argument)).collect();
    let by_position = before.len() - given.len();
    let mut left: Vec<String> = Vec::new();
    let mut used = 0;
    for parameter in parameters {
        if parameter == "*" {
            used = by_position;
        } else if parameter.starts_with('*') && !parameter.starts_with("**") {
            // It takes all that come.
            used = by_position;
            left.push(parameter.clone());
        } else if used < by_position {
            used += 1;
        } else if !given.contains(&name_of(parameter)) {
            left.push(parameter.clone());
        }
    }
    let current = match named(last) {
        Some(name) => {
            left.iter().position(|parameter| name_of(parameter) == name).or_else(|| left.len().checked_sub(1))?
        }
        None => 0,
    };
    if left.is_empty() {
        return None;
    }
    let current = left.remove(current);
    Some((current, left))
}

/// The rest of the latest entry that begins as `text` does; none that `is_secret` says is for the learner to find.
pub fn from_history(text: &str, history: &dyn History, is_secret: impl Fn(&str) -> bool) -> Option<String> {
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

/// Whether an entry does what the step that is open asks for: what it is typed with makes no difference.
pub fn answers_step(entry: &str, live: &Live) -> bool {
    let entry = bare(entry);
    let asked = live.ask(move |session, _| {
        let Some((lesson, number)) = session.place() else { return false };
        let Some(step) = lesson.steps.get(number - 1) else { return false };
        let answers = step.answer.iter().chain(&step.also).map(|answer| answer.get_ref());
        answers.flat_map(|answer| answer.lines()).any(|line| bare(line) == entry)
    });
    // While nothing can be asked, nothing is shown.
    asked.unwrap_or(true)
}

/// A line without what may be spelled one way or the other.
fn bare(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '"' { '\'' } else { c.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustyline::history::MemHistory;

    #[test]
    fn a_signature_says_what_is_typed_now_and_what_is_to_come() {
        let shown = |text| {
            signature(text, Dialect::Both, &Live::new().expect("a pipe can be made"))
                .map(|found| (found.text[found.current.clone()].to_owned(), found.text))
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
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn the_current_parameter_follows_from_the_arguments() {
        let of = |parameters: &str, arguments: &[&str]| {
            let parameters: Vec<String> = parameters.split(' ').map(str::to_owned).collect();
            remaining(&parameters, arguments).map(|(current, rest)| (current, rest.join(" ")))
        };
        let set = "name value ex=None px=None nx=False";
        let is = |current: &str, rest: &str| Some((current.to_owned(), rest.to_owned()));
        assert_eq!(of(set, &[""]), is("name", "value ex=None px=None nx=False"));
        assert_eq!(of(set, &["'a'", " "]), is("value", "ex=None px=None nx=False"));
        assert_eq!(of(set, &["'a'", " 1", " nx=True", " "]), is("ex=None", "px=None"));
        assert_eq!(of(set, &["'a'", " 1", " px="]), is("px=None", "ex=None nx=False"));
        assert_eq!(of("name *values", &["'q'", " 1", " 2", ""]), is("*values", ""));
        assert_eq!(of("name", &["'a'", ""]), None);
    }

    #[test]
    fn the_history_says_how_a_line_went_on_but_not_what_a_step_asks_for() {
        let mut history = MemHistory::new();
        for entry in ["r.set('a', 1)", "r.set('b', 2)", "r.sadd('s', 'x')", "for i in x:\n    pass"] {
            history.add(entry).expect("memory is there");
        }
        let rest = |text, secret: &str| from_history(text, &history, |entry| entry == secret);
        assert_eq!(rest("r.s", "").as_deref(), Some("add('s', 'x')"));
        assert_eq!(rest("r.set(", "").as_deref(), Some("'b', 2)"));
        assert_eq!(rest("r.set(", "r.set('b', 2)").as_deref(), Some("'a', 1)"));
        assert_eq!(rest("r.sadd('s', 'x')", ""), None);
        assert_eq!(rest("for", ""), None);
        assert_eq!(bare("r.set( \"A\", 1)"), bare("r.set('a',1)"));
    }
}
