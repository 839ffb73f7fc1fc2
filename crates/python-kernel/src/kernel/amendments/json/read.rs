//! The decoder of the native module `_json`.

use crate::kernel::amendments::integers;
use rustpython_vm::{
    AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyStrRef},
    common::wtf8::{CodePoint, Wtf8, Wtf8Buf},
};
use std::collections::HashMap;

/// Maximum nesting depth of values, as in CPython.
const MAX_DEPTH: u32 = 10_000;

/// The options of a `json.JSONDecoder`.
pub struct Options {
    is_strict: bool,
    object_hook: Option<PyObjectRef>,
    object_pairs_hook: Option<PyObjectRef>,
    /// A function that parses floats. `None` if `float` is used.
    parse_float: Option<PyObjectRef>,
    /// A function that parses integers. `None` if `int` is used.
    parse_int: Option<PyObjectRef>,
    parse_constant: PyObjectRef,
}

impl Options {
    /// Reads the options from the attributes of a decoder.
    pub fn from_context(context: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Self> {
        let types = &vm.ctx.types;
        let parse_float = context.get_attr("parse_float", vm)?;
        let parse_int = context.get_attr("parse_int", vm)?;
        Ok(Self {
            is_strict: context.get_attr("strict", vm)?.try_to_bool(vm)?,
            object_hook: vm.option_if_none(context.get_attr("object_hook", vm)?),
            object_pairs_hook: vm.option_if_none(context.get_attr("object_pairs_hook", vm)?),
            parse_float: Some(parse_float).filter(|parse| !parse.is(types.float_type)),
            parse_int: Some(parse_int).filter(|parse| !parse.is(types.int_type)),
            parse_constant: context.get_attr("parse_constant", vm)?,
        })
    }
}

/// Reads the JSON value that begins at an index in a string. Returns the value and the index after it.
///
/// Raises StopIteration with the index if there is no value.
pub fn value_at(
    text: &PyStrRef,
    index: isize,
    options: &Options,
    vm: &VirtualMachine,
) -> PyResult<(PyObjectRef, usize)> {
    let index = usize::try_from(index).map_err(|_| vm.new_value_error("idx cannot be negative"))?;
    let Some(start) = offset_of(text, index) else { return Err(no_value(index, vm)) };
    let mut reader = Reader { document: text, bytes: text.as_bytes(), keys: HashMap::new(), depth: 0, vm };
    let (value, end) = reader.value(start, options)?;
    Ok((value, index + reader.count_characters(start, end)))
}

/// Reads the JSON string whose content begins at an index. Returns the string and the index after its closing quote.
pub fn string_at(text: &PyStrRef, index: isize, is_strict: bool, vm: &VirtualMachine) -> PyResult<(PyStrRef, usize)> {
    let out_of_bounds = || vm.new_value_error("end is out of bounds");
    let index = usize::try_from(index).map_err(|_| out_of_bounds())?;
    let start =
        if index == text.char_len() { text.byte_len() } else { offset_of(text, index).ok_or_else(out_of_bounds)? };
    let reader = Reader { document: text, bytes: text.as_bytes(), keys: HashMap::new(), depth: 0, vm };
    let (string, end) = reader.string(start, is_strict)?;
    Ok((vm.ctx.new_str(string), index + reader.count_characters(start, end)))
}

/// Converts a character index to a byte offset. Returns `None` if the index is out of range.
fn offset_of(text: &PyStr, index: usize) -> Option<usize> {
    if text.isascii() {
        return (index < text.byte_len()).then_some(index);
    }
    text.as_wtf8().code_point_indices().nth(index).map(|(offset, _)| offset)
}

fn no_value(index: usize, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_stop_iteration(Some(vm.ctx.new_int(index).into()))
}

/// A byte offset in the text.
type Offset = usize;

struct Reader<'a> {
    document: &'a PyStrRef,
    bytes: &'a [u8],
    /// The keys that have been read so far, indexed by their JSON source text, so that equal keys share one object.
    keys: HashMap<&'a [u8], PyStrRef>,
    depth: u32,
    vm: &'a VirtualMachine,
}

