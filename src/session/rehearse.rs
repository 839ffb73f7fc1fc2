//! The rehearsal of the lesson that is open: asked for when it opens, waited for when something is judged.

use std::sync::Arc;

use super::Session;
use super::event::{Effect, Event};
use crate::lesson::evidence::Submission;
use crate::lesson::format::Lesson;
use crate::lesson::rehearsal::Rehearsal;

impl Session {
    /// The rehearsal of a lesson that is opened: the one that is there already, else it is asked for.
    pub(super) fn rehearsal_of(&mut self, lesson: &Arc<Lesson>) -> Option<Arc<Rehearsal>> {
        let open = self.lead.as_ref().filter(|lead| Arc::ptr_eq(&lead.lesson, lesson));
        let known = open.and_then(|lead| lead.rehearsal.clone());
        let is_asked_for = open.is_some();
        if !is_asked_for {
            self.effects.push(Effect::Rehearse(lesson.clone()));
        }
        known
    }

    /// What came of the open lesson's answers. Given right after a lesson is opened, nobody goes through it again.
    pub fn rehearsed(&mut self, rehearsal: Arc<Rehearsal>) {
        self.effects.retain(|effect| !matches!(effect, Effect::Rehearse(_)));
        self.handle(Event::Rehearsed(rehearsal));
    }

    pub(super) fn keep_rehearsal(&mut self, rehearsal: Arc<Rehearsal>) {
        if let Some(lead) = &mut self.lead {
            lead.rehearsal = Some(rehearsal);
        }
    }

    pub(super) fn is_rehearsed(&self) -> bool {
        self.lead.as_ref().is_none_or(|lead| lead.rehearsal.is_some())
    }

    /// Whether nothing goes on before the rehearsal is known.
    pub(super) fn awaits_rehearsal(&self) -> bool {
        self.script.awaits_rehearsal() && !self.is_rehearsed()
    }

    /// The commands that the open step's own answer sends.
    pub(super) fn intended_commands(&self) -> Vec<Vec<Vec<u8>>> {
        let lead = self.lead.as_ref();
        lead.and_then(|lead| Some(lead.rehearsal.as_ref()?.commands(lead.step))).unwrap_or_default()
    }

    /// The types of the keys among the words of a submission's commands.
    pub(super) fn types_of_keys(&self, submission: &Submission) -> Vec<(String, &'static str)> {
        let database = self.engine.keyspace.database();
        let words = submission.commands.iter().flat_map(|command| command.iter().skip(1));
        words
            .filter_map(|word| {
                Some((String::from_utf8_lossy(word).into_owned(), database.get(word)?.value.type_name()))
            })
            .collect()
    }
}
