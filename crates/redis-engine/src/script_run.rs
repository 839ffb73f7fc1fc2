//! Running scripts: EVAL and similar commands leave a script in the engine, and the driver runs it.

use super::Engine;
use super::call::Mode;
use super::client::QueuedCommand;
use super::client_id::ClientId;
use super::command::{Command, Flag};
use super::commands;
use super::error::{self, Error};
use super::eviction;
use super::reply::{Protocol, Reply};
use super::scripting::{
    ExecRest, Library, Purpose, Registration, Running, ScriptJob, ScriptResult, ScriptWork, Scripting,
};

const NO_SCRIPT_RUNS: &str = "a script is running";

impl Engine {
    /// Returns the script that the driver must run, if there is one. It stays pending until [`Engine::script_done`].
    pub fn pending_script(&self) -> Option<&ScriptJob> {
        self.server.scripting.running.as_ref().map(|running| &running.job)
    }

    /// Returns whether a client's command runs a script, so that the client's next commands must wait.
    pub fn runs_script(&self, client: ClientId) -> bool {
        self.server.scripting.runs_for(client)
    }

    /// Returns whether SCRIPT KILL or FUNCTION KILL must end the running script.
    pub fn is_script_killed(&self) -> bool {
        self.server.scripting.running.as_ref().is_some_and(|running| running.is_killed)
    }

    /// Executes a command that the running script has called. Returns the reply as RESP of the version `protocol`.
    ///
    /// # Panics
    /// Panics if no script is running.
    pub fn script_call(&mut self, argv: &[Vec<u8>], protocol: u8) -> Vec<u8> {
        let protocol = if protocol < 3 { Protocol::Resp2 } else { Protocol::Resp3 };
        let mut reply = Reply::new(protocol);
        let argv: Vec<&[u8]> = argv.iter().map(Vec::as_slice).collect();
        match self.admit_script_call(&argv) {
            Ok(command) => self.run_script_call(command, &argv, &mut reply),
            Err(error) => {
                self.server.statistics.count_error(&error);
                reply.error(&error);
            }
        }
        reply.take()
    }

    /// Returns whether the user may call a command, as RESP. The reply is an error if there is no such command.
    pub fn script_access(&mut self, argv: &[Vec<u8>]) -> Vec<u8> {
        let argv: Vec<&[u8]> = argv.iter().map(Vec::as_slice).collect();
        let mut reply = Reply::new(Protocol::Resp2);
        match commands::find_for_script(&argv) {
            None => reply.error(&Error::from_static("ERR Invalid command")),
            Some(command) => {
                let client = self.server.scripting.running.as_ref().expect(NO_SCRIPT_RUNS).client;
                let is_allowed = commands::may_run(&self.server, client, command, &argv);
                reply.integer(is_allowed.into());
            }
        }
        reply.take()
    }

