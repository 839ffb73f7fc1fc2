//! A checkpoint: a state to which the session returns repeatedly, so that a front end can try one input after another
//! from the same start.

use super::Session;
use super::commands::undo::Snapshot;
use super::runtime::UsedPython;

/// The session's checkpoint, if one has been set.
#[derive(Debug, Default)]
pub enum Checkpoint {
    /// No checkpoint was set.
    #[default]
    Unset,
    /// No input has been entered since the checkpoint.
    Here,
    /// Input has been entered since the checkpoint. The snapshot contains the state at the checkpoint.
    Earlier(Box<Snapshot>),
}

impl Session {
    /// Makes the current state the checkpoint.
    pub(super) fn set_checkpoint(&mut self) {
        self.checkpoint = Checkpoint::Here;
    }

    /// Saves a snapshot of the checkpoint's state, unless input has been entered since the checkpoint.
    pub(super) fn leave_checkpoint(&mut self) {
        if matches!(self.checkpoint, Checkpoint::Here) {
            // A Python process that was started since the last return to the checkpoint must save its variables first.
            self.tutor.runtime.save_variables();
            let snapshot = self.snapshot(self.elements());
            self.checkpoint = Checkpoint::Earlier(Box::new(snapshot));
        }
    }

    /// Restores the checkpoint's state, if input has been entered since the checkpoint.
    pub(super) fn return_to_checkpoint(&mut self) {
        if let Checkpoint::Earlier(snapshot) = std::mem::replace(&mut self.checkpoint, Checkpoint::Here) {
            self.tutor.entered.clear();
            self.undo.clear();
            self.restore_with(*snapshot, UsedPython::Returned);
        }
    }
}
