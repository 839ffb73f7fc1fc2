//! Corrects the `repr` of code objects.

use super::replace::replace_repr;
use rustpython_vm::{
    AsObject, PyObject, PyRef, PyResult, VirtualMachine,
    builtins::{PyCode, PyStr},
};

/// Replaces the `repr` of code objects.
pub fn install(vm: &VirtualMachine) {
    replace_repr(vm.ctx.types.code_type, repr, vm);
}

fn repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(code) = object.downcast_ref::<PyCode>() else {
        return Err(vm.new_type_error("descriptor '__repr__' requires a 'code' object"));
    };
    let line = code.code.first_line_number.map_or(-1, |line| i64::try_from(line.get()).unwrap_or(-1));
    let (name, path) = (code.code.obj_name, code.source_path());
    let text = format!("<code object {name} at {:#x}, file \"{path}\", line {line}>", object.get_id());
    Ok(vm.ctx.new_str(text))
}
