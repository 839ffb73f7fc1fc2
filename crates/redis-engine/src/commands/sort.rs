//! SORT: the elements of a list, a set or a sorted set, sorted by their own values or by values stored at other keys.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use super::list::node_limit;
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::hash::Fields;
use crate::data::{DataType, List, SortedSet, Str, Value};
use crate::error::{self, Error};
use crate::keyspace::Keyspace;
use crate::number;

pub const COMMANDS: &[&Command] = &[&SORT, &SORT_RO];

const SORT: Command = Command {
    name: "SORT",
    syntax: "key [BY by-pattern] [LIMIT offset count] [GET get-pattern [GET get-pattern ...]] [ASC | DESC] [ALPHA] \
             [STORE destination]",
    arity: -2,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Movablekeys],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "1.0.0",
    complexity: "O(N+M*log(M)) where N is the number of elements in the list or set to sort, and M the number of \
                 returned elements. When the elements are not sorted, complexity is O(N).",
    summary: "The sorted elements of a list, set or sorted set, or values that belong to them; can store them as \
              a list.",
    example: "RPUSH race:times 12.5 9.8 11\nSORT race:times",
    run: |call| sort(call, Access::ReadWrite),
};

const SORT_RO: Command = Command {
    name: "SORT_RO",
    syntax: "key [BY by-pattern] [LIMIT offset count] [GET get-pattern [GET get-pattern ...]] [ASC | DESC] [ALPHA]",
    arity: -2,
    flags: &[Flag::Readonly, Flag::Movablekeys],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "7.0.0",
    complexity: "O(N+M*log(M)) where N is the number of elements in the list or set to sort, and M the number of \
                 returned elements. When the elements are not sorted, complexity is O(N).",
    summary: "The sorted elements of a list, set or sorted set, or values that belong to them.",
    example: "RPUSH race:times 12.5 9.8 11\nSORT_RO race:times DESC",
    run: |call| sort(call, Access::ReadOnly),
};

/// Whether the command may write. If it may not, STORE is a syntax error.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    ReadWrite,
    ReadOnly,
}

/// The values that elements are sorted by.
#[derive(Clone, Copy)]
enum By<'a> {
    Element,
    /// The value of the key or field that the pattern refers to when the element replaces `*`.
    Pattern(&'a [u8]),
    /// The elements are not sorted, because a pattern without `*` refers to the same key for every element.
    Nothing,
}

/// Options of SORT.
struct Options<'a> {
    by: By<'a>,
    descending: bool,
    alphabetic: bool,
    offset: usize,
    count: usize,
    get: Vec<&'a [u8]>,
    store: Option<&'a [u8]>,
}

fn parse_options<'a>(call: &Call<'a>, access: Access) -> Result<Options<'a>, Error> {
    let argv = call.argv;
    let mut options = Options {
        by: By::Element,
        descending: false,
        alphabetic: false,
        offset: 0,
        count: usize::MAX,
        get: Vec::new(),
        store: None,
    };
    let mut index = 2;
    while index < argv.len() {
        let remaining = argv.len() - index - 1;
        if call.is_option(index, "ASC") {
            options.descending = false;
        } else if call.is_option(index, "DESC") {
            options.descending = true;
        } else if call.is_option(index, "ALPHA") {
            options.alphabetic = true;
        } else if call.is_option(index, "LIMIT") && remaining >= 2 {
            let (offset, count) = (call.integer(index + 1)?, call.integer(index + 2)?);
            options.offset = usize::try_from(offset).unwrap_or(0);
            options.count = usize::try_from(count).unwrap_or(usize::MAX);
            index += 2;
        } else if call.is_option(index, "STORE") && remaining >= 1 && access == Access::ReadWrite {
            options.store = Some(argv[index + 1]);
            index += 1;
        } else if call.is_option(index, "BY") && remaining >= 1 {
            // As in Redis, a later BY does not replace a pattern that disables sorting.
            options.by = match options.by {
                By::Element | By::Pattern(_) if argv[index + 1].contains(&b'*') => By::Pattern(argv[index + 1]),
                _ => By::Nothing,
            };
            index += 1;
        } else if call.is_option(index, "GET") && remaining >= 1 {
            options.get.push(argv[index + 1]);
            index += 1;
        } else {
            return Err(error::SYNTAX);
        }
        index += 1;
    }
    Ok(options)
}

