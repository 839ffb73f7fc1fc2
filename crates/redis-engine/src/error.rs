//! Error replies, with the exact messages of Redis 8.2.

use std::borrow::Cow;

/// An error reply: the text after the `-`, including the code (`ERR`, `WRONGTYPE`). It may quote bytes that a client
/// sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Cow<'static, [u8]>);

impl Error {
    /// Creates an error from a constant message, which must not contain line breaks.
    pub(crate) const fn from_static(text: &'static str) -> Self {
        Error(Cow::Borrowed(text.as_bytes()))
    }

    /// Creates an error. Replaces line breaks with spaces, because an error reply is a single line.
    pub fn new(text: impl Into<Vec<u8>>) -> Self {
        let mut text = text.into();
        for b in &mut text {
            if matches!(b, b'\r' | b'\n') {
                *b = b' ';
            }
        }
        Error(Cow::Owned(text))
    }

    /// Returns the error's text, including its code.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

pub(crate) const WRONG_TYPE: Error =
    Error::from_static("WRONGTYPE Operation against a key holding the wrong kind of value");
pub(crate) const OUT_OF_MEMORY: Error = Error::from_static("OOM command not allowed when used memory > 'maxmemory'.");
pub(crate) const NO_REPLICAS: Error = Error::from_static("NOREPLICAS Not enough good replicas to write.");
pub(crate) const SYNTAX: Error = Error::from_static("ERR syntax error");
pub(crate) const NO_SUCH_KEY: Error = Error::from_static("ERR no such key");
pub(crate) const NOT_AN_INTEGER: Error = Error::from_static("ERR value is not an integer or out of range");
pub(crate) const NOT_A_FLOAT: Error = Error::from_static("ERR value is not a valid float");
pub(crate) const OUT_OF_RANGE: Error = Error::from_static("ERR value is out of range");
pub(crate) const NOT_A_32_BIT_INTEGER: Error =
    Error::from_static("ERR value is out of range, value must between -2147483648 and 2147483647");
pub(crate) const MUST_BE_POSITIVE: Error = Error::from_static("ERR value is out of range, must be positive");
pub(crate) const INDEX_OUT_OF_RANGE: Error = Error::from_static("ERR index out of range");
pub(crate) const OVERFLOW: Error = Error::from_static("ERR increment or decrement would overflow");
pub(crate) const DECREMENT_OVERFLOW: Error = Error::from_static("ERR decrement would overflow");
pub(crate) const NAN_OR_INFINITY: Error = Error::from_static("ERR increment would produce NaN or Infinity");
pub(crate) const LIMIT_NEGATIVE: Error = Error::from_static("ERR LIMIT can't be negative");
pub(crate) const NUMKEYS_NOT_POSITIVE: Error = Error::from_static("ERR numkeys should be greater than 0");
pub(crate) const COUNT_NOT_POSITIVE: Error = Error::from_static("ERR count should be greater than 0");
pub(crate) const SCORE_NOT_A_NUMBER: Error = Error::from_static("ERR resulting score is not a number (NaN)");
pub(crate) const BOUND_NOT_A_FLOAT: Error = Error::from_static("ERR min or max is not a float");
pub(crate) const BOUND_NOT_LEX: Error = Error::from_static("ERR min or max not valid string range item");
pub(crate) const LIMIT_WITH_RANKS: Error =
    Error::from_static("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
pub(crate) const SCORES_WITH_LEX: Error =
    Error::from_static("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
pub(crate) const XX_WITH_NX: Error = Error::from_static("ERR XX and NX options at the same time are not compatible");
pub(crate) const GT_LT_WITH_NX: Error =
    Error::from_static("ERR GT, LT, and/or NX options at the same time are not compatible");
pub(crate) const INCR_OF_MANY: Error = Error::from_static("ERR INCR option supports a single increment-element pair");
pub(crate) const WEIGHT_NOT_A_FLOAT: Error = Error::from_static("ERR weight value is not a float");
pub(crate) const STRING_TOO_LONG: Error =
    Error::from_static("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
pub(crate) const TIMEOUT_NOT_A_FLOAT: Error = Error::from_static("ERR timeout is not a float or out of range");
pub(crate) const TIMEOUT_OUT_OF_RANGE: Error = Error::from_static("ERR timeout is out of range");
pub(crate) const TIMEOUT_NEGATIVE: Error = Error::from_static("ERR timeout is negative");
pub(crate) const SAME_OBJECT: Error = Error::from_static("ERR source and destination objects are the same");
pub(crate) const NUMKEYS_TOO_LARGE: Error =
    Error::from_static("ERR Number of keys can't be greater than number of args");
pub(crate) const COUNT_NEGATIVE: Error = Error::from_static("ERR COUNT can't be negative");
pub(crate) const MAXLEN_NEGATIVE: Error = Error::from_static("ERR MAXLEN can't be negative");
pub(crate) const RANK_ZERO: Error = Error::from_static(
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from \
     the end of the list",
);
pub(crate) const WEIGHT_NOT_A_DOUBLE: Error =
    Error::from_static("ERR One or more scores can't be converted into double");
pub(crate) const DB_INDEX_OUT_OF_RANGE: Error = Error::from_static("ERR DB index is out of range");
pub(crate) const INVALID_CURSOR: Error = Error::from_static("ERR invalid cursor");
pub(crate) const WRONG_PASSWORD: Error =
    Error::from_static("WRONGPASS invalid username-password pair or user is disabled.");
pub(crate) const NO_AUTH: Error = Error::from_static("NOAUTH Authentication required.");
pub(crate) const INVALID_STREAM_ID: Error =
    Error::from_static("ERR Invalid stream ID specified as stream command argument");
pub(crate) const NESTED_MULTI: Error = Error::from_static("ERR MULTI calls can not be nested");
pub(crate) const EXEC_WITHOUT_MULTI: Error = Error::from_static("ERR EXEC without MULTI");
pub(crate) const DISCARD_WITHOUT_MULTI: Error = Error::from_static("ERR DISCARD without MULTI");
pub(crate) const WATCH_INSIDE_MULTI: Error = Error::from_static("ERR WATCH inside MULTI is not allowed");
pub(crate) const EXEC_ABORTED: Error =
    Error::from_static("EXECABORT Transaction discarded because of previous errors.");

/// Returns the error for an EXEC that was itself rejected. `error` is the reason, whose code Redis omits if it is
/// `ERR`.
pub(crate) fn exec_aborted_by(error: &Error) -> Error {
    let reason = error.as_bytes().strip_prefix(b"ERR ").unwrap_or(error.as_bytes());
    Error::new([b"EXECABORT Transaction discarded because of: ", reason].concat())
}

/// Returns the error for an invalid expiry time in SETEX, EXPIRE and similar commands.
pub(crate) fn invalid_expire(command: &str) -> Error {
    Error::new(format!("ERR invalid expire time in '{}' command", command.to_lowercase()))
}

/// Returns the error for an integer argument that is not between `min` and `max`.
pub(crate) fn out_of_range(min: i64, max: i64) -> Error {
    Error::new(format!("ERR value is out of range, value must between {min} and {max}"))
}

/// Returns the error for a wrong number of arguments. The message contains the name of a subcommand in the form
/// `object|encoding`.
pub(crate) fn wrong_arity(command: &str) -> Error {
    Error::new(format!("ERR wrong number of arguments for '{}' command", command.to_lowercase().replace(' ', "|")))
}

/// Returns the part of an argument that Redis quotes in errors. It ends at the first NUL, as C strings do, and has at
/// most 128 bytes.
pub(crate) fn quotable_prefix(word: &[u8]) -> &[u8] {
    let end = word.iter().position(|&byte| byte == 0).unwrap_or(word.len());
    &word[..end.min(128)]
}

/// Returns the part of an argument before the first NUL, where C strings end.
pub(crate) fn until_nul(word: &[u8]) -> &[u8] {
    word.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// Returns the error for an unknown command. The error quotes the first arguments, up to 128 bytes in all.
pub(crate) fn unknown_command(argv: &[&[u8]]) -> Error {
    const QUOTED: usize = 128;
    let mut text = b"ERR unknown command '".to_vec();
    text.extend(quotable_prefix(argv[0]));
    text.extend(b"', with args beginning with: ");
    let start = text.len();
    for arg in &argv[1..] {
        let used = text.len() - start;
        if used >= QUOTED {
            break;
        }
        text.push(b'\'');
        text.extend(quotable_prefix(arg).iter().take(QUOTED - used));
        text.extend(b"' ");
    }
    Error::new(text)
}

/// Returns the error for an unknown subcommand of a container command.
pub(crate) fn unknown_subcommand(subcommand: &[u8], command: &str) -> Error {
    let mut text = b"ERR unknown subcommand '".to_vec();
    text.extend(quotable_prefix(subcommand));
    text.extend(b"'. Try ");
    text.extend(command.to_uppercase().as_bytes());
    text.extend(b" HELP.");
    Error::new(text)
}

/// Returns the error for ZUNION and similar commands if the number of keys is zero.
pub(crate) fn no_input_key(command: &str) -> Error {
    Error::new(format!("ERR at least 1 input key is needed for '{}' command", command.to_lowercase()))
}

/// Returns the error for a command that a subscribed RESP2 client is not allowed to run.
pub(crate) fn not_while_subscribed(command: &str) -> Error {
    Error::new(format!(
        "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
        command.to_lowercase().replace(' ', "|")
    ))
}

/// Returns the error for a subcommand that is unknown or has the wrong number of arguments. Redis uses this text when
/// the command itself checks its subcommands.
pub(crate) fn subcommand_syntax(subcommand: &[u8], command: &str) -> Error {
    let mut text = b"ERR unknown subcommand or wrong number of arguments for '".to_vec();
    text.extend(quotable_prefix(subcommand));
    text.extend(format!("'. Try {} HELP.", command.to_uppercase()).as_bytes());
    Error::new(text)
}
