//! Compiles a statement's source text, runs it in the learner's namespace, and describes how it ended.

use super::interrupt::keyboard_interrupt;
use super::{Kernel, compilation, kernel, lock, positions, traceback};
use crate::frame::{RunOutcome, Stream, UncaughtException};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseException, PyBaseExceptionRef, PyInt, PyList},
    compiler::Mode,
    scope::Scope,
};
use std::sync::atomic::Ordering;

/// Runs source text. `number` identifies the run, and `echo` tells whether to echo values as the interactive prompt
/// does.
pub fn run(number: u32, source: String, echo: bool, scope: &Scope, vm: &VirtualMachine) -> RunOutcome {
    let kernel = kernel();
    restore(kernel, vm);
    *lock(&kernel.last_echo) = None;
    kernel.running.store(true, Ordering::SeqCst);
    let result = match kernel.take_interrupt() {
        // Ctrl-C arrived before the code started to run.
        true => Err(keyboard_interrupt(vm)),
        false => execute(number, &source, echo, scope, vm),
    };
    let exception = result.err().map(|error| describe(&error, vm));
    kernel.running.store(false, Ordering::SeqCst);
    kernel.take_interrupt();
    RunOutcome { last_echo: lock(&kernel.last_echo).take(), exception }
}

fn execute(number: u32, source: &str, echo: bool, scope: &Scope, vm: &VirtualMachine) -> PyResult<()> {
    let filename = format!("<stdin-{number}>");
    let mode = if echo { Mode::Single } else { Mode::Exec };
    let code = compilation::compile(source, mode, &filename, vm);
    // The text is stored after it is compiled, because CPython shows no line of it in the compiler's warnings.
    lock(&kernel().sources).insert(filename, source.to_owned());
    let code = positions::correct(&*code?, source, vm);
    vm.run_code_obj(code, scope.clone()).map(drop)
}

/// Restores what the previous statement may have rebound: builtins, streams and hooks, tracing, and the import system.
pub fn restore(kernel: &Kernel, vm: &VirtualMachine) {
    let builtins = vm.builtins.dict();
    for (name, original) in kernel.builtins.get().into_iter().flatten() {
        if !builtins.get_item_opt(name.as_str(), vm).ok().flatten().is_some_and(|current| current.is(original)) {
            // Setting an item cannot fail, because a module's dict accepts any key.
            let _ = builtins.set_item(name.as_str(), original.clone(), vm);
        }
    }
    let sys = vm.sys_module.dict();
    for (name, original) in kernel.hooks.get().into_iter().flatten() {
        if !sys.get_item_opt(name.as_str(), vm).ok().flatten().is_some_and(|current| current.is(original)) {
            let _ = sys.set_item(name.as_str(), original.clone(), vm);
        }
    }
    // A failing trace function would immediately end all later statements, so it is removed.
    vm.use_tracing.set(false);
    *vm.trace_func.borrow_mut() = vm.ctx.none();
    *vm.profile_func.borrow_mut() = vm.ctx.none();
    // If the imports cannot be restored, the learner's next import reports the error.
    let _ = restore_imports(kernel, vm);
}

/// Describes an uncaught exception for the parent.
fn describe(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> UncaughtException {
    let class = traceback::class_name(error, vm);
    let message = traceback::message(error, vm);
    if error.fast_isinstance(vm.ctx.exceptions.system_exit) {
        let (status, printed) = exit_status(error, &message, vm);
        return UncaughtException { class, message, traceback: printed, exit_status: Some(status) };
    }
    for (name, value) in [
        ("last_exc", error.clone().into()),
        ("last_value", error.clone().into()),
        ("last_type", error.class().to_owned().into()),
        ("last_traceback", vm.unwrap_or_none(error.__traceback__().map(PyObjectRef::from))),
    ] {
        // `traceback.print_last` and `pdb.pm` use these attributes of `sys`. The prompt does not need them, so a
        // failure is ignored.
        let _ = vm.sys_module.set_attr(vm.ctx.intern_str(name), value, vm);
    }
    UncaughtException { class, message, traceback: traceback::format(error, vm), exit_status: None }
}

/// Returns the exit code of a SystemExit, and the text that Python prints on exit. If the argument of `sys.exit` is not
/// an integer, Python prints the argument and exits with code 1.
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

/// Restores `sys.modules` and `sys.meta_path` if a statement has emptied them.
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

/// Returns the values to which the streams and hooks of `sys` are reset before each run, by name.
pub fn hooks(vm: &VirtualMachine) -> Vec<(String, PyObjectRef)> {
    let displayhook =
        vm.import("_host", 0).and_then(|module| module.get_attr("displayhook", vm)).unwrap_or_else(|_| vm.ctx.none());
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
    if let Ok(excepthook) = vm.import("_host", 0).and_then(|module| module.get_attr("excepthook", vm)) {
        hooks.push(("excepthook".to_owned(), excepthook));
    }
    hooks
}
