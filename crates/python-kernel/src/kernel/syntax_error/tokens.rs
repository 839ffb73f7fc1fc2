//! What is wrong with the tokens themselves: CPython looks for that in the whole source before it says anything else.

use super::{Page, Token, Told, is_closing, is_opening, told_at};
use rustpython_compiler::ast::token::TokenKind;
use rustpython_compiler::parser::{LexicalErrorType, ParseErrorType};

impl Page<'_> {
    /// The first thing wrong with the tokens: CPython looks for that in the whole source before it says anything else.
    pub(super) fn lexical(&self) -> Option<Told> {
        let found = [self.character(), self.string(), self.escape(), self.number(), self.digits(), self.bracket()];
        found.into_iter().flatten().min_by_key(|told| told.place.as_ref().map_or(0, |place| place.start))
    }

    fn character(&self) -> Option<Told> {
        self.errors.iter().find_map(|(error, place)| match error {
            ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok }) if !tok.is_ascii() => {
                let number = u32::from(*tok);
                let is_blank = tok.is_whitespace() || tok.is_control() || matches!(number, 0x200b..=0x200f | 0xfeff);
                let end = place.start + tok.len_utf8();
                match is_blank {
                    true => told_at(format!("invalid non-printable character U+{number:04X}"), place.start..end),
                    false => told_at(format!("invalid character '{tok}' (U+{number:04X})"), place.start..end),
                }
            }
            _ => None,
        })
    }

    fn string(&self) -> Option<Told> {
        let unclosed = ParseErrorType::Lexical(LexicalErrorType::UnclosedStringError);
        let (_, place) = self.errors.iter().find(|(error, _)| *error == unclosed)?;
        let quoted = self.source.get(place.start..)?.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let is_triple = quoted.starts_with("\"\"\"") || quoted.starts_with("'''");
        let kind = if is_triple { "unterminated triple-quoted string" } else { "unterminated string" };
        let line = if is_triple { self.source.lines().count() } else { self.line(place.start) };
        told_at(format!("{kind} literal (detected at line {line})"), place.start..place.start + 1)
    }

    /// A number that runs into a name, or has digits that it must not have.
    fn number(&self) -> Option<Told> {
        self.tokens.windows(2).find_map(|pair| {
            let [number, next] = pair else { return None };
            let (text, following) = (self.text(&number.place), self.text(&next.place));
            let is_number = matches!(number.kind, TokenKind::Int | TokenKind::Float | TokenKind::Complex);
            let is_near = next.place.start == number.place.end;
            let is_word = following.starts_with(|c: char| c.is_alphabetic() || c == '_');
            let is_let_pass = matches!(following, "and" | "else" | "for" | "if" | "in" | "is" | "not" | "or");
            if !is_number || !is_near || is_let_pass || !(is_word || next.kind == TokenKind::Int) {
                return None;
            }
            let kind = base(text);
            let first = next.place.start..next.place.start + 1;
            if next.kind == TokenKind::Int {
                return told_at(format!("invalid digit '{}' in {kind} literal", self.text(&first)), first);
            }
            let last = number.place.end - 1..number.place.end;
            told_at(format!("invalid {kind} literal"), if following.starts_with('_') { first } else { last })
        })
    }

    /// Digits that a number must not have: `0777`, `0o8`, `0xg`.
    fn digits(&self) -> Option<Told> {
        self.errors.iter().find_map(|(error, place)| {
            let ParseErrorType::Lexical(LexicalErrorType::OtherError(_)) = error else { return None };
            let text = self.source.get(place.start..)?;
            let (kind, third) = (base(text), text.as_bytes().get(2).copied().map(char::from));
            match (kind, third) {
                ("decimal", _) if text.starts_with('0') => told_at(
                    "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
                    place.start..place.start + 1,
                ),
                ("decimal", _) => None,
                (_, Some(digit)) if digit.is_ascii_digit() => {
                    told_at(format!("invalid digit '{digit}' in {kind} literal"), place.start + 2..place.start + 3)
                }
                _ => told_at(format!("invalid {kind} literal"), place.start + 1..place.start + 2),
            }
        })
    }

    /// An escape in a string that is cut short, as in 'C:\\Users'.
    fn escape(&self) -> Option<Told> {
        let unicode = ParseErrorType::Lexical(LexicalErrorType::UnicodeError);
        let (_, place) = self.errors.iter().find(|(error, _)| *error == unicode)?;
        let string = self.tokens.get(self.token_at(place.start.saturating_sub(1)))?;
        let text = self.text(&string.place);
        let content = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let quotes = if content.starts_with("\"\"\"") || content.starts_with("'''") { 3 } else { 1 };
        let content = content.get(quotes..content.len().checked_sub(quotes)?)?;
        let mut at = 0;
        while let Some(found) = content.get(at..)?.find('\\') {
            at += found;
            let escape = &content[at + 1..];
            let (wanted, shape) = match escape.chars().next()? {
                'x' => (2, "\\xXX"),
                'u' => (4, "\\uXXXX"),
                'U' => (8, "\\UXXXXXXXX"),
                _ => (0, ""),
            };
            let digits = escape.chars().skip(1).take(wanted).take_while(char::is_ascii_hexdigit).count();
            if digits < wanted && text.starts_with(['b', 'B']) {
                return told_at(format!("(value error) invalid \\x escape at position {at}"), string.place.clone());
            }
            if digits < wanted {
                let end = at + 1 + digits;
                let position = format!("in position {at}-{end}: truncated {shape} escape");
                let message = format!("(unicode error) 'unicodeescape' codec can't decode bytes {position}");
                return told_at(message, string.place.clone());
            }
            at += 2;
        }
        None
    }

    /// A closing bracket without its opening one.
    fn bracket(&self) -> Option<Told> {
        let mut open: Vec<&Token> = Vec::new();
        for token in &self.tokens {
            if is_opening(token.kind) {
                open.push(token);
            }
            if !is_closing(token.kind) {
                continue;
            }
            let closing = self.text(&token.place);
            let Some(opened) = open.pop() else {
                return told_at(format!("unmatched '{closing}'"), token.place.clone());
            };
            let opening = self.text(&opened.place);
            if !matches!((opening, closing), ("(", ")") | ("[", "]") | ("{", "}")) {
                let (line, here) = (self.line(opened.place.start), self.line(token.place.start));
                let where_opened = if line == here { String::new() } else { format!(" on line {line}") };
                let message = format!(
                    "closing parenthesis '{closing}' does not match opening parenthesis '{opening}'{where_opened}"
                );
                return told_at(message, token.place.clone());
            }
        }
        None
    }
}

/// The name of a number's base.
fn base(text: &str) -> &'static str {
    match text.get(..2).unwrap_or_default() {
        "0x" | "0X" => "hexadecimal",
        "0o" | "0O" => "octal",
        "0b" | "0B" => "binary",
        _ => "decimal",
    }
}
