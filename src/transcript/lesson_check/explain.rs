//! Explains to authors why an answer does not complete its step, and why a mistake is not recognised.

use toml::Spanned;

use crate::lesson::comparison::Comparison;
use crate::lesson::evidence::{Failure, Submission};
use crate::lesson::failed_expectations::{FailedCondition, FailedExpectation, failed_conditions, failed_expectations};
use crate::lesson::feedback::{command_list, misspelling_sentence};
use crate::lesson::findings::Findings;
use crate::lesson::format::{Diagnostic, EveryOrder, Expect, Probe, When};
use crate::lesson::judge::Judged;
use crate::lesson::mismatches::misspelling_in_probe;
use crate::lesson::race_result::RaceResult;
use crate::markup::code;
use crate::messages::check as messages;

/// Returns a diagnostic for each expectation that a submission does not meet.
pub fn unmet_expectations(expect: &Spanned<Expect>, judged: &Judged) -> Vec<Diagnostic> {
    let Judged { submission, findings, .. } = judged;
    let failed = failed_expectations(expect.get_ref(), submission, findings);
    failed.into_iter().flat_map(|failed| unmet_expectation(failed, expect, submission, findings)).collect()
}

fn unmet_expectation(
    failed: FailedExpectation<'_>,
    expect: &Spanned<Expect>,
    submission: &Submission,
    findings: &Findings,
) -> Vec<Diagnostic> {
    let expect_at = expect.span().start;
    let (at, message) = match failed {
        FailedExpectation::Client(_) => {
            let wanted: Vec<String> = expect.get_ref().by.iter().map(|name| code(name)).collect();
            (expect_at, messages::by_other_client(wanted.join(", "), code(&submission.client)))
        }
        FailedExpectation::Error(wanted) => {
            let message = match &submission.error {
                Some(error) => messages::other_error_raised(code(wanted), code(&error.class_and_message())),
                None => messages::error_not_raised(code(wanted)),
            };
            (expect_at, message)
        }
        FailedExpectation::Reply(wanted) => (expect_at, messages::reply_differs(code(wanted), last_value(submission))),
        FailedExpectation::Output(wanted) => {
            (expect_at, messages::output_differs(code(wanted.trim_end()), output(submission)))
        }
        FailedExpectation::Uses(name) => {
            let sent = command_list(&submission.command_names());
            (name.span().start, messages::uses_not_sent(code(name.get_ref()), sent))
        }
        FailedExpectation::UsesOtherKey { names, wanted, actual } => {
            let actual = actual.map_or_else(messages::no_key, |key| code(&key));
            (names.span().start, messages::used_on_other_key(code(names.get_ref()), code(&wanted), actual))
        }
        FailedExpectation::Sent(line) => {
            (line.span().start, messages::not_sent_in_step(code(line.get_ref()), lines(&findings.sent)))
        }
        FailedExpectation::AtLeast { name, wanted, sent, .. } => {
            (expect_at, messages::sent_too_seldom(code(name), wanted, sent))
        }
        FailedExpectation::Assigns(name) => (expect_at, messages::variable_not_set(code(name))),
        FailedExpectation::WaitingOrder { first, second } => {
            (expect_at, messages::waiting_order(code(second), code(first)))
        }
        FailedExpectation::Avoids(name) => (name.span().start, messages::avoids_sent(code(name.get_ref()))),
        FailedExpectation::State(probe) => (probe.run.span().start, unmet_state(probe, submission, findings)),
        FailedExpectation::Unchanged(key) => (key.span().start, messages::unchanged_key_changed(code(key.get_ref()))),
        FailedExpectation::EveryOrder(every_order) => {
            return unmet_every_order(every_order, findings.race_result.as_ref());
        }
        FailedExpectation::Waiting(name) => {
            (name.span().start, messages::client_waits_for_nothing(code(name.get_ref())))
        }
    };
    vec![Diagnostic::new(Some(at), message)]
}

/// Returns a sentence for each of a mistake's conditions that a submission does not meet.
pub fn unmet_conditions(when: &When, submission: &Submission, findings: &Findings) -> Vec<String> {
    let failed = failed_conditions(when, submission, findings);
    failed.iter().map(|failed| unmet_condition(failed, submission, findings)).collect()
}

