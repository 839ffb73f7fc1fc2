//! `check`: checks lessons, and prints the errors in them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use super::args::Arguments;
use super::lesson_files::{read_file, read_folder};
use super::limits::TimeLimit;
use super::output::print_line;
use crate::driver::Limits;
use crate::lesson::format::{self, Diagnostic};
use crate::lesson::library::{self, Source};
use crate::lesson::text_rules;
use crate::messages::cli as messages;
use crate::messages::counts::{self, counted};
use crate::transcript::lesson_check::check_lesson;
use crate::user_files::UserFiles;

/// Checks the lessons at these paths, or the built-in lessons.
pub fn check_lessons(arguments: &Arguments, paths: &[PathBuf]) -> Result<i32, Error> {
    let limits = Limits { time: TimeLimit::of_try(arguments.time_limit), memory: arguments.memory_limit };
    let mut sources = Vec::new();
    for path in paths {
        if UserFiles::default().is_folder(path) {
            sources.extend(read_folder(path)?);
        } else {
            sources.push(read_file(path)?);
        }
    }
    let built_in = if paths.is_empty() { Vec::new() } else { library::built_in() };
    if paths.is_empty() {
        sources = library::built_in();
    }
    let (mut fault_count, mut tries, mut ids) = (0, 0, Vec::<(String, String)>::new());
    for source in &sources {
        let mut advice = Vec::new();
        let hidden = text_rules::hidden_characters(&source.text);
        let faults = match format::parse(&source.text) {
            Err(fault) if hidden.is_empty() => vec![fault],
            Err(_) => hidden,
            Ok(lesson) => {
                let id = lesson.id.get_ref().clone();
                let position = Some(lesson.id.span().start);
                let report = check_lesson(&Arc::new(lesson), limits)?;
                tries += report.tries;
                advice = report.advice;
                let replaced = replaced_lesson(&source.name, &id, &built_in);
                advice.extend(
                    replaced.map(|other| Diagnostic::new(position, messages::id_of_built_in(&id, &other.name))),
                );
                let mut faults = hidden;
                faults.extend(report.errors);
                if let Some((_, other)) = ids.iter().find(|(known, _)| *known == id) {
                    faults.insert(0, Diagnostic::new(position, messages::id_taken(&id, other)));
                }
                ids.push((id, source.name.clone()));
                faults
            }
        };
        for fault in &faults {
            print_line(&source.format_diagnostic(fault))?;
        }
        for advice in &advice {
            print_line(&messages::advice(source.format_diagnostic(advice)))?;
        }
        fault_count += faults.len();
    }
    let lessons = counted(sources.len(), counts::one_lesson, counts::lessons);
    let tries = counted(tries, counts::one_try, counts::tries);
    let faults = counted(fault_count, counts::one_fault, counts::faults);
    print_line(&messages::check_summary(lessons, tries, faults))?;
    Ok(i32::from(fault_count > 0))
}

/// Returns the built-in lesson that a lesson with this id replaces, unless both have the same file name.
pub fn replaced_lesson<'a>(file_name: &str, id: &str, built_in: &'a [Source]) -> Option<&'a Source> {
    let last_part = |name: &str| Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned());
    let has_id = |source: &&Source| format::parse(&source.text).is_ok_and(|lesson| lesson.id.get_ref() == id);
    built_in.iter().find(has_id).filter(|other| last_part(&other.name) != last_part(file_name))
}
