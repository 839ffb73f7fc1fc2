//! The Python children: processes of this same binary, and the pipes to them.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::redis_py::frame::{self, FromChild, MAIN_THREAD, ToChild};
use crate::redis_py::kernel;
use crate::session::event::ChildId;
use crate::vigil::Vigil;

/// How long a child whose threads wait for time may be silent before time goes on: long enough for it to
/// say what it has to say.
const SILENCE: Duration = Duration::from_millis(50);

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
    vigil: Vigil,
    /// What it said while names were asked for.
    early: VecDeque<(u32, FromChild)>,
    /// How many answers with names nobody waits for any longer.
    unheard: usize,
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
        command.arg(kernel::SUBCOMMAND).env_clear().env("MALLOC_ARENA_MAX", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // Ctrl-C at the terminal is the tutor's to hear; it tells the child.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn().map_err(starting)?;
        if let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) {
            let process = Process {
                process,
                input,
                outgoing: Vec::new(),
                output: BufReader::new(output),
                vigil: Vigil::new(),
                early: VecDeque::new(),
                unheard: 0,
            };
            self.0.insert(id, process);
        }
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

    /// Ends a child's process. `receive` tells of its end.
    pub fn kill(&mut self, id: ChildId) {
        if let Some(child) = self.0.get_mut(&id) {
            let _ = child.process.kill();
        }
    }

    /// Waits for what a child says. `heed_silence`: others wait for time, so that a long silence is told.
    ///
    /// # Errors
    /// None but those of waiting itself; a pipe that breaks is the child's end.
    pub fn receive(
        &mut self,
        id: ChildId,
        heed_silence: bool,
        interrupts: Option<&Interrupts>,
    ) -> io::Result<Received> {
        let Some(child) = self.0.get_mut(&id) else { return Ok(Received::Gone) };
        if let Some((thread, frame)) = child.early.pop_front() {
            return Ok(Received::Frame(thread, frame));
        }
        if interrupts.is_some_and(Interrupts::take) {
            return Ok(Received::Interrupt);
        }
        // Reading waits as well; only who heeds something else besides must ask first.
        let heeds = heed_silence || interrupts.is_some();
        if child.output.buffer().is_empty() && !looks_on(child) && heeds {
            match wait_for(&child.output, heed_silence.then_some(SILENCE), interrupts)? {
                Waited::Ready => {}
                Waited::Silence => return Ok(Received::Silence),
                Waited::Interrupt => return Ok(Received::Interrupt),
            }
        }
        match frame::read(&mut child.output) {
            Ok(Some((_, FromChild::Names { .. }))) if child.unheard > 0 => {
                child.unheard -= 1;
                self.receive(id, heed_silence, interrupts)
            }
            Ok(Some((thread, frame))) => Ok(Received::Frame(thread, frame)),
            Ok(None) | Err(_) => {
                if let Some(mut child) = self.0.remove(&id) {
                    let _ = child.process.kill();
                    let _ = child.process.wait();
                }
                Ok(Received::Gone)
            }
        }
    }
}

