//! A call: one execution of a command, with its arguments and everything that it may read and change.

use super::blocking::BlockedCommand;
use super::client::{Client, ClientId};
use super::command::{Command, Flag};
use super::command_table::CommandTable;
use super::error::{self, Error};
use super::keyspace::Keyspace;
use super::long_double::LongDouble;
use super::number;
use super::reply::{Protocol, Reply};
use super::resp::quoting;
use super::scripting::{Purpose, Running, ScriptJob, ScriptWork};
use super::secrets;
use super::server_state::ServerState;

/// The result of a command. `Ok` means that the command has written its reply or blocked its client. An error is sent
/// as the reply, and means that the command has changed no data.
pub type Outcome = Result<(), Error>;

/// Everything that a running command can access. The fields are separate borrows, so that a command can write a value
/// from `keyspace` to `reply` without copying it.
pub struct Call<'a> {
    /// The keys of all databases. The methods of `Keyspace` use the selected database and the current time.
    pub keyspace: &'a mut Keyspace,
    /// The reply that the command writes.
    pub reply: &'a mut Reply,
    /// All server state except keys: clients, configuration, subscriptions, statistics, and the random number
    /// generator.
    pub server: &'a mut ServerState,
    /// The table of all commands, for commands that look up other commands.
    pub commands: &'static CommandTable,
    /// The client that runs the command.
    pub client: ClientId,
    pub command: &'static Command,
    /// The command's name (two words for a subcommand) and its arguments.
    pub argv: &'a [&'a [u8]],
    pub mode: Mode,
}

/// Why a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A client sent the command.
    Plain,
    /// EXEC runs the command, which must not block.
    Exec,
    /// A script runs the command, which must not block.
    Script,
    /// A key that the client is blocked on may be ready, so its command runs again. If the key is not ready, the
    /// command blocks again.
    Retry,
}

