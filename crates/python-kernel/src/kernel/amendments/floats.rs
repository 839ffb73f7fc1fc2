//! Corrections to the interpreter's floats: conversion from strings, arithmetic and rounding.

use super::complexes::complex_power;
use super::format::float_text::float_repr;
use super::format::render::format_float;
use super::format::spec::{Align, Spec};
use super::integers::ascii_number;
use super::replace::{replace_method, replace_operator, replace_repr};
use malachite_bigint::BigInt;
use num_complex::Complex64;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyByteArray, PyBytes, PyFloat, PyInt, PyStr, PyTypeRef, try_bigint_to_f64, try_f64_to_bigint},
    common::hash::{PyHash, hash_object_id},
    function::{FuncArgs, OptionalOption},
};
use std::sync::OnceLock;

type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

static ORIGINAL_NEW: OnceLock<New> = OnceLock::new();

/// Replaces the methods and slots of `float` that differ from CPython's.
pub fn install(vm: &VirtualMachine) {
    let class = vm.ctx.types.float_type;
    if let Some(original) = class.slots.new.load()
        && ORIGINAL_NEW.set(original).is_ok()
    {
        class.slots.new.store(Some(new));
    }
    replace_repr(class, repr, vm);
    class.slots.hash.store(Some(hash));
    replace_method(class, "__hash__", |value: PyObjectRef, vm: &VirtualMachine| hash(&value, vm), vm);
    replace_method(class, "__format__", format, vm);
    replace_method(class, "__round__", round, vm);
    replace_method(class, "hex", |number: PyRef<PyFloat>| hex(number.to_f64()), vm);
    replace_operator!(class, [remainder, right_remainder], ["__mod__", "__rmod__"], modulo, vm);
    replace_operator!(class, [floor_divide, right_floor_divide], ["__floordiv__", "__rfloordiv__"], floor_divide, vm);
    replace_operator!(class, [true_divide, right_true_divide], ["__truediv__", "__rtruediv__"], divide, vm);
    replace_operator!(class, [divmod, right_divmod], ["__divmod__", "__rdivmod__"], div_mod, vm);
    let number = &class.slots.as_number;
    number.power.store(Some(power));
    number.right_power.store(Some(power));
    let method =
        |base: PyObjectRef, exponent: PyObjectRef, modulus: OptionalOption<PyObjectRef>, vm: &VirtualMachine| {
            power(&base, &exponent, &vm.unwrap_or_none(modulus.flatten()), vm)
        };
    replace_method(class, "__pow__", method, vm);
    let method =
        |exponent: PyObjectRef, base: PyObjectRef, modulus: OptionalOption<PyObjectRef>, vm: &VirtualMachine| {
            power(&base, &exponent, &vm.unwrap_or_none(modulus.flatten()), vm)
        };
    replace_method(class, "__rpow__", method, vm);
}

/// Implements `float.hex`.
fn hex(number: f64) -> String {
    if !number.is_finite() {
        return if number.is_nan() { "nan".to_owned() } else { number.to_string() };
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    if number == 0.0 {
        return format!("{sign}0x0.0p+0");
    }
    let bits = number.to_bits();
    let (exponent, fraction) = ((bits >> 52) & 0x7ff, bits & ((1 << 52) - 1));
    match i32::try_from(exponent).unwrap_or(0) {
        0 => format!("{sign}0x0.{fraction:013x}p-1022"),
        exponent => format!("{sign}0x1.{fraction:013x}p{:+}", exponent - 1023),
    }
}

/// Implements `float(...)`.
fn new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = ORIGINAL_NEW.get() else { return Err(vm.new_type_error("floats cannot be created")) };
    let [argument] = args.args.as_slice() else { return original(class, args, vm) };
    let Some(text) = number_text_of(argument) else { return original(class, args, vm) };
    let Some(value) = parse(&text) else {
        let shown = argument.repr(vm)?;
        return Err(vm.new_value_error(format!("could not convert string to float: {shown}")));
    };
    let value: PyObjectRef = vm.ctx.new_float(value).into();
    if class.is(vm.ctx.types.float_type) { Ok(value) } else { original(class, vec![value].into(), vm) }
}

/// Returns the content of a string or of bytes, with non-ASCII digits and whitespace converted to ASCII. Returns `None`
/// for other objects.
fn number_text_of(object: &PyObject) -> Option<Vec<u8>> {
    if let Some(text) = object.downcast_ref::<PyStr>() {
        Some(ascii_number(text.as_wtf8()))
    } else if let Some(bytes) = object.downcast_ref::<PyBytes>() {
        Some(bytes.as_bytes().to_vec())
    } else {
        object.downcast_ref::<PyByteArray>().map(|bytes| bytes.borrow_buf().to_vec())
    }
}

