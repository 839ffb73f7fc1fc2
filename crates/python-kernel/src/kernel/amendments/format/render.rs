//! Formats strings and numbers according to a format specification, as CPython does.

use super::float_text::{FloatOptions, Notation, float_text};
use super::spec::{Align, Grouping, Sign, Spec, unknown_code};
use crate::kernel::alloc_guard;
use rustpython_vm::{
    PyResult, VirtualMachine,
    builtins::PyInt,
    common::wtf8::{CodePoint, Wtf8, Wtf8Buf},
};

/// The parts of a formatted number.
struct NumberText {
    is_negative: bool,
    /// The prefix that names the base, such as `0x`.
    prefix: String,
    /// The digits before the decimal point. Only these are grouped.
    digits: String,
    /// The rest of the number, from the decimal point or the exponent on.
    remainder: Wtf8Buf,
}

/// Formats a string according to a format specification.
pub fn format_text(text: &Wtf8, spec: &Spec, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    let refused = match spec {
        Spec { sign: Some(Sign::Blank), .. } => "Space not allowed in string format specifier",
        Spec { sign: Some(_), .. } => "Sign not allowed in string format specifier",
        Spec { unsigns_zero: true, .. } => "Negative zero coercion (z) not allowed in string format specifier",
        Spec { is_alternate: true, .. } => "Alternate form (#) not allowed in string format specifier",
        Spec { align: Align::AfterSign, .. } => "'=' alignment not allowed in string format specifier",
        _ => return pad(&shortened(text, spec.precision), spec, vm),
    };
    Err(vm.new_value_error(refused))
}

/// Returns the first `length` characters of a string, or the whole string if `length` is `None`.
pub fn shortened(text: &Wtf8, length: Option<usize>) -> Wtf8Buf {
    match length {
        Some(length) => text.code_points().take(length).collect(),
        None => text.to_owned(),
    }
}

