//! The progress file, which is read at the start of a session and written after each step.
//!
//! Several sessions may use the same file at the same time. To save, a session locks the file, reads what the other
//! sessions have saved, adds its own changes, and replaces the file. If saving fails, nothing is lost: the session
//! continues, and its next save contains everything.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde::de::IgnoredAny;

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
    /// The progress of this session when it was last read or saved. The differences between `base` and `progress` have
    /// not been saved yet.
    base: Progress,
    /// Whether the learner was told that progress cannot be saved, and has not yet been told that saving works again.
    has_reported_failure: bool,
    /// A message, not yet shown to the learner, about a damaged file.
    set_aside_notice: Option<String>,
}

/// Whether the program or the user chose the path of a progress file. This decides what happens to a file that does not
/// contain progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathOrigin {
    /// The program chose the path. Any file there is a progress file, possibly a damaged one.
    Program,
    /// The user chose the path, possibly that of another file by mistake. A file that does not begin like a progress
    /// file is never changed.
    User,
}

/// Whether and where the progress of a session is saved. All clones share the status of the same session.
#[derive(Debug, Clone)]
pub struct SaveStatus {
    /// The file, or `None` if progress is not saved.
    target: Option<SaveTarget>,
    /// The progress that is missing from the file because the last attempt to save it failed, or `None` if none is
    /// missing.
    unsaved: Arc<Mutex<Option<UnsavedProgress>>>,
}

/// The file in which progress is saved.
#[derive(Debug, Clone)]
struct SaveTarget {
    files: UserFiles,
    path: PathBuf,
    origin: PathOrigin,
}

/// Progress that could not be saved.
#[derive(Debug, Clone)]
struct UnsavedProgress {
    progress: Progress,
    /// The progress of the session when it was last read or saved.
    base: Progress,
}

impl SaveStatus {
    /// Returns the path of the file, or `None` if progress is not saved.
    pub fn path(&self) -> Option<&Path> {
        self.target.as_ref().map(|target| target.path.as_path())
    }

    /// Returns whether the file contains all progress of the session.
    pub fn is_saved(&self) -> bool {
        self.target.is_some() && !self.has_failed()
    }

    /// Tries again to save what could not be saved. Must be called however the program ends, because the cause of the
    /// failure may be gone by then. Returns a message if saving fails again.
    pub fn save_again(&self) -> Option<String> {
        let target = self.target.as_ref()?;
        let unsaved = self.unsaved().clone()?;
        match target.merge(&unsaved.progress, &unsaved.base, true, &mut None) {
            Ok(()) => {
                *self.unsaved() = None;
                None
            }
            Err(error) => Some(messages::progress_still_not_saved(target.path.display(), reason(&error))),
        }
    }

    fn has_failed(&self) -> bool {
        self.unsaved().is_some()
    }

    fn unsaved(&self) -> MutexGuard<'_, Option<UnsavedProgress>> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProgressFile {
    /// Creates empty progress that is not saved.
    pub fn unsaved(files: UserFiles) -> Self {
        ProgressFile::new(files, None, Progress::default())
    }

    fn new(files: UserFiles, target: Option<SaveTarget>, progress: Progress) -> Self {
        let status = SaveStatus { target, unsaved: Arc::default() };
        let base = progress.clone();
        ProgressFile { files, status, progress, base, has_reported_failure: false, set_aside_notice: None }
    }

    /// Reads the progress file at `path`. If the file is damaged and was renamed, or if a newer version of the program
    /// wrote it, also returns a message for the user. A newer file is left unchanged, and progress is not saved.
    ///
    /// # Errors
    /// Returns a message if the file exists but cannot be read, if the user has named a file that is not a progress
    /// file, or if the file is damaged and cannot be renamed.
    pub fn open(files: UserFiles, path: PathBuf, origin: PathOrigin) -> Result<(Self, Option<String>), String> {
        let fail = |error: io::Error| messages::cannot_read_progress(path.display(), reason(&error));
        let target = SaveTarget { files: files.clone(), path: path.clone(), origin };
        let mut content = target.read(&path).map_err(fail)?;
        let mut notice = None;
        if let Content::Damaged(_) = content {
            (content, notice) = target.recover().map_err(fail)?;
        }
        let (progress, target) = match content {
            Content::Progress { progress, .. } => (progress, Some(target)),
            Content::Missing | Content::Damaged(_) => (Progress::default(), Some(target)),
            Content::Foreign => return Err(fail(not_a_progress_file())),
            Content::Newer => {
                notice = Some(messages::progress_is_newer(path.display()));
                (Progress::default(), None)
            }
        };
        Ok((ProgressFile::new(files, target, progress), notice))
    }

