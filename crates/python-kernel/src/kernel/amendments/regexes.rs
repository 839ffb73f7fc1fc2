//! The module `_sre`, the native part of `re`.

use super::replace::{Original, native_class, replace_method};
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyList, PyStr, PyTuple, PyType},
    function::FuncArgs,
};

/// The methods of a pattern that take a text and the positions between which it is searched.
const SEARCHING: [&str; 6] = ["match", "fullmatch", "search", "findall", "finditer", "scanner"];

/// Replaces the methods that differ.
pub fn amend(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let class_named = |name: &'static str| -> PyResult<&'static rustpython_vm::Py<PyType>> {
        let class = module.get_attr(name, vm)?;
        native_class(&class, vm)
    };
    let pattern = class_named("Pattern")?;
    for name in SEARCHING {
        let original = Original::find(pattern, name, vm)?;
        let method = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let pattern = args.args.first().cloned();
            let found = original.call(with_plain_positions(args, vm)?, vm)?;
            match pattern {
                Some(pattern) if name == "findall" => without_none(&pattern, found, vm),
                _ => Ok(found),
            }
        };
        replace_method(pattern, name, method, vm);
    }
    replace_method(class_named("Match")?, "expand", expand, vm);
    Ok(())
}

/// Passes the text by position, and replaces negative positions by 0.
fn with_plain_positions(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<FuncArgs> {
    if args.args.len() == 1
        && let Some(string) = args.kwargs.shift_remove("string")
    {
        args.args.push(string);
    }
    let named = ["pos", "endpos"];
    let positions =
        args.args.iter_mut().skip(2).chain(
            args.kwargs.iter_mut().filter(|(name, _)| named.contains(&name.as_str())).map(|(_, position)| position),
        );
    for position in positions {
        if let Some(number) = position.downcast_ref::<PyInt>()
            && number.as_bigint() < &0.into()
        {
            *position = vm.ctx.new_int(0).into();
        }
    }
    Ok(args)
}

/// Replaces None by an empty text in the result of `findall`.
fn without_none(pattern: &PyObjectRef, found: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let is_text = pattern.get_attr("pattern", vm)?.downcast_ref::<PyStr>().is_some();
    let empty: PyObjectRef = if is_text { vm.ctx.empty_str.to_owned().into() } else { vm.ctx.new_bytes(vec![]).into() };
    let Some(list) = found.downcast_ref::<PyList>() else { return Ok(found) };
    // An item that is missing is None, or in a tuple always an empty text.
    let is_missing = |item: &PyObjectRef| {
        vm.is_none(item) || !is_text && item.downcast_ref::<PyStr>().is_some_and(|text| text.is_empty())
    };
    for item in list.borrow_vec_mut().iter_mut() {
        if is_missing(item) {
            *item = empty.clone();
        } else if let Some(groups) = item.downcast_ref::<PyTuple>()
            && groups.as_slice().iter().any(is_missing)
        {
            let groups =
                groups.as_slice().iter().map(|group| if is_missing(group) { empty.clone() } else { group.clone() });
            *item = PyTuple::new_ref(groups.collect(), &vm.ctx).into();
        }
    }
    Ok(found)
}

/// Implements `Match.expand`.
fn expand(found: PyObjectRef, template: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let pattern = found.get_attr("re", vm)?;
    let parser = vm.import("re._parser", 0)?.get_attr("_parser", vm)?;
    // A list of literals and numbers of groups in turns.
    let parts: Vec<PyObjectRef> =
        parser.get_attr("parse_template", vm)?.call((template.clone(), pattern), vm)?.try_to_value(vm)?;
    let is_text = template.downcast_ref::<PyStr>().is_some();
    let empty: PyObjectRef = if is_text { vm.ctx.empty_str.to_owned().into() } else { vm.ctx.new_bytes(vec![]).into() };
    let mut expanded = Vec::new();
    for part in parts {
        let text = match part.clone().downcast::<PyInt>() {
            Ok(group) => vm.call_method(&found, "group", (group,))?,
            Err(literal) => literal,
        };
        expanded.push(if vm.is_none(&text) { empty.clone() } else { text });
    }
    vm.call_method(&empty, "join", (vm.ctx.new_list(expanded),))
}
