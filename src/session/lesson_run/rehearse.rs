//! The rehearsal of the open lesson, in which the lesson's own answers run. It is requested when the lesson opens, and
//! must have ended before anything is judged.

use std::sync::Arc;

use super::Tutor;
use crate::lesson::evidence::Submission;
use crate::lesson::format::{Lesson, Step};
use crate::lesson::rehearsal::Rehearsal;
use crate::lesson::roles::{self, BoundRole};
use crate::lesson::sent_command::Words;
use crate::session::event::Effect;

/// The most recently requested rehearsal.
#[derive(Debug, Default)]
pub(super) struct RequestedRehearsal {
    lesson: Option<Arc<Lesson>>,
    /// The result of the rehearsal, or `None` while the rehearsal is running.
    result: Option<Arc<Rehearsal>>,
}

impl Tutor {
    /// Requests the rehearsal of the open lesson, unless the last request was for the same lesson.
    pub(super) fn request_rehearsal(&mut self) {
        let Some(run) = &self.lesson else { return };
        if !self.rehearsal.lesson.as_ref().is_some_and(|lesson| Arc::ptr_eq(lesson, &run.lesson)) {
            self.rehearsal = RequestedRehearsal { lesson: Some(run.lesson.clone()), result: None };
            self.runtime.effects.push(Effect::Rehearse(run.lesson.clone()));
        }
    }

    pub fn keep_rehearsal(&mut self, rehearsal: Arc<Rehearsal>) {
        self.rehearsal.result = Some(rehearsal);
    }

    /// Returns the rehearsal of the open lesson, or `None` if it has not ended yet or no lesson is open.
    pub(super) fn rehearsal(&self) -> Option<&Arc<Rehearsal>> {
        self.rehearsal.result.as_ref().filter(|_| self.lesson.is_some())
    }

    pub(super) fn is_rehearsed(&self) -> bool {
        self.lesson.is_none() || self.rehearsal().is_some()
    }

    /// Returns whether the session is waiting for the rehearsal.
    pub fn awaits_rehearsal(&self) -> bool {
        self.script.awaits_rehearsal() && !self.is_rehearsed()
    }

    /// Returns the commands of the lesson's own answer to the open step, with the lesson's keys replaced by the
    /// learner's.
    pub(super) fn intended_commands(&self) -> Vec<Words> {
        roles::with_bound_words(self.answer_commands(), &self.bound_roles(&[]))
    }

    /// Returns the existing keys that occur in a submission's commands, with their types.
    pub(super) fn types_of_keys(&self, submission: &Submission) -> Vec<(String, &'static str)> {
        let database = self.runtime.engine.keyspace.database();
        let words = submission.commands.iter().flat_map(|command| command.iter().skip(1));
        words
            .filter_map(|word| {
                Some((String::from_utf8_lossy(word).into_owned(), database.get(word)?.value.type_name()))
            })
            .collect()
    }

    /// Returns the commands of the lesson's own answer to the open step, with the lesson's own keys.
    fn answer_commands(&self) -> Vec<Words> {
        let commands = self.lesson.as_ref().and_then(|run| Some(self.rehearsal()?.commands(run.step)));
        commands.unwrap_or_default()
    }

    /// Returns the name of the client of each submission in the lesson's own answer to the open step.
    pub(super) fn answering_clients(&self) -> Vec<String> {
        let step = self.lesson.as_ref().and_then(|run| self.rehearsal()?.steps.get(run.step));
        step.into_iter().flatten().map(|submission| submission.client.clone()).collect()
    }

    /// Returns the keys that the learner uses for the open step's roles (placeholders for keys). `running` contains the
    /// commands of a submission that has not been judged yet.
    fn bound_roles(&self, running: &[Words]) -> Vec<BoundRole> {
        let Some(run) = self.lesson.as_ref().filter(|run| !run.current().roles.is_empty()) else { return Vec::new() };
        let sent: Vec<Words> = run.sent.iter().chain(running).cloned().collect();
        roles::bind(run.current(), &sent, &self.answer_commands())
    }

    /// Returns the open step with its roles (placeholders for keys) replaced by the learner's keys, or `None` if no
    /// lesson is open. `running` contains the commands of a submission that has not been judged yet.
    pub fn bound_step(&self, running: &[Words]) -> Option<Step> {
        let step = self.lesson.as_ref()?.current().clone();
        Some(roles::with_bound_keys(step, &self.bound_roles(running)))
    }
}
