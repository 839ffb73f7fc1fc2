//! What differs between the value that was wanted and the one that was seen.

use super::code;
use crate::lesson::names;
use crate::lesson::value::{Value, repr, same};

/// The longest pair of values that is shown whole, in characters.
const SHORT: usize = 110;

/// The most names that a sentence lists.
const MOST_LISTED: usize = 3;

/// Both values, as far as they are short, and what differs between them.
pub fn sentence(wanted: &Value, seen: &Value) -> String {
    let (wanted_text, seen_text) = (repr(wanted), repr(seen));
    let both = format!("Wanted: {}. Seen: {}.", code(&wanted_text), code(&seen_text));
    match difference(wanted, seen) {
        Some(difference) if wanted_text.len() + seen_text.len() <= SHORT => format!("{both} {difference}"),
        Some(difference) => difference,
        None => both,
    }
}

/// What differs, as a sentence of Markdown; none if there is no more to say than what the two are.
pub fn difference(wanted: &Value, seen: &Value) -> Option<String> {
    match (wanted, seen) {
        (Value::Bytes(a), Value::Text(b)) if a == b.as_bytes() => {
            Some(format!("Redis answers in bytes, {}; this is text.", code(&repr(wanted))))
        }
        (Value::Text(a), Value::Bytes(b)) if a.as_bytes() == b => {
            Some("These are bytes, and text is wanted: `.decode()` makes it.".into())
        }
        (Value::Bytes(_) | Value::Text(_), Value::Bytes(_) | Value::Text(_)) => {
            let told = of_texts(wanted, seen)?;
            match (wanted, seen) {
                (Value::Text(_), Value::Bytes(_)) => Some(format!("{told} And these are bytes: text is wanted.")),
                (Value::Bytes(_), Value::Text(_)) => Some(format!("{told} And this is text: bytes are wanted.")),
                _ => Some(told),
            }
        }
        (Value::Integer(_) | Value::Float(_), Value::Bytes(_) | Value::Text(_)) if digits(seen) == number(wanted) => {
            Some("These are digits, not a number: `int()` makes one of them.".into())
        }
        (Value::Bytes(_) | Value::Text(_), Value::Integer(_) | Value::Float(_)) if digits(wanted) == number(seen) => {
            Some("This is a number; wanted are the digits that Redis holds.".into())
        }
        (Value::Integer(wanted), Value::Integer(seen)) => of_counts(*wanted, *seen),
        // Of two there is one other.
        (Value::Bool(_), Value::Bool(_)) => None,
        (_, Value::None) => Some("`None`: what was asked for is not there.".into()),
        (Value::Sequence(wanted), Value::Sequence(seen)) => of_lists(wanted, seen),
        (Value::Set(wanted), Value::Set(seen)) => of_members(wanted, seen),
        (Value::Map(wanted), Value::Map(seen)) => of_fields(wanted, seen),
        (_, Value::Sequence(items)) if matches!(items.as_slice(), [item] if same(item, wanted)) => {
            Some("The value is right, and stands in a list: `[0]` takes it out.".into())
        }
        _ => of_kinds(wanted, seen),
    }
}

fn of_texts(wanted: &Value, seen: &Value) -> Option<String> {
    let (a, b) = (text(wanted)?, text(seen)?);
    let difference = if a.eq_ignore_ascii_case(&b) {
        "Capital and small letters differ."
    } else if a.trim() == b.trim() {
        "The blanks at an end differ."
    } else if b.trim_matches(['"', '\'']) == a {
        "The quotes are part of the value here."
    } else if names::are_alike(&a, &b) {
        "A few letters differ."
    } else if b.starts_with(&a) {
        "There is more behind it than wanted."
    } else if a.starts_with(&b) {
        "Its end is missing."
    } else {
        return None;
    };
    Some(difference.into())
}

fn of_counts(wanted: i128, seen: i128) -> Option<String> {
    match seen.checked_sub(wanted)? {
        1 => Some("One more than wanted.".into()),
        -1 => Some("One less than wanted.".into()),
        _ if seen == -wanted && wanted != 0 => Some("The sign is turned round.".into()),
        _ => None,
    }
}

