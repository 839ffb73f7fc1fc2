//! Judging: decides whether a submission completes its step, and if not, why not.
//!
//! Some keys of `expect` are checked against the data and the clients after the submission: `state`, `unchanged` and
//! `waiting`. Others are checked against the whole step: `sent`, `at_least`, `assigns` and `by`. All other keys are
//! checked against the submission itself. A step is done when all of its expectations are met. A submission that
//! changes nothing and raises no error usually counts as exploring. The verdict contains only data, which `feedback`
//! converts to sentences.

use super::comparison::Comparison;
use super::evidence::{DisplayedValue, Submission};
use super::failed_expectations::{
    ClientMismatch, FailedExpectation, client_and_command, client_mismatch, failed_conditions, failed_expectations,
    is_like,
};
use super::findings::{Findings, Origin};
use super::format::{Expect, Mistake, Probe, Step, When};
use super::mismatches::no_effect::NoEffect;
use super::mismatches::unsent::{self, Unsent};
use super::mismatches::{self, ActorMismatch, Mismatch, state};
use super::shown::{is_permutation, is_same_text};
use super::value::{self, Value};

/// The result of judging a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    Done,
    /// The submission changed nothing and raised no error. The learner is probably not trying to complete the step yet.
    Exploring,
    /// The submission only read data, and almost met the step's expectations.
    Near(Vec<Mismatch>),
    /// The submission had no effect, although the learner probably expected one.
    NoEffect(NoEffect),
    /// The step takes several lines, and the submission may be one of them. Or the submission was entered in a client
    /// that the step does not need.
    InProgress,
    /// The submission would complete the step if an earlier mistake had not spoiled the data.
    Spoiled,
    /// The step takes several lines, and the submission correctly completes a part of it.
    PartDone,
    /// The submission contains the step's mistake with this index.
    Mistake(usize),
    Miss(Vec<Mismatch>),
}

/// A submission, the findings about it, and the verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub submission: Submission,
    pub findings: Findings,
    pub verdict: Verdict,
}

/// Returns the source texts of the probes that must run before a step can be judged, without duplicates.
pub fn probes(step: &Step) -> Vec<String> {
    let expected = step.expect.iter().flat_map(|e| &e.get_ref().state);
    let compared = expected.clone().filter_map(Comparison::parse).map(|comparison| comparison.expression.to_owned());
    let of_mistakes = step.mistakes.iter().flat_map(|m| &m.when.get_ref().state);
    let asked = expected.chain(of_mistakes).map(|probe| probe.run.get_ref().clone());
    let mut sources: Vec<String> = Vec::new();
    for source in asked.chain(compared) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}

