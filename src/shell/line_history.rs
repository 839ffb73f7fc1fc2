//! The history of the line editor, in which Ctrl-R also finds text that is pasted into the search.
//!
//! The editor ends a search at a paste. The key bindings therefore turn the start and the end of the paste into
//! [`PASTE_MARK`], which becomes part of the text that is searched for, and which the search ignores.

use std::path::Path;

use rustyline::Result;
use rustyline::history::{History, MemHistory, SearchDirection, SearchResult};

/// Stands for the start and the end of a paste. It has no width.
pub const PASTE_MARK: char = '\u{2060}';

/// A history in memory.
#[derive(Default)]
pub struct LineHistory(pub MemHistory);

impl History for LineHistory {
    fn get(&self, index: usize, dir: SearchDirection) -> Result<Option<SearchResult<'_>>> {
        self.0.get(index, dir)
    }

    fn add(&mut self, line: &str) -> Result<bool> {
        self.0.add(line)
    }

    fn add_owned(&mut self, line: String) -> Result<bool> {
        self.0.add_owned(line)
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn set_max_len(&mut self, len: usize) -> Result<()> {
        self.0.set_max_len(len)
    }

    fn ignore_dups(&mut self, yes: bool) -> Result<()> {
        self.0.ignore_dups(yes)
    }

    fn ignore_space(&mut self, yes: bool) {
        self.0.ignore_space(yes);
    }

    fn save(&mut self, path: &Path) -> Result<()> {
        self.0.save(path)
    }

    fn append(&mut self, path: &Path) -> Result<()> {
        self.0.append(path)
    }

    fn load(&mut self, path: &Path) -> Result<()> {
        self.0.load(path)
    }

    fn clear(&mut self) -> Result<()> {
        self.0.clear()
    }

    fn search(&self, term: &str, start: usize, dir: SearchDirection) -> Result<Option<SearchResult<'_>>> {
        self.0.search(&term.replace(PASTE_MARK, ""), start, dir)
    }

    fn starts_with(&self, term: &str, start: usize, dir: SearchDirection) -> Result<Option<SearchResult<'_>>> {
        self.0.starts_with(term, start, dir)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_ignores_the_marks_of_a_paste() {
        let mut history = LineHistory::default();
        for entry in ["r.get('a')", "r.set('b', 1)"] {
            history.add(entry).expect("the history is in memory");
        }
        let found = |term: &str| {
            let found = history.search(term, history.len() - 1, SearchDirection::Reverse).ok().flatten();
            found.map(|found| found.entry.into_owned())
        };
        assert_eq!(found("\u{2060}get('a\u{2060}").as_deref(), Some("r.get('a')"));
        assert_eq!(found("\u{2060}get('b\u{2060}"), None);
    }
}