/// Formats an integer according to a format specification.
pub fn format_integer(value: &PyInt, spec: &Spec, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    if spec.precision.is_some() {
        return Err(vm.new_value_error("Precision not allowed in integer format specifier"));
    }
    if spec.unsigns_zero {
        return Err(vm.new_value_error("Negative zero coercion (z) not allowed in integer format specifier"));
    }
    if spec.letter() == 'c' {
        if spec.sign.is_some() {
            return Err(vm.new_value_error("Sign not allowed with integer format specifier 'c'"));
        }
        if spec.is_alternate {
            return Err(vm.new_value_error("Alternate form (#) not allowed with integer format specifier 'c'"));
        }
        let remainder = character(value, vm)?.into();
        let number = NumberText { is_negative: false, prefix: String::new(), digits: String::new(), remainder };
        return lay_out(&number, spec, vm);
    }
    let (base, prefix) = match spec.letter() {
        'b' => (2, "0b"),
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let digits = digits_in_base(value, base, vm)?;
    let (is_negative, digits) = match digits.strip_prefix('-') {
        Some(digits) => (true, digits.to_owned()),
        None => (false, digits),
    };
    let digits = if spec.letter() == 'X' { digits.to_ascii_uppercase() } else { digits };
    let prefix = if spec.is_alternate { prefix } else { "" }.to_owned();
    lay_out(&NumberText { is_negative, prefix, digits, remainder: Wtf8Buf::new() }, spec, vm)
}

/// Returns an integer's digits in the given base, with a minus sign if it is negative.
pub fn digits_in_base(value: &PyInt, base: u32, vm: &VirtualMachine) -> PyResult<String> {
    let value = value.as_bigint();
    match base {
        10 => crate::kernel::amendments::integers::decimal_text(value, vm),
        _ => Ok(value.to_str_radix(base)),
    }
}

/// Returns the character whose code point is `value`.
pub fn character(value: &PyInt, vm: &VirtualMachine) -> PyResult<CodePoint> {
    let number = i64::try_from(value.as_bigint())
        .map_err(|_| vm.new_overflow_error("Python int too large to convert to C long"))?;
    let character = u32::try_from(number).ok().and_then(CodePoint::from_u32);
    character.ok_or_else(|| vm.new_overflow_error("%c arg not in range(0x110000)"))
}

/// Formats a float according to a format specification. `type_name` is the type of the object, for error messages.
pub fn format_float(value: f64, spec: &Spec, type_name: &str, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    let is_percentage = spec.letter() == '%';
    let Some((notation, options)) = float_presentation(spec, is_percentage, vm)? else {
        return Err(unknown_code(spec, type_name, vm));
    };
    let mut text = float_text(if is_percentage { value * 100.0 } else { value }, notation, options);
    if is_percentage {
        text.push('%');
    }
    lay_out(&number_text(&text), spec, vm)
}

/// Formats a complex number according to a format specification.
pub fn format_complex(real: f64, imaginary: f64, spec: &Spec, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    if spec.fill == '0' {
        return Err(vm.new_value_error("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == Align::AfterSign {
        return Err(vm.new_value_error("'=' alignment flag is not allowed in complex format specifier"));
    }
    let Some((notation, mut options)) = float_presentation(spec, false, vm)? else {
        return Err(unknown_code(spec, "complex", vm));
    };
    options.adds_point_zero = false;
    let is_plain = spec.presentation.is_none();
    let omits_real = is_plain && real == 0.0 && real.is_sign_positive();
    let has_parentheses = is_plain && !omits_real;
    let part = |value, sign| {
        let spec = Spec { width: None, align: Align::Left, sign, ..spec.clone() };
        lay_out(&number_text(&float_text(value, notation, options)), &spec, vm)
    };
    let mut text = Wtf8Buf::new();
    if has_parentheses {
        text.push_char('(');
    }
    if !omits_real {
        text.push_wtf8(&part(real, spec.sign)?);
    }
    text.push_wtf8(&part(imaginary, if omits_real { spec.sign } else { Some(Sign::Plus) })?);
    text.push_str(if has_parentheses { "j)" } else { "j" });
    pad(&text, spec, vm)
}

/// Returns the notation and the options for a float, or `None` if floats do not support this presentation type.
fn float_presentation(
    spec: &Spec,
    is_percentage: bool,
    vm: &VirtualMachine,
) -> PyResult<Option<(Notation, FloatOptions)>> {
    if spec.precision.is_some_and(|precision| i32::try_from(precision).is_err()) {
        return Err(vm.new_value_error("precision too big"));
    }
    let mut options = FloatOptions {
        precision: spec.precision.unwrap_or(6),
        keeps_zeros: spec.is_alternate,
        unsigns_zero: spec.unsigns_zero,
        ..FloatOptions::default()
    };
    let notation = match spec.letter() {
        _ if is_percentage => Notation::Fixed,
        'e' | 'E' => Notation::Exponent,
        'f' | 'F' => Notation::Fixed,
        'g' | 'G' | 'n' => Notation::General,
        _ if spec.presentation.is_none() => {
            options.adds_point_zero = true;
            if spec.precision.is_some() { Notation::General } else { Notation::Shortest }
        }
        _ => return Ok(None),
    };
    options.is_uppercase = matches!(spec.letter(), 'E' | 'F' | 'G');
    alloc_guard::check_size(options.precision as u128, vm)?;
    Ok(Some((notation, options)))
}

/// Splits a formatted float into its parts.
fn number_text(text: &str) -> NumberText {
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, remainder) = text.split_at(end);
    NumberText { is_negative, prefix: String::new(), digits: digits.to_owned(), remainder: remainder.into() }
}

/// Joins the parts of a formatted number, and pads the result to the specification's width.
fn lay_out(number: &NumberText, spec: &Spec, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    alloc_guard::check_size(spec.width.unwrap_or(0) as u128, vm)?;
    let sign = match spec.sign {
        _ if number.is_negative => "-",
        Some(Sign::Plus) => "+",
        Some(Sign::Blank) => " ",
        _ => "",
    };
    let width = spec.width.unwrap_or(0);
    let besides_digits = sign.len() + number.prefix.len() + number.remainder.code_points().count();
    let fills_with_zeros = spec.fill == '0' && spec.align == Align::AfterSign;
    let min_digits = if fills_with_zeros { width.saturating_sub(besides_digits) } else { 0 };
    let digits =
        if number.digits.is_empty() { String::new() } else { grouped(&number.digits, min_digits, spec.grouping) };
    let padding = width.saturating_sub(besides_digits + digits.len());
    let (left, after_sign, right) = match spec.align {
        Align::Left => (0, 0, padding),
        Align::Right => (padding, 0, 0),
        Align::Center => (padding / 2, 0, padding - padding / 2),
        Align::AfterSign => (0, padding, 0),
    };
    let fill = |count| std::iter::repeat_n(spec.fill, count);
    let mut text: Wtf8Buf = fill(left).collect();
    text.push_str(sign);
    text.push_str(&number.prefix);
    text.extend(fill(after_sign));
    text.push_str(&digits);
    text.push_wtf8(&number.remainder);
    text.extend(fill(right));
    Ok(text)
}

/// Groups digits from the right, and adds zeros on the left until the result has at least `min_length` characters. The
/// result may be one character longer, because it must not begin with a separator.
fn grouped(digits: &str, min_length: usize, grouping: Option<Grouping>) -> String {
    let Some(Grouping { separator, digits: size }) = grouping else {
        return "0".repeat(min_length.saturating_sub(digits.len())) + digits;
    };
    let mut reversed = Vec::new();
    let mut rest = digits.bytes().rev().peekable();
    let mut missing = isize::try_from(min_length).unwrap_or(isize::MAX);
    loop {
        for at in 0..size {
            // At least one digit must precede each separator, so the loop ends only after a group's first digit.
            if at > 0 && rest.peek().is_none() && missing <= 0 {
                break;
            }
            reversed.push(rest.next().unwrap_or(b'0'));
            missing -= 1;
        }
        if rest.peek().is_none() && missing <= 0 {
            break;
        }
        reversed.push(separator as u8);
        missing -= 1;
    }
    reversed.into_iter().rev().map(char::from).collect()
}

/// Pads a string to the specification's width.
fn pad(text: &Wtf8, spec: &Spec, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    let width = spec.width.unwrap_or(0);
    alloc_guard::check_size(width as u128, vm)?;
    let padding = width.saturating_sub(text.code_points().count());
    let left = match spec.align {
        Align::Right => padding,
        Align::Center => padding / 2,
        Align::Left | Align::AfterSign => 0,
    };
    let fill = |count| std::iter::repeat_n(spec.fill, count);
    let mut padded: Wtf8Buf = fill(left).collect();
    padded.push_wtf8(text);
    padded.extend(fill(padding - left));
    Ok(padded)
}
