//! Tests that no data in the user's files is lost if the disk fails, if the program is killed, or if several sessions
//! use the files at the same time.

mod documents;
mod history;
#[cfg(unix)]
mod kills;
mod progress;
mod sessions;
#[cfg(unix)]
mod special_files;

use std::fs;
use std::path::Path;

use redis_tutor::lesson::progress::Progress;

/// Id of the lesson whose steps the tests finish.
const LESSON: &str = "hashes";

/// Reads the progress from a file. Returns `None` if the file does not exist. Panics if the file is damaged.
fn stored(path: &Path) -> Option<Progress> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        result => result.expect("the file can be read"),
    };
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text:?}")))
}

/// Returns the ids of the steps of `LESSON` that are finished according to a progress file.
fn stored_steps(path: &Path) -> Vec<String> {
    stored(path).and_then(|progress| Some(progress.lessons.get(LESSON)?.done.clone())).unwrap_or_default()
}

/// Returns the names of the temporary files in a folder.
fn temporary_files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder exists").flatten();
    let names = entries.map(|entry| entry.file_name().into_string().expect("our names are ASCII"));
    names.filter(|name| name.ends_with(".tmp")).collect()
}

/// Asserts that all of `steps` are among `stored`.
fn assert_has_all(stored: &[String], steps: &[String], context: &str) {
    let missing: Vec<_> = steps.iter().filter(|step| !stored.contains(step)).collect();
    assert!(missing.is_empty(), "{context}: {missing:?} are missing from {stored:?}");
}
