//! Plain values, in a form in which answers in Python and in redis-cli can be compared.

/// A plain Python value, such as a number, a string or a list.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    None,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// A list or a tuple.
    Sequence(Vec<Value>),
    Set(Vec<Value>),
    Map(Vec<(Value, Value)>),
}

/// Maximum nesting depth of a value. Python limits brackets in source code to the same depth.
const MAX_DEPTH: usize = 200;

/// Parses the `repr` of a plain Python value. Returns `None` for anything else, such as `<object at 0x…>`.
pub fn parse_python(text: &str) -> Option<Value> {
    let mut parser = Parser { rest: text.trim(), depth: 0 };
    let value = parser.value()?;
    parser.rest.trim().is_empty().then_some(value)
}

struct Parser<'a> {
    rest: &'a str,
    /// Number of brackets that are currently open.
    depth: usize,
}

impl<'a> Parser<'a> {
    fn skip(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> &'a str {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || "+-._".contains(c))).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// Parses the content of brackets. Returns `None` if too many brackets are open, because the `repr` of a class that
    /// the learner has defined can be nested to any depth.
    fn bracketed(&mut self, opening: &str, inner: impl FnOnce(&mut Self) -> Option<Value>) -> Option<Value> {
        self.skip(opening);
        self.depth += 1;
        let value = if self.depth > MAX_DEPTH { None } else { inner(self) };
        self.depth -= 1;
        value
    }

    fn value(&mut self) -> Option<Value> {
        self.rest = self.rest.trim_start();
        match self.rest.chars().next()? {
            '[' => self.bracketed("[", |parser| parser.items("]").map(Value::Sequence)),
            '(' => self.bracketed("(", |parser| parser.items(")").map(Value::Sequence)),
            '{' => self.bracketed("{", Self::braces),
            '\'' | '"' => self.string().map(|bytes| Value::Text(String::from_utf8_lossy(&bytes).into_owned())),
            'b' if self.rest[1..].starts_with(['\'', '"']) => {
                self.skip("b");
                self.string().map(Value::Bytes)
            }
            _ => match self.word() {
                "None" => Some(Value::None),
                "True" => Some(Value::Bool(true)),
                "False" => Some(Value::Bool(false)),
                "set" => (self.skip("(") && self.skip(")")).then_some(Value::Set(Vec::new())),
                number => number.parse().map(Value::Integer).ok().or_else(|| number.parse().map(Value::Float).ok()),
            },
        }
    }

    fn items(&mut self, end: &str) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        while !self.skip(end) {
            items.push(self.value()?);
            if !self.skip(",") {
                return self.skip(end).then_some(items);
            }
        }
        Some(items)
    }

    fn braces(&mut self) -> Option<Value> {
        if self.skip("}") {
            return Some(Value::Map(Vec::new()));
        }
        let first = self.value()?;
        if !self.skip(":") {
            let mut members = vec![first];
            if self.skip(",") {
                members.extend(self.items("}")?);
            } else if !self.skip("}") {
                return None;
            }
            return Some(Value::Set(members));
        }
        let mut pairs = vec![(first, self.value()?)];
        while self.skip(",") && !self.rest.trim_start().starts_with('}') {
            let key = self.value()?;
            if !self.skip(":") {
                return None;
            }
            pairs.push((key, self.value()?));
        }
        self.skip("}").then_some(Value::Map(pairs))
    }

    fn string(&mut self) -> Option<Vec<u8>> {
        let mut chars = self.rest.char_indices();
        let (_, quote) = chars.next()?;
        let mut bytes = Vec::new();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.rest = &self.rest[at + 1..];
                return Some(bytes);
            }
            if c != '\\' {
                bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
                continue;
            }
            match chars.next()?.1 {
                'n' => bytes.push(b'\n'),
                'r' => bytes.push(b'\r'),
                't' => bytes.push(b'\t'),
                'x' => {
                    let (high, low) = (chars.next()?.1.to_digit(16)?, chars.next()?.1.to_digit(16)?);
                    bytes.push(u8::try_from(high * 16 + low).ok()?);
                }
                other => bytes.extend(other.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        None
    }
}

/// Returns whether two values are equal. The order in sets and dicts does not matter, and a list equals a tuple.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Sequence(a), Value::Sequence(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Set(a), Value::Set(b)) => a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| same(a, b))),
        (Value::Map(a), Value::Map(b)) => {
            let held = |(key, value): &(Value, Value)| b.iter().any(|(k, v)| same(key, k) && same(value, v));
            a.len() == b.len() && a.iter().all(held)
        }
        _ => a == b || number(a).zip(number(b)).is_some_and(|(a, b)| a == b),
    }
}

