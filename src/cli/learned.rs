//! What was learned: tasks to practise, and sheets of finished lessons.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::sync::Arc;

use super::args::Arguments;
use super::files::ProgressFile;
use super::{Failed, library};
use crate::driver::rehearse;
use crate::lesson::format::Lesson;
use crate::lesson::library::Library;
use crate::lesson::practice::MOST_AT_ONCE;
use crate::lesson::progress::Progress;
use crate::lesson::sheet;

/// The steps to practise now; why there are none, as a sentence.
pub fn due(library: &Library, progress: &Progress, now: i64) -> Result<VecDeque<(Arc<Lesson>, usize)>, String> {
    let mut cards = progress.cards(library);
    cards.retain(|card| card.due <= now);
    if !cards.is_empty() {
        return Ok(cards.into_iter().take(MOST_AT_ONCE).map(|card| (card.lesson, card.step)).collect());
    }
    let next = progress.cards(library).first().and_then(|card| card.days_left(now));
    Err(match next {
        Some(1) => "Nothing is to be practised today; the next task comes up within a day.".into(),
        Some(days) => format!("Nothing is to be practised today; the next task comes up in {days} days."),
        None => "There is nothing to practise yet: tasks come from the steps that you have done. `redis-tutor` opens the first lesson.".into(),
    })
}

/// Prints the sheets of finished lessons, or of one.
pub fn sheet(arguments: &Arguments, lesson: Option<&str>) -> Result<i32, Failed> {
    let library = library(arguments)?;
    let progress = ProgressFile::open(arguments)?.progress;
    let is_finished = |lesson: &Lesson| progress.lessons.get(lesson.id.get_ref()).is_some_and(|known| known.finished);
    let chosen: Vec<_> = match lesson {
        Some(name) => {
            let Some(lesson) = library.find(name) else {
                let meant = library.nearest(name).map(|id| format!(" Did you mean '{id}'?")).unwrap_or_default();
                return Err(Failed::saying(format!(
                    "there is no lesson '{name}'.{meant} `redis-tutor lessons` lists them."
                )));
            };
            if !is_finished(lesson) {
                let id = lesson.id.get_ref();
                return Err(Failed::saying(format!(
                    "'{id}' is not finished yet, and its sheet comes at its end: redis-tutor learn {id}"
                )));
            }
            vec![lesson]
        }
        None => library.lessons.iter().filter(|lesson| is_finished(lesson)).collect(),
    };
    if chosen.is_empty() {
        return Err(Failed::saying("no lesson is finished yet, and sheets come at their ends: redis-tutor learn"));
    }
    let program = std::env::current_exe()?;
    let mut out = io::stdout().lock();
    for (index, lesson) in chosen.into_iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        out.write_all(sheet::markdown(lesson, &rehearse(lesson, &program)?).as_bytes())?;
    }
    Ok(0)
}
