//! Folds long output. A submission shows a limited amount, and the rest is counted and kept for `:more`.

use super::super::display::with_commas;
use super::super::event::Show;
use super::Runtime;
use super::client_index::ClientIndex;
use crate::markup::Role;
use crate::messages::runtime as messages;

/// Maximum number of lines that a submission or `:more` shows.
const MOST_LINES: usize = 200;
/// Maximum number of characters that a submission or `:more` shows.
const MOST_CHARACTERS: usize = 20_000;

/// Maximum number of bytes that are kept for `:more`.
const MOST_KEPT: usize = 4_000_000;

/// How much output a submission has shown, and the output beyond the limit.
#[derive(Debug, Default, Clone)]
pub struct OutputLimit {
    lines: usize,
    characters: usize,
    rest: FoldedOutput,
}

/// The output beyond the limit, which `:more` shows.
#[derive(Debug, Default, Clone)]
pub struct FoldedOutput {
    kept: String,
    lines: usize,
    characters: usize,
    /// Number of characters beyond `MOST_KEPT`, which are not kept.
    lost: usize,
}

impl OutputLimit {
    /// Returns the part of a text that is within the limit, and folds the rest.
    pub fn admit<'a>(&mut self, text: &'a str) -> &'a str {
        let mut end = 0;
        for line in text.split_inclusive('\n') {
            let room = MOST_CHARACTERS.saturating_sub(self.characters);
            if self.lines == MOST_LINES || room == 0 || self.rest.characters > 0 {
                self.rest.fold(&text[end..]);
                break;
            }
            let taken = line.char_indices().nth(room).map_or(line.len(), |(index, _)| index);
            self.characters += line[..taken].chars().count();
            self.lines += usize::from(line[..taken].ends_with('\n'));
            end += taken;
            if taken < line.len() {
                self.rest.fold(&text[end..]);
                break;
            }
        }
        &text[..end]
    }

    /// Returns whether the shown output ends within a line.
    fn ends_within_line(&self) -> bool {
        self.characters >= MOST_CHARACTERS && self.lines < MOST_LINES
    }
}

impl FoldedOutput {
    fn fold(&mut self, text: &str) {
        self.lines += text.matches('\n').count();
        self.characters += text.chars().count();
        let room = MOST_KEPT.saturating_sub(self.kept.len());
        let end = if self.lost > 0 { 0 } else { text.floor_char_boundary(room) };
        self.kept.push_str(&text[..end]);
        self.lost += text[end..].chars().count();
    }

    /// Returns the sentence about how much output was folded, if any was.
    fn notice(&self) -> Option<String> {
        let (lines, characters) = (with_commas(self.lines), with_commas(self.characters));
        match (self.lines, self.characters, self.kept.is_empty()) {
            (_, 0, _) => None,
            (0 | 1, _, false) => Some(messages::characters_folded(characters)),
            (0 | 1, _, true) => Some(messages::characters_dropped(characters)),
            (_, _, false) => Some(messages::lines_folded(lines)),
            (_, _, true) => Some(messages::lines_dropped(lines)),
        }
    }
}

impl Runtime {
    /// Shows the output of a client's program, up to the limit.
    pub(super) fn show_output(&mut self, client: ClientIndex, text: &str, show: fn(String) -> Show) {
        let limit = self.clients[client].work.as_mut().map(|work| &mut work.output_limit).filter(|_| !self.shows_all);
        let text = limit.map_or(text, |limit| limit.admit(text));
        if !text.is_empty() {
            self.show_from(client, show(text.to_owned()));
        }
    }

    /// Shows a message about how much of a submission's output was folded.
    pub(super) fn report_folded_output(&mut self, client: ClientIndex) {
        let Some(work) = &mut self.clients[client].work else { return };
        let limit = std::mem::take(&mut work.output_limit);
        if let Some(notice) = limit.rest.notice() {
            if limit.ends_within_line() {
                self.show_from(client, Show::Output("\n".into()));
            }
            self.say_about(client, &notice);
            self.folded = limit.rest;
        }
    }

    /// Shows the next part of the folded output.
    pub fn show_more(&mut self) {
        let folded = std::mem::take(&mut self.folded);
        if folded.kept.is_empty() {
            return self.say(Role::Plain, &messages::nothing_folded());
        }
        let mut limit = OutputLimit::default();
        let shown = limit.admit(&folded.kept).to_owned();
        let ends_line = shown.ends_with('\n');
        self.show(Show::Output(shown));
        limit.rest.characters += folded.lost;
        limit.rest.lost = folded.lost;
        if let Some(notice) = limit.rest.notice() {
            if !ends_line {
                self.show(Show::Output("\n".into()));
            }
            self.say(Role::Muted, &notice);
            self.folded = limit.rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beyond_the_limit_are_counted_and_kept() {
        let mut limit = OutputLimit::default();
        let text = "x\n".repeat(150);
        assert_eq!(limit.admit(&text).len(), 300);
        assert_eq!(limit.rest.notice(), None);
        assert_eq!(limit.admit(&text).len(), 100);
        assert_eq!(limit.admit("y\n"), "");
        let notice = limit.rest.notice().expect("some is left");
        assert!(notice.starts_with("101 more lines: `:more`"), "{notice}");
        assert_eq!(limit.rest.kept, "x\n".repeat(100) + "y\n");
        assert!(!limit.ends_within_line());
    }

    #[test]
    fn a_long_line_is_cut_at_a_character() {
        let mut limit = OutputLimit::default();
        let text = format!("{}\n", "é".repeat(MOST_CHARACTERS + 1_233_999));
        assert_eq!(limit.admit(&text).chars().count(), MOST_CHARACTERS);
        assert!(limit.ends_within_line());
        let notice = limit.rest.notice().expect("some is left");
        assert!(notice.starts_with("1,234,000 more characters"), "{notice}");
    }

    #[test]
    fn folded_output_is_kept_up_to_a_maximum_size() {
        let mut limit = OutputLimit::default();
        let line = "é".repeat(1_000) + "\n";
        for _ in 0..3_000 {
            limit.admit(&line);
        }
        assert!(limit.rest.kept.len() <= MOST_KEPT && limit.rest.lost > 900_000, "{}", limit.rest.lost);
        assert!(line.repeat(3_000).contains(&limit.rest.kept));
    }
}
