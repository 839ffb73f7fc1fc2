//! Limits output. At the prompt, a submission shows a limited amount of output. Any further output is counted, and kept
//! for `:more`. In a script, a statement may show much more, and any further output is counted but not kept.

use super::super::display::with_commas;
use super::super::event::Show;
use super::Runtime;
use super::client_index::ClientIndex;
use crate::markup::Role;
use crate::messages::runtime as messages;
use crate::redis_cli::format::LeftOut;

/// Returns the maximum number of bytes of a submission's output that are kept. At a prompt, they are kept for judging,
/// and in a script, for the program that reads the output. The limit keeps a loop that prints forever from filling the
/// memory.
pub fn most_output(is_script: bool) -> usize {
    if is_script { 16 << 20 } else { 1 << 20 }
}

/// Returns the maximum number of bytes of a reply that are formatted. More could neither be shown nor kept.
pub fn most_formatted(is_script: bool) -> usize {
    let Allowance { characters, kept, .. } = if is_script { Allowance::IN_SCRIPT } else { Allowance::AT_PROMPT };
    (characters + kept).max(most_output(is_script)) + 1
}

/// How much output a submission may show and keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Maximum number of lines that are shown.
    lines: usize,
    /// Maximum number of characters that are shown.
    characters: usize,
    /// Maximum number of bytes of further output that are kept for `:more`.
    kept: usize,
}

impl Allowance {
    pub const AT_PROMPT: Allowance = Allowance { lines: 200, characters: 20_000, kept: 4_000_000 };
    pub const IN_SCRIPT: Allowance = Allowance { lines: usize::MAX, characters: 16_000_000, kept: 0 };
}

/// The limit on a submission's output, with a count of the output that was shown, and the output beyond the limit.
#[derive(Debug, Clone)]
pub struct OutputLimit {
    allowance: Allowance,
    output: Shown,
    /// The tracebacks that were shown. They are counted separately, so that long output does not hide an error.
    tracebacks: Shown,
    /// Whether the output that was shown ends in the middle of a line.
    is_within_line: bool,
    rest: FoldedOutput,
}

/// The amount of output of one kind that was shown.
#[derive(Debug, Default, Clone)]
struct Shown {
    lines: usize,
    characters: usize,
    /// Whether the limit has been exceeded. No further output is shown after that.
    is_full: bool,
}

/// Output beyond the limit, which `:more` shows.
#[derive(Debug, Default, Clone)]
pub struct FoldedOutput {
    kept: String,
    lines: usize,
    characters: usize,
    /// Number of characters that were not kept, because there were too many.
    lost: usize,
}

impl OutputLimit {
    pub fn new(allowance: Allowance) -> Self {
        OutputLimit {
            allowance,
            output: Shown::default(),
            tracebacks: Shown::default(),
            is_within_line: false,
            rest: FoldedOutput::default(),
        }
    }

    /// Returns the start of `text` that is within the limit, and folds (hides and counts) the rest.
    pub fn admit<'a>(&mut self, text: &'a str) -> &'a str {
        let shown = self.output.admit(text, self.allowance);
        self.fold_after(text, shown)
    }

    /// Returns the start of a traceback that is within the limit for tracebacks, and folds (hides and counts) the rest.
    pub fn admit_traceback<'a>(&mut self, text: &'a str) -> &'a str {
        let shown = self.tracebacks.admit(text, self.allowance);
        self.fold_after(text, shown)
    }

    /// Returns the first `shown` bytes of `text`, and folds (hides and counts) the rest.
    fn fold_after<'a>(&mut self, text: &'a str, shown: usize) -> &'a str {
        let (shown, rest) = text.split_at(shown);
        if !shown.is_empty() {
            self.is_within_line = !shown.ends_with('\n');
        }
        self.rest.fold(rest, self.allowance.kept);
        shown
    }

    /// Counts the last part of a long reply, which was neither formatted nor kept.
    pub fn leave_out(&mut self, end: LeftOut) {
        self.output.is_full |= end.characters > 0;
        self.rest.lines += end.lines;
        self.rest.characters += end.characters;
        self.rest.lost += end.characters;
    }

    /// Returns a message about the output that was not shown, or `None` if all of it was shown.
    fn notice(&self) -> Option<String> {
        let FoldedOutput { lines, characters, .. } = self.rest;
        let most = with_commas(self.allowance.characters);
        match (lines, characters) {
            _ if self.allowance.kept > 0 => self.rest.notice(),
            (_, 0) => None,
            (0 | 1, _) => Some(messages::script_characters_dropped(with_commas(characters), most)),
            (_, _) => Some(messages::script_lines_dropped(with_commas(lines), most)),
        }
    }
}

impl Shown {
    /// Returns how many bytes of `text` can be shown, and counts the lines and characters in them.
    fn admit(&mut self, text: &str, allowance: Allowance) -> usize {
        let mut end = 0;
        for line in text.split_inclusive('\n') {
            let room = allowance.characters.saturating_sub(self.characters);
            if self.lines == allowance.lines || room == 0 || self.is_full {
                break;
            }
            let taken = line.char_indices().nth(room).map_or(line.len(), |(index, _)| index);
            self.characters += line[..taken].chars().count();
            self.lines += usize::from(line[..taken].ends_with('\n'));
            end += taken;
            if taken < line.len() {
                break;
            }
        }
        self.is_full |= end < text.len();
        end
    }
}

