//! `:sheet`: what the open lesson taught.

use super::Session;
use super::event::{Part, Show};
use super::script::{Item, Then};
use crate::lesson::sheet;
use crate::markup::{Role, parse};

impl Session {
    /// Shows the sheet as soon as it is known what the answers send.
    pub(super) fn ask_for_sheet(&mut self) {
        if self.lead.is_none() {
            return self.no_lesson();
        }
        self.script.add([Item::AwaitRehearsal, Item::Then(Then::Sheet)]);
    }

    pub(super) fn show_sheet(&mut self) {
        let Some(lead) = &self.lead else { return };
        let lesson = lead.lesson.clone();
        let rehearsal = lead.rehearsal.clone().unwrap_or_default();
        self.show(Show::Gap);
        self.head(&lesson, Part::Sheet);
        self.show(Show::Text(parse(&sheet::body(&lesson, &rehearsal))));
        let id = lesson.id.get_ref();
        self.say(Role::Muted, &format!("`redis-tutor sheet {id} > {id}.md` keeps it, once the lesson is finished."));
    }
}
