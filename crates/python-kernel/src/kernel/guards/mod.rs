//! Guards that keep Python code from breaking out of the interpreter.
//!
//! The interpreter gives no access to files, sockets and processes, but it contains `unsafe` code that trusts the
//! bytecode and the memory layout of objects. Python code that could violate this trust could corrupt memory, and then
//! do anything. The guards prevent these violations:
//!
//! - [`code`]: bytecode that does not come from the compiler;
//! - [`frames`] and [`generators`]: jumps within running code, and frames that are cleared while they run;
//! - [`threads`]: changes by another thread to a frame that is being read;
//! - [`layout`]: objects whose class does not fit their memory layout;
//! - [`attributes`] and [`properties`]: values of class attributes, and classes, that are freed while they are in use;
//! - [`modules`]: functions of native modules with one of these effects, and functions that make system calls.
//!
//! Native functions are replaced in the table from which their module is created, and methods in the dict of their
//! class. The originals are then owned only by Rust code. Python code cannot find them, because the guards also keep
//! `gc` from listing objects.

mod attributes;
mod code;
mod frames;
mod generators;
mod layout;
mod marshal;
mod modules;
mod properties;
mod regex;
mod sysconfig;
mod threads;

pub use code::check_executable;
pub use modules::module_defs;

use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::PyType,
    function::{IntoFuncArgs, IntoPyNativeFn, PyMethodFlags, PySetterValue},
};

/// Installs the guards on classes and on `sys`. Must be called once, before the learner's first statement runs.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    code::install(vm)?;
    frames::install(vm)?;
    generators::install(vm)?;
    layout::install(vm)?;
    attributes::install(vm)?;
    properties::install(vm)?;
    modules::install(vm)
}

/// The original value of a native class's attribute, which a guard replaced.
#[derive(Clone)]
pub struct Original(PyObjectRef);

impl Original {
    /// Returns the attribute with the given name from the dict of `class`.
    pub fn find(class: &Py<PyType>, name: &'static str, vm: &VirtualMachine) -> PyResult<Self> {
        let found = class.attributes.read().get(vm.ctx.intern_str(name)).cloned();
        let found = found.ok_or_else(|| vm.new_attribute_error(format!("{} has no {name}", class.slot_name())))?;
        Ok(Self(found))
    }

    /// Returns the attribute's value for `object`.
    pub fn get(&self, object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        vm.call_if_get_descriptor(&self.0, object)
    }

    /// Sets or deletes the attribute of `object`.
    pub fn set(&self, object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        match self.0.class().slots.descr_set.load() {
            Some(set) => set(self.0.as_object(), object, value, vm),
            None => Err(vm.new_attribute_error("the attribute cannot be set")),
        }
    }

    /// Calls the attribute as a method. The first argument is the object on which the method is called.
    pub fn call(&self, args: impl IntoFuncArgs, vm: &VirtualMachine) -> PyResult {
        self.0.call(args, vm)
    }
}

/// Replaces a method of a native class.
pub fn replace_method<F, Kind>(class: &'static Py<PyType>, name: &'static str, method: F, vm: &VirtualMachine)
where
    F: IntoPyNativeFn<Kind>,
{
    let method = vm.ctx.new_method_def(name, method, PyMethodFlags::METHOD, None).build_method(class, vm);
    class.set_attr(vm.ctx.intern_str(name), method.into());
}

/// Replaces a property of a native class that Python code can both read and set.
pub fn replace_property(
    class: &'static Py<PyType>,
    name: &'static str,
    getter: impl Fn(PyObjectRef, &VirtualMachine) -> PyResult + Send + Sync + 'static,
    setter: impl Fn(PyObjectRef, PySetterValue, &VirtualMachine) -> PyResult<()> + Send + Sync + 'static,
    vm: &VirtualMachine,
) {
    let property = vm.ctx.new_static_getset(name, class, getter, setter);
    class.set_attr(vm.ctx.intern_str(name), property.into());
}
