//! Handles the exit of a Python child process during a race.

use super::super::event::ChildId;
use super::super::runtime::client::TUTOR;
use super::super::runtime::dialect::{self, Dialect};
use super::{CONNECT, Race, RacePhase};

/// Maximum number of times in a race that the current order of turns is restarted because the tutor's Python process
/// has exited.
const MOST_LOSSES: u32 = 3;

impl Race {
    /// Handles the exit of a child process. A racer's program ends when its child does. If the tutor's child has
    /// exited, the current order of turns is played again from the beginning.
    pub(super) fn handle_child_exit(&mut self, child: ChildId) {
        let Some(client) = self.runtime.clients.with_child(child) else { return };
        if client == TUTOR && self.losses < MOST_LOSSES {
            self.losses += 1;
            return self.begin_order_again();
        }
        // The replay log is cleared so that the new child replays nothing.
        self.runtime.clients[client].python.replay_log = Default::default();
        self.racers.iter_mut().filter(|racer| racer.client == client).for_each(|racer| racer.rest.clear());
        self.runtime.handle_child_exit(child);
    }

    /// Connects the tutor's new Python process to the data with which each order of turns begins, and then restarts the
    /// current order. If the preparation of the data has not finished, repeats it.
    fn begin_order_again(&mut self) {
        let (data, start) = match &self.origin {
            Some(origin) => ((**origin).clone(), dialect::inputs(CONNECT, Dialect::Both).into()),
            None => (*self.beginning).clone(),
        };
        self.start = start;
        self.restore_engine(data);
        let tutor = &mut self.runtime.clients[TUTOR];
        tutor.work = None;
        tutor.python.replay_log = Default::default();
        self.runtime.forget_child(TUTOR);
        self.runtime.turn = None;
        self.runtime.finished.clear();
        self.found.clear();
        self.repeated_picks = self.picks.iter().copied().collect();
        self.phase = RacePhase::Starting;
    }
}
