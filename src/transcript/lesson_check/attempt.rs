//! An attempt at a step: opens a lesson at the step, types one or more submissions, and records the results.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use toml::Spanned;

use super::ending::Ending;
use super::explain::{self, first_line, quoted};
use crate::driver::{Frontend, Host, Limits, TimeLimitReached, drive};
use crate::lesson::evidence::{Failure, Submission};
use crate::lesson::feedback;
use crate::lesson::format::{Diagnostic, Lesson, Step, When};
use crate::lesson::judge::{Judged, Verdict};
use crate::lesson::library::Library;
use crate::lesson::race_result::RaceResult;
use crate::lesson::rehearsal::Rehearsal;
use crate::markup::{Style, Text, layout, plain_text};
use crate::messages::check as messages;
use crate::session::dialect::{Dialect, Input};
use crate::session::event::{Event, Prompt, Show};
use crate::session::options::{Options, SEED, START_US};
use crate::session::{Session, dialect};

/// Difference between the start times of `Conditions::Usual` and `Conditions::Other`, in microseconds. It is more than
/// a day, and not a whole number of days, so that both the date and the hour differ.
const OTHER_DAY_US: i64 = 100_000_000_000;

/// The style in which the tutor's messages are quoted: each paragraph on one line.
const ON_ONE_LINE: Style = Style { width: usize::MAX, ascii: true, plain: true, quoted: true };

/// The lesson that is checked, and the rehearsal of its answers.
pub struct LessonUnderTest<'a> {
    pub lesson: &'a Arc<Lesson>,
    pub rehearsal: Arc<Rehearsal>,
    /// The limits for each attempt.
    pub limits: Limits,
    /// A callback that is called once for each attempt.
    pub on_try: &'a (dyn Fn() + Sync),
}

/// The results of an attempt.
#[derive(Debug, Default)]
pub struct Attempt {
    /// The submissions that are still to be typed.
    inputs: VecDeque<String>,
    pub judged: Vec<Judged>,
    /// The submissions that have run, in the order in which they ended.
    pub submissions: Vec<Submission>,
    /// The source text of each submission that raised an error, with the error.
    pub errors: Vec<(String, Failure)>,
    /// The tutor's messages about the submissions, without replies to tutor commands.
    pub words: Vec<String>,
    /// Whether the last input was a tutor command.
    is_command: bool,
    /// The submissions that the learner does not see.
    pub unseen: Vec<Submission>,
    pub race_results: Vec<RaceResult>,
    /// Whether a prompt was shown, which means that the step has begun.
    prompted: bool,
    pub done: bool,
    /// The first submission that had not been typed yet when the step was already done.
    pub needless: Option<String>,
    time_limit: Option<Duration>,
    /// The time limit, if it stopped the attempt.
    pub stopped_after: Option<Duration>,
    /// Whether a picture was shown.
    pub drawn: bool,
    /// The keys that should stay unchanged, but do not exist at the end of the attempt.
    pub missing_keys: Vec<Spanned<String>>,
    /// The data at the end of the attempt.
    pub ending: Ending,
}

/// The start time and random seed of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conditions {
    /// The same start time and random seed as in transcripts.
    Usual,
    /// Another start time and another random seed.
    Other,
}

impl LessonUnderTest<'_> {
    /// Opens the lesson at a step and types `text`, one submission after another. Returns the recorded results.
    pub fn attempt(&self, index: usize, text: &str, conditions: Conditions) -> io::Result<Attempt> {
        self.attempt_inputs(index, dialect::submissions(text), conditions)
    }

    /// Opens the lesson at the step with the given index and enters `inputs`. Returns the recorded results.
    pub fn attempt_inputs(&self, index: usize, inputs: Vec<String>, conditions: Conditions) -> io::Result<Attempt> {
        (self.on_try)();
        let mut session = self.open(index, conditions);
        let mut attempt = Attempt::new(inputs, self.limits.time);
        match drive(&mut session, &mut attempt) {
            Err(error) if TimeLimitReached::is_cause_of(&error) => attempt.stopped_after = self.limits.time,
            ended => drop(ended?),
        }
        attempt.end(&session, &self.lesson.steps[index]);
        Ok(attempt)
    }

    /// Returns a session in which the lesson is being opened at a step.
    pub fn open(&self, index: usize, conditions: Conditions) -> Session {
        let mut options = Options::repeatable(Arc::new(Library { lessons: vec![self.lesson.clone()] }));
        if conditions == Conditions::Other {
            (options.seed, options.start_us) = (SEED + 1, START_US + OTHER_DAY_US);
        }
        let mut session = Session::new(options);
        session.limit_memory(self.limits.memory);
        session.open(self.lesson.clone(), index);
        session.rehearsed(self.rehearsal.clone());
        session
    }
}

impl Attempt {
    /// Creates an attempt that will enter `inputs`.
    pub fn new(inputs: Vec<String>, time_limit: Option<Duration>) -> Self {
        Attempt { inputs: inputs.into(), time_limit, ..Attempt::default() }
    }

    /// Records the state of the session at the end of the attempt.
    pub fn end(&mut self, session: &Session, step: &Step) {
        self.done |= session.is_step_done();
        let unchanged = step.expect.iter().flat_map(|expect| &expect.get_ref().unchanged);
        self.missing_keys = unchanged.filter(|key| !session.has_key(key.get_ref())).cloned().collect();
        self.ending = Ending::of_session(session);
    }

