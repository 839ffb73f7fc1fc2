//! The `%` operator for strings and bytes, as in CPython.
//!
//! Bytes are first converted to a string with one character per byte.

use super::float_text::{FloatOptions, Notation, float_text};
use super::render::{digits_in_base, shortened};
use crate::kernel::alloc_guard;
use crate::kernel::amendments::texts::ascii_text;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyByteArray, PyBytes, PyInt, PyStr, PyTuple},
    common::wtf8::{CodePoint, Wtf8, Wtf8Buf},
    function::ArgBytesLike,
    identifier,
};

/// The type of the format string: `str`, or `bytes` and `bytearray`.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Text,
    Bytes,
}

/// A conversion specifier, such as `%-8.3f`.
#[derive(Default)]
struct Specifier {
    letter: char,
    is_left_aligned: bool,
    has_plus: bool,
    has_blank: bool,
    is_alternate: bool,
    has_zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Formats values with a format that contains conversion specifiers such as `%s`.
pub fn format(format: &Wtf8, values: &PyObject, kind: Kind, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    let characters: Vec<CodePoint> = format.code_points().collect();
    let mut formatting = Formatting::new(&characters, values, kind, vm);
    let mut text = Wtf8Buf::new();
    while let Some(character) = formatting.next_character() {
        if character == '%' {
            let specifier = formatting.specifier(vm)?;
            let formatted = formatting.format(specifier, vm)?;
            text.push_wtf8(&formatted);
        } else {
            text.push(character);
        }
    }
    if formatting.has_unused_values() {
        let kind = if kind == Kind::Text { "string" } else { "bytes" };
        return Err(vm.new_type_error(format!("not all arguments converted during {kind} formatting")));
    }
    Ok(text)
}

/// The values that have not been formatted yet.
enum Values {
    Tuple {
        values: PyRef<PyTuple>,
        next: usize,
    },
    /// A single value that is not a tuple, or `None` once a specifier has used it.
    Single(Option<PyObjectRef>),
}

struct Formatting<'a> {
    format: &'a [CodePoint],
    at: usize,
    kind: Kind,
    values: Values,
    /// The operand on the right of `%`, if it is a mapping.
    mapping: Option<PyObjectRef>,
}

impl<'a> Formatting<'a> {
    fn new(format: &'a [CodePoint], values: &PyObject, kind: Kind, vm: &VirtualMachine) -> Self {
        let types = &vm.ctx.types;
        let is_tuple = values.fast_isinstance(types.tuple_type);
        let is_mapping = match kind {
            Kind::Text => !values.fast_isinstance(types.str_type),
            Kind::Bytes => ![types.str_type, types.bytes_type, types.bytearray_type]
                .iter()
                .any(|class| values.fast_isinstance(class)),
        };
        let is_mapping = is_mapping && !is_tuple && values.class().has_attr(identifier!(vm, __getitem__));
        Self {
            format,
            at: 0,
            kind,
            values: match values.to_owned().downcast::<PyTuple>() {
                Ok(values) => Values::Tuple { values, next: 0 },
                Err(single) => Values::Single(Some(single)),
            },
            mapping: is_mapping.then(|| values.to_owned()),
        }
    }

    fn next_character(&mut self) -> Option<CodePoint> {
        let character = self.format.get(self.at).copied();
        self.at += usize::from(character.is_some());
        character
    }

    /// Consumes the next character of a specifier. Returns an error at the end of the format.
    fn expect_character(&mut self, vm: &VirtualMachine) -> PyResult<CodePoint> {
        self.next_character().ok_or_else(|| vm.new_value_error("incomplete format"))
    }

    fn next_value(&mut self, vm: &VirtualMachine) -> PyResult {
        let value = match &mut self.values {
            Values::Tuple { values, next } => {
                *next += 1;
                values.as_slice().get(*next - 1).cloned()
            }
            Values::Single(value) => value.take(),
        };
        value.ok_or_else(|| vm.new_type_error("not enough arguments for format string"))
    }

    fn has_unused_values(&self) -> bool {
        self.mapping.is_none()
            && match &self.values {
                Values::Tuple { values, next } => *next < values.len(),
                Values::Single(value) => value.is_some(),
            }
    }

