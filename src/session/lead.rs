//! Leading through a lesson: preparing steps, judging what was entered, saying what comes next.

use std::sync::Arc;

use super::client::Client;
use super::clock::Clock;
use super::cost_comparison::Measure;
use super::dialect;
use super::draw::Baselines;
use super::event::{Effect, Part, Show};
use super::script::{Item, Then};
use super::step_activity::StepActivity;
use super::step_starts::StepStarts;
use super::{MAIN, Session, TUTOR};
use crate::lesson::differences;
use crate::lesson::evidence::{DisplayedValue, Failure, Submission};
use crate::lesson::format::{Lesson, Step};
use crate::lesson::judge::{self, Findings, Judged, Origin, Verdict, code};
use crate::lesson::practice::Outcome;
use crate::lesson::rehearsal::Rehearsal;
use crate::markup::{Role, parse};
use redis_engine::Engine;

/// What is said when a step would be done, had the data not been spoilt.
const SPOILT: &str =
    "That is the way; but what went wrong before it is still in the data. `:again` starts the step afresh.";

/// The lesson that is open, and where the learner stands in it.
#[derive(Debug, Clone)]
pub(super) struct LessonRun {
    pub lesson: Arc<Lesson>,
    /// The index of the step.
    pub step: usize,
    pub phase: Phase,
    /// How many hints were given.
    pub hints: usize,
    /// What a prediction's code prints, as text.
    pub truth: Option<String>,
    /// The keys that must stay as they are, as they were at the step's start.
    before: Vec<(String, Vec<u8>)>,
    /// Everything as it was at the step's start, where clients are to run something from there.
    pub start: Option<Arc<Start>>,
    pub begun: StepStarts,
    /// What comes of the lesson's own answers, once that is known.
    pub rehearsal: Option<Arc<Rehearsal>>,
    /// What the learner has sent in this step.
    sent: Vec<Vec<Vec<u8>>>,
    tried: StepActivity,
    /// The clients that have sent it.
    acted: Vec<String>,
    /// What else there is to say when the step is done.
    aside: Option<String>,
    /// Whether the answer was shown.
    pub answered: bool,
}

/// The data and the clock, as a step began.
#[derive(Debug)]
pub(super) struct Start {
    pub engine: Engine,
    pub clock: Clock,
    /// How much each client's Python had run.
    pub ran: Vec<usize>,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Being prepared.
    Preparing,
    /// The learner works on it.
    Doing,
    /// Done: an empty line goes on.
    Done,
    /// The lesson is over: an empty line opens the next one.
    Over,
}

impl LessonRun {
    pub fn current(&self) -> &Step {
        &self.lesson.steps[self.step]
    }

    /// What to type for the step, if anything is to be typed.
    pub fn answer(&self) -> Option<&str> {
        let step = self.current();
        [&step.answer, &step.predict, &step.show].into_iter().flatten().next().map(|text| text.get_ref().as_str())
    }
}

impl Session {
    /// Opens a lesson at a step.
    pub fn open(&mut self, lesson: Arc<Lesson>, step: usize) {
        self.open_lesson(lesson, step);
        self.settle();
    }

    pub(super) fn open_lesson(&mut self, lesson: Arc<Lesson>, step: usize) {
        let step = step.min(lesson.steps.len().saturating_sub(1));
        self.rebuild(lesson, step);
        self.prepare_step();
    }

    /// Types the setup and the answers of so many steps, unseen.
    pub(super) fn rebuild(&mut self, lesson: Arc<Lesson>, steps: usize) {
        self.script.clear();
        self.end_race();
        self.entered.clear();
        let step = steps.min(lesson.steps.len().saturating_sub(1));
        let setup = lesson.setup.as_ref().map(|setup| Item::Unseen(setup.get_ref().clone()));
        let before: Vec<Item> = lesson.steps[..steps].iter().flat_map(|step| typed(step, false)).collect();
        let begun = self.begun_of(&lesson);
        let waits = begun.is_again_at(step);
        let rehearsal = self.rehearsal_of(&lesson);
        self.lead = Some(LessonRun {
            lesson,
            step,
            phase: Phase::Preparing,
            hints: 0,
            truth: None,
            before: Vec::new(),
            start: None,
            begun,
            rehearsal,
            sent: Vec::new(),
            tried: StepActivity::default(),
            acted: Vec::new(),
            aside: None,
            answered: false,
        });
        self.script.add(waits.then_some(Item::AwaitRehearsal));
        self.script.add([Item::ClockBack, Item::Silence(true), Item::Reset]);
        self.script.add(setup);
        self.script.add(before);
        self.script.add([Item::Silence(false)]);
    }

