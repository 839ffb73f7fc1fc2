//! The "Did you mean" suggestions that CPython 3.13 makes for a NameError, an AttributeError or a failed
//! `from … import`.

use rustpython_vm::{
    AsObject, Py, PyObjectRef, VirtualMachine,
    builtins::{PyBaseException, PyDict, PyStr},
    common::str::levenshtein::{MOVE_COST, levenshtein_distance},
};

/// Maximum number of candidates. If there are more, no suggestion is made.
const MAX_CANDIDATES: usize = 750;

/// A function that returns the names from which to choose a suggestion for a misspelled name.
type Candidates = fn(&Py<PyBaseException>, &str, &VirtualMachine) -> Option<Vec<String>>;

/// Returns the suggestion to append to an exception's message, or an empty string if there is none.
pub fn suggestion(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let exceptions = &vm.ctx.exceptions;
    let is_name = error.fast_isinstance(exceptions.name_error);
    let (attribute, candidates): (_, Candidates) = if is_name {
        ("name", visible_names)
    } else if error.fast_isinstance(exceptions.attribute_error) {
        ("name", attributes)
    } else if error.fast_isinstance(exceptions.import_error) {
        ("name_from", names_in_module)
    } else {
        return String::new();
    };
    let wrong = error.as_object().get_attr(attribute, vm).ok();
    let wrong = wrong.as_ref().and_then(|name| name.downcast_ref::<PyStr>()?.to_str());
    let Some(wrong) = wrong else { return String::new() };
    let suggested = match own_attribute(error, wrong, vm) {
        Some(name) if is_name => Some(name),
        _ => candidates(error, wrong, vm).and_then(|names| nearest(&names, wrong)),
    };
    let mut text = suggested.as_ref().map_or_else(String::new, |name| format!(". Did you mean: '{name}'?"));
    if is_name && is_module(wrong, vm) {
        let joint = if suggested.is_some() { " Or did" } else { ". Did" };
        text.push_str(&format!("{joint} you forget to import '{wrong}'?"));
    }
    text
}

/// Returns whether the standard library has a module with the given name.
fn is_module(name: &str, vm: &VirtualMachine) -> bool {
    let Ok(names) = vm.sys_module.get_attr("stdlib_module_names", vm) else { return false };
    let name: PyObjectRef = vm.ctx.new_str(name).into();
    vm.call_method(&names, "__contains__", (name,)).is_ok_and(|found| found.is(&vm.ctx.true_value))
}

/// Returns `self.NAME` if the exception was raised in a method whose object has an attribute with the misspelled name.
/// Returns `None` otherwise.
fn own_attribute(error: &Py<PyBaseException>, wrong: &str, vm: &VirtualMachine) -> Option<String> {
    let locals = locals(error, vm)?;
    let this = locals.get_item("self", vm).ok()?;
    let name = vm.ctx.new_str(wrong);
    vm.get_attribute_opt(this, &name).ok()??;
    Some(format!("self.{wrong}"))
}

/// Returns the local variables of the frame that raised the exception, or `None` if there is no traceback.
fn locals(error: &Py<PyBaseException>, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let innermost = error.__traceback__()?.iter().last()?;
    innermost.frame.as_object().get_attr("f_locals", vm).ok()
}

fn visible_names(error: &Py<PyBaseException>, _wrong: &str, vm: &VirtualMachine) -> Option<Vec<String>> {
    let innermost = error.__traceback__()?.iter().last()?;
    let mut names = strings(locals(error, vm).and_then(|locals| vm.call_method(&locals, "keys", ()).ok()), vm);
    for scope in [innermost.frame.globals.as_object().to_owned(), innermost.frame.builtins.clone()] {
        let dict = scope.downcast_ref::<PyDict>()?.to_owned();
        names.extend(dict.into_iter().filter_map(|(name, _)| text(&name)));
    }
    Some(names)
}

fn attributes(error: &Py<PyBaseException>, wrong: &str, vm: &VirtualMachine) -> Option<Vec<String>> {
    let object = error.as_object().get_attr("obj", vm).ok()?;
    let own_self = locals(error, vm).and_then(|locals| locals.get_item("self", vm).ok());
    let is_own = own_self.is_some_and(|this| this.is(&object));
    let names = dir_names(object, vm);
    Some(public(names, is_own || wrong.starts_with('_')))
}

fn names_in_module(error: &Py<PyBaseException>, wrong: &str, vm: &VirtualMachine) -> Option<Vec<String>> {
    let name = text(&error.as_object().get_attr("name", vm).ok()?)?;
    let module = vm.sys_module.get_attr("modules", vm).ok()?.get_item(name.as_str(), vm).ok()?;
    Some(public(dir_names(module, vm), wrong.starts_with('_')))
}

/// Removes names that begin with an underscore, unless `with_private` is set.
fn public(mut names: Vec<String>, with_private: bool) -> Vec<String> {
    names.retain(|name| with_private || !name.starts_with('_'));
    names
}

fn text(object: &PyObjectRef) -> Option<String> {
    object.downcast_ref::<PyStr>()?.to_str().map(str::to_owned)
}

/// Returns the names that `dir(object)` lists.
fn dir_names(object: PyObjectRef, vm: &VirtualMachine) -> Vec<String> {
    let names = vm.dir(Some(object));
    names.map(|names| names.borrow_vec().iter().filter_map(text).collect()).unwrap_or_default()
}

/// Returns those items of an iterable that are strings.
fn strings(iterable: Option<PyObjectRef>, vm: &VirtualMachine) -> Vec<String> {
    let items = iterable.and_then(|iterable| iterable.try_to_value::<Vec<PyObjectRef>>(vm).ok());
    items.unwrap_or_default().iter().filter_map(text).collect()
}

/// Returns the most similar name by edit distance, or `None` if no name is similar enough or there are too many names.
/// If several names have the same distance, returns the first.
pub fn nearest(names: &[String], wrong: &str) -> Option<String> {
    if names.len() > MAX_CANDIDATES {
        return None;
    }
    let length = wrong.chars().count();
    let mut best = usize::MAX;
    let mut nearest = None;
    for name in names.iter().filter(|name| *name != wrong) {
        // At most about a third of the letters may differ. The distance must also be smaller than that of the best name
        // so far.
        let max_distance = ((name.chars().count() + length + 3) * MOVE_COST / 6).min(best - 1);
        let distance = levenshtein_distance(wrong.as_bytes(), name.as_bytes(), max_distance);
        if distance <= max_distance && distance < best {
            best = distance.max(1);
            nearest = Some(name.clone());
        }
    }
    nearest
}