    /// Performs the checks of Redis's `scriptCall`, in the same order.
    fn admit_script_call(&mut self, argv: &[&[u8]]) -> Result<&'static Command, Error> {
        let running = self.server.scripting.running.as_ref().expect(NO_SCRIPT_RUNS);
        let command = commands::find_for_script(argv)
            .ok_or(Error::from_static("ERR Unknown Redis command called from script"))?;
        let mut refuse = |text| {
            self.server.statistics.calls_of(command).rejected += 1;
            Err(Error::from_static(text))
        };
        if !command.arity_allows(argv.len()) {
            return refuse("ERR Wrong number of args calling Redis command from script");
        }
        if command.has(Flag::Noscript) {
            return refuse("ERR This Redis command is not allowed from script");
        }
        let client = running.client;
        if let Err(error) = self.check_permissions(client, command, argv, Mode::Script) {
            self.server.statistics.calls_of(command).rejected += 1;
            let text = error.as_bytes().strip_prefix(b"NOPERM ").unwrap_or(error.as_bytes());
            return Err(Error::new([b"ERR ACL failure in script: ", text].concat()));
        }
        let running = self.server.scripting.running.as_mut().expect(NO_SCRIPT_RUNS);
        let writes = command.has(Flag::Write);
        if running.is_read_only && (writes || matches!(command.name, "PUBLISH" | "SPUBLISH" | "PFCOUNT")) {
            self.server.statistics.calls_of(command).rejected += 1;
            return Err(Error::from_static("ERR Write commands are not allowed from read-only scripts."));
        }
        let is_over_memory = self.server.scripting.is_over_memory && !running.allows_oom && !running.has_written;
        if command.has(Flag::Denyoom) && (is_over_memory || self.keyspace.exceeds_memory_cap()) {
            self.server.statistics.calls_of(command).rejected += 1;
            return Err(error::OUT_OF_MEMORY);
        }
        running.has_written |= writes;
        Ok(command)
    }

    fn run_script_call(&mut self, command: &'static Command, argv: &[&[u8]], reply: &mut Reply) {
        let running = self.server.scripting.running.as_mut().expect(NO_SCRIPT_RUNS);
        let (client, script_database) = (running.client, running.database);
        let client_database = std::mem::replace(&mut self.server.clients.get_mut(client).database, script_database);
        self.keyspace.select(script_database);
        self.run(command, client, argv, reply, Mode::Script);
        let script_database = std::mem::replace(&mut self.server.clients.get_mut(client).database, client_database);
        self.server.scripting.running.as_mut().expect(NO_SCRIPT_RUNS).database = script_database;
        self.publish_events();
    }

    /// Ends the running script. Its result becomes the reply to the client. If the script is part of a transaction, the
    /// rest of the transaction runs, which may start another script.
    ///
    /// # Panics
    /// Panics if no script is running.
    pub fn script_done(&mut self, result: ScriptResult) {
        let running = self.server.scripting.running.take().expect(NO_SCRIPT_RUNS);
        let Running {
            job,
            client,
            command,
            argv,
            purpose,
            command_started_us,
            mut reply,
            length_before,
            rest,
            is_orphaned,
            ..
        } = *running;
        let database = self.server.clients.get(client).database;
        self.keyspace.select(database);
        let error = match self.finish_script(purpose, result, &mut reply) {
            Finished::Replied { error } => error,
            Finished::Next { job: work, purpose } => {
                let job = ScriptJob { work, ..job };
                let next = Running {
                    job,
                    client,
                    command,
                    argv,
                    purpose,
                    is_read_only: false,
                    allows_oom: false,
                    has_written: false,
                    is_killed: false,
                    database,
                    started_us: self.keyspace.now_us(),
                    command_started_us,
                    reply,
                    length_before,
                    rest,
                    is_orphaned,
                };
                self.server.scripting.running = Some(Box::new(next));
                return;
            }
        };
        let duration_us = self.server.running_time_us().saturating_sub(command_started_us);
        self.server.count_finished_script(client, command, duration_us, error.as_ref());
        let words: Vec<&[u8]> = argv.iter().map(Vec::as_slice).collect();
        self.server.log_if_slow(client, command, &words, duration_us, self.keyspace.now_us());
        if let Some(ExecRest { queue }) = rest {
            self.run_rest(client, queue, &mut reply);
            if let Some(running) = &mut self.server.scripting.running {
                (running.reply, running.length_before) = (reply, length_before);
                running.is_orphaned = is_orphaned;
                return;
            }
        }
        self.finish_command(client, reply, length_before);
        self.server.clients.add_pending_write(client);
        if is_orphaned {
            self.disconnect(client);
        }
    }

    /// Runs the rest of a transaction after a script.
    fn run_rest(&mut self, client: ClientId, queue: Vec<QueuedCommand>, reply: &mut Reply) {
        let is_within_limit = eviction::perform_evictions(&mut self.keyspace, &mut self.server);
        self.server.scripting.is_over_memory = !is_within_limit;
        let mut queue = queue.into_iter();
        while let Some(QueuedCommand { command, argv }) = queue.next() {
            let argv: Vec<&[u8]> = argv.iter().map(Vec::as_slice).collect();
            self.run(command, client, &argv, reply, Mode::Exec);
            self.publish_events();
            if let Some(running) = &mut self.server.scripting.running {
                running.rest = Some(ExecRest { queue: queue.collect() });
                return;
            }
        }
    }

    /// Writes the reply of a script, and keeps what it has produced.
    fn finish_script(&mut self, purpose: Purpose, result: ScriptResult, reply: &mut Reply) -> Finished {
        let scripting = &mut self.server.scripting;
        let error = match (purpose, result) {
            (Purpose::Eval { sha, script }, result @ (ScriptResult::Replied { .. } | ScriptResult::Failed { .. })) => {
                scripting.scripts.insert(sha, script);
                return write_result(result, reply);
            }
            (Purpose::LoadScript { sha, script }, ScriptResult::Compiled) => {
                reply.bulk(sha.as_bytes());
                scripting.scripts.insert(sha, script);
                None
            }
            (Purpose::LoadLibrary(registration), ScriptResult::Registered { functions }) => {
                let name = registration.name.clone();
                let added = scripting.add_library(registration, functions);
                if added.is_ok() {
                    reply.bulk(&name);
                }
                added.err()
            }
            (Purpose::Restore { registration, rest, before }, result) => {
                match scripting.continue_restore(registration, rest, before, result) {
                    Ok(Some(next)) => return next,
                    Ok(None) => {
                        reply.ok();
                        None
                    }
                    Err(error) => Some(error),
                }
            }
            (_, result) => return write_result(result, reply),
        };
        if let Some(error) = &error {
            reply.error(error);
        }
        Finished::Replied { error: error.map(|error| (error, false)) }
    }
}

