//! Variations of a step's answers. `check` derives them from each `answer` and each `also`, and plays them.
//!
//! - A **rewording** does the same as the answer in another way. It must complete the step, and no line of it may be
//!   taken for a mistake.
//! - A **mutant** is the answer with a small mistake in it. It must not complete the step, and the tutor must react to
//!   it.
//!
//! Each rule applies only to answers for which its variations are certain to be right or wrong. This depends on the
//! syntax of the answer, and on what the answer has sent and shown. A mutant that has the same effect as the answer is
//! not wrong, and is dropped.

mod methods;
mod mutations;
mod naming;
mod played_answer;
mod sending;
mod showing;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::io;

use toml::Spanned;

use super::attempt::{Attempt, Conditions, LessonUnderTest};
use super::explain::quoted;
use super::{Report, is_stopped};
use crate::lesson::evidence::{DisplayedValue, Submission};
use crate::lesson::format::{Diagnostic, Exemption, Step};
use crate::lesson::value;
use crate::messages::check as messages;
use crate::session::dialect;
pub use methods::Methods;
use mutations::MUTATIONS;
use played_answer::{PlayedAnswer, StepStart};
use redis_engine::command::Flag;
use redis_engine::commands;

/// The name of a rule that rewords an answer, and the rule. The rule returns the inputs to enter, or `None` if it does
/// not apply to the answer.
type Rewording = (&'static str, fn(&PlayedAnswer<'_>) -> Option<Vec<String>>);

/// The name of a rule that derives mutants from an answer, and the rule.
type Mutation = (&'static str, fn(&PlayedAnswer<'_>) -> Vec<Mutant>);

/// An answer into which a rule has put a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mutant {
    /// The inputs to enter.
    inputs: Vec<String>,
    silence: Silence,
}

/// Whether the tutor is allowed to stay silent about a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Silence {
    Forbidden,
    /// The tutor is allowed to stay silent if no command is sent, because the learner has only looked at something in
    /// Python.
    AllowedWithoutCommands,
    /// The tutor is allowed to stay silent, because the learner has perhaps not finished yet.
    Allowed,
}

impl Mutant {
    fn new(inputs: Vec<String>) -> Self {
        Mutant { inputs, silence: Silence::Forbidden }
    }
}

/// A variation of an answer.
#[derive(Debug)]
struct Variation {
    /// The name of the rule that made the variation.
    rule: &'static str,
    kind: Kind,
    /// The inputs to enter.
    inputs: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rewording,
    Mutant(Silence),
}

/// Numbers of variations, and of steps without variations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub rewordings: usize,
    pub mutants: usize,
    /// Number of mutants that have the same effect as the answer.
    pub dropped: usize,
    /// Number of variations that did not have the required result, but that the lesson exempts.
    pub exempt: usize,
    /// Number of steps whose answers cannot be varied.
    pub skipped_steps: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.rewordings += other.rewordings;
        self.mutants += other.mutants;
        self.dropped += other.dropped;
        self.exempt += other.exempt;
        self.skipped_steps += other.skipped_steps;
    }
}

/// Returns whether the answers of a step can be varied. A step without a task has no answer to vary. An answer that
/// several clients run concurrently is not varied, because it is judged by the results of all orders of their commands.
pub fn can_be_varied(step: &Step) -> bool {
    let is_raced = step.expect.as_ref().is_some_and(|expect| expect.get_ref().every_order.is_some());
    (step.task.is_some() || step.explore.is_some()) && !is_raced
}

/// Returns whether `text` mentions a key: in quotes or backticks, or, if the key contains colons, as a whole word.
fn names_key(text: &str, key: &str) -> bool {
    let is_quote = |c: char| "`'\"".contains(c);
    let is_part = |c: char| c.is_alphanumeric() || ":-_".contains(c);
    text.match_indices(key).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + key.len()..].chars().next());
        let are_quotes = before.is_some_and(is_quote) && after.is_some_and(is_quote);
        are_quotes || (key.contains(':') && !before.is_some_and(is_part) && !after.is_some_and(is_part))
    })
}

