//! Replaces functions of native modules that load bytecode, expose internal objects of the interpreter, start threads,
//! or set the system clock.
//!
//! A function is replaced in the definition of its module. Replacing it in the module object would not be enough,
//! because a module that was removed from `sys.modules` is re-created from its definition. Re-creating a module would
//! also discard the changes that `host_stubs/_sandbox.py` made to it, so `_imp.create_builtin` returns the module that
//! was created first. `sys` is the only module that is never re-created.

use super::super::{alloc_guard, amendments};
use super::{code, layout, marshal, regex, sysconfig, threads};
use rustpython_vm::{
    AsObject, Context, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyModule, PyModuleDef, PyModuleSlots, PyStrRef},
    function::{ArgBytesLike, FuncArgs, PyMethodDef, PyNativeFn},
    stdlib::builtin_module_defs,
};
use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, OnceLock, PoisonError};

/// A module's name, and the name of one of its functions.
type Name = (&'static str, &'static str);

type Function = fn(&VirtualMachine, FuncArgs) -> PyResult;

/// The functions to replace in the definitions of their modules, and their replacements.
const REPLACEMENTS: [(Name, &dyn PyNativeFn); 12] = [
    (("_imp", "create_builtin"), &(create_builtin as Function)),
    (("_imp", "get_frozen_object"), &(get_frozen_object as Function)),
    (("_sre", "compile"), &(compile_regex as Function)),
    (("_thread", "start_joinable_thread"), &(threads::start_joinable_thread as Function)),
    (("_thread", "start_new_thread"), &(threads::start_new_thread as Function)),
    (("gc", "get_objects"), &((|vm, _| Err(hidden("gc.get_objects()", vm))) as Function)),
    (("gc", "get_referents"), &((|vm, _| Err(hidden("gc.get_referents()", vm))) as Function)),
    (("gc", "get_referrers"), &((|vm, _| Err(hidden("gc.get_referrers()", vm))) as Function)),
    (("marshal", "load"), &(load as Function)),
    (("marshal", "loads"), &(loads as Function)),
    (("time", "clock_settime"), &(refuse_to_set_clock as Function)),
    (("time", "clock_settime_ns"), &(refuse_to_set_clock as Function)),
];

/// The original functions that have been replaced.
static ORIGINALS: OnceLock<HashMap<Name, &'static dyn PyNativeFn>> = OnceLock::new();

/// The native modules that have been created, by name, so that none of them is created twice.
static CREATED: Mutex<Option<HashMap<&'static str, PyObjectRef>>> = Mutex::new(None);

/// Returns the definitions of the guarded modules, which override the interpreter's definitions.
pub fn module_defs(ctx: &Context) -> Vec<&'static PyModuleDef> {
    let mut originals = HashMap::new();
    let mut defs = vec![sysconfig::module_def(ctx)];
    for def in builtin_module_defs(ctx) {
        let module = def.name.as_str();
        if !REPLACEMENTS.iter().any(|((name, _), _)| *name == module) {
            continue;
        }
        let mut methods: Vec<PyMethodDef> = def.methods.to_vec();
        for method in &mut methods {
            let name = (module, method.name);
            if let Some((_, replacement)) = REPLACEMENTS.iter().find(|(replaced, _)| *replaced == name) {
                originals.insert(name, mem::replace(&mut method.func, *replacement));
            }
        }
        let slots = PyModuleSlots { create: def.slots.create, exec: def.slots.exec };
        let guarded = PyModuleDef { name: def.name, doc: def.doc, methods: methods.leak(), slots };
        defs.push(Box::leak(Box::new(guarded)));
    }
    // `set` cannot fail, because this function runs only once, before the interpreter is built.
    let _ = ORIGINALS.set(originals);
    defs
}

/// Records the native modules that already exist, and installs the guards on `sys`.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let modules = vm.sys_module.get_attr("modules", vm)?;
    for module in vm.call_method(&modules, "values", ())?.try_to_value::<Vec<PyObjectRef>>(vm)? {
        remember(&module);
    }

    let sys = &vm.sys_module;
    let refuse = |_args: FuncArgs, vm: &VirtualMachine| -> PyResult<()> { Err(hidden("sys._current_frames()", vm)) };
    sys.set_attr("_current_frames", vm.new_function("_current_frames", refuse), vm)?;
    let refuse =
        |_args: FuncArgs, vm: &VirtualMachine| -> PyResult<()> { Err(hidden("sys._current_exceptions()", vm)) };
    sys.set_attr("_current_exceptions", vm.new_function("_current_exceptions", refuse), vm)?;

    let monitoring = sys.get_attr("monitoring", vm)?;
    for name in ["set_events", "set_local_events"] {
        let refuse = |_args: FuncArgs, vm: &VirtualMachine| -> PyResult<()> {
            // To monitor code, the interpreter rewrites its bytecode, even while another thread executes it. So
            // monitoring is refused.
            Err(vm.new_runtime_error("redis-tutor's Python cannot be monitored: use sys.settrace() instead"))
        };
        monitoring.set_attr(name, vm.new_function(name, refuse), vm)?;
    }
    Ok(())
}

/// Calls the original of a replaced function.
pub fn call_original(name: Name, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    match ORIGINALS.get().and_then(|originals| originals.get(&name)) {
        Some(original) => original(vm, args),
        None => Err(vm.new_runtime_error("this function is not available")),
    }
}

