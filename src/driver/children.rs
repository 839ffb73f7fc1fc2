//! The Python children: processes of this same binary, and the pipes to them.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::session::event::ChildId;
use adaptive_spin::AdaptiveSpin;
use python_kernel::frame::{self, FromChild, MAIN_THREAD, ToChild};
use redis_server::Server;

use super::Interrupts;

/// How long a child whose threads wait for time may be silent before time goes on: long enough for it to
/// say what it has to say.
pub(super) const SILENCE: Duration = Duration::from_millis(50);

/// How long names are waited for: they are asked for while somebody types.
const PATIENCE: Duration = Duration::from_millis(100);

/// The memory that is kept for the next frame, in bytes.
const LONG_FRAME: usize = 64 << 10;

/// All running children.
#[derive(Debug, Default)]
pub struct Children(HashMap<ChildId, Process>);

#[derive(Debug)]
struct Process {
    process: Child,
    input: ChildStdin,
    /// The frame being written: kept, so that each does not ask for memory anew.
    outgoing: Vec<u8>,
    output: BufReader<ChildStdout>,
    spin: AdaptiveSpin,
    /// What it said while names were asked for.
    early: VecDeque<(u32, FromChild)>,
    /// How many answers with names nobody waits for any longer.
    unheard: usize,
}

impl Process {
    /// A process whose ends of two pipes are ours.
    fn of(mut process: Child) -> Option<Self> {
        let (input, output) = (process.stdin.take()?, process.stdout.take()?);
        Some(Process {
            process,
            input,
            outgoing: Vec::new(),
            output: BufReader::new(output),
            spin: AdaptiveSpin::new(),
            early: VecDeque::new(),
            unheard: 0,
        })
    }
}

/// No process outlives its place among the children.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What came while a child was waited for.
#[derive(Debug)]
pub enum Received {
    Frame(u32, FromChild),
    /// The child has ended.
    Gone,
    /// Nothing, for long enough.
    Silence,
    /// Ctrl-C.
    Interrupt,
    /// A real client wants something, or the limit is reached.
    Nothing,
}

/// What else ends the wait for a child.
#[derive(Clone, Copy, Default)]
pub(super) struct Until<'a> {
    /// Others wait for time, so that a silence as long as this is told.
    pub silence: Option<Duration>,
    pub limit: Option<Duration>,
    pub interrupts: Option<&'a Interrupts>,
    pub port: Option<&'a Server>,
}

impl Until<'_> {
    /// Whether reading, which waits as well, would do.
    fn is_child_alone(&self) -> bool {
        self.silence.is_none() && self.limit.is_none() && self.interrupts.is_none() && self.port.is_none()
    }
}

impl Children {
    /// Starts a child of this program.
    ///
    /// # Errors
    /// The process cannot be started.
    pub fn spawn(&mut self, id: ChildId, program: &Path) -> io::Result<()> {
        let starting = |e: io::Error| io::Error::new(e.kind(), format!("Python could not be started: {e}"));
        let mut command = Command::new(program);
        // The one thing that is set is for glibc: a heap of its own for the interpreter's thread would grow page by page, by a
        // thousand system calls until Python stands.
        command.arg(python_kernel::SUBCOMMAND).env_clear().env("MALLOC_ARENA_MAX", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // Ctrl-C at the terminal is the tutor's to hear; it tells the child.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let process = command.spawn().map_err(starting)?;
        self.0.extend(Process::of(process).map(|process| (id, process)));
        Ok(())
    }

    /// Says something to a child. One that has ended hears nothing: `receive` tells of its end.
    pub fn send(&mut self, id: ChildId, thread: u32, frame: &ToChild) {
        if let Some(child) = self.0.get_mut(&id) {
            child.outgoing.clear();
            let _ =
                frame::append(&mut child.outgoing, thread, frame).and_then(|()| child.input.write_all(&child.outgoing));
            child.outgoing.shrink_to(LONG_FRAME);
        }
    }

    /// Interrupts a child that computes.
    pub fn interrupt(&mut self, id: ChildId) {
        #[cfg(unix)]
        if let Some(child) = self.0.get(&id)
            && let Some(pid) = i32::try_from(child.process.id()).ok().and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        }
        // Elsewhere a computing child hears nothing until it asks for something: end it.
        #[cfg(not(unix))]
        self.kill(id);
    }

    /// Ends a child's process. `receive` tells of its end, and of nothing that it said before: a program that is done in
    /// the moment in which it is ended would else leave a prompt without a Python behind it.
    pub fn kill(&mut self, id: ChildId) {
        self.0.remove(&id);
    }

