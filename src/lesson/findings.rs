//! The findings on which the verdict on a submission is based.

use super::evidence::{DisplayedValue, Exchange, Failure, Submission};
use super::format::Probe;
use super::race_result::RaceResult;

/// The session's findings about the data, the clients and the step after a submission.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// The source text of each probe, with the value that the probe showed or the error that it raised.
    pub probes: Vec<(String, Result<DisplayedValue, Failure>)>,
    /// Keys that have changed although they should not have.
    pub changed_keys: Vec<String>,
    /// The names of the clients that are waiting for a reply, the longest-waiting first.
    pub waiting_clients: Vec<String>,
    /// All commands that were sent in this step, including those of the submission.
    pub sent: Vec<Vec<Vec<u8>>>,
    /// The commands that were answered in this step, with their replies.
    pub exchanges: Vec<Exchange>,
    /// The earlier commands in this step that produced the values of the variables that the submission reads. Empty if
    /// the submission sent a command itself.
    pub commands_behind: Vec<Vec<Vec<u8>>>,
    /// The names of the clients that have sent commands in this step.
    pub acting_clients: Vec<String>,
    /// The commands that the lesson's own answer to the step sends.
    pub intended: Vec<Vec<Vec<u8>>>,
    /// The names of the clients that the lesson's own answer to the step uses.
    pub answering_clients: Vec<String>,
    /// Whether the lesson's own answer to the step lets time pass (with `:wait`).
    pub does_answer_wait: bool,
    /// The text of the step's task.
    pub task: String,
    /// The names of the variables that the submission's client has assigned in this step.
    pub assigned_variables: Vec<String>,
    /// The other clients' variables whose values come from commands, each with the name of its client.
    pub variable_owners: Vec<(String, String)>,
    /// The existing keys that occur in the submission's commands, with their types.
    pub key_types: Vec<(String, &'static str)>,
    /// Whether a client has defined the function that the step requires all clients to run. False if there is no such
    /// function.
    pub is_run_defined: bool,
    /// The origin of the value that the submission shows.
    pub origin: Origin,
    /// Whether an earlier mistake has spoiled the data for this step.
    pub is_spoiled: bool,
    /// The result of the race, if several clients ran the submission in every order of their commands.
    pub race_result: Option<RaceResult>,
}

/// The origin of a value that a submission shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// A Redis reply, to this submission or to an earlier one in the same step.
    #[default]
    Redis,
    /// A Redis reply that concerns only keys that are unrelated to the step.
    OtherKeys,
    /// Only Python: no command was sent to obtain the value.
    Python,
}

impl Findings {
    /// Returns the earlier commands whose replies a submission shows. They are the commands from which the submission's
    /// variables come or, if those are not known, all commands of its client in the step. Returns `None` if the
    /// submission sent commands itself, or if its value is not a Redis reply about the step's keys.
    pub fn commands_of_shown_value(&self, submission: &Submission) -> Option<Vec<&Vec<Vec<u8>>>> {
        if !submission.commands.is_empty() || self.origin != Origin::Redis {
            return None;
        }
        let own = self.exchanges.iter().filter(|exchange| exchange.client == submission.client);
        let of_client = || own.map(|exchange| &exchange.command).collect();
        let behind: Vec<_> = self.commands_behind.iter().collect();
        Some(if behind.is_empty() { of_client() } else { behind })
    }

    /// Returns the value that a probe showed or the error that it raised, or `None` if the probe did not run.
    pub fn probe_result(&self, source: &str) -> Option<&Result<DisplayedValue, Failure>> {
        self.probes.iter().find(|(known, _)| known == source).map(|(_, result)| result)
    }

    /// Returns the value that a probe showed, or `None` if the probe raised an error or did not run.
    pub fn probe_value(&self, source: &str) -> Option<&DisplayedValue> {
        self.probe_result(source)?.as_ref().ok()
    }

    /// Returns whether a probe showed the expected value.
    pub fn is_satisfied(&self, probe: &Probe) -> bool {
        self.probe_value(probe.run.get_ref()).is_some_and(|value| value.is(&probe.reply))
    }
}
