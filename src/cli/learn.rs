//! `learn`, `play` and `review`: interactive sessions, at a terminal or from piped input.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::Arc;

use super::args::Arguments;
use super::lesson_files::{find_lesson, read_file, read_library};
use super::limits::TimeLimit;
use super::progress::{finish_progress, history_file, open_progress};
use super::{Error, TRANSCRIPT_WIDTH, output, session_options};
use crate::driver::LessonWatcher;
use crate::lesson::format::Lesson;
use crate::lesson::library::Library;
use crate::lesson::practice::MOST_AT_ONCE;
use crate::lesson::progress::Progress;
use crate::messages::cli as messages;
use crate::render::Renderer;
use crate::session::Session;
use crate::session::dialect::Dialect;
use crate::session::display::lesson_status::lesson_statuses;
use crate::shell;
use crate::transcript::pipe;
use crate::user_files::{ProgressFile, UserFiles};
use redis_server::now_us;

/// What a session opens when it starts.
pub enum Start<'a> {
    /// A prompt without a lesson.
    Prompt,
    /// The lesson with this name, number or path. `None` means the lesson to resume.
    Lesson(Option<&'a str>),
    /// One task for each unfinished lesson.
    FastTrack,
    /// Tasks to practise, from steps that are already done.
    Practice,
}

/// Runs a session, and returns its exit status.
pub fn run_session(arguments: &Arguments, start: &Start, watch: Option<LessonWatcher>) -> Result<i32, Error> {
    let mut library = read_library(arguments)?;
    // A lesson from a file, or one that is chosen in the menu, overrides the lesson in `start`.
    let mut lesson = None;
    if let Start::Lesson(Some(name)) = *start
        && let Some((file, step)) = split_file_and_step(name)
    {
        let parsed = read_file(Path::new(file))?.lesson().map_err(Error::new)?;
        lesson = Some(format!("{}{step}", parsed.id.get_ref()));
        Arc::make_mut(&mut library).add(Arc::new(parsed));
    }
    let mut file = open_progress(arguments)?;
    let terminal = if io::stdin().is_terminal() && io::stdout().is_terminal() {
        Some(shell::TerminalSession::new(shell::Options {
            theme: arguments.theme(io::stdout().is_terminal()),
            plain: arguments.plain,
            ascii: arguments.ascii,
            edit_mode: arguments.edit_mode.into(),
            history: history_file(),
            save_status: file.status().clone(),
            files: file.files().clone(),
            watch: watch.clone(),
        })?)
    } else {
        None
    };
    // A new learner starts with the first lesson, without a menu.
    if let Some(terminal) = &terminal
        && arguments.command.is_none()
        && !file.progress().lessons.is_empty()
    {
        match terminal.choose_lesson(&lesson_statuses(&library, file.progress()))? {
            shell::MenuChoice::Lesson(id) => lesson = Some(id),
            shell::MenuChoice::Quit => return Ok(0),
        }
    }
    let options = session_options(arguments, library.clone(), file.progress().clone(), Dialect::Both);
    let mut session = Session::new(options);
    session.limit_memory(arguments.session_memory_limit());
    match *start {
        Start::Prompt => {}
        Start::Lesson(name) => open_lesson(&mut session, &library, file.progress(), lesson.as_deref().or(name))?,
        Start::FastTrack => {
            let steps = file.progress().fast_track(&library);
            if steps.is_empty() {
                output::print_line(&messages::no_lesson_is_open())?;
                return Ok(0);
            }
            session.fast_track(steps.into());
        }
        Start::Practice => {
            let (steps, notice) = steps_to_practise(&library, file.progress(), now_us() / 1_000_000);
            if let Some(notice) = notice {
                output::print_line(&notice)?;
            }
            if steps.is_empty() {
                return Ok(0);
            }
            session.review(steps);
        }
    }
    let result = match terminal {
        Some(terminal) => terminal.run(&mut session, &mut file),
        None => run_pipe(arguments, &mut session, watch, &mut file),
    };
    // Progress is saved if possible, even after an error in the session.
    let is_saved = finish_progress(&mut file);
    let status = result?;
    Ok(if status == 0 && !is_saved { 1 } else { status })
}