impl FoldedOutput {
    /// Counts the lines and characters of `text`. Keeps as much of it as fits into `most_kept` bytes in total.
    fn fold(&mut self, text: &str, most_kept: usize) {
        self.lines += text.matches('\n').count();
        self.characters += text.chars().count();
        let room = most_kept.saturating_sub(self.kept.len());
        let end = if self.lost > 0 { 0 } else { text.floor_char_boundary(room) };
        self.kept.push_str(&text[..end]);
        self.lost += text[end..].chars().count();
    }

    /// Returns a message about how much output was folded, or `None` if none was.
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
    /// Shows output from a client's program, up to the limit.
    pub(super) fn show_output(&mut self, client: ClientIndex, text: &str, show: fn(String) -> Show) {
        let limit = self.clients[client].work.as_mut().map(|work| &mut work.output_limit);
        let text = limit.map_or(text, |limit| limit.admit(text));
        if !text.is_empty() {
            self.show_from(client, show(text.to_owned()));
        }
    }

    /// Shows the traceback of an exception that a client's program raised, up to the limit.
    pub(super) fn show_traceback(&mut self, client: ClientIndex, traceback: &str) {
        let limit = self.clients[client].work.as_mut().map(|work| &mut work.output_limit);
        let shown = limit.map_or(traceback, |limit| limit.admit_traceback(traceback));
        if !shown.is_empty() {
            self.show_from(client, Show::Traceback(shown.to_owned()));
        }
    }

    /// Shows a message about how much of a submission's output was not shown, if any.
    pub(super) fn report_folded_output(&mut self, client: ClientIndex) {
        let Some(work) = &mut self.clients[client].work else { return };
        let limit = std::mem::replace(&mut work.output_limit, OutputLimit::new(Allowance::AT_PROMPT));
        if let Some(notice) = limit.notice() {
            if limit.is_within_line {
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
        let mut limit = OutputLimit::new(Allowance::AT_PROMPT);
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
        let mut limit = OutputLimit::new(Allowance::AT_PROMPT);
        let text = "x\n".repeat(150);
        assert_eq!(limit.admit(&text).len(), 300);
        assert_eq!(limit.rest.notice(), None);
        assert_eq!(limit.admit(&text).len(), 100);
        assert_eq!(limit.admit("y\n"), "");
        let notice = limit.rest.notice().expect("some is left");
        assert!(notice.starts_with("101 more lines: `:more`"), "{notice}");
        assert_eq!(limit.rest.kept, "x\n".repeat(100) + "y\n");
        assert!(!limit.is_within_line);
    }

    #[test]
    fn a_long_line_is_cut_at_a_character() {
        let mut limit = OutputLimit::new(Allowance::AT_PROMPT);
        let text = format!("{}\n", "é".repeat(Allowance::AT_PROMPT.characters + 1_233_999));
        assert_eq!(limit.admit(&text).chars().count(), Allowance::AT_PROMPT.characters);
        assert!(limit.is_within_line);
        let notice = limit.rest.notice().expect("some is left");
        assert!(notice.starts_with("1,234,000 more characters"), "{notice}");
    }

    #[test]
    fn a_script_shows_much_output_and_keeps_nothing_beyond() {
        let mut limit = OutputLimit::new(Allowance::IN_SCRIPT);
        let line = "x".repeat(999) + "\n";
        let shown: usize = (0..16_500).map(|_| limit.admit(&line).len()).sum();
        assert_eq!(shown, Allowance::IN_SCRIPT.characters);
        assert_eq!(limit.rest.kept, "");
        let notice = limit.notice().expect("some was not shown");
        assert!(notice.starts_with("500 more lines are not shown"), "{notice}");
    }

    #[test]
    fn a_traceback_is_limited_and_shown_after_long_output() {
        let mut limit = OutputLimit::new(Allowance::AT_PROMPT);
        limit.admit(&"x\n".repeat(300));
        assert_eq!(limit.admit_traceback("ValueError: no\n"), "ValueError: no\n");
        assert_eq!(limit.admit_traceback(&"y".repeat(100_000)).len(), Allowance::AT_PROMPT.characters - 15);
        assert!(limit.is_within_line);
        assert_eq!(limit.admit_traceback("z\n"), "", "a traceback after one that was cut");
        assert!(limit.notice().expect("some was not shown").starts_with("101 more lines"), "{:?}", limit.notice());
    }

    #[test]
    fn the_end_of_a_reply_that_was_not_formatted_is_counted() {
        let mut limit = OutputLimit::new(Allowance::AT_PROMPT);
        assert_eq!(limit.admit(&"x".repeat(50_000)).len(), 20_000);
        limit.leave_out(LeftOut { lines: 1, characters: 1_000_000, bytes: 1_000_000 });
        assert_eq!(limit.admit("y"), "");
        assert!(limit.notice().expect("some was not shown").starts_with("1,030,001 more characters"));
        assert_eq!((limit.rest.kept.len(), limit.rest.lost), (30_000, 1_000_001));
    }

    #[test]
    fn folded_output_is_kept_up_to_a_maximum_size() {
        let mut limit = OutputLimit::new(Allowance::AT_PROMPT);
        let line = "é".repeat(1_000) + "\n";
        for _ in 0..3_000 {
            limit.admit(&line);
        }
        assert!(limit.rest.kept.len() <= Allowance::AT_PROMPT.kept && limit.rest.lost > 900_000, "{}", limit.rest.lost);
        assert!(line.repeat(3_000).contains(&limit.rest.kept));
    }
}
