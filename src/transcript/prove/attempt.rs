//! An attempt: a lesson opened at a step, a text typed there, and what came of it.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use toml::Spanned;

use crate::driver::{Frontend, Host, drive};
use crate::lesson::evidence::{Failure, Submission};
use crate::lesson::format::{Diagnostic, Lesson, Step, When};
use crate::lesson::judge::{Judged, Verdict};
use crate::lesson::library::Library;
use crate::lesson::raced::RaceResult;
use crate::lesson::rehearsal::Rehearsal;
use crate::lesson::unmet::{self, first_line};
use crate::session::event::{Event, Prompt, Show};
use crate::session::options::{Options, SEED, START_US};
use crate::session::{Session, dialect};

/// A day and some hours, so that neither date nor hour are the same.
const OTHER_DAY_US: i64 = 100_000_000_000;

/// The lesson that is proved, and what comes of its answers.
pub struct LessonUnderTest<'a> {
    pub lesson: &'a Arc<Lesson>,
    pub rehearsal: Arc<Rehearsal>,
}

/// What came of an attempt.
#[derive(Debug, Default)]
pub struct Attempt {
    inputs: VecDeque<String>,
    pub judged: Vec<Judged>,
    /// What raised, and how.
    pub errors: Vec<(String, Failure)>,
    pub unseen: Vec<Submission>,
    pub raced: Vec<RaceResult>,
    /// Whether the step has begun.
    prompted: bool,
    pub done: bool,
    /// The line that was still to come when the step was done.
    pub needless: Option<String>,
    /// Whether a picture was shown.
    pub drawn: bool,
    /// The keys that are to stay as they are, and that are not there at the end.
    pub absent: Vec<Spanned<String>>,
}

/// The world in which something is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conditions {
    /// The one of transcripts.
    Usual,
    /// On another day, and with other luck.
    Other,
}

impl LessonUnderTest<'_> {
    /// Opens the lesson at a step, and types a text.
    pub fn attempt(&self, index: usize, text: &str, world: Conditions) -> io::Result<Attempt> {
        let mut options = Options::repeatable(Arc::new(Library { lessons: vec![self.lesson.clone()] }));
        if world == Conditions::Other {
            (options.seed, options.start_us) = (SEED + 1, START_US + OTHER_DAY_US);
        }
        let mut session = Session::new(options);
        session.open(self.lesson.clone(), index);
        session.rehearsed(self.rehearsal.clone());
        let mut attempt = Attempt { inputs: dialect::submissions(text).into(), ..Attempt::default() };
        drive(&mut session, &mut attempt)?;
        attempt.done |= session.is_step_done();
        let unchanged = self.lesson.steps[index].expect.iter().flat_map(|expect| &expect.get_ref().unchanged);
        attempt.absent = unchanged.filter(|key| !session.has_key(key.get_ref())).cloned().collect();
        Ok(attempt)
    }
}

impl Attempt {
    /// The line that did the step.
    pub fn done_by(&self) -> Option<&str> {
        let done = self.judged.iter().find(|judged| judged.verdict == Verdict::Done);
        done.map(|judged| judged.submission.source.as_str())
    }

    /// Why the step was not done, for its author: in words that follow others, and each thing that is not as it should be.
    pub fn undone(&self, step: &Step) -> (String, Vec<Diagnostic>) {
        let (Some(expect), Some(last)) = (&step.expect, self.judged.last()) else {
            let told =
                "nothing of it is judged. A command to the tutor never is: let a line of Python or redis-cli come last";
            return (told.into(), Vec::new());
        };
        let line = first_line(&last.submission.source);
        let mistaken = match last.verdict {
            Verdict::Mistake(index) => format!(", which got the text of mistake {}", index + 1),
            Verdict::Spoilt => ", behind a mistake that has spoilt the data".into(),
            _ => String::new(),
        };
        let mut causes = unmet::told(expect, last);
        let told = match &last.verdict {
            Verdict::Near(told) | Verdict::Miss(told) => told.join(" "),
            _ => String::new(),
        };
        if causes.is_empty() && !told.is_empty() {
            causes.push(Diagnostic::new(Some(expect.span().start), told));
        }
        (format!("after {line:?}{mistaken}, this is not so"), causes)
    }

    /// Why a mistake was not recognised.
    pub fn why_not(&self, when: &When) -> String {
        let unmet = |judged: &Judged| unmet::of_mistake(when, &judged.submission, &judged.findings);
        let why = match self.judged.iter().map(|judged| (unmet(judged), judged)).min_by_key(|(unmet, _)| unmet.len()) {
            None => "Nothing of it was judged: no line of it ran to its end.".into(),
            Some((unmet, Judged { verdict: Verdict::Mistake(index), .. })) if unmet.is_empty() => {
                format!("`when` fits, and so does that of mistake {}, which comes first.", index + 1)
            }
            Some((unmet, _)) if unmet.is_empty() => {
                "`when` fits, and no line of it can be what it is about: it sends and changes nothing, goes to another \
                 key than the answer, or does by hand what clients are to run."
                    .into()
            }
            Some((unmet, _)) => format!("`when` does not fit: {}", unmet.join(" ")),
        };
        let raised =
            self.errors.last().map(|(source, error)| format!(" {:?} raised {}.", first_line(source), error.told()));
        format!("{why}{}", raised.unwrap_or_default())
    }

    /// A line that was taken for a mistake before the step was done, and the mistake's index.
    pub fn scolded(&self) -> Option<(&str, usize)> {
        self.judged.iter().find_map(|judged| match judged.verdict {
            Verdict::Mistake(index) => Some((judged.submission.source.as_str(), index)),
            _ => None,
        })
    }
}

impl Frontend for Attempt {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        self.drawn |= matches!(show, Show::Picture(_));
        Ok(())
    }

    fn read_input(&mut self, host: &mut Host<'_>, _: &Prompt) -> io::Result<Event> {
        self.prompted = true;
        if host.session().is_step_done() && !self.done {
            self.done = true;
            self.needless = self.inputs.front().cloned();
        }
        // All of it is typed, even if the step is done before the end: replays type all of it, too.
        Ok(self.inputs.pop_front().map_or(Event::EndOfInput, Event::Entered))
    }

    fn wait(&mut self, _: &Host<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        let more = !self.inputs.is_empty();
        Ok(match deadline_us {
            Some(_) => Event::SkipWait,
            None if more => Event::Entered(String::new()),
            None => Event::EndOfInput,
        })
    }

    fn submission_finished(&mut self, submission: &Submission) -> io::Result<()> {
        // What runs before the first prompt are the answers of the steps before.
        if let Some(error) = &submission.error
            && self.prompted
        {
            self.errors.push((submission.source.clone(), error.clone()));
        }
        Ok(())
    }

    fn hidden_submission_finished(&mut self, submission: &Submission) -> io::Result<()> {
        self.unseen.push(submission.clone());
        Ok(())
    }

    fn race_finished(&mut self, raced: &RaceResult) -> io::Result<()> {
        self.raced.push(raced.clone());
        Ok(())
    }

    fn submission_judged(&mut self, judged: &Judged) -> io::Result<()> {
        self.judged.push(judged.clone());
        Ok(())
    }
}
