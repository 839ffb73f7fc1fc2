//! `sheet`: prints the cheat sheets of finished lessons.

use super::args::Arguments;
use super::lesson_files::{find_lesson, read_library};
use super::limits::TimeLimit;
use super::progress::read_progress;
use super::{Error, output};
use crate::driver::{Limits, rehearse};
use crate::lesson::format::Lesson;
use crate::lesson::sheet;
use crate::messages::cli as messages;

/// Prints the cheat sheets of all finished lessons, or of one finished lesson. Returns the exit status 0.
pub fn print_sheets(arguments: &Arguments, lesson: Option<&str>) -> Result<i32, Error> {
    let library = read_library(arguments)?;
    let progress = read_progress(arguments)?;
    let is_finished =
        |lesson: &Lesson| progress.lessons.get(lesson.id.get_ref()).is_some_and(|progress| progress.finished);
    let lessons: Vec<_> = match lesson {
        Some(name) => {
            let lesson = find_lesson(&library, name)?;
            if !is_finished(lesson) {
                return Err(Error::new(messages::lesson_not_finished(lesson.id.get_ref())));
            }
            vec![lesson]
        }
        None => library.lessons.iter().filter(|lesson| is_finished(lesson)).collect(),
    };
    if lessons.is_empty() {
        return Err(Error::new(messages::no_lesson_finished()));
    }
    let program = std::env::current_exe()?;
    for (index, lesson) in lessons.into_iter().enumerate() {
        if index > 0 {
            output::print_line("")?;
        }
        let limits = Limits { time: TimeLimit::of_run(arguments.time_limit), memory: arguments.session_memory_limit() };
        let outcome = rehearse(lesson, &program, limits)?;
        output::print(&sheet::markdown(lesson, &outcome.rehearsal))?;
    }
    Ok(0)
}
