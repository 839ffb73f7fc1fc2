//! Corrects differences between the interpreter's standard types and CPython 3.13's.
//!
//! The interpreter is an unmodified crate. Where one of its types differs, the file named after the type replaces a
//! slot or a method of the type at start-up. Modules of the standard library that are written in Python are corrected
//! when they are imported (`host_stubs/_corrections.py`).
//!
//! Each file can be deleted when the interpreter no longer needs it. Its test cases are in `tests/recorded/types`, in a
//! file of the same name with expressions and their results in CPython. If the cases pass without an amendment, the
//! amendment is no longer needed.

mod builtin_functions;
mod bytestrings;
mod code_objects;
mod complexes;
mod context_vars;
mod docstrings;
mod exceptions;
mod floats;
mod format;
mod generators;
mod hashes;
mod integers;
mod iterators;
mod json;
mod lru_cache;
mod mappings;
mod maths;
mod module_messages;
mod partials;
mod regexes;
mod replace;
mod sets;
mod structs;
mod texts;
mod threads;
mod type_names;
mod unicode;
mod weakrefs;

pub use replace::native_class;

use rustpython_vm::{PyObject, PyResult, VirtualMachine, builtins::PyModuleDef, vm::Context};

/// Returns our native modules, which replace the interpreter's modules of the same name.
pub fn module_defs(ctx: &Context) -> Vec<&'static PyModuleDef> {
    vec![hashes::module_def(ctx), json::module_def(ctx), lru_cache::module_def(ctx)]
}

/// Installs the corrections of all builtin functions and classes. Must be called once, before the learner can define a
/// class.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    builtin_functions::install(vm)?;
    bytestrings::install(vm)?;
    code_objects::install(vm);
    complexes::install(vm);
    docstrings::install(vm)?;
    exceptions::install(vm);
    floats::install(vm);
    generators::install(vm)?;
    integers::install(vm)?;
    iterators::install(vm)?;
    mappings::install(vm)?;
    sets::install(vm)?;
    texts::install(vm)?;
    threads::install(vm)?;
    type_names::install(vm)?;
    weakrefs::install(vm);
    Ok(())
}

/// Installs the corrections of a native module that has just been created.
pub fn amend_module(name: &str, module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    match name {
        "_collections" => module_messages::amend_collections(module, vm),
        "_contextvars" => context_vars::amend(module, vm),
        "_functools" => {
            partials::amend(module, vm)?;
            lru_cache::amend(module, vm)
        }
        "_hashlib" => hashes::amend(module, vm),
        "_sre" => regexes::amend(module, vm),
        "_struct" => structs::amend(module, vm),
        "_string" => format::amend(module, vm),
        "binascii" => module_messages::amend_binascii(module, vm),
        "itertools" => iterators::amend(module, vm),
        // These modules create objects of classes that `_hashlib` defines, so `_hashlib` must be imported and corrected
        // first.
        "_md5" | "_sha1" | "_sha256" | "_sha512" | "_sha3" => vm.import("_hashlib", 0).map(drop),
        "math" => maths::amend(module, vm),
        "zlib" => module_messages::amend_zlib(module, vm),
        _ => Ok(()),
    }
}
