//! Corrections to the interpreter's complex numbers: arithmetic with CPython's formulas, so that even the last digits
//! are the same.

use super::format::float_text::{FloatOptions, Notation, float_text};
use super::format::render::format_complex;
use super::format::spec::{Align, Spec};
use super::integers::ascii_number;
use super::replace::{replace_method, replace_operator, replace_repr};
use num_complex::Complex64;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyComplex, PyStr, PyTypeRef},
    function::FuncArgs,
};
use std::sync::OnceLock;

type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

static ORIGINAL_NEW: OnceLock<New> = OnceLock::new();

/// Replaces the methods and slots of `complex` that differ from CPython's.
pub fn install(vm: &VirtualMachine) {
    let class = vm.ctx.types.complex_type;
    replace_operator!(class, [add, right_add], ["__add__", "__radd__"], add, vm);
    replace_operator!(class, [subtract, right_subtract], ["__sub__", "__rsub__"], subtract, vm);
    replace_operator!(class, [true_divide, right_true_divide], ["__truediv__", "__rtruediv__"], divide, vm);
    let number = &class.slots.as_number;
    number.power.store(Some(power));
    number.right_power.store(Some(power));
    let method = |a: PyObjectRef, b: PyObjectRef, vm: &VirtualMachine| power(&a, &b, &vm.ctx.none(), vm);
    replace_method(class, "__pow__", method, vm);
    let method = |b: PyObjectRef, a: PyObjectRef, vm: &VirtualMachine| power(&a, &b, &vm.ctx.none(), vm);
    replace_method(class, "__rpow__", method, vm);
    replace_method(class, "__format__", format, vm);
    replace_repr(class, repr, vm);
    if let Some(original) = class.slots.new.load()
        && ORIGINAL_NEW.set(original).is_ok()
    {
        class.slots.new.store(Some(new));
    }
}

/// Implements `complex(...)`. A string can contain digits and whitespace of any Unicode script.
fn new(class: PyTypeRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = ORIGINAL_NEW.get() else { return Err(vm.new_type_error("complex numbers cannot be created")) };
    for argument in args.args.iter_mut() {
        let text = argument.downcast_ref::<PyStr>().filter(|text| !text.isascii());
        let ascii = text.map(|text| ascii_number(text.as_wtf8()));
        if let Some(ascii) = ascii {
            *argument = vm.ctx.new_str(String::from_utf8_lossy(&ascii).into_owned()).into();
        }
    }
    original(class, args, vm)
}

/// Implements `repr` of a complex number.
fn repr(value: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(value) = value.downcast_ref::<PyComplex>() else {
        return Err(vm.new_type_error("a complex number is required"));
    };
    let Complex64 { re, im } = value.to_complex();
    let part = |value| float_text(value, Notation::Shortest, FloatOptions::default());
    let imaginary = part(im);
    if re == 0.0 && re.is_sign_positive() {
        return Ok(vm.ctx.new_str(format!("{imaginary}j")));
    }
    let sign = if imaginary.starts_with('-') { "" } else { "+" };
    Ok(vm.ctx.new_str(format!("({}{sign}{imaginary}j)", part(re))))
}

/// Implements `complex.__format__`.
fn format(value: PyRef<PyComplex>, spec: PyRef<PyStr>, vm: &VirtualMachine) -> PyResult {
    if spec.is_empty() {
        return Ok(value.as_object().str(vm)?.into());
    }
    let type_name = value.class().name().to_string();
    let spec = Spec::parse(spec.as_wtf8(), None, Align::Right, &type_name, vm)?;
    let Complex64 { re, im } = value.to_complex();
    Ok(vm.ctx.new_str(format_complex(re, im, &spec, vm)?).into())
}

/// Applies an operation to two Python numbers, or returns NotImplemented if one of the objects is not a number.
fn apply(
    a: &PyObject,
    b: &PyObject,
    vm: &VirtualMachine,
    operation: impl FnOnce(Complex64, Complex64) -> PyResult<Complex64>,
) -> PyResult {
    let value = |object: &PyObject| -> PyResult<Option<Complex64>> {
        if let Some(complex) = object.downcast_ref::<PyComplex>() {
            return Ok(Some(complex.to_complex()));
        }
        Ok(super::floats::value(object, vm)?.map(|real| Complex64::new(real, 0.0)))
    };
    match value(a)?.zip(value(b)?) {
        Some((a, b)) => Ok(vm.ctx.new_complex(operation(a, b)?).into()),
        None => Ok(vm.ctx.not_implemented()),
    }
}

fn add(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    apply(a, b, vm, |a, b| Ok(a + b))
}

fn subtract(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    apply(a, b, vm, |a, b| Ok(a - b))
}

fn divide(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    apply(a, b, vm, |a, b| match b.re == 0.0 && b.im == 0.0 {
        true => Err(vm.new_zero_division_error("complex division by zero")),
        false => Ok(quotient(a, b)),
    })
}

fn power(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    if !vm.is_none(modulus) {
        return Err(vm.new_value_error("complex modulo"));
    }
    apply(a, b, vm, |a, b| complex_power(a, b, vm))
}

/// Divides with Smith's algorithm, which avoids overflow.
fn quotient(a: Complex64, b: Complex64) -> Complex64 {
    if b.re.abs() >= b.im.abs() {
        let ratio = b.im / b.re;
        let divisor = b.re + b.im * ratio;
        Complex64::new((a.re + a.im * ratio) / divisor, (a.im - a.re * ratio) / divisor)
    } else if b.im.abs() >= b.re.abs() {
        let ratio = b.re / b.im;
        let divisor = b.re * ratio + b.im;
        Complex64::new((a.re * ratio + a.im) / divisor, (a.im * ratio - a.re) / divisor)
    } else {
        Complex64::new(f64::NAN, f64::NAN)
    }
}

/// Returns `base` raised to the power `exponent`.
pub fn complex_power(base: Complex64, exponent: Complex64, vm: &VirtualMachine) -> PyResult<Complex64> {
    let zero = Complex64::new(0.0, 0.0);
    let one = Complex64::new(1.0, 0.0);
    let is_small_integer = exponent.im == 0.0 && exponent.re.fract() == 0.0 && exponent.re.abs() <= 100.0;
    let power = if exponent == zero {
        one
    } else if base == zero && (exponent.im != 0.0 || exponent.re < 0.0) {
        return Err(vm.new_zero_division_error("0.0 to a negative or complex power"));
    } else if is_small_integer {
        let power = repeated_product(base, exponent.re.abs() as u32);
        if exponent.re < 0.0 { quotient(one, power) } else { power }
    } else if base == zero {
        zero
    } else {
        let size = base.re.hypot(base.im);
        let angle = base.im.atan2(base.re);
        let mut length = size.powf(exponent.re);
        let mut phase = angle * exponent.re;
        if exponent.im != 0.0 {
            length *= (-angle * exponent.im).exp();
            phase += exponent.im * size.ln();
        }
        Complex64::new(length * phase.cos(), length * phase.sin())
    };
    if power.re.is_infinite() || power.im.is_infinite() {
        return Err(vm.new_overflow_error("complex exponentiation"));
    }
    Ok(power)
}

fn repeated_product(base: Complex64, count: u32) -> Complex64 {
    let (mut product, mut factor) = (Complex64::new(1.0, 0.0), base);
    let mut mask = 1;
    while mask <= count {
        if count & mask != 0 {
            product *= factor;
        }
        mask <<= 1;
        factor = factor * factor;
    }
    product
}
