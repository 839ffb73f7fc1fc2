//! Passes random bytes to everything that reads RESP. Nothing may panic. Bytes that arrive in pieces must give the same
//! result as in one piece, and parsing must reverse encoding.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use redis_engine::resp::request::{self, RequestLimits, RequestParser};
use redis_engine::resp::value::{self, Value};
use redis_engine::resp::{anatomy, quoting};
use test_support::fuzz::{Checked, check};

type Words = Vec<Vec<u8>>;

/// Pieces of requests and replies that are valid in some context.
const PIECES: [&[u8]; 34] = [
    b"*0\r\n",
    b"*1\r\n",
    b"*2\r\n",
    b"*-1\r\n",
    b"*-5\r\n",
    b"*2147483647\r\n",
    b"*9223372036854775807\r\n",
    b"$0\r\n",
    b"$1\r\n",
    b"$3\r\n",
    b"$-1\r\n",
    b"$536870912\r\n",
    b"$9223372036854775807\r\n",
    b"+OK\r\n",
    b"-ERR no\r\n",
    b":12\r\n",
    b":-9223372036854775808\r\n",
    b",1.5\r\n",
    b"#t\r\n",
    b"_\r\n",
    b"(12\r\n",
    b"=7\r\ntxt:abc\r\n",
    b"!3\r\nabc\r\n",
    b"%1\r\n",
    b"~2\r\n",
    b">1\r\n",
    b"|1\r\n",
    b"abc\r\n",
    b"\r\n",
    b"\n",
    b"\r",
    b"PING\r\n",
    b"SET \"a",
    b"'b'\r\n",
];

/// Generates the name and arguments of a command.
fn words() -> impl Strategy<Value = Words> {
    vec(vec(any::<u8>(), 0..12), 1..6)
}

/// Generates damaged bytes: one byte may be changed, and the end may be missing.
fn damaged(bytes: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let change = proptest::option::of((any::<Index>(), any::<u8>()));
    (bytes, change, proptest::option::of(any::<Index>())).prop_map(|(mut bytes, change, end)| {
        if let (Some((at, byte)), false) = (change, bytes.is_empty()) {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len() + 1));
        }
        bytes
    })
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    vec(select(PIECES.to_vec()), 0..12).prop_map(|pieces| pieces.concat())
}

/// Generates bytes from a client: valid requests, damaged requests, damaged pieces of requests, and arbitrary bytes.
fn from_client() -> impl Strategy<Value = Vec<u8>> {
    let request = prop_oneof![
        words().prop_map(|words| request::encode(&words)),
        words().prop_map(|words| format!("{}\r\n", quoting::join(&words)).into_bytes()),
    ];
    let requests = vec(request, 0..4).prop_map(|requests| requests.concat());
    prop_oneof![requests.clone(), damaged(requests), damaged(pieces()), vec(any::<u8>(), 0..80)]
}

fn limits() -> impl Strategy<Value = RequestLimits> {
    let max_bulk_len = prop_oneof![Just(8), Just(512 << 20)];
    (any::<bool>(), max_bulk_len)
        .prop_map(|(authenticated, max_bulk_len)| RequestLimits { authenticated, max_bulk_len })
}

/// The parsed requests, and the error that follows them, if any.
type Parsed = (Vec<Words>, Option<String>);

/// Parses bytes that arrive in pieces. The pieces end at the positions `ends`. Stops at the first error.
fn parse_requests(bytes: &[u8], ends: &[usize], limits: RequestLimits) -> Result<Parsed, TestCaseError> {
    let (mut requests, mut parser, mut start) = (Vec::new(), RequestParser::default(), 0);
    for &end in ends {
        loop {
            let input = &bytes[start..end];
            match parser.parse(input, limits) {
                Err(error) => return Ok((requests, Some(error.to_string()))),
                Ok(None) => {
                    let expected = parser.expected_len();
                    prop_assert!(expected == 0 || expected > input.len(), "{expected} bytes make it complete");
                    prop_assert!(expected <= input.len() + limits.max_bulk_len + 2, "{expected} bytes are too many");
                    break;
                }
                Ok(Some(used)) => {
                    prop_assert!(0 < used && used <= input.len());
                    requests.push(parser.words(input).map(<[u8]>::to_vec).collect());
                    start += used;
                }
            }
        }
    }
    Ok((requests, None))
}

