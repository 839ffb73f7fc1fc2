//! Corrects the text of SyntaxErrors: a line number or a file name is part of it only if it is set.

use super::replace::replace_method;
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyStr},
};

/// Replaces the method `SyntaxError.__str__`.
pub fn install(vm: &VirtualMachine) {
    let class = vm.ctx.exceptions.syntax_error;
    replace_method(class, "__str__", |error: PyObjectRef, vm: &VirtualMachine| syntax_error_text(&error, vm), vm);
    class.slots.str.store(Some(|error, vm| Ok(vm.ctx.new_str(syntax_error_text(error, vm)?))));
}

fn syntax_error_text(error: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    let message = error.get_attr("msg", vm)?.str(vm)?.to_string_lossy().into_owned();
    let file = error.get_attr("filename", vm)?;
    let file =
        file.downcast_ref::<PyStr>().map(|path| path.to_string_lossy().rsplit('/').next().unwrap_or("").to_owned());
    let line = error.get_attr("lineno", vm)?;
    let line =
        if line.downcast_ref::<PyInt>().is_some() { Some(line.str(vm)?.to_string_lossy().into_owned()) } else { None };
    Ok(match (file, line) {
        (Some(file), Some(line)) => format!("{message} ({file}, line {line})"),
        (Some(file), None) => format!("{message} ({file})"),
        (None, Some(line)) => format!("{message} (line {line})"),
        (None, None) => message,
    })
}