/// Judges a submission against the expectations and mistakes of its step.
pub fn judge(step: &Step, submission: &Submission, findings: &Findings) -> Verdict {
    let nothing = Expect::default();
    let expect = step.expect.as_ref().map_or(&nothing, |e| e.get_ref());
    let failed = failed_expectations(expect, submission, findings);
    let is_raced = findings.race_result.is_some();
    // A submission that ends with an error cannot pass, unless the step expects the error or the submission was run by
    // several clients in a race.
    let has_failed = submission.failed && expect.error.is_none() && !is_raced;
    let is_by_hand = !is_raced && expect.every_order.as_ref().is_some_and(|every_order| every_order.run.is_some());
    let is_made = |mistake: &Mistake| {
        let when = mistake.when.get_ref();
        // If the submission has failed because it used the wrong key, the lesson's explanation of this mistake would
        // mislead the learner. So the mistake does not apply, unless its conditions include commands (`uses`) or probes
        // of the data (`state`).
        let is_elsewhere =
            when.uses.is_empty() && when.state.is_empty() && mismatches::is_at_wrong_key(submission, findings);
        (!is_by_hand || when.error.is_some())
            && !is_elsewhere
            && can_be_about(when, submission, findings)
            && failed_conditions(when, submission, findings).is_empty()
    };
    let mistake_made = || step.mistakes.iter().position(is_made);
    if failed.is_empty() && !has_failed {
        return match mismatches::of_origin(expect, submission, findings) {
            Some(mismatch) => Verdict::Near(vec![mismatch]),
            None if findings.is_spoiled => mistake_made().map_or(Verdict::Spoiled, Verdict::Mistake),
            None => Verdict::Done,
        };
    }
    if submission.is_queued() {
        return Verdict::Exploring;
    }
    let is_only_race_open = matches!(failed.as_slice(), [FailedExpectation::EveryOrder(_)]);
    if is_by_hand && findings.is_run_defined && submission.error.is_none() && is_only_race_open {
        return Verdict::Exploring;
    }
    if let Some(index) = mistake_made() {
        return Verdict::Mistake(index);
    }
    if let [FailedExpectation::Client(mismatch)] = failed.as_slice() {
        let mismatch = match mismatch {
            ClientMismatch::StillMissing { missing } => {
                ActorMismatch::StillMissingInRightData { missing: (*missing).to_owned() }
            }
            mismatch => ActorMismatch::new(mismatch, submission),
        };
        return Verdict::Miss(vec![Mismatch::Client(mismatch)]);
    }
    // No further line can correct the order in which the clients began to wait, so a wrong order is reported
    // immediately.
    if let [FailedExpectation::WaitingOrder { .. }] = failed.as_slice() {
        return Verdict::Miss(vec![Mismatch::of_expectation(&failed[0], submission, findings)]);
    }
    // If everything else is right, the learner will not send these commands again, so a wrong sender must be reported.
    if failed.iter().all(|failed| matches!(failed, FailedExpectation::Sent(_))) {
        let mut mismatches = failed.iter().map(|failed| Mismatch::of_expectation(failed, submission, findings));
        if let Some(by_other) = mismatches.find(|mismatch| matches!(mismatch, Mismatch::SentByOther { .. })) {
            return Verdict::Miss(vec![by_other]);
        }
    }
    let takes_several_lines =
        !is_raced && step.answer.as_ref().is_some_and(|answer| is_several_lines(answer.get_ref()));
    let is_reply_wrong = failed.iter().any(|failed| matches!(failed, FailedExpectation::Reply(_)));
    if is_reply_wrong && submission.error.is_none() && !is_raced {
        let is_last = is_last_line(step, submission);
        let shows_nothing = submission.value.is_none() && submission.output.is_empty();
        if shows_nothing
            && called_function(&submission.source).is_some()
            && (is_last || is_like_last_call(step, submission))
        {
            return Verdict::NoEffect(NoEffect::NothingReturned { call: submission.source.trim().into() });
        }
        if takes_several_lines && is_last && !shows_nothing {
            return Verdict::Miss(mismatches::of_miss(&failed, submission, findings));
        }
    }
    if !submission.changed && submission.error.is_none() && !is_raced {
        return judge_unchanged(step, &failed, submission, findings, takes_several_lines);
    }
    if submission.error.is_some() && submission.commands.is_empty() && !is_raced {
        return Verdict::Miss(vec![Mismatch::Unsent(Unsent::new(submission, findings))]);
    }
    // Learners may try something out in a client that the step does not need, so a submission from such a client does
    // not count as a failed attempt.
    let is_bystander = !findings.answering_clients.is_empty()
        && !findings.answering_clients.contains(&submission.client)
        && expect.by.is_empty();
    if is_bystander && submission.error.is_none() && !is_raced {
        return Verdict::InProgress;
    }
    if takes_several_lines && submission.error.is_none() {
        return judge_one_line(expect, &failed, submission, findings);
    }
    Verdict::Miss(mismatches::of_miss(&failed, submission, findings))
}

