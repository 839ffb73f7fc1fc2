//! Keeps properties of a class from accessing the class after it has been freed.
//!
//! The properties `__dict__` and `__weakref__`, which the interpreter adds to a class written in Python, point to the
//! class without owning a reference to it. They can outlive the class, for example if a program keeps
//! `vars(C)["__dict__"]`.

use super::{Original, replace_method};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyStrInterned, PyType, PyTypeRef},
};
use std::collections::HashSet;

/// Installs the guards on `getset_descriptor`, the class of native properties.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let class = vm.ctx.types.getset_type;
    let original = Original::find(class, "__objclass__", vm)?;
    let get = move |property: PyObjectRef, vm: &VirtualMachine| match added_to(&property, vm) {
        Some(owner) => Ok(owner?.into()),
        None => original.get(property, vm),
    };
    class.set_attr(vm.ctx.intern_str("__objclass__"), vm.ctx.new_readonly_getset("__objclass__", class, get).into());
    let original = Original::find(class, "__qualname__", vm)?;
    let get = move |property: PyObjectRef, vm: &VirtualMachine| match added_to(&property, vm) {
        Some(owner) => Ok(vm.ctx.new_str(format!("{}.{}", owner?.slot_name(), name_of(&property, vm)?)).into()),
        None => original.get(property, vm),
    };
    class.set_attr(vm.ctx.intern_str("__qualname__"), vm.ctx.new_readonly_getset("__qualname__", class, get).into());
    if let Some(original) = class.slots.repr.load() {
        class.slots.repr.store(Some(repr_by_method));
        let repr = move |property: PyObjectRef, vm: &VirtualMachine| match added_to(&property, vm) {
            Some(owner) => {
                let (name, owner) = (name_of(&property, vm)?, owner?);
                let owner = owner.slot_name();
                Ok(vm.ctx.new_str(format!("<attribute '{name}' of '{owner}' objects>")))
            }
            None => original(&property, vm),
        };
        replace_method(class, "__repr__", repr, vm);
    }
    Ok(())
}

/// Implements `repr` of a property.
fn repr_by_method(property: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    vm.call_method(property, "__repr__", ())?.try_into_value(vm)
}

/// Returns the class to which the interpreter added a property, or an exception if that class no longer exists. Returns
/// `None` for any other property, because native classes are never freed.
fn added_to(property: &PyObject, vm: &VirtualMachine) -> Option<Result<PyTypeRef, PyBaseExceptionRef>> {
    let name = name_of(property, vm).ok()?;
    if !["__dict__", "__weakref__"].contains(&name.as_str()) {
        return None;
    }
    let owner = find_owner(vm.ctx.types.object_type, vm.ctx.intern_str(name.as_str()), property);
    Some(owner.ok_or_else(|| vm.new_attribute_error(format!("the class of this {name} does not exist any more"))))
}

fn name_of(property: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    property.get_attr("__name__", vm)?.try_into_value(vm)
}

/// Searches `class` and its subclasses for the class whose dict contains the property. Returns `None` if there is none.
fn find_owner(class: &Py<PyType>, name: &'static PyStrInterned, property: &PyObject) -> Option<PyTypeRef> {
    let mut seen = HashSet::new();
    let mut unvisited = vec![class.to_owned()];
    while let Some(class) = unvisited.pop() {
        if class.get_direct_attr(name).is_some_and(|found| found.is(property)) {
            return Some(class);
        }
        let subclasses: Vec<_> = class.subclasses.read().iter().filter_map(|class| class.upgrade()).collect();
        let subclasses = subclasses.into_iter().filter_map(|class| class.downcast::<PyType>().ok());
        unvisited.extend(subclasses.filter(|class| seen.insert(class.get_id())));
    }
    None
}
