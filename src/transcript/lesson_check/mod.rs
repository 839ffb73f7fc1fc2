//! `check`: tries out everything that a lesson contains. Each answer must pass, an empty submission must not pass, each
//! mistake must be recognised, and code that is shown, predicted or measured must run. Variations of the answers are
//! tried as well.
//!
//! The steps of a lesson are checked in parallel.

mod attempt;
mod attempts;
mod ending;
mod explain;
mod recorded_tries;
mod untyped_steps;
mod variations;

use std::io;
use std::sync::Arc;

use toml::Spanned;

use crate::driver::{Frontend as _, Limits, rehearse, run_in_parallel, seconds};
use crate::lesson::evidence::Submission;
use crate::lesson::format::{Diagnostic, Expect, Lesson, Mistake, Step};
use crate::lesson::judge::Verdict;
use crate::lesson::rules;
use crate::messages::check as messages;
use crate::session::dialect::{self, Dialect, Input};
use crate::session::{self, python_hints};
use crate::transcript::other_dialect;
use attempt::{Attempt, Conditions, LessonUnderTest};
use explain::{first_line, line_of_error, quoted};
pub use recorded_tries::RecordedTries;
use untyped_steps::check_untyped_step;
pub use variations::Counts;
use variations::{Methods, can_be_varied, check_variations};

/// The result of checking a lesson.
#[derive(Debug, Default)]
pub struct Report {
    pub errors: Vec<Diagnostic>,
    /// Warnings about parts of the lesson that are valid, but perhaps not intended.
    pub advice: Vec<Diagnostic>,
    /// Number of answers, mistakes and other inputs that were tried.
    pub tries: usize,
    /// Statistics about the variations of the answers.
    pub variations: Counts,
    /// Errors in recorded tries, each with the index of the file that contains the try.
    pub recorded_errors: Vec<(usize, Diagnostic)>,
}

impl Report {
    /// Adds an error, unless the report already has the same error or an error with the same causes. Several answers
    /// often fail for the same reason.
    fn add_error(&mut self, error: Diagnostic) {
        let is_known = |known: &Diagnostic| *known == error || !error.causes.is_empty() && known.causes == error.causes;
        if !self.errors.iter().any(is_known) {
            self.errors.push(error);
        }
    }

    /// Adds an error, unless the report already contains it.
    fn add_new_error(&mut self, error: Diagnostic) {
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// Adds the errors, advice and counts of a step's report.
    fn add(&mut self, other: Report) {
        other.errors.into_iter().for_each(|error| self.add_new_error(error));
        self.advice.extend(other.advice);
        self.tries += other.tries;
        self.variations += other.variations;
        self.recorded_errors.extend(other.recorded_errors);
    }

    /// Returns the report with its errors and advice sorted by position in the file.
    fn sorted(mut self) -> Self {
        self.errors.sort_by_key(|error| error.at);
        self.advice.sort_by_key(|advice| advice.at);
        self.recorded_errors.sort_by_key(|(file, error)| (*file, error.at));
        self
    }
}

/// An event during the check of a lesson, which advances the progress line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// One more try was made.
    Tried,
    /// One more step was checked.
    StepDone,
}

/// A checker for lessons.
#[derive(Debug)]
pub struct LessonChecker {
    limits: Limits,
    /// The methods of redis-py, from which variations are derived. With `None`, there are no variations.
    methods: Option<Methods>,
    /// The files of recorded tries, which the checker plays as well.
    recorded: Vec<RecordedTries>,
}

impl LessonChecker {
    /// Creates a checker that enters everything in a lesson as it is written, without variations of the answers.
    /// `limits` applies to each attempt separately.
    pub fn without_variations(limits: Limits) -> Self {
        LessonChecker { limits, methods: None, recorded: Vec::new() }
    }

