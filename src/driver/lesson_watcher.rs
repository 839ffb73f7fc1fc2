//! Watches a lesson's file while its author edits it, and reloads the lesson when the file is saved.
//!
//! The file's modification time and size are polled a few times a second while no key is pressed. An editor may
//! overwrite the file or replace it by renaming, and the file may be on a network file system. Polling works in all of
//! these cases, whereas file notifications differ between operating systems. The cost of polling one file is
//! negligible.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::lesson::format::Lesson;
use crate::lesson::library::Source;
use crate::messages::driver as messages;
use crate::user_files::{MAX_LESSON_BYTES, UserFiles, reason};

/// A watcher that polls one lesson file for changes.
#[derive(Debug, Clone)]
pub struct LessonWatcher {
    files: UserFiles,
    path: PathBuf,
    last_version: Option<FileVersion>,
}

/// A version of a file, identified by metadata so that the file need not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileVersion {
    modified: Option<SystemTime>,
    length: u64,
}

impl LessonWatcher {
    /// Creates a watcher that reports changes to a file from now on.
    pub fn new(files: UserFiles, path: &Path) -> LessonWatcher {
        let last_version = FileVersion::of(&files, path);
        LessonWatcher { files, path: path.to_owned(), last_version }
    }

    /// Reloads the lesson if its file was saved since the last call. Returns `None` if the file was not saved. If the
    /// file cannot be read or the lesson contains an error, returns a message.
    pub fn reload_if_saved(&mut self) -> Option<Result<Arc<Lesson>, String>> {
        // An editor that saves by renaming removes the file for a moment. A missing file does not count as a saved
        // version.
        let version = FileVersion::of(&self.files, &self.path).filter(|version| Some(*version) != self.last_version)?;
        self.last_version = Some(version);
        let name = self.path.display().to_string();
        let text = match self.files.read_text(&self.path, MAX_LESSON_BYTES) {
            Ok(text) => text,
            Err(error) => return Some(Err(messages::lesson_file_not_read(name, reason(&error)))),
        };
        Some(Source { name, text }.lesson().map(Arc::new))
    }
}

impl FileVersion {
    fn of(files: &UserFiles, path: &Path) -> Option<FileVersion> {
        let facts = files.facts(path).ok()?;
        Some(FileVersion { modified: facts.modified, length: facts.length })
    }
}
