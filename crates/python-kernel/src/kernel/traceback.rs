//! Formats tracebacks as CPython 3.13 prints them.
//!
//! Python's `traceback` module is not used: importing it takes 50 ms, which would delay the learner's first error, and
//! the functions that it calls can be rebound. Only frames of the learner's code are shown. Frames of the standard
//! library and of `redis` are omitted, because their files do not exist on the learner's machine.

mod carets;
mod suggestion;

pub use suggestion::nearest;

use super::kernel;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyRef, VirtualMachine,
    builtins::{PyBaseException, PyBaseExceptionRef, PyInt, PyList, PyStr, PyTraceback, PyTuple},
};
use std::collections::HashSet;

/// Maximum number of times that a repeated line is shown. Further repetitions are only counted.
const MAX_REPETITIONS: usize = 3;
/// Maximum number of members of an exception group that are shown.
const MAX_GROUP_WIDTH: usize = 15;
/// Maximum nesting depth at which the members of exception groups are shown.
const MAX_GROUP_DEPTH: usize = 10;

/// A frame in a traceback, with the position of the code that it was executing, such as an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The file name of the frame's code object.
    pub filename: String,
    /// The function's name, or "<module>".
    name: String,
    /// The line on which that code starts (1-based).
    pub line: usize,
    /// The line on which that code ends (1-based).
    pub end_line: usize,
    /// The byte offset within `line` at which the code starts.
    pub column: usize,
    /// The byte offset within `end_line` at which the code ends (exclusive).
    pub end_column: usize,
}

/// Returns the qualified name of an exception's class. Leaves out the module `builtins`.
pub fn class_name(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let (module, name) = module_and_name(error, vm);
    if module == "builtins" { name } else { format!("{module}.{name}") }
}

/// Returns an exception's `str()`, or CPython's placeholder if `str()` fails.
pub fn message(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    match error.as_object().str(vm) {
        // The interpreter's message for a RecursionError ends with a space, which is removed.
        Ok(text) if error.fast_isinstance(vm.ctx.exceptions.recursion_error) => {
            text.to_string_lossy().trim_end().to_owned()
        }
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(_) => "<exception str() failed>".to_owned(),
    }
}

/// Formats an exception's complete traceback, including the exceptions that led to it.
pub fn format(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let mut formatter = Formatter { out: String::new(), depth: 0, need_close: false };
    formatter.exception(error, vm);
    formatter.out
}

fn module_and_name(error: &Py<PyBaseException>, vm: &VirtualMachine) -> (String, String) {
    let class = error.class().as_object();
    let text = |attribute: &'static str| {
        let value = class.get_attr(attribute, vm).ok()?;
        Some(value.downcast_ref::<PyStr>()?.to_string_lossy().into_owned())
    };
    let name = text("__qualname__").unwrap_or_else(|| error.class().name().to_string());
    (text("__module__").unwrap_or_else(|| "<unknown>".to_owned()), name)
}

/// A writer of tracebacks. The members of an exception group are indented and have a margin on the left.
struct Formatter {
    out: String,
    /// Number of exception groups that contain the current exception.
    depth: usize,
    /// Whether the box around a group's last member must still be closed.
    need_close: bool,
}

impl Formatter {
    fn emit(&mut self, text: &str, margin: char) {
        for line in text.split_inclusive('\n') {
            if self.depth > 0 {
                self.out.push_str(&" ".repeat(2 * self.depth));
                self.out.push(margin);
                self.out.push(' ');
            }
            self.out.push_str(line);
        }
    }

    /// Writes an exception, after the exceptions that caused it.
    fn exception(&mut self, error: &Py<PyBaseException>, vm: &VirtualMachine) {
        let mut chain = vec![(error.to_owned(), "")];
        let mut seen = HashSet::from([error.get_id()]);
        while let Some((last, _)) = chain.last()
            && let Some((earlier, link)) = cause(last, vm)
            && seen.insert(earlier.get_id())
        {
            // The sentence that links the two exceptions is written after the earlier one.
            chain.push((earlier, link));
        }
        for (error, link) in chain.iter().rev() {
            match group_members(error, vm) {
                None => {
                    self.stack(error, "Traceback (most recent call last):\n", '|', vm);
                    self.emit(&last_lines(error, vm), '|');
                }
                Some(_) if self.depth > MAX_GROUP_DEPTH => {
                    self.emit(&format!("... (max_group_depth is {MAX_GROUP_DEPTH})\n"), '|');
                }
                Some(members) => self.members(error, &members, vm),
            }
            self.emit(link, '|');
        }
    }

