//! Guards for methods and constructors of builtin classes whose result can be larger than the program's memory.

use super::{MAX_BYTES, check_size};
use crate::kernel::MEMORY_LIMIT;
use crate::kernel::amendments::native_class;
use crate::kernel::guards::{Original, replace_method};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyByteArray, PyBytes, PyInt, PyList, PyRange, PyStr, PyTuple, PyType},
    function::FuncArgs,
};
use std::sync::OnceLock;

type Vectorcall = fn(&PyObject, Vec<PyObjectRef>, usize, Option<&[PyObjectRef]>, &VirtualMachine) -> PyResult;

/// A function that returns the size in bytes of a call's result. For a method, the first argument is the object on
/// which it is called.
pub(super) type ResultBytes = fn(&FuncArgs, &VirtualMachine) -> PyResult<u128>;

/// Size in bytes of an integer in a collection, including the reference to it.
const INT_BYTES: u128 = 64;

/// The classes that build a collection from an iterable, with their original constructors.
static CONSTRUCTORS: OnceLock<Vec<(&'static Py<PyType>, Vectorcall)>> = OnceLock::new();

/// Installs the guards on builtin classes and functions. Must be called after all amendments (corrections of the
/// interpreter) to these classes have been installed.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let types = &vm.ctx.types;
    for class in [types.str_type, types.bytes_type, types.bytearray_type] {
        for name in ["ljust", "rjust", "center", "zfill"] {
            guard_method(class, name, |args, _| Ok(count(args, 1, "width")), vm)?;
        }
        guard_method(class, "expandtabs", bytes_of_expanded, vm)?;
        guard_method(class, "join", bytes_of_joined, vm)?;
        guard_method(class, "replace", bytes_of_replaced, vm)?;
    }
    guard_method(types.int_type, "to_bytes", |args, _| Ok(count(args, 1, "length")), vm)?;
    guard_method(types.list_type, "extend", |args, vm| bytes_of_range(args.args.get(1), vm), vm)?;
    guard_function(vm.builtins.as_object(), "sorted", |args, vm| bytes_of_range(args.args.first(), vm), vm)?;
    // The interpreter creates the module `_io` before it calls `guard_module`, so the guard of `_io` is installed here.
    let buffer = native_class(&*vm.import("_io", 0)?.get_attr("BytesIO", vm)?, vm)?;
    guard_method(buffer, "write", bytes_of_written, vm)?;
    let classes = [types.list_type, types.tuple_type, types.set_type, types.frozenset_type];
    let constructors = classes.into_iter().filter_map(|class| Some((class, class.slots.vectorcall.load()?))).collect();
    for (class, _) in CONSTRUCTORS.get_or_init(|| constructors) {
        class.slots.vectorcall.store(Some(construct));
    }
    Ok(())
}

/// Wraps a method so that the size of its result is calculated and checked before the call.
pub(super) fn guard_method(
    class: &'static Py<PyType>,
    name: &'static str,
    bytes: ResultBytes,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let original = Original::find(class, name, vm)?;
    let guarded = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        check_size(bytes(&args, vm)?, vm)?;
        original.call(args, vm)
    };
    replace_method(class, name, guarded, vm);
    Ok(())
}

/// Wraps a module-level function so that the size of its result is calculated and checked before the call.
pub(super) fn guard_function(
    module: &PyObject,
    name: &'static str,
    bytes: ResultBytes,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let original = module.get_attr(name, vm)?;
    let guarded = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        check_size(bytes(&args, vm)?, vm)?;
        original.call(args, vm)
    };
    module.set_attr(name, vm.new_function(name, guarded), vm)
}

/// Returns the argument at the given position or with the given name, if it is a non-negative integer. Returns 0
/// otherwise.
pub(super) fn count(args: &FuncArgs, position: usize, name: &str) -> u128 {
    let given = args.args.get(position).or_else(|| args.kwargs.get(name));
    let number = given.and_then(|given| given.downcast_ref::<PyInt>());
    // A count that does not fit into an index counts as 0, because the functions refuse it themselves.
    let number = number.and_then(|number| isize::try_from(number.as_bigint()).ok());
    number.and_then(|number| u128::try_from(number).ok()).unwrap_or(0)
}

