//! Corrects the name of the class of `...`.

use super::replace::{Original, replace_property, replace_repr};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine, builtins::PyStr, function::PySetterValue,
};
use std::sync::OnceLock;

const NAME: &str = "ellipsis";

type Repr = fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>;

static ORIGINAL_REPR: OnceLock<Repr> = OnceLock::new();

/// Replaces the properties and the `repr` of classes, so that they return CPython's name for this class.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let class = vm.ctx.types.type_type;
    for name in ["__name__", "__qualname__"] {
        let original = Original::find(class, name, vm)?;
        let setter = original.clone();
        replace_property(
            class,
            name,
            move |class: PyObjectRef, vm: &VirtualMachine| match is_ellipsis(&class, vm) {
                true => Ok(vm.ctx.new_str(NAME).into()),
                false => original.get(class, vm),
            },
            move |class: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| setter.set(class, value, vm),
            vm,
        );
    }
    if let Some(original) = class.slots.repr.load() {
        ORIGINAL_REPR.get_or_init(|| original);
        replace_repr(class, repr, vm);
    }
    Ok(())
}

fn is_ellipsis(class: &PyObject, vm: &VirtualMachine) -> bool {
    class.is(vm.ctx.types.ellipsis_type)
}

fn repr(class: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    match ORIGINAL_REPR.get() {
        Some(original) if !is_ellipsis(class, vm) => original(class, vm),
        _ => Ok(vm.ctx.new_str(format!("<class '{NAME}'>"))),
    }
}
