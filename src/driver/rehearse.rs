//! Rehearsals: a lesson's answers are gone through beside the learner, in a session and a Python of their own.
//!
//! What an answer sends is known only when it has run. It runs while the learner reads, on a thread, and is waited for
//! at the first submission that is judged.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use super::{Frontend, Host, drive};
use crate::lesson::evidence::Submission;
use crate::lesson::format::Lesson;
use crate::lesson::library::Library;
use crate::lesson::rehearsal::Rehearsal;
use crate::session::event::{Event, Prompt, Show};
use crate::session::{Options, Session};

/// At a terminal a rehearsal lets the learner's own Python start first.
const COURTESY: Duration = Duration::from_millis(300);

/// Somebody at a terminal is answered without a rehearsal rather than later than this.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where nobody waits, what is said must not depend on how quick a machine is: only a lesson that hangs takes so long.
const PATIENCE_OF_TRANSCRIPTS: Duration = Duration::from_secs(120);

/// A rehearsal under way, or about to begin.
#[derive(Debug)]
pub struct Pending {
    needed: Sender<()>,
    done: Receiver<Rehearsal>,
    patience: Duration,
}

/// When a rehearsal begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// Soon, as somebody is typing meanwhile.
    Soon,
    /// When it is needed.
    WhenNeeded,
}

impl Pending {
    /// Sets a rehearsal up.
    pub fn new(lesson: Arc<Lesson>, program: PathBuf, begins: Begins) -> Pending {
        let (needed, is_needed) = mpsc::channel();
        let (tell, done) = mpsc::channel();
        std::thread::spawn(move || {
            let begin = match begins {
                Begins::Soon => is_needed.recv_timeout(COURTESY),
                Begins::WhenNeeded => is_needed.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            if begin != Err(RecvTimeoutError::Disconnected) {
                // Without a rehearsal less can be said to a miss, and that is all.
                let _ = tell.send(rehearse(&lesson, &program).unwrap_or_default());
            }
        });
        let patience = match begins {
            Begins::Soon => PATIENCE,
            Begins::WhenNeeded => PATIENCE_OF_TRANSCRIPTS,
        };
        Pending { needed, done, patience }
    }

    /// Waits for its end; what is not known in time counts as nothing.
    pub fn wait(self) -> Arc<Rehearsal> {
        let _ = self.needed.send(());
        Arc::new(self.done.recv_timeout(self.patience).unwrap_or_default())
    }
}

/// Goes through a lesson's answers.
///
/// # Errors
/// A Python that cannot be started.
pub fn rehearse(lesson: &Arc<Lesson>, program: &Path) -> io::Result<Rehearsal> {
    let mut session = Session::new(Options::repeatable(Arc::new(Library { lessons: vec![lesson.clone()] })));
    session.open(lesson.clone(), 0);
    session.rehearsed(Arc::default());
    let steps = vec![Vec::new(); lesson.steps.len()];
    let mut frontend = Rehearsing { program, step: 0, typed: 0, rehearsal: Rehearsal { steps, moved_us: Vec::new() } };
    drive(&mut session, &mut frontend)?;
    Ok(frontend.rehearsal)
}

struct Rehearsing<'a> {
    program: &'a Path,
    /// The index of the step that is open.
    step: usize,
    /// How many lines were entered.
    typed: usize,
    rehearsal: Rehearsal,
}

impl Frontend for Rehearsing<'_> {
    fn show(&mut self, _: &Show) -> io::Result<()> {
        Ok(())
    }

    fn input(&mut self, host: &mut Host<'_>, _: &Prompt) -> io::Result<Event> {
        let session = host.session();
        self.step = session.place().map_or(0, |(_, number)| number - 1);
        self.typed += 1;
        // Each step takes a `:skip`, which types the answer, and an empty line. What takes more does not come to an end.
        let is_over = self.typed > 3 * self.rehearsal.steps.len() + 3;
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

    fn program(&self) -> io::Result<PathBuf> {
        Ok(self.program.to_owned())
    }

    fn finished(&mut self, submission: &Submission) -> io::Result<()> {
        if let Some(step) = self.rehearsal.steps.get_mut(self.step) {
            step.push(submission.clone());
        }
        Ok(())
    }
}
