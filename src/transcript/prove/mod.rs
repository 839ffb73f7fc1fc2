//! `check`: proves a lesson. Every answer and every other way passes, doing nothing does not, every mistake gets its own
//! text, and what is shown, predicted or measured runs.

mod attempt;
mod shown;

use std::io;
use std::sync::Arc;

use toml::Spanned;

use super::other_dialect;
use crate::driver::{Frontend as _, rehearse};
use crate::lesson::evidence::Submission;
use crate::lesson::format::{Diagnostic, Expect, Lesson, Mistake, Step};
use crate::lesson::judge::Verdict;
use crate::lesson::rules;
use crate::lesson::unmet::{first_line, line_of};
use crate::session::dialect::{self, Dialect, Input};
use crate::session::{self, python_hints};
use attempt::{Attempt, Conditions, LessonUnderTest};
use shown::prove_shown;

/// What a proof found.
#[derive(Debug, Default)]
pub struct Proof {
    pub faults: Vec<Diagnostic>,
    /// What is allowed, and may not be meant.
    pub advice: Vec<Diagnostic>,
    /// How often something was tried.
    pub tries: usize,
}

impl Proof {
    /// Keeps a fault, once: what several answers suffer from is told with the first of them.
    fn fault(&mut self, fault: Diagnostic) {
        let is_known = |known: &Diagnostic| *known == fault || !fault.causes.is_empty() && known.causes == fault.causes;
        if !self.faults.iter().any(is_known) {
            self.faults.push(fault);
        }
    }

    /// All that was found, in the order of the file.
    fn in_order(mut self) -> Self {
        self.faults.sort_by_key(|fault| fault.at);
        self.advice.sort_by_key(|advice| advice.at);
        self
    }
}

/// Proves a lesson. If its file breaks a rule, nothing of it is run.
///
/// # Errors
/// A Python that cannot be started.
pub fn prove(lesson: &Arc<Lesson>) -> io::Result<Proof> {
    let mut proof = Proof { faults: rules::faults(lesson), advice: rules::advice(lesson), tries: 0 };
    if proof.faults.is_empty() {
        let rehearsal = Arc::new(rehearse(lesson, &Attempt::default().python_executable()?)?);
        let subject = LessonUnderTest { lesson, rehearsal };
        for index in 0..lesson.steps.len() {
            prove_step(&subject, index, &mut proof)?;
            if setup_raises(lesson, &proof) {
                break;
            }
        }
    }
    Ok(proof.in_order())
}

fn prove_step(subject: &LessonUnderTest<'_>, index: usize, proof: &mut Proof) -> io::Result<()> {
    let lesson = subject.lesson;
    let step = &lesson.steps[index];
    let attempt = |text: &str, proof: &mut Proof| {
        proof.tries += 1;
        subject.attempt(index, text, Conditions::Usual)
    };
    // Doing nothing prepares the step, so that what goes wrong before the learner types is found here.
    let nothing = attempt("None", proof)?;
    unseen_errors(lesson, step, &nothing, proof);
    if setup_raises(lesson, proof) {
        return Ok(());
    }
    if step.task.is_none() && step.explore.is_none() {
        return prove_shown(subject, index, &nothing, proof);
    }
    begins_undone(step, &nothing, proof);
    for answer in step.answer.iter().chain(&step.also) {
        let tried = attempt(answer.get_ref(), proof)?;
        passes(step, answer, &tried, proof);
    }
    if let Some(answer) = &step.answer {
        let typed = answer.get_ref();
        let in_cli = other_dialect::in_redis_cli(typed, &subject.rehearsal.steps[index]);
        if let Some(lines) = in_cli.filter(|lines| !step.also.iter().any(|also| also.get_ref().trim() == lines)) {
            passes_in_redis_cli(step, &lines, &attempt(&lines, proof)?, proof);
        }
        if let Some(lines) = without_clients(step, typed) {
            advise_who_acts(answer, &attempt(&lines, proof)?, proof);
        }
    }
    for (index, mistake) in step.mistakes.iter().enumerate() {
        let tried = attempt(mistake.example.get_ref(), proof)?;
        is_recognised(index, mistake, &tried, proof);
    }
    Ok(())
}

