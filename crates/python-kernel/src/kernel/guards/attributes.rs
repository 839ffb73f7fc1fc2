//! Keeps the values of class attributes alive as long as the interpreter's caches refer to them.
//!
//! The interpreter caches the attributes that it finds in a class, without owning a reference to their values. When an
//! attribute is set or deleted, the cache of the class must be cleared after the change, and only then may the old
//! value be freed. The interpreter clears the cache before most changes, so another thread can fill the cache again
//! before the change. It does not clear the cache at all when it sets `__doc__`, `__module__`, `__annotations__` or
//! `__annotate__`.

use super::{Original, replace_method, replace_property};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyStrInterned, PyStrRef, PyType, PyTypeRef},
    function::{FuncArgs, PySetterValue},
};
use std::sync::OnceLock;

type SetAttribute = fn(&PyObject, &Py<PyStr>, PySetterValue, &VirtualMachine) -> PyResult<()>;

/// The properties of a class that set attributes without clearing the attribute cache.
const PROPERTIES: [&str; 4] = ["__annotate__", "__annotations__", "__doc__", "__module__"];

/// The attributes that change when one of `PROPERTIES` is set.
const CHANGED_BY_PROPERTIES: [&str; 7] = [
    "__annotate__",
    "__annotate_func__",
    "__annotations__",
    "__annotations_cache__",
    "__doc__",
    "__firstlineno__",
    "__module__",
];

/// The interpreter's original function that sets and deletes attributes of classes.
static SET_ATTRIBUTE: OnceLock<SetAttribute> = OnceLock::new();

/// Installs the guards on the class `type`, and on `sys._clear_type_descriptors`.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let class = vm.ctx.types.type_type;
    for name in PROPERTIES {
        let original = Original::find(class, name, vm)?;
        let getter = original.clone();
        replace_property(
            class,
            name,
            move |class, vm| getter.get(class, vm),
            move |class, value, vm| {
                let owner = class.downcast_ref::<PyType>().map(ToOwned::to_owned);
                changing(owner.as_deref(), &CHANGED_BY_PROPERTIES, vm, || original.set(class, value, vm))
            },
            vm,
        );
    }

    if let Some(original) = class.slots.setattro.load()
        && SET_ATTRIBUTE.set(original).is_ok()
    {
        guard_metaclasses(class, original as usize);
        let set = |class: PyTypeRef, name: PyStrRef, value: PyObjectRef, vm: &VirtualMachine| {
            set_attribute(class.as_object(), &name, PySetterValue::Assign(value), vm)
        };
        replace_method(class, "__setattr__", set, vm);
        let delete = |class: PyTypeRef, name: PyStrRef, vm: &VirtualMachine| {
            set_attribute(class.as_object(), &name, PySetterValue::Delete, vm)
        };
        replace_method(class, "__delattr__", delete, vm);
    }

    let name = "_clear_type_descriptors";
    let original = vm.sys_module.get_attr(name, vm)?;
    let clear = move |class: PyTypeRef, vm: &VirtualMachine| {
        let args = FuncArgs::from(vec![class.clone().into()]);
        changing(Some(&class), &["__dict__", "__weakref__"], vm, || original.call(args, vm))
    };
    vm.sys_module.set_attr(name, vm.new_function(name, clear), vm)
}

/// Makes a metaclass and all of its subclasses set attributes with [`set_attribute`]. Leaves a class alone if its
/// `setattro` slot contains a function other than `original`.
fn guard_metaclasses(class: &Py<PyType>, original: usize) {
    if class.slots.setattro.load().is_some_and(|set| set as usize == original) {
        class.slots.setattro.store(Some(set_attribute));
    }
    let subclasses: Vec<_> = class.subclasses.read().iter().filter_map(|class| class.upgrade()).collect();
    for subclass in subclasses.iter().filter_map(|class| class.downcast_ref::<PyType>()) {
        guard_metaclasses(subclass, original);
    }
}

/// Sets or deletes an attribute of a class, and keeps its old value alive until the caches have been cleared.
fn set_attribute(class: &PyObject, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let Some(original) = SET_ATTRIBUTE.get() else { return Err(vm.new_attribute_error("the attribute cannot be set")) };
    let interned = vm.ctx.intern_str(name.as_wtf8());
    changing_interned(class.downcast_ref::<PyType>(), &[interned], || original(class, name, value, vm))
}

/// Calls a function that may change the named attributes of a class. Their old values are freed only after the caches
/// of the class have been cleared.
fn changing<T>(
    class: Option<&Py<PyType>>,
    names: &[&'static str],
    vm: &VirtualMachine,
    change: impl FnOnce() -> PyResult<T>,
) -> PyResult<T> {
    let names: Vec<_> = names.iter().map(|name| vm.ctx.intern_str(*name)).collect();
    changing_interned(class, &names, change)
}

fn changing_interned<T>(
    class: Option<&Py<PyType>>,
    names: &[&'static PyStrInterned],
    change: impl FnOnce() -> PyResult<T>,
) -> PyResult<T> {
    let Some(class) = class else { return change() };
    let old: Vec<PyObjectRef> = names.iter().filter_map(|name| class.get_direct_attr(name)).collect();
    let result = change();
    if !old.is_empty() {
        class.modified();
    }
    result
}