/// Returns whether `text` contains a name as a whole word.
fn has_word(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + name.len()..].chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// Plays the variations of a step's answers, and reports those that do not have the required result. `answers` contains
/// the attempts that completed the step, and `nothing` is the attempt that only prepared it.
pub fn check_variations(
    lesson_under_test: &LessonUnderTest<'_>,
    index: usize,
    nothing: &Attempt,
    answers: &[(&Spanned<String>, Attempt)],
    methods: &Methods,
    report: &mut Report,
) -> io::Result<()> {
    let step = &lesson_under_test.lesson.steps[index];
    let is_named = |key: &str| {
        let texts = [Some(&step.say), step.task.as_ref(), step.explore.as_ref()];
        texts.into_iter().flatten().any(|text| names_key(text.get_ref(), key))
    };
    let is_known_key = |key: &str| is_named(key) || nothing.ending.has_key(key.as_bytes());
    let is_known_name = |name: &str| {
        let texts = [Some(&step.say), step.task.as_ref(), step.explore.as_ref()];
        texts.into_iter().flatten().any(|text| has_word(text.get_ref(), name))
    };
    let start = StepStart {
        is_known_key: &is_known_key,
        is_known_name: &is_known_name,
        has_waiting_client: nothing.ending.has_waiting_client(),
    };
    let mut exemptions = Exemptions::new(step, report);
    let mut seen: HashSet<Vec<String>> =
        step.answer.iter().chain(&step.also).map(|answer| dialect::submissions(answer.get_ref())).collect();
    let mut all = Vec::new();
    for (answer, played) in answers {
        let played_answer = PlayedAnswer::new(step, answer.get_ref(), &played.submissions, start, methods);
        let new = variations(&played_answer).into_iter().filter(|variation| seen.insert(variation.inputs.clone()));
        all.extend(new.map(|variation| (answer.span().start, played, variation)));
    }
    let texts = all.iter().map(|(_, _, variation)| variation.inputs.clone()).collect();
    report.tries += all.len();
    let attempts = lesson_under_test.attempts(index, texts)?;
    for ((at, played, variation), mut tried) in all.into_iter().zip(attempts) {
        let mut outcome = Outcome::of_attempt(step, &variation, &tried, played);
        if matches!(outcome, Outcome::Problem(_)) {
            // The cause may be state that an earlier variation has left in the Python process, so the variation is
            // repeated in a new session.
            tried = lesson_under_test.attempt_inputs(index, variation.inputs.clone(), Conditions::Usual)?;
            outcome = Outcome::of_attempt(step, &variation, &tried, played);
        }
        if is_stopped(&tried, at, report) {
            continue;
        }
        let counts = &mut report.variations;
        match (&outcome, variation.kind) {
            (Outcome::NoEffect, _) => counts.dropped += 1,
            (_, Kind::Rewording) => counts.rewordings += 1,
            (_, Kind::Mutant(_)) => counts.mutants += 1,
        }
        match outcome {
            Outcome::Problem(_) if exemptions.cover(&variation) => counts.exempt += 1,
            // Each problem is reported, even if several have the same causes.
            Outcome::Problem(problem) => report.add_new_error(Diagnostic { at: Some(at), ..problem }),
            Outcome::AsDemanded | Outcome::NoEffect => {}
        }
    }
    exemptions.report_unused(report);
    Ok(())
}

/// The outcome of playing a variation.
enum Outcome {
    AsDemanded,
    /// The mutant has the same effect as the answer.
    NoEffect,
    Problem(Diagnostic),
}

impl Outcome {
    fn of_attempt(step: &Step, variation: &Variation, tried: &Attempt, answer: &Attempt) -> Outcome {
        let is_mutant = matches!(variation.kind, Kind::Mutant(_));
        if is_mutant && tried.done && has_same_effect(step, tried, answer) {
            return Outcome::NoEffect;
        }
        problem(step, variation, tried, answer).map_or(Outcome::AsDemanded, Outcome::Problem)
    }
}

/// Returns all variations of an answer, rewordings first.
fn variations(answer: &PlayedAnswer<'_>) -> Vec<Variation> {
    let reword = |&(rule, reword): &Rewording| Some(Variation { rule, kind: Kind::Rewording, inputs: reword(answer)? });
    let rewordings = rewordings().filter_map(reword);
    let mutate = |&(rule, mutate): &Mutation| {
        let variation = move |mutant: Mutant| {
            let kind = Kind::Mutant(mutant.silence);
            Variation { rule, kind, inputs: mutant.inputs }
        };
        mutate(answer).into_iter().map(variation).collect::<Vec<_>>()
    };
    rewordings.chain(MUTATIONS.iter().flat_map(mutate)).collect()
}

/// Returns a diagnostic if a variation did not have the required result, and `None` otherwise.
fn problem(step: &Step, variation: &Variation, tried: &Attempt, answer: &Attempt) -> Option<Diagnostic> {
    let (rule, lines) = (variation.rule, quoted(&variation.inputs.join("\n")));
    let words = if tried.words.is_empty() { messages::nothing() } else { quoted(&tried.words.join(" ")) };
    match variation.kind {
        Kind::Rewording if !tried.done => {
            let (reason, causes) = tried.why_not_done(step);
            Some(Diagnostic {
                causes,
                ..Diagnostic::new(None, messages::rewording_refused(rule, lines, reason, words))
            })
        }
        Kind::Rewording => {
            let (line, index) = tried.first_mistake()?;
            let text = &step.mistakes[index].say;
            Some(Diagnostic::new(None, messages::rewording_taken_for_mistake(rule, lines, quoted(line), text)))
        }
        Kind::Mutant(_) if tried.done => Some(Diagnostic::new(None, messages::mutant_passes(rule, lines))),
        Kind::Mutant(silence) if tried.words.is_empty() && !may_be_silent(silence, step, tried, answer) => {
            Some(Diagnostic::new(None, messages::mutant_meets_silence(rule, lines)))
        }
        Kind::Mutant(_) => None,
    }
}