    /// Returns the source text of the submission that completed the step, or `None` if none did.
    pub fn done_by(&self) -> Option<&str> {
        let done = self.judged.iter().find(|judged| judged.verdict == Verdict::Done);
        done.map(|judged| judged.submission.source.as_str())
    }

    /// Returns the reason why the step was not done as a clause, and a diagnostic for each expectation that is not met.
    pub fn why_not_done(&self, step: &Step) -> (String, Vec<Diagnostic>) {
        let (Some(expect), Some(last)) = (&step.expect, self.judged.last()) else {
            return (messages::nothing_judged(), Vec::new());
        };
        let line = quoted(&first_line(&last.submission.source));
        let reason = match last.verdict {
            Verdict::Mistake(index) => messages::not_as_expected_after_mistake(line, index + 1),
            Verdict::Spoiled => messages::not_as_expected_when_spoiled(line),
            _ => messages::not_as_expected(line),
        };
        let mut causes = explain::unmet_expectations(expect, last);
        if let Verdict::Near(mismatches) | Verdict::Miss(mismatches) = &last.verdict
            && causes.is_empty()
            && !mismatches.is_empty()
        {
            let feedback = feedback::sentences(mismatches).join(" ");
            causes.push(Diagnostic::new(Some(expect.span().start), feedback));
        }
        (reason, causes)
    }

    /// Returns the reason why a mistake was not recognised, in one or more sentences.
    pub fn why_not_recognised(&self, when: &When) -> String {
        let unmet = |judged: &Judged| explain::unmet_conditions(when, &judged.submission, &judged.findings);
        let closest = self.judged.iter().map(|judged| (unmet(judged), judged)).min_by_key(|(unmet, _)| unmet.len());
        let reason = match closest {
            None => messages::mistake_not_judged(),
            Some((unmet, Judged { verdict: Verdict::Mistake(index), .. })) if unmet.is_empty() => {
                messages::other_mistake_first(index + 1)
            }
            Some((unmet, _)) if unmet.is_empty() => messages::mistake_cannot_be_meant(),
            Some((unmet, _)) => messages::when_does_not_fit(unmet.join(" ")),
        };
        match self.errors.last() {
            Some((source, error)) => {
                let raised = messages::line_raised(quoted(&first_line(source)), error.class_and_message());
                format!("{reason} {raised}")
            }
            None => reason,
        }
    }

    /// Returns the source text of the first submission that was taken for a mistake, and the mistake's index. Returns
    /// `None` if there is no such submission.
    pub fn first_mistake(&self) -> Option<(&str, usize)> {
        self.judged.iter().find_map(|judged| match judged.verdict {
            Verdict::Mistake(index) => Some((judged.submission.source.as_str(), index)),
            _ => None,
        })
    }
}

/// Returns a message as a single line of plain text.
fn on_one_line(text: &Text) -> String {
    let lines: Vec<String> = layout(text, None, ON_ONE_LINE).iter().map(|line| plain_text(line)).collect();
    lines.join(" ").trim().to_owned()
}

impl Frontend for Attempt {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        match show {
            Show::Picture(_) => self.drawn = true,
            Show::Text(text) if self.prompted && !self.is_command => self.words.push(on_one_line(text)),
            _ => {}
        }
        Ok(())
    }

    fn read_input(&mut self, host: &mut Host<'_>, _: &Prompt) -> io::Result<Event> {
        self.prompted = true;
        if host.session().is_step_done() && !self.done {
            self.done = true;
            self.needless = self.inputs.front().cloned();
        }
        // All inputs are typed, even if the step is done before the last one, because the tutor also types whole
        // answers to prepare later steps.
        Ok(self.inputs.pop_front().map_or(Event::EndOfInput, |text| {
            let inputs = dialect::inputs(&text, Dialect::Both);
            self.is_command = inputs.iter().all(|input| matches!(input, Input::Tutor(_)));
            Event::Entered(text)
        }))
    }

    fn wait(&mut self, _: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        let more = !self.inputs.is_empty();
        Ok(match deadline_us {
            Some(_) => Event::SkipWait,
            None if more => Event::Entered(String::new()),
            None => Event::EndOfInput,
        })
    }

    fn time_limit(&self) -> Option<Duration> {
        self.time_limit
    }

    fn submission_finished(&mut self, submission: &Submission) -> io::Result<()> {
        // The answers of the previous steps run before the first prompt. They are not part of the attempt.
        if self.prompted {
            self.errors.extend(submission.error.clone().map(|error| (submission.source.clone(), error)));
            self.submissions.push(submission.clone());
        }
        Ok(())
    }

    fn hidden_submission_finished(&mut self, submission: &Submission) -> io::Result<()> {
        self.unseen.push(submission.clone());
        Ok(())
    }

    fn race_finished(&mut self, result: &RaceResult) -> io::Result<()> {
        self.race_results.push(result.clone());
        Ok(())
    }

    fn submission_judged(&mut self, judged: &Judged) -> io::Result<()> {
        self.judged.push(judged.clone());
        Ok(())
    }
}
