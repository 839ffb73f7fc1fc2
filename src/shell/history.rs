//! The input history, saved between sessions: without passwords, and without duplicates.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;

use rustyline::config::{Config, HistoryDuplicates};
use rustyline::history::{History as _, MemHistory};

/// Maximum number of entries in the history.
const MAX_ENTRIES: usize = 1000;

/// Words that suggest that an entry, in Python or redis-cli, contains a password.
const SECRET_WORDS: [&str; 6] = ["auth", "requirepass", "masterauth", "masteruser", "setuser", "password"];

/// The history file. Each line is an entry, with line breaks and backslashes escaped. The latest entry is the last
/// line.
#[derive(Debug)]
pub struct HistoryFile {
    /// The path of the file, or `None` if the history is not saved.
    path: Option<PathBuf>,
}

impl HistoryFile {
    /// Reads the history. A file that cannot be read counts as empty, since no lesson depends on the history.
    pub fn open(path: Option<PathBuf>) -> (Self, MemHistory) {
        let text = path.as_ref().and_then(|path| fs::read(path).ok()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let mut entries: Vec<String> = Vec::new();
        for line in text.lines().rev().filter(|line| !line.is_empty()) {
            let entry = unescape(line);
            if entries.len() < MAX_ENTRIES && !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        entries.reverse();
        if let Some(path) = path.as_ref().filter(|_| text.lines().count() > 2 * MAX_ENTRIES) {
            let kept: String = entries.iter().map(|entry| escape(entry) + "\n").collect();
            let _ = fs::write(path, kept);
        }
        let mut history = empty_history();
        for entry in entries {
            let _ = history.add_owned(entry);
        }
        (HistoryFile { path }, history)
    }

    /// Adds an entry to `history` and to the file, unless the entry may contain a password.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn add(&self, history: &mut MemHistory, entry: &str) -> io::Result<()> {
        let entry = entry.trim_end();
        if entry.trim().is_empty() || may_contain_password(entry) {
            return Ok(());
        }
        let latest = history.len().checked_sub(1).map(|last| &history[last]);
        if latest.is_some_and(|latest| latest == entry) {
            return Ok(());
        }
        let others: Vec<String> = (&*history).into_iter().filter(|known| *known != entry).cloned().collect();
        if others.len() < history.len() {
            *history = empty_history();
            for other in others {
                let _ = history.add_owned(other);
            }
        }
        let _ = history.add(entry);
        let Some(path) = &self.path else { return Ok(()) };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?.write_all((escape(entry) + "\n").as_bytes())
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

/// Escapes line breaks and backslashes, so that an entry fits on one line of the file.
fn escape(entry: &str) -> String {
    entry.replace('\\', "\\\\").replace('\n', "\\n")
}

fn unescape(line: &str) -> String {
    let mut entry = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => entry.push(if chars.next() == Some('n') { '\n' } else { '\\' }),
            (c, false) => entry.push(c),
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_survives_escaping() {
        for entry in ["r.get('a')", "for i in range(3):\n    print(i)", r"print('a\nb\\')", r"\", "\\\n\\n"] {
            assert_eq!(unescape(&escape(entry)), entry);
            assert!(!escape(entry).contains('\n'), "{entry:?}");
        }
    }

    #[test]
    fn the_history_has_no_duplicates_and_no_passwords() {
        let folder = std::env::temp_dir().join(format!("redis-tutor-history-{}", std::process::id()));
        let path = folder.join("history");
        let (file, mut history) = HistoryFile::open(Some(path.clone()));
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
            file.add(&mut history, entry).expect("the folder is writable");
        }
        let entries = |history: &MemHistory| history.into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(entries(&history), ["a = 1", "GET b"]);
        assert_eq!(entries(&HistoryFile::open(Some(path)).1), ["a = 1", "GET b"]);
        fs::remove_dir_all(folder).expect("the folder was created above");
    }
}
