//! Parses RESP2 and RESP3 replies into Python objects.
//!
//! A reply may arrive in any number of pieces. `ReplyScanner` remembers how far it has scanned, so that it scans each
//! byte of a long reply only once, however many pieces there are. Python objects are built only from a complete reply.
//!
//! `redis_engine::resp` is a separate parser. The parser here builds Python objects directly from the received bytes.
//! An intermediate tree of Rust values would slow down every call into the `redis` package.

use super::wire::{error_reply, push};
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyStr},
};

/// Maximum nesting depth of a reply. Redis's own replies are nested far less deeply.
const MAX_DEPTH: usize = 128;

/// A scanner that finds the end of the first reply in a buffer to which bytes are still being added.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct ReplyScanner {
    /// Number of bytes that have been scanned.
    at: usize,
    /// Number of missing values in each unfinished aggregate, outermost first.
    open: Vec<usize>,
}

/// The error for bytes that are not valid RESP.
#[derive(Debug, PartialEq)]
pub struct Malformed;

impl ReplyScanner {
    /// Returns the length in bytes of the first reply in `bytes`, or `None` if it is incomplete. After `None`, the next
    /// call must pass the same bytes followed by more.
    pub fn scan(&mut self, bytes: &[u8]) -> Result<Option<usize>, Malformed> {
        loop {
            let Some((kind, line, mut next)) = head(bytes, self.at) else { return Ok(None) };
            let mut values = 1;
            match kind {
                b'+' | b'-' | b':' | b',' | b'#' | b'(' | b'_' => values -= 1,
                b'$' | b'=' | b'!' => {
                    if let Some(length) = length(line)? {
                        next = next.checked_add(length + 2).ok_or(Malformed)?;
                    }
                    if bytes.len() < next {
                        return Ok(None);
                    }
                    values -= 1;
                }
                b'*' | b'~' | b'>' => values = length(line)?.unwrap_or(0),
                b'%' => values = 2 * length(line)?.unwrap_or(0),
                // An attribute consists of keys and values, and is followed by the value that it describes.
                b'|' => values = 2 * length(line)?.unwrap_or(0) + 1,
                _ => return Err(Malformed),
            }
            self.at = next;
            if values > 0 {
                self.open.push(values);
                if self.open.len() > MAX_DEPTH {
                    return Err(Malformed);
                }
                continue;
            }
            while let Some(wanted) = self.open.last_mut() {
                *wanted -= 1;
                if *wanted > 0 {
                    break;
                }
                self.open.pop();
            }
            if self.open.is_empty() {
                return Ok(Some(std::mem::take(&mut self.at)));
            }
        }
    }
}

/// Returns the type byte of the value at `at`, the rest of its first line, and the offset of the next line. Returns
/// `None` if the line is incomplete.
fn head(bytes: &[u8], at: usize) -> Option<(u8, &[u8], usize)> {
    let (kind, rest) = bytes.get(at..)?.split_first()?;
    // Searching for the CR is enough, because the line itself cannot contain one.
    let line = rest.iter().position(|b| *b == b'\r')?;
    let next = at + 1 + line + 2;
    (bytes.len() >= next).then(|| (*kind, &rest[..line], next))
}

/// Parses the length of a bulk string or aggregate. Returns `None` for -1, which means nil.
fn length(line: &[u8]) -> Result<Option<usize>, Malformed> {
    if line == b"-1" {
        return Ok(None);
    }
    let digits = std::str::from_utf8(line).map_err(|_| Malformed)?;
    let length = digits.parse::<u32>().map_err(|_| Malformed)?;
    Ok(Some(length as usize))
}

/// Builds Python objects from the bytes of complete replies.
pub struct Builder<'a> {
    bytes: &'a [u8],
    at: usize,
    encoding: Option<&'a str>,
    vm: &'a VirtualMachine,
}

