//! What a learner watches or foretells: whether what the tutor types runs, is the same each time, and comes out as the
//! lesson says.

use std::io;

use toml::Spanned;

use super::attempt::{Attempt, Conditions, LessonUnderTest};
use super::{Proof, draws, refused};
use crate::lesson::evidence::{DisplayedValue, Submission};
use crate::lesson::format::{Compare, Diagnostic, Race, Step};
use crate::lesson::judge::code;
use crate::lesson::raced::RaceResult;
use crate::lesson::unmet::{self, line_of};

/// What is said of a prediction that never ends.
const WAITS: &str = "`predict` waits, and nobody answers it: push before it pops, or let it be a task";

/// Whether what the tutor types runs, and does not end in an error.
pub fn prove_shown(
    subject: &LessonUnderTest<'_>,
    index: usize,
    nothing: &Attempt,
    proof: &mut Proof,
) -> io::Result<()> {
    let step = &subject.lesson.steps[index];
    let skipped = subject.attempt(index, ":skip", Conditions::Usual)?;
    proof.tries += 1;
    let waits = match &step.predict {
        Some(predicted) => prove_prediction(subject, index, predicted, nothing, proof)?,
        None => false,
    };
    if !skipped.done && !waits {
        let message = format!("step \"{}\" cannot be left by :skip", step.id.get_ref());
        proof.fault(Diagnostic::new(Some(step.id.span().start), message));
    }
    if let Some(show) = &step.show {
        match refused(show.get_ref()) {
            Some(refusal) => proof.fault(Diagnostic::new(Some(show.span().start), refusal)),
            None => prove_show(step, show, &subject.rehearsal.steps[index], proof),
        }
    }
    draws(step, &skipped, proof);
    if let Some(race) = &step.race {
        prove_race(race, &subject.attempt(index, "all", Conditions::Usual)?, proof);
    }
    if let Some(compare) = &step.compare {
        prove_sides(compare, nothing, proof);
    }
    Ok(())
}

/// Whether what the tutor types raises nothing but what the step says.
fn prove_show(step: &Step, show: &Spanned<String>, typed: &[Submission], proof: &mut Proof) {
    let expected = step.expect.as_ref().and_then(|expect| expect.get_ref().error.as_deref());
    let raised = typed.iter().find_map(|submission| Some((&submission.source, submission.error.as_ref()?)));
    let message = match (raised, expected) {
        (Some((_, error)), Some(expected)) if error.told().contains(expected) => return,
        (Some((source, error)), _) => {
            let (line, error) = (line_of(source, error), error.told());
            format!("this raises at {line:?}: {error}. Mend it, or say so in [step.expect] by `error = \"…\"`")
        }
        (None, Some(expected)) => format!("this raises nothing, and `error` is {expected:?}"),
        (None, None) => return,
    };
    proof.fault(Diagnostic::new(Some(show.span().start), message));
}

/// Whether there is something to predict, and it is the same each time. True if it waits, and comes to no end.
fn prove_prediction(
    subject: &LessonUnderTest<'_>,
    index: usize,
    predicted: &Spanned<String>,
    nothing: &Attempt,
    proof: &mut Proof,
) -> io::Result<bool> {
    let at = Some(predicted.span().start);
    let found =
        |attempt: &Attempt| attempt.unseen.iter().find(|submission| submission.source == *predicted.get_ref()).cloned();
    let last_line = |submission: &Submission| submission.output.trim().lines().last().unwrap_or_default().to_owned();
    let Some(submission) = found(nothing) else {
        proof.fault(Diagnostic::new(at, WAITS));
        return Ok(true);
    };
    if submission.error.is_some() {
        // That is told already.
        return Ok(false);
    }
    let shown = last_line(&submission);
    if shown.is_empty() {
        proof.fault(Diagnostic::new(at, "the last line of `predict` prints nothing: there is nothing to predict"));
        return Ok(false);
    }
    proof.tries += 1;
    let other = subject.attempt(index, "None", Conditions::Other)?;
    let other = found(&other).as_ref().map(last_line).unwrap_or_default();
    if shown != other && !DisplayedValue::Python(other.clone()).is(&shown) {
        let message = format!(
            "nobody can predict this: it printed {shown:?} in one run and {other:?} in another. Leave time and chance out of it"
        );
        proof.fault(Diagnostic::new(at, message));
    }
    Ok(false)
}

