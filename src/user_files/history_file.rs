//! The file that contains an input history. Each line is an entry in which line breaks and backslashes are escaped. The
//! last line is the latest entry.

use std::collections::HashSet;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::{Audience, Purpose, UserFiles, folder_of, reason, require_regular};
use crate::markup::code;
use crate::messages::user_files as messages;

/// Maximum number of bytes that are read from a history file. If the file is larger, only its end is read.
const MAX_BYTES: u64 = 4 << 20;

/// The file that contains an input history.
#[derive(Debug)]
pub struct HistoryFile {
    files: UserFiles,
    /// The path of the file, or `None` if the history is not saved.
    path: Option<PathBuf>,
    /// Maximum number of entries to keep.
    max_entries: usize,
    /// The entries that have not been written to the file yet, because writing failed.
    pending: Vec<String>,
    has_reported_failure: bool,
}

impl HistoryFile {
    /// Opens the file, and returns its last `max_entries` distinct entries, with the latest entry last. A file that
    /// cannot be read counts as empty, because no lesson depends on the history.
    pub fn open(files: UserFiles, path: Option<PathBuf>, max_entries: usize) -> (Self, Vec<String>) {
        let file = HistoryFile { files, path, max_entries, pending: Vec::new(), has_reported_failure: false };
        let Some(path) = &file.path else { return (file, Vec::new()) };
        let Ok(stored) = file.read(path) else { return (file, Vec::new()) };
        if stored.is_too_long {
            // If the file cannot be compacted, the next session tries again.
            let _ = file.compact(path);
        }
        let entries = stored.entries;
        (file, entries)
    }

    /// Appends an entry to the file. Entries that could not be written earlier are written first. The first time that
    /// writing fails, returns a message in Markdown. Otherwise, returns `None`.
    pub fn add(&mut self, entry: &str) -> Option<String> {
        let path = self.path.as_ref()?;
        self.pending.push(entry.to_owned());
        let surplus = self.pending.len().saturating_sub(self.max_entries);
        self.pending.drain(..surplus);
        match self.append(path) {
            Ok(()) => {
                self.pending.clear();
                None
            }
            Err(error) => {
                let sentence = messages::history_not_saved(code(&path.display().to_string()), reason(&error));
                let is_known = std::mem::replace(&mut self.has_reported_failure, true);
                (!is_known).then_some(sentence)
            }
        }
    }

    fn append(&self, path: &Path) -> io::Result<()> {
        let path = self.files.resolve(path)?;
        self.files.system.create_folder(folder_of(&path))?;
        let _lock = self.files.lock(&path)?;
        let mut file = self.files.system.open(&path, Purpose::Append)?;
        let facts = file.facts()?;
        require_regular(facts.kind)?;
        let mut text: String = self.pending.iter().map(|entry| escape(entry) + "\n").collect();
        if facts.length > 0 {
            // The last line may be unfinished, if a process was killed or the disk became full. The new entries then
            // begin on a new line.
            let mut last = [b'\n'];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != [b'\n'] {
                text.insert(0, '\n');
            }
        }
        let written = file.write_all(text.as_bytes());
        if written.is_err() {
            let _ = file.set_length(facts.length);
        }
        written
    }

    /// Replaces the file with one that contains only the entries to be kept.
    fn compact(&self, path: &Path) -> io::Result<()> {
        let path = self.files.resolve(path)?;
        let _lock = self.files.lock(&path)?;
        // Another session may have added an entry since the file was last read, so the file is read again.
        let entries = self.read(&path)?.entries;
        let text: String = entries.iter().map(|entry| escape(entry) + "\n").collect();
        self.files.replace(&path, text.as_bytes(), Audience::Owner)
    }

    fn read(&self, path: &Path) -> io::Result<StoredHistory> {
        let (bytes, is_whole) = self.files.read_end(path, MAX_BYTES)?;
        let text = String::from_utf8_lossy(&bytes);
        // If only the end of the file was read, its first line may be only part of an entry, so it is skipped.
        let lines: Vec<&str> = text.lines().skip(usize::from(!is_whole)).filter(|line| !line.is_empty()).collect();
        // Two entries are equal if and only if their lines are equal, so the lines are compared without unescaping
        // them.
        let mut known = HashSet::new();
        let latest = lines.iter().rev().filter(|line| known.insert(**line)).take(self.max_entries);
        let mut entries: Vec<String> = latest.map(|line| unescape(line)).collect();
        entries.reverse();
        Ok(StoredHistory { entries, is_too_long: !is_whole || lines.len() > 2 * self.max_entries })
    }
}

struct StoredHistory {
    entries: Vec<String>,
    /// Whether the file is much longer than necessary for the entries that are kept.
    is_too_long: bool,
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
}