impl<'a> Builder<'a> {
    /// Creates a builder for `bytes`, which must begin with a complete reply. Decodes strings if an encoding is given.
    pub fn new(bytes: &'a [u8], encoding: Option<&'a str>, vm: &'a VirtualMachine) -> Self {
        Self { bytes, at: 0, encoding, vm }
    }

    /// Builds the Python object for the next value, and advances past that value.
    pub fn value(&mut self) -> PyResult {
        let vm = self.vm;
        let malformed = || vm.new_runtime_error("a reply is incomplete");
        let (kind, line, next) = head(self.bytes, self.at).ok_or_else(malformed)?;
        self.at = next;
        Ok(match kind {
            b'+' => self.text(line)?,
            b'-' => error_reply(line, vm),
            b':' => integer(line, vm)?,
            b'(' => vm.ctx.types.int_type.as_object().call((string(line, vm),), vm)?,
            b',' => vm.ctx.types.float_type.as_object().call((string(line, vm),), vm)?,
            b'#' => vm.ctx.new_bool(line == b"t").into(),
            b'_' => vm.ctx.none(),
            b'$' | b'=' | b'!' => {
                let Ok(Some(length)) = length(line) else { return Ok(vm.ctx.none()) };
                let bulk = self.bytes.get(next..next + length).ok_or_else(malformed)?;
                self.at = next + length + 2;
                match kind {
                    b'$' => self.text(bulk)?,
                    // A verbatim string begins with a four-byte prefix for its format, such as "txt:", which is left
                    // out.
                    b'=' => self.text(bulk.get(4..).unwrap_or_default())?,
                    _ => error_reply(bulk, vm),
                }
            }
            b'*' | b'~' | b'>' => {
                let Ok(Some(length)) = length(line) else { return Ok(vm.ctx.none()) };
                let items = self.values(length)?;
                if kind == b'>' { push(items, vm)? } else { vm.ctx.new_list(items).into() }
            }
            b'%' => {
                let items = self.values(2 * length(line).ok().flatten().unwrap_or(0))?;
                self.map(items)?
            }
            _ => {
                // An attribute describes the reply after it. It is skipped, because redis-py ignores attributes.
                self.values(2 * length(line).ok().flatten().unwrap_or(0))?;
                self.value()?
            }
        })
    }

    fn values(&mut self, count: usize) -> PyResult<Vec<PyObjectRef>> {
        (0..count).map(|_| self.value()).collect()
    }

    /// Builds a dict from alternating keys and values. Builds a list of pairs instead if one of the keys is not
    /// hashable.
    fn map(&self, items: Vec<PyObjectRef>) -> PyResult {
        let vm = self.vm;
        let dict: rustpython_vm::PyRef<PyDict> = vm.ctx.new_dict();
        for pair in items.chunks_exact(2) {
            if dict.set_item(&*pair[0], pair[1].clone(), vm).is_err() {
                let pairs = items.chunks_exact(2).map(|pair| vm.ctx.new_tuple(pair.to_vec()).into());
                return Ok(vm.ctx.new_list(pairs.collect()).into());
            }
        }
        Ok(dict.into())
    }

    /// Decodes a string to a `str` if there is an encoding. Otherwise returns `bytes`.
    fn text(&self, bytes: &[u8]) -> PyResult {
        let vm = self.vm;
        let Some(encoding) = self.encoding else { return Ok(vm.ctx.new_bytes(bytes.to_vec()).into()) };
        if is_utf8(encoding)
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return Ok(vm.ctx.new_str(text).into());
        }
        let bytes: PyObjectRef = vm.ctx.new_bytes(bytes.to_vec()).into();
        vm.call_method(&bytes, "decode", (encoding,))
    }
}

/// Returns whether `encoding` is a name of UTF-8, which Rust decodes faster than Python's codecs do.
pub fn is_utf8(encoding: &str) -> bool {
    encoding.eq_ignore_ascii_case("utf-8") || encoding.eq_ignore_ascii_case("utf8")
}