    /// Writes a heading and the frames of an exception, unless it has no frames.
    fn stack(&mut self, error: &Py<PyBaseException>, heading: &str, margin: char, vm: &VirtualMachine) {
        let entries = entries(error, vm);
        if !entries.is_empty() {
            self.emit(heading, margin);
            self.emit(&format_entries(&entries), '|');
        }
    }

    /// Writes an exception group with its members, each of them in a box.
    fn members(&mut self, error: &Py<PyBaseException>, members: &[PyBaseExceptionRef], vm: &VirtualMachine) {
        let outermost = self.depth == 0;
        self.depth += usize::from(outermost);
        let margin = if outermost { '+' } else { '|' };
        self.stack(error, "Exception Group Traceback (most recent call last):\n", margin, vm);
        self.emit(&last_lines(error, vm), '|');
        let shown = members.len().min(MAX_GROUP_WIDTH + 1);
        self.need_close = false;
        for (i, member) in members.iter().take(shown).enumerate() {
            let last = i + 1 == shown;
            if last {
                self.need_close = true;
            }
            let title = if i < MAX_GROUP_WIDTH { (i + 1).to_string() } else { "...".to_owned() };
            let indent = " ".repeat(2 * self.depth);
            let joint = if i == 0 { "+-" } else { "  " };
            self.out.push_str(&format!("{indent}{joint}+---------------- {title} ----------------\n"));
            self.depth += 1;
            if i < MAX_GROUP_WIDTH {
                self.exception(member, vm);
            } else {
                let more = members.len() - MAX_GROUP_WIDTH;
                let plural = if more > 1 { "s" } else { "" };
                self.emit(&format!("and {more} more exception{plural}\n"), '|');
            }
            if last && self.need_close {
                self.out.push_str(&" ".repeat(2 * self.depth));
                self.out.push_str("+------------------------------------\n");
                self.need_close = false;
            }
            self.depth -= 1;
        }
        self.depth -= usize::from(outermost);
    }
}

/// Returns the exception that led to `error`, and the sentence to write between the two. Returns `None` if no exception
/// led to it.
fn cause(error: &Py<PyBaseException>, vm: &VirtualMachine) -> Option<(PyBaseExceptionRef, &'static str)> {
    if let Some(cause) = error.__cause__() {
        return Some((cause, "\nThe above exception was the direct cause of the following exception:\n\n"));
    }
    let suppressed = error.as_object().get_attr("__suppress_context__", vm);
    if suppressed.is_ok_and(|flag| flag.is(&vm.ctx.true_value)) {
        return None;
    }
    Some((error.__context__()?, "\nDuring handling of the above exception, another exception occurred:\n\n"))
}

/// Returns the members of an exception group, or `None` for any other exception.
fn group_members(error: &Py<PyBaseException>, vm: &VirtualMachine) -> Option<Vec<PyBaseExceptionRef>> {
    if !error.fast_isinstance(vm.ctx.exceptions.base_exception_group) {
        return None;
    }
    let members = error.as_object().get_attr("exceptions", vm).ok()?;
    let members = members.downcast_ref::<PyTuple>()?;
    members.iter().map(|member| member.clone().downcast().ok()).collect()
}

/// Returns the frames of the learner's code, outermost first.
fn entries(error: &Py<PyBaseException>, vm: &VirtualMachine) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for frame in error.__traceback__().iter().flat_map(|traceback| traceback.iter()) {
        let Some((mut entry, _)) = entry(&frame, vm) else { continue };
        // CPython does not create a separate frame for a comprehension, so the comprehension's frame replaces the one
        // around it.
        if matches!(entry.name.as_str(), "<listcomp>" | "<setcomp>" | "<dictcomp>")
            && let Some(outer) = entries.pop_if(|outer| outer.filename == entry.filename)
        {
            entry.name = outer.name;
        }
        entries.push(entry);
    }
    entries
}

