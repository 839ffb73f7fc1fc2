//! Errors of particular statements and expressions: an augmented assignment to several targets, `import` before `from`,
//! a star without a value, and an empty field of an f-string.

use super::{Diagnostic, SourceTokens, diagnostic_at, ends_statement, name_of, parse};
use rustpython_compiler::ast::Expr;
use rustpython_compiler::ast::token::TokenKind;

impl SourceTokens<'_> {
    /// Returns the error for one of these mistakes, if the parser's error is at its token.
    pub(super) fn particular_error(&self, at: usize) -> Option<Diagnostic> {
        self.augmented_tuple(at)
            .or_else(|| self.import_before_from(at))
            .or_else(|| self.star_without_value(at))
            .or_else(|| self.empty_field(at))
    }

    /// Returns the error for `a, b += 1`.
    fn augmented_tuple(&self, at: usize) -> Option<Diagnostic> {
        let operator = self.text(&self.tokens.get(at)?.place);
        let is_comparison = matches!(operator, "==" | "!=" | "<=" | ">=" | ":=");
        if operator.len() < 2 || !operator.ends_with('=') || is_comparison {
            return None;
        }
        let first =
            self.tokens[..at].iter().rposition(|token| ends_statement(token.kind)).map_or(0, |before| before + 1);
        let place = self.tokens.get(first)?.place.start..self.tokens.get(at.checked_sub(1)?)?.place.end;
        let target = parse(self.text(&place)).filter(|target| matches!(target, Expr::Tuple(_)))?;
        let kind = name_of(&target);
        diagnostic_at(format!("'{kind}' is an illegal expression for augmented assignment"), place)
    }

    /// Returns the error for `import a from b`.
    fn import_before_from(&self, at: usize) -> Option<Diagnostic> {
        if self.tokens.get(at)?.kind != TokenKind::From {
            return None;
        }
        let first =
            self.tokens[..at].iter().rposition(|token| ends_statement(token.kind)).map_or(0, |before| before + 1);
        let start = self.tokens.get(first).filter(|token| token.kind == TokenKind::Import)?.place.start;
        let rest = self.tokens.iter().skip(at + 1).take_while(|token| !ends_statement(token.kind));
        let end = rest.last()?.place.end;
        diagnostic_at("Did you mean to use 'from ... import ...' instead?", start..end)
    }

    /// Returns the error for `f(*)`.
    fn star_without_value(&self, at: usize) -> Option<Diagnostic> {
        let here = self.tokens.get(at)?;
        let before = |count: usize| at.checked_sub(count).and_then(|index| self.tokens.get(index));
        let follows_star =
            before(1)?.kind == TokenKind::Star && matches!(before(2)?.kind, TokenKind::Lpar | TokenKind::Comma);
        let is_call = self.is_in_call(at);
        if !follows_star || !is_call || !matches!(here.kind, TokenKind::Rpar | TokenKind::Comma) {
            return None;
        }
        diagnostic_at("Invalid star expression", here.place.clone())
    }

    /// Returns whether a token is inside the parentheses of a call.
    fn is_in_call(&self, at: usize) -> bool {
        let level = self.tokens.get(at).map_or(0, |token| token.level + usize::from(token.kind == TokenKind::Rpar));
        let opened =
            self.tokens[..at].iter().rposition(|token| token.kind == TokenKind::Lpar && token.level + 1 == level);
        let called = opened.and_then(|opened| self.tokens.get(opened.checked_sub(1)?));
        called.is_some_and(|called| called.kind == TokenKind::Name) && !self.is_in_parameters(at)
    }

    /// Returns the error for `f'{}'`.
    fn empty_field(&self, at: usize) -> Option<Diagnostic> {
        let here = self.tokens.get(at).filter(|here| here.kind == TokenKind::Rbrace)?;
        let opening = self.tokens.get(at.checked_sub(1)?).filter(|before| before.kind == TokenKind::Lbrace)?;
        let outer = self.tokens.get(at.checked_sub(2)?)?;
        let is_field = matches!(outer.kind, TokenKind::FStringStart | TokenKind::FStringMiddle)
            && outer.place.end <= opening.place.start;
        if !is_field {
            return None;
        }
        diagnostic_at("f-string: valid expression required before '}'", here.place.clone())
    }
}
