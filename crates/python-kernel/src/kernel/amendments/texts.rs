//! Corrections to the interpreter's strings: case, character properties, whitespace and lines, `repr`, and formatting.

use super::format::fields::{Arguments, fill_in};
use super::format::percent;
use super::format::render::format_text;
use super::format::spec::{Align, Spec, unknown_code};
use super::integers;
use super::replace::{Original, replace_method, replace_operator, replace_repr};
use super::unicode::{self, Case, Property};
use crate::kernel::alloc_guard;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyStr, PyTypeRef},
    common::wtf8::{CodePoint, Wtf8, Wtf8Buf},
    function::{ArgBytesLike, ArgSize, FuncArgs, OptionalOption},
};
use std::sync::OnceLock;

type Text = PyRef<PyStr>;

type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

static ORIGINAL_NEW: OnceLock<New> = OnceLock::new();

/// Replaces the slots and methods of `str` that differ from CPython's.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let class = vm.ctx.types.str_type;
    replace_repr(class, repr, vm);
    if let Some(original) = class.slots.new.load()
        && ORIGINAL_NEW.set(original).is_ok()
    {
        class.slots.new.store(Some(new));
    }
    replace_operator!(class, [remainder, right_remainder], ["__mod__", "__rmod__"], format_by_percent, vm);
    replace_method(class, "__format__", format_by_spec, vm);
    let format = |format: Text, args: FuncArgs, vm: &VirtualMachine| {
        fill_in(&characters(&format), &Arguments::Call(&args), vm).map(|text| vm.ctx.new_str(text))
    };
    replace_method(class, "format", format, vm);
    let format_map = |format: Text, mapping: PyObjectRef, vm: &VirtualMachine| {
        fill_in(&characters(&format), &Arguments::Mapping(&mapping), vm).map(|text| vm.ctx.new_str(text))
    };
    replace_method(class, "format_map", format_map, vm);

    replace_method(class, "lower", |text: Text, vm: &VirtualMachine| vm.ctx.new_str(lower(text.as_wtf8())), vm);
    replace_method(class, "upper", |text: Text, vm: &VirtualMachine| vm.ctx.new_str(upper(text.as_wtf8())), vm);
    let casefold = |text: Text, vm: &VirtualMachine| vm.ctx.new_str(in_case(text.as_wtf8(), Case::Fold));
    replace_method(class, "casefold", casefold, vm);
    replace_method(class, "title", |text: Text, vm: &VirtualMachine| vm.ctx.new_str(title(text.as_wtf8())), vm);
    let capitalize = |text: Text, vm: &VirtualMachine| vm.ctx.new_str(capitalize(text.as_wtf8()));
    replace_method(class, "capitalize", capitalize, vm);
    let swapcase = |text: Text, vm: &VirtualMachine| vm.ctx.new_str(swapcase(text.as_wtf8()));
    replace_method(class, "swapcase", swapcase, vm);

    replace_method(class, "islower", |text: Text| is_in_case(&text, Property::Lowercase, Property::Uppercase), vm);
    replace_method(class, "isupper", |text: Text| is_in_case(&text, Property::Uppercase, Property::Lowercase), vm);
    replace_method(class, "istitle", |text: Text| is_title(&text), vm);
    replace_method(class, "isalpha", |text: Text| all_have(&text, &[Property::Alphabetic]), vm);
    replace_method(class, "isdecimal", |text: Text| all_have(&text, &[Property::Decimal]), vm);
    replace_method(class, "isdigit", |text: Text| all_have(&text, &[Property::Digit]), vm);
    replace_method(class, "isnumeric", |text: Text| all_have(&text, &[Property::Numeric]), vm);
    replace_method(class, "isspace", |text: Text| all_have(&text, &[Property::Space]), vm);
    let alphanumeric = &[Property::Alphabetic, Property::Decimal, Property::Digit, Property::Numeric];
    replace_method(class, "isalnum", |text: Text| all_have(&text, alphanumeric), vm);
    replace_method(class, "isprintable", |text: Text| text.as_wtf8().code_points().all(unicode::is_printable), vm);
    replace_method(class, "isidentifier", |text: Text| is_identifier(&text), vm);

    let original = Original::find(class, "split", vm)?;
    let split = move |text: Text, args: SplitArgs, vm: &VirtualMachine| match &args.separator {
        Some(_) => original.call(args.into_args(text, vm), vm),
        None => Ok(list_of(words(text.as_wtf8(), args.count()), vm)),
    };
    replace_method(class, "split", split, vm);
    let original = Original::find(class, "rsplit", vm)?;
    let rsplit = move |text: Text, args: SplitArgs, vm: &VirtualMachine| match &args.separator {
        Some(_) => original.call(args.into_args(text, vm), vm),
        None => Ok(list_of(words_from_right(text.as_wtf8(), args.count()), vm)),
    };
    replace_method(class, "rsplit", rsplit, vm);
    for (name, strip, ends) in [
        ("strip", (|text| trim_end(trim_start(text))) as fn(&Wtf8) -> &Wtf8, (true, true)),
        ("lstrip", trim_start, (true, false)),
        ("rstrip", trim_end, (false, true)),
    ] {
        let original = Original::find(class, name, vm)?;
        let stripped = move |text: Text, characters: OptionalOption<PyObjectRef>, vm: &VirtualMachine| match characters
            .flatten()
        {
            Some(characters) => match characters.downcast_ref::<PyStr>() {
                Some(characters) => {
                    let set: Vec<_> = characters.as_wtf8().code_points().collect();
                    Ok(vm.ctx.new_str(strip_set(text.as_wtf8(), &set, ends)).into())
                }
                None => original.call((text, characters), vm),
            },
            None => Ok(vm.ctx.new_str(strip(text.as_wtf8())).into()),
        };
        replace_method(class, name, stripped, vm);
    }
    replace_method(class, "splitlines", split_lines, vm);
    replace_method(class, "zfill", fill_with_zeros, vm);
    replace_method(class, "expandtabs", expand_tabs, vm);
    let original = Original::find(class, "count", vm)?;
    let count = move |text: Text, args: FuncArgs, vm: &VirtualMachine| match args.args.first() {
        Some(part) if part.downcast_ref::<PyStr>().is_some_and(|part| part.is_empty()) && args.args.len() < 4 => {
            Ok(vm.ctx.new_int(count_gaps(&text, &args.args[1..], vm)?).into())
        }
        _ => {
            let mut args = args;
            args.prepend_arg(text.into());
            original.call(args, vm)
        }
    };
    replace_method(class, "count", count, vm);
    Ok(())
}

