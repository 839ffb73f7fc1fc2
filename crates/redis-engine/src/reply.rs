//! Replies, written straight into a client's output as RESP2 or RESP3.

use super::error::Error;
use super::limits::{MOST_DRAWN_BYTES, MOST_DRAWS};
use super::number;

/// The version of the protocol a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    #[default]
    Resp2,
    Resp3,
}

/// A client's output: replies that are written and not yet taken.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    bytes: Vec<u8>,
    pub protocol: Protocol,
}

impl Reply {
    pub fn new(protocol: Protocol) -> Self {
        Reply { bytes: Vec::new(), protocol }
    }

    /// What was written, as bytes of the protocol.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Writes something drawn at random, so many times. False if that would outgrow what is answered to a negative count.
    pub fn draws(&mut self, times: usize, mut write: impl FnMut(&mut Self)) -> bool {
        times <= MOST_DRAWS
            && (0..times).all(|_| {
                let has_room = self.len() < MOST_DRAWN_BYTES;
                if has_room {
                    write(self);
                }
                has_room
            })
    }

    /// Forgets what was written, and keeps the room.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Forgets all that was written after the first `length` bytes.
    pub fn truncate(&mut self, length: usize) {
        self.bytes.truncate(length);
    }

    /// Hands out what was written.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Appends bytes that are replies already.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn is_resp3(&self) -> bool {
        self.protocol == Protocol::Resp3
    }

    fn header(&mut self, kind: u8, n: i64) {
        self.line(kind, itoa::Buffer::new().format(n).as_bytes());
    }

    fn counted(&mut self, kind: u8, n: usize) {
        self.header(kind, i64::try_from(n).expect("no collection in memory has 2^63 elements"));
    }

    /// What is a line of its own: a sign for what it is, and a text without a line end.
    fn line(&mut self, kind: u8, text: &[u8]) {
        self.bytes.push(kind);
        self.bytes.extend_from_slice(text);
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// `+OK`.
    pub fn ok(&mut self) {
        self.bytes.extend_from_slice(b"+OK\r\n");
    }

    /// A status: `+text`.
    pub fn status(&mut self, text: &str) {
        self.line(b'+', text.as_bytes());
    }

    /// The same with bytes, which hold no line end.
    pub fn status_bytes(&mut self, text: &[u8]) {
        self.line(b'+', text);
    }

    pub fn error(&mut self, error: &Error) {
        self.line(b'-', error.as_bytes());
    }

    pub fn integer(&mut self, n: i64) {
        self.header(b':', n);
    }

    /// A length or a count.
    pub fn count(&mut self, n: usize) {
        self.counted(b':', n);
    }

    /// 1 or 0, in both protocols: what most commands answer to yes-or-no questions.
    pub fn flag(&mut self, yes: bool) {
        self.bytes.extend_from_slice(if yes { b":1\r\n" } else { b":0\r\n" });
    }

    pub fn bulk(&mut self, bytes: &[u8]) {
        // Header and line ends are at most 25 bytes: with room for all of it, nothing below has to grow the buffer.
        self.bytes.reserve(bytes.len() + 25);
        match u8::try_from(bytes.len()) {
            Ok(length @ ..10) => self.bytes.extend_from_slice(&[b'$', b'0' + length, b'\r', b'\n']),
            Ok(length @ 10..100) => {
                self.bytes.extend_from_slice(&[b'$', b'0' + length / 10, b'0' + length % 10, b'\r', b'\n']);
            }
            _ => self.counted(b'$', bytes.len()),
        }
        self.bytes.extend_from_slice(bytes);
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// A bulk string that holds a decimal integer.
    pub fn bulk_integer(&mut self, n: i64) {
        self.bulk(itoa::Buffer::new().format(n).as_bytes());
    }

    /// The bytes, or null.
    pub fn bulk_or_null(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.bulk(bytes),
            None => self.null(),
        }
    }

    /// Null where a value would stand.
    pub fn null(&mut self) {
        self.bytes.extend_from_slice(if self.is_resp3() { b"_\r\n" } else { b"$-1\r\n" });
    }

    /// Null where an array would stand.
    pub fn null_array(&mut self) {
        self.bytes.extend_from_slice(if self.is_resp3() { b"_\r\n" } else { b"*-1\r\n" });
    }

    /// The head of an array of `n` replies, which the caller writes next.
    pub fn array(&mut self, n: usize) {
        self.counted(b'*', n);
    }

    /// The head of a map of `n` pairs; in RESP2 an array of twice as many.
    pub fn map(&mut self, n: usize) {
        if self.is_resp3() { self.counted(b'%', n) } else { self.counted(b'*', 2 * n) }
    }

    /// The head of a set; in RESP2 an array.
    pub fn set(&mut self, n: usize) {
        self.counted(if self.is_resp3() { b'~' } else { b'*' }, n);
    }

    /// The head of a message that answers no command; in RESP2 an array.
    pub fn push(&mut self, n: usize) {
        self.counted(if self.is_resp3() { b'>' } else { b'*' }, n);
    }

    /// The head of an attribute of `n` pairs, which stands before a reply. RESP2 has none: says whether it is written.
    pub fn attribute(&mut self, n: usize) -> bool {
        if self.is_resp3() {
            self.counted(b'|', n);
        }
        self.is_resp3()
    }

    /// An integer of any length; in RESP2 a bulk string.
    pub fn big_number(&mut self, digits: &str) {
        if self.is_resp3() {
            self.line(b'(', digits.as_bytes());
        } else {
            self.bulk(digits.as_bytes());
        }
    }

    /// A score or another double; in RESP2 a bulk string.
    pub fn double(&mut self, v: f64) {
        if !self.is_resp3()
            && let Some(n) = number::whole(v)
        {
            return self.bulk_integer(n);
        }
        let text = number::format_double(v);
        if self.is_resp3() {
            self.line(b',', text.as_bytes());
        } else {
            self.bulk(text.as_bytes());
        }
    }

    /// A boolean of RESP3; in RESP2 1 or 0.
    pub fn boolean(&mut self, yes: bool) {
        match (self.is_resp3(), yes) {
            (true, true) => self.bytes.extend_from_slice(b"#t\r\n"),
            (true, false) => self.bytes.extend_from_slice(b"#f\r\n"),
            (false, _) => self.flag(yes),
        }
    }

    /// Text for people; in RESP2 a bulk string. `format` has three characters: `txt` or `mkd`.
    pub fn verbatim(&mut self, format: &str, text: &[u8]) {
        if self.is_resp3() {
            self.counted(b'=', text.len() + 4);
            self.bytes.extend_from_slice(format.as_bytes());
            self.bytes.push(b':');
            self.bytes.extend_from_slice(text);
            self.bytes.extend_from_slice(b"\r\n");
        } else {
            self.bulk(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(protocol: Protocol, write: impl Fn(&mut Reply)) -> String {
        let mut reply = Reply::new(protocol);
        write(&mut reply);
        String::from_utf8(reply.take()).unwrap()
    }

    #[test]
    fn each_protocol_has_its_own_forms() {
        type Case = (fn(&mut Reply), &'static str, &'static str);
        let cases: [Case; 7] = [
            (Reply::null, "$-1\r\n", "_\r\n"),
            (Reply::null_array, "*-1\r\n", "_\r\n"),
            (|r| r.map(2), "*4\r\n", "%2\r\n"),
            (|r| r.set(2), "*2\r\n", "~2\r\n"),
            (|r| r.double(1.5), "$3\r\n1.5\r\n", ",1.5\r\n"),
            (|r| r.boolean(true), ":1\r\n", "#t\r\n"),
            (|r| r.verbatim("txt", b"hi"), "$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n"),
        ];
        for (write, resp2, resp3) in cases {
            assert_eq!(written(Protocol::Resp2, write), resp2);
            assert_eq!(written(Protocol::Resp3, write), resp3);
        }
    }
}