/// Whether a step is still to be done when it begins, and what is to stay as it is is there.
fn begins_undone(step: &Step, nothing: &Attempt, proof: &mut Proof) {
    if nothing.done {
        let at = step.expect.as_ref().map(|expect| expect.span().start);
        let id = step.id.get_ref();
        let message =
            format!("step \"{id}\" is done by doing nothing: expect something that only the answer brings about");
        proof.fault(Diagnostic::new(at, message));
    }
    for key in &nothing.absent {
        let message =
            format!("there is no {:?} when the step begins: is it `unchanged` that it stays away?", key.get_ref());
        proof.advice.push(Diagnostic::new(Some(key.span().start), message));
    }
}

/// Whether a mistake does not do the step, and gets its text.
fn is_recognised(index: usize, mistake: &Mistake, tried: &Attempt, proof: &mut Proof) {
    let at = Some(mistake.example.span().start);
    if let Some(refusal) = refused(mistake.example.get_ref()) {
        proof.fault(Diagnostic::new(at, refusal));
    } else if tried.done {
        let line = tried.done_by().map(|line| format!(" by {:?}", first_line(line))).unwrap_or_default();
        let message =
            format!("this mistake passes as an answer{line}: make `try` a real mistake, or `expect` stricter");
        proof.fault(Diagnostic::new(at, message));
    } else if !tried.judged.iter().any(|judged| judged.verdict == Verdict::Mistake(index)) {
        let message = format!("this mistake does not get its text. {}", tried.why_not(mistake.when.get_ref()));
        proof.fault(Diagnostic::new(at, message));
    } else if mistake.spoils == Some(true) && !tried.judged.iter().any(|judged| judged.submission.changed) {
        let message = "`spoils` is true, and this changes nothing: take `spoils` out, or let `try` change something";
        proof.fault(Diagnostic::new(at, message));
    }
}

/// Whether the setup was told to raise: all that is built on it would be told as well.
fn setup_raises(lesson: &Lesson, proof: &Proof) -> bool {
    let setup = lesson.setup.as_ref().map(|setup| setup.span().start);
    setup.is_some() && proof.faults.iter().any(|fault| fault.at == setup)
}

/// Whether an answer does the step.
fn passes(step: &Step, answer: &Spanned<String>, tried: &Attempt, proof: &mut Proof) {
    let at = Some(answer.span().start);
    if let Some(refusal) = refused(answer.get_ref()) {
        return proof.fault(Diagnostic::new(at, refusal));
    }
    let expects_error = step.expect.as_ref().is_some_and(|expect| expect.get_ref().error.is_some());
    if let Some((source, error)) = tried.errors.first()
        && !expects_error
    {
        let line = line_of(source, error);
        let meant = python_hints::suggest(&line, &error.class, "").map(|meant| format!(" {meant}")).unwrap_or_default();
        let error = error.told();
        let message =
            format!("this answer raises at {line:?}: {error}.{meant} Mend it, or expect the error by `error = \"…\"`");
        proof.fault(Diagnostic::new(at, message));
    } else if !tried.done {
        let (why, causes) = tried.undone(step);
        proof.fault(Diagnostic { at, message: format!("this answer does not do the step: {why}"), causes });
    } else {
        draws(step, tried, proof);
        is_not_scolded(step, answer, tried, proof);
        // Another way may well end in a look at what it did.
        let is_shown = step.answer.as_ref() == Some(answer);
        if let Some(line) = tried.needless.as_ref().filter(|_| is_shown) {
            let message = format!(
                "the step is done before {line:?} is typed, so nobody need type it: let `expect` ask for what it brings about"
            );
            proof.advice.push(Diagnostic::new(at, message));
        }
    }
}