impl Children {
    /// Asks an idle child for the names that `text` could go on as. None if it takes too long to say.
    fn names(&mut self, id: ChildId, text: &str) -> Option<Vec<String>> {
        self.send(id, MAIN_THREAD, &ToChild::Complete { text: text.to_owned() });
        let child = self.0.get_mut(&id)?;
        let asked = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(asked.elapsed());
            if child.output.buffer().is_empty()
                && !matches!(wait_for(&child.output, Some(left), None), Ok(Waited::Ready))
            {
                child.unheard += 1;
                return None;
            }
            match frame::read(&mut child.output).ok().flatten()? {
                (_, FromChild::Names { .. }) if child.unheard > 0 => child.unheard -= 1,
                (_, FromChild::Names { names }) => return Some(names),
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

impl Drop for Children {
    fn drop(&mut self) {
        for child in self.0.values_mut() {
            let _ = child.process.kill();
            let _ = child.process.wait();
        }
    }
}

/// Whether something comes before it is time to sleep.
#[cfg(unix)]
fn looks_on(child: &mut Process) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut fds = [PollFd::new(child.output.get_ref(), PollFlags::IN)];
    let looked = child.vigil.look_on(|| poll(&mut fds, Some(&Timespec::default())).map(|ready| ready > 0));
    looked.unwrap_or(false)
}

#[cfg(not(unix))]
fn looks_on(_: &mut Process) -> bool {
    false
}

enum Waited {
    Ready,
    Silence,
    Interrupt,
}

#[cfg(unix)]
fn wait_for(
    output: &BufReader<ChildStdout>,
    limit: Option<Duration>,
    interrupts: Option<&Interrupts>,
) -> io::Result<Waited> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    loop {
        let mut fds = vec![PollFd::new(output.get_ref(), PollFlags::IN)];
        if let Some(interrupts) = interrupts {
            if interrupts.take() {
                return Ok(Waited::Interrupt);
            }
            fds.push(PollFd::new(&*interrupts.reader, PollFlags::IN));
        }
        match poll(&mut fds, limit.as_ref()) {
            Ok(0) => return Ok(Waited::Silence),
            Ok(_) if !fds[0].revents().is_empty() => return Ok(Waited::Ready),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
}

#[cfg(not(unix))]
fn wait_for(_: &BufReader<ChildStdout>, _: Option<Duration>, _: Option<&Interrupts>) -> io::Result<Waited> {
    Ok(Waited::Ready)
}

/// Ctrl-C, as a stage hears of it: counted, and told through a pipe to whoever waits.
#[derive(Debug, Clone)]
pub struct Interrupts {
    count: Arc<AtomicUsize>,
    reader: Arc<io::PipeReader>,
    writer: Arc<io::PipeWriter>,
}

impl Interrupts {
    /// Takes over Ctrl-C. Once in a process.
    ///
    /// # Errors
    /// The handler cannot be set.
    pub fn listen() -> io::Result<Self> {
        let interrupts = Self::unheard()?;
        let heard = interrupts.clone();
        ctrlc::set_handler(move || heard.raise()).map_err(io::Error::other)?;
        Ok(interrupts)
    }

    /// Interrupts of which nobody hears but by `raise`.
    ///
    /// # Errors
    /// A pipe cannot be made.
    pub fn unheard() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Interrupts { count: Arc::default(), reader: Arc::new(reader), writer: Arc::new(writer) })
    }

    /// As if Ctrl-C had been typed.
    pub fn raise(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
        let _ = (&*self.writer).write_all(b"!");
    }

    /// Takes one Ctrl-C, if there was any.
    pub fn take(&self) -> bool {
        let heard = self.count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        if heard {
            // Its mark in the pipe goes with it.
            let _ = io::Read::read(&mut &*self.reader, &mut [0]);
        }
        heard
    }

    /// Waits for Ctrl-C or input on standard input, no longer than `limit_ms`.
    ///
    /// # Errors
    /// Those of waiting.
    #[cfg(unix)]
    pub fn wait_with_stdin(&self, limit_ms: i64) -> io::Result<Woken> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        if self.take() {
            return Ok(Woken::Interrupt);
        }
        let stdin = io::stdin();
        let mut fds = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(&*self.reader, PollFlags::IN)];
        let limit = Timespec { tv_sec: limit_ms / 1000, tv_nsec: limit_ms % 1000 * 1_000_000 };
        match poll(&mut fds, Some(&limit)) {
            Ok(_) if self.take() => Ok(Woken::Interrupt),
            Ok(_) if !fds[0].revents().is_empty() => Ok(Woken::Input),
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(Woken::Nothing),
            Err(e) => Err(e.into()),
        }
    }

    /// Where input cannot be waited for, only the time passes.
    ///
    /// # Errors
    /// None.
    #[cfg(not(unix))]
    pub fn wait_with_stdin(&self, limit_ms: i64) -> io::Result<Woken> {
        std::thread::sleep(std::time::Duration::from_millis(limit_ms.unsigned_abs()));
        Ok(if self.take() { Woken::Interrupt } else { Woken::Nothing })
    }
}

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    Interrupt,
    Input,
    /// The time is over.
    Nothing,
}