#[test]
fn requests_are_parsed_alike_wherever_their_bytes_are_split() {
    check(&(from_client(), limits()), |(bytes, limits)| -> Checked {
        let whole = parse_requests(&bytes, &[bytes.len()], limits)?;
        let singly: Vec<usize> = (0..=bytes.len()).collect();
        prop_assert_eq!(&parse_requests(&bytes, &singly, limits)?, &whole);
        for split in 0..bytes.len() {
            prop_assert_eq!(&parse_requests(&bytes, &[split, bytes.len()], limits)?, &whole, "split at {}", split);
        }
        Ok(())
    });
}

#[test]
fn an_encoded_request_is_parsed_into_the_same_words() {
    let limits = RequestLimits { authenticated: true, max_bulk_len: 512 << 20 };
    check(&vec(words(), 1..4), |commands| -> Checked {
        let bytes: Vec<u8> = commands.iter().flat_map(|words| request::encode(words)).collect();
        prop_assert_eq!(parse_requests(&bytes, &[bytes.len()], limits)?, (commands, None));
        Ok(())
    });
}

#[test]
fn a_joined_line_is_split_into_the_same_words() {
    check(&words(), |words| -> Checked {
        prop_assert_eq!(quoting::split(quoting::join(&words).as_bytes()), Ok(words));
        Ok(())
    });
}

#[test]
fn any_line_is_split_or_refused() {
    let line = vec(prop_oneof![select(b"\"'\\ \t\n\r\x0b\x0cx09af".to_vec()), any::<u8>()], 0..40);
    check(&line, |line| -> Checked {
        if let Ok(words) = quoting::split(&line) {
            prop_assert!(words.iter().map(Vec::len).sum::<usize>() <= line.len());
            prop_assert_eq!(quoting::split(quoting::join(&words).as_bytes()), Ok(words));
        }
        Ok(())
    });
}

/// Generates replies of all types.
fn reply() -> impl Strategy<Value = Value> + Clone {
    let line = || vec(any::<u8>().prop_filter("a line", |byte| !b"\r\n".contains(byte)), 0..8);
    let bytes = || vec(any::<u8>(), 0..12);
    let leaf = prop_oneof![
        line().prop_map(Value::Simple),
        bytes().prop_map(Value::Error),
        any::<i64>().prop_map(Value::Integer),
        bytes().prop_map(Value::Bulk),
        Just(Value::Null),
        Just(Value::NullArray),
        line().prop_map(Value::Double),
        any::<bool>().prop_map(Value::Boolean),
        line().prop_map(Value::BigNumber),
        (any::<[u8; 3]>(), bytes()).prop_map(|(format, text)| Value::Verbatim { format, text }),
    ];
    leaf.prop_recursive(4, 24, 4, |value| {
        let pairs = vec((value.clone(), value.clone()), 0..3);
        prop_oneof![
            vec(value.clone(), 0..4).prop_map(Value::Array),
            vec(value.clone(), 0..4).prop_map(Value::Set),
            vec(value.clone(), 0..4).prop_map(Value::Push),
            pairs.clone().prop_map(Value::Map),
            (pairs, value).prop_map(|(pairs, value)| Value::Attributed(pairs, Box::new(value))),
        ]
    })
}

