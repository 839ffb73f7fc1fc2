//! Corrections to the interpreter's module `_sre`, the native part of `re`.

use super::replace::{Original, native_class, replace_method};
use super::unicode::{self, Property};
use rustpython_vm::{
    PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyList, PyStr, PyTuple, PyType},
    function::FuncArgs,
};

/// The methods of a pattern that take a string and the positions between which it is searched.
const SEARCHING: [&str; 6] = ["match", "fullmatch", "search", "findall", "finditer", "scanner"];

/// Replaces the methods of patterns and matches that differ from CPython's.
pub fn amend(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let class_named = |name: &'static str| -> PyResult<&'static rustpython_vm::Py<PyType>> {
        let class = module.get_attr(name, vm)?;
        native_class(&class, vm)
    };
    let pattern = class_named("Pattern")?;
    for name in SEARCHING {
        let original = Original::find(pattern, name, vm)?;
        let method = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let pattern = args.args.first().cloned();
            let found = original.call(with_plain_positions(args, vm)?, vm)?;
            match pattern {
                Some(pattern) if name == "findall" => without_none(&pattern, found, vm),
                _ => Ok(found),
            }
        };
        replace_method(pattern, name, method, vm);
    }
    for name in ["sub", "subn"] {
        let original = Original::find(pattern, name, vm)?;
        let method = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let count = args.args.get(3).or_else(|| args.kwargs.get("count"));
            let is_negative = count
                .and_then(|count| count.downcast_ref::<PyInt>())
                .is_some_and(|count| count.as_bigint() < &0.into());
            match args.args.get(2).or_else(|| args.kwargs.get("string")) {
                Some(text) if is_negative => Ok(match name {
                    "sub" => text.clone(),
                    _ => vm.new_tuple((text.clone(), 0)).into(),
                }),
                _ => original.call(args, vm),
            }
        };
        replace_method(pattern, name, method, vm);
    }
    replace_method(class_named("Match")?, "expand", expand, vm);
    module.set_attr("_category_words", vm.new_function("_category_words", category_words), vm)
}

/// Returns the bytecode that matches a category of characters, such as `\w`, in a character set. The corrected
/// `re._compiler` uses it instead of the engine's own categories, which follow Rust's definitions.
fn category_words(name: PyRef<PyStr>, vm: &VirtualMachine) -> PyResult {
    let properties = |name: &str| -> Option<&[Property]> {
        match name {
            "CATEGORY_DIGIT" => Some(&[Property::Decimal]),
            "CATEGORY_WORD" => Some(&WORD),
            _ => None,
        }
    };
    let name = name.to_str().unwrap_or_default();
    let (positive, is_negated) = match name.strip_prefix("CATEGORY_NOT_") {
        Some(rest) => (format!("CATEGORY_{rest}"), true),
        None => (name.to_owned(), false),
    };
    let Some(properties) = properties(&positive) else { return Err(vm.new_value_error("unknown category")) };
    let underscore = u32::from('_');
    let mut ranges = unicode::ranges_of(properties);
    if properties.len() == WORD.len() {
        ranges.push((underscore, underscore));
    }
    let words = set_of(&ranges, is_negated).into_iter().map(|word| vm.ctx.new_int(word).into());
    Ok(vm.ctx.new_list(words.collect()).into())
}

/// The properties of the characters that `\w` matches, apart from the underscore. A character needs only one of them.
const WORD: [Property; 4] = [Property::Alphabetic, Property::Decimal, Property::Digit, Property::Numeric];

