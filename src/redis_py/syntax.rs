//! Python's grammar, as far as the prompt needs it: where a statement ends, whether an input is complete, which
//! words to colour, and whether a source is nested too deeply to be compiled at all.

use ruff_text_size::Ranged;
use rustpython_compiler::ast::Stmt;
use rustpython_compiler::ast::token::TokenKind;
use rustpython_compiler::parser::{self, LexicalErrorType, Mode, ParseError, ParseErrorType, Parsed};
use std::ops::Range;

/// How deep brackets may nest, as in CPython.
const MAX_BRACKETS: usize = 200;
/// How deep blocks may be indented, as in CPython.
const MAX_INDENTS: usize = 100;
/// How many operators one expression may chain. CPython ends somewhere in the thousands, by its stack.
const MAX_OPERATORS: usize = 3000;

/// One top-level statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub source: String,
    /// The line that it begins on, counted from 1.
    pub first_line: usize,
}

/// Where a source stops being Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    /// Counted from 1.
    pub line: usize,
}

/// Whether the prompt has all of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    Complete,
    /// More lines are wanted.
    Incomplete,
    /// No further line can make it Python.
    Invalid,
}

/// What a piece of source is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Keyword,
    String,
    Number,
    Comment,
    Name,
    Operator,
    Error,
}

/// A source that would overflow the compiler's stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooDeep {
    Brackets,
    Indents,
    Operators,
}

/// The top-level statements of a source, as Python's `ast` splits them; decorators belong to what they decorate.
///
/// # Errors
/// The first place where the source is no Python.
pub fn split(source: &str) -> Result<Vec<Statement>, SyntaxError> {
    if too_deep(source).is_some() {
        return Err(SyntaxError { message: "too many nested parentheses".to_owned(), line: 1 });
    }
    let parsed = parse(source);
    if let Some(error) = parsed.errors().first() {
        return Err(SyntaxError {
            message: error.error.to_string(),
            line: line_at(source, error.location.start().to_usize()),
        });
    }
    let statement = |statement: &Stmt| {
        let range = bytes(statement);
        Statement { first_line: line_at(source, range.start), source: source[range].to_owned() }
    };
    Ok(suite(&parsed).iter().map(statement).collect())
}

/// Whether an input is complete, as the interactive prompt judges it. The input is its lines so far, joined by
/// newlines; a blank line that was entered is there as an empty last line.
#[must_use]
pub fn completeness(source: &str) -> Completeness {
    if too_deep(source).is_some() {
        return Completeness::Invalid;
    }
    let parsed = parse(source);
    let blank_line = source.rsplit_once('\n').is_some_and(|(_, last)| last.trim().is_empty());
    let first_error = parsed.errors().iter().min_by_key(|error| error.location.start());
    if let Some(error) = first_error {
        return if wants_more(source, error, blank_line) { Completeness::Incomplete } else { Completeness::Invalid };
    }
    match suite(&parsed).last() {
        _ if ends_in_continuation(source) => Completeness::Incomplete,
        Some(last) if opens_block(last) && !blank_line => Completeness::Incomplete,
        _ => Completeness::Complete,
    }
}

/// Whether lines to come could mend the error.
fn wants_more(source: &str, error: &ParseError, blank_line: bool) -> bool {
    let at_end = source[error.location.start().to_usize().min(source.len())..].trim().is_empty();
    let rest = &source[error.location.start().to_usize().min(source.len())..];
    match &error.error {
        ParseErrorType::Lexical(LexicalErrorType::Eof) => true,
        ParseErrorType::Lexical(LexicalErrorType::UnclosedStringError) => {
            opens_triple_quote(rest) || ends_in_continuation(source)
        }
        ParseErrorType::Lexical(LexicalErrorType::FStringError(error)) => format!("{error:?}").contains("Triple"),
        _ if ends_in_continuation(source) => true,
        _ if at_end => !blank_line && opens_block_line(source),
        _ => false,
    }
}

/// Whether the text begins with a string literal in three quotes.
fn opens_triple_quote(text: &str) -> bool {
    let quoted = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    quoted.starts_with("\"\"\"") || quoted.starts_with("'''")
}

/// Whether the last line goes on on the next one.
fn ends_in_continuation(source: &str) -> bool {
    source.ends_with('\\')
}

