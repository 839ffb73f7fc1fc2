//! Replaces slots and methods of native classes.
//!
//! A native class has most operations twice: in a slot, which operators use, and as a method in its dict. Subclasses
//! written in Python derive their slots from the methods, so both must be replaced.

pub use crate::kernel::guards::{Original, replace_method, replace_property};

use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyType, PyTypeRef},
};

/// Converts `class` to a static reference if it is a native class. Native classes are never freed.
pub fn native_class(class: &PyObject, vm: &VirtualMachine) -> PyResult<&'static Py<PyType>> {
    let class: PyTypeRef = class.to_owned().try_into_value(vm)?;
    Ok(&**Box::leak(Box::new(class)))
}

/// Replaces a binary operator of a number class: its two slots (for the left and the right operand), and the two
/// corresponding methods that Python code can call.
macro_rules! replace_operator {
    ($class:expr, [$slot:ident, $right_slot:ident], [$method:literal, $right_method:literal], $operation:expr, $vm:expr) => {{
        $class.slots.as_number.$slot.store(Some($operation));
        $class.slots.as_number.$right_slot.store(Some($operation));
        let method = |left: rustpython_vm::PyObjectRef,
                      right: rustpython_vm::PyObjectRef,
                      vm: &rustpython_vm::VirtualMachine| $operation(&left, &right, vm);
        $crate::kernel::amendments::replace::replace_method($class, $method, method, $vm);
        let method = |right: rustpython_vm::PyObjectRef,
                      left: rustpython_vm::PyObjectRef,
                      vm: &rustpython_vm::VirtualMachine| $operation(&left, &right, vm);
        $crate::kernel::amendments::replace::replace_method($class, $right_method, method, $vm);
    }};
}

pub(crate) use replace_operator;

/// Replaces a class's `repr` slot and its `__repr__` method.
pub fn replace_repr(
    class: &'static Py<PyType>,
    repr: fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>,
    vm: &VirtualMachine,
) {
    class.slots.repr.store(Some(repr));
    replace_method(class, "__repr__", move |object: PyObjectRef, vm: &VirtualMachine| repr(&object, vm), vm);
}
