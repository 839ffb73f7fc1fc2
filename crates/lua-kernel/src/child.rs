//! The parent's side: starts the child process, and runs the engine's pending script in it.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use redis_engine::Engine;
use redis_engine::scripting::{ScriptResult, ScriptWork};

use crate::SUBCOMMAND;
use crate::frame::{self, FromChild, ToChild};
use crate::redis_api::KILLED;

/// How long a script may take to end after SCRIPT KILL, before its process is killed.
const TIME_TO_END: Duration = Duration::from_millis(100);

/// How long the code of a library may run while it is loaded, as in Redis.
const TIME_TO_LOAD: Duration = Duration::from_millis(500);

/// How long the compilation of a script may take.
const TIME_TO_COMPILE: Duration = Duration::from_secs(5);

/// Capacity in bytes of a buffer that is kept between frames.
const KEPT_CAPACITY: usize = 64 << 10;

/// Runs the scripts of an engine in a child process, which it starts when the first script is pending. After the child
/// has ended, the next script starts another one.
pub struct LuaRunner {
    /// The program to start with the hidden subcommand.
    program: PathBuf,
    child: Option<LuaProcess>,
    /// The script that the child is running, if any.
    started: Option<Started>,
}

/// The state of a script that the child is running.
struct Started {
    at: Instant,
    /// When the child was told to end the script.
    killed_at: Option<Instant>,
}

/// How far the pending script is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// No script is pending any more.
    Done,
    /// The script is still running.
    Running,
}

/// Why a child could not run its script to the end.
enum Failure {
    /// The process has ended, or it has sent something that is not a frame.
    Lost,
    /// The script has exceeded a time limit, or was killed.
    Stopped,
}

impl LuaRunner {
    /// Creates a runner. `program` is the binary to start with the subcommand [`SUBCOMMAND`].
    pub fn new(program: PathBuf) -> Self {
        LuaRunner { program, child: None, started: None }
    }

    /// Returns the time since the pending script has started, or `None` if it has not started yet.
    pub fn running_time(&self) -> Option<Duration> {
        self.started.as_ref().map(|started| started.at.elapsed())
    }

    /// Runs the engine's pending script, and executes its commands, for at most `wait`. Other scripts that become
    /// pending in the meantime run as well.
    pub fn run(&mut self, engine: &mut Engine, wait: Duration) -> Progress {
        let end = Instant::now().checked_add(wait);
        while engine.pending_script().is_some() {
            match self.step(engine, end) {
                Ok(Some(result)) => self.finish(engine, result),
                Ok(None) => return Progress::Running,
                Err(failure) => {
                    let error = self.explain(engine, &failure);
                    self.child = None;
                    self.finish(engine, error);
                }
            }
        }
        Progress::Done
    }

    /// Ends the pending script, if any, and the child.
    pub fn stop(&mut self, engine: &mut Engine) {
        self.child = None;
        while engine.pending_script().is_some() {
            let error = self.explain(engine, &Failure::Stopped);
            self.finish(engine, error);
        }
    }

    /// Borrows the file descriptor that becomes readable when the running script has sent a frame.
    #[cfg(unix)]
    pub fn descriptor(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        use std::os::fd::AsFd as _;
        self.child.as_ref().filter(|_| self.started.is_some()).map(|child| child.output.as_fd())
    }

    fn finish(&mut self, engine: &mut Engine, result: ScriptResult) {
        self.started = None;
        engine.script_done(result);
    }

    /// Starts the pending script, unless it has started, and executes its commands until it ends. Returns `None` if it
    /// is still running at `end`.
    fn step(&mut self, engine: &mut Engine, end: Option<Instant>) -> Result<Option<ScriptResult>, Failure> {
        let Some(job) = engine.pending_script() else { return Ok(None) };
        let limit = match job.work {
            ScriptWork::LoadLibrary { .. } => Some(TIME_TO_LOAD),
            ScriptWork::Compile { .. } => Some(TIME_TO_COMPILE),
            ScriptWork::Script { .. } | ScriptWork::Function { .. } => None,
        };
        if self.started.is_none() {
            let job = job.clone();
            self.start(&ToChild::Start(Box::new(job)))?;
        }
        let (Some(child), Some(started)) = (&mut self.child, &mut self.started) else { return Err(Failure::Lost) };
        loop {
            if engine.is_script_killed() && started.killed_at.is_none() {
                child.send(&ToChild::Kill).map_err(|_| Failure::Lost)?;
                started.killed_at = Some(Instant::now());
            }
            let limit = limit.map(|limit| started.at + limit);
            let deadline = started.killed_at.map(|killed_at| killed_at + TIME_TO_END);
            let stop = [limit, deadline].into_iter().flatten().min();
            let wait_until = [stop, end].into_iter().flatten().min();
            match child.receive(wait_until).map_err(|_| Failure::Lost)? {
                Some(FromChild::Done(result)) => return Ok(Some(result)),
                Some(FromChild::Call { argv, protocol, only_checks }) => {
                    let bytes = match only_checks {
                        true => engine.script_access(&argv),
                        false => engine.script_call(&argv, protocol),
                    };
                    child.send(&ToChild::Reply { bytes }).map_err(|_| Failure::Lost)?;
                }
                None if stop.is_some_and(|stop| stop <= Instant::now()) => return Err(Failure::Stopped),
                None => {}
            }
            if end.is_some_and(|end| end <= Instant::now()) {
                return Ok(None);
            }
        }
    }

