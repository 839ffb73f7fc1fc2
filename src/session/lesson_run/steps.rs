//! The steps of a lesson, from preparation to completion.

use std::sync::Arc;

use super::cost_comparison;
use super::hidden_code::HiddenCode;
use super::race_step::plans_of_compare;
use super::script::{Item, Then};
use super::{Phase, StepData, Tutor};
use crate::lesson::format::{Lesson, Step};
use crate::lesson::practice::Outcome;
use crate::markup::{Role, parse};
use crate::messages::lesson_run as messages;
use crate::session::display::cost_comparison::Measure;
use crate::session::event::{Effect, Part, Show};
use crate::session::picture::{Place, Since};
use crate::session::runtime::dialect;
use redis_engine::resp::quoting;

impl Tutor {
    /// Queues the script items that must run before the open step can be shown.
    pub(super) fn prepare_step(&mut self) {
        let Some(run) = &mut self.lesson else { return };
        run.begin_preparing();
        let step = run.current().clone();
        self.end_race();
        if let Some(predicted) = &step.predict {
            let code = predicted.get_ref().clone();
            self.script.add([Item::BeginTrial, Item::Unseen(code), Item::EndTrial, Item::Then(Then::Predicted)]);
        }
        if let Some(compare) = &step.compare {
            self.script.measured.clear();
            self.script.raced.clear();
            let setup = compare.setup.as_ref().map(|setup| Item::Unseen(setup.get_ref().clone()));
            let sizes = compare.sizes().into_iter().map(|n| Some(Item::Unseen(format!("n = {n}"))));
            let sizes: Vec<_> = if compare.grow.is_some() { sizes.collect() } else { vec![None] };
            for (size, program) in sizes.iter().flat_map(|size| [(size, &compare.left), (size, &compare.right)]) {
                self.script.add([Item::BeginTrial]);
                self.script.add(size.clone().into_iter().chain(setup.clone()));
                let run = program.run.get_ref().clone();
                self.script.add([
                    Item::Then(Then::Ready),
                    Item::Unseen(run),
                    Item::Then(Then::Measured),
                    Item::EndTrial,
                ]);
            }
            let races = plans_of_compare(compare).into_iter().map(|plan| Then::RaceSide(Box::new(plan)));
            self.script.add(races.map(Item::Then));
        }
        self.script.add([Item::Then(Then::StepBegins)]);
    }

    /// Performs an action of the script. The items before it have already run.
    pub(super) fn continue_with(&mut self, then: Then) {
        match then {
            Then::Predicted => {
                let printed = self.script.found.last().map(|submission| submission.output.trim_end().to_owned());
                if let Some(run) = &mut self.lesson {
                    run.prediction = printed.map(|text| text.lines().last().unwrap_or_default().to_owned());
                }
            }
            Then::Measured => {
                let memory = self.runtime.engine.keyspace.memory().saturating_sub(self.script.memory_before);
                let mut measure = Measure { memory, ..Measure::default() };
                for submission in &self.script.found {
                    measure.traffic.commands += submission.traffic.commands;
                    measure.traffic.round_trips += submission.traffic.round_trips;
                    measure.traffic.sent += submission.traffic.sent;
                    measure.traffic.received += submission.traffic.received;
                }
                self.script.measured.push(measure);
            }
            // After this action, the script discards the results so far, so the commands of the setup are not measured.
            Then::Ready => self.script.memory_before = self.runtime.engine.keyspace.memory(),
            Then::StepBegins => self.begin_step(),
            Then::LessonEnds => self.end_lesson(),
            Then::Race(plan) => self.race_submission(*plan),
            Then::RaceSide(plan) => self.race_side(*plan),
            Then::Probe(submission) => self.probe_data(submission),
            Then::Judge(submission) => self.conclude_judging(&submission),
            Then::Sheet => self.show_sheet(),
            Then::Compared | Then::Shown | Then::Skipped => self.finish_step(matches!(then, Then::Skipped)),
        }
    }

    /// Shows the step, and starts it.
    fn begin_step(&mut self) {
        let Some(run) = &mut self.lesson else { return };
        run.phase = Phase::Doing;
        run.first_call = self.runtime.wire_log.next();
        self.hidden_code = HiddenCode::default();
        self.note_step_start();
        self.baselines.begin_step(&self.runtime.engine.keyspace);
        let Some(run) = &self.lesson else { return };
        let (lesson, index) = (run.lesson.clone(), run.step);
        let step = run.current().clone();
        let unchanged = step.expect.iter().flat_map(|e| &e.get_ref().unchanged);
        let contents = unchanged.map(|key| (key.get_ref().clone(), self.contents_of(key.get_ref()))).collect();
        let is_raced = step.expect.as_ref().is_some_and(|expect| expect.get_ref().every_order.is_some());
        let start = is_raced.then(|| Arc::new(self.step_data()));
        let digest = self.data_digest();
        if let Some(run) = &mut self.lesson {
            (run.contents_before, run.digest_before, run.start) = (contents, digest, start);
        }
        self.race.result = None;
        if self.review.is_none() {
            self.progress.at(lesson.id.get_ref(), step.id.get_ref());
        }
        self.runtime.effects.push(Effect::Progress(self.progress.clone()));
        let part = self.part_of_review().unwrap_or(Part::Step { number: index + 1, of: lesson.steps.len() });
        self.show(Show::Gap);
        self.show_heading(&lesson, part);
        self.show(Show::Text(parse(step.say.get_ref())));
        self.show(Show::Gap);
        self.show_task(&step);
        if let Some(show) = &step.show {
            self.script.add(type_all(show.get_ref(), true));
            self.script.add([Item::Then(Then::Shown)]);
        }
        if let Some(race) = &step.race {
            self.begin_race_step(race);
        }
        if let Some(compare) = &step.compare {
            self.show(cost_comparison::comparison(compare, &self.script.measured, &self.script.raced));
            for raced in std::mem::take(&mut self.script.raced) {
                self.runtime.effects.push(Effect::RaceResult(Box::new(raced)));
            }
            self.script.add([Item::Then(Then::Compared)]);
        }
    }

