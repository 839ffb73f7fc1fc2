//! Handles Ctrl-C in a session.

use super::Runtime;
use super::client::WorkKind;
use crate::session::event::{Effect, Show};
use python_kernel::frame::{MAIN_THREAD, ToChild};

impl Runtime {
    /// Handles Ctrl-C. If the foreground program is waiting, ends its wait. Otherwise, interrupts the program. A second
    /// Ctrl-C kills it.
    pub fn interrupt(&mut self) {
        let index = self.turn.unwrap_or(self.foreground);
        if self.clients[index].python.replay.is_none() && self.interrupt_question(index) {
            return;
        }
        let client = &mut self.clients[index];
        if client.python.replay.is_some() {
            return self.give_up_replay(index);
        }
        let Some(work) = &mut client.work else { return };
        work.statements.clear();
        if self.end_statement(index) {
            // Only other threads were still running, so there is nothing left to interrupt.
            return;
        }
        let client = &mut self.clients[index];
        let Some(work) = &mut client.work else { return };
        if matches!(work.kind, WorkKind::Cli { .. }) {
            work.interrupts += 1;
            if let Some(connection) = client.cli.take() {
                self.disconnect(connection);
            }
            self.show_from(index, Show::Reply("(interrupted)\n".into()));
            return self.finish_work(index);
        }
        if self.turn == Some(index) && !client.python.is_main_waiting() {
            work.interrupts += 1;
            work.was_signalled = true;
            let is_repeated = work.interrupts > 1;
            let effect = if is_repeated { Effect::Kill } else { Effect::Interrupt };
            self.effects.extend(client.python.child.map(effect));
        } else if client.python.is_main_waiting() {
            self.answer(index, MAIN_THREAD, ToChild::Interrupted);
        }
    }
}
