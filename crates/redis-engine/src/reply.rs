//! Replies, written directly into a client's output as RESP2 or RESP3.

use super::error::Error;
use super::limits::{MAX_OUTPUT_BYTES, MAX_RANDOM_ELEMENTS};
use super::number;

/// The version of the protocol that a client uses, as set by HELLO.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// RESP2.
    #[default]
    Resp2,
    /// RESP3.
    Resp3,
}

/// A client's output: replies and messages that the driver has not taken yet.
#[derive(Debug, Clone)]
pub struct Reply {
    bytes: Vec<u8>,
    /// The version of the protocol for the next replies.
    pub protocol: Protocol,
    /// Maximum length of `bytes`, in bytes. Long data that would exceed this limit is left out.
    limit: usize,
    /// Whether data was left out. The output is then not valid, and the client must be disconnected.
    is_incomplete: bool,
}

impl Default for Reply {
    fn default() -> Self {
        Reply::new(Protocol::default())
    }
}

impl Reply {
    /// Creates an empty output.
    pub fn new(protocol: Protocol) -> Self {
        Reply { bytes: Vec::new(), protocol, limit: MAX_OUTPUT_BYTES, is_incomplete: false }
    }

    /// Limits the output to `bytes` bytes. The limit is never higher than `MAX_OUTPUT_BYTES`.
    pub(crate) fn limit_to(&mut self, bytes: usize) {
        self.limit = bytes.min(MAX_OUTPUT_BYTES);
    }