    /// Sends the first frame of a script. Starts the child if there is none, or if it has ended since the last script.
    fn start(&mut self, frame: &ToChild) -> Result<(), Failure> {
        let sent = self.child.as_mut().is_some_and(|child| child.send(frame).is_ok());
        if !sent {
            let mut child = LuaProcess::start(&self.program).map_err(|_| Failure::Lost)?;
            child.send(frame).map_err(|_| Failure::Lost)?;
            self.child = Some(child);
        }
        self.started = Some(Started { at: Instant::now(), killed_at: None });
        Ok(())
    }

    /// Returns the error for a script whose child was lost.
    fn explain(&self, engine: &Engine, failure: &Failure) -> ScriptResult {
        let work = engine.pending_script().map(|job| &job.work);
        let name = match work {
            Some(ScriptWork::Script { sha, .. }) => sha.clone(),
            Some(ScriptWork::Function { name, .. }) => String::from_utf8_lossy(name).into_owned(),
            _ => String::new(),
        };
        let error = match (failure, work) {
            (Failure::Stopped, Some(ScriptWork::LoadLibrary { .. })) => {
                "ERR Error registering functions: ERR FUNCTION LOAD timeout".to_owned()
            }
            (Failure::Stopped, Some(ScriptWork::Compile { .. })) => {
                "ERR Error compiling script (new function): it takes too long".to_owned()
            }
            (Failure::Stopped, _) => format!("ERR {KILLED} script: {name}."),
            (Failure::Lost, _) if self.child.is_none() => "ERR the Lua process could not be started".to_owned(),
            (Failure::Lost, _) => format!("ERR Error running script {name}, the Lua process has ended"),
        };
        ScriptResult::Failed { error: error.into_bytes(), is_counted: false }
    }
}

/// A running child process. Dropping it kills the process.
struct LuaProcess {
    process: Child,
    input: ChildStdin,
    output: ChildStdout,
    outgoing: Vec<u8>,
    /// Bytes that have arrived and are not decoded yet.
    arrived: Vec<u8>,
    read_buffer: Box<[u8]>,
}

impl LuaProcess {
    fn start(program: &PathBuf) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg(SUBCOMMAND).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // The child gets its own process group, so that Ctrl-C at the terminal does not reach it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn()?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::Error::other("the pipes to the Lua process are missing"));
        };
        let (outgoing, arrived) = (Vec::new(), Vec::new());
        Ok(LuaProcess { process, input, output, outgoing, arrived, read_buffer: vec![0; KEPT_CAPACITY].into() })
    }

    fn send(&mut self, frame: &ToChild) -> io::Result<()> {
        self.outgoing.clear();
        frame.append_to(&mut self.outgoing)?;
        let sent = self.input.write_all(&self.outgoing);
        self.outgoing.shrink_to(KEPT_CAPACITY);
        sent
    }

    /// Waits for the next frame. Returns `None` if none is complete at the time `end`.
    ///
    /// # Errors
    /// Returns an error if the process has ended, or if it has sent something that is not a frame.
    fn receive(&mut self, end: Option<Instant>) -> io::Result<Option<FromChild>> {
        loop {
            if let Some((frame, length)) = frame::split_first(&self.arrived)? {
                let frame = FromChild::decode(frame).ok_or_else(|| io::Error::other("not a frame"))?;
                self.arrived.drain(..length);
                self.arrived.shrink_to(KEPT_CAPACITY);
                return Ok(Some(frame));
            }
            if !self.wait_readable(end)? {
                return Ok(None);
            }
            match io::Read::read(&mut self.output, &mut self.read_buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.arrived.extend_from_slice(&self.read_buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits until something can be read, at most until `end`. Returns whether something can be read.
    #[cfg(unix)]
    fn wait_readable(&self, end: Option<Instant>) -> io::Result<bool> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        loop {
            let timeout = end.map(|end| end.saturating_duration_since(Instant::now()));
            let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
            let mut polled = [PollFd::new(&self.output, PollFlags::IN)];
            match poll(&mut polled, timeout.as_ref()) {
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(ready) => return Ok(ready > 0),
            }
        }
    }

    /// Returns true, because only Unix can wait for a pipe with a time limit.
    #[cfg(not(unix))]
    fn wait_readable(&self, _: Option<Instant>) -> io::Result<bool> {
        Ok(true)
    }
}

impl Drop for LuaProcess {
    fn drop(&mut self) {
        // The process may already have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