/// Whether the source ends in a block that has not begun, or one that wants another clause, or a decorator.
fn opens_block_line(source: &str) -> bool {
    let last = source.trim_end().rsplit('\n').next().unwrap_or_default();
    let first_words = ["@", "try", "async", "class", "def", "for", "if", "match", "while", "with"];
    first_words.iter().any(|word| source.lines().any(|line| line.starts_with(word))) || last.ends_with(':')
}

/// Whether the prompt waits for a blank line after the statement.
fn opens_block(statement: &Stmt) -> bool {
    matches!(
        statement,
        Stmt::FunctionDef(_)
            | Stmt::ClassDef(_)
            | Stmt::For(_)
            | Stmt::While(_)
            | Stmt::If(_)
            | Stmt::With(_)
            | Stmt::Match(_)
            | Stmt::Try(_)
    )
}

/// The pieces of a source that have a colour, in order, as byte ranges. Any text will do.
#[must_use]
pub fn tokens(source: &str) -> Vec<(Range<usize>, Class)> {
    if too_deep(source).is_some() {
        return vec![(0..source.len(), Class::Error)];
    }
    let parsed = parse(source);
    let class = |kind: TokenKind| match kind {
        TokenKind::Name => Some(Class::Name),
        TokenKind::Int | TokenKind::Float | TokenKind::Complex => Some(Class::Number),
        TokenKind::String
        | TokenKind::FStringStart
        | TokenKind::FStringMiddle
        | TokenKind::FStringEnd
        | TokenKind::TStringStart
        | TokenKind::TStringMiddle
        | TokenKind::TStringEnd => Some(Class::String),
        TokenKind::Comment => Some(Class::Comment),
        TokenKind::Unknown | TokenKind::Question | TokenKind::IpyEscapeCommand => Some(Class::Error),
        TokenKind::Newline
        | TokenKind::NonLogicalNewline
        | TokenKind::Indent
        | TokenKind::Dedent
        | TokenKind::EndOfFile => None,
        // As soft keywords are names elsewhere, the parser has told them apart.
        _ if kind.is_keyword() => Some(Class::Keyword),
        _ => Some(Class::Operator),
    };
    let tokens = parsed.tokens().iter().filter_map(|token| Some((bytes(token), class(token.kind())?)));
    tokens.filter(|(range, _)| !range.is_empty()).collect()
}

/// Whether compiling the source would nest too deeply. Looks at its tokens alone.
#[must_use]
pub fn too_deep(source: &str) -> Option<TooDeep> {
    // A source shorter than the least limit nests no deeper.
    if source.len() <= MAX_INDENTS {
        return None;
    }
    let mut lexer = parser::lexer::lex(source, Mode::Module);
    let mut indents = 0_usize;
    // The operators chained at each depth of brackets, the outermost first.
    let mut chains = vec![0_usize];
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::EndOfFile => return None,
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                // A bracket hangs on what stands before it: `f()()()` nests as `a.b.c` does.
                *chains.last_mut().expect("the outermost stays") += 1;
                chains.push(0);
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace if chains.len() > 1 => drop(chains.pop()),
            TokenKind::Comma | TokenKind::Newline | TokenKind::Semi => {
                *chains.last_mut().expect("the outermost stays") = 0;
            }
            TokenKind::Lambda | TokenKind::Else | TokenKind::Dot => {
                *chains.last_mut().expect("the outermost stays") += 1;
            }
            _ if kind.is_operator() => *chains.last_mut().expect("the outermost stays") += 1,
            _ => {}
        }
        if chains.len() > MAX_BRACKETS {
            return Some(TooDeep::Brackets);
        }
        if indents >= MAX_INDENTS {
            return Some(TooDeep::Indents);
        }
        if chains.last().is_some_and(|chain| *chain > MAX_OPERATORS) {
            return Some(TooDeep::Operators);
        }
    }
}

fn parse(source: &str) -> Parsed<parser_ast::Mod> {
    parser::parse_unchecked(source, Mode::Module.into())
}

use rustpython_compiler::ast as parser_ast;

fn suite(parsed: &Parsed<parser_ast::Mod>) -> &[Stmt] {
    match parsed.syntax() {
        parser_ast::Mod::Module(module) => &module.body,
        parser_ast::Mod::Expression(_) => &[],
    }
}

fn bytes(ranged: &impl Ranged) -> Range<usize> {
    ranged.start().to_usize()..ranged.end().to_usize()
}

fn line_at(source: &str, offset: usize) -> usize {
    source.as_bytes()[..offset.min(source.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}
