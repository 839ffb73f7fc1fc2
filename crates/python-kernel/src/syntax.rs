//! The parts of Python's grammar that an interactive prompt needs: where a statement ends, whether an input is
//! complete, how to colour its tokens, and whether source text is nested too deeply to be compiled.
//!
//! This module does not run Python, and needs no child process.
//!
//! ```
//! use python_kernel::syntax::{self, Completeness};
//!
//! let statements = syntax::split_statements("r.set('a', 1)\nr.get('a')\n")?;
//! assert_eq!(statements.len(), 2);
//! assert_eq!(statements[1].first_line, 2);
//!
//! assert_eq!(syntax::completeness("for key in keys:"), Completeness::Incomplete);
//! # Ok::<(), syntax::SyntaxError>(())
//! ```

mod nesting;
mod stack;
pub mod structure;

use ruff_text_size::Ranged;
use rustpython_compiler::ast::token::TokenKind;
use rustpython_compiler::ast::visitor::{self, Visitor};
use rustpython_compiler::ast::{Expr, ExprContext, Mod as Tree, Stmt};
use rustpython_compiler::parser::{self, LexicalErrorType, Mode, ParseError, ParseErrorType, Parsed};
use std::fmt;
use std::ops::Range;

pub use nesting::{ExcessiveNesting, excessive_nesting};
use stack::with_enough_stack;

/// Python's keywords, without the soft keywords (`match`, `case`, `type`), which can also be used as names.
pub const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// A top-level statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The source text of the statement.
    pub source: String,
    /// Number of the statement's first line, counted from 1.
    pub first_line: usize,
    /// Whether the previous statement ends on the line where this one begins, as in `a = 1; b = 2`. If the previous
    /// statement raises an exception, Python does not run this one.
    pub continues_line: bool,
}

/// The first syntax error in source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The parser's error message.
    pub message: String,
    /// Number of the line that contains the error, counted from 1.
    pub line: usize,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for SyntaxError {}

/// Whether an input at the prompt is ready to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// The input is ready to run.
    Complete,
    /// The input needs more lines.
    Incomplete,
    /// The input has a syntax error that further lines cannot repair.
    Invalid,
}

/// The class of a token, which determines its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenClass {
    /// A keyword, including a soft keyword where it is used as one.
    Keyword,
    /// A string or bytes literal, or the literal parts of an f-string.
    String,
    /// A numeric literal.
    Number,
    /// A comment.
    Comment,
    /// An identifier.
    Name,
    /// An operator, a bracket or another punctuation mark.
    Operator,
    /// Text that Python's grammar does not allow.
    Error,
}

/// Splits source text into its top-level statements, as Python's `ast` does. Decorators belong to the statement below
/// them.
///
/// # Errors
/// Returns the first syntax error if the source text is not valid Python.
pub fn split_statements(source: &str) -> Result<Vec<Statement>, SyntaxError> {
    if excessive_nesting(source).is_some() {
        return Err(SyntaxError { message: "too many nested parentheses".to_owned(), line: 1 });
    }
    with_enough_stack(source, || {
        let parsed = parse(source);
        if let Some(error) = parsed.errors().first() {
            return Err(SyntaxError {
                message: error.error.to_string(),
                line: line_at(source, error.location.start().to_usize()),
            });
        }
        let mut last_line = 0;
        let mut statements = Vec::new();
        for statement in suite(&parsed) {
            let range = bytes(statement);
            let first_line = line_at(source, range.start);
            let continues_line = first_line == last_line;
            last_line = line_at(source, range.end);
            statements.push(Statement { source: source[range].to_owned(), first_line, continues_line });
        }
        Ok(statements)
    })
}

/// An expression whose value the interactive prompt echoes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EchoedExpression {
    /// The byte range of the expression in the source text.
    pub range: Range<usize>,
    /// Whether the expression is a top-level statement, as opposed to a statement inside a block.
    pub is_whole: bool,
    /// Whether the expression is a tuple.
    pub is_tuple: bool,
}

/// Returns the expressions whose values the prompt echoes, in order. Includes expressions inside blocks, but not those
/// inside functions and classes.
#[must_use]
pub fn echoed_expressions(source: &str) -> Vec<EchoedExpression> {
    let mut found = Vec::new();
    if excessive_nesting(source).is_none() {
        with_enough_stack(source, || find_echoes(suite(&parse(source)), true, &mut found));
    }
    found
}