    /// Reads the progress at `path` for a command that only shows it. Does not change any file. If the file is damaged,
    /// or if a newer version of the program wrote it, also returns a message for the user.
    ///
    /// # Errors
    /// Returns a message if the file exists but cannot be read, or if the user has named a file that is not a progress
    /// file.
    pub fn read(files: UserFiles, path: PathBuf, origin: PathOrigin) -> Result<(Progress, Option<String>), String> {
        let fail = |error: io::Error| messages::cannot_read_progress(path.display(), reason(&error));
        let target = SaveTarget { files, path: path.clone(), origin };
        match target.read(&path).map_err(fail)? {
            Content::Progress { progress, .. } => Ok((progress, None)),
            Content::Missing => Ok((Progress::default(), None)),
            Content::Foreign => Err(fail(not_a_progress_file())),
            Content::Damaged(what) => {
                Ok((Progress::default(), Some(messages::progress_is_damaged(path.display(), what))))
            }
            Content::Newer => Ok((Progress::default(), Some(messages::progress_is_newer(path.display())))),
        }
    }

    /// Returns the progress of this session.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Returns the status that tells whether and where progress is saved, for messages to the learner.
    pub fn status(&self) -> &SaveStatus {
        &self.status
    }

    /// Returns the user's files.
    pub fn files(&self) -> &UserFiles {
        &self.files
    }

    /// Saves the progress of this session. Returns a message for the learner, in Markdown, when saving first fails,
    /// when it works again, or when the file was damaged. Otherwise, returns `None`.
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

    /// Ends the session. If its progress is not saved, tries once more to save it. Returns a message if that fails.
    pub fn finish(&mut self) -> Option<String> {
        let sentence = self.status.save_again();
        if sentence.is_none() {
            self.base.clone_from(&self.progress);
        }
        sentence
    }

    /// Saves the progress of this session.
    ///
    /// # Errors
    /// Returns the path of the file, and the reason why the file could not be written.
    fn try_to_save(&mut self) -> Result<(), (String, String)> {
        let Some(target) = &self.status.target else { return Ok(()) };
        let has_failed = self.status.has_failed();
        match target.merge(&self.progress, &self.base, has_failed, &mut self.set_aside_notice) {
            Ok(()) => {
                *self.status.unsaved() = None;
                self.base.clone_from(&self.progress);
                Ok(())
            }
            Err(error) => {
                let unsaved = UnsavedProgress { progress: self.progress.clone(), base: self.base.clone() };
                *self.status.unsaved() = Some(unsaved);
                Err((target.path.display().to_string(), reason(&error)))
            }
        }
    }
}

impl SaveTarget {
    /// Writes the changes between `base` and `progress` to the file. `has_failed` tells whether the last attempt to
    /// save failed. If so, the file is written even if it seems to be up to date. If this function renames a damaged
    /// file, it stores a notice in `set_aside_notice`, even if it then fails to write the file.
    fn merge(
        &self,
        progress: &Progress,
        base: &Progress,
        has_failed: bool,
        set_aside_notice: &mut Option<String>,
    ) -> io::Result<()> {
        let path = self.files.resolve(&self.path)?;
        self.files.system.create_folder(folder_of(&path))?;
        let lock = self.files.lock(&path)?;
        let (others, is_current) = match self.read(&path)? {
            Content::Progress { progress, is_current } => (progress, is_current),
            Content::Missing => (Progress::default(), false),
            Content::Foreign => return Err(not_a_progress_file()),
            Content::Newer => return Err(io::Error::new(io::ErrorKind::InvalidData, messages::newer_meanwhile())),
            Content::Damaged(_) => {
                let renamed = set_aside(&self.files, &path, &lock)?;
                *set_aside_notice = Some(messages::progress_set_aside(code(&renamed.display().to_string())));
                (Progress::default(), false)
            }
        };
        let merged = progress.merged_into(others.clone(), base);
        if is_current && merged == others && !has_failed {
            return Ok(());
        }
        let mut text = serde_json::to_vec_pretty(&merged)?;
        text.push(b'\n');
        self.files.replace(&path, &text, Audience::Owner)
    }

