//! Corrections to the interpreter's bytes and byte arrays: the operators `%` and `in`, `startswith` and `endswith`,
//! stripping of whitespace, `join`, and `repr`.

use super::format::percent;
use super::module_messages::reworded;
use super::replace::{Original, replace_method, replace_operator, replace_repr};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyByteArray, PyBytes, PyInt, PyStr, PyTuple, PyType},
    function::{ArgBytesLike, ArgIterable, FuncArgs, OptionalOption},
    protocol::PySequence,
};
use std::fmt::Write;
use std::sync::OnceLock;

type Contains = fn(PySequence<'_>, &PyObject, &VirtualMachine) -> PyResult<bool>;

/// The original slots of `bytes` and `bytearray` for the operator `in`.
static ORIGINAL_CONTAINS: OnceLock<[Option<Contains>; 2]> = OnceLock::new();

/// Replaces the methods and slots of `bytes` and `bytearray` that differ from CPython's.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let classes = [vm.ctx.types.bytes_type, vm.ctx.types.bytearray_type];
    ORIGINAL_CONTAINS.get_or_init(|| classes.map(|class| class.slots.as_sequence.contains.load()));
    for class in classes {
        replace_operator!(class, [remainder, right_remainder], ["__mod__", "__rmod__"], format_by_percent, vm);
        class.slots.as_sequence.contains.store(Some(contains));
        let method =
            |bytes: PyObjectRef, item: PyObjectRef, vm: &VirtualMachine| bytes.sequence_unchecked().contains(&item, vm);
        replace_method(class, "__contains__", method, vm);
        replace_method(class, "istitle", |bytes: ArgBytesLike| is_title(&bytes.borrow_buf()), vm);
        replace_affix_test(class, "startswith", vm)?;
        replace_affix_test(class, "endswith", vm)?;
        replace_method(class, "join", join, vm);
        for (name, ends) in [("strip", Ends::Both), ("lstrip", Ends::Left), ("rstrip", Ends::Right)] {
            let strip = move |bytes: PyObjectRef, strip: OptionalOption<ArgBytesLike>, vm: &VirtualMachine| {
                let stripped = match strip.flatten() {
                    Some(strip) => stripped(&content(&bytes), &strip.borrow_buf(), ends).to_vec(),
                    None => stripped(&content(&bytes), b" \t\n\r\x0b\x0c", ends).to_vec(),
                };
                same_kind(&bytes, stripped, vm)
            };
            replace_method(class, name, strip, vm);
        }
        for name in ["index", "rindex"] {
            let original = Original::find(class, name, vm)?;
            let index = move |args: FuncArgs, vm: &VirtualMachine| {
                original.call(args, vm).map_err(|error| {
                    reworded(error, vm, |message| {
                        (message == "substring not found").then(|| "subsection not found".to_owned())
                    })
                })
            };
            replace_method(class, name, index, vm);
        }
        let original = Original::find(class, "translate", vm)?;
        let translate = move |args: FuncArgs, vm: &VirtualMachine| {
            match args.args.get(1) {
                Some(table) if !vm.is_none(table) => drop(bytes_like(table, vm)?),
                _ => {}
            }
            original.call(args, vm)
        };
        replace_method(class, "translate", translate, vm);
    }
    let array = vm.ctx.types.bytearray_type;
    replace_repr(array, repr_of_array, vm);
    array.slots.str.store(Some(repr_of_array));
    replace_method(array, "__str__", |array: PyObjectRef, vm: &VirtualMachine| repr_of_array(&array, vm), vm);
    Ok(())
}

/// Returns a copy of the content of a `bytes` or `bytearray` object.
fn content(object: &PyObject) -> Vec<u8> {
    match (object.downcast_ref::<PyBytes>(), object.downcast_ref::<PyByteArray>()) {
        (Some(bytes), _) => bytes.as_bytes().to_vec(),
        (_, Some(array)) => array.borrow_buf().to_vec(),
        _ => Vec::new(),
    }
}

/// Wraps `bytes` in a `bytearray` if `object` is one, and in a `bytes` object otherwise.
fn same_kind(object: &PyObject, bytes: Vec<u8>, vm: &VirtualMachine) -> PyObjectRef {
    match object.downcast_ref::<PyByteArray>() {
        Some(_) => vm.ctx.new_bytearray(bytes).into(),
        None => vm.ctx.new_bytes(bytes).into(),
    }
}

