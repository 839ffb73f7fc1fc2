//! Where an instruction stands in the source, as CPython has it.
//!
//! Some instructions carry the place of an operand, where CPython's carry that of the whole: an attribute has the
//! place of what it is an attribute of, an unpacking that of the value unpacked. The carets would then say too
//! little, so such a place is sought in the syntax tree and widened.

use ruff_text_size::Ranged;
use rustpython_compiler::ast::visitor::{self, Visitor};
use rustpython_compiler::ast::{Expr, Mod, Stmt};
use rustpython_compiler::parser::{self, Mode};
use std::ops::Range;

/// A line, counted from 1, and a column, counted from 0 in bytes.
pub type Place = (usize, usize);

/// The place of an instruction, given by its name, which the interpreter says goes from `start` to `end`.
pub fn as_in_cpython(source: &str, instruction: &str, start: Place, end: Place) -> (Place, Place) {
    let (Some(from), Some(to)) = (offset(source, start), offset(source, end)) else { return (start, end) };
    let Ok(parsed) = parser::parse(source, Mode::Module.into()) else { return (start, end) };
    let Mod::Module(module) = parsed.syntax() else { return (start, end) };
    let mut seeker = Seeker { instruction, given: from..to, found: None };
    seeker.visit_body(&module.body);
    match seeker.found {
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

struct Seeker<'a> {
    instruction: &'a str,
    given: Range<usize>,
    found: Option<Range<usize>>,
}

impl Seeker<'_> {
    fn is(&self, instruction: &str) -> bool {
        self.instruction.starts_with(instruction)
    }

    fn given_is(&self, node: &impl Ranged) -> bool {
        range(node) == self.given
    }

    fn holds_given(&self, node: &impl Ranged) -> bool {
        self.is_within(&range(node))
    }

    fn is_within(&self, outer: &Range<usize>) -> bool {
        outer.start <= self.given.start && self.given.end <= outer.end
    }

    fn of_statement(&self, statement: &Stmt) -> Option<Range<usize>> {
        match statement {
            Stmt::Assert(assert) if self.is("RaiseVarargs") => Some(range(&*assert.test)),
            Stmt::Assign(assign) => {
                let target = assign.targets.first()?;
                let widened = match target {
                    Expr::Tuple(_) | Expr::List(_) => self.is("Unpack"),
                    Expr::Subscript(_) => self.is("StoreSubscr") && self.given_is(&*assign.value),
                    Expr::Attribute(attribute) => self.is("StoreAttr") && self.given_is(&*attribute.value),
                    _ => false,
                };
                widened.then(|| range(target))
            }
            Stmt::For(each) if self.is("Unpack") && self.holds_given(&*each.iter) => Some(range(&*each.target)),
            Stmt::Delete(delete) if self.is("Delete") && self.given_is(delete) => match &delete.targets[..] {
                [target] => Some(range(target)),
                _ => None,
            },
            _ => None,
        }
    }

    fn of_expression(&self, expression: &Expr) -> Option<Range<usize>> {
        let widened = match expression {
            Expr::Dict(_) => self.is("BuildMap") && self.holds_given(expression),
            Expr::Set(_) => self.is("BuildSet") && self.holds_given(expression),
            Expr::FString(text) if self.is("FormatWithSpec") => {
                let fields = text.value.elements().filter_map(|element| element.as_interpolation());
                return fields.map(range).find(|field| self.is_within(field));
            }
            Expr::Attribute(attribute) => self.is("LoadAttr") && self.given_is(&*attribute.value),
            Expr::Subscript(subscript) => {
                let is_operation = matches!(*subscript.slice, Expr::BinOp(_) | Expr::Subscript(_));
                self.is("Binary") && self.given_is(&*subscript.slice) && !is_operation
            }
            Expr::Call(call) => match &*call.arguments.args {
                [Expr::Generator(generator)] => {
                    // `list(… for …)` is compiled into the loop itself.
                    (self.is("Call") || self.is("ForIter"))
                        && generator.generators.first().is_some_and(|first| self.holds_given(&first.iter))
                }
                _ => false,
            },
            _ => false,
        };
        widened.then(|| range(expression))
    }
}

impl<'a> Visitor<'a> for Seeker<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if self.holds_given(statement) {
            self.found = self.of_statement(statement).or(self.found.take());
            visitor::walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if self.holds_given(expression) {
            self.found = self.of_expression(expression).or(self.found.take());
            visitor::walk_expr(self, expression);
        }
    }
}

fn range(node: &impl Ranged) -> Range<usize> {
    node.start().to_usize()..node.end().to_usize()
}
