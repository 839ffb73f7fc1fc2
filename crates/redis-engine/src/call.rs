//! A call: one command with its arguments, on its way through the engine.

use super::blocking::Wait;
use super::client::{Client, ClientId};
use super::command::{Command, Flag};
use super::command_table::CommandTable;
use super::error::{self, Error};
use super::keyspace::Keyspace;
use super::number;
use super::reply::Reply;
use super::resp::quoting;
use super::server_state::ServerState;

/// How a command ends: its reply is written, or it is refused with an error and has changed nothing.
pub type Outcome = Result<(), Error>;

/// What a command sees. Its fields are borrowed apart, so that a value in `keyspace` can be written to `reply` uncopied.
pub struct Call<'a> {
    /// All keys. Commands reach them by its methods, which heed the selected database and the clock.
    pub keyspace: &'a mut Keyspace,
    /// Where the answer goes.
    pub reply: &'a mut Reply,
    /// Everything beside keys: clients, configuration, subscriptions, randomness, statistics.
    pub server: &'a mut ServerState,
    /// The table of all commands, for commands that look up others.
    pub commands: &'static CommandTable,
    /// Who calls.
    pub client: ClientId,
    pub command: &'static Command,
    /// The words: the command's name first (two words for a subcommand), then the arguments.
    pub argv: &'a [&'a [u8]],
    pub mode: Mode,
}

/// Why a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A client sent it.
    Plain,
    /// EXEC runs it: it must not block.
    Exec,
    /// It was blocked, and a key that it waits for may be ready. It blocks again if it is not.
    Retry,
}

impl Call<'_> {
    /// Runs the command; a refusal becomes its reply, in place of anything that it had written.
    pub fn run(&mut self) {
        let written = self.reply.len();
        let outcome = (self.command.run)(self);
        let waits = self.reply.len() == written && self.server.blocking.waiting(self.client).is_some();
        if !waits || outcome.is_err() {
            self.server.count_call(self.client, self.command, outcome.as_ref().err());
        }
        if let Err(refusal) = outcome {
            self.reply.truncate(written);
            self.reply.error(&refusal);
        }
        if self.mode != Mode::Retry && !self.server.clients.monitors().is_empty() {
            self.show_to_monitors();
        }
    }

    /// Shows the command to those who MONITOR, passwords left out. Redis does so when the command is done.
    fn show_to_monitors(&mut self) {
        if self.command.has(Flag::SkipMonitor) || self.command.has(Flag::Admin) {
            return;
        }
        let now_us = self.keyspace.now_us();
        let (seconds, rest) = (now_us.div_euclid(1_000_000), now_us.rem_euclid(1_000_000));
        let Some(client) = self.server.clients.find(self.client).filter(|client| !client.unseen) else { return };
        let address = &client.address;
        let mut line = format!("{seconds}.{rest:06} [{} {address}]", self.keyspace.selected()).into_bytes();
        let mut secrets = 0;
        for (index, word) in self.argv.iter().enumerate() {
            line.push(b' ');
            if secrets > 0 {
                secrets -= 1;
                line.extend(b"\"(redacted)\"");
            } else {
                line.extend(format!("\"{}\"", quoting::escape(word)).as_bytes());
            }
            if self.command.name == "AUTH" && index == 0 {
                secrets = self.argv.len();
            } else if self.command.name == "HELLO" && word.eq_ignore_ascii_case(b"AUTH") {
                secrets = 2;
            }
        }
        for monitor in self.server.clients.monitors().to_vec() {
            self.server.clients.write_to(monitor, |reply| reply.status_bytes(&line));
        }
    }

    /// The caller's own state.
    pub fn client(&mut self) -> &mut Client {
        self.server.clients.get_mut(self.client)
    }

    /// The argument at `index` as an integer.
    ///
    /// # Errors
    /// `value is not an integer or out of range`.
    pub fn integer(&self, index: usize) -> Result<i64, Error> {
        number::parse_integer(self.argv[index]).ok_or(error::NOT_AN_INTEGER)
    }

    /// The argument at `index` as an integer that can be negated.
    ///
    /// # Errors
    /// `value is not an integer or out of range`; another text for the one that cannot be negated.
    pub fn negatable_integer(&self, index: usize) -> Result<i64, Error> {
        match self.integer(index)? {
            i64::MIN => Err(error::out_of_range(-i64::MAX, i64::MAX)),
            n => Ok(n),
        }
    }

    /// The argument at `index` as a double.
    ///
    /// # Errors
    /// `value is not a valid float`.
    pub fn double(&self, index: usize) -> Result<f64, Error> {
        number::parse_double(self.argv[index]).ok_or(error::NOT_A_FLOAT)
    }

    /// Whether the argument at `index` is this option, in any case.
    pub fn is_option(&self, index: usize, option: &str) -> bool {
        self.argv.get(index).is_some_and(|word| word.eq_ignore_ascii_case(option.as_bytes()))
    }

    /// Ends the connection of a client whose answer would outgrow all memory.
    pub fn drop_connection(&mut self) -> Outcome {
        self.reply.clear();
        self.server.clients.close(self.client);
        Ok(())
    }

    /// The arity error of this command, for commands whose words must come in pairs.
    pub fn wrong_arity(&self) -> Error {
        error::wrong_arity(self.command.name)
    }

    /// Reads the timeout of a blocking command: seconds, 0 for ever. The answer is the moment on the clock, in
    /// milliseconds since 1970, when the wait is over.
    ///
    /// # Errors
    /// Not a float, out of range, or negative.
    pub fn deadline(&self, index: usize) -> Result<Option<i64>, Error> {
        let seconds = number::parse_double(self.argv[index]).ok_or(error::TIMEOUT_NOT_A_FLOAT)?;
        let ms = (seconds * 1000.0).ceil();
        if !ms.is_finite() || ms > i64::MAX as f64 {
            return Err(error::TIMEOUT_OUT_OF_RANGE);
        }
        if ms < 0.0 {
            return Err(error::TIMEOUT_NEGATIVE);
        }
        if ms == 0.0 {
            return Ok(None);
        }
        self.keyspace.now_ms().checked_add(ms as i64).map(Some).ok_or(error::TIMEOUT_OUT_OF_RANGE)
    }

    /// Lets the caller wait until one of the keys is filled, or the deadline has passed: the command then runs again,
    /// or is answered null. In EXEC nobody waits: null at once.
    pub fn block(&mut self, keys: &[&[u8]], deadline: Option<i64>) -> Outcome {
        if self.mode == Mode::Exec {
            self.reply.null_array();
            return Ok(());
        }
        let to_owned = |words: &[&[u8]]| words.iter().map(|word| word.to_vec()).collect();
        let (keys, argv) = (to_owned(keys), to_owned(self.argv));
        let wait = Wait { database: self.keyspace.selected(), keys, deadline, argv, command: self.command };
        self.server.blocking.wait(self.client, wait);
        Ok(())
    }
}
