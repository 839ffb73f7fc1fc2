//! The Python child processes, which run this same binary, and the pipes to them.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::messages::driver as messages;
use crate::session::event::{ChildId, PythonEnd};
use adaptive_spin::AdaptiveSpin;
use python_kernel::frame::{self, FromChild, MAIN_THREAD, ToChild, Walls};
use redis_server::Server;

use super::Interrupts;
use super::child_threads;
use super::frame_reader::FrameReader;

/// How long a child must be silent, with all its threads asleep, before the session's clock moves on. A thread that is
/// about to send a protocol frame does so in less time.
pub const SILENCE: Duration = Duration::from_millis(50);

/// While a child's main thread is idle, the driver stops waiting for its other threads once they have used this much
/// CPU time without sending a protocol frame, because they may run forever.
pub const MOST_COMPUTING: Duration = Duration::from_millis(500);

/// The time limit for a completion request. A user would notice a longer delay while typing.
const COMPLETION_TIMEOUT: Duration = Duration::from_millis(100);

/// The capacity, in bytes, that the buffer for outgoing frames keeps between frames.
const KEPT_CAPACITY: usize = 64 << 10;

/// Maximum number of bytes that are read from the standard error of a child process after it has ended.
const MAX_REPORT: u64 = 8 << 10;

/// The IDs of all running child processes. They are global, so that any thread can suspend and resume the children.
static PROCESSES: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

fn processes() -> MutexGuard<'static, BTreeSet<u32>> {
    PROCESSES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Suspends all children, because the program itself is about to be suspended. The terminal's Ctrl-Z does not reach
/// them, because each is in its own process group.
#[cfg(unix)]
pub fn stop_children() {
    send_to_children(rustix::process::Signal::STOP);
}

/// Resumes all children that [`stop_children`] has suspended.
#[cfg(unix)]
pub fn continue_children() {
    send_to_children(rustix::process::Signal::CONT);
}

#[cfg(unix)]
fn send_to_children(signal: rustix::process::Signal) {
    // An ID is removed from the set before its process is waited for, so no ID in the set can have been reused.
    for &process in &*processes() {
        if let Some(process) = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(process, signal);
        }
    }
}

/// All running Python child processes.
#[derive(Debug, Default)]
pub struct Children(HashMap<ChildId, PythonProcess>);

#[derive(Debug)]
struct PythonProcess {
    process: Child,
    input: ChildStdin,
    /// The encoded frame that is being sent. The buffer is kept between frames to reuse its allocation.
    outgoing: Vec<u8>,
    output: FrameReader<ChildStdout>,
    spin: AdaptiveSpin,
    /// Frames that arrived while the driver waited for completions, each with its thread's number.
    queued_frames: VecDeque<(u32, FromChild)>,
    /// Number of completion requests that timed out and whose replies have not arrived yet.
    abandoned_completions: usize,
}

impl PythonProcess {
    /// Creates a `PythonProcess` from a child process. Returns `None` unless its standard input and output are both
    /// pipes.
    fn from_child(mut process: Child) -> Option<Self> {
        let (input, output) = (process.stdin.take()?, process.stdout.take()?);
        processes().insert(process.id());
        Some(PythonProcess {
            process,
            input,
            outgoing: Vec::new(),
            output: FrameReader::new(output),
            spin: AdaptiveSpin::new(),
            queued_frames: VecDeque::new(),
            abandoned_completions: 0,
        })
    }
}

impl PythonProcess {
    /// Waits until a frame arrives or one of the conditions is met. Returns `None` if the process has ended, or has
    /// sent bytes that are not a frame.
    fn receive(&mut self, conditions: &WaitConditions<'_>) -> io::Result<Option<ReceiveOutcome>> {
        if let Some((thread, frame)) = self.queued_frames.pop_front() {
            return Ok(Some(ReceiveOutcome::Frame(thread, frame)));
        }
        let end = conditions.limit.map(|limit| Instant::now() + limit);
        let mut computation = None;
        loop {
            if conditions.interrupts.is_some_and(Interrupts::take) {
                return Ok(Some(ReceiveOutcome::Interrupt));
            }
            match self.take_frame() {
                Ok(Some((thread, frame))) => return Ok(Some(ReceiveOutcome::Frame(thread, frame))),
                Ok(None) => {}
                Err(_) => return Ok(None),
            }
            if !self.spin.spin_until_readable(self.output.pipe()) && !conditions.is_empty() {
                let limit = end.map(|end| end.saturating_duration_since(Instant::now()));
                match wait_for_output(self.output.pipe(), &WaitConditions { limit, ..*conditions })? {
                    WaitOutcome::Readable => {}
                    WaitOutcome::Silence => match self.find_silence(conditions, &mut computation)? {
                        Some(silence) => return Ok(Some(silence)),
                        None => continue,
                    },
                    WaitOutcome::Interrupt => return Ok(Some(ReceiveOutcome::Interrupt)),
                    WaitOutcome::Other => return Ok(Some(ReceiveOutcome::Other)),
                }
            }
            if !self.output.read_more().unwrap_or(false) {
                return Ok(None);
            }
        }
    }