    /// Everything as on the first day.
    pub(super) fn reset(&mut self) {
        for client in &self.clients {
            self.effects.extend(client.python.child.map(Effect::Kill));
        }
        // Real clients stay.
        for client in self.own_connections() {
            self.engine.disconnect(client);
        }
        self.engine.reset(self.seed, self.clock.now_us());
        self.clients = vec![Client::new("tutor", false), Client::new("main", true)];
        self.foreground = MAIN;
        self.speaker = MAIN;
        self.turn = None;
        self.finished.clear();
        self.typed.clear();
        self.record.forget();
        self.past.share_nothing();
        if self.is_practice() {
            // A task of practice is done once: nobody goes back to the one before it.
            self.past.forget();
        }
        self.baselines = Baselines::new();
    }

    /// Finds out what must be known before a step can be shown.
    fn prepare_step(&mut self) {
        let Some(lead) = &mut self.lead else { return };
        lead.phase = Phase::Preparing;
        lead.hints = 0;
        lead.truth = None;
        lead.sent.clear();
        lead.tried = StepActivity::default();
        lead.acted.clear();
        lead.aside = None;
        lead.answered = false;
        self.end_race();
        let Some(lead) = &mut self.lead else { return };
        let step = lead.current().clone();
        if let Some(predicted) = &step.predict {
            let code = predicted.get_ref().clone();
            self.script.add([Item::Keep, Item::Unseen(code), Item::PutBack, Item::Then(Then::Predicted)]);
        }
        if let Some(compare) = &step.compare {
            self.script.measured.clear();
            self.script.raced.clear();
            let setup = compare.setup.as_ref().map(|setup| Item::Unseen(setup.get_ref().clone()));
            let sizes = compare.sizes().into_iter().map(|n| Some(Item::Unseen(format!("n = {n}"))));
            let sizes: Vec<_> = if compare.grow.is_some() { sizes.collect() } else { vec![None] };
            for (size, program) in sizes.iter().flat_map(|size| [(size, &compare.left), (size, &compare.right)]) {
                self.script.add([Item::Keep]);
                self.script.add(size.clone().into_iter().chain(setup.clone()));
                let run = program.run.get_ref().clone();
                self.script.add([
                    Item::Then(Then::Ready),
                    Item::Unseen(run),
                    Item::Then(Then::Measured),
                    Item::PutBack,
                ]);
            }
            let races = super::race::plans_of_compare(compare).into_iter().map(|plan| Then::RaceSide(Box::new(plan)));
            self.script.add(races.map(Item::Then));
        }
        self.script.add([Item::Then(Then::StepBegins)]);
    }

    /// Something that the script found out is known: what follows from it.
    pub(super) fn go_on(&mut self, then: Then) {
        match then {
            Then::Predicted => {
                let printed = self.script.found.last().map(|submission| submission.output.trim_end().to_owned());
                if let Some(lead) = &mut self.lead {
                    lead.truth = printed.map(|text| text.lines().last().unwrap_or_default().to_owned());
                }
            }
            Then::Measured => {
                let memory = self.engine.keyspace.memory().saturating_sub(self.script.weighed);
                let mut measure = Measure { memory, ..Measure::default() };
                for submission in &self.script.found {
                    measure.traffic.commands += submission.traffic.commands;
                    measure.traffic.round_trips += submission.traffic.round_trips;
                    measure.traffic.sent += submission.traffic.sent;
                    measure.traffic.received += submission.traffic.received;
                }
                self.script.measured.push(measure);
            }
            // What was found until then counts for nothing.
            Then::Ready => self.script.weighed = self.engine.keyspace.memory(),
            Then::StepBegins => self.begin_step(),
            Then::LessonEnds => self.end_lesson(),
            Then::Race(plan) => self.race_submission(*plan),
            Then::RaceSide(plan) => self.race_side(*plan),
            Then::Judge(submission) => self.judged(&submission),
            Then::Sheet => self.show_sheet(),
            Then::Compared | Then::Shown | Then::Skipped => self.step_done(matches!(then, Then::Skipped)),
        }
    }

