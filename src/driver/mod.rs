//! Runs a session: performs its effects and delivers the events that it needs.

mod child_threads;
mod children;
mod ctrl_c;
mod frame_reader;
mod host;
mod lesson_watcher;
mod limits;
mod parallel;
mod rehearsal;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use host::ReadOutcome;
use limits::TimeLimit;

use crate::lesson::evidence::Submission;
use crate::lesson::judge::Judged;
use crate::lesson::progress::Progress;
use crate::lesson::race_result::RaceResult;
use crate::messages::driver as messages;
use crate::session::Session;
use crate::session::event::{Effect, Event, Need, Prompt, Show};
use crate::user_files::{self, UserFiles, expand_home};

pub use children::{Children, MOST_COMPUTING, PythonCompleter, ReceiveOutcome, SILENCE, WaitConditions, python_walls};
#[cfg(unix)]
pub use children::{continue_children, stop_children};
pub use ctrl_c::{Interrupts, WakeReason};
pub use host::{AdvanceOutcome, Host};
pub use lesson_watcher::LessonWatcher;
pub use limits::{Limits, TimeLimitReached, seconds};
pub use parallel::{Messages, run_in_parallel};
pub use rehearsal::{RehearsalOutcome, rehearse};

/// A front end of a session: a terminal, a pipe, a script, a lesson check or a test.
///
/// [`drive`] owns the loop and calls the front end, one method at a time and always on the same thread:
///
/// - It calls [`show`](Frontend::show) for everything to display, in order.
/// - It calls [`read_input`](Frontend::read_input) when the session needs a line, and [`wait`](Frontend::wait) when all
///   clients are blocked. Both return the next event for the session, and block until there is one.
/// - It calls [`real_elapsed_us`](Frontend::real_elapsed_us) before each event. A front end that returns `None` has no
///   real-time clock. The session's clock then advances only through sleeps and waits, so that transcripts are
///   reproducible.
/// - The methods with a default implementation are for front ends that record results or have an interactive user.
///
/// An error from any method ends the session, and `drive` returns it.
pub trait Frontend {
    /// Displays one item of the session's output.
    ///
    /// # Errors
    /// Returns an error if the output cannot be written, for example to a closed pipe.
    fn show(&mut self, show: &Show) -> io::Result<()>;

