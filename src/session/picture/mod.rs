//! Pictures of keys, as data: the parts of a value in order, how each part has changed, and how Redis stores the value.
//!
//! A picture fits on a screen. If a value has many parts, the picture contains the parts at both ends, parts that have
//! changed, and the number of those that are hidden.

mod baselines;
mod key;
mod map;
mod overlap;
mod sketch;
mod stream;

pub use baselines::{Baselines, Gone, Place};
use key::{KeyContext, MOST_COMPARED, PreviousValue, key_picture, kind, parts};
use overlap::{Side, overlap};

/// A picture of one key, or of two sets and their overlap.
#[derive(Debug, Clone, PartialEq)]
pub enum Picture {
    Key(KeyPicture),
    Overlap(Overlap),
}

/// The earlier state with which a picture compares the current state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The state before the last line that changed the data.
    LastChange,
    /// The state at the start of the step.
    Step,
}

/// A picture of one key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyPicture {
    pub key: Label,
    /// The name of the type for use in sentences, such as `sorted set`.
    pub kind: &'static str,
    /// Number of parts (such as fields or elements) of the value. For a string, its length in bytes.
    pub parts: usize,
    pub body: Body,
    pub encoding: &'static str,
    /// Total length of the value's data, in bytes.
    pub data_bytes: usize,
    /// Memory that the key and its value would use in Redis, in bytes (MEMORY USAGE).
    pub memory_bytes: usize,
    pub ttl: Option<Ttl>,
    pub since: Since,
    /// How the key's previous state relates to its current value.
    pub previous: Previous,
}

/// How a key's previous state relates to its current value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Previous {
    /// The key had the same type, so its parts are compared individually.
    SameType,
    /// The key did not exist before.
    Missing,
    /// The key had another type, which has this name.
    OtherType(&'static str),
    /// The previous value is not known, or one of the values is too long to compare.
    Unknown,
}

/// The value of a key, with the changes to its parts.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Text(Bytes),
    Fields(Vec<Piece<Field>>),
    Elements(Vec<Piece<Element>>),
    Members(Vec<Piece<Member>>),
    Ranking(Ranking),
    Stream(StreamPicture),
    /// A string that is a HyperLogLog.
    Sketch(Sketch),
    /// A sorted set whose scores are geohashes.
    Map(Map),
}

/// Either a part of a value that is shown, or the number of consecutive parts that are hidden.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece<T> {
    Part(T),
    More(usize),
}

/// How a part of a value has changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Same,
    Added,
    Gone,
    /// The part had this value before.
    ChangedFrom(Label),
}

/// Bytes as text that fits on a line. Unprintable characters are escaped, and long text is truncated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub text: String,
    /// Number of bytes that were truncated.
    pub rest: usize,
}

/// The value of a string key.
#[derive(Debug, Clone, PartialEq)]
pub struct Bytes {
    pub label: Label,
    /// The first bytes of the value, each with a flag that says whether the byte has changed.
    pub bytes: Vec<(u8, bool)>,
    /// Number of bytes after `bytes` that are not shown.
    pub rest: usize,
    /// Whether the value is not readable text, so that its individual bits may be of interest.
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
    /// The element's index from the head and its negative index from the tail, or `None` if the element was removed.
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

/// The members of a sorted set, with the highest score first.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    pub members: Vec<Piece<Ranked>>,
    /// The scores at the two ends of a full bar.
    pub scale: (f64, f64),
    /// The two scores of `scale`, as Redis formats them.
    pub shown_scale: [String; 2],
}

/// A member of a sorted set.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The member's rank counted from the highest and from the lowest score, or `None` if the member was removed.
    pub ranks: Option<(usize, usize)>,
    pub label: Label,
    pub score: f64,
    /// The score, as Redis formats it.
    pub shown_score: String,
    /// Whether the previous or the next member has the same score.
    pub ties: bool,
    /// Number of ranks by which the member rose. Negative if the member fell.
    pub rose: i64,
    pub change: Change,
}

