//! The names that match the word being typed, as candidates for completion.

use crate::markup::{DisplayWidth as _, first_hidden, visible};
use crate::messages::shell as messages;
use rustyline::completion::Pair;

/// Maximum number of candidates in a list. Names that are not listed still count towards the names' common prefix.
const MAX_LISTED: usize = 60;

/// Maximum number of candidates that are listed one per line, with their descriptions.
const MAX_DESCRIBED: usize = 12;

/// The names that match a word: those that begin with the word. If there are none, the names that contain the word, and
/// if there are none of those either, the names that contain its letters in order.
#[derive(Debug, Default)]
pub struct NameMatches {
    pub word: String,
    /// Names that begin with the word, each with its description. Holds at most `MAX_LISTED` names.
    with_prefix: Vec<(String, String)>,
    /// Names that contain the word.
    containing: Vec<(String, String)>,
    /// Names that contain the letters of the word in order, each with the length of the range that contains them.
    scattered: Vec<(usize, String, String)>,
    /// Number of names that begin with the word, including those that are not listed.
    prefix_count: usize,
    /// The common prefix of all names that begin with the word.
    common_prefix: Option<String>,
    quoting: Quoting,
    /// The length in bytes of the word as it was typed, with its quotes.
    typed_len: usize,
}

/// How a key, a field or a member can be written in place of the word that is being completed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Quoting {
    /// The name can be written only without quotes.
    #[default]
    None,
    /// The name is written in double quotes if it contains spaces or quotes, or if the typed word begins with a quote.
    RedisCli,
    /// The name is written within a Python string literal, where spaces need no additional quotes.
    PythonString,
}

/// How a name matches the word.
enum MatchKind {
    Prefix,
    Contained,
    /// The name contains the letters of the word in order, within a range of this length in bytes.
    Scattered(usize),
}

impl NameMatches {
    pub fn new(word: &str) -> Self {
        NameMatches { word: word.to_owned(), typed_len: word.len(), ..NameMatches::default() }
    }

    /// Sets how a key, a field or a member can be written in place of the word. In a redis-cli line, a double quote at
    /// the start of the word is not part of the name.
    pub fn set_quoting(&mut self, quoting: Quoting) {
        self.quoting = quoting;
        if quoting == Quoting::RedisCli
            && let Some(word) = self.word.strip_prefix('"')
        {
            self.word = word.replace("\\\"", "\"").replace("\\\\", "\\");
        }
    }

