//! A SyntaxError in CPython's words, and with its place.
//!
//! The parser finds the same mistakes, but words many of them otherwise. Here the tokens around the place are looked
//! at as the rules of CPython's grammar do that describe mistakes: first what is wrong with the tokens themselves,
//! then what the parser has found. What CPython has no words for is "invalid syntax".

mod tokens;
mod unfinished;
mod words;

use crate::syntax;
use ruff_text_size::Ranged;
use rustpython_compiler::ast::Expr;
use rustpython_compiler::ast::token::TokenKind;
use rustpython_compiler::parser::{
    self, InterpolatedStringErrorType, LexicalErrorType, Mode, ParseErrorType, ParseOptions,
};
use rustpython_vm::compiler::CompileError;
use std::ops::Range;
use words::{is_operand, name_of, plain_wording};

/// What CPython says, and the bytes of the source that it points at; none: as the parser has it.
#[derive(Debug, PartialEq)]
pub struct Told {
    pub message: String,
    pub place: Option<Range<usize>>,
}

/// CPython's version of what the compiler says; none where it is the same.
pub fn told(error: &CompileError, source: &str) -> Option<Told> {
    match error {
        CompileError::Codegen(error) => of_compiler(&error.error.to_string()),
        CompileError::Parse(error) => {
            let page = Page::new(source);
            let place = error.raw_location.to_std_range();
            page.lexical().or_else(|| page.parsed(&error.error, error.is_unclosed_bracket, place))
        }
    }
}

/// A mistake that the parser lets pass and CPython 3.13 does not.
pub fn overlooked(source: &str) -> Option<Told> {
    if !source.contains("except") {
        return None;
    }
    let page = Page::new(source);
    page.exception_types().or_else(|| page.default_except())
}

fn told_at(message: impl Into<String>, place: Range<usize>) -> Option<Told> {
    Some(Told { message: message.into(), place: Some(place) })
}

/// What is found when the tree is compiled.
fn of_compiler(said: &str) -> Option<Told> {
    let message = match said {
        "'continue' outside loop" => "'continue' not properly in loop",
        "'import *' only allowed at module level" => "import * only allowed at module level",
        said if said.starts_with("cannot define nonlocal") => "nonlocal declaration not allowed at module level",
        _ => return None,
    };
    Some(Told { message: message.to_owned(), place: None })
}

#[derive(Debug, Clone)]
struct Token {
    kind: TokenKind,
    place: Range<usize>,
    /// How many brackets are open before it.
    level: usize,
}

/// A source and its tokens, without comments and the line ends within brackets.
struct Page<'a> {
    source: &'a str,
    tokens: Vec<Token>,
    errors: Vec<(ParseErrorType, Range<usize>)>,
}

impl<'a> Page<'a> {
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

