//! Corrects the docstrings and the signatures of builtin functions and methods.
//!
//! The interpreter has only some of them, with a wrong signature in front. `recorded.txt` has those of CPython 3.13:
//! `scripts/record_docstrings.py` writes it.

use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyType},
    function::PySetterValue,
};

use super::replace::{Original, replace_property};

/// A line for each function: its name, its signature and its docstring, separated by tabs and sorted by name. A `\n`
/// in the docstring is written as `\` and `n`, and a `\` as `\\`. The signature can be empty.
const RECORDED: &str = include_str!("recorded.txt");

/// Replaces the properties `__doc__` and `__text_signature__` of functions and methods.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let types = &vm.ctx.types;
    for class in [types.builtin_function_or_method_type, types.method_descriptor_type] {
        for name in ["__doc__", "__text_signature__"] {
            replace(class, name, vm)?;
        }
    }
    replace_module(types.builtin_function_or_method_type, vm)?;
    replace_self(types.builtin_function_or_method_type, vm)
}

/// Makes `__module__` of the builtin functions that the kernel replaces return their module.
fn replace_module(class: &'static Py<PyType>, vm: &VirtualMachine) -> PyResult<()> {
    let original = Original::find(class, "__module__", vm)?;
    let setter = original.clone();
    let getter = move |function: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let module = original.get(function.clone(), vm)?;
        let is_method = || Ok(function.get_attr("__qualname__", vm)?.str(vm)?.to_string_lossy().contains('.'));
        Ok(if vm.is_none(&module) && !is_method()? { vm.ctx.new_str("builtins").into() } else { module })
    };
    let set = move |function: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| setter.set(function, value, vm);
    replace_property(class, "__module__", getter, set, vm);
    Ok(())
}

/// Makes `__self__` of a function in a module return the module.
fn replace_self(class: &'static Py<PyType>, vm: &VirtualMachine) -> PyResult<()> {
    let original = Original::find(class, "__self__", vm)?;
    let getter = move |function: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let value = original.get(function.clone(), vm)?;
        if !vm.is_none(&value) {
            return Ok(value);
        }
        let modules = vm.sys_module.get_attr("modules", vm)?;
        let module = function.get_attr("__module__", vm)?;
        Ok(modules.get_item(&*module, vm).unwrap_or(value))
    };
    let refuse = |_function: PyObjectRef, _value: PySetterValue, vm: &VirtualMachine| -> PyResult<()> {
        Err(vm.new_attribute_error("attribute '__self__' of 'builtin_function_or_method' objects is not writable"))
    };
    replace_property(class, "__self__", getter, refuse, vm);
    Ok(())
}

fn replace(class: &'static Py<PyType>, name: &'static str, vm: &VirtualMachine) -> PyResult<()> {
    let original = Original::find(class, name, vm)?;
    let getter = move |function: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let Some(recorded) = recorded(&recorded_name(&function, vm)?) else {
            let value = original.get(function, vm)?;
            return Ok(match value.downcast_ref::<PyStr>().and_then(|text| text.to_str()) {
                // The interpreter's docstring begins with a signature.
                Some(text) if name == "__doc__" => match text.split_once("\n--\n\n") {
                    Some((_, text)) => vm.ctx.new_str(text).into(),
                    None => value,
                },
                _ => value,
            });
        };
        Ok(match name {
            "__doc__" => vm.ctx.new_str(unescaped(recorded.escaped_docstring)).into(),
            _ if recorded.escaped_signature.is_empty() => vm.ctx.none(),
            _ => vm.ctx.new_str(unescaped(recorded.escaped_signature)).into(),
        })
    };
    let refuse = move |function: PyObjectRef, _value: PySetterValue, vm: &VirtualMachine| -> PyResult<()> {
        let class = function.class().name().to_string();
        Err(vm.new_attribute_error(format!("attribute '{name}' of '{class}' objects is not writable")))
    };
    replace_property(class, name, getter, refuse, vm);
    Ok(())
}

/// Returns the name under which a function's docstring is recorded: that of its module and its own, or for a method
/// that of its class and its own.
fn recorded_name(function: &PyObjectRef, vm: &VirtualMachine) -> PyResult<String> {
    let name = function.get_attr("__qualname__", vm)?.str(vm)?.to_string_lossy().into_owned();
    if name.contains('.') {
        return Ok(name);
    }
    let module = vm.get_attribute_opt(function.clone(), "__module__")?;
    let module = module.and_then(|module| Some(module.downcast_ref::<PyStr>()?.to_string_lossy().into_owned()));
    Ok(format!("{}.{name}", module.as_deref().unwrap_or("builtins")))
}

/// A function's recorded signature and docstring.
struct Recorded {
    escaped_signature: &'static str,
    escaped_docstring: &'static str,
}

/// Replaces `\` and `n` with a newline, and `\\` with `\`.
fn unescaped(escaped: &str) -> String {
    let mut text = String::with_capacity(escaped.len());
    let mut characters = escaped.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.next() == Some('n') => text.push('\n'),
            character => text.push(character),
        }
    }
    text
}

fn recorded(name: &str) -> Option<Recorded> {
    let line = find_line(name)?;
    let (escaped_signature, escaped_docstring) = line.split_once('\t')?;
    Some(Recorded { escaped_signature, escaped_docstring })
}

/// Returns the rest of the line that begins with a name. The lines are sorted by the bytes of their names.
fn find_line(name: &str) -> Option<&'static str> {
    let (mut low, mut high) = (0, RECORDED.len());
    while low < high {
        let middle = RECORDED.floor_char_boundary((low + high) / 2);
        let start = RECORDED[..middle].rfind('\n').map_or(0, |end| end + 1);
        let end = RECORDED[start..].find('\n').map_or(RECORDED.len(), |length| start + length);
        let (key, rest) = RECORDED[start..end].split_once('\t')?;
        match key.cmp(name) {
            std::cmp::Ordering::Equal => return Some(rest),
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}
