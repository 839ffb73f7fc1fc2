//! The files that the program keeps between its runs: the learner's progress, and the input history.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use super::Error;
use super::args::Arguments;
use crate::lesson::progress::{Progress, VERSION};
use crate::messages::cli as messages;

/// The progress file, and the progress that was last read or saved.
pub struct ProgressFile {
    /// The path of the file, or `None` if progress is not saved.
    path: Option<PathBuf>,
    pub progress: Progress,
}

/// Returns the platform's folder for the state of programs.
fn state_folder() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join("redis-tutor"))
}

/// Returns the path of the input history.
pub fn history_file() -> Option<PathBuf> {
    Some(state_folder()?.join("history"))
}

impl ProgressFile {
    /// Reads the learner's progress. A damaged file is renamed, with a message on standard error. A file of a newer
    /// version is left alone, and progress is not saved in this run.
    ///
    /// # Errors
    /// Returns an error if the file exists but cannot be read.
    pub fn open(arguments: &Arguments) -> Result<Self, Error> {
        let without_progress = |path| ProgressFile { path, progress: Progress::default() };
        if arguments.no_progress {
            return Ok(without_progress(None));
        }
        let path = arguments.progress.clone().or_else(|| Some(state_folder()?.join("progress.json")));
        let Some(path) = path else { return Ok(without_progress(None)) };
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(without_progress(Some(path))),
            Err(e) => return Err(Error::new(messages::cannot_read_progress(path.display(), e))),
        };
        match serde_json::from_slice::<Progress>(&text) {
            Ok(progress) if progress.version > VERSION => {
                eprintln!("{}", messages::progress_is_newer(path.display()));
                Ok(without_progress(None))
            }
            // A file of an older version is read, and later written in the current format.
            Ok(progress) => Ok(ProgressFile { path: Some(path), progress: Progress { version: VERSION, ..progress } }),
            Err(e) => {
                let renamed = unused_damaged_path(&path);
                std::fs::rename(&path, &renamed)
                    .map_err(|e| Error::new(messages::cannot_move_progress(path.display(), e)))?;
                eprintln!("{}", messages::progress_was_damaged(e, renamed.display()));
                Ok(without_progress(Some(path)))
            }
        }
    }

    /// Returns the path of the file, if progress is saved.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Replaces the file atomically.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn save(&mut self, progress: &Progress) -> io::Result<()> {
        self.progress = progress.clone();
        let Some(path) = &self.path else { return Ok(()) };
        let write = || {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer_pretty(&mut file, progress)?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            file.persist(path).map(drop).map_err(|refused| refused.error)
        };
        write().map_err(|e: io::Error| io::Error::new(e.kind(), messages::cannot_save_progress(path.display(), e)))
    }
}

/// Returns an unused path beside `path`: `progress.damaged.json`, `progress.damaged-2.json`, …
fn unused_damaged_path(path: &Path) -> PathBuf {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    (1..)
        .map(|n| if n == 1 { format!("{stem}.damaged.json") } else { format!("{stem}.damaged-{n}.json") })
        .map(|name| path.with_file_name(name))
        .find(|name| !name.exists())
        .unwrap_or_else(|| path.with_extension("damaged"))
}
