//! Describes the object that a name refers to, for help at the prompt, without running any of the learner's code.

use super::complete;
use crate::frame::Description;
use rustpython_vm::{
    AsObject, PyObjectRef, VirtualMachine,
    builtins::{PyFunction, PyStr, PyType},
    scope::Scope,
};

/// Maximum number of characters of a value's `repr` in a description.
const MOST_CHARACTERS: usize = 200;

/// Describes the object that a dotted name refers to. Returns `None` if the object cannot be found without running
/// code.
pub fn describe(name: &str, scope: &Scope, vm: &VirtualMachine) -> Option<Description> {
    let (object, is_method) = complete::function(name, scope, vm)?;
    let is_function = object.downcast_ref::<PyFunction>().is_some();
    let class = object.class().slot_name().rsplit('.').next().unwrap_or_default().to_owned();
    Some(Description {
        method: method_of_package(&object, vm).filter(|_| is_function),
        value: value(&object, vm),
        parameters: complete::parameters_of(&object, is_method, vm),
        doc: docstring(&object, vm),
        class,
    })
}

/// Returns the qualified name of a function, if it belongs to the `redis` package.
fn method_of_package(object: &PyObjectRef, vm: &VirtualMachine) -> Option<String> {
    object.downcast_ref::<PyFunction>()?;
    // The function is a plain one, so reading its attributes does not run the learner's code.
    let text = |name: &'static str| {
        let value = object.get_attr(name, vm).ok()?;
        value.downcast_ref::<PyStr>()?.to_str().map(str::to_owned)
    };
    let module = text("__module__")?;
    (module == "redis" || module.starts_with("redis.")).then(|| text("__qualname__")).flatten()
}

/// Returns the truncated `repr` of a number, string, bytes, bool or None. Returns `None` for any other object.
fn value(object: &PyObjectRef, vm: &VirtualMachine) -> Option<String> {
    let repr = Some(complete::builtin_repr(object, vm)).filter(|repr| repr != "...")?;
    let mut shown: String = repr.chars().take(MOST_CHARACTERS).collect();
    if shown.len() < repr.len() {
        shown.push_str("...");
    }
    Some(shown)
}

/// Returns the first paragraph of a docstring as a single line, or `None` if there is no docstring. For an object
/// without a docstring of its own, this is the docstring of its class.
fn docstring(object: &PyObjectRef, vm: &VirtualMachine) -> Option<String> {
    let name = vm.ctx.intern_str("__doc__");
    let stored = object.dict().and_then(|dict| dict.get_item_opt("__doc__", vm).ok().flatten());
    let own = match object.downcast_ref::<PyFunction>() {
        Some(_) => object.get_attr("__doc__", vm).ok(),
        None => object.downcast_ref::<PyType>().map_or(stored, |class| class.get_attr(name)),
    };
    let is_text = |doc: &PyObjectRef| doc.downcast_ref::<PyStr>().is_some();
    let doc = own.filter(is_text).or_else(|| object.class().get_attr(name).filter(is_text))?;
    let doc = doc.downcast_ref::<PyStr>()?.to_str()?;
    let paragraph = doc.trim_start().split("\n\n").next()?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!paragraph.is_empty()).then_some(paragraph)
}