/// Judges a submission that has changed no data and raised no error.
fn judge_unchanged(
    step: &Step,
    failed: &[FailedExpectation<'_>],
    submission: &Submission,
    findings: &Findings,
    takes_several_lines: bool,
) -> Verdict {
    let nothing = Expect::default();
    let expect = step.expect.as_ref().map_or(&nothing, |e| e.get_ref());
    let is_reply_right = expect.reply.is_some() && !failed.iter().any(|f| matches!(f, FailedExpectation::Reply(_)));
    if is_reply_right && !failed.is_empty() && !takes_several_lines {
        let of_origin = mismatches::of_origin(expect, submission, findings);
        let of_failed = || Mismatch::of_expectation(&failed[0], submission, findings);
        return Verdict::Near(vec![of_origin.unwrap_or_else(of_failed)]);
    }
    let is_of_step = |failed: &FailedExpectation<'_>| {
        use FailedExpectation::{Assigns, AtLeast, Sent, Uses, UsesOtherKey};
        matches!(failed, Assigns(_) | AtLeast { .. } | Sent(_) | Uses(_) | UsesOtherKey { .. })
    };
    if is_reply_right && !failed.is_empty() && failed.iter().all(is_of_step) {
        return Verdict::Near(vec![Mismatch::of_expectation(&failed[0], submission, findings)]);
    }
    if is_reply_right && findings.origin == Origin::Python {
        return Verdict::Near(vec![Mismatch::NotFromRedis]);
    }
    if is_reply_shown_from_elsewhere(expect, submission, findings) {
        return Verdict::Near(mismatches::of_origin(expect, submission, findings).into_iter().collect());
    }
    // In a step that takes several lines, only the last line must show the wanted value.
    let asked = with_earlier_command(submission, findings);
    let is_last = !takes_several_lines || mismatches::is_like_last_command(&asked, findings);
    let near = if is_last { mismatches::of_near_miss(expect, &asked, findings) } else { Vec::new() };
    if !near.is_empty() {
        return Verdict::Near(near);
    }
    let reads_only = mismatches::reads_instead_of_changing(submission, findings);
    if let Some(mismatch) = reads_only.filter(|_| !takes_several_lines) {
        return Verdict::Miss(vec![mismatch]);
    }
    let defined = only_defined_function(step, submission).map(|name| NoEffect::OnlyDefined { name: name.into() });
    let assigned_key = || unsent::assigned_key(&submission.source).filter(|_| submission.commands.is_empty());
    let defined = defined.or_else(|| assigned_key().map(|key| NoEffect::AssignedKey { key }));
    let other_elements = || of_other_elements(expect, &asked, findings).filter(|_| is_last);
    let reason = defined.or_else(|| NoEffect::new(submission, findings)).or_else(other_elements);
    reason.map_or(Verdict::Exploring, Verdict::NoEffect)
}

/// Returns a reason if a submission shows a list from Redis that has as many elements as the wanted list, but not the
/// same ones. Otherwise, returns `None`.
fn of_other_elements(expect: &Expect, submission: &Submission, findings: &Findings) -> Option<NoEffect> {
    let wanted = expect.reply.as_deref().and_then(value::parse_python)?;
    let actual = submission.value.as_ref()?.value()?;
    match (wanted, actual) {
        (Value::Sequence(wanted), Value::Sequence(actual))
            if findings.origin == Origin::Redis
                && wanted.len() == actual.len()
                && wanted.len() > 1
                && !is_permutation(&actual, &wanted) =>
        {
            Some(NoEffect::OtherElements { count: actual.len() })
        }
        _ => None,
    }
}

/// Returns the name of a function if the submission only defines this function, and the step's answer defines none.
fn only_defined_function<'a>(step: &Step, submission: &'a Submission) -> Option<&'a str> {
    let answer = step.answer.as_ref().map(|answer| answer.get_ref().as_str()).unwrap_or_default();
    let (name, _) = submission.source.strip_prefix("def ")?.split_once('(')?;
    let is_alone = submission.source.lines().skip(1).all(|line| line.is_empty() || line.starts_with([' ', '\t']));
    (is_alone && !answer.contains("def ") && submission.commands.is_empty()).then_some(name)
}

/// Returns whether a submission shows the wanted value in any notation, but did not read it from the step's keys.
fn is_reply_shown_from_elsewhere(expect: &Expect, submission: &Submission, findings: &Findings) -> bool {
    let wanted = expect.reply.as_deref().and_then(value::parse_python);
    let actual = submission.value.as_ref().and_then(DisplayedValue::value);
    // An empty value, a Boolean or an integer may equal the wanted one by coincidence, so it does not count.
    let is_telling = |wanted: &Value| !matches!(wanted, Value::None | Value::Bool(_) | Value::Integer(_));
    findings.origin != Origin::Redis
        && wanted.zip(actual).is_some_and(|(wanted, actual)| is_telling(&wanted) && is_same_text(&wanted, &actual))
}

/// If a submission only shows a variable, replaces its commands with the last command from whose reply the variable
/// comes.
fn with_earlier_command(submission: &Submission, findings: &Findings) -> Submission {
    let shown = findings.commands_of_shown_value(submission);
    let last = shown.and_then(|shown| shown.last().map(|words| (*words).clone()));
    let commands = last.map_or_else(|| submission.commands.clone(), |last| vec![last]);
    Submission { commands, ..submission.clone() }
}