    /// Creates a checker that also tries variations of the answers. `limits` applies to each attempt separately.
    ///
    /// # Errors
    /// Returns an error if Python cannot be started.
    pub fn with_variations(limits: Limits) -> io::Result<Self> {
        let methods = Methods::read(&Attempt::default().python_executable()?)?;
        Ok(LessonChecker { methods: Some(methods), ..LessonChecker::without_variations(limits) })
    }

    /// Adds recorded tries, which the checker then plays as well.
    #[must_use]
    pub fn with_recorded_tries(self, recorded: Vec<RecordedTries>) -> Self {
        LessonChecker { recorded, ..self }
    }

    /// Returns the files of recorded tries.
    pub fn recorded_tries(&self) -> &[RecordedTries] {
        &self.recorded
    }

    /// Checks a lesson. If the lesson file breaks a rule, nothing in it is run. Code that exceeds the time limit is
    /// stopped, and tries that would run it again are left out. Calls `on_progress` for each try and each step.
    ///
    /// # Errors
    /// Returns an error if Python cannot be started.
    pub fn check(&self, lesson: &Arc<Lesson>, on_progress: impl FnMut(Progress)) -> io::Result<Report> {
        let mut report = Report { errors: rules::errors(lesson), advice: rules::advice(lesson), ..Report::default() };
        if !report.errors.is_empty() {
            return Ok(report.sorted());
        }
        let outcome = rehearse(lesson, &Attempt::default().python_executable()?, self.limits)?;
        if let (Some(index), Some(limit)) = (outcome.stopped_at, self.limits.time) {
            let step = &lesson.steps[index];
            let at = step.answer.as_ref().map_or(step.id.span().start, |answer| answer.span().start);
            report.add_error(Diagnostic::new(Some(at), messages::answers_not_ended(step.id.get_ref(), seconds(limit))));
            return Ok(report.sorted());
        }
        let rehearsal = Arc::new(outcome.rehearsal);
        let steps = (0..lesson.steps.len()).collect();
        let check = |index: usize, progress: &crate::driver::Messages<Progress, io::Result<Report>>| {
            let on_try = || progress.send(Progress::Tried);
            let lesson_under_test =
                LessonUnderTest { lesson, rehearsal: rehearsal.clone(), limits: self.limits, on_try: &on_try };
            let checked = check_step(&lesson_under_test, index, self.methods.as_ref(), &self.recorded);
            progress.send(Progress::StepDone);
            checked
        };
        for checked in run_in_parallel(steps, check, on_progress) {
            report.add(checked?);
            if has_setup_error(lesson, &report) {
                break;
            }
        }
        Ok(report.sorted())
    }
}

/// Checks one step, with variations of its answers if `methods` is given.
fn check_step(
    lesson_under_test: &LessonUnderTest<'_>,
    index: usize,
    methods: Option<&Methods>,
    recorded: &[RecordedTries],
) -> io::Result<Report> {
    let lesson = lesson_under_test.lesson;
    let step = &lesson.steps[index];
    let mut report = Report::default();
    // The attempt only prepares the step, so its errors come from code that runs before the learner types.
    report.tries += 1;
    let nothing = lesson_under_test.attempt(index, "None", Conditions::Usual)?;
    if is_stopped(&nothing, step.id.span().start, &mut report) {
        return Ok(report);
    }
    check_hidden_code(lesson, step, &nothing, &mut report);
    if has_setup_error(lesson, &report) {
        return Ok(report);
    }
    if step.task.is_none() && step.explore.is_none() {
        report.variations.skipped_steps += usize::from(methods.is_some());
        check_untyped_step(lesson_under_test, index, &nothing, &mut report)?;
        return Ok(report);
    }
    check_start(step, &nothing, &mut report);
    let tries = tries(step, &lesson_under_test.rehearsal.steps[index]);
    let texts: Vec<Vec<String>> = tries.iter().map(|tried| dialect::submissions(&tried.text)).collect();
    report.tries += texts.len();
    let attempts = lesson_under_test.attempts(index, texts)?;
    let mut done = Vec::new();
    for (Try { text, kind, at }, mut tried) in tries.into_iter().zip(attempts) {
        if is_stopped(&tried, at, &mut report) {
            continue;
        }
        let (errors, advice) = (report.errors.len(), report.advice.len());
        check_try(step, kind, &text, &tried, &mut report);
        if report.errors.len() > errors {
            // The cause may be state that an earlier try has left in the Python process, so the try is repeated in a
            // new session.
            report.errors.truncate(errors);
            report.advice.truncate(advice);
            tried = lesson_under_test.attempt(index, &text, Conditions::Usual)?;
            check_try(step, kind, &text, &tried, &mut report);
        }
        if let TryKind::Answer(answer) = kind
            && tried.done
        {
            done.push((answer, tried));
        }
    }
    for (file, tries) in recorded.iter().enumerate() {
        let (count, errors) = tries.play(lesson_under_test, index)?;
        report.tries += count;
        report.recorded_errors.extend(errors.into_iter().map(|error| (file, error)));
    }
    match methods {
        Some(methods) if can_be_varied(step) => {
            check_variations(lesson_under_test, index, &nothing, &done, methods, &mut report)?;
        }
        Some(_) => report.variations.skipped_steps += 1,
        None => {}
    }
    Ok(report)
}