    /// Returns the next frame with its thread's number, or `None` if the frame has not been read completely. Discards
    /// replies to completion requests that have timed out.
    fn take_frame(&mut self) -> io::Result<Option<(u32, FromChild)>> {
        loop {
            match self.output.take_frame()? {
                Some((_, FromChild::Completions { .. })) if self.abandoned_completions > 0 => {
                    self.abandoned_completions -= 1;
                }
                frame => return Ok(frame),
            }
        }
    }

    /// Determines why a child is silent: all its threads are asleep, or they have used too much CPU time. Returns
    /// `None` if the child may still send a frame on its own. `computation` stores the CPU time that the child had used
    /// when this function was first called during the silence.
    fn find_silence(
        &self,
        conditions: &WaitConditions<'_>,
        computation: &mut Option<Duration>,
    ) -> io::Result<Option<ReceiveOutcome>> {
        let process = self.process.id();
        if child_threads::are_asleep(process) {
            // The last running thread may have sent all or part of a frame just before it fell asleep. The child does
            // not count as silent until that frame has been read.
            let may_send = self.output.has_part() || is_readable(self.output.pipe())?;
            return Ok((!may_send).then_some(ReceiveOutcome::Silence));
        }
        // On a busy machine, a running thread may be silent for a long time before it sends its frame. So CPU time is
        // measured, not elapsed time.
        let computing = child_threads::computing_time(process);
        let computed = computing.saturating_sub(*computation.get_or_insert(computing));
        let is_long = conditions.most_computing.is_some_and(|most| computed >= most);
        Ok(is_long.then_some(ReceiveOutcome::Computing))
    }

    /// Waits for the reply to a completion request. Returns `None` if the reply does not arrive in time or cannot be
    /// read.
    fn receive_completions(&mut self) -> Option<Vec<String>> {
        let asked_at = Instant::now();
        loop {
            match self.take_frame().ok()? {
                Some((_, FromChild::Completions { names })) => return Some(names),
                Some(other) => self.queued_frames.push_back(other),
                None => {
                    let left = COMPLETION_TIMEOUT.saturating_sub(asked_at.elapsed());
                    let conditions = WaitConditions { limit: Some(left), ..WaitConditions::default() };
                    if !matches!(wait_for_output(self.output.pipe(), &conditions), Ok(WaitOutcome::Readable)) {
                        self.abandoned_completions += 1;
                        return None;
                    }
                    self.output.read_more().ok().filter(|&has_more| has_more)?;
                }
            }
        }
    }

    /// Kills the process and waits until it has ended. If it had already ended on its own, returns the reason. Returns
    /// `None` if there is no known reason.
    fn end(&mut self) -> Option<PythonEnd> {
        let _ = self.process.kill();
        processes().remove(&self.process.id());
        let status = self.process.wait().ok()?;
        let mut report = Vec::new();
        if let Some(errors) = self.process.stderr.take() {
            // The process has ended, so this read does not wait. If the read fails, the report contains only the bytes
            // before the error.
            let _ = errors.take(MAX_REPORT).read_to_end(&mut report);
        }
        end_of(status, &String::from_utf8_lossy(&report))
    }
}

/// Determines how a process ended, from its exit status and from `report`, its output on standard error. Returns `None`
/// if a signal other than SIGABRT ended the process.
fn end_of(status: ExitStatus, report: &str) -> Option<PythonEnd> {
    if has_aborted(status) {
        // Rust's standard library prints this message when the stack overflows.
        let is_stack = report.contains("has overflowed its stack");
        let limit = python_kernel::MEMORY_LIMIT;
        return Some(if is_stack { PythonEnd::StackOverflow } else { PythonEnd::OutOfMemory { limit } });
    }
    match status.code()? {
        python_kernel::PANIC_STATUS => Some(PythonEnd::Panicked),
        _ => Some(PythonEnd::Exited),
    }
}