fn characters(text: &PyStr) -> Vec<CodePoint> {
    text.as_wtf8().code_points().collect()
}

fn list_of(parts: Vec<&Wtf8>, vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.new_list(parts.into_iter().map(|part| vm.ctx.new_str(part).into()).collect()).into()
}

/// Implements `str(...)`.
fn new(class: PyTypeRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = ORIGINAL_NEW.get() else { return Err(vm.new_type_error("texts cannot be created")) };
    let object = args.args.first().or_else(|| args.kwargs.get("object"));
    let Some(object) = object else { return original(class, args, vm) };
    let is_decoding = args.args.len() > 1 || args.kwargs.contains_key("encoding") || args.kwargs.contains_key("errors");
    if args.args.len() > 3 {
        return Err(vm.new_type_error(format!("str expected at most 3 arguments, got {}", args.args.len())));
    }
    if is_decoding {
        for (position, name) in [(1, "encoding"), (2, "errors")] {
            let given = args.args.get(position).or_else(|| args.kwargs.get(name));
            if let Some(given) = given.filter(|given| given.downcast_ref::<PyStr>().is_none()) {
                let type_ = given.class().name().to_string();
                return Err(vm.new_type_error(format!("str() argument '{name}' must be str, not {type_}")));
            }
        }
        if object.downcast_ref::<PyStr>().is_some() {
            return Err(vm.new_type_error("decoding str is not supported"));
        }
        if object.try_to_value::<ArgBytesLike>(vm).is_err() {
            let type_ = object.class().name().to_string();
            return Err(vm.new_type_error(format!("decoding to str: need a bytes-like object, {type_} found")));
        }
        if args.args.len() < 2 && !args.kwargs.contains_key("encoding") {
            args.kwargs.insert("encoding".to_owned(), vm.ctx.new_str("utf-8").into());
        }
    } else if let Some(integer) = object.downcast_ref_if_exact::<PyInt>(vm)
        && class.is(vm.ctx.types.str_type)
    {
        return Ok(vm.ctx.new_str(integers::decimal_text(integer.as_bigint(), vm)?).into());
    }
    original(class, args, vm)
}