    fn line(&self, at: usize) -> usize {
        self.source.as_bytes()[..at.min(self.source.len())].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// The index of the first token that ends behind a place; the end of a statement may be empty.
    fn token_at(&self, at: usize) -> usize {
        let is_behind = |token: &Token| {
            let is_end = matches!(token.kind, TokenKind::Newline | TokenKind::EndOfFile);
            token.place.end > at || (is_end && token.place == (at..at))
        };
        self.tokens.iter().position(is_behind).unwrap_or(self.tokens.len())
    }

    // --- what the parser found ---

    fn parsed(&self, error: &ParseErrorType, is_unclosed_bracket: bool, place: Range<usize>) -> Option<Told> {
        if is_unclosed_bracket {
            return None;
        }
        let at = self.token_at(place.start);
        let early = self.never_closed(place.start).or_else(|| self.unfinished(error, at));
        if early.is_some() {
            return early;
        }
        if let Some(message) = self.cpython_messages(error, &place) {
            return Some(Told { message, place: self.corrected(error, &place) });
        }
        self.legacy(at)
            .or_else(|| self.conditional(error, at))
            .or_else(|| self.without_value(at))
            .or_else(|| self.display(error, at))
            .or_else(|| self.comma(at))
            .or_else(|| self.equals(at))
            .or_else(|| self.generic(error, at))
    }

    /// A bracket that is never closed and stands on an earlier line than what comes of it.
    fn never_closed(&self, at: usize) -> Option<Told> {
        let open = syntax::open_bracket(self.source)?;
        if self.line(at) > self.line(open) { self.is_never_closed(open) } else { None }
    }

    fn is_never_closed(&self, open: usize) -> Option<Told> {
        let place = open..open + 1;
        told_at(format!("'{}' was never closed", self.text(&place)), place)
    }

    /// CPython's words for a mistake that the parser knows by a name.
    fn cpython_messages(&self, error: &ParseErrorType, place: &Range<usize>) -> Option<String> {
        Some(match error {
            ParseErrorType::InvalidAssignmentTarget => self.assignment(place),
            ParseErrorType::InvalidDeleteTarget => format!("cannot delete {}", self.kind(place)),
            ParseErrorType::InvalidAugmentedAssignmentTarget => {
                format!("'{}' is an illegal expression for augmented assignment", self.kind(place))
            }
            ParseErrorType::InvalidNamedAssignmentTarget => {
                format!("cannot use assignment expressions with {}", self.kind(place))
            }
            ParseErrorType::InvalidAnnotatedAssignmentTarget => match self.kind(place) {
                kind @ ("list" | "tuple") => format!("only single target (not {kind}) can be annotated"),
                _ => "illegal target for annotation".to_owned(),
            },
            ParseErrorType::DuplicateKeywordArgumentError(name) => format!("keyword argument repeated: {name}"),
            ParseErrorType::OtherError(said) => self.other(said, place)?,
            ParseErrorType::FStringError(error) | ParseErrorType::Lexical(LexicalErrorType::FStringError(error)) => {
                self.of_f_string(error, place)?
            }
            error => plain_wording(error)?.to_owned(),
        })
    }

    /// What is wrong within an f-string.
    fn of_f_string(&self, error: &InterpolatedStringErrorType, place: &Range<usize>) -> Option<String> {
        use InterpolatedStringErrorType as Kind;
        let said = match error {
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
        Some(format!("f-string: {said}"))
    }

    /// What the parser says in a sentence of its own.
    fn other(&self, said: &str, place: &Range<usize>) -> Option<String> {
        if said.starts_with("Expected an indented block after") {
            // "class definition", but "'if' statement".
            let after = said.replace("`class`", "class").replace('`', "'");
            let before = self.source.get(..place.start)?;
            let opener = before.lines().collect::<Vec<_>>().iter().rposition(|line| line.trim_end().ends_with(':'))?;
            return Some(format!("e{} on line {}", &after[1..], opener + 1));
        }
        Some(match said {
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

    /// Where CPython points, for the mistakes that it words as `cpython_messages` does; none: where the parser does.
    fn corrected(&self, error: &ParseErrorType, place: &Range<usize>) -> Option<Range<usize>> {
        let at = self.token_at(place.start);
        let next = |kind| self.tokens.iter().skip(at).find(|token| token.kind == kind);
        match error {
            ParseErrorType::OtherError(said) if said.starts_with("Cannot have both") => {
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
            ParseErrorType::InvalidStarredExpressionUsage => Some(place.start..self.longest(at + 1, |_| false)?),
            ParseErrorType::OtherError(said) if said == "Expected a parameter name" => {
                Some(place.start..next(TokenKind::Equal)?.place.end)
            }
            ParseErrorType::OtherError(said) if said == "Trailing comma not allowed" => Some(place.end..place.end + 1),
            ParseErrorType::PositionalAfterKeywordArgument | ParseErrorType::PositionalAfterKeywordUnpacking => {
                let level = self.tokens.get(at)?.level;
                let end = self.tokens.iter().skip(at).find(|token| token.level < level && is_closing(token.kind));
                Some(end?.place.clone())
            }
            ParseErrorType::InvalidArgumentUnpackingOrder => {
                Some(self.tokens.get(at.checked_sub(1)?)?.place.start..place.end)
            }
            ParseErrorType::IterableUnpackingInComprehension => {
                let end = self.longest(at + 1, |_| true)?;
                Some(place.start..end)
            }
            _ => None,
        }
    }

    /// `5 = x`, `f() = x`, `None = x`.
    fn assignment(&self, place: &Range<usize>) -> String {
        if self.text(place).starts_with("yield") {
            return "assignment to yield expression not possible".to_owned();
        }
        let Some(target) = parse(self.text(place)) else { return generic() };
        let kind = name_of(&target);
        let at = self.token_at(place.start);
        let behind = self.tokens.iter().position(|token| token.place.start >= place.end);
        let begins = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        let begins = begins.is_none_or(|before| ends_statement(before.kind));
        let rest = self.tokens.iter().skip(behind.unwrap_or(self.tokens.len()));
        let equals =
            rest.take_while(|token| !ends_statement(token.kind)).filter(|token| token.kind == TokenKind::Equal);
        if begins && equals.count() == 1 && is_operand(&target) && !matches!(kind, "True" | "False" | "None") {
            return format!("cannot assign to {kind} here. Maybe you meant '==' instead of '='?");
        }
        format!("cannot assign to {kind}")
    }

    /// `print 'x'`, as in Python 2.
    fn legacy(&self, at: usize) -> Option<Told> {
        let statement = self.tokens.get(at.checked_sub(1)?)?;
        let name = self.text(&statement.place);
        if statement.kind != TokenKind::Name || !matches!(name, "print" | "exec") {
            return None;
        }
        let end = self.longest(at, |_| true)?;
        told_at(
            format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?"),
            statement.place.start..end,
        )
    }

    /// Two expressions side by side within brackets.
    fn comma(&self, at: usize) -> Option<Told> {
        let here = self.tokens.get(at)?;
        let before = self.tokens.get(at.checked_sub(1)?)?;
        if here.kind == TokenKind::Rsqb && before.kind == TokenKind::Lsqb {
            // `'t'[]`: an empty list beside it.
            return self.comma(at - 1);
        }
        if here.level == 0 || is_closing(here.kind) {
            return None;
        }
        let end = self.longest(at, |_| false)?;
        if self.are_parameters(at) {
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
        told_at("invalid syntax. Perhaps you forgot a comma?", start.place.start..end)
    }

    /// Whether a token stands in the brackets behind `def f`.
    fn are_parameters(&self, at: usize) -> bool {
        let level = self.tokens.get(at).map_or(0, |token| token.level);
        let opened = self.tokens[..at].iter().rposition(|token| is_opening(token.kind) && token.level < level);
        let word = opened.and_then(|opened| self.tokens.get(opened.checked_sub(2)?));
        word.is_some_and(|word| word.kind == TokenKind::Def)
    }

    /// `1 if x` without an `else`.
    fn conditional(&self, error: &ParseErrorType, at: usize) -> Option<Told> {
        if !matches!(error, ParseErrorType::ExpectedToken { expected: TokenKind::Else, .. }) {
            return None;
        }
        let condition = self.tokens[..at].iter().rposition(|token| token.kind == TokenKind::If)?;
        let first = self.operand_before(condition, |_| true)?;
        let end = self.tokens.get(at.checked_sub(1)?)?.place.end;
        told_at("expected 'else' after 'if' expression", self.tokens.get(first)?.place.start..end)
    }

    /// `if x = 1:`
    fn equals(&self, at: usize) -> Option<Told> {
        if self.tokens.get(at)?.kind != TokenKind::Equal {
            return None;
        }
        let first = self.operand_before(at, is_operand)?;
        let start = self.tokens.get(first)?.place.start;
        let before = start..self.tokens.get(at - 1)?.place.end;
        let target = parse(self.text(&before))?;
        if matches!(target, Expr::Name(_)) {
            let end = self.longest(at + 1, |_| false)?;
            return told_at("invalid syntax. Maybe you meant '==' or ':=' instead of '='?", start..end);
        }
        let kind = name_of(&target);
        match kind {
            "True" | "False" | "None" => told_at(format!("cannot assign to {kind}"), before),
            _ => told_at(format!("cannot assign to {kind} here. Maybe you meant '==' instead of '='?"), before),
        }
    }

    /// What stands within braces or square brackets, and is no dict and no comprehension.
    fn display(&self, error: &ParseErrorType, at: usize) -> Option<Told> {
        let here = self.tokens.get(at)?;
        let before = self.tokens.get(at.checked_sub(1)?)?;
        let opened = self.tokens[..at].iter().rposition(|token| is_opening(token.kind) && token.level < here.level);
        let opening = opened.map(|opened| self.tokens[opened].kind);
        let in_braces =
            opening == Some(TokenKind::Lbrace) || (here.kind == TokenKind::Rbrace && before.kind == TokenKind::Colon);
        if in_braces && before.kind == TokenKind::Colon && matches!(here.kind, TokenKind::Rbrace | TokenKind::Comma) {
            return told_at("expression expected after dictionary key and ':'", before.place.clone());
        }
        let wants_colon = matches!(error, ParseErrorType::ExpectedToken { expected: TokenKind::Colon, .. });
        if wants_colon && (in_braces || here.kind == TokenKind::Rbrace) && !self.text(&before.place).is_empty() {
            return told_at("':' expected after dictionary key", before.place.end - 1..before.place.end);
        }
        if here.kind == TokenKind::For && matches!(opening, Some(TokenKind::Lsqb | TokenKind::Lbrace)) {
            let first = self.tokens.get(opened? + 1)?;
            if first.kind == TokenKind::DoubleStar {
                return told_at("dict unpacking cannot be used in dict comprehension", first.place.clone());
            }
            let target = first.place.start..before.place.end;
            if matches!(parse(self.text(&target)), Some(Expr::Tuple(_))) {
                return told_at("did you forget parentheses around the comprehension target?", target);
            }
        }
        None
    }

    /// "invalid syntax" at a token, but for a colon that CPython says it expects.
    fn generic(&self, error: &ParseErrorType, at: usize) -> Option<Told> {
        let here = self.tokens.get(at);
        if matches!(error, ParseErrorType::ExpectedToken { expected: TokenKind::Colon, .. }) {
            let first_word = here.map_or("", |here| self.first_word(here.place.start));
            let is_forced = matches!(first_word, "def" | "async" | "try" | "else" | "finally");
            if is_forced || here.is_none_or(|here| matches!(here.kind, TokenKind::Newline | TokenKind::EndOfFile)) {
                return Some(Told { message: "expected ':'".to_owned(), place: None });
            }
        }
        let Some(here) = here else { return Some(Told { message: generic(), place: None }) };
        let before = at.checked_sub(1).map(|before| &self.tokens[before]);
        let is_operand =
            before.is_some_and(|before| is_closing(before.kind) || parse(self.text(&before.place)).is_some());
        let is_import = matches!(self.first_word(here.place.start), "import" | "from");
        let goes_on = self.tokens.get(at + 1).is_none_or(|next| {
            next.place.is_empty() || is_opening(next.kind) || parse(self.text(&next.place)).is_some()
        });
        if is_operand && goes_on && !is_import && is_opening(here.kind) && self.closing_of(at).is_none() {
            return self.is_never_closed(here.place.start);
        }
        if is_operand && here.kind == TokenKind::Not {
            // It may have become `not in`.
            let next = self.tokens.get(at + 1).filter(|next| !next.place.is_empty() && next.kind != TokenKind::Newline);
            let end = self.source.trim_end_matches(['\n', '\r']).len();
            return told_at(generic(), next.map_or(end..end + 1, |next| next.place.clone()));
        }
        if self.text(&here.place) == ">" && at > 0 && self.text(&self.tokens[at - 1].place) == "<" {
            return told_at(generic(), self.tokens[at - 1].place.start..here.place.end);
        }
        let said_in_full = matches!(
            error,
            ParseErrorType::Lexical(_) | ParseErrorType::FStringError(_) | ParseErrorType::TStringError(_)
        );
        if said_in_full || here.place.is_empty() || here.kind == TokenKind::Newline {
            return match error {
                ParseErrorType::Lexical(_) => None,
                _ => Some(Told { message: generic(), place: None }),
            };
        }
        told_at(generic(), here.place.clone())
    }

    // --- what the parser lets pass ---

    /// `except A, B:`
    fn exception_types(&self) -> Option<Told> {
        self.tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Except).find_map(|(at, _)| {
            let star = usize::from(self.tokens.get(at + 1).is_some_and(|token| token.kind == TokenKind::Star));
            let from = at + 1 + star;
            let level = self.tokens.get(from)?.level;
            let rest = || self.tokens.iter().skip(from).filter(|token| token.level == level);
            let end = rest().find(|token| matches!(token.kind, TokenKind::Colon | TokenKind::Newline))?.place.start;
            rest().find(|token| token.kind == TokenKind::Comma && token.place.start < end)?;
            let types = self.tokens.get(from)?.place.start..end;
            let types = types.start..types.start + self.text(&types).trim_end().len();
            told_at("multiple exception types must be parenthesized", types)
        })
    }

    /// `except:` before another `except`.
    fn default_except(&self) -> Option<Told> {
        let parsed = parser::parse_module(self.source).ok()?;
        let mut misplaced = Misplaced(None);
        rustpython_compiler::ast::visitor::Visitor::visit_body(&mut misplaced, &parsed.syntax().body);
        told_at("default 'except:' must be last", misplaced.0?)
    }

    // --- expressions around a place ---

    /// What the expression at a place is called in messages.
    fn kind(&self, place: &Range<usize>) -> &'static str {
        parse(self.text(place)).as_ref().map_or("expression", name_of)
    }

    /// The first word of the line that a place is on.
    fn first_word(&self, at: usize) -> &'a str {
        let line = self.source[..at.min(self.source.len())].rfind('\n').map_or(0, |end| end + 1);
        let line = self.source[line..].trim_start();
        line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
    }

    /// Where the longest expression ends that begins with a token; a tuple without brackets only where `is_tuple` says so.
    fn longest(&self, at: usize, is_tuple: impl Fn(&Expr) -> bool) -> Option<usize> {
        let first = self.tokens.get(at)?;
        let rest = self.tokens.iter().skip(at).take_while(|token| token.level >= first.level);
        let ends: Vec<usize> = rest
            .take_while(|token| !ends_statement(token.kind))
            .map(|token| token.place.end)
            .chain(self.closing_of(at))
            .collect();
        ends.into_iter().rev().find(|end| {
            let Some(expression) = parse(self.text(&(first.place.start..*end))) else { return false };
            let is_bare = matches!(&expression, Expr::Tuple(tuple) if !tuple.parenthesized);
            !is_bare || is_tuple(&expression)
        })
    }

    /// The end of the bracket that a token opens.
    fn closing_of(&self, at: usize) -> Option<usize> {
        let opening = self.tokens.get(at).filter(|token| is_opening(token.kind))?;
        let closing = self.tokens.iter().skip(at + 1).find(|token| token.level == opening.level)?;
        Some(closing.place.end)
    }

    /// The first token of the longest fitting expression that ends right before a token.
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

/// Finds an `except:` that is not the last.
struct Misplaced(Option<Range<usize>>);

impl<'a> rustpython_compiler::ast::visitor::Visitor<'a> for Misplaced {
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

fn generic() -> String {
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
