//! The input history of a prompt. It is saved between sessions, without duplicates and without entries that may contain
//! passwords.

use std::path::PathBuf;

use rustyline::config::{Config, HistoryDuplicates};
use rustyline::history::{History as _, MemHistory};

use crate::markup::without_hidden;
use crate::user_files::{HistoryFile, UserFiles};

/// Maximum number of entries in the history.
const MAX_ENTRIES: usize = 1000;

/// Words that suggest that an entry, in Python or redis-cli, contains a password.
const SECRET_WORDS: [&str; 8] = ["auth", "auth2", "masterauth", "masteruser", "setuser", "pw", "pwd", "apikey"];

/// Substrings that suggest that an entry contains a password, as in `requirepass`, `db_password` or
/// `UsernamePasswordCredentialProvider`.
const SECRET_PARTS: [&str; 5] = ["passw", "requirepass", "passphrase", "credential", "secret"];

/// The file in which a prompt's history is saved.
#[derive(Debug)]
pub struct SavedHistory {
    file: HistoryFile,
}

impl SavedHistory {
    /// Opens a history file, and returns it with the history that it contains. Without a path, nothing is read or
    /// saved.
    pub fn open(files: UserFiles, path: Option<PathBuf>) -> (Self, MemHistory) {
        let (file, entries) = HistoryFile::open(files, path, MAX_ENTRIES);
        let mut history = empty_history();
        for entry in entries {
            let _ = history.add_owned(without_hidden(&entry).into_owned());
        }
        (SavedHistory { file }, history)
    }

    /// Adds an entry to `history` and to the file, unless the entry may contain a password. The first time that the
    /// file cannot be written, returns a message. Otherwise, returns `None`.
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
    words.any(|word| SECRET_WORDS.contains(&word) || SECRET_PARTS.iter().any(|part| word.contains(part)))
        || contains_url_with_password(&entry)
}

/// Returns whether `text` contains a URL with a password, such as `redis://:hunter2@localhost` or
/// `redis://user:hunter2@localhost`.
fn contains_url_with_password(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let end = rest.find(|c: char| c.is_whitespace() || "/'\"".contains(c)).unwrap_or(rest.len());
        // A password may contain a slash or a quote that was not percent-encoded. So the URL's authority ends at such a
        // character only if there is an `@` before it.
        let authority = if rest[..end].contains('@') { &rest[..end] } else { rest };
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
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
            "r = redis.from_url('redis://:hunter2@localhost')",
            "redis.Redis.from_url('rediss://user:hunter/2@localhost:6379/0')",
            "UsernamePasswordCredentialProvider('u', 'hunter2')",
            "MIGRATE h 6379 k 0 1000 AUTH2 u hunter2",
            "pw = 'hunter2'",
            "db_passwd='hunter2'",
            "client_secret = 'hunter2'",
        ] {
            assert_eq!(saved.add(&mut history, entry), None, "the folder is writable");
        }
        let entries = |history: &MemHistory| history.into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(entries(&history), ["a = 1", "GET b"]);
        assert_eq!(entries(&open().1), ["a = 1", "GET b"]);
        let others = ["redis.from_url('redis://localhost:6379/0')", "r.set('a', 'b@c')", "while x: pass", "token = 7"];
        for entry in others {
            assert!(!may_contain_password(entry), "{entry}");
        }
        std::fs::remove_dir_all(folder).expect("the folder was created above");
    }
}