/// Code or text from the lesson that is tried at the start of a step.
struct Try<'a> {
    text: String,
    kind: TryKind<'a>,
    /// The position in the file to which errors refer.
    at: usize,
}

/// The kind of a try.
#[derive(Clone, Copy)]
enum TryKind<'a> {
    /// The step's answer (`answer`) or an alternative answer (`also`), which must complete the step.
    Answer(&'a Spanned<String>),
    /// The commands of the answer as redis-cli lines.
    InRedisCli,
    /// An answer, without the lines that switch to other clients.
    WithoutClients(&'a Spanned<String>),
    /// The example of the mistake with this index.
    Mistake(usize),
}

/// Returns everything that is tried at the start of a step with a task.
fn tries<'a>(step: &'a Step, rehearsed: &[Submission]) -> Vec<Try<'a>> {
    let new = |text: &str, kind, at: &Spanned<String>| Try { text: text.to_owned(), kind, at: at.span().start };
    let answers = step.answer.iter().chain(&step.also);
    let mut tries: Vec<Try<'_>> =
        answers.map(|answer| new(answer.get_ref(), TryKind::Answer(answer), answer)).collect();
    if let Some(answer) = &step.answer {
        let is_also = |lines: &String| step.also.iter().any(|also| also.get_ref().trim() == lines);
        let in_cli = other_dialect::in_redis_cli(answer.get_ref(), rehearsed).filter(|lines| !is_also(lines));
        tries.extend(in_cli.map(|lines| new(&lines, TryKind::InRedisCli, answer)));
        let without_clients = without_client_switches(step, answer.get_ref());
        tries.extend(without_clients.map(|lines| new(&lines, TryKind::WithoutClients(answer), answer)));
    }
    let mistakes = step.mistakes.iter().map(|mistake| &mistake.example).enumerate();
    tries.extend(mistakes.map(|(index, example)| new(example.get_ref(), TryKind::Mistake(index), example)));
    tries
}

/// Checks the result of a try.
fn check_try(step: &Step, kind: TryKind<'_>, text: &str, tried: &Attempt, report: &mut Report) {
    match kind {
        TryKind::Answer(answer) => check_answer(step, answer, tried, report),
        TryKind::InRedisCli => check_answer_in_redis_cli(step, text, tried, report),
        TryKind::WithoutClients(answer) => check_clients(answer, tried, report),
        TryKind::Mistake(index) => check_mistake(index, &step.mistakes[index], tried, report),
    }
}

