//! The native module `_json`, which reads and writes JSON for the package `json`. It behaves as CPython's module does.

mod read;
mod write;

pub(super) use _json::module_def;

#[rustpython_vm::pymodule]
mod _json {
    use super::{read, write};
    use rustpython_vm::{
        PyObjectRef, PyRef, PyResult, VirtualMachine,
        builtins::{PyStr, PyTupleRef},
        convert::ToPyObject,
        function::FuncArgs,
    };

    /// Returns a function that reads the JSON value at an index in a string. That function returns the value and the
    /// index after it.
    #[pyfunction]
    fn make_scanner(context: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let reader = read::Options::from_context(&context, vm)?;
        let scan_once = move |text: PyObjectRef, index: isize, vm: &VirtualMachine| -> PyResult<PyTupleRef> {
            let text = text_argument(text, vm)?;
            let (value, end) = read::value_at(&text, index, &reader, vm)?;
            Ok(vm.new_tuple((value, end)))
        };
        Ok(vm.new_function("scan_once", scan_once).into())
    }

    /// Reads the JSON string whose content begins at an index. Returns the string and the index after its closing
    /// quote.
    #[pyfunction]
    fn scanstring(
        text: PyObjectRef,
        end: isize,
        strict: rustpython_vm::function::OptionalArg<bool>,
        vm: &VirtualMachine,
    ) -> PyResult<PyTupleRef> {
        let text = text_argument(text, vm)?;
        let (string, end) = read::string_at(&text, end, strict.unwrap_or(true), vm)?;
        Ok(vm.new_tuple((string, end)))
    }

    /// Encodes a string as a JSON string, with non-ASCII characters escaped.
    #[pyfunction]
    fn encode_basestring_ascii(text: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let text = text_argument(text, vm)?;
        Ok(write::quoted(text.as_wtf8(), write::Characters::Ascii).to_pyobject(vm))
    }

    /// Encodes a string as a JSON string.
    #[pyfunction]
    fn encode_basestring(text: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let text = text_argument(text, vm)?;
        Ok(write::quoted(text.as_wtf8(), write::Characters::All).to_pyobject(vm))
    }

    /// Returns a function that serializes a value to JSON. That function returns the JSON as a tuple of strings.
    #[pyfunction]
    fn make_encoder(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let writer = write::Options::from_args(args, vm)?;
        let encode = move |value: PyObjectRef, level: usize, vm: &VirtualMachine| -> PyResult<PyTupleRef> {
            let text = write::text_of(value, level, &writer, vm)?;
            Ok(vm.new_tuple((text,)))
        };
        Ok(vm.new_function("encode", encode).into())
    }

    fn text_argument(text: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
        text.downcast::<PyStr>().map_err(|other| {
            vm.new_type_error(format!("first argument must be a string, not {}", other.class().name()))
        })
    }
}
