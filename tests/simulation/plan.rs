//! Plans, which list the events of a simulated session. A plan is stored as a script that people can read and edit.
//!
//! ```text
//! # Comments state what went wrong with this plan.
//! python model
//! time still
//! dialect both
//! seed 1
//! lesson queues/2
//!
//! type r.set('a', 1)
//! type for i in range(2):
//! |     r.incr('a')
//! |
//! cut 2
//! type r.get('a')
//! check undo
//! ```

use std::fmt::{self, Display, Write as _};

use redis_tutor::session::dialect::Dialect;

/// A plan: the settings of a session, and the events in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub settings: Settings,
    pub steps: Vec<Step>,
}

/// The settings with which a session begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub python: PythonKind,
    pub time: TimeKind,
    pub dialect: Dialect,
    /// The seed of the session's random number generators.
    pub seed: u64,
    /// The lesson to open, as it would be passed to `:go`, for example `queues/2`.
    pub lesson: Option<String>,
    /// Whether the session practises tasks from all lessons. No lesson is opened in that case.
    pub is_practice: bool,
}

/// What runs the learner's Python code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PythonKind {
    /// A model within this process, which supports only a few statements. It is fast, and sends the same frames each
    /// time.
    Model,
    /// A real Python child process.
    Real,
}

/// How time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeKind {
    /// Time passes only during sleeps and waits, as in a transcript. No TCP client can connect.
    Still,
    /// Time passes as at a terminal: each event takes a little time, and `elapse` makes more time pass.
    Real,
}

/// An event in a session, or a check of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The learner enters this text at the next prompt.
    Type(String),
    /// The learner enters this text immediately, even if a program that has just been unblocked is still running.
    TypeAtOnce(String),
    /// This is the next statement of a Python script.
    Statement(String),
    /// This is the next line of a redis-cli script.
    CliLine(String),
    /// The learner types the answer to the open step, or an empty line if the step is done.
    Answer,
    /// The learner presses Enter while all clients are blocked. At a prompt, this enters an empty line.
    Enter,
    /// The learner presses Ctrl-C during a wait, or while a program reads a line.
    Interrupt,
    /// The learner presses Ctrl-D while a program reads a line.
    EndOfInput,
    /// The learner does nothing for this number of milliseconds.
    Elapse(u64),
    /// The child dies before it has sent the whole protocol frame with this number. The next frame has number 1.
    CutFrame(u32),
    /// The child dies after it has sent the protocol frame with this number, and before it reads the answer.
    KillAfterFrame(u32),
    /// The child exceeds its memory limit, and dies instead of sending the protocol frame with this number.
    AbortAtFrame(u32),
    /// Ctrl-C is pressed before the protocol frame with this number arrives.
    InterruptBeforeFrame(u32),
    /// Before the protocol frame with this number arrives, the TCP client with the given index sends a line.
    ClientBeforeFrame(u32, usize, String),
    /// The Python process of the client at the prompt is killed while it is idle.
    KillIdle,
    /// The TCP client with this index performs an action.
    Client(usize, ClientAction),
    /// The disk becomes full (`true`), so that no file can be written, or has space again (`false`).
    DiskFull(bool),
    /// The next attempt to open a port fails.
    RefusePort,
    /// The author saves the file of the open lesson.
    SaveLesson(SavedLesson),
    /// The program is killed, and restarted with the saved progress.
    Restart,
    Check(Check),
}

/// How the author has changed the file of the open lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SavedLesson {
    Renamed,
    /// The last step was removed.
    Shorter,
    Invalid,
}

/// An action of a TCP client outside the tutor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientAction {
    Connect,
    /// Sends a line, as an inline command.
    Send(String),
    /// Sends only the beginning of a request.
    SendPart(String),
    /// Closes the connection without sending anything.
    Drop,
}

/// A property that is checked in the middle of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// `:undo` restores the state before the last line, and entering the same line again has the same effect as before.
    Undo,
    /// Repeated `:undo` commands undo all lines since the last event of another kind, one line at a time.
    UndoAll,
    /// `:again` restores the state at the start of the step.
    Again,
    /// A new session that opens the same step has the same state as this session had at the start of the step.
    Rebuild,
    /// The Python process that replaces a killed one has the same variables.
    Replay,
}