/// Returns whether the tutor is allowed to stay silent after an attempt.
fn may_be_silent(silence: Silence, step: &Step, tried: &Attempt, answer: &Attempt) -> bool {
    let sends_nothing = tried.submissions.iter().all(|submission| submission.commands.is_empty());
    match silence {
        Silence::Allowed => true,
        Silence::AllowedWithoutCommands if sends_nothing && tried.errors.is_empty() => true,
        Silence::AllowedWithoutCommands | Silence::Forbidden => is_look(step, tried, answer),
    }
}

/// Returns whether an attempt only reads data, without an error, although the answer changes data or the step does not
/// expect a value. Such an attempt is not a mistake.
fn is_look(step: &Step, tried: &Attempt, answer: &Attempt) -> bool {
    let only_reads = |words: &Vec<Vec<u8>>| {
        let name = words.first().map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
        commands::by_name(&name).is_some_and(|row| row.flags.contains(&Flag::Readonly))
    };
    let mut sent = tried.submissions.iter().flat_map(|submission| &submission.commands).peekable();
    (answer.submissions.iter().any(|submission| submission.changed) || !asks_for_value(step))
        && tried.errors.is_empty()
        && sent.peek().is_some()
        && sent.all(only_reads)
}

/// Returns whether an attempt has the same effect as the answer: it leaves the same data, and shows the same value. If
/// the step does not expect a value, and the answer changes data, only the data counts.
fn has_same_effect(step: &Step, tried: &Attempt, answer: &Attempt) -> bool {
    let changes_data = answer.submissions.iter().any(|submission| submission.changed);
    let are_same_shown = match (tried.submissions.last(), answer.submissions.last()) {
        (Some(tried), Some(answer)) => shows_same(tried, answer),
        (tried, answer) => tried.is_none() && answer.is_none(),
    };
    tried.ending.is_like(&answer.ending) && (are_same_shown || (changes_data && !asks_for_value(step)))
}

fn asks_for_value(step: &Step) -> bool {
    let expect = step.expect.as_ref().map(|expect| expect.get_ref());
    expect.is_some_and(|expect| expect.reply.is_some() || expect.output.is_some())
}

fn shows_same(tried: &Submission, answer: &Submission) -> bool {
    let plain = |submission: &Submission| submission.value.as_ref().and_then(DisplayedValue::value);
    match (plain(tried), plain(answer)) {
        (Some(tried), Some(answer)) => value::same(&tried, &answer),
        _ => tried.output == answer.output && tried.value == answer.value,
    }
}

/// The exemptions of a step, each with the number of times that it was used.
struct Exemptions<'a>(Vec<(&'a Spanned<Exemption>, usize)>);

impl<'a> Exemptions<'a> {
    /// Collects the exemptions of a step, and reports those whose rule does not exist.
    fn new(step: &'a Step, report: &mut Report) -> Self {
        for exemption in &step.exemptions {
            let name = exemption.get_ref().rule.as_str();
            if !rule_names().any(|known| known == name) {
                let known = rule_names().collect::<Vec<_>>().join(", ");
                report.add_error(Diagnostic::new(Some(exemption.span().start), messages::unknown_rule(name, known)));
            }
        }
        Exemptions(step.exemptions.iter().map(|exemption| (exemption, 0)).collect())
    }

    /// Returns whether a variation is exempt. If so, counts the exemption as used.
    fn cover(&mut self, variation: &Variation) -> bool {
        let entered = variation.inputs.join("\n");
        let covers = |exemption: &Exemption| {
            let is_entered = |example: &String| example.trim() == entered.trim();
            exemption.rule == variation.rule && exemption.example.as_ref().is_none_or(is_entered)
        };
        let covering = self.0.iter_mut().find(|(exemption, _)| covers(exemption.get_ref()));
        covering.map(|(_, uses)| *uses += 1).is_some()
    }

    fn report_unused(&self, report: &mut Report) {
        for (exemption, _) in self.0.iter().filter(|(_, uses)| *uses == 0) {
            let message = messages::exemption_not_needed(&exemption.get_ref().rule);
            report.advice.push(Diagnostic::new(Some(exemption.span().start), message));
        }
    }
}

/// Iterates over the rules for rewordings.
fn rewordings() -> impl Iterator<Item = &'static Rewording> {
    showing::REWORDINGS.iter().chain(sending::REWORDINGS).chain(naming::REWORDINGS)
}

/// Iterates over the names of all rules.
fn rule_names() -> impl Iterator<Item = &'static str> {
    rewordings().map(|(name, _)| *name).chain(MUTATIONS.iter().map(|(name, _)| *name))
}