fn sort(call: &mut Call, access: Access) -> Outcome {
    let options = parse_options(call, access)?;
    let elements = sorted_elements(call, &options)?;
    if let Ok(Some(mut zset)) = call.keyspace.edit::<SortedSet>(call.argv[1]) {
        zset.convert_to_skiplist();
    }
    let start = options.offset.min(elements.len());
    let end = start.saturating_add(options.count).min(elements.len());
    let selected = &elements[start..end];
    if let Some(destination) = options.store {
        return store(call, selected, &options, destination);
    }
    if options.get.is_empty() {
        call.reply.array(selected.len());
        selected.iter().for_each(|element| call.reply.bulk(element));
        return Ok(());
    }
    call.reply.array(selected.len() * options.get.len());
    for element in selected {
        for pattern in &options.get {
            call.reply.bulk_or_null(resolve_pattern(call.keyspace, pattern, element).as_deref());
        }
    }
    Ok(())
}

/// The number of bytes by which the result of STORE may grow before the memory limit is checked again.
const BYTES_PER_CHECK: usize = 64 << 10;

fn store(call: &mut Call, selected: &[Box<[u8]>], options: &Options, destination: &[u8]) -> Outcome {
    let mut values: Vec<Box<[u8]>> = Vec::new();
    if options.get.is_empty() {
        values.extend_from_slice(selected);
    }
    // Many elements can refer to the same long value, so the result can be much larger than all stored data. The memory
    // limit is therefore checked while the result grows.
    let (mut bytes, mut checked_bytes) = (0, 0);
    for element in selected {
        for pattern in &options.get {
            // STORE stores a missing value as an empty string.
            let value: Box<[u8]> = resolve_pattern(call.keyspace, pattern, element).unwrap_or_default().into();
            bytes += value.len() + size_of::<Box<[u8]>>();
            values.push(value);
            if bytes - checked_bytes > BYTES_PER_CHECK {
                call.keyspace.check_growth(bytes)?;
                checked_bytes = bytes;
            }
        }
    }
    let count = values.len();
    call.reply.count(count);
    let list = List::from_elements(values, node_limit(call));
    call.keyspace.put(destination, list.into_value(), None, "sortstore");
    // Redis counts one change per stored element. `put` has counted one of them.
    call.keyspace.dirty += count.saturating_sub(1) as u64;
    Ok(())
}

/// Returns all elements of the value at the command's key, sorted according to the options.
fn sorted_elements(call: &mut Call, options: &Options) -> Result<Vec<Box<[u8]>>, Error> {
    call.keyspace.convert_sorted_set_to_skiplist(call.argv[1]);
    let Some(entry) = call.keyspace.read_any(call.argv[1]) else { return Ok(Vec::new()) };
    let mut elements: Vec<Box<[u8]>> = match &entry.value {
        Value::List(list) => list.iter().map(Box::from).collect(),
        Value::Set(set) => set.iter().map(Box::from).collect(),
        Value::SortedSet(zset) => zset.iter().map(|(member, _)| Box::from(member)).collect(),
        Value::Str(_) | Value::Hash(_) | Value::Stream(_) => return Err(error::WRONG_TYPE),
    };
    let is_set = matches!(entry.value, Value::Set(_));
    match (options.by, options.alphabetic) {
        // With BY nosort, the elements of a set have no defined order. Redis sorts them if the result is stored, so
        // that the result is deterministic.
        (By::Nothing, _) if is_set && options.store.is_some() => {
            elements.sort();
            if options.descending {
                elements.reverse();
            }
        }
        (By::Nothing, _) => {
            if options.descending && !is_set {
                elements.reverse();
            }
        }
        (By::Element, true) => elements.sort_by(|a, b| apply_direction(a.cmp(b), options)),
        (By::Element, false) => {
            sort_by_weight(&mut elements, options, |element| weight(Some(element)))?;
        }
        (By::Pattern(pattern), true) => {
            let value =
                |element: &[u8]| resolve_pattern(call.keyspace, pattern, element).map(|value| Rc::from(&*value));
            sort_by_text(&mut elements, options, value);
        }
        (By::Pattern(pattern), false) => {
            sort_by_weight(&mut elements, options, |element| {
                weight(resolve_pattern(call.keyspace, pattern, element).as_deref())
            })?;
        }
    }
    Ok(elements)
}

fn apply_direction(ordering: Ordering, options: &Options) -> Ordering {
    if options.descending { ordering.reverse() } else { ordering }
}

/// The string that each element is sorted by, or `None` for an element without one.
type ValuesByPattern = HashMap<Box<[u8]>, Option<Rc<[u8]>>, foldhash::fast::FixedState>;

