//! Keeps running frames intact.
//!
//! A frame is a call of a function, with its local variables and its stack of temporary values. The interpreter assumes
//! that nothing but the call itself changes them. These attributes and methods could break that assumption:
//!
//! - `frame.f_lineno = N` continues at another line, with a stack that does not fit it.
//! - `frame.clear()` can clear the frame of a generator while the generator runs.
//! - `frame.f_locals` reads variables that another thread may be changing.

use super::{Original, generators, replace_method, replace_property};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyResult, VirtualMachine, frame::Frame, function::PySetterValue};

/// Installs the guards of the class `frame`.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let class = vm.ctx.types.frame_type;
    let line_number = Original::find(class, "f_lineno", vm)?;
    let refuse_to_jump = |_frame: PyObjectRef, _line: PySetterValue, vm: &VirtualMachine| {
        Err(vm.new_runtime_error("redis-tutor's Python cannot jump to another line: f_lineno is read-only"))
    };
    replace_property(class, "f_lineno", move |frame, vm| line_number.get(frame, vm), refuse_to_jump, vm);
    let original = Original::find(class, "clear", vm)?;
    replace_method(class, "clear", move |frame: &Py<Frame>, vm: &VirtualMachine| clear(&original, frame, vm), vm);
    let original = Original::find(class, "f_locals", vm)?;
    let read = move |frame: &Py<Frame>, vm: &VirtualMachine| read_locals(&original, frame, vm);
    let locals = vm.ctx.new_readonly_getset("f_locals", class, read);
    class.set_attr(vm.ctx.intern_str("f_locals"), locals.into());
    Ok(())
}

/// Implements `frame.clear`. The frame of a generator is left as it is, because another thread could start the
/// generator at any moment. The objects in such a frame are released together with the generator.
fn clear(original: &Original, frame: &Py<Frame>, vm: &VirtualMachine) -> PyResult {
    let generator = frame.generator.to_owned();
    let Some(state) = generator.as_deref().and_then(generators::State::of) else {
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

/// Implements `frame.f_locals`. Returns an empty dict if another thread may be changing the variables.
fn read_locals(original: &Original, frame: &Py<Frame>, vm: &VirtualMachine) -> PyResult {
    if vm.state.thread_count.load() == 0 || is_in_this_thread(frame, vm) {
        return original.get(frame.to_owned().into(), vm);
    }
    Ok(vm.ctx.new_dict().into())
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