/// Returns the length in bytes of a string, bytes or byte array, or 0 for any other object.
pub(super) fn length(object: &PyObject) -> u128 {
    let length = if let Some(text) = object.downcast_ref::<PyStr>() {
        text.byte_len()
    } else if let Some(bytes) = object.downcast_ref::<PyBytes>() {
        bytes.as_bytes().len()
    } else if let Some(array) = object.downcast_ref::<PyByteArray>() {
        array.borrow_buf().len()
    } else {
        0
    };
    length as u128
}

/// Returns the number of bytes that the integers of a range need in a collection. Returns 0 if they fit into the memory
/// limit, or if the object is not a range.
pub(super) fn bytes_of_range(object: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult<u128> {
    let Some(range) = object.filter(|object| object.downcast_ref::<PyRange>().is_some()) else { return Ok(0) };
    let count = range.length(vm)? as u128;
    // The integers are separate objects, so together they may use all of the memory, not only half of it.
    Ok(if count * INT_BYTES > u128::from(MEMORY_LIMIT) { count * INT_BYTES } else { 0 })
}

/// Constructs a collection from an iterable, after checking the size of the iterable if it is a range.
fn construct(
    class: &PyObject,
    args: Vec<PyObjectRef>,
    positional: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    check_size(bytes_of_range(args.first(), vm)?, vm)?;
    let found = CONSTRUCTORS.get().and_then(|constructors| constructors.iter().find(|(one, _)| one.is(class)));
    let (_, original) = found.expect("only these classes have the guard");
    original(class, args, positional, names, vm)
}

fn bytes_of_expanded(args: &FuncArgs, _: &VirtualMachine) -> PyResult<u128> {
    let width = count(args, 1, "tabsize");
    let Some(object) = args.args.first() else { return Ok(0) };
    if width * length(object) <= MAX_BYTES {
        return Ok(0);
    }
    let tabs = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\t').count() as u128;
    let tabs = match (object.downcast_ref::<PyStr>(), object.downcast_ref::<PyBytes>()) {
        (Some(text), _) => tabs(text.as_bytes()),
        (_, Some(bytes)) => tabs(bytes.as_bytes()),
        _ => object.downcast_ref::<PyByteArray>().map_or(0, |array| tabs(&array.borrow_buf())),
    };
    Ok(tabs * width)
}

fn bytes_of_joined(args: &FuncArgs, _: &VirtualMachine) -> PyResult<u128> {
    let [separator, items, ..] = args.args.as_slice() else { return Ok(0) };
    let sum = |items: &[PyObjectRef]| {
        let parts: u128 = items.iter().map(|item| length(item)).sum();
        parts + length(separator) * items.len().saturating_sub(1) as u128
    };
    Ok(match (items.downcast_ref::<PyList>(), items.downcast_ref::<PyTuple>()) {
        (Some(list), _) => sum(&list.borrow_vec()),
        (_, Some(tuple)) => sum(tuple.as_slice()),
        _ => items.downcast_ref::<PyStr>().map_or(0, |text| text.byte_len() as u128 * (1 + length(separator))),
    })
}

fn bytes_of_replaced(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<u128> {
    let [object, old, new, ..] = args.args.as_slice() else { return Ok(0) };
    let (whole, added) = (length(object), length(new).saturating_sub(length(old)));
    if whole + (whole + 1) * added <= MAX_BYTES {
        return Ok(0);
    }
    let found = vm.call_method(object, "count", (old.clone(),));
    // Arguments of other types are not checked, because the method refuses them itself.
    let Ok(found) = found.and_then(|found| found.try_into_value::<usize>(vm)) else { return Ok(0) };
    let is_limited = args.args.len() > 3 || args.kwargs.contains_key("count");
    let limit = if is_limited { count(args, 3, "count") } else { u128::MAX };
    Ok(whole + added * limit.min(found as u128))
}

/// Returns the size in bytes of an in-memory buffer after a write at its current position, which can be beyond its end.
fn bytes_of_written(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<u128> {
    let [buffer, data, ..] = args.args.as_slice() else { return Ok(0) };
    // A closed buffer is not checked, because the method itself refuses to write to it.
    let Ok(position) = vm.call_method(buffer, "tell", ()) else { return Ok(0) };
    Ok(count(&vec![position].into(), 0, "") + length(data))
}
