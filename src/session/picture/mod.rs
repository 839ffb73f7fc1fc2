//! Pictures of keys, as data: the parts of a value in order, how each part has changed, and how Redis stores the
//! value.
//!
//! A picture fits on a screen. If a value has many parts, the picture contains the parts at both ends, the parts that
//! changed, and the number of the others.

mod baselines;
mod key;
mod overlap;

pub use baselines::{Baselines, Gone, Place};
use key::{KeyContext, MOST_COMPARED, PreviousValue, key_picture, kind, parts};
use overlap::{Side, overlap};

/// A picture of one key, or of two sets.
#[derive(Debug, Clone, PartialEq)]
pub enum Picture {
    Key(KeyPicture),
    Overlap(Overlap),
}

/// The earlier state with which a picture compares the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The state before the last line that changed the data.
    LastChange,
    /// The state at the start of the step.
    Step,
}

/// The picture of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyPicture {
    pub key: Label,
    /// The name of the type, as used in sentences: `sorted set`.
    pub kind: &'static str,
    /// Number of parts of the value.
    pub parts: usize,
    pub body: Body,
    pub encoding: &'static str,
    /// Total length of all parts, in bytes.
    pub data_bytes: usize,
    /// Memory of the key and its value in Redis, in bytes (MEMORY USAGE).
    pub memory_bytes: usize,
    pub ttl: Option<Ttl>,
    pub since: Since,
    /// How the previous state of the key compares with its value.
    pub previous: Previous,
}

/// How the previous state of a key compares with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Previous {
    /// The key had the same type, so its parts are compared individually.
    SameType,
    /// The key did not exist.
    Missing,
    /// The key had another type, whose name is given.
    OtherType(&'static str),
    /// The previous value is unknown, or too long to compare.
    Unknown,
}

/// The value of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Text(Bytes),
    Fields(Vec<Piece<Field>>),
    Elements(Vec<Piece<Element>>),
    Members(Vec<Piece<Member>>),
    Ranking(Ranking),
}

/// A part that is shown, or a number of parts that are not shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece<T> {
    Part(T),
    More(usize),
}

/// How a part has changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Same,
    Added,
    Gone,
    /// The value of the part has changed from this previous value.
    ChangedFrom(Label),
}

/// Bytes as text that fits on a line. Unprintable characters are escaped, and long text is truncated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub text: String,
    /// Number of bytes that were left out.
    pub rest: usize,
}

/// The value of a string.
#[derive(Debug, Clone, PartialEq)]
pub struct Bytes {
    pub label: Label,
    /// The first bytes of the value. The flag says whether the byte has changed.
    pub bytes: Vec<(u8, bool)>,
    /// Number of bytes that follow `bytes` and are not shown.
    pub rest: usize,
    /// Whether the value is not text, so that its bits may be of interest.
    pub is_binary: bool,
    pub change: Change,
}

/// A field of a hash.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub name: Label,
    pub value: Label,
    /// The time to live of the field itself, if it has one.
    pub ttl: Option<Ttl>,
    pub change: Change,
}

/// An element of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// The element's indices from the head and from the tail, or `None` if it was removed.
    pub place: Option<(usize, i64)>,
    pub label: Label,
    pub change: Change,
}

/// A member of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub label: Label,
    pub change: Change,
}

/// The members of a sorted set, the highest score first.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    pub members: Vec<Piece<Ranked>>,
    /// The scores at the start and at the end of a full bar.
    pub scale: (f64, f64),
    /// The scores of `scale`, as Redis formats them.
    pub shown_scale: [String; 2],
}

/// A member of a sorted set.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The member's ranks from the highest and from the lowest score, or `None` if it was removed.
    pub ranks: Option<(usize, usize)>,
    pub label: Label,
    pub score: f64,
    /// The score, as Redis formats it.
    pub shown_score: String,
    /// Whether the member above or below has the same score.
    pub ties: bool,
    /// Number of ranks by which the member rose. The number is negative if the member fell.
    pub rose: i64,
    pub change: Change,
}

/// A time to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ttl {
    pub left_ms: i64,
    /// The time to live when the expiry was first noticed, in milliseconds.
    pub whole_ms: i64,
}

