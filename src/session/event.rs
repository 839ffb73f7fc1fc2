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

/// The number of a Python child process in its session. Numbers are not reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChildId(pub u32);

/// The reason why a child's process has ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PythonEnd {
    /// An allocation failed, because the process may use only `limit` bytes of memory.
    OutOfMemory { limit: u64 },
    /// The process has used up its stack.
    StackOverflow,
    /// The program has ended the process.
    Exited,
    /// The interpreter has panicked because of a bug in it.
    Panicked,
}

/// An event that a session handles.
#[derive(Debug, Clone)]
pub enum Event {
    /// The learner entered a line, a block of lines, or pasted lines.
    Entered(String),
    /// A statement in a script, which is always Python.
    Statement(String),
    /// A line of a redis-cli script.
    CliLine(String),
    /// The end of the input. At a terminal: Ctrl-D at an empty prompt.
    EndOfInput,
    /// Ctrl-C was pressed.
    Interrupt,
    /// A child has sent a frame, which is one message of the protocol between session and child.
    Frame { child: ChildId, thread: u32, frame: FromChild },
    /// A child's process has ended. If the driver knows how, it first reports that with `Session::note_python_end`.
    ChildGone(ChildId),
    /// The time on the driver's clock since the session began, in microseconds.
    Elapsed { us: i64 },
    /// Nothing will happen before the time in the session's [`Need`], so the session's clock may jump to that time.
    SkipWait,
    /// The port was opened to TCP clients, or could not be opened. The error is a sentence.
    PortOpened(Result<u16, String>),
    /// A file was written, or `refusal` is the reason why it was not.
    FileWritten { path: String, refusal: Option<String> },
    /// The file of the open lesson was saved. The event contains the new lesson, or the error in the file.
    LessonSaved(Result<Arc<Lesson>, String>),
    /// The rehearsal of the open lesson has ended. Its result may be incomplete.
    Rehearsed(Arc<Rehearsal>),
    /// Make the current state the checkpoint. Sent only at a prompt.
    SetCheckpoint,
    /// Return to the checkpoint, with its data, clock, variables and step. Sent only at a prompt, or when all clients
    /// wait.
    ReturnToCheckpoint,
}

/// Something that the driver has to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Start a Python child.
    Spawn(ChildId),
    /// Send a frame to a child.
    Send { child: ChildId, thread: u32, frame: ToChild },
    /// Interrupt the code that a child runs.
    Interrupt(ChildId),
    /// Kill a child process.
    Kill(ChildId),
    /// Write a new file. [`Event::FileWritten`] reports the result.
    WriteFile { path: String, text: String },
    /// Open a port of this machine to TCP clients. [`Event::PortOpened`] reports the result.
    OpenPort(u16),
    /// Close the port, and the TCP clients' connections.
    ClosePort,
    /// Show something.
    Show(Show),
    /// A submission has run.
    Finished(Box<Submission>),
    /// The tutor has run code without showing it: a setup, or a probe (a check of the data).
    Unseen(Box<Submission>),
    /// A submission was judged.
    Judged(Box<Judged>),
    /// Rehearse this lesson's answers in the background. The driver returns the result as [`Event::Rehearsed`] when it
    /// is needed.
    Rehearse(Arc<Lesson>),
    /// A race was played in every order.
    RaceResult(Box<RaceResult>),
    /// The learner's progress has changed.
    Progress(Progress),
    /// End the session with this exit status.
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

/// A part of a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A step: its number, counted from 1, and the number of steps.
    Step { number: usize, of: usize },
    /// A step in practice: its number among the steps that are due, counted from 1, and how many are due.
    Practice { number: usize, of: usize },
    /// A task of the fast track: its number among the tasks, counted from 1, and the number of tasks.
    FastTrack { number: usize, of: usize },
    /// The summary at the end of the lesson.
    Remember,
    /// The sheet: a list of the commands that the lesson taught.
    Sheet,
}

/// Something that a front end shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Show {
    /// A prompt and the line that was typed at it by the tutor or in a transcript.
    Typed { prompt: String, line: String },
    /// The output of a program, unchanged.
    Output(String),
    /// An error as Python prints it.
    Traceback(String),
    /// A reply as redis-cli prints it.
    Reply(String),
    /// The name of the client whose output follows.
    Speaker(String),
    /// The heading of a part of a lesson.
    Heading(Heading),
    /// A message from the tutor.
    Text(Text),
    /// The list of lessons, with the learner's progress.
    Lessons(Vec<LessonStatus>),
    /// The bytes that were sent over the wire.
    Wire(Wire),
    /// What each client sent, and when.
    Timeline(Timeline),
    /// The costs of two programs for data of several sizes.
    CostComparison(CostComparison),
    /// The picture of a key, or of two sets.
    Picture(Box<Picture>),
    /// The turns of a race, with one column for each client.
    Lanes { names: Vec<String>, order: Order },
    /// A blank line, unless the line before is blank.
    Gap,
}

/// What a session is waiting for.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// A frame from this child, or the exit of its process. If there is a deadline and the child is silent, the driver
    /// sends [`Event::SkipWait`]. `is_main_idle` says whether the main thread has nothing to send. If so, the driver
    /// must not wait for other threads, which may compute endlessly.
    Frame { child: ChildId, deadline_us: Option<i64>, is_main_idle: bool },
    /// A line from the learner.
    Line(Prompt),
    /// The passing of time. All clients are waiting, until this time (in microseconds since 1970) or without a limit.
    Time { deadline_us: Option<i64> },
    /// The rehearsal of the open lesson, which is needed to judge a submission.
    Rehearsal,
    /// Nothing, because the session has ended.
    Nothing,
}

/// A prompt at which the session expects input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Python's prompt, with the client's name if there are several clients.
    Python { client: Option<String> },
    /// redis-cli's prompt: `127.0.0.1:6379[3](TX)> `.
    Cli { text: String },
    /// The prompt that a program has passed to `input()`.
    Program { text: String },
    /// The prompt for an answer to the tutor's question.
    Answer,
}

impl Prompt {
    /// Returns the text before the first line.
    pub fn text(&self) -> String {
        match self {
            Prompt::Python { client: None } => ">>> ".into(),
            Prompt::Python { client: Some(name) } => format!("{name} >>> "),
            Prompt::Cli { text } | Prompt::Program { text } => text.clone(),
            Prompt::Answer => "? ".into(),
        }
    }

    /// Returns the text before each further line.
    pub fn continuation(&self) -> String {
        match self {
            Prompt::Python { client: None } => "... ".into(),
            Prompt::Python { client: Some(name) } => format!("{name} ... "),
            Prompt::Cli { .. } | Prompt::Program { .. } | Prompt::Answer => self.text(),
        }
    }
}