/// The words that scripts use for checks.
const CHECKS: [(&str, Check); 5] = [
    ("undo", Check::Undo),
    ("undo-all", Check::UndoAll),
    ("again", Check::Again),
    ("rebuild", Check::Rebuild),
    ("replay", Check::Replay),
];

/// The words that scripts use for saved lessons.
const SAVED_LESSONS: [(&str, SavedLesson); 3] =
    [("renamed", SavedLesson::Renamed), ("shorter", SavedLesson::Shorter), ("invalid", SavedLesson::Invalid)];

impl Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { python, time, dialect, seed, lesson, is_practice } = &self.settings;
        let python = if *python == PythonKind::Model { "model" } else { "real" };
        let time = if *time == TimeKind::Still { "still" } else { "real" };
        let dialect = match dialect {
            Dialect::Both => "both",
            Dialect::Python => "python",
            Dialect::Cli => "cli",
        };
        write!(f, "python {python}\ntime {time}\ndialect {dialect}\nseed {seed}\n")?;
        if let Some(lesson) = lesson {
            writeln!(f, "lesson {lesson}")?;
        }
        if *is_practice {
            writeln!(f, "practice")?;
        }
        f.write_char('\n')?;
        self.steps.iter().try_for_each(|step| writeln!(f, "{step}"))
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = |f: &mut fmt::Formatter<'_>, verb: &str, text: &str| {
            let mut lines = text.split('\n');
            write!(f, "{verb} {}", lines.next().unwrap_or_default())?;
            lines.try_for_each(|line| write!(f, "\n| {line}"))
        };
        match self {
            Step::Type(text) => lines(f, "type", text),
            Step::TypeAtOnce(text) => lines(f, "type-at-once", text),
            Step::Statement(text) => lines(f, "statement", text),
            Step::CliLine(text) => write!(f, "cli-line {text}"),
            Step::Answer => f.write_str("answer"),
            Step::Enter => f.write_str("enter"),
            Step::Interrupt => f.write_str("ctrl-c"),
            Step::EndOfInput => f.write_str("ctrl-d"),
            Step::Elapse(ms) => write!(f, "elapse {ms}"),
            Step::CutFrame(n) => write!(f, "cut {n}"),
            Step::KillAfterFrame(n) => write!(f, "kill-after {n}"),
            Step::AbortAtFrame(n) => write!(f, "abort {n}"),
            Step::InterruptBeforeFrame(n) => write!(f, "ctrl-c-before {n}"),
            Step::ClientBeforeFrame(n, client, line) => write!(f, "client-before {n} {client} {line}"),
            Step::KillIdle => f.write_str("kill-idle"),
            Step::Client(n, ClientAction::Connect) => write!(f, "client {n} connect"),
            Step::Client(n, ClientAction::Send(line)) => write!(f, "client {n} send {line}"),
            Step::Client(n, ClientAction::SendPart(line)) => write!(f, "client {n} send-part {line}"),
            Step::Client(n, ClientAction::Drop) => write!(f, "client {n} drop"),
            Step::DiskFull(true) => f.write_str("disk full"),
            Step::DiskFull(false) => f.write_str("disk free"),
            Step::RefusePort => f.write_str("refuse-port"),
            Step::SaveLesson(saved) => write!(f, "save-lesson {}", word_for(&SAVED_LESSONS, saved)),
            Step::Restart => f.write_str("restart"),
            Step::Check(check) => write!(f, "check {}", word_for(&CHECKS, check)),
        }
    }
}

fn word_for<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, known)| known == value).map_or("", |(word, _)| word)
}

fn value_of<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

