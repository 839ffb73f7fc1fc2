//! Templates for exception messages that differ from CPython's regardless of the expression that failed. They convert
//! the interpreter's message to CPython's.

/// The exception's class, the interpreter's message, and CPython's message. `{}` stands for text that is copied from
/// the interpreter's message to CPython's, and `{1}` for the second such text.
const TEMPLATES: &[(&str, &str, &str)] = &[
    ("TypeError", "unsupported operand type(s) for +: 'str' and '{}'", "can only concatenate str (not \"{}\") to str"),
    ("TypeError", "unsupported operand type(s) for +=: 'str' and '{}'", "can only concatenate str (not \"{}\") to str"),
    ("TypeError", "Cannot add list and {}", "can only concatenate list (not \"{}\") to list"),
    ("TypeError", "can only concatenate tuple (not '{}') to tuple", "can only concatenate tuple (not \"{}\") to tuple"),
    (
        "TypeError",
        "str indices must be integers or slices or classes that override __index__ operator, not '{}'",
        "string indices must be integers, not '{}'",
    ),
    (
        "TypeError",
        "bytes indices must be integers or slices or classes that override __index__ operator, not '{}'",
        "byte indices must be integers or slices, not {}",
    ),
    (
        "TypeError",
        "{} indices must be integers or slices or classes that override __index__ operator, not '{}'",
        "{} indices must be integers or slices, not {}",
    ),
    ("TypeError", "Expected type 'int' but '{}' found.", "'{}' object cannot be interpreted as an integer"),
    (
        "TypeError",
        "float() argument must be a string or a number, not '{}'",
        "float() argument must be a string or a real number, not '{}'",
    ),
    ("TypeError", "type {} doesn't define __round__", "type {} doesn't define __round__ method"),
    ("TypeError", "{} format: a number is required, not {}", "{} format: a real number is required, not {}"),
    ("TypeError", "'{}' does not support item assignment", "'{}' object does not support item assignment"),
    (
        "TypeError",
        "isinstance() arg 2 must be a type, a tuple of types, or a union, not {}",
        "isinstance() arg 2 must be a type, a tuple of types, or a union",
    ),
    ("TypeError", "'{}' object can't be awaited", "object {} can't be used in 'await' expression"),
    ("TypeError", "issubclass() arg 1 must be a class, not {}", "issubclass() arg 1 must be a class"),
    (
        "TypeError",
        "issubclass() arg 2 must be a class, a tuple of classes, or a union, not {}",
        "issubclass() arg 2 must be a class, a tuple of classes, or a union",
    ),
    (
        "TypeError",
        "exceptions must be classes or instances deriving from BaseException, not {}",
        "exceptions must derive from BaseException",
    ),
    ("TypeError", "expected string got 'bytes'", "cannot use a string pattern on a bytes-like object"),
    ("TypeError", "expected bytes got 'str'", "cannot use a bytes pattern on a string-like object"),
    ("TypeError", "expected string got '{}'", "expected string or bytes-like object, got '{}'"),
    ("TypeError", "expected bytes got '{}'", "expected string or bytes-like object, got '{}'"),
    (
        "TypeError",
        "reduce() of empty sequence with no initial value",
        "reduce() of empty iterable with no initial value",
    ),
    ("TypeError", "{}.__int__ returned non-int(type {})", "__int__ returned non-int (type {1})"),
    ("TypeError", "{}.__index__ returned non-int(type {})", "__index__ returned non-int (type {1})"),
    ("TypeError", "unsupported operand type(s) for divmod: {}", "unsupported operand type(s) for divmod(): {}"),
    ("TypeError", "type '{}' doesn't define '__floor__' method", "must be real number, not {}"),
    ("TypeError", "type '{}' doesn't define '__ceil__' method", "must be real number, not {}"),
    ("TypeError", "'slice' object cannot be interpreted as an integer", "sequence index must be integer, not 'slice'"),
    ("TypeError", "cannot compare naive and aware {}", "can't compare offset-naive and offset-aware {}"),
    ("TypeError", "itemgetter expected 1 argument, got 0.", "itemgetter expected 1 argument, got 0"),
    ("TypeError", "cannot pickle 'lock' object", "cannot pickle '_thread.lock' object"),
    ("TypeError", "cannot pickle 'RLock' object", "cannot pickle '_thread.RLock' object"),
    ("AttributeError", "_local has no attribute '{}'", "'_thread._local' object has no attribute '{}'"),
    ("TypeError", "an integer is required.", "an integer is required"),
    (
        "TypeError",
        "sequence indices be integers or slices or classes that override __index__ operator, not '{}'",
        "range indices must be integers or slices, not {}",
    ),
    ("TypeError", "cannot mix naive and timezone-aware time", "can't subtract offset-naive and offset-aware datetimes"),
    (
        "TypeError",
        "class {} without an implementation for abstract {}",
        "Can't instantiate abstract class {} without an implementation for abstract {}",
    ),
    ("TypeError", "multiple bases have instance layout conflict", "multiple bases have instance lay-out conflict"),
    ("ValueError", "too many values to unpack (expected {}, got {})", "too many values to unpack (expected {})"),
    ("ValueError", "day {} must be in range 1..{} for month {} in year {}", "day is out of range for month"),
    ("ValueError", "year must be in 1..9999, not {}", "year {} is out of range"),
    ("ValueError", "{} must be in 0..{}, not {}", "{} must be in 0..{}"),
    ("ValueError", "month must be in 1..12, not {}", "month must be in 1..12"),
    ("ValueError", "expected a nonnegative input, got {}", "math domain error"),
    ("ValueError", "expected a positive input, got {}", "math domain error"),
    ("ValueError", "expected a number in range from {}", "math domain error"),
    ("ValueError", "expected a positive input", "math domain error"),
    ("TypeError", "type '{}' doesn't define '__trunc__' method", "type {} doesn't define __trunc__ method"),
    ("TypeError", "expected string object, got '{}'", "expected string or bytes-like object, got '{}'"),
    ("TypeError", "offset must be a timedelta", "timezone() argument 1 must be datetime.timedelta"),
    (
        "TypeError",
        "argument should be a string or a Rational instance or have the as_integer_ratio() method",
        "argument should be a string or a Rational instance",
    ),
    (
        "TypeError",
        "\"{}\" must be a unicode character, not a string of length {}",
        "\"{}\" must be a 1-character string",
    ),
    ("OverflowError", "OverflowError: {}", "{}"),
    ("OverflowError", "Python int too large to convert to Rust {}", "Python int too large to convert to C ssize_t"),
    ("ValueError", "ValueError: {}", "{}"),
    ("ValueError", "slice step cannot be zero.", "slice step cannot be zero"),
    ("ValueError", "maxlen must be non-negative.", "maxlen must be non-negative"),
    ("ValueError", "expected a finite input, got {}", "math domain error"),
    ("IndexError", "assignment index out of range", "list assignment index out of range"),
    ("ZeroDivisionError", "zero to a negative power", "0.0 cannot be raised to a negative power"),
    (
        "UnboundLocalError",
        "local variable '{}' referenced before assignment",
        "cannot access local variable '{}' where it is not associated with a value",
    ),
    (
        "NameError",
        "free variable '{}' referenced before assignment in enclosing scope",
        "cannot access free variable '{}' where it is not associated with a value in enclosing scope",
    ),
    (
        "UnboundLocalError",
        "free variable '{}' referenced before assignment in enclosing scope",
        "cannot access free variable '{}' where it is not associated with a value in enclosing scope",
    ),
];