    /// Shows a step, and starts it.
    fn begin_step(&mut self) {
        let Some(lead) = &mut self.lead else { return };
        lead.phase = Phase::Doing;
        self.note_begun();
        self.pictures_begin();
        let Some(lead) = &self.lead else { return };
        let (lesson, index) = (lead.lesson.clone(), lead.step);
        let step = lead.current().clone();
        let unchanged = step.expect.iter().flat_map(|e| &e.get_ref().unchanged);
        let before = unchanged.map(|key| (key.get_ref().clone(), self.look_at(key.get_ref()))).collect();
        let is_raced = step.expect.as_ref().is_some_and(|expect| expect.get_ref().every_order.is_some());
        let ran = || self.clients.iter().map(|client| client.python.journal.len()).collect();
        let start = || Start { engine: self.engine.clone(), clock: self.clock.clone(), ran: ran() };
        let start = is_raced.then(|| Arc::new(start()));
        if let Some(lead) = &mut self.lead {
            (lead.before, lead.start) = (before, start);
        }
        self.races.raced = None;
        if self.review.is_none() {
            self.progress.at(lesson.id.get_ref(), step.id.get_ref());
        }
        self.effects.push(Effect::Progress(self.progress.clone()));
        let part = self.part_of_review().unwrap_or(Part::Step { number: index + 1, of: lesson.steps.len() });
        self.show(Show::Gap);
        self.head(&lesson, part);
        self.show(Show::Text(parse(step.say.get_ref())));
        self.show(Show::Gap);
        self.invite(&step);
        if let Some(show) = &step.show {
            self.script.add(type_all(show.get_ref(), true));
            self.script.add([Item::Then(Then::Shown)]);
        }
        if let Some(race) = &step.race {
            self.begin_race_step(race);
        }
        if let Some(compare) = &step.compare {
            self.show(super::cost_comparison::shown(compare, &self.script.measured, &self.script.raced));
            for raced in std::mem::take(&mut self.script.raced) {
                self.effects.push(Effect::RaceResult(Box::new(raced)));
            }
            self.script.add([Item::Then(Then::Compared)]);
        }
    }

    /// Says what is to be done.
    pub(super) fn invite(&mut self, step: &Step) {
        if let Some(task) = &step.task {
            self.say(Role::Task, &format!("**Do:** {}", task.get_ref()));
        }
        if let Some(explore) = &step.explore {
            self.say(Role::Task, &format!("**Try:** {}", explore.get_ref()));
        }
        if let Some(predicted) = &step.predict {
            self.say(Role::Task, "**Predict:** what will the last line print?");
            self.show(Show::Text(parse(&format!("```\n{}\n```", predicted.get_ref().trim_end()))));
        }
        if let Some(choose) = &step.choose {
            self.say(Role::Task, &format!("**Choose:** {}", choose.question));
            let options: Vec<_> =
                choose.options.iter().enumerate().map(|(i, option)| format!("{}. {}", i + 1, option.text)).collect();
            self.show(Show::Text(parse(&options.join("\n"))));
            self.say(Role::Muted, "Type the number.");
        }
        if let Some(race) = &step.race {
            self.invite_to_race(race);
        }
        self.show(Show::Gap);
    }

    /// A submission of the learner's has run: looks at the data, to judge it.
    pub(super) fn judge(&mut self, submission: Submission) {
        let Some(lead) = &mut self.lead else { return };
        if lead.phase == Phase::Doing {
            lead.tried.note(&submission);
        }
        let step = lead.current();
        let is_judged = step.task.is_some() || step.explore.is_some();
        if self.past.in_fork()
            || lead.phase != Phase::Doing
            || !is_judged
            || self.script.is_silent()
            || !self.script.is_idle()
        {
            return;
        }
        let probes = judge::probes(step);
        self.script.add([Item::AwaitRehearsal]);
        let every = step.expect.as_ref().and_then(|expect| expect.get_ref().every_order.clone());
        let plan = every.and_then(|every| self.plan_of_submission(&every, &submission));
        // First of all, for what the probes find is looked at with the submission.
        self.script.add(plan.map(|plan| Item::Then(Then::Race(Box::new(plan)))));
        self.script.add(probes.into_iter().map(Item::Unseen));
        self.script.add([Item::Then(Then::Judge(Box::new(submission)))]);
    }

