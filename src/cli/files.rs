//! Files: progress, and lessons from a folder.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use super::Failed;
use super::args::Arguments;
use crate::lesson::library::Source;
use crate::lesson::progress::{Progress, VERSION};

/// Where progress is kept, and what it was when the program started.
pub struct ProgressFile {
    /// None when nothing is kept.
    path: Option<PathBuf>,
    pub progress: Progress,
}

/// The platform's folder for what a program keeps between its runs.
fn state_folder() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join("redis-tutor"))
}

/// The file of what was typed.
pub fn history_file() -> Option<PathBuf> {
    Some(state_folder()?.join("history"))
}

impl ProgressFile {
    /// Reads the learner's progress. A damaged file is set aside, and the learner is told where; one of a newer
    /// version is left alone, and nothing is kept this time.
    ///
    /// # Errors
    /// A file that is there and cannot be read.
    pub fn open(arguments: &Arguments) -> Result<Self, Failed> {
        let nothing = |path| ProgressFile { path, progress: Progress::default() };
        if arguments.no_progress {
            return Ok(nothing(None));
        }
        let path = arguments.progress.clone().or_else(|| Some(state_folder()?.join("progress.json")));
        let Some(path) = path else { return Ok(nothing(None)) };
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(nothing(Some(path))),
            Err(e) => return Err(Failed::saying(format!("the progress file {} cannot be read: {e}", path.display()))),
        };
        match serde_json::from_slice::<Progress>(&text) {
            Ok(progress) if progress.version > VERSION => {
                eprintln!(
                    "redis-tutor: {} was written by a newer redis-tutor. It stays as it is; this time nothing is kept.",
                    path.display()
                );
                Ok(nothing(None))
            }
            // What an older version has written is read, and written anew in this one's form.
            Ok(progress) => Ok(ProgressFile { path: Some(path), progress: Progress { version: VERSION, ..progress } }),
            Err(e) => {
                let aside = free_name(&path);
                std::fs::rename(&path, &aside).map_err(|e| {
                    Failed::saying(format!("the progress file {} is damaged and cannot be moved: {e}", path.display()))
                })?;
                eprintln!(
                    "redis-tutor: the progress file was damaged ({e}). It is now {}; you start afresh.",
                    aside.display()
                );
                Ok(nothing(Some(path)))
            }
        }
    }

    /// Where progress is kept, if it is.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Writes the progress, whole or not at all.
    ///
    /// # Errors
    /// Those of writing.
    pub fn save(&mut self, progress: &Progress) -> io::Result<()> {
        self.progress = progress.clone();
        let Some(path) = &self.path else { return Ok(()) };
        let told =
            |e: io::Error| io::Error::new(e.kind(), format!("progress cannot be kept in {}: {e}", path.display()));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(told)?;
        }
        let mut file = atomic_write_file::AtomicWriteFile::open(path).map_err(told)?;
        serde_json::to_writer_pretty(&mut file, progress).map_err(io::Error::from).map_err(told)?;
        file.write_all(b"\n").map_err(told)?;
        file.commit().map_err(told)
    }
}

/// A name beside `path` that is not taken: `progress.damaged.json`, `progress.damaged-2.json`.
fn free_name(path: &Path) -> PathBuf {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    (1..)
        .map(|n| if n == 1 { format!("{stem}.damaged.json") } else { format!("{stem}.damaged-{n}.json") })
        .map(|name| path.with_file_name(name))
        .find(|name| !name.exists())
        .unwrap_or_else(|| path.with_extension("damaged"))
}

/// The lessons of a folder, in the order of their names.
///
/// # Errors
/// A folder or a file that cannot be read.
pub fn lessons_in(folder: &Path) -> Result<Vec<Source>, Failed> {
    let unreadable = |path: &Path, e: io::Error| Failed::saying(format!("{} cannot be read: {e}", path.display()));
    let entries = std::fs::read_dir(folder).map_err(|e| unreadable(folder, e))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths.iter().map(|path| lesson_file(path)).collect()
}

/// One lesson's file.
///
/// # Errors
/// A file that cannot be read, or is no text.
pub fn lesson_file(path: &Path) -> Result<Source, Failed> {
    let text =
        std::fs::read_to_string(path).map_err(|e| Failed::saying(format!("{} cannot be read: {e}", path.display())))?;
    Ok(Source { name: path.display().to_string(), text })
}
