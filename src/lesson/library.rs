//! The lessons that there are: those built in, and those of a folder.

use std::sync::Arc;

use include_dir::{Dir, include_dir};

use super::format::{self, Diagnostic, Lesson};
use super::rules;

/// `lessons/`, as it was when the program was built.
static BUILT_IN: Dir = include_dir!("$CARGO_MANIFEST_DIR/lessons");

/// A lesson's text, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file's name, as messages tell it.
    pub name: String,
    pub text: String,
}

impl Source {
    /// The lesson in it.
    ///
    /// # Errors
    /// The first fault of its form, or the first rule that it breaks, with the place.
    pub fn lesson(&self) -> Result<Lesson, String> {
        let lesson = format::parse(&self.text).map_err(|fault| self.told(&fault))?;
        match rules::faults(&lesson).first() {
            Some(fault) => Err(self.told(fault)),
            None => Ok(lesson),
        }
    }

    /// A fault with its place, `FILE:LINE:COLUMN: message`, and below it what it comes of.
    pub fn told(&self, fault: &Diagnostic) -> String {
        let causes = fault.causes.iter().map(|cause| format!("\n  {}", self.told(cause)));
        format!("{}: {}{}", self.place(fault.at), fault.message, causes.collect::<String>())
    }

    fn place(&self, at: Option<usize>) -> String {
        let Some(at) = at else { return self.name.clone() };
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        format!("{}:{line}:{column}", self.name)
    }
}

/// All lessons, in the order of their files' names.
#[derive(Debug, Clone, Default)]
pub struct Library {
    pub lessons: Vec<Arc<Lesson>>,
}

/// The files built in, in order.
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
    /// Reads lessons from their texts. A lesson with the id of an earlier one takes its place.
    ///
    /// # Errors
    /// The first text that is no lesson, with its name.
    pub fn read(sources: &[Source]) -> Result<Library, (Source, Diagnostic)> {
        let mut library = Library::default();
        for source in sources {
            let lesson = format::parse(&source.text).map_err(|fault| (source.clone(), fault))?;
            library.add(Arc::new(lesson));
        }
        Ok(library)
    }

    /// Adds a lesson, in place of one with the same id.
    pub fn add(&mut self, lesson: Arc<Lesson>) {
        let id = lesson.id.get_ref();
        match self.lessons.iter_mut().find(|known| known.id.get_ref() == id) {
            Some(known) => *known = lesson,
            None => self.lessons.push(lesson),
        }
    }

    /// The lesson with this id, or the number of its place from 1.
    pub fn find(&self, name: &str) -> Option<&Arc<Lesson>> {
        let by_place = || name.parse::<usize>().ok().and_then(|n| self.lessons.get(n.checked_sub(1)?));
        self.lessons.iter().find(|lesson| lesson.id.get_ref() == name).or_else(by_place)
    }

    /// The lesson after this one.
    pub fn after(&self, id: &str) -> Option<&Arc<Lesson>> {
        let index = self.lessons.iter().position(|lesson| lesson.id.get_ref() == id)?;
        self.lessons.get(index + 1)
    }

    /// The id most like a name that is none.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let ids = self.lessons.iter().map(|lesson| lesson.id.get_ref().as_str());
        let nearest = ids.map(|id| (strsim::damerau_levenshtein(id, name), id)).min()?;
        (nearest.0 <= name.len() / 2 + 1).then_some(nearest.1)
    }
}