    /// Reads the next input at `prompt`. While a front end waits for the user to type, it calls `host.advance`
    /// repeatedly.
    ///
    /// # Errors
    /// Returns an error if the input cannot be read.
    fn read_input(&mut self, host: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event>;

    /// Waits while all clients are blocked, until `deadline_us` (microseconds since 1970), or without a limit if it is
    /// `None`. Returns the event that ends or interrupts the wait. `Event::SkipWait` moves the clock to the deadline.
    ///
    /// # Errors
    /// Returns an error if the input cannot be read.
    fn wait(&mut self, host: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event>;

    /// Returns the path of the executable whose hidden subcommand runs a Python child.
    ///
    /// # Errors
    /// Returns an error if the path of this program is unknown.
    fn python_executable(&self) -> io::Result<PathBuf> {
        std::env::current_exe()
    }

    /// Returns the real time since the session began, in microseconds, or `None` if the session's clock advances only
    /// through sleeps and waits.
    fn real_elapsed_us(&self) -> Option<i64> {
        None
    }

    /// Returns the maximum running time of the session, for a front end without a user who could stop it. `None` means
    /// no limit. Time spent waiting for input does not count. The time starts again from zero when the session returns
    /// to a checkpoint.
    fn time_limit(&self) -> Option<Duration> {
        None
    }

    /// Returns the interrupts that Ctrl-C raises, or `None` if this front end does not support Ctrl-C.
    fn interrupts(&self) -> Option<&Interrupts> {
        None
    }

    /// Returns whether the program was asked to terminate, for example by a signal.
    fn is_terminated(&self) -> bool {
        false
    }

    /// Returns whether `tick` should be called while a program runs.
    fn wants_ticks(&self) -> bool {
        false
    }

    /// Updates the display while a program runs. Called many times a second if `wants_ticks` returns true.
    ///
    /// # Errors
    /// Returns an error if the output cannot be written.
    fn tick(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Writes a new file for the learner. Returns `None` on success. On failure, returns the reason as a message for
    /// the learner.
    fn write_file(&mut self, path: &str, _text: &str) -> Option<String> {
        Some(messages::file_not_requested(path))
    }

    /// Receives a submission, such as a statement, after it has run.
    ///
    /// # Errors
    /// Returns an error if the result cannot be written.
    fn submission_finished(&mut self, _submission: &Submission) -> io::Result<()> {
        Ok(())
    }

    /// Receives a submission of the lesson's own code, such as a step's setup, after it has run without being shown.
    ///
    /// # Errors
    /// Returns an error if the result cannot be written.
    fn hidden_submission_finished(&mut self, _submission: &Submission) -> io::Result<()> {
        Ok(())
    }

    /// Receives a submission and its verdict after the submission was judged.
    ///
    /// # Errors
    /// Returns an error if the result cannot be written.
    fn submission_judged(&mut self, _judged: &Judged) -> io::Result<()> {
        Ok(())
    }

    /// Receives the result of a step's race after every interleaving of the clients' commands has been run.
    ///
    /// # Errors
    /// Returns an error if the result cannot be written.
    fn race_finished(&mut self, _result: &RaceResult) -> io::Result<()> {
        Ok(())
    }

    /// Receives the learner's progress after it has changed.
    ///
    /// # Errors
    /// Returns an error if the session cannot continue. A front end that cannot save reports this to the user and
    /// continues.
    fn progress_changed(&mut self, _progress: &Progress) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a file that must not exist yet. Returns `None` on success. On failure, returns the reason as a message for
/// the learner.
pub fn write_new_file(files: &UserFiles, path: &str, text: &str) -> Option<String> {
    let full_path = expand_home(path);
    let error = files.create_document(&full_path, text.as_bytes()).err()?;
    if files.is_folder(&full_path) {
        return Some(messages::file_is_a_folder(path, Path::new(path).join("my_script.py").display()));
    }
    if error.kind() != io::ErrorKind::AlreadyExists {
        return Some(messages::file_not_written(path, user_files::reason(&error)));
    }
    let other_path = match path.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-2.{extension}"),
        None => format!("{path}-2"),
    };
    Some(messages::file_exists(path, other_path))
}

/// Runs a session to its end and returns its exit status.
///
/// # Errors
/// Returns the error from the front end, or an error if Python cannot be started or if the time limit was reached. In
/// the last case, the cause of the error is [`TimeLimitReached`].
pub fn drive(session: &mut Session, frontend: &mut impl Frontend) -> io::Result<i32> {
    let mut host = Host::new(session, frontend.python_executable()?);
    host.time_limit = frontend.time_limit();
    let mut time_limit = TimeLimit::new(frontend.time_limit());
    loop {
        let time_left = time_limit.left()?;
        host.real_elapsed_us = frontend.real_elapsed_us();
        host.serve_real_clients()?;
        host.perform_effects(|effect| perform_frontend_effect(effect, frontend))?;
        if frontend.is_terminated() {
            return Ok(host.exit_status);
        }
        let event = match host.session().need() {
            Need::Nothing => return Ok(host.exit_status),
            Need::Frame { child, deadline_us, is_main_idle } => {
                let tick_interval = frontend.wants_ticks().then_some(SILENCE);
                let wake_after = tick_interval.into_iter().chain(time_left).min();
                match host.read_frame(child, deadline_us, is_main_idle, wake_after, frontend.interrupts())? {
                    ReadOutcome::Event(event) => event,
                    ReadOutcome::Interrupt => Event::Interrupt,
                    ReadOutcome::NoFrame => {
                        frontend.tick()?;
                        continue;
                    }
                }
            }
            // Starts Python while the learner reads or types, if it is not running yet.
            Need::Line(_) if frontend.real_elapsed_us().is_some() && host.session_mut().warm_up() => continue,
            Need::Line(prompt) => time_limit.while_stopped(|| frontend.read_input(&mut host, &prompt))?,
            Need::Rehearsal => host.finish_rehearsal(),
            Need::Time { deadline_us } => frontend.wait(&host, deadline_us)?,
        };
        if matches!(event, Event::ReturnToCheckpoint) {
            time_limit = TimeLimit::new(frontend.time_limit());
        }
        let session = host.session_mut();
        match frontend.real_elapsed_us() {
            Some(us) => session.handle_at(us, event),
            None => session.handle(event),
        }
    }
}

/// Passes an effect to the front end and returns the resulting event, if any.
fn perform_frontend_effect(effect: Effect, frontend: &mut impl Frontend) -> io::Result<Option<Event>> {
    match effect {
        Effect::WriteFile { path, text } => {
            let refusal = frontend.write_file(&path, &text);
            return Ok(Some(Event::FileWritten { path, refusal }));
        }
        Effect::Show(show) => frontend.show(&show)?,
        Effect::Finished(submission) => frontend.submission_finished(&submission)?,
        Effect::Unseen(submission) => frontend.hidden_submission_finished(&submission)?,
        Effect::RaceResult(result) => frontend.race_finished(&result)?,
        Effect::Judged(judged) => frontend.submission_judged(&judged)?,
        Effect::Progress(progress) => frontend.progress_changed(&progress)?,
        Effect::Spawn(_)
        | Effect::Send { .. }
        | Effect::Interrupt(_)
        | Effect::Kill(_)
        | Effect::OpenPort(_)
        | Effect::ClosePort
        | Effect::Rehearse(_)
        | Effect::Leave(_) => unreachable!("the host performs these effects"),
    }
    Ok(None)
}
