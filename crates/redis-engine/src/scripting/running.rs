//! The script that is running.

use super::{CachedScript, Library, Registration, ScriptJob, ScriptWork};
use crate::client::QueuedCommand;
use crate::client_id::ClientId;
use crate::command::Command;
use crate::error::Error;
use crate::reply::Reply;

/// A running script.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    pub job: ScriptJob,
    /// The client whose command runs the script.
    pub client: ClientId,
    /// The command that runs the script, such as EVAL.
    pub command: &'static Command,
    pub argv: Vec<Vec<u8>>,
    /// What happens when the script has ended.
    pub purpose: Purpose,
    /// Whether the script must not change data.
    pub is_read_only: bool,
    /// Whether the script may use more memory when `maxmemory` is exceeded.
    pub allows_oom: bool,
    /// Whether the script has called a command that changes data.
    pub has_written: bool,
    /// Whether SCRIPT KILL or FUNCTION KILL must end the script.
    pub is_killed: bool,
    /// The database that the script has selected.
    pub database: usize,
    /// When the script started, in microseconds since 1970.
    pub started_us: i64,
    /// When the client's command started, as `ServerState::running_time_us` counts.
    pub command_started_us: u64,
    /// The client's output before the reply of the script.
    pub reply: Reply,
    /// The length of the client's output before the command of the client.
    pub length_before: usize,
    /// The rest of the transaction that runs the script, if any.
    pub rest: Option<ExecRest>,
    /// Whether the client has disconnected in the meantime.
    pub is_orphaned: bool,
}

/// The commands of a transaction that run after a script.
#[derive(Debug, Clone)]
pub(crate) struct ExecRest {
    pub queue: Vec<QueuedCommand>,
}

/// What happens when a script has ended.
#[derive(Debug, Clone)]
pub(crate) enum Purpose {
    /// EVAL: caches the script, if it was compiled.
    Eval { sha: String, script: CachedScript },
    /// EVALSHA and FCALL: nothing.
    Call,
    /// SCRIPT LOAD: caches the script, and replies with its digest.
    LoadScript { sha: String, script: CachedScript },
    /// FUNCTION LOAD: adds the library, and replies with its name.
    LoadLibrary(Registration),
    /// FUNCTION RESTORE: adds the library, and loads the next one. `before` is the state to return to after an error.
    Restore { registration: Registration, rest: Vec<Registration>, before: Vec<Library> },
}

/// The error for a command that is refused while a script runs. `command` ends the running script.
fn busy(command: &str) -> Error {
    Error::new(format!("BUSY Redis is busy running a script. You can only call {command} or SHUTDOWN NOSAVE."))
}

impl Running {
    /// Returns whether the script is a function of a library.
    pub(crate) fn is_function(&self) -> bool {
        matches!(self.job.work, ScriptWork::Function { .. } | ScriptWork::LoadLibrary { .. })
    }

    /// Returns the error for another client's command.
    pub(crate) fn busy_error(&self) -> Error {
        busy(if self.is_function() { "FUNCTION KILL" } else { "SCRIPT KILL" })
    }
}