    /// Returns a copy of the current data and clock.
    fn step_data(&self) -> StepData {
        let clients = self.runtime.clients.iter();
        StepData {
            engine: self.runtime.engine.clone(),
            clock: self.runtime.clock.clone(),
            sources_run: clients.map(|client| client.python.replay_log.len()).collect(),
        }
    }

    /// Shows the learner what to do in a step.
    pub(super) fn show_task(&mut self, step: &Step) {
        if let Some(task) = &step.task {
            self.say(Role::Task, &messages::task_do(task.get_ref()));
        }
        if let Some(explore) = &step.explore {
            self.say(Role::Task, &messages::task_try(explore.get_ref()));
        }
        if let Some(predicted) = &step.predict {
            self.say(Role::Task, &messages::task_predict());
            self.show(Show::Text(parse(&format!("```\n{}\n```", predicted.get_ref().trim_end()))));
        }
        if let Some(choose) = &step.choose {
            self.say(Role::Task, &messages::task_choose(&choose.question));
            let options: Vec<_> =
                choose.options.iter().enumerate().map(|(i, option)| format!("{}. {}", i + 1, option.text)).collect();
            self.show(Show::Text(parse(&options.join("\n"))));
            self.say(Role::Muted, &messages::type_the_number());
        }
        if let Some(race) = &step.race {
            self.show_race_task(race);
        }
        self.show(Show::Gap);
    }

    /// Completes the open step: shows its closing text, and how to continue.
    pub(super) fn finish_step(&mut self, skipped: bool) {
        let Some(step) = self.bound_step(&[]) else { return };
        let Some(run) = &mut self.lesson else { return };
        run.phase = Phase::Done;
        let (lesson, index) = (run.lesson.clone(), run.step);
        let outcome = match (skipped || run.is_answer_shown, run.hints) {
            (true, _) => Outcome::GivenUp,
            (false, 0) => Outcome::Known,
            (false, _) => Outcome::Helped,
        };
        self.record_step_done(&lesson, index, skipped);
        match &step.after {
            Some(after) => self.say(if skipped { Role::Plain } else { Role::Done }, after.get_ref()),
            None if !skipped && step.task.is_some() => self.say(Role::Done, &messages::done()),
            None => {}
        }
        if let Some(remark) = self.lesson.as_mut().and_then(|run| run.closing_remark.take()) {
            self.say(Role::Muted, &remark);
        }
        if let Some(keys) = &step.draw {
            self.draw_after_step(keys.get_ref());
        }
        self.note_outcome(outcome);
        self.runtime.effects.push(Effect::Progress(self.progress.clone()));
        let text = self.what_enter_does();
        self.say(Role::Muted, &text);
    }

    /// Records in the learner's progress that a step is done, and where the lesson continues. Practice and the fast
    /// track do not change this progress.
    fn record_step_done(&mut self, lesson: &Lesson, index: usize, skipped: bool) {
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

    /// Shows pictures of the keys that are listed in a step's `draw`, except for those that do not exist.
    fn draw_after_step(&mut self, keys: &str) {
        let keys = quoting::split(keys.as_bytes()).unwrap_or_default();
        let places = keys.into_iter().map(|key| Place { database: 0, key });
        let existing: Vec<Place> = places.filter(|place| place.entry(&self.runtime.engine).is_some()).collect();
        if existing.is_empty() {
            return;
        }
        self.show(Show::Gap);
        if !self.draw_overlap(&existing, Since::Step) {
            for place in &existing {
                self.draw_key(place, Since::Step);
            }
        }
    }

    /// Shows the picture of a key. Returns false if the key does not exist.
    pub fn draw_key(&mut self, place: &Place, since: Since) -> bool {
        let picture = self.baselines.key_picture(&self.runtime.engine, place, since);
        let exists = picture.is_some();
        picture.into_iter().for_each(|picture| self.show(Show::Picture(Box::new(picture))));
        exists
    }

    /// Shows two sets in one picture. Returns false if `places` is anything other than two existing sets.
    pub fn draw_overlap(&mut self, places: &[Place], since: Since) -> bool {
        let [left, right] = places else { return false };
        let picture = self.baselines.overlap(&self.runtime.engine, left, right, since);
        let are_sets = picture.is_some();
        picture.into_iter().for_each(|picture| self.show(Show::Picture(Box::new(picture))));
        are_sets
    }

    /// Skips the step: types the answer for the learner. If the step is already done, opens the next one.
    pub fn skip(&mut self) {
        let Some(run) = &mut self.lesson else { return };
        if run.phase != Phase::Doing {
            return self.empty_line();
        }
        run.phase = Phase::Preparing;
        let step = run.current().clone();
        if let Some(race) = &step.race {
            return self.skip_race(race);
        }
        self.script.add(typed(&step, true));
        self.script.add([Item::Then(Then::Skipped)]);
    }
}

/// Returns the script items that type a step's answer. `is_shown` says whether the learner sees the answer.
pub(super) fn typed(step: &Step, is_shown: bool) -> Vec<Item> {
    let text = [&step.answer, &step.predict, &step.show].into_iter().flatten().next();
    text.map(|text| type_all(text.get_ref(), is_shown)).unwrap_or_default()
}

fn type_all(text: &str, is_shown: bool) -> Vec<Item> {
    dialect::submissions(text).into_iter().map(|text| Item::Type { text, is_shown }).collect()
}