fn of_lists(wanted: &[Value], seen: &[Value]) -> Option<String> {
    let are_same = |a: &[Value], b: &[Value]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
    if seen.is_empty() {
        return Some("Nothing is there: the list is empty.".into());
    }
    if are_pairs(wanted) && are_same(&firsts(wanted), seen) {
        return Some("Their scores are missing.".into());
    }
    if are_pairs(seen) && are_same(wanted, &firsts(seen)) {
        return Some("The scores came along, and are not wanted.".into());
    }
    if let [Value::Sequence(inner)] = seen
        && are_same(wanted, inner)
    {
        return Some("The list stands in another list.".into());
    }
    let reversed: Vec<Value> = seen.iter().rev().cloned().collect();
    if are_same(wanted, &reversed) {
        return Some("The members are right, and their order is reversed.".into());
    }
    let (missing, surplus) = apart(wanted, seen);
    if missing.is_empty() && surplus.is_empty() {
        let place = wanted.iter().zip(seen).position(|(a, b)| !same(a, b))?;
        let (a, b) = (code(&repr(&wanted[place])), code(&repr(&seen[place])));
        return Some(format!("The members are right, their order is not: {b} stands where {a} is wanted."));
    }
    match (wanted.len(), seen.len()) {
        (n, m) if m == n + 1 && are_same(wanted, &seen[..n]) => {
            Some(format!("One too many at the end: {}.", code(&repr(&seen[n]))))
        }
        (n, m) if m == n + 1 && are_same(wanted, &seen[1..]) => {
            Some(format!("One too many at the start: {}.", code(&repr(&seen[0]))))
        }
        (n, m) if n == m + 1 && are_same(&wanted[..m], seen) => {
            Some(format!("The last one is missing: {}.", code(&repr(&wanted[m]))))
        }
        (n, m) if n == m + 1 && are_same(&wanted[1..], seen) => {
            Some(format!("The first one is missing: {}.", code(&repr(&wanted[0]))))
        }
        (n, m) if n == m && missing.len() == 1 && surplus.len() == 1 => {
            let place = wanted.iter().zip(seen).position(|(a, b)| !same(a, b))?;
            let (a, b) = (&wanted[place], &seen[place]);
            let inner = of_elements(a, b).map(|inner| format!(" {inner}")).unwrap_or_default();
            Some(format!("At index {place} stands {}, and {} is wanted.{inner}", code(&repr(b)), code(&repr(a))))
        }
        _ => of_members(wanted, seen),
    }
}

/// What differs in two elements of lists; in pairs, what differs in the half that is not the same.
fn of_elements(wanted: &Value, seen: &Value) -> Option<String> {
    match (wanted, seen) {
        (Value::Sequence(a), Value::Sequence(b)) => {
            let mut halves = a.iter().zip(b).filter(|(a, b)| !same(a, b));
            halves.next().filter(|_| halves.next().is_none()).and_then(|(a, b)| difference(a, b))
        }
        _ => difference(wanted, seen),
    }
}

fn of_members(wanted: &[Value], seen: &[Value]) -> Option<String> {
    let (missing, surplus) = apart(wanted, seen);
    if let ([a], [b]) = (missing.as_slice(), surplus.as_slice())
        && let Some(inner) = difference(a, b)
    {
        return Some(format!("{} stands where {} is wanted. {inner}", code(&repr(b)), code(&repr(a))));
    }
    told(&missing, &surplus)
}