/// Runs a session whose input comes from a pipe, and returns its exit status.
fn run_pipe(
    arguments: &Arguments,
    session: &mut Session,
    watcher: Option<LessonWatcher>,
    file: &mut ProgressFile,
) -> io::Result<i32> {
    let theme = arguments.theme(io::stdout().is_terminal());
    let renderer = Renderer::new(arguments.style(TRANSCRIPT_WIDTH), theme);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut input = pipe::PipeInput { reader: io::stdin().lock(), watcher };
    pipe::run_pipe(session, &mut input, renderer, TimeLimit::of_run(arguments.time_limit), &mut out, file)
}

/// Returns the watcher of the lesson file for `learn --watch`, or `None` without `--watch`. Returns an error if
/// `lesson` is not the path of a lesson file.
pub fn watch_for(lesson: Option<&str>, watch: bool) -> Result<Option<LessonWatcher>, Error> {
    match lesson {
        _ if !watch => Ok(None),
        Some(name) if let Some((file, _)) = split_file_and_step(name) => {
            Ok(Some(LessonWatcher::new(UserFiles::default(), Path::new(file))))
        }
        _ => Err(Error::new(messages::watch_needs_a_file())),
    }
}

/// Splits `FILE.toml/STEP` into `FILE.toml` and `/STEP`. For `FILE.toml`, the second part is empty. Returns `None` if
/// the name is not the path of a lesson file.
fn split_file_and_step(name: &str) -> Option<(&str, &str)> {
    let end = if name.ends_with(".toml") { name.len() } else { name.rfind(".toml/")? + ".toml".len() };
    Some(name.split_at(end))
}

/// Opens the lesson that `lesson_and_step` names, as `LESSON` or `LESSON/STEP`. If it is `None`, opens the lesson to
/// resume.
fn open_lesson(
    session: &mut Session,
    library: &Library,
    progress: &Progress,
    lesson_and_step: Option<&str>,
) -> Result<(), Error> {
    let (name, step) = match lesson_and_step {
        Some(text) => text.split_once('/').map_or((text, None), |(name, step)| (name, Some(step))),
        None => {
            let current = progress.current.as_deref().filter(|id| library.find(id).is_some());
            let first = library.lessons.first().map(|lesson| lesson.id.get_ref().as_str());
            (current.or(first).unwrap_or_default(), None)
        }
    };
    let lesson = find_lesson(library, name)?;
    let lesson_progress = progress.lessons.get(lesson.id.get_ref());
    if step.is_none() && lesson_progress.is_some_and(|progress| progress.end_is_due) {
        session.open_at_end(lesson.clone());
        return Ok(());
    }
    let index_of = |id: &str| lesson.steps.iter().position(|step| step.id.get_ref() == id);
    let index = match step {
        Some(step) => index_of(step)
            .or_else(|| step.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|n| *n < lesson.steps.len()))
            .ok_or_else(|| {
                let ids: Vec<_> = lesson.steps.iter().map(|step| step.id.get_ref().as_str()).collect();
                Error::new(messages::no_such_step(name, step, ids.join(", ")))
            })?,
        None => lesson_progress.and_then(|progress| progress.step.as_deref()).and_then(index_of).unwrap_or(0),
    };
    session.open(lesson.clone(), index);
    Ok(())
}

/// Returns the steps to practise, each as a lesson and a step index, and a message for the learner. `now_s` is the
/// current Unix time in seconds. If no step is due, returns the steps that are due next, with a message that says so.
/// If no step has been done yet, returns no steps and a message.
fn steps_to_practise(
    library: &Library,
    progress: &Progress,
    now_s: i64,
) -> (VecDeque<(Arc<Lesson>, usize)>, Option<String>) {
    let mut cards = progress.cards(library);
    let notice = match cards.first().map(|card| card.days_left(now_s)) {
        Some(None) => {
            cards.retain(|card| card.due <= now_s);
            None
        }
        Some(Some(1)) => Some(messages::nothing_due_today()),
        Some(Some(days)) => Some(messages::nothing_due_for_days(days)),
        None => Some(messages::nothing_to_practise()),
    };
    (cards.into_iter().take(MOST_AT_ONCE).map(|card| (card.lesson, card.step)).collect(), notice)
}