/// Whether no line of an answer is taken for a mistake.
fn is_not_scolded(step: &Step, answer: &Spanned<String>, tried: &Attempt, proof: &mut Proof) {
    if let Some((source, index)) = tried.scolded() {
        let mistake = &step.mistakes[index];
        let (line, told) = (first_line(source), &mistake.say);
        let narrower = "this `when` fits it: say more exactly when the mistake is made";
        proof.fault(Diagnostic {
            at: Some(answer.span().start),
            message: format!("{line:?} is on the way to what does the step, and is told, as a mistake: {told}"),
            causes: vec![Diagnostic::new(Some(mistake.when.span().start), narrower)],
        });
    }
}

/// Whether the commands of an answer, as lines of redis-cli, do the step.
fn passes_in_redis_cli(step: &Step, lines: &str, tried: &Attempt, proof: &mut Proof) {
    let at = step.answer.as_ref().map(|answer| answer.span().start);
    let fails_anyhow = proof.faults.iter().any(|fault| fault.at == at);
    if !tried.done && !fails_anyhow {
        let (why, causes) = tried.undone(step);
        let message = format!("typed in redis-cli, this answer does not do the step: {lines:?}; {why}");
        proof.fault(Diagnostic { at, message, causes });
    }
}

/// The answer without its way to another client, where the step does not say who acts.
fn without_clients(step: &Step, answer: &str) -> Option<String> {
    let says = |expect: &Spanned<Expect>| !expect.get_ref().by.is_empty() || !expect.get_ref().waiting.is_empty();
    let goes = |line: &str| line.starts_with(":client ");
    let kept: Vec<&str> = answer.lines().filter(|line| !goes(line)).collect();
    (answer.lines().any(goes) && !step.expect.as_ref().is_some_and(says)).then(|| kept.join("\n"))
}

/// Tells the author if it does not matter who acts.
fn advise_who_acts(answer: &Spanned<String>, tried: &Attempt, proof: &mut Proof) {
    if tried.done {
        let message = "the step is done without going to another client, too: if it matters who acts, say so by `by = [\"…\"]` in `expect`";
        proof.advice.push(Diagnostic::new(Some(answer.span().start), message));
    }
}

/// A command to the tutor that it would not take.
fn refused(text: &str) -> Option<String> {
    let inputs = dialect::submissions(text).into_iter().flat_map(|text| dialect::inputs(&text, Dialect::Both));
    let mut refused = inputs.filter_map(|input| match input {
        Input::Tutor(line) => session::refusal(&line).map(|refusal| format!("{line:?}: {refusal}")),
        _ => None,
    });
    refused.next()
}

/// Whether the key that a step draws is there when the step is done.
fn draws(step: &Step, tried: &Attempt, proof: &mut Proof) {
    if let Some(draw) = step.draw.as_ref().filter(|_| !tried.drawn) {
        let key = draw.get_ref();
        let message = format!("\"{key}\" is not there when the step is done: let `draw` name a key that is");
        proof.fault(Diagnostic::new(Some(draw.span().start), message));
    }
}

/// Errors of what runs unseen: the setup, the programs that are measured, the probes.
fn unseen_errors(lesson: &Lesson, step: &Step, tried: &Attempt, proof: &mut Proof) {
    let places = lesson
        .setup
        .iter()
        .chain(step.compare.iter().flat_map(|compare| [&compare.left.run, &compare.right.run]))
        .chain(step.compare.iter().filter_map(|compare| compare.setup.as_ref()))
        .chain(step.predict.iter());
    for place in places {
        let failed = |submission: &&Submission| {
            dialect::inputs(place.get_ref(), Dialect::Both).iter().any(|input| input.text() == submission.source)
        };
        for submission in tried.unseen.iter().filter(failed) {
            if let Some(error) = &submission.error {
                proof.fault(Diagnostic::new(Some(place.span().start), format!("this raises {}", error.told())));
            }
        }
    }
}
