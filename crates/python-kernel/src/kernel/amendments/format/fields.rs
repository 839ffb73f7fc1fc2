//! Format strings such as `'{0.name!r:>10}'`, parsed as CPython parses them.

use super::spec::shown;
use crate::kernel::amendments::{texts::ascii_text, unicode};
use rustpython_vm::{
    AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyTuple},
    common::wtf8::{CodePoint, Wtf8Buf},
    function::FuncArgs,
};

/// Maximum nesting depth of replacement fields. A field's format specification can contain fields, but the
/// specifications of these inner fields cannot.
const MAX_DEPTH: u32 = 2;

/// A replacement field of a format string.
pub struct Field<'a> {
    pub name: &'a [CodePoint],
    pub conversion: Option<CodePoint>,
    pub spec: &'a [CodePoint],
    /// Whether the field's format specification contains replacement fields itself.
    pub spec_has_fields: bool,
}

/// A literal string and the replacement field after it, if any.
pub struct Part<'a> {
    pub literal: &'a [CodePoint],
    pub field: Option<Field<'a>>,
}

/// An iterator over the parts of a format string. Each part is a literal string and the replacement field that follows
/// it, if any.
pub struct Parts<'a> {
    rest: &'a [CodePoint],
}

impl<'a> Parts<'a> {
    pub fn new(format: &'a [CodePoint]) -> Self {
        Self { rest: format }
    }

    /// Returns the next part, or `None` at the end of the format string.
    pub fn next(&mut self, vm: &VirtualMachine) -> PyResult<Option<Part<'a>>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let text = self.rest;
        let Some(at) = text.iter().position(|character| *character == '{' || *character == '}') else {
            self.rest = &[];
            return Ok(Some(Part { literal: text, field: None }));
        };
        let (brace, next) = (text[at], text.get(at + 1));
        if next == Some(&brace) {
            // A doubled brace stands for a single brace, so the second one is skipped.
            self.rest = &text[at + 2..];
            return Ok(Some(Part { literal: &text[..=at], field: None }));
        }
        if brace == '}' || next.is_none() {
            let brace = shown(brace);
            return Err(vm.new_value_error(format!("Single '{brace}' encountered in format string")));
        }
        self.rest = &text[at + 1..];
        Ok(Some(Part { literal: &text[..at], field: Some(self.field(vm)?) }))
    }

    /// Parses a field whose opening brace has already been read.
    fn field(&mut self, vm: &VirtualMachine) -> PyResult<Field<'a>> {
        let text = self.rest;
        let mut at = 0;
        let end = loop {
            match text.get(at).map(|character| character.to_char_lossy()) {
                None => return Err(vm.new_value_error("expected '}' before end of string")),
                Some('{') => return Err(vm.new_value_error("unexpected '{' in field name")),
                // Any character can occur inside brackets, so the text up to the closing bracket is skipped.
                Some('[') => at += text[at..].iter().position(|character| *character == ']').unwrap_or(text.len() - at),
                Some(end @ ('}' | ':' | '!')) => break end,
                Some(_) => at += 1,
            }
        };
        let name = &text[..at];
        self.rest = &text[at + 1..];
        let mut field = Field { name, conversion: None, spec: &[], spec_has_fields: false };
        if end == '}' {
            return Ok(field);
        }
        if end == '!' {
            let Some((&conversion, rest)) = self.rest.split_first() else {
                return Err(vm.new_value_error("end of string while looking for conversion specifier"));
            };
            field.conversion = Some(conversion);
            self.rest = rest;
            if let Some((&after, rest)) = rest.split_first() {
                self.rest = rest;
                match after.to_char() {
                    Some('}') => return Ok(field),
                    Some(':') => {}
                    _ => return Err(vm.new_value_error("expected ':' after conversion specifier")),
                }
            }
        }
        let mut depth = 1;
        for (at, character) in self.rest.iter().enumerate() {
            if *character == '{' {
                field.spec_has_fields = true;
                depth += 1;
            } else if *character == '}' {
                depth -= 1;
            }
            if depth == 0 {
                (field.spec, self.rest) = (&self.rest[..at], &self.rest[at + 1..]);
                return Ok(field);
            }
        }
        Err(vm.new_value_error("unmatched '{' in format spec"))
    }
}

/// The part of a field's name before its first `.` or `[`.
pub enum First {
    /// The index of a positional argument.
    Index(usize),
    Name(Wtf8Buf),
    /// The next positional argument.
    Next,
}

/// An access to an attribute or an item, such as `.name` or `[0]` in a field's name.
pub enum Step {
    Attribute(Wtf8Buf),
    Index(usize),
    Key(Wtf8Buf),
}

