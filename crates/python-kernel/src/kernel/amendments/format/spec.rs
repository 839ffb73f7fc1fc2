//! Format specifications such as `>10,.2f`, parsed as CPython parses them.

use crate::kernel::amendments::unicode;
use rustpython_vm::{
    VirtualMachine,
    builtins::PyBaseExceptionRef,
    common::wtf8::{CodePoint, Wtf8},
};

/// The alignment of a value within the field's width.
#[derive(Clone, Copy, PartialEq)]
pub enum Align {
    Left,
    Right,
    Center,
    /// The padding is between the sign and the digits.
    AfterSign,
}

impl Align {
    fn parse(character: CodePoint) -> Option<Self> {
        match character.to_char()? {
            '<' => Some(Self::Left),
            '>' => Some(Self::Right),
            '^' => Some(Self::Center),
            '=' => Some(Self::AfterSign),
            _ => None,
        }
    }
}

/// Determines which numbers have a sign or a space in front of them.
#[derive(Clone, Copy, PartialEq)]
pub enum Sign {
    /// All numbers have a sign.
    Plus,
    /// Only negative numbers have a sign.
    Minus,
    /// Negative numbers have a sign. Other numbers have a space instead.
    Blank,
}

/// How digits are grouped.
#[derive(Clone, Copy, PartialEq)]
pub struct Grouping {
    pub separator: char,
    /// Number of digits in a group.
    pub digits: usize,
}

/// A format specification.
#[derive(Clone)]
pub struct Spec {
    pub fill: CodePoint,
    pub align: Align,
    /// The sign option. `None` if the specification has none, which is equivalent to `-`.
    pub sign: Option<Sign>,
    /// Whether the option `z` is given, which removes the sign of a negative zero.
    pub unsigns_zero: bool,
    /// Whether the option `#` is given, which selects the alternate form.
    pub is_alternate: bool,
    pub width: Option<usize>,
    pub grouping: Option<Grouping>,
    pub precision: Option<usize>,
    /// The presentation type. `None` if the specification does not have one and the object's type has no default.
    pub presentation: Option<CodePoint>,
}

impl Spec {
    /// Parses a format specification for an object of type `type_name`.
    pub fn parse(
        text: &Wtf8,
        default_presentation: Option<char>,
        default_align: Align,
        type_name: &str,
        vm: &VirtualMachine,
    ) -> Result<Self, PyBaseExceptionRef> {
        let characters: Vec<CodePoint> = text.code_points().collect();
        let mut rest = characters.as_slice();
        let mut spec = Self {
            fill: CodePoint::from_char(' '),
            align: default_align,
            sign: None,
            unsigns_zero: false,
            is_alternate: false,
            width: None,
            grouping: None,
            precision: None,
            presentation: default_presentation.map(CodePoint::from_char),
        };
        let mut has_fill = false;
        let mut has_align = false;
        if let [fill, align, behind @ ..] = rest
            && let Some(align) = Align::parse(*align)
        {
            (spec.fill, spec.align) = (*fill, align);
            (has_fill, has_align, rest) = (true, true, behind);
        } else if let [align, behind @ ..] = rest
            && let Some(align) = Align::parse(*align)
        {
            spec.align = align;
            (has_align, rest) = (true, behind);
        }
        spec.sign = match rest.first().and_then(|sign| sign.to_char()) {
            Some('+') => Some(Sign::Plus),
            Some('-') => Some(Sign::Minus),
            Some(' ') => Some(Sign::Blank),
            _ => None,
        };
        if spec.sign.is_some() {
            rest = &rest[1..];
        }
        spec.unsigns_zero = take(&mut rest, 'z');
        spec.is_alternate = take(&mut rest, '#');
        if !has_fill && take(&mut rest, '0') {
            spec.fill = CodePoint::from_char('0');
            if !has_align && default_align == Align::Right {
                spec.align = Align::AfterSign;
            }
        }
        spec.width = take_number(&mut rest, vm)?;
        let comma = take(&mut rest, ',');
        let underscore = take(&mut rest, '_');
        if underscore && (comma || take(&mut rest, ',')) {
            return Err(vm.new_value_error("Cannot specify both ',' and '_'."));
        }
        if take(&mut rest, '.') {
            spec.precision = take_number(&mut rest, vm)?;
            if spec.precision.is_none() {
                return Err(vm.new_value_error("Format specifier missing precision"));
            }
        }
        match rest {
            [] => {}
            [presentation] => spec.presentation = Some(*presentation),
            _ => {
                let message = format!("Invalid format specifier '{text}' for object of type '{type_name}'");
                return Err(vm.new_value_error(message));
            }
        }
        let separator = if comma { Some(',') } else { underscore.then_some('_') };
        if let Some(separator) = separator {
            spec.grouping = Some(grouping(separator, spec.presentation, vm)?);
        }
        Ok(spec)
    }

    /// Returns the letter of the presentation type, or NUL if there is none.
    pub fn letter(&self) -> char {
        self.presentation.and_then(CodePoint::to_char).unwrap_or('\0')
    }
}

/// Returns the ValueError for a presentation type that the object's type does not support.
pub fn unknown_code(spec: &Spec, type_name: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let code = spec.presentation.map_or_else(String::new, shown);
    vm.new_value_error(format!("Unknown format code '{code}' for object of type '{type_name}'"))
}

/// Returns how digits are grouped, or a ValueError if the presentation type does not allow the separator.
fn grouping(
    separator: char,
    presentation: Option<CodePoint>,
    vm: &VirtualMachine,
) -> Result<Grouping, PyBaseExceptionRef> {
    let Some(presentation) = presentation else { return Ok(Grouping { separator, digits: 3 }) };
    match presentation.to_char() {
        Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F') => Ok(Grouping { separator, digits: 3 }),
        Some('b' | 'o' | 'x' | 'X') if separator == '_' => Ok(Grouping { separator, digits: 4 }),
        _ => Err(vm.new_value_error(format!("Cannot specify '{separator}' with '{}'.", shown(presentation)))),
    }
}

/// Returns how a character is written in error messages about format specifications.
pub fn shown(character: CodePoint) -> String {
    match character.to_char() {
        Some(ascii @ '!'..='\u{7f}') => ascii.to_string(),
        _ => format!("\\x{:x}", character.to_u32()),
    }
}

fn take(rest: &mut &[CodePoint], character: char) -> bool {
    let found = rest.first().is_some_and(|first| *first == character);
    if found {
        *rest = &rest[1..];
    }
    found
}

/// Consumes a decimal integer from the start of `rest`. Its digits may be of any Unicode script. Returns `None` if
/// `rest` does not start with a digit.
fn take_number(rest: &mut &[CodePoint], vm: &VirtualMachine) -> Result<Option<usize>, PyBaseExceptionRef> {
    let mut number = None;
    while let Some(digit) = rest.first().and_then(|digit| unicode::decimal_value(*digit)) {
        *rest = &rest[1..];
        let next = number.unwrap_or(0isize).checked_mul(10).and_then(|tens| tens.checked_add_unsigned(digit as usize));
        match next {
            Some(next) => number = Some(next),
            None => return Err(vm.new_value_error("Too many decimal digits in format string")),
        }
    }
    Ok(number.map(isize::unsigned_abs))
}