fn of_fields(wanted: &[(Value, Value)], seen: &[(Value, Value)]) -> Option<String> {
    let fields = |pairs: &[(Value, Value)]| pairs.iter().map(|(field, _)| field.clone()).collect::<Vec<_>>();
    let (missing, surplus) = apart(&fields(wanted), &fields(seen));
    if missing.is_empty() && surplus.is_empty() {
        let (field, a, b) = wanted.iter().find_map(|(field, a)| {
            let (_, b) = seen.iter().find(|(other, _)| same(field, other))?;
            (!same(a, b)).then_some((field, a, b))
        })?;
        let inner = difference(a, b).map(|inner| format!(" {inner}")).unwrap_or_default();
        let (field, a, b) = (code(&repr(field)), code(&repr(a)), code(&repr(b)));
        return Some(format!("{field} is {b}, and should be {a}.{inner}"));
    }
    if !missing.is_empty() && missing.len() == surplus.len() {
        let decoded = missing.iter().all(|a| surplus.iter().any(|b| text(a) == text(b)));
        if decoded {
            return Some("The names differ: bytes on one side, text on the other.".into());
        }
    }
    if let ([a], [b]) = (missing.as_slice(), surplus.as_slice())
        && let (Some(a), Some(b)) = (text(a), text(b))
        && names::are_alike(&a, &b)
    {
        return Some(format!("{} is there. Did you mean {}?", code(&b), code(&a)));
    }
    told(&missing, &surplus)
}

fn of_kinds(wanted: &Value, seen: &Value) -> Option<String> {
    let (a, b) = (kind(wanted), kind(seen));
    (a != b).then(|| format!("That is {b}, and {a} is wanted."))
}

/// What is missing and what is too much, each listed as far as a line has room.
fn told(missing: &[Value], surplus: &[Value]) -> Option<String> {
    let listed = |values: &[Value]| {
        let mut names: Vec<String> = values.iter().take(MOST_LISTED).map(|value| code(&repr(value))).collect();
        if values.len() > MOST_LISTED {
            names.push(format!("{} more", values.len() - MOST_LISTED));
        }
        names.join(", ")
    };
    match (missing.is_empty(), surplus.is_empty()) {
        (false, true) => Some(format!("Missing: {}.", listed(missing))),
        (true, false) => Some(format!("Too much: {}.", listed(surplus))),
        (false, false) => Some(format!("Missing: {}. Too much: {}.", listed(missing), listed(surplus))),
        (true, true) => None,
    }
}

/// What one side has and the other has not, each counted.
fn apart(wanted: &[Value], seen: &[Value]) -> (Vec<Value>, Vec<Value>) {
    let mut surplus = seen.to_vec();
    let missing = wanted.iter().filter(|value| match surplus.iter().position(|other| same(value, other)) {
        Some(index) => {
            surplus.remove(index);
            false
        }
        None => true,
    });
    (missing.cloned().collect(), surplus)
}

fn are_pairs(values: &[Value]) -> bool {
    !values.is_empty() && values.iter().all(|value| matches!(value, Value::Sequence(pair) if pair.len() == 2))
}

