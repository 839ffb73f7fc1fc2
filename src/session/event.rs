//! The events that a session handles, and the effects that it returns. A session does no input or output itself: a
//! driver delivers the events and performs the effects.

use std::sync::Arc;

use super::display::cost_comparison::CostComparison;
use super::display::lesson_status::LessonStatus;
use super::display::timeline::Timeline;
use super::display::wire::Wire;
use super::picture::Picture;
use crate::lesson::evidence::Submission;
use crate::lesson::format::Lesson;
use crate::lesson::judge::Judged;
use crate::lesson::progress::Progress;
use crate::lesson::race_result::RaceResult;
pub use crate::lesson::race_result::{Order, Turn, TurnOutcome};
use crate::lesson::rehearsal::Rehearsal;
use crate::markup::Text;
use python_kernel::frame::{FromChild, ToChild};

/// The id of a Python child process, unique within its session. Ids are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChildId(pub u32);

/// The reason why a child process ended on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PythonEnd {
    /// An allocation failed because the process would have exceeded its memory limit of `limit` bytes.
    OutOfMemory { limit: u64 },
    /// The process ran out of stack space.
    StackOverflow,
    /// The learner's program exited the process.
    Exited,
    /// The interpreter panicked because of a bug in the interpreter itself.
    Panicked,
}

/// An event that a session handles.
#[derive(Debug, Clone)]
pub enum Event {
    /// Text that the learner entered: a line, a multi-line block, or pasted lines.
    Entered(String),
    /// A statement in a script, which is always Python.
    Statement(String),
    /// A line of a redis-cli script.
    CliLine(String),
    /// The end of the input. At a terminal, this is Ctrl-D at an empty prompt.
    EndOfInput,
    /// Ctrl-C was pressed.
    Interrupt,
    /// A child has sent a frame, which is one message of the protocol between session and child.
    Frame { child: ChildId, thread: u32, frame: FromChild },
    /// A child process has ended. If the driver knows the cause, it reports the cause first, with
    /// `Session::note_python_end`.
    ChildGone(ChildId),
    /// The time since the session began, as measured by the driver's clock, in microseconds.
    Elapsed { us: i64 },
    /// Nothing will happen before the deadline in the session's [`Need`], so the session's clock may jump to it.
    SkipWait,
    /// The port number that was opened to TCP clients, or an error message if it could not be opened.
    PortOpened(Result<u16, String>),
    /// The result of [`Effect::WriteFile`]. `refusal` is the reason why the file was not written, or `None` if it was.
    FileWritten { path: String, refusal: Option<String> },
    /// The file of the open lesson was saved. The event contains the new lesson, or a message about an error in the
    /// file.
    LessonSaved(Result<Arc<Lesson>, String>),
    /// The rehearsal of the open lesson (a run of its answers in the background) has ended. Its result may be
    /// incomplete.
    Rehearsed(Arc<Rehearsal>),
    /// A request to make the current state the checkpoint. Sent only at a prompt.
    SetCheckpoint,
    /// A request to return to the checkpoint, with its data, clock, variables and step. Sent only at a prompt, or when
    /// all clients are waiting.
    ReturnToCheckpoint,
}

/// An action that the driver must perform, or a report to the driver.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Start a Python child process.
    Spawn(ChildId),
    /// Send a frame (a protocol message) to a child process.
    Send { child: ChildId, thread: u32, frame: ToChild },
    /// Interrupt the code that a child is running.
    Interrupt(ChildId),
    /// Kill a child process.
    Kill(ChildId),
    /// Write a new file. [`Event::FileWritten`] reports the result.
    WriteFile { path: String, text: String },
    /// Open a port on this machine for TCP clients. [`Event::PortOpened`] reports the result.
    OpenPort(u16),
    /// Close the port, and the TCP clients' connections.
    ClosePort,
    /// Show output to the user.
    Show(Show),
    /// A report that a submission (an input, with its results) has run.
    Finished(Box<Submission>),
    /// A report that the tutor has run code without showing it. The code was a setup or a probe (a check of the data).
    Unseen(Box<Submission>),
    /// A report that a submission was judged.
    Judged(Box<Judged>),
    /// Rehearse this lesson's answers in the background. The driver returns the result as [`Event::Rehearsed`] once the
    /// session needs it.
    Rehearse(Arc<Lesson>),
    /// The result of playing a race in every interleaving of the clients' commands.
    RaceResult(Box<RaceResult>),
    /// The learner's progress, which has changed.
    Progress(Progress),
    /// End the session with this exit code.
    Leave(i32),
}

