//! What INFO counts of commands: calls, refusals and failures, and errors by their code.

use std::collections::{BTreeMap, HashMap};

use super::command::Command;
use super::error::Error;

/// The calls of one command.
#[derive(Debug, Clone, Copy, Default)]
pub struct Calls {
    pub calls: u64,
    /// Refused before it ran: arity, MULTI, password.
    pub rejected: u64,
    /// Ran, and answered an error.
    pub failed: u64,
}

/// Counts since the start, or since CONFIG RESETSTAT.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// By the address of the command's row, which there is one of: this is looked up for each call.
    commands: HashMap<usize, (&'static str, Calls), foldhash::fast::FixedState>,
    errors: BTreeMap<String, u64>,
    pub commands_processed: u64,
    pub connections_received: u64,
    pub error_replies: u64,
    /// Bytes to and from clients, which the driver counts.
    pub input_bytes: u64,
    pub output_bytes: u64,
    /// Clients that the driver let go, as they had sent or not read too much.
    pub query_limit_disconnections: u64,
    pub output_limit_disconnections: u64,
}

impl Statistics {
    pub fn calls_of(&mut self, command: &'static Command) -> &mut Calls {
        let place = std::ptr::from_ref(command).addr();
        &mut self.commands.entry(place).or_insert_with(|| (command.name, Calls::default())).1
    }

    pub fn count_error(&mut self, error: &Error) {
        self.error_replies += 1;
        let code = error.as_bytes().split(|&byte| byte == b' ').next().unwrap_or_default();
        *self.errors.entry(String::from_utf8_lossy(code).into_owned()).or_default() += 1;
    }

    /// Commands that were called, by name.
    pub fn commands(&self) -> Vec<(&'static str, Calls)> {
        let mut commands: Vec<_> = self.commands.values().copied().collect();
        commands.sort_unstable_by_key(|&(name, _)| name);
        commands
    }

    pub fn errors(&self) -> impl Iterator<Item = (&str, u64)> {
        self.errors.iter().map(|(code, &count)| (&**code, count))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Engine;

    #[test]
    fn a_wait_that_ends_with_an_error_has_failed() {
        let mut engine = Engine::new(1, 0);
        let (waiter, other) = (engine.connect(), engine.connect());
        let mut failed = |reason: &str| {
            engine.execute(waiter, &[b"BLPOP", b"q", b"0"], 0);
            engine.execute(other, &[b"CLIENT", b"UNBLOCK", b"1", reason.as_bytes()], 0);
            let commands = engine.server.statistics.commands();
            let calls = commands.iter().find(|(name, _)| *name == "BLPOP").expect("it was called").1;
            (calls.calls, calls.failed)
        };
        assert_eq!(failed("TIMEOUT"), (1, 0));
        assert_eq!(failed("ERROR"), (2, 1));
    }
}
