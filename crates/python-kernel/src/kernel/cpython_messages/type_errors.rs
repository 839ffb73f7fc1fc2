//! TypeErrors whose message in CPython depends on the failing expression.

use super::super::traceback::nearest;
use super::failing_expression::FailingExpression;
use super::message_templates::captures;
use rustpython_compiler::ast::Operator;
use rustpython_vm::VirtualMachine;

/// Functions for which CPython's message says "takes exactly one argument".
const ONE_ARGUMENT_FUNCTIONS: &[&str] = &[
    "abs", "all", "any", "ascii", "bin", "callable", "chr", "hash", "hex", "id", "len", "oct", "ord", "repr", "sleep",
];

/// Methods for which CPython's message says "takes exactly one argument".
const ONE_ARGUMENT_METHODS: &[&str] =
    &["add", "append", "appendleft", "count", "discard", "extend", "extendleft", "join", "remove"];

/// Functions for which CPython's message states an exact number of arguments, without "at least" or "at most".
const EXACT_COUNT_FUNCTIONS: &[&str] =
    &["delattr", "divmod", "filter", "hasattr", "insert", "isinstance", "issubclass", "reversed", "setattr", "sorted"];

/// Returns CPython's message for a message from the interpreter, or `None` if they do not differ.
pub(super) fn rewrite(message: &str, failing: &FailingExpression, vm: &VirtualMachine) -> Option<String> {
    let capture = |template| captures(message, template).and_then(|found| found.first().map(|&part| part.to_owned()));
    if let Some(type_) = capture("'{}' object is not iterable") {
        not_iterable_message(&type_, failing, vm)
    } else if let Some(type_) = capture("a bytes-like object is required, not '{}'") {
        bytes_expected_message(&type_, failing)
    } else if let Some(type_) = capture("'{}' object cannot be interpreted as an integer") {
        let is_product = matches!(failing.operator(), Some(Operator::Mult));
        is_product.then(|| format!("can't multiply sequence by non-int of type '{type_}'"))
    } else if let Some(type_) = capture("Expected type 'str' but '{}' found.") {
        str_expected_message(&type_, failing, vm)
    } else if let Some(type_) = capture("{} object is not an iterator") {
        (!type_.starts_with('\'')).then(|| format!("'{type_}' object is not an iterator"))
    } else if let Some(type_) = capture("must be real number, not {}") {
        let sleeps = failing.called_name() == Some("sleep");
        sleeps.then(|| format!("'{type_}' object cannot be interpreted as an integer"))
    } else if let Some(type_) = capture("unexpected type {}") {
        Some(match failing.called_name() {
            Some("ord") => format!("ord() expected string of length 1, but {type_} found"),
            _ => format!("a bytes-like object is required, not '{type_}'"),
        })
    } else if message == "can assign only bytes, buffers, or iterables of ints in range(0, 256)" {
        let type_ = failing.type_of_argument(0, vm)?;
        Some(match failing.called_name()? {
            "from_bytes" => format!("cannot convert '{type_}' object to bytes"),
            _ => format!("a bytes-like object is required, not '{type_}'"),
        })
    } else if let Some(type_) = capture("argument must be an unicode character, not {}") {
        let name = failing.called_name()?;
        let position = if matches!(name, "category" | "combining" | "east_asian_width") { "" } else { " 1" };
        Some(format!("{name}() argument{position} must be a unicode character, not {type_}"))
    } else if let Some(type_) = capture("center() argument 2 must be a byte string of length 1, not {}") {
        let name = failing.called_method().filter(|name| *name != "center")?;
        Some(format!("{name}() argument 2 must be a byte string of length 1, not {type_}"))
    } else if message == "argument to reversed() must be a sequence" {
        Some(format!("'{}' object is not reversible", failing.type_of_argument(0, vm)?))
    } else if let Some(type_) =
        capture("'{}' object does not support the context manager protocol (missed __exit__ method)")
    {
        let has_enter = failing.class_has("__enter__", vm)?;
        (!has_enter).then(|| format!("'{type_}' object does not support the context manager protocol"))
    } else if let Some(type_) = capture("'{}' does not support item deletion") {
        let verb = if matches!(&*type_, "str" | "tuple" | "bytes" | "range") { "doesn't" } else { "does not" };
        Some(format!("'{type_}' object {verb} support item deletion"))
    } else if let Some(keyword) = capture("Unexpected keyword argument {}") {
        let (name, parameters): (_, &[&str]) = match failing.called_name()? {
            "print" => ("print", &["sep", "end", "file", "flush"]),
            "sorted" | "sort" => ("sort", &["key", "reverse"]),
            _ => return None,
        };
        let names: Vec<String> = parameters.iter().map(|&name| name.to_owned()).collect();
        Some(unexpected_keyword_message(&format!("{name}()"), &keyword, &names))
    } else if let Some([function, keyword]) = captures(message, "{} got an unexpected keyword argument '{}'").as_deref()
    {
        Some(unexpected_keyword_message(function, keyword, &failing.parameters(function, vm)?))
            .filter(|rewritten| rewritten != message)
    } else {
        argument_count_message(message, failing, vm)
    }
}

