//! IDs of stream entries.

use std::fmt;

use crate::error::{self, until_nul};
use crate::number;

/// Maximum length of an ID in bytes, as Redis accepts it.
const MAX_LENGTH: usize = 127;

/// The ID of a stream entry: a time in milliseconds and a sequence number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StreamId {
    /// The time in milliseconds since 1970, unless the client chose another number.
    pub ms: u64,
    /// The number that distinguishes entries of the same millisecond.
    pub seq: u64,
}

/// The ID that a client gives for a new entry. An asterisk stands for a part that the server chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewId {
    /// `*`: the server chooses both parts.
    Automatic,
    /// `ms-*`: the server chooses the sequence number.
    AutomaticSequence(u64),
    /// The client has chosen the complete ID.
    Given(StreamId),
}

impl StreamId {
    /// The smallest ID, which no entry can have: `0-0`.
    pub const MIN: StreamId = StreamId { ms: 0, seq: 0 };
    /// The greatest ID.
    pub const MAX: StreamId = StreamId { ms: u64::MAX, seq: u64::MAX };

    /// Creates an ID from its two parts.
    pub const fn new(ms: u64, seq: u64) -> Self {
        StreamId { ms, seq }
    }

    /// Returns the next greater ID, or `None` if this is the greatest one.
    pub fn next(self) -> Option<Self> {
        match (self.seq.checked_add(1), self.ms.checked_add(1)) {
            (Some(seq), _) => Some(StreamId { seq, ..self }),
            (None, Some(ms)) => Some(StreamId { ms, seq: 0 }),
            (None, None) => None,
        }
    }

    /// Returns the next smaller ID, or `None` if this is the smallest one.
    pub fn previous(self) -> Option<Self> {
        match (self.seq.checked_sub(1), self.ms.checked_sub(1)) {
            (Some(seq), _) => Some(StreamId { seq, ..self }),
            (None, Some(ms)) => Some(StreamId { ms, seq: u64::MAX }),
            (None, None) => None,
        }
    }

    /// Returns the ID as the 16 bytes of its key in Redis's radix tree. They have the same order as the IDs.
    pub fn to_bytes(self) -> [u8; 16] {
        ((u128::from(self.ms) << 64) | u128::from(self.seq)).to_be_bytes()
    }

    /// Returns the ID with these bytes, which `to_bytes` has returned.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let id = u128::from_be_bytes(bytes);
        StreamId { ms: (id >> 64) as u64, seq: id as u64 }
    }

    /// Parses an ID. The sequence number is `missing_seq` if it is omitted.
    ///
    /// # Errors
    /// Returns an error if the ID is invalid.
    pub(crate) fn parse(word: &[u8], missing_seq: u64) -> Result<Self, error::Error> {
        match parse_parts(word) {
            Some((ms, None)) => Ok(StreamId { ms, seq: missing_seq }),
            Some((ms, Some(seq))) => {
                parse_unsigned(seq).map(|seq| StreamId { ms, seq }).ok_or(error::INVALID_STREAM_ID)
            }
            None => Err(error::INVALID_STREAM_ID),
        }
    }

    /// Parses an ID like `parse`, or the smallest ID as `-` and the greatest one as `+`.
    ///
    /// # Errors
    /// Returns an error if the ID is invalid.
    pub(crate) fn parse_or_extreme(word: &[u8], missing_seq: u64) -> Result<Self, error::Error> {
        match word {
            b"-" => Ok(StreamId::MIN),
            b"+" => Ok(StreamId::MAX),
            _ => StreamId::parse(word, missing_seq),
        }
    }
}

impl NewId {
    /// Parses the ID for a new entry, as XADD accepts it.
    ///
    /// # Errors
    /// Returns an error if the ID is invalid.
    pub(crate) fn parse(word: &[u8]) -> Result<Self, error::Error> {
        if word == b"*" {
            return Ok(NewId::Automatic);
        }
        match parse_parts(word) {
            Some((ms, Some(b"*"))) => Ok(NewId::AutomaticSequence(ms)),
            _ => StreamId::parse(word, 0).map(NewId::Given),
        }
    }
}

/// Splits an ID into its time and its sequence number, which may be missing. Returns `None` if the time is invalid.
fn parse_parts(word: &[u8]) -> Option<(u64, Option<&[u8]>)> {
    if word.len() > MAX_LENGTH || matches!(word, b"-" | b"+") {
        return None;
    }
    let word = until_nul(word);
    match word.iter().position(|&byte| byte == b'-') {
        Some(at) => Some((parse_unsigned(&word[..at])?, Some(&word[at + 1..]))),
        None => Some((parse_unsigned(word)?, None)),
    }
}

/// Parses a part of an ID as Redis does (`string2ull`): strictly if possible, and otherwise as `strtoull`, which
/// accepts leading spaces, a sign and leading zeros.
fn parse_unsigned(text: &[u8]) -> Option<u64> {
    if let Some(n) = number::parse_integer(text) {
        return u64::try_from(n).ok();
    }
    let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t'..=b'\r'))?;
    let text = &text[start..];
    let (is_negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    let mut n = 0_u64;
    for digit in digits {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        n = n.checked_mul(10)?.checked_add(digit)?;
    }
    Some(if is_negative { n.wrapping_neg() } else { n })
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_parsed_as_in_redis() {
        let id = |text: &str| StreamId::parse(text.as_bytes(), 7).ok().map(|id| (id.ms, id.seq));
        for (text, expected) in [
            ("1-2", Some((1, 2))),
            ("5", Some((5, 7))),
            ("18446744073709551615-18446744073709551615", Some((u64::MAX, u64::MAX))),
            ("+1-01", Some((1, 1))),
            (" 1- 2", Some((1, 2))),
            ("1--01", Some((1, u64::MAX))),
            ("1\u{0}x", Some((1, 7))),
            ("18446744073709551616", None),
            ("1-", None),
            ("-1", None),
            ("1--1", None),
            ("1-2-3", None),
            ("1-*", None),
            ("-", None),
            ("+", None),
            ("", None),
        ] {
            assert_eq!(id(text), expected, "{text:?}");
        }
        assert_eq!(NewId::parse(b"3-*"), Ok(NewId::AutomaticSequence(3)));
        assert_eq!(id(&format!("{}1", "0".repeat(126))), Some((1, 7)));
        assert_eq!(id(&format!("{}1", "0".repeat(127))), None);
    }

    #[test]
    fn neighbours_wrap_into_the_next_millisecond_and_end_at_the_extremes() {
        assert_eq!(StreamId::new(1, u64::MAX).next(), Some(StreamId::new(2, 0)));
        assert_eq!(StreamId::new(2, 0).previous(), Some(StreamId::new(1, u64::MAX)));
        assert_eq!((StreamId::MAX.next(), StreamId::MIN.previous()), (None, None));
    }
}
