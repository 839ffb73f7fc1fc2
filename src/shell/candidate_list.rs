//! Tracks whether the line editor is showing a list of completions that is longer than the screen, so that Ctrl-C,
//! Ctrl-G and Esc close it. The editor itself ignores Ctrl-C and Esc while it shows the list.

use rustyline::{Cmd, KeyCode, KeyEvent, Modifiers, Movement};

/// A command that makes the editor close a list, and that has no other effect while a list is shown. The other commands
/// that close a list insert text, and a key binding that returned one of them would insert the last typed text again.
const LEAVE: Cmd = Cmd::Kill(Movement::BackwardChar(1));

const ESCAPE: KeyEvent = KeyEvent(KeyCode::Esc, Modifiers::NONE);

/// How far the editor has got in showing a list of completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The editor asks whether to show the list. `rows` is the number of rows in the list.
    Asking { rows: usize },
    /// The editor has shown part of the list and waits at `--More--`. `left` is the number of rows that are not shown
    /// yet.
    Paging { left: usize },
}

/// A list of completions for which the editor is waiting for keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandidateList {
    stage: Stage,
    /// Number of rows per page.
    page: usize,
}

impl CandidateList {
    /// Returns the state of a new list, or `None` if the editor shows the whole list without waiting for keys. `widths`
    /// are the widths of the candidates in columns, and `screen` is the size of the terminal in columns and rows. If
    /// there are more candidates than `most_at_once`, the editor asks before it shows them.
    pub fn begin(widths: &[usize], (columns, rows): (usize, usize), most_at_once: usize) -> Option<Self> {
        const MIN_COLUMN_GAP: usize = 2;
        let column = (widths.iter().max()? + MIN_COLUMN_GAP).min(columns).max(1);
        let list_rows = widths.len().div_ceil((columns / column).max(1));
        let page = rows.saturating_sub(1).max(1);
        if widths.len() > most_at_once {
            return Some(CandidateList { stage: Stage::Asking { rows: list_rows }, page });
        }
        (list_rows > page).then(|| CandidateList { stage: Stage::Paging { left: list_rows - page }, page })
    }

    /// Handles a key. Returns the state of the list after the key, or `None` if the editor closes the list. If the key
    /// should close the list but the editor would ignore it, also returns a command that makes the editor close the
    /// list.
    pub fn press(self, key: KeyEvent) -> (Option<Self>, Option<Cmd>) {
        let leaves = matches!(key, KeyEvent(KeyCode::Char('C' | 'c' | 'G'), Modifiers::CTRL)) || key == ESCAPE;
        match (self.stage, key) {
            (Stage::Asking { .. }, KeyEvent(KeyCode::Char('q' | 'Q'), Modifiers::NONE)) => (None, Some(LEAVE)),
            (Stage::Asking { .. }, _) if leaves => (None, Some(LEAVE)),
            (Stage::Paging { .. }, _) if leaves => (None, Some(LEAVE)),
            (
                Stage::Asking { rows },
                KeyEvent(KeyCode::Char('y' | 'Y'), Modifiers::NONE) | KeyEvent(KeyCode::Tab, _),
            ) => {
                let left = rows.checked_sub(self.page).filter(|left| *left > 0);
                (left.map(|left| CandidateList { stage: Stage::Paging { left }, ..self }), None)
            }
            (Stage::Paging { left }, KeyEvent(KeyCode::Char('y' | 'Y' | ' '), Modifiers::NONE)) => {
                (self.after(left, self.page), None)
            }
            (
                Stage::Paging { left },
                KeyEvent(KeyCode::Enter, _) | KeyEvent(KeyCode::Char('J' | 'M'), Modifiers::CTRL),
            ) => (self.after(left, 1), None),
            (_, KeyEvent(KeyCode::Char('n' | 'N' | 'q' | 'Q'), Modifiers::NONE) | KeyEvent(KeyCode::Backspace, _)) => {
                (None, None)
            }
            _ => (Some(self), None),
        }
    }

    /// Returns the state of the list after `shown` of the `left` remaining rows were shown, or `None` if no rows
    /// remain.
    fn after(self, left: usize, shown: usize) -> Option<Self> {
        let left = left.checked_sub(shown).filter(|left| *left > 0)?;
        Some(CandidateList { stage: Stage::Paging { left }, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(c: char) -> KeyEvent {
        KeyEvent(KeyCode::Char(c), Modifiers::NONE)
    }

    #[test]
    fn a_list_that_fits_on_the_screen_has_no_pages() {
        assert_eq!(CandidateList::begin(&[8; 69], (30, 24), 100), None, "23 rows in three columns");
        assert!(CandidateList::begin(&[8; 70], (30, 24), 100).is_some());
        assert!(CandidateList::begin(&[8; 60], (9, 24), 100).is_some(), "a candidate wider than the screen");
        assert_eq!(CandidateList::begin(&[], (30, 24), 100), None);
    }

    #[test]
    fn ctrl_c_and_escape_leave_a_list() {
        for leaving in [KeyEvent::ctrl('C'), ESCAPE] {
            let list = CandidateList::begin(&[8; 80], (30, 24), 100).expect("it has pages");
            assert_eq!(list.press(leaving), (None, Some(LEAVE)));
            let asked = CandidateList::begin(&[8; 200], (30, 24), 100).expect("it is long");
            assert_eq!(asked.press(leaving), (None, Some(LEAVE)));
        }
        let list = CandidateList::begin(&[8; 80], (30, 24), 100).expect("it has pages");
        assert_eq!(list.press(key('q')), (None, None), "the editor knows this key");
        assert_eq!(list.press(key('x')), (Some(list), None), "the editor ignores this key");
    }

    #[test]
    fn a_list_ends_with_its_last_row() {
        let list = CandidateList::begin(&[8; 75], (30, 24), 100).expect("it has pages");
        let (rest, _) = list.press(KeyEvent(KeyCode::Enter, Modifiers::NONE));
        let rest = rest.expect("one of two rows is left");
        assert_eq!(rest.press(KeyEvent(KeyCode::Enter, Modifiers::NONE)), (None, None));
        assert_eq!(list.press(key(' ')), (None, None));
        let asked = CandidateList::begin(&[8; 200], (30, 24), 100).expect("it is long");
        let (shown, _) = asked.press(key('y'));
        assert!(shown.expect("67 rows have pages").press(key(' ')).0.is_some());
    }
}