/// Whether every order of a race comes out as the lesson says.
fn prove_race(race: &Race, tried: &Attempt, proof: &mut Proof) {
    let at = race.loses.span().start;
    let Some(raced) = tried.raced.last().filter(|_| tried.done) else {
        let message = "the race does not come to its end: does a program of it wait for ever?";
        return proof.fault(Diagnostic::new(Some(at), message));
    };
    let program = |name: &str| race.program_of(raced.names.iter().position(|known| known == name)?);
    let unsound = unmet::broken(raced, ("start", race.start.as_ref()), &race.holds, program);
    if !is_sound(raced, at, unsound, proof) {
        return;
    }
    let (loses, score) = (race.loses.get_ref(), raced.score());
    if score != *loses {
        let none = if raced.bad == 0 { ", if no order is to go wrong" } else { "" };
        let message = format!("loses is \"{loses}\", and the orders say otherwise: write loses = \"{score}\"{none}");
        proof.fault(Diagnostic::new(Some(at), message));
    }
    if raced.bad == raced.orders {
        let (asked, reply, seen) = (code(race.holds.run.get_ref()), code(&race.holds.reply), code(&seen_first(raced)));
        let message = format!(
            "{asked} says {reply} after no order, not even when one client runs after the other; after the first it says {seen}: is `reply` right?"
        );
        proof.advice.push(Diagnostic::new(Some(race.holds.run.span().start), message));
    }
}

/// Whether the programs of a comparison can be run by several clients at once, and lose nothing one after the other.
fn prove_sides(compare: &Compare, tried: &Attempt, proof: &mut Proof) {
    let sides = [&compare.left, &compare.right].into_iter().filter_map(|side| Some((side, side.holds.as_ref()?)));
    for (index, (side, holds)) in sides.enumerate() {
        let at = holds.run.span().start;
        let Some(raced) = tried.raced.get(index) else {
            let message = "its orders do not come to their end: does the program wait for ever?";
            proof.fault(Diagnostic::new(Some(at), message));
            continue;
        };
        let unsound = unmet::broken(raced, ("setup", compare.setup.as_ref()), holds, |_| Some(&side.run));
        if is_sound(raced, at, unsound, proof) && raced.bad == raced.orders {
            let (clients, seen) = (compare.clients(), seen_first(raced));
            let message = format!(
                "not even when {clients} clients run \"{}\" one after the other does it say {}: it says {seen}",
                side.title, holds.reply
            );
            proof.fault(Diagnostic::new(Some(at), message));
        }
    }
}

/// What the data said after the first order in which it did not hold.
fn seen_first(raced: &RaceResult) -> String {
    raced.example.as_ref().and_then(|order| order.seen.clone()).unwrap_or_else(|| "an error".into())
}

/// Whether all orders were played, and nothing of them is broken by itself; told if not.
fn is_sound(raced: &RaceResult, at: usize, unsound: Vec<Diagnostic>, proof: &mut Proof) -> bool {
    if raced.cut {
        let orders = raced.orders;
        let message = format!("there are more than {orders} orders: leave commands or clients out of the race");
        proof.fault(Diagnostic::new(Some(at), message));
    }
    let is_sound = !raced.cut && unsound.is_empty();
    for fault in unsound {
        // What raises by itself is told as that.
        if !proof.faults.iter().any(|known| known.at == fault.at) {
            proof.fault(fault);
        }
    }
    is_sound
}