/// Splits a field's name into its first part and the accesses to attributes and items after it.
pub fn split_name<'a>(name: &'a [CodePoint], vm: &VirtualMachine) -> PyResult<(First, &'a [CodePoint])> {
    let end = name.iter().position(|character| *character == '.' || *character == '[').unwrap_or(name.len());
    let (first, rest) = name.split_at(end);
    let first = match number(first, vm)? {
        _ if first.is_empty() => First::Next,
        Some(index) => First::Index(index),
        None => First::Name(first.iter().copied().collect()),
    };
    Ok((first, rest))
}

/// Consumes the access to an attribute or item at the start of `rest`. Returns `None` if `rest` is empty.
pub fn next_step(rest: &mut &[CodePoint], vm: &VirtualMachine) -> PyResult<Option<Step>> {
    let Some((kind, text)) = rest.split_first() else { return Ok(None) };
    let (step, behind) = match kind.to_char() {
        Some('.') => {
            let end = text.iter().position(|character| *character == '.' || *character == '[').unwrap_or(text.len());
            (Step::Attribute(text[..end].iter().copied().collect()), &text[end..])
        }
        Some('[') => {
            let Some(end) = text.iter().position(|character| *character == ']') else {
                return Err(vm.new_value_error("Missing ']' in format string"));
            };
            let step = match number(&text[..end], vm)? {
                Some(index) => Step::Index(index),
                None => Step::Key(text[..end].iter().copied().collect()),
            };
            (step, &text[end + 1..])
        }
        _ => return Err(vm.new_value_error("Only '.' or '[' may follow ']' in format field specifier")),
    };
    if let Step::Attribute(name) | Step::Key(name) = &step
        && name.is_empty()
    {
        return Err(vm.new_value_error("Empty attribute in format string"));
    }
    *rest = behind;
    Ok(Some(step))
}

/// Parses an integer whose digits may be of any Unicode script. Returns `None` if the text is not an integer.
fn number(text: &[CodePoint], vm: &VirtualMachine) -> PyResult<Option<usize>> {
    let mut number = None;
    for character in text {
        let Some(digit) = unicode::decimal_value(*character) else { return Ok(None) };
        let next = number.unwrap_or(0isize).checked_mul(10).and_then(|tens| tens.checked_add_unsigned(digit as usize));
        number = Some(next.ok_or_else(|| vm.new_value_error("Too many decimal digits in format string"))?);
    }
    Ok(number.map(isize::unsigned_abs))
}

/// The objects that the fields of a format string refer to.
pub enum Arguments<'a> {
    /// The positional and keyword arguments of `str.format`.
    Call(&'a FuncArgs),
    /// The mapping passed to `str.format_map`.
    Mapping(&'a PyObjectRef),
}

/// How a format string's fields are numbered. The first field without a name decides.
#[derive(Default)]
enum Numbering {
    #[default]
    Undecided,
    /// The program numbers the fields, as in `{0} {1}`.
    Manual,
    /// The fields are numbered automatically, as in `{} {}`. The value is the index of the next field.
    Automatic(usize),
}

/// Fills in the fields of a format string.
pub fn fill_in(format: &[CodePoint], arguments: &Arguments<'_>, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    Filling { arguments, numbering: Numbering::default() }.fill_in(format, MAX_DEPTH, vm)
}

struct Filling<'a> {
    arguments: &'a Arguments<'a>,
    numbering: Numbering,
}

