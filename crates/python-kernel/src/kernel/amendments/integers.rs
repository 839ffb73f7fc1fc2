//! Corrections to the interpreter's integers: conversion from and to strings, and division.

use super::format::render::{format_float, format_integer};
use super::format::spec::{Align, Spec, unknown_code};
use super::replace::{Original, replace_method, replace_operator, replace_repr};
use super::unicode;
use malachite_bigint::BigInt;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyByteArray, PyBytes, PyInt, PyStr, PyTypeRef},
    common::int::{BytesToIntError, bytes_to_int},
    common::wtf8::Wtf8,
    function::{FuncArgs, OptionalOption},
    identifier,
};
use std::sync::OnceLock;

type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

type Binary = fn(&PyObject, &PyObject, &VirtualMachine) -> PyResult;

static ORIGINAL_NEW: OnceLock<New> = OnceLock::new();
static ORIGINAL_DIVIDE: OnceLock<Binary> = OnceLock::new();

/// Integers with fewer bits than this need not be checked against the limit on digits. They have at most 602 digits,
/// and Python accepts no limit below 640.
const BITS_OF_SHORT_NUMBERS: u64 = 2000;

/// Replaces the methods and slots of `int` that differ from CPython's.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let class = vm.ctx.types.int_type;
    if let Some(original) = class.slots.new.load()
        && ORIGINAL_NEW.set(original).is_ok()
    {
        class.slots.new.store(Some(new));
    }
    replace_method(class, "__format__", format, vm);
    replace_repr(class, repr, vm);
    let original = Original::find(class, "__round__", vm)?;
    let round = move |value: PyRef<PyInt>, places: OptionalOption<PyObjectRef>, vm: &VirtualMachine| -> PyResult {
        let rounded = match places.flatten() {
            Some(places) => original.call((value, places), vm)?,
            None => value.into(),
        };
        // The result is an exact `int`, even if the value is an instance of a subclass, such as a bool.
        match rounded.downcast_ref::<PyInt>() {
            Some(rounded) => Ok(vm.ctx.new_bigint(rounded.as_bigint()).into()),
            None => Ok(rounded),
        }
    };
    replace_method(class, "__round__", round, vm);
    let number = &class.slots.as_number;
    if let Some(original) = number.true_divide.load()
        && ORIGINAL_DIVIDE.set(original).is_ok()
    {
        replace_operator!(class, [true_divide, right_true_divide], ["__truediv__", "__rtruediv__"], divide, vm);
        let number = &vm.ctx.types.bool_type.slots.as_number;
        number.true_divide.store(Some(divide));
        number.right_true_divide.store(Some(divide));
    }
    // In CPython, `bool` inherits `__format__` from `int`, so it gets the same method here.
    replace_method(vm.ctx.types.bool_type, "__format__", format, vm);
    Ok(())
}

/// Implements the operator `/` for integers. Zero divided by a negative integer is negative zero.
fn divide(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(original) = ORIGINAL_DIVIDE.get() else { return Ok(vm.ctx.not_implemented()) };
    let is_zero = a.downcast_ref::<PyInt>().is_some_and(|a| a.as_bigint() == &0.into());
    if is_zero && b.downcast_ref::<PyInt>().is_some_and(|b| b.as_bigint() < &0.into()) {
        return Ok(vm.ctx.new_float(-0.0).into());
    }
    original(a, b, vm)
}

/// Implements `int(...)`.
fn new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = ORIGINAL_NEW.get() else { return Err(vm.new_type_error("integers cannot be created")) };
    let (argument, base) = match (args.args.as_slice(), args.kwargs.get("base")) {
        ([argument], base) => (argument, base),
        ([argument, base], None) => (argument, Some(base)),
        _ => return original(class, args, vm),
    };
    let Some(text) = number_text_of(argument, vm) else { return original(class, args, vm) };
    if args.kwargs.len() > usize::from(base.is_some() && args.args.len() == 1) {
        return original(class, args, vm);
    }
    let base = match base {
        None => 10,
        Some(base) => match u32::try_from(base.try_index(vm)?.as_bigint()) {
            Ok(base @ (0 | 2..=36)) => base,
            _ => return Err(vm.new_value_error("int() base must be >= 2 and <= 36, or 0")),
        },
    };
    let limit = vm.state.int_max_str_digits.load();
    let value = match bytes_to_int(trim_c_blanks(&text), base, limit) {
        Ok(value) => value,
        Err(BytesToIntError::DigitLimit { got, limit }) => {
            return Err(too_many_digits(limit, &format!("value has {got} digits"), vm));
        }
        Err(_) => {
            let shown = argument.repr(vm)?;
            let shown: String = shown.to_string_lossy().chars().take(200).collect();
            return Err(vm.new_value_error(format!("invalid literal for int() with base {base}: {shown}")));
        }
    };
    let value: PyObjectRef = vm.ctx.new_bigint(&value).into();
    if class.is(vm.ctx.types.int_type) { Ok(value) } else { original(class, vec![value].into(), vm) }
}

