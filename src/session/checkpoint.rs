//! A checkpoint: a state to which the session returns again and again, so that a front end can try one input after the
//! other from the same start.

use super::Session;
use super::commands::undo::Snapshot;
use super::runtime::UsedPython;

/// A checkpoint of a session.
#[derive(Debug, Default)]
pub enum Checkpoint {
    /// There is none.
    #[default]
    Unset,
    /// Nothing has been entered since the checkpoint.
    Here,
    /// The state at the checkpoint.
    Earlier(Box<Snapshot>),
}

impl Session {
    /// Makes the current state the checkpoint.
    pub(super) fn set_checkpoint(&mut self) {
        self.checkpoint = Checkpoint::Here;
    }

    /// Saves the state of the checkpoint before something is entered.
    pub(super) fn leave_checkpoint(&mut self) {
        if matches!(self.checkpoint, Checkpoint::Here) {
            // After a return, some Pythons may be fresh.
            self.tutor.runtime.save_variables();
            let snapshot = self.snapshot(self.elements());
            self.checkpoint = Checkpoint::Earlier(Box::new(snapshot));
        }
    }

    /// Returns to the checkpoint, if something was entered since.
    pub(super) fn return_to_checkpoint(&mut self) {
        if let Checkpoint::Earlier(snapshot) = std::mem::replace(&mut self.checkpoint, Checkpoint::Here) {
            self.tutor.entered.clear();
            self.undo.clear();
            self.restore_with(*snapshot, UsedPython::Returned);
        }
    }
}