impl Call<'_> {
    /// Runs the command, records the call in the statistics unless the command blocks, and sends the call to monitors.
    /// An error replaces everything that the command has already written to the reply.
    pub fn run(&mut self) {
        let written = self.reply.len();
        self.keyspace.memory_cap.count_words(self.argv);
        let started_us = self.server.running_time_us();
        let outcome = (self.command.run)(self);
        let duration_us = self.server.running_time_us().saturating_sub(started_us);
        let is_blocked = self.reply.len() == written && self.server.blocking.get(self.client).is_some();
        // The command of a script is counted when the script has ended.
        let starts_script = outcome.is_ok() && self.mode != Mode::Script && self.server.scripting.runs_for(self.client);
        if (!is_blocked && !starts_script) || outcome.is_err() {
            self.server.count_call(self.client, self.command, duration_us, outcome.as_ref().err());
            let now_us = self.keyspace.now_us();
            self.server.log_if_slow(self.client, self.command, self.argv, duration_us, now_us);
        }
        if let Err(error) = outcome {
            self.reply.truncate(written);
            self.reply.error(&error);
        }
        if self.mode == Mode::Retry {
            return;
        }
        if let Some(commands) = &mut self.server.recorded_commands {
            commands.push(self.argv.iter().map(|word| word.to_vec()).collect());
        }
        if !self.command.has(Flag::SkipMonitor) && !self.command.has(Flag::Admin) {
            self.show_to_monitors();
        }
    }

    /// Sends the command to all monitors, with passwords redacted. As in Redis, monitors see a command after it has
    /// run.
    pub(crate) fn show_to_monitors(&mut self) {
        if self.server.clients.monitors().is_empty() {
            return;
        }
        let now_us = self.keyspace.now_us();
        let (seconds, rest) = (now_us.div_euclid(1_000_000), now_us.rem_euclid(1_000_000));
        let Some(client) = self.server.clients.find(self.client).filter(|client| !client.is_hidden_from_monitors)
        else {
            return;
        };
        let address = if self.mode == Mode::Script { "lua" } else { &client.address };
        let mut line = format!("{seconds}.{rest:06} [{} {address}]", self.keyspace.selected()).into_bytes();
        let secret = secrets::secret_words(self.command.name, self.argv);
        for (word, is_secret) in self.argv.iter().zip(secret) {
            line.push(b' ');
            if is_secret {
                line.extend(b"\"(redacted)\"");
            } else {
                line.extend(format!("\"{}\"", quoting::escape(word)).as_bytes());
            }
        }
        for monitor in self.server.clients.monitors().to_vec() {
            if self.server.clients.get(monitor).reply_mode.skips_reply() {
                continue;
            }
            self.server.clients.write_to(monitor, |reply| reply.status_bytes(&line));
        }
    }

    /// Returns the state of the client that runs the command.
    pub fn client(&mut self) -> &mut Client {
        self.server.clients.get_mut(self.client)
    }

    /// Parses the argument at `index` as an integer.
    ///
    /// # Errors
    /// Returns the error `value is not an integer or out of range`.
    pub fn integer(&self, index: usize) -> Result<i64, Error> {
        number::parse_integer(self.argv[index]).ok_or(error::NOT_AN_INTEGER)
    }

    /// Parses the argument at `index` as an integer whose negation does not overflow.
    ///
    /// # Errors
    /// Returns the error `value is not an integer or out of range`, or for `i64::MIN` an error that names the allowed
    /// range.
    pub fn negatable_integer(&self, index: usize) -> Result<i64, Error> {
        match self.integer(index)? {
            i64::MIN => Err(error::out_of_range(-i64::MAX, i64::MAX)),
            n => Ok(n),
        }
    }

    /// Parses the argument at `index` as a double.
    ///
    /// # Errors
    /// Returns the error `value is not a valid float`.
    pub fn double(&self, index: usize) -> Result<f64, Error> {
        number::parse_double(self.argv[index]).ok_or(error::NOT_A_FLOAT)
    }

    /// Returns whether the argument at `index` is the given option, ignoring case.
    pub fn is_option(&self, index: usize, option: &str) -> bool {
        self.argv.get(index).is_some_and(|word| word.eq_ignore_ascii_case(option.as_bytes()))
    }

    /// Discards the reply and disconnects the client. Commands call this when their reply would not fit in memory.
    pub fn drop_connection(&mut self) -> Outcome {
        self.reply.clear();
        self.server.clients.close(self.client);
        Ok(())
    }

    /// Returns the arity error for this command. Commands with additional rules, such as arguments in pairs, return
    /// this error themselves.
    pub fn wrong_arity(&self) -> Error {
        error::wrong_arity(self.command.name)
    }

    /// Parses the argument at `index` as the timeout of a blocking command, in seconds. Returns the time at which the
    /// timeout expires, in milliseconds since 1970, or `None` if the timeout is 0, which means that the command waits
    /// forever.
    ///
    /// # Errors
    /// Returns an error if the timeout is not a float, is out of range, or is negative.
    pub fn deadline(&self, index: usize) -> Result<Option<i64>, Error> {
        // Redis parses a `long double`, so `1e400` is out of range, but `1e5000` is not a number.
        let seconds = LongDouble::parse(self.argv[index]).ok_or(error::TIMEOUT_NOT_A_FLOAT)?;
        let ms = match seconds {
            LongDouble::Infinite if self.argv[index].starts_with(b"-") => f64::NEG_INFINITY,
            LongDouble::Infinite => f64::INFINITY,
            LongDouble::Finite { .. } => (seconds.to_double() * 1000.0).ceil(),
        };
        if ms < 0.0 {
            return Err(error::TIMEOUT_NEGATIVE);
        }
        if ms > i64::MAX as f64 {
            return Err(error::TIMEOUT_OUT_OF_RANGE);
        }
        if ms == 0.0 {
            return Ok(None);
        }
        self.keyspace.now_ms().checked_add(ms as i64).map(Some).ok_or(error::TIMEOUT_OUT_OF_RANGE)
    }

    /// Blocks the client until one of the keys is filled or the deadline passes. If a key is filled, the command runs
    /// again. If the deadline passes, the reply is null. Inside EXEC the command does not block: it replies null
    /// immediately.
    pub fn block(&mut self, keys: &[&[u8]], deadline: Option<i64>) -> Outcome {
        self.block_with(keys, deadline, self.argv)
    }

    /// Blocks the client like `block`, but later runs the command with other arguments.
    pub fn block_with(&mut self, keys: &[&[u8]], deadline: Option<i64>, argv: &[&[u8]]) -> Outcome {
        if matches!(self.mode, Mode::Exec | Mode::Script) {
            self.reply.null_array();
            return Ok(());
        }
        let to_owned = |words: &[&[u8]]| words.iter().map(|word| word.to_vec()).collect();
        let (keys, argv) = (to_owned(keys), to_owned(argv));
        let blocked =
            BlockedCommand { database: self.keyspace.selected(), keys, deadline, argv, command: self.command };
        self.server.blocking.block(self.client, blocked);
        Ok(())
    }

    /// Leaves a script in the engine that the driver must run. The last argument is whether the script must only read,
    /// and whether it may use more memory when `maxmemory` is exceeded.
    pub(crate) fn start_script(
        &mut self,
        work: ScriptWork,
        keys: &[&[u8]],
        args: &[&[u8]],
        purpose: Purpose,
        [is_read_only, allows_oom]: [bool; 2],
    ) {
        let to_owned = |words: &[&[u8]]| words.iter().map(|word| word.to_vec()).collect();
        let protocol = if self.reply.protocol == Protocol::Resp3 { 3 } else { 2 };
        let job = ScriptJob { work, keys: to_owned(keys), args: to_owned(args), protocol };
        let running = Running {
            job,
            client: self.client,
            command: self.command,
            argv: to_owned(self.argv),
            purpose,
            is_read_only,
            allows_oom,
            has_written: false,
            is_killed: false,
            database: self.keyspace.selected(),
            started_us: self.keyspace.now_us(),
            command_started_us: self.server.running_time_us(),
            reply: Reply::new(self.reply.protocol),
            length_before: 0,
            rest: None,
            is_orphaned: false,
        };
        self.server.scripting.running = Some(Box::new(running));
    }
}
