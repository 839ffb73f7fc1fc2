//! Tracebacks as CPython 3.13 prints them.
//!
//! Made here rather than by Python's `traceback`: that takes 50 ms to import, which the learner's first mistake
//! would wait for, and what it calls can be rebound. Only the learner's own frames are shown. Frames of the
//! standard library and of `redis` are left out: the paths that CPython would print lead to files that are not here.

mod carets;
mod places;
mod suggestion;

pub use suggestion::nearest;

use super::kernel;
use rustpython_compiler::core::SourceLocation;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyRef, VirtualMachine,
    builtins::{PyBaseException, PyBaseExceptionRef, PyInt, PyList, PyStr, PyTraceback, PyTuple},
};
use std::collections::HashSet;

/// A line repeated more often than this is counted, not shown.
const REPEATED: usize = 3;
/// Of a group, no more exceptions than this are shown, and no deeper.
const GROUP_WIDTH: usize = 15;
const GROUP_DEPTH: usize = 10;

/// What one line of a traceback tells of.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub filename: String,
    name: String,
    /// Lines count from 1, columns from 0 in bytes.
    pub line: usize,
    pub end_line: usize,
    pub column: usize,
    pub end_column: usize,
}

/// The class as a reader would import it: without its module for a builtin.
pub fn class_name(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let (module, name) = module_and_name(error, vm);
    if module == "builtins" { name } else { format!("{module}.{name}") }
}

/// `str()` of the exception.
pub fn message(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    match error.as_object().str(vm) {
        // The interpreter leaves room for a place that it then does not name.
        Ok(text) if error.fast_isinstance(vm.ctx.exceptions.recursion_error) => {
            text.to_string_lossy().trim_end().to_owned()
        }
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(_) => "<exception str() failed>".to_owned(),
    }
}