#[cfg(unix)]
fn has_aborted(status: ExitStatus) -> bool {
    let abort = rustix::process::Signal::ABORT.as_raw();
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(abort)
}

/// Returns false, because only Unix reports that a signal ended a process.
#[cfg(not(unix))]
fn has_aborted(_: ExitStatus) -> bool {
    false
}

/// Kills the process when it is dropped.
impl Drop for PythonProcess {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// The event that ended the wait for a child.
#[derive(Debug)]
pub enum ReceiveOutcome {
    /// A protocol frame from the thread with this number.
    Frame(u32, FromChild),
    /// The child's process has ended. The value is the reason, if known.
    Exited(Option<PythonEnd>),
    /// The child has sent nothing for as long as `WaitConditions::silence`, and all its threads are asleep.
    Silence,
    /// The child has used as much CPU time as `WaitConditions::most_computing` without sending anything.
    Computing,
    /// Ctrl-C was pressed.
    Interrupt,
    /// A TCP client has sent data, or the time limit was reached.
    Other,
}

/// The events, other than a frame, that end the wait for a child.
#[derive(Clone, Copy, Default)]
pub struct WaitConditions<'a> {
    /// The wait ends when the child has sent nothing for this long and all its threads are asleep. Other clients may
    /// need the session's clock to advance. `None` means that silence does not end the wait.
    pub silence: Option<Duration>,
    /// The wait ends when the child has used this much CPU time during a silence. `None` means that its CPU time is not
    /// limited.
    pub most_computing: Option<Duration>,
    /// Maximum duration of the wait. It applies even if part of a frame has arrived. `None` means no limit.
    pub limit: Option<Duration>,
    pub interrupts: Option<&'a Interrupts>,
    pub server: Option<&'a Server>,
}

impl WaitConditions<'_> {
    /// Returns whether nothing but the child can end the wait, so that a blocking read suffices.
    fn is_empty(&self) -> bool {
        self.silence.is_none() && self.limit.is_none() && self.interrupts.is_none() && self.server.is_none()
    }
}

impl Children {
    /// Starts a Python child process by running the hidden subcommand of `program`.
    ///
    /// # Errors
    /// Returns an error if the process cannot be started.
    pub fn spawn(&mut self, id: ChildId, program: &Path) -> io::Result<()> {
        let mut command = Command::new(program);
        // The only environment variable configures glibc. With a separate arena for the interpreter's thread, the heap
        // would grow page by page, with a thousand system calls during startup.
        command.arg(python_kernel::SUBCOMMAND).env_clear().env("MALLOC_ARENA_MAX", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // The child gets its own process group, so that Ctrl-C at the terminal reaches only the tutor, which then
        // interrupts the child.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let process =
            command.spawn().map_err(|error| io::Error::new(error.kind(), messages::python_not_started(&error)))?;
        self.0.extend(PythonProcess::from_child(process).map(|process| (id, process)));
        Ok(())
    }

    /// Sends a frame to a child's thread. If the child has ended, the frame is lost, and `receive` reports that it has
    /// ended.
    pub fn send(&mut self, id: ChildId, thread: u32, frame: &ToChild) {
        if let Some(child) = self.0.get_mut(&id) {
            child.outgoing.clear();
            let _ =
                frame::append(&mut child.outgoing, thread, frame).and_then(|()| child.input.write_all(&child.outgoing));
            child.outgoing.shrink_to(KEPT_CAPACITY);
        }
    }

    /// Interrupts the code that a child is running.
    pub fn interrupt(&mut self, id: ChildId) {
        #[cfg(unix)]
        if let Some(child) = self.0.get(&id)
            && let Some(pid) = i32::try_from(child.process.id()).ok().and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        }
        // On other platforms a busy child cannot be interrupted, so it is killed.
        #[cfg(not(unix))]
        self.kill(id);
    }

    /// Kills a child's process and discards all frames that it has already sent. `receive` then reports that it has
    /// exited. If a program finished just before it was killed, its last frame would otherwise bring back the prompt of
    /// a process that no longer exists.
    pub fn kill(&mut self, id: ChildId) {
        self.0.remove(&id);
    }

    /// Waits until a child sends a frame or one of the conditions is met.
    ///
    /// # Errors
    /// Returns an error if waiting fails. A broken pipe is not an error: it means that the child has ended.
    pub fn receive(&mut self, id: ChildId, conditions: &WaitConditions<'_>) -> io::Result<ReceiveOutcome> {
        let Some(child) = self.0.get_mut(&id) else { return Ok(ReceiveOutcome::Exited(None)) };
        if let Some(outcome) = child.receive(conditions)? {
            return Ok(outcome);
        }
        let end = child.end();
        self.kill(id);
        Ok(ReceiveOutcome::Exited(end))
    }

