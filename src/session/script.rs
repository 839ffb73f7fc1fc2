//! What the tutor does by itself, one thing after the other: prepares a step, looks at the data, types for the learner.

use std::collections::VecDeque;

use super::cost_comparison::Measure;
use super::dialect::{self, Dialect};
use super::event::{Effect, Show};
use super::race::Plan;
use super::{Session, TUTOR};
use crate::lesson::evidence::Submission;
use crate::lesson::raced::RaceResult;
use redis_engine::Engine;

/// One thing to do.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// Everything as on the first day: no keys, no clients, no variables.
    Reset,
    /// Run unseen by the tutor's own client; what came of it is found.
    Unseen(String),
    /// Typed at the learner's prompt.
    Type {
        text: String,
        aloud: bool,
    },
    /// From here on, nothing is shown, or all is again.
    Silence(bool),
    /// Puts the clock back to where the open step will begin when it did before.
    ClockBack,
    /// Keeps the data, to be put back.
    Keep,
    /// Puts the data back as it was kept.
    PutBack,
    /// Waits until what comes of the lesson's own answers is known.
    AwaitRehearsal,
    Then(Then),
}

/// What to do with what was found.
#[derive(Debug, Clone)]
pub(super) enum Then {
    /// The step is prepared.
    StepBegins,
    /// All steps were typed.
    LessonEnds,
    /// What the data says to a submission is known.
    Judge(Box<Submission>),
    /// What a prediction's code prints is known.
    Predicted,
    /// What a program is measured on is set up.
    Ready,
    /// What the left or the right program took is known.
    Measured,
    Compared,
    Sheet,
    /// A submission is raced against itself.
    Race(Box<Plan>),
    /// A program that is compared is run by several clients at once.
    RaceSide(Box<Plan>),
    /// The step was done for the learner.
    Skipped,
    Shown,
}

/// What is still to be done, and what was found.
#[derive(Debug, Default)]
pub(super) struct Script {
    items: VecDeque<Item>,
    silent: bool,
    kept: Option<Box<Engine>>,
    /// What the tutor's own client was answered since the last `Then`.
    pub(super) found: Vec<Submission>,
    pub(super) measured: Vec<Measure>,
    /// What all keys took in memory when the program began that is measured.
    pub(super) weighed: usize,
    /// What came of the compared programs, each run by several clients at once.
    pub(super) raced: Vec<RaceResult>,
}

impl Script {
    pub(super) fn is_silent(&self) -> bool {
        self.silent
    }

    /// Whether something is tried that will be put back: nobody else may notice.
    pub(super) fn rehearses(&self) -> bool {
        self.kept.is_some()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether the next thing waits for the rehearsal.
    pub(super) fn awaits_rehearsal(&self) -> bool {
        matches!(self.items.front(), Some(Item::AwaitRehearsal))
    }

    /// Adds what is to be done after all that is on the list.
    pub(super) fn add(&mut self, items: impl IntoIterator<Item = Item>) {
        self.items.extend(items);
    }

    /// Forgets what was still to be done.
    pub(super) fn clear(&mut self) {
        *self = Script::default();
    }
}

impl Session {
    /// Does the next thing of the script; false if there is none, or if someone is busy that it needs.
    pub(super) fn step_script(&mut self) -> bool {
        if !self.entered.is_empty() {
            return false;
        }
        let ready = match self.script.items.front() {
            None => false,
            Some(Item::Unseen(_) | Item::Then(_) | Item::Keep | Item::PutBack) => self.clients[TUTOR].is_free(),
            Some(Item::Type { .. }) => self.clients[self.foreground].is_free() || self.pass_the_prompt(),
            Some(Item::Reset | Item::Silence(_) | Item::ClockBack) => true,
            Some(Item::AwaitRehearsal) => self.is_rehearsed(),
        };
        if !ready {
            return false;
        }
        match self.script.items.pop_front() {
            Some(Item::ClockBack) => self.put_clock_back(),
            Some(Item::Reset) => self.reset(),
            Some(Item::Silence(silent)) => self.script.silent = silent,
            Some(Item::Keep) => self.script.kept = Some(Box::new(self.engine.clone())),
            Some(Item::PutBack) => {
                if let Some(kept) = self.script.kept.take() {
                    let own: Vec<_> = self.clients[TUTOR].connections().collect();
                    self.engine.undo_rehearsal(*kept, &own);
                }
            }
            Some(Item::Unseen(text)) => {
                for input in dialect::inputs(&text, Dialect::Both) {
                    self.begin(TUTOR, input);
                }
            }
            Some(Item::Type { text, aloud }) => {
                if aloud {
                    self.echo(&text);
                }
                let inputs = dialect::inputs(&text, Dialect::Both).into_iter();
                // A lesson types this, and no lesson writes files or opens ports.
                self.entered.extend(inputs.filter(|input| !dialect::reaches_out(input)));
            }
            Some(Item::Then(then)) => {
                self.go_on(then);
                self.script.found.clear();
            }
            Some(Item::AwaitRehearsal) | None => {}
        }
        true
    }

    /// Something that the tutor's own client ran is done.
    pub(super) fn found(&mut self, submission: Submission) {
        self.effects.push(Effect::Unseen(Box::new(submission.clone())));
        self.script.found.push(submission);
    }

    /// Shows what the tutor types, at the prompt.
    pub(super) fn echo(&mut self, text: &str) {
        let prompt = self.prompt();
        for (index, line) in text.lines().enumerate() {
            let prompt = if index == 0 { prompt.text() } else { prompt.continuation() };
            self.show(Show::Typed { prompt, line: line.to_owned() });
        }
    }
}
