//! The words of CPython for what the interpreter says otherwise when something goes wrong.
//!
//! An exception is reworded when somebody first asks what it says, by `str`, `repr` or a traceback. Only those are that are
//! of a builtin class itself and say, to the letter, what the interpreter says; where CPython's words depend on what was
//! being done, the place in the learner's source tells.

mod plain;
mod site;
mod types;

use rustpython_compiler::ast::Operator;
use rustpython_vm::{
    AsObject, Py, PyObject, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseException, PyBaseExceptionRef, PyStr, PyType},
    function::PyMethodFlags,
    identifier,
    protocol::PyMapping,
};
use site::Site;
use std::sync::OnceLock;

type Binary = fn(&PyObject, &PyObject, &VirtualMachine) -> PyResult;

/// The classes whose exceptions are reworded.
fn classes(vm: &VirtualMachine) -> [&'static Py<PyType>; 7] {
    let exceptions = &vm.ctx.exceptions;
    [
        exceptions.attribute_error,
        exceptions.index_error,
        exceptions.name_error,
        exceptions.type_error,
        exceptions.unbound_local_error,
        exceptions.value_error,
        exceptions.zero_division_error,
    ]
}

/// From here on, exceptions say what CPython's say.
pub fn install(vm: &VirtualMachine) {
    let base = vm.ctx.exceptions.base_exception_type;
    for (name, method) in [
        (identifier!(vm, __str__), vm.ctx.new_method_def("__str__", str_of, PyMethodFlags::METHOD, None)),
        (identifier!(vm, __repr__), vm.ctx.new_method_def("__repr__", repr_of, PyMethodFlags::METHOD, None)),
    ] {
        base.set_attr(name, method.build_method(base, vm).into());
    }
    for class in classes(vm) {
        class.slots.repr.store(Some(|error, vm| match error.downcast_ref::<PyBaseException>() {
            Some(error) => Ok(vm.ctx.new_str(repr_of(error.to_owned(), vm)?)),
            None => error.repr(vm),
        }));
    }
    floats(vm);
    strings(vm);
}

fn str_of(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    rewrite(&error, vm);
    let args = error.args();
    match args.as_slice() {
        [] => Ok(vm.ctx.empty_str.to_owned()),
        [said] => said.str(vm),
        _ => args.as_object().repr(vm),
    }
}

fn repr_of(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyResult<String> {
    rewrite(&error, vm);
    let args = error.args();
    let said = match args.as_slice() {
        [said] => format!("({})", said.repr(vm)?),
        _ => args.as_object().repr(vm)?.to_string(),
    };
    Ok(format!("{}{said}", error.class().name()))
}

/// Rewords an exception in place.
fn rewrite(error: &Py<PyBaseException>, vm: &VirtualMachine) {
    if !classes(vm).iter().any(|class| error.class().is(*class)) {
        return;
    }
    let args = error.args();
    let [said] = args.as_slice() else { return };
    let Some(said) = said.downcast_ref::<PyStr>().and_then(|said| said.to_str()) else { return };
    if let Some(said) = worded(error, said, vm) {
        let args = vm.ctx.new_tuple(vec![vm.ctx.new_str(said).into()]);
        // An exception's `args` take any tuple.
        let _ = error.as_object().set_attr("args", args, vm);
    }
}

fn worded(error: &Py<PyBaseException>, said: &str, vm: &VirtualMachine) -> Option<String> {
    let class = error.class().name();
    if let Some(worded) = plain::worded(&class, said) {
        return Some(worded);
    }
    let site = Site::of(error, vm)?;
    match &*class {
        "TypeError" => types::worded(said, &site, vm),
        "ZeroDivisionError" if said == "division by zero" => match site.operator() {
            Some(Operator::FloorDiv) => Some("integer division or modulo by zero".to_owned()),
            Some(Operator::Mod) => Some("integer modulo by zero".to_owned()),
            None if site.called() == Some("divmod") => Some("integer division or modulo by zero".to_owned()),
            _ => None,
        },
        "AttributeError"
            if (site.does("StoreAttr") || site.called() == Some("setattr"))
                && said.contains("object has no attribute") =>
        {
            let because = " and no __dict__ for setting new attributes";
            if said.ends_with(because) { None } else { Some(format!("{said}{because}")) }
        }
        "ValueError" if said == "byte must be in range(0, 256)" && site.called() == Some("bytes") => {
            Some("bytes must be in range(0, 256)".to_owned())
        }
        "ValueError" => match (plain::parts(said, "{} is not in list")?.as_slice(), site.method()?) {
            (_, "remove") => Some("list.remove(x): x not in list".to_owned()),
            ([quoted], "index") if site.type_of_argument(0, vm)? != "str" => {
                Some(format!("{} is not in list", quoted.strip_prefix('\'')?.strip_suffix('\'')?))
            }
            _ => None,
        },
        "IndexError" if said == "tuple index out of range" && site.method()? == "format" => {
            Some(format!("Replacement index {} out of range for positional args tuple", site.missing_replacement()?))
        }
        _ => None,
    }
}

/// The divisions of floats, which name their operation when they fail.
fn floats(vm: &VirtualMachine) {
    static PLAIN: OnceLock<[Option<Binary>; 3]> = OnceLock::new();
    fn named(at: usize, a: &PyObject, b: &PyObject, vm: &VirtualMachine, said: &'static str) -> PyResult {
        let plain = PLAIN.get().and_then(|plain| plain[at]).expect("floats can be divided");
        plain(a, b, vm).map_err(|error| match error.fast_isinstance(vm.ctx.exceptions.zero_division_error) {
            true => vm.new_zero_division_error(said.to_owned()),
            false => error,
        })
    }
    let number = &vm.ctx.types.float_type.slots.as_number;
    PLAIN.get_or_init(|| [number.true_divide.load(), number.floor_divide.load(), number.remainder.load()]);
    let divide: Binary = |a, b, vm| named(0, a, b, vm, "float division by zero");
    let floor: Binary = |a, b, vm| named(1, a, b, vm, "float floor division by zero");
    let modulo: Binary = |a, b, vm| named(2, a, b, vm, "float modulo by zero");
    for (slot, right, worded) in [
        (&number.true_divide, &number.right_true_divide, divide),
        (&number.floor_divide, &number.right_floor_divide, floor),
        (&number.remainder, &number.right_remainder, modulo),
    ] {
        slot.store(Some(worded));
        right.store(Some(worded));
    }
}

/// `'abc'[9]`, which says what has no such index.
fn strings(vm: &VirtualMachine) {
    type Subscript = fn(PyMapping<'_>, &PyObject, &VirtualMachine) -> PyResult;
    static PLAIN: OnceLock<Subscript> = OnceLock::new();
    fn subscript(text: PyMapping<'_>, index: &PyObject, vm: &VirtualMachine) -> PyResult {
        let plain = PLAIN.get().expect("text has indices");
        plain(text, index, vm).map_err(|error| match error.fast_isinstance(vm.ctx.exceptions.index_error) {
            true => vm.new_index_error("string index out of range"),
            false => error,
        })
    }
    let slot = &vm.ctx.types.str_type.slots.as_mapping.subscript;
    if let Some(plain) = slot.load() {
        PLAIN.get_or_init(|| plain);
        slot.store(Some(subscript));
    }
}