fn bytes_like(object: &PyObject, vm: &VirtualMachine) -> PyResult<ArgBytesLike> {
    object.try_to_value(vm).map_err(|_| bytes_required(object, vm))
}

fn bytes_required(object: &PyObject, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error(format!("a bytes-like object is required, not '{}'", object.class().name()))
}

/// Implements the `%` operator for `bytes` and `bytearray`.
fn format_by_percent(format: &PyObject, values: &PyObject, vm: &VirtualMachine) -> PyResult {
    if format.downcast_ref::<PyBytes>().is_none() && format.downcast_ref::<PyByteArray>().is_none() {
        return Ok(vm.ctx.not_implemented());
    }
    let text = percent::format(&percent::text_of(&content(format)), values, percent::Kind::Bytes, vm)?;
    Ok(same_kind(format, percent::bytes_of(&text), vm))
}

/// Implements the `in` operator for `bytes` and `bytearray`.
fn contains(bytes: PySequence<'_>, item: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let is_number = item.downcast_ref::<PyInt>().is_some() || item.try_index_opt(vm).is_some();
    if !is_number {
        bytes_like(item, vm)?;
    }
    let at = usize::from(bytes.obj.downcast_ref::<PyByteArray>().is_some());
    match ORIGINAL_CONTAINS.get().and_then(|originals| originals[at]) {
        Some(original) => original(bytes, item, vm),
        None => Ok(false),
    }
}

/// Implements `istitle`: returns whether the first letter of each word is uppercase, and all other letters are
/// lowercase.
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

/// Replaces `startswith` or `endswith`. The new method tries each item of a tuple, and requires that all items are
/// bytes.
fn replace_affix_test(class: &'static Py<PyType>, name: &'static str, vm: &VirtualMachine) -> PyResult<()> {
    let original = Original::find(class, name, vm)?;
    let test = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let affixes = args
            .args
            .get(1)
            .and_then(|affixes| affixes.downcast_ref::<PyTuple>())
            .map(|affixes| affixes.as_slice().to_vec());
        let Some(affixes) = affixes else { return original.call(args, vm) };
        for affix in affixes {
            bytes_like(&affix, vm)?;
            let mut args = args.clone();
            args.args[1] = affix;
            let found = original.call(args, vm)?;
            if found.clone().try_to_bool(vm)? {
                return Ok(found);
            }
        }
        Ok(vm.ctx.new_bool(false).into())
    };
    replace_method(class, name, test, vm);
    Ok(())
}

/// Implements `join` for `bytes` and `bytearray`.
fn join(separator: PyObjectRef, items: ArgIterable, vm: &VirtualMachine) -> PyResult {
    let between = content(&separator);
    let mut joined = Vec::new();
    for (at, item) in items.iter(vm)?.enumerate() {
        let item: PyObjectRef = item?;
        if at > 0 {
            joined.extend_from_slice(&between);
        }
        let bytes: ArgBytesLike = item.try_to_value(vm).map_err(|_| {
            let type_ = item.class().name().to_string();
            vm.new_type_error(format!("sequence item {at}: expected a bytes-like object, {type_} found"))
        })?;
        joined.extend_from_slice(&bytes.borrow_buf());
    }
    Ok(same_kind(&separator, joined, vm))
}

/// The ends at which bytes are stripped.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    Left,
    Right,
    Both,
}

fn stripped<'a>(bytes: &'a [u8], strip: &[u8], ends: Ends) -> &'a [u8] {
    let stays = |byte: &u8| !strip.contains(byte);
    let start = if ends == Ends::Right { 0 } else { bytes.iter().position(stays).unwrap_or(bytes.len()) };
    let rest = &bytes[start..];
    let end = if ends == Ends::Left { rest.len() } else { rest.iter().rposition(stays).map_or(0, |last| last + 1) };
    &rest[..end]
}

/// Implements `repr` of a byte array. It always escapes single quotes.
fn repr_of_array(array: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let bytes = content(array);
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut shown = format!("{}(b{quote}", array.class().name());
    for byte in bytes {
        match byte {
            b'\'' | b'\\' => {
                shown.push('\\');
                shown.push(char::from(byte));
            }
            b'\t' => shown.push_str("\\t"),
            b'\n' => shown.push_str("\\n"),
            b'\r' => shown.push_str("\\r"),
            b' '..=b'~' => shown.push(char::from(byte)),
            // Writing into a String cannot fail.
            _ => drop(write!(shown, "\\x{byte:02x}")),
        }
    }
    shown.push(quote);
    shown.push(')');
    Ok(vm.ctx.new_str(shown))
}