/// The picture of two sets that overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    pub names: [Label; 2],
    pub sizes: [usize; 2],
    /// The members that are only in the first set, in both sets, and only in the second set.
    pub regions: [Vec<Piece<Member>>; 3],
    /// Number of members in each region.
    pub counts: [usize; 3],
    pub since: Since,
}

/// Maximum length of a label, in characters.
const LONGEST_LABEL: usize = 120;

impl Label {
    /// Converts bytes to a label: unchanged if they are readable text, otherwise in quotes, with escapes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(bytes)
            && is_readable(text)
        {
            let end = text.char_indices().nth(LONGEST_LABEL).map_or(text.len(), |(at, _)| at);
            return Label { text: text[..end].to_owned(), rest: text.len() - end };
        }
        let mut text = String::from("\"");
        let mut used = 0;
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                if text.len() >= LONGEST_LABEL {
                    break;
                }
                used += c.len_utf8();
                match c {
                    '"' | '\\' => text.extend(['\\', c]),
                    '\n' => text.push_str("\\n"),
                    '\r' => text.push_str("\\r"),
                    '\t' => text.push_str("\\t"),
                    c if is_printable(c) => text.push(c),
                    c => c.to_string().bytes().for_each(|byte| text.push_str(&format!("\\x{byte:02x}"))),
                }
            }
            for byte in chunk.invalid() {
                if text.len() >= LONGEST_LABEL {
                    break;
                }
                used += 1;
                text.push_str(&format!("\\x{byte:02x}"));
            }
            if text.len() >= LONGEST_LABEL {
                break;
            }
        }
        text.push('"');
        Label { text, rest: bytes.len() - used }
    }
}

/// Returns whether `text` is readable without quotes.
fn is_readable(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && !text.starts_with('"')
        && text.chars().all(is_printable)
        // A combining mark needs a character before it.
        && unicode_width::UnicodeWidthChar::width(text.chars().next().unwrap_or(' ')) != Some(0)
}

fn is_printable(c: char) -> bool {
    // Invisible characters, and those that change the direction of the text, would make a picture misleading.
    let is_hidden =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !c.is_control() && !is_hidden
}

impl KeyPicture {
    /// Returns whether the picture marks any change.
    pub fn is_changed(&self) -> bool {
        match (&self.previous, &self.body) {
            (Previous::Missing | Previous::OtherType(_), _) => true,
            (Previous::Unknown, _) => false,
            (Previous::SameType, Body::Text(bytes)) => bytes.change != Change::Same,
            (Previous::SameType, Body::Fields(fields)) => any(fields, |field| field.change != Change::Same),
            (Previous::SameType, Body::Elements(elements)) => any(elements, |element| element.change != Change::Same),
            (Previous::SameType, Body::Members(members)) => any(members, |member| member.change != Change::Same),
            (Previous::SameType, Body::Ranking(ranking)) => {
                any(&ranking.members, |member| member.change != Change::Same)
            }
        }
    }
}

fn any<T>(pieces: &[Piece<T>], is: impl Fn(&T) -> bool) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Part(part) if is(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_text_that_cannot_harm_a_screen() {
        for (bytes, text, rest) in [
            (&b"Alice"[..], "Alice", 0),
            ("日本語 é".as_bytes(), "日本語 é", 0),
            (b"", "\"\"", 0),
            (b" a ", "\" a \"", 0),
            (b"say \"hi\"", "say \"hi\"", 0),
            (b"\"hi\"", "\"\\\"hi\\\"\"", 0),
            (b"a\nb\x1b[2J", "\"a\\nb\\x1b[2J\"", 0),
            (b"\xff\x00a", "\"\\xff\\x00a\"", 0),
            ("a\u{202e}b".as_bytes(), "\"a\\xe2\\x80\\xaeb\"", 0),
        ] {
            assert_eq!(Label::from_bytes(bytes), Label { text: text.into(), rest }, "{bytes:?}");
        }
        assert_eq!(Label::from_bytes(&[b'x'; 1000]).rest, 1000 - LONGEST_LABEL);
        let binary = Label::from_bytes(&[0xff; 1000]);
        assert!(binary.text.len() < LONGEST_LABEL + 6 && binary.rest > 900, "{binary:?}");
    }
}
