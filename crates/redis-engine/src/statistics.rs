//! Counters that INFO reports: calls, rejections and failures of commands, errors by code, connections and bytes.

use std::collections::{BTreeMap, HashMap};

use super::command::Command;
use super::error::Error;
use super::latency::Histogram;

/// The counters of one command that INFO reports.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    /// Number of calls that ran.
    pub calls: u64,
    /// Number of calls that were rejected before they ran, for example because of a wrong arity or missing
    /// authentication.
    pub rejected: u64,
    /// Number of calls that ran and returned an error.
    pub failed: u64,
    /// How long the calls ran in total, in microseconds.
    pub total_us: u64,
    /// How long each call ran.
    pub(crate) histogram: Histogram,
}

/// Counters since the start or the last CONFIG RESETSTAT.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// The counters of each command, by the address of its table row. An address is faster to look up than a name.
    commands: HashMap<usize, (&'static str, Calls), foldhash::fast::FixedState>,
    errors: BTreeMap<String, u64>,
    /// Number of commands that ran.
    pub commands_processed: u64,
    /// Number of clients that connected.
    pub connections_received: u64,
    /// Number of clients that the driver refused because there was no room for them.
    pub rejected_connections: u64,
    /// Number of error replies.
    pub error_replies: u64,
    /// Number of bytes received from clients, counted by the driver.
    pub input_bytes: u64,
    /// Number of bytes sent to clients, counted by the driver.
    pub output_bytes: u64,
    /// Number of clients that the driver disconnected because of `client-query-buffer-limit`.
    pub query_limit_disconnections: u64,
    /// Number of clients that were disconnected because of `client-output-buffer-limit` or another output limit.
    pub output_limit_disconnections: u64,
    /// Number of clients that the driver disconnected because all clients together took up too much memory.
    pub evicted_clients: u64,
}

impl Statistics {
    /// Returns a mutable reference to a command's counters.
    pub(crate) fn calls_of(&mut self, command: &'static Command) -> &mut Calls {
        let place = std::ptr::from_ref(command).addr();
        &mut self.commands.entry(place).or_insert_with(|| (command.name, Calls::default())).1
    }

    /// Counts an error reply.
    pub(crate) fn count_error(&mut self, error: &Error) {
        self.error_replies += 1;
        let code = error.as_bytes().split(|&byte| byte == b' ').next().unwrap_or_default();
        *self.errors.entry(String::from_utf8_lossy(code).into_owned()).or_default() += 1;
    }

    /// Returns the counters of all commands that were called or rejected, sorted by name.
    pub(crate) fn commands(&self) -> Vec<(&'static str, &Calls)> {
        let mut commands: Vec<_> = self.commands.values().map(|(name, calls)| (*name, calls)).collect();
        commands.sort_unstable_by_key(|&(name, _)| name);
        commands
    }

    /// Returns the codes of errors (`ERR`, `WRONGTYPE`) with their counts, sorted by code.
    pub(crate) fn errors(&self) -> impl Iterator<Item = (&str, u64)> {
        self.errors.iter().map(|(code, &count)| (&**code, count))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Engine;

    #[test]
    fn unblocking_a_client_with_an_error_counts_as_a_failed_call() {
        let mut engine = Engine::new(1, 0);
        let (blocked, other) = (engine.connect(), engine.connect());
        let mut failed = |reason: &str| {
            engine.execute(blocked, &[b"BLPOP", b"q", b"0"], 0);
            engine.execute(other, &[b"CLIENT", b"UNBLOCK", b"1", reason.as_bytes()], 0);
            let commands = engine.server.statistics.commands();
            let calls = commands.iter().find(|(name, _)| *name == "BLPOP").expect("it was called").1;
            (calls.calls, calls.failed)
        };
        assert_eq!(failed("TIMEOUT"), (1, 0));
        assert_eq!(failed("ERROR"), (2, 1));
    }
}
