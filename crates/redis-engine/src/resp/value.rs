//! A parser of replies. It supports all RESP2 and RESP3 types that Redis sends.

use super::ProtocolError;

/// A reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A status such as `+OK`.
    Simple(Vec<u8>),
    /// An error such as `-ERR …`, including its code.
    Error(Vec<u8>),
    /// An integer.
    Integer(i64),
    /// A bulk string.
    Bulk(Vec<u8>),
    /// RESP3's null, or RESP2's null bulk string.
    Null,
    /// RESP2's null array.
    NullArray,
    /// A double, as the text that the server sent.
    Array(Vec<Value>),
    /// A double as the server wrote it.
    Double(Vec<u8>),
    /// A boolean.
    Boolean(bool),
    /// A big number, as its decimal digits.
    BigNumber(Vec<u8>),
    /// A verbatim string.
    Verbatim {
        /// The format of the verbatim string: `txt` or `mkd`.
        format: [u8; 3],
        /// The text of the verbatim string, without the format.
        text: Vec<u8>,
    },
    /// A map, as its pairs in order.
    Map(Vec<(Value, Value)>),
    /// A set, in the order of the reply.
    Set(Vec<Value>),
    /// An out-of-band message, which is not the reply to a command.
    Push(Vec<Value>),
    /// A reply with the attributes that precede it.
    Attributed(Vec<(Value, Value)>, Box<Value>),
}

/// Maximum nesting depth of a reply. Redis's own replies are less than ten levels deep.
const MAX_DEPTH: usize = 128;

/// Parses a reply at the start of `bytes`. Returns the reply and its length in bytes, or `None` if the reply is
/// incomplete.
///
/// # Errors
/// Returns an error if the bytes are not a reply, or if the reply is nested too deeply.
pub fn parse(bytes: &[u8]) -> Result<Option<(Value, usize)>, ProtocolError> {
    let mut reader = Reader { bytes, position: 0 };
    match reader.value(MAX_DEPTH) {
        Ok(value) => Ok(Some((value, reader.position))),
        Err(Stop::Incomplete) => Ok(None),
        Err(Stop::Invalid(error)) => Err(error),
    }
}

/// Why parsing stopped before the end of a value.
enum Stop {
    Incomplete,
    Invalid(ProtocolError),
}

fn invalid(text: &'static str) -> Stop {
    Stop::Invalid(ProtocolError(text.into()))
}

struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Value, Stop> {
        let depth = depth.checked_sub(1).ok_or_else(|| invalid("Protocol error: too many nested replies"))?;
        let line = self.line()?;
        let Some((&kind, rest)) = line.split_first() else { return Err(invalid("Protocol error: an empty line")) };
        Ok(match kind {
            b'+' => Value::Simple(rest.to_vec()),
            b'-' => Value::Error(rest.to_vec()),
            b':' => Value::Integer(integer(rest)?),
            b',' => Value::Double(rest.to_vec()),
            b'(' => Value::BigNumber(rest.to_vec()),
            b'_' => Value::Null,
            b'#' => Value::Boolean(rest == b"t"),
            b'$' if rest == b"-1" => Value::Null,
            b'$' => Value::Bulk(self.blob(rest)?.to_vec()),
            b'!' => Value::Error(self.blob(rest)?.to_vec()),
            b'=' => verbatim(self.blob(rest)?)?,
            b'*' if rest == b"-1" => Value::NullArray,
            b'*' => Value::Array(self.values(rest, depth)?),
            b'~' => Value::Set(self.values(rest, depth)?),
            b'>' => Value::Push(self.values(rest, depth)?),
            b'%' => Value::Map(self.pairs(rest, depth)?),
            b'|' => Value::Attributed(self.pairs(rest, depth)?, Box::new(self.value(depth)?)),
            other => {
                let text = format!("Protocol error, got {:?} as reply type byte", char::from(other));
                return Err(Stop::Invalid(ProtocolError(text.into())));
            }
        })
    }

    /// Reads a line, without its line break.
    fn line(&mut self) -> Result<&'a [u8], Stop> {
        let rest = &self.bytes[self.position..];
        let length = rest.windows(2).position(|pair| pair == b"\r\n").ok_or(Stop::Incomplete)?;
        self.position += length + 2;
        Ok(&rest[..length])
    }

    fn blob(&mut self, header: &[u8]) -> Result<&'a [u8], Stop> {
        let length = count(header)?;
        let rest = &self.bytes[self.position..];
        if rest.len() < length.saturating_add(2) {
            return Err(Stop::Incomplete);
        }
        self.position += length + 2;
        Ok(&rest[..length])
    }

    fn values(&mut self, header: &[u8], depth: usize) -> Result<Vec<Value>, Stop> {
        // Elements are collected one by one, so that a header that announces billions of them allocates nothing.
        (0..count(header)?).map(|_| self.value(depth)).collect()
    }

    fn pairs(&mut self, header: &[u8], depth: usize) -> Result<Vec<(Value, Value)>, Stop> {
        (0..count(header)?).map(|_| Ok((self.value(depth)?, self.value(depth)?))).collect()
    }
}