/// Returns the bytecode of a character set that contains the given ranges, or all other characters if `is_negated`.
/// Each range consists of its first and last code point. The bytecode has a bitmap in blocks for the first 65,536 code
/// points, and ranges for the others.
fn set_of(ranges: &[(u32, u32)], is_negated: bool) -> Vec<u32> {
    const RANGE: u32 = 22;
    const BIGCHARSET: u32 = 10;
    const PLANE: u32 = 0x10000;
    const LAST: u32 = 0x10ffff;
    let mut bits = vec![if is_negated { u32::MAX } else { 0 }; PLANE as usize / 32];
    let mut beyond = Vec::new();
    for &(first, last) in ranges {
        for character in first..=last.min(PLANE - 1) {
            bits[character as usize / 32] ^= 1 << (character % 32);
        }
        if last >= PLANE {
            beyond.push((first.max(PLANE), last));
        }
    }
    if is_negated {
        let mut next = PLANE;
        let mut others = Vec::new();
        for (first, last) in beyond {
            if next < first {
                others.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= LAST {
            others.push((next, LAST));
        }
        beyond = others;
    }
    let mut blocks: Vec<&[u32]> = Vec::new();
    let mut indices = Vec::new();
    for block in bits.chunks(8) {
        let at = blocks.iter().position(|known| *known == block).unwrap_or_else(|| {
            blocks.push(block);
            blocks.len() - 1
        });
        // There are at most 256 blocks, so the index fits into a byte.
        indices.push(u8::try_from(at).unwrap_or(u8::MAX));
    }
    let mut code = vec![BIGCHARSET, u32::try_from(blocks.len()).unwrap_or(u32::MAX)];
    code.extend(indices.chunks_exact(4).map(|bytes| u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])));
    code.extend(blocks.concat());
    code.extend(beyond.into_iter().flat_map(|(first, last)| [RANGE, first, last]));
    code
}

/// Converts the keyword argument `string` to a positional argument, and replaces negative positions with 0.
fn with_plain_positions(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<FuncArgs> {
    if args.args.len() == 1
        && let Some(string) = args.kwargs.shift_remove("string")
    {
        args.args.push(string);
    }
    let named = ["pos", "endpos"];
    let positions =
        args.args.iter_mut().skip(2).chain(
            args.kwargs.iter_mut().filter(|(name, _)| named.contains(&name.as_str())).map(|(_, position)| position),
        );
    for position in positions {
        if let Some(number) = position.downcast_ref::<PyInt>()
            && number.as_bigint() < &0.into()
        {
            *position = vm.ctx.new_int(0).into();
        }
    }
    Ok(args)
}

/// Replaces None in the result of `findall` with an empty string, or with empty bytes if the pattern is bytes.
fn without_none(pattern: &PyObjectRef, found: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let is_text = pattern.get_attr("pattern", vm)?.downcast_ref::<PyStr>().is_some();
    let empty: PyObjectRef = if is_text { vm.ctx.empty_str.to_owned().into() } else { vm.ctx.new_bytes(vec![]).into() };
    let Some(list) = found.downcast_ref::<PyList>() else { return Ok(found) };
    // For a group without a match, the engine returns None or, inside a tuple, an empty `str` even if the pattern is
    // bytes.
    let is_missing = |item: &PyObjectRef| {
        vm.is_none(item) || !is_text && item.downcast_ref::<PyStr>().is_some_and(|text| text.is_empty())
    };
    for item in list.borrow_vec_mut().iter_mut() {
        if is_missing(item) {
            *item = empty.clone();
        } else if let Some(groups) = item.downcast_ref::<PyTuple>()
            && groups.as_slice().iter().any(is_missing)
        {
            let groups =
                groups.as_slice().iter().map(|group| if is_missing(group) { empty.clone() } else { group.clone() });
            *item = PyTuple::new_ref(groups.collect(), &vm.ctx).into();
        }
    }
    Ok(found)
}

/// Implements `Match.expand`.
fn expand(found: PyObjectRef, template: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let pattern = found.get_attr("re", vm)?;
    let parser = vm.import("re._parser", 0)?.get_attr("_parser", vm)?;
    // The parsed template: a list in which literals and group numbers alternate.
    let parts: Vec<PyObjectRef> =
        parser.get_attr("parse_template", vm)?.call((template.clone(), pattern), vm)?.try_to_value(vm)?;
    let is_text = template.downcast_ref::<PyStr>().is_some();
    let empty: PyObjectRef = if is_text { vm.ctx.empty_str.to_owned().into() } else { vm.ctx.new_bytes(vec![]).into() };
    let mut expanded = Vec::new();
    for part in parts {
        let text = match part.clone().downcast::<PyInt>() {
            Ok(group) => vm.call_method(&found, "group", (group,))?,
            Err(literal) => literal,
        };
        expanded.push(if vm.is_none(&text) { empty.clone() } else { text });
    }
    vm.call_method(&empty, "join", (vm.ctx.new_list(expanded),))
}