/// Returns the content of a string or of bytes, with non-ASCII digits and whitespace of a string converted to ASCII.
/// Returns `None` for objects that are converted in another way.
fn number_text_of(object: &PyObject, vm: &VirtualMachine) -> Option<Vec<u8>> {
    if let Some(text) = object.downcast_ref::<PyStr>() {
        // A subclass of `str` can define its own conversion to an integer, which takes precedence over its content.
        let is_plain = text.class().is(vm.ctx.types.str_type) || !text.class().has_attr(identifier!(vm, __int__));
        is_plain.then(|| ascii_number(text.as_wtf8()))
    } else if let Some(bytes) = object.downcast_ref::<PyBytes>() {
        Some(bytes.as_bytes().to_vec())
    } else {
        object.downcast_ref::<PyByteArray>().map(|bytes| bytes.borrow_buf().to_vec())
    }
}

/// Replaces the digits and whitespace of all scripts with ASCII ones. Other non-ASCII characters become question marks,
/// which are invalid in numbers.
pub fn ascii_number(text: &Wtf8) -> Vec<u8> {
    if text.is_ascii() {
        return text.as_bytes().to_vec();
    }
    let ascii = |character| {
        if let Some(digit) = unicode::decimal_value(character) {
            b"0123456789"[digit as usize]
        } else if unicode::is_space(character) {
            b' '
        } else {
            u8::try_from(character.to_u32()).ok().filter(u8::is_ascii).unwrap_or(b'?')
        }
    };
    text.code_points().map(ascii).collect()
}

/// Removes the characters that C considers whitespace from both ends of a byte string.
pub fn trim_c_blanks(text: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | 0x09..=0x0d);
    let start = text.iter().position(|byte| !is_blank(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !is_blank(byte)).map_or(start, |last| last + 1);
    &text[start..end]
}

/// Parses an integer written in ASCII digits.
pub fn parse_decimal(text: &str, vm: &VirtualMachine) -> PyResult<BigInt> {
    bytes_to_int(text.as_bytes(), 10, vm.state.int_max_str_digits.load()).map_err(|error| match error {
        BytesToIntError::DigitLimit { got, limit } => too_many_digits(limit, &format!("value has {got} digits"), vm),
        _ => vm.new_value_error(format!("invalid literal for int() with base 10: '{text}'")),
    })
}

fn too_many_digits(limit: usize, found: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let found = if found.is_empty() { String::new() } else { format!(": {found}") };
    let advice = "use sys.set_int_max_str_digits() to increase the limit";
    vm.new_value_error(format!("Exceeds the limit ({limit} digits) for integer string conversion{found}; {advice}"))
}

/// Returns an integer in decimal digits. Returns an error if it has more digits than Python's limit allows.
pub fn decimal_text(value: &BigInt, vm: &VirtualMachine) -> PyResult<String> {
    if value.bits() < BITS_OF_SHORT_NUMBERS {
        return Ok(i64::try_from(value).map_or_else(|_| value.to_string(), |value| value.to_string()));
    }
    let limit = vm.state.int_max_str_digits.load();
    // A decimal digit holds less than 4 bits, so an integer of more than `4 * limit` bits exceeds the limit. Counting
    // its digits exactly would take as long as converting it.
    if limit > 0 && value.bits() / 4 > limit as u64 {
        return Err(too_many_digits(limit, "", vm));
    }
    let text = value.to_string();
    match limit > 0 && text.trim_start_matches('-').len() > limit {
        true => Err(too_many_digits(limit, "", vm)),
        false => Ok(text),
    }
}

/// Implements `repr` of an integer.
fn repr(value: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(value) = value.downcast_ref::<PyInt>() else { return Err(vm.new_type_error("an integer is required")) };
    Ok(vm.ctx.new_str(decimal_text(value.as_bigint(), vm)?))
}

/// Implements `int.__format__`.
fn format(value: PyRef<PyInt>, spec: PyRef<PyStr>, vm: &VirtualMachine) -> PyResult {
    if spec.is_empty() {
        return Ok(value.as_object().str(vm)?.into());
    }
    let type_name = value.class().name().to_string();
    let spec = Spec::parse(spec.as_wtf8(), Some('d'), Align::Right, &type_name, vm)?;
    let text = match spec.letter() {
        'b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n' => format_integer(&value, &spec, vm)?,
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => {
            let value = rustpython_vm::builtins::try_bigint_to_f64(value.as_bigint(), vm)?;
            format_float(value, &spec, &type_name, vm)?
        }
        _ => return Err(unknown_code(&spec, &type_name, vm)),
    };
    Ok(vm.ctx.new_str(text).into())
}