/// How a script has ended.
enum Finished {
    /// The reply was written. `error` is the error in it, if any, and whether it was already counted.
    Replied { error: Option<(Error, bool)> },
    /// Another script must run first.
    Next { job: ScriptWork, purpose: Purpose },
}

fn write_result(result: ScriptResult, reply: &mut Reply) -> Finished {
    let error = match result {
        ScriptResult::Replied { resp } => {
            reply.raw(&resp);
            let line = resp.strip_prefix(b"-").map(|text| text.split(|&byte| byte == b'\r').next().unwrap_or_default());
            line.map(|text| (Error::new(text), false))
        }
        ScriptResult::Failed { error, is_counted } => Some((Error::new(error), is_counted)),
        ScriptResult::NotCompiled { error } => Some((Error::new(error), false)),
        ScriptResult::Compiled | ScriptResult::Registered { .. } => {
            Some((Error::from_static("ERR the interpreter has answered another request"), false))
        }
    };
    if let Some((error, _)) = &error
        && !reply_ends_with_error(reply, error)
    {
        reply.error(error);
    }
    Finished::Replied { error }
}

/// Returns whether the script itself has returned the error, which is then already part of the reply.
fn reply_ends_with_error(reply: &Reply, error: &Error) -> bool {
    let line = [b"-", error.as_bytes(), b"\r\n"].concat();
    reply.as_bytes().ends_with(&line)
}

impl Scripting {
    /// Adds a restored library, and returns the next one to load. After an error, returns to the libraries in `before`.
    fn continue_restore(
        &mut self,
        registration: Registration,
        mut rest: Vec<Registration>,
        before: Vec<Library>,
        result: ScriptResult,
    ) -> Result<Option<Finished>, Error> {
        let added = match result {
            ScriptResult::Registered { functions } => self.add_library(registration, functions),
            ScriptResult::Failed { error, .. } | ScriptResult::NotCompiled { error } => Err(Error::new(error)),
            _ => Err(Error::from_static("ERR the interpreter has answered another request")),
        };
        if let Err(error) = added {
            self.libraries = before.into_iter().map(|library| (library.name.clone(), library)).collect();
            return Err(error);
        }
        if rest.is_empty() {
            return Ok(None);
        }
        let registration = rest.remove(0);
        let job = ScriptWork::LoadLibrary { id: registration.id, source: registration.source.clone() };
        Ok(Some(Finished::Next { job, purpose: Purpose::Restore { registration, rest, before } }))
    }
}
