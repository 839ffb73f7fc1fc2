//! What would output_limit the screen is folded: a submission shows so much, the rest is counted and kept for `:more`.

use super::Session;
use super::event::Show;
use crate::markup::Role;

/// The most that is shown at once, in lines and in characters.
const MOST_LINES: usize = 200;
const MOST_CHARACTERS: usize = 20_000;

/// The most that is kept for `:more`, in bytes.
const MOST_KEPT: usize = 4_000_000;

/// What a submission has shown, and what it was not allowed to.
#[derive(Debug, Default, Clone)]
pub(super) struct OutputLimit {
    lines: usize,
    characters: usize,
    rest: FoldedOutput,
}

/// What was folded.
#[derive(Debug, Default, Clone)]
pub(super) struct FoldedOutput {
    kept: String,
    lines: usize,
    characters: usize,
    /// How many characters came after what is kept.
    lost: usize,
}

impl OutputLimit {
    /// The part of a text that is still to be shown.
    pub(super) fn let_through<'a>(&mut self, text: &'a str) -> &'a str {
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

    /// Whether what was shown stops within a line.
    fn stops_within_a_line(&self) -> bool {
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

    /// What to say of it, if there is something.
    fn wording(&self) -> Option<String> {
        let (count, what) = match self {
            FoldedOutput { characters: 0, .. } => return None,
            FoldedOutput { lines: 0 | 1, characters, .. } => (*characters, "characters"),
            FoldedOutput { lines, .. } => (*lines, "lines"),
        };
        Some(if self.kept.is_empty() {
            format!("{} more {what} are not kept; a slice, `[:20]`, shows the first.", with_commas(count))
        } else {
            format!("{} more {what}: `:more` shows them.", with_commas(count))
        })
    }
}

/// A number with its thousands apart.
pub fn with_commas(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group)).collect();
    groups.join(",")
}

impl Session {
    /// Shows what a client's program wrote, as much of it as does not output_limit the screen.
    pub(super) fn show_output(&mut self, who: usize, text: &str, show: fn(String) -> Show) {
        let output_limit =
            self.clients[who].work.as_mut().map(|work| &mut work.output_limit).filter(|_| !self.shows_all);
        let text = output_limit.map_or(text, |output_limit| output_limit.let_through(text));
        if !text.is_empty() {
            self.show_from(who, show(text.to_owned()));
        }
    }

    /// Says how much of a submission's output was folded.
    pub(super) fn tell_of_flood(&mut self, who: usize) {
        let Some(output_limit) = self.clients[who].work.as_mut().map(|work| std::mem::take(&mut work.output_limit))
        else {
            return;
        };
        if let Some(said) = output_limit.rest.wording() {
            if output_limit.stops_within_a_line() {
                self.show_from(who, Show::Output("\n".into()));
            }
            self.tell(who, &said);
            self.folded = output_limit.rest;
        }
    }

    /// `:more`: the next of what was folded.
    pub(super) fn more(&mut self) {
        let folded = std::mem::take(&mut self.folded);
        if folded.kept.is_empty() {
            return self.say(Role::Plain, "Nothing is folded. When output is long, `:more` shows the rest.");
        }
        let mut output_limit = OutputLimit::default();
        let shown = output_limit.let_through(&folded.kept).to_owned();
        let ends_line = shown.ends_with('\n');
        self.show(Show::Output(shown));
        output_limit.rest.characters += folded.lost;
        output_limit.rest.lost = folded.lost;
        if let Some(said) = output_limit.rest.wording() {
            if !ends_line {
                self.show(Show::Output("\n".into()));
            }
            self.say(Role::Muted, &said);
            self.folded = output_limit.rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beyond_the_most_are_counted_and_kept() {
        let mut output_limit = OutputLimit::default();
        let text = "x\n".repeat(150);
        assert_eq!(output_limit.let_through(&text).len(), 300);
        assert_eq!(output_limit.rest.wording(), None);
        assert_eq!(output_limit.let_through(&text).len(), 100);
        assert_eq!(output_limit.let_through("y\n"), "");
        let said = output_limit.rest.wording().expect("some is left");
        assert!(said.starts_with("101 more lines: `:more`"), "{said}");
        assert_eq!(output_limit.rest.kept, "x\n".repeat(100) + "y\n");
        assert!(!output_limit.stops_within_a_line());
    }

    #[test]
    fn a_long_line_is_cut_at_a_character() {
        let mut output_limit = OutputLimit::default();
        let text = format!("{}\n", "é".repeat(MOST_CHARACTERS + 1_233_999));
        assert_eq!(output_limit.let_through(&text).chars().count(), MOST_CHARACTERS);
        assert!(output_limit.stops_within_a_line());
        let said = output_limit.rest.wording().expect("some is left");
        assert!(said.starts_with("1,234,000 more characters"), "{said}");
    }

    #[test]
    fn no_more_is_kept_than_fits() {
        let mut output_limit = OutputLimit::default();
        let line = "é".repeat(1_000) + "\n";
        for _ in 0..3_000 {
            output_limit.let_through(&line);
        }
        assert!(
            output_limit.rest.kept.len() <= MOST_KEPT && output_limit.rest.lost > 900_000,
            "{}",
            output_limit.rest.lost
        );
        assert!(line.repeat(3_000).contains(&output_limit.rest.kept));
    }
}
