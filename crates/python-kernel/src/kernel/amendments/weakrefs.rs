//! Corrects the `repr` of weak references.

use super::replace::replace_repr;
use rustpython_vm::{AsObject, PyObject, PyRef, PyResult, VirtualMachine, builtins::PyStr};

/// Replaces the `repr` of weak references.
pub fn install(vm: &VirtualMachine) {
    replace_repr(vm.ctx.types.weakref_type, repr, vm);
}

fn repr(reference: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let at = reference.get_id();
    let object = reference.call((), vm)?;
    if vm.is_none(&object) {
        return Ok(vm.ctx.new_str(format!("<weakref at {at:#x}; dead>")));
    }
    let class = object.class().as_object();
    let text = |object: &PyObject, name: &'static str| -> PyResult<Option<String>> {
        let value = vm.get_attribute_opt(object.to_owned(), name)?;
        Ok(value.and_then(|value| Some(value.downcast_ref::<PyStr>()?.to_string_lossy().into_owned())))
    };
    let mut kind = text(class, "__qualname__")?.unwrap_or_default();
    if let Some(module) = text(class, "__module__")?.filter(|module| module != "builtins" && module != "__main__") {
        kind = format!("{module}.{kind}");
    }
    let name = text(&object, "__name__")?.map_or_else(String::new, |name| format!(" ({name})"));
    Ok(vm.ctx.new_str(format!("<weakref at {at:#x}; to '{kind}' at {:#x}{name}>", object.get_id())))
}
