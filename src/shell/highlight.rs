//! Syntax highlighting of the input line: tokens in Python, words in redis-cli lines, and matching brackets.

use std::ops::Range;

use crate::markup::without_hidden;
use crate::render::theme::{Theme, Token};
use crate::session::dialect::Dialect;
use python_kernel::syntax::{self, TokenClass};
use redis_engine::commands;

use super::completion_context::{CompletionContext, completion_context};

/// Maximum length of highlighted input, in bytes. Longer input is shown without colours, because it was pasted rather
/// than typed.
const MAX_LEN: usize = 2000;

/// A function that returns whether the value of a name is known to lack an attribute, so that accessing the attribute
/// would fail.
pub type LacksAttribute<'a> = &'a dyn Fn(&str, &str) -> bool;

/// Highlighted byte ranges of a line, in order and without overlap.
type Pieces = Vec<(Range<usize>, Token)>;

/// Returns `line` with colours and without hidden characters, or `None` if it is empty or too long. `preceding`
/// contains the earlier lines of the block.
pub fn highlight(
    (preceding, line): (&str, &str),
    cursor: usize,
    dialect: Dialect,
    theme: Theme,
    lacks_attribute: LacksAttribute<'_>,
) -> Option<String> {
    if line.is_empty() || line.len() + preceding.len() > MAX_LEN {
        return None;
    }
    let mut out = String::with_capacity(line.len() * 2);
    let mut at = 0;
    for (range, piece) in pieces((preceding, line), cursor, dialect, lacks_attribute) {
        out.push_str(&without_hidden(&line[at..range.start]));
        // Each line of a piece has its own escape sequences, so that the next line starts without colours.
        for (index, part) in line[range.clone()].split('\n').enumerate() {
            if index > 0 {
                out.push('\n');
            }
            out.push_str(&theme.paint_token(piece, part));
        }
        at = range.end;
    }
    out.push_str(&without_hidden(&line[at..]));
    Some(out)
}

fn pieces(
    (preceding, line): (&str, &str),
    cursor: usize,
    dialect: Dialect,
    lacks_attribute: LacksAttribute<'_>,
) -> Pieces {
    match completion_context(line, dialect) {
        CompletionContext::TutorName(_) | CompletionContext::TutorWord { .. } => {
            vec![(0..line.find(' ').unwrap_or(line.len()), Token::Command)]
        }
        CompletionContext::CliName(_) | CompletionContext::CliWord { .. } => cli_pieces(line),
        _ => match unknown_command(line, dialect) {
            Some(name) => vec![(name, Token::Wrong)],
            None => python_pieces(preceding, line, cursor, lacks_attribute),
        },
    }
}

fn cli_pieces(line: &str) -> Pieces {
    let start = line.len() - line.trim_start().len();
    let end = line[start..].find(char::is_whitespace).map_or(line.len(), |at| start + at);
    let is_command = commands::by_name(&line[start..end]).is_some();
    let is_incomplete = end == line.len();
    let mut pieces = vec![(start..end, if is_command || is_incomplete { Token::Command } else { Token::Wrong })];
    for word in cli_words(&line[end..]) {
        let range = end + word.start..end + word.end;
        let text = &line[range.clone()];
        let piece = match text.as_bytes()[0] {
            quote @ (b'"' | b'\'') if text.len() > 1 && text.as_bytes()[text.len() - 1] == quote => Some(Token::String),
            // A string without its closing quote is marked as wrong.
            b'"' | b'\'' => Some(Token::Wrong),
            _ if text.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'.') => Some(Token::Number),
            _ => None,
        };
        pieces.extend(piece.map(|piece| (range, piece)));
    }
    pieces
}

/// Returns the byte ranges of the words of a redis-cli line, including their quotes.
fn cli_words(line: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut chars = line.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let quote = Some(first).filter(|c| matches!(c, '"' | '\''));
        let mut end = start + first.len_utf8();
        while let Some(&(at, c)) = chars.peek() {
            if quote.is_none() && c.is_whitespace() {
                break;
            }
            chars.next();
            end = at + c.len_utf8();
            if Some(c) == quote {
                break;
            }
            if c == '\\'
                && quote == Some('"')
                && let Some((at, c)) = chars.next()
            {
                end = at + c.len_utf8();
            }
        }
        words.push(start..end);
    }
    words
}

/// Returns the range of the first word if the line looks like a redis-cli line but the word is not a command.
/// Otherwise, returns `None`.
fn unknown_command(line: &str, dialect: Dialect) -> Option<Range<usize>> {
    const OPERATORS: [&str; 8] = ["in", "is", "and", "or", "if", "not", "for", "else"];
    let (first, rest) = line.split_once(' ')?;
    let second = rest.split(' ').next().unwrap_or_default();
    let is_name = first.len() > 1 && first.bytes().all(|b| b.is_ascii_uppercase());
    let is_argument = second.starts_with(|c: char| c.is_alphanumeric()) && !OPERATORS.contains(&second);
    (dialect == Dialect::Both && is_name && is_argument && commands::by_name(first).is_none()).then_some(0..first.len())
}

