//! A log of all inputs that have ended, in the order in which they ended. `:save` writes them to a script.

use super::Runtime;
use super::client::{ClientIndex, TUTOR, Work};
use crate::messages::runtime as messages;

/// The outcome of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputOutcome {
    /// The input ended with a value that was echoed.
    Echoed,
    /// The input ended without a value and without an error.
    Quiet,
    Raised,
    /// The input was interrupted, or its Python process ended. How much of the input ran is not known.
    Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    Python,
    Cli,
    /// A remark that is written to the script as a comment at this position.
    Remark,
}

/// An input that has ended.
#[derive(Debug, Clone)]
pub struct LoggedInput {
    pub client: String,
    pub kind: InputKind,
    pub source: String,
    /// The words of the command that a redis-cli line sent. Empty for other inputs.
    pub argv: Vec<Vec<u8>>,
    pub outcome: InputOutcome,
    /// Whether the tutor ran the input to prepare a step without showing it. Such an input did not echo its value.
    pub is_unseen: bool,
}

/// All inputs that have ended, in the order in which they ended.
pub type InputLog = Vec<LoggedInput>;

impl Runtime {
    /// Records one of a client's inputs, which has ended.
    pub fn log_input(&mut self, client: ClientIndex, kind: InputKind, source: String, outcome: InputOutcome) {
        self.push_input(client, kind, source, Vec::new(), outcome);
    }

    /// Records a redis-cli line that has ended. Adds one entry for each command that the line sent, or a remark if the
    /// line sent none.
    pub(super) fn log_cli_line(&mut self, client: ClientIndex, work: &Work) {
        let submission = &work.submission;
        let outcome = match &submission.error {
            _ if work.interrupts > 0 => InputOutcome::Broken,
            Some(_) => InputOutcome::Raised,
            None => InputOutcome::Echoed,
        };
        if submission.commands.is_empty() {
            let remark = messages::no_command(&submission.source);
            return self.log_input(client, InputKind::Remark, remark, outcome);
        }
        for argv in &submission.commands {
            self.push_input(client, InputKind::Cli, submission.source.clone(), argv.clone(), outcome);
        }
    }

    fn push_input(
        &mut self,
        client: ClientIndex,
        kind: InputKind,
        source: String,
        argv: Vec<Vec<u8>>,
        outcome: InputOutcome,
    ) {
        let is_unseen = self.is_silent;
        // The tutor's probes do not belong in a script, but the commands that the tutor runs to prepare the data do.
        if client != TUTOR || is_unseen {
            let client = self.clients[client].name.clone();
            self.input_log.push(LoggedInput { client, kind, source, argv, outcome, is_unseen });
        }
    }
}
