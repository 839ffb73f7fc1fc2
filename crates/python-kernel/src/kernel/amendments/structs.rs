//! Corrections to the interpreter's module `struct`: the error messages for values that do not fit their format.

use super::replace::{Original, native_class, replace_method};
use malachite_bigint::BigInt;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyByteArray, PyBytes},
    function::FuncArgs,
};

/// Replaces the functions and methods that pack values.
pub fn amend(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let class = module.get_attr("error", vm)?;
    for (name, values_from) in [("pack", 1), ("pack_into", 3)] {
        let (original, class) = (module.get_attr(name, vm)?, class.clone());
        let pack = move |args: FuncArgs, vm: &VirtualMachine| {
            original.call(args.clone(), vm).map_err(|error| match args.args.first() {
                Some(format) => explained(error, format, args.args.get(values_from..).unwrap_or(&[]), &class, vm),
                None => error,
            })
        };
        module.set_attr(name, vm.new_function(name, pack), vm)?;
    }
    let structs = native_class(&*module.get_attr("Struct", vm)?, vm)?;
    for (name, values_from) in [("pack", 1), ("pack_into", 3)] {
        let (original, class) = (Original::find(structs, name, vm)?, class.clone());
        let pack = move |args: FuncArgs, vm: &VirtualMachine| {
            original.call(args.clone(), vm).map_err(|error| {
                match args.args.first().map(|packed| packed.get_attr("format", vm)) {
                    Some(Ok(format)) => {
                        explained(error, &format, args.args.get(values_from..).unwrap_or(&[]), &class, vm)
                    }
                    _ => error,
                }
            })
        };
        replace_method(structs, name, pack, vm);
    }
    Ok(())
}

/// Returns an exception that describes the first value that does not fit the format, or `error` itself if all values
/// fit.
fn explained(
    error: PyBaseExceptionRef,
    format: &PyObject,
    values: &[PyObjectRef],
    class: &PyObject,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    let is_about_value = error.class().is(vm.ctx.exceptions.type_error) || error.class().as_object().is(class);
    let format = match format.downcast_ref::<PyBytes>() {
        Some(bytes) => String::from_utf8_lossy(bytes.as_bytes()).into_owned(),
        None => format.str(vm).map_or_else(|_| String::new(), |text| text.to_string_lossy().into_owned()),
    };
    let Some(mistake) = is_about_value.then(|| mistake(&format, values, vm)).flatten() else { return error };
    let explained = class.call((mistake,), vm).and_then(|explained| explained.try_into_value(vm));
    explained.unwrap_or(error)
}

/// Returns the error message for the first value that does not fit the format, or `None` if all values fit.
fn mistake(format: &str, values: &[PyObjectRef], vm: &VirtualMachine) -> Option<String> {
    let is_native = !format.starts_with(['=', '<', '>', '!']);
    let mut values = values.iter();
    let mut count = String::new();
    for code in format.trim_start_matches(['@', '=', '<', '>', '!']).chars() {
        if code.is_ascii_digit() {
            count.push(code);
            continue;
        }
        let is_text = matches!(code, 's' | 'p');
        let repeats = if is_text || count.is_empty() { 1 } else { count.parse().unwrap_or(usize::MAX) };
        count.clear();
        if code == 'x' || code.is_ascii_whitespace() {
            continue;
        }
        for _ in 0..repeats {
            let value = values.next()?;
            let length = match (value.downcast_ref::<PyBytes>(), value.downcast_ref::<PyByteArray>()) {
                (Some(bytes), _) => Some(bytes.as_bytes().len()),
                (_, Some(array)) => Some(array.borrow_buf().len()),
                _ => None,
            };
            match code {
                _ if is_text && length.is_none() => {
                    return Some(format!("argument for '{code}' must be a bytes object"));
                }
                'c' if length != Some(1) => return Some("char format requires a bytes object of length 1".to_owned()),
                'e' | 'f' | 'd' if value.try_float_opt(vm).is_none() => {
                    return Some("required argument is not a float".to_owned());
                }
                _ => {}
            }
            if let Some((least, most)) = limits(code, is_native) {
                let Some(Ok(number)) = value.try_index_opt(vm) else {
                    return Some("required argument is not an integer".to_owned());
                };
                if !(BigInt::from(least)..=BigInt::from(most)).contains(number.as_bigint()) {
                    return Some(format!("'{code}' format requires {least} <= number <= {most}"));
                }
            }
        }
    }
    None
}

/// Returns the smallest and largest integer that a format character can hold, or `None` if the format character is not
/// for integers.
fn limits(code: char, is_native: bool) -> Option<(i128, i128)> {
    let bits = match code {
        'b' | 'B' => 8,
        'h' | 'H' => 16,
        'i' | 'I' => 32,
        'l' | 'L' => {
            if is_native {
                64
            } else {
                32
            }
        }
        'q' | 'Q' | 'n' | 'N' => 64,
        _ => return None,
    };
    Some(match code.is_ascii_lowercase() {
        true => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        false => (0, (1 << bits) - 1),
    })
}