fn integer(digits: &[u8]) -> Result<i64, Stop> {
    let text = std::str::from_utf8(digits).map_err(|_| invalid("Protocol error: bad integer"))?;
    text.parse().map_err(|_| invalid("Protocol error: bad integer"))
}

fn count(digits: &[u8]) -> Result<usize, Stop> {
    usize::try_from(integer(digits)?).map_err(|_| invalid("Protocol error: bad length"))
}

fn verbatim(blob: &[u8]) -> Result<Value, Stop> {
    match blob {
        [a, b, c, b':', text @ ..] => Ok(Value::Verbatim { format: [*a, *b, *c], text: text.to_vec() }),
        _ => Err(invalid("Protocol error: verbatim text without its format")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simple(text: &str) -> Value {
        Value::Simple(text.into())
    }

    #[test]
    fn every_type_is_parsed_once_it_is_complete() {
        let nested = Value::Map(vec![(simple("k"), Value::Set(vec![Value::Integer(1), Value::Boolean(false)]))]);
        let cases: [(&[u8], Value); 19] = [
            (b"+OK\r\n", simple("OK")),
            (b"-ERR no\r\n", Value::Error(b"ERR no".to_vec())),
            (b":-12\r\n", Value::Integer(-12)),
            (b"$4\r\na\r\nb\r\n", Value::Bulk(b"a\r\nb".to_vec())),
            (b"$0\r\n\r\n", Value::Bulk(vec![])),
            (b"$-1\r\n", Value::Null),
            (b"_\r\n", Value::Null),
            (b"*-1\r\n", Value::NullArray),
            (b"*0\r\n", Value::Array(vec![])),
            (b"*2\r\n+a\r\n*1\r\n:1\r\n", Value::Array(vec![simple("a"), Value::Array(vec![Value::Integer(1)])])),
            (b",1.50\r\n", Value::Double(b"1.50".to_vec())),
            (b"#t\r\n", Value::Boolean(true)),
            (b"(12345678901234567890\r\n", Value::BigNumber(b"12345678901234567890".to_vec())),
            (b"=6\r\ntxt:hi\r\n", Value::Verbatim { format: *b"txt", text: b"hi".to_vec() }),
            (b"!5\r\nERR a\r\n", Value::Error(b"ERR a".to_vec())),
            (b"%1\r\n+k\r\n~2\r\n:1\r\n#f\r\n", nested),
            (b">1\r\n+message\r\n", Value::Push(vec![simple("message")])),
            (
                b"|1\r\n+ttl\r\n:3\r\n+OK\r\n",
                Value::Attributed(vec![(simple("ttl"), Value::Integer(3))], Box::new(simple("OK"))),
            ),
            (b"+\r\n", simple("")),
        ];
        for (bytes, value) in cases {
            let followed = [bytes, b"+next\r\n"].concat();
            assert_eq!(parse(&followed), Ok(Some((value, bytes.len()))));
            for end in 0..bytes.len() {
                assert_eq!(parse(&bytes[..end]), Ok(None), "{:?}", bytes[..end].escape_ascii().to_string());
            }
        }
    }

    #[test]
    fn invalid_replies_are_errors() {
        let deep = b"*1\r\n".repeat(100_000);
        let cases: [&[u8]; 7] = [b"?\r\n", b"\r\n", b":x\r\n", b"$x\r\n", b"*-2\r\n", b"=2\r\nhi\r\n", &deep];
        for bytes in cases {
            assert!(parse(bytes).is_err(), "{:?}", bytes[..bytes.len().min(20)].escape_ascii().to_string());
        }
        assert_eq!(parse(b"*9999999999\r\n+a\r\n"), Ok(None));
    }
}