/// Returns the exception for an attempt to access the interpreter's internal objects, some of which are incomplete.
fn hidden(function: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_runtime_error(format!("redis-tutor's Python does not show the interpreter's own objects: {function}"))
}

fn refuse_to_set_clock(vm: &VirtualMachine, _args: FuncArgs) -> PyResult {
    // The exception is created by calling its class, because an OSError has more fields than its message.
    let message = "redis-tutor's Python cannot set the clock of the machine: it runs in a sandbox";
    let error = vm.ctx.exceptions.permission_error.as_object().call((message,), vm)?;
    Err(error.try_into_value(vm)?)
}

/// Implements `_imp.create_builtin`. Returns the existing module if a module with this name was created before.
fn create_builtin(vm: &VirtualMachine, args: FuncArgs) -> PyResult {
    let modules = vm.sys_module.get_attr("modules", vm)?;
    if let Some(spec) = args.args.first() {
        let name: PyStrRef = spec.get_attr("name", vm)?.try_into_value(vm)?;
        if modules.get_item(name.as_object(), vm).is_err()
            && let Some(module) = name.to_str().and_then(created)
        {
            modules.set_item(name.as_object(), module.clone(), vm)?;
            return Ok(module);
        }
    }
    let module = call_original(("_imp", "create_builtin"), args, vm)?;
    let first = remember(&module);
    if first.is(&module)
        && let Some(def) = first.downcast_ref::<PyModule>().and_then(|module| module.def)
    {
        amendments::amend_module(def.name.as_str(), &first, vm)?;
        alloc_guard::modules::guard_module(def.name.as_str(), &first, vm)?;
    }
    layout::guard_native_classes(vm);
    Ok(first)
}

/// Records `module` as the first one created under its name, unless there already is one. Returns the recorded module.
fn remember(module: &PyObject) -> PyObjectRef {
    let Some(def) = module.downcast_ref::<PyModule>().and_then(|module| module.def) else { return module.to_owned() };
    let mut created = CREATED.lock().unwrap_or_else(PoisonError::into_inner);
    created.get_or_insert_default().entry(def.name.as_str()).or_insert_with(|| module.to_owned()).clone()
}

/// Returns the native module that was first created under the given name, or `None` if there is none.
fn created(name: &str) -> Option<PyObjectRef> {
    let created = CREATED.lock().unwrap_or_else(PoisonError::into_inner);
    created.as_ref()?.get(name).cloned()
}

/// Implements `_imp.get_frozen_object`. The original can also create a code object from marshalled data, which is
/// refused.
fn get_frozen_object(vm: &VirtualMachine, args: FuncArgs) -> PyResult {
    if args.args.len() + args.kwargs.len() > 1 {
        return Err(code::foreign_bytecode("_imp.get_frozen_object() cannot load data", vm));
    }
    call_original(("_imp", "get_frozen_object"), args, vm)
}

/// Implements `marshal.loads`.
fn loads(vm: &VirtualMachine, args: FuncArgs) -> PyResult {
    let Some(data) = args.args.first() else {
        return Err(vm.new_type_error("loads() missing required argument 'bytes' (pos 1)"));
    };
    let data = data.try_to_value::<ArgBytesLike>(vm)?.borrow_buf().to_vec();
    load_value(data, "loads", vm).map(|(value, _)| value)
}

/// Implements `marshal.load`. Leaves the file positioned after the value.
fn load(vm: &VirtualMachine, args: FuncArgs) -> PyResult {
    let Some(file) = args.args.first() else {
        return Err(vm.new_type_error("load() missing required argument 'file' (pos 1)"));
    };
    let start: i64 = vm.call_method(file, "tell", ())?.try_into_value(vm)?;
    let data: ArgBytesLike = vm.call_method(file, "read", ())?.try_into_value(vm)?;
    let (value, length) = load_value(data.borrow_buf().to_vec(), "load", vm)?;
    vm.call_method(file, "seek", (start + i64::try_from(length).unwrap_or(i64::MAX),))?;
    Ok(value)
}

/// Returns the value at the beginning of marshalled data, and its length in bytes. Takes the data as a copy, so that no
/// other thread can change it after the check.
fn load_value(mut data: Vec<u8>, function: &str, vm: &VirtualMachine) -> PyResult<(PyObjectRef, usize)> {
    let length = marshal::scan(&data).map_err(|rejection| match rejection {
        marshal::Rejection::Code => {
            code::foreign_bytecode(&format!("marshal.{function}() cannot load a code object"), vm)
        }
        marshal::Rejection::TooShort => vm.new_eof_error("marshal data too short"),
        marshal::Rejection::Malformed => vm.new_value_error("bad marshal data"),
    })?;
    data.truncate(length);
    let value = call_original(("marshal", "loads"), FuncArgs::from(vec![vm.ctx.new_bytes(data).into()]), vm)?;
    Ok((value, length))
}

/// Implements `_sre.compile`, whose third argument is the bytecode of a regular expression.
fn compile_regex(vm: &VirtualMachine, mut args: FuncArgs) -> PyResult {
    if let Some(code) = args.args.get_mut(2) {
        let words: Vec<u32> = code.try_to_value(vm)?;
        if !regex::is_well_formed(&words) {
            return Err(vm.new_runtime_error("invalid SRE code"));
        }
        // Pass a copy of the bytecode, so that no other thread can change it after the check.
        *code = vm.ctx.new_list(words.into_iter().map(|word| vm.ctx.new_int(word).into()).collect()).into();
    }
    call_original(("_sre", "compile"), args, vm)
}