/// Returns the value as a number, or `None` if it is not numeric. In Python, numbers of different types can be equal,
/// and a bool is a number.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(yes) => Some(f64::from(u8::from(*yes))),
        Value::Integer(n) => Some(*n as f64),
        Value::Float(v) => Some(*v),
        _ => None,
    }
}

/// Returns whether a value from redis-cli has the same meaning as a Python value. Python has types that redis-cli
/// lacks.
pub fn same_from_cli(cli: &Value, python: &Value) -> bool {
    match (cli, python) {
        (Value::Text(status), Value::Bool(true)) => status == "OK",
        (Value::None, Value::Sequence(items) | Value::Set(items)) => items.is_empty(),
        (Value::Sequence(items), Value::Set(members)) => {
            items.len() == members.len() && members.iter().all(|m| items.iter().any(|item| same_from_cli(item, m)))
        }
        (Value::Sequence(items), Value::Map(pairs)) => {
            let held = |(key, value): &(Value, Value)| {
                items.chunks(2).any(|pair| matches!(pair, [k, v] if same_from_cli(k, key) && same_from_cli(v, value)))
            };
            items.len() == 2 * pairs.len() && pairs.iter().all(held)
        }
        (Value::Sequence(items), Value::Sequence(expected)) => {
            if items.len() == expected.len() && items.iter().zip(expected).all(|(a, b)| same_from_cli(a, b)) {
                return true;
            }
            // In redis-cli, members and scores alternate in a flat list. In Python, they are pairs.
            let flat: Option<Vec<&Value>> = expected
                .iter()
                .map(|pair| if let Value::Sequence(pair) = pair { Some(pair) } else { None })
                .collect::<Option<Vec<_>>>()
                .map(|pairs| pairs.into_iter().flatten().collect());
            flat.is_some_and(|flat| {
                flat.len() == items.len() && items.iter().zip(flat).all(|(a, b)| same_from_cli(a, b))
            })
        }
        (Value::Bytes(text), _) if number(python).is_some() => {
            let text = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
            text == number(python)
        }
        (Value::Bytes(a), Value::Text(b)) | (Value::Text(b), Value::Bytes(a)) => a == b.as_bytes(),
        _ => same(cli, python),
    }
}

/// Converts a value from redis-cli to the types of the Python value `python`.
pub fn from_cli_like(cli: Value, python: &Value) -> Value {
    match (cli, python) {
        (Value::Text(status), Value::Bool(_)) if status == "OK" => Value::Bool(true),
        (Value::Sequence(items), Value::Set(_)) => Value::Set(items),
        (Value::Sequence(items), Value::Map(_)) if items.len() % 2 == 0 => {
            Value::Map(items.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect())
        }
        (Value::Bytes(digits), Value::Float(_) | Value::Integer(_)) => {
            let number = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse().ok());
            number.map_or(Value::Bytes(digits), Value::Float)
        }
        (cli, _) => cli,
    }
}

