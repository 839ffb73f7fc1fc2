//! The Python children of a simulated session. Each is a real child process, or a model that imitates one within this
//! process.

use std::path::Path;
use std::time::Duration;

use python_kernel::frame::{self, FromChild, ToChild};
use redis_tutor::driver::{Children, MOST_COMPUTING, ReceiveOutcome, SILENCE, WaitConditions};
use redis_tutor::session::event::ChildId;

use super::model_python::{Activity, ModelPython};

/// How long a real child may be silent before that counts as an error, even on a busy machine.
const LONG_SILENCE: Duration = Duration::from_secs(20);

/// CPU time that a real child may use without sending a protocol frame before the learner presses Ctrl-C.
const PATIENCE: Duration = Duration::from_secs(2);

/// A Python child: a model or a real process.
pub enum Child {
    Model(Box<ModelPython>),
    Process(PythonProcess),
}

/// The result of reading from a child.
#[derive(Debug)]
pub enum Read {
    Frame(u32, FromChild),
    /// All threads of the child are waiting. This is also the result if the main thread is idle and other threads run
    /// for too long without sending anything.
    Silence,
    /// The child is running code without sending anything, perhaps forever.
    Computes,
    /// The child's process has ended.
    Ended,
}

impl Child {
    pub fn send(&mut self, thread: u32, frame: ToChild) {
        match self {
            Child::Model(model) => model.receive(thread, frame),
            Child::Process(process) => process.0.send(ID, thread, &frame),
        }
    }

    pub fn interrupt(&mut self) {
        match self {
            Child::Model(model) => model.interrupt(),
            Child::Process(process) => process.0.interrupt(ID),
        }
    }

    /// Reads the next protocol frame. If the session does not wait for a point in time (`waits_for_time`), a real child
    /// may be silent for longer. `is_main_idle` says whether the child's main thread is idle.
    pub fn read(&mut self, waits_for_time: bool, is_main_idle: bool) -> Read {
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
            Child::Process(process) => process.read(if waits_for_time { SILENCE } else { LONG_SILENCE }, is_main_idle),
        }
    }

    /// Makes a lazy model run ahead of its reader, as a real process would. Otherwise, a lazy model runs only when its
    /// next frame is read.
    pub fn run_ahead(&mut self) {
        if let Child::Model(model) = self {
            model.run_ahead();
        }
    }

    pub fn model(&self) -> Option<&ModelPython> {
        if let Child::Model(model) = self { Some(model) } else { None }
    }
}

/// A real Python child process, run by the driver's own code.
pub struct PythonProcess(Children);

/// The id of every real child. The same id is enough, because each real child has a `Children` of its own.
const ID: ChildId = ChildId(1);

impl PythonProcess {
    pub fn start() -> Self {
        let mut children = Children::default();
        children.spawn(ID, Path::new(env!("CARGO_BIN_EXE_redis-tutor"))).expect("cargo has built the program");
        PythonProcess(children)
    }

    fn read(&mut self, longest_silence: Duration, is_main_idle: bool) -> Read {
        let most_computing = Some(if is_main_idle { MOST_COMPUTING } else { PATIENCE });
        let conditions = WaitConditions { silence: Some(SILENCE), most_computing, ..WaitConditions::default() };
        let mut silent = Duration::ZERO;
        loop {
            match self.0.receive(ID, &conditions).expect("the pipe can be polled") {
                ReceiveOutcome::Frame(thread, frame) => return Read::Frame(thread, frame),
                ReceiveOutcome::Exited(_) => return Read::Ended,
                ReceiveOutcome::Silence => silent += SILENCE,
                ReceiveOutcome::Computing if is_main_idle => return Read::Silence,
                ReceiveOutcome::Computing | ReceiveOutcome::Interrupt | ReceiveOutcome::Other => return Read::Computes,
            }
            if silent >= longest_silence {
                return Read::Silence;
            }
        }
    }
}
