//! Finds, opens and closes the learner's progress file. The command-line arguments may specify its path.

use std::path::PathBuf;

use super::Error;
use super::args::Arguments;
use super::output::print_message;
use crate::lesson::progress::Progress;
use crate::user_files::{PathOrigin, ProgressFile, UserFiles, state_folder};

/// Reads the learner's progress. A damaged file is renamed, with a message on standard error. A file from a newer
/// version is left unchanged, and progress is not saved in this run.
///
/// # Errors
/// Returns an error if the file exists but cannot be read.
pub fn open_progress(arguments: &Arguments) -> Result<ProgressFile, Error> {
    let Some((path, origin)) = progress_path(arguments) else {
        return Ok(ProgressFile::unsaved(UserFiles::default()));
    };
    let (file, notice) = ProgressFile::open(UserFiles::default(), path, origin).map_err(Error::new)?;
    if let Some(notice) = notice {
        print_message(&notice);
    }
    Ok(file)
}

/// Reads the learner's progress for a command that only shows it. Does not change any file.
///
/// # Errors
/// Returns an error if the file exists but cannot be read.
pub fn read_progress(arguments: &Arguments) -> Result<Progress, Error> {
    let Some((path, origin)) = progress_path(arguments) else { return Ok(Progress::default()) };
    let (progress, notice) = ProgressFile::read(UserFiles::default(), path, origin).map_err(Error::new)?;
    if let Some(notice) = notice {
        print_message(&notice);
    }
    Ok(progress)
}

/// Returns the path of the progress file, and whether the user or the program chose it. Returns `None` if progress is
/// neither read nor saved.
fn progress_path(arguments: &Arguments) -> Option<(PathBuf, PathOrigin)> {
    match &arguments.progress {
        _ if arguments.no_progress => None,
        Some(path) => Some((path.clone(), PathOrigin::User)),
        None => Some((state_folder()?.join("progress.json"), PathOrigin::Program)),
    }
}

/// Closes the progress file. If the progress of the session could not be saved, prints a message to standard error and
/// returns false.
pub fn finish_progress(file: &mut ProgressFile) -> bool {
    let Some(message) = file.finish() else { return true };
    print_message(&format!("redis-tutor: {message}"));
    false
}

/// Returns the path of the file that contains the input history, or `None` if the user has no home folder.
pub fn history_file() -> Option<PathBuf> {
    Some(state_folder()?.join("history"))
}
