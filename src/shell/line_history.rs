//! The history of the line editor, in which Ctrl-R also finds text that is pasted into the search.
//!
//! The editor ends a search at each key that is neither text nor a search command, and it sees the start and the end of
//! a paste as such keys. For them, the key bindings return a command that continues the search, and [`SearchHold`]
//! keeps the search at its current match.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustyline::history::{History, MemHistory, SearchDirection, SearchResult};
use rustyline::{Cmd, Result};

/// State that keeps a search at its current match although the editor receives a command to continue the search.
#[derive(Debug, Clone, Default)]
pub struct SearchHold {
    is_held: Arc<AtomicBool>,
    /// The index of the entry that was found last, or `usize::MAX` if nothing has been found yet.
    found: Arc<AtomicUsize>,
}

impl SearchHold {
    /// Resets the state when a search begins.
    pub fn begin(&self) {
        self.is_held.store(false, Ordering::Relaxed);
        self.found.store(usize::MAX, Ordering::Relaxed);
    }

    /// Returns the command for a key that must not end the search.
    pub fn hold(&self) -> Cmd {
        self.is_held.store(true, Ordering::Relaxed);
        // The editor does not search backwards from the first entry, so the search continues forwards there.
        let is_first = self.found.load(Ordering::Relaxed) == 0;
        if is_first { Cmd::ForwardSearchHistory } else { Cmd::ReverseSearchHistory }
    }
}

/// An in-memory history whose searches can be kept at their current match.
pub struct LineHistory {
    pub entries: MemHistory,
    hold: SearchHold,
}

impl LineHistory {
    pub fn new(entries: MemHistory, hold: SearchHold) -> Self {
        LineHistory { entries, hold }
    }
}

impl History for LineHistory {
    fn get(&self, index: usize, dir: SearchDirection) -> Result<Option<SearchResult<'_>>> {
        self.entries.get(index, dir)
    }

    fn add(&mut self, line: &str) -> Result<bool> {
        self.entries.add(line)
    }

    fn add_owned(&mut self, line: String) -> Result<bool> {
        self.entries.add_owned(line)
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn set_max_len(&mut self, len: usize) -> Result<()> {
        self.entries.set_max_len(len)
    }

    fn ignore_dups(&mut self, yes: bool) -> Result<()> {
        self.entries.ignore_dups(yes)
    }

    fn ignore_space(&mut self, yes: bool) {
        self.entries.ignore_space(yes);
    }

    fn save(&mut self, path: &Path) -> Result<()> {
        self.entries.save(path)
    }

    fn append(&mut self, path: &Path) -> Result<()> {
        self.entries.append(path)
    }

    fn load(&mut self, path: &Path) -> Result<()> {
        self.entries.load(path)
    }

    fn clear(&mut self) -> Result<()> {
        self.entries.clear()
    }

    fn search(&self, term: &str, start: usize, dir: SearchDirection) -> Result<Option<SearchResult<'_>>> {
        let found = if self.hold.is_held.swap(false, Ordering::Relaxed) {
            let index = match dir {
                SearchDirection::Reverse => start + 1,
                SearchDirection::Forward => start.saturating_sub(1),
            };
            // A search for an empty string finds nothing, so the entry at the index is returned without a search.
            if term.is_empty() { self.entries.get(index, dir)? } else { self.entries.search(term, index, dir)? }
        } else {
            self.entries.search(term, start, dir)?
        };
        if let Some(found) = &found {
            self.hold.found.store(found.idx, Ordering::Relaxed);
        }
        Ok(found)
    }

    fn starts_with(&self, term: &str, start: usize, dir: SearchDirection) -> Result<Option<SearchResult<'_>>> {
        self.entries.starts_with(term, start, dir)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_that_is_held_stays_at_its_match() {
        let hold = SearchHold::default();
        let mut history = LineHistory::new(MemHistory::new(), hold.clone());
        for entry in ["r.get('a')", "r.get('b')", "x"] {
            history.add(entry).expect("the history is in memory");
        }
        let search = |term: &str, start, dir| history.search(term, start, dir).ok().flatten().map(|found| found.idx);
        hold.begin();
        assert_eq!(hold.hold(), Cmd::ReverseSearchHistory);
        assert_eq!(search("", 1, SearchDirection::Reverse), Some(2), "nothing was found yet");
        assert_eq!(search("get", 2, SearchDirection::Reverse), Some(1));
        assert_eq!(hold.hold(), Cmd::ReverseSearchHistory);
        assert_eq!(search("get", 0, SearchDirection::Reverse), Some(1));
        assert_eq!(search("get", 0, SearchDirection::Reverse), Some(0), "it is held only once");
        assert_eq!(hold.hold(), Cmd::ForwardSearchHistory);
        assert_eq!(search("get", 1, SearchDirection::Forward), Some(0));
    }
}
