//! Corrections to the interpreter's generators: the `__context__` of the RuntimeError that replaces a StopIteration
//! (PEP 479).

use super::replace::{Original, replace_property};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyBaseException};

/// Replaces the property `__context__` of exceptions. If a RuntimeError without a context replaced a StopIteration, the
/// property returns the error's cause, because the interpreter sets only the cause.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let exceptions = &vm.ctx.exceptions;
    let class = exceptions.base_exception_type;
    let original = Original::find(class, "__context__", vm)?;
    let getter = original.clone();
    let get = move |error: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let context = getter.get(error.clone(), vm)?;
        let exceptions = &vm.ctx.exceptions;
        if !vm.is_none(&context) || !error.class().is(exceptions.runtime_error) {
            return Ok(context);
        }
        let cause = error.downcast_ref::<PyBaseException>().and_then(|error| error.__cause__());
        let replaces = |cause: &PyObjectRef| {
            [exceptions.stop_iteration, exceptions.stop_async_iteration]
                .iter()
                .any(|class| cause.fast_isinstance(class))
        };
        Ok(cause.map(PyObjectRef::from).filter(replaces).unwrap_or(context))
    };
    let set = move |error: PyObjectRef, value, vm: &VirtualMachine| original.set(error, value, vm);
    replace_property(class, "__context__", get, set, vm);
    Ok(())
}
