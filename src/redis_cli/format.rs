//! Formats replies as `redis-cli --no-raw` does. The replies to a few commands, such as INFO, are human-readable text,
//! which redis-cli prints unchanged.

use redis_engine::resp::quoting;
use redis_engine::resp::value::Value;

/// A formatted reply. The end of a long reply is left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FormattedReply {
    pub text: String,
    pub left_out: LeftOut,
}

/// The size of the part of a reply that was left out.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    pub lines: usize,
    pub characters: usize,
    pub bytes: usize,
}

/// Formats a reply as lines of text, including the final newline. Only the first `most` bytes of the text are kept,
/// because a reply can be gigabytes long. The rest is only counted.
pub fn reply(value: &Value, most: usize) -> FormattedReply {
    let mut out = Writer { formatted: FormattedReply::default(), most, newlines: 0 };
    write(value, "", &mut out);
    out.flush_newlines();
    out.formatted
}

/// Returns whether redis-cli prints the replies to a command unchanged, without quotes or escapes.
pub fn prints_raw(argv: &[Vec<u8>]) -> bool {
    let is = |at: usize, names: &[&str]| {
        argv.get(at).is_some_and(|word| names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes())))
    };
    let any_subcommand = |command: &str, names: &[&str]| is(0, &[command]) && is(1, names);
    is(0, &["info", "lolwut"])
        || any_subcommand("client", &["list", "info"])
        || any_subcommand("debug", &["htstats", "htstats-key", "client-eviction"])
        || any_subcommand("memory", &["malloc-stats", "doctor"])
        || any_subcommand("proxy", &["info"])
        || (argv.len() == 2 && any_subcommand("cluster", &["nodes", "info"]))
        || (argv.len() == 3 && any_subcommand("latency", &["graph"]))
        || (argv.len() == 2 && any_subcommand("latency", &["doctor"]))
}

/// Formats a reply without quotes and without a final newline. Only the first `most` bytes of the text are kept.
pub fn raw_reply(value: &Value, most: usize) -> FormattedReply {
    let mut out = Writer { formatted: FormattedReply::default(), most, newlines: 0 };
    write_raw(value, &mut out);
    out.flush_newlines();
    out.formatted
}

fn write_raw(value: &Value, out: &mut Writer) {
    match value {
        Value::Simple(text)
        | Value::Verbatim { text, .. }
        | Value::BigNumber(text)
        | Value::Bulk(text)
        | Value::Double(text) => out.push(&String::from_utf8_lossy(text)),
        Value::Error(text) => out.push(&format!("{}\n", String::from_utf8_lossy(text))),
        Value::Integer(n) => out.push(&n.to_string()),
        Value::Null | Value::NullArray => {}
        Value::Boolean(yes) => out.push(if *yes { "(true)" } else { "(false)" }),
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            for (index, item) in items.iter().enumerate() {
                out.push(if index == 0 { "" } else { "\n" });
                write_raw(item, out);
            }
        }
        Value::Map(pairs) => {
            for (index, (key, value)) in pairs.iter().enumerate() {
                out.push(if index == 0 { "" } else { "\n" });
                write_raw(key, out);
                out.push(" ");
                write_raw(value, out);
            }
        }
        Value::Attributed(_, value) => write_raw(value, out),
    }
}

/// A writer that keeps the formatted text up to a maximum length, and counts the rest.
struct Writer {
    formatted: FormattedReply,
    /// Maximum length of the text in bytes.
    most: usize,
    /// Number of trailing newlines that have not been written yet.
    newlines: usize,
}

impl Writer {
    fn push(&mut self, text: &str) {
        let line = text.trim_end_matches('\n');
        if !line.is_empty() {
            self.flush_newlines();
            self.append(line);
        }
        self.newlines += text.len() - line.len();
    }

    fn flush_newlines(&mut self) {
        let newlines = "\n".repeat(std::mem::take(&mut self.newlines));
        self.append(&newlines);
    }

    /// Discards the trailing newlines, so that the next text continues the line.
    fn join_next_line(&mut self) {
        self.newlines = 0;
    }

    /// Returns the number of bytes that can still be appended.
    fn room(&self) -> usize {
        if self.formatted.left_out.bytes > 0 { 0 } else { self.most.saturating_sub(self.formatted.text.len()) }
    }

    fn append(&mut self, text: &str) {
        let (shown, rest) = text.split_at(text.floor_char_boundary(self.room()));
        let FormattedReply { text, left_out } = &mut self.formatted;
        text.push_str(shown);
        left_out.lines += rest.matches('\n').count();
        left_out.characters += rest.chars().count();
        left_out.bytes += rest.len();
    }

    /// Writes bytes as a quoted string, escaped so that it can be typed in redis-cli.
    fn quote(&mut self, bytes: &[u8]) {
        self.push("\"");
        // The escaped form of each byte has at least one character, so no more bytes than this can fit.
        let (shown, rest) = bytes.split_at(bytes.len().min(self.room()));
        self.append(&quoting::escape(shown));
        let length = quoting::escaped_length(rest);
        self.formatted.left_out.characters += length;
        self.formatted.left_out.bytes += length;
        self.push("\"");
    }
}