/// The whole traceback, the exceptions that led to this one included.
pub fn format(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let mut page = Page { out: String::new(), depth: 0, need_close: false };
    page.exception(error, vm);
    page.out
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

/// A traceback being written, with the margin that the members of a group have.
struct Page {
    out: String,
    depth: usize,
    need_close: bool,
}

impl Page {
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

    /// An exception, after those that it came from.
    fn exception(&mut self, error: &Py<PyBaseException>, vm: &VirtualMachine) {
        let mut chain = vec![(error.to_owned(), "")];
        let mut seen = HashSet::from([error.get_id()]);
        while let Some((last, _)) = chain.last()
            && let Some((earlier, link)) = origin(last, vm)
            && seen.insert(earlier.get_id())
        {
            // The link is said between the two: after the earlier one, which is written first.
            chain.push((earlier, link));
        }
        for (error, link) in chain.iter().rev() {
            match group(error, vm) {
                None => {
                    self.stack(error, "Traceback (most recent call last):\n", '|', vm);
                    self.emit(&last_lines(error, vm), '|');
                }
                Some(_) if self.depth > GROUP_DEPTH => {
                    self.emit(&format!("... (max_group_depth is {GROUP_DEPTH})\n"), '|');
                }
                Some(members) => self.members(error, &members, vm),
            }
            self.emit(link, '|');
        }
    }

    fn stack(&mut self, error: &Py<PyBaseException>, heading: &str, margin: char, vm: &VirtualMachine) {
        let entries = entries(error, vm);
        if !entries.is_empty() {
            self.emit(heading, margin);
            self.emit(&stack(&entries), '|');
        }
    }

    /// An exception group, and each of its members in a box.
    fn members(&mut self, error: &Py<PyBaseException>, members: &[PyBaseExceptionRef], vm: &VirtualMachine) {
        let outermost = self.depth == 0;
        self.depth += usize::from(outermost);
        let margin = if outermost { '+' } else { '|' };
        self.stack(error, "Exception Group Traceback (most recent call last):\n", margin, vm);
        self.emit(&last_lines(error, vm), '|');
        let shown = members.len().min(GROUP_WIDTH + 1);
        self.need_close = false;
        for (i, member) in members.iter().take(shown).enumerate() {
            let last = i + 1 == shown;
            if last {
                self.need_close = true;
            }
            let title = if i < GROUP_WIDTH { (i + 1).to_string() } else { "...".to_owned() };
            let indent = " ".repeat(2 * self.depth);
            let joint = if i == 0 { "+-" } else { "  " };
            self.out.push_str(&format!("{indent}{joint}+---------------- {title} ----------------\n"));
            self.depth += 1;
            if i < GROUP_WIDTH {
                self.exception(member, vm);
            } else {
                let more = members.len() - GROUP_WIDTH;
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

/// What the exception came from, and the words between the two.
fn origin(error: &Py<PyBaseException>, vm: &VirtualMachine) -> Option<(PyBaseExceptionRef, &'static str)> {
    if let Some(cause) = error.__cause__() {
        return Some((cause, "\nThe above exception was the direct cause of the following exception:\n\n"));
    }
    let suppressed = error.as_object().get_attr("__suppress_context__", vm);
    if suppressed.is_ok_and(|flag| flag.is(&vm.ctx.true_value)) {
        return None;
    }
    Some((error.__context__()?, "\nDuring handling of the above exception, another exception occurred:\n\n"))
}

fn group(error: &Py<PyBaseException>, vm: &VirtualMachine) -> Option<Vec<PyBaseExceptionRef>> {
    if !error.fast_isinstance(vm.ctx.exceptions.base_exception_group) {
        return None;
    }
    let members = error.as_object().get_attr("exceptions", vm).ok()?;
    let members = members.downcast_ref::<PyTuple>()?;
    members.iter().map(|member| member.clone().downcast().ok()).collect()
}

/// The learner's frames, from the outermost on.
fn entries(error: &Py<PyBaseException>, vm: &VirtualMachine) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for frame in error.__traceback__().iter().flat_map(|traceback| traceback.iter()) {
        let Some((mut entry, _)) = entry(&frame, vm) else { continue };
        // CPython runs a comprehension within the frame that it stands in.
        if matches!(entry.name.as_str(), "<listcomp>" | "<setcomp>" | "<dictcomp>")
            && let Some(around) = entries.pop_if(|around| around.filename == entry.filename)
        {
            entry.name = around.name;
        }
        entries.push(entry);
    }
    entries
}

/// What a frame's line tells, and the instruction that it came to; none if the frame isn't the learner's.
pub fn entry(frame: &Py<PyTraceback>, vm: &VirtualMachine) -> Option<(Entry, String)> {
    let code = &frame.frame.code;
    let filename = code.source_path().as_str();
    if vm.state.frozen.contains_key(filename) {
        return None;
    }
    let at = frame.lasti as usize / 2;
    let (start, end) = code.locations.get(at)?;
    let place = |location: &SourceLocation| (location.line.get(), location.character_offset.to_zero_indexed());
    let (mut start, mut end) = (place(start), place(end));
    let instruction = format!("{:?}", code.instructions.read_op(at));
    if let Some(source) = kernel().source(filename) {
        (start, end) = places::as_in_cpython(&source, &instruction, start, end);
    }
    let entry = Entry {
        filename: filename.to_owned(),
        name: code.obj_name.as_str().to_owned(),
        line: start.0,
        end_line: end.0,
        column: start.1,
        end_column: end.1,
    };
    Some((entry, instruction))
}

/// The file name as it is shown: all submissions are the one standard input.
fn shown(filename: &str) -> &str {
    if filename.starts_with("<stdin-") { "<stdin>" } else { filename }
}

fn stack(entries: &[Entry]) -> String {
    let mut out = String::new();
    let same = |a: &Entry, b: &Entry| (&a.filename, a.line, &a.name) == (&b.filename, b.line, &b.name);
    for run in entries.chunk_by(same) {
        for entry in run.iter().take(REPEATED) {
            out.push_str(&format!("  File \"{}\", line {}, in {}\n", shown(&entry.filename), entry.line, entry.name));
            if let Some(source) = kernel().source(&entry.filename) {
                out.push_str(&carets::lines(&source, entry));
            }
        }
        let more = run.len().saturating_sub(REPEATED);
        if more > 0 {
            let plural = if more > 1 { "s" } else { "" };
            out.push_str(&format!("  [Previous line repeated {more} more time{plural}]\n"));
        }
    }
    out
}

/// The exception itself, its suggestion and its notes.
fn last_lines(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let (module, name) = module_and_name(error, vm);
    let class = if module == "builtins" || module == "__main__" { name } else { format!("{module}.{name}") };
    let mut out = if error.fast_isinstance(vm.ctx.exceptions.syntax_error) {
        syntax_error(error, &class, vm)
    } else {
        let mut said = message(error, vm);
        said.push_str(&suggestion::suggestion(error, vm));
        if said.is_empty() { format!("{class}\n") } else { format!("{class}: {said}\n") }
    };
    if let Ok(notes) = error.as_object().get_attr("__notes__", vm)
        && let Some(notes) = notes.downcast_ref::<PyList>()
    {
        for note in notes.borrow_vec().iter() {
            let note = note.str(vm).map(|text| text.to_string_lossy().into_owned());
            let note = note.unwrap_or_else(|_| "<note str() failed>".to_owned());
            if !is_of_a_later_python(&note) {
                out.push_str(&note);
                out.push('\n');
            }
        }
    }
    out
}

/// Whether a note is one that the library adds since CPython 3.14.
fn is_of_a_later_python(note: &str) -> bool {
    note.starts_with("when serializing ")
        || (note.starts_with("encoding with '") || note.starts_with("decoding with '"))
            && note.ends_with(" codec failed")
}

/// A SyntaxError shows the place that it tells of, which no frame has.
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
            out.push_str(&format!("  File \"{}\", line {line}\n", shown(filename)));
        }
        (None, Some(filename)) => suffix = format!(" ({})", shown(filename)),
        (None, None) => {}
    }
    if let Some(source) = text("text") {
        let end = if line == number("end_lineno") { number("end_offset") } else { Some(usize::MAX) };
        out.push_str(&carets::place(&source, number("offset"), end));
    }
    let said = text("msg").unwrap_or_else(|| "<no detail available>".to_owned());
    out.push_str(&format!("{class}: {said}{suffix}\n"));
    out
}
