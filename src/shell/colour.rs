//! What is being typed, in colours: Python by its tokens, redis-cli by its words, brackets by their match.

use crate::render::theme::{Theme, Token};
use crate::session::dialect::Dialect;
use python_kernel::syntax::{self, TokenClass};
use redis_engine::commands;

use super::completion_context::{CompletionContext, place};

/// Longer lines stay as they are: a paste of that size is not being typed.
const LONGEST: usize = 2000;

/// Whether a name is known to lack an attribute: what was called so cannot be.
pub type Lacks<'a> = &'a dyn Fn(&str, &str) -> bool;

/// `line` in colours, for a cursor at `cursor`; `before` are the lines of the block above it.
pub fn coloured(
    (before, line): (&str, &str),
    cursor: usize,
    dialect: Dialect,
    theme: Theme,
    lacks: Lacks<'_>,
) -> Option<String> {
    if line.is_empty() || line.len() + before.len() > LONGEST {
        return None;
    }
    let pieces = match place(line, dialect) {
        CompletionContext::TutorName(_) | CompletionContext::TutorWord { .. } => {
            vec![(0..line.find(' ').unwrap_or(line.len()), Token::Command)]
        }
        CompletionContext::CliName(_) | CompletionContext::CliWord { .. } => cli_pieces(line),
        _ => match unknown_command(line, dialect) {
            Some(name) => vec![(name, Token::Wrong)],
            None => python_pieces(before, line, cursor, lacks),
        },
    };
    let mut out = String::with_capacity(line.len() * 2);
    let mut at = 0;
    for (range, piece) in pieces {
        out.push_str(&line[at..range.start]);
        // An escape sequence ends where a line does, so that what follows starts plain.
        for (index, part) in line[range.clone()].split('\n').enumerate() {
            if index > 0 {
                out.push('\n');
            }
            out.push_str(&theme.paint_token(piece, part));
        }
        at = range.end;
    }
    out.push_str(&line[at..]);
    Some(out)
}

type Pieces = Vec<(std::ops::Range<usize>, Token)>;

fn cli_pieces(line: &str) -> Pieces {
    let start = line.len() - line.trim_start().len();
    let end = line[start..].find(char::is_whitespace).map_or(line.len(), |at| start + at);
    let known = commands::by_name(&line[start..end]).is_some();
    let is_beginning = end == line.len();
    let mut pieces = vec![(start..end, if known || is_beginning { Token::Command } else { Token::Wrong })];
    for word in words(&line[end..]) {
        let range = end + word.start..end + word.end;
        let text = &line[range.clone()];
        let piece = match text.as_bytes()[0] {
            quote @ (b'"' | b'\'') if text.len() > 1 && text.as_bytes()[text.len() - 1] == quote => Some(Token::String),
            // Nothing closes it yet.
            b'"' | b'\'' => Some(Token::Wrong),
            _ if text.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'.') => Some(Token::Number),
            _ => None,
        };
        pieces.extend(piece.map(|piece| (range, piece)));
    }
    pieces
}

/// The words of a line of redis-cli, each with its quotes.
fn words(line: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
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
        found.push(start..end);
    }
    found
}

/// The first word of a line that looks like redis-cli's, if no command is called so.
fn unknown_command(line: &str, dialect: Dialect) -> Option<std::ops::Range<usize>> {
    const OPERATORS: [&str; 8] = ["in", "is", "and", "or", "if", "not", "for", "else"];
    let (first, rest) = line.split_once(' ')?;
    let second = rest.split(' ').next().unwrap_or_default();
    let is_name = first.len() > 1 && first.bytes().all(|b| b.is_ascii_uppercase());
    let is_argument = second.starts_with(|c: char| c.is_alphanumeric()) && !OPERATORS.contains(&second);
    (dialect == Dialect::Both && is_name && is_argument && commands::by_name(first).is_none()).then_some(0..first.len())
}

