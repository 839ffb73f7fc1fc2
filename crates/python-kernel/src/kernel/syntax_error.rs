//! Replaces the message and the position of a SyntaxError with those that CPython reports.
//!
//! The interpreter's parser finds the same errors, but words many of them differently. This module examines the tokens
//! around an error in the same way as the `invalid_…` rules in CPython's grammar. It first looks for tokenizer errors,
//! and then examines the error that the parser found. An error without a specific message is "invalid syntax".

mod code_generation;
mod statements;
mod tokens;
mod unfinished;
mod wording;

use crate::syntax;
use ruff_text_size::Ranged;
use rustpython_compiler::ast::Expr;
use rustpython_compiler::ast::token::TokenKind;
use rustpython_compiler::core::SourceLocation;
use rustpython_compiler::parser::{
    self, InterpolatedStringErrorType, LexicalErrorType, Mode, ParseErrorType, ParseOptions,
};
use rustpython_vm::compiler::CompileError;
use std::ops::Range;
use wording::{fixed_message, is_operand, name_of};

/// CPython's version of a syntax error.
#[derive(Debug, PartialEq)]
pub struct Diagnostic {
    /// CPython's message for the error.
    pub message: String,
    /// The byte range of the source text that CPython underlines. `None` if it is the range that the parser reported.
    pub place: Option<Range<usize>>,
}

/// Returns CPython's version of a compiler error, or `None` if CPython reports the same message and position.
pub fn cpython_diagnostic(error: &CompileError, source: &str) -> Option<Diagnostic> {
    match error {
        CompileError::Codegen(error) => {
            let at = error.location.and_then(|location| offset_of(source, location));
            code_generation::diagnostic(&error.error.to_string(), source, at)
        }
        CompileError::Parse(error) => {
            let tokens = SourceTokens::new(source);
            let place = error.raw_location.to_std_range();
            tokens.token_error().or_else(|| tokens.parser_error(&error.error, error.is_unclosed_bracket, place))
        }
    }
}

/// Returns CPython's syntax error for source text that the parser accepts but CPython 3.13 rejects. Returns `None` if
/// CPython accepts it, too.
pub fn missed_by_parser(source: &str) -> Option<Diagnostic> {
    if !source.contains("except") {
        return None;
    }
    let tokens = SourceTokens::new(source);
    tokens.unparenthesized_exception_types().or_else(|| tokens.misplaced_default_except())
}

fn diagnostic_at(message: impl Into<String>, place: Range<usize>) -> Option<Diagnostic> {
    Some(Diagnostic { message: message.into(), place: Some(place) })
}

/// Returns the byte offset of a location.
fn offset_of(source: &str, location: SourceLocation) -> Option<usize> {
    let line: usize = source.split_inclusive('\n').take(location.line.to_zero_indexed()).map(str::len).sum();
    Some(line + location.character_offset.to_zero_indexed()).filter(|at| source.is_char_boundary(*at))
}

#[derive(Debug, Clone)]
struct Token {
    kind: TokenKind,
    place: Range<usize>,
    /// Number of enclosing brackets that are open at the token.
    level: usize,
}

/// Source text and its tokens, without comments and without line ends inside brackets.
struct SourceTokens<'a> {
    source: &'a str,
    tokens: Vec<Token>,
    errors: Vec<(ParseErrorType, Range<usize>)>,
}

impl<'a> SourceTokens<'a> {
    fn new(source: &'a str) -> Self {
        let parsed = parser::parse_unchecked(source, ParseOptions::from(Mode::Module));
        let mut level = 0_usize;
        let mut tokens = Vec::new();
        for token in parsed.tokens() {
            if matches!(token.kind(), TokenKind::Comment | TokenKind::NonLogicalNewline) {
                continue;
            }
            if is_closing(token.kind()) {
                level = level.saturating_sub(1);
            }
            tokens.push(Token { kind: token.kind(), place: token.range().to_std_range(), level });
            level += usize::from(is_opening(token.kind()));
        }
        let errors = parsed.errors().iter().map(|error| (error.error.clone(), error.location.to_std_range())).collect();
        Self { source, tokens, errors }
    }

