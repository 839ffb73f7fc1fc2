//! Errors that CPython finds after parsing, such as `return` outside a function.

use super::Diagnostic;
use ruff_text_size::Ranged;
use rustpython_compiler::ast::visitor::{self, Visitor};
use rustpython_compiler::ast::{Expr, Stmt};
use rustpython_compiler::parser;
use std::ops::Range;

/// Returns CPython's version of an error, or `None` if it does not differ. `at` is the byte offset that the compiler
/// reports.
pub(super) fn diagnostic(message: &str, source: &str, at: Option<usize>) -> Option<Diagnostic> {
    let found = at.and_then(|at| Found::at(source, at));
    let place = found.as_ref().and_then(|found| found.place(message, source));
    let reworded = match message {
        "'continue' outside loop" => Some("'continue' not properly in loop"),
        "'import *' only allowed at module level" => Some("import * only allowed at module level"),
        "'await' outside async function" if found.is_some_and(|found| !found.is_in_function) => {
            Some("'await' outside function")
        }
        message if message.starts_with("cannot define nonlocal") => {
            Some("nonlocal declaration not allowed at module level")
        }
        _ => None,
    };
    if reworded.is_none() && place.is_none() {
        return None;
    }
    Some(Diagnostic { message: reworded.unwrap_or(message).to_owned(), place })
}

/// What is at a byte offset of source text.
struct Found {
    at: usize,
    /// The innermost statement around the offset.
    statement: Option<Range<usize>>,
    /// The statement, if it begins at the offset.
    is_start_of_statement: bool,
    /// The starred expression or the `yield` or `await` expression that begins at the offset.
    expression: Option<Range<usize>>,
    is_in_function: bool,
}

impl Found {
    fn at(source: &str, at: usize) -> Option<Found> {
        let parsed = parser::parse_module(source).ok()?;
        let mut found =
            Found { at, statement: None, is_start_of_statement: false, expression: None, is_in_function: false };
        found.visit_body(&parsed.syntax().body);
        Some(found)
    }

    /// Returns the range that CPython underlines for a message of the compiler. Returns `None` to keep the compiler's.
    fn place(&self, message: &str, source: &str) -> Option<Range<usize>> {
        let is_about = |words: &[&str]| words.iter().any(|word| message.contains(word));
        if is_about(&["'yield", "'await'", "starred expression", "asynchronous comprehension"]) {
            return self.expression.clone();
        }
        if is_about(&["'return'", "'break'", "'continue'"]) && self.is_start_of_statement
            || is_about(&["global declaration", "nonlocal"])
        {
            return self.statement.clone();
        }
        if message.starts_with("'import *'") {
            return Some(self.at..self.at + 1);
        }
        if message.starts_with("duplicate argument") {
            let is_name = |c: char| c.is_alphanumeric() || c == '_';
            let length: usize = source.get(self.at..)?.chars().take_while(|&c| is_name(c)).map(char::len_utf8).sum();
            return Some(self.at..self.at + length);
        }
        None
    }
}

impl<'a> Visitor<'a> for Found {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let place = statement.range().to_std_range();
        if !place.contains(&self.at) {
            return;
        }
        self.is_start_of_statement = place.start == self.at;
        self.statement = Some(place);
        let is_header = matches!(statement, Stmt::FunctionDef(function)
            if function.body.first().is_some_and(|first| first.range().start().to_usize() > self.at));
        self.is_in_function |= matches!(statement, Stmt::FunctionDef(_)) && !is_header;
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let place = expression.range().to_std_range();
        let is_wanted = matches!(
            expression,
            Expr::Yield(_)
                | Expr::YieldFrom(_)
                | Expr::Await(_)
                | Expr::Starred(_)
                | Expr::ListComp(_)
                | Expr::SetComp(_)
                | Expr::DictComp(_)
        );
        if is_wanted && place.start == self.at {
            self.expression.get_or_insert(place.clone());
        }
        self.is_in_function |= matches!(expression, Expr::Lambda(_)) && place.contains(&self.at);
        visitor::walk_expr(self, expression);
    }
}
