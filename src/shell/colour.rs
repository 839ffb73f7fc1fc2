//! What is being typed, in colours: Python by its tokens, redis-cli by its words, brackets by their match.

use crate::engine::commands;
use crate::present::theme::{Piece, Theme};
use crate::redis_py::syntax::{self, Class};
use crate::session::dialect::Dialect;

use super::place::{Place, place};

/// Longer lines stay as they are: a paste of that size is not being typed.
const LONGEST: usize = 2000;

/// `line` in colours, for a cursor at `cursor`; `before` are the lines of the block above it.
pub fn coloured(before: &str, line: &str, cursor: usize, dialect: Dialect, theme: Theme) -> Option<String> {
    if line.is_empty() || line.len() + before.len() > LONGEST {
        return None;
    }
    let pieces = match place(line, dialect) {
        Place::TutorName(_) | Place::TutorWord { .. } => {
            vec![(0..line.find(' ').unwrap_or(line.len()), Piece::Command)]
        }
        Place::CliName(_) | Place::CliWord { .. } => cli_pieces(line),
        _ => python_pieces(before, line, cursor),
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
            out.push_str(&theme.paint_piece(piece, part));
        }
        at = range.end;
    }
    out.push_str(&line[at..]);
    Some(out)
}

type Pieces = Vec<(std::ops::Range<usize>, Piece)>;

fn cli_pieces(line: &str) -> Pieces {
    let start = line.len() - line.trim_start().len();
    let end = line[start..].find(char::is_whitespace).map_or(line.len(), |at| start + at);
    let known = commands::by_name(&line[start..end]).is_some();
    let is_beginning = end == line.len();
    let mut pieces = vec![(start..end, if known || is_beginning { Piece::Command } else { Piece::Wrong })];
    let mut at = end;
    for word in line[end..].split_inclusive(char::is_whitespace) {
        let text = word.trim_end();
        let piece = if text.starts_with(['"', '\'']) {
            Some(Piece::String)
        } else if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'.') {
            Some(Piece::Number)
        } else {
            None
        };
        pieces.extend(piece.map(|piece| (at..at + text.len(), piece)));
        at += word.len();
    }
    pieces
}

fn python_pieces(before: &str, line: &str, cursor: usize) -> Pieces {
    let whole = if before.is_empty() { line.to_owned() } else { format!("{before}\n{line}") };
    let skipped = whole.len() - line.len();
    let pair = matching_brackets(line, cursor);
    let mut pieces = Vec::new();
    for (range, class) in syntax::tokens(&whole) {
        if range.end <= skipped {
            continue;
        }
        let range = range.start.max(skipped) - skipped..range.end - skipped;
        let piece = match class {
            Class::Keyword => Piece::Keyword,
            Class::String => Piece::String,
            Class::Number => Piece::Number,
            Class::Comment => Piece::Comment,
            Class::Error => Piece::Wrong,
            Class::Operator if pair.is_some_and(|pair| pair.contains(&range.start)) => Piece::Match,
            Class::Name | Class::Operator => continue,
        };
        if pieces.last().is_none_or(|(last, _): &(std::ops::Range<usize>, Piece)| last.end <= range.start) {
            pieces.push((range, piece));
        }
    }
    pieces
}

/// The bracket at or before the cursor, and its match.
fn matching_brackets(line: &str, cursor: usize) -> Option<[usize; 2]> {
    let is_bracket = |at: &usize| line.as_bytes().get(*at).is_some_and(|b| b"()[]{}".contains(b));
    let here = Some(cursor).filter(is_bracket).or_else(|| cursor.checked_sub(1).filter(is_bracket))?;
    let mut open = Vec::new();
    for (range, class) in syntax::tokens(line) {
        if class != Class::Operator || range.len() != 1 {
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
            let painted = coloured("if True:", line, line.len(), Dialect::Both, Theme::Colours).expect("it is short");
            let mut plain = String::new();
            for (index, part) in painted.split("\x1b[").enumerate() {
                plain.push_str(if index == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) });
            }
            assert_eq!(plain, line);
        }
    }

    #[test]
    fn brackets_find_their_match_and_strings_have_none() {
        assert_eq!(matching_brackets("f(')')", 6), Some([1, 5]));
        assert_eq!(matching_brackets("f(x", 1), None);
        assert_eq!(matching_brackets("[(1)]", 0), Some([0, 4]));
    }
}
