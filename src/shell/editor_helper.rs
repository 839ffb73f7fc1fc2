//! Provides completion, hints and highlighting to the line editor rustyline.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use super::candidate_list::CandidateList;
use super::completion::complete;
use super::highlight::highlight;
use super::hint::{Hint, history_suffix, is_answer_of_step, signature_hint};
use super::key_bindings::KeyBindings;
use super::line_reader::MAX_LISTED_AT_ONCE;
use super::session_queries::SessionQueries;
use super::terminal_modes::height;
use super::terminal_width;
use crate::markup::{DisplayWidth as _, first_hidden, truncate, without_hidden};
use crate::render::theme::{Theme, Token};
use crate::session::dialect::Dialect;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Context};

/// Maximum length in bytes of a line that is shown with colours and hints. At each key, the whole line is coloured and
/// redrawn. If a longer line arrived key by key, as in a paste without bracketed paste mode, this would take minutes.
const MAX_HIGHLIGHTED: usize = 2000;

/// Number of rows that is assumed if the terminal does not report its size.
const DEFAULT_HEIGHT: usize = 24;

/// The prompt at which a line is typed, and the context of that line.
#[derive(Debug, Clone)]
pub struct PromptContext {
    pub prompt: String,
    /// The earlier lines of an unfinished block, or an empty string outside of a block.
    pub preceding_lines: String,
    pub dialect: Dialect,
    /// Whether the line is code rather than the answer to a question.
    pub is_code: bool,
}

/// The helper of the line editor, which provides completions, hints and colours.
#[derive(Debug)]
pub struct EditorHelper {
    theme: Theme,
    ascii: bool,
    queries: SessionQueries,
    bindings: KeyBindings,
    context: PromptContext,
    /// The byte range of the last hint that names the argument at the cursor.
    current_argument: RefCell<Range<usize>>,
    attributes: AttributeCache,
}

impl EditorHelper {
    pub fn new(theme: Theme, ascii: bool, queries: SessionQueries, bindings: KeyBindings) -> Self {
        let context = PromptContext {
            prompt: String::new(),
            preceding_lines: String::new(),
            dialect: Dialect::Both,
            is_code: true,
        };
        let (current_argument, attributes) = (RefCell::default(), AttributeCache::default());
        EditorHelper { theme, ascii, queries, bindings, context, current_argument, attributes }
    }

    /// Prepares the helper for a line at the given prompt.
    pub fn start_line(&mut self, context: PromptContext) {
        self.context = context;
        self.attributes = AttributeCache::default();
    }

    /// Returns whether the line is Python, a redis-cli line or a tutor command, rather than the answer to a question.
    fn is_command_line(&self, line: &str) -> bool {
        self.context.is_code || line.starts_with(':')
    }

    /// Returns whether a line is shown without colours and hints.
    fn is_unadorned(&self, line: &str) -> bool {
        self.theme == Theme::Plain || line.len() > MAX_HIGHLIGHTED
    }

    /// Returns a hint: the remainder of a history entry, followed by the signature of the command or call. The
    /// remainder is left out if it does not fit in the given number of columns, and the signature is truncated or left
    /// out. Returns `None` if both are left out.
    fn hint_within(&self, line: &str, columns: usize, context: &Context<'_>) -> Option<Hint> {
        let queries = &self.queries;
        let suffix = history_suffix(line, context.history(), |entry| is_answer_of_step(entry, queries));
        let suffix = suffix.filter(|suffix| suffix.width() <= columns).unwrap_or_default();
        let gap = if suffix.is_empty() { "" } else { "   " };
        let columns_left = columns.saturating_sub(suffix.width() + gap.len());
        let signature = signature_hint(line, self.context.dialect, queries);
        let fitting = signature.and_then(|signature| {
            Some((truncate_hint(&signature.text, columns_left, self.ascii)?, signature.current_argument))
        });
        let Some((signature, current)) = fitting else {
            return (!suffix.is_empty()).then_some(Hint {
                insertable: suffix.len(),
                text: suffix,
                current_argument: 0..0,
            });
        };
        let offset = suffix.len() + gap.len();
        let is_whole = current.end <= signature.len();
        let start = if is_whole { current.start } else { 0 };
        let end = if is_whole { current.end } else { 0 };
        Some(Hint {
            insertable: suffix.len(),
            text: format!("{suffix}{gap}{signature}"),
            current_argument: start + offset..end + offset,
        })
    }
}

/// A cache of the attributes of names. Each name is queried only once while a line is typed.
#[derive(Debug, Default)]
struct AttributeCache(RefCell<HashMap<String, Vec<String>>>);

impl AttributeCache {
    /// Returns whether the variable `owner` has a value that lacks `attribute`. Returns false if this is not known.
    fn lacks(&self, owner: &str, attribute: &str, queries: &SessionQueries) -> bool {
        let mut cache = self.0.borrow_mut();
        let attributes = cache.entry(owner.to_owned()).or_insert_with(|| {
            let prefix = format!("{owner}.");
            queries.ask(move |_, completer| completer.complete(&prefix)).unwrap_or_default()
        });
        !attribute.starts_with('_') && !attributes.is_empty() && !attributes.iter().any(|known| known == attribute)
    }
}

