//! The state of the interpreter's compiler that determines positions.

use super::operation::Operation;
use ruff_text_size::{Ranged, TextRange};
use rustpython_compiler::ast::visitor::{self, Visitor};
use rustpython_compiler::ast::{Expr, ExprAttribute, Stmt};
use std::collections::{HashMap, HashSet};

/// CPython's positions for the operations of a module. The key is the scope, the operation and the position that the
/// interpreter's compiler records. If there are several such operations, they are in the order in which they are
/// compiled.
pub type ExpectedRanges = HashMap<(Scope, Operation, TextRange), Vec<TextRange>>;

/// Identifies a code object: a module, a function, a class or a comprehension.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    pub name: String,
    /// The number that the interpreter records as `co_firstlineno`.
    pub first_line: usize,
}

/// A statement that is left early by `return`, `break` or `continue`.
#[derive(Clone, Copy)]
pub enum Enclosing<'a> {
    /// `with`: `__exit__` is called. CPython gives the call the position of the context expression.
    With {
        context: TextRange,
        is_async: bool,
    },
    /// `try`: the body of `finally` is compiled again.
    Finally(&'a [Stmt]),
    Loop,
}

/// A walker through a syntax tree that keeps the interpreter's current position.
pub struct Tracker<'a> {
    pub source: &'a str,
    /// The position that the interpreter's compiler gives to the next instruction.
    pub current: TextRange,
    /// The code object that is being compiled.
    pub scope: Scope,
    /// Whether the code object belongs to a function, a lambda expression or a comprehension.
    pub is_function: bool,
    /// The statements of the code object around the current one, outermost first.
    pub enclosing: Vec<Enclosing<'a>>,
    /// Names that an import statement of the module binds.
    pub imported: HashSet<&'a str>,
    pub expected: ExpectedRanges,
}

impl<'a> Tracker<'a> {
    pub fn new(source: &'a str) -> Self {
        Self {
            source,
            current: TextRange::default(),
            scope: Scope { name: "<module>".to_owned(), first_line: 1 },
            is_function: false,
            enclosing: Vec::new(),
            imported: HashSet::new(),
            expected: HashMap::new(),
        }
    }

    /// Walks through a module and returns CPython's positions for all operations in it.
    pub fn walk_module(mut self, body: &'a [Stmt]) -> ExpectedRanges {
        let mut imported = ImportedNames::default();
        imported.visit_body(body);
        self.imported = imported.names;
        self.walk_body(body);
        self.expected
    }

    /// Records that an operation is compiled at the current position, and that CPython gives it the position `range`.
    pub fn emit(&mut self, operation: Operation, range: TextRange) {
        self.expected.entry((self.scope.clone(), operation, self.current)).or_default().push(range);
    }

    /// Records the operations that wait for an awaitable or for a generator.
    pub fn emit_await(&mut self, range: TextRange) {
        for operation in
            [Operation::Await, Operation::Await, Operation::Yield, Operation::Yield, Operation::Await, Operation::Await]
        {
            self.emit(operation, range);
        }
    }

    /// Walks through the body of a function or a class, whose code object has the given name.
    pub fn walk_scope(&mut self, name: &str, is_function: bool, walk: impl FnOnce(&mut Self)) {
        let first_line = self.source[..self.current.start().to_usize()].matches('\n').count() + 1;
        let scope = std::mem::replace(&mut self.scope, Scope { name: name.to_owned(), first_line });
        let was_function = std::mem::replace(&mut self.is_function, is_function);
        let enclosing = std::mem::take(&mut self.enclosing);
        walk(self);
        self.scope = scope;
        self.is_function = was_function;
        self.enclosing = enclosing;
    }

    /// Returns the position that CPython gives to an attribute access or a method call with the position `range`. If
    /// the attribute's name is not on the line where `range` starts, CPython's position starts at the name.
    pub fn start_at_attribute(&self, range: TextRange, attribute: &ExprAttribute) -> TextRange {
        start_at_attribute(self.source, range, attribute)
    }
}

/// A visitor that collects the names that import statements bind, without those in functions and classes.
#[derive(Default)]
struct ImportedNames<'a> {
    names: HashSet<&'a str>,
}

impl<'a> Visitor<'a> for ImportedNames<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let aliases = match statement {
            Stmt::Import(import) => &import.names,
            Stmt::ImportFrom(import) => &import.names,
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => return,
            other => return visitor::walk_stmt(self, other),
        };
        for alias in aliases {
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            self.names.insert(bound.split('.').next().unwrap_or(bound));
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// See `Tracker::start_at_attribute`.
pub fn start_at_attribute(source: &str, range: TextRange, attribute: &ExprAttribute) -> TextRange {
    let before = &source[range.start().to_usize()..attribute.end().to_usize()];
    if before.contains('\n') { TextRange::new(attribute.attr.start(), range.end()) } else { range }
}

/// Returns whether the interpreter's compiler evaluates an expression when it compiles.
pub fn is_constant(expression: &Expr) -> bool {
    match expression {
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_constant),
        other => other.is_literal_expr(),
    }
}