/// The entries and the consumer groups of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamPicture {
    pub entries: Vec<Piece<Entry>>,
    pub groups: Vec<Group>,
}

/// An entry of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: String,
    /// The fields and values.
    pub pairs: Vec<(Label, Label)>,
    pub change: Change,
}

/// A consumer group of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub name: Label,
    /// The ID of the last entry that was delivered as new.
    pub last_id: String,
    /// Number of entries that the group has not read yet, or `None` if Redis does not know it.
    pub lag: Option<i64>,
    /// Number of entries that are not acknowledged.
    pub pending_count: usize,
    pub consumers: Vec<Consumer>,
    pub change: Change,
}

/// A consumer of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Consumer {
    pub name: Label,
    /// Number of entries that the consumer has not acknowledged.
    pub pending_count: usize,
    pub pending: Vec<Piece<PendingEntry>>,
}

/// An entry that was delivered to a consumer and not acknowledged.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingEntry {
    pub id: String,
    /// Number of deliveries.
    pub deliveries: u64,
    /// Time since the last delivery, in milliseconds.
    pub idle_ms: i64,
    /// Whether the entry no longer exists in the stream.
    pub is_deleted: bool,
}

/// A HyperLogLog.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    /// The estimated number of different elements.
    pub estimate: i64,
    /// The previous estimate, or `None` if the key was no HyperLogLog or its value is not known.
    pub estimate_before: Option<i64>,
    pub is_dense: bool,
    /// Number of registers that are not zero.
    pub used_registers: usize,
    /// Number of all registers.
    pub registers: usize,
    /// How many registers have each value, from the lowest.
    pub rows: Vec<SketchRow>,
    /// The string itself.
    pub bytes: Bytes,
}

/// How many registers of a HyperLogLog have a given value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SketchRow {
    /// The value, from 1 to 63.
    pub value: usize,
    pub registers: usize,
    pub registers_before: usize,
}

/// Places on a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    pub places: Vec<Piece<MapPlace>>,
    /// Longitude and latitude of each member in degrees, also of those that `places` leaves out.
    pub positions: Vec<(f64, f64)>,
}

/// A member of a sorted set whose score is a geohash.
#[derive(Debug, Clone, PartialEq)]
pub struct MapPlace {
    pub label: Label,
    /// Longitude and latitude in degrees.
    pub position: (f64, f64),
    /// The position as it is shown, such as `13.3614 E 38.1156 N`.
    pub shown_position: String,
    pub change: Change,
}

/// A time to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ttl {
    pub left_ms: i64,
    /// The time to live when the expiry time was first noticed, in milliseconds.
    pub whole_ms: i64,
}

/// A picture of two sets and their overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    pub names: [Label; 2],
    pub sizes: [usize; 2],
    /// The members of three regions: only in the first set, in both sets, and only in the second set.
    pub regions: [Vec<Piece<Member>>; 3],
    /// Number of members that each region has now.
    pub counts: [usize; 3],
    pub since: Since,
}

/// Maximum length of a label, in characters.
const LONGEST_LABEL: usize = 120;

impl Label {
    /// Converts bytes to a label. Readable text is kept as it is. Anything else is quoted and escaped.
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

/// Returns whether `text` can be shown without quotes.
fn is_readable(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && !text.starts_with('"')
        && text.chars().all(is_printable)
        // A combining mark at the start would have no character to combine with, so such text is quoted and escaped.
        && unicode_width::UnicodeWidthChar::width(text.chars().next().unwrap_or(' ')) != Some(0)
}

fn is_printable(c: char) -> bool {
    // Invisible characters and characters that change the text direction would make a picture misleading, so they count
    // as unprintable.
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
            (Previous::SameType, Body::Stream(stream)) => {
                any(&stream.entries, |entry| entry.change != Change::Same)
                    || stream.groups.iter().any(|group| group.change != Change::Same)
            }
            (Previous::SameType, Body::Sketch(sketch)) => sketch.bytes.change != Change::Same,
            (Previous::SameType, Body::Map(map)) => any(&map.places, |place| place.change != Change::Same),
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
