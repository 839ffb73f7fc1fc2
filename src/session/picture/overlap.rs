//! Creates a picture of two sets and their overlap.

use super::key::{PreviousValue, pieces};
use super::{Change, Label, Member, Overlap, Since};
use redis_engine::data::{Set, Value};

/// One of the two sets, with its key and its previous value.
pub struct Side<'a> {
    pub key: &'a [u8],
    pub set: &'a Set,
    pub before: PreviousValue<'a>,
}

/// A region of the picture, given by whether its members are in the first set, and whether they are in the second set.
type Region = (bool, bool);

/// Returns a picture of two sets and their overlap.
pub fn overlap(left: &Side<'_>, right: &Side<'_>, since: Since) -> Overlap {
    let is_known = !matches!((left.before, right.before), (PreviousValue::Unknown, _) | (_, PreviousValue::Unknown));
    let was = |member: &[u8]| -> Region { (had(left.before, member), had(right.before, member)) };
    let is = |member: &[u8]| -> Region { (left.set.contains(member), right.set.contains(member)) };
    let old_right = set(right.before).into_iter().flat_map(Set::iter).filter(|member| !had(left.before, member));
    let gone = set(left.before).into_iter().flat_map(Set::iter).chain(old_right);
    let gone: Vec<&[u8]> = gone.filter(|member| is_known && is(member) == (false, false)).collect();
    let region = |wanted: Region| {
        let here = if wanted.0 { left.set } else { right.set }.iter().filter(|member| is(member) == wanted);
        let here: Vec<&[u8]> = here.collect();
        let count = here.len();
        let all: Vec<&[u8]> = here.into_iter().chain(gone.iter().copied().filter(|m| was(m) == wanted)).collect();
        let change = |index: usize| match all[index] {
            _ if index >= count => Change::Gone,
            member if is_known && was(member) != wanted => Change::Added,
            _ => Change::Same,
        };
        let make = |index: usize| Member { label: Label::from_bytes(all[index]), change: change(index) };
        (count, pieces(all.len(), |index| change(index) != Change::Same, make))
    };
    let [(only_left, a), (both, b), (only_right, c)] = [(true, false), (true, true), (false, true)].map(region);
    Overlap {
        names: [Label::from_bytes(left.key), Label::from_bytes(right.key)],
        sizes: [left.set.len(), right.set.len()],
        regions: [a, b, c],
        counts: [only_left, both, only_right],
        since,
    }
}

fn set(before: PreviousValue<'_>) -> Option<&Set> {
    match before {
        PreviousValue::Known(Value::Set(set)) => Some(set),
        PreviousValue::Known(_) | PreviousValue::Missing | PreviousValue::Unknown => None,
    }
}

fn had(before: PreviousValue<'_>, member: &[u8]) -> bool {
    set(before).is_some_and(|set| set.contains(member))
}
