//! Tokenizer errors. CPython reports the first of them before any parser error.

use super::{Diagnostic, SourceTokens, Token, diagnostic_at, is_closing, is_opening};
use rustpython_compiler::ast::token::TokenKind;
use rustpython_compiler::parser::{LexicalErrorType, ParseErrorType};

impl SourceTokens<'_> {
    /// Returns the first tokenizer error in the source text, if any.
    pub(super) fn token_error(&self) -> Option<Diagnostic> {
        let found = [
            self.invalid_character(),
            self.unterminated_string(),
            self.truncated_escape(),
            self.number_before_name(),
            self.invalid_digits(),
            self.unmatched_bracket(),
        ];
        found.into_iter().flatten().min_by_key(|error| error.place.as_ref().map_or(0, |place| place.start))
    }

    fn invalid_character(&self) -> Option<Diagnostic> {
        self.errors.iter().find_map(|(error, place)| match error {
            ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok }) if !tok.is_ascii() => {
                let number = u32::from(*tok);
                let is_blank = tok.is_whitespace() || tok.is_control() || matches!(number, 0x200b..=0x200f | 0xfeff);
                let end = place.start + tok.len_utf8();
                match is_blank {
                    true => diagnostic_at(format!("invalid non-printable character U+{number:04X}"), place.start..end),
                    false => diagnostic_at(format!("invalid character '{tok}' (U+{number:04X})"), place.start..end),
                }
            }
            _ => None,
        })
    }

    fn unterminated_string(&self) -> Option<Diagnostic> {
        let unclosed = ParseErrorType::Lexical(LexicalErrorType::UnclosedStringError);
        let (_, place) = self.errors.iter().find(|(error, _)| *error == unclosed)?;
        let quoted = self.source.get(place.start..)?.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let is_triple = quoted.starts_with("\"\"\"") || quoted.starts_with("'''");
        let kind = if is_triple { "unterminated triple-quoted string" } else { "unterminated string" };
        let line = if is_triple { self.source.lines().count() } else { self.line(place.start) };
        diagnostic_at(format!("{kind} literal (detected at line {line})"), place.start..place.start + 1)
    }

    /// Returns the error for a number directly followed by a name or by further digits, if there is one.
    fn number_before_name(&self) -> Option<Diagnostic> {
        self.tokens.windows(2).find_map(|pair| {
            let [number, next] = pair else { return None };
            let (text, following) = (self.text(&number.place), self.text(&next.place));
            let is_number = matches!(number.kind, TokenKind::Int | TokenKind::Float | TokenKind::Complex);
            let is_adjacent = next.place.start == number.place.end;
            let is_word = following.starts_with(|c: char| c.is_alphabetic() || c == '_');
            let is_allowed_word = matches!(following, "and" | "else" | "for" | "if" | "in" | "is" | "not" | "or");
            if !is_number || !is_adjacent || is_allowed_word || !(is_word || next.kind == TokenKind::Int) {
                return None;
            }
            let kind = base_name(text);
            let first = next.place.start..next.place.start + 1;
            if next.kind == TokenKind::Int {
                return diagnostic_at(format!("invalid digit '{}' in {kind} literal", self.text(&first)), first);
            }
            let last = number.place.end - 1..number.place.end;
            diagnostic_at(format!("invalid {kind} literal"), if following.starts_with('_') { first } else { last })
        })
    }

    /// Returns the error for an integer with digits that its base does not allow, such as `0777`, `0o8` or `0xg`, if
    /// there is one.
    fn invalid_digits(&self) -> Option<Diagnostic> {
        self.errors.iter().find_map(|(error, place)| {
            let ParseErrorType::Lexical(LexicalErrorType::OtherError(_)) = error else { return None };
            let text = self.source.get(place.start..)?;
            let (kind, third) = (base_name(text), text.as_bytes().get(2).copied().map(char::from));
            match (kind, third) {
                ("decimal", _) if text.starts_with('0') => diagnostic_at(
                    "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
                    place.start..place.start + 1,
                ),
                ("decimal", _) => None,
                (_, Some(digit)) if digit.is_ascii_digit() => diagnostic_at(
                    format!("invalid digit '{digit}' in {kind} literal"),
                    place.start + 2..place.start + 3,
                ),
                _ => diagnostic_at(format!("invalid {kind} literal"), place.start + 1..place.start + 2),
            }
        })
    }

    /// Returns the error for a truncated escape sequence, such as `\U` in 'C:\Users', if there is one.
    fn truncated_escape(&self) -> Option<Diagnostic> {
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
                return diagnostic_at(
                    format!("(value error) invalid \\x escape at position {at}"),
                    string.place.clone(),
                );
            }
            if digits < wanted {
                let end = at + 1 + digits;
                let position = format!("in position {at}-{end}: truncated {shape} escape");
                let message = format!("(unicode error) 'unicodeescape' codec can't decode bytes {position}");
                return diagnostic_at(message, string.place.clone());
            }
            at += 2;
        }
        None
    }

    /// Returns the error for a closing bracket without a matching opening bracket, if there is one.
    fn unmatched_bracket(&self) -> Option<Diagnostic> {
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
                return diagnostic_at(format!("unmatched '{closing}'"), token.place.clone());
            };
            let opening = self.text(&opened.place);
            if !matches!((opening, closing), ("(", ")") | ("[", "]") | ("{", "}")) {
                let (line, here) = (self.line(opened.place.start), self.line(token.place.start));
                let where_opened = if line == here { String::new() } else { format!(" on line {line}") };
                let message = format!(
                    "closing parenthesis '{closing}' does not match opening parenthesis '{opening}'{where_opened}"
                );
                return diagnostic_at(message, token.place.clone());
            }
        }
        None
    }
}

/// Returns the name of an integer literal's base.
fn base_name(text: &str) -> &'static str {
    match text.get(..2).unwrap_or_default() {
        "0x" | "0X" => "hexadecimal",
        "0o" | "0O" => "octal",
        "0b" | "0B" => "binary",
        _ => "decimal",
    }
}
