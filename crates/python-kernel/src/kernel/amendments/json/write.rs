//! The encoder of the native module `_json`.

use crate::kernel::amendments::format::float_text::float_repr;
use crate::kernel::amendments::integers;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyFloat, PyInt, PyList, PyStr, PyTuple},
    common::wtf8::{Wtf8, Wtf8Buf},
    function::FuncArgs,
};
use std::fmt::Write;

/// Maximum nesting depth of values, as in CPython.
const MAX_DEPTH: u32 = 10_000;

/// The characters that are not escaped in a JSON string. Quotes, backslashes and control characters always are.
#[derive(Clone, Copy)]
pub enum Characters {
    Ascii,
    All,
}

/// Encodes a string as a JSON string.
pub fn quoted(text: &Wtf8, characters: Characters) -> Wtf8Buf {
    let mut quoted = Wtf8Buf::with_capacity(text.len() + 2);
    push_quoted(&mut quoted, text, characters);
    quoted
}

fn push_quoted(json: &mut Wtf8Buf, text: &Wtf8, characters: Characters) {
    json.push_char('"');
    for character in text.code_points() {
        match (character.to_u32(), characters) {
            (0x22, _) => json.push_str("\\\""),
            (0x5c, _) => json.push_str("\\\\"),
            (0x08, _) => json.push_str("\\b"),
            (0x0a, _) => json.push_str("\\n"),
            (0x0c, _) => json.push_str("\\f"),
            (0x0d, _) => json.push_str("\\r"),
            (0x09, _) => json.push_str("\\t"),
            (0x20..=0x7e, _) | (0x7f.., Characters::All) => json.push(character),
            (code @ ..0x10000, _) => push_escape(json, code),
            (code, Characters::Ascii) => {
                push_escape(json, 0xd800 + ((code - 0x10000) >> 10));
                push_escape(json, 0xdc00 + (code & 0x3ff));
            }
        }
    }
    json.push_char('"');
}

fn push_escape(json: &mut Wtf8Buf, code: u32) {
    // Writing to a buffer in memory cannot fail.
    let _ = write!(json, "\\u{code:04x}");
}

/// How strings are encoded.
enum Strings {
    Natively(Characters),
    /// With a function that the program has passed.
    By(PyObjectRef),
}

/// The options of a `json.JSONEncoder`.
pub struct Options {
    /// The containers that are being written, indexed by their `id`. `None` if cycles are not to be detected.
    markers: Option<PyRef<PyDict>>,
    default: PyObjectRef,
    strings: Strings,
    indent: Option<PyRef<PyStr>>,
    key_separator: PyRef<PyStr>,
    item_separator: PyRef<PyStr>,
    sorts_keys: bool,
    skips_keys: bool,
    allows_nan: bool,
}

impl Options {
    /// Converts the arguments of `make_encoder` to options.
    pub fn from_args(args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let args: [PyObjectRef; 9] = args.args.try_into().map_err(|given: Vec<_>| {
            vm.new_type_error(format!("make_encoder() takes exactly 9 arguments ({} given)", given.len()))
        })?;
        let [markers, default, encoder, indent, key_separator, item_separator, sort_keys, skip_keys, allow_nan] = args;
        let module = vm.import("_json", 0)?;
        let strings = if encoder.is(&module.get_attr("encode_basestring_ascii", vm)?) {
            Strings::Natively(Characters::Ascii)
        } else if encoder.is(&module.get_attr("encode_basestring", vm)?) {
            Strings::Natively(Characters::All)
        } else {
            Strings::By(encoder)
        };
        Ok(Self {
            markers: match vm.option_if_none(markers) {
                Some(markers) => Some(markers.try_into_value(vm)?),
                None => None,
            },
            default,
            strings,
            indent: match vm.option_if_none(indent) {
                Some(indent) => Some(indent.try_into_value(vm)?),
                None => None,
            },
            key_separator: key_separator.try_into_value(vm)?,
            item_separator: item_separator.try_into_value(vm)?,
            sorts_keys: sort_keys.try_to_bool(vm)?,
            skips_keys: skip_keys.try_to_bool(vm)?,
            allows_nan: allow_nan.try_to_bool(vm)?,
        })
    }
}