/// Formats a value as Python's `repr` does.
pub fn repr(value: &Value) -> String {
    let all = |items: &[Value]| items.iter().map(repr).collect::<Vec<_>>().join(", ");
    match value {
        Value::None => "None".into(),
        Value::Bool(yes) => if *yes { "True" } else { "False" }.into(),
        Value::Integer(n) => n.to_string(),
        Value::Float(v) => format!("{v:?}"),
        Value::Text(text) => quoted(text.chars().map(u32::from), text.contains('\'') && !text.contains('"')),
        Value::Bytes(bytes) => {
            let double = bytes.contains(&b'\'') && !bytes.contains(&b'"');
            format!(
                "b{}",
                quoted(bytes.iter().map(|&b| if b < 0x7f { b.into() } else { 0x11_0000 + u32::from(b) }), double)
            )
        }
        // redis-py returns a member with its score as a tuple, and any other sequence as a list.
        Value::Sequence(items) if matches!(items.as_slice(), [Value::Bytes(_) | Value::Text(_), Value::Float(_)]) => {
            format!("({})", all(items))
        }
        Value::Sequence(items) => format!("[{}]", all(items)),
        Value::Set(items) if items.is_empty() => "set()".into(),
        Value::Set(items) => format!("{{{}}}", all(items)),
        Value::Map(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|(k, v)| format!("{}: {}", repr(k), repr(v))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

/// Quotes and escapes characters. A number beyond the Unicode range stands for a byte that must be escaped.
fn quoted(chars: impl Iterator<Item = u32>, double: bool) -> String {
    let quote = if double { '"' } else { '\'' };
    let mut text = String::from(quote);
    for code in chars {
        match char::from_u32(code) {
            Some('\n') => text.push_str("\\n"),
            Some('\r') => text.push_str("\\r"),
            Some('\t') => text.push_str("\\t"),
            Some(c) if c == quote || c == '\\' => text.extend(['\\', c]),
            Some(c) if !c.is_control() => text.push(c),
            _ => text.push_str(&format!("\\x{:02x}", code & 0xff)),
        }
    }
    text.push(quote);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reprs_are_read_as_values() {
        for (a, b) in [
            ("{b'a', b'b'}", "{b'b', b'a'}"),
            ("{b'k': b'v', b'l': b'\\xff'}", "{b'l': b'\\xff', b'k': b'v'}"),
            ("[(b'Bob', 200.0), (b'Charlie', 150.0)]", "[ (b\"Bob\", 200), (b'Charlie', 150.0) ]"),
            ("True", "1"),
            ("(b'queue:tasks', b'task1')", "[b'queue:tasks', b'task1']"),
            ("set()", "set()"),
            ("-1.5", "-1.50"),
        ] {
            assert!(same(&parse_python(a).unwrap(), &parse_python(b).unwrap()), "{a} and {b}");
        }
        for (a, b) in [("b'a'", "'a'"), ("None", "0"), ("[1]", "{1}"), ("{b'a'}", "{b'b'}"), ("[]", "None")] {
            assert!(!same(&parse_python(a).unwrap(), &parse_python(b).unwrap()), "{a} and {b}");
        }
        for text in ["<object at 0x7f>", "[1", "{'a': }", "1 2", "", "b'a"] {
            assert_eq!(parse_python(text), None, "{text}");
        }
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse_python(&nested(MAX_DEPTH)).is_some());
        for text in [nested(100_000), "[".repeat(100_000), "({".repeat(100_000), "{1:".repeat(100_000)] {
            assert_eq!(parse_python(&text), None, "a value that is nested too deeply is none");
        }
    }

    #[test]
    fn values_are_written_as_python_writes_them() {
        for text in ["b'Alice'", "b\"it's\"", "b'\\xff\\n'", "[b'a', 1, 1.5, None]", "{b'k': True}", "set()", "'é'"] {
            assert_eq!(repr(&parse_python(text).unwrap()), text);
        }
    }

    #[test]
    fn redis_cli_replies_equal_python_values() {
        let bytes = |text: &str| Value::Bytes(text.into());
        let list = |items: &[&str]| Value::Sequence(items.iter().map(|item| bytes(item)).collect());
        for (cli, python, same) in [
            (Value::Integer(11), "11", true),
            (Value::Integer(1), "True", true),
            (Value::Text("OK".into()), "True", true),
            (bytes("200"), "200.0", true),
            (bytes("Alice"), "b'Alice'", true),
            (bytes("Alice"), "b'Bob'", false),
            (list(&["name", "Alice"]), "{b'name': b'Alice'}", true),
            (list(&["Bob", "200"]), "[(b'Bob', 200.0)]", true),
            (list(&["a", "b"]), "{b'b', b'a'}", true),
            (list(&["a"]), "{b'b', b'a'}", false),
            (list(&[]), "[]", true),
            (Value::None, "None", true),
        ] {
            assert_eq!(same_from_cli(&cli, &parse_python(python).unwrap()), same, "{cli:?} and {python}");
        }
    }
}
