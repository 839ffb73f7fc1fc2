//! `check`: checks lessons, and prints the errors in them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use super::args::Arguments;
use super::lesson_files::{read_file, read_folder};
use super::limits::TimeLimit;
use super::output::{ProgressLine, print_line};
use crate::driver::Limits;
use crate::lesson::format::{self, Diagnostic};
use crate::lesson::library::{self, Source};
use crate::lesson::text_rules;
use crate::messages::cli as messages;
use crate::messages::counts::{self, counted};
use crate::shell;
use crate::transcript::lesson_check::{Counts, LessonChecker, Progress, RecordedTries};
use crate::user_files::UserFiles;

/// Checks the lessons at `paths`, or the built-in lessons if there are no paths. If `is_quick`, does not check
/// variations of answers. Returns the exit status: 1 if there are errors, and 0 otherwise.
pub fn check_lessons(
    arguments: &Arguments,
    paths: &[PathBuf],
    tries_files: &[PathBuf],
    is_quick: bool,
) -> Result<i32, Error> {
    let limits = Limits { time: TimeLimit::of_try(arguments.time_limit), memory: arguments.session_memory_limit() };
    let checker = match is_quick {
        true => LessonChecker::without_variations(limits),
        false => LessonChecker::with_variations(limits)?,
    };
    let read_tries = |path: &PathBuf| RecordedTries::parse(read_file(path)?).map_err(Error::new);
    let checker = checker.with_recorded_tries(tries_files.iter().map(read_tries).collect::<Result<_, Error>>()?);
    let mut steps_checked = Vec::new();
    let mut recorded_errors = Vec::new();
    let mut progress = ProgressLine::new(arguments.style(shell::text_width() - 1));
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
    let (mut fault_count, mut tries, mut variations) = (0, 0, Counts::default());
    let mut ids = Vec::<(String, String)>::new();
    for source in &sources {
        let mut advice = Vec::new();
        let hidden = text_rules::hidden_characters(&source.text);
        let faults = match format::parse(&source.text) {
            Err(fault) if hidden.is_empty() => vec![fault],
            Err(_) => hidden,
            Ok(lesson) => {
                let id = lesson.id.get_ref().clone();
                let position = Some(lesson.id.span().start);
                let steps = lesson.steps.len();
                steps_checked.extend(lesson.steps.iter().map(|step| (id.clone(), step.id.get_ref().clone())));
                let (mut steps_done, mut tries_done) = (0, 0);
                let report = checker.check(&Arc::new(lesson), |event| {
                    match event {
                        Progress::Tried => tries_done += 1,
                        Progress::StepDone => steps_done += 1,
                    }
                    let tries = counted(tries_done, counts::one_try, counts::tries);
                    progress.draw(&messages::check_progress(&source.name, steps_done, steps, tries));
                })?;
                progress.erase();
                tries += report.tries;
                variations += report.variations;
                advice = report.advice;
                recorded_errors.extend(report.recorded_errors);
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
    for (index, file) in checker.recorded_tries().iter().enumerate() {
        let unknown = file.unknown_steps(&steps_checked);
        let of_file = recorded_errors.iter().filter(|(known, _)| *known == index).map(|(_, error)| error);
        for error in unknown.iter().chain(of_file) {
            print_line(&file.source.format_diagnostic(error))?;
            fault_count += 1;
        }
    }
    let lessons = counted(sources.len(), counts::one_lesson, counts::lessons);
    let tries = counted(tries, counts::one_try, counts::tries);
    let faults = counted(fault_count, counts::one_fault, counts::faults);
    if !is_quick {
        print_line(&variations_summary(&variations))?;
    }
    print_line(&messages::check_summary(lessons, tries, faults))?;
    Ok(i32::from(fault_count > 0))
}

/// Returns the summary line about the variations of answers.
fn variations_summary(variations: &Counts) -> String {
    messages::variations_summary(
        counted(variations.rewordings, counts::one_rewording, counts::rewordings),
        counted(variations.mutants, counts::one_mutant, counts::mutants),
        variations.dropped,
        counted(variations.exempt, counts::one_exemption, counts::exemptions),
        counted(variations.skipped_steps, counts::one_step_not_varied, counts::steps_not_varied),
    )
}

/// Returns the built-in lesson that a lesson with the given id would replace. Returns `None` if there is none, or if
/// its file has the same name as `file_name` and is therefore taken to be the same lesson.
pub fn replaced_lesson<'a>(file_name: &str, id: &str, built_in: &'a [Source]) -> Option<&'a Source> {
    let last_part = |name: &str| Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned());
    let has_id = |source: &&Source| format::parse(&source.text).is_ok_and(|lesson| lesson.id.get_ref() == id);
    built_in.iter().find(has_id).filter(|other| last_part(&other.name) != last_part(file_name))
}
