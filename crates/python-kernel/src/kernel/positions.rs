//! Gives compiled code the source positions that CPython 3.13 gives it, which tracebacks and `f_lineno` show.
//!
//! CPython gives each instruction the position of the expression or statement to which it belongs. The interpreter's
//! compiler keeps a current position, which it sets when it starts an expression and only sometimes sets back
//! afterwards. So an instruction often has the position of the operand that was compiled last, or of a whole statement.
//! For example, an attribute access has the position of its object.
//!
//! `Tracker` walks the syntax tree in the order of the interpreter's compiler, and keeps the same current position. So
//! for each operation that can fail, it knows both positions: the one that the compiler has recorded, and CPython's.

mod expressions;
mod line_table;
mod operation;
mod statements;
mod tracker;

use operation::Operation;
use ruff_text_size::{TextRange, TextSize};
use rustpython_compiler::core::{OneIndexed, SourceLocation};
use rustpython_compiler::parser;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, VirtualMachine, builtins::PyCode};
use std::borrow::Borrow;
use std::collections::HashMap;
use tracker::{ExpectedRanges, Scope, Tracker};

pub use tracker::start_at_attribute;

/// Returns the code object with CPython's positions, also in the code objects of its functions and classes. `source` is
/// the text from which it was compiled.
pub fn correct(code: &Py<PyCode>, source: &str, vm: &VirtualMachine) -> PyRef<PyCode> {
    let Ok(parsed) = parser::parse_module(source) else { return code.to_owned() };
    let expected = Tracker::new(source).walk_module(parsed.suite());
    let line_starts = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
    Corrector { expected, line_starts, length: source.len() }.correct(code, vm)
}

struct Corrector {
    expected: ExpectedRanges,
    /// The byte offset at which each line starts.
    line_starts: Vec<usize>,
    /// Number of bytes of the source text.
    length: usize,
}

impl Corrector {
    fn correct(&self, code: &Py<PyCode>, vm: &VirtualMachine) -> PyRef<PyCode> {
        let mut corrected = code.code.clone();
        // Several operations of a kind can have the same recorded position. They are told apart by their order.
        let mut counts: HashMap<(Operation, TextRange), usize> = HashMap::new();
        let mut replaced = None;
        let first_line = code.first_line_number.map_or(1, OneIndexed::get);
        let scope = Scope { name: code.obj_name.as_str().to_owned(), first_line };
        for (at, location) in corrected.locations.iter_mut().enumerate() {
            let instruction = code.instructions.read_op(at);
            if !operation::is_cache(instruction) {
                let argument = u8::from(code.instructions.read_arg(at));
                replaced = Operation::of(instruction, argument).and_then(|operation| {
                    let recorded = self.range(location)?;
                    let count = counts.entry((operation, recorded)).or_default();
                    *count += 1;
                    let ranges = self.expected.get(&(scope.clone(), operation, recorded))?;
                    // A `finally` block is compiled once for each way that leads to it.
                    Some(self.location(ranges[(*count - 1) % ranges.len()]))
                });
            }
            if let Some(replaced) = replaced {
                *location = replaced;
            }
        }
        corrected.linetable = line_table::rewritten(&code.linetable, &corrected.locations, code.first_line_number);
        corrected.constants = code.constants.iter().map(|constant| self.correct_constant(constant, vm)).collect();
        PyCode::new(corrected).into_ref(&vm.ctx)
    }

    fn correct_constant<C>(&self, constant: &C, vm: &VirtualMachine) -> C
    where
        C: Borrow<PyObject> + Clone + From<PyObjectRef>,
    {
        match constant.borrow().downcast_ref::<PyCode>() {
            Some(code) => PyObjectRef::from(self.correct(code, vm)).into(),
            None => constant.clone(),
        }
    }

    fn range(&self, (start, end): &(SourceLocation, SourceLocation)) -> Option<TextRange> {
        let offset = |location: &SourceLocation| {
            let line_start = *self.line_starts.get(location.line.to_zero_indexed())?;
            let offset = line_start + location.character_offset.to_zero_indexed();
            TextSize::try_from(offset.min(self.length)).ok()
        };
        let (start, end) = (offset(start)?, offset(end)?);
        (start <= end).then(|| TextRange::new(start, end))
    }

    fn location(&self, range: TextRange) -> (SourceLocation, SourceLocation) {
        let location = |offset: TextSize| {
            let offset = offset.to_usize();
            let line = self.line_starts.partition_point(|start| *start <= offset) - 1;
            SourceLocation {
                line: OneIndexed::from_zero_indexed(line),
                character_offset: OneIndexed::from_zero_indexed(offset - self.line_starts[line]),
            }
        };
        (location(range.start()), location(range.end()))
    }
}
