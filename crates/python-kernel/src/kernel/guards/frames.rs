//! Keeps running frames intact.
//!
//! A frame is a call to a function, with its local variables and its stack of temporary values. The interpreter assumes
//! that nothing but the call itself changes them. These attributes and methods could violate that assumption:
//!
//! - `frame.f_lineno = N` continues at another line, with a stack that does not fit that line.
//! - `frame.clear()` can clear the frame of a generator while the generator runs.
//! - `frame.f_locals` reads variables that another thread may be changing.
//! - `frame.f_locals`, `locals()` and similar functions can read a variable whose old value is being released. When the
//!   interpreter replaces or deletes a variable, the variable refers to its old value until that value has been freed.
//!   Finalizers run before that.

use super::threads::StartBan;
use super::{Original, generators, replace_method, replace_property};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStr, PySuper},
    bytecode::Instruction,
    frame::Frame,
    function::{FuncArgs, PyMethodFlags, PySetterValue},
    types::Initializer,
};
use std::sync::{Mutex, PoisonError};

/// The builtins that read the running frame's variables, unless they are passed another object or namespace.
const READERS: [&str; 5] = ["dir", "eval", "exec", "locals", "vars"];

/// The ids of the frames whose variables `frame.clear()` is releasing at the moment.
static CLEARED_NOW: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// Installs the guards on the class `frame`, and on the builtins that read the variables of the running frame.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let class = vm.ctx.types.frame_type;
    let line_number = Original::find(class, "f_lineno", vm)?;
    let refuse_to_jump = |_frame: PyObjectRef, _line: PySetterValue, vm: &VirtualMachine| {
        Err(vm.new_runtime_error("redis-tutor's Python cannot jump to another line: f_lineno is read-only"))
    };
    replace_property(class, "f_lineno", move |frame, vm| line_number.get(frame, vm), refuse_to_jump, vm);
    let original = Original::find(class, "clear", vm)?;
    replace_method(class, "clear", move |frame: &Py<Frame>, vm: &VirtualMachine| clear(&original, frame, vm), vm);
    class.set_attr(vm.ctx.intern_str("f_locals"), vm.ctx.new_readonly_getset("f_locals", class, read_locals).into());
    for name in READERS {
        guard_reader(name, vm)?;
    }
    let class = vm.ctx.types.super_type;
    class.slots.init.store(Some(init_super));
    replace_method(class, "__init__", init_super, vm);
    Ok(())
}

/// Implements `frame.clear`. Does not clear the frame of a generator, because another thread could start the generator
/// at any moment. The objects in such a frame are released together with the generator.
fn clear(original: &Original, frame: &Py<Frame>, vm: &VirtualMachine) -> PyResult {
    let generator = frame.generator.to_owned();
    let Some(state) = generator.as_deref().and_then(generators::State::of) else {
        let Some(_mark) = ClearedNow::begin(frame) else { return Ok(vm.ctx.none()) };
        return original.call((frame.to_owned(),), vm);
    };
    if state.is_running {
        return Err(vm.new_runtime_error("cannot clear an executing frame"));
    }
    if state.is_suspended {
        return Err(vm.new_runtime_error("cannot clear a suspended frame"));
    }
    Ok(vm.ctx.none())
}

/// An entry in `CLEARED_NOW`, which is removed when this value is dropped.
struct ClearedNow(usize);

impl ClearedNow {
    /// Adds a frame to `CLEARED_NOW`, or returns `None` if it is already there.
    fn begin(frame: &Py<Frame>) -> Option<Self> {
        let mut cleared = CLEARED_NOW.lock().unwrap_or_else(PoisonError::into_inner);
        let id = frame.get_id();
        if cleared.contains(&id) {
            return None;
        }
        cleared.push(id);
        Some(Self(id))
    }

    fn contains(frame: &Py<Frame>) -> bool {
        CLEARED_NOW.lock().unwrap_or_else(PoisonError::into_inner).contains(&frame.get_id())
    }
}