    /// Waits for what a child says.
    ///
    /// # Errors
    /// None but those of waiting itself; a pipe that breaks is the child's end.
    pub(super) fn receive(&mut self, id: ChildId, until: &Until<'_>) -> io::Result<Received> {
        let Some(child) = self.0.get_mut(&id) else { return Ok(Received::Gone) };
        if let Some((thread, frame)) = child.early.pop_front() {
            return Ok(Received::Frame(thread, frame));
        }
        if until.interrupts.is_some_and(Interrupts::take) {
            return Ok(Received::Interrupt);
        }
        let comes = child.output.buffer().is_empty() && child.spin.spin_until_readable(child.output.get_ref());
        while !comes && !until.is_child_alone() && child.output.buffer().is_empty() {
            match wait_for(&child.output, until)? {
                Waited::Ready => break,
                // On a busy machine a thread may be silent for long, and yet have something to say.
                Waited::Silence if computes(child.process.id()) => {}
                Waited::Silence => return Ok(Received::Silence),
                Waited::Interrupt => return Ok(Received::Interrupt),
                Waited::Nothing => return Ok(Received::Nothing),
            }
        }
        match frame::read(&mut child.output) {
            Ok(Some((_, FromChild::Completions { .. }))) if child.unheard > 0 => {
                child.unheard -= 1;
                self.receive(id, until)
            }
            Ok(Some((thread, frame))) => Ok(Received::Frame(thread, frame)),
            Ok(None) | Err(_) => {
                self.kill(id);
                Ok(Received::Gone)
            }
        }
    }
}

impl Children {
    /// Asks an idle child for the names that `text` could go on as. None if it takes too long to say.
    fn names(&mut self, id: ChildId, text: &str) -> Option<Vec<String>> {
        self.send(id, MAIN_THREAD, &ToChild::GetCompletions { text: text.to_owned() });
        let child = self.0.get_mut(&id)?;
        let asked = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(asked.elapsed());
            if child.output.buffer().is_empty()
                && !matches!(
                    wait_for(&child.output, &Until { limit: Some(left), ..Until::default() }),
                    Ok(Waited::Ready)
                )
            {
                child.unheard += 1;
                return None;
            }
            match frame::read(&mut child.output).ok().flatten()? {
                (_, FromChild::Completions { .. }) if child.unheard > 0 => child.unheard -= 1,
                (_, FromChild::Completions { names }) => return Some(names),
                other => child.early.push_back(other),
            }
        }
    }
}

/// The names that the Python of the client at the prompt knows.
#[derive(Debug)]
pub struct Names<'a> {
    pub(super) children: &'a mut Children,
    pub(super) child: Option<ChildId>,
}

impl Names<'_> {
    /// What the name at the end of `text` could go on as; after an opening bracket, the parameters of what is called.
    pub fn of(&mut self, text: &str) -> Vec<String> {
        self.child.and_then(|child| self.children.names(child, text)).unwrap_or_default()
    }
}

/// Whether a thread of this process runs, or would if it had a processor.
#[cfg(target_os = "linux")]
fn computes(process: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else { return false };
    let runs = |stat: String| stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('R'));
    threads.flatten().any(|thread| std::fs::read_to_string(thread.path().join("stat")).is_ok_and(runs))
}

/// Elsewhere its silence must do.
#[cfg(not(target_os = "linux"))]
fn computes(_: u32) -> bool {
    false
}

enum Waited {
    Ready,
    Silence,
    Interrupt,
    Nothing,
}

#[cfg(unix)]
fn wait_for(output: &BufReader<ChildStdout>, until: &Until<'_>) -> io::Result<Waited> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let limit = [until.silence, until.limit].into_iter().flatten().min();
    let is_silence = until.silence.is_some() && limit == until.silence;
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    loop {
        let mut fds = vec![PollFd::new(output.get_ref(), PollFlags::IN)];
        if let Some(port) = until.port {
            fds.push(PollFd::new(port, PollFlags::IN));
        }
        if let Some(interrupts) = until.interrupts {
            if interrupts.take() {
                return Ok(Waited::Interrupt);
            }
            fds.push(PollFd::new(interrupts.reader(), PollFlags::IN));
        }
        match poll(&mut fds, limit.as_ref()) {
            Ok(0) if is_silence => return Ok(Waited::Silence),
            Ok(0) => return Ok(Waited::Nothing),
            Ok(_) if !fds[0].revents().is_empty() => return Ok(Waited::Ready),
            Ok(_) if until.port.is_some() && !fds[1].revents().is_empty() => return Ok(Waited::Nothing),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
}

#[cfg(not(unix))]
fn wait_for(_: &BufReader<ChildStdout>, _: &Until<'_>) -> io::Result<Waited> {
    Ok(Waited::Ready)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_an_ended_child_has_said_is_not_heard() {
        let spawned = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("cat is there");
        let mut child = Process::of(spawned).expect("both are piped");
        let mut frame = Vec::new();
        frame::append(&mut frame, MAIN_THREAD, &FromChild::Ready).expect("it fits");
        child.input.write_all(&frame).expect("cat reads");
        let waited = wait_for(&child.output, &Until::default()).expect("it can be waited for");
        assert!(matches!(waited, Waited::Ready), "it has said something");
        let (id, mut children) = (ChildId(1), Children::default());
        children.0.insert(id, child);
        children.kill(id);
        let received = children.receive(id, &Until::default()).expect("it can be asked");
        assert!(matches!(received, Received::Gone), "{received:?}");
    }

    #[test]
    fn who_runs_is_told_from_who_waits() {
        assert!(computes(std::process::id()), "this very thread runs");
        let mut waits = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("cat is there");
        // It runs until it has begun to read.
        while computes(waits.id()) {}
        drop(waits.stdin.take());
        waits.wait().expect("it was started");
        assert!(!computes(waits.id()), "it is gone");
    }
}
