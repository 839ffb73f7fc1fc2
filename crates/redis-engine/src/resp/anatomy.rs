//! Explains the bytes of RESP messages in words, one part at a time.
//!
//! Unlike a parser, this module accepts truncated data, because only the beginning of long data is stored.

use super::quoting;

/// Maximum number of an array's elements that are explained one by one.
const MAX_ELEMENTS: usize = 8;

/// Maximum length in bytes of a payload that is shown in full.
const MAX_PAYLOAD: usize = 48;

/// Number of bytes shown of a longer payload.
const TRUNCATED_PAYLOAD: usize = 32;

/// Maximum nesting depth that is explained. Redis's own replies are less than ten levels deep.
const MAX_DEPTH: usize = 128;

/// A part of a message: a line of the protocol, together with the payload that it announces, if any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Number of containers that enclose the part.
    pub depth: usize,
    /// The bytes as text, such as `*3`, `$3 SET` or `+OK`. Line breaks are omitted, and unprintable bytes are escaped.
    pub raw: String,
    /// What the part means, in words.
    pub meaning: String,
}

/// Splits `bytes`, the beginning of a message of `length` bytes, into parts.
pub fn parts(bytes: &[u8], length: usize) -> Vec<Part> {
    let mut reader = Reader { rest: bytes, parts: Vec::new(), folded_depth: 0, missing_payload: 0 };
    while !reader.rest.is_empty() && reader.value(0).is_some() {}
    let missing = length.saturating_sub(bytes.len() + reader.missing_payload);
    if missing > 0 {
        reader.parts.push(Part { depth: 0, raw: "…".into(), meaning: counted(missing, "more byte") });
    }
    reader.parts
}

/// Formats a number with a noun, such as `1 byte` or `2 bytes`.
fn counted(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

struct Reader<'a> {
    rest: &'a [u8],
    parts: Vec<Part>,
    /// Number of enclosing containers whose elements are counted but not explained.
    folded_depth: usize,
    /// Number of bytes missing at the end of a truncated payload. The payload's announced length includes them.
    missing_payload: usize,
}

impl<'a> Reader<'a> {
    fn add_part(&mut self, depth: usize, raw: String, meaning: impl Into<String>) {
        if self.folded_depth == 0 {
            self.parts.push(Part { depth, raw, meaning: meaning.into() });
        }
    }

    /// Reads a value and everything in it. Returns `None` at the end of the bytes. Reading ends early at a value that
    /// is nested too deeply.
    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            self.add_part(depth, "…".into(), "nested too deeply to explain");
            self.rest = &[];
        }
        let line = self.line()?;
        let (kind, text) = line.split_first()?;
        let raw = printable(line);
        let text = printable(text);
        let count = text.parse::<i64>().ok();
        match (kind, count) {
            (b'*' | b'$', Some(..=-1)) => self.add_part(depth, raw, "nil: nothing there"),
            (b'$' | b'=' | b'!', Some(length)) => self.payload(depth, &raw, usize::try_from(length).ok()?),
            (b'*', Some(n)) => self.container(depth, raw, "an array of", n, 1),
            (b'~', Some(n)) => self.container(depth, raw, "a set of", n, 1),
            (b'>', Some(n)) => self.container(depth, raw, "a message of", n, 1),
            (b'%', Some(n)) => self.container(depth, raw, "a map of", n, 2),
            (b'|', Some(n)) => self.container(depth, raw, "remarks:", n, 2),
            (b'+', _) => self.add_part(depth, raw, "a status"),
            (b'-', _) => self.add_part(depth, raw, "an error"),
            (b':', _) => self.add_part(depth, raw, "an integer"),
            (b',', _) => self.add_part(depth, raw, "a double"),
            (b'(', _) => self.add_part(depth, raw, "a big number"),
            (b'#', _) => {
                let meaning = if text == "t" { "true" } else { "false" };
                self.add_part(depth, raw, meaning);
            }
            (b'_', _) => self.add_part(depth, raw, "nil: nothing there"),
            _ => self.add_part(depth, raw, "a line"),
        }
        Some(())
    }

    /// Reads a line and skips its line break. Returns `None` if the line is not complete.
    fn line(&mut self) -> Option<&'a [u8]> {
        let end = self.rest.windows(2).position(|two| two == b"\r\n");
        let Some(end) = end else {
            self.rest = &[];
            return None;
        };
        let (line, rest) = self.rest.split_at(end);
        self.rest = &rest[2..];
        Some(line)
    }

    fn payload(&mut self, depth: usize, raw: &str, length: usize) {
        let here = &self.rest[..length.min(self.rest.len())];
        let is_long = length > MAX_PAYLOAD;
        let shown = printable(&here[..if is_long { TRUNCATED_PAYLOAD.min(here.len()) } else { here.len() }]);
        self.missing_payload = (length + 2).saturating_sub(self.rest.len());
        self.rest = self.rest.get(length + 2..).unwrap_or_default();
        let fold = if is_long { "…" } else { "" };
        self.add_part(depth, format!("{raw} {shown}{fold}"), counted(length, "byte"));
    }

    /// Adds the part for a container's line, and reads the container's elements. Each element consists of `each`
    /// values. `what` describes the container in words.
    fn container(&mut self, depth: usize, raw: String, what: &str, n: i64, each: usize) {
        let n = usize::try_from(n).unwrap_or_default();
        let meaning = match (n, each) {
            (0, _) => format!("{what} none"),
            (_, 2) => format!("{what} {}", counted(n, "pair")),
            _ => format!("{what} {n}"),
        };
        self.add_part(depth, raw, meaning);
        let explained = if n > MAX_ELEMENTS { MAX_ELEMENTS - 2 } else { n };
        for index in 0..n {
            let is_folded = index >= explained;
            self.folded_depth += usize::from(is_folded);
            let read = (0..each).all(|_| self.value(depth + 1).is_some());
            self.folded_depth -= usize::from(is_folded);
            if !read {
                break;
            }
        }
        if n > explained {
            self.add_part(depth + 1, "…".into(), format!("{} more", n - explained));
        }
    }
}

