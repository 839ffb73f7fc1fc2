//! Reads lessons from files, and combines them with the built-in lessons into a library.

use std::path::Path;
use std::sync::Arc;

use super::Error;
use super::args::Arguments;
use crate::lesson::format::Lesson;
use crate::lesson::library::{self, Library, Source};
use crate::messages::cli as messages;
use crate::user_files::{MAX_LESSON_BYTES, UserFiles, reason};

/// Reads the built-in lessons and the lessons in the `--lessons` folder.
///
/// # Errors
/// Returns an error if a lesson cannot be read or is not valid.
pub fn read_library(arguments: &Arguments) -> Result<Arc<Library>, Error> {
    let mut sources = library::built_in();
    if let Some(folder) = &arguments.lessons {
        sources.extend(read_folder(folder)?);
    }
    let library =
        Library::read(&sources).map_err(|(source, diagnostic)| Error::new(source.format_diagnostic(&diagnostic)))?;
    Ok(Arc::new(library))
}

/// Returns the lesson with the given name or number.
///
/// # Errors
/// Returns an error if there is no such lesson.
pub fn find_lesson<'a>(library: &'a Library, name: &str) -> Result<&'a Arc<Lesson>, Error> {
    library.find(name).ok_or_else(|| {
        let suggestion = library.nearest(name).map(messages::did_you_mean).unwrap_or_default();
        Error::new(messages::no_such_lesson(name, suggestion))
    })
}

/// Reads the lesson files in a folder, sorted by name.
///
/// # Errors
/// Returns an error if the folder or a file cannot be read.
pub fn read_folder(folder: &Path) -> Result<Vec<Source>, Error> {
    let paths = UserFiles::default().list_folder(folder);
    let mut paths = paths.map_err(|e| Error::new(messages::cannot_read(folder.display(), reason(&e))))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.iter().map(|path| read_file(path)).collect()
}

/// Reads a lesson file.
///
/// # Errors
/// Returns an error if the file cannot be read or is not UTF-8.
pub fn read_file(path: &Path) -> Result<Source, Error> {
    let text = UserFiles::default().read_text(path, MAX_LESSON_BYTES);
    let text = text.map_err(|e| Error::new(messages::cannot_read(path.display(), reason(&e))))?;
    Ok(Source { name: path.display().to_string(), text })
}