fn unmet_condition(failed: &FailedCondition<'_>, submission: &Submission, findings: &Findings) -> String {
    match failed {
        FailedCondition::Error { wanted, raised: None } => messages::when_no_error(code(wanted)),
        FailedCondition::Error { wanted, raised: Some(raised) } => {
            messages::when_other_error(code(wanted), code(raised))
        }
        FailedCondition::Uses { wanted, sent } => messages::when_uses_not_sent(code(wanted), command_list(sent)),
        FailedCondition::Lacks { unwanted } => messages::when_lacks_sent(code(unwanted)),
        FailedCondition::Has { wanted } => messages::when_word_not_sent(code(wanted)),
        FailedCondition::Sent { wanted } => messages::when_command_not_sent(code(wanted), lines(&submission.commands)),
        FailedCondition::Order { wanted } => messages::when_order_differs(wanted.join(", ")),
        FailedCondition::Typed { wanted } => messages::when_not_typed(code(wanted)),
        FailedCondition::Value { wanted } => messages::when_value_not_shown(code(wanted), last_value(submission)),
        FailedCondition::Reply { wanted } => messages::when_reply_differs(code(wanted), last_value(submission)),
        FailedCondition::Output { wanted } => messages::when_output_differs(code(wanted), output(submission)),
        FailedCondition::State(probe) => {
            let (source, wanted) = (code(probe.run.get_ref()), code(&probe.reply));
            match findings.probe_result(probe.run.get_ref()) {
                Some(Ok(actual)) => messages::when_state_differs(source, wanted, code(&actual.repr())),
                Some(Err(error)) => messages::when_state_raises(source, wanted, code(&error.class_and_message())),
                None => messages::when_state_not_asked(source, wanted),
            }
        }
    }
}

/// Formats commands as redis-cli lines, separated by commas.
fn lines(commands: &[Vec<Vec<u8>>]) -> String {
    let line = |words: &Vec<Vec<u8>>| {
        code(&words.iter().map(|word| String::from_utf8_lossy(word)).collect::<Vec<_>>().join(" "))
    };
    let lines: Vec<String> = commands.iter().map(line).collect();
    if lines.is_empty() { messages::nothing() } else { lines.join(", ") }
}

fn last_value(submission: &Submission) -> String {
    submission.value.as_ref().map_or_else(messages::nothing, |value| code(&value.repr()))
}

fn output(submission: &Submission) -> String {
    let output = submission.output.trim_end();
    if output.is_empty() { messages::nothing() } else { code(output) }
}

fn unmet_state(probe: &Probe, submission: &Submission, findings: &Findings) -> String {
    let (actual, misspelling) = match findings.probe_result(probe.run.get_ref()) {
        Some(Ok(actual)) => (code(&actual.repr()), misspelling_in_probe(probe, actual, submission)),
        Some(Err(error)) => return probe_error(probe, error, "setup"),
        None => (messages::nothing(), None),
    };
    let compared = Comparison::parse(probe)
        .and_then(|comparison| Some((comparison.expression, findings.probe_value(comparison.expression)?)));
    let (source, wanted) = (code(probe.run.get_ref()), code(&probe.reply));
    let message = match compared {
        Some((expression, value)) => {
            messages::state_differs_in_value(source, actual, wanted, code(expression), code(&value.repr()))
        }
        None => messages::state_differs(source, actual, wanted),
    };
    match misspelling {
        Some(misspelling) => format!("{message}. {}", misspelling_sentence(&misspelling)),
        None => message,
    }
}

/// Returns a message about a probe that raises an error. `key` is the key in the lesson file whose code the tutor's
/// client runs before the probe.
fn probe_error(probe: &Probe, error: &Failure, key: &str) -> String {
    let (source, text) = (code(probe.run.get_ref()), code(&error.class_and_message()));
    if error.class == "NameError" {
        messages::probe_raises_name_error(source, text, key)
    } else {
        messages::probe_raises(source, text)
    }
}