    /// What the data says is known: says what comes of the submission.
    fn judged(&mut self, submission: &Submission) {
        let Some(lead) = &mut self.lead else { return };
        lead.sent.extend(submission.commands.iter().cloned());
        if !submission.commands.is_empty() && !lead.acted.contains(&submission.client) {
            lead.acted.push(submission.client.clone());
        }
        let (sent, acted) = (lead.sent.clone(), lead.acted.clone());
        let step = lead.current().clone();
        let before = lead.before.clone();
        let found = std::mem::take(&mut self.script.found);
        let raced = self.races.raced.take();
        let every = step.expect.as_ref().and_then(|expect| expect.get_ref().every_order.as_ref());
        let findings = Findings {
            probes: found.into_iter().map(|probe| (probe.source.clone(), answer_of(probe))).collect(),
            changed_keys: before
                .into_iter()
                .filter(|(key, was)| self.look_at(key) != *was)
                .map(|(key, _)| key)
                .collect(),
            waiting: self
                .clients
                .iter()
                .filter(|client| client.work.is_some())
                .map(|client| client.name.clone())
                .collect(),
            sent,
            acted,
            intended: self.intended_commands(),
            task: step.task.as_ref().map(|task| task.get_ref().clone()).unwrap_or_default(),
            holders: self.lead.as_ref().map(|lead| lead.tried.holders(&submission.client)).unwrap_or_default(),
            types: self.types_of_keys(submission),
            defined: every.is_some_and(|every| self.is_run_defined(every)),
            origin: self.origin(submission),
            spoilt: self.lead.as_ref().is_some_and(|lead| lead.tried.spoilt),
            raced,
        };
        let submission = submission.clone().with_queued(&findings.sent);
        let submission = self.with_race(submission, findings.raced.as_ref());
        let verdict = self.said_once(&step, &submission, judge::judge(&step, &submission, &findings));
        self.say_verdict(&step, &verdict, &findings);
        self.effects.push(Effect::Judged(Box::new(Judged { submission, findings, verdict })));
    }

    /// Says what comes of a submission.
    fn say_verdict(&mut self, step: &Step, verdict: &Verdict, findings: &Findings) {
        match verdict {
            Verdict::Done => {
                self.note_another_way(step, &findings.intended);
                self.step_done(false);
            }
            Verdict::Exploring => {}
            Verdict::Near(differences) => self.say(Role::Miss, &format!("Near. {}", differences.join(" "))),
            Verdict::OnTheWay => self.say(Role::Muted, "Not there yet; `:expect` tells what this step wants to see."),
            Verdict::Spoilt => self.say(Role::Miss, SPOILT),
            Verdict::Part => self.say(Role::Muted, "That is part of it; the rest is still to come."),
            Verdict::Mistake(index) => {
                self.say(Role::Miss, &step.mistakes[*index].say);
                self.show_lost(step, findings.raced.as_ref());
            }
            Verdict::Miss(differences) => {
                for difference in differences {
                    self.say(Role::Miss, difference);
                }
                self.show_lost(step, findings.raced.as_ref());
                let hints = step.hints.len() > self.lead.as_ref().map_or(0, |lead| lead.hints);
                self.say(
                    Role::Muted,
                    if hints { "`:hint` helps, `:again` starts the step afresh." } else { "`:answer` shows a way." },
                );
            }
        }
    }

    fn origin(&self, submission: &Submission) -> Origin {
        let tried = self.lead.as_ref().map(|lead| &lead.tried);
        tried.map_or(Origin::Redis, |tried| tried.origin(submission, &self.intended_commands()))
    }

    /// A verdict, without what was said before: what the data alone tells is told once, until it changes. Keeps what a
    /// mistake has spoilt.
    fn said_once(&mut self, step: &Step, submission: &Submission, verdict: Verdict) -> Verdict {
        let Some(lead) = &mut self.lead else { return verdict };
        if submission.changed {
            lead.tried.told.clear();
        }
        let Verdict::Mistake(index) = &verdict else { return verdict };
        let mistake = &step.mistakes[*index];
        if judge::is_of_data(mistake) && lead.tried.told.contains(index) {
            return Verdict::Exploring;
        }
        lead.tried.told.push(*index);
        lead.tried.spoilt |= judge::spoils(mistake, submission);
        verdict
    }

    /// Keeps the lesson's own way, to be shown beside one that does without its commands.
    fn note_another_way(&mut self, step: &Step, intended: &[Vec<Vec<u8>>]) {
        let Some(lead) = &mut self.lead else { return };
        let answer = step.answer.as_ref().map(|answer| answer.get_ref().trim());
        if let Some(answer) = answer.filter(|answer| !answer.contains('\n'))
            && differences::is_another_way(&lead.sent, intended)
        {
            lead.aside = Some(format!("Another way: {}", code(answer)));
        }
    }

