//! "Did you mean": the name that was probably meant, as CPython 3.13 offers it after a NameError, an AttributeError
//! or a failed `from … import`.

use rustpython_vm::{
    AsObject, Py, PyObjectRef, VirtualMachine,
    builtins::{PyBaseException, PyDict, PyStr},
    common::str::levenshtein::{MOVE_COST, levenshtein_distance},
};

/// Among more names than this, none is sought.
const MOST: usize = 750;

/// The names to choose from, for an error about a wrong one.
type Candidates = fn(&Py<PyBaseException>, &str, &VirtualMachine) -> Option<Vec<String>>;

/// What is to be said after the message; nothing, if no name comes near.
pub fn suggestion(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let exceptions = &vm.ctx.exceptions;
    let is_name = error.fast_isinstance(exceptions.name_error);
    let (attribute, candidates): (_, Candidates) = if is_name {
        ("name", names_in_reach)
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
    let meant = match own_attribute(error, wrong, vm) {
        Some(meant) if is_name => Some(meant),
        _ => candidates(error, wrong, vm).and_then(|names| nearest(&names, wrong)),
    };
    let mut said = meant.as_ref().map_or_else(String::new, |meant| format!(". Did you mean: '{meant}'?"));
    if is_name && is_module(wrong, vm) {
        let joint = if meant.is_some() { " Or did" } else { ". Did" };
        said.push_str(&format!("{joint} you forget to import '{wrong}'?"));
    }
    said
}

/// Whether a module of the standard library has this name.
fn is_module(name: &str, vm: &VirtualMachine) -> bool {
    let Ok(names) = vm.sys_module.get_attr("stdlib_module_names", vm) else { return false };
    let name: PyObjectRef = vm.ctx.new_str(name).into();
    vm.call_method(&names, "__contains__", (name,)).is_ok_and(|found| found.is(&vm.ctx.true_value))
}

/// `self.name`, where `name` alone was written in a method.
fn own_attribute(error: &Py<PyBaseException>, wrong: &str, vm: &VirtualMachine) -> Option<String> {
    let locals = locals(error, vm)?;
    let this = locals.get_item("self", vm).ok()?;
    let name = vm.ctx.new_str(wrong);
    vm.get_attribute_opt(this, &name).ok()??;
    Some(format!("self.{wrong}"))
}

/// The local variables of the innermost frame.
fn locals(error: &Py<PyBaseException>, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let innermost = error.__traceback__()?.iter().last()?;
    innermost.frame.as_object().get_attr("f_locals", vm).ok()
}

fn names_in_reach(error: &Py<PyBaseException>, _wrong: &str, vm: &VirtualMachine) -> Option<Vec<String>> {
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
    let within = locals(error, vm).and_then(|locals| locals.get_item("self", vm).ok());
    let within = within.is_some_and(|this| this.is(&object));
    let names = listed(object, vm);
    Some(public(names, within || wrong.starts_with('_')))
}

fn names_in_module(error: &Py<PyBaseException>, wrong: &str, vm: &VirtualMachine) -> Option<Vec<String>> {
    let name = text(&error.as_object().get_attr("name", vm).ok()?)?;
    let module = vm.sys_module.get_attr("modules", vm).ok()?.get_item(name.as_str(), vm).ok()?;
    Some(public(listed(module, vm), wrong.starts_with('_')))
}

/// Without the names that begin with an underscore, unless they are asked for.
fn public(mut names: Vec<String>, with_private: bool) -> Vec<String> {
    names.retain(|name| with_private || !name.starts_with('_'));
    names
}

fn text(object: &PyObjectRef) -> Option<String> {
    object.downcast_ref::<PyStr>()?.to_str().map(str::to_owned)
}

/// The names that `dir` lists.
fn listed(object: PyObjectRef, vm: &VirtualMachine) -> Vec<String> {
    let names = vm.dir(Some(object));
    names.map(|names| names.borrow_vec().iter().filter_map(text).collect()).unwrap_or_default()
}

/// The strings of an iterable, where there is one.
fn strings(iterable: Option<PyObjectRef>, vm: &VirtualMachine) -> Vec<String> {
    let items = iterable.and_then(|iterable| iterable.try_to_value::<Vec<PyObjectRef>>(vm).ok());
    items.unwrap_or_default().iter().filter_map(text).collect()
}

/// The name that takes the fewest changes, if these are few; the first of several.
pub fn nearest(names: &[String], wrong: &str) -> Option<String> {
    if names.len() > MOST {
        return None;
    }
    let length = wrong.chars().count();
    let mut best = usize::MAX;
    let mut meant = None;
    for name in names.iter().filter(|name| *name != wrong) {
        // No more than a third of the letters may need a change, and fewer than in the best so far.
        let most = ((name.chars().count() + length + 3) * MOVE_COST / 6).min(best - 1);
        let distance = levenshtein_distance(wrong.as_bytes(), name.as_bytes(), most);
        if distance <= most && distance < best {
            best = distance.max(1);
            meant = Some(name.clone());
        }
    }
    meant
}