fn write(value: &Value, prefix: &str, out: &mut Writer) {
    match value {
        Value::Simple(text) | Value::Verbatim { text, .. } | Value::BigNumber(text) => {
            out.push(&String::from_utf8_lossy(text));
            out.push("\n");
        }
        Value::Error(text) => out.push(&format!("(error) {}\n", String::from_utf8_lossy(text))),
        Value::Integer(n) => out.push(&format!("(integer) {n}\n")),
        Value::Double(text) => out.push(&format!("(double) {}\n", String::from_utf8_lossy(text))),
        Value::Bulk(bytes) => {
            out.quote(bytes);
            out.push("\n");
        }
        Value::Null | Value::NullArray => out.push("(nil)\n"),
        Value::Boolean(yes) => out.push(if *yes { "(true)\n" } else { "(false)\n" }),
        Value::Array(items) => list(items, ')', "(empty array)\n", prefix, out),
        Value::Set(items) => list(items, '~', "(empty set)\n", prefix, out),
        Value::Push(items) => list(items, '>', "(empty push)\n", prefix, out),
        Value::Map(pairs) => map(pairs, prefix, out),
        Value::Attributed(_, value) => write(value, prefix, out),
    }
}

/// Returns the number of decimal digits of `n`.
fn digits(n: usize) -> usize {
    n.to_string().len()
}

fn list(items: &[Value], mark: char, empty: &str, prefix: &str, out: &mut Writer) {
    if items.is_empty() {
        return out.push(empty);
    }
    let width = digits(items.len());
    let inner = format!("{prefix}{}", " ".repeat(width + 2));
    for (index, item) in items.iter().enumerate() {
        let before = if index == 0 { "" } else { prefix };
        out.push(&format!("{before}{:>width$}{mark} ", index + 1));
        write(item, &inner, out);
    }
}

fn map(pairs: &[(Value, Value)], prefix: &str, out: &mut Writer) {
    if pairs.is_empty() {
        return out.push("(empty hash)\n");
    }
    let width = digits(pairs.len());
    let inner = format!("{prefix}{}", " ".repeat(width + 2));
    for (index, (key, value)) in pairs.iter().enumerate() {
        let before = if index == 0 { "" } else { prefix };
        out.push(&format!("{before}{:>width$}# ", index + 1));
        write(key, &inner, out);
        out.join_next_line();
        out.push(" => ");
        if has_elements(value) {
            out.push("\n");
            out.push(&inner);
        }
        write(value, &inner, out);
    }
}

/// Returns whether a value in a map begins on a separate line, because it has elements of its own.
fn has_elements(value: &Value) -> bool {
    match value {
        Value::Array(items) | Value::Set(items) | Value::Push(items) => !items.is_empty(),
        Value::Map(pairs) => !pairs.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Value {
        let bulk = |text: &str| Value::Bulk(text.as_bytes().to_vec());
        let list = Value::Array(vec![bulk("a\nb\0"), Value::Simple("é".into()), Value::Integer(7)]);
        let note = Value::Verbatim { format: *b"txt", text: "two\nlines\n".into() };
        Value::Map(vec![
            (bulk("k"), list.clone()),
            (note, Value::Null),
            (list, bulk("\"")),
            (bulk("e"), Value::Array(vec![])),
        ])
    }

    #[test]
    fn a_reply_is_formatted_as_redis_cli_does() {
        let FormattedReply { text, left_out } = reply(&sample(), usize::MAX);
        assert_eq!(left_out, LeftOut::default());
        assert_eq!(
            text,
            "1# \"k\" => \n   1) \"a\\nb\\x00\"\n   2) é\n   3) (integer) 7\n2# two\nlines => (nil)\n\
             3# 1) \"a\\nb\\x00\"\n   2) é\n   3) (integer) 7 => \"\\\"\"\n4# \"e\" => (empty array)\n"
        );
    }

    #[test]
    fn texts_for_people_are_printed_as_they_are() {
        let argv = |line: &str| line.split(' ').map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
        for line in ["INFO", "info keyspace", "CLIENT LIST ID 7", "client INFO", "LATENCY GRAPH x", "CLUSTER NODES"] {
            assert!(prints_raw(&argv(line)), "{line}");
        }
        for line in ["GET info", "CLIENT", "CLIENT GETNAME", "LATENCY GRAPH", "CLUSTER NODES x", "MEMORY USAGE a"] {
            assert!(!prints_raw(&argv(line)), "{line}");
        }
        let raw = |value: &Value| raw_reply(value, usize::MAX).text;
        assert_eq!(raw(&Value::Bulk(b"# Keyspace\r\n".to_vec())), "# Keyspace\r\n");
        assert_eq!(raw(&Value::Error("ERR no".into())), "ERR no\n");
        assert_eq!(raw(&Value::Array(vec![Value::Integer(1), Value::Null, Value::Simple("x".into())])), "1\n\nx");
    }

    #[test]
    fn the_end_of_a_long_reply_is_counted() {
        let whole = reply(&sample(), usize::MAX).text;
        for most in 0..=whole.len() {
            let FormattedReply { text, left_out } = reply(&sample(), most);
            let rest = whole.strip_prefix(&text).expect("the text is the start of the whole text");
            assert!(text.len() <= most && most - text.len() < 4, "{most}: {text}");
            let counted = (rest.matches('\n').count(), rest.chars().count(), rest.len());
            assert_eq!((left_out.lines, left_out.characters, left_out.bytes), counted, "{most}");
        }
    }
}
