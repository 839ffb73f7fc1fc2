//! The Python children: processes of this same binary, and the pipes to them.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::messages::driver as messages;
use crate::session::event::ChildId;
use adaptive_spin::AdaptiveSpin;
use python_kernel::frame::{self, FromChild, MAIN_THREAD, ToChild, Walls};
use redis_server::Server;

use super::Interrupts;
use super::frame_reader::FrameReader;

/// If all threads of a child wait for time to pass, the clock moves on after the child has been silent for this time. A
/// thread that is about to send a frame sends it sooner.
pub(super) const SILENCE: Duration = Duration::from_millis(50);

/// The time limit of a completion. A user would notice a longer delay while typing.
const COMPLETION_TIMEOUT: Duration = Duration::from_millis(100);

/// The capacity of the outgoing buffer that is kept between frames, in bytes.
const KEPT_CAPACITY: usize = 64 << 10;

/// All running children.
#[derive(Debug, Default)]
pub struct Children(HashMap<ChildId, PythonProcess>);

#[derive(Debug)]
struct PythonProcess {
    process: Child,
    input: ChildStdin,
    /// The encoded frame that is being sent. The buffer is kept to reuse its allocation.
    outgoing: Vec<u8>,
    output: FrameReader<ChildStdout>,
    spin: AdaptiveSpin,
    /// Frames that arrived while a completion was awaited.
    queued_frames: VecDeque<(u32, FromChild)>,
    /// Number of completions that timed out and whose replies are still to come.
    abandoned_completions: usize,
}

