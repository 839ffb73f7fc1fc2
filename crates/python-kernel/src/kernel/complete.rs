//! The names that could complete what stands before the cursor. Nothing of the learner's is run for it: attributes
//! are read where they are stored, so no property, no `__getattr__` and no `__dir__` has an effect.

use rustpython_vm::{
    AsObject, PyObjectRef, VirtualMachine,
    builtins::{PyCode, PyDict, PyDictRef, PyFunction, PyModule, PyStr, PyTuple, PyType},
    bytecode::CodeFlags,
    scope::Scope,
};

/// No list of names is longer.
const MOST: usize = 2000;

/// What the dotted name at the end of `text` could go on as: the whole last part of it, each name once, in order. Where
/// `text` ends in an opening bracket, the parameters of what would be called, in their order.
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
            Some(object) => attributes(&object, vm),
            None => Vec::new(),
        },
        None => [keys(&scope.globals), keys(&vm.builtins.dict())].concat(),
    };
    names.retain(|name| name.starts_with(prefix) && (prefix.starts_with('_') || !name.starts_with('_')));
    names.sort_unstable();
    names.dedup();
    names.truncate(MOST);
    names
}

/// What a dotted name stands for, if that can be told without running anything.
fn object(dotted: &str, scope: &Scope, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let mut parts = dotted.split('.');
    let first = parts.next().filter(|name| !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()))?;
    let global = scope.globals.get_item_opt(first, vm).ok().flatten();
    let mut object = global.or_else(|| vm.builtins.dict().get_item_opt(first, vm).ok().flatten())?;
    for name in parts {
        object = stored(&object, name, vm)?;
    }
    Some(object)
}

/// The parameters of a function or a method written in Python, each with its default.
fn parameters(callee: &str, scope: &Scope, vm: &VirtualMachine) -> Option<Vec<String>> {
    let (object, is_method) = match callee.rsplit_once('.') {
        None => (object(callee, scope, vm)?, false),
        Some((owner, name)) => {
            let owner = object(owner, scope, vm)?;
            let own = owner.dict().and_then(|dict| dict.get_item_opt(name, vm).ok().flatten());
            let is_method = own.is_none() && owner.downcast_ref::<PyType>().is_none();
            let class = owner.downcast_ref::<PyType>().unwrap_or_else(|| owner.class());
            (own.or_else(|| class.get_attr(vm.ctx.interned_str(name)?))?, is_method)
        }
    };
    // Of no other class, so that reading its attributes runs nothing of the learner's.
    object.downcast_ref::<PyFunction>()?;
    let attribute = |name: &'static str, vm: &VirtualMachine| object.get_attr(name, vm).ok();
    let code = attribute("__code__", vm)?.downcast::<PyCode>().ok()?;
    let defaults = attribute("__defaults__", vm).and_then(|defaults| defaults.downcast::<PyTuple>().ok());
    let defaults = defaults.map(|defaults| defaults.as_slice().to_vec()).unwrap_or_default();
    let by_name = attribute("__kwdefaults__", vm).and_then(|defaults| defaults.downcast::<PyDict>().ok());
    let shown = |name: &str, default: Option<PyObjectRef>| match default {
        Some(default) => format!("{name}={}", plainly(&default, vm)),
        None => name.to_owned(),
    };
    let positional = code.arg_count as usize;
    let mut names = code.varnames.iter().map(|name| name.as_str());
    let mut parameters = Vec::new();
    for (index, name) in names.by_ref().take(positional).enumerate() {
        let default = (index + defaults.len()).checked_sub(positional).and_then(|at| defaults.get(at).cloned());
        parameters.push(shown(name, default));
    }
    let by_keyword: Vec<&str> = names.by_ref().take(code.kwonlyarg_count as usize).collect();
    if code.flags.contains(CodeFlags::VARARGS) {
        parameters.extend(names.next().map(|name| format!("*{name}")));
    } else if !by_keyword.is_empty() {
        parameters.push("*".to_owned());
    }
    for name in by_keyword {
        let default = by_name.as_ref().and_then(|defaults| defaults.get_item_opt(name, vm).ok().flatten());
        parameters.push(shown(name, default));
    }
    if code.flags.contains(CodeFlags::VARKEYWORDS) {
        parameters.extend(names.next().map(|name| format!("**{name}")));
    }
    if is_method && !parameters.is_empty() {
        parameters.remove(0);
    }
    Some(parameters)
}

/// The `repr` of a value whose class is Python's own, as the `repr` of any other may be the learner's code.
fn plainly(value: &PyObjectRef, vm: &VirtualMachine) -> String {
    let types = &vm.ctx.types;
    let own = [types.int_type, types.float_type, types.str_type, types.bytes_type, types.bool_type];
    let is_own = vm.is_none(value) || own.iter().any(|class| value.class().is(*class));
    is_own.then(|| value.repr(vm).ok()).flatten().map_or_else(|| "...".to_owned(), |repr| repr.to_string())
}

/// An attribute as it is stored with the object, or with its class where it is no descriptor.
fn stored(object: &PyObjectRef, name: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
    if let Some(own) = object.dict().and_then(|dict| dict.get_item_opt(name, vm).ok().flatten()) {
        return Some(own);
    }
    let name = vm.ctx.interned_str(name)?;
    let class = object.downcast_ref::<PyType>().unwrap_or_else(|| object.class());
    let found = class.get_attr(name)?;
    let is_descriptor = found.class().slots.descr_get.load().is_some();
    (!is_descriptor).then_some(found)
}

fn attributes(object: &PyObjectRef, vm: &VirtualMachine) -> Vec<String> {
    let mut names = object.dict().map(|dict| keys(&dict)).unwrap_or_default();
    if object.downcast_ref::<PyModule>().is_some() {
        return names;
    }
    let class = object.downcast_ref::<PyType>().unwrap_or_else(|| object.class());
    names.extend(class.get_attributes().keys().map(|name| name.as_str().to_owned()));
    let _ = vm;
    names
}

fn keys(dict: &PyDictRef) -> Vec<String> {
    let text = |name: PyObjectRef| name.downcast_ref::<PyStr>()?.to_str().map(str::to_owned);
    dict.clone().into_iter().filter_map(|(name, _)| text(name)).collect()
}
