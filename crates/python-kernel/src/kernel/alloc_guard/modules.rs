//! Guards for classes and functions of native modules whose result can be larger than the program's memory.

use super::methods::{ResultBytes, bytes_of_range, count, guard_function, guard_method, length};
use super::{check_size, guard_repeat};
use crate::kernel::amendments::native_class;
use rustpython_vm::{
    Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyType, PyTypeRef},
    function::FuncArgs,
};
use std::sync::{PoisonError, RwLock};

type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

/// The classes whose constructors check the size of the new object. Each comes with its original constructor, and with
/// the function that calculates the size.
static GUARDED: RwLock<Vec<(&'static Py<PyType>, New, ResultBytes)>> = RwLock::new(Vec::new());

/// Installs the guards on a native module that has just been created and corrected.
pub fn guard_module(name: &str, module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let class = |name: &'static str| native_class(&*module.get_attr(name, vm)?, vm);
    match name {
        "_collections" => {
            // A deque with a maximum length keeps only its last items, so it cannot become too large.
            let element_bytes = |deque: &PyObject, vm: &VirtualMachine| {
                let is_limited = deque.get_attr("maxlen", vm).is_ok_and(|limit| !vm.is_none(&limit));
                if is_limited { 0 } else { 8 }
            };
            guard_repeat(class("deque")?, element_bytes, vm);
        }
        "_hashlib" => {
            guard_function(module, "pbkdf2_hmac", |args, _| Ok(count(args, 4, "dklen")), vm)?;
            guard_function(module, "scrypt", |args, _| Ok(count(args, 6, "dklen")), vm)?;
        }
        "_random" => guard_method(class("Random")?, "getrandbits", |args, _| Ok(count(args, 1, "k") / 8), vm)?,
        "_struct" => {
            guard_function(module, "pack", bytes_of_packed, vm)?;
            let bytes = |args: &FuncArgs, vm: &VirtualMachine| {
                let size = args.args.first().map(|packed| packed.get_attr("size", vm)).transpose()?;
                Ok(size.map_or(0, |size| count(&vec![size].into(), 0, "")))
            };
            guard_method(class("Struct")?, "pack", bytes, vm)?;
        }
        "array" => {
            let element_bytes = |array: &PyObject, vm: &VirtualMachine| {
                let size = array.get_attr("itemsize", vm);
                size.map_or(8, |size| count(&vec![size].into(), 0, ""))
            };
            guard_repeat(class("array")?, element_bytes, vm);
        }
        "itertools" => {
            let product = |args: &FuncArgs, _: &VirtualMachine| {
                Ok(args.args.len() as u128 * count(args, usize::MAX, "repeat") * 8)
            };
            guard_new(class("product")?, product);
            let repeated = |args: &FuncArgs, _: &VirtualMachine| Ok(count(args, 1, "r") * 8);
            guard_new(class("combinations_with_replacement")?, repeated);
            guard_new(class("tee")?, |args, _| Ok(count(args, 1, "n") * 8));
            for name in ["combinations", "permutations"] {
                guard_new(class(name)?, |args, vm| bytes_of_range(args.args.first(), vm));
            }
        }
        "zlib" => guard_function(module, "decompress", |args, _| Ok(count(args, 2, "bufsize")), vm)?,
        _ => {}
    }
    Ok(())
}

/// Makes a class check the size of a new object before creating it.
fn guard_new(class: &'static Py<PyType>, bytes: ResultBytes) {
    if let Some(original) = class.slots.new.load() {
        GUARDED.write().unwrap_or_else(PoisonError::into_inner).push((class, original, bytes));
        class.slots.new.store(Some(new_guarded));
    }
}

fn new_guarded(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let found = {
        let guarded = GUARDED.read().unwrap_or_else(PoisonError::into_inner);
        guarded.iter().find(|(one, ..)| class.fast_issubclass(*one)).copied()
    };
    let (_, original, bytes) = found.expect("only these classes and their subclasses have the guard");
    check_size(bytes(&args, vm)?, vm)?;
    original(class, args, vm)
}

/// Returns the size in bytes of values packed by a `struct` format. Returns 0 for formats shorter than 8 characters,
/// because their results cannot be too large.
fn bytes_of_packed(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<u128> {
    let Some(format) = args.args.first().filter(|format| length(format) >= 8) else { return Ok(0) };
    // An invalid format is not checked, because the function itself refuses it.
    let Ok(size) = vm.import("_struct", 0)?.get_attr("calcsize", vm)?.call((format.clone(),), vm) else {
        return Ok(0);
    };
    Ok(count(&vec![size].into(), 0, ""))
}
