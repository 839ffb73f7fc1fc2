//! Bytes and byte arrays: the operator `%`, and case.

use super::format::percent;
use super::replace::{replace_method, replace_operator};
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyByteArray, PyBytes},
    function::ArgBytesLike,
};

/// Replaces what differs in the classes `bytes` and `bytearray`.
pub fn install(vm: &VirtualMachine) {
    for class in [vm.ctx.types.bytes_type, vm.ctx.types.bytearray_type] {
        replace_operator!(class, [remainder, right_remainder], ["__mod__", "__rmod__"], format_by_percent, vm);
        replace_method(class, "istitle", |bytes: ArgBytesLike| is_title(&bytes.borrow_buf()), vm);
    }
}

/// Implements the operator `%`.
fn format_by_percent(format: &PyObject, values: &PyObject, vm: &VirtualMachine) -> PyResult {
    if let Some(format) = format.downcast_ref::<PyBytes>() {
        Ok(vm.ctx.new_bytes(formatted(format.as_bytes(), values, vm)?).into())
    } else if let Some(format) = format.downcast_ref::<PyByteArray>() {
        let format = format.borrow_buf().to_vec();
        let array: PyObjectRef = vm.ctx.new_bytearray(formatted(&format, values, vm)?).into();
        Ok(array)
    } else {
        Ok(vm.ctx.not_implemented())
    }
}

fn formatted(format: &[u8], values: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    let text = percent::format(&percent::text_of(format), values, percent::Kind::Bytes, vm)?;
    Ok(percent::bytes_of(&text))
}

/// Whether the first letter of each word is in uppercase, and all others in lowercase.
fn is_title(bytes: &[u8]) -> bool {
    let (mut is_cased, mut is_in_word) = (false, false);
    for byte in bytes {
        if byte.is_ascii_uppercase() && is_in_word || byte.is_ascii_lowercase() && !is_in_word {
            return false;
        }
        is_in_word = byte.is_ascii_alphabetic();
        is_cased |= is_in_word;
    }
    is_cased
}