/// Returns CPython's message for a value that cannot be iterated, or `None` to keep the interpreter's message.
fn not_iterable_message(type_: &str, failing: &FailingExpression, vm: &VirtualMachine) -> Option<String> {
    let argument = failing.type_of_argument(0, vm);
    let is_argument = argument.is_none_or(|argument| argument == type_);
    match failing.called_name() {
        _ if failing.stores_slice() => Some("must assign iterable to extended slice".to_owned()),
        _ if failing.is_instruction("ContainsOp") => Some(format!("argument of type '{type_}' is not iterable")),
        Some("join") if is_argument => Some("can only join an iterable".to_owned()),
        Some("bytes") if is_argument => Some(format!("cannot convert '{type_}' object to bytes")),
        Some("dict" | "update") if !is_argument => {
            Some("cannot convert dictionary update sequence element #0 to a sequence".to_owned())
        }
        _ => None,
    }
}

/// Returns CPython's message for a value that is not bytes where bytes are expected, or `None` to keep the
/// interpreter's message.
fn bytes_expected_message(type_: &str, failing: &FailingExpression) -> Option<String> {
    if matches!(failing.operator(), Some(Operator::Add)) {
        return Some(format!("can't concat {type_} to bytes"));
    }
    match failing.called_name()? {
        "find" | "rfind" | "index" | "rindex" | "count" => {
            Some(format!("argument should be integer or bytes-like object, not '{type_}'"))
        }
        "join" => {
            let (at, type_) = failing.first_item_that_is_not("bytes")?;
            Some(format!("sequence item {at}: expected a bytes-like object, {type_} found"))
        }
        called if type_ == "str" && (called == "update" || failing.calls_module("hashlib")) => {
            Some("Strings must be encoded before hashing".to_owned())
        }
        _ => None,
    }
}

/// Returns CPython's message for a value that is not a `str` where a `str` is expected, or `None` to keep the
/// interpreter's message.
fn str_expected_message(type_: &str, failing: &FailingExpression, vm: &VirtualMachine) -> Option<String> {
    Some(match failing.called_name()? {
        "join" => {
            let (at, _) = failing.first_item_that_is_not("str").unwrap_or((0, ""));
            format!("sequence item {at}: expected str instance, {type_} found")
        }
        "split" | "rsplit" => format!("must be str or None, not {type_}"),
        name @ ("strip" | "lstrip" | "rstrip") => format!("{name} arg must be None or str"),
        name @ ("encode" | "decode" | "bytes" | "str") => {
            format!("{name}() argument 'encoding' must be str, not {type_}")
        }
        "replace" => {
            let at = if failing.type_of_argument(0, vm).is_some_and(|first| first == "str") { 2 } else { 1 };
            format!("replace() argument {at} must be str, not {type_}")
        }
        name @ ("find" | "rfind" | "index" | "rindex" | "count" | "strftime") => {
            format!("{name}() argument 1 must be str, not {type_}")
        }
        name @ ("removeprefix" | "removesuffix") => format!("{name}() argument must be str, not {type_}"),
        "partition" | "rpartition" => format!("must be str, not {type_}"),
        "print" => {
            format!("{} must be None or a string, not {type_}", failing.first_non_string_keyword(&["end", "sep"])?)
        }
        _ => return None,
    })
}

/// Returns CPython's message for an unknown keyword argument. It suggests the parameter with the most similar name, if
/// any.
fn unexpected_keyword_message(function: &str, keyword: &str, parameters: &[String]) -> String {
    let suggestion = nearest(parameters, keyword).map_or_else(String::new, |name| format!(". Did you mean '{name}'?"));
    format!("{function} got an unexpected keyword argument '{keyword}'{suggestion}")
}

/// Returns CPython's message for a wrong number of arguments, or `None` to keep the interpreter's message.
fn argument_count_message(message: &str, failing: &FailingExpression, vm: &VirtualMachine) -> Option<String> {
    let name = failing.called_name()?;
    let (pieces, bound) = match captures(message, "expected at least {} arguments, got {}") {
        Some(pieces) => (pieces, "at least "),
        None => (captures(message, "expected at most {} arguments, got {}")?, "at most "),
    };
    let numbers: Vec<usize> = pieces.iter().filter_map(|piece| piece.parse().ok()).collect();
    let &[wanted, given] = numbers.as_slice() else { return None };
    // The interpreter's counts of arguments include the object on which the method is called. CPython's do not.
    let receiver = failing.receiver_type(vm);
    let self_argument = usize::from(receiver.is_some());
    let (wanted, given) = (wanted.checked_sub(self_argument)?, given.checked_sub(self_argument)?);
    match receiver {
        Some(receiver) if wanted == 0 => {
            return Some(format!("{receiver}.{name}() takes no arguments ({given} given)"));
        }
        Some(receiver) if wanted == 1 && ONE_ARGUMENT_METHODS.contains(&name) => {
            return Some(format!("{receiver}.{name}() takes exactly one argument ({given} given)"));
        }
        None if ONE_ARGUMENT_FUNCTIONS.contains(&name) => {
            let module = if name == "sleep" { "time." } else { "" };
            return Some(format!("{module}{name}() takes exactly one argument ({given} given)"));
        }
        _ => {}
    }
    let bound = if EXACT_COUNT_FUNCTIONS.contains(&name) { "" } else { bound };
    let plural = if wanted == 1 { "" } else { "s" };
    Some(format!("{name} expected {bound}{wanted} argument{plural}, got {given}"))
}