fn python_pieces(preceding: &str, line: &str, cursor: usize, lacks_attribute: LacksAttribute<'_>) -> Pieces {
    let block = if preceding.is_empty() { line.to_owned() } else { format!("{preceding}\n{line}") };
    let line_start = block.len() - line.len();
    let pair = matching_brackets(line, cursor);
    let mut pieces: Pieces = Vec::new();
    let tokens = syntax::tokens(&block);
    for (index, (range, class)) in tokens.iter().enumerate() {
        if range.end <= line_start {
            continue;
        }
        let source = &block[range.start.max(line_start)..range.end];
        let range = range.start.max(line_start) - line_start..range.end - line_start;
        let piece = match class {
            TokenClass::Keyword => Token::Keyword,
            TokenClass::String if is_unclosed(source) => Token::Wrong,
            TokenClass::String => Token::String,
            TokenClass::Number => Token::Number,
            TokenClass::Comment => Token::Comment,
            TokenClass::Error => Token::Wrong,
            TokenClass::Operator if pair.is_some_and(|pair| pair.contains(&range.start)) => Token::Match,
            TokenClass::Name if is_lacking_attribute(&block, &tokens[..=index], lacks_attribute) => Token::Wrong,
            TokenClass::Name | TokenClass::Operator => continue,
        };
        if pieces.last().is_none_or(|(last, _)| last.end <= range.start) {
            pieces.push((range, piece));
        }
    }
    pieces
}

/// Returns whether a string token lacks its closing quote.
fn is_unclosed(string: &str) -> bool {
    let quoted = string.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    // An f-string has several tokens (its prefix and opening quote, its parts, and its closing quote), so a single
    // token does not show whether the string is closed.
    if quoted.len() == 1 || string[..string.len() - quoted.len()].contains(['f', 'F', 't', 'T']) {
        return false;
    }
    let quote = quoted.chars().next().filter(|c| matches!(c, '\'' | '"'));
    quote.is_some_and(|quote| {
        let inside = &quoted[1..];
        !inside.ends_with(quote) && !inside.starts_with([quote; 2].iter().collect::<String>().as_str())
    })
}

/// Returns whether the last token is the complete name of an attribute that the value before the dot is known to lack.
fn is_lacking_attribute(
    source: &str,
    tokens: &[(Range<usize>, TokenClass)],
    lacks_attribute: LacksAttribute<'_>,
) -> bool {
    let [.., (owner, TokenClass::Name), (dot, TokenClass::Operator), (attribute, TokenClass::Name)] = tokens else {
        return false;
    };
    let is_owner_dotted = tokens.len() > 3 && source[tokens[tokens.len() - 4].0.clone()] == *".";
    source[dot.clone()] == *"."
        && !is_owner_dotted
        && attribute.end < source.len()
        && lacks_attribute(&source[owner.clone()], &source[attribute.clone()])
}

/// Returns the positions of the bracket at the cursor, or just before it, and of the matching bracket. Returns `None`
/// if either is missing.
fn matching_brackets(line: &str, cursor: usize) -> Option<[usize; 2]> {
    let is_bracket = |at: &usize| line.as_bytes().get(*at).is_some_and(|b| b"()[]{}".contains(b));
    let at_cursor = Some(cursor).filter(is_bracket).or_else(|| cursor.checked_sub(1).filter(is_bracket))?;
    let mut open = Vec::new();
    for (range, class) in syntax::tokens(line) {
        if class != TokenClass::Operator || range.len() != 1 {
            continue;
        }
        match line.as_bytes()[range.start] {
            b'(' | b'[' | b'{' => open.push(range.start),
            b')' | b']' | b'}' => {
                let start = open.pop()?;
                if [start, range.start].contains(&at_cursor) {
                    return Some([start, range.start]);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highlighting_changes_no_character() {
        for line in [
            "r.set('a', [1, 2])",
            "HGET user:1 \"na me\"",
            ":go hashes",
            "x = 'it",
            "def f(:",
            "é = (1 +",
            "    return {",
        ] {
            let highlighted = highlight(("if True:", line), line.len(), Dialect::Both, Theme::Colours, &|_, _| true);
            let mut plain = String::new();
            for (index, part) in highlighted.expect("the line is short").split("\x1b[").enumerate() {
                plain.push_str(if index == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) });
            }
            assert_eq!(plain, line);
        }
    }

    #[test]
    fn errors_are_marked_before_the_line_is_entered() {
        let lacks_attribute = |owner: &str, attribute: &str| owner == "r" && attribute != "get";
        let wrong_parts = |line: &str| {
            let pieces = pieces(("", line), line.len(), Dialect::Both, &lacks_attribute);
            let wrong = pieces.into_iter().filter(|(_, piece)| *piece == Token::Wrong);
            wrong.map(|(range, _)| line[range].to_owned()).collect::<Vec<_>>()
        };
        let cases: [(&str, &[&str]); 13] = [
            ("r.get('a')", &[]),
            ("r.gte('a')", &["gte"]),
            ("r.gte", &[]),
            ("x.r.gte()", &[]),
            ("x = r.gte + 1", &["gte"]),
            ("GTE a", &["GTE"]),
            ("GET a", &[]),
            ("N in x", &[]),
            ("ABC = 1", &[]),
            ("GET \"a b", &["\"a b"]),
            ("SET a \"b \\\" c\" 'd e'", &[]),
            ("x = 'it", &["'it"]),
            ("x = f'it {y}' + b'' + '''z", &[]),
        ];
        for (line, expected) in cases {
            assert_eq!(wrong_parts(line), expected, "{line}");
        }
    }

    #[test]
    fn brackets_are_paired_outside_of_strings() {
        assert_eq!(matching_brackets("f(')')", 6), Some([1, 5]));
        assert_eq!(matching_brackets("f(x", 1), None);
        assert_eq!(matching_brackets("[(1)]", 0), Some([0, 4]));
    }
}