/// Returns bytes as text. If they are not printable, they are escaped as in redis-cli's output.
pub fn printable(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        _ => quoting::escape(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(bytes: &str) -> Vec<String> {
        explain_prefix(bytes.as_bytes(), bytes.len())
    }

    fn explain_prefix(bytes: &[u8], length: usize) -> Vec<String> {
        let parts = parts(bytes, length).into_iter();
        parts.map(|part| format!("{}{} | {}", "  ".repeat(part.depth), part.raw, part.meaning)).collect()
    }

    #[test]
    fn every_type_has_a_meaning() {
        for (bytes, expected) in [
            ("+OK\r\n", "+OK | a status"),
            ("-ERR no\r\n", "-ERR no | an error"),
            (":11\r\n", ":11 | an integer"),
            ("$5\r\nAlice\r\n", "$5 Alice | 5 bytes"),
            ("$1\r\nA\r\n", "$1 A | 1 byte"),
            ("$0\r\n\r\n", "$0  | 0 bytes"),
            ("$2\r\n\r\n\r\n", "$2 \\r\\n | 2 bytes"),
            ("$-1\r\n", "$-1 | nil: nothing there"),
            ("*-1\r\n", "*-1 | nil: nothing there"),
            ("_\r\n", "_ | nil: nothing there"),
            ("*0\r\n", "*0 | an array of none"),
            (",1.5\r\n", ",1.5 | a double"),
            ("#t\r\n", "#t | true"),
        ] {
            assert_eq!(explain(bytes), [expected], "{bytes:?}");
        }
    }

    #[test]
    fn elements_of_containers_are_indented() {
        assert_eq!(
            explain("%1\r\n+a\r\n*2\r\n:1\r\n~1\r\n:2\r\n:3\r\n"),
            [
                "%1 | a map of 1 pair",
                "  +a | a status",
                "  *2 | an array of 2",
                "    :1 | an integer",
                "    ~1 | a set of 1",
                "      :2 | an integer",
                ":3 | an integer"
            ]
        );
    }

    #[test]
    fn long_arrays_and_payloads_are_truncated_with_a_count() {
        let array = format!("*1000\r\n{}+end\r\n", ":7\r\n".repeat(1000));
        let lines = explain(&array);
        assert_eq!(lines.len(), 1 + 6 + 1 + 1, "{lines:?}");
        assert_eq!(lines[7], "  … | 994 more");
        assert_eq!(lines[8], "+end | a status");
        let payload = format!("$200\r\n{}\r\n:1\r\n", "x".repeat(200));
        assert_eq!(explain(&payload), [format!("$200 {}… | 200 bytes", "x".repeat(32)), ":1 | an integer".into()]);
    }

    #[test]
    fn truncated_bytes_are_explained_up_to_their_end() {
        let bytes = b"*2\r\n$3\r\nSET\r\n$900\r\nxxx";
        assert_eq!(
            explain_prefix(bytes, 980),
            ["*2 | an array of 2", "  $3 SET | 3 bytes", "  $900 xxx… | 900 bytes", "… | 59 more bytes"]
        );
        let whole = 4 + 9 + 6 + 902;
        assert_eq!(explain_prefix(bytes, whole).len(), 3, "the payload's length includes all missing bytes");
        for end in 0..bytes.len() {
            explain_prefix(&bytes[..end], 1000);
        }
    }
}