impl Completer for EditorHelper {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let text = &line[..pos];
        if !self.is_command_line(text) {
            return Ok((pos, Vec::new()));
        }
        let completions = complete(text, self.context.dialect, (terminal_width(), self.ascii), &self.queries);
        let widths: Vec<usize> = completions.candidates.iter().map(|candidate| candidate.display.width()).collect();
        if widths.len() > 1 {
            let screen = (terminal_width(), height().unwrap_or(DEFAULT_HEIGHT));
            self.bindings.set_list(CandidateList::begin(&widths, screen, MAX_LISTED_AT_ONCE));
        }
        Ok((pos - completions.word_len, completions.candidates))
    }
}

impl rustyline::hint::Hint for Hint {
    fn display(&self) -> &str {
        &self.text
    }

    fn completion(&self) -> Option<&str> {
        (self.insertable > 0).then(|| &self.text[..self.insertable])
    }
}

impl Hinter for EditorHelper {
    type Hint = Hint;

    fn hint(&self, line: &str, pos: usize, context: &Context<'_>) -> Option<Hint> {
        #[cfg(debug_assertions)]
        super::panic_report::panic_on_request(line, &self.queries);
        self.current_argument.replace(0..0);
        // Without colours, a hint would look like typed text, so no hint is shown.
        if pos < line.len() || line.trim().is_empty() || self.is_unadorned(line) || !self.is_command_line(line) {
            return None;
        }
        let last = line.rsplit('\n').next().unwrap_or_default();
        let prompt = self.context.prompt.rsplit('\n').next().unwrap_or_default();
        let used = if last.len() == line.len() { prompt.width() } else { 0 } + last.width();
        let column = used % terminal_width().max(1);
        let columns = terminal_width().saturating_sub(column + 1);
        // Parameter names and their defaults come from the learner's Python code, so they can contain any characters. A
        // hint with hidden characters is not shown.
        let hint = self.hint_within(line, columns, context).filter(|hint| first_hidden(&hint.text).is_none())?;
        self.current_argument.replace(hint.current_argument.clone());
        Some(hint)
    }
}

/// Truncates a hint to the given number of columns. Returns `None` if too little of the hint would be left.
fn truncate_hint(hint: &str, columns: usize, ascii: bool) -> Option<String> {
    if hint.width() <= columns {
        return Some(hint.to_owned());
    }
    let ellipsis = if ascii { "..." } else { "…" };
    let has_room = columns > ellipsis.width() + 6;
    has_room.then(|| truncate(hint, columns, ellipsis))
}

impl Highlighter for EditorHelper {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        if self.is_unadorned(line) || !self.is_command_line(line) {
            return without_hidden(line);
        }
        let lacks_attribute = |owner: &str, attribute: &str| self.attributes.lacks(owner, attribute, &self.queries);
        let block = (self.context.preceding_lines.as_str(), line);
        let highlighted = highlight(block, pos, self.context.dialect, self.theme, &lacks_attribute);
        highlighted.map_or_else(|| without_hidden(line), Cow::Owned)
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(self.theme.paint_token(Token::Prompt, prompt))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let Range { start, end } = *self.current_argument.borrow();
        let (Some(before), Some(current), Some(after)) = (hint.get(..start), hint.get(start..end), hint.get(end..))
        else {
            return Cow::Owned(self.theme.paint_token(Token::Hint, hint));
        };
        let paint = |token, text| self.theme.paint_token(token, text);
        Cow::Owned(paint(Token::Hint, before) + &paint(Token::Current, current) + &paint(Token::Hint, after))
    }

    fn highlight_candidate<'c>(&self, candidate: &'c str, _: CompletionType) -> Cow<'c, str> {
        without_hidden(candidate)
    }

    fn highlight_char(&self, line: &str, _: usize, kind: CmdKind) -> bool {
        if self.is_unadorned(line) {
            return first_hidden(line).is_some();
        }
        kind != CmdKind::MoveCursor || line.contains(['(', '[', '{'])
    }
}

impl Validator for EditorHelper {}

impl rustyline::Helper for EditorHelper {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The editor redraws the whole line at each key unless `highlight_char` returns false.
    #[test]
    fn a_long_line_is_not_redrawn_at_each_key() {
        let queries = SessionQueries::new().expect("a pipe can be created");
        let helper = EditorHelper::new(Theme::Colours, false, queries, KeyBindings::default());
        let line = |length| "x".repeat(length);
        assert!(helper.highlight_char(&line(MAX_HIGHLIGHTED), 0, CmdKind::Other));
        assert!(!helper.highlight_char(&line(MAX_HIGHLIGHTED + 1), 0, CmdKind::Other));
        assert!(matches!(helper.highlight(&line(MAX_HIGHLIGHTED + 1), 0), Cow::Borrowed(_)));
        let hidden = line(MAX_HIGHLIGHTED) + "\x1b[31m";
        assert!(helper.highlight_char(&hidden, 0, CmdKind::Other) && !helper.highlight(&hidden, 0).contains('\x1b'));
    }
}
