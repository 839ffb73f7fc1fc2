//! The library of lessons: the built-in lessons, and those in a folder.

use std::sync::Arc;

use include_dir::{Dir, include_dir};

use super::format::{self, Diagnostic, Lesson};
use super::rules;
use crate::spelling;

/// The folder `lessons/`, as embedded at build time.
static BUILT_IN: Dir = include_dir!("$CARGO_MANIFEST_DIR/lessons");

/// The text of a lesson file, with the file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name of the file, for messages.
    pub name: String,
    pub text: String,
}

impl Source {
    /// Parses the lesson, and checks its rules.
    ///
    /// # Errors
    /// Returns a message with the position of the error if the text is not a lesson, or violates a rule.
    pub fn lesson(&self) -> Result<Lesson, String> {
        let lesson = format::parse(&self.text).map_err(|error| self.format_diagnostic(&error))?;
        match rules::errors(&lesson).first() {
            Some(error) => Err(self.format_diagnostic(error)),
            None => Ok(lesson),
        }
    }

    /// Formats a diagnostic as `FILE:LINE:COLUMN: message`, followed by its causes.
    pub fn format_diagnostic(&self, diagnostic: &Diagnostic) -> String {
        let causes = diagnostic.causes.iter().map(|cause| format!("\n  {}", self.format_diagnostic(cause)));
        format!("{}: {}{}", self.format_place(diagnostic.at), diagnostic.message, causes.collect::<String>())
    }

    fn format_place(&self, at: Option<usize>) -> String {
        let Some(at) = at else { return self.name.clone() };
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        format!("{}:{line}:{column}", self.name)
    }
}

/// All lessons, in order.
#[derive(Debug, Clone, Default)]
pub struct Library {
    pub lessons: Vec<Arc<Lesson>>,
}

/// Returns the built-in lesson files, sorted by name.
pub fn built_in() -> Vec<Source> {
    let mut sources: Vec<Source> = BUILT_IN
        .files()
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "toml"))
        .map(|file| Source {
            name: file.path().display().to_string(),
            text: String::from_utf8_lossy(file.contents()).into_owned(),
        })
        .collect();
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    sources
}

impl Library {
    /// Parses lessons. A lesson replaces an earlier one with the same id.
    ///
    /// # Errors
    /// Returns the first file that is not a lesson, and the error in it.
    pub fn read(sources: &[Source]) -> Result<Library, (Source, Diagnostic)> {
        let mut library = Library::default();
        for source in sources {
            let lesson = format::parse(&source.text).map_err(|error| (source.clone(), error))?;
            library.add(Arc::new(lesson));
        }
        Ok(library)
    }

    /// Adds a lesson, or replaces the lesson with the same id.
    pub fn add(&mut self, lesson: Arc<Lesson>) {
        let id = lesson.id.get_ref();
        match self.lessons.iter_mut().find(|known| known.id.get_ref() == id) {
            Some(known) => *known = lesson,
            None => self.lessons.push(lesson),
        }
    }

    /// Returns the lesson with this id, or with this position (counted from 1). Returns `None` if there is none.
    pub fn find(&self, name: &str) -> Option<&Arc<Lesson>> {
        let by_place = || name.parse::<usize>().ok().and_then(|n| self.lessons.get(n.checked_sub(1)?));
        self.lessons.iter().find(|lesson| lesson.id.get_ref() == name).or_else(by_place)
    }

    /// Returns the lesson after the one with this id, or `None` if it is the last one.
    pub fn after(&self, id: &str) -> Option<&Arc<Lesson>> {
        let index = self.lessons.iter().position(|lesson| lesson.id.get_ref() == id)?;
        self.lessons.get(index + 1)
    }

    /// Returns the lesson id that is most similar to an unknown name, or `None` if none is similar.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let ids = self.lessons.iter().map(|lesson| lesson.id.get_ref().as_str());
        // There are few lessons, so a suggestion is useful even if the names differ a lot.
        spelling::nearest_within(name, ids, name.len() / 2 + 1)
    }
}
