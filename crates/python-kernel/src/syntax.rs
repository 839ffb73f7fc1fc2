//! Python's grammar, as far as the prompt needs it: where a statement ends, whether an input is complete, which
//! words to colour, and whether a source is nested too deeply to be compiled at all.

use ruff_text_size::Ranged;
use rustpython_compiler::ast::token::TokenKind;
use rustpython_compiler::ast::visitor::{self, Visitor};
use rustpython_compiler::ast::{Expr, ExprContext, Mod as Tree, Stmt};
use rustpython_compiler::parser::{self, LexicalErrorType, Mode, ParseError, ParseErrorType, Parsed};
use std::ops::Range;

/// How deep brackets may nest, as in CPython.
const MAX_BRACKETS: usize = 200;
/// How deep blocks may be indented, as in CPython.
const MAX_INDENTS: usize = 100;
/// How many operators one expression may chain. CPython ends somewhere in the thousands, by its stack.
const MAX_OPERATORS: usize = 3000;

/// Python's keywords, without those that are only at some places.
pub const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

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

/// An expression whose value the interactive prompt echoes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echo {
    pub range: Range<usize>,
    /// Whether it is the whole statement, and not inside a block.
    pub is_whole: bool,
    pub is_tuple: bool,
}

/// What the prompt echoes of a source, in order: also what stands in blocks, but nothing in functions and classes.
#[must_use]
pub fn echoes(source: &str) -> Vec<Echo> {
    let mut found = Vec::new();
    if too_deep(source).is_none() {
        find_echoes(suite(&parse(source)), true, &mut found);
    }
    found
}

