//! The native module `_sysconfigdata`, with values that are the same in every build.
//!
//! The interpreter's own module would reveal the environment variables with which the interpreter was compiled.

pub(super) use _sysconfigdata::module_def;

#[rustpython_vm::pymodule]
mod _sysconfigdata {
    use rustpython_vm::{PyObjectRef, VirtualMachine, builtins::PyDictRef};

    /// The string values of the module.
    const TEXTS: [(&str, &str); 7] = [
        ("ABIFLAGS", "t"),
        ("BINDIR", "/usr/local/bin"),
        ("EXT_SUFFIX", ".so"),
        ("SHLIB_SUFFIX", ".so"),
        ("exec_prefix", "/usr/local"),
        ("prefix", "/usr/local"),
        ("MULTIARCH", ""),
    ];

    /// The integer values of the module.
    const NUMBERS: [(&str, u8); 3] = [("HAVE_GETRANDOM", 1), ("Py_DEBUG", 0), ("Py_GIL_DISABLED", 1)];

    #[pyattr]
    fn build_time_vars(vm: &VirtualMachine) -> PyDictRef {
        let texts = TEXTS.map(|(name, text)| (name, PyObjectRef::from(vm.ctx.new_str(text))));
        let numbers = NUMBERS.map(|(name, number)| (name, PyObjectRef::from(vm.ctx.new_int(number))));
        let values = vm.ctx.new_dict();
        for (name, value) in texts.into_iter().chain(numbers) {
            // Setting an item of a dict cannot fail if the key is a str.
            let _ = values.set_item(name, value, vm);
        }
        values
    }
}
