//! Corrections to the interpreter's functions and classes that iterate: `map`, `sorted`, `list.sort`, and the module
//! `itertools`.

use super::replace::{Original, native_class, replace_method, replace_repr};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyStr, PyTuple, PyTypeRef},
    function::FuncArgs,
};
use std::sync::OnceLock;

type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

static ORIGINAL_MAP: OnceLock<New> = OnceLock::new();
static ORIGINAL_ISLICE: OnceLock<New> = OnceLock::new();
static ORIGINAL_TEE: OnceLock<New> = OnceLock::new();

/// Replaces the builtin functions and classes that differ from CPython's.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let map = vm.ctx.types.map_type;
    if let Some(original) = map.slots.new.load()
        && ORIGINAL_MAP.set(original).is_ok()
    {
        map.slots.new.store(Some(new_map));
    }
    replace_repr(vm.ctx.types.str_iterator_type, repr_of_text_iterator, vm);
    let sorted = vm.builtins.get_attr("sorted", vm)?;
    let with_any_reverse = move |args: FuncArgs, vm: &VirtualMachine| sorted.call(with_bool_reverse(args, vm)?, vm);
    vm.builtins.set_attr("sorted", vm.new_function("sorted", with_any_reverse), vm)?;
    let list = vm.ctx.types.list_type;
    let original = Original::find(list, "sort", vm)?;
    let sort = move |args: FuncArgs, vm: &VirtualMachine| match args.args.len() {
        ..2 => original.call(with_bool_reverse(args, vm)?, vm),
        _ => Err(vm.new_type_error("sort() takes no positional arguments")),
    };
    replace_method(list, "sort", sort, vm);
    for name in ["index", "remove"] {
        let original = Original::find(list, name, vm)?;
        let search = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let value = args.args.get(1).cloned();
            original.call(args, vm).map_err(|error| {
                let is_missing = error.class().is(vm.ctx.exceptions.value_error)
                    && error.args().first().is_some_and(|message| is_about_list(message));
                match value.filter(|_| is_missing).map(|value| value.repr(vm)) {
                    Some(_) if name == "remove" => vm.new_value_error("list.remove(x): x not in list"),
                    Some(Ok(shown)) => vm.new_value_error(format!("{shown} is not in list")),
                    _ => error,
                }
            })
        };
        replace_method(list, name, search, vm);
    }
    Ok(())
}

/// Replaces the classes of `itertools` that differ from CPython's.
pub fn amend(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let islice = native_class(&*module.get_attr("islice", vm)?, vm)?;
    if let Some(original) = islice.slots.new.load()
        && ORIGINAL_ISLICE.set(original).is_ok()
    {
        islice.slots.new.store(Some(new_islice));
    }
    let tee = native_class(&*module.get_attr("tee", vm)?, vm)?;
    if let Some(original) = tee.slots.new.load()
        && ORIGINAL_TEE.set(original).is_ok()
    {
        tee.slots.new.store(Some(new_tee));
    }
    Ok(())
}

/// Returns whether `message` is that of the error that `list.index` raises if the list does not contain the value.
fn is_about_list(message: &PyObject) -> bool {
    message.downcast_ref::<PyStr>().is_some_and(|message| message.to_string_lossy().ends_with(" is not in list"))
}

/// Implements `repr` of an iterator over a string. In CPython, iterators over ASCII strings have a separate class.
fn repr_of_text_iterator(iterator: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let reduced = vm.call_method(iterator, "__reduce__", ())?;
    let args = reduced.downcast_ref::<PyTuple>().and_then(|reduced| reduced.as_slice().get(1)).cloned();
    let text = args.as_ref().and_then(|args| args.downcast_ref::<PyTuple>()?.as_slice().first()).cloned();
    let is_ascii =
        text.is_none_or(|text| text.downcast_ref::<PyStr>().is_none_or(|text| text.as_wtf8().as_bytes().is_ascii()));
    let class = if is_ascii { "str_ascii_iterator" } else { "str_iterator" };
    Ok(vm.ctx.new_str(format!("<{class} object at {:#x}>", iterator.get_id())))
}

/// Implements `itertools.tee(...)`.
fn new_tee(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = ORIGINAL_TEE.get() else { return Err(vm.new_type_error("tee() is not available")) };
    let count = args.args.get(1).and_then(|count| count.downcast_ref::<PyInt>());
    if count.is_some_and(|count| count.as_bigint() < &0.into()) {
        return Err(vm.new_value_error("n must be >= 0"));
    }
    original(class, args, vm)
}

/// Implements `map(...)`.
fn new_map(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = ORIGINAL_MAP.get() else { return Err(vm.new_type_error("map() is not available")) };
    if args.args.len() < 2 {
        return Err(vm.new_type_error("map() must have at least two arguments."));
    }
    if class.is(vm.ctx.types.map_type) && !args.kwargs.is_empty() {
        return Err(vm.new_type_error("map() takes no keyword arguments"));
    }
    original(class, args, vm)
}

/// Converts the argument `reverse` of a sort function to a bool, because CPython accepts any object.
fn with_bool_reverse(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<FuncArgs> {
    if let Some(reverse) = args.kwargs.get_mut("reverse") {
        *reverse = vm.ctx.new_bool(reverse.clone().try_to_bool(vm)?).into();
    }
    Ok(args)
}

/// Implements `itertools.islice(...)`.
fn new_islice(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = ORIGINAL_ISLICE.get() else { return Err(vm.new_type_error("islice() is not available")) };
    let is_count = |index: &PyObjectRef| {
        vm.is_none(index)
            || index
                .downcast_ref::<PyInt>()
                .is_some_and(|index| isize::try_from(index.as_bigint()).is_ok_and(|index| index >= 0))
    };
    let refused = match args.args.as_slice() {
        [_, stop] if !is_count(stop) => {
            Some("Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
        }
        [_, start, stop, ..] if !is_count(start) || !is_count(stop) => {
            Some("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
        }
        [_, _, _, step]
            if !is_count(step) || step.downcast_ref::<PyInt>().is_some_and(|step| step.as_bigint() == &0.into()) =>
        {
            Some("Step for islice() must be a positive integer or None.")
        }
        _ => None,
    };
    match refused {
        Some(refused) => Err(vm.new_value_error(refused)),
        None => original(class, args, vm),
    }
}
