//! Replaces the source positions that the interpreter gives to instructions with CPython's positions.
//!
//! For some instructions, the interpreter reports the position of an operand where CPython reports the position of the
//! whole expression. For example, an attribute access has the position of its object, and an unpacking has the position
//! of its value. Carets at these positions would mark too little of the line, so the whole expression is looked up in
//! the syntax tree.

use ruff_text_size::Ranged;
use rustpython_compiler::ast::visitor::{self, Visitor};
use rustpython_compiler::ast::{Expr, Mod, Stmt};
use rustpython_compiler::parser::{self, Mode};
use std::ops::Range;

/// A line counted from 1, and a column as a byte offset.
pub type Place = (usize, usize);

/// Returns the start and end that CPython reports for an instruction. `start` and `end` are the positions that the
/// interpreter reports.
pub fn correct_places(source: &str, instruction: &str, start: Place, end: Place) -> (Place, Place) {
    let (Some(from), Some(to)) = (offset(source, start), offset(source, end)) else { return (start, end) };
    let Ok(parsed) = parser::parse(source, Mode::Module.into()) else { return (start, end) };
    let Mod::Module(module) = parsed.syntax() else { return (start, end) };
    let mut finder = PlaceFinder { instruction, given: from..to, found: None };
    finder.visit_body(&module.body);
    match finder.found {
        Some(found) => (place(source, found.start), place(source, found.end)),
        None => (start, end),
    }
}

fn offset(source: &str, (line, column): Place) -> Option<usize> {
    let before: usize = source.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    Some(before + column).filter(|offset| *offset <= source.len())
}

fn place(source: &str, offset: usize) -> Place {
    let before = &source.as_bytes()[..offset];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    (before.iter().filter(|byte| **byte == b'\n').count() + 1, offset - line_start)
}

/// A visitor that searches for the expression whose range CPython reports for the instruction.
struct PlaceFinder<'a> {
    instruction: &'a str,
    /// The instruction's byte range in the source text, according to the interpreter.
    given: Range<usize>,
    /// The byte range that CPython reports, from the innermost node that determines it. `None` if it does not differ.
    found: Option<Range<usize>>,
}

impl PlaceFinder<'_> {
    fn is_instruction(&self, instruction: &str) -> bool {
        self.instruction.starts_with(instruction)
    }

    fn is_given(&self, node: &impl Ranged) -> bool {
        range(node) == self.given
    }

    fn contains_given(&self, node: &impl Ranged) -> bool {
        self.is_given_within(&range(node))
    }

    fn is_given_within(&self, outer: &Range<usize>) -> bool {
        outer.start <= self.given.start && self.given.end <= outer.end
    }

    fn place_in_statement(&self, statement: &Stmt) -> Option<Range<usize>> {
        match statement {
            Stmt::Assert(assert) if self.is_instruction("RaiseVarargs") => Some(range(&*assert.test)),
            Stmt::Assign(assign) => {
                let target = assign.targets.first()?;
                let widened = match target {
                    Expr::Tuple(_) | Expr::List(_) => self.is_instruction("Unpack"),
                    Expr::Subscript(_) => self.is_instruction("StoreSubscr") && self.is_given(&*assign.value),
                    Expr::Attribute(attribute) => self.is_instruction("StoreAttr") && self.is_given(&*attribute.value),
                    _ => false,
                };
                widened.then(|| range(target))
            }
            Stmt::For(each) if self.is_instruction("Unpack") && self.contains_given(&*each.iter) => {
                Some(range(&*each.target))
            }
            Stmt::Delete(delete) if self.is_instruction("Delete") && self.is_given(delete) => match &delete.targets[..]
            {
                [target] => Some(range(target)),
                _ => None,
            },
            _ => None,
        }
    }

    fn place_in_expression(&self, expression: &Expr) -> Option<Range<usize>> {
        let widened = match expression {
            Expr::Dict(_) => self.is_instruction("BuildMap") && self.contains_given(expression),
            Expr::Set(_) => self.is_instruction("BuildSet") && self.contains_given(expression),
            Expr::FString(text) if self.is_instruction("FormatWithSpec") => {
                let fields = text.value.elements().filter_map(|element| element.as_interpolation());
                return fields.map(range).find(|field| self.is_given_within(field));
            }
            Expr::Attribute(attribute) => self.is_instruction("LoadAttr") && self.is_given(&*attribute.value),
            Expr::Subscript(subscript) => {
                let is_operation = matches!(*subscript.slice, Expr::BinOp(_) | Expr::Subscript(_));
                self.is_instruction("Binary") && self.is_given(&*subscript.slice) && !is_operation
            }
            Expr::Call(call) => match &*call.arguments.args {
                [Expr::Generator(generator)] => {
                    // The interpreter compiles `list(… for …)` to a loop without a call.
                    (self.is_instruction("Call") || self.is_instruction("ForIter"))
                        && generator.generators.first().is_some_and(|first| self.contains_given(&first.iter))
                }
                _ => false,
            },
            _ => false,
        };
        widened.then(|| range(expression))
    }
}

impl<'a> Visitor<'a> for PlaceFinder<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if self.contains_given(statement) {
            self.found = self.place_in_statement(statement).or(self.found.take());
            visitor::walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if self.contains_given(expression) {
            self.found = self.place_in_expression(expression).or(self.found.take());
            visitor::walk_expr(self, expression);
        }
    }
}

fn range(node: &impl Ranged) -> Range<usize> {
    node.start().to_usize()..node.end().to_usize()
}