/// Encodes a reply as Redis writes it, and appends it to `out`. An error that contains a line break becomes a bulk
/// error.
fn encode(value: &Value, out: &mut Vec<u8>) {
    let line = |out: &mut Vec<u8>, kind: u8, text: &[u8]| out.extend([&[kind], text, b"\r\n"].concat());
    let header = |out: &mut Vec<u8>, kind: u8, n: usize| line(out, kind, n.to_string().as_bytes());
    let blob = |out: &mut Vec<u8>, kind: u8, bytes: &[u8]| {
        header(out, kind, bytes.len());
        out.extend([bytes, b"\r\n"].concat());
    };
    let pairs = |out: &mut Vec<u8>, kind: u8, pairs: &[(Value, Value)]| {
        header(out, kind, pairs.len());
        for (key, value) in pairs {
            encode(key, out);
            encode(value, out);
        }
    };
    match value {
        Value::Simple(text) => line(out, b'+', text),
        Value::Error(text) if text.iter().any(|byte| b"\r\n".contains(byte)) => blob(out, b'!', text),
        Value::Error(text) => line(out, b'-', text),
        Value::Integer(n) => line(out, b':', n.to_string().as_bytes()),
        Value::Bulk(bytes) => blob(out, b'$', bytes),
        Value::Null => line(out, b'_', b""),
        Value::NullArray => line(out, b'*', b"-1"),
        Value::Double(text) => line(out, b',', text),
        Value::Boolean(yes) => line(out, b'#', if *yes { b"t" } else { b"f" }),
        Value::BigNumber(digits) => line(out, b'(', digits),
        Value::Verbatim { format, text } => blob(out, b'=', &[format, b":".as_slice(), text].concat()),
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            let kind = match value {
                Value::Array(_) => b'*',
                Value::Set(_) => b'~',
                _ => b'>',
            };
            header(out, kind, items.len());
            items.iter().for_each(|item| encode(item, out));
        }
        Value::Map(items) => pairs(out, b'%', items),
        Value::Attributed(attributes, value) => {
            pairs(out, b'|', attributes);
            encode(value, out);
        }
    }
}

fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(value, &mut bytes);
    bytes
}

#[test]
fn an_encoded_reply_is_parsed_into_the_same_value_and_not_before_its_end() {
    check(&(reply(), vec(any::<u8>(), 0..8)), |(reply, rest)| -> Checked {
        let bytes = encoded(&reply);
        prop_assert_eq!(value::parse(&[bytes.as_slice(), &rest].concat()), Ok(Some((reply, bytes.len()))));
        for end in 0..bytes.len() {
            prop_assert_eq!(value::parse(&bytes[..end]), Ok(None), "the first {} bytes", end);
        }
        Ok(())
    });
}

/// Generates bytes from a server: valid replies, damaged replies, damaged pieces of replies, and arbitrary bytes.
fn from_server() -> impl Strategy<Value = Vec<u8>> {
    let reply = reply().prop_map(|reply| encoded(&reply));
    prop_oneof![reply.clone(), damaged(reply), damaged(pieces()), vec(any::<u8>(), 0..80)]
}

#[test]
fn what_the_beginning_of_a_reply_says_is_never_taken_back() {
    check(&from_server(), |bytes| -> Checked {
        let whole = value::parse(&bytes);
        for end in 0..bytes.len() {
            match value::parse(&bytes[..end]) {
                Ok(None) => {}
                decided => prop_assert_eq!(&decided, &whole, "after {} bytes", end),
            }
        }
        Ok(())
    });
}

#[test]
fn any_bytes_are_explained_in_printable_parts() {
    let bytes = prop_oneof![from_server(), from_client()];
    check(&(bytes, 0_usize..1_000), |(bytes, missing)| -> Checked {
        let parts = anatomy::parts(&bytes, bytes.len() + missing);
        prop_assert!(parts.len() <= bytes.len() + 1, "{} parts of {} bytes", parts.len(), bytes.len());
        for part in &parts {
            prop_assert!(!part.raw.contains(char::is_control), "{part:?}");
        }
        Ok(())
    });
}

/// A reply that is nested more deeply than any real server's is rejected by the parser, and explained only up to a
/// maximum depth. Neither parsing nor explaining it overflows the stack.
#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    for opening in ["*1\r\n", "~1\r\n", ">1\r\n", "%1\r\n", "|1\r\n", "%1\r\n+k\r\n", "*2\r\n+a\r\n", "*9\r\n"] {
        let bytes = opening.repeat(200_000).into_bytes();
        assert!(value::parse(&bytes).is_err(), "{opening:?}");
        assert!(!anatomy::parts(&bytes, bytes.len()).is_empty(), "{opening:?}");
    }
}
