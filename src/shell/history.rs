//! The input history of a prompt, saved between sessions: without passwords, and without duplicates.

use std::path::PathBuf;

use rustyline::config::{Config, HistoryDuplicates};
use rustyline::history::{History as _, MemHistory};

use crate::markup::without_hidden;
use crate::user_files::{HistoryFile, UserFiles};

/// Maximum number of entries in the history.
const MAX_ENTRIES: usize = 1000;

/// Words that suggest that an entry, in Python or redis-cli, contains a password.
const SECRET_WORDS: [&str; 6] = ["auth", "requirepass", "masterauth", "masteruser", "setuser", "password"];

/// The saved part of a history.
#[derive(Debug)]
pub struct SavedHistory {
    file: HistoryFile,
}

impl SavedHistory {
    /// Reads the history. If there is no path, it is not saved.
    pub fn open(files: UserFiles, path: Option<PathBuf>) -> (Self, MemHistory) {
        let (file, entries) = HistoryFile::open(files, path, MAX_ENTRIES);
        let mut history = empty_history();
        for entry in entries {
            let _ = history.add_owned(without_hidden(&entry).into_owned());
        }
        (SavedHistory { file }, history)
    }

    /// Adds an entry to `history` and to the file, unless the entry may contain a password. Returns a sentence the
    /// first time that the file cannot be written.
    pub fn add(&mut self, history: &mut MemHistory, entry: &str) -> Option<String> {
        let entry = entry.trim_end();
        if entry.trim().is_empty() || may_contain_password(entry) {
            return None;
        }
        let latest = history.len().checked_sub(1).map(|last| &history[last]);
        if latest.is_some_and(|latest| latest == entry) {
            return None;
        }
        let others: Vec<String> = (&*history).into_iter().filter(|known| *known != entry).cloned().collect();
        if others.len() < history.len() {
            *history = empty_history();
            for other in others {
                let _ = history.add_owned(other);
            }
        }
        let _ = history.add(entry);
        self.file.add(entry)
    }
}

fn empty_history() -> MemHistory {
    let config = Config::builder().max_history_size(MAX_ENTRIES).map(|config| config.history_ignore_space(false));
    let config = config.and_then(|config| config.history_ignore_dups(false)).map(rustyline::config::Builder::build);
    debug_assert!(config.as_ref().is_ok_and(|config| config.history_duplicates() == HistoryDuplicates::AlwaysAdd));
    MemHistory::with_config(&config.unwrap_or_default())
}

fn may_contain_password(entry: &str) -> bool {
    let entry = entry.to_ascii_lowercase();
    let mut words = entry.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| SECRET_WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_has_no_duplicates_and_no_passwords() {
        let folder = std::env::temp_dir().join(format!("redis-tutor-history-{}", std::process::id()));
        let path = folder.join("history");
        let open = || SavedHistory::open(UserFiles::default(), Some(path.clone()));
        let (mut saved, mut history) = open();
        for entry in [
            "a = 1",
            "GET b",
            "a = 1",
            "AUTH hunter2",
            "redis.Redis(password='x')",
            "GET b  ",
            "",
            "CONFIG SET requirepass x",
        ] {
            assert_eq!(saved.add(&mut history, entry), None, "the folder is writable");
        }
        let entries = |history: &MemHistory| history.into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(entries(&history), ["a = 1", "GET b"]);
        assert_eq!(entries(&open().1), ["a = 1", "GET b"]);
        std::fs::remove_dir_all(folder).expect("the folder was created above");
    }
}
