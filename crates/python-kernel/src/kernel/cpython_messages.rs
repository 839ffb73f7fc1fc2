//! Replaces the interpreter's own exception messages with CPython's.
//!
//! An exception's message is rewritten when it is first read, by `str`, `repr` or a traceback. Only instances of the
//! builtin exception classes themselves (not of subclasses) are rewritten, and only if their message is exactly one of
//! the interpreter's. Where CPython's message depends on the operation, it is derived from the failing expression in
//! the learner's source text.

mod failing_expression;
mod message_templates;
mod type_errors;

use failing_expression::FailingExpression;
use rustpython_compiler::ast::Operator;
use rustpython_vm::{
    AsObject, Py, PyObject, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseException, PyBaseExceptionRef, PyStr, PyType},
    function::PyMethodFlags,
    identifier,
    protocol::PyMapping,
};
use std::sync::OnceLock;

/// Returns the exception classes whose messages are rewritten.
fn classes(vm: &VirtualMachine) -> [&'static Py<PyType>; 9] {
    let exceptions = &vm.ctx.exceptions;
    [
        exceptions.attribute_error,
        exceptions.index_error,
        exceptions.lookup_error,
        exceptions.name_error,
        exceptions.overflow_error,
        exceptions.type_error,
        exceptions.unbound_local_error,
        exceptions.value_error,
        exceptions.zero_division_error,
    ]
}

/// Installs the properties and methods that rewrite messages when they are read.
pub fn install(vm: &VirtualMachine) {
    let base = vm.ctx.exceptions.base_exception_type;
    for (name, method) in [
        (identifier!(vm, __str__), vm.ctx.new_method_def("__str__", exception_str, PyMethodFlags::METHOD, None)),
        (identifier!(vm, __repr__), vm.ctx.new_method_def("__repr__", exception_repr, PyMethodFlags::METHOD, None)),
    ] {
        base.set_attr(name, method.build_method(base, vm).into());
    }
    for class in classes(vm) {
        class.slots.repr.store(Some(|error, vm| match error.downcast_ref::<PyBaseException>() {
            Some(error) => Ok(vm.ctx.new_str(exception_repr(error.to_owned(), vm)?)),
            None => error.repr(vm),
        }));
    }
    name_string_index_errors(vm);
}

fn exception_str(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    rewrite(&error, vm);
    let args = error.args();
    match args.as_slice() {
        [] => Ok(vm.ctx.empty_str.to_owned()),
        [argument] => argument.str(vm),
        _ => args.as_object().repr(vm),
    }
}

fn exception_repr(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyResult<String> {
    rewrite(&error, vm);
    let args = error.args();
    let arguments = match args.as_slice() {
        [argument] => format!("({})", argument.repr(vm)?),
        _ => args.as_object().repr(vm)?.to_string(),
    };
    Ok(format!("{}{arguments}", error.class().name()))
}

/// Rewrites an exception's message in place.
fn rewrite(error: &Py<PyBaseException>, vm: &VirtualMachine) {
    if !classes(vm).iter().any(|class| error.class().is(*class)) {
        return;
    }
    let args = error.args();
    let [argument] = args.as_slice() else { return };
    let Some(message) = argument.downcast_ref::<PyStr>().and_then(|text| text.to_str()) else { return };
    if let Some(message) = cpython_message(error, message, vm) {
        let args = vm.ctx.new_tuple(vec![vm.ctx.new_str(message).into()]);
        // Setting this attribute cannot fail, because an exception's `args` accepts any tuple.
        let _ = error.as_object().set_attr("args", args, vm);
    }
}

/// Returns CPython's message for an exception, or `None` if it does not differ from the interpreter's.
fn cpython_message(error: &Py<PyBaseException>, message: &str, vm: &VirtualMachine) -> Option<String> {
    let class = error.class().name();
    // The interpreter uses `issubclass` to compare an exception with what `except` names.
    if message.starts_with("issubclass() arg ")
        && FailingExpression::from_traceback(error, vm).is_some_and(|failing| failing.is_instruction("CheckExcMatch"))
    {
        return Some("catching classes that do not inherit from BaseException is not allowed".to_owned());
    }
    if let Some(rewritten) = message_templates::rewrite(&class, message) {
        return Some(rewritten);
    }
    let failing = FailingExpression::from_traceback(error, vm)?;
    let rewritten = of_operation(&class, message, &failing, vm)?;
    Some(message_templates::with_qualified_names(&class, &rewritten).unwrap_or(rewritten))
}

/// Returns CPython's message for an exception that an expression raised, or `None` if it does not differ from the
/// interpreter's.
fn of_operation(class: &str, message: &str, failing: &FailingExpression, vm: &VirtualMachine) -> Option<String> {
    match class {
        "LookupError" => {
            // The interpreter's message has the normalized name.
            let name = message.strip_prefix("unknown encoding: ")?;
            let normalized = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
            let given = failing.text_arguments(vm).into_iter().find(|text| normalized(text) == name)?;
            (given != name).then(|| format!("unknown encoding: {given}"))
        }
        "TypeError" => type_errors::rewrite(message, failing, vm),
        "ZeroDivisionError" if message == "division by zero" => match failing.operator() {
            Some(Operator::FloorDiv) => Some("integer division or modulo by zero".to_owned()),
            Some(Operator::Mod) => Some("integer modulo by zero".to_owned()),
            None if failing.called_name() == Some("divmod") => Some("integer division or modulo by zero".to_owned()),
            _ => None,
        },
        "AttributeError"
            if (failing.is_instruction("StoreAttr") || failing.called_name() == Some("setattr"))
                && message.contains("object has no attribute") =>
        {
            let reason = " and no __dict__ for setting new attributes";
            if message.ends_with(reason) { None } else { Some(format!("{message}{reason}")) }
        }
        "ValueError" if message == "byte must be in range(0, 256)" && failing.called_name() == Some("bytes") => {
            Some("bytes must be in range(0, 256)".to_owned())
        }
        "IndexError" if message == "tuple index out of range" && failing.called_method()? == "format" => {
            Some(format!("Replacement index {} out of range for positional args tuple", failing.missing_replacement()?))
        }
        _ => None,
    }
}

/// Makes the IndexError of `'abc'[9]` mention the type, as CPython's message does.
fn name_string_index_errors(vm: &VirtualMachine) {
    type Subscript = fn(PyMapping<'_>, &PyObject, &VirtualMachine) -> PyResult;
    static ORIGINAL: OnceLock<Subscript> = OnceLock::new();
    fn subscript(text: PyMapping<'_>, index: &PyObject, vm: &VirtualMachine) -> PyResult {
        let original = ORIGINAL.get().expect("strings can be indexed");
        original(text, index, vm).map_err(|error| match error.fast_isinstance(vm.ctx.exceptions.index_error) {
            true => vm.new_index_error("string index out of range"),
            false => error,
        })
    }
    let slot = &vm.ctx.types.str_type.slots.as_mapping.subscript;
    if let Some(original) = slot.load() {
        ORIGINAL.get_or_init(|| original);
        slot.store(Some(subscript));
    }
}
