//! The progress file: read at the start of a session, and written after each step.
//!
//! Several sessions may use one file at once. A session that saves takes the file's lock, reads what the others have
//! saved, adds what it has changed itself, and replaces the file. A save that fails loses nothing: the session goes on,
//! and its next save contains everything.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;

use super::{Audience, FileLock, MAX_PROGRESS_BYTES, UserFiles, folder_of, reason};
use crate::lesson::progress::{Progress, VERSION};
use crate::markup::code;
use crate::messages::user_files as messages;

/// The progress file, and the progress of this session.
#[derive(Debug)]
pub struct ProgressFile {
    files: UserFiles,
    status: SaveStatus,
    progress: Progress,
    /// The progress of this session when it was last read or saved. Differences from this have not been saved yet.
    base: Progress,
    /// Whether the learner was told that progress cannot be saved, and has not yet been told that it is saved again.
    has_reported_failure: bool,
    /// A message about a damaged file that the learner has not seen yet.
    set_aside_notice: Option<String>,
}

/// Whether the progress of a session is saved, and where. All copies show the status of the same session.
#[derive(Debug, Clone)]
pub struct SaveStatus {
    /// The path of the file, or `None` if progress is not saved.
    path: Option<PathBuf>,
    has_failed: Arc<AtomicBool>,
}

impl SaveStatus {
    /// Returns the path of the file, if progress is to be saved.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Returns whether the file has all progress of the session.
    pub fn is_saved(&self) -> bool {
        self.path.is_some() && !self.has_failed.load(Ordering::Relaxed)
    }
}

impl ProgressFile {
    /// Creates empty progress that is not saved.
    pub fn unsaved(files: UserFiles) -> Self {
        ProgressFile::new(files, None, Progress::default())
    }

    fn new(files: UserFiles, path: Option<PathBuf>, progress: Progress) -> Self {
        let status = SaveStatus { path, has_failed: Arc::default() };
        let base = progress.clone();
        ProgressFile { files, status, progress, base, has_reported_failure: false, set_aside_notice: None }
    }

    /// Reads the progress file at `path`. Also returns a sentence for the user if the file is damaged and was renamed,
    /// or if a newer version of the program wrote it. A newer file is left alone, and progress is not saved.
    ///
    /// # Errors
    /// Returns a sentence if the file exists but cannot be read, or if it is damaged and cannot be renamed.
    pub fn open(files: UserFiles, path: PathBuf) -> Result<(Self, Option<String>), String> {
        let fail = |error: io::Error| messages::cannot_read_progress(path.display(), reason(&error));
        let mut content = read(&files, &path).map_err(fail)?;
        let mut notice = None;
        if let Content::Damaged(_) = content {
            (content, notice) = recover(&files, &path).map_err(fail)?;
        }
        let (progress, path) = match content {
            Content::Progress { progress, .. } => (progress, Some(path)),
            Content::Missing | Content::Damaged(_) => (Progress::default(), Some(path)),
            Content::Newer => {
                notice = Some(messages::progress_is_newer(path.display()));
                (Progress::default(), None)
            }
        };
        Ok((ProgressFile::new(files, path, progress), notice))
    }

    /// Returns the progress of this session.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Returns whether and where progress is saved, for messages to the learner.
    pub fn status(&self) -> &SaveStatus {
        &self.status
    }

    /// Returns the files of the user.
    pub fn files(&self) -> &UserFiles {
        &self.files
    }