    fn read(&self, path: &Path) -> io::Result<Content> {
        match self.files.read(path, MAX_PROGRESS_BYTES) {
            Ok(text) => Ok(parse(&text, self.origin)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Content::Missing),
            Err(error) => Err(error),
        }
    }

    /// Renames a damaged progress file, unless another session has already done so. Returns the content that is now at
    /// the path, and a message if a file was renamed.
    fn recover(&self) -> io::Result<(Content, Option<String>)> {
        let fail = |error: io::Error| io::Error::new(error.kind(), messages::damaged_and_not_moved(reason(&error)));
        let path = self.files.resolve(&self.path).map_err(fail)?;
        let lock = self.files.lock(&path).map_err(fail)?;
        match self.read(&path)? {
            Content::Damaged(what) => {
                let renamed = set_aside(&self.files, &path, &lock).map_err(fail)?;
                Ok((Content::Missing, Some(messages::progress_was_damaged(what, renamed.display()))))
            }
            content => Ok((content, None)),
        }
    }
}

/// The content of a progress file.
enum Content {
    /// There is no file, or the user has named an empty file.
    Missing,
    /// The progress, converted to the current format if necessary. `is_current` is false if the file uses an older
    /// format.
    Progress { progress: Progress, is_current: bool },
    /// A file from a newer version of the program, whose format is unknown.
    Newer,
    /// A file that the user has named and that this program has not written.
    Foreign,
    /// Any other content. The string describes what is wrong with it.
    Damaged(String),
}

fn not_a_progress_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, messages::not_a_progress_file())
}

/// Parses a progress file. Checks the version first, because the format of a newer version is unknown.
fn parse(text: &[u8], origin: PathOrigin) -> Content {
    #[derive(Deserialize)]
    struct Version {
        version: f64,
    }
    if let Ok(Version { version }) = serde_json::from_slice(text)
        && version > f64::from(VERSION)
    {
        return Content::Newer;
    }
    if origin == PathOrigin::User {
        if text.trim_ascii().is_empty() {
            return Content::Missing;
        }
        if !looks_like_progress(text) {
            return Content::Foreign;
        }
    }
    match serde_json::from_slice::<Progress>(text) {
        Ok(progress) => {
            let is_current = progress.version == VERSION;
            Content::Progress { progress: Progress { version: VERSION, ..progress }, is_current }
        }
        Err(error) => Content::Damaged(error.to_string()),
    }
}

/// Returns whether a file contains progress, or did so before it was damaged. Either it has the fields of progress and
/// no other fields, or it is not valid JSON but begins like a file that this program writes.
fn looks_like_progress(text: &[u8]) -> bool {
    const FIELDS: [&str; 4] = ["version", "current", "lessons", "practice"];
    const BEGINNING: &[u8] = b"{\"version\":";
    const SECOND_FIELD: &[u8] = b",\"current\":";
    if let Ok(fields) = serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(text) {
        let has_lessons = fields.contains_key("version") && fields.contains_key("lessons");
        return has_lessons && fields.keys().all(|field| FIELDS.contains(&field.as_str()));
    }
    let compact: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(50).collect();
    let Some(rest) = compact.strip_prefix(BEGINNING) else { return false };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let after = &rest[digits..];
    digits > 0 && (after.starts_with(SECOND_FIELD) || SECOND_FIELD.starts_with(after))
}

/// Renames a damaged progress file to an unused name in the same folder, `progress.damaged.json`,
/// `progress.damaged-2.json`, …, and returns its new path.
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