/// Parses a float in Python's syntax. Returns `None` if the text is malformed.
pub fn parse(text: &[u8]) -> Option<f64> {
    let text = str::from_utf8(super::integers::trim_c_blanks(text)).ok()?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_negative = text.starts_with('-');
    let word = unsigned.to_ascii_lowercase();
    let magnitude = match &*word {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => f64::NAN,
        _ => decimal(&word)?.parse().ok()?,
    };
    Some(if is_negative { -magnitude } else { magnitude })
}

/// Returns a decimal number in lowercase and without underscores, or `None` if it is malformed.
fn decimal(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    for (at, _) in text.match_indices('_') {
        if at == 0 || !is_digit(at - 1) || !is_digit(at + 1) {
            return None;
        }
    }
    let text = text.replace('_', "");
    let (mantissa, exponent) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (&*text, None),
    };
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_mantissa = are_digits(whole) && are_digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let has_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && are_digits(digits)
    });
    (has_mantissa && has_exponent).then_some(text)
}

/// Implements `repr` of a float.
fn repr(value: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(value) = value.downcast_ref::<PyFloat>() else { return Err(vm.new_type_error("a float is required")) };
    Ok(vm.ctx.new_str(float_repr(value.to_f64())))
}

/// Implements `hash` of a float. A float has the same hash as an integer with the same value.
fn hash(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    let Some(float) = object.downcast_ref::<PyFloat>() else { return Err(vm.new_type_error("a float is required")) };
    let value = float.to_f64();
    if value.is_nan() {
        return Ok(hash_object_id(object.get_id()));
    }
    Ok(hash_of(value))
}

/// Returns the value modulo the prime 2 ** 61 - 1. Instead of dividing by 2, multiplies by the modular inverse of 2.
fn hash_of(value: f64) -> PyHash {
    const BITS: u32 = 61;
    const MODULUS: u64 = (1 << BITS) - 1;
    const INFINITY: i64 = 314_159;
    // Number of bits of the mantissa that are processed in each step.
    const CHUNK: u32 = 28;
    if value.is_infinite() {
        return if value > 0.0 { INFINITY } else { -INFINITY };
    }
    let (mut mantissa, mut exponent) = mantissa_and_exponent(value.abs());
    let mut hash = 0u64;
    while mantissa != 0.0 {
        hash = hash << CHUNK & MODULUS | hash >> (BITS - CHUNK);
        mantissa *= f64::from(1u32 << CHUNK);
        exponent -= CHUNK.cast_signed();
        let whole = mantissa.trunc();
        mantissa -= whole;
        hash += whole as u64;
        if hash >= MODULUS {
            hash -= MODULUS;
        }
    }
    // Modulo 2 ** 61 - 1, multiplying by a power of 2 is the same as rotating the bits.
    let rotation = exponent.rem_euclid(BITS.cast_signed()).unsigned_abs();
    let hash = (hash << rotation & MODULUS | hash >> (BITS - rotation)).cast_signed();
    let hash = if value < 0.0 { -hash } else { hash };
    // CPython replaces the hash -1 with -2, because -1 signals an error.
    if hash == -1 { -2 } else { hash }
}

/// Splits a value into a mantissa of at least 0.5 and less than 1, and an exponent to the base 2.
pub fn mantissa_and_exponent(value: f64) -> (f64, i32) {
    const SCALE: i32 = 64;
    if value == 0.0 {
        return (0.0, 0);
    }
    // A subnormal number is first scaled to a normal one.
    let (value, scale) = if value < f64::MIN_POSITIVE { (value * 2f64.powi(SCALE), SCALE) } else { (value, 0) };
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent - scale)
}

/// Implements `float.__format__`.
fn format(value: PyRef<PyFloat>, spec: PyRef<PyStr>, vm: &VirtualMachine) -> PyResult {
    if spec.is_empty() {
        return Ok(value.as_object().str(vm)?.into());
    }
    let type_name = value.class().name().to_string();
    let parsed = Spec::parse(spec.as_wtf8(), None, Align::Right, &type_name, vm)?;
    Ok(vm.ctx.new_str(format_float(value.to_f64(), &parsed, &type_name, vm)?).into())
}

