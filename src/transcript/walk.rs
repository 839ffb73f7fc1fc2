//! A lesson as a learner sees it: gone through with its mistakes, its hints and its answers.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::learner::Learner;
use crate::driver::drive;
use crate::lesson::format::{Lesson, Step};
use crate::lesson::library::Library;
use crate::render::Renderer;
use crate::session::dialect;
use crate::session::{Options, Session};

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// By each renderer.
    pub transcripts: Vec<String>,
    /// Whether the end of the lesson was reached.
    pub finished: bool,
}

/// Goes through a lesson once, shown by each renderer. `library` has what comes after it; `program` runs Python.
///
/// # Errors
/// A Python that cannot be started.
pub fn walk(
    lesson: &Arc<Lesson>,
    library: &Arc<Library>,
    mut presenters: Vec<Renderer>,
    program: &Path,
) -> io::Result<Walked> {
    let mut session = Session::new(Options::repeatable(library.clone()));
    session.open(lesson.clone(), 0);
    let mut transcripts = vec![String::new(); presenters.len()];
    let mut learner = Learner::new(lesson.steps.iter().flat_map(inputs), program, |show| {
        for (renderer, transcript) in presenters.iter_mut().zip(&mut transcripts) {
            transcript.push_str(&renderer.show(show));
        }
    });
    drive(&mut session, &mut learner)?;
    let progress = session.progress().lessons.get(lesson.id.get_ref());
    let finished = progress.is_some_and(|progress| progress.finished);
    Ok(Walked { finished, transcripts })
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
        // A guess that is never right.
        inputs.extend(["b'?'".to_owned(), ":skip".to_owned()]);
    } else if let Some(answer) = &step.answer {
        inputs.extend(dialect::submissions(answer.get_ref()));
    }
    inputs.push(String::new());
    inputs
}