/// Implements `str.__format__`.
fn format_by_spec(text: Text, spec: Text, vm: &VirtualMachine) -> PyResult {
    if spec.is_empty() {
        return Ok(text.as_object().str(vm)?.into());
    }
    let type_name = text.class().name().to_string();
    let spec = Spec::parse(spec.as_wtf8(), Some('s'), Align::Left, &type_name, vm)?;
    if spec.letter() != 's' {
        return Err(unknown_code(&spec, &type_name, vm));
    }
    Ok(vm.ctx.new_str(format_text(text.as_wtf8(), &spec, vm)?).into())
}

/// Implements the `%` operator for strings.
fn format_by_percent(format: &PyObject, values: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(format) = format.downcast_ref::<PyStr>() else { return Ok(vm.ctx.not_implemented()) };
    let text = percent::format(format.as_wtf8(), values, percent::Kind::Text, vm)?;
    Ok(vm.ctx.new_str(text).into())
}

/// Implements `repr` of a string.
fn repr(text: &PyObject, vm: &VirtualMachine) -> PyResult<Text> {
    let Some(text) = text.downcast_ref::<PyStr>() else { return Err(vm.new_type_error("a str is required")) };
    let text = text.as_wtf8();
    let quote = if text.contains(Wtf8::new("'")) && !text.contains(Wtf8::new("\"")) { '"' } else { '\'' };
    let mut shown = Wtf8Buf::with_capacity(text.len() + 2);
    shown.push_char(quote);
    for character in text.code_points() {
        match character.to_char() {
            Some('\t') => shown.push_str("\\t"),
            Some('\n') => shown.push_str("\\n"),
            Some('\r') => shown.push_str("\\r"),
            Some(special) if special == quote || special == '\\' => {
                shown.push_char('\\');
                shown.push_char(special);
            }
            _ if unicode::is_printable(character) => shown.push(character),
            _ => shown.push_str(&escaped(character)),
        }
    }
    shown.push_char(quote);
    Ok(vm.ctx.new_str(shown))
}

/// Returns the escape sequence for a character.
fn escaped(character: CodePoint) -> String {
    match character.to_u32() {
        code @ ..0x100 => format!("\\x{code:02x}"),
        code @ ..0x10000 => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}

/// Escapes the non-ASCII characters of a `repr`.
pub fn ascii_text(shown: &Wtf8) -> Wtf8Buf {
    let mut ascii = Wtf8Buf::with_capacity(shown.len());
    for character in shown.code_points() {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            ascii.push_str(&escaped(character));
        }
    }
    ascii
}

/// Converts each character of a string to the given case, regardless of the characters around it.
fn in_case(text: &Wtf8, case: Case) -> Wtf8Buf {
    let mut changed = Wtf8Buf::with_capacity(text.len());
    for character in text.code_points() {
        unicode::push_in_case(&mut changed, character, case);
    }
    changed
}

/// Returns an ASCII string unchanged, or `None` for any other string.
fn as_ascii(text: &Wtf8) -> Option<&str> {
    if text.is_ascii() { text.as_str().ok() } else { None }
}

fn upper(text: &Wtf8) -> Wtf8Buf {
    match as_ascii(text) {
        Some(ascii) => ascii.to_ascii_uppercase().into(),
        None => in_case(text, Case::Upper),
    }
}

fn lower(text: &Wtf8) -> Wtf8Buf {
    match as_ascii(text) {
        Some(ascii) => ascii.to_ascii_lowercase().into(),
        None => {
            let mut lowered = Wtf8Buf::with_capacity(text.len());
            for (at, character) in text.code_point_indices() {
                push_lowercase(&mut lowered, text, at, character);
            }
            lowered
        }
    }
}

/// Appends the lowercase form of the character at an offset of `text` to `lowered`.
fn push_lowercase(lowered: &mut Wtf8Buf, text: &Wtf8, at: usize, character: CodePoint) {
    unicode::push_lowercase(lowered, character, &text[..at], &text[at + character.len_wtf8()..]);
}

fn title(text: &Wtf8) -> Wtf8Buf {
    let mut titled = Wtf8Buf::with_capacity(text.len());
    let mut is_in_word = false;
    for (at, character) in text.code_point_indices() {
        if is_in_word {
            push_lowercase(&mut titled, text, at, character);
        } else {
            unicode::push_in_case(&mut titled, character, Case::Title);
        }
        is_in_word = unicode::has(character, Property::Cased);
    }
    titled
}

