//! Tracebacks as CPython 3.13 prints them.
//!
//! Made here rather than by Python's `traceback`: that takes 50 ms to import, which the learner's first mistake
//! would wait for, and what it calls can be rebound. Only the learner's own frames are shown. Frames of the
//! standard library and of `redis` are left out: the paths that CPython would print lead to files that are not here.

use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseException, PyBaseExceptionRef, PyStr},
};

/// The class as a reader would import it: without its module for a builtin.
pub fn class_name(error: &Py<PyBaseException>) -> String {
    error.class().name().to_string()
}

pub fn message(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    match error.as_object().str(vm) {
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(_) => "<exception str() failed>".to_owned(),
    }
}

pub fn format(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let mut out = String::new();
    let _ = vm.write_exception(&mut out, error);
    out
}