    /// Parses a specifier whose percent sign has already been read.
    fn specifier(&mut self, vm: &VirtualMachine) -> PyResult<Specifier> {
        let mut specifier = Specifier::default();
        if self.format.get(self.at).is_some_and(|character| *character == '(') {
            self.at += 1;
            self.select_value(vm)?;
        }
        let mut character = self.expect_character(vm)?;
        loop {
            match character.to_char() {
                Some('-') => specifier.is_left_aligned = true,
                Some('+') => specifier.has_plus = true,
                Some(' ') => specifier.has_blank = true,
                Some('#') => specifier.is_alternate = true,
                Some('0') => specifier.has_zero = true,
                _ => break,
            }
            character = self.expect_character(vm)?;
        }
        if character == '*' {
            let width = self.star(vm)?;
            let too_big = || vm.new_overflow_error("Python int too large to convert to C ssize_t");
            let width = isize::try_from(width.as_bigint()).map_err(|_| too_big())?;
            specifier.is_left_aligned |= width < 0;
            specifier.width = Some(width.unsigned_abs());
            character = self.expect_character(vm)?;
        } else if let Some(digit) = ascii_digit(character) {
            (specifier.width, character) = self.number(digit, isize::MAX as usize, "width too big", vm)?;
        }
        if character == '.' {
            specifier.precision = Some(0);
            character = self.expect_character(vm)?;
            if character == '*' {
                let precision = self.star(vm)?;
                let too_big = || vm.new_overflow_error("Python int too large to convert to C int");
                let precision = i32::try_from(precision.as_bigint()).map_err(|_| too_big())?;
                specifier.precision = Some(usize::try_from(precision).unwrap_or(0));
                character = self.expect_character(vm)?;
            } else if let Some(digit) = ascii_digit(character) {
                let (precision, next) = self.number(digit, i32::MAX as usize, "precision too big", vm)?;
                (specifier.precision, character) = (precision, next);
            }
        }
        if matches!(character.to_char(), Some('h' | 'l' | 'L')) {
            // Length modifiers come from C, and have no meaning in Python, so they are skipped.
            character = self.expect_character(vm)?;
        }
        specifier.letter = character.to_char_lossy();
        Ok(specifier)
    }

    /// Parses a key in parentheses, and makes the mapping's value for this key the next value.
    fn select_value(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let Some(mapping) = &self.mapping else { return Err(vm.new_type_error("format requires a mapping")) };
        let start = self.at;
        let mut depth = 1;
        let end = loop {
            match self.format.get(self.at).map(|character| character.to_char_lossy()) {
                None => return Err(vm.new_value_error("incomplete format key")),
                Some('(') => depth += 1,
                Some(')') => depth -= 1,
                Some(_) => {}
            }
            self.at += 1;
            if depth == 0 {
                break self.at - 1;
            }
        };
        let key: Wtf8Buf = self.format[start..end].iter().copied().collect();
        let key: PyObjectRef = match self.kind {
            Kind::Text => vm.ctx.new_str(key).into(),
            Kind::Bytes => vm.ctx.new_bytes(bytes_of(&key)).into(),
        };
        self.values = Values::Single(Some(mapping.get_item(&*key, vm)?));
        Ok(())
    }

    /// Consumes the next value, which must be an integer: the width or precision that a `*` stands for.
    fn star(&mut self, vm: &VirtualMachine) -> PyResult<PyRef<PyInt>> {
        self.next_value(vm)?.downcast::<PyInt>().map_err(|_| vm.new_type_error("* wants int"))
    }

    /// Parses an integer whose first digit is `first`, which has already been read. Returns the integer, and the
    /// character after it.
    fn number(
        &mut self,
        first: usize,
        limit: usize,
        refused: &'static str,
        vm: &VirtualMachine,
    ) -> PyResult<(Option<usize>, CodePoint)> {
        let mut number = first;
        loop {
            let character = self.expect_character(vm)?;
            let Some(digit) = ascii_digit(character) else { return Ok((Some(number), character)) };
            if number > (limit - digit) / 10 {
                return Err(vm.new_value_error(refused));
            }
            number = number * 10 + digit;
        }
    }

    /// Formats the next value according to a specifier.
    fn format(&mut self, specifier: Specifier, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
        alloc_guard::check_size(specifier.width.unwrap_or(0) as u128, vm)?;
        alloc_guard::check_size(specifier.precision.unwrap_or(0) as u128, vm)?;
        if specifier.letter == '%' {
            return Ok("%".into());
        }
        let value = self.next_value(vm)?;
        let text = match specifier.letter {
            's' | 'r' | 'a' | 'b' => self.text(&value, specifier.letter, vm)?,
            'd' | 'i' | 'u' | 'o' | 'x' | 'X' => integer_text(&value, &specifier, vm)?,
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => self.float_text(&value, &specifier, vm)?,
            'c' => self.character(&value, vm)?.into(),
            letter => return Err(self.unsupported(letter, vm)),
        };
        Ok(lay_out(&text, &specifier, self.kind))
    }

