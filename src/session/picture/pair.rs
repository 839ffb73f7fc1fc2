//! Looks at two sets at once: what only one has, and what both have.

use super::look::{Before, pieces};
use super::{Change, Label, Member, Overlap, Since};
use redis_engine::data::{Set, Value};

/// A set, by its key, and what it was before.
pub struct Side<'a> {
    pub key: &'a [u8],
    pub set: &'a Set,
    pub before: Before<'a>,
}

/// In which of two sets a member is.
type Where = (bool, bool);

/// The picture of two sets.
pub fn overlap(left: &Side<'_>, right: &Side<'_>, since: Since) -> Overlap {
    let is_known = !matches!((left.before, right.before), (Before::Unknown, _) | (_, Before::Unknown));
    let was = |member: &[u8]| -> Where { (had(left.before, member), had(right.before, member)) };
    let is = |member: &[u8]| -> Where { (left.set.contains(member), right.set.contains(member)) };
    let old_right = set(right.before).into_iter().flat_map(Set::iter).filter(|member| !had(left.before, member));
    let gone = set(left.before).into_iter().flat_map(Set::iter).chain(old_right);
    let gone: Vec<&[u8]> = gone.filter(|member| is_known && is(member) == (false, false)).collect();
    let region = |wanted: Where| {
        let here = if wanted.0 { left.set } else { right.set }.iter().filter(|member| is(member) == wanted);
        let here: Vec<&[u8]> = here.collect();
        let count = here.len();
        let all: Vec<&[u8]> = here.into_iter().chain(gone.iter().copied().filter(|m| was(m) == wanted)).collect();
        let change = |index: usize| match all[index] {
            _ if index >= count => Change::Gone,
            member if is_known && was(member) != wanted => Change::Added,
            _ => Change::Same,
        };
        let make = |index: usize| Member { label: Label::of(all[index]), change: change(index) };
        (count, pieces(all.len(), |index| change(index) != Change::Same, make))
    };
    let [(only_left, a), (both, b), (only_right, c)] = [(true, false), (true, true), (false, true)].map(region);
    Overlap {
        names: [Label::of(left.key), Label::of(right.key)],
        sizes: [left.set.len(), right.set.len()],
        regions: [a, b, c],
        counts: [only_left, both, only_right],
        since,
    }
}

fn set(before: Before<'_>) -> Option<&Set> {
    match before {
        Before::Value(Value::Set(set)) => Some(set),
        Before::Value(_) | Before::Nothing | Before::Unknown => None,
    }
}

fn had(before: Before<'_>, member: &[u8]) -> bool {
    set(before).is_some_and(|set| set.contains(member))
}