fn unmet_every_order(every_order: &EveryOrder, result: Option<&RaceResult>) -> Vec<Diagnostic> {
    let at = every_order.holds.run.span().start;
    let Some(result) = result else {
        let (at, message) = match &every_order.run {
            Some(run) => (run.span().start, messages::no_order_run_undefined(code(run.get_ref()))),
            None => (at, messages::no_order_nothing_sent()),
        };
        return vec![Diagnostic::new(Some(at), message)];
    };
    let start = ("start", every_order.start.as_ref());
    let broken = broken_race(result, start, &every_order.holds, |_| every_order.run.as_ref());
    if !broken.is_empty() {
        return broken;
    }
    if let Some(ended) = result.error.as_ref().filter(|_| result.bad == 0) {
        let message = messages::program_ends_with(&ended.who, code(&ended.error.class_and_message()));
        return vec![Diagnostic::new(Some(at), message)];
    }
    let actual = result.example.as_ref().and_then(|order| order.seen.as_deref()).unwrap_or_default();
    let (source, wanted) = (code(every_order.holds.run.get_ref()), code(&every_order.holds.reply));
    let message = messages::orders_lose(result.score(), &every_order.lost, source, code(actual), wanted);
    vec![Diagnostic::new(Some(at), message)]
}

/// Returns the first line of a statement, with an ellipsis if more lines follow.
pub fn first_line(source: &str) -> String {
    match source.trim_end().split_once('\n') {
        Some((first, _)) => format!("{first} …"),
        None => source.trim_end().to_owned(),
    }
}

/// Returns the line at which an error was raised, if it is a SyntaxError whose message contains the line number.
/// Otherwise, returns the first line.
pub fn line_of_error(source: &str, error: &Failure) -> String {
    let number = error.message.strip_suffix(')').and_then(|message| message.rsplit_once("(<stdin>, line "));
    let number = number.and_then(|(_, number)| number.parse::<usize>().ok()?.checked_sub(1));
    number.and_then(|number| source.lines().nth(number)).map_or_else(|| first_line(source), str::to_owned)
}

/// Returns a diagnostic for each broken part of a race: its start code and its probe, or, if both work, a program.
///
/// `start` is the code that runs before each order of the clients' commands, and `key` is its key in the lesson file.
/// `program` returns the program of the client with the given name.
pub fn broken_race<'a>(
    result: &RaceResult,
    (key, start): (&str, Option<&Spanned<String>>),
    holds: &Probe,
    program: impl Fn(&str) -> Option<&'a Spanned<String>>,
) -> Vec<Diagnostic> {
    let holds_at = holds.run.span().start;
    let start_error = result.start_error.as_ref().map(|ended| {
        let at = start.map_or(holds_at, |start| start.span().start);
        let line = line_of_error(&ended.line, &ended.error);
        Diagnostic::new(Some(at), messages::start_raises(key, quoted(&line), ended.error.class_and_message()))
    });
    let holds_error =
        result.holds_error.as_ref().map(|error| Diagnostic::new(Some(holds_at), probe_error(holds, error, key)));
    let program_error = result.error.as_ref().filter(|ended| ended.is_broken()).map(|ended| {
        let at = program(&ended.who).map_or(holds_at, |run| run.span().start);
        let line = line_of_error(&ended.line, &ended.error);
        let message = messages::program_raises(&ended.who, quoted(&line), ended.error.class_and_message());
        Diagnostic::new(Some(at), message)
    });
    // If the start code or the probe is broken, the programs fail as well, so their errors are left out.
    let first: Vec<Diagnostic> = start_error.into_iter().chain(holds_error).collect();
    if first.is_empty() { program_error.into_iter().collect() } else { first }
}

/// Puts text in quotes for a message, with special characters escaped.
pub fn quoted(text: &str) -> String {
    format!("{text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::evidence::DisplayedValue;

    #[test]
    fn each_condition_of_a_mistake_has_its_sentence() {
        let words = |line: &str| line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        let submission = Submission { commands: vec![words("GET a")], ..Submission::default() };
        let state = [("r.get('a')".to_owned(), Ok(DisplayedValue::Python("b'1'".into())))];
        let findings = Findings { probes: state.into(), ..Findings::default() };
        for (when, expected) in [
            ("uses = [\"SET\", \"GET\"]", "`uses` names `SET`, but `GET` was sent."),
            ("lacks = [\"GET\"]", "`lacks` names `GET`, but it was sent."),
            ("error = \"WRONGTYPE\"", "`error` is `WRONGTYPE`, but no error was raised."),
            ("reply = \"1\"", "`reply` is `1`, but nothing was shown."),
            (
                "state = [{ run = \"r.get('a')\", reply = \"b'2'\" }]",
                "`state` expects `b'2'` from `r.get('a')`, but it returned `b'1'`.",
            ),
        ] {
            let when: When = toml::from_str(when).expect("it is a condition");
            assert_eq!(unmet_conditions(&when, &submission, &findings), [expected]);
        }
    }
}