impl Drop for ClearedNow {
    fn drop(&mut self) {
        CLEARED_NOW.lock().unwrap_or_else(PoisonError::into_inner).retain(|id| *id != self.0);
    }
}

/// Implements `frame.f_locals`. Returns an empty dict if another thread may be changing the variables, which is the
/// case if the frame does not belong to a call of this thread and other threads can run Python code. Returns the values
/// that were read last if a variable is being replaced.
///
/// The interpreter's own property would also write the dict back into a generator's frame when the generator continues.
/// That would overwrite the cells of variables that inner functions use.
fn read_locals(frame: &Py<Frame>, vm: &VirtualMachine) -> PyResult {
    // Reading the variables can run Python code: the finalizer of a value that was read before, or the methods of a
    // namespace that is not a dict. Such code cannot start a thread as long as `ban` exists.
    let mut ban = None;
    if !is_in_this_thread(frame, vm) {
        ban = StartBan::if_alone();
        if ban.is_none() {
            return Ok(vm.ctx.new_dict().into());
        }
    }
    if is_replacing_variable(frame, vm) || ClearedNow::contains(frame) {
        return Ok(frame.locals.clone_mapping(vm).into());
    }
    let variables = frame.locals(vm).map(Into::into);
    drop(ban);
    variables
}

/// Makes a builtin refuse to read the running frame's variables while one of them is being replaced. A finalizer
/// written in Python has a frame of its own, so this refuses only builtins that are themselves called as finalizers.
fn guard_reader(name: &'static str, vm: &VirtualMachine) -> PyResult<()> {
    let original = vm.builtins.get_attr(name, vm)?;
    let doc = original.get_attr("__doc__", vm)?;
    let doc = doc.downcast_ref::<PyStr>().and_then(|doc| doc.to_str()).map(|doc| &*doc.to_owned().leak());
    let guarded = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        check_variables(vm)?;
        original.call(args, vm)
    };
    let function = vm.ctx.new_method_def(name, guarded, PyMethodFlags::empty(), doc).build_function(vm);
    vm.builtins.set_attr(name, function, vm)
}

/// Implements `super.__init__`. Without arguments, it reads the first argument of the running function.
fn init_super(object: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    check_variables(vm)?;
    PySuper::slot_init(object, args, vm)
}

/// Returns an error if a variable of the running frame is being replaced or deleted.
fn check_variables(vm: &VirtualMachine) -> PyResult<()> {
    if vm.current_frame().is_some_and(|frame| is_at_replacement(&frame)) {
        return Err(
            vm.new_runtime_error("redis-tutor's Python cannot read variables while one of them is being replaced")
        );
    }
    Ok(())
}

/// Returns whether a frame of this thread is executing an instruction that replaces or deletes a variable.
fn is_replacing_variable(frame: &Py<Frame>, vm: &VirtualMachine) -> bool {
    is_at_replacement(frame) && is_in_this_thread(frame, vm)
}

/// Returns whether the instruction that a frame is executing replaces or deletes a local variable. Only such
/// instructions release a variable's value while the variable still refers to it.
fn is_at_replacement(frame: &Py<Frame>) -> bool {
    let Some(index) = (frame.lasti() as usize).checked_sub(1) else { return false };
    matches!(
        frame.code.instructions.read_op(index),
        Instruction::DeleteFast { .. }
            | Instruction::StoreFast { .. }
            | Instruction::StoreFastLoadFast { .. }
            | Instruction::StoreFastStoreFast { .. }
    )
}

/// Returns whether the frame belongs to a call that the current thread is executing.
fn is_in_this_thread(frame: &Py<Frame>, vm: &VirtualMachine) -> bool {
    let mut next = vm.current_frame();
    while let Some(current) = next {
        if current.is(frame) {
            return true;
        }
        next = current.f_back(vm);
    }
    false
}
