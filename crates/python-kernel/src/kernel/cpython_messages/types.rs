//! The TypeErrors whose words depend on what was being done.

use super::super::traceback::nearest;
use super::plain::parts;
use super::site::Site;
use rustpython_compiler::ast::Operator;
use rustpython_vm::VirtualMachine;

/// Functions that take one argument and no other, as CPython words it.
const OF_ONE: &[&str] = &[
    "abs", "all", "any", "ascii", "bin", "callable", "chr", "hash", "hex", "id", "len", "oct", "ord", "repr", "sleep",
];

/// Methods that do.
const METHODS_OF_ONE: &[&str] =
    &["add", "append", "appendleft", "count", "discard", "extend", "extendleft", "join", "remove"];

/// Functions whose number of arguments is one and the same, as CPython words it.
const OF_SO_MANY: &[&str] =
    &["delattr", "divmod", "filter", "hasattr", "insert", "isinstance", "issubclass", "reversed", "setattr", "sorted"];

/// CPython's words for what the interpreter says, if they differ.
pub(super) fn worded(said: &str, site: &Site, vm: &VirtualMachine) -> Option<String> {
    let one = |template| parts(said, template).and_then(|parts| parts.first().map(|&part| part.to_owned()));
    if let Some(type_) = one("'{}' object is not iterable") {
        not_iterable(&type_, site, vm)
    } else if let Some(type_) = one("a bytes-like object is required, not '{}'") {
        bytes_expected(&type_, site)
    } else if let Some(type_) = one("'{}' object cannot be interpreted as an integer") {
        let is_product = matches!(site.operator(), Some(Operator::Mult));
        is_product.then(|| format!("can't multiply sequence by non-int of type '{type_}'"))
    } else if let Some(type_) = one("Expected type 'str' but '{}' found.") {
        text_expected(&type_, site, vm)
    } else if let Some(type_) = one("{} object is not an iterator") {
        (!type_.starts_with('\'')).then(|| format!("'{type_}' object is not an iterator"))
    } else if let Some(type_) = one("unexpected type {}") {
        Some(match site.called() {
            Some("ord") => format!("ord() expected string of length 1, but {type_} found"),
            _ => format!("a bytes-like object is required, not '{type_}'"),
        })
    } else if said == "can assign only bytes, buffers, or iterables of ints in range(0, 256)" {
        let type_ = site.type_of_argument(0, vm)?;
        Some(match site.called()? {
            "from_bytes" => format!("cannot convert '{type_}' object to bytes"),
            _ => format!("a bytes-like object is required, not '{type_}'"),
        })
    } else if said == "argument to reversed() must be a sequence" {
        Some(format!("'{}' object is not reversible", site.type_of_argument(0, vm)?))
    } else if let Some(type_) =
        one("'{}' object does not support the context manager protocol (missed __exit__ method)")
    {
        let has_enter = site.class_has("__enter__", vm)?;
        (!has_enter).then(|| format!("'{type_}' object does not support the context manager protocol"))
    } else if let Some(type_) = one("'{}' does not support item deletion") {
        let verb = if matches!(&*type_, "str" | "tuple" | "bytes" | "range") { "doesn't" } else { "does not" };
        Some(format!("'{type_}' object {verb} support item deletion"))
    } else if let Some(keyword) = one("Unexpected keyword argument {}") {
        let (name, parameters): (_, &[&str]) = match site.called()? {
            "print" => ("print", &["sep", "end", "file", "flush"]),
            "sorted" | "sort" => ("sort", &["key", "reverse"]),
            _ => return None,
        };
        let names: Vec<String> = parameters.iter().map(|&name| name.to_owned()).collect();
        Some(unexpected_keyword(&format!("{name}()"), &keyword, &names))
    } else if let Some([function, keyword]) = parts(said, "{} got an unexpected keyword argument '{}'").as_deref() {
        Some(unexpected_keyword(function, keyword, &site.parameters(function, vm)?)).filter(|worded| worded != said)
    } else {
        number_of_arguments(said, site, vm)
    }
}

