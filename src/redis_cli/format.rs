//! Formats replies as `redis-cli --no-raw` does.

use redis_engine::resp::quoting;
use redis_engine::resp::value::Value;

/// Formats a reply in lines, including the last newline.
pub fn reply(value: &Value) -> String {
    let mut out = String::new();
    write(value, "", &mut out);
    out
}

fn write(value: &Value, prefix: &str, out: &mut String) {
    match value {
        Value::Simple(text) | Value::Verbatim { text, .. } | Value::BigNumber(text) => {
            out.push_str(&String::from_utf8_lossy(text));
            out.push('\n');
        }
        Value::Error(text) => out.push_str(&format!("(error) {}\n", String::from_utf8_lossy(text))),
        Value::Integer(n) => out.push_str(&format!("(integer) {n}\n")),
        Value::Double(text) => out.push_str(&format!("(double) {}\n", String::from_utf8_lossy(text))),
        Value::Bulk(bytes) => {
            quote(bytes, out);
            out.push('\n');
        }
        Value::Null | Value::NullArray => out.push_str("(nil)\n"),
        Value::Boolean(yes) => out.push_str(if *yes { "(true)\n" } else { "(false)\n" }),
        Value::Array(items) => list(items, ')', "(empty array)", prefix, out),
        Value::Set(items) => list(items, '~', "(empty set)", prefix, out),
        Value::Push(items) => list(items, '>', "(empty push)", prefix, out),
        Value::Map(pairs) => map(pairs, prefix, out),
        Value::Attributed(_, value) => write(value, prefix, out),
    }
}

/// Returns the number of digits of `n`.
fn digits(n: usize) -> usize {
    n.to_string().len()
}

fn list(items: &[Value], mark: char, empty: &str, prefix: &str, out: &mut String) {
    if items.is_empty() {
        out.push_str(empty);
        out.push('\n');
        return;
    }
    let width = digits(items.len());
    let inner = format!("{prefix}{}", " ".repeat(width + 2));
    for (index, item) in items.iter().enumerate() {
        let before = if index == 0 { "" } else { prefix };
        out.push_str(&format!("{before}{:>width$}{mark} ", index + 1));
        write(item, &inner, out);
    }
}

fn map(pairs: &[(Value, Value)], prefix: &str, out: &mut String) {
    if pairs.is_empty() {
        out.push_str("(empty hash)\n");
        return;
    }
    let width = digits(pairs.len());
    let inner = format!("{prefix}{}", " ".repeat(width + 2));
    for (index, (key, value)) in pairs.iter().enumerate() {
        let before = if index == 0 { "" } else { prefix };
        out.push_str(&format!("{before}{:>width$}# ", index + 1));
        write(key, &inner, out);
        out.truncate(out.trim_end_matches('\n').len());
        out.push_str(" => ");
        if has_elements(value) {
            out.push('\n');
            out.push_str(&inner);
        }
        write(value, &inner, out);
    }
}

/// Returns whether a value in a map begins on a separate line.
fn has_elements(value: &Value) -> bool {
    match value {
        Value::Array(items) | Value::Set(items) | Value::Push(items) => !items.is_empty(),
        Value::Map(pairs) => !pairs.is_empty(),
        _ => false,
    }
}

/// Writes bytes in quotes, as they can be typed in redis-cli.
fn quote(bytes: &[u8], out: &mut String) {
    out.push('"');
    out.push_str(&quoting::escape(bytes));
    out.push('"');
}