/// Returns whether the time limit stopped an attempt. If so, also reports an error.
fn is_stopped(tried: &Attempt, at: usize, report: &mut Report) -> bool {
    if let Some(limit) = tried.stopped_after {
        report.add_error(Diagnostic::new(Some(at), messages::try_not_ended(seconds(limit))));
    }
    tried.stopped_after.is_some()
}

/// Checks that a step is not done when it begins, and that the keys that should stay unchanged exist.
fn check_start(step: &Step, nothing: &Attempt, report: &mut Report) {
    if nothing.done {
        let at = step.expect.as_ref().map(|expect| expect.span().start);
        report.add_error(Diagnostic::new(at, messages::done_by_nothing(step.id.get_ref())));
    }
    for key in &nothing.missing_keys {
        let message = messages::unchanged_key_missing(quoted(key.get_ref()));
        report.advice.push(Diagnostic::new(Some(key.span().start), message));
    }
}

/// Checks that the example of a mistake does not complete the step, and is recognised.
fn check_mistake(index: usize, mistake: &Mistake, tried: &Attempt, report: &mut Report) {
    let at = Some(mistake.example.span().start);
    let message = if let Some(refusal) = refused_tutor_command(mistake.example.get_ref()) {
        refusal
    } else if tried.done {
        match tried.done_by() {
            Some(line) => messages::mistake_passes(quoted(&first_line(line))),
            None => messages::mistake_passes_at_some_line(),
        }
    } else if !tried.judged.iter().any(|judged| judged.verdict == Verdict::Mistake(index)) {
        messages::mistake_not_recognised(tried.why_not_recognised(mistake.when.get_ref()))
    } else if mistake.spoils && !tried.judged.iter().any(|judged| judged.submission.changed) {
        messages::spoils_nothing()
    } else {
        return;
    };
    report.add_error(Diagnostic::new(at, message));
}

/// Returns whether the report contains an error from the setup. If the setup fails, everything after it fails as well.
fn has_setup_error(lesson: &Lesson, report: &Report) -> bool {
    let setup = lesson.setup.as_ref().map(|setup| setup.span().start);
    setup.is_some() && report.errors.iter().any(|error| error.at == setup)
}

/// Checks that an answer completes the step.
fn check_answer(step: &Step, answer: &Spanned<String>, tried: &Attempt, report: &mut Report) {
    let at = Some(answer.span().start);
    if let Some(refusal) = refused_tutor_command(answer.get_ref()) {
        return report.add_error(Diagnostic::new(at, refusal));
    }
    let expects_error = step.expect.as_ref().is_some_and(|expect| expect.get_ref().error.is_some());
    if let Some((source, error)) = tried.errors.first()
        && !expects_error
    {
        let line = line_of_error(source, error);
        let hint = python_hints::suggest(&line, (&error.class, &error.message), "")
            .map(|hint| format!(" {hint}"))
            .unwrap_or_default();
        let message = messages::answer_raises(quoted(&line), error.class_and_message(), hint);
        report.add_error(Diagnostic::new(at, message));
    } else if !tried.done {
        let (reason, causes) = tried.why_not_done(step);
        report.add_error(Diagnostic { at, message: messages::answer_does_not_pass(reason), causes });
    } else {
        check_picture(step, tried, report);
        check_no_mistake_matches(step, answer, tried, report);
        // An alternative answer (`also`) may end with a line that only reads the result, so only the main answer is
        // checked.
        let is_answer = step.answer.as_ref() == Some(answer);
        if let Some(line) = tried.needless.as_ref().filter(|_| is_answer) {
            report.advice.push(Diagnostic::new(at, messages::needless_line(quoted(line))));
        }
    }
}

/// Checks that no line of an answer is taken for a mistake.
fn check_no_mistake_matches(step: &Step, answer: &Spanned<String>, tried: &Attempt, report: &mut Report) {
    if let Some((source, index)) = tried.first_mistake() {
        let mistake = &step.mistakes[index];
        report.add_error(Diagnostic {
            at: Some(answer.span().start),
            message: messages::answer_taken_for_mistake(quoted(&first_line(source)), &mistake.say),
            causes: vec![Diagnostic::new(Some(mistake.when.span().start), messages::mistake_too_wide())],
        });
    }
}