/// Serializes a value to JSON at the given indentation level.
pub fn text_of(value: PyObjectRef, level: usize, options: &Options, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    let mut writer = Writer { json: Wtf8Buf::new(), options, level, depth: 0, vm };
    writer.value(&value)?;
    Ok(writer.json)
}

struct Writer<'a> {
    json: Wtf8Buf,
    options: &'a Options,
    /// Current indentation level.
    level: usize,
    depth: u32,
    vm: &'a VirtualMachine,
}

impl Writer<'_> {
    fn value(&mut self, value: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        if let Some(constant) = constant(value, vm) {
            self.json.push_str(constant);
        } else if let Some(text) = value.downcast_ref::<PyStr>() {
            self.string(text.as_wtf8(), value)?;
        } else if let Some(integer) = value.downcast_ref::<PyInt>() {
            self.json.push_str(&integers::decimal_text(integer.as_bigint(), vm)?);
        } else if let Some(float) = value.downcast_ref::<PyFloat>() {
            let text = self.float(float.to_f64())?;
            self.json.push_str(&text);
        } else if let Some(list) = value.downcast_ref::<PyList>() {
            let items = list.borrow_vec().to_vec();
            self.nested(value, |writer| writer.array(&items))?;
        } else if let Some(tuple) = value.downcast_ref::<PyTuple>() {
            self.nested(value, |writer| writer.array(tuple.as_slice()))?;
        } else if let Some(dict) = value.downcast_ref::<PyDict>() {
            self.nested(value, |writer| writer.object(value, dict))?;
        } else {
            self.nested(value, |writer| {
                let converted = writer.options.default.call((value.to_owned(),), vm)?;
                writer.value(&converted)
            })?;
        }
        Ok(())
    }

    /// Calls `write` to write a value that contains other values. Returns an error if the value contains itself, or is
    /// nested too deeply.
    fn nested(&mut self, value: &PyObject, write: impl FnOnce(&mut Self) -> PyResult<()>) -> PyResult<()> {
        let vm = self.vm;
        let marker = match &self.options.markers {
            Some(markers) => {
                let identity: PyObjectRef = vm.ctx.new_int(value.get_id()).into();
                if markers.contains_key(&*identity, vm) {
                    return Err(vm.new_value_error("Circular reference detected"));
                }
                markers.set_item(&*identity, value.to_owned(), vm)?;
                Some((markers, identity))
            }
            None => None,
        };
        // `with_recursion` is called only to check that the stack is not used up.
        if self.depth >= MAX_DEPTH || vm.with_recursion("", || Ok(())).is_err() {
            let message = "maximum recursion depth exceeded while encoding a JSON object";
            return Err(vm.new_recursion_error(message.to_owned()));
        }
        self.depth += 1;
        let written = write(self);
        self.depth -= 1;
        written?;
        if let Some((markers, identity)) = marker {
            markers.del_item(&*identity, vm)?;
        }
        Ok(())
    }

    fn string(&mut self, text: &Wtf8, object: &PyObject) -> PyResult<()> {
        match &self.options.strings {
            Strings::Natively(characters) => push_quoted(&mut self.json, text, *characters),
            Strings::By(encoder) => {
                let encoded = encoder.call((object.to_owned(),), self.vm)?;
                let Some(encoded) = encoded.downcast_ref::<PyStr>() else {
                    let type_ = encoded.class().name().to_string();
                    return Err(self.vm.new_type_error(format!("encoder() must return a string, not {type_}")));
                };
                self.json.push_wtf8(encoded.as_wtf8());
            }
        }
        Ok(())
    }

    fn float(&self, value: f64) -> PyResult<String> {
        if value.is_finite() {
            return Ok(float_repr(value));
        }
        if !self.options.allows_nan {
            let shown = float_repr(value);
            return Err(self.vm.new_value_error(format!("Out of range float values are not JSON compliant: {shown}")));
        }
        Ok(if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned())
    }

    /// Starts a new line at the current indentation level, if the output is indented.
    fn start_line(&mut self) {
        if let Some(indent) = &self.options.indent {
            self.json.push_char('\n');
            for _ in 0..self.level {
                self.json.push_wtf8(indent.as_wtf8());
            }
        }
    }

    fn separate_items(&mut self) {
        self.json.push_wtf8(self.options.item_separator.as_wtf8());
        self.start_line();
    }

    fn array(&mut self, items: &[PyObjectRef]) -> PyResult<()> {
        if items.is_empty() {
            self.json.push_str("[]");
            return Ok(());
        }
        self.json.push_char('[');
        self.level += 1;
        self.start_line();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.separate_items();
            }
            self.value(item)?;
        }
        self.level -= 1;
        self.start_line();
        self.json.push_char(']');
        Ok(())
    }

    fn object(&mut self, object: &PyObject, dict: &rustpython_vm::Py<PyDict>) -> PyResult<()> {
        if dict.__len__() == 0 {
            self.json.push_str("{}");
            return Ok(());
        }
        self.json.push_char('{');
        self.level += 1;
        self.start_line();
        let mut is_first = true;
        for (key, value) in self.members(object, dict)? {
            let Some((key_text, key)) = self.key(&key)? else { continue };
            if !is_first {
                self.separate_items();
            }
            is_first = false;
            self.string(&key_text, &key)?;
            self.json.push_wtf8(self.options.key_separator.as_wtf8());
            self.value(&value)?;
        }
        self.level -= 1;
        self.start_line();
        self.json.push_char('}');
        Ok(())
    }

    /// Returns the key-value pairs of a dict in the order in which they are to be written.
    fn members(
        &self,
        object: &PyObject,
        dict: &rustpython_vm::Py<PyDict>,
    ) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
        let vm = self.vm;
        let is_exact = object.class().is(vm.ctx.types.dict_type);
        if is_exact && !self.options.sorts_keys {
            let dict = dict.to_owned();
            return Ok(dict.into_iter().collect());
        }
        let items: Vec<PyObjectRef> = vm.call_method(object, "items", ())?.try_to_value(vm)?;
        let items = vm.ctx.new_list(items);
        if self.options.sorts_keys {
            vm.call_method(items.as_object(), "sort", ())?;
        }
        let pair = |item: &PyObjectRef| match item.downcast_ref::<PyTuple>().map(|pair| pair.as_slice()) {
            Some([key, value]) => Ok((key.clone(), value.clone())),
            _ => Err(vm.new_value_error("items must return 2-tuples")),
        };
        items.borrow_vec().iter().map(pair).collect()
    }

    /// Returns a key as a string, together with the object for that string. Returns `None` if the key is to be skipped.
    fn key(&self, key: &PyObject) -> PyResult<Option<(Wtf8Buf, PyObjectRef)>> {
        let vm = self.vm;
        let text: Wtf8Buf = if let Some(text) = key.downcast_ref::<PyStr>() {
            return Ok(Some((text.as_wtf8().to_owned(), key.to_owned())));
        } else if let Some(float) = key.downcast_ref::<PyFloat>() {
            self.float(float.to_f64())?.into()
        } else if let Some(constant) = constant(key, vm) {
            constant.into()
        } else if let Some(integer) = key.downcast_ref::<PyInt>() {
            integers::decimal_text(integer.as_bigint(), vm)?.into()
        } else if self.options.skips_keys {
            return Ok(None);
        } else {
            let type_ = key.class().name().to_string();
            let message = format!("keys must be str, int, float, bool or None, not {type_}");
            return Err(vm.new_type_error(message));
        };
        let object = vm.ctx.new_str(text.clone()).into();
        Ok(Some((text, object)))
    }
}

/// Returns the JSON literal for None, True or False. Returns `None` for any other object.
fn constant(value: &PyObject, vm: &VirtualMachine) -> Option<&'static str> {
    if vm.is_none(value) {
        Some("null")
    } else if value.is(&vm.ctx.true_value) {
        Some("true")
    } else if value.is(&vm.ctx.false_value) {
        Some("false")
    } else {
        None
    }
}