    /// Returns whether data was left out because of the limit on the length.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.is_incomplete
    }

    /// Returns whether the given number of bytes fits into the output. If not, marks the output as incomplete.
    fn has_room_for(&mut self, length: usize) -> bool {
        let has_room = length <= self.limit.saturating_sub(self.bytes.len());
        self.is_incomplete |= !has_room;
        has_room
    }

    /// Returns the bytes that were written.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns whether no bytes have been written.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns the number of bytes that were written.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Calls `write` the given number of times, so that a command with a negative count can write one random element
    /// in each call. Stops and returns false if the reply becomes too long.
    pub(crate) fn repeat(&mut self, times: usize, mut write: impl FnMut(&mut Self)) -> bool {
        times <= MAX_RANDOM_ELEMENTS
            && (0..times).all(|_| {
                let has_room = self.len() < self.limit;
                if has_room {
                    write(self);
                }
                has_room
            })
    }

    /// Removes everything that was written, but keeps the allocated memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.is_incomplete = false;
    }

    /// Returns the number of bytes that are allocated for the output.
    pub fn allocated_bytes(&self) -> usize {
        self.bytes.capacity()
    }

    /// Releases unused memory, but keeps an allocation of at least `bytes` bytes, and everything that was written.
    pub fn shrink_to(&mut self, bytes: usize) {
        self.bytes.shrink_to(bytes);
    }

    /// Removes everything after the first `length` bytes.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.bytes.truncate(length);
        self.is_incomplete = false;
    }

    /// Takes everything that was written, and leaves the output empty.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Appends bytes that are already encoded as RESP.
    pub fn raw(&mut self, bytes: &[u8]) {
        if self.has_room_for(bytes.len()) {
            self.bytes.extend_from_slice(bytes);
        }
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

    /// Writes a line that consists of the type byte `kind` and of `text`, which must not contain line breaks.
    fn line(&mut self, kind: u8, text: &[u8]) {
        if !self.has_room_for(text.len()) {
            return;
        }
        self.bytes.push(kind);
        self.bytes.extend_from_slice(text);
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// Writes `+OK`.
    pub fn ok(&mut self) {
        self.bytes.extend_from_slice(b"+OK\r\n");
    }

    /// Writes a simple string: `+text`. `text` must not contain line breaks.
    pub fn status(&mut self, text: &str) {
        self.line(b'+', text.as_bytes());
    }

    /// Writes a simple string of bytes, which must not contain line breaks.
    pub fn status_bytes(&mut self, text: &[u8]) {
        self.line(b'+', text);
    }

    /// Writes an error reply, such as `-ERR text`.
    pub fn error(&mut self, error: &Error) {
        self.line(b'-', error.as_bytes());
    }

    /// Writes an integer.
    pub fn integer(&mut self, n: i64) {
        self.header(b':', n);
    }

    /// Writes a length or a count as an integer.
    pub fn count(&mut self, n: usize) {
        self.counted(b':', n);
    }

    /// Writes 1 or 0 in both protocols, as most commands reply to yes-or-no questions.
    pub fn flag(&mut self, yes: bool) {
        self.bytes.extend_from_slice(if yes { b":1\r\n" } else { b":0\r\n" });
    }

    /// Writes a bulk string.
    pub fn bulk(&mut self, bytes: &[u8]) {
        if !self.has_room_for(bytes.len()) {
            return;
        }
        // The header and the line breaks take up at most 25 bytes, so nothing below needs to grow the buffer.
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

    /// Writes a bulk string that holds a decimal integer.
    pub fn bulk_integer(&mut self, n: i64) {
        self.bulk(itoa::Buffer::new().format(n).as_bytes());
    }

    /// Writes a bulk string, or null.
    pub fn bulk_or_null(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.bulk(bytes),
            None => self.null(),
        }
    }

    /// Writes null in place of a value.
    pub fn null(&mut self) {
        self.bytes.extend_from_slice(if self.is_resp3() { b"_\r\n" } else { b"$-1\r\n" });
    }

    /// Writes null in place of an array.
    pub fn null_array(&mut self) {
        self.bytes.extend_from_slice(if self.is_resp3() { b"_\r\n" } else { b"*-1\r\n" });
    }

    /// Writes the header of an array of `n` replies, which the caller writes next.
    pub fn array(&mut self, n: usize) {
        self.counted(b'*', n);
    }

    /// Writes an array whose length is known only after its elements: `write` writes them and returns their number.
    pub(crate) fn array_of(&mut self, write: impl FnOnce(&mut Self) -> usize) {
        let start = self.bytes.len();
        let count = write(self);
        self.insert_header(start, |reply| reply.array(count));
    }

    /// Inserts what `write` writes at an earlier position of the output. The header of a collection is inserted in this
    /// way if the number of its elements is known only after they were written.
    pub(crate) fn insert_header(&mut self, start: usize, write: impl FnOnce(&mut Self)) {
        let end = self.bytes.len();
        write(self);
        let header_length = self.bytes.len() - end;
        self.bytes[start..].rotate_right(header_length);
    }

    /// Writes the header of a map of `n` pairs. In RESP2 this is an array of `2 * n` elements.
    pub fn map(&mut self, n: usize) {
        if self.is_resp3() { self.counted(b'%', n) } else { self.counted(b'*', 2 * n) }
    }

    /// Writes the header of a set of `n` members. In RESP2 this is an array.
    pub fn set(&mut self, n: usize) {
        self.counted(if self.is_resp3() { b'~' } else { b'*' }, n);
    }

    /// Writes the header of a push message of `n` elements, which is not a reply to a command. In RESP2 this is an
    /// array.
    pub fn push(&mut self, n: usize) {
        self.counted(if self.is_resp3() { b'>' } else { b'*' }, n);
    }

    /// Writes the header of an attribute of `n` pairs, which precedes a reply, and returns true. In RESP2, which has no
    /// attributes, writes nothing and returns false.
    pub fn attribute(&mut self, n: usize) -> bool {
        if self.is_resp3() {
            self.counted(b'|', n);
        }
        self.is_resp3()
    }

    /// Writes a big number from its decimal digits. In RESP2 this is a bulk string.
    pub fn big_number(&mut self, digits: &str) {
        if self.is_resp3() {
            self.line(b'(', digits.as_bytes());
        } else {
            self.bulk(digits.as_bytes());
        }
    }

    /// Writes a double. In RESP2 this is a bulk string.
    pub fn double(&mut self, v: f64) {
        if !self.is_resp3()
            && let Some(n) = number::integral(v)
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

    /// Writes a boolean. In RESP2 this is the integer 1 or 0.
    pub fn boolean(&mut self, yes: bool) {
        match (self.is_resp3(), yes) {
            (true, true) => self.bytes.extend_from_slice(b"#t\r\n"),
            (true, false) => self.bytes.extend_from_slice(b"#f\r\n"),
            (false, _) => self.flag(yes),
        }
    }

    /// Writes a verbatim string. In RESP2 this is a bulk string. `format` has three characters: `txt` or `mkd`.
    pub fn verbatim(&mut self, format: &str, text: &[u8]) {
        if self.is_resp3() {
            if !self.has_room_for(text.len()) {
                return;
            }
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

    fn resp(protocol: Protocol, write: impl Fn(&mut Reply)) -> String {
        let mut reply = Reply::new(protocol);
        write(&mut reply);
        String::from_utf8(reply.take()).unwrap()
    }

    #[test]
    fn replies_differ_between_resp2_and_resp3() {
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
            assert_eq!(resp(Protocol::Resp2, write), resp2);
            assert_eq!(resp(Protocol::Resp3, write), resp3);
        }
    }
}
