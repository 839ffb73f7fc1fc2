//! The rehearsal of the open lesson. It is requested when the lesson opens, and must have ended before anything is
//! judged.

use std::sync::Arc;

use super::{LessonRun, Tutor};
use crate::lesson::evidence::Submission;
use crate::lesson::format::{Lesson, Step};
use crate::lesson::rehearsal::Rehearsal;
use crate::lesson::roles::{self, BoundRole};
use crate::lesson::sent_command::Words;
use crate::session::event::Effect;

impl Tutor {
    /// Returns the rehearsal of a lesson that is being opened, if it is known. Requests the rehearsal unless the lesson
    /// is open already.
    pub(super) fn rehearsal_of(&mut self, lesson: &Arc<Lesson>) -> Option<Arc<Rehearsal>> {
        let open = self.lesson.as_ref().filter(|run| Arc::ptr_eq(&run.lesson, lesson));
        let known = open.and_then(|run| run.rehearsal.clone());
        let is_requested = open.is_some();
        if !is_requested {
            self.runtime.effects.push(Effect::Rehearse(lesson.clone()));
        }
        known
    }

    pub fn keep_rehearsal(&mut self, rehearsal: Arc<Rehearsal>) {
        if let Some(run) = &mut self.lesson {
            run.rehearsal = Some(rehearsal);
        }
    }

    pub(super) fn is_rehearsed(&self) -> bool {
        self.lesson.as_ref().is_none_or(|run| run.rehearsal.is_some())
    }

    /// Returns whether the session waits for the rehearsal.
    pub fn awaits_rehearsal(&self) -> bool {
        self.script.awaits_rehearsal() && !self.is_rehearsed()
    }

    /// Returns the commands that the open step's own answer sends, with the keys that the learner uses.
    pub(super) fn intended_commands(&self) -> Vec<Words> {
        let run = self.lesson.as_ref();
        run.map(|run| roles::with_bound_words(run.answer_commands(), &run.bound_roles(&[]))).unwrap_or_default()
    }

    /// Returns the types of the keys that a submission's commands name.
    pub(super) fn types_of_keys(&self, submission: &Submission) -> Vec<(String, &'static str)> {
        let database = self.runtime.engine.keyspace.database();
        let words = submission.commands.iter().flat_map(|command| command.iter().skip(1));
        words
            .filter_map(|word| {
                Some((String::from_utf8_lossy(word).into_owned(), database.get(word)?.value.type_name()))
            })
            .collect()
    }
}

impl LessonRun {
    /// Returns the commands that the open step's own answer sends, with its own keys.
    fn answer_commands(&self) -> Vec<Words> {
        self.rehearsal.as_ref().map(|rehearsal| rehearsal.commands(self.step)).unwrap_or_default()
    }

    /// Returns the names of the clients that the open step's own answer uses.
    pub(super) fn answering_clients(&self) -> Vec<String> {
        let submissions = self.rehearsal.iter().filter_map(|rehearsal| rehearsal.steps.get(self.step)).flatten();
        submissions.map(|submission| submission.client.clone()).collect()
    }

    /// Returns the keys that the learner uses in the roles of the open step. `running` are the commands of a submission
    /// that has not been judged yet.
    fn bound_roles(&self, running: &[Words]) -> Vec<BoundRole> {
        let step = self.current();
        if step.roles.is_empty() {
            return Vec::new();
        }
        let sent: Vec<Words> = self.sent.iter().chain(running).cloned().collect();
        roles::bind(step, &sent, &self.answer_commands())
    }

    /// Returns the open step with the keys that the learner uses in its roles. `running` are the commands of a submission
    /// that has not been judged yet.
    pub fn bound_step(&self, running: &[Words]) -> Step {
        roles::with_bound_keys(self.current().clone(), &self.bound_roles(running))
    }
}
