//! Completes names and attributes without running any of the learner's code. Attributes are read directly from the
//! dicts that store them, so that no property, `__getattr__` or `__dir__` is called.

use rustpython_vm::{
    AsObject, PyObjectRef, VirtualMachine,
    builtins::{PyCode, PyDict, PyDictRef, PyFunction, PyModule, PyStr, PyTuple, PyType},
    bytecode::CodeFlags,
    scope::Scope,
};

/// Maximum number of completions that are returned.
const MAX_NAMES: usize = 2000;

/// Returns possible completions of the last part of the dotted name at the end of `text`, sorted and without
/// duplicates. If `text` ends with an opening parenthesis, returns the called function's parameters in order.
pub fn names(text: &str, scope: &Scope, vm: &VirtualMachine) -> Vec<String> {
    if let Some(callee) = text.strip_suffix('(') {
        return parameters(callee, scope, vm).unwrap_or_default();
    }
    let start = text
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let dotted = &text[start..];
    let (owner, prefix) = match dotted.rsplit_once('.') {
        Some((owner, prefix)) => (Some(owner), prefix),
        None => (None, dotted),
    };
    let mut names = match owner {
        Some(owner) => match object(owner, scope, vm) {
            Some(object) => attributes(&object),
            None => Vec::new(),
        },
        None => [keys(&scope.globals), keys(&vm.builtins.dict())].concat(),
    };
    names.retain(|name| name.starts_with(prefix) && (prefix.starts_with('_') || !name.starts_with('_')));
    names.sort_unstable();
    names.dedup();
    names.truncate(MAX_NAMES);
    names
}

/// Returns the object that a dotted name refers to, if the object can be found without running code.
pub(super) fn object(dotted: &str, scope: &Scope, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let mut parts = dotted.split('.');
    let first = parts.next().filter(|name| !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()))?;
    let global = scope.globals.get_item_opt(first, vm).ok().flatten();
    let mut object = global.or_else(|| vm.builtins.dict().get_item_opt(first, vm).ok().flatten())?;
    for name in parts {
        object = stored_attribute(&object, name, vm)?;
    }
    Some(object)
}

/// Returns the parameters of a function or method written in Python, each with its default. Returns `None` for any
/// other object.
fn parameters(callee: &str, scope: &Scope, vm: &VirtualMachine) -> Option<Vec<String>> {
    let (object, is_method) = function(callee, scope, vm)?;
    parameters_of(&object, is_method, vm)
}

/// Returns the object that a dotted name refers to, and whether it is a bound method. For a bound method, the returned
/// object is the function in the class. Returns `None` if the object cannot be found without running code.
pub(super) fn function(dotted: &str, scope: &Scope, vm: &VirtualMachine) -> Option<(PyObjectRef, bool)> {
    let Some((owner, name)) = dotted.rsplit_once('.') else { return Some((object(dotted, scope, vm)?, false)) };
    let owner = object(owner, scope, vm)?;
    let own = owner.dict().and_then(|dict| dict.get_item_opt(name, vm).ok().flatten());
    let is_method = own.is_none() && owner.downcast_ref::<PyType>().is_none();
    let class = owner.downcast_ref::<PyType>().unwrap_or_else(|| owner.class());
    Some((own.or_else(|| class.get_attr(vm.ctx.interned_str(name)?))?, is_method))
}

/// Returns the parameters of a function written in Python, or `None` for any other object. Leaves out the first one if
/// the function is a bound method.
pub(super) fn parameters_of(object: &PyObjectRef, is_method: bool, vm: &VirtualMachine) -> Option<Vec<String>> {
    // Only plain functions are accepted, because reading their attributes does not run the learner's code.
    object.downcast_ref::<PyFunction>()?;
    let attribute = |name: &'static str, vm: &VirtualMachine| object.get_attr(name, vm).ok();
    let code = attribute("__code__", vm)?.downcast::<PyCode>().ok()?;
    let defaults = attribute("__defaults__", vm).and_then(|defaults| defaults.downcast::<PyTuple>().ok());
    let defaults = defaults.map(|defaults| defaults.as_slice().to_vec()).unwrap_or_default();
    let by_name = attribute("__kwdefaults__", vm).and_then(|defaults| defaults.downcast::<PyDict>().ok());
    let with_default = |name: &str, default: Option<PyObjectRef>| match default {
        Some(default) => format!("{name}={}", builtin_repr(&default, vm)),
        None => name.to_owned(),
    };
    let positional = code.arg_count as usize;
    let mut names = code.varnames.iter().map(|name| name.as_str());
    let mut parameters = Vec::new();
    for (index, name) in names.by_ref().take(positional).enumerate() {
        let default = (index + defaults.len()).checked_sub(positional).and_then(|at| defaults.get(at).cloned());
        parameters.push(with_default(name, default));
    }
    let by_keyword: Vec<&str> = names.by_ref().take(code.kwonlyarg_count as usize).collect();
    if code.flags.contains(CodeFlags::VARARGS) {
        parameters.extend(names.next().map(|name| format!("*{name}")));
    } else if !by_keyword.is_empty() {
        parameters.push("*".to_owned());
    }
    for name in by_keyword {
        let default = by_name.as_ref().and_then(|defaults| defaults.get_item_opt(name, vm).ok().flatten());
        parameters.push(with_default(name, default));
    }
    if code.flags.contains(CodeFlags::VARKEYWORDS) {
        parameters.extend(names.next().map(|name| format!("**{name}")));
    }
    if is_method && !parameters.is_empty() {
        parameters.remove(0);
    }
    Some(parameters)
}

/// Returns the `repr` of a number, string, bytes, bool or None. Returns "..." for any other value, because its `repr`
/// may run the learner's code.
pub(super) fn builtin_repr(value: &PyObjectRef, vm: &VirtualMachine) -> String {
    let types = &vm.ctx.types;
    let builtin_types = [types.int_type, types.float_type, types.str_type, types.bytes_type, types.bool_type];
    let is_builtin = vm.is_none(value) || builtin_types.iter().any(|class| value.class().is(*class));
    is_builtin.then(|| value.repr(vm).ok()).flatten().map_or_else(|| "...".to_owned(), |repr| repr.to_string())
}

/// Returns an attribute that is stored in the object's own dict, or in its class's dict if it is not a descriptor
/// there. Returns `None` if there is none.
fn stored_attribute(object: &PyObjectRef, name: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
    if let Some(own) = object.dict().and_then(|dict| dict.get_item_opt(name, vm).ok().flatten()) {
        return Some(own);
    }
    let name = vm.ctx.interned_str(name)?;
    let class = object.downcast_ref::<PyType>().unwrap_or_else(|| object.class());
    let found = class.get_attr(name)?;
    let is_descriptor = found.class().slots.descr_get.load().is_some();
    (!is_descriptor).then_some(found)
}

fn attributes(object: &PyObjectRef) -> Vec<String> {
    let mut names = object.dict().map(|dict| keys(&dict)).unwrap_or_default();
    if object.downcast_ref::<PyModule>().is_some() {
        return names;
    }
    let class = object.downcast_ref::<PyType>().unwrap_or_else(|| object.class());
    names.extend(class.get_attributes().keys().map(|name| name.as_str().to_owned()));
    names
}

fn keys(dict: &PyDictRef) -> Vec<String> {
    let text = |name: PyObjectRef| name.downcast_ref::<PyStr>()?.to_str().map(str::to_owned);
    dict.clone().into_iter().filter_map(|(name, _)| text(name)).collect()
}
