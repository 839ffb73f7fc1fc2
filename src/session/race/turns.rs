//! The turns in a race: sends a racer's next round trip, and records the reply.

use super::super::runtime::gate::Gate;
use super::{Race, RacePhase, Racer, RacerState, turn_text};
use crate::lesson::evidence::{DisplayedValue, Submission};
use crate::lesson::race_result::{ProgramError, Turn, TurnOutcome};
use crate::markup::code;
use crate::messages::lesson_run as messages;
use python_kernel::frame::Arrival;

impl Race {
    pub(super) fn racer_state(&self, racer: &Racer) -> RacerState {
        let client = &self.runtime.clients[racer.client];
        if let Gate::Holds(held) = &client.python.gate {
            return RacerState::Ready(turn_text::commands(&held.commands()));
        }
        if !client.is_free() {
            let connections = client.python.connections.values().map(|c| c.client).chain(client.cli);
            let mut waits = connections.filter_map(|id| self.runtime.engine.server.blocking.get(id));
            let keys = waits.next().map(|wait| code(&turn_text::words(&wait.keys)));
            return RacerState::Waits(keys.unwrap_or_else(messages::time_to_pass));
        }
        match racer.rest.front() {
            Some(input) => RacerState::Ready(input.text().to_owned()),
            None => RacerState::Done,
        }
    }

    /// Sends a racer's next round trip. `index` is the index of the racer.
    pub(super) fn send_turn(&mut self, index: usize) {
        let racer = &mut self.racers[index];
        let client = racer.client;
        racer.last_turn = Some(self.order.steps.len());
        if let Gate::Holds(held) = &self.runtime.clients[client].python.gate {
            let commands = held.commands();
            self.push_turn(index, turn_text::commands(&commands), TurnOutcome::Waits);
            if index == 0 && self.tally.orders == 0 {
                self.tally.commands.extend(commands.iter().cloned());
            }
            let reply = self.runtime.release_held(client);
            if !reply.is_empty() {
                self.take_reply(index, turn_text::replies(&commands, &reply));
            }
            self.racers[index].sent = commands;
        } else if let Some(input) = racer.rest.pop_front() {
            self.push_turn(index, input.text().to_owned(), TurnOutcome::Waits);
            self.runtime.begin_cli(client, input.text());
        }
        self.settle();
    }

    fn push_turn(&mut self, index: usize, sent: String, outcome: TurnOutcome) {
        self.order.steps.push(Turn { who: index, sent, outcome });
    }

    /// Adds a reply to the racer's last turn. If another racer has sent a command since then, the reply becomes a
    /// separate turn.
    pub(super) fn take_reply(&mut self, index: usize, text: String) {
        // The text is empty until the reply has fully arrived. Until then, the racer is waiting.
        let outcome = if text.is_empty() { TurnOutcome::Waits } else { TurnOutcome::Answered(text) };
        let last = self.racers[index].last_turn.unwrap_or(self.order.steps.len());
        // A later step without a command is the reply to another racer, which this racer's command may have unblocked.
        // Such a step does not count.
        let nobody_sent_since = self.order.steps.iter().skip(last + 1).all(|step| step.sent.is_empty());
        match self.order.steps.get_mut(last) {
            Some(step) if step.outcome == TurnOutcome::Waits && nobody_sent_since => step.outcome = outcome,
            _ => self.push_turn(index, String::new(), outcome),
        }
    }

    /// Adds the replies that a racer's event loop receives to the racer's last turn, unless its reply is known already.
    pub(super) fn take_arrivals(&mut self, index: usize, arrivals: &[Arrival]) {
        let racer = &self.racers[index];
        let last = racer.last_turn.and_then(|last| self.order.steps.get(last));
        if last.is_some_and(|last| last.outcome == TurnOutcome::Waits) {
            let data: Vec<u8> =
                arrivals.iter().filter_map(|arrival| arrival.data.as_deref()).flatten().copied().collect();
            self.take_reply(index, turn_text::replies(&racer.sent, &data));
        }
    }

    /// Records how a racer's program ended, or the reply to its redis-cli line.
    pub(super) fn conclude_program(&mut self, submission: &Submission) {
        let Some(index) = self.racer_with(|client| client.name == submission.client) else { return };
        // The learner has already seen the errors in the code that prepares a racer, so they do not count in the race.
        if self.phase != RacePhase::Racing {
            return;
        }
        self.tally.error = self.tally.error.take().or_else(|| program_error(submission));
        let is_cli = !submission.commands.is_empty() && submission.error.as_ref().is_none_or(|e| e.class.is_empty());
        match (&submission.error, &submission.value) {
            (Some(error), _) if error.class.is_empty() => self.take_reply(index, error.message.clone()),
            (Some(error), _) => {
                // A program ends at its first error, so its remaining inputs are discarded.
                self.racers[index].rest.clear();
                let class = error.class.rsplit('.').next().unwrap_or_default();
                let text = format!("{class}: {}", error.message);
                self.push_turn(index, String::new(), TurnOutcome::Ended(text));
            }
            (None, Some(DisplayedValue::Cli(reply))) if is_cli => {
                if index == 0 && self.tally.orders == 0 {
                    self.tally.commands.extend(submission.commands.iter().cloned());
                }
                self.take_reply(index, turn_text::reply(submission.commands.last(), reply));
            }
            _ => {}
        }
    }
}

/// Returns the error that ended a submission, or `None` if it ended without one.
pub(super) fn program_error(submission: &Submission) -> Option<ProgramError> {
    let error = submission.error.clone()?;
    Some(ProgramError { who: submission.client.clone(), line: submission.source.clone(), error })
}