/// Sorts elements by the string that `value` returns for each element. Elements without a string come first. Equal
/// elements share one copy of their string, because there can be many of them, and the string can be long.
fn sort_by_text(elements: &mut Vec<Box<[u8]>>, options: &Options, mut value: impl FnMut(&[u8]) -> Option<Rc<[u8]>>) {
    let mut values = ValuesByPattern::default();
    let valued = elements.drain(..).map(|element| {
        let value = match values.get(&element) {
            Some(known) => known.clone(),
            None => values.entry(element.clone()).or_insert(value(&element)).clone(),
        };
        (value, element)
    });
    let mut valued: Vec<_> = valued.collect();
    valued.sort_by(|a, b| apply_direction(a.0.cmp(&b.0), options));
    elements.extend(valued.into_iter().map(|(_, element)| element));
}

/// Sorts elements by the number that `weight` returns for each element, and elements with equal numbers by their
/// bytes.
fn sort_by_weight(
    elements: &mut Vec<Box<[u8]>>,
    options: &Options,
    mut weight: impl FnMut(&[u8]) -> Option<f64>,
) -> Outcome {
    let mut weighed = Vec::with_capacity(elements.len());
    for element in elements.drain(..) {
        weighed.push((weight(&element).ok_or(error::WEIGHT_NOT_A_DOUBLE)?, element));
    }
    // No weight is NaN, so `partial_cmp` never returns `None`. Unlike `total_cmp`, it treats -0 and 0 as equal.
    let by_weight = |a: &f64, b: &f64| a.partial_cmp(b).unwrap_or(Ordering::Equal);
    weighed.sort_by(|a, b| apply_direction(by_weight(&a.0, &b.0).then_with(|| a.1.cmp(&b.1)), options));
    elements.extend(weighed.into_iter().map(|(_, element)| element));
    Ok(())
}

/// Parses the number that an element is sorted by, and returns `None` if it is invalid. A missing or empty string
/// counts as 0. Unlike the score of a sorted set's member, the number may exceed the range of a double, must not be
/// hexadecimal, and ends at a NUL byte.
fn weight(text: Option<&[u8]>) -> Option<f64> {
    let text = text.unwrap_or_default();
    let text = text.split(|&b| b == 0).next().unwrap_or_default();
    if text.is_empty() {
        return Some(0.0);
    }
    if let Some(n) = number::parse_integer(text) {
        return Some(n as f64);
    }
    let unsigned = text.strip_prefix(b"+").or_else(|| text.strip_prefix(b"-")).unwrap_or(text);
    // Rust's parser accepts the same numbers as Redis, and rejects spaces, `_` and hexadecimal digits too.
    let v: f64 = std::str::from_utf8(unsigned).ok().filter(|_| !unsigned.starts_with(b"+"))?.parse().ok()?;
    let negative = text.starts_with(b"-");
    (!v.is_nan() && !unsigned.starts_with(b"-")).then_some(if negative { -v } else { v })
}

/// Returns the value that a pattern refers to for an element, or `None` if there is no such value. `#` refers to the
/// element itself. Otherwise the element replaces `*`, which results in the key of a string, or, if there is a `->`,
/// the key of a hash and the name of a field.
fn resolve_pattern<'a>(keyspace: &'a mut Keyspace, pattern: &'a [u8], element: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    if pattern == b"#" {
        return Some(Cow::Borrowed(element));
    }
    let star = pattern.iter().position(|&b| b == b'*')?;
    let (prefix, rest) = (&pattern[..star], &pattern[star + 1..]);
    let arrow = rest.windows(2).position(|two| two == b"->").filter(|arrow| arrow + 2 < rest.len());
    let suffix = &rest[..arrow.unwrap_or(rest.len())];
    let key = [prefix, element, suffix].concat();
    match arrow {
        // A key that holds a value of another type is treated as missing.
        Some(arrow) => {
            let field = &rest[arrow + 2..];
            keyspace.read_fields(&key, Fields::Named(&[field])).ok()??.get(field).map(Cow::Borrowed)
        }
        None => keyspace.read::<Str>(&key).ok()?.map(Str::bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_string_of_equal_elements_is_in_memory_only_once() {
        let options = Options {
            by: By::Nothing,
            descending: false,
            alphabetic: true,
            offset: 0,
            count: 6,
            get: Vec::new(),
            store: None,
        };
        let mut elements: Vec<Box<[u8]>> =
            [b"b", b"a", b"b", b"c", b"a", b"b"].map(|element| element[..].into()).into();
        let mut strings = Vec::new();
        sort_by_text(&mut elements, &options, |element| {
            let string: Rc<[u8]> = element.into();
            strings.push(string.clone());
            Some(string)
        });
        assert_eq!(elements.concat(), b"aabbbc");
        assert_eq!(strings.concat(), b"bac", "each string is read once");
    }
}