fn find_echoes(statements: &[Stmt], is_whole: bool, found: &mut Vec<EchoedExpression>) {
    for statement in statements {
        match statement {
            Stmt::Expr(expression) => {
                let is_tuple = expression.value.is_tuple_expr();
                found.push(EchoedExpression { range: bytes(statement), is_whole, is_tuple });
            }
            Stmt::For(block) => {
                find_echoes(&block.body, false, found);
                find_echoes(&block.orelse, false, found);
            }
            Stmt::While(block) => {
                find_echoes(&block.body, false, found);
                find_echoes(&block.orelse, false, found);
            }
            Stmt::If(block) => {
                find_echoes(&block.body, false, found);
                for clause in &block.elif_else_clauses {
                    find_echoes(&clause.body, false, found);
                }
            }
            Stmt::With(block) => find_echoes(&block.body, false, found),
            Stmt::Match(block) => {
                for case in &block.cases {
                    find_echoes(&case.body, false, found);
                }
            }
            Stmt::Try(block) => {
                find_echoes(&block.body, false, found);
                for handler in block.handlers.iter().filter_map(|handler| handler.as_except_handler()) {
                    find_echoes(&handler.body, false, found);
                }
                find_echoes(&block.orelse, false, found);
                find_echoes(&block.finalbody, false, found);
            }
            _ => {}
        }
    }
}

/// Returns the completeness of an input by the rules of Python's interactive prompt. The input consists of the lines
/// typed so far, joined by newlines. If the last line is blank, the input ends in a newline.
#[must_use]
pub fn completeness(source: &str) -> Completeness {
    if excessive_nesting(source).is_some() {
        return Completeness::Invalid;
    }
    with_enough_stack(source, || completeness_of(source))
}

fn completeness_of(source: &str) -> Completeness {
    let parsed = parse(source);
    let blank_line = source.rsplit_once('\n').is_some_and(|(_, last)| last.trim().is_empty());
    let first_error = parsed.errors().iter().min_by_key(|error| error.location.start());
    if let Some(error) = first_error {
        return if is_repaired_by_more_lines(source, error, blank_line) {
            Completeness::Incomplete
        } else {
            Completeness::Invalid
        };
    }
    match suite(&parsed).last() {
        _ if ends_in_continuation(source) => Completeness::Incomplete,
        Some(last) if opens_block(last) && !blank_line => Completeness::Incomplete,
        _ => Completeness::Complete,
    }
}

/// Returns whether further lines could repair a syntax error. `blank_line` tells whether the input ends in a blank
/// line.
fn is_repaired_by_more_lines(source: &str, error: &ParseError, blank_line: bool) -> bool {
    let rest = &source[error.location.start().to_usize().min(source.len())..];
    let at_end = rest.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    let continues = ends_in_continuation(source);
    match &error.error {
        ParseErrorType::Lexical(LexicalErrorType::Eof) => !(blank_line && source.trim_end().ends_with('\\')),
        ParseErrorType::Lexical(LexicalErrorType::UnclosedStringError) => opens_triple_quote(rest) || continues,
        ParseErrorType::FStringError(_) | ParseErrorType::Lexical(LexicalErrorType::FStringError(_)) => {
            leaves_triple_quote_open(source) || continues
        }
        _ if continues => true,
        ParseErrorType::OtherError(message) if at_end => {
            MISSING_BLOCK_MESSAGES.iter().any(|start| message.starts_with(start))
        }
        _ => false,
    }
}

/// Prefixes of the parser's messages about a missing block.
const MISSING_BLOCK_MESSAGES: &[&str] = &[
    "Expected an indented block",
    "Expected `except` or `finally`",
    "Expected `case` block",
    "Expected class, function definition or async function definition after decorator",
];

/// Returns whether a triple-quoted f-string is still open at the end of the source text.
fn leaves_triple_quote_open(source: &str) -> bool {
    source.matches("\"\"\"").count() % 2 == 1 || source.matches("'''").count() % 2 == 1
}

/// Returns whether the text begins with a triple-quoted string literal.
fn opens_triple_quote(text: &str) -> bool {
    let quoted = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    quoted.starts_with("\"\"\"") || quoted.starts_with("'''")
}

/// Returns whether the last line ends in a backslash, which continues it on the next line.
fn ends_in_continuation(source: &str) -> bool {
    source.ends_with('\\')
}

/// Returns whether the statement is a compound statement, after which the prompt waits for a blank line.
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

/// Returns the tokens of source text in order, each with its byte range. The source text may contain syntax errors.
#[must_use]
pub fn tokens(source: &str) -> Vec<(Range<usize>, TokenClass)> {
    if excessive_nesting(source).is_some() {
        return vec![(0..source.len(), TokenClass::Error)];
    }
    with_enough_stack(source, || tokens_of(source))
}