/// Implements `float.__round__`.
fn round(value: PyRef<PyFloat>, places: OptionalOption<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let value = value.to_f64();
    let Some(places) = places.flatten() else {
        return Ok(vm.ctx.new_bigint(&to_integer(value.round_ties_even(), vm)?).into());
    };
    let places = places.try_index(vm)?;
    let limit = if places.as_bigint() < &0.into() { i32::MIN } else { i32::MAX };
    let places = i32::try_from(places.as_bigint()).unwrap_or(limit);
    let rounded = round_to_places(value, places);
    if rounded.is_infinite() && value.is_finite() {
        return Err(vm.new_overflow_error("rounded value too large to represent"));
    }
    Ok(vm.ctx.new_float(rounded).into())
}

/// Converts a float without a fractional part to an integer. Returns an error for NaN and infinity.
fn to_integer(value: f64, vm: &VirtualMachine) -> PyResult<BigInt> {
    if value.is_nan() {
        Err(vm.new_value_error("cannot convert float NaN to integer"))
    } else if value.is_infinite() {
        Err(vm.new_overflow_error("cannot convert float infinity to integer"))
    } else {
        try_f64_to_bigint(value, vm)
    }
}

/// Rounds the exact value of a float to a number of decimal places. Ties are rounded to even.
fn round_to_places(value: f64, places: i32) -> f64 {
    // Rounding to more than `MAX_PLACES` leaves every float unchanged. Rounding to fewer than `MIN_PLACES` gives 0. The
    // limits are CPython's.
    const MAX_PLACES: i32 = 323;
    const MIN_PLACES: i32 = -308;
    if !value.is_finite() || places > MAX_PLACES {
        return value;
    }
    if places < MIN_PLACES {
        return 0.0_f64.copysign(value);
    }
    let rounded = if places >= 0 {
        format!("{:.*}", places.unsigned_abs() as usize, value.abs())
    } else {
        // With 26 significant digits, a float below a power of ten is never rounded up to it, so the exponent is right.
        let scientific = format!("{:.25e}", value.abs());
        let exponent: i32 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
        let digits = exponent + 1 + places;
        match usize::try_from(digits) {
            Ok(0) if value.abs() > half_of_power(-places) => format!("1e{}", -places),
            Ok(0) | Err(_) => "0".to_owned(),
            Ok(digits) => format!("{:.*e}", digits - 1, value.abs()),
        }
    };
    rounded.parse::<f64>().unwrap_or(value).copysign(value)
}

/// Returns half of 10 to the power `exponent`.
fn half_of_power(exponent: i32) -> f64 {
    format!("5e{}", exponent - 1).parse().unwrap_or(f64::INFINITY)
}

