//! `new` and `transcript`: commands for lesson authors.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::args::Arguments;
use super::lesson_files::{read_file, read_library};
use super::limits::TimeLimit;
use super::{Error, TRANSCRIPT_WIDTH, output};
use crate::messages::cli as messages;
use crate::render::Renderer;
use crate::transcript::lesson_transcript::lesson_transcript;
use crate::user_files::{UserFiles, reason};

/// The text of a new lesson. It passes `check`.
const LESSON_TEMPLATE: &str = include_str!("new-lesson.toml");

/// The JSON schema that text editors use to check a lesson.
const SCHEMA: &str = include_str!("../../lessons/schema.json");

/// Writes a new lesson from the template. Also writes the schema to the same folder, because the first line of the
/// lesson refers to it. Returns the exit status 0.
pub fn write_new_lesson(path: &Path) -> Result<i32, Error> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let id = id_from_stem(&stem);
    if path.extension().is_none_or(|extension| extension != "toml") || id.is_empty() {
        let suggested =
            path.with_file_name(if id.is_empty() || stem.starts_with('.') { "my-lesson".into() } else { stem });
        return Err(Error::new(messages::not_a_lesson_file(suggested.with_extension("toml").display())));
    }
    let mut title = id.replace('-', " ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let text = LESSON_TEMPLATE.replacen("ID", &id, 1).replacen("TITLE", &title, 1);
    let files = UserFiles::default();
    files.create_document(path, text.as_bytes()).map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => Error::new(messages::file_exists(path.display())),
        _ => Error::new(messages::cannot_write(path.display(), reason(&e))),
    })?;
    let schema = path.with_file_name("schema.json");
    match files.create_document(&schema, SCHEMA.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => {
            return Err(Error::new(messages::cannot_write(schema.display(), reason(&e))));
        }
        _ => {}
    }
    output::print_line(&messages::new_lesson(path.display()))?;
    Ok(0)
}

/// Returns the lesson ID for a file name without its extension, such as `time-series` for `120-time-series`. The
/// leading number only determines the order of the lessons.
fn id_from_stem(stem: &str) -> String {
    let name = stem.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '_' || c == ' ');
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    letters.collect::<String>().split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Prints the transcript of a lesson as learners will see it, including its mistakes and hints. Returns the exit status
/// 0.
pub fn print_transcript(arguments: &Arguments, file: &Path, width: Option<usize>) -> Result<i32, Error> {
    let source = read_file(file)?;
    let lesson = Arc::new(source.lesson().map_err(Error::new)?);
    let mut library = read_library(arguments)?;
    Arc::make_mut(&mut library).add(lesson.clone());
    let renderer = Renderer::new(arguments.style(width.unwrap_or(TRANSCRIPT_WIDTH)), arguments.theme(false));
    let time_limit = TimeLimit::of_run(arguments.time_limit);
    let transcript = lesson_transcript(&lesson, &library, vec![renderer], &std::env::current_exe()?, time_limit)?;
    io::stdout().lock().write_all(transcript.texts.concat().as_bytes())?;
    if !transcript.is_finished {
        return Err(Error::new(messages::answers_do_not_finish(&source.name)));
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_new_lesson_follows_from_its_file_name() {
        for (stem, id) in [
            ("120-time-series", "time-series"),
            ("My Lesson", "my-lesson"),
            ("geo_search", "geo-search"),
            ("120", ""),
            ("--", ""),
        ] {
            assert_eq!(id_from_stem(stem), id, "{stem}");
        }
    }
}
