//! Creates the picture of a key, which shows how the value differs from the previous value.

use std::collections::{HashMap, HashSet};

use super::map::map;
use super::sketch::sketch;
use super::stream::stream;
use super::{
    Body, Bytes, Change, Element, Field, KeyPicture, Label, Member, Piece, Previous, Ranked, Ranking, Since, Ttl,
};
use redis_engine::data::memory::Samples;
use redis_engine::data::sorted_set::Direction;
use redis_engine::data::{Hash, List, Set, SortedSet, Str, Value};
use redis_engine::keyspace::Entry;
use redis_engine::number::format_double;

/// Maximum number of parts (such as fields or elements) of a value that is compared with its previous value.
pub const MOST_COMPARED: usize = 256;

/// Maximum number of parts (such as fields or elements) of a value that is shown in full.
const MOST_SHOWN: usize = 20;

/// Number of parts (such as fields or elements) that are shown from the start of a longer value.
const FIRST: usize = 12;

/// Number of parts (such as fields or elements) that are shown from the end of a longer value.
const LAST: usize = 4;

/// Maximum number of changed parts that are shown from the middle of a longer value.
const MOST_CHANGED: usize = 12;

/// Maximum number of bytes of a string that are shown individually.
const MOST_BYTES: usize = 32;

/// The previous value of a key.
#[derive(Debug, Clone, Copy)]
pub enum PreviousValue<'a> {
    /// The key did not exist.
    Missing,
    Known(&'a Value),
    Unknown,
}

/// Everything that is needed to create the picture of a key, besides the key's database entry.
pub struct KeyContext<'a> {
    pub now_ms: i64,
    pub before: PreviousValue<'a>,
    pub since: Since,
    pub whole_ms: &'a WholeTtl<'a>,
}

/// A function that returns the original time to live of a hash field or of the key, in milliseconds, or `None` if it is
/// not known. The first argument is the field, or `None` for the key itself. The second argument is the expiry time.
pub type WholeTtl<'a> = dyn Fn(Option<&[u8]>, i64) -> Option<i64> + 'a;

impl KeyContext<'_> {
    fn ttl(&self, field: Option<&[u8]>, expires_ms: Option<i64>) -> Option<Ttl> {
        let expires_ms = expires_ms?;
        let left_ms = (expires_ms - self.now_ms).max(0);
        let whole_ms = (self.whole_ms)(field, expires_ms).unwrap_or(left_ms).max(left_ms);
        Some(Ttl { left_ms, whole_ms })
    }
}

/// Returns the picture of a key.
pub fn key_picture(key: &[u8], entry: &Entry, context: &KeyContext<'_>) -> KeyPicture {
    let previous = previous(&entry.value, context.before);
    // If the key is new or its type has changed, the whole key is marked, so its parts need no marks.
    let before = if previous == Previous::SameType { context.before } else { PreviousValue::Unknown };
    let body = match (&entry.value, before) {
        (Value::Str(value), PreviousValue::Known(Value::Str(was))) => text(value, Some(was)),
        (Value::Str(value), _) => text(value, None),
        (Value::Hash(value), PreviousValue::Known(Value::Hash(was))) => fields(value, Some(was), context),
        (Value::Hash(value), _) => fields(value, None, context),
        (Value::List(value), PreviousValue::Known(Value::List(was))) => elements(value, Some(was)),
        (Value::List(value), _) => elements(value, None),
        (Value::Set(value), PreviousValue::Known(Value::Set(was))) => members(value, Some(was)),
        (Value::Set(value), _) => members(value, None),
        (Value::SortedSet(value), PreviousValue::Known(Value::SortedSet(was))) => map_or_ranking(value, Some(was)),
        (Value::SortedSet(value), _) => map_or_ranking(value, None),
        (Value::Stream(value), PreviousValue::Known(Value::Stream(was))) => stream(value, Some(was), context.now_ms),
        (Value::Stream(value), _) => stream(value, None, context.now_ms),
    };
    let parts = match &entry.value {
        Value::Str(value) => value.len(),
        other => self::parts(other),
    };
    KeyPicture {
        key: Label::from_bytes(key),
        kind: kind(&entry.value),
        parts,
        body,
        encoding: entry.value.encoding(),
        data_bytes: data_bytes(&entry.value),
        memory_bytes: entry.memory(key, Samples::default()),
        ttl: context.ttl(None, entry.expires_ms()),
        since: context.since,
        previous,
    }
}