    fn text(&self, place: &Range<usize>) -> &'a str {
        self.source.get(place.clone()).unwrap_or_default()
    }

    /// Returns the line number at a byte offset, counted from 1.
    fn line(&self, at: usize) -> usize {
        self.source.as_bytes()[..at.min(self.source.len())].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// Returns the index of the first token that ends after a byte offset. The empty token that ends a statement also
    /// counts if it is at the offset.
    fn token_at(&self, at: usize) -> usize {
        let ends_after = |token: &Token| {
            let is_statement_end = matches!(token.kind, TokenKind::Newline | TokenKind::EndOfFile);
            token.place.end > at || (is_statement_end && token.place == (at..at))
        };
        self.tokens.iter().position(ends_after).unwrap_or(self.tokens.len())
    }

    // --- errors found by the parser ---

    /// Returns CPython's version of an error that the parser reported, or `None` to keep the parser's version.
    fn parser_error(
        &self,
        error: &ParseErrorType,
        is_unclosed_bracket: bool,
        place: Range<usize>,
    ) -> Option<Diagnostic> {
        if is_unclosed_bracket {
            return None;
        }
        let at = self.token_at(place.start);
        let earlier = self.never_closed(place.start).or_else(|| self.unfinished(error, at));
        if earlier.is_some() {
            return earlier;
        }
        if let Some(message) = self.message(error, &place) {
            return Some(Diagnostic { message, place: self.corrected_place(error, &place) });
        }
        self.particular_error(at)
            .or_else(|| self.legacy_statement(at))
            .or_else(|| self.conditional_without_else(error, at))
            .or_else(|| self.missing_value(at))
            .or_else(|| self.malformed_display(error, at))
            .or_else(|| self.missing_comma(at))
            .or_else(|| self.assignment_in_expression(at))
            .or_else(|| self.other_error(error, at))
    }

    /// Returns the error for a bracket that is never closed, if it is on an earlier line than the parser's error.
    fn never_closed(&self, at: usize) -> Option<Diagnostic> {
        let open = syntax::last_open_bracket(self.source)?;
        if self.line(at) > self.line(open) { self.never_closed_error(open) } else { None }
    }

    fn never_closed_error(&self, open: usize) -> Option<Diagnostic> {
        let place = open..open + 1;
        diagnostic_at(format!("'{}' was never closed", self.text(&place)), place)
    }

    /// Returns CPython's message for a parser error, or `None` if the message depends on the tokens around the error.
    fn message(&self, error: &ParseErrorType, place: &Range<usize>) -> Option<String> {
        Some(match error {
            ParseErrorType::InvalidAssignmentTarget => self.assignment_message(place),
            ParseErrorType::InvalidDeleteTarget => format!("cannot delete {}", self.expression_name(place)),
            ParseErrorType::InvalidAugmentedAssignmentTarget => {
                format!("'{}' is an illegal expression for augmented assignment", self.expression_name(place))
            }
            ParseErrorType::InvalidNamedAssignmentTarget => {
                format!("cannot use assignment expressions with {}", self.expression_name(place))
            }
            ParseErrorType::InvalidAnnotatedAssignmentTarget => match self.expression_name(place) {
                kind @ ("list" | "tuple") => format!("only single target (not {kind}) can be annotated"),
                _ => "illegal target for annotation".to_owned(),
            },
            ParseErrorType::DuplicateKeywordArgumentError(name) => format!("keyword argument repeated: {name}"),
            ParseErrorType::OtherError(text) => self.message_for_text(text, place)?,
            ParseErrorType::FStringError(error) | ParseErrorType::Lexical(LexicalErrorType::FStringError(error)) => {
                self.f_string_message(error, place)?
            }
            error => fixed_message(error)?.to_owned(),
        })
    }

    /// Returns CPython's message for an error inside an f-string, or `None` for a kind of error that is not handled
    /// here.
    fn f_string_message(&self, error: &InterpolatedStringErrorType, place: &Range<usize>) -> Option<String> {
        use InterpolatedStringErrorType as Kind;
        let message = match error {
            Kind::UnclosedLbrace => "expecting '}'".to_owned(),
            Kind::InvalidConversionFlag => {
                let flag = self.text(place);
                format!("invalid conversion character '{flag}': expected 's', 'r', or 'a'")
            }
            Kind::SingleRbrace => "single '}' is not allowed".to_owned(),
            Kind::UnterminatedString => {
                return Some(format!("unterminated f-string literal (detected at line {})", self.line(place.start)));
            }
            _ => return None,
        };
        Some(format!("f-string: {message}"))
    }

    /// Returns CPython's message for an error that the parser describes only by the message `text`, without a variant
    /// of its own. Returns `None` for a message that is not handled here.
    fn message_for_text(&self, text: &str, place: &Range<usize>) -> Option<String> {
        if text.starts_with("Expected an indented block after") {
            // CPython writes "class definition" without quotes, but "'if' statement" with them.
            let after = text.replace("`class`", "class").replace('`', "'");
            let before = self.source.get(..place.start)?;
            let opener = before.lines().collect::<Vec<_>>().iter().rposition(|line| line.trim_end().ends_with(':'))?;
            return Some(format!("e{} on line {}", &after[1..], opener + 1));
        }
        Some(match text {
            "Expected `except` or `finally` after `try` block" => "expected 'except' or 'finally' block".to_owned(),
            "Expected a parameter name" => match self.text(place) {
                name @ ("True" | "False" | "None") => format!("cannot assign to {name}"),
                _ => "expression cannot contain assignment, perhaps you meant \"==\"?".to_owned(),
            },
            "Trailing comma not allowed" if self.first_word(place.start) == "from" => {
                "trailing comma not allowed without surrounding parentheses".to_owned()
            }
            "Only one '/' separator allowed" => "/ may appear only once".to_owned(),
            "Only one '*' parameter allowed" => "* argument may appear only once".to_owned(),
            "Bytes literal cannot be mixed with non-bytes literals" => {
                "cannot mix bytes and nonbytes literals".to_owned()
            }
            "Cannot have both 'except' and 'except*' on the same 'try'" => {
                "cannot have both 'except' and 'except*' on the same 'try'".to_owned()
            }
            _ => return None,
        })
    }

    /// Returns the range that CPython underlines for an error whose message comes from `message`. Returns `None` if the
    /// parser reported the right range.
    fn corrected_place(&self, error: &ParseErrorType, place: &Range<usize>) -> Option<Range<usize>> {
        let at = self.token_at(place.start);
        let next = |kind| self.tokens.iter().skip(at).find(|token| token.kind == kind);
        match error {
            ParseErrorType::OtherError(text) if text.starts_with("Cannot have both") => {
                Some(self.tokens.get(at)?.place.clone())
            }
            ParseErrorType::Lexical(LexicalErrorType::LineContinuationError) => Some(place.start + 1..place.end + 1),
            ParseErrorType::FStringError(InterpolatedStringErrorType::UnterminatedString)
            | ParseErrorType::Lexical(LexicalErrorType::FStringError(
                InterpolatedStringErrorType::UnterminatedString,
            )) => {
                let mut starts = self.tokens.iter().filter(|token| token.kind == TokenKind::FStringStart);
                let start = starts.rfind(|token| token.place.start <= place.start)?.place.start;
                Some(start..start + 1)
            }
            ParseErrorType::Lexical(LexicalErrorType::InvalidByteLiteral) => {
                Some(self.tokens.get(self.token_at(place.start.checked_sub(1)?))?.place.clone())
            }
            ParseErrorType::InvalidStarredExpressionUsage => {
                Some(place.start..self.end_of_longest_expression(at + 1, |_| false)?)
            }
            ParseErrorType::OtherError(text) if text == "Expected a parameter name" => {
                Some(place.start..next(TokenKind::Equal)?.place.end)
            }
            ParseErrorType::OtherError(text) if text == "Trailing comma not allowed" => Some(place.end..place.end + 1),
            ParseErrorType::PositionalAfterKeywordArgument | ParseErrorType::PositionalAfterKeywordUnpacking => {
                let level = self.tokens.get(at)?.level;
                let end = self.tokens.iter().skip(at).find(|token| token.level < level && is_closing(token.kind));
                Some(end?.place.clone())
            }
            ParseErrorType::InvalidArgumentUnpackingOrder => {
                Some(self.tokens.get(at.checked_sub(1)?)?.place.start..place.end)
            }
            ParseErrorType::IterableUnpackingInComprehension => {
                let end = self.end_of_longest_expression(at + 1, |_| true)?;
                Some(place.start..end)
            }
            _ => None,
        }
    }

    /// Returns the message for an assignment to an expression that cannot be assigned to, as in `5 = x`, `f() = x` or
    /// `None = x`.
    fn assignment_message(&self, place: &Range<usize>) -> String {
        if self.text(place).starts_with("yield") {
            return "assignment to yield expression not possible".to_owned();
        }
        let Some(target) = parse(self.text(place)) else { return invalid_syntax() };
        let kind = name_of(&target);
        let at = self.token_at(place.start);
        let after = self.tokens.iter().position(|token| token.place.start >= place.end);
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        let starts_statement = before.is_none_or(|before| ends_statement(before.kind));
        let rest = self.tokens.iter().skip(after.unwrap_or(self.tokens.len()));
        let equals =
            rest.take_while(|token| !ends_statement(token.kind)).filter(|token| token.kind == TokenKind::Equal);
        if starts_statement && equals.count() == 1 && is_operand(&target) && !matches!(kind, "True" | "False" | "None")
        {
            return format!("cannot assign to {kind} here. Maybe you meant '==' instead of '='?");
        }
        format!("cannot assign to {kind}")
    }

    /// Returns the error for a Python 2 statement, such as `print 'x'`, if there is one.
    fn legacy_statement(&self, at: usize) -> Option<Diagnostic> {
        let statement = self.tokens.get(at.checked_sub(1)?)?;
        let name = self.text(&statement.place);
        if statement.kind != TokenKind::Name || !matches!(name, "print" | "exec") {
            return None;
        }
        let end = self.end_of_longest_expression(at, |_| true)?;
        diagnostic_at(
            format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?"),
            statement.place.start..end,
        )
    }

    /// Returns the error for a missing comma between two expressions inside brackets, if one is missing.
    fn missing_comma(&self, at: usize) -> Option<Diagnostic> {
        let here = self.tokens.get(at)?;
        let before = self.tokens.get(at.checked_sub(1)?)?;
        if here.kind == TokenKind::Rsqb && before.kind == TokenKind::Lsqb {
            // `'t'[]` is treated as a string followed by an empty list, between which a comma is missing.
            return self.missing_comma(at - 1);
        }
        if here.level == 0 || is_closing(here.kind) {
            return None;
        }
        let end = self.end_of_longest_expression(at, |_| false)?;
        if self.is_in_parameters(at) {
            return None;
        }
        let first = self.operand_before(at, |expression| {
            !matches!(expression, Expr::Lambda(_) | Expr::If(_) | Expr::Named(_) | Expr::Starred(_) | Expr::Tuple(_))
        })?;
        let (start, second) = (self.tokens.get(first)?, self.tokens.get(first + 1)?);
        let is_soft = matches!(start.kind, TokenKind::Match | TokenKind::Case | TokenKind::Type)
            || matches!(self.text(&start.place), "_" | "print" | "exec");
        if is_soft || (start.kind == TokenKind::Name && second.kind == TokenKind::String) {
            return None;
        }
        diagnostic_at("invalid syntax. Perhaps you forgot a comma?", start.place.start..end)
    }

    /// Returns whether a token is inside the parentheses of `def f(…)`.
    fn is_in_parameters(&self, at: usize) -> bool {
        let level = self.tokens.get(at).map_or(0, |token| token.level);
        let opened = self.tokens[..at].iter().rposition(|token| is_opening(token.kind) && token.level < level);
        let word = opened.and_then(|opened| self.tokens.get(opened.checked_sub(2)?));
        word.is_some_and(|word| word.kind == TokenKind::Def)
    }

    /// Returns the error for a conditional expression without `else`, as in `1 if x`, if there is one.
    fn conditional_without_else(&self, error: &ParseErrorType, at: usize) -> Option<Diagnostic> {
        if !matches!(error, ParseErrorType::ExpectedToken { expected: TokenKind::Else, .. }) {
            return None;
        }
        let condition = self.tokens[..at].iter().rposition(|token| token.kind == TokenKind::If)?;
        let first = self.operand_before(condition, |_| true)?;
        let end = self.tokens.get(at.checked_sub(1)?)?.place.end;
        diagnostic_at("expected 'else' after 'if' expression", self.tokens.get(first)?.place.start..end)
    }

    /// Returns the error for `=` inside an expression, as in `if x = 1:`, if there is one.
    fn assignment_in_expression(&self, at: usize) -> Option<Diagnostic> {
        if self.tokens.get(at)?.kind != TokenKind::Equal {
            return None;
        }
        let first = self.operand_before(at, is_operand)?;
        let start = self.tokens.get(first)?.place.start;
        let before = start..self.tokens.get(at - 1)?.place.end;
        let target = parse(self.text(&before))?;
        if matches!(target, Expr::Name(_)) {
            let end = self.end_of_longest_expression(at + 1, |_| false)?;
            return diagnostic_at("invalid syntax. Maybe you meant '==' or ':=' instead of '='?", start..end);
        }
        let kind = name_of(&target);
        match kind {
            "True" | "False" | "None" => diagnostic_at(format!("cannot assign to {kind}"), before),
            _ => diagnostic_at(format!("cannot assign to {kind} here. Maybe you meant '==' instead of '='?"), before),
        }
    }

    /// Returns the error for a malformed dict, set or comprehension in braces or square brackets, if there is one.
    fn malformed_display(&self, error: &ParseErrorType, at: usize) -> Option<Diagnostic> {
        let here = self.tokens.get(at)?;
        let before = self.tokens.get(at.checked_sub(1)?)?;
        let opened = self.tokens[..at].iter().rposition(|token| is_opening(token.kind) && token.level < here.level);
        let opening = opened.map(|opened| self.tokens[opened].kind);
        let in_braces =
            opening == Some(TokenKind::Lbrace) || (here.kind == TokenKind::Rbrace && before.kind == TokenKind::Colon);
        if in_braces && before.kind == TokenKind::Colon && matches!(here.kind, TokenKind::Rbrace | TokenKind::Comma) {
            return diagnostic_at("expression expected after dictionary key and ':'", before.place.clone());
        }
        let wants_colon = matches!(error, ParseErrorType::ExpectedToken { expected: TokenKind::Colon, .. });
        if wants_colon && (in_braces || here.kind == TokenKind::Rbrace) && !self.text(&before.place).is_empty() {
            return diagnostic_at("':' expected after dictionary key", before.place.end - 1..before.place.end);
        }
        if here.kind == TokenKind::For && matches!(opening, Some(TokenKind::Lsqb | TokenKind::Lbrace)) {
            let first = self.tokens.get(opened? + 1)?;
            if first.kind == TokenKind::DoubleStar {
                return diagnostic_at("dict unpacking cannot be used in dict comprehension", first.place.clone());
            }
            let target = first.place.start..before.place.end;
            if matches!(parse(self.text(&target)), Some(Expr::Tuple(_))) {
                return diagnostic_at("did you forget parentheses around the comprehension target?", target);
            }
        }
        None
    }

    /// Returns the error for a token that no other function explains: "invalid syntax", "expected ':'" where CPython
    /// requires a colon, or an error about a bracket that is never closed.
    fn other_error(&self, error: &ParseErrorType, at: usize) -> Option<Diagnostic> {
        let here = self.tokens.get(at);
        if matches!(error, ParseErrorType::ExpectedToken { expected: TokenKind::Colon, .. }) {
            let first_word = here.map_or("", |here| self.first_word(here.place.start));
            let requires_colon = matches!(first_word, "def" | "async" | "try" | "else" | "finally");
            if requires_colon || here.is_none_or(|here| matches!(here.kind, TokenKind::Newline | TokenKind::EndOfFile))
            {
                return Some(Diagnostic { message: "expected ':'".to_owned(), place: None });
            }
        }
        let Some(here) = here else { return Some(Diagnostic { message: invalid_syntax(), place: None }) };
        let before = at.checked_sub(1).map(|before| &self.tokens[before]);
        let is_operand =
            before.is_some_and(|before| is_closing(before.kind) || parse(self.text(&before.place)).is_some());
        let is_import = matches!(self.first_word(here.place.start), "import" | "from");
        let has_operand_after = self.tokens.get(at + 1).is_none_or(|next| {
            next.place.is_empty() || is_opening(next.kind) || parse(self.text(&next.place)).is_some()
        });
        if is_operand && has_operand_after && !is_import && is_opening(here.kind) && self.end_of_bracket(at).is_none() {
            return self.never_closed_error(here.place.start);
        }
        if is_operand && here.kind == TokenKind::Not {
            // `not` could be the beginning of `not in`, so CPython reports the next token instead.
            let next = self.tokens.get(at + 1).filter(|next| !next.place.is_empty() && next.kind != TokenKind::Newline);
            let end = self.source.trim_end_matches(['\n', '\r']).len();
            return diagnostic_at(invalid_syntax(), next.map_or(end..end + 1, |next| next.place.clone()));
        }
        if self.text(&here.place) == ">" && at > 0 && self.text(&self.tokens[at - 1].place) == "<" {
            return diagnostic_at(invalid_syntax(), self.tokens[at - 1].place.start..here.place.end);
        }
        let has_own_message = matches!(
            error,
            ParseErrorType::Lexical(_) | ParseErrorType::FStringError(_) | ParseErrorType::TStringError(_)
        );
        if has_own_message || here.place.is_empty() || here.kind == TokenKind::Newline {
            return match error {
                ParseErrorType::Lexical(_) => None,
                _ => Some(Diagnostic { message: invalid_syntax(), place: None }),
            };
        }
        diagnostic_at(invalid_syntax(), here.place.clone())
    }

    // --- errors that the parser misses ---

    /// Returns the error for `except A, B:`, if the source text contains this.
    fn unparenthesized_exception_types(&self) -> Option<Diagnostic> {
        self.tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Except).find_map(|(at, _)| {
            let star = usize::from(self.tokens.get(at + 1).is_some_and(|token| token.kind == TokenKind::Star));
            let from = at + 1 + star;
            let level = self.tokens.get(from)?.level;
            let rest = || self.tokens.iter().skip(from).filter(|token| token.level == level);
            let end = rest().find(|token| matches!(token.kind, TokenKind::Colon | TokenKind::Newline))?.place.start;
            rest().find(|token| token.kind == TokenKind::Comma && token.place.start < end)?;
            let types = self.tokens.get(from)?.place.start..end;
            let types = types.start..types.start + self.text(&types).trim_end().len();
            diagnostic_at("multiple exception types must be parenthesized", types)
        })
    }

    /// Returns the error for `except:` before another `except` clause, if the source text contains this.
    fn misplaced_default_except(&self) -> Option<Diagnostic> {
        let parsed = parser::parse_module(self.source).ok()?;
        let mut misplaced = MisplacedExcept(None);
        rustpython_compiler::ast::visitor::Visitor::visit_body(&mut misplaced, &parsed.syntax().body);
        diagnostic_at("default 'except:' must be last", misplaced.0?)
    }

    // --- expressions around a position ---

    /// Returns the name that CPython's messages use for the expression in a byte range.
    fn expression_name(&self, place: &Range<usize>) -> &'static str {
        parse(self.text(place)).as_ref().map_or("expression", name_of)
    }

    /// Returns the first word of the line at a byte offset.
    fn first_word(&self, at: usize) -> &'a str {
        let line = self.source[..at.min(self.source.len())].rfind('\n').map_or(0, |end| end + 1);
        let line = self.source[line..].trim_start();
        line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
    }

    /// Returns the byte offset at the end of the longest expression that starts with the token at index `at`. A tuple
    /// without parentheses counts only if `allow_tuple` returns true for it. Returns `None` if no expression starts at
    /// the token.
    fn end_of_longest_expression(&self, at: usize, allow_tuple: impl Fn(&Expr) -> bool) -> Option<usize> {
        let first = self.tokens.get(at)?;
        let rest = self.tokens.iter().skip(at).take_while(|token| token.level >= first.level);
        let ends: Vec<usize> = rest
            .take_while(|token| !ends_statement(token.kind))
            .map(|token| token.place.end)
            .chain(self.end_of_bracket(at))
            .collect();
        ends.into_iter().rev().find(|end| {
            let Some(expression) = parse(self.text(&(first.place.start..*end))) else { return false };
            let is_bare = matches!(&expression, Expr::Tuple(tuple) if !tuple.parenthesized);
            !is_bare || allow_tuple(&expression)
        })
    }

    /// Returns the byte offset after the bracket that closes the one at token index `at`, or `None` if it is never
    /// closed.
    fn end_of_bracket(&self, at: usize) -> Option<usize> {
        let opening = self.tokens.get(at).filter(|token| is_opening(token.kind))?;
        let closing = self.tokens.iter().skip(at + 1).find(|token| token.level == opening.level)?;
        Some(closing.place.end)
    }

    /// Returns the index of the first token of the longest expression that ends just before token `at`, and for which
    /// `fits` returns true. Returns `None` if there is no such expression.
    fn operand_before(&self, at: usize, fits: impl Fn(&Expr) -> bool) -> Option<usize> {
        let level = self.tokens.get(at)?.level;
        let end = self.tokens.get(at.checked_sub(1)?)?.place.end;
        let mut first = at;
        while let Some(before) = first.checked_sub(1).and_then(|before| self.tokens.get(before)) {
            let is_delimiter = matches!(
                before.kind,
                TokenKind::Comma | TokenKind::Colon | TokenKind::Equal | TokenKind::Semi | TokenKind::Newline
            );
            if before.level < level || (before.level == level && is_delimiter) {
                break;
            }
            first -= 1;
        }
        (first..at).find(|from| {
            let start = self.tokens[*from].place.start;
            self.tokens[*from].level == level && parse(self.text(&(start..end))).is_some_and(|found| fits(&found))
        })
    }
}