impl PythonProcess {
    /// Takes over a child process whose standard input and output are pipes. Returns `None` if one of them is not a
    /// pipe.
    fn from_child(mut process: Child) -> Option<Self> {
        let (input, output) = (process.stdin.take()?, process.stdout.take()?);
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
    /// Kills the process, and returns how it ended. If the process had already ended by itself, returns how it ended
    /// then.
    fn end(&mut self) -> ProcessEnd {
        let _ = self.process.kill();
        match self.process.wait() {
            Ok(status) if has_aborted(status) => ProcessEnd::Aborted,
            Ok(_) | Err(_) => ProcessEnd::Other,
        }
    }
}

#[cfg(unix)]
fn has_aborted(status: ExitStatus) -> bool {
    let abort = rustix::process::Signal::ABORT.as_raw();
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(abort)
}

/// Returns false: only Unix reports how a process has ended.
#[cfg(not(unix))]
fn has_aborted(_: ExitStatus) -> bool {
    false
}

/// Ends the process when it is removed from the children.
impl Drop for PythonProcess {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// The event that ended the wait for a child.
#[derive(Debug)]
pub enum ReceiveOutcome {
    /// A frame of the thread with this number.
    Frame(u32, FromChild),
    /// The child's process has ended.
    Exited(ProcessEnd),
    /// Nothing was sent for the time of `WaitConditions::silence`.
    Silence,
    /// Ctrl-C was pressed.
    Interrupt,
    /// A real client has sent something, or the time limit was reached.
    Other,
}

/// How a child's process has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessEnd {
    /// The process has aborted, as the interpreter does when an allocation fails.
    Aborted,
    Other,
}

/// The conditions, other than a frame, that end the wait for a child.
#[derive(Clone, Copy, Default)]
pub(super) struct WaitConditions<'a> {
    /// The length of silence to report. Set if clients wait for time to pass.
    pub silence: Option<Duration>,
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
    /// Starts a Python child with the hidden subcommand of `program`.
    ///
    /// # Errors
    /// Returns an error if the process cannot be started.
    pub fn spawn(&mut self, id: ChildId, program: &Path) -> io::Result<()> {
        let mut command = Command::new(program);
        // The only environment variable is for glibc. With a separate arena for the interpreter's thread, the heap would
        // grow page by page, with a thousand system calls during startup.
        command.arg(python_kernel::SUBCOMMAND).env_clear().env("MALLOC_ARENA_MAX", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // The child gets its own process group, so that Ctrl-C at the terminal reaches only the tutor, which interrupts
        // the child.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let process =
            command.spawn().map_err(|error| io::Error::new(error.kind(), messages::python_not_started(&error)))?;
        self.0.extend(PythonProcess::from_child(process).map(|process| (id, process)));
        Ok(())
    }

    /// Sends a frame to a child. A child that has ended ignores it, and `receive` reports its end.
    pub fn send(&mut self, id: ChildId, thread: u32, frame: &ToChild) {
        if let Some(child) = self.0.get_mut(&id) {
            child.outgoing.clear();
            let _ =
                frame::append(&mut child.outgoing, thread, frame).and_then(|()| child.input.write_all(&child.outgoing));
            child.outgoing.shrink_to(KEPT_CAPACITY);
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
        // On other platforms a computing child cannot be interrupted, so it is killed.
        #[cfg(not(unix))]
        self.kill(id);
    }

    /// Kills a child's process. `receive` then reports its end, and discards all frames that it has sent. Otherwise,
    /// the last frame of a program that finishes just when it is killed would show the prompt of a Python that has
    /// ended.
    pub fn kill(&mut self, id: ChildId) {
        self.0.remove(&id);
    }

    /// Waits for a frame of a child, or for one of the conditions.
    ///
    /// # Errors
    /// Returns an error if waiting fails. A broken pipe is not an error but the child's end.
    pub(super) fn receive(&mut self, id: ChildId, conditions: &WaitConditions<'_>) -> io::Result<ReceiveOutcome> {
        let Some(child) = self.0.get_mut(&id) else { return Ok(ReceiveOutcome::Exited(ProcessEnd::Other)) };
        if let Some((thread, frame)) = child.queued_frames.pop_front() {
            return Ok(ReceiveOutcome::Frame(thread, frame));
        }
        if conditions.interrupts.is_some_and(Interrupts::take) {
            return Ok(ReceiveOutcome::Interrupt);
        }
        loop {
            match child.output.take_frame() {
                Ok(Some((_, FromChild::Completions { .. }))) if child.abandoned_completions > 0 => {
                    child.abandoned_completions -= 1;
                    continue;
                }
                Ok(Some((thread, frame))) => return Ok(ReceiveOutcome::Frame(thread, frame)),
                Ok(None) => {}
                Err(_) => break,
            }
            if !child.spin.spin_until_readable(child.output.pipe()) && !conditions.is_empty() {
                match wait_for_output(child.output.pipe(), conditions)? {
                    WaitOutcome::Readable => {}
                    // On a busy machine a running thread may be silent for a long time before it sends its frame.
                    WaitOutcome::Silence if has_running_thread(child.process.id()) => continue,
                    // It may have sent the frame just before it stopped running.
                    WaitOutcome::Silence if !is_readable(child.output.pipe())? => return Ok(ReceiveOutcome::Silence),
                    WaitOutcome::Silence => {}
                    WaitOutcome::Interrupt => return Ok(ReceiveOutcome::Interrupt),
                    WaitOutcome::Other => return Ok(ReceiveOutcome::Other),
                }
            }
            if !child.output.read_more().unwrap_or(false) {
                break;
            }
        }
        let end = child.end();
        self.kill(id);
        Ok(ReceiveOutcome::Exited(end))
    }

    /// Asks an idle child for the completions of `text`. Returns `None` if the reply takes too long.
    fn complete(&mut self, id: ChildId, text: &str) -> Option<Vec<String>> {
        self.send(id, MAIN_THREAD, &ToChild::GetCompletions { text: text.to_owned() });
        let child = self.0.get_mut(&id)?;
        let asked_at = Instant::now();
        loop {
            match child.output.take_frame().ok()? {
                Some((_, FromChild::Completions { .. })) if child.abandoned_completions > 0 => {
                    child.abandoned_completions -= 1
                }
                Some((_, FromChild::Completions { names })) => return Some(names),
                Some(other) => child.queued_frames.push_back(other),
                None => {
                    let left = COMPLETION_TIMEOUT.saturating_sub(asked_at.elapsed());
                    let conditions = WaitConditions { limit: Some(left), ..WaitConditions::default() };
                    if !matches!(wait_for_output(child.output.pipe(), &conditions), Ok(WaitOutcome::Readable)) {
                        child.abandoned_completions += 1;
                        return None;
                    }
                    child.output.read_more().ok().filter(|&has_more| has_more)?;
                }
            }
        }
    }
}

/// Starts a Python child, and returns the walls of its sandbox that are in place.
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

/// Completes the names that are defined in the Python of the client at the prompt.
#[derive(Debug)]
pub struct PythonCompleter<'a> {
    pub(super) children: &'a mut Children,
    pub(super) child: Option<ChildId>,
}

impl PythonCompleter<'_> {
    /// Returns the completions of the name at the end of `text`. After an opening bracket, these are the parameters of
    /// the function that is called.
    pub fn complete(&mut self, text: &str) -> Vec<String> {
        self.child.and_then(|child| self.children.complete(child, text)).unwrap_or_default()
    }
}