    /// Asks an idle child for the completions of `text`. Returns `None` if there is no reply in time.
    fn complete(&mut self, id: ChildId, text: &str) -> Option<Vec<String>> {
        self.send(id, MAIN_THREAD, &ToChild::GetCompletions { text: text.to_owned() });
        self.0.get_mut(&id)?.receive_completions()
    }
}

/// Starts a Python child, and returns the sandbox restrictions that it reports to be in place.
///
/// # Errors
/// Returns an error if Python cannot be started.
pub fn python_walls(program: &Path) -> io::Result<Walls> {
    let (id, mut children) = (ChildId(0), Children::default());
    children.spawn(id, program)?;
    children.send(id, MAIN_THREAD, &ToChild::Start { seed: 0, module: "__main__".to_owned() });
    loop {
        match children.receive(id, &WaitConditions::default())? {
            ReceiveOutcome::Frame(_, FromChild::Ready { walls }) => return Ok(walls),
            ReceiveOutcome::Exited(_) => {
                return Err(io::Error::other(messages::python_not_started(io::ErrorKind::BrokenPipe)));
            }
            _ => {}
        }
    }
}

/// Completes names that are defined in the current client's Python process.
#[derive(Debug)]
pub struct PythonCompleter<'a> {
    pub(super) children: &'a mut Children,
    pub(super) child: Option<ChildId>,
}

impl PythonCompleter<'_> {
    /// Returns the completions of the name at the end of `text`. After an opening parenthesis, returns the parameters
    /// of the function that is called.
    pub fn complete(&mut self, text: &str) -> Vec<String> {
        self.child.and_then(|child| self.children.complete(child, text)).unwrap_or_default()
    }
}

/// The event that ended the wait in `wait_for_output`.
enum WaitOutcome {
    Readable,
    Silence,
    Interrupt,
    /// The time limit was reached, or a TCP client has sent data.
    Other,
}