/// Returns whether a submission is the last line of the step's answer, or calls the same function as that line. Returns
/// false if another line of the answer would match as well.
fn is_last_line(step: &Step, submission: &Submission) -> bool {
    let lines = answer_lines(step);
    let Some(last) = lines.last() else { return false };
    let function = called_function(last);
    let is_like_last =
        |line: &str| line.trim() == last.trim() || function.is_some() && called_function(line) == function;
    lines.iter().filter(|line| is_like_last(line)).count() == 1 && is_like_last(&submission.source)
}

/// Returns whether a submission is a function call that is identical to the last line of the step's answer.
fn is_like_last_call(step: &Step, submission: &Submission) -> bool {
    let last = answer_lines(step).last().map_or("", |last| last.trim());
    called_function(last).is_some() && last == submission.source.trim()
}

fn answer_lines(step: &Step) -> Vec<&str> {
    let answer = step.answer.as_ref().map(|answer| answer.get_ref().as_str()).unwrap_or_default();
    answer.trim_end().lines().collect()
}

/// Returns the name of the function that a line calls, such as `top` for `top()` and `print(top())`. Returns `None` for
/// a method call, and for anything that is not a call.
fn called_function(line: &str) -> Option<&str> {
    let line = line.trim();
    let line = line.strip_prefix("print(").and_then(|inner| inner.strip_suffix(')')).unwrap_or(line);
    let (name, rest) = line.split_once('(')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (is_name && rest.ends_with(')') && !line.contains('\n')).then_some(name)
}

/// Judges one line in a step that takes several lines.
fn judge_one_line(
    expect: &Expect,
    failed: &[FailedExpectation<'_>],
    submission: &Submission,
    findings: &Findings,
) -> Verdict {
    let is_part = mismatches::is_part_of_answer(submission, findings);
    // If the wrong client sent the commands, the right client must send them again, so the wrong client is reported.
    let wrong_client = client_mismatch(expect, submission, findings)
        .filter(|_| is_part && !expect.by.contains(&submission.client))
        .map(|mismatch| Mismatch::Client(ActorMismatch::new(&mismatch, submission)));
    let by_other = || sent_by_other(expect, submission);
    let of_line = || if is_part { None } else { mismatches::of_one_line(failed, submission, findings) };
    match wrong_client.or_else(by_other).or_else(of_line) {
        Some(mismatch) => Verdict::Miss(vec![mismatch]),
        None if is_part || has_completed_a_value(expect, submission, findings) => Verdict::PartDone,
        None => Verdict::InProgress,
    }
}

/// Returns a mismatch if a submission has changed data with a command that the step requires only from other clients.
fn sent_by_other(expect: &Expect, submission: &Submission) -> Option<Mismatch> {
    let is_sent = |pattern: &str| submission.commands.iter().any(|words| is_like(words, pattern));
    let wanted = expect.sent.iter().map(|wanted| client_and_command(wanted.get_ref()));
    let wanted: Vec<_> = wanted.filter(|(_, pattern)| submission.changed && is_sent(pattern)).collect();
    let is_from_anyone = |client: &Option<&str>| client.is_none_or(|client| client == submission.client);
    if wanted.iter().any(|(client, _)| is_from_anyone(client)) {
        return None;
    }
    let (client, pattern) = wanted.first()?;
    let (command, wanted) = ((*pattern).to_owned(), (*client)?.to_owned());
    Some(Mismatch::SentByOther { command, wanted, actual: submission.client.clone() })
}

/// Returns whether a submission has changed data so that one of the collections that the step expects is complete.
/// Other values may still be missing.
fn has_completed_a_value(expect: &Expect, submission: &Submission, findings: &Findings) -> bool {
    let is_collection = |probe: &Probe| {
        matches!(value::parse_python(&probe.reply), Some(Value::Sequence(_) | Value::Set(_) | Value::Map(_)))
    };
    submission.changed
        && expect.state.iter().any(|probe| {
            is_collection(probe)
                && findings.is_satisfied(probe)
                && submission.commands.iter().any(|words| state::is_about_key_of(probe, words))
        })
}

/// Returns whether `text` must be entered as more than one submission, because several of its lines are not indented.
fn is_several_lines(text: &str) -> bool {
    let starts = text.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '\t', ')', ']', '}']));
    starts.count() > 1
}