fn find_echoes(statements: &[Stmt], is_whole: bool, found: &mut Vec<Echo>) {
    for statement in statements {
        match statement {
            Stmt::Expr(expression) => {
                let is_tuple = expression.value.is_tuple_expr();
                found.push(Echo { range: bytes(statement), is_whole, is_tuple });
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
        ParseErrorType::OtherError(said) if at_end => WANTS_MORE.iter().any(|start| said.starts_with(start)),
        _ => false,
    }
}

/// How the parser's errors begin that tell of a block still to come.
const WANTS_MORE: &[&str] = &[
    "Expected an indented block",
    "Expected `except` or `finally`",
    "Expected `case` block",
    "Expected class, function definition or async function definition after decorator",
];

/// Whether a string in three quotes, with expressions in it, goes on beyond the end.
fn leaves_triple_quote_open(source: &str) -> bool {
    source.matches("\"\"\"").count() % 2 == 1 || source.matches("'''").count() % 2 == 1
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

/// The last bracket of a source that is open still, as its place; none where a string or nothing is open.
#[must_use]
pub fn open_bracket(source: &str) -> Option<usize> {
    let mut open = Vec::new();
    for (range, class) in tokens(source) {
        match source[range.clone()].as_bytes() {
            [b'(' | b'[' | b'{'] if class == Class::Operator => open.push(range.start),
            [b')' | b']' | b'}'] if class == Class::Operator => drop(open.pop()),
            _ => {}
        }
    }
    open.pop()
}

/// The variables of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables {
    /// Those that it gives a value, in whatever way: `=`, `for`, `with`, `:=`, `def`, `class`, and those to whose value it
    /// adds something: `x[0] = …`, `x.append(…)`.
    pub bound: Vec<String>,
    /// Those whose value it reads.
    pub read: Vec<String>,
}

/// The methods by which a list, a set or a dict takes something in.
const TAKES_IN: &[&str] = &["add", "append", "appendleft", "extend", "insert", "setdefault", "update"];

/// The variables that a source gives a value, and those that it reads; none of what is no Python.
#[must_use]
pub fn variables(source: &str) -> Variables {
    let mut found = Variables::default();
    if too_deep(source).is_none() {
        let parsed = parse(source);
        if parsed.errors().is_empty() {
            found.visit_body(suite(&parsed));
        }
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
            // What is added to was read before.
            self.read.push(name.id.to_string());
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            let list = if name.ctx == ExprContext::Store { &mut self.bound } else { &mut self.read };
            list.push(name.id.to_string());
        }
        let taker = match expression {
            Expr::Subscript(item) if item.ctx == ExprContext::Store => Some(&*item.value),
            Expr::Call(call) => match &*call.func {
                Expr::Attribute(method) if TAKES_IN.contains(&method.attr.as_str()) => Some(&*method.value),
                _ => None,
            },
            _ => None,
        };
        if let Some(Expr::Name(name)) = taker {
            self.bound.push(name.id.to_string());
        }
        visitor::walk_expr(self, expression);
    }
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

fn parse(source: &str) -> Parsed<Tree> {
    parser::parse_unchecked(source, Mode::Module.into())
}

fn suite(parsed: &Parsed<Tree>) -> &[Stmt] {
    match parsed.syntax() {
        Tree::Module(module) => &module.body,
        Tree::Expression(_) => &[],
    }
}

fn bytes(ranged: &impl Ranged) -> Range<usize> {
    ranged.start().to_usize()..ranged.end().to_usize()
}

fn line_at(source: &str, offset: usize) -> usize {
    source.as_bytes()[..offset.min(source.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Judged {
        source: String,
        judged: String,
    }

    #[test]
    fn inputs_are_complete_when_codeop_says_so() {
        let recorded: Vec<Judged> = serde_json::from_str(include_str!("../tests/recorded/completeness.json")).unwrap();
        let differing: Vec<_> = recorded
            .iter()
            .map(|case| (&case.source, &case.judged, format!("{:?}", completeness(&case.source))))
            .filter(|(_, judged, ours)| *judged != ours)
            .collect();
        assert!(differing.is_empty(), "{differing:#?}");
    }

    #[test]
    fn a_paste_and_an_indented_blank_line_are_judged_as_well() {
        assert_eq!(completeness("a = 1\nif x:"), Completeness::Incomplete);
        assert_eq!(completeness("if x:\n    pass\n    "), Completeness::Complete, "an editor leaves its indentation");
    }

    #[derive(serde::Deserialize)]
    struct Split {
        source: String,
        statements: Vec<Segment>,
    }

    #[derive(serde::Deserialize)]
    struct Segment {
        source: String,
        first_line: usize,
    }

    #[test]
    fn statements_are_those_of_ast() {
        let recorded: Vec<Split> = serde_json::from_str(include_str!("../tests/recorded/statements.json")).unwrap();
        for case in recorded {
            let ours = split(&case.source).unwrap();
            let theirs = case.statements.into_iter();
            let theirs: Vec<_> =
                theirs.map(|part| Statement { source: part.source, first_line: part.first_line }).collect();
            assert_eq!(ours, theirs, "{}", case.source);
        }
    }

    #[test]
    fn what_is_no_python_is_not_split() {
        let error = split("a = 1\nb = = 2\n").unwrap_err();
        assert_eq!(error.line, 2, "{error:?}");
    }

    #[test]
    fn tokens_have_their_class() {
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
    fn variables_are_bound_in_many_ways() {
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
    fn the_bracket_that_is_open_is_the_last_one() {
        for (source, place) in [
            ("r.zremrangebyscore('temps', -inf, (1700000120)\n", Some(18)),
            ("f(')', [1, 2\n\n", Some(7)),
            ("f(1)", None),
            ("'''(", None),
            ("if x:\n    f(", Some(11)),
        ] {
            assert_eq!(open_bracket(source), place, "{source}");
        }
    }

    #[test]
    fn any_text_has_tokens_and_a_judgement() {
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
                    let _ = split(&source);
                }
            }
        }
    }

    #[test]
    fn what_would_overflow_the_compiler_is_found_without_it() {
        let nested = |open: &str, close: &str, depth: usize| open.repeat(depth) + "1" + &close.repeat(depth);
        for (source, expected) in [
            (nested("(", ")", 200), Some(TooDeep::Brackets)),
            (nested("[", "]", 190), None),
            ("(".repeat(200_000), Some(TooDeep::Brackets)),
            (nested("-", "", 100_000), Some(TooDeep::Operators)),
            (nested("not ", "", 100_000), Some(TooDeep::Operators)),
            (nested("1+", "", 100_000), Some(TooDeep::Operators)),
            ("a".to_owned() + &".a".repeat(100_000), Some(TooDeep::Operators)),
            ("a".to_owned() + &"()".repeat(100_000), Some(TooDeep::Operators)),
            (nested("lambda:", "", 100_000), Some(TooDeep::Operators)),
            (nested("1 if 1 else ", "", 100_000), Some(TooDeep::Operators)),
            (format!("[{}]", "-1, ".repeat(100_000)), None),
            ("x = 1 + 2\n".repeat(10_000), None),
            ("f('(((((((((((')\n".repeat(1_000), None),
            ((0..120).map(|i| format!("{}if 1:\n", " ".repeat(i))).collect(), Some(TooDeep::Indents)),
        ] {
            assert_eq!(too_deep(&source), expected, "{}", &source[..40]);
        }
    }
}