fn tokens_of(source: &str) -> Vec<(Range<usize>, TokenClass)> {
    let parsed = parse(source);
    let class = |kind: TokenKind| match kind {
        TokenKind::Name => Some(TokenClass::Name),
        TokenKind::Int | TokenKind::Float | TokenKind::Complex => Some(TokenClass::Number),
        TokenKind::String
        | TokenKind::FStringStart
        | TokenKind::FStringMiddle
        | TokenKind::FStringEnd
        | TokenKind::TStringStart
        | TokenKind::TStringMiddle
        | TokenKind::TStringEnd => Some(TokenClass::String),
        TokenKind::Comment => Some(TokenClass::Comment),
        TokenKind::Unknown | TokenKind::Question | TokenKind::IpyEscapeCommand => Some(TokenClass::Error),
        TokenKind::Newline
        | TokenKind::NonLogicalNewline
        | TokenKind::Indent
        | TokenKind::Dedent
        | TokenKind::EndOfFile => None,
        // The parser reports a soft keyword as a keyword token only where it is used as a keyword.
        _ if kind.is_keyword() => Some(TokenClass::Keyword),
        _ => Some(TokenClass::Operator),
    };
    let tokens = parsed.tokens().iter().filter_map(|token| Some((bytes(token), class(token.kind())?)));
    tokens.filter(|(range, _)| !range.is_empty()).collect()
}

/// Returns the byte offset of the last bracket that is still open. Returns `None` if no bracket is open, or if a string
/// is still open.
#[must_use]
pub fn last_open_bracket(source: &str) -> Option<usize> {
    let mut open = Vec::new();
    for (range, class) in tokens(source) {
        match source[range.clone()].as_bytes() {
            [b'(' | b'[' | b'{'] if class == TokenClass::Operator => open.push(range.start),
            [b')' | b']' | b'}'] if class == TokenClass::Operator => drop(open.pop()),
            _ => {}
        }
    }
    open.pop()
}

/// The names of the variables that source text binds and reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables {
    /// Variables that are assigned in any way (`=`, `for`, `with`, `:=`, `def`, `class`), or whose value is modified in
    /// place (`x[0] = …`, `x.append(…)`).
    pub bound: Vec<String>,
    /// Variables whose value is read.
    pub read: Vec<String>,
}

/// Methods that add elements to a list, a set, a dict or a deque.
const ADDING_METHODS: &[&str] = &["add", "append", "appendleft", "extend", "insert", "setdefault", "update"];

/// Returns the variables that source text binds and reads. For source text with a syntax error, both lists are empty.
#[must_use]
pub fn variables(source: &str) -> Variables {
    let mut found = Variables::default();
    if excessive_nesting(source).is_none() {
        with_enough_stack(source, || {
            let parsed = parse(source);
            if parsed.errors().is_empty() {
                found.visit_body(suite(&parsed));
            }
        });
    }
    found
}

impl<'a> Visitor<'a> for Variables {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::FunctionDef(function) = statement {
            self.bound.push(function.name.to_string());
        }
        if let Stmt::ClassDef(class) = statement {
            self.bound.push(class.name.to_string());
        }
        if let Stmt::AugAssign(adds) = statement
            && let Expr::Name(name) = &*adds.target
        {
            // `x += 1` reads `x` before it assigns to it.
            self.read.push(name.id.to_string());
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            let list = if name.ctx == ExprContext::Store { &mut self.bound } else { &mut self.read };
            list.push(name.id.to_string());
        }
        let extended = match expression {
            Expr::Subscript(item) if item.ctx == ExprContext::Store => Some(&*item.value),
            Expr::Call(call) => match &*call.func {
                Expr::Attribute(method) if ADDING_METHODS.contains(&method.attr.as_str()) => Some(&*method.value),
                _ => None,
            },
            _ => None,
        };
        if let Some(Expr::Name(name)) = extended {
            self.bound.push(name.id.to_string());
        }
        visitor::walk_expr(self, expression);
    }
}

pub(crate) fn parse(source: &str) -> Parsed<Tree> {
    parser::parse_unchecked(source, Mode::Module.into())
}

pub(crate) fn suite(parsed: &Parsed<Tree>) -> &[Stmt] {
    match parsed.syntax() {
        Tree::Module(module) => &module.body,
        Tree::Expression(_) => &[],
    }
}

pub(crate) fn bytes(ranged: &impl Ranged) -> Range<usize> {
    ranged.start().to_usize()..ranged.end().to_usize()
}