/// Compares the type of a value with the type of the key's previous value.
fn previous(value: &Value, before: PreviousValue<'_>) -> Previous {
    match before {
        PreviousValue::Unknown => Previous::Unknown,
        PreviousValue::Missing => Previous::Missing,
        PreviousValue::Known(was) if was.type_name() != value.type_name() => Previous::OtherType(kind(was)),
        PreviousValue::Known(_) if parts(value) > MOST_COMPARED => Previous::Unknown,
        PreviousValue::Known(_) => Previous::SameType,
    }
}

/// Returns the number of parts (fields, elements or members) of a value. A string counts as one part.
pub fn parts(value: &Value) -> usize {
    match value {
        Value::Str(_) => 1,
        Value::Hash(value) => value.len(),
        Value::List(value) => value.len(),
        Value::Set(value) => value.len(),
        Value::SortedSet(value) => value.len(),
        Value::Stream(value) => value.len(),
    }
}

/// Returns the name of a value's type, for use in sentences.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::SortedSet(_) => "sorted set",
        Value::Str(_) | Value::List(_) | Value::Set(_) | Value::Hash(_) | Value::Stream(_) => value.type_name(),
    }
}

/// Returns the total length of a value's data in bytes. A score counts with the length of its text in Redis.
fn data_bytes(value: &Value) -> usize {
    match value {
        Value::Str(value) => value.len(),
        Value::Hash(value) => value.iter().map(|(name, value)| name.len() + value.len()).sum(),
        Value::List(value) => value.iter().map(<[u8]>::len).sum(),
        Value::Set(value) => value.iter().map(<[u8]>::len).sum(),
        Value::SortedSet(value) => value.iter().map(|(member, score)| member.len() + format_double(score).len()).sum(),
        Value::Stream(value) => value.iter().map(|entry| entry.data_bytes()).sum(),
    }
}

/// Selects which of `total` parts are shown. Each gap between them becomes a [`Piece::More`] with the number of hidden
/// parts.
pub(super) fn pieces<T>(total: usize, is_changed: impl Fn(usize) -> bool, make: impl Fn(usize) -> T) -> Vec<Piece<T>> {
    if total <= MOST_SHOWN {
        return (0..total).map(|index| Piece::Part(make(index))).collect();
    }
    let mut shown: Vec<usize> = (0..FIRST).collect();
    if total <= MOST_COMPARED * 2 {
        shown.extend((FIRST..total - LAST).filter(|&index| is_changed(index)).take(MOST_CHANGED));
    }
    shown.extend(total - LAST..total);
    let mut pieces = Vec::new();
    let mut next = 0;
    for index in shown {
        if index > next {
            pieces.push(Piece::More(index - next));
        }
        pieces.push(Piece::Part(make(index)));
        next = index + 1;
    }
    pieces
}

fn text(value: &Str, was: Option<&Str>) -> Body {
    let bytes = bytes(value, was);
    match sketch(value, was, bytes.clone()) {
        Some(sketch) => Body::Sketch(sketch),
        None => Body::Text(bytes),
    }
}

