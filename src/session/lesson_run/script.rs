//! The script: a queue of actions that the tutor performs on its own, such as preparing a step, probing the data, or
//! typing an answer.

use std::collections::VecDeque;

use super::Tutor;
use crate::lesson::evidence::Submission;
use crate::lesson::race_result::RaceResult;
use crate::lesson::rules::refused_command;
use crate::session::display::cost_comparison::Measure;
use crate::session::event::Effect;
use crate::session::race::Plan;
use crate::session::runtime::client::TUTOR;
use crate::session::runtime::dialect::{self, Dialect, Input};

/// An item of the tutor's script.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// Removes all keys, clients and variables.
    Reset,
    /// Runs code in the tutor's own client without showing it, and keeps the result.
    Unseen(String),
    /// Types text at the learner's prompt.
    Type {
        text: String,
        is_shown: bool,
    },
    /// If true, suppresses all output. If false, shows output again.
    Silence(bool),
    /// Sets the clock back, so that a restarted step begins at the same time as before.
    ClockBack,
    /// Saves the data and the clock, and begins a trial.
    BeginTrial,
    /// Ends the trial, and restores what was saved at its start.
    EndTrial,
    /// Waits until the rehearsal has shown what the lesson's own answers do.
    AwaitRehearsal,
    Then(Then),
}

/// The action to take once the preceding items have run.
#[derive(Debug, Clone)]
pub(super) enum Then {
    /// The step is prepared, so it can begin.
    StepBegins,
    /// The answers of all steps have been typed, so the lesson ends.
    LessonEnds,
    /// A submission has run, so the data can now be probed.
    Probe(Box<Submission>),
    /// The probes of the data have run, so the submission can now be judged.
    Judge(Box<Submission>),
    /// The code whose output the learner has to predict has run.
    Predicted,
    /// The setup of a program that is about to be measured has run.
    Ready,
    /// One of the two programs of a comparison has run and can be measured.
    Measured,
    Compared,
    Sheet,
    /// Several clients must run a submission in a race.
    Race(Box<Plan>),
    /// Several clients must run a program of a comparison in a race.
    RaceSide(Box<Plan>),
    /// The answer was typed for a learner who skips the step.
    Skipped,
    Shown,
}

/// Splits a lesson's code into inputs. Tutor commands that a lesson must not contain are dropped, because they could
/// write a file, open a port, or restart the lesson endlessly. `lesson::rules` reports them to the author.
pub fn inputs_of_lesson(text: &str) -> Vec<Input> {
    let mut inputs = dialect::inputs(text, Dialect::Both);
    let is_allowed = |line: &str| line.starts_with(':') && refused_command(line).is_none();
    inputs.retain(|input| !matches!(input, Input::Tutor(line) if !is_allowed(line)));
    inputs
}

/// The remaining items of the script, and the results that have been collected.
#[derive(Debug, Default)]
pub(super) struct Script {
    items: VecDeque<Item>,
    /// The submissions that the tutor's own client has run since the last [`Item::Then`].
    pub(super) found: Vec<Submission>,
    pub(super) measured: Vec<Measure>,
    /// The memory used by all keys just before the program that is being measured ran, in bytes.
    pub(super) memory_before: usize,
    /// The results of racing the programs of a comparison.
    pub(super) raced: Vec<RaceResult>,
}

/// The result of performing one item of the script, with any work that is left to the session.
#[derive(Debug)]
pub enum ScriptStep {
    /// There is nothing to do, or a client that the next item needs is busy.
    Waiting,
    Done,
    /// The runtime was reset, so later snapshots can no longer share the keyspace of an earlier one.
    Reset,
    /// The tutor's own client must run this code.
    RunUnseen(String),
    /// This text must be typed at the learner's prompt.
    Type {
        text: String,
        is_shown: bool,
    },
}

impl Script {
    pub(super) fn is_idle(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns whether the next item waits for the end of the rehearsal.
    pub(super) fn awaits_rehearsal(&self) -> bool {
        matches!(self.items.front(), Some(Item::AwaitRehearsal))
    }

    /// Iterates over the remaining items of the script.
    pub(super) fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter()
    }

    /// Returns whether a remaining [`Item::Then`] satisfies the predicate.
    pub(super) fn has(&self, predicate: impl Fn(&Then) -> bool) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Then(then) if predicate(then)))
    }

    /// Appends items to the script.
    pub(super) fn add(&mut self, items: impl IntoIterator<Item = Item>) {
        self.items.extend(items);
    }
}

impl Tutor {
    /// Removes all items, shows output again, and ends any trial without restoring the data that was saved at its
    /// start.
    pub fn clear_script(&mut self) {
        self.script = Script::default();
        self.runtime.is_silent = false;
        self.runtime.abandon_trial();
    }

    /// Returns whether the script is empty.
    pub fn is_script_idle(&self) -> bool {
        self.script.is_idle()
    }

    /// Performs the next item of the script, if it can be performed now.
    pub fn step_script(&mut self) -> ScriptStep {
        if !self.entered.is_empty() {
            return ScriptStep::Waiting;
        }
        let runtime = &mut self.runtime;
        let is_ready = match self.script.items.front() {
            None => false,
            Some(Item::Unseen(_) | Item::Then(_) | Item::BeginTrial | Item::EndTrial) => {
                runtime.clients[TUTOR].is_free()
            }
            Some(Item::Type { .. }) => runtime.clients[runtime.foreground].is_free() || runtime.pass_prompt(),
            Some(Item::Reset | Item::Silence(_) | Item::ClockBack) => true,
            Some(Item::AwaitRehearsal) => self.is_rehearsed(),
        };
        let Some(item) = self.script.items.pop_front_if(|_| is_ready) else { return ScriptStep::Waiting };
        match item {
            Item::ClockBack => self.set_clock_back(),
            Item::Reset => {
                self.reset();
                return ScriptStep::Reset;
            }
            Item::Silence(is_silent) => self.runtime.is_silent = is_silent,
            Item::BeginTrial => self.runtime.begin_trial(),
            Item::EndTrial => self.runtime.end_trial(),
            Item::Unseen(text) => return ScriptStep::RunUnseen(text),
            Item::Type { text, is_shown } => return ScriptStep::Type { text, is_shown },
            Item::Then(then) => {
                self.continue_with(then);
                self.script.found.clear();
            }
            Item::AwaitRehearsal => {}
        }
        ScriptStep::Done
    }

    /// Reports and keeps a submission that the tutor's own client has run.
    pub fn keep_found(&mut self, submission: Submission) {
        self.runtime.effects.push(Effect::Unseen(Box::new(submission.clone())));
        self.script.found.push(submission);
    }
}
