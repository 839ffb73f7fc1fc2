//! A lesson as a learner sees it: gone through with its mistakes, its hints and its answers.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::driver::{Backstage, SEED, START_US, Stage, drive};
use crate::lesson::format::{Lesson, Step};
use crate::lesson::library::Library;
use crate::lesson::progress::Progress;
use crate::present::Presenter;
use crate::session::dialect::{self, Dialect};
use crate::session::event::{Event, Prompt, Show};
use crate::session::{Options, Session};

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// By each presenter.
    pub transcripts: Vec<String>,
    /// Whether the end of the lesson was reached.
    pub finished: bool,
}

/// Goes through a lesson once, shown by each presenter. `library` has what comes after it; `program` runs Python.
///
/// # Errors
/// A Python that cannot be started.
pub fn walk(
    lesson: &Arc<Lesson>,
    library: &Arc<Library>,
    presenters: Vec<Presenter>,
    program: &Path,
) -> io::Result<Walked> {
    let mut session = Session::new(Options {
        seed: SEED,
        start_us: START_US,
        dialect: Dialect::Both,
        library: library.clone(),
        progress: Progress::default(),
    });
    session.open(lesson.clone(), 0);
    let inputs = lesson.steps.iter().flat_map(inputs).collect();
    let shown = presenters.into_iter().map(|presenter| (presenter, String::new())).collect();
    let mut learner = Learner { inputs, shown, program };
    drive(&mut session, &mut learner)?;
    let progress = session.progress().lessons.get(lesson.id.get_ref());
    let finished = progress.is_some_and(|progress| progress.finished);
    Ok(Walked { finished, transcripts: learner.shown.into_iter().map(|(_, transcript)| transcript).collect() })
}

/// What is typed in a step: every mistake, each from the step's start; all hints; the answer; and on.
fn inputs(step: &Step) -> Vec<String> {
    let mut inputs = Vec::new();
    for mistake in &step.mistakes {
        inputs.extend(dialect::submissions(mistake.example.get_ref()));
        inputs.push(":again".into());
    }
    inputs.extend(step.hints.iter().map(|_| ":hint".to_owned()));
    if let Some(choose) = &step.choose {
        // Every wrong answer, then the right one.
        let place =
            |option: &_| choose.options.iter().position(|o| std::ptr::eq(o, option)).map(|i| (i + 1).to_string());
        let (right, wrong): (Vec<_>, Vec<_>) = choose.options.iter().partition(|option| option.correct);
        inputs.extend(wrong.into_iter().chain(right).filter_map(place));
    } else if step.race.is_some() {
        // Nobody's turn, two turns by hand, then every order.
        inputs.extend(["0", "1", "2", "all"].map(str::to_owned));
    } else if step.predict.is_some() {
        inputs.extend(["0".to_owned(), ":skip".to_owned()]);
    } else if let Some(answer) = &step.answer {
        inputs.extend(dialect::submissions(answer.get_ref()));
    }
    inputs.push(String::new());
    inputs
}

/// Types all that there is to type in a lesson, and keeps what is shown.
struct Learner<'a> {
    inputs: VecDeque<String>,
    shown: Vec<(Presenter, String)>,
    program: &'a Path,
}

impl Stage for Learner<'_> {
    fn show(&mut self, show: &Show) -> io::Result<()> {
        for (presenter, transcript) in &mut self.shown {
            transcript.push_str(&presenter.show(show));
        }
        Ok(())
    }

    fn input(&mut self, _: &mut Backstage<'_>, prompt: &Prompt) -> io::Result<Event> {
        let Some(input) = self.inputs.pop_front() else { return Ok(Event::EndOfInput) };
        let mut lines = input.lines().peekable();
        let first = Show::Typed { prompt: prompt.text(), line: lines.next().unwrap_or_default().to_owned() };
        self.show(&first)?;
        for line in lines {
            self.show(&Show::Typed { prompt: prompt.continuation(), line: line.to_owned() })?;
        }
        Ok(Event::Entered(input))
    }

    fn wait(&mut self, _: &Backstage<'_>, deadline_us: Option<i64>) -> io::Result<Event> {
        Ok(if deadline_us.is_some() { Event::SkipWait } else { Event::Entered(String::new()) })
    }

    fn program(&self) -> io::Result<PathBuf> {
        Ok(self.program.to_owned())
    }
}
