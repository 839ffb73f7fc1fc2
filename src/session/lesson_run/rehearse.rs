//! The rehearsal of the open lesson. It is requested when the lesson opens, and must have ended before anything is
//! judged.

use std::sync::Arc;

use super::Tutor;
use crate::lesson::evidence::Submission;
use crate::lesson::format::Lesson;
use crate::lesson::rehearsal::Rehearsal;
use crate::session::event::Effect;

impl Tutor {
    /// Returns the rehearsal of a lesson that is being opened, if it is known. Requests it unless the lesson is open
    /// already.
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

    /// Returns the commands that the open step's own answer sends.
    pub(super) fn intended_commands(&self) -> Vec<Vec<Vec<u8>>> {
        let run = self.lesson.as_ref();
        run.and_then(|run| Some(run.rehearsal.as_ref()?.commands(run.step))).unwrap_or_default()
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
