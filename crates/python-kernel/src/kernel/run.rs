//! One run: a source is compiled and run in the learner's namespace, and how it ended is told.

use super::{Kernel, kernel, keyboard_interrupt, lock, nested_too_deeply, syntax_error, traceback};
use crate::frame::{Outcome, Raised, Stream};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseException, PyBaseExceptionRef, PyInt, PyList},
    compiler::{CompileError, Mode},
    scope::Scope,
};
use std::sync::atomic::Ordering;

/// Runs one submission.
pub fn run(number: u32, source: String, echo: bool, scope: &Scope, vm: &VirtualMachine) -> Outcome {
    let kernel = kernel();
    restore(kernel, vm);
    *lock(&kernel.echo) = None;
    kernel.running.store(true, Ordering::SeqCst);
    let ended = match kernel.take_interrupt() {
        // Ctrl-C was quicker than the source.
        true => Err(keyboard_interrupt(vm)),
        false => execute(number, &source, echo, scope, vm),
    };
    let error = ended.err().map(|error| describe(&error, vm));
    kernel.running.store(false, Ordering::SeqCst);
    kernel.take_interrupt();
    Outcome { value: lock(&kernel.echo).take(), error }
}

fn execute(number: u32, source: &str, echo: bool, scope: &Scope, vm: &VirtualMachine) -> PyResult<()> {
    let filename = format!("<stdin-{number}>");
    lock(&kernel().sources).insert(filename.clone(), source.to_owned());
    if let Some(error) = nested_too_deeply(source, &filename, vm) {
        return Err(error);
    }
    let mode = if echo { Mode::Single } else { Mode::Exec };
    if let Some(error) = overlooked(source, vm) {
        return Err(error);
    }
    let code = vm.compile(source, mode, filename).map_err(|error| syntax_error(&error, source, vm))?;
    vm.run_code_obj(code, scope.clone()).map(drop)
}

/// A SyntaxError with CPython's words and place.
fn syntax_error(error: &CompileError, source: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let raised = vm.new_syntax_error(error, Some(source));
    in_characters(&raised, source, vm);
    if let Some(told) = syntax_error::told(error, source) {
        retell(&raised, &told, source, vm);
    }
    raised
}

/// What the parser lets pass and CPython does not.
fn overlooked(source: &str, vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
    let told = syntax_error::overlooked(source)?;
    let raised = vm.new_exception_msg(vm.ctx.exceptions.syntax_error.to_owned(), told.message.as_str().into());
    retell(&raised, &told, source, vm);
    Some(raised)
}

/// Gives a SyntaxError these words and this place. It takes the attributes always.
fn retell(raised: &PyBaseExceptionRef, told: &syntax_error::Told, source: &str, vm: &VirtualMachine) {
    let set = |name: &'static str, value: PyObjectRef| {
        let _ = raised.as_object().set_attr(name, value, vm);
    };
    set("msg", vm.ctx.new_str(told.message.as_str()).into());
    let Some(place) = &told.place else { return };
    for (line_name, column_name, at) in [("lineno", "offset", place.start), ("end_lineno", "end_offset", place.end)] {
        let before = source.get(..at).unwrap_or(source);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = before.matches('\n').count() + 1;
        // A place right behind the source's last line lies on that line.
        let column = before[line_start..].chars().count() + at.saturating_sub(source.len()) + 1;
        set(line_name, vm.ctx.new_int(line).into());
        set(column_name, vm.ctx.new_int(column).into());
    }
    let line = source.get(..place.start).unwrap_or(source).matches('\n').count();
    set("text", vm.ctx.new_str(source.split('\n').nth(line).unwrap_or_default()).into());
    set("filename", vm.ctx.new_str("<stdin>").into());
}

/// The compiler counts a column in bytes; Python counts in characters, and knows one name for all submissions.
fn in_characters(error: &PyBaseExceptionRef, source: &str, vm: &VirtualMachine) {
    let number = |name: &'static str| {
        let value = error.as_object().get_attr(name, vm).ok()?;
        usize::try_from(value.downcast_ref::<PyInt>()?.as_bigint()).ok()
    };
    let set = |name: &'static str, value: PyObjectRef| {
        // A SyntaxError takes these attributes always.
        let _ = error.as_object().set_attr(name, value, vm);
    };
    for (line, offset) in [("lineno", "offset"), ("end_lineno", "end_offset")] {
        if let (Some(line), Some(column)) = (number(line), number(offset)) {
            let line = source.split('\n').nth(line.saturating_sub(1)).unwrap_or_default().as_bytes();
            let before = &line[..column.saturating_sub(1).min(line.len())];
            let beyond = column.saturating_sub(1) - before.len();
            let column = String::from_utf8_lossy(before).chars().count() + beyond + 1;
            set(offset, vm.ctx.new_int(column).into());
        }
    }
    let is_unclosed = error.as_object().get_attr("msg", vm).and_then(|said| said.str(vm));
    if is_unclosed.is_ok_and(|said| said.as_bytes() == b"unterminated string")
        && let Some(offset) = number("offset")
    {
        // CPython points at the quote that was never closed, alone.
        set("end_offset", vm.ctx.new_int(offset + 1).into());
    }
    set("filename", vm.ctx.new_str("<stdin>").into());
}