impl Filling<'_> {
    fn fill_in(&mut self, format: &[CodePoint], depth: u32, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
        if depth == 0 {
            return Err(vm.new_value_error("Max string recursion exceeded"));
        }
        let mut text = Wtf8Buf::new();
        let mut parts = Parts::new(format);
        while let Some(Part { literal, field }) = parts.next(vm)? {
            text.extend(literal.iter().copied());
            let Some(field) = field else { continue };
            let mut object = self.object(field.name, vm)?;
            if let Some(conversion) = field.conversion {
                object = convert(object, conversion, vm)?;
            }
            let spec = if field.spec_has_fields {
                self.fill_in(field.spec, depth - 1, vm)?
            } else {
                field.spec.iter().copied().collect()
            };
            text.push_wtf8(vm.format(&object, vm.ctx.new_str(spec))?.as_wtf8());
        }
        Ok(text)
    }

    /// Returns the object that a field's name refers to.
    fn object(&mut self, name: &[CodePoint], vm: &VirtualMachine) -> PyResult {
        let (first, mut rest) = split_name(name, vm)?;
        let mut object = match first {
            First::Name(name) => self.named(name, vm)?,
            First::Index(index) => {
                if let Numbering::Automatic(_) = self.numbering {
                    return Err(vm.new_value_error(
                        "cannot switch from automatic field numbering to manual field specification",
                    ));
                }
                self.numbering = Numbering::Manual;
                self.positional(index, vm)?
            }
            First::Next => {
                let index = match self.numbering {
                    Numbering::Undecided => 0,
                    Numbering::Automatic(next) => next,
                    Numbering::Manual => {
                        return Err(vm.new_value_error(
                            "cannot switch from manual field specification to automatic field numbering",
                        ));
                    }
                };
                self.numbering = Numbering::Automatic(index + 1);
                self.positional(index, vm)?
            }
        };
        while let Some(step) = next_step(&mut rest, vm)? {
            object = match step {
                Step::Attribute(name) => object.get_attr(&vm.ctx.new_str(name), vm)?,
                Step::Index(index) => object.get_item(&index, vm)?,
                Step::Key(key) => object.get_item(&*vm.ctx.new_str(key), vm)?,
            };
        }
        Ok(object)
    }

    fn named(&self, name: Wtf8Buf, vm: &VirtualMachine) -> PyResult {
        match self.arguments {
            Arguments::Mapping(mapping) => mapping.get_item(&*vm.ctx.new_str(name), vm),
            Arguments::Call(args) => {
                let found = name.as_str().ok().and_then(|name| args.kwargs.get(name).cloned());
                found.ok_or_else(|| vm.new_key_error(vm.ctx.new_str(name).into()))
            }
        }
    }

    fn positional(&self, index: usize, vm: &VirtualMachine) -> PyResult {
        let Arguments::Call(args) = self.arguments else {
            return Err(vm.new_value_error("Format string contains positional fields"));
        };
        args.args.get(index).cloned().ok_or_else(|| {
            vm.new_index_error(format!("Replacement index {index} out of range for positional args tuple"))
        })
    }
}

/// Applies a field's conversion, such as `!r`, to an object.
fn convert(object: PyObjectRef, conversion: CodePoint, vm: &VirtualMachine) -> PyResult {
    match conversion.to_char() {
        Some('s') => Ok(object.str(vm)?.into()),
        Some('r') => Ok(object.repr(vm)?.into()),
        Some('a') => Ok(vm.ctx.new_str(ascii_text(object.repr(vm)?.as_wtf8())).into()),
        Some(ascii @ '!'..='~') => Err(vm.new_value_error(format!("Unknown conversion specifier {ascii}"))),
        _ => Err(unknown_conversion(conversion, vm)),
    }
}

fn unknown_conversion(conversion: CodePoint, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_value_error(format!("Unknown conversion specifier \\x{:x}", conversion.to_u32()))
}

/// Implements `_string.formatter_parser`, which `string.Formatter` uses. Returns a list of tuples.
pub fn formatter_parser(format: PyRef<PyStr>, vm: &VirtualMachine) -> PyResult {
    let format: Vec<CodePoint> = format.as_wtf8().code_points().collect();
    let text = |part: &[CodePoint]| -> PyObjectRef { vm.ctx.new_str(part.iter().copied().collect::<Wtf8Buf>()).into() };
    let mut parsed = Vec::new();
    let mut parts = Parts::new(&format);
    while let Some(Part { literal, field }) = parts.next(vm)? {
        let none = || vm.ctx.none();
        let fields = match field {
            Some(field) => {
                let conversion = field.conversion.map_or_else(none, |conversion| text(&[conversion]));
                [text(literal), text(field.name), text(field.spec), conversion]
            }
            None => [text(literal), none(), none(), none()],
        };
        parsed.push(PyTuple::new_ref(fields.to_vec(), &vm.ctx).into());
    }
    Ok(vm.ctx.new_list(parsed).as_object().to_owned())
}

/// Implements `_string.formatter_field_name_split`. Returns the first part, and a list of `(is_attribute, name)`.
pub fn formatter_field_name_split(name: PyRef<PyStr>, vm: &VirtualMachine) -> PyResult {
    let name: Vec<CodePoint> = name.as_wtf8().code_points().collect();
    let (first, mut rest) = split_name(&name, vm)?;
    let first: PyObjectRef = match first {
        First::Index(index) => vm.ctx.new_int(index).into(),
        First::Name(name) => vm.ctx.new_str(name).into(),
        First::Next => vm.ctx.empty_str.to_owned().into(),
    };
    let mut steps = Vec::new();
    while let Some(step) = next_step(&mut rest, vm)? {
        let (is_attribute, name): (_, PyObjectRef) = match step {
            Step::Attribute(name) => (true, vm.ctx.new_str(name).into()),
            Step::Index(index) => (false, vm.ctx.new_int(index).into()),
            Step::Key(key) => (false, vm.ctx.new_str(key).into()),
        };
        steps.push(PyTuple::new_ref(vec![vm.ctx.new_bool(is_attribute).into(), name], &vm.ctx).into());
    }
    let steps = vm.ctx.new_list(steps).into();
    Ok(PyTuple::new_ref(vec![first, steps], &vm.ctx).into())
}
