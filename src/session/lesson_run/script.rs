//! What the tutor does by itself, one item after the other: prepares a step, probes the data, types for the learner.

use std::collections::VecDeque;

use super::Tutor;
use crate::lesson::evidence::Submission;
use crate::lesson::race_result::RaceResult;
use crate::session::display::cost_comparison::Measure;
use crate::session::event::Effect;
use crate::session::race::Plan;
use crate::session::runtime::client::TUTOR;

/// An item of the script.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// Starts again with no keys, no clients and no variables.
    Reset,
    /// Runs code unseen in the tutor's own client, and keeps what it finds.
    Unseen(String),
    /// Types text at the learner's prompt.
    Type {
        text: String,
        is_shown: bool,
    },
    /// Stops showing anything, or shows everything again.
    Silence(bool),
    /// Sets the clock back, so that a step that begins again does so at the same time.
    ClockBack,
    /// Saves the data before a trial.
    BeginTrial,
    /// Restores the data after a trial.
    EndTrial,
    /// Waits until it is known what the lesson's own answers do.
    AwaitRehearsal,
    Then(Then),
}

/// What follows from something that was found out.
#[derive(Debug, Clone)]
pub(super) enum Then {
    /// The step is prepared.
    StepBegins,
    /// The answers of all steps were typed.
    LessonEnds,
    /// The probes of the data have run, so the submission can be judged.
    Judge(Box<Submission>),
    /// A prediction's code has run.
    Predicted,
    /// The setup of a program that is measured has run.
    Ready,
    /// The left or the right program of a comparison has run.
    Measured,
    Compared,
    Sheet,
    /// A submission is to be raced against itself.
    Race(Box<Plan>),
    /// A program of a comparison is to be run by several clients at once.
    RaceSide(Box<Plan>),
    /// The answer was typed for the learner.
    Skipped,
    Shown,
}

/// The items that are still to be done, and what was found.
#[derive(Debug, Default)]
pub(super) struct Script {
    items: VecDeque<Item>,
    /// The submissions of the tutor's own client since the last [`Item::Then`].
    pub(super) found: Vec<Submission>,
    pub(super) measured: Vec<Measure>,
    /// The memory of all keys before the program that is measured.
    pub(super) memory_before: usize,
    /// The results of the races between several clients that ran the compared programs.
    pub(super) raced: Vec<RaceResult>,
}

/// The result of one step of the script, with what is left for the session to do.
#[derive(Debug)]
pub enum ScriptStep {
    /// There is nothing to do, or a client that is needed is busy.
    Waiting,
    Done,
    /// The runtime was reset, so no later snapshot can share the keyspace of an earlier one.
    Reset,
    /// The tutor's own client is to run this text.
    RunUnseen(String),
    /// This text is to be typed at the learner's prompt.
    Type {
        text: String,
        is_shown: bool,
    },
}

impl Script {
    pub(super) fn is_idle(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether the next item waits for the rehearsal.
    pub(super) fn awaits_rehearsal(&self) -> bool {
        matches!(self.items.front(), Some(Item::AwaitRehearsal))
    }

    /// Adds items at the end.
    pub(super) fn add(&mut self, items: impl IntoIterator<Item = Item>) {
        self.items.extend(items);
    }
}

impl Tutor {
    /// Drops all items. Output is shown again, and the data of a trial stays as it is.
    pub fn clear_script(&mut self) {
        self.script = Script::default();
        self.runtime.is_silent = false;
        self.runtime.abandon_trial();
    }

    /// Whether the tutor has nothing to do by itself.
    pub fn is_script_idle(&self) -> bool {
        self.script.is_idle()
    }

    /// Does the next item of the script.
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

    /// Keeps what the tutor's own client ran.
    pub fn keep_found(&mut self, submission: Submission) {
        self.runtime.effects.push(Effect::Unseen(Box::new(submission.clone())));
        self.script.found.push(submission);
    }
}