/// Classes that CPython's messages qualify with their module, because CPython implements them in C.
const QUALIFIED_NAMES: &[(&str, &str)] = &[
    ("date", "datetime.date"),
    ("datetime", "datetime.datetime"),
    ("timedelta", "datetime.timedelta"),
    ("timezone", "datetime.timezone"),
    ("time", "datetime.time"),
    ("EllipsisType", "ellipsis"),
    ("Decimal", "decimal.Decimal"),
    ("deque", "collections.deque"),
    ("defaultdict", "collections.defaultdict"),
    ("OrderedDict", "collections.OrderedDict"),
];

/// Returns CPython's message for a message from the interpreter, or `None` if they do not differ.
pub(super) fn rewrite(class: &str, message: &str) -> Option<String> {
    let mut rows = TEMPLATES.iter().filter(|(row_class, _, _)| *row_class == class);
    match rows.find_map(|(_, from, to)| Some(fill(to, &captures(message, from)?))) {
        Some(filled) => Some(with_qualified_names(class, &filled).unwrap_or(filled)),
        None => with_qualified_names(class, message),
    }
}

/// Returns a message with type names qualified as in CPython, or `None` if that changes nothing.
pub(super) fn with_qualified_names(class: &str, message: &str) -> Option<String> {
    if let Some((before, after)) = message.split_once(" has no attribute ") {
        let before = with_qualified_names(class, &format!("{before} "))?;
        return Some(format!("{}has no attribute {after}", before));
    }
    let names_types = message.starts_with("unsupported operand")
        || message.contains(" not supported between instances of ")
        || message.contains("' object ")
        || message.starts_with("can only concatenate ")
        || message.contains("argument must be a string or a ");
    let mut qualified = message.to_owned();
    for (name, in_module) in QUALIFIED_NAMES {
        if names_types {
            qualified = qualified.replace(&format!("'{name}'"), &format!("'{in_module}'"));
            qualified = qualified.replace(&format!("\"{name}\""), &format!("\"{in_module}\""));
        }
        let is_last = |before: &str| before.ends_with(" not ") && class == "TypeError";
        if let Some(before) = message.strip_suffix(name).filter(|before| is_last(before)) {
            qualified = format!("{before}{in_module}");
        }
        if let Some(before) = message.strip_suffix(&format!("{name}.__format__")) {
            qualified = format!("{before}{in_module}.__format__");
        }
    }
    (qualified != message).then_some(qualified)
}

