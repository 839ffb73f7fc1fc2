//! What a key holds, as data for a picture: its parts in order, what became of each, and how it is kept.
//!
//! A picture is no longer than a screen: where there are many parts, those at the ends and those that changed are in it,
//! and the others are counted.

mod look;
mod pair;

pub(super) use look::{Before, Looking, MOST_COMPARED, key_picture, kind, parts};
pub(super) use pair::{Side, overlap};

/// A picture of one key, or of two sets.
#[derive(Debug, Clone, PartialEq)]
pub enum Picture {
    Key(KeyPicture),
    Overlap(Overlap),
}

/// Against what the marks of a picture compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The last line that changed the data.
    LastChange,
    /// The start of the step.
    Step,
}

/// One key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyPicture {
    pub key: Label,
    /// As the learner knows the type: `sorted set`.
    pub kind: &'static str,
    /// How many parts it has.
    pub parts: usize,
    pub body: Body,
    pub encoding: &'static str,
    /// How long all its parts are together, in bytes.
    pub data_bytes: usize,
    /// How many bytes Redis takes for it, key and all: MEMORY USAGE.
    pub memory_bytes: usize,
    pub ttl: Option<Ttl>,
    pub since: Since,
    /// Whether there was another value before, or none, or nobody looked.
    pub past: Past,
}

/// What the key was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// The same type: parts are marked one by one.
    Same,
    /// It is new.
    New,
    /// It held another type.
    Other(&'static str),
    /// Nobody knows: it is too long to compare.
    Unknown,
}

/// What a key holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Text(Bytes),
    Fields(Vec<Piece<Field>>),
    Elements(Vec<Piece<Element>>),
    Members(Vec<Piece<Member>>),
    Ranking(Ranking),
}

/// A part that is shown, or so many that are not.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece<T> {
    Part(T),
    More(usize),
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Same,
    Added,
    Gone,
    /// It has another value than this one.
    Was(Label),
}

/// Bytes, as text that fits on a line: what would not be printed is escaped, and what is too long is cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub text: String,
    /// How many bytes were left out.
    pub rest: usize,
}

/// The bytes of a string.
#[derive(Debug, Clone, PartialEq)]
pub struct Bytes {
    pub label: Label,
    /// The first bytes, each with whether it differs from what was there.
    pub bytes: Vec<(u8, bool)>,
    /// How many more there are.
    pub rest: usize,
    /// Whether it is no text, so that its bits may be what it is about.
    pub is_binary: bool,
    pub change: Change,
}

/// A field of a hash.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub name: Label,
    pub value: Label,
    /// When it expires by itself.
    pub ttl: Option<Ttl>,
    pub change: Change,
}

/// An element of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Its place from the head and from the tail; none if it is gone.
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
    /// The scores where bars begin and end.
    pub scale: (f64, f64),
    /// The same as Redis writes them.
    pub shown_scale: [String; 2],
}

/// A member of a sorted set.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// Its rank from the top and from below; none if it is gone.
    pub ranks: Option<(usize, usize)>,
    pub label: Label,
    pub score: f64,
    /// The score as Redis writes it.
    pub shown_score: String,
    /// Whether a neighbour has the same score.
    pub ties: bool,
    /// How many ranks it rose, or fell where negative.
    pub rose: i64,
    pub change: Change,
}

/// How long something has still to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ttl {
    pub left_ms: i64,
    /// How long it had when that was first seen.
    pub whole_ms: i64,
}

/// Two sets, one over the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    pub names: [Label; 2],
    pub sizes: [usize; 2],
    /// Only in the first, in both, only in the second.
    pub regions: [Vec<Piece<Member>>; 3],
    /// How many members each region has.
    pub counts: [usize; 3],
    pub since: Since,
}

/// The longest text of a label, in characters.
const LONGEST_LABEL: usize = 120;

impl Label {
    /// Bytes as text: as they are if they can be read, else in quotes, with escapes.
    pub fn of(bytes: &[u8]) -> Self {
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

/// Whether a text can stand without quotes.
fn is_readable(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && !text.starts_with('"')
        && text.chars().all(is_printable)
        // A mark that joins the character before it must have one.
        && unicode_width::UnicodeWidthChar::width(text.chars().next().unwrap_or(' ')) != Some(0)
}

fn is_printable(c: char) -> bool {
    // Marks that change the direction of what follows, or are nothing to see, would make a picture lie.
    let is_hidden =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !c.is_control() && !is_hidden
}

impl KeyPicture {
    /// Whether anything in it is marked.
    pub fn is_changed(&self) -> bool {
        match (&self.past, &self.body) {
            (Past::New | Past::Other(_), _) => true,
            (Past::Unknown, _) => false,
            (Past::Same, Body::Text(bytes)) => bytes.change != Change::Same,
            (Past::Same, Body::Fields(fields)) => any(fields, |field| field.change != Change::Same),
            (Past::Same, Body::Elements(elements)) => any(elements, |element| element.change != Change::Same),
            (Past::Same, Body::Members(members)) => any(members, |member| member.change != Change::Same),
            (Past::Same, Body::Ranking(ranking)) => any(&ranking.members, |member| member.change != Change::Same),
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
            assert_eq!(Label::of(bytes), Label { text: text.into(), rest }, "{bytes:?}");
        }
        assert_eq!(Label::of(&[b'x'; 1000]).rest, 1000 - LONGEST_LABEL);
        let binary = Label::of(&[0xff; 1000]);
        assert!(binary.text.len() < LONGEST_LABEL + 6 && binary.rest > 900, "{binary:?}");
    }
}