    /// Returns a name as it must be typed in place of the word, with quotes if necessary. Returns `None` if it cannot
    /// be typed there.
    fn typed(&self, name: &str) -> Option<String> {
        if !needs_quotes(name) && self.typed_len == self.word.len() {
            return Some(name.to_owned());
        }
        let has_quotes = name.contains(['\'', '"', '\\']);
        match self.quoting {
            _ if visible(name) != name || first_hidden(name).is_some() => None,
            Quoting::None => None,
            Quoting::PythonString => (!has_quotes && !name.is_empty()).then(|| name.to_owned()),
            Quoting::RedisCli => Some(format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))),
        }
    }

    /// Adds a name if it matches the typed word and contains no control characters or hidden characters.
    pub fn add(&mut self, name: &str, description: &str) {
        if let Some(kind) = self.match_kind(name)
            && visible(name) == name
        {
            self.add_as(kind, name, description);
        }
    }

    /// Adds a key, a field or a member if it matches the typed word and can be typed in its place. There may be very
    /// many keys, fields and members, so the check that rejects most of them comes first.
    pub fn add_data(&mut self, name: &[u8], description: &str) {
        if let Ok(name) = std::str::from_utf8(name)
            && let Some(kind) = self.match_kind(name)
            && let Some(typed) = self.typed(name)
        {
            self.add_as(kind, &typed, description);
        }
    }

    /// Returns how a name matches the word, or `None` if the name would not be listed.
    fn match_kind(&self, name: &str) -> Option<MatchKind> {
        if name.starts_with(&self.word) {
            return Some(MatchKind::Prefix);
        }
        let is_one_letter = self.word.chars().nth(1).is_none();
        if self.prefix_count > 0 || self.containing.len() == MAX_LISTED || is_one_letter {
            return None;
        }
        // A name that contains the word also contains its letters in order. So this check rejects all names that do not
        // match.
        let length = scattered_length(&self.word, name)?;
        if name.contains(&self.word) {
            return Some(MatchKind::Contained);
        }
        (self.scattered.len() < MAX_LISTED).then_some(MatchKind::Scattered(length))
    }

    fn add_as(&mut self, kind: MatchKind, name: &str, description: &str) {
        let (name, description) = (name.to_owned(), description.to_owned());
        match kind {
            MatchKind::Contained => self.containing.push((name, description)),
            MatchKind::Scattered(length) => self.scattered.push((length, name, description)),
            MatchKind::Prefix => {
                self.prefix_count += 1;
                self.shorten_common_prefix(&name);
                if self.with_prefix.len() < MAX_LISTED {
                    self.with_prefix.push((name, description));
                }
            }
        }
    }

    fn shorten_common_prefix(&mut self, name: &str) {
        match &mut self.common_prefix {
            None => self.common_prefix = Some(name.to_owned()),
            Some(prefix) if name.starts_with(prefix.as_str()) => {}
            Some(prefix) => {
                let difference = prefix.char_indices().zip(name.chars()).find(|((_, a), b)| a != b);
                prefix.truncate(difference.map_or(name.len().min(prefix.len()), |((at, _), _)| at));
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.with_prefix.is_empty() && self.containing.is_empty() && self.scattered.is_empty()
    }

    /// Returns the names that match best: those that begin with the word, or else those that contain it, or else those
    /// that contain its letters in order.
    fn best(self) -> Vec<(String, String)> {
        if !self.with_prefix.is_empty() {
            return self.with_prefix;
        }
        if !self.containing.is_empty() {
            return self.containing;
        }
        let shortest = self.scattered.iter().map(|(length, ..)| *length).min().unwrap_or_default();
        // Letters that are far apart in a long name probably match only by chance, so such names are left out.
        let is_dense = |(length, ..): &(usize, String, String)| *length <= shortest + 2;
        self.scattered.into_iter().filter(is_dense).map(|(_, name, description)| (name, description)).collect()
    }

    /// Returns the candidates for a terminal of the given width.
    pub fn into_candidates(mut self, width: usize, ascii: bool) -> Vec<Pair> {
        let mut more = None;
        if self.prefix_count > self.with_prefix.len() {
            // The names do not all fit in the list. The first Tab completes their common prefix, and the next Tab lists
            // them.
            let prefix = self.common_prefix.take().unwrap_or_default();
            if prefix.len() > self.typed_len {
                return vec![Pair { display: prefix.clone(), replacement: prefix }];
            }
            let count = self.prefix_count - self.with_prefix.len();
            more = Some(Pair { display: messages::more_completions(count), replacement: self.word.clone() });
        }
        let mut names = self.best();
        // Keyword arguments are listed first.
        names.sort_by(|(a, _), (b, _)| (!a.ends_with('='), a).cmp(&(!b.ends_with('='), b)));
        names.dedup_by(|a, b| a.0 == b.0);
        let are_described = names.len() <= MAX_DESCRIBED;
        let longest = names.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        let display = |name: &str, description: &str| {
            let room = width.saturating_sub(longest + 4);
            if !are_described || description.is_empty() || room < 12 {
                return name.to_owned();
            }
            format!("{name:longest$}  {}", truncate_at_word(&visible(description), room, ascii))
        };
        let pair =
            |(name, description): (String, String)| Pair { display: display(&name, &description), replacement: name };
        names.into_iter().map(pair).chain(more).collect()
    }
}

/// Returns whether `text` needs quotes or escapes when it is typed as a word.
fn needs_quotes(text: &str) -> bool {
    // This quick check suffices for nearly all names.
    let is_word_byte = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.');
    if text.as_bytes().iter().all(is_word_byte) {
        return text.is_empty();
    }
    text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '\'' | '"' | '\\'))
        || first_hidden(text).is_some()
}

