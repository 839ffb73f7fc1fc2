//! Checks steps in which the learner types nothing that is judged: code that the tutor types must run, a prediction
//! must have the same result each time, and races must have the results that the lesson states.

use std::io;

use toml::Spanned;

use super::attempt::{Attempt, Conditions, LessonUnderTest};
use super::explain::{self, line_of_error, quoted};
use super::{Report, check_picture, is_stopped, refused_tutor_command};
use crate::lesson::evidence::{DisplayedValue, Submission};
use crate::lesson::format::{Compare, Diagnostic, Race, Step};
use crate::lesson::race_result::RaceResult;
use crate::markup::code;
use crate::messages::check as messages;

/// Checks a step without a task. `nothing` is the attempt that only prepared the step.
pub fn check_untyped_step(
    lesson_under_test: &LessonUnderTest<'_>,
    index: usize,
    nothing: &Attempt,
    report: &mut Report,
) -> io::Result<()> {
    let step = &lesson_under_test.lesson.steps[index];
    let skipped = lesson_under_test.attempt(index, ":skip", Conditions::Usual)?;
    report.tries += 1;
    if is_stopped(&skipped, step.id.span().start, report) {
        return Ok(());
    }
    let never_ends = match &step.predict {
        Some(predicted) => check_prediction(lesson_under_test, index, predicted, nothing, report)?,
        None => false,
    };
    if !skipped.done && !never_ends {
        let message = messages::not_left_by_skip(step.id.get_ref());
        report.add_error(Diagnostic::new(Some(step.id.span().start), message));
    }
    if let Some(show) = &step.show {
        match refused_tutor_command(show.get_ref()) {
            Some(refusal) => report.add_error(Diagnostic::new(Some(show.span().start), refusal)),
            None => check_show(step, show, &lesson_under_test.rehearsal.steps[index], report),
        }
    }
    check_picture(step, &skipped, report);
    if let Some(race) = &step.race {
        let tried = lesson_under_test.attempt(index, "all", Conditions::Usual)?;
        if !is_stopped(&tried, race.loses.span().start, report) {
            check_race(race, &tried, report);
        }
    }
    if let Some(compare) = &step.compare {
        check_sides(compare, nothing, report);
    }
    Ok(())
}

/// Checks that the code that the tutor types raises the error that the step expects, or none.
fn check_show(step: &Step, show: &Spanned<String>, typed: &[Submission], report: &mut Report) {
    let expected = step.expect.as_ref().and_then(|expect| expect.get_ref().error.as_deref());
    let raised = typed.iter().find_map(|submission| Some((&submission.source, submission.error.as_ref()?)));
    let message = match (raised, expected) {
        (Some((_, error)), Some(expected)) if error.class_and_message().contains(expected) => return,
        (Some((source, error)), _) => {
            messages::show_raises(quoted(&line_of_error(source, error)), error.class_and_message())
        }
        (None, Some(expected)) => messages::show_raises_nothing(quoted(expected)),
        (None, None) => return,
    };
    report.add_error(Diagnostic::new(Some(show.span().start), message));
}

/// Checks that the code of a prediction prints output, and that the output is the same each time. Returns true if the
/// code never ends.
fn check_prediction(
    lesson_under_test: &LessonUnderTest<'_>,
    index: usize,
    predicted: &Spanned<String>,
    nothing: &Attempt,
    report: &mut Report,
) -> io::Result<bool> {
    let at = Some(predicted.span().start);
    let find =
        |attempt: &Attempt| attempt.unseen.iter().find(|submission| submission.source == *predicted.get_ref()).cloned();
    let last_line = |submission: &Submission| submission.output.trim().lines().last().unwrap_or_default().to_owned();
    let Some(submission) = find(nothing) else {
        report.add_error(Diagnostic::new(at, messages::prediction_waits()));
        return Ok(true);
    };
    if submission.error.is_some() {
        // `check_hidden_code` has already reported the error.
        return Ok(false);
    }
    let shown = last_line(&submission);
    if shown.is_empty() {
        report.add_error(Diagnostic::new(at, messages::prediction_prints_nothing()));
        return Ok(false);
    }
    report.tries += 1;
    let other = lesson_under_test.attempt(index, "None", Conditions::Other)?;
    if is_stopped(&other, predicted.span().start, report) {
        return Ok(true);
    }
    let other = find(&other).as_ref().map(last_line).unwrap_or_default();
    if shown != other && !DisplayedValue::Python(other.clone()).is(&shown) {
        report.add_error(Diagnostic::new(at, messages::prediction_varies(quoted(&shown), quoted(&other))));
    }
    Ok(false)
}

