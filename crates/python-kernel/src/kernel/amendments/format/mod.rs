//! Formatting, as CPython does it: `format()`, f-strings, `str.format` and the operator `%`.

pub mod fields;
pub mod float_text;
pub mod percent;
pub mod render;
pub mod spec;

use rustpython_vm::{PyObject, PyResult, VirtualMachine};

/// Replaces the functions of the module `_string`, which `string.Formatter` uses to parse format strings.
pub fn amend(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let function = vm.new_function("formatter_parser", fields::formatter_parser);
    module.set_attr("formatter_parser", function, vm)?;
    let function = vm.new_function("formatter_field_name_split", fields::formatter_field_name_split);
    module.set_attr("formatter_field_name_split", function, vm)
}
