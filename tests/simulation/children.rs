//! Python children of a simulated session: models in this process, or real processes.

use std::io::{BufReader, Write as _};
use std::path::Path;
use std::process::{Child as Process, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use python_kernel::frame::{self, FromChild, ToChild};

use super::model_python::{Activity, ModelPython};

/// How long a real child may be silent before it counts as waiting, if none of its threads runs.
const SILENCE: Duration = Duration::from_millis(50);

/// How long a real child may be silent before the silence counts as an error, on a busy machine.
const LONG_SILENCE: Duration = Duration::from_secs(20);

/// How long a real child may compute before the learner presses Ctrl-C.
const PATIENCE: Duration = Duration::from_secs(2);

/// A Python child.
pub enum Child {
    Model(Box<ModelPython>),
    Process(PythonProcess),
}

/// The result of reading from a child.
#[derive(Debug)]
pub enum Read {
    Frame(u32, FromChild),
    /// All threads of the child wait.
    Silence,
    /// The child computes, perhaps without end.
    Computes,
    /// The child's process has ended.
    Ended,
}

impl Child {
    pub fn send(&mut self, thread: u32, frame: ToChild) {
        match self {
            Child::Model(model) => model.receive(thread, frame),
            Child::Process(process) => process.send(thread, &frame),
        }
    }

    pub fn interrupt(&mut self) {
        match self {
            Child::Model(model) => model.interrupt(),
            Child::Process(process) => process.interrupt(),
        }
    }

    /// Reads the next frame. If the session does not also wait for time to pass, a real child may be silent for longer.
    pub fn read(&mut self, waits_for_time: bool) -> Read {
        match self {
            Child::Model(model) => match model.next_frame() {
                Ok(bytes) => match frame::read(&mut bytes.as_slice()) {
                    Ok(Some((thread, frame))) => Read::Frame(thread, frame),
                    other => panic!("a frame was read as {other:?}"),
                },
                Err(Activity::Waits) => Read::Silence,
                Err(Activity::Computes) => Read::Computes,
                Err(Activity::Ended) => Read::Ended,
            },
            Child::Process(process) => process.read(if waits_for_time { SILENCE } else { LONG_SILENCE }),
        }
    }

    /// Lets a lazy model run ahead, as a process does by itself while nobody reads its frames.
    pub fn run_ahead(&mut self) {
        if let Child::Model(model) = self {
            model.run_ahead();
        }
    }

    pub fn model(&self) -> Option<&ModelPython> {
        if let Child::Model(model) = self { Some(model) } else { None }
    }
}

/// A real Python child.
pub struct PythonProcess {
    process: Process,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl PythonProcess {
    pub fn start() -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_redis-tutor"));
        let mut process = Command::new(program)
            .arg(python_kernel::SUBCOMMAND)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("cargo has built the program");
        let input = process.stdin.take().expect("standard input is piped");
        let output = BufReader::new(process.stdout.take().expect("standard output is piped"));
        PythonProcess { process, input, output }
    }

    fn send(&mut self, thread: u32, frame: &ToChild) {
        // A child that has ended ignores the frame, and its end is read later.
        let _ = frame::write(&mut self.input, thread, frame).and_then(|()| self.input.flush());
    }

    fn interrupt(&mut self) {
        #[cfg(unix)]
        if let Some(pid) = i32::try_from(self.process.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        }
        #[cfg(not(unix))]
        let _ = self.process.kill();
    }

    fn read(&mut self, longest_silence: Duration) -> Read {
        let (mut waited, mut silent) = (Duration::ZERO, Duration::ZERO);
        while !self.is_readable(SILENCE) {
            if self.has_running_thread() {
                waited += SILENCE;
            } else if !self.is_readable(Duration::ZERO) {
                silent += SILENCE;
            }
            if silent >= longest_silence {
                return Read::Silence;
            }
            if waited >= PATIENCE {
                return Read::Computes;
            }
        }
        match frame::read(&mut self.output) {
            Ok(Some((thread, frame))) => Read::Frame(thread, frame),
            Ok(None) | Err(_) => Read::Ended,
        }
    }

    /// Waits until the child has sent something or has ended, at most for `limit`.
    #[cfg(unix)]
    fn is_readable(&self, limit: Duration) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let limit = Timespec::try_from(limit).expect("the limit is short");
        !self.output.buffer().is_empty()
            || poll(&mut [PollFd::new(self.output.get_ref(), PollFlags::IN)], Some(&limit)).is_ok_and(|ready| ready > 0)
    }

    #[cfg(not(unix))]
    fn is_readable(&self, _: Duration) -> bool {
        true
    }

    /// Returns whether a thread of the process is running or ready to run.
    fn has_running_thread(&self) -> bool {
        let Ok(threads) = std::fs::read_dir(format!("/proc/{}/task", self.process.id())) else { return false };
        let is_running = |stat: String| stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with(['R', 'D']));
        threads.flatten().any(|thread| std::fs::read_to_string(thread.path().join("stat")).is_ok_and(is_running))
    }
}

impl Drop for PythonProcess {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