fn capitalize(text: &Wtf8) -> Wtf8Buf {
    let mut capitalized = Wtf8Buf::with_capacity(text.len());
    for (at, character) in text.code_point_indices() {
        if at == 0 {
            unicode::push_in_case(&mut capitalized, character, Case::Title);
        } else {
            push_lowercase(&mut capitalized, text, at, character);
        }
    }
    capitalized
}

fn swapcase(text: &Wtf8) -> Wtf8Buf {
    let mut swapped = Wtf8Buf::with_capacity(text.len());
    for (at, character) in text.code_point_indices() {
        if unicode::has(character, Property::Uppercase) {
            push_lowercase(&mut swapped, text, at, character);
        } else if unicode::has(character, Property::Lowercase) {
            unicode::push_in_case(&mut swapped, character, Case::Upper);
        } else {
            swapped.push(character);
        }
    }
    swapped
}

/// Returns whether a string is not empty, and each of its characters has at least one of the properties.
fn all_have(text: &PyStr, properties: &[Property]) -> bool {
    let has = |character| properties.iter().any(|property| unicode::has(character, *property));
    !text.is_empty() && text.as_wtf8().code_points().all(has)
}

/// Returns whether a string contains a character in the wanted case, and none in another case.
fn is_in_case(text: &PyStr, wanted: Property, other: Property) -> bool {
    let mut is_cased = false;
    for character in text.as_wtf8().code_points() {
        if unicode::has(character, other) || unicode::has(character, Property::Titlecase) {
            return false;
        }
        is_cased |= unicode::has(character, wanted);
    }
    is_cased
}

/// Returns whether the first letter of each word is uppercase or titlecase, and all other letters are lowercase.
fn is_title(text: &PyStr) -> bool {
    let (mut is_cased, mut is_in_word) = (false, false);
    for character in text.as_wtf8().code_points() {
        let is_upper = unicode::has(character, Property::Uppercase) || unicode::has(character, Property::Titlecase);
        let is_lower = unicode::has(character, Property::Lowercase);
        if is_upper && is_in_word || is_lower && !is_in_word {
            return false;
        }
        is_in_word = is_upper || is_lower;
        is_cased |= is_in_word;
    }
    is_cased
}

fn is_identifier(text: &PyStr) -> bool {
    let mut characters = text.as_wtf8().code_points();
    let starts = |first: CodePoint| first == '_' || unicode::has(first, Property::IdentifierStart);
    characters.next().is_some_and(starts) && characters.all(|part| unicode::has(part, Property::IdentifierPart))
}

/// The arguments of `split` and `rsplit`.
#[derive(rustpython_vm::FromArgs)]
struct SplitArgs {
    #[pyarg(any, name = "sep", default)]
    separator: Option<PyObjectRef>,
    #[pyarg(any, name = "maxsplit", default = -1)]
    max_splits: isize,
}

impl SplitArgs {
    /// Returns the maximum number of splits.
    fn count(&self) -> usize {
        usize::try_from(self.max_splits).unwrap_or(usize::MAX)
    }

    fn into_args(self, text: Text, vm: &VirtualMachine) -> FuncArgs {
        let separator = vm.unwrap_or_none(self.separator);
        vec![text.into(), separator, vm.ctx.new_int(self.max_splits).into()].into()
    }
}

fn trim_start(text: &Wtf8) -> &Wtf8 {
    text.trim_start_matches(unicode::is_space)
}

fn trim_end(text: &Wtf8) -> &Wtf8 {
    text.trim_end_matches(unicode::is_space)
}

/// Strips the characters in `set` from the start of a string, from its end, or from both.
fn strip_set<'a>(text: &'a Wtf8, set: &[CodePoint], (from_start, from_end): (bool, bool)) -> &'a Wtf8 {
    let text = if from_start { text.trim_start_matches(|character| set.contains(&character)) } else { text };
    if from_end { text.trim_end_matches(|character| set.contains(&character)) } else { text }
}

