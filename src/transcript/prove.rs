//! `check`: proves a lesson. Every answer and every other way passes, doing nothing does not, every mistake gets its own
//! text, and what is shown, predicted or measured runs.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use toml::Spanned;

use super::other_dialect;
use crate::driver::{Backstage, Stage, drive, rehearse};
use crate::lesson::differences;
use crate::lesson::evidence::Submission;
use crate::lesson::format::{Compare, Expect, Fault, Lesson, Race, Step, When};
use crate::lesson::judge::{self, Judged, Verdict};
use crate::lesson::library::Library;
use crate::lesson::raced::Raced;
use crate::lesson::rehearsal::Rehearsal;
use crate::lesson::rules;
use crate::session::dialect::{self, Dialect};
use crate::session::event::{Event, Prompt, Show};
use crate::session::{Options, Session};

/// What a proof found.
#[derive(Debug, Default)]
pub struct Proof {
    pub faults: Vec<Fault>,
    /// What is allowed, and may not be meant.
    pub advice: Vec<Fault>,
    /// How often something was tried.
    pub tries: usize,
}

impl Proof {
    fn fault(&mut self, at: usize, message: String) {
        self.faults.push(Fault { at: Some(at), message });
    }
}

/// Proves a lesson. If its file breaks a rule, nothing of it is run.
///
/// # Errors
/// A Python that cannot be started.
pub fn prove(lesson: &Arc<Lesson>) -> io::Result<Proof> {
    let mut proof = Proof { faults: rules::faults(lesson), advice: rules::advice(lesson), tries: 0 };
    if proof.faults.is_empty() {
        let rehearsal = Arc::new(rehearse(lesson, &Attempt::default().program()?)?);
        let subject = Subject { lesson, rehearsal };
        for index in 0..lesson.steps.len() {
            prove_step(&subject, index, &mut proof)?;
        }
    }
    Ok(proof)
}

/// The lesson that is proved, and what comes of its answers.
struct Subject<'a> {
    lesson: &'a Arc<Lesson>,
    rehearsal: Arc<Rehearsal>,
}

fn prove_step(subject: &Subject<'_>, index: usize, proof: &mut Proof) -> io::Result<()> {
    let lesson = subject.lesson;
    let step = &lesson.steps[index];
    let id = step.id.get_ref();
    let attempt = |text: &str, proof: &mut Proof| {
        proof.tries += 1;
        attempt(subject, index, text)
    };
    // Doing nothing prepares the step, so that what goes wrong before the learner types is found here.
    let nothing = attempt("None", proof)?;
    unseen_errors(lesson, step, &nothing, proof);
    if step.task.is_none() && step.explore.is_none() {
        return prove_shown(subject, index, &nothing, proof);
    }
    let answers = step.answer.iter().chain(&step.also);
    if nothing.is_done() {
        let at = step.expect.as_ref().map(|expect| expect.span().start);
        let message =
            format!("step \"{id}\" is done by doing nothing: expect something that only the answer brings about");
        proof.faults.push(Fault { at, message });
    }
    for answer in answers {
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
        let at = Some(mistake.example.span().start);
        if tried.is_done() {
            let message = "this mistake passes as an answer: make `try` a real mistake, or `expect` stricter".into();
            proof.faults.push(Fault { at, message });
        } else if !tried.judged.iter().any(|judged| judged.verdict == Verdict::Mistake(index)) {
            let message = format!("this mistake does not get its text. {}", tried.why_not(mistake.when.get_ref()));
            proof.faults.push(Fault { at, message });
        } else if mistake.spoils == Some(true) && !tried.judged.iter().any(|judged| judged.submission.changed) {
            let message =
                "`spoils` is true, and this changes nothing: take `spoils` out, or let `try` change something";
            proof.faults.push(Fault { at, message: message.into() });
        }
    }
    Ok(())
}

