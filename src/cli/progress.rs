//! The learner's progress file, as the arguments choose it.

use std::path::PathBuf;

use super::Error;
use super::args::Arguments;
use super::output::print_message;
use crate::user_files::{ProgressFile, UserFiles, state_folder};

/// Reads the learner's progress. A damaged file is renamed, with a message on standard error. A file of a newer version
/// is left alone, and progress is not saved in this run.
///
/// # Errors
/// Returns an error if the file exists but cannot be read.
pub fn open_progress(arguments: &Arguments) -> Result<ProgressFile, Error> {
    let path = arguments.progress.clone().or_else(|| Some(state_folder()?.join("progress.json")));
    let Some(path) = path.filter(|_| !arguments.no_progress) else {
        return Ok(ProgressFile::unsaved(UserFiles::default()));
    };
    let (file, notice) = ProgressFile::open(UserFiles::default(), path).map_err(Error::new)?;
    if let Some(notice) = notice {
        print_message(&notice);
    }
    Ok(file)
}

/// Ends the use of the progress file. If the progress of the session could not be saved, prints a message to standard
/// error and returns false.
pub fn finish_progress(file: &mut ProgressFile) -> bool {
    let Some(message) = file.finish() else { return true };
    print_message(&format!("redis-tutor: {message}"));
    false
}

/// Returns the path of the input history.
pub fn history_file() -> Option<PathBuf> {
    Some(state_folder()?.join("history"))
}