fn not_iterable(type_: &str, site: &Site, vm: &VirtualMachine) -> Option<String> {
    let argument = site.type_of_argument(0, vm);
    let is_argument = argument.is_none_or(|argument| argument == type_);
    match site.called() {
        _ if site.does("ContainsOp") => Some(format!("argument of type '{type_}' is not iterable")),
        Some("join") if is_argument => Some("can only join an iterable".to_owned()),
        Some("bytes") if is_argument => Some(format!("cannot convert '{type_}' object to bytes")),
        Some("dict" | "update") if !is_argument => {
            Some("cannot convert dictionary update sequence element #0 to a sequence".to_owned())
        }
        _ => None,
    }
}

/// Where bytes were expected.
fn bytes_expected(type_: &str, site: &Site) -> Option<String> {
    if matches!(site.operator(), Some(Operator::Add)) {
        return Some(format!("can't concat {type_} to bytes"));
    }
    match site.called()? {
        "find" | "rfind" | "index" | "rindex" | "count" => {
            Some(format!("argument should be integer or bytes-like object, not '{type_}'"))
        }
        "join" => {
            let (at, type_) = site.first_item_that_is_not("bytes")?;
            Some(format!("sequence item {at}: expected a bytes-like object, {type_} found"))
        }
        called if type_ == "str" && (called == "update" || site.is_of_module("hashlib")) => {
            Some("Strings must be encoded before hashing".to_owned())
        }
        _ => None,
    }
}

/// Where text was expected.
fn text_expected(type_: &str, site: &Site, vm: &VirtualMachine) -> Option<String> {
    Some(match site.called()? {
        "join" => {
            let (at, _) = site.first_item_that_is_not("str").unwrap_or((0, ""));
            format!("sequence item {at}: expected str instance, {type_} found")
        }
        "split" | "rsplit" => format!("must be str or None, not {type_}"),
        name @ ("strip" | "lstrip" | "rstrip") => format!("{name} arg must be None or str"),
        name @ ("encode" | "decode" | "bytes" | "str") => {
            format!("{name}() argument 'encoding' must be str, not {type_}")
        }
        "replace" => {
            let at = if site.type_of_argument(0, vm).is_some_and(|first| first == "str") { 2 } else { 1 };
            format!("replace() argument {at} must be str, not {type_}")
        }
        name @ ("find" | "rfind" | "index" | "rindex" | "count" | "strftime") => {
            format!("{name}() argument 1 must be str, not {type_}")
        }
        name @ ("removeprefix" | "removesuffix") => format!("{name}() argument must be str, not {type_}"),
        "partition" | "rpartition" => format!("must be str, not {type_}"),
        "print" => format!("{} must be None or a string, not {type_}", site.keyword_of(&["end", "sep"])?),
        _ => return None,
    })
}

fn unexpected_keyword(function: &str, keyword: &str, parameters: &[String]) -> String {
    let meant = nearest(parameters, keyword).map_or_else(String::new, |name| format!(". Did you mean '{name}'?"));
    format!("{function} got an unexpected keyword argument '{keyword}'{meant}")
}

fn number_of_arguments(said: &str, site: &Site, vm: &VirtualMachine) -> Option<String> {
    let name = site.called()?;
    let (pieces, bound) = match parts(said, "expected at least {} arguments, got {}") {
        Some(pieces) => (pieces, "at least "),
        None => (parts(said, "expected at most {} arguments, got {}")?, "at most "),
    };
    let numbers: Vec<usize> = pieces.iter().filter_map(|piece| piece.parse().ok()).collect();
    let &[wanted, given] = numbers.as_slice() else { return None };
    // The interpreter counts what a method is called on.
    let of = site.type_called_on(vm);
    let this = usize::from(of.is_some());
    let (wanted, given) = (wanted.checked_sub(this)?, given.checked_sub(this)?);
    match of {
        Some(of) if wanted == 0 => return Some(format!("{of}.{name}() takes no arguments ({given} given)")),
        Some(of) if wanted == 1 && METHODS_OF_ONE.contains(&name) => {
            return Some(format!("{of}.{name}() takes exactly one argument ({given} given)"));
        }
        None if OF_ONE.contains(&name) => {
            let module = if name == "sleep" { "time." } else { "" };
            return Some(format!("{module}{name}() takes exactly one argument ({given} given)"));
        }
        _ => {}
    }
    let bound = if OF_SO_MANY.contains(&name) { "" } else { bound };
    let plural = if wanted == 1 { "" } else { "s" };
    Some(format!("{name} expected {bound}{wanted} argument{plural}, got {given}"))
}