    /// Saves the progress of this session. Returns a sentence for the learner, in Markdown, when saving fails for the
    /// first time, when it works again, or when the file was damaged.
    pub fn save(&mut self, progress: &Progress) -> Option<String> {
        self.progress = progress.clone();
        let sentence = match self.try_to_save() {
            Ok(()) => std::mem::take(&mut self.has_reported_failure).then(messages::progress_saved_again),
            Err((path, reason)) => {
                let is_known = std::mem::replace(&mut self.has_reported_failure, true);
                (!is_known).then(|| messages::progress_not_saved(code(&path), reason))
            }
        };
        let sentences: Vec<String> = self.set_aside_notice.take().into_iter().chain(sentence).collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    /// Ends the session. If the progress is not saved, tries to save it once more. Returns a sentence if that fails.
    pub fn finish(&mut self) -> Option<String> {
        if !self.status.has_failed.load(Ordering::Relaxed) {
            return None;
        }
        let (path, reason) = self.try_to_save().err()?;
        Some(messages::progress_still_not_saved(path, reason))
    }

    /// Saves the progress.
    ///
    /// # Errors
    /// Returns the path, and the reason why it could not be written.
    fn try_to_save(&mut self) -> Result<(), (String, String)> {
        let Some(path) = self.status.path.clone() else { return Ok(()) };
        let saved = self.merge_into_file(&path);
        self.status.has_failed.store(saved.is_err(), Ordering::Relaxed);
        saved.map_err(|error| (path.display().to_string(), reason(&error)))?;
        self.base.clone_from(&self.progress);
        Ok(())
    }

    /// Adds what this session has changed to the file.
    fn merge_into_file(&mut self, path: &Path) -> io::Result<()> {
        let path = self.files.resolve(path)?;
        self.files.system.create_folder(folder_of(&path))?;
        let lock = self.files.lock(&path)?;
        let (others, is_current) = match read(&self.files, &path)? {
            Content::Progress { progress, is_current } => (progress, is_current),
            Content::Missing => (Progress::default(), false),
            Content::Newer => return Err(io::Error::new(io::ErrorKind::InvalidData, messages::newer_meanwhile())),
            Content::Damaged(_) => {
                let renamed = set_aside(&self.files, &path, &lock)?;
                self.set_aside_notice = Some(messages::progress_set_aside(code(&renamed.display().to_string())));
                (Progress::default(), false)
            }
        };
        let merged = self.progress.merged_into(others.clone(), &self.base);
        let is_in_file = is_current && merged == others && !self.status.has_failed.load(Ordering::Relaxed);
        if is_in_file {
            return Ok(());
        }
        let mut text = serde_json::to_vec_pretty(&merged)?;
        text.push(b'\n');
        self.files.replace(&path, &text, Audience::Owner)
    }
}

/// The content of a progress file.
enum Content {
    /// There is no file.
    Missing,
    /// The progress, in the current format, and whether the file has that format as well.
    Progress { progress: Progress, is_current: bool },
    /// The file of a newer version of the program, whose format is not known.
    Newer,
    /// Any other content. The text describes what is wrong with it.
    Damaged(String),
}

fn read(files: &UserFiles, path: &Path) -> io::Result<Content> {
    match files.read(path, MAX_PROGRESS_BYTES) {
        Ok(text) => Ok(parse(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Content::Missing),
        Err(error) => Err(error),
    }
}

/// Parses a progress file. Checks the version first, because nothing else is known about the file of a newer version.
fn parse(text: &[u8]) -> Content {
    #[derive(Deserialize)]
    struct Version {
        version: f64,
    }
    match serde_json::from_slice::<Version>(text) {
        Ok(Version { version }) if version > f64::from(VERSION) => return Content::Newer,
        Err(error) => return Content::Damaged(error.to_string()),
        Ok(_) => {}
    }
    match serde_json::from_slice::<Progress>(text) {
        Ok(progress) => {
            let is_current = progress.version == VERSION;
            Content::Progress { progress: Progress { version: VERSION, ..progress }, is_current }
        }
        Err(error) => Content::Damaged(error.to_string()),
    }
}

/// Renames a damaged progress file, unless another session has done so by now. Returns the content that is then at the
/// path, and a sentence if a file was renamed.
fn recover(files: &UserFiles, path: &Path) -> io::Result<(Content, Option<String>)> {
    let fail = |error: io::Error| io::Error::new(error.kind(), messages::damaged_and_not_moved(reason(&error)));
    let path = files.resolve(path).map_err(fail)?;
    let lock = files.lock(&path).map_err(fail)?;
    match read(files, &path)? {
        Content::Damaged(what) => {
            let renamed = set_aside(files, &path, &lock).map_err(fail)?;
            Ok((Content::Missing, Some(messages::progress_was_damaged(what, renamed.display()))))
        }
        content => Ok((content, None)),
    }
}

/// Renames a damaged progress file to an unused name beside it, `progress.damaged.json`, `progress.damaged-2.json`, …,
/// and returns its new path.
fn set_aside(files: &UserFiles, path: &Path, _: &FileLock) -> io::Result<PathBuf> {
    const MAX_DAMAGED_FILES: usize = 1000;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    for n in 1..=MAX_DAMAGED_FILES {
        let name = if n == 1 { format!("{stem}.damaged.json") } else { format!("{stem}.damaged-{n}.json") };
        let renamed = path.with_file_name(name);
        match files.system.rename_to_unused(path, &renamed) {
            Ok(()) => return Ok(renamed),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
