//! The names that could complete what stands before the cursor. Nothing of the learner's is run for it: attributes
//! are read where they are stored, so no property, no `__getattr__` and no `__dir__` has an effect.

use rustpython_vm::{
    AsObject, PyObjectRef, VirtualMachine,
    builtins::{PyDictRef, PyModule, PyStr, PyType},
    scope::Scope,
};

/// No list of names is longer.
const MOST: usize = 2000;

/// What the dotted name at the end of `text` could go on as: the whole last part of it, each name once, in order.
pub fn names(text: &str, scope: &Scope, vm: &VirtualMachine) -> Vec<String> {
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