/// The heading of a part of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The lesson's id.
    pub lesson: String,
    pub title: String,
    pub part: Part,
}

/// A part of a lesson that has its own heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// One of the lesson's `of` steps. `number` is counted from 1.
    Step { number: usize, of: usize },
    /// One of the `of` steps that are due for practice. `number` is counted from 1.
    Practice { number: usize, of: usize },
    /// One of the `of` tasks in the fast track. `number` is counted from 1.
    FastTrack { number: usize, of: usize },
    /// The summary at the end of the lesson.
    Remember,
    /// The cheat sheet: a list of the commands that the lesson taught.
    Sheet,
}

/// Output that a front end shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Show {
    /// A line that was typed by the tutor or in a transcript, with its prompt.
    Typed { prompt: String, line: String },
    /// Output from a program, shown unchanged.
    Output(String),
    /// An error, formatted as Python prints it.
    Traceback(String),
    /// A reply, formatted as redis-cli prints it.
    Reply(String),
    /// The name of the client whose output follows.
    Speaker(String),
    /// The heading of a part of a lesson.
    Heading(Heading),
    /// A message from the tutor.
    Text(Text),
    /// The list of lessons, with the learner's progress.
    Lessons(Vec<LessonStatus>),
    /// The bytes that a client and Redis sent each other.
    Wire(Wire),
    /// A timeline that shows what each client sent, and when.
    Timeline(Timeline),
    /// A comparison of two programs' costs for several sizes of data.
    CostComparison(CostComparison),
    /// A picture of one key, or of two sets and their overlap.
    Picture(Box<Picture>),
    /// The turns of a race, with one column for each client.
    Lanes { names: Vec<String>, order: Order },
    /// A blank line, unless the previous line is blank.
    Gap,
}

/// What a session is waiting for.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// A frame (a protocol message) from this child, or the child's exit. If there is a deadline and the child is
    /// silent, the driver sends [`Event::SkipWait`]. `is_main_idle` says whether the main thread has nothing to send.
    /// If it is true, the driver must not wait for the other threads, because they may run forever.
    Frame { child: ChildId, deadline_us: Option<i64>, is_main_idle: bool },
    /// A line from the learner.
    Line(Prompt),
    /// The passing of time: all clients are waiting, either until the deadline (in microseconds since 1970) or
    /// indefinitely.
    Time { deadline_us: Option<i64> },
    /// The rehearsal of the open lesson, which is needed to judge a submission.
    Rehearsal,
    /// Nothing, because the session has ended.
    Nothing,
}

/// A prompt at which the session expects input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Python's prompt. `client` is shown before it: the client's name if there are several clients, and a mark in a
    /// fork.
    Python { client: Option<String> },
    /// redis-cli's prompt: `127.0.0.1:6379[3](TX)> `.
    Cli { text: String },
    /// The prompt that a program passed to `input()`.
    Program { text: String },
    /// The prompt for an answer to the tutor's question.
    Answer,
}

impl Prompt {
    /// Returns the prompt for the first line of an input.
    pub fn text(&self) -> String {
        match self {
            Prompt::Python { client: None } => ">>> ".into(),
            Prompt::Python { client: Some(name) } => format!("{name} >>> "),
            Prompt::Cli { text } | Prompt::Program { text } => text.clone(),
            Prompt::Answer => "? ".into(),
        }
    }

    /// Returns the prompt for each further line of an input.
    pub fn continuation(&self) -> String {
        match self {
            Prompt::Python { client: None } => "... ".into(),
            Prompt::Python { client: Some(name) } => format!("{name} ... "),
            Prompt::Cli { .. } | Prompt::Program { .. } | Prompt::Answer => self.text(),
        }
    }
}