/// Counts the empty strings in a substring: one before each character, and one at the end. `bounds` are the arguments
/// for the substring's start and end, which may be missing.
fn count_gaps(text: &PyStr, bounds: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<usize> {
    let length = text.char_len();
    let index = |position: usize, default: usize| -> PyResult<usize> {
        let Some(bound) = bounds.get(position).filter(|bound| !vm.is_none(bound)) else { return Ok(default) };
        let bound = bound.try_index_opt(vm).unwrap_or_else(|| {
            Err(vm.new_type_error("slice indices must be integers or None or have an __index__ method"))
        })?;
        let bound = bound.as_bigint();
        Ok(match usize::try_from(bound) {
            Ok(bound) => bound,
            Err(_) if bound > &0.into() => usize::MAX,
            Err(_) => usize::try_from(-bound).map_or(0, |back| length.saturating_sub(back)),
        })
    };
    let (start, end) = (index(0, 0)?, index(1, length)?.min(length));
    Ok((end + 1).saturating_sub(start))
}

/// The arguments of `expandtabs`.
#[derive(rustpython_vm::FromArgs)]
struct TabArgs {
    #[pyarg(any, name = "tabsize", default = 8)]
    width: isize,
}

/// Implements `str.expandtabs`.
fn expand_tabs(text: Text, args: TabArgs, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    let width = usize::try_from(args.width).unwrap_or(0);
    let tabs = text.as_wtf8().as_bytes().iter().filter(|byte| **byte == b'\t').count();
    alloc_guard::check_size(tabs as u128 * width as u128, vm)?;
    let (mut expanded, mut column) = (Wtf8Buf::new(), 0);
    for character in text.as_wtf8().code_points() {
        if character == '\t' {
            let blanks = if width == 0 { 0 } else { width - column % width };
            column += blanks;
            expanded.push_str(&" ".repeat(blanks));
        } else {
            column = if character == '\n' || character == '\r' { 0 } else { column + 1 };
            expanded.push(character);
        }
    }
    Ok(expanded)
}

/// Splits a string at whitespace from the left, at most `max_splits` times.
fn words(text: &Wtf8, max_splits: usize) -> Vec<&Wtf8> {
    let mut words = Vec::new();
    let mut rest = trim_start(text);
    while !rest.is_empty() {
        if words.len() == max_splits {
            // The rest of the string keeps its trailing whitespace.
            words.push(rest);
            break;
        }
        let end = rest.code_point_indices().find(|(_, character)| unicode::is_space(*character));
        let end = end.map_or(rest.len(), |(at, _)| at);
        words.push(&rest[..end]);
        rest = trim_start(&rest[end..]);
    }
    words
}

/// Splits a string at whitespace from the right, at most `max_splits` times.
fn words_from_right(text: &Wtf8, max_splits: usize) -> Vec<&Wtf8> {
    let mut words = Vec::new();
    let mut rest = trim_end(text);
    while !rest.is_empty() {
        if words.len() == max_splits {
            words.push(rest);
            break;
        }
        let start = rest.code_point_indices().rev().find(|(_, character)| unicode::is_space(*character));
        let start = start.map_or(0, |(at, character)| at + character.len_wtf8());
        words.push(&rest[start..]);
        rest = trim_end(&rest[..start]);
    }
    words.reverse();
    words
}

/// The arguments of `splitlines`.
#[derive(rustpython_vm::FromArgs)]
struct SplitLinesArgs {
    #[pyarg(any, name = "keepends", default)]
    keeps_ends: Option<PyObjectRef>,
}

/// Implements `str.splitlines`.
fn split_lines(text: Text, args: SplitLinesArgs, vm: &VirtualMachine) -> PyResult {
    let keeps_ends = args.keeps_ends.map_or(Ok(false), |keeps_ends| keeps_ends.try_to_bool(vm))?;
    let mut lines = Vec::new();
    let mut rest = text.as_wtf8();
    while !rest.is_empty() {
        let found = rest.code_point_indices().find(|(_, character)| unicode::is_line_break(*character));
        let Some((end, character)) = found else {
            lines.push(rest);
            break;
        };
        let is_pair = character == '\r' && rest.as_bytes().get(end + 1) == Some(&b'\n');
        let next = end + character.len_wtf8() + usize::from(is_pair);
        lines.push(&rest[..if keeps_ends { next } else { end }]);
        rest = &rest[next..];
    }
    Ok(list_of(lines, vm))
}

/// Implements `str.zfill`.
fn fill_with_zeros(text: Text, width: ArgSize, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    let missing = usize::try_from(isize::from(width)).unwrap_or(0).saturating_sub(text.char_len());
    alloc_guard::check_size(missing as u128, vm)?;
    let text = text.as_wtf8();
    let sign = if text.as_bytes().first().is_some_and(|first| matches!(first, b'+' | b'-')) { 1 } else { 0 };
    let mut filled = text[..sign].to_owned();
    filled.push_str(&"0".repeat(missing));
    filled.push_wtf8(&text[sign..]);
    Ok(filled)
}