/// Puts back what a submission may have rebound for itself, and must not have for those that follow.
fn restore(kernel: &Kernel, vm: &VirtualMachine) {
    let builtins = vm.builtins.dict();
    for (name, original) in kernel.builtins.get().into_iter().flatten() {
        if !builtins.get_item_opt(name.as_str(), vm).ok().flatten().is_some_and(|now| now.is(original)) {
            // The dict of a module takes any name.
            let _ = builtins.set_item(name.as_str(), original.clone(), vm);
        }
    }
    let sys = vm.sys_module.dict();
    for (name, original) in kernel.hooks.get().into_iter().flatten() {
        if !sys.get_item_opt(name.as_str(), vm).ok().flatten().is_some_and(|now| now.is(original)) {
            let _ = sys.set_item(name.as_str(), original.clone(), vm);
        }
    }
    // Tracing goes on in no later submission, as an exception in it would end that at once.
    vm.use_tracing.set(false);
    *vm.trace_func.borrow_mut() = vm.ctx.none();
    *vm.profile_func.borrow_mut() = vm.ctx.none();
    // What cannot be put back, the learner's next import tells of.
    let _ = restore_imports(kernel, vm);
}

fn describe(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> Raised {
    let class = traceback::class_name(error, vm);
    let message = traceback::message(error, vm);
    if error.fast_isinstance(vm.ctx.exceptions.system_exit) {
        let (status, said) = exit_status(error, &message, vm);
        return Raised { class, message, traceback: said, exit_status: Some(status) };
    }
    for (name, value) in [
        ("last_exc", error.clone().into()),
        ("last_value", error.clone().into()),
        ("last_type", error.class().to_owned().into()),
        ("last_traceback", vm.unwrap_or_none(error.__traceback__().map(PyObjectRef::from))),
    ] {
        // For `traceback.print_last` and `pdb.pm`; the prompt itself does not need it.
        let _ = vm.sys_module.set_attr(vm.ctx.intern_str(name), value, vm);
    }
    Raised { class, message, traceback: traceback::format(error, vm), exit_status: None }
}

/// The status that a SystemExit asks for, and what is said on leaving: a code that is no number is a message.
fn exit_status(error: &Py<PyBaseException>, message: &str, vm: &VirtualMachine) -> (i32, String) {
    let code = error.as_object().get_attr("code", vm).unwrap_or_else(|_| vm.ctx.none());
    if vm.is_none(&code) {
        return (0, String::new());
    }
    match code.downcast_ref::<PyInt>() {
        Some(status) => (i32::try_from(status.as_bigint()).unwrap_or(-1), String::new()),
        None => (1, format!("{message}\n")),
    }
}

/// Puts back the modules and the ways to import them, where a submission has emptied `sys.modules` or `meta_path`.
fn restore_imports(kernel: &Kernel, vm: &VirtualMachine) -> PyResult<()> {
    let modules = vm.sys_module.get_attr("modules", vm)?;
    if modules.get_item("sys", vm).is_err() {
        for (name, module) in kernel.modules.get().into_iter().flatten() {
            modules.set_item(name.as_str(), module.clone(), vm)?;
        }
    }
    let finders = vm.sys_module.get_attr("meta_path", vm)?;
    if let Some(finders) = finders.downcast_ref::<PyList>() {
        let mut finders = finders.borrow_vec_mut();
        if finders.is_empty() {
            finders.extend(kernel.finders.get().into_iter().flatten().cloned());
        }
    }
    Ok(())
}

/// The streams and hooks of `sys`, as they are at the start of each run.
pub fn hooks(vm: &VirtualMachine) -> Vec<(String, PyObjectRef)> {
    let displayhook =
        vm.import("_tutor", 0).and_then(|module| module.get_attr("displayhook", vm)).unwrap_or_else(|_| vm.ctx.none());
    let stdin = super::console::input_stream(vm);
    let stdout = super::console::output(Stream::Stdout, vm);
    let stderr = super::console::output(Stream::Stderr, vm);
    let mut hooks = vec![("displayhook".to_owned(), displayhook)];
    for (name, stream) in [("stdin", stdin), ("stdout", stdout), ("stderr", stderr)] {
        hooks.push((name.to_owned(), stream.clone()));
        hooks.push((format!("__{name}__"), stream));
    }
    for name in ["modules", "meta_path"] {
        if let Ok(original) = vm.sys_module.get_attr(name, vm) {
            hooks.push((name.to_owned(), original));
        }
    }
    if let Ok(excepthook) = vm.import("_tutor", 0).and_then(|module| module.get_attr("excepthook", vm)) {
        hooks.push(("excepthook".to_owned(), excepthook));
    }
    hooks
}
