//! Rehearsals: run a lesson's answers in the background, in a separate session with its own Python process.
//!
//! The commands that an answer sends are known only after it has run. The answers run on a thread while the learner
//! reads, and the result is needed when the first submission is judged.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use super::{Frontend, Host, Limits, TimeLimitReached, drive};
use crate::lesson::evidence::Submission;
use crate::lesson::format::Lesson;
use crate::lesson::library::Library;
use crate::lesson::rehearsal::Rehearsal;
use crate::session::event::{Event, Prompt, Show};
use crate::session::{MEMORY_LIMIT, Options, Session};

/// The delay before a rehearsal starts at a terminal, so that the learner's own Python process starts first.
const START_DELAY: Duration = Duration::from_millis(300);

/// Maximum time to wait for the result of a rehearsal at a terminal.
const TERMINAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Maximum time to wait for the result of a rehearsal in a transcript, whose content must not depend on the speed of
/// the machine. Only a lesson that hangs takes this long.
const TRANSCRIPT_TIMEOUT: Duration = Duration::from_secs(120);

/// A rehearsal that is running, or about to start, on its own thread.
#[derive(Debug)]
pub struct PendingRehearsal {
    start_now: Sender<()>,
    result: Receiver<Rehearsal>,
    timeout: Duration,
}

/// The time at which a rehearsal starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RehearsalStart {
    /// After a short delay, while the learner reads and types.
    Soon,
    /// When the result is needed.
    OnDemand,
}

impl PendingRehearsal {
    /// Starts the thread for a rehearsal. The rehearsal may run for `time_limit` or for `TRANSCRIPT_TIMEOUT`, whichever
    /// is shorter.
    pub fn new(
        lesson: Arc<Lesson>,
        python_executable: PathBuf,
        start: RehearsalStart,
        time_limit: Option<Duration>,
    ) -> PendingRehearsal {
        let longest = time_limit.map_or(TRANSCRIPT_TIMEOUT, |limit| limit.min(TRANSCRIPT_TIMEOUT));
        let (start_now, needed) = mpsc::channel();
        let (sender, result) = mpsc::channel();
        std::thread::spawn(move || {
            let wait = match start {
                RehearsalStart::Soon => needed.recv_timeout(START_DELAY),
                RehearsalStart::OnDemand => needed.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            if wait != Err(RecvTimeoutError::Disconnected) {
                // A failure is ignored: without a rehearsal, feedback on a wrong submission is less specific, but
                // nothing else depends on it.
                let limits = Limits { time: Some(longest), memory: MEMORY_LIMIT };
                let outcome = rehearse(&lesson, &python_executable, limits).unwrap_or_default();
                let _ = sender.send(outcome.rehearsal);
            }
        });
        let timeout = match start {
            RehearsalStart::Soon => TERMINAL_TIMEOUT,
            RehearsalStart::OnDemand => longest,
        };
        PendingRehearsal { start_now, result, timeout }
    }

    /// Waits for the result. Returns an empty rehearsal if the result does not arrive in time.
    pub fn wait(self) -> Arc<Rehearsal> {
        let _ = self.start_now.send(());
        Arc::new(self.result.recv_timeout(self.timeout).unwrap_or_default())
    }
}

/// The result of a rehearsal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RehearsalOutcome {
    pub rehearsal: Rehearsal,
    /// The index of the step whose answer was running when the time limit was reached. The rehearsal contains nothing
    /// about later steps.
    pub stopped_at: Option<usize>,
}

/// Runs a lesson's answers, and returns the submissions of each step. The limits apply to the whole lesson, not to each
/// answer.
///
/// # Errors
/// Returns an error if Python cannot be started.
pub fn rehearse(lesson: &Arc<Lesson>, python_executable: &Path, limits: Limits) -> io::Result<RehearsalOutcome> {
    let mut session = Session::new(Options::repeatable(Arc::new(Library { lessons: vec![lesson.clone()] })));
    session.limit_memory(limits.memory);
    session.open(lesson.clone(), 0);
    session.rehearsed(Arc::default());
    let steps = vec![Vec::new(); lesson.steps.len()];
    let rehearsal = Rehearsal { steps, moved_us: Vec::new() };
    let mut frontend = AnswerTypist { python_executable, time_limit: limits.time, step: 0, inputs: 0, rehearsal };
    let stopped_at = match drive(&mut session, &mut frontend) {
        Err(error) if TimeLimitReached::is_cause_of(&error) => Some(session.place().map_or(0, |(_, step)| step - 1)),
        ended => ended.map(|_| None)?,
    };
    Ok(RehearsalOutcome { rehearsal: frontend.rehearsal, stopped_at })
}

/// A front end that enters the answer of every step and records the submissions.
struct AnswerTypist<'a> {
    python_executable: &'a Path,
    time_limit: Option<Duration>,
    /// The index of the current step.
    step: usize,
    /// Number of lines entered so far.
    inputs: usize,
    rehearsal: Rehearsal,
}

impl Frontend for AnswerTypist<'_> {
    fn show(&mut self, _: &Show) -> io::Result<()> {
        Ok(())
    }

    fn read_input(&mut self, host: &mut Host<'_>, _: &Prompt) -> io::Result<Event> {
        let session = host.session();
        self.step = session.place().map_or(0, |(_, number)| number - 1);
        self.inputs += 1;
        // A step takes two lines: `:skip`, which enters the answer, and an empty line. The limit on the number of lines
        // stops a lesson that would never end.
        let is_over = self.inputs > 3 * self.rehearsal.steps.len() + 3;
        let is_last = self.step + 1 == self.rehearsal.steps.len() && session.is_step_done();
        Ok(match session.is_step_done() {
            _ if is_over || is_last => Event::EndOfInput,
            true => {
                self.rehearsal.moved_us.push(session.moved_us());
                self.step += 1;
                Event::Entered(String::new())
            }
            false => Event::Entered(":skip".into()),
        })
    }

    fn wait(&mut self, _: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        Ok(if deadline_us.is_some() { Event::SkipWait } else { Event::Entered(String::new()) })
    }

    fn python_executable(&self) -> io::Result<PathBuf> {
        Ok(self.python_executable.to_owned())
    }

    fn time_limit(&self) -> Option<Duration> {
        self.time_limit
    }

    fn submission_finished(&mut self, submission: &Submission) -> io::Result<()> {
        if let Some(step) = self.rehearsal.steps.get_mut(self.step) {
            step.push(submission.clone());
        }
        Ok(())
    }
}
