//! Corrects the error messages of functions and methods of native modules.

use super::replace::{Original, native_class, replace_method};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr},
    function::FuncArgs,
};

/// Replaces an exception's message with the one that `reword` returns, if any. Returns the exception.
pub(super) fn reworded(
    error: PyBaseExceptionRef,
    vm: &VirtualMachine,
    reword: impl Fn(&str) -> Option<String>,
) -> PyBaseExceptionRef {
    let message =
        error.args().as_slice().first().and_then(|message| message.downcast_ref::<PyStr>()?.to_str()).and_then(reword);
    if let Some(message) = message {
        let args = vm.ctx.new_tuple(vec![vm.ctx.new_str(message).into()]);
        // Setting this attribute cannot fail, because an exception's `args` accepts any tuple.
        let _ = error.as_object().set_attr("args", args, vm);
    }
    error
}

/// Makes a module-level function raise its exceptions with the messages that `reword` returns.
fn reword_function(
    module: &PyObject,
    name: &'static str,
    reword: impl Fn(&str) -> Option<String> + Clone + Send + Sync + 'static,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let original = module.get_attr(name, vm)?;
    let function = move |args: FuncArgs, vm: &VirtualMachine| {
        original.call(args, vm).map_err(|error| reworded(error, vm, &reword))
    };
    module.set_attr(name, vm.new_function(name, function), vm)
}

/// Corrects error messages of the module `binascii`.
pub fn amend_binascii(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let reword = |message: &str| {
        let reason = message.strip_prefix("error decoding base64: ")?;
        let count = "number of data characters ";
        let Some((before, rest)) = reason.split_once(count) else { return Some(reason.to_owned()) };
        let (number, after) = rest.split_once(' ')?;
        Some(format!("{before}{count}({number}) {after}"))
    };
    reword_function(module, "a2b_base64", reword, vm)
}

/// Corrects error messages of the module `zlib`.
pub fn amend_zlib(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let reword = |message: &str| {
        let reason = message.strip_prefix("deflate decompression error: ")?;
        Some(format!("Error -3 while decompressing data: {reason}"))
    };
    reword_function(module, "decompress", reword, vm)?;
    let (original, error) = (module.get_attr("decompress", vm)?, module.get_attr("error", vm)?);
    let decompress = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let is_empty = args.args.first().is_some_and(|data| matches!(data.length_opt(vm), Some(Ok(0))));
        if is_empty {
            let message = "Error -5 while decompressing data: incomplete or truncated stream";
            return Err(error.call((message,), vm)?.try_into_value(vm)?);
        }
        original.call(args, vm)
    };
    module.set_attr("decompress", vm.new_function("decompress", decompress), vm)
}

/// Corrects error messages of the module `_collections`.
pub fn amend_collections(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let deque = native_class(&*module.get_attr("deque", vm)?, vm)?;
    let original = Original::find(deque, "remove", vm)?;
    let remove = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let value = args.args.get(1).cloned();
        original.call(args, vm).map(|_removed| vm.ctx.none()).map_err(|error| match value {
            Some(value) if error.fast_isinstance(vm.ctx.exceptions.value_error) => missing(&value, vm).unwrap_or(error),
            _ => error,
        })
    };
    replace_method(deque, "remove", remove, vm);
    for name in ["__iter__", "__reversed__"] {
        let empty = deque.as_object().call((), vm)?;
        let iterator = vm.call_method(&empty, name, ())?;
        let class = native_class(iterator.class().as_object(), vm)?;
        class.set_attr(vm.ctx.intern_str("__module__"), vm.ctx.new_str("collections").into());
    }
    Ok(())
}

fn missing(value: &PyObjectRef, vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
    Some(vm.new_value_error(format!("{} is not in deque", value.repr(vm).ok()?)))
}
