//! What was typed, kept from one sitting to the next: without passwords, and nothing twice.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;

use rustyline::config::{Config, HistoryDuplicates};
use rustyline::history::{History as _, MemHistory};

/// How many entries are kept.
const MOST: usize = 1000;

/// Words beside which a password may stand, in either dialect.
const SECRET_WORDS: [&str; 6] = ["auth", "requirepass", "masterauth", "masteruser", "setuser", "password"];

/// The file of what was typed: an entry a line, its line breaks and backslashes escaped, the latest last.
#[derive(Debug)]
pub struct HistoryFile {
    /// None where nothing is kept.
    path: Option<PathBuf>,
}

impl HistoryFile {
    /// Reads what was typed before. A file that cannot be read is none: there is nothing in it that a lesson needs.
    pub fn open(path: Option<PathBuf>) -> (Self, MemHistory) {
        let text = path.as_ref().and_then(|path| fs::read(path).ok()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let mut entries: Vec<String> = Vec::new();
        for line in text.lines().rev().filter(|line| !line.is_empty()) {
            let entry = unescaped(line);
            if entries.len() < MOST && !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        entries.reverse();
        if let Some(path) = path.as_ref().filter(|_| text.lines().count() > 2 * MOST) {
            let kept: String = entries.iter().map(|entry| escaped(entry) + "\n").collect();
            let _ = fs::write(path, kept);
        }
        let mut history = empty();
        for entry in entries {
            let _ = history.add_owned(entry);
        }
        (HistoryFile { path }, history)
    }

    /// Adds an entry to `history` and to the file, unless it has a password in it.
    ///
    /// # Errors
    /// Those of writing.
    pub fn add(&self, history: &mut MemHistory, entry: &str) -> io::Result<()> {
        let entry = entry.trim_end();
        if entry.trim().is_empty() || has_secret(entry) {
            return Ok(());
        }
        let latest = history.len().checked_sub(1).map(|last| &history[last]);
        if latest.is_some_and(|latest| latest == entry) {
            return Ok(());
        }
        let others: Vec<String> = (&*history).into_iter().filter(|known| *known != entry).cloned().collect();
        if others.len() < history.len() {
            *history = empty();
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
        options.open(path)?.write_all((escaped(entry) + "\n").as_bytes())
    }
}

fn empty() -> MemHistory {
    let config = Config::builder().max_history_size(MOST).map(|config| config.history_ignore_space(false));
    let config = config.and_then(|config| config.history_ignore_dups(false)).map(rustyline::config::Builder::build);
    debug_assert!(config.as_ref().is_ok_and(|config| config.history_duplicates() == HistoryDuplicates::AlwaysAdd));
    MemHistory::with_config(&config.unwrap_or_default())
}

/// Whether an entry may hold a password.
fn has_secret(entry: &str) -> bool {
    let entry = entry.to_ascii_lowercase();
    let mut words = entry.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| SECRET_WORDS.contains(&word))
}

fn escaped(entry: &str) -> String {
    entry.replace('\\', "\\\\").replace('\n', "\\n")
}

fn unescaped(line: &str) -> String {
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
    fn an_entry_comes_back_as_it_was_typed() {
        for entry in ["r.get('a')", "for i in range(3):\n    print(i)", r"print('a\nb\\')", r"\", "\\\n\\n"] {
            assert_eq!(unescaped(&escaped(entry)), entry);
            assert!(!escaped(entry).contains('\n'), "{entry:?}");
        }
    }

    #[test]
    fn nothing_is_kept_twice_and_no_password_at_all() {
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
            file.add(&mut history, entry).expect("the folder can be written");
        }
        let kept = |history: &MemHistory| history.into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(kept(&history), ["a = 1", "GET b"]);
        assert_eq!(kept(&HistoryFile::open(Some(path)).1), ["a = 1", "GET b"]);
        fs::remove_dir_all(folder).expect("the test made it");
    }
}