/// Returns whether a mistake can be in `submission` itself, rather than in an earlier one whose effect is still in the
/// data.
fn can_be_about(when: &When, submission: &Submission, findings: &Findings) -> bool {
    // A variable may contain the reply to an earlier wrong command. The mistake becomes visible only when the variable
    // is shown, so a submission that shows it can contain the mistake.
    let shows_result = !findings.commands_behind.is_empty() && !submission.output.is_empty() && !when.uses.is_empty();
    let did_something =
        !submission.commands.is_empty() || submission.changed || findings.race_result.is_some() || shows_result;
    let is_about_output =
        when.reply.is_some() || when.value.is_some() || when.output.is_some() || !when.typed.is_empty();
    did_something || is_about_output || when.error.is_some()
}

/// Returns whether a mistake is detected from the data alone. If so, every later submission seems to contain the
/// mistake too.
pub fn is_shown_by_data_alone(mistake: &Mistake) -> bool {
    let when = mistake.when.get_ref();
    !when.state.is_empty() && *when == When { state: when.state.clone(), ..When::default() }
}

/// Returns whether a submission with this mistake has spoiled the data, so that the step must be restarted.
pub fn spoils_data(mistake: &Mistake, submission: &Submission) -> bool {
    submission.changed && mistake.spoils
}

#[cfg(test)]
mod tests {
    use super::super::evidence::DisplayedValue;
    use super::super::format;
    use super::*;

    const STEP: &str = r#"
format = 1
id = "queue"
title = "Queue"
minutes = 1
about = "A queue."
remember = "- It waits."
[[step]]
id = "one"
say = "A queue."
task = "As `phone`, push two."
answer = ":client phone\nr.rpush('q', 'a')\nr.rpush('q', 'b')"
[step.expect]
state = [{ run = "r.llen('q')", reply = "2" }]
by = ["phone"]
"#;

    fn step() -> Step {
        format::parse(STEP).expect("the step is valid").steps.remove(0)
    }

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    /// Returns the verdict on the last of `lines`, where `length` is the length of the list `q` afterwards. Each line
    /// is paired with the client that typed it.
    fn verdict(lines: &[(&str, &str)], length: &str) -> Verdict {
        let (client, line) = lines[lines.len() - 1];
        let submission = Submission {
            client: client.into(),
            source: line.into(),
            commands: vec![words(line)],
            changed: !line.starts_with("LLEN"),
            ..Submission::default()
        };
        let findings = Findings {
            probes: vec![("r.llen('q')".into(), Ok(DisplayedValue::Python(length.into())))],
            sent: lines.iter().map(|(_, line)| words(line)).collect(),
            acting_clients: lines.iter().map(|(client, _)| (*client).into()).collect(),
            intended: vec![words("RPUSH q a"), words("RPUSH q b")],
            ..Findings::default()
        };
        judge(&step(), &submission, &findings)
    }

    #[test]
    fn a_step_is_not_done_by_another_client_than_the_named_one() {
        let wrong_client = |has_changed_data| {
            let (actual, wanted) = ("main".into(), "phone".into());
            Verdict::Miss(vec![Mismatch::Client(ActorMismatch::WrongClient { actual, wanted, has_changed_data })])
        };
        let a = ("phone", "RPUSH q a");
        for (lines, length, expected) in [
            (&[a, ("phone", "RPUSH q b")][..], "2", Verdict::Done),
            (&[a], "1", Verdict::PartDone),
            (&[a, a], "2", Verdict::Done),
            (&[a, a, a], "3", Verdict::InProgress),
            (&[("phone", "RPUSH q c")], "1", Verdict::InProgress),
            (&[("phone", "LLEN q")], "0", Verdict::Exploring),
            (&[("main", "RPUSH q a")], "1", wrong_client(true)),
            (&[a, ("main", "RPUSH q b")], "2", wrong_client(true)),
            (&[a, ("main", "LLEN q")], "2", wrong_client(false)),
            (&[("main", "LLEN q")], "0", Verdict::Exploring),
        ] {
            assert_eq!(verdict(lines, length), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_query_without_output_shows_none() {
        let silent = |line: &str, changed| Submission { commands: vec![words(line)], changed, ..Submission::default() };
        assert!(silent("GET a", false).shows("None"));
        assert!(!silent("SET a 1", true).shows("None"));
        assert!(!Submission::default().shows("None"), "nothing was sent");
    }
}
