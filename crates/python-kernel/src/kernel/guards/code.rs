//! Makes sure that only bytecode from the interpreter's own compiler is executed.
//!
//! The interpreter does not verify bytecode: a wrong opcode, argument or constant makes it read memory that does not
//! belong to it. So a code object can neither be created from parts nor be changed, except for its names and its
//! position in a file. For the same reason, a function accepts a new `__code__` only if that code takes the same
//! arguments: a thread may be calling the function with arguments for the old code.

use super::{Original, replace_method, replace_property};
use rustpython_compiler::core::OneIndexed;
use rustpython_vm::{
    Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyCode, PyFunction, PyStrInterned, PyTypeRef, PyUtf8StrRef},
    bytecode::{CodeFlags, CodeUnits},
    function::{FuncArgs, PySetterValue},
};
use std::mem;

/// The parameters of `code.replace` whose values must not change.
const FIXED: [&str; 13] = [
    "co_argcount",
    "co_cellvars",
    "co_code",
    "co_consts",
    "co_exceptiontable",
    "co_freevars",
    "co_kwonlyargcount",
    "co_linetable",
    "co_names",
    "co_nlocals",
    "co_posonlyargcount",
    "co_stacksize",
    "co_varnames",
];

/// The flags of a code object that affect how it is called.
const CALL_FLAGS: CodeFlags = CodeFlags::OPTIMIZED
    .union(CodeFlags::NEWLOCALS)
    .union(CodeFlags::VARARGS)
    .union(CodeFlags::VARKEYWORDS)
    .union(CodeFlags::GENERATOR)
    .union(CodeFlags::COROUTINE);

/// Installs the guards on the classes `code` and `function`.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let code = vm.ctx.types.code_type;
    code.slots.new.store(Some(refuse_to_create));
    replace_method(code, "replace", replace, vm);
    replace_method(code, "__replace__", replace, vm);

    let function = vm.ctx.types.function_type;
    let original = Original::find(function, "__code__", vm)?;
    let getter = original.clone();
    replace_property(
        function,
        "__code__",
        move |function, vm| getter.get(function, vm),
        move |function, code, vm| set_code(&original, function, code, vm),
        vm,
    );
    Ok(())
}

/// Returns the exception for an attempt to use bytecode that does not come from the compiler.
pub fn foreign_bytecode(attempt: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_runtime_error(format!("redis-tutor's Python runs only bytecode that it compiled itself: {attempt}"))
}

/// Returns an error if `eval` and `exec` cannot execute a code object, because it can only run in a generator or
/// coroutine.
pub fn check_executable(builtin: &str, code: &PyCode, vm: &VirtualMachine) -> PyResult<()> {
    if code.code.flags.intersects(CodeFlags::GENERATOR | CodeFlags::COROUTINE) {
        let message = format!("code object passed to {builtin}() may not be that of a generator or coroutine");
        return Err(vm.new_type_error(message));
    }
    Ok(())
}

fn refuse_to_create(_class: PyTypeRef, _arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
    Err(foreign_bytecode("code() cannot create a code object", vm))
}

/// Implements `code.replace`. Only the names, the position in a file and the flag that `types.coroutine` sets can be
/// changed.
fn replace(code: PyRef<PyCode>, changes: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if !changes.args.is_empty() {
        let count = changes.args.len();
        return Err(vm.new_type_error(format!("replace() takes no positional arguments ({count} given)")));
    }
    let mut replaced = code.code.clone();
    // The interpreter modifies instructions while it executes them, so the original bytes are used.
    let instructions = CodeUnits::try_from(code.code.instructions.original_bytes().as_slice());
    replaced.instructions = instructions.map_err(|_| vm.new_value_error("the code object has invalid instructions"))?;
    replaced.source_path = code.source_path();
    for (name, value) in changes.kwargs {
        match name.as_str() {
            "co_filename" => replaced.source_path = interned(value, vm)?,
            "co_name" => replaced.obj_name = interned(value, vm)?,
            "co_qualname" => replaced.qualname = interned(value, vm)?,
            "co_firstlineno" => {
                let line: u32 = value.try_into_value(vm)?;
                replaced.first_line_number = OneIndexed::new(line as usize);
            }
            "co_flags" => {
                let flags = CodeFlags::from_bits_truncate(value.try_into_value(vm)?);
                if !differ_only_as_coroutines(flags, replaced.flags) {
                    return Err(foreign_bytecode("code.replace() cannot change these co_flags", vm));
                }
                replaced.flags = flags;
            }
            fixed if FIXED.contains(&fixed) => {
                return Err(foreign_bytecode(&format!("code.replace() cannot change {fixed}"), vm));
            }
            unknown => {
                return Err(vm.new_type_error(format!("replace() got an unexpected keyword argument '{unknown}'")));
            }
        }
    }
    Ok(PyCode::new(replaced).into_ref(&vm.ctx).into())
}

/// Returns whether the flags are equal, apart from the flag with which `types.coroutine` marks a generator as
/// awaitable.
fn differ_only_as_coroutines(left: CodeFlags, right: CodeFlags) -> bool {
    let changed = left.symmetric_difference(right);
    changed.is_empty() || changed == CodeFlags::ITERABLE_COROUTINE && right.contains(CodeFlags::GENERATOR)
}

/// Converts an argument to an interned string, because code objects store interned strings.
fn interned(text: PyObjectRef, vm: &VirtualMachine) -> PyResult<&'static PyStrInterned> {
    let text: PyUtf8StrRef = text.try_into_value(vm)?;
    Ok(vm.ctx.intern_str(text.as_str()))
}

/// Sets the `__code__` of a function, if the new code takes the same arguments.
fn set_code(original: &Original, function: PyObjectRef, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let PySetterValue::Assign(value) = value else {
        return Err(vm.new_type_error("__code__ must be set to a code object"));
    };
    let (Some(_), Some(new)) = (function.downcast_ref::<PyFunction>(), value.downcast_ref::<PyCode>()) else {
        return Err(vm.new_type_error("__code__ must be set to a code object"));
    };
    let old: PyRef<PyCode> = original.get(function.clone(), vm)?.try_into_value(vm)?;
    let name = old.code.obj_name;
    let (needed, found) = (old.code.freevars.len(), new.code.freevars.len());
    if needed != found {
        return Err(vm.new_value_error(format!("{name}() requires a code object with {needed} free vars, not {found}")));
    }
    if !take_the_same_arguments(&old, new) {
        let attempt = format!("{name}() cannot take the code of {}(), which has other parameters", new.code.obj_name);
        return Err(vm.new_runtime_error(format!("redis-tutor's Python cannot exchange this __code__: {attempt}")));
    }
    // Another thread may be using the old code without owning a reference to it, so the old code object is never freed.
    // Neither is the new one, because it may itself be replaced later.
    mem::forget(old);
    mem::forget(new.to_owned());
    original.set(function, PySetterValue::Assign(value), vm)
}

/// Returns whether two code objects take the same arguments, so that each of them can be called with the other's.
fn take_the_same_arguments(left: &Py<PyCode>, right: &Py<PyCode>) -> bool {
    let (left, right) = (&left.code, &right.code);
    left.arg_count == right.arg_count
        && left.posonlyarg_count == right.posonlyarg_count
        && left.kwonlyarg_count == right.kwonlyarg_count
        && left.flags.intersection(CALL_FLAGS) == right.flags.intersection(CALL_FLAGS)
}