fn string(bytes: &[u8], vm: &VirtualMachine) -> rustpython_vm::PyRef<PyStr> {
    vm.ctx.new_str(String::from_utf8_lossy(bytes).into_owned())
}

fn integer(line: &[u8], vm: &VirtualMachine) -> PyResult {
    let number = std::str::from_utf8(line).ok().and_then(|digits| digits.parse::<i64>().ok());
    match number {
        Some(number) => Ok(vm.ctx.new_int(number).into()),
        None => vm.ctx.types.int_type.as_object().call((string(line, vm),), vm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    #[test]
    fn the_end_of_a_reply_is_found_wherever_it_was_cut() {
        for reply in [
            &b"+OK\r\n"[..],
            b":-12\r\n",
            b"$-1\r\n",
            b"*-1\r\n",
            b"$0\r\n\r\n",
            b"$4\r\n\r\n\r\n\r\n",
            b"*0\r\n",
            b"%0\r\n",
            b"*2\r\n*1\r\n$1\r\nx\r\n_\r\n",
            b"%1\r\n+k\r\n*2\r\n#t\r\n,1.5\r\n",
            b"|1\r\n+ttl\r\n:1\r\n~1\r\n(123\r\n",
            b">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n=5\r\ntxt:x\r\n",
            b"!5\r\nERR x\r\n",
        ] {
            let mut stream = reply.to_vec();
            stream.extend_from_slice(b"+next\r\n");
            assert_eq!(ReplyScanner::default().scan(&stream), Ok(Some(reply.len())), "{}", reply.escape_ascii());
            let mut scanner = ReplyScanner::default();
            for seen in 0..reply.len() {
                assert_eq!(scanner.scan(&stream[..seen]), Ok(None), "{} at {seen}", reply.escape_ascii());
            }
            assert_eq!(scanner.scan(reply), Ok(Some(reply.len())));
            assert_eq!(scanner, ReplyScanner::default(), "the scanner must be ready for the next reply");
        }
    }

    #[test]
    fn bytes_that_are_not_a_reply_are_refused() {
        for bytes in [&b"HTTP/1.1 200\r\n"[..], b"$x\r\n", b"*-2\r\n", &b"*1\r\n".repeat(MAX_DEPTH + 1)] {
            assert_eq!(ReplyScanner::default().scan(bytes), Err(Malformed), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn any_bytes_are_scanned_alike_wherever_they_are_split() {
        let pieces: [&[u8]; 25] = [
            b"+OK\r\n",
            b"-ERR\r\n",
            b":1\r\n",
            b"$-1\r\n",
            b"$0\r\n\r\n",
            b"$3\r\n",
            b"$4294967295\r\n",
            b"abc\r\n",
            b"*-1\r\n",
            b"*0\r\n",
            b"*2\r\n",
            b"*4294967295\r\n",
            b"%1\r\n",
            b"%4294967295\r\n",
            b"~1\r\n",
            b">1\r\n",
            b"|1\r\n",
            b"|0\r\n",
            b"=5\r\ntxt:x\r\n",
            b"_\r\n",
            b"#t\r\n",
            b",1\r\n",
            b"\r",
            b"\n",
            b"?",
        ];
        let bytes = prop_oneof![
            vec(select(pieces.to_vec()), 0..12).prop_map(|pieces| pieces.concat()),
            vec(any::<u8>(), 0..40)
        ];
        test_support::fuzz::check(&bytes, |bytes| {
            let whole = ReplyScanner::default().scan(&bytes);
            prop_assert!(!matches!(whole, Ok(Some(length)) if length == 0 || length > bytes.len()), "{whole:?}");
            let mut scanner = ReplyScanner::default();
            // The end of a reply or an error in it must be detected as soon as enough bytes have arrived.
            let decided = (0..=bytes.len()).map(|end| scanner.scan(&bytes[..end])).find(|found| *found != Ok(None));
            prop_assert_eq!(decided.unwrap_or(Ok(None)), whole);
            Ok(())
        });
    }
}