/// Returns whether a thread of this process is running or ready to run, or waits for the disk, for example for a page of
/// memory.
#[cfg(target_os = "linux")]
fn has_running_thread(process: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else { return false };
    let is_running = |stat: String| stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with(['R', 'D']));
    threads.flatten().any(|thread| std::fs::read_to_string(thread.path().join("stat")).is_ok_and(is_running))
}

/// Returns false: on other platforms the state of threads is unknown, so that only silence decides.
#[cfg(not(target_os = "linux"))]
fn has_running_thread(_: u32) -> bool {
    false
}

/// The event that ended a call of `wait_for_output`.
enum WaitOutcome {
    Readable,
    Silence,
    Interrupt,
    /// The time limit was reached, or a real client has sent something.
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

/// Returns whether a child has sent something that was not read yet, or has ended.
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
        let spawned = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("cat exists");
        let mut child = PythonProcess::from_child(spawned).expect("both are piped");
        let mut frame = Vec::new();
        frame::append(&mut frame, MAIN_THREAD, &FromChild::Ready { walls: Walls::ALL }).expect("the frame fits");
        child.input.write_all(&frame).expect("cat reads");
        let waited = wait_for_output(child.output.pipe(), &WaitConditions::default()).expect("the pipe can be polled");
        assert!(matches!(waited, WaitOutcome::Readable), "cat has sent the frame back");
        let (id, mut children) = (ChildId(1), Children::default());
        children.0.insert(id, child);
        children.kill(id);
        let received = children.receive(id, &WaitConditions::default()).expect("the wait succeeds");
        assert!(matches!(received, ReceiveOutcome::Exited(_)), "{received:?}");
    }

    #[test]
    fn a_process_that_aborts_is_distinguished_from_one_that_exits() {
        for (script, end) in [("kill -ABRT $$", ProcessEnd::Aborted), ("exit 3", ProcessEnd::Other)] {
            let mut command = Command::new("sh");
            command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
            let child = PythonProcess::from_child(command.spawn().expect("sh exists")).expect("both are piped");
            let (id, mut children) = (ChildId(1), Children::default());
            children.0.insert(id, child);
            let received = children.receive(id, &WaitConditions::default()).expect("the wait succeeds");
            assert!(matches!(received, ReceiveOutcome::Exited(how) if how == end), "{script}: {received:?}");
        }
    }

    #[test]
    fn a_child_that_stops_within_a_frame_can_be_interrupted() {
        let spawned = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("cat exists");
        let mut child = PythonProcess::from_child(spawned).expect("both are piped");
        let mut frame = Vec::new();
        frame::append(&mut frame, MAIN_THREAD, &FromChild::GetTime).expect("the frame fits");
        let (first, last) = frame.split_at(6);
        child.input.write_all(first).expect("cat reads");
        let (id, mut children) = (ChildId(1), Children::default());
        children.0.insert(id, child);
        let interrupts = Interrupts::new().expect("a pipe can be created");
        let conditions = WaitConditions { interrupts: Some(&interrupts), ..WaitConditions::default() };
        interrupts.raise();
        let received = children.receive(id, &conditions).expect("the wait succeeds");
        assert!(matches!(received, ReceiveOutcome::Interrupt), "{received:?}");
        let child = children.0.get_mut(&id).expect("the child is alive");
        assert!(child.output.read_more().expect("the pipe can be read"), "the first part has arrived");
        interrupts.raise();
        let received = children.receive(id, &conditions).expect("the wait succeeds");
        assert!(matches!(received, ReceiveOutcome::Interrupt), "{received:?}");
        let child = children.0.get_mut(&id).expect("the child is alive");
        child.input.write_all(last).expect("cat reads");
        let received = children.receive(id, &conditions).expect("the wait succeeds");
        assert!(matches!(received, ReceiveOutcome::Frame(MAIN_THREAD, FromChild::GetTime)), "{received:?}");
    }

    #[test]
    fn a_running_process_is_distinguished_from_a_waiting_one() {
        assert!(has_running_thread(std::process::id()), "this thread is running");
        let mut waiting = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("cat exists");
        // The process runs until it blocks in its first read.
        while has_running_thread(waiting.id()) {}
        drop(waiting.stdin.take());
        waiting.wait().expect("the process was started");
        assert!(!has_running_thread(waiting.id()), "the process has ended");
    }
}