/// Checks that a race goes wrong in as many orders of the clients' commands as the lesson states.
fn check_race(race: &Race, tried: &Attempt, report: &mut Report) {
    let at = race.loses.span().start;
    let Some(result) = tried.race_results.last().filter(|_| tried.done) else {
        return report.add_error(Diagnostic::new(Some(at), messages::race_never_ends()));
    };
    let program = |name: &str| race.program_of(result.names.iter().position(|known| known == name)?);
    let broken = explain::broken_race(result, ("start", race.start.as_ref()), &race.holds, program);
    if !check_result(result, at, broken, report) {
        return;
    }
    let (loses, score) = (race.loses.get_ref(), result.score());
    if score != *loses {
        let message = if result.bad == 0 {
            messages::race_loses_nothing(loses, score)
        } else {
            messages::race_loses_otherwise(loses, score)
        };
        report.add_error(Diagnostic::new(Some(at), message));
    }
    if result.bad == result.orders {
        let (probe, wanted) = (code(race.holds.run.get_ref()), code(&race.holds.reply));
        let message = messages::race_never_holds(probe, wanted, code(&first_bad_value(result)));
        report.advice.push(Diagnostic::new(Some(race.holds.run.span().start), message));
    }
}

/// Checks that several clients can run the programs of a comparison concurrently, and that for each program, at least
/// one order of the commands loses no update.
fn check_sides(compare: &Compare, tried: &Attempt, report: &mut Report) {
    let sides = [&compare.left, &compare.right].into_iter().filter_map(|side| Some((side, side.holds.as_ref()?)));
    for (index, (side, holds)) in sides.enumerate() {
        let at = holds.run.span().start;
        let Some(result) = tried.race_results.get(index) else {
            report.add_error(Diagnostic::new(Some(at), messages::side_never_ends()));
            continue;
        };
        let broken = explain::broken_race(result, ("setup", compare.setup.as_ref()), holds, |_| Some(&side.run));
        if check_result(result, at, broken, report) && result.bad == result.orders {
            let (wanted, actual) = (&holds.reply, first_bad_value(result));
            let message = messages::side_never_holds(compare.clients(), &side.title, wanted, actual);
            report.add_error(Diagnostic::new(Some(at), message));
        }
    }
}

/// Returns what the probe returned after the first order of the clients' commands that lost an update.
fn first_bad_value(result: &RaceResult) -> String {
    result.example.as_ref().and_then(|order| order.seen.clone()).unwrap_or_else(messages::an_error)
}

/// Returns whether all orders of the clients' commands were played and no part of the race is broken. Otherwise,
/// reports the problems.
fn check_result(result: &RaceResult, at: usize, broken: Vec<Diagnostic>, report: &mut Report) -> bool {
    if result.cut {
        report.add_error(Diagnostic::new(Some(at), messages::too_many_orders(result.orders)));
    }
    let is_sound = !result.cut && broken.is_empty();
    for error in broken {
        // Code that fails even outside of a race has been reported already.
        if !report.errors.iter().any(|known| known.at == error.at) {
            report.add_error(error);
        }
    }
    is_sound
}
