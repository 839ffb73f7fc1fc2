//! Incomplete statements, in which a colon, an equals sign or a keyword is not followed by what it requires.

use super::wording::name_of;
use super::{Diagnostic, SourceTokens, diagnostic_at, ends_statement, invalid_syntax, is_opening, parse};
use rustpython_compiler::ast::token::TokenKind;
use rustpython_compiler::parser::ParseErrorType;

impl SourceTokens<'_> {
    /// Returns CPython's error for an incomplete statement, if the parser reports a different one.
    pub(super) fn unfinished(&self, error: &ParseErrorType, at: usize) -> Option<Diagnostic> {
        match error {
            // `r.get('a'):` has nothing after the colon.
            ParseErrorType::InvalidAnnotatedAssignmentTarget => {
                let level = self.tokens.get(at)?.level;
                let rest = self.tokens.iter().enumerate().skip(at);
                let mut here = rest.filter(|(_, token)| token.level == level && !is_opening(token.kind));
                let (colon, token) = here.find(|(_, token)| token.kind == TokenKind::Colon)?;
                let is_last = self.tokens.get(colon + 1).is_none_or(|next| ends_statement(next.kind));
                if is_last { diagnostic_at(invalid_syntax(), token.place.clone()) } else { None }
            }
            // For `f(a=1, b b=2)`, CPython reports the missing comma rather than the order of the arguments.
            ParseErrorType::PositionalAfterKeywordArgument => {
                let end = self.end_of_longest_expression(at, |_| false)?;
                let next = self.tokens.iter().position(|token| token.place.start >= end)?;
                if self.tokens[next].kind == TokenKind::Comma { None } else { self.missing_comma(next) }
            }
            ParseErrorType::EmptyImportNames if !ends_statement(self.tokens.get(at)?.kind) => {
                diagnostic_at(invalid_syntax(), self.tokens[at].place.clone())
            }
            _ => None,
        }
    }

    /// Returns CPython's error for a name followed by `=` without a value, in an argument, a parameter or an
    /// assignment. Returns `None` if there is no such mistake.
    pub(super) fn missing_value(&self, at: usize) -> Option<Diagnostic> {
        let here = self.tokens.get(at).map_or(TokenKind::EndOfFile, |token| token.kind);
        let equals = self.tokens.get(at.checked_sub(1)?).filter(|token| token.kind == TokenKind::Equal)?;
        let name = self.tokens.get(at.checked_sub(2)?)?;
        if matches!(here, TokenKind::Comma | TokenKind::Rpar) && name.kind == TokenKind::Name {
            return match self.is_in_parameters(at - 1) {
                true => diagnostic_at("expected default value expression", equals.place.clone()),
                false => diagnostic_at("expected argument value expression", name.place.start..equals.place.end),
            };
        }
        let begins = self.tokens[..at].iter().rposition(|token| ends_statement(token.kind)).map_or(0, |end| end + 1);
        let target = self.tokens.get(begins)?.place.start..name.place.end;
        let kind = parse(self.text(&target)).as_ref().map(name_of)?;
        let is_target = matches!(kind, "name" | "attribute" | "subscript" | "tuple" | "list" | "starred");
        if !ends_statement(here) || is_target {
            return None;
        }
        diagnostic_at(format!("cannot assign to {kind}"), target)
    }
}
