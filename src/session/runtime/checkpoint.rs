//! Python's part of a checkpoint: each interpreter saves its variables, and restores them when the session returns to
//! the checkpoint. This is much faster than a replay in a fresh interpreter.

use super::Runtime;
use super::client::{Client, ClientIndex, MAIN, SavedVariables, TUTOR};
use crate::session::event::Effect;
use python_kernel::frame::{FromChild, MAIN_THREAD, ToChild};

impl Runtime {
    /// Tells each idle Python process that has not saved its variables to save them. First starts the Python processes
    /// of the tutor and of the learner's first client, unless they are already running.
    pub fn save_variables(&mut self) {
        for client in [TUTOR, MAIN] {
            if self.clients[client].is_free() {
                self.start_python(client);
            }
        }
        for client in self.clients.indices().collect::<Vec<_>>() {
            let state = &mut self.clients[client];
            let is_due = is_idle(state) && state.python.saved_variables == SavedVariables::Never;
            if let Some(child) = state.python.child.filter(|_| is_due) {
                state.python.saved_variables = SavedVariables::Requested;
                self.effects.push(Effect::Send { child, thread: MAIN_THREAD, frame: ToChild::SaveVariables });
            }
        }
    }

    /// Tells the next Python process that has yet to restore its variables to do so. Returns false if there is none.
    pub fn restore_next_variables(&mut self) -> bool {
        let is_due = |client: &Client| client.python.saved_variables == SavedVariables::ToRestore;
        let Some(client) = self.clients.position(is_due) else { return false };
        let python = &mut self.clients[client].python;
        python.saved_variables = SavedVariables::Restoring;
        let frame = ToChild::RestoreVariables;
        self.effects.extend(python.child.map(|child| Effect::Send { child, thread: MAIN_THREAD, frame }));
        self.turn = Some(client);
        true
    }

    /// Handles a frame (a protocol message) from a child process that is restoring its variables. If a finalizer makes
    /// the child send a request, the child is replaced, because the request must not change the checkpoint's data.
    pub(super) fn handle_restoring_frame(&mut self, client: ClientIndex, frame: &FromChild) {
        let python = &mut self.clients[client].python;
        match frame {
            FromChild::VariablesRestored => {
                python.saved_variables = SavedVariables::Restorable;
                self.turn = None;
            }
            FromChild::ThreadCount { .. } | FromChild::Output { .. } | FromChild::Disconnect { .. } => {}
            _ => {
                self.effects.extend(python.child.map(Effect::Kill));
                python.prepare_replay();
                if python.replay.is_none() {
                    self.forget_child(client);
                }
                self.turn = None;
            }
        }
    }

    pub(super) fn note_saved_variables(&mut self, client: ClientIndex, are_restorable: bool) {
        self.clients[client].python.saved_variables =
            if are_restorable { SavedVariables::Restorable } else { SavedVariables::NotRestorable };
    }
}

/// Returns whether a client's Python process is running nothing, has no threads besides the main thread, and is not
/// waiting for anything.
fn is_idle(client: &Client) -> bool {
    client.is_free() && client.python.asks.is_empty() && client.python.threads == 0 && !client.python.was_interrupted
}

/// Returns whether a client's Python process can go back to its state in `old` by restoring its variables. The
/// connections in `old` must still exist, because the child cannot reopen a closed connection.
pub(super) fn can_return(client: &Client, old: &Client) -> bool {
    let is_kept = |(number, connection): (&u32, &super::client::Connection)| {
        client.python.connections.get(number).is_some_and(|now| now.client == connection.client)
    };
    client.python.child.is_some()
        && client.python.child == old.python.child
        && client.python.saved_variables == SavedVariables::Restorable
        && is_idle(client)
        && old.python.connections.iter().all(is_kept)
}