fn bytes(value: &Str, was: Option<&Str>) -> Bytes {
    let bytes = value.bytes();
    let before = was.map(|was| was.bytes());
    let differs = |index: usize, byte: u8| before.as_ref().is_some_and(|before| before.get(index) != Some(&byte));
    let shown = bytes.iter().take(MOST_BYTES).enumerate().map(|(index, &byte)| (byte, differs(index, byte)));
    let is_text = std::str::from_utf8(&bytes)
        .is_ok_and(|text| text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')));
    let change = match &before {
        Some(before) if **before != *bytes => Change::ChangedFrom(Label::from_bytes(before)),
        _ => Change::Same,
    };
    Bytes {
        label: Label::from_bytes(&bytes),
        bytes: shown.collect(),
        rest: bytes.len().saturating_sub(MOST_BYTES),
        is_binary: !is_text,
        change,
    }
}

fn fields(value: &Hash, was: Option<&Hash>, context: &KeyContext<'_>) -> Body {
    let change = |name: &[u8], value: &[u8]| match was.map(|was| was.get(name)) {
        None => Change::Same,
        Some(None) => Change::Added,
        Some(Some(before)) if before != value => Change::ChangedFrom(Label::from_bytes(before)),
        Some(Some(_)) => Change::Same,
    };
    let gone: Vec<_> = was.iter().flat_map(|was| was.iter()).filter(|(name, _)| !value.contains(name)).collect();
    let at = |index: usize| value.at(index).or_else(|| gone.get(index - value.len()).copied()).unwrap_or_default();
    let make = |index: usize| {
        let (name, content) = at(index);
        let is_there = index < value.len();
        Field {
            name: Label::from_bytes(name),
            value: Label::from_bytes(content),
            ttl: context.ttl(Some(name), value.expiry(name).flatten()),
            change: if is_there { change(name, content) } else { Change::Gone },
        }
    };
    let is_changed = |index: usize| index >= value.len() || change(at(index).0, at(index).1) != Change::Same;
    Body::Fields(pieces(value.len() + gone.len(), is_changed, make))
}

/// An element of the old or the new list, and whether it was kept, added or removed.
enum Edit<'a> {
    Kept(usize, &'a [u8]),
    Added(usize, &'a [u8]),
    Gone(&'a [u8]),
}

fn elements(value: &List, was: Option<&List>) -> Body {
    let length = value.len();
    let made = |index: usize, element: &[u8], change: Change| Element {
        place: Some((index, i64::try_from(index).unwrap_or(0) - i64::try_from(length).unwrap_or(0))),
        label: Label::from_bytes(element),
        change,
    };
    let Some(was) = was else {
        let make = |index: usize| made(index, value.get(index).unwrap_or_default(), Change::Same);
        return Body::Elements(pieces(length, |_| false, make));
    };
    let edits = edits(&was.iter().collect::<Vec<_>>(), &value.iter().collect::<Vec<_>>());
    let make = |index: usize| match edits[index] {
        Edit::Kept(at, element) => made(at, element, Change::Same),
        Edit::Added(at, element) => made(at, element, Change::Added),
        Edit::Gone(element) => Element { place: None, label: Label::from_bytes(element), change: Change::Gone },
    };
    Body::Elements(pieces(edits.len(), |index| !matches!(edits[index], Edit::Kept(..)), make))
}

/// Compares two short lists using their longest common subsequence.
fn edits<'a>(was: &[&'a [u8]], is: &[&'a [u8]]) -> Vec<Edit<'a>> {
    let columns = is.len() + 1;
    // The entry for `(i, j)` is the length of the longest common subsequence of `was[i..]` and `is[j..]`.
    let mut common = vec![0_u16; (was.len() + 1) * columns];
    for (i, old) in was.iter().enumerate().rev() {
        for (j, new) in is.iter().enumerate().rev() {
            let below = common[(i + 1) * columns + j].max(common[i * columns + j + 1]);
            let both = common[(i + 1) * columns + j + 1] + 1;
            common[i * columns + j] = if old == new { both } else { below };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut edits = Vec::new();
    while i < was.len() || j < is.len() {
        if i < was.len() && j < is.len() && was[i] == is[j] {
            edits.push(Edit::Kept(j, is[j]));
            (i, j) = (i + 1, j + 1);
        } else if j == is.len() || (i < was.len() && common[(i + 1) * columns + j] >= common[i * columns + j + 1]) {
            edits.push(Edit::Gone(was[i]));
            i += 1;
        } else {
            edits.push(Edit::Added(j, is[j]));
            j += 1;
        }
    }
    edits
}

fn members(value: &Set, was: Option<&Set>) -> Body {
    let is_new = |member: &[u8]| was.is_some_and(|was| !was.contains(member));
    let gone: Vec<_> = was.iter().flat_map(|was| was.iter()).filter(|member| !value.contains(member)).collect();
    let make = |index: usize| match value.at(index) {
        Some(member) => {
            let change = if is_new(member) { Change::Added } else { Change::Same };
            Member { label: Label::from_bytes(member), change }
        }
        None => Member { label: Label::from_bytes(gone[index - value.len()]), change: Change::Gone },
    };
    let is_changed = |index: usize| value.at(index).is_none_or(is_new);
    Body::Members(pieces(value.len() + gone.len(), is_changed, make))
}

fn map_or_ranking(value: &SortedSet, was: Option<&SortedSet>) -> Body {
    map(value, was).map_or_else(|| ranking(value, was), Body::Map)
}

fn ranking(value: &SortedSet, was: Option<&SortedSet>) -> Body {
    let length = value.len();
    let gone: Vec<_> = was.iter().flat_map(|was| was.iter()).filter(|(name, _)| value.score(name).is_none()).collect();
    let at = |place: usize| {
        let below = length - 1 - place;
        value.members(below..below + 1, Direction::Ascending).next()
    };
    let change = |name: &[u8], score: f64| match was.map(|was| was.score(name)) {
        None => Change::Same,
        Some(None) => Change::Added,
        #[expect(clippy::float_cmp, reason = "a score that was written again is the same to the bit")]
        Some(Some(before)) if before != score => {
            Change::ChangedFrom(Label::from_bytes(format_double(before).as_bytes()))
        }
        Some(Some(_)) => Change::Same,
    };
    // Ranks are compared only among the members that were in the set before and still are. Otherwise, adding or
    // removing a member would appear to move others.
    let stayed: HashSet<&[u8]> = was.iter().flat_map(|was| was.iter()).map(|(name, _)| name).collect();
    let places = |of: &SortedSet| -> HashMap<Vec<u8>, i64> {
        let both = of.iter().filter(|(name, _)| stayed.contains(name) && value.score(name).is_some());
        both.zip(0..).map(|((name, _), place)| (name.to_vec(), place)).collect()
    };
    let (old, new) = was.map(|was| (places(was), places(value))).unwrap_or_default();
    let make = |place: usize| {
        let is_there = place < length;
        let (name, score) = if is_there { at(place) } else { gone.get(place - length).copied() }.unwrap_or((b"", 0.0));
        let equal = |other: Option<(&[u8], f64)>| other.is_some_and(|(_, other)| other.total_cmp(&score).is_eq());
        Ranked {
            ranks: is_there.then(|| (place, length - 1 - place)),
            label: Label::from_bytes(name),
            score,
            shown_score: format_double(score),
            ties: is_there && ((place > 0 && equal(at(place - 1))) || (place + 1 < length && equal(at(place + 1)))),
            rose: new.get(name).zip(old.get(name)).map_or(0, |(new, old)| new - old),
            change: if is_there { change(name, score) } else { Change::Gone },
        }
    };
    let is_changed =
        |place: usize| place >= length || at(place).is_some_and(|(name, score)| change(name, score) != Change::Same);
    let members = pieces(length + gone.len(), is_changed, make);
    let scale = scale(value);
    Body::Ranking(Ranking { members, scale, shown_scale: [scale.0, scale.1].map(format_double) })
}

/// Returns the scores at the two ends of a full bar. Bars start at zero, unless all scores are so far from zero that
/// the differences between them would be invisible.
fn scale(value: &SortedSet) -> (f64, f64) {
    let finite = |direction| {
        let mut scores = value.members(0..value.len(), direction).map(|(_, score)| score).take(MOST_COMPARED);
        scores.find(|score| score.is_finite()).unwrap_or(0.0)
    };
    let (low, high) = (finite(Direction::Ascending), finite(Direction::Descending));
    if low > 0.0 && (high - low) < high * 0.01 && high > low { (low, high) } else { (low.min(0.0), high.max(0.0)) }
}
