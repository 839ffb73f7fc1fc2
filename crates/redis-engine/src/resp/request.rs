//! An incremental parser of requests.
//!
//! A request has one of two formats. The first is an array of bulk strings, such as `*2\r\n$3\r\nGET\r\n$1\r\na\r\n`.
//! Its arguments are ranges of the input and are never copied. The second is an inline command, as people type it in
//! telnet. The parser remembers its position in an incomplete request, so each byte is read once, even if the request
//! arrives in small pieces. Nothing is allocated for a length that has only been announced.

use std::ops::Range;

use super::{ProtocolError, quoting};

/// Maximum length in bytes of an inline command or a header.
const MAX_LINE: usize = 64 * 1024;

/// Maximum number of arguments in a request from a client that has not authenticated.
const MAX_UNAUTHENTICATED_ARGUMENTS: i64 = 10;
/// Maximum length of an argument in bytes, in a request from a client that has not authenticated.
const MAX_UNAUTHENTICATED_BULK: i64 = 16 * 1024;

/// Limits that the server sets for a request.
#[derive(Debug, Clone, Copy)]
pub struct RequestLimits {
    /// Whether the client has authenticated. The limits for an unauthenticated client are much lower.
    pub authenticated: bool,
    /// Maximum length of an argument in bytes (`proto-max-bulk-len`).
    pub max_bulk_len: usize,
}