#[cfg(unix)]
fn wait_for_output(output: &ChildStdout, conditions: &WaitConditions<'_>) -> io::Result<WaitOutcome> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let limit = [conditions.silence, conditions.limit].into_iter().flatten().min();
    let is_silence = conditions.silence.is_some() && limit == conditions.silence;
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    loop {
        let mut fds = vec![PollFd::new(output, PollFlags::IN)];
        if let Some(server) = conditions.server {
            fds.push(PollFd::new(server, PollFlags::IN));
        }
        if let Some(interrupts) = conditions.interrupts {
            if interrupts.take() {
                return Ok(WaitOutcome::Interrupt);
            }
            fds.push(PollFd::new(interrupts.reader(), PollFlags::IN));
        }
        match poll(&mut fds, limit.as_ref()) {
            Ok(0) if is_silence => return Ok(WaitOutcome::Silence),
            Ok(0) => return Ok(WaitOutcome::Other),
            Ok(_) if !fds[0].revents().is_empty() => return Ok(WaitOutcome::Readable),
            Ok(_) if conditions.server.is_some() && !fds[1].revents().is_empty() => return Ok(WaitOutcome::Other),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
}

/// Returns whether a child has sent bytes that have not been read yet, or has ended.
fn is_readable(output: &ChildStdout) -> io::Result<bool> {
    let now = WaitConditions { limit: Some(Duration::ZERO), ..WaitConditions::default() };
    Ok(matches!(wait_for_output(output, &now)?, WaitOutcome::Readable))
}

#[cfg(not(unix))]
fn wait_for_output(_: &ChildStdout, _: &WaitConditions<'_>) -> io::Result<WaitOutcome> {
    Ok(WaitOutcome::Readable)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn frames_of_a_killed_child_are_discarded() {
        let mut child = echoing_child();
        send_through(&mut child, &encoded_frame());
        let (id, mut children) = (ChildId(1), Children::default());
        children.0.insert(id, child);
        children.kill(id);
        let received = children.receive(id, &WaitConditions::default()).expect("the wait succeeds");
        assert!(matches!(received, ReceiveOutcome::Exited(_)), "{received:?}");
    }

    #[test]
    fn the_ways_in_which_a_process_ends_are_distinguished() {
        let limit = python_kernel::MEMORY_LIMIT;
        let overflow = "echo \"thread 'main' has overflowed its stack\" >&2; kill -ABRT $$";
        for (script, end) in [
            ("kill -ABRT $$", Some(PythonEnd::OutOfMemory { limit })),
            (overflow, Some(PythonEnd::StackOverflow)),
            ("exit 101", Some(PythonEnd::Panicked)),
            ("exit 3", Some(PythonEnd::Exited)),
            ("kill -KILL $$", None),
        ] {
            let mut command = Command::new("sh");
            command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let child = PythonProcess::from_child(command.spawn().expect("sh exists")).expect("both are piped");
            let (id, mut children) = (ChildId(1), Children::default());
            children.0.insert(id, child);
            let received = children.receive(id, &WaitConditions::default()).expect("the wait succeeds");
            assert!(matches!(received, ReceiveOutcome::Exited(how) if how == end), "{script}: {received:?}");
        }
    }

    /// Starts `cat` as a child that echoes whatever it is sent.
    fn echoing_child() -> PythonProcess {
        let spawned = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("cat exists");
        PythonProcess::from_child(spawned).expect("both are piped")
    }

    /// Makes an echoing child send `bytes`, and waits until they have arrived and the child is asleep.
    fn send_through(child: &mut PythonProcess, bytes: &[u8]) {
        child.input.write_all(bytes).expect("cat reads");
        let waited = wait_for_output(child.output.pipe(), &WaitConditions::default()).expect("the pipe can be polled");
        assert!(matches!(waited, WaitOutcome::Readable));
        while !child_threads::are_asleep(child.process.id()) {}
    }

    fn encoded_frame() -> Vec<u8> {
        let mut bytes = Vec::new();
        frame::append(&mut bytes, MAIN_THREAD, &FromChild::GetTime).expect("the frame fits");
        bytes
    }

    #[test]
    fn a_child_that_stops_within_a_frame_does_not_block() {
        let mut child = echoing_child();
        let bytes = encoded_frame();
        let (first, last) = bytes.split_at(6);
        send_through(&mut child, first);
        let interrupts = Interrupts::new().expect("a pipe can be created");
        let conditions =
            WaitConditions { limit: Some(Duration::ZERO), interrupts: Some(&interrupts), ..WaitConditions::default() };
        let received = child.receive(&conditions).expect("the wait succeeds");
        assert!(matches!(received, Some(ReceiveOutcome::Other)), "{received:?}");
        interrupts.raise();
        let received = child.receive(&conditions).expect("the wait succeeds");
        assert!(matches!(received, Some(ReceiveOutcome::Interrupt)), "{received:?}");
        send_through(&mut child, last);
        let received = child.receive(&conditions).expect("the wait succeeds");
        assert!(matches!(received, Some(ReceiveOutcome::Frame(MAIN_THREAD, FromChild::GetTime))), "{received:?}");
    }

    #[test]
    fn a_child_is_silent_only_if_it_has_sent_nothing_and_sleeps() {
        let mut child = echoing_child();
        let bytes = encoded_frame();
        let may_send = |child: &PythonProcess| {
            while !child_threads::are_asleep(child.process.id()) {}
            child.find_silence(&WaitConditions::default(), &mut None).expect("the pipe can be polled").is_none()
        };
        assert!(!may_send(&child), "it has sent nothing");
        send_through(&mut child, &bytes[..6]);
        assert!(may_send(&child), "something was sent, and was not read yet");
        assert!(child.output.read_more().expect("the pipe can be read"));
        assert!(may_send(&child), "a part of a frame was read");
        send_through(&mut child, &bytes[6..]);
        let received = child.receive(&WaitConditions::default()).expect("the wait succeeds");
        assert!(matches!(received, Some(ReceiveOutcome::Frame(..))), "{received:?}");
        assert!(!may_send(&child), "the frame was taken");
    }

    #[test]
    fn a_child_that_computes_is_waited_for_until_it_has_computed_for_long() {
        let mut command = Command::new("sh");
        command.args(["-c", "while :; do :; done"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = PythonProcess::from_child(command.spawn().expect("sh exists")).expect("both are piped");
        let short = Duration::from_millis(1);
        let conditions = WaitConditions { silence: Some(short), limit: Some(50 * short), ..WaitConditions::default() };
        let received = child.receive(&conditions).expect("the wait succeeds");
        assert!(matches!(received, Some(ReceiveOutcome::Other)), "{received:?}");
        let conditions =
            WaitConditions { silence: Some(short), most_computing: Some(30 * short), ..WaitConditions::default() };
        let received = child.receive(&conditions).expect("the wait succeeds");
        assert!(matches!(received, Some(ReceiveOutcome::Computing)), "{received:?}");
    }
}