    /// The step is done: says what happened, and how to go on.
    pub(super) fn step_done(&mut self, skipped: bool) {
        let Some(lead) = &mut self.lead else { return };
        lead.phase = Phase::Done;
        let (lesson, index) = (lead.lesson.clone(), lead.step);
        let step = lead.current().clone();
        let outcome = match (skipped || lead.answered, lead.hints) {
            (true, _) => Outcome::GivenUp,
            (false, 0) => Outcome::Known,
            (false, _) => Outcome::Helped,
        };
        self.keep_step_done(&lesson, index, skipped);
        match &step.after {
            Some(after) => self.say(if skipped { Role::Plain } else { Role::Done }, after.get_ref()),
            None if !skipped && step.task.is_some() => self.say(Role::Done, "Done."),
            None => {}
        }
        if let Some(aside) = self.lead.as_mut().and_then(|lead| lead.aside.take()) {
            self.say(Role::Muted, &aside);
        }
        if let Some(keys) = &step.draw {
            self.draw_after_step(keys.get_ref());
        }
        self.note_outcome(outcome);
        self.effects.push(Effect::Progress(self.progress.clone()));
        let goes_on = if self.is_last_in_review() { "Enter ends the practice." } else { "Enter goes on." };
        self.say(Role::Muted, goes_on);
    }

    /// Keeps in the progress that a step is done, and where the lesson goes on. Practice leaves the lessons as they are.
    fn keep_step_done(&mut self, lesson: &Lesson, index: usize, skipped: bool) {
        if self.review.is_some() {
            return;
        }
        if !skipped {
            self.progress.done(lesson.id.get_ref(), lesson.steps[index].id.get_ref());
        }
        if let Some(next) = lesson.steps.get(index + 1) {
            self.progress.at(lesson.id.get_ref(), next.id.get_ref());
        } else {
            self.progress.finished(lesson.id.get_ref());
        }
    }

    /// Goes on after a step is done; at the end of a lesson, to the next lesson.
    pub(super) fn next_step(&mut self) {
        if self.next_in_review() {
            return;
        }
        let Some(lead) = &mut self.lead else { return };
        if lead.step + 1 < lead.lesson.steps.len() {
            lead.step += 1;
            return self.prepare_step();
        }
        self.end_lesson();
    }

    /// An empty line: goes on when a step is done.
    pub(super) fn empty_line(&mut self) {
        if self.is_step_done() && self.stays_in_fork("go") {
            return;
        }
        match self.lead.as_ref().map(|lead| lead.phase) {
            Some(Phase::Done) => self.next_step(),
            Some(Phase::Over) => {
                let next = self.lead.as_ref().and_then(|lead| self.library.after(lead.lesson.id.get_ref())).cloned();
                if let Some(next) = next {
                    self.open_lesson(next, 0);
                }
            }
            Some(Phase::Preparing | Phase::Doing) | None => {}
        }
    }

    /// Types the answer for the learner.
    pub(super) fn skip(&mut self) {
        let Some(lead) = &mut self.lead else { return };
        if lead.phase != Phase::Doing {
            return self.empty_line();
        }
        lead.phase = Phase::Preparing;
        let step = lead.current().clone();
        if let Some(race) = &step.race {
            return self.skip_race(race);
        }
        self.script.add(typed(&step, true));
        self.script.add([Item::Then(Then::Skipped)]);
    }

    /// Whether there is such a key now.
    pub fn has_key(&self, key: &str) -> bool {
        self.engine.keyspace.database().get(key.as_bytes()).is_some()
    }

    /// What a key holds and when it expires, as bytes that differ when it differs.
    fn look_at(&mut self, key: &str) -> Vec<u8> {
        let client = self.cli_connection(TUTOR);
        let now_us = self.clock.now_us();
        let key = key.as_bytes();
        let questions: [&[&[u8]]; 7] = [
            &[b"PEXPIRETIME", key],
            &[b"TYPE", key],
            &[b"GET", key],
            &[b"LRANGE", key, b"0", b"-1"],
            &[b"HGETALL", key],
            &[b"SMEMBERS", key],
            &[b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"],
        ];
        for argv in questions {
            self.engine.execute(client, argv, now_us);
        }
        self.engine.server.clients.get_mut(client).reply.take()
    }
}

/// What a look at the data showed, or raised. Python shows nothing for None.
pub(super) fn answer_of(probe: Submission) -> Result<DisplayedValue, Failure> {
    match probe.error {
        Some(error) => Err(error),
        None => Ok(probe.value.unwrap_or_else(|| DisplayedValue::Python("None".into()))),
    }
}

/// What is typed to do a step, silently or aloud.
pub(super) fn typed(step: &Step, aloud: bool) -> Vec<Item> {
    let text = [&step.answer, &step.predict, &step.show].into_iter().flatten().next();
    text.map(|text| type_all(text.get_ref(), aloud)).unwrap_or_default()
}

fn type_all(text: &str, aloud: bool) -> Vec<Item> {
    dialect::submissions(text).into_iter().map(|text| Item::Type { text, aloud }).collect()
}
