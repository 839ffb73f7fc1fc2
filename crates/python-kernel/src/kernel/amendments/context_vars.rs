//! Corrects the `repr` of context variables and of their tokens, and the marker for a missing value.

use super::replace::{Original, native_class, replace_method, replace_property, replace_repr};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyType},
    function::{FuncArgs, PySetterValue},
    types::PyTypeSlots,
};
use std::sync::OnceLock;

type Repr = fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>;

/// The interpreter's `repr` of a variable. Only it tells whether the variable has a default.
static ORIGINAL_VARIABLE_REPR: OnceLock<Repr> = OnceLock::new();

/// The interpreter's `repr` of a token. Only it tells whether the token is used.
static ORIGINAL_TOKEN_REPR: OnceLock<Repr> = OnceLock::new();

/// Replaces what differs from CPython's in the module `_contextvars`.
pub fn amend(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let variable = native_class(&*module.get_attr("ContextVar", vm)?, vm)?;
    let token = native_class(&*module.get_attr("Token", vm)?, vm)?;
    if let Some(original) = variable.slots.repr.load() {
        ORIGINAL_VARIABLE_REPR.get_or_init(|| original);
    }
    replace_repr(variable, variable_repr, vm);
    if let Some(original) = token.slots.repr.load() {
        ORIGINAL_TOKEN_REPR.get_or_init(|| original);
    }
    replace_repr(token, token_repr, vm);

    let original = Original::find(variable, "get", vm)?;
    let get = move |args: FuncArgs, vm: &VirtualMachine| {
        let variable = args.args.first().cloned();
        original.call(args, vm).map_err(|error| match variable {
            Some(variable) if error.fast_isinstance(vm.ctx.exceptions.lookup_error) => {
                let args = vm.ctx.new_tuple(vec![variable]);
                // Setting this attribute cannot fail, because an exception's `args` accepts any tuple.
                let _ = error.as_object().set_attr("args", args, vm);
                error
            }
            _ => error,
        })
    };
    replace_method(variable, "get", get, vm);

    let missing = missing_value(vm)?;
    token.set_attr(vm.ctx.intern_str("MISSING"), missing.clone());
    let original = Original::find(token, "old_value", vm)?;
    let old_value = move |token: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let value = original.get(token, vm)?;
        // The interpreter returns the marker's class.
        let is_marker = value.downcast_ref::<PyType>().is_some_and(|class| &*class.name() == "MISSING");
        Ok(if is_marker { missing.clone() } else { value })
    };
    let refuse = |_token: PyObjectRef, _value: PySetterValue, vm: &VirtualMachine| -> PyResult<()> {
        Err(vm.new_attribute_error("attribute 'old_value' of '_contextvars.Token' objects is not writable"))
    };
    replace_property(token, "old_value", old_value, refuse, vm);
    Ok(())
}

/// Creates the value of `Token.MISSING`.
fn missing_value(vm: &VirtualMachine) -> PyResult {
    let base = vm.ctx.types.object_type.to_owned();
    let class = vm.ctx.new_class(Some("_contextvars"), "MISSING", base, PyTypeSlots::default());
    class.slots.repr.store(Some(|_missing, vm| Ok(vm.ctx.new_str("<Token.MISSING>"))));
    class.as_object().call((), vm)
}

fn variable_repr(variable: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let name = variable.get_attr("name", vm)?.repr(vm)?;
    let original = ORIGINAL_VARIABLE_REPR.get().map(|repr| repr(variable, vm)).transpose()?;
    let without_default = format!(" default=None at {:#x}>", variable.get_id());
    let default = match original {
        Some(text) if text.to_string_lossy().ends_with(&without_default) => String::new(),
        _ => format!(" default={}", default_value(variable, vm)?.repr(vm)?),
    };
    Ok(vm.ctx.new_str(format!("<ContextVar name={name}{default} at {:#x}>", variable.get_id())))
}

/// Returns the default of a context variable: what it returns in an empty context.
fn default_value(variable: &PyObject, vm: &VirtualMachine) -> PyResult {
    let context = vm.import("_contextvars", 0)?.get_attr("Context", vm)?.call((), vm)?;
    vm.call_method(&context, "run", (variable.get_attr("get", vm)?,))
}

fn token_repr(token: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let variable = token.get_attr("var", vm)?.repr(vm)?;
    let original = ORIGINAL_TOKEN_REPR.get().map(|repr| repr(token, vm)).transpose()?;
    let is_used = original.is_some_and(|text| text.to_string_lossy().starts_with("<Token used "));
    let used = if is_used { " used" } else { "" };
    Ok(vm.ctx.new_str(format!("<Token{used} var={variable} at {:#x}>", token.get_id())))
}