fn firsts(pairs: &[Value]) -> Vec<Value> {
    let first = |value: &Value| if let Value::Sequence(pair) = value { pair.first().cloned() } else { None };
    pairs.iter().filter_map(first).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn digits(value: &Value) -> Option<f64> {
    text(value)?.parse().ok()
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(n) => Some(*n as f64),
        Value::Float(v) => Some(*v),
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::None => "`None`",
        Value::Bool(_) => "`True` or `False`",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytes",
        Value::Sequence(_) => "a list",
        Value::Set(_) => "a set",
        Value::Map(_) => "a dict",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::value::parse_python;

    #[test]
    fn each_kind_of_difference_has_its_sentence() {
        for (wanted, seen, says) in [
            ("b'Alice'", "'Alice'", "Redis answers in bytes, `b'Alice'`; this is text."),
            ("'Alice'", "b'Alice'", "These are bytes, and text is wanted: `.decode()` makes it."),
            ("b'Alice'", "b'alice'", "Capital and small letters differ."),
            ("'Alice'", "b'ALICE'", "Capital and small letters differ. And these are bytes: text is wanted."),
            ("b'Alice'", "b'Alice '", "The blanks at an end differ."),
            ("b'Alice'", "b'\"Alice\"'", "The quotes are part of the value here."),
            ("b'Alice'", "b'Alcie'", "A few letters differ."),
            ("b'Al'", "b'Alice'", "There is more behind it than wanted."),
            ("b'Alice'", "b'A'", "Its end is missing."),
            ("b'Alice'", "b'Bob'", ""),
            ("10", "b'10'", "These are digits, not a number: `int()` makes one of them."),
            ("b'10'", "10", "This is a number; wanted are the digits that Redis holds."),
            ("2", "3", "One more than wanted."),
            ("2", "1", "One less than wanted."),
            ("5", "-5", "The sign is turned round."),
            ("5", "50", ""),
            ("True", "False", ""),
            ("b'Alice'", "None", "`None`: what was asked for is not there."),
            ("[b'a', b'b']", "[b'b', b'a']", "The members are right, and their order is reversed."),
            (
                "[b'a', b'b', b'c']",
                "[b'b', b'a', b'c']",
                "The members are right, their order is not: `b'b'` stands where `b'a'` is wanted.",
            ),
            ("[(b'a', 1.0)]", "[b'a']", "Their scores are missing."),
            ("[b'a']", "[(b'a', 1.0)]", "The scores came along, and are not wanted."),
            ("[b'a']", "[]", "Nothing is there: the list is empty."),
            (
                "[(b'Al', 1.0), (b'Bob', 2.0)]",
                "[(b'Al', 1.0), (b'bob', 2.0)]",
                "At index 1 stands `(b'bob', 2.0)`, and `(b'Bob', 2.0)` is wanted. Capital and small letters differ.",
            ),
            ("[b'a']", "[[b'a']]", "The list stands in another list."),
            ("[b'a', b'b']", "[b'a', b'b', b'c']", "One too many at the end: `b'c'`."),
            ("[b'a', b'b']", "[b'c', b'a', b'b']", "One too many at the start: `b'c'`."),
            ("[b'a', b'b']", "[b'a']", "The last one is missing: `b'b'`."),
            ("[b'a', b'b']", "[b'b']", "The first one is missing: `b'a'`."),
            (
                "[b'a', b'b']",
                "[b'a', 'b']",
                "At index 1 stands `'b'`, and `b'b'` is wanted. Redis answers in bytes, `b'b'`; this is text.",
            ),
            ("{b'a', b'b'}", "{b'a'}", "Missing: `b'b'`."),
            ("{b'a'}", "{b'a', b'b', b'c', b'd', b'e'}", "Too much: `b'b'`, `b'c'`, `b'd'`, 1 more."),
            (
                "{b'a', b'python'}",
                "{b'a', b'Python'}",
                "`b'Python'` stands where `b'python'` is wanted. Capital and small letters differ.",
            ),
            ("{b'a': b'1'}", "{b'a': b'2'}", "`b'a'` is `b'2'`, and should be `b'1'`."),
            ("{b'a': b'1', b'b': b'2'}", "{b'a': b'1'}", "Missing: `b'b'`."),
            ("{b'visits': b'1'}", "{b'visit': b'1'}", "`visit` is there. Did you mean `visits`?"),
            ("{b'a': b'1'}", "{'a': b'1'}", "The names differ: bytes on one side, text on the other."),
            ("b'a'", "[b'a']", "The value is right, and stands in a list: `[0]` takes it out."),
            ("{b'a'}", "1", "That is a number, and a set is wanted."),
        ] {
            let (wanted, seen) = (parse_python(wanted).unwrap(), parse_python(seen).unwrap());
            assert_eq!(difference(&wanted, &seen).unwrap_or_default(), says, "{wanted:?} and {seen:?}");
        }
    }

    #[test]
    fn long_values_are_told_by_what_differs_alone() {
        let long = |last: &str| parse_python(&format!("[{}b'{last}']", "b'0123456789', ".repeat(10))).unwrap();
        assert_eq!(sentence(&long("x"), &long("y")), "At index 10 stands `b'y'`, and `b'x'` is wanted.");
        let (a, b) = (parse_python("1").unwrap(), parse_python("2").unwrap());
        assert_eq!(sentence(&a, &b), "Wanted: `1`. Seen: `2`. One more than wanted.");
    }
}
