//! Corrects the `repr` of locks.

use super::replace::{native_class, replace_repr};
use rustpython_vm::{PyObject, PyRef, PyResult, VirtualMachine, builtins::PyStr};
use std::sync::OnceLock;

type Repr = fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>;

static ORIGINAL_LOCK_REPR: OnceLock<Repr> = OnceLock::new();
static ORIGINAL_RLOCK_REPR: OnceLock<Repr> = OnceLock::new();

/// Replaces the `repr` of the classes `lock` and `RLock` of the module `_thread`.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let module = vm.import("_thread", 0)?;
    let classes: [(_, _, Repr); 2] =
        [("lock", &ORIGINAL_LOCK_REPR, lock_repr), ("RLock", &ORIGINAL_RLOCK_REPR, rlock_repr)];
    for (name, original, repr) in classes {
        let class = native_class(&*module.get_attr(name, vm)?, vm)?;
        if let Some(slot) = class.slots.repr.load() {
            original.get_or_init(|| slot);
        }
        replace_repr(class, repr, vm);
    }
    Ok(())
}

/// Returns the interpreter's `repr`.
fn original_text(original: &OnceLock<Repr>, lock: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    let repr = original.get().expect("`amend` sets it before it replaces the slot");
    Ok(repr(lock, vm)?.to_string_lossy().into_owned())
}

fn lock_repr(lock: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let text = original_text(&ORIGINAL_LOCK_REPR, lock, vm)?;
    Ok(vm.ctx.new_str(text.replacen(" lock object", " _thread.lock object", 1)))
}

fn rlock_repr(lock: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let text = original_text(&ORIGINAL_RLOCK_REPR, lock, vm)?;
    // Only the owner itself can be named: the interpreter does not tell which other thread holds the lock.
    let owner = match vm.call_method(lock, "_is_owned", ())?.is_true(vm)? {
        true => {
            vm.import("_thread", 0)?.get_attr("get_ident", vm)?.call((), vm)?.str(vm)?.to_string_lossy().into_owned()
        }
        false => "0".to_owned(),
    };
    let text = text.replacen(" RLock object", " _thread.RLock object", 1);
    Ok(vm.ctx.new_str(text.replacen(" object count=", &format!(" object owner={owner} count="), 1)))
}
