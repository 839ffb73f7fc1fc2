//! Corrections to the interpreter's class `functools.partial`: the RecursionError for partial objects that call
//! themselves.

use super::replace::native_class;
use rustpython_vm::{PyObject, PyResult, VirtualMachine, function::FuncArgs};
use std::sync::OnceLock;

type Call = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult;

static ORIGINAL_CALL: OnceLock<Call> = OnceLock::new();

/// Makes a partial object that calls itself, directly or not, raise RecursionError before the stack is used up.
pub fn amend(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let class = module.get_attr("partial", vm)?;
    let class = native_class(&class, vm)?;
    if let Some(original) = class.slots.call.load()
        && ORIGINAL_CALL.set(original).is_ok()
    {
        class.slots.call.store(Some(call));
    }
    Ok(())
}

fn call(partial: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = ORIGINAL_CALL.get() else { return Err(vm.new_type_error("partial objects cannot be called")) };
    vm.with_recursion("while calling a Python object", || original(partial, args, vm))
}