/// Whether an answer does the step.
fn passes(step: &Step, answer: &Spanned<String>, tried: &Attempt, proof: &mut Proof) {
    let at = Some(answer.span().start);
    let expects_error = step.expect.as_ref().is_some_and(|expect| expect.get_ref().error.is_some());
    if let Some((source, error)) = tried.errors.first()
        && !expects_error
    {
        let message =
            format!("this answer raises at {source:?}: {error}. Mend it, or expect the error by `error = \"…\"`");
        proof.faults.push(Fault { at, message });
    } else if !tried.is_done() {
        let message = format!("this answer does not do the step. {}", tried.seen(step));
        proof.faults.push(Fault { at, message });
    } else {
        draws(step, tried, proof);
        if let Some((source, told)) = tried.scolded(step) {
            let message = format!("{source:?} is on the way to what does the step, and is told, as a mistake: {told}");
            proof.faults.push(Fault { at, message });
        }
        // Another way may well end in a look at what it did.
        let is_shown = step.answer.as_ref() == Some(answer);
        if let Some(line) = tried.needless.as_ref().filter(|_| is_shown) {
            let message = format!(
                "the step is done before {line:?} is typed, so nobody need type it: let `expect` ask for what it brings about"
            );
            proof.advice.push(Fault { at, message });
        }
    }
}

/// Whether the commands of an answer, as lines of redis-cli, do the step.
fn passes_in_redis_cli(step: &Step, lines: &str, tried: &Attempt, proof: &mut Proof) {
    if !tried.is_done() {
        let at = step.answer.as_ref().map(|answer| answer.span().start);
        let seen = tried.seen(step);
        proof.faults.push(Fault {
            at,
            message: format!("typed in redis-cli, this answer does not do the step: {lines:?}. {seen}"),
        });
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
    if tried.is_done() {
        let message = "the step is done without going to another client, too: if it matters who acts, say so by `by = [\"…\"]` in `expect`".into();
        proof.advice.push(Fault { at: Some(answer.span().start), message });
    }
}

/// Whether the key that a step draws is there when the step is done.
fn draws(step: &Step, tried: &Attempt, proof: &mut Proof) {
    if let Some(draw) = step.draw.as_ref().filter(|_| !tried.drawn) {
        let key = draw.get_ref();
        let message = format!("\"{key}\" is not there when the step is done: let `draw` name a key that is");
        proof.faults.push(Fault { at: Some(draw.span().start), message });
    }
}

/// Whether what the tutor types runs, and does not end in an error.
fn prove_shown(subject: &Subject<'_>, index: usize, nothing: &Attempt, proof: &mut Proof) -> io::Result<()> {
    let step = &subject.lesson.steps[index];
    let at = Some(step.id.span().start);
    let skipped = attempt(subject, index, ":skip")?;
    proof.tries += 1;
    if !skipped.is_done() {
        proof.faults.push(Fault { at, message: format!("step \"{}\" cannot be left by :skip", step.id.get_ref()) });
    }
    draws(step, &skipped, proof);
    if let Some(race) = &step.race {
        prove_race(race, &attempt(subject, index, "all")?, proof);
    }
    if let Some(compare) = &step.compare {
        prove_sides(compare, nothing, proof);
    }
    if let Some(predicted) = &step.predict {
        let printed = nothing.unseen.iter().find(|submission| submission.source == *predicted.get_ref());
        if printed.is_none_or(|submission| submission.output.trim().is_empty()) {
            let at = Some(predicted.span().start);
            proof.faults.push(Fault {
                at,
                message: "the last line of `predict` prints nothing: there is nothing to predict".into(),
            });
        }
    }
    Ok(())
}

/// Whether every order of a race comes out as the lesson says.
fn prove_race(race: &Race, tried: &Attempt, proof: &mut Proof) {
    let at = race.loses.span().start;
    let Some(raced) = tried.raced.last().filter(|_| tried.is_done()) else {
        return proof.fault(at, "the race does not come to its end: does a program of it wait for ever?".into());
    };
    let loses = race.loses.get_ref();
    if !raced.cut && raced.score() != *loses {
        let score = raced.score();
        proof.fault(at, format!("loses is \"{loses}\", and the orders say otherwise: write loses = \"{score}\""));
    }
    let run = race.clients.iter().find_map(|client| client.run.as_ref());
    prove_orders(raced, at, race.start.as_ref(), run, proof);
}

/// Whether the programs of a comparison can be run by several clients at once, and lose nothing one after the other.
fn prove_sides(compare: &Compare, tried: &Attempt, proof: &mut Proof) {
    let sides = [&compare.left, &compare.right].into_iter().filter_map(|side| Some((side, side.holds.as_ref()?)));
    for (index, (side, holds)) in sides.enumerate() {
        let at = holds.run.span().start;
        let Some(raced) = tried.raced.get(index) else {
            proof.fault(at, "its orders do not come to their end: does the program wait for ever?".into());
            continue;
        };
        if raced.bad == raced.orders && !raced.cut {
            let seen = raced.example.as_ref().and_then(|order| order.seen.clone());
            let seen = seen.unwrap_or_else(|| "an error".into());
            let clients = compare.clients();
            proof.fault(
                at,
                format!(
                    "not even when {clients} clients run \"{}\" one after the other does it say {}: it says {seen}",
                    side.title, holds.reply
                ),
            );
        }
        prove_orders(raced, at, compare.setup.as_ref(), Some(&side.run), proof);
    }
}

/// Whether all orders were played, and no program of them is broken by itself.
fn prove_orders(
    raced: &Raced,
    at: usize,
    start: Option<&Spanned<String>>,
    run: Option<&Spanned<String>>,
    proof: &mut Proof,
) {
    if raced.cut {
        let orders = raced.orders;
        proof.fault(at, format!("there are more than {orders} orders: leave commands or clients out of the race"));
    }
    // An error that comes of the others' commands may be what the race shows; these come of the program itself.
    if let Some((name, error)) = &raced.error
        && (name == "start" || ["NameError", "SyntaxError", "IndentationError"].contains(&error.class.as_str()))
    {
        let place = start.filter(|_| name == "start").or(run);
        proof.fault(
            place.map_or(at, |place| place.span().start),
            format!(
                "{name} of this race raises {}: {}. Each begins with `r` and `redis` alone",
                error.class, error.message
            ),
        );
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
                let fault = Fault {
                    at: Some(place.span().start),
                    message: format!("this raises {}: {}", error.class, error.message),
                };
                if !proof.faults.contains(&fault) {
                    proof.faults.push(fault);
                }
            }
        }
    }
}