/// Returns the value of a float or an integer, or `None` for any other object.
pub fn value(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<f64>> {
    if let Some(float) = object.downcast_ref::<PyFloat>() {
        Ok(Some(float.to_f64()))
    } else if let Some(integer) = object.downcast_ref::<PyInt>() {
        Ok(Some(try_bigint_to_f64(integer.as_bigint(), vm)?))
    } else {
        Ok(None)
    }
}

/// Returns the values of two floats or integers, or `None` if either object is of another type.
fn operands(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<Option<(f64, f64)>> {
    Ok(value(a, vm)?.zip(value(b, vm)?))
}

fn divide(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    match operands(a, b, vm)? {
        Some((_, 0.0)) => Err(vm.new_zero_division_error("float division by zero")),
        Some((a, b)) => Ok(vm.ctx.new_float(a / b).into()),
        None => Ok(vm.ctx.not_implemented()),
    }
}

fn modulo(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    match operands(a, b, vm)? {
        Some((_, 0.0)) => Err(vm.new_zero_division_error("float modulo by zero")),
        Some((a, b)) => Ok(vm.ctx.new_float(quotient_and_remainder(a, b).1).into()),
        None => Ok(vm.ctx.not_implemented()),
    }
}

fn floor_divide(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    match operands(a, b, vm)? {
        Some((_, 0.0)) => Err(vm.new_zero_division_error("float floor division by zero")),
        Some((a, b)) => Ok(vm.ctx.new_float(quotient_and_remainder(a, b).0).into()),
        None => Ok(vm.ctx.not_implemented()),
    }
}

fn div_mod(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    match operands(a, b, vm)? {
        Some((_, 0.0)) => Err(vm.new_zero_division_error("float divmod()")),
        Some((a, b)) => {
            let (quotient, remainder) = quotient_and_remainder(a, b);
            Ok(vm.new_tuple((quotient, remainder)).into())
        }
        None => Ok(vm.ctx.not_implemented()),
    }
}

/// Returns the floored quotient and the remainder of a division, as `divmod` does. The remainder has the sign of the
/// divisor.
fn quotient_and_remainder(a: f64, b: f64) -> (f64, f64) {
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder == 0.0 {
        remainder = 0.0_f64.copysign(b);
    } else if (b < 0.0) != (remainder < 0.0) {
        remainder += b;
        quotient -= 1.0;
    }
    let quotient = if quotient == 0.0 {
        0.0_f64.copysign(a / b)
    } else {
        // The division may be inexact, so the quotient is rounded to the nearest integer.
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    };
    (quotient, remainder)
}

fn power(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    if !vm.is_none(modulus) {
        let message = "pow() 3rd argument not allowed unless all arguments are integers";
        return Err(vm.new_type_error(message));
    }
    match operands(a, b, vm)? {
        Some((base, exponent)) => float_power(base, exponent, vm),
        None => Ok(vm.ctx.not_implemented()),
    }
}

/// Returns `base` raised to the power `exponent`. The result is complex if the base is negative and the exponent is not
/// an integer.
pub fn float_power(base: f64, exponent: f64, vm: &VirtualMachine) -> PyResult {
    if base == 0.0 && exponent < 0.0 && exponent.is_finite() {
        return Err(vm.new_zero_division_error("zero to a negative power"));
    }
    if base.is_finite() && base < 0.0 && exponent.is_finite() && exponent.fract() != 0.0 {
        let power = complex_power(Complex64::new(base, 0.0), Complex64::new(exponent, 0.0), vm)?;
        return Ok(vm.ctx.new_complex(power).into());
    }
    let power = base.powf(exponent);
    if power.is_infinite() && base.is_finite() && exponent.is_finite() {
        let args = vec![vm.ctx.new_int(34).into(), vm.ctx.new_str("Numerical result out of range").into()];
        return Err(vm.new_exception(vm.ctx.exceptions.overflow_error.to_owned(), args));
    }
    Ok(vm.ctx.new_float(power).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_exact() {
        for (value, places, expected) in [
            (2.675, 2, 2.67),
            (0.35, 1, 0.3),
            (2.5, 0, 2.0),
            (1e300, 2, 1e300),
            (25.0, -1, 20.0),
            (35.0, -1, 40.0),
            (5.0, -1, 0.0),
            (5.1, -1, 10.0),
            (9.9e22, -23, 1e23),
            (1234.5678, -2, 1200.0),
            (4.0, -1, 0.0),
            (1.7e308, 400, 1.7e308),
        ] {
            assert_eq!(round_to_places(value, places), expected, "{value} {places}");
        }
        assert!(round_to_places(-0.4, 0).is_sign_negative());
    }

    #[test]
    fn hashes_are_those_of_cpython() {
        for (value, expected) in [
            (0.0, 0),
            (1.0, 1),
            (-1.0, -2),
            (0.5, 1 << 60),
            (1e100, 1_822_893_315_824_342_674),
            (5e-324, 16_777_216),
            (-2.5, -1_152_921_504_606_846_978),
            (f64::INFINITY, 314_159),
            (0.1, 230_584_300_921_369_408),
        ] {
            assert_eq!(hash_of(value), expected, "{value}");
        }
    }

    #[test]
    fn remainders_have_the_sign_of_the_divisor() {
        for (a, b, quotient, remainder) in [
            (-5.5, 2.0, -3.0, 0.5),
            (5.0, -0.3, -17.0, -0.1),
            (5.0, 0.3, 16.0, 0.2),
            (1e20, 3.0, 3.333_333_333_333_333e19, 1.0),
        ] {
            let (q, r) = quotient_and_remainder(a, b);
            assert_eq!(q, quotient);
            assert!((r - remainder).abs() < 1e-9, "{a} % {b} = {r}");
        }
        assert!(quotient_and_remainder(0.0, -1.0).1.is_sign_negative());
    }

    #[test]
    fn floats_are_parsed_as_python_writes_them() {
        for (text, expected) in [
            ("1.5", Some(1.5)),
            (" 1_000.5\n", Some(1000.5)),
            ("-.5e-3", Some(-0.0005)),
            ("5.", Some(5.0)),
            ("+Infinity", Some(f64::INFINITY)),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("1e", None),
            (".", None),
            ("", None),
            ("1 2", None),
            ("0x1p3", None),
            ("infin", None),
        ] {
            assert_eq!(parse(text.as_bytes()), expected, "{text:?}");
        }
    }
}
