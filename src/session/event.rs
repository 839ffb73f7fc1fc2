//! What a session is told, and what it wants done. It does nothing itself: a driver moves its events and effects.

use std::sync::Arc;

use super::cost_comparison::CostComparison;
use super::lesson_status::LessonStatus;
use super::picture::Picture;
use super::timeline::Timeline;
use super::wire::Wire;
use crate::lesson::evidence::Submission;
use crate::lesson::format::Lesson;
use crate::lesson::judge::Judged;
use crate::lesson::progress::Progress;
use crate::lesson::raced::{Order, RaceResult};
use crate::lesson::rehearsal::Rehearsal;
use crate::markup::Text;
use python_kernel::frame::{FromChild, ToChild};

/// A Python child, numbered by the session. Numbers are never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChildId(pub u32);

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The learner entered this at once: a line, a block, a paste.
    Entered(String),
    /// A statement of a script: Python, whatever it looks like.
    Statement(String),
    /// A line of a script of redis-cli.
    CliLine(String),
    /// The end of the input: Ctrl-D at an empty prompt.
    EndOfInput,
    /// Ctrl-C.
    Interrupt,
    /// A frame from a child.
    Frame { child: ChildId, thread: u32, frame: FromChild },
    /// A child's process has ended.
    ChildGone(ChildId),
    /// So much time has passed on the driver's clock since the session began, in microseconds.
    Elapsed { us: i64 },
    /// Nothing happens until the moment that `Need` named: let it be now.
    SkipWait,
    /// The port is open to real clients; or it is not, for this reason, in a sentence.
    PortOpened(Result<u16, String>),
    /// A file was written, or was not for the reason given.
    FileWritten { path: String, refusal: Option<String> },
    /// The lesson's file was saved: the lesson as it is now, or what is wrong with it.
    LessonSaved(Result<Arc<Lesson>, String>),
    /// What came of the answers of the lesson that is open, as far as somebody went through them.
    Rehearsed(Arc<Rehearsal>),
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Start a Python child.
    Spawn(ChildId),
    /// Say something to a child.
    Send { child: ChildId, thread: u32, frame: ToChild },
    /// Interrupt a child that computes.
    Interrupt(ChildId),
    /// End a child's process.
    Kill(ChildId),
    /// Write a new file; `FileWritten` follows.
    WriteFile { path: String, text: String },
    /// Open a port of this machine to real clients; `PortOpened` follows.
    OpenPort(u16),
    /// Close it, and their connections.
    ClosePort,
    /// Show something.
    Show(Show),
    /// A statement or a line has run.
    Finished(Box<Submission>),
    /// Something of the tutor's own has run unseen: a setup, a look at the data.
    Unseen(Box<Submission>),
    /// A submission was judged.
    Judged(Box<Judged>),
    /// Go through this lesson's answers beside the learner; `Rehearsed` follows when it is needed.
    Rehearse(Arc<Lesson>),
    /// A step's race was played in every order.
    RaceResult(Box<RaceResult>),
    /// The place in the lessons has changed.
    Progress(Progress),
    /// The session is over, with this exit status.
    Leave(i32),
}

/// What the next lines are of.
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
    /// A step: which, from 1, and of how many.
    Step { number: usize, of: usize },
    /// A step that is practised again: which of those that are due, from 1.
    Practice { number: usize, of: usize },
    /// What is to be remembered, at the lesson's end.
    Remember,
    /// The commands of the lesson.
    Sheet,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Part::Step { number, of } => write!(f, "{number} of {of}"),
            Part::Practice { number, of } => write!(f, "practice, {number} of {of}"),
            Part::Remember => write!(f, "to remember"),
            Part::Sheet => write!(f, "sheet"),
        }
    }
}

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Show {
    /// A prompt and what was typed at it: the tutor typed it, or a transcript shows it.
    Typed { prompt: String, line: String },
    /// What a program wrote, as it was written.
    Output(String),
    /// An error as Python prints it.
    Traceback(String),
    /// What redis-cli would print.
    Reply(String),
    /// From here on, this client speaks.
    Speaker(String),
    /// The head of a part of a lesson.
    Heading(Heading),
    /// The tutor speaks.
    Text(Text),
    /// The lessons, and how far the learner is.
    Lessons(Vec<LessonStatus>),
    /// What went over the wire.
    Wire(Wire),
    /// Who sent what when.
    Timeline(Timeline),
    /// What two programs cost, for data of several sizes.
    CostComparison(CostComparison),
    /// What a key holds.
    Picture(Box<Picture>),
    /// Who sent what when, a lane for each client.
    Lanes { names: Vec<String>, order: Order },
    /// A blank line, unless there is one already.
    Gap,
}

/// What a session waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// A frame from this child, or its end. If there is a deadline and the child stays silent, `SkipWait` follows.
    Frame { child: ChildId, deadline_us: Option<i64> },
    /// A line from the learner.
    Line(Prompt),
    /// Time: a client waits, until this moment (microseconds since 1970) or for ever, and no other can be typed at.
    Time { deadline_us: Option<i64> },
    /// What comes of the lesson's own answers, to judge a submission by.
    Rehearsal,
    /// Nothing: the session is over.
    Nothing,
}

/// What stands before the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Python's, with the name of the client when there are several.
    Python { client: Option<String> },
    /// redis-cli's: `127.0.0.1:6379[3](TX)> `.
    Cli { text: String },
    /// `input()`'s own.
    Program { text: String },
    /// An answer to the tutor's question.
    Answer,
}

impl Prompt {
    /// As it is shown at the first line.
    pub fn text(&self) -> String {
        match self {
            Prompt::Python { client: None } => ">>> ".into(),
            Prompt::Python { client: Some(name) } => format!("{name} >>> "),
            Prompt::Cli { text } | Prompt::Program { text } => text.clone(),
            Prompt::Answer => "? ".into(),
        }
    }

    /// As it is shown at the lines after the first.
    pub fn continuation(&self) -> String {
        match self {
            Prompt::Python { client: None } => "... ".into(),
            Prompt::Python { client: Some(name) } => format!("{name} ... "),
            Prompt::Cli { .. } | Prompt::Program { .. } | Prompt::Answer => self.text(),
        }
    }
}
