//! For authors of lessons: a lesson to start from, and a lesson as learners will see it.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::args::Arguments;
use super::{Failed, TRANSCRIPT_WIDTH, files, library};
use crate::render::Renderer;
use crate::transcript::lesson_transcript::lesson_transcript;

/// What a new lesson begins as; it passes `check`.
const NEW_LESSON: &str = include_str!("new-lesson.toml");

/// What editors check a lesson by.
const SCHEMA: &str = include_str!("../../lessons/schema.json");

/// Writes a lesson to start from, and beside it the schema that its first line names.
pub fn new_lesson(path: &Path) -> Result<i32, Failed> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let id = id_from(&stem);
    if path.extension().is_none_or(|extension| extension != "toml") || id.is_empty() {
        return Err(Failed::saying(format!(
            "a lesson's file ends in .toml and has a name before it: redis-tutor new {}",
            path.with_file_name(if id.is_empty() { "my-lesson".into() } else { stem }).with_extension("toml").display()
        )));
    }
    let mut title = id.replace('-', " ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let text = NEW_LESSON.replacen("ID", &id, 1).replacen("TITLE", &title, 1);
    create(path, &text).map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => {
            Failed::saying(format!("{} is there already and stays as it is: give another name", path.display()))
        }
        _ => Failed::saying(format!("{} cannot be written: {e}", path.display())),
    })?;
    let schema = path.with_file_name("schema.json");
    match create(&schema, SCHEMA) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => {
            return Err(Failed::saying(format!("{} cannot be written: {e}", schema.display())));
        }
        _ => {}
    }
    let mut out = io::stdout().lock();
    let file = path.display();
    writeln!(out, "{file} is a lesson of three steps, to be written over.")?;
    writeln!(out, "  redis-tutor check {file}          proves it")?;
    writeln!(out, "  redis-tutor learn {file} --watch  opens it, and again at each save")?;
    writeln!(out, "  redis-tutor transcript {file}     shows it as learners will see it")?;
    Ok(0)
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// `120-time-series` makes the id `time-series`: the number gives the order alone.
fn id_from(stem: &str) -> String {
    let name = stem.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '_' || c == ' ');
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    letters.collect::<String>().split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Prints a lesson as a learner will see it, with its wrong tries and its hints.
pub fn transcript(arguments: &Arguments, file: &Path, width: Option<usize>) -> Result<i32, Failed> {
    let source = files::lesson_file(file)?;
    let lesson = Arc::new(source.lesson().map_err(Failed::saying)?);
    let mut library = library(arguments)?;
    Arc::make_mut(&mut library).add(lesson.clone());
    let renderer = Renderer::new(arguments.style(width.unwrap_or(TRANSCRIPT_WIDTH)), arguments.theme(false));
    let transcript = lesson_transcript(&lesson, &library, vec![renderer], &std::env::current_exe()?)?;
    io::stdout().lock().write_all(transcript.texts.concat().as_bytes())?;
    if !transcript.is_finished {
        let name = &source.name;
        return Err(Failed::saying(format!("the answers did not reach the end: redis-tutor check {name} tells where")));
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_of_the_files_name() {
        for (stem, id) in [
            ("120-time-series", "time-series"),
            ("My Lesson", "my-lesson"),
            ("geo_search", "geo-search"),
            ("120", ""),
            ("--", ""),
        ] {
            assert_eq!(id_from(stem), id, "{stem}");
        }
    }
}