impl Plan {
    /// Parses a script.
    ///
    /// # Errors
    /// Returns the number and the text of the first line that cannot be parsed.
    pub fn parse(script: &str) -> Result<Plan, String> {
        let mut plan = Plan {
            settings: Settings {
                python: PythonKind::Model,
                time: TimeKind::Still,
                dialect: Dialect::Both,
                seed: 1,
                lesson: None,
                is_practice: false,
            },
            steps: Vec::new(),
        };
        for (index, line) in script.lines().enumerate() {
            let understood = match line.strip_prefix('|') {
                Some(rest) => plan.continue_text(rest.strip_prefix(' ').unwrap_or(rest)),
                None if line.is_empty() || line.starts_with('#') => true,
                None => plan.set(line) || plan.push(line),
            };
            if !understood {
                return Err(format!("line {}: {line}", index + 1));
            }
        }
        Ok(plan)
    }

    /// Parses a line with a setting of the session. Returns false if the line is not a setting.
    fn set(&mut self, line: &str) -> bool {
        let settings = &mut self.settings;
        match line.split_once(' ') {
            Some(("python", "model")) => settings.python = PythonKind::Model,
            Some(("python", "real")) => settings.python = PythonKind::Real,
            Some(("time", "still")) => settings.time = TimeKind::Still,
            Some(("time", "real")) => settings.time = TimeKind::Real,
            Some(("dialect", "both")) => settings.dialect = Dialect::Both,
            Some(("dialect", "python")) => settings.dialect = Dialect::Python,
            Some(("dialect", "cli")) => settings.dialect = Dialect::Cli,
            Some(("seed", number)) if let Ok(seed) = number.parse() => settings.seed = seed,
            Some(("lesson", name)) => settings.lesson = Some(name.to_owned()),
            None if line == "practice" => settings.is_practice = true,
            _ => return false,
        }
        true
    }

    /// Appends a line to the text of the last step. Returns false if the last step has no text.
    fn continue_text(&mut self, line: &str) -> bool {
        let Some(Step::Type(text) | Step::TypeAtOnce(text) | Step::Statement(text)) = self.steps.last_mut() else {
            return false;
        };
        text.push('\n');
        text.push_str(line);
        true
    }

    fn push(&mut self, line: &str) -> bool {
        let step = parse_step(line);
        let understood = step.is_some();
        self.steps.extend(step);
        understood
    }
}

fn parse_step(line: &str) -> Option<Step> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let number = || rest.parse::<u32>().ok();
    Some(match (verb, rest) {
        ("type", text) => Step::Type(text.to_owned()),
        ("type-at-once", text) => Step::TypeAtOnce(text.to_owned()),
        ("statement", text) => Step::Statement(text.to_owned()),
        ("cli-line", text) => Step::CliLine(text.to_owned()),
        ("answer", "") => Step::Answer,
        ("enter", "") => Step::Enter,
        ("ctrl-c", "") => Step::Interrupt,
        ("ctrl-d", "") => Step::EndOfInput,
        ("elapse", ms) => Step::Elapse(ms.parse().ok()?),
        ("cut", _) => Step::CutFrame(number()?),
        ("kill-after", _) => Step::KillAfterFrame(number()?),
        ("abort", _) => Step::AbortAtFrame(number()?),
        ("ctrl-c-before", _) => Step::InterruptBeforeFrame(number()?),
        ("client-before", rest) => {
            let (frames, rest) = rest.split_once(' ')?;
            let (client, line) = rest.split_once(' ')?;
            Step::ClientBeforeFrame(frames.parse().ok()?, client.parse().ok()?, line.to_owned())
        }
        ("kill-idle", "") => Step::KillIdle,
        ("client", rest) => {
            let (number, action) = rest.split_once(' ')?;
            let (verb, line) = action.split_once(' ').unwrap_or((action, ""));
            let action = match verb {
                "connect" => ClientAction::Connect,
                "send" => ClientAction::Send(line.to_owned()),
                "send-part" => ClientAction::SendPart(line.to_owned()),
                "drop" => ClientAction::Drop,
                _ => return None,
            };
            Step::Client(number.parse().ok()?, action)
        }
        ("disk", "full") => Step::DiskFull(true),
        ("disk", "free") => Step::DiskFull(false),
        ("refuse-port", "") => Step::RefusePort,
        ("save-lesson", word) => Step::SaveLesson(value_of(&SAVED_LESSONS, word)?),
        ("restart", "") => Step::Restart,
        ("check", word) => Step::Check(value_of(&CHECKS, word)?),
        _ => return None,
    })
}
