//! Makes sure that an object's class fits the object's memory layout.
//!
//! Native methods rely on every instance of their class or of a subclass having the memory layout of their class.
//! Python code could violate that in these ways:
//!
//! - `object.__class__ = C`, where the interpreter compares only the sizes of the two layouts;
//! - `C.__bases__ = ...`, where it compares nothing;
//! - `object.__new__(C)` for a native class without a constructor, whose instances only native code may create;
//! - changing an object's class while native code uses the old class, which may then be freed.

use super::{Original, replace_property};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyType, PyTypeRef},
    function::{FuncArgs, PySetterValue},
    types::PyTypeFlags,
};
use std::mem;

/// Installs the guards on `object.__class__`, on `type.__bases__` and on the native classes without a constructor.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let object = vm.ctx.types.object_type;
    let original = Original::find(object, "__class__", vm)?;
    replace_property(
        object,
        "__class__",
        |object: PyObjectRef, _vm: &VirtualMachine| Ok(object.class().to_owned().into()),
        move |object, class, vm| set_class(&original, object, class, vm),
        vm,
    );
    let class = vm.ctx.types.type_type;
    let original = Original::find(class, "__bases__", vm)?;
    let getter = original.clone();
    replace_property(
        class,
        "__bases__",
        move |class, vm| getter.get(class, vm),
        move |class, bases, vm| set_bases(&original, class, bases, vm),
        vm,
    );
    guard_native_classes(vm);
    Ok(())
}

/// Makes all native classes without a constructor refuse to be instantiated. Must be called after each import of a
/// native module, because the module may define more of them.
pub fn guard_native_classes(vm: &VirtualMachine) {
    let object = vm.ctx.types.object_type;
    guard_subclasses(object, object);
}

fn guard_subclasses(class: &Py<PyType>, object: &Py<PyType>) {
    let object_new = object.slots.new.load().map(|new| new as usize);
    let subclasses: Vec<_> = class.subclasses.read().iter().filter_map(|class| class.upgrade()).collect();
    for class in subclasses.iter().filter_map(|class| class.downcast_ref::<PyType>()) {
        if class.slots.flags.has_feature(PyTypeFlags::HEAPTYPE) {
            continue;
        }
        let inherits_new = class.slots.new.load().map(|new| new as usize) == object_new;
        if inherits_new && class.slots.basicsize > object.slots.basicsize {
            class.slots.new.store(Some(refuse_to_create));
        }
        guard_subclasses(class, object);
    }
}

fn refuse_to_create(class: PyTypeRef, _arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
    Err(vm.new_type_error(format!("cannot create '{}' instances", class.slot_name())))
}

/// Returns the native class that determines the memory layout of a class's instances.
fn native_base(class: &Py<PyType>) -> &Py<PyType> {
    let mut class = class;
    while class.slots.flags.has_feature(PyTypeFlags::HEAPTYPE)
        && let Some(base) = class.base.as_deref()
    {
        class = base;
    }
    class
}

/// Sets the `__class__` of an object, if the new class has the same memory layout.
fn set_class(original: &Original, object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    if let PySetterValue::Assign(class) = &value
        && let Some(new) = class.downcast_ref::<PyType>()
    {
        let old = object.class().to_owned();
        if !native_base(&old).is(native_base(new)) {
            return Err(layout_differs("__class__", new, &old, vm));
        }
        // Native code that calls this function may be using the old class without owning a reference to it, so the old
        // class is never freed. Neither is the new one, because it may itself be replaced later.
        mem::forget(old);
        mem::forget(new.to_owned());
    }
    original.set(object, value, vm)
}

/// Sets the `__bases__` of a class, if the memory layout stays the same.
fn set_bases(original: &Original, class: PyObjectRef, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let (Some(class_type), PySetterValue::Assign(bases)) = (class.downcast_ref::<PyType>(), &value) else {
        return original.set(class, value, vm);
    };
    let bases: Vec<PyTypeRef> = bases.try_to_value(vm)?;
    let native = native_base(class_type);
    if !bases.iter().any(|base| native_base(base).is(native)) && !native.is(vm.ctx.types.object_type) {
        return Err(layout_differs("__bases__", vm.ctx.types.object_type, native, vm));
    }
    for base in &bases {
        let is_known = class_type.mro_map_collect(|known| known.is(base)).contains(&true);
        let fits = native_base(base).is(native) || native_base(base).is(vm.ctx.types.object_type);
        if !is_known && (base.slots.member_count > 0 || !fits) {
            return Err(layout_differs("__bases__", base, class_type, vm));
        }
        if base.mro_map_collect(|ancestor| ancestor.is(class_type)).contains(&true) {
            return Err(vm.new_type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let bases = vm.ctx.new_tuple(bases.into_iter().map(Into::into).collect());
    // The interpreter's caches refer to attributes of the old bases, so the bases are kept alive until the caches are
    // cleared.
    let old_bases = class_type.mro_map_collect(ToOwned::to_owned);
    let set = original.set(class.clone(), PySetterValue::Assign(bases.into()), vm);
    class_type.modified();
    drop(old_bases);
    set
}

fn layout_differs(attribute: &str, new: &Py<PyType>, old: &Py<PyType>, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let (new, old) = (new.slot_name(), old.slot_name());
    vm.new_type_error(format!("{attribute} assignment: '{new}' object layout differs from '{old}'"))
}