    fn text(&self, value: &PyObjectRef, letter: char, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
        match (self.kind, letter) {
            (Kind::Text, 's') => Ok(value.str(vm)?.as_wtf8().to_owned()),
            (Kind::Text, 'r') => Ok(value.repr(vm)?.as_wtf8().to_owned()),
            (_, 'a') | (Kind::Bytes, 'r') => Ok(ascii_text(value.repr(vm)?.as_wtf8())),
            (Kind::Bytes, _) => {
                if let Ok(bytes) = value.try_to_value::<ArgBytesLike>(vm) {
                    return Ok(text_of(&bytes.borrow_buf()));
                }
                let Some(method) = value.class().get_attr(identifier!(vm, __bytes__)) else {
                    let type_ = value.class().name().to_string();
                    let required = "%b requires a bytes-like object, or an object that implements __bytes__";
                    return Err(vm.new_type_error(format!("{required}, not '{type_}'")));
                };
                let bytes = vm.call_if_get_descriptor(&method, value.clone())?.call((), vm)?;
                let Some(bytes) = bytes.downcast_ref::<PyBytes>() else {
                    let type_ = bytes.class().name().to_string();
                    return Err(vm.new_type_error(format!("__bytes__ returned non-bytes (type {type_})")));
                };
                Ok(text_of(bytes.as_bytes()))
            }
            (Kind::Text, _) => Err(self.unsupported(letter, vm)),
        }
    }

    fn float_text(&self, value: &PyObjectRef, specifier: &Specifier, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
        let number = match value.try_float_opt(vm) {
            Some(number) => number?.to_f64(),
            None => {
                let type_ = value.class().name().to_string();
                return Err(vm.new_type_error(match self.kind {
                    Kind::Text => format!("must be real number, not {type_}"),
                    Kind::Bytes => format!("float argument required, not {type_}"),
                }));
            }
        };
        let notation = match specifier.letter {
            'e' | 'E' => Notation::Exponent,
            'f' | 'F' => Notation::Fixed,
            _ => Notation::General,
        };
        let options = FloatOptions {
            precision: specifier.precision.unwrap_or(6),
            keeps_zeros: specifier.is_alternate,
            is_uppercase: specifier.letter.is_ascii_uppercase(),
            ..FloatOptions::default()
        };
        Ok(float_text(number, notation, options).into())
    }