impl<'a> Reader<'a> {
    fn text(&self, start: Offset, end: Offset) -> &'a Wtf8 {
        &self.document_text()[start..end]
    }

    fn document_text(&self) -> &'a Wtf8 {
        self.document.as_wtf8()
    }

    /// Returns the number of characters between two offsets.
    fn count_characters(&self, start: Offset, end: Offset) -> usize {
        let is_first = |byte: &&u8| **byte & 0xc0 != 0x80;
        self.bytes[start..end].iter().filter(is_first).count()
    }

    fn byte(&self, at: Offset) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn skip_blanks(&self, mut at: Offset) -> Offset {
        while matches!(self.byte(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at += 1;
        }
        at
    }

    /// Returns a JSONDecodeError for a mistake at a byte offset.
    fn error(&self, message: &str, at: Offset) -> PyBaseExceptionRef {
        self.error_at_index(message, isize::try_from(self.count_characters(0, at)).unwrap_or(isize::MAX))
    }

    fn error_at_index(&self, message: &str, index: isize) -> PyBaseExceptionRef {
        let vm = self.vm;
        let create = || -> PyResult {
            let class = vm.import("json.decoder", 0)?.get_attr("decoder", vm)?.get_attr("JSONDecodeError", vm)?;
            class.call((vm.ctx.new_str(message), self.document.clone(), index), vm)
        };
        match create().and_then(|error| error.try_into_value(vm)) {
            Ok(error) | Err(error) => error,
        }
    }

    fn no_value(&self, at: Offset) -> PyBaseExceptionRef {
        no_value(self.count_characters(0, at), self.vm)
    }

    /// Reads the value at a byte offset. Returns the value and the offset after it.
    fn value(&mut self, at: Offset, options: &Options) -> PyResult<(PyObjectRef, Offset)> {
        let vm = self.vm;
        let rest = &self.bytes[at.min(self.bytes.len())..];
        match rest {
            [b'"', ..] => {
                let (string, end) = self.string(at + 1, options.is_strict)?;
                Ok((vm.ctx.new_str(string).into(), end))
            }
            [b'{', ..] => self.nested("object", |reader| reader.object(at + 1, options)),
            [b'[', ..] => self.nested("array", |reader| reader.array(at + 1, options)),
            [b'n', b'u', b'l', b'l', ..] => Ok((vm.ctx.none(), at + 4)),
            [b't', b'r', b'u', b'e', ..] => Ok((vm.ctx.new_bool(true).into(), at + 4)),
            [b'f', b'a', b'l', b's', b'e', ..] => Ok((vm.ctx.new_bool(false).into(), at + 5)),
            [b'N' | b'I' | b'-', ..] => {
                match ["NaN", "Infinity", "-Infinity"].iter().find(|name| rest.starts_with(name.as_bytes())) {
                    Some(name) => Ok((options.parse_constant.call((vm.ctx.new_str(*name),), vm)?, at + name.len())),
                    None => self.number(at, options),
                }
            }
            _ => self.number(at, options),
        }
    }

    /// Calls `read` to read an object or array, unless it is nested too deeply. `kind` names the type of value in the
    /// error message.
    fn nested<T>(&mut self, kind: &str, read: impl FnOnce(&mut Self) -> PyResult<T>) -> PyResult<T> {
        let vm = self.vm;
        // `with_recursion` is called only to check that the stack is not used up.
        let is_too_deep = self.depth >= MAX_DEPTH || vm.with_recursion("", || Ok(())).is_err();
        if is_too_deep {
            let message =
                format!("maximum recursion depth exceeded while decoding a JSON {kind} from a unicode string");
            return Err(vm.new_recursion_error(message));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// Reads the members of an object, up to its closing brace. Returns the object and the offset after it.
    fn object(&mut self, start: Offset, options: &Options) -> PyResult<(PyObjectRef, Offset)> {
        let vm = self.vm;
        let mut members = Members::new(options, vm);
        let mut at = self.skip_blanks(start);
        if self.byte(at) != Some(b'}') {
            loop {
                if self.byte(at) != Some(b'"') {
                    return Err(self.error("Expecting property name enclosed in double quotes", at));
                }
                let (key, end) = self.key(at + 1, options)?;
                at = self.skip_blanks(end);
                if self.byte(at) != Some(b':') {
                    return Err(self.error("Expecting ':' delimiter", at));
                }
                at = self.skip_blanks(at + 1);
                let (value, end) = self.value(at, options)?;
                members.add(key, value, vm)?;
                at = self.skip_blanks(end);
                match self.after_item(at, b'}', "object")? {
                    Some(next) => at = next,
                    None => break,
                }
            }
        }
        Ok((members.finish(options, vm)?, at + 1))
    }

    /// Reads the items of an array, up to its closing bracket. Returns the list and the offset after it.
    fn array(&mut self, start: Offset, options: &Options) -> PyResult<(PyObjectRef, Offset)> {
        let mut items = Vec::new();
        let mut at = self.skip_blanks(start);
        if self.byte(at) != Some(b']') {
            loop {
                let (item, end) = self.value(at, options)?;
                items.push(item);
                at = self.skip_blanks(end);
                match self.after_item(at, b']', "array")? {
                    Some(next) => at = next,
                    None => break,
                }
            }
        }
        Ok((self.vm.ctx.new_list(items).into(), at + 1))
    }

    /// Returns the offset of the next item after the comma at `at`, or `None` if the object or array ends at `at`.
    fn after_item(&self, at: Offset, closing: u8, kind: &str) -> PyResult<Option<Offset>> {
        match self.byte(at) {
            Some(byte) if byte == closing => Ok(None),
            Some(b',') => {
                let next = self.skip_blanks(at + 1);
                match self.byte(next) == Some(closing) {
                    true => Err(self.error(&format!("Illegal trailing comma before end of {kind}"), at)),
                    false => Ok(Some(next)),
                }
            }
            _ => Err(self.error("Expecting ',' delimiter", at)),
        }
    }

    /// Reads the key whose opening quote is just before `start`. Returns the key and the offset after its closing
    /// quote.
    fn key(&mut self, start: Offset, options: &Options) -> PyResult<(PyStrRef, Offset)> {
        let (key, end) = self.string(start, options.is_strict)?;
        let written = &self.bytes[start..end];
        let key = self.keys.entry(written).or_insert_with(|| self.vm.ctx.new_str(key));
        Ok((key.clone(), end))
    }

    /// Reads the string whose opening quote is just before `start`. Returns the string and the offset after its closing
    /// quote.
    fn string(&self, start: Offset, is_strict: bool) -> PyResult<(Wtf8Buf, Offset)> {
        let unterminated = || {
            let index = isize::try_from(self.count_characters(0, start)).unwrap_or(isize::MAX);
            self.error_at_index("Unterminated string starting at", index - 1)
        };
        let mut content = Wtf8Buf::new();
        let mut at = start;
        loop {
            let is_special = |byte: &u8| matches!(byte, b'"' | b'\\') || is_strict && *byte < 0x20;
            let length = self.bytes[at..].iter().position(is_special).ok_or_else(unterminated)?;
            content.push_wtf8(self.text(at, at + length));
            at += length;
            match self.bytes[at] {
                b'"' => return Ok((content, at + 1)),
                b'\\' => {
                    let (character, end) = self.escape(at, unterminated)?;
                    content.push(character);
                    at = end;
                }
                _ => return Err(self.error("Invalid control character at", at)),
            }
        }
    }

    /// Reads the escape sequence at `at`. Returns the character that it stands for, and the offset after it.
    fn escape(&self, at: Offset, unterminated: impl Fn() -> PyBaseExceptionRef) -> PyResult<(CodePoint, Offset)> {
        let character = match self.byte(at + 1).ok_or_else(unterminated)? {
            byte @ (b'"' | b'\\' | b'/') => byte,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => return self.unicode_escape(at),
            _ => return Err(self.error("Invalid \\escape", at)),
        };
        Ok((character.into(), at + 2))
    }

    /// Reads an escape sequence such as `\u00e9`, or a surrogate pair of two escape sequences. Returns the character
    /// that it stands for, and the offset after it.
    fn unicode_escape(&self, at: Offset) -> PyResult<(CodePoint, Offset)> {
        let end = at + 6;
        // As in CPython, at least one more character must follow the digits, because the string needs a closing quote.
        let code = if end < self.bytes.len() { self.hexadecimal(at + 2) } else { None };
        let Some(code) = code else { return Err(self.error("Invalid \\uXXXX escape", at + 1)) };
        if (0xd800..0xdc00).contains(&code) && self.bytes[end..].starts_with(b"\\u") && end + 6 < self.bytes.len() {
            let Some(low) = self.hexadecimal(end + 2) else {
                return Err(self.error("Invalid \\uXXXX escape", end + 1));
            };
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                return Ok((code_point(code), end + 6));
            }
        }
        Ok((code_point(code), end))
    }

    /// Parses the four hexadecimal digits at `at`. Returns `None` if they are invalid.
    fn hexadecimal(&self, at: Offset) -> Option<u32> {
        let digits = self.bytes.get(at..at + 4)?;
        digits.iter().try_fold(0, |code, digit| Some(code * 16 + char::from(*digit).to_digit(16)?))
    }

    /// Reads the number at `start`. Returns the number and the offset after it.
    fn number(&mut self, start: Offset, options: &Options) -> PyResult<(PyObjectRef, Offset)> {
        let vm = self.vm;
        let is_digit = |at: Offset| self.byte(at).is_some_and(|byte| byte.is_ascii_digit());
        let skip_digits = |mut at: Offset| {
            while is_digit(at) {
                at += 1;
            }
            at
        };
        let mut at = start + usize::from(self.byte(start) == Some(b'-'));
        at = match self.byte(at) {
            Some(b'0') => at + 1,
            Some(b'1'..=b'9') => skip_digits(at),
            _ => return Err(self.no_value(start)),
        };
        let mut is_float = false;
        if self.byte(at) == Some(b'.') && is_digit(at + 1) {
            is_float = true;
            at = skip_digits(at + 1);
        }
        if matches!(self.byte(at), Some(b'e' | b'E')) {
            let digits = at + 1 + usize::from(matches!(self.byte(at + 1), Some(b'+' | b'-')));
            if is_digit(digits) {
                is_float = true;
                at = skip_digits(digits);
            }
        }
        let text = str::from_utf8(&self.bytes[start..at]).unwrap_or_default();
        let custom = if is_float { &options.parse_float } else { &options.parse_int };
        let value = match custom {
            Some(parse) => parse.call((vm.ctx.new_str(text),), vm)?,
            None if is_float => vm.ctx.new_float(text.parse().unwrap_or(f64::NAN)).into(),
            None => match text.parse::<i64>() {
                Ok(value) => vm.ctx.new_int(value).into(),
                Err(_) => vm.ctx.new_bigint(&integers::parse_decimal(text, vm)?).into(),
            },
        };
        Ok((value, at))
    }
}

fn code_point(code: u32) -> CodePoint {
    CodePoint::from_u32(code).unwrap_or(CodePoint::from_char(char::REPLACEMENT_CHARACTER))
}

/// The members of an object that is being read.
enum Members {
    Dict(rustpython_vm::builtins::PyDictRef),
    /// Pairs of keys and values, for `object_pairs_hook`.
    Pairs(Vec<PyObjectRef>),
}

impl Members {
    fn new(options: &Options, vm: &VirtualMachine) -> Self {
        if options.object_pairs_hook.is_some() { Self::Pairs(Vec::new()) } else { Self::Dict(vm.ctx.new_dict()) }
    }

    fn add(&mut self, key: PyRef<PyStr>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        match self {
            Self::Dict(dict) => dict.set_item(&*key, value, vm),
            Self::Pairs(pairs) => {
                pairs.push(vm.new_tuple((key, value)).into());
                Ok(())
            }
        }
    }

    fn finish(self, options: &Options, vm: &VirtualMachine) -> PyResult {
        let (hook, object): (_, PyObjectRef) = match self {
            Self::Dict(dict) => (&options.object_hook, dict.into()),
            Self::Pairs(pairs) => (&options.object_pairs_hook, vm.ctx.new_list(pairs).into()),
        };
        match hook {
            Some(hook) => hook.call((object,), vm),
            None => Ok(object),
        }
    }
}