/// Encodes a command in the format that client libraries send.
pub fn encode(words: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// An incremental parser of requests, with the state of the current request.
#[derive(Debug, Clone, Default)]
pub struct RequestParser {
    state: State,
    /// Number of bytes of the request that have been parsed.
    position: usize,
    /// The arguments that have been parsed, as ranges of the input relative to the start of the request.
    ranges: Vec<Range<usize>>,
    /// The words of the request, if it is an inline command.
    inline_words: Vec<Vec<u8>>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    /// `missing` arguments have not been parsed yet. `length` is the length of the next one in bytes, if its header has
    /// been read.
    Arguments { missing: i64, length: Option<usize> },
    /// The request is complete, and `words` returns its arguments.
    Complete,
}

impl RequestParser {
    /// Continues to parse a request. `input` begins at the start of the request, and contains at least the bytes of the
    /// last call. Returns the length of the request in bytes if it is complete, and `None` otherwise. `words` returns
    /// the arguments of a complete request. The caller must skip a request without arguments (an empty line or `*0`).
    ///
    /// # Errors
    /// Returns the error that Redis replies with before it closes the connection.
    pub fn parse(&mut self, input: &[u8], limits: RequestLimits) -> Result<Option<usize>, ProtocolError> {
        if self.state == State::Complete {
            self.state = State::Start;
            self.position = 0;
            self.ranges.clear();
            self.inline_words.clear();
        }
        if self.state == State::Start {
            match input.first() {
                None => return Ok(None),
                Some(b'*') => match self.array_header(input, limits)? {
                    None => return Ok(None),
                    Some(missing) => self.state = State::Arguments { missing, length: None },
                },
                Some(_) => return self.inline_command(input),
            }
        }
        self.arguments(input, limits)
    }

    /// Iterates over the arguments of the complete request. `input` is the input that `parse` was called with.
    pub fn words<'a>(&'a self, input: &'a [u8]) -> impl ExactSizeIterator<Item = &'a [u8]> {
        let inline = !self.inline_words.is_empty();
        let count = if inline { self.inline_words.len() } else { self.ranges.len() };
        (0..count).map(move |i| if inline { &*self.inline_words[i] } else { &input[self.ranges[i].clone()] })
    }

    /// Returns whether the complete request is an inline command.
    pub fn is_inline(&self) -> bool {
        !self.inline_words.is_empty()
    }

    /// Returns a lower bound for the length of the incomplete request in bytes, so that the caller can reserve memory.
    /// Returns 0 if no length has been read yet.
    pub fn expected_len(&self) -> usize {
        match self.state {
            State::Arguments { length: Some(length), .. } => self.position + length + 2,
            _ => 0,
        }
    }

    /// Returns the number of bytes that `release_memory` would release. These are the bytes allocated for the last
    /// request's arguments, or none if the next request has begun.
    pub fn releasable_bytes(&self) -> usize {
        match self.state {
            State::Start if self.position > 0 => 0,
            State::Arguments { .. } => 0,
            State::Start | State::Complete => {
                self.ranges.capacity() * size_of::<Range<usize>>() + self.inline_words.capacity() * size_of::<Vec<u8>>()
            }
        }
    }

    /// Releases the memory of the last request's arguments, unless the next request has begun.
    pub fn release_memory(&mut self) {
        if self.releasable_bytes() > 0 {
            *self = RequestParser::default();
        }
    }

    fn array_header(&mut self, input: &[u8], limits: RequestLimits) -> Result<Option<i64>, ProtocolError> {
        let Some(line) = self.line(input, "too big mbulk count string")? else { return Ok(None) };
        let count = integer(&input[line.start + 1..line.end]).filter(|&n| n <= i64::from(i32::MAX));
        let count = count.ok_or_else(|| protocol_error("invalid multibulk length"))?;
        if count > MAX_UNAUTHENTICATED_ARGUMENTS && !limits.authenticated {
            return Err(protocol_error("unauthenticated multibulk length"));
        }
        Ok(Some(count.max(0)))
    }

    fn arguments(&mut self, input: &[u8], limits: RequestLimits) -> Result<Option<usize>, ProtocolError> {
        while let State::Arguments { missing, length } = self.state {
            if missing == 0 {
                self.state = State::Complete;
                break;
            }
            let length = match length {
                Some(length) => length,
                None => match self.bulk_header(input, limits)? {
                    None => return Ok(None),
                    Some(length) => length,
                },
            };
            let end = self.position + length;
            // As in Redis, the two bytes after an argument are skipped without a check.
            if input.len() < end + 2 {
                self.state = State::Arguments { missing, length: Some(length) };
                return Ok(None);
            }
            self.ranges.push(self.position..end);
            self.position = end + 2;
            self.state = State::Arguments { missing: missing - 1, length: None };
        }
        Ok(Some(self.position))
    }

    fn bulk_header(&mut self, input: &[u8], limits: RequestLimits) -> Result<Option<usize>, ProtocolError> {
        let Some(line) = self.line(input, "too big bulk count string")? else { return Ok(None) };
        if input[line.start] != b'$' {
            let got = char::from(input[line.start]);
            return Err(ProtocolError(format!("Protocol error: expected '$', got '{got}'").into()));
        }
        let length = integer(&input[line.start + 1..line.end]).and_then(|n| usize::try_from(n).ok());
        let length = length.filter(|&n| n <= limits.max_bulk_len);
        let length = length.ok_or_else(|| protocol_error("invalid bulk length"))?;
        if length as i64 > MAX_UNAUTHENTICATED_BULK && !limits.authenticated {
            return Err(protocol_error("unauthenticated bulk length"));
        }
        Ok(Some(length))
    }

    /// Reads a header up to its `\r`, and skips the `\r` and the byte after it. Returns the header's range in `input`,
    /// or `None` if the header is incomplete. As in Redis, which searches in a C string, a header with a NUL is never
    /// complete.
    fn line(&mut self, input: &[u8], too_long: &'static str) -> Result<Option<Range<usize>>, ProtocolError> {
        let start = self.position;
        let end = input[start..].iter().position(|&byte| byte == b'\r' || byte == 0);
        match end.filter(|&length| input[start + length] == b'\r') {
            None if input.len() - start > MAX_LINE => Err(protocol_error(too_long)),
            Some(length) if start + length + 2 <= input.len() => {
                self.position = start + length + 2;
                Ok(Some(start..start + length))
            }
            _ => Ok(None),
        }
    }

    fn inline_command(&mut self, input: &[u8]) -> Result<Option<usize>, ProtocolError> {
        // As in Redis, which searches in a C string, a line with a NUL is never complete.
        let end = input[self.position..].iter().position(|&byte| byte == b'\n' || byte == 0);
        let Some(length) = end.filter(|&length| input[self.position + length] == b'\n') else {
            self.position += end.unwrap_or(input.len() - self.position);
            if input.len() > MAX_LINE {
                return Err(protocol_error("too big inline request"));
            }
            return Ok(None);
        };
        let end = self.position + length;
        let words = quoting::split(&input[..end]);
        self.inline_words = words.map_err(|_| protocol_error("unbalanced quotes in request"))?;
        self.state = State::Complete;
        Ok(Some(end + 1))
    }
}

fn protocol_error(text: &'static str) -> ProtocolError {
    ProtocolError(format!("Protocol error: {text}").into())
}

/// Parses a decimal integer as Redis does: the only sign is `-`, and there are no leading zeros.
fn integer(digits: &[u8]) -> Option<i64> {
    match digits {
        // Fast paths for the most common headers: a length or a count of a few digits.
        [digit @ b'0'..=b'9'] => Some(i64::from(digit - b'0')),
        [b'1'..=b'9', ..] if digits.len() < 10 => {
            digits.iter().try_fold(0, |n, digit| digit.is_ascii_digit().then(|| n * 10 + i64::from(digit - b'0')))
        }
        [b'1'..=b'9', ..] | [b'-', b'1'..=b'9', ..] => std::str::from_utf8(digits).ok()?.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: RequestLimits = RequestLimits { authenticated: true, max_bulk_len: 512 << 20 };

    type Commands = Vec<Vec<Vec<u8>>>;

    /// Parses `bytes` in pieces of `piece` bytes. Returns the commands before the first error, and the error if there
    /// is one.
    fn parse_all(bytes: &[u8], piece: usize, limits: RequestLimits) -> (Commands, Option<String>) {
        let (mut commands, mut parser, mut start) = (Vec::new(), RequestParser::default(), 0);
        for end in (0..=bytes.len()).step_by(piece).chain([bytes.len()]) {
            loop {
                match parser.parse(&bytes[start..end], limits) {
                    Err(error) => return (commands, Some(error.to_string())),
                    Ok(None) => break,
                    Ok(Some(used)) => {
                        let words: Vec<_> = parser.words(&bytes[start..end]).map(<[u8]>::to_vec).collect();
                        commands.extend(Some(words).filter(|words| !words.is_empty()));
                        start += used;
                    }
                }
            }
        }
        (commands, None)
    }

    #[test]
    fn a_line_with_a_nul_is_never_complete() {
        for line in ["PING\0\r\n", "\0PING\r\n", "*1\0\r\n$4\r\nPING\r\n", "*1\r\n$4\0\r\nPING\r\n"] {
            for piece in [1, 100] {
                let (commands, error) = parse_all(format!("{line}PING\r\n").as_bytes(), piece, LIMITS);
                assert_eq!((commands, error), (Vec::new(), None), "{line:?}");
            }
            let (_, error) = parse_all(format!("{line}{}", "x".repeat(MAX_LINE)).as_bytes(), 1 << 20, LIMITS);
            assert!(error.is_some_and(|error| error.contains("too big")), "{line:?}");
        }
    }

    #[test]
    fn requests_are_parsed_alike_in_pieces_of_any_size() {
        let input = b"*2\r\n$3\r\nGET\r\n$1\r\na\r\nPING 'a b'\r\n\r\n*0\r\n*-5\r\n*1\r\n$0\r\n\r\n*2\r\n$4\r\nECHO\r\n$4\r\n\r\n\0\r\r\nPING\n";
        let (whole, error) = parse_all(input, input.len(), LIMITS);
        assert_eq!(error, None);
        let expected: [&[&[u8]]; 5] =
            [&[b"GET", b"a"], &[b"PING", b"a b"], &[b""], &[b"ECHO", b"\r\n\0\r"], &[b"PING"]];
        assert_eq!(whole, expected.map(|words| words.iter().map(|word| word.to_vec()).collect::<Vec<_>>()));
        for piece in 1..input.len() {
            assert_eq!(parse_all(input, piece, LIMITS), (whole.clone(), None), "in pieces of {piece}");
        }
    }

    #[test]
    fn invalid_requests_return_the_errors_of_redis() {
        let long = [b'a'; MAX_LINE + 1];
        let (star, dollar) = ([b"*".as_slice(), &long].concat(), [b"*1\r\n$".as_slice(), &long].concat());
        let strict = RequestLimits { authenticated: false, max_bulk_len: 100_000 };
        let cases: [(&[u8], RequestLimits, &str); 14] = [
            (b"*a\r\n", LIMITS, "invalid multibulk length"),
            (b"*+1\r\n", LIMITS, "invalid multibulk length"),
            (b"*2147483648\r\n", LIMITS, "invalid multibulk length"),
            (b"*1\r\n:1\r\n", LIMITS, "expected '$', got ':'"),
            (b"*1\r\n$-1\r\n", LIMITS, "invalid bulk length"),
            (b"*1\r\n$536870913\r\n", LIMITS, "invalid bulk length"),
            (b"*1\r\n$01\r\n", LIMITS, "invalid bulk length"),
            (b"SET \"a\r\n", LIMITS, "unbalanced quotes in request"),
            (&long, LIMITS, "too big inline request"),
            (&star, LIMITS, "too big mbulk count string"),
            (&dollar, LIMITS, "too big bulk count string"),
            (b"*11\r\n", strict, "unauthenticated multibulk length"),
            (b"*1\r\n$16385\r\n", strict, "unauthenticated bulk length"),
            (b"*1\r\n$100001\r\n", strict, "invalid bulk length"),
        ];
        for (input, limits, text) in cases {
            let (none, error) = parse_all(input, input.len(), limits);
            assert_eq!((none.len(), error), (0, Some(format!("Protocol error: {text}"))));
        }
    }

    #[test]
    fn an_announced_length_allocates_nothing() {
        let mut parser = RequestParser::default();
        assert_eq!(parser.parse(b"*2147483647\r\n$536870912\r\nabc", LIMITS), Ok(None));
        assert!(parser.ranges.capacity() < 16);
        assert_eq!(parser.expected_len(), 13 + 12 + 536_870_912 + 2);
    }

    #[test]
    fn memory_of_arguments_is_released_only_between_requests() {
        let mut parser = RequestParser::default();
        let mut input = b"*5000\r\n".to_vec();
        (0..5000).for_each(|_| input.extend_from_slice(b"$1\r\na\r\n"));
        let (begun, rest) = input.split_at(input.len() - 3);
        assert_eq!(parser.parse(begun, LIMITS), Ok(None));
        assert_eq!(parser.releasable_bytes(), 0);
        parser.release_memory();
        assert_eq!(parser.parse(&[begun, rest].concat(), LIMITS), Ok(Some(input.len())));
        assert_eq!(parser.words(&input).len(), 5000);
        assert!(parser.releasable_bytes() >= 5000 * size_of::<Range<usize>>());
        parser.release_memory();
        assert_eq!(parser.releasable_bytes(), 0);
        assert_eq!(parser.parse(b"PING\r\n", LIMITS), Ok(Some(6)));
    }
}