/// What came of an attempt.
#[derive(Debug, Default)]
struct Attempt {
    inputs: VecDeque<String>,
    judged: Vec<Judged>,
    /// What raised, and how.
    errors: Vec<(String, String)>,
    unseen: Vec<Submission>,
    raced: Vec<Raced>,
    /// Whether the step has begun.
    prompted: bool,
    done: bool,
    /// The line that was still to come when the step was done.
    needless: Option<String>,
    /// Whether a picture was shown.
    drawn: bool,
}

impl Attempt {
    fn is_done(&self) -> bool {
        self.done
    }

    /// What was seen instead of what does the step, for a message.
    fn seen(&self, step: &Step) -> String {
        let seen = match self.judged.last() {
            None => "Nothing of it was judged: no line of it ran to its end.".into(),
            Some(Judged { verdict: Verdict::Mistake(index), .. }) => {
                format!("It got the text of mistake {}.", index + 1)
            }
            Some(Judged { verdict: Verdict::Spoilt, .. }) => "A mistake before it has spoilt the data.".into(),
            Some(judged) => match (differing(step, judged), &judged.verdict) {
                (differing, Verdict::Near(told) | Verdict::Miss(told)) if differing.is_empty() => told.join(" "),
                (differing, _) => differing.join(" "),
            },
        };
        format!("{seen}{}", self.raised())
    }

