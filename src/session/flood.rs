//! What would flood the screen: a submission shows so much, and the rest is counted.

/// The most that a submission shows, in lines and in characters.
const MOST_LINES: usize = 1_000;
const MOST_CHARACTERS: usize = 100_000;

/// What a submission has shown, and what it was not allowed to.
#[derive(Debug, Default, Clone)]
pub(super) struct Flood {
    lines: usize,
    characters: usize,
    cut_lines: usize,
    cut_characters: usize,
}

impl Flood {
    /// The part of a text that is still to be shown.
    pub(super) fn let_through<'a>(&mut self, text: &'a str) -> &'a str {
        let mut end = 0;
        for line in text.split_inclusive('\n') {
            let room = MOST_CHARACTERS.saturating_sub(self.characters);
            if self.lines < MOST_LINES && room > 0 && self.cut_characters == 0 {
                let taken = line.char_indices().nth(room).map_or(line.len(), |(index, _)| index);
                self.characters += line[..taken].chars().count();
                end += taken;
                if taken == line.len() {
                    self.lines += usize::from(line.ends_with('\n'));
                    continue;
                }
                self.cut_characters += line[taken..].chars().count();
            } else {
                self.cut_lines += usize::from(line.ends_with('\n'));
                self.cut_characters += line.chars().count();
            }
        }
        &text[..end]
    }

    /// What to say of the rest, if there is one. An open line is ended first.
    pub(super) fn rest(&self) -> Option<String> {
        let (count, what) = match self {
            Flood { cut_characters: 0, .. } => return None,
            Flood { cut_lines: 0 | 1, cut_characters, .. } => (*cut_characters, "characters"),
            Flood { cut_lines, .. } => (*cut_lines, "lines"),
        };
        Some(format!("{} more {what} are not shown; a slice, `[:20]`, shows the first.", with_commas(count)))
    }

    /// Whether what was shown stops within a line.
    pub(super) fn stops_within_a_line(&self) -> bool {
        self.characters >= MOST_CHARACTERS && self.lines < MOST_LINES
    }
}

/// A number with its thousands apart.
pub fn with_commas(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group)).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beyond_the_most_are_counted() {
        let mut flood = Flood::default();
        let text = "x\n".repeat(600);
        assert_eq!((flood.let_through(&text).len(), flood.rest()), (1200, None));
        assert_eq!(flood.let_through(&text).len(), 800);
        assert_eq!(flood.let_through("y\n"), "");
        assert_eq!(flood.rest().as_deref(), Some("201 more lines are not shown; a slice, `[:20]`, shows the first."));
        assert!(!flood.stops_within_a_line());
    }

    #[test]
    fn a_long_line_is_cut_at_a_character() {
        let mut flood = Flood::default();
        let text = format!("{}\n", "é".repeat(MOST_CHARACTERS + 1_233_999));
        assert_eq!(flood.let_through(&text).chars().count(), MOST_CHARACTERS);
        assert!(flood.stops_within_a_line());
        let rest = flood.rest().expect("some is left");
        assert!(rest.starts_with("1,234,000 more characters"), "{rest}");
    }
}
