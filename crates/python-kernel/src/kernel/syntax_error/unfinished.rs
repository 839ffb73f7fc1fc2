//! What is cut short: a colon, an equals sign or a word with nothing behind it.

use super::words::name_of;
use super::{Page, Told, ends_statement, generic, is_opening, parse, told_at};
use rustpython_compiler::ast::token::TokenKind;
use rustpython_compiler::parser::ParseErrorType;

impl Page<'_> {
    /// Where CPython stops at something that is cut short, before it comes to what the parser calls a mistake.
    pub(super) fn unfinished(&self, error: &ParseErrorType, at: usize) -> Option<Told> {
        match error {
            // `r.get('a'):`, with nothing behind the colon.
            ParseErrorType::InvalidAnnotatedAssignmentTarget => {
                let level = self.tokens.get(at)?.level;
                let rest = self.tokens.iter().enumerate().skip(at);
                let mut here = rest.filter(|(_, token)| token.level == level && !is_opening(token.kind));
                let (colon, token) = here.find(|(_, token)| token.kind == TokenKind::Colon)?;
                let is_last = self.tokens.get(colon + 1).is_none_or(|next| ends_statement(next.kind));
                if is_last { told_at(generic(), token.place.clone()) } else { None }
            }
            // `f(a=1, b b=2)`: the comma comes before the order of the arguments.
            ParseErrorType::PositionalAfterKeywordArgument => {
                let end = self.longest(at, |_| false)?;
                let next = self.tokens.iter().position(|token| token.place.start >= end)?;
                if self.tokens[next].kind == TokenKind::Comma { None } else { self.comma(next) }
            }
            ParseErrorType::EmptyImportNames if !ends_statement(self.tokens.get(at)?.kind) => {
                told_at(generic(), self.tokens[at].place.clone())
            }
            _ => None,
        }
    }

    /// A name with `=` and no value: an argument's, a parameter's, or that of an assignment.
    pub(super) fn without_value(&self, at: usize) -> Option<Told> {
        let here = self.tokens.get(at).map_or(TokenKind::EndOfFile, |token| token.kind);
        let equals = self.tokens.get(at.checked_sub(1)?).filter(|token| token.kind == TokenKind::Equal)?;
        let name = self.tokens.get(at.checked_sub(2)?)?;
        if matches!(here, TokenKind::Comma | TokenKind::Rpar) && name.kind == TokenKind::Name {
            return match self.are_parameters(at - 1) {
                true => told_at("expected default value expression", equals.place.clone()),
                false => told_at("expected argument value expression", name.place.start..equals.place.end),
            };
        }
        let begins = self.tokens[..at].iter().rposition(|token| ends_statement(token.kind)).map_or(0, |end| end + 1);
        let target = self.tokens.get(begins)?.place.start..name.place.end;
        let kind = parse(self.text(&target)).as_ref().map(name_of)?;
        let is_target = matches!(kind, "name" | "attribute" | "subscript" | "tuple" | "list" | "starred");
        if !ends_statement(here) || is_target {
            return None;
        }
        told_at(format!("cannot assign to {kind}"), target)
    }
}
