//! Corrections to the interpreter's dicts: the error messages for a sequence whose items are not pairs.

use super::replace::{Original, replace_method};
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyList, PyTuple},
    function::{ArgIterable, FuncArgs},
};
use std::sync::OnceLock;

type Init = fn(PyObjectRef, FuncArgs, &VirtualMachine) -> PyResult<()>;

type Vectorcall = fn(&PyObject, Vec<PyObjectRef>, usize, Option<&[PyObjectRef]>, &VirtualMachine) -> PyResult;

static ORIGINAL_INIT: OnceLock<Init> = OnceLock::new();
static ORIGINAL_VECTORCALL: OnceLock<Vectorcall> = OnceLock::new();

/// Replaces the slots of `dict` that differ from CPython's.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let class = vm.ctx.types.dict_type;
    if let Some(original) = class.slots.init.load()
        && ORIGINAL_INIT.set(original).is_ok()
    {
        class.slots.init.store(Some(init));
    }
    if let Some(original) = class.slots.vectorcall.load()
        && ORIGINAL_VECTORCALL.set(original).is_ok()
    {
        class.slots.vectorcall.store(Some(create));
    }
    let original = Original::find(class, "update", vm)?;
    let update = move |args: FuncArgs, vm: &VirtualMachine| {
        let pairs = args.args.get(1).cloned();
        original.call(args, vm).map_err(|error| explained(error, pairs.as_deref(), vm))
    };
    replace_method(class, "update", update, vm);
    Ok(())
}

/// Implements the call `dict(...)`. Subclasses use [`init`].
fn create(
    class: &PyObject,
    args: Vec<PyObjectRef>,
    count: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let Some(original) = ORIGINAL_VECTORCALL.get() else { return Err(vm.new_type_error("dicts cannot be created")) };
    let pairs = args.first().filter(|_| count > 0).cloned();
    original(class, args, count, names, vm).map_err(|error| explained(error, pairs.as_deref(), vm))
}

/// Initializes an instance of `dict` or of a subclass.
fn init(dict: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let Some(original) = ORIGINAL_INIT.get() else { return Err(vm.new_type_error("dicts cannot be created")) };
    let pairs = args.args.first().cloned();
    original(dict, args, vm).map_err(|error| explained(error, pairs.as_deref(), vm))
}

/// Returns an exception that names the first item that is not a pair, or `error` itself if all items are pairs or
/// `pairs` is neither a list nor a tuple.
fn explained(error: PyBaseExceptionRef, pairs: Option<&PyObject>, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let items: Vec<PyObjectRef> =
        match pairs.map(|pairs| (pairs.downcast_ref::<PyList>(), pairs.downcast_ref::<PyTuple>())) {
            Some((Some(list), _)) => list.borrow_vec().to_vec(),
            Some((_, Some(tuple))) => tuple.as_slice().to_vec(),
            _ => return error,
        };
    for (at, item) in items.iter().enumerate() {
        let Ok(parts) = length_of(item, vm) else {
            return vm.new_type_error(format!("cannot convert dictionary update sequence element #{at} to a sequence"));
        };
        if parts != 2 {
            let message = format!("dictionary update sequence element #{at} has length {parts}; 2 is required");
            return vm.new_value_error(message);
        }
    }
    error
}

/// Counts the items of an iterable.
fn length_of(iterable: &PyObject, vm: &VirtualMachine) -> PyResult<usize> {
    let items: ArgIterable = iterable.to_owned().try_into_value(vm)?;
    let mut length = 0;
    for item in items.iter(vm)? {
        let _: PyObjectRef = item?;
        length += 1;
    }
    Ok(length)
}