/// Truncates a description at the end of a word, so that it fits in the given number of columns.
fn truncate_at_word(description: &str, columns: usize, ascii: bool) -> String {
    if description.width() <= columns {
        return description.to_owned();
    }
    let ellipsis = if ascii { "..." } else { "…" };
    let fits = |end: &usize| description[..*end].width() + ellipsis.width() <= columns;
    let end = description.match_indices(' ').map(|(at, _)| at).take_while(fits).last().unwrap_or_default();
    description[..end].to_owned() + ellipsis
}

/// Returns the length of the range of `name` that contains the bytes of `word` in order, ignoring case. Returns `None`
/// if there is no such range.
fn scattered_length(word: &str, name: &str) -> Option<usize> {
    let mut bytes = name.bytes().enumerate();
    let mut first = None;
    let mut last = 0;
    for wanted in word.bytes() {
        let (at, _) = bytes.find(|(_, byte)| byte.eq_ignore_ascii_case(&wanted))?;
        first.get_or_insert(at);
        last = at;
    }
    Some(last + 1 - first?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_truncated_between_words() {
        let description = "Sets a field of a hash only if it is not there.";
        assert_eq!(truncate_at_word(description, 47, false), description);
        assert_eq!(truncate_at_word(description, 46, false), "Sets a field of a hash only if it is not…");
        assert_eq!(truncate_at_word(description, 24, true), "Sets a field of a...");
    }

    #[test]
    fn names_that_cannot_be_typed_are_no_candidates() {
        let mut matches = NameMatches::new("a");
        for name in ["a\x1b[2J", "a\u{202e}", "a\nb", "ab"] {
            matches.add(name, "about\x07");
            matches.add_data(name.as_bytes(), "about\x07");
        }
        let pairs = matches.into_candidates(80, true);
        let shown: Vec<_> = pairs.iter().map(|pair| (pair.replacement.as_str(), pair.display.as_str())).collect();
        assert_eq!(shown, [("ab", "ab  about\\x07")]);
    }

    #[test]
    fn data_with_blanks_is_completed_in_quotes() {
        let typed = |word, quoting| {
            let mut matches = NameMatches::new(word);
            matches.set_quoting(quoting);
            ["a key", "ab", "a\"b", "a\nb"].iter().for_each(|name| matches.add_data(name.as_bytes(), ""));
            matches.into_candidates(80, true).into_iter().map(|pair| pair.replacement).collect::<Vec<_>>()
        };
        assert_eq!(typed("a", Quoting::RedisCli), ["\"a key\"", "\"a\\\"b\"", "ab"]);
        assert_eq!(typed("\"a", Quoting::RedisCli), ["\"a key\"", "\"a\\\"b\"", "\"ab\""]);
        assert_eq!(typed("\"a k", Quoting::RedisCli), ["\"a key\""]);
        assert_eq!(typed("a", Quoting::PythonString), ["a key", "ab"]);
        assert_eq!(typed("a", Quoting::None), ["ab"]);
    }

    #[test]
    fn letters_match_only_in_order() {
        assert_eq!(scattered_length("usn", "user:1:name"), Some(8));
        assert_eq!(scattered_length("nu", "user:1:name"), None);
    }

    #[test]
    fn many_names_are_first_completed_to_their_common_prefix() {
        let candidates = |word| {
            let mut matches = NameMatches::new(word);
            for number in 0..1000 {
                matches.add(&format!("user:{number}"), "");
            }
            matches.into_candidates(80, true)
        };
        let replacements: Vec<_> = candidates("us").into_iter().map(|pair| pair.replacement).collect();
        assert_eq!(replacements, ["user:"]);
        let pairs = candidates("user:");
        assert_eq!(pairs.len(), MAX_LISTED + 1);
        let last = &pairs[MAX_LISTED];
        assert_eq!((last.replacement.as_str(), last.display.as_str()), ("user:", "and 940 more"));
    }
}