/// Returns a frame's entry and the name of the instruction that it was executing. Returns `None` if the frame does not
/// belong to the learner's code.
pub fn entry(frame: &Py<PyTraceback>, vm: &VirtualMachine) -> Option<(Entry, String)> {
    let code = &frame.frame.code;
    let filename = code.source_path().as_str();
    if vm.state.frozen.contains_key(filename) {
        return None;
    }
    let at = frame.lasti as usize / 2;
    let (start, end) = code.locations.get(at)?;
    let instruction = format!("{:?}", code.instructions.read_op(at));
    let entry = Entry {
        filename: filename.to_owned(),
        name: code.obj_name.as_str().to_owned(),
        line: start.line.get(),
        end_line: end.line.get(),
        column: start.character_offset.to_zero_indexed(),
        end_column: end.character_offset.to_zero_indexed(),
    };
    Some((entry, instruction))
}

/// Returns the file name to show. All statements that have run share the name "<stdin>".
fn display_name(filename: &str) -> &str {
    if filename.starts_with("<stdin-") { "<stdin>" } else { filename }
}

/// Formats the frames. Repeated frames are collapsed.
fn format_entries(entries: &[Entry]) -> String {
    let mut out = String::new();
    let same = |a: &Entry, b: &Entry| (&a.filename, a.line, &a.name) == (&b.filename, b.line, &b.name);
    for run in entries.chunk_by(same) {
        for entry in run.iter().take(MAX_REPETITIONS) {
            out.push_str(&format!(
                "  File \"{}\", line {}, in {}\n",
                display_name(&entry.filename),
                entry.line,
                entry.name
            ));
            if let Some(source) = kernel().source(&entry.filename) {
                out.push_str(&carets::lines(&source, entry));
            }
        }
        let more = run.len().saturating_sub(MAX_REPETITIONS);
        if more > 0 {
            let plural = if more > 1 { "s" } else { "" };
            out.push_str(&format!("  [Previous line repeated {more} more time{plural}]\n"));
        }
    }
    out
}

/// Returns the last lines of a traceback: the exception with its suggestion, and its notes.
fn last_lines(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let (module, name) = module_and_name(error, vm);
    let class = if module == "builtins" || module == "__main__" { name } else { format!("{module}.{name}") };
    let mut out = if error.fast_isinstance(vm.ctx.exceptions.syntax_error) {
        syntax_error(error, &class, vm)
    } else {
        let mut message = message(error, vm);
        message.push_str(&suggestion::suggestion(error, vm));
        if message.is_empty() { format!("{class}\n") } else { format!("{class}: {message}\n") }
    };
    if let Ok(notes) = error.as_object().get_attr("__notes__", vm)
        && let Some(notes) = notes.downcast_ref::<PyList>()
    {
        for note in notes.borrow_vec().iter() {
            let note = note.str(vm).map(|text| text.to_string_lossy().into_owned());
            let note = note.unwrap_or_else(|_| "<note str() failed>".to_owned());
            if !is_from_newer_python(&note) {
                out.push_str(&note);
                out.push('\n');
            }
        }
    }
    out
}

/// Returns whether `note` is one that the standard library adds only since CPython 3.14.
fn is_from_newer_python(note: &str) -> bool {
    note.starts_with("when serializing ")
        || (note.starts_with("encoding with '") || note.starts_with("decoding with '"))
            && note.ends_with(" codec failed")
}

/// Formats a SyntaxError. The line shown is that of the error itself, not that of a frame.
fn syntax_error(error: &Py<PyBaseException>, class: &str, vm: &VirtualMachine) -> String {
    let attribute = |name: &'static str| error.as_object().get_attr(name, vm).ok();
    let text = |name| -> Option<String> {
        let value: PyRef<PyStr> = attribute(name)?.downcast().ok()?;
        Some(value.to_string_lossy().into_owned())
    };
    let number = |name| -> Option<usize> {
        let value: PyObjectRef = attribute(name)?;
        usize::try_from(value.downcast_ref::<PyInt>()?.as_bigint()).ok()
    };
    let mut out = String::new();
    let filename = text("filename");
    let line = number("lineno");
    let mut suffix = String::new();
    match (&line, &filename) {
        (Some(line), filename) => {
            let filename = filename.as_deref().unwrap_or("<string>");
            out.push_str(&format!("  File \"{}\", line {line}\n", display_name(filename)));
        }
        (None, Some(filename)) => suffix = format!(" ({})", display_name(filename)),
        (None, None) => {}
    }
    if let Some(source) = text("text") {
        let end = if line == number("end_lineno") { number("end_offset") } else { Some(usize::MAX) };
        out.push_str(&carets::place(&source, number("offset"), end));
    }
    let message = text("msg").unwrap_or_else(|| "<no detail available>".to_owned());
    out.push_str(&format!("{class}: {message}{suffix}\n"));
    out
}