/// A visitor that finds an `except:` that is not the last clause of its `try` statement.
struct MisplacedExcept(Option<Range<usize>>);

impl<'a> rustpython_compiler::ast::visitor::Visitor<'a> for MisplacedExcept {
    fn visit_stmt(&mut self, statement: &'a rustpython_compiler::ast::Stmt) {
        use rustpython_compiler::ast::{ExceptHandler, Stmt, visitor};
        if let Stmt::Try(attempt) = statement {
            let mut earlier = attempt.handlers.iter().rev().skip(1);
            let bare = earlier.rfind(|ExceptHandler::ExceptHandler(handler)| handler.type_.is_none());
            if let Some(bare) = bare {
                let start = bare.range().to_std_range().start;
                self.0.get_or_insert(start..start + "except:".len());
            }
        }
        visitor::walk_stmt(self, statement);
    }
}

fn invalid_syntax() -> String {
    "invalid syntax".to_owned()
}

fn parse(text: &str) -> Option<Expr> {
    let parsed = parser::parse_expression(text).ok()?;
    Some(parsed.into_expr())
}

fn is_opening(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace)
}

fn is_closing(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace)
}

fn ends_statement(kind: TokenKind) -> bool {
    use TokenKind::{Dedent, EndOfFile, Indent, Newline, Semi};
    matches!(kind, Newline | Semi | Indent | Dedent | EndOfFile)
}