    fn character(&self, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<CodePoint> {
        match self.kind {
            Kind::Text => {
                if let Some(text) = value.downcast_ref::<PyStr>() {
                    let mut characters = text.as_wtf8().code_points();
                    return match (characters.next(), characters.next()) {
                        (Some(only), None) => Ok(only),
                        _ => Err(vm.new_type_error("%c requires int or char")),
                    };
                }
                let Some(number) = value.try_index_opt(vm) else {
                    return Err(vm.new_type_error("%c requires int or char"));
                };
                {
                    let number = number?;
                    super::render::character(&number, vm)
                }
            }
            Kind::Bytes => {
                let required = "%c requires an integer in range(256) or a single byte";
                let single = match (value.downcast_ref::<PyBytes>(), value.downcast_ref::<PyByteArray>()) {
                    (Some(bytes), _) => Some(bytes.as_bytes().to_vec()),
                    (_, Some(bytes)) => Some(bytes.borrow_buf().to_vec()),
                    _ => None,
                };
                match single.as_deref() {
                    Some(&[byte]) => return Ok(byte.into()),
                    Some(_) => return Err(vm.new_type_error(required)),
                    None => {}
                }
                let number = value.try_index_opt(vm).ok_or_else(|| vm.new_type_error(required))??;
                let byte = u8::try_from(number.as_bigint());
                byte.map(CodePoint::from).map_err(|_| vm.new_overflow_error("%c arg not in range(256)"))
            }
        }
    }

    /// Returns the ValueError for a specifier whose conversion type is unknown.
    fn unsupported(&self, character: char, vm: &VirtualMachine) -> PyBaseExceptionRef {
        let shown = if matches!(character, '\u{1f}'..='~') { character } else { '?' };
        let (code, index) = (u32::from(character), self.at - 1);
        vm.new_value_error(format!("unsupported format character '{shown}' (0x{code:x}) at index {index}"))
    }
}

fn ascii_digit(character: CodePoint) -> Option<usize> {
    Some(character.to_char()?.to_digit(10)? as usize)
}

/// Converts each byte to the character with that code point.
pub fn text_of(bytes: &[u8]) -> Wtf8Buf {
    bytes.iter().map(|byte| CodePoint::from(*byte)).collect()
}

/// Converts each character to the byte with the value of its code point. Reverses [`text_of`].
pub fn bytes_of(text: &Wtf8) -> Vec<u8> {
    // Characters above U+00FF do not occur, because the text was made from bytes and ASCII characters.
    text.code_points().map(|character| u8::try_from(character.to_u32()).unwrap_or(b'?')).collect()
}

/// Returns an integer in the specifier's base, with at least as many digits as the specifier's precision.
fn integer_text(value: &PyObjectRef, specifier: &Specifier, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    let letter = specifier.letter;
    let is_decimal = matches!(letter, 'd' | 'i' | 'u');
    let converted = match value.downcast_ref::<PyInt>() {
        Some(number) => Some(Ok(number.to_owned())),
        None if is_decimal => match value.try_int(vm) {
            Err(error) if error.fast_isinstance(vm.ctx.exceptions.type_error) => None,
            converted => Some(converted),
        },
        None => value.try_index_opt(vm),
    };
    // `int()` accepts a string, but `%d` does not, so strings are refused here.
    let is_text = [vm.ctx.types.str_type, vm.ctx.types.bytes_type, vm.ctx.types.bytearray_type];
    let is_text = is_text.iter().any(|class| value.fast_isinstance(class));
    let Some(number) = converted.filter(|_| !is_text) else {
        let type_ = value.class().name().to_string();
        let required = if is_decimal { "a real number" } else { "an integer" };
        return Err(vm.new_type_error(format!("%{letter} format: {required} is required, not {type_}")));
    };
    let (base, prefix) = match letter {
        'o' => (8, "0o"),
        'x' | 'X' => (16, "0x"),
        _ => (10, ""),
    };
    let number = number?;
    let digits = digits_in_base(&number, base, vm)?;
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", &*digits),
    };
    let zeros = "0".repeat(specifier.precision.unwrap_or(0).saturating_sub(digits.len()));
    let prefix = if specifier.is_alternate { prefix } else { "" };
    let text = format!("{sign}{prefix}{zeros}{digits}");
    Ok(if letter == 'X' { text.to_ascii_uppercase() } else { text }.into())
}

/// Adds the sign and pads a formatted value to the specifier's width.
fn lay_out(text: &Wtf8, specifier: &Specifier, kind: Kind) -> Wtf8Buf {
    let letter = specifier.letter;
    let is_number = !matches!(letter, 's' | 'r' | 'a' | 'b' | 'c');
    let text = match letter {
        's' | 'r' | 'a' | 'b' => shortened(text, specifier.precision),
        _ => text.to_owned(),
    };
    let mut body = &*text;
    let mut sign = "";
    if is_number {
        if let Some(rest) = body.strip_prefix("-") {
            (sign, body) = ("-", rest);
        } else if specifier.has_plus {
            sign = "+";
        } else if specifier.has_blank {
            sign = " ";
        }
    }
    let has_prefix = specifier.is_alternate && (matches!(letter, 'x' | 'X') || letter == 'o' && kind == Kind::Text);
    let (prefix, body) = if has_prefix { (&body[..2], &body[2..]) } else { (&body[..0], body) };
    let length = sign.len() + prefix.len() + body.code_points().count();
    let padding = specifier.width.unwrap_or(0).saturating_sub(length);
    let fill = if is_number && specifier.has_zero { '0' } else { ' ' };
    let (left, right) = if specifier.is_left_aligned { (0, padding) } else { (padding, 0) };
    let mut padded = Wtf8Buf::new();
    if fill == ' ' {
        padded.push_str(&" ".repeat(left));
    }
    padded.push_str(sign);
    padded.push_wtf8(prefix);
    if fill == '0' {
        padded.push_str(&"0".repeat(left));
    }
    padded.push_wtf8(body);
    padded.push_str(&" ".repeat(right));
    padded
}
