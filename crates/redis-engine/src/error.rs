//! What Redis says when it refuses: every error text of the engine, to the letter of Redis 8.2.

use std::borrow::Cow;

/// An error reply: the text after the `-`, its code (`ERR`, `WRONGTYPE`) included. Bytes, since it may quote
/// what a client sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Cow<'static, [u8]>);

impl Error {
    /// A text that is always the same.
    pub const fn text(text: &'static str) -> Self {
        Error(Cow::Borrowed(text.as_bytes()))
    }

    /// A text made for the occasion. Line ends become blanks, as a simple error is one line.
    pub fn said(text: impl Into<Vec<u8>>) -> Self {
        let mut text = text.into();
        for b in &mut text {
            if matches!(b, b'\r' | b'\n') {
                *b = b' ';
            }
        }
        Error(Cow::Owned(text))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

pub const WRONG_TYPE: Error = Error::text("WRONGTYPE Operation against a key holding the wrong kind of value");
pub const OUT_OF_MEMORY: Error = Error::text("OOM command not allowed when used memory > 'maxmemory'.");
pub const SYNTAX: Error = Error::text("ERR syntax error");
pub const NO_SUCH_KEY: Error = Error::text("ERR no such key");
pub const NOT_AN_INTEGER: Error = Error::text("ERR value is not an integer or out of range");
pub const NOT_A_FLOAT: Error = Error::text("ERR value is not a valid float");
pub const OUT_OF_RANGE: Error = Error::text("ERR value is out of range");
pub const NOT_A_32_BIT_INTEGER: Error =
    Error::text("ERR value is out of range, value must between -2147483648 and 2147483647");
pub const MUST_BE_POSITIVE: Error = Error::text("ERR value is out of range, must be positive");
pub const INDEX_OUT_OF_RANGE: Error = Error::text("ERR index out of range");
pub const OVERFLOW: Error = Error::text("ERR increment or decrement would overflow");
pub const DECREMENT_OVERFLOW: Error = Error::text("ERR decrement would overflow");
pub const NAN_OR_INFINITY: Error = Error::text("ERR increment would produce NaN or Infinity");
pub const LIMIT_NEGATIVE: Error = Error::text("ERR LIMIT can't be negative");
pub const NUMKEYS_NOT_POSITIVE: Error = Error::text("ERR numkeys should be greater than 0");
pub const COUNT_NOT_POSITIVE: Error = Error::text("ERR count should be greater than 0");
pub const SCORE_NOT_A_NUMBER: Error = Error::text("ERR resulting score is not a number (NaN)");
pub const BOUND_NOT_A_FLOAT: Error = Error::text("ERR min or max is not a float");
pub const BOUND_NOT_LEX: Error = Error::text("ERR min or max not valid string range item");
pub const LIMIT_WITH_RANKS: Error =
    Error::text("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
pub const SCORES_WITH_LEX: Error = Error::text("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
pub const XX_WITH_NX: Error = Error::text("ERR XX and NX options at the same time are not compatible");
pub const GT_LT_WITH_NX: Error = Error::text("ERR GT, LT, and/or NX options at the same time are not compatible");
pub const INCR_OF_MANY: Error = Error::text("ERR INCR option supports a single increment-element pair");
pub const WEIGHT_NOT_A_FLOAT: Error = Error::text("ERR weight value is not a float");
pub const STRING_TOO_LONG: Error = Error::text("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
pub const TIMEOUT_NOT_A_FLOAT: Error = Error::text("ERR timeout is not a float or out of range");
pub const TIMEOUT_OUT_OF_RANGE: Error = Error::text("ERR timeout is out of range");
pub const TIMEOUT_NEGATIVE: Error = Error::text("ERR timeout is negative");
pub const SAME_OBJECT: Error = Error::text("ERR source and destination objects are the same");
pub const NUMKEYS_TOO_LARGE: Error = Error::text("ERR Number of keys can't be greater than number of args");
pub const COUNT_NEGATIVE: Error = Error::text("ERR COUNT can't be negative");
pub const MAXLEN_NEGATIVE: Error = Error::text("ERR MAXLEN can't be negative");
pub const RANK_ZERO: Error = Error::text(
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from \
     the end of the list",
);
pub const WEIGHT_NOT_A_DOUBLE: Error = Error::text("ERR One or more scores can't be converted into double");
pub const DB_INDEX_OUT_OF_RANGE: Error = Error::text("ERR DB index is out of range");
pub const INVALID_CURSOR: Error = Error::text("ERR invalid cursor");
pub const WRONG_PASSWORD: Error = Error::text("WRONGPASS invalid username-password pair or user is disabled.");
pub const NO_AUTH: Error = Error::text("NOAUTH Authentication required.");
pub const NESTED_MULTI: Error = Error::text("ERR MULTI calls can not be nested");
pub const EXEC_WITHOUT_MULTI: Error = Error::text("ERR EXEC without MULTI");
pub const DISCARD_WITHOUT_MULTI: Error = Error::text("ERR DISCARD without MULTI");
pub const WATCH_INSIDE_MULTI: Error = Error::text("ERR WATCH inside MULTI is not allowed");
pub const EXEC_ABORTED: Error = Error::text("EXECABORT Transaction discarded because of previous errors.");

/// EXEC itself was refused. Redis leaves out the code `ERR` of the reason, and no other.
pub fn exec_aborted_by(refusal: &Error) -> Error {
    let reason = refusal.as_bytes().strip_prefix(b"ERR ").unwrap_or(refusal.as_bytes());
    Error::said([b"EXECABORT Transaction discarded because of: ", reason].concat())
}

/// `SETEX`, `EXPIRE` and kin on a time that is no time.
pub fn invalid_expire(command: &str) -> Error {
    Error::said(format!("ERR invalid expire time in '{}' command", command.to_lowercase()))
}

/// An integer that is not between two others.
pub fn out_of_range(least: i64, most: i64) -> Error {
    Error::said(format!("ERR value is out of range, value must between {least} and {most}"))
}

/// Too few or too many arguments. A subcommand is named `object|encoding`.
pub fn wrong_arity(command: &str) -> Error {
    Error::said(format!("ERR wrong number of arguments for '{}' command", command.to_lowercase().replace(' ', "|")))
}

/// What Redis quotes of a word that a client sent: up to a zero byte, where its strings end, and 128 bytes at most.
pub fn quoted(word: &[u8]) -> &[u8] {
    let end = word.iter().position(|&byte| byte == 0).unwrap_or(word.len());
    &word[..end.min(128)]
}

/// The same without the limit.
pub fn up_to_zero(word: &[u8]) -> &[u8] {
    word.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// No such command; the first arguments are quoted, 128 bytes in all.
pub fn unknown_command(argv: &[&[u8]]) -> Error {
    const QUOTED: usize = 128;
    let mut text = b"ERR unknown command '".to_vec();
    text.extend(quoted(argv[0]));
    text.extend(b"', with args beginning with: ");
    let start = text.len();
    for arg in &argv[1..] {
        // Redis writes them as C strings, which end at a zero byte.
        let arg = arg.split(|&byte| byte == 0).next().unwrap_or_default();
        let used = text.len() - start;
        if used >= QUOTED {
            break;
        }
        text.push(b'\'');
        text.extend(quoted(arg).iter().take(QUOTED - used));
        text.extend(b"' ");
    }
    Error::said(text)
}

/// No such subcommand of a command that has some.
pub fn unknown_subcommand(subcommand: &[u8], command: &str) -> Error {
    let mut text = b"ERR unknown subcommand '".to_vec();
    text.extend(quoted(subcommand));
    text.extend(b"'. Try ");
    text.extend(command.to_uppercase().as_bytes());
    text.extend(b" HELP.");
    Error::said(text)
}

/// ZUNION and kin on no keys at all.
pub fn no_input_key(command: &str) -> Error {
    Error::said(format!("ERR at least 1 input key is needed for '{}' command", command.to_lowercase()))
}

/// A client that listens, in RESP2, can do little else.
pub fn not_while_subscribed(command: &str) -> Error {
    Error::said(format!(
        "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
        command.to_lowercase().replace(' ', "|")
    ))
}

/// Too many or too few words for one of the forms of a subcommand.
pub fn subcommand_syntax(subcommand: &[u8], command: &str) -> Error {
    let mut text = b"ERR unknown subcommand or wrong number of arguments for '".to_vec();
    text.extend(quoted(subcommand));
    text.extend(format!("'. Try {} HELP.", command.to_uppercase()).as_bytes());
    Error::said(text)
}