/// Checks that the commands of an answer also complete the step as redis-cli lines.
fn check_answer_in_redis_cli(step: &Step, lines: &str, tried: &Attempt, report: &mut Report) {
    let at = step.answer.as_ref().map(|answer| answer.span().start);
    let has_error_already = report.errors.iter().any(|error| error.at == at);
    if !tried.done && !has_error_already {
        let (reason, causes) = tried.why_not_done(step);
        let message = messages::answer_does_not_pass_in_redis_cli(quoted(lines), reason);
        report.add_error(Diagnostic { at, message, causes });
    }
}

/// Returns an answer without the lines that switch to another client. Returns `None` if there are no such lines, or if
/// the step names the clients that must act.
fn without_client_switches(step: &Step, answer: &str) -> Option<String> {
    let names_clients = |expect: &Spanned<Expect>| {
        let expect = expect.get_ref();
        !expect.by.is_empty() || !expect.waiting.is_empty()
    };
    let is_switch = |line: &str| line.starts_with(":client ");
    let kept: Vec<&str> = answer.lines().filter(|line| !is_switch(line)).collect();
    let is_open = answer.lines().any(is_switch) && !step.expect.as_ref().is_some_and(names_clients);
    is_open.then(|| kept.join("\n"))
}

/// Advises the author to name the clients in `expect` if the answer passes without switching to another client.
fn check_clients(answer: &Spanned<String>, tried: &Attempt, report: &mut Report) {
    if tried.done {
        report.advice.push(Diagnostic::new(Some(answer.span().start), messages::any_client_passes()));
    }
}

/// Returns a message about the first tutor command in `text` that the tutor would reject, or `None` if there is none.
fn refused_tutor_command(text: &str) -> Option<String> {
    let inputs = dialect::submissions(text).into_iter().flat_map(|text| dialect::inputs(&text, Dialect::Both));
    let mut refused = inputs.filter_map(|input| match input {
        Input::Tutor(line) => {
            session::refusal(&line).map(|refusal| messages::tutor_command_refused(quoted(&line), refusal))
        }
        _ => None,
    });
    refused.next()
}

/// If a step draws a key, checks that the key exists when the step is done.
fn check_picture(step: &Step, tried: &Attempt, report: &mut Report) {
    if let Some(draw) = step.draw.as_ref().filter(|_| !tried.drawn) {
        report.add_error(Diagnostic::new(Some(draw.span().start), messages::drawn_key_missing(draw.get_ref())));
    }
}

/// Reports errors in code that the tutor runs unseen: the setup, the two programs that a step compares, and the code
/// whose result the learner must predict.
fn check_hidden_code(lesson: &Lesson, step: &Step, tried: &Attempt, report: &mut Report) {
    let places = lesson
        .setup
        .iter()
        .chain(step.compare.iter().flat_map(|compare| [&compare.left.run, &compare.right.run]))
        .chain(step.compare.iter().filter_map(|compare| compare.setup.as_ref()))
        .chain(step.predict.iter());
    for place in places {
        let is_from_place = |submission: &&Submission| {
            dialect::inputs(place.get_ref(), Dialect::Both).iter().any(|input| input.text() == submission.source)
        };
        for submission in tried.unseen.iter().filter(is_from_place) {
            if let Some(error) = &submission.error {
                // A command of a prediction that nobody replies to ends with this error after the socket's timeout.
                let is_prediction = step.predict.as_ref().is_some_and(|predict| predict.span() == place.span());
                let message = match error.class.as_str() {
                    "redis.exceptions.TimeoutError" if is_prediction => messages::prediction_waits(),
                    _ => messages::raises(error.class_and_message()),
                };
                report.add_error(Diagnostic::new(Some(place.span().start), message));
            }
        }
    }
}