fn line_at(source: &str, offset: usize) -> usize {
    source.as_bytes()[..offset.min(source.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct RecordedInput {
        source: String,
        completeness: String,
    }

    #[test]
    fn inputs_are_complete_when_codeop_says_so() {
        let recorded: Vec<RecordedInput> =
            serde_json::from_str(include_str!("../tests/recorded/completeness.json")).unwrap();
        let differing: Vec<_> = recorded
            .iter()
            .map(|case| (&case.source, &case.completeness, format!("{:?}", completeness(&case.source))))
            .filter(|(_, expected, ours)| *expected != ours)
            .collect();
        assert!(differing.is_empty(), "{differing:#?}");
    }

    #[test]
    fn pasted_lines_and_indented_blank_lines_are_handled() {
        assert_eq!(completeness("a = 1\nif x:"), Completeness::Incomplete);
        assert_eq!(
            completeness("if x:\n    pass\n    "),
            Completeness::Complete,
            "the line editor leaves indentation on a blank line"
        );
    }

    #[derive(serde::Deserialize)]
    struct RecordedStatements {
        source: String,
        statements: Vec<RecordedStatement>,
    }

    #[derive(serde::Deserialize)]
    struct RecordedStatement {
        source: String,
        first_line: usize,
    }

    #[test]
    fn statements_are_split_as_ast_splits_them() {
        let recorded: Vec<RecordedStatements> =
            serde_json::from_str(include_str!("../tests/recorded/statements.json")).unwrap();
        for case in recorded {
            let ours = split_statements(&case.source).unwrap().into_iter();
            let ours: Vec<_> = ours.map(|statement| (statement.source, statement.first_line)).collect();
            let theirs: Vec<_> = case.statements.into_iter().map(|part| (part.source, part.first_line)).collect();
            assert_eq!(ours, theirs, "{}", case.source);
        }
    }

    #[test]
    fn a_statement_continues_the_line_on_which_the_one_before_it_ends() {
        for (source, expected) in [
            ("a = 1; b = 2\nc = 3", [false, true, false].as_slice()),
            ("f(1,\n  2); g()", &[false, true]),
            ("if a:\n    b; c\nd", &[false, false]),
            ("x", &[false]),
        ] {
            let continues: Vec<bool> =
                split_statements(source).unwrap().into_iter().map(|statement| statement.continues_line).collect();
            assert_eq!(continues, expected, "{source}");
        }
    }

    #[test]
    fn a_source_with_a_syntax_error_is_not_split() {
        let error = split_statements("a = 1\nb = = 2\n").unwrap_err();
        assert_eq!(error.line, 2, "{error:?}");
    }

    #[test]
    fn each_token_has_its_class() {
        let shown = |source: &str| -> String {
            tokens(source).into_iter().map(|(range, class)| format!("{}:{class:?} ", &source[range])).collect()
        };
        for (source, expected) in [
            ("for x in r: # all", "for:Keyword x:Name in:Keyword r:Name ::Operator # all:Comment "),
            ("x = 1 + 2.5j", "x:Name =:Operator 1:Number +:Operator 2.5j:Number "),
            ("'é' b\"x\"", "'é':String b\"x\":String "),
            ("match = 1", "match:Name =:Operator 1:Number "),
            ("f'{a}'", "f':String {:Operator a:Name }:Operator ':String "),
            ("None", "None:Keyword "),
            ("$x", "$:Error x:Name "),
        ] {
            assert_eq!(shown(source), expected, "{source}");
        }
    }

    #[test]
    fn all_ways_to_bind_a_variable_are_found() {
        for (source, bound, read) in [
            ("raw = r.get('a')", "raw", "r"),
            ("a, (b, *c) = x", "a b c", "x"),
            ("for key in keys:\n    print(key)", "key", "keys print key"),
            ("with r.pipeline() as p:\n    p.get('a')", "p", "r p"),
            ("(n := r.incr('a'))", "n", "r"),
            ("def f(x):\n    return x", "f", "x"),
            ("class C: x = 1", "C x", ""),
            ("n += 1", "n", "n"),
            ("d['visits'] = 1", "d", "d"),
            ("a.append(n)", "a", "a n"),
            ("u.visits", "", "u"),
            ("x = = 1", "", ""),
        ] {
            let found = variables(source);
            assert_eq!((found.bound.join(" "), found.read.join(" ")), (bound.into(), read.into()), "{source}");
        }
    }

    #[test]
    fn the_last_open_bracket_is_found() {
        for (source, place) in [
            ("r.zremrangebyscore('temps', -inf, (1700000120)\n", Some(18)),
            ("f(')', [1, 2\n\n", Some(7)),
            ("f(1)", None),
            ("'''(", None),
            ("if x:\n    f(", Some(11)),
        ] {
            assert_eq!(last_open_bracket(source), place, "{source}");
        }
    }

    #[test]
    fn no_text_makes_the_functions_panic() {
        let pieces = [
            "'", "\"\"\"", "(", "]", "{", "f'{", "\\", "\n", "\t", "é", "日", "\0", "if x:", "  ", "@", "#", "$", "1_",
            "0x", "\r\n", ";",
        ];
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    let source = format!("{a}{b}{c}");
                    let mut end = 0;
                    for (range, _) in tokens(&source) {
                        assert!(range.start >= end && source.get(range.clone()).is_some(), "{source:?}");
                        end = range.end;
                    }
                    let _ = completeness(&source);
                    let _ = split_statements(&source);
                }
            }
        }
    }
}
