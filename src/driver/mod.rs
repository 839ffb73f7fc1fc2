//! Moves a session: performs its effects, and brings it the events that it waits for.

mod backstage;
mod children;
mod interrupts;
mod rehearse;
mod watch;

use std::io;
use std::path::PathBuf;

use backstage::Heard;
use children::SILENCE;

use crate::lesson::evidence::Submission;
use crate::lesson::judge::Judged;
use crate::lesson::progress::Progress;
use crate::lesson::raced::Raced;
use crate::session::Session;
use crate::session::event::{Effect, Event, Need, Prompt, Show};

pub use backstage::{Backstage, Went};
pub use children::Names;
pub use interrupts::{Interrupts, Woken};
pub use rehearse::rehearse;
pub use watch::Watch;

/// Where a session takes place: who types, who watches, how time goes.
pub trait Stage {
    /// Shows something.
    ///
    /// # Errors
    /// Those of writing: a closed pipe ends the session.
    fn show(&mut self, show: &Show) -> io::Result<()>;

    /// The next input for this prompt. Where somebody thinks meanwhile, `backstage` goes on.
    ///
    /// # Errors
    /// Those of reading.
    fn input(&mut self, backstage: &mut Backstage<'_>, prompt: &Prompt) -> io::Result<Event>;

    /// A client waits until a moment, in microseconds since 1970, or for ever; what happens meanwhile?
    ///
    /// # Errors
    /// Those of reading.
    fn wait(&mut self, backstage: &Backstage<'_>, deadline_us: Option<i64>) -> io::Result<Event>;

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

    /// Ctrl-C, if this stage hears of it.
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
    fn raced(&mut self, _raced: &Raced) -> io::Result<()> {
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
/// Those of the stage; a Python that cannot be started.
pub fn drive(session: &mut Session, stage: &mut impl Stage) -> io::Result<i32> {
    let mut backstage = Backstage::new(session, stage.program()?);
    loop {
        backstage.elapsed_us = stage.elapsed_us();
        backstage.attend_real_clients()?;
        backstage.perform(|effect| perform(effect, stage))?;
        if stage.ended() {
            return Ok(backstage.status);
        }
        let event = match backstage.session().need() {
            Need::Nothing => return Ok(backstage.status),
            Need::Frame { child, deadline_us } => {
                match backstage.hear(child, deadline_us, stage.looks_on().then_some(SILENCE), stage.interrupts())? {
                    Heard::Event(event) => event,
                    Heard::Interrupt => Event::Interrupt,
                    Heard::Nothing => {
                        stage.computing()?;
                        continue;
                    }
                }
            }
            // Where somebody types, Python starts meanwhile.
            Need::Line(_) if stage.elapsed_us().is_some() && backstage.session_mut().warm_up() => continue,
            Need::Line(prompt) => stage.input(&mut backstage, &prompt)?,
            Need::Rehearsal => backstage.rehearsed(),
            Need::Time { deadline_us } => stage.wait(&backstage, deadline_us)?,
        };
        let session = backstage.session_mut();
        match (stage.elapsed_us(), &event) {
            (Some(us), Event::Frame { .. }) => session.time_passes(us),
            (Some(us), _) => session.handle(Event::Elapsed { us }),
            (None, _) => {}
        }
        session.handle(event);
    }
}

/// Lets the stage perform what is its own, and says what came of it.
fn perform(effect: Effect, stage: &mut impl Stage) -> io::Result<Option<Event>> {
    match effect {
        Effect::WriteFile { path, text } => {
            let refusal = stage.write_file(&path, &text);
            return Ok(Some(Event::FileWritten { path, refusal }));
        }
        Effect::Show(show) => stage.show(&show)?,
        Effect::Finished(submission) => stage.finished(&submission)?,
        Effect::Unseen(submission) => stage.unseen(&submission)?,
        Effect::Raced(raced) => stage.raced(&raced)?,
        Effect::Judged(judged) => stage.judged(&judged)?,
        Effect::Progress(progress) => stage.progress(&progress)?,
        Effect::Spawn(_)
        | Effect::Send { .. }
        | Effect::Interrupt(_)
        | Effect::Kill(_)
        | Effect::OpenPort(_)
        | Effect::ClosePort
        | Effect::Rehearse(_)
        | Effect::Leave(_) => unreachable!("the backstage performs these"),
    }
    Ok(None)
}
