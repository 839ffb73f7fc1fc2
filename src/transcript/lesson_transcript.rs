//! The transcript of an entire lesson: each step with its mistakes, its hints and its answer.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::scripted_learner::ScriptedLearner;
use crate::driver::drive;
use crate::lesson::format::{Lesson, Step};
use crate::lesson::library::Library;
use crate::render::Renderer;
use crate::session::dialect;
use crate::session::{Options, Session};

/// The transcript of a lesson, in one version for each renderer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonTranscript {
    /// The rendered transcripts, one for each renderer.
    pub texts: Vec<String>,
    /// Whether the inputs led to the end of the lesson.
    pub is_finished: bool,
}

/// Plays a lesson once, and renders its transcript with each renderer. `library` contains the lessons to which the
/// lesson may refer. The session's running time is limited to `time_limit`.
///
/// # Errors
/// Returns an error if Python cannot be started, or if the time limit was reached.
pub fn lesson_transcript(
    lesson: &Arc<Lesson>,
    library: &Arc<Library>,
    mut renderers: Vec<Renderer>,
    python_executable: &Path,
    time_limit: Option<Duration>,
) -> io::Result<LessonTranscript> {
    let mut session = Session::new(Options::repeatable(library.clone()));
    session.open(lesson.clone(), 0);
    let mut texts = vec![String::new(); renderers.len()];
    let inputs = lesson.steps.iter().flat_map(step_inputs);
    let mut learner = ScriptedLearner::new(inputs, python_executable, |show| {
        for (renderer, text) in renderers.iter_mut().zip(&mut texts) {
            text.push_str(&renderer.render(show));
        }
    });
    learner = learner.with_time_limit(time_limit);
    drive(&mut session, &mut learner)?;
    let progress = session.progress().lessons.get(lesson.id.get_ref());
    let is_finished = progress.is_some_and(|progress| progress.finished);
    Ok(LessonTranscript { texts, is_finished })
}

/// Returns the inputs of a step: each mistake followed by `:again`, as many `:hint` commands as there are hints, the
/// answer, and an empty line to continue.
fn step_inputs(step: &Step) -> Vec<String> {
    let mut inputs = Vec::new();
    for mistake in &step.mistakes {
        inputs.extend(dialect::submissions(mistake.example.get_ref()));
        inputs.push(":again".into());
    }
    inputs.extend(step.hints.iter().map(|_| ":hint".to_owned()));
    if let Some(choose) = &step.choose {
        // Chooses each wrong option, then the right option.
        let number =
            |option: &_| choose.options.iter().position(|o| std::ptr::eq(o, option)).map(|i| (i + 1).to_string());
        let (right, wrong): (Vec<_>, Vec<_>) = choose.options.iter().partition(|option| option.correct);
        inputs.extend(wrong.into_iter().chain(right).filter_map(number));
    } else if step.race.is_some() {
        // Chooses a client that does not exist, plays one turn of each of two clients by hand, and then plays all
        // orders of the clients' commands.
        inputs.extend(["0", "1", "2", "all"].map(str::to_owned));
    } else if step.predict.is_some() {
        // Enters a prediction that is never right, then skips the step.
        inputs.extend(["b'?'".to_owned(), ":skip".to_owned()]);
    } else if let Some(answer) = &step.answer {
        inputs.extend(dialect::submissions(answer.get_ref()));
    }
    inputs.push(String::new());
    inputs
}