/// Matches `text` against a template. Returns the parts of `text` that match `{}`, or `None` if `text` does not match.
pub(super) fn captures<'a>(text: &'a str, template: &str) -> Option<Vec<&'a str>> {
    let mut fixed = template.split("{}");
    let mut rest = text.strip_prefix(fixed.next()?)?;
    let mut parts = Vec::new();
    let mut fixed = fixed.peekable();
    while let Some(next) = fixed.next() {
        let end = if fixed.peek().is_none() { rest.strip_suffix(next)?.len() } else { rest.find(next)? };
        parts.push(&rest[..end]);
        rest = &rest[end + next.len()..];
    }
    if rest.is_empty() { Some(parts) } else { None }
}

/// Replaces the placeholders `{}` and `{1}` of a template with `parts`.
fn fill(template: &str, parts: &[&str]) -> String {
    let template = template.replace("{1}", parts.get(1).unwrap_or(&""));
    let mut parts = parts.iter();
    let mut fixed = template.split("{}");
    let mut text = fixed.next().unwrap_or_default().to_owned();
    for next in fixed {
        text += parts.next().unwrap_or(&"");
        text += next;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_must_match_the_whole_text() {
        assert_eq!(captures("a 1, b 2", "a {}, b {}"), Some(vec!["1", "2"]));
        assert_eq!(captures("a 1, b 2!", "a {}, b 2"), None);
        assert_eq!(captures("no", "no"), Some(vec![]));
        assert_eq!(fill("{}-{}", &["1", "2"]), "1-2");
    }

    #[test]
    fn a_rewritten_message_is_not_rewritten_again() {
        for (class, _, message) in TEMPLATES {
            assert_eq!(rewrite(class, message), None, "{message}");
        }
    }
}