    /// Why a mistake was not recognised.
    fn why_not(&self, when: &When) -> String {
        let unmet = |judged: &Judged| judge::unmet(when, &judged.submission, &judged.findings);
        let why = match self.judged.iter().map(|judged| (unmet(judged), judged)).min_by_key(|(unmet, _)| unmet.len()) {
            None => "Nothing of it was judged: no line of it ran to its end.".into(),
            Some((unmet, Judged { verdict: Verdict::Mistake(index), .. })) if unmet.is_empty() => {
                format!("`when` fits, and so does that of mistake {}, which comes first.", index + 1)
            }
            Some((unmet, _)) if unmet.is_empty() => {
                "`when` fits, and no line of it can be what it is about: it sends and changes nothing, or goes to \
                 another key than the answer."
                    .into()
            }
            Some((unmet, _)) => format!("`when` does not fit: {}", unmet.join(" ")),
        };
        format!("{why}{}", self.raised())
    }

    /// What raised last, as a sentence after others.
    fn raised(&self) -> String {
        self.errors.last().map(|(source, error)| format!(" {source:?} raised {error}.")).unwrap_or_default()
    }

    /// A line that was taken for a mistake before the step was done, and what was said to it.
    fn scolded<'a>(&'a self, step: &'a Step) -> Option<(&'a str, &'a str)> {
        self.judged.iter().find_map(|judged| {
            let Verdict::Mistake(index) = judged.verdict else { return None };
            Some((judged.submission.source.as_str(), step.mistakes[index].say.as_str()))
        })
    }
}

/// All that a step expects and is not so after a submission.
fn differing(step: &Step, judged: &Judged) -> Vec<String> {
    let expect = step.expect.as_ref().map(|expect| expect.get_ref());
    expect.map(|expect| differences::of_expectations(expect, &judged.submission, &judged.findings)).unwrap_or_default()
}

/// Opens a lesson at a step, and types a text.
fn attempt(subject: &Subject<'_>, index: usize, text: &str) -> io::Result<Attempt> {
    let lesson = subject.lesson;
    let mut session = Session::new(Options::repeatable(Arc::new(Library { lessons: vec![lesson.clone()] })));
    session.open(lesson.clone(), index);
    session.rehearsed(subject.rehearsal.clone());
    let mut attempt = Attempt { inputs: dialect::submissions(text).into(), ..Attempt::default() };
    drive(&mut session, &mut attempt)?;
    attempt.done |= session.is_step_done();
    Ok(attempt)
}

impl Stage for Attempt {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.drawn |= matches!(show, Show::Picture(_));
        Ok(())
    }

    fn input(&mut self, backstage: &mut Backstage<'_>, _: &Prompt) -> io::Result<Event> {
        self.prompted = true;
        if backstage.session().is_step_done() && !self.done {
            self.done = true;
            self.needless = self.inputs.front().cloned();
        }
        // All of it is typed, even if the step is done before the end: replays type all of it, too.
        Ok(self.inputs.pop_front().map_or(Event::EndOfInput, Event::Entered))
    }

    fn wait(&mut self, _: &Backstage<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        let more = !self.inputs.is_empty();
        Ok(match deadline_us {
            Some(_) => Event::SkipWait,
            None if more => Event::Entered(String::new()),
            None => Event::EndOfInput,
        })
    }

    fn finished(&mut self, submission: &Submission) -> io::Result<()> {
        // What runs before the first prompt are the answers of the steps before.
        if let Some(error) = &submission.error
            && self.prompted
        {
            self.errors.push((submission.source.clone(), format!("{}: {}", error.class, error.message)));
        }
        Ok(())
    }

    fn unseen(&mut self, submission: &Submission) -> io::Result<()> {
        self.unseen.push(submission.clone());
        Ok(())
    }

    fn raced(&mut self, raced: &Raced) -> io::Result<()> {
        self.raced.push(raced.clone());
        Ok(())
    }

    fn judged(&mut self, judged: &Judged) -> io::Result<()> {
        self.judged.push(judged.clone());
        Ok(())
    }
}
