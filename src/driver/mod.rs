//! Moves a session: performs its effects, and brings it the events that it waits for.

mod children;
mod host;
mod interrupts;
mod rehearse;
mod watch;

use std::io;
use std::path::PathBuf;

use children::SILENCE;
use host::ReadOutcome;

use crate::lesson::evidence::Submission;
use crate::lesson::judge::Judged;
use crate::lesson::progress::Progress;
use crate::lesson::raced::RaceResult;
use crate::session::Session;
use crate::session::event::{Effect, Event, Need, Prompt, Show};

pub use children::Names;
pub use host::{Host, WaitOutcome};
pub use interrupts::{Interrupts, Woken};
pub use rehearse::rehearse;
pub use watch::Watch;

/// Where a session takes place: who types, who watches, how time goes.
pub trait Frontend {
    /// Shows something.
    ///
    /// # Errors
    /// Those of writing: a closed pipe ends the session.
    fn show(&mut self, show: &Show) -> io::Result<()>;

    /// The next input for this prompt. Where somebody thinks meanwhile, `host` goes on.
    ///
    /// # Errors
    /// Those of reading.
    fn input(&mut self, host: &mut Host<'_>, prompt: &Prompt) -> io::Result<Event>;

    /// A client waits until a moment, in microseconds since 1970, or for ever; what happens meanwhile?
    ///
    /// # Errors
    /// Those of reading.
    fn wait(&mut self, host: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event>;

    /// The program whose hidden subcommand is a Python child.
    ///
    /// # Errors
    /// Those of finding out where this program's file is.
    fn program(&self) -> io::Result<PathBuf> {
        std::env::current_exe()
    }

    /// Real time since the session began, in microseconds; none where the clock moves by waits alone.
    fn elapsed_us(&self) -> Option<i64> {
        None
    }

    /// Ctrl-C, if this frontend hears of it.
    fn interrupts(&self) -> Option<&Interrupts> {
        None
    }

    /// Whether the program was told to end.
    fn ended(&self) -> bool {
        false
    }

    /// Whether somebody looks on while a program computes.
    fn looks_on(&self) -> bool {
        false
    }

    /// A program still computes; called many times in a second, if somebody looks on.
    ///
    /// # Errors
    /// Those of writing.
    fn computing(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Writes a new file for the learner. If it is not written, the reason as a sentence for them.
    fn write_file(&mut self, path: &str, _text: &str) -> Option<String> {
        Some(format!("`{path}` is not written: nobody at a prompt asked for it."))
    }

    /// A statement or a line has run.
    ///
    /// # Errors
    /// Those of writing.
    fn finished(&mut self, _submission: &Submission) -> io::Result<()> {
        Ok(())
    }

    /// Something of the tutor's own has run unseen.
    ///
    /// # Errors
    /// Those of writing.
    fn unseen(&mut self, _submission: &Submission) -> io::Result<()> {
        Ok(())
    }

    /// A submission was judged.
    ///
    /// # Errors
    /// Those of writing.
    fn judged(&mut self, _judged: &Judged) -> io::Result<()> {
        Ok(())
    }

    /// A step's race was played in every order.
    ///
    /// # Errors
    /// Those of writing.
    fn raced(&mut self, _raced: &RaceResult) -> io::Result<()> {
        Ok(())
    }

    /// The learner has got somewhere.
    ///
    /// # Errors
    /// Those of writing.
    fn progress(&mut self, _progress: &Progress) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a file that is not there yet. If it cannot be written, the reason as a sentence for the learner.
pub fn write_new_file(path: &str, text: &str) -> Option<String> {
    let created = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let written = created.and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()));
    let error = written.err()?;
    if error.kind() != io::ErrorKind::AlreadyExists {
        return Some(format!("`{path}` could not be written: {error}."));
    }
    let (stem, dot, extension) = path.rsplit_once('.').map_or((path, "", ""), |(stem, end)| (stem, ".", end));
    Some(format!(
        "`{path}` is there already and stays as it is: type `:save {stem}-2{dot}{extension}`, or another name."
    ))
}

/// Runs a session to its end, and says with which status it ended.
///
/// # Errors
/// Those of the frontend; a Python that cannot be started.
pub fn drive(session: &mut Session, frontend: &mut impl Frontend) -> io::Result<i32> {
    let mut host = Host::new(session, frontend.program()?);
    loop {
        host.elapsed_us = frontend.elapsed_us();
        host.attend_real_clients()?;
        host.perform(|effect| perform(effect, frontend))?;
        if frontend.ended() {
            return Ok(host.status);
        }
        let event = match host.session().need() {
            Need::Nothing => return Ok(host.status),
            Need::Frame { child, deadline_us } => {
                match host.hear(child, deadline_us, frontend.looks_on().then_some(SILENCE), frontend.interrupts())? {
                    ReadOutcome::Event(event) => event,
                    ReadOutcome::Interrupt => Event::Interrupt,
                    ReadOutcome::Nothing => {
                        frontend.computing()?;
                        continue;
                    }
                }
            }
            // Where somebody types, Python starts meanwhile.
            Need::Line(_) if frontend.elapsed_us().is_some() && host.session_mut().warm_up() => continue,
            Need::Line(prompt) => frontend.input(&mut host, &prompt)?,
            Need::Rehearsal => host.rehearsed(),
            Need::Time { deadline_us } => frontend.wait(&host, deadline_us)?,
        };
        let session = host.session_mut();
        match (frontend.elapsed_us(), &event) {
            (Some(us), Event::Frame { .. }) => session.time_passes(us),
            (Some(us), _) => session.handle(Event::Elapsed { us }),
            (None, _) => {}
        }
        session.handle(event);
    }
}

/// Lets the frontend perform what is its own, and says what came of it.
fn perform(effect: Effect, frontend: &mut impl Frontend) -> io::Result<Option<Event>> {
    match effect {
        Effect::WriteFile { path, text } => {
            let refusal = frontend.write_file(&path, &text);
            return Ok(Some(Event::FileWritten { path, refusal }));
        }
        Effect::Show(show) => frontend.show(&show)?,
        Effect::Finished(submission) => frontend.finished(&submission)?,
        Effect::Unseen(submission) => frontend.unseen(&submission)?,
        Effect::RaceResult(raced) => frontend.raced(&raced)?,
        Effect::Judged(judged) => frontend.judged(&judged)?,
        Effect::Progress(progress) => frontend.progress(&progress)?,
        Effect::Spawn(_)
        | Effect::Send { .. }
        | Effect::Interrupt(_)
        | Effect::Kill(_)
        | Effect::OpenPort(_)
        | Effect::ClosePort
        | Effect::Rehearse(_)
        | Effect::Leave(_) => unreachable!("the host performs these"),
    }
    Ok(None)
}