fn python_pieces(before: &str, line: &str, cursor: usize, lacks: Lacks<'_>) -> Pieces {
    let whole = if before.is_empty() { line.to_owned() } else { format!("{before}\n{line}") };
    let skipped = whole.len() - line.len();
    let pair = matching_brackets(line, cursor);
    let mut pieces = Vec::new();
    let tokens = syntax::tokens(&whole);
    for (index, (range, class)) in tokens.iter().enumerate() {
        let is_lacking = is_lacking(&whole, &tokens[..=index], lacks);
        if range.end <= skipped {
            continue;
        }
        let range = range.start.max(skipped) - skipped..range.end - skipped;
        let piece = match class {
            TokenClass::Keyword => Token::Keyword,
            TokenClass::String if is_open(&whole[range.start + skipped..range.end + skipped]) => Token::Wrong,
            TokenClass::String => Token::String,
            TokenClass::Number => Token::Number,
            TokenClass::Comment => Token::Comment,
            TokenClass::Error => Token::Wrong,
            TokenClass::Operator if pair.is_some_and(|pair| pair.contains(&range.start)) => Token::Match,
            TokenClass::Name if is_lacking => Token::Wrong,
            TokenClass::Name | TokenClass::Operator => continue,
        };
        if pieces.last().is_none_or(|(last, _): &(std::ops::Range<usize>, Token)| last.end <= range.start) {
            pieces.push((range, piece));
        }
    }
    pieces
}

/// Whether a string's quote is not closed, where the end of the line must close it.
fn is_open(string: &str) -> bool {
    let quoted = string.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    // Of what is formatted, one token ends where its text begins, and another is its end alone.
    if quoted.len() == 1 || string[..string.len() - quoted.len()].contains(['f', 'F', 't', 'T']) {
        return false;
    }
    let quote = quoted.chars().next().filter(|c| matches!(c, '\'' | '"'));
    quote.is_some_and(|quote| {
        let inside = &quoted[1..];
        !inside.ends_with(quote) && !inside.starts_with([quote; 2].iter().collect::<String>().as_str())
    })
}

/// Whether the last of these tokens is an attribute, typed to its end, that the name before it is known to lack.
fn is_lacking(source: &str, tokens: &[(std::ops::Range<usize>, TokenClass)], lacks: Lacks<'_>) -> bool {
    let [.., (owner, TokenClass::Name), (dot, TokenClass::Operator), (attribute, TokenClass::Name)] = tokens else {
        return false;
    };
    let is_dotted = tokens.len() > 3 && source[tokens[tokens.len() - 4].0.clone()] == *".";
    source[dot.clone()] == *"."
        && !is_dotted
        && attribute.end < source.len()
        && lacks(&source[owner.clone()], &source[attribute.clone()])
}

/// The bracket at or before the cursor, and its match.
fn matching_brackets(line: &str, cursor: usize) -> Option<[usize; 2]> {
    let is_bracket = |at: &usize| line.as_bytes().get(*at).is_some_and(|b| b"()[]{}".contains(b));
    let here = Some(cursor).filter(is_bracket).or_else(|| cursor.checked_sub(1).filter(is_bracket))?;
    let mut open = Vec::new();
    for (range, class) in syntax::tokens(line) {
        if class != TokenClass::Operator || range.len() != 1 {
            continue;
        }
        match line.as_bytes()[range.start] {
            b'(' | b'[' | b'{' => open.push(range.start),
            b')' | b']' | b'}' => {
                let start = open.pop()?;
                if [start, range.start].contains(&here) {
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
    fn colours_change_no_character() {
        for line in [
            "r.set('a', [1, 2])",
            "HGET user:1 \"na me\"",
            ":go hashes",
            "x = 'it",
            "def f(:",
            "é = (1 +",
            "    return {",
        ] {
            let painted = coloured(("if True:", line), line.len(), Dialect::Both, Theme::Colours, &|_, _| true);
            let mut plain = String::new();
            for (index, part) in painted.expect("it is short").split("\x1b[").enumerate() {
                plain.push_str(if index == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) });
            }
            assert_eq!(plain, line);
        }
    }

    #[test]
    fn what_cannot_be_is_seen_before_it_is_entered() {
        let lacks = |owner: &str, attribute: &str| owner == "r" && attribute != "get";
        let wrong = |line: &str| {
            let pieces = match place(line, Dialect::Both) {
                CompletionContext::CliName(_) | CompletionContext::CliWord { .. } => cli_pieces(line),
                _ => match unknown_command(line, Dialect::Both) {
                    Some(name) => vec![(name, Token::Wrong)],
                    None => python_pieces("", line, line.len(), &lacks),
                },
            };
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
            assert_eq!(wrong(line), expected, "{line}");
        }
    }

    #[test]
    fn brackets_find_their_match_and_strings_have_none() {
        assert_eq!(matching_brackets("f(')')", 6), Some([1, 5]));
        assert_eq!(matching_brackets("f(x", 1), None);
        assert_eq!(matching_brackets("[(1)]", 0), Some([0, 4]));
    }
}
