//! Commands that iterate: KEYS, SCAN, and the scans of hashes, sets and sorted sets.
//!
//! A cursor is the number of positions that have not been visited yet. The iteration goes from the last position to the
//! first. When an element is removed, the last element moves into the gap. That element has been visited already, or
//! its new position is still below the cursor. New elements are added at the end. So every element that exists
//! throughout the iteration is returned, perhaps more than once, and the server needs no memory for a cursor.

use std::borrow::Cow;

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::sorted_set::Direction;
use crate::data::{DataType, Hash, Set, SortedSet};
use crate::error::{self, Error};
use crate::glob;
use crate::number;

pub const COMMANDS: &[&Command] = &[&HSCAN, &KEYS, &SCAN, &SSCAN, &ZSCAN];

const KEYS: Command = Command {
    name: "KEYS",
    syntax: "pattern",
    arity: 2,
    flags: &[Flag::Readonly],
    keys: Keys::NONE,
    group: Group::Generic,
    since: "1.0.0",
    complexity: "O(N) with N being the number of keys in the database, under the assumption that the key names in \
                 the database and the given pattern have limited length.",
    summary: "All keys that match a pattern. It visits every key: use SCAN for large databases.",
    example: "SET user:1000 Alice\nKEYS user:*",
    run: keys,
};

fn keys(call: &mut Call) -> Outcome {
    let pattern = Pattern::new(call.argv[1]);
    let now_ms = call.keyspace.now_ms();
    let (mut found, mut expired) = (Vec::new(), Vec::new());
    for (key, entry) in call.keyspace.database().iter().filter(|(key, _)| pattern.matches(key)) {
        match entry.expires_ms() {
            Some(at) if at <= now_ms => expired.push(key.to_vec()),
            _ => found.push(key),
        }
    }
    call.reply.array(found.len());
    found.iter().for_each(|key| call.reply.bulk(key));
    remove_expired(call, &expired);
    Ok(())
}

/// Removes the expired keys that an iteration has found. Active expiry does not remove them if it is turned off.
fn remove_expired(call: &mut Call, keys: &[Vec<u8>]) {
    for key in keys {
        call.keyspace.exists(key);
    }
}

/// The pattern of MATCH. A lone `*` is a special case: it also matches the empty key, which the glob `*` does not.
#[derive(Clone, Copy)]
enum Pattern<'a> {
    All,
    Glob(&'a [u8]),
}

impl<'a> Pattern<'a> {
    fn new(pattern: &'a [u8]) -> Self {
        if pattern == b"*" { Pattern::All } else { Pattern::Glob(pattern) }
    }

    fn matches(self, text: &[u8]) -> bool {
        match self {
            Pattern::All => true,
            Pattern::Glob(pattern) => glob::matches(pattern, text),
        }
    }
}

/// The type of data that is scanned. It determines which options are allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ScanTarget {
    Keys,
    Hash,
    Members,
}

/// Options of the scan commands.
struct Options<'a> {
    pattern: Pattern<'a>,
    count: usize,
    type_name: Option<&'a [u8]>,
    values: bool,
}

impl<'a> Options<'a> {
    fn parse(call: &Call<'a>, from: usize, target: ScanTarget) -> Result<Self, Error> {
        let mut options = Options { pattern: Pattern::All, count: 10, type_name: None, values: true };
        let mut index = from;
        while index < call.argv.len() {
            let has_value = index + 1 < call.argv.len();
            if call.is_option(index, "COUNT") && has_value {
                let count = call.integer(index + 1)?;
                options.count = usize::try_from(count).ok().filter(|&n| n > 0).ok_or(error::SYNTAX)?;
            } else if call.is_option(index, "MATCH") && has_value {
                options.pattern = Pattern::new(call.argv[index + 1]);
            } else if call.is_option(index, "TYPE") && has_value && target == ScanTarget::Keys {
                options.type_name = Some(call.argv[index + 1]);
            } else if call.is_option(index, "NOVALUES") {
                if target != ScanTarget::Hash {
                    return Err(Error::from_static("ERR NOVALUES option can only be used in HSCAN"));
                }
                options.values = false;
                index += 1;
                continue;
            } else {
                return Err(error::SYNTAX);
            }
            index += 2;
        }
        Ok(options)
    }
}

/// Parses a cursor. If it is not an integer in Redis's strict form, it is parsed as C's `strtoull` does: leading spaces
/// and a sign are accepted, and a negative number stands for its remainder modulo `2^64`.
fn parse_cursor(call: &Call, index: usize) -> Result<usize, Error> {
    let text = call.argv[index];
    if let Some(n) = number::parse_integer(text) {
        return usize::try_from(n).map_err(|_| error::INVALID_CURSOR);
    }
    let (is_negative, text) = match text.trim_ascii_start() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let digits = std::str::from_utf8(text).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let n: u64 = digits.and_then(|digits| digits.parse().ok()).ok_or(error::INVALID_CURSOR)?;
    usize::try_from(if is_negative { n.wrapping_neg() } else { n }).map_err(|_| error::INVALID_CURSOR)
}

/// Returns the positions that a call with `cursor` visits, in descending order, and the next cursor.
fn next_positions(cursor: usize, length: usize, count: usize) -> (impl Iterator<Item = usize>, usize) {
    let end = if cursor == 0 { length } else { cursor.min(length) };
    let next = end.saturating_sub(count);
    ((next..end).rev(), next)
}

const SCAN: Command = Command {
    name: "SCAN",
    syntax: "cursor [MATCH pattern] [COUNT count] [TYPE type]",
    arity: -2,
    flags: &[Flag::Readonly],
    keys: Keys::NONE,
    group: Group::Generic,
    since: "2.8.0",
    complexity: "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor \
                 to return back to 0. N is the number of elements inside the collection.",
    summary: "Some of the keys, and the cursor for the next call; 0 starts and ends the iteration.",
    example: "SET user:1000 Alice\nSCAN 0 MATCH user:* COUNT 100",
    run: scan,
};

fn scan(call: &mut Call) -> Outcome {
    let cursor = parse_cursor(call, 1)?;
    let options = Options::parse(call, 2, ScanTarget::Keys)?;
    let now_ms = call.keyspace.now_ms();
    let database = call.keyspace.database();
    let (positions, next) = next_positions(cursor, database.len(), options.count);
    let (mut found, mut expired) = (Vec::new(), Vec::new());
    for (key, entry) in positions.filter_map(|position| database.at(position)) {
        let of_type =
            options.type_name.is_none_or(|name| name.eq_ignore_ascii_case(entry.value.type_name().as_bytes()));
        if !options.pattern.matches(key) {
            continue;
        }
        match entry.expires_ms() {
            Some(at) if at <= now_ms => expired.push(key.to_vec()),
            _ if of_type => found.push(key),
            _ => {}
        }
    }
    call.reply.array(2);
    call.reply.bulk(next.to_string().as_bytes());
    call.reply.array(found.len());
    found.iter().for_each(|key| call.reply.bulk(key));
    remove_expired(call, &expired);
    Ok(())
}

const HSCAN: Command = Command {
    name: "HSCAN",
    syntax: "key cursor [MATCH pattern] [COUNT count] [NOVALUES]",
    arity: -3,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.8.0",
    complexity: "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor \
                 to return back to 0. N is the number of elements inside the collection.",
    summary: "Some of a hash's fields with their values, and the cursor for the next call.",
    example: "HSET user:1000 name Alice visits 10\nHSCAN user:1000 0",
    run: hscan,
};

fn hscan(call: &mut Call) -> Outcome {
    scan_elements::<Hash>(call, ScanTarget::Hash, |hash, index, collect_options, found| {
        let Some((field, value)) = hash.live_at(index, collect_options.now_ms) else { return };
        found.push(Cow::Borrowed(field));
        found.extend(collect_options.values.then_some(Cow::Borrowed(value)));
    })
}

const SSCAN: Command = Command {
    name: "SSCAN",
    syntax: "key cursor [MATCH pattern] [COUNT count]",
    arity: -3,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Set,
    since: "2.8.0",
    complexity: "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor \
                 to return back to 0. N is the number of elements inside the collection.",
    summary: "Some of a set's members, and the cursor for the next call.",
    example: "SADD tags red blue\nSSCAN tags 0",
    run: sscan,
};

fn sscan(call: &mut Call) -> Outcome {
    scan_elements::<Set>(call, ScanTarget::Members, |set, index, _, found| {
        found.extend(set.at(index).map(Cow::Borrowed))
    })
}

const ZSCAN: Command = Command {
    name: "ZSCAN",
    syntax: "key cursor [MATCH pattern] [COUNT count]",
    arity: -3,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "2.8.0",
    complexity: "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor \
                 to return back to 0. N is the number of elements inside the collection.",
    summary: "Some of a sorted set's members with their scores, and the cursor for the next call.",
    example: "ZADD scores 10 Alice 20 Bob\nZSCAN scores 0",
    run: zscan,
};

fn zscan(call: &mut Call) -> Outcome {
    scan_elements::<SortedSet>(call, ScanTarget::Members, |zset, index, _, found| {
        // The members of a small sorted set are returned in the order of their ranks, as in Redis's listpack.
        let small = zset.is_small();
        let element = if small { zset.members(index..index + 1, Direction::Ascending).next() } else { zset.at(index) };
        let Some((member, score)) = element else { return };
        let score = if small { number::format_double(score) } else { number::format_double_in_17_digits(score) };
        found.push(Cow::Borrowed(member));
        found.push(Cow::Owned(score.into_bytes()));
    })
}

/// A value whose elements can be scanned by position.
trait Scannable: DataType {
    fn count(&self) -> usize;

    /// Returns whether Redis stores the value in a single allocation, in which case the first call returns all
    /// elements.
    fn is_small(&self) -> bool;
}

macro_rules! scannable {
    ($type:ty) => {
        impl Scannable for $type {
            fn count(&self) -> usize {
                self.len()
            }

            fn is_small(&self) -> bool {
                !matches!(self.encoding(), "hashtable" | "skiplist")
            }
        }
    };
}
scannable!(Hash);
scannable!(Set);
scannable!(SortedSet);

/// Which parts of the elements to collect.
struct CollectOptions {
    /// Whether to collect the fields' values in addition to their names.
    values: bool,
    /// The current time in milliseconds since 1970. Elements that have expired by then are left out.
    now_ms: i64,
}

/// A function that appends the element at a position to a vector: its name, then its value or score if requested. It
/// appends nothing if the element has expired.
type Collect<T> = for<'v> fn(&'v T, usize, &CollectOptions, &mut Vec<Cow<'v, [u8]>>);

fn scan_elements<T: Scannable>(call: &mut Call, target: ScanTarget, collect: Collect<T>) -> Outcome {
    let cursor = parse_cursor(call, 2)?;
    // Redis looks up the key before it parses the options, so invalid options are accepted if the key does not exist.
    if call.keyspace.peek(call.argv[1]).is_some_and(|entry| T::from_value(&entry.value).is_none()) {
        return Err(error::WRONG_TYPE);
    }
    let Some(options) = call.keyspace.exists(call.argv[1]).then(|| Options::parse(call, 3, target)).transpose()? else {
        call.keyspace.read::<T>(call.argv[1])?;
        call.reply.array(2);
        call.reply.bulk(b"0");
        call.reply.array(0);
        return Ok(());
    };
    let collect_options = CollectOptions { values: options.values, now_ms: call.keyspace.now_ms() };
    let Some(value) = call.keyspace.read::<T>(call.argv[1])? else { return Ok(()) };
    let (mut found, mut element) = (Vec::new(), Vec::new());
    let (next, backwards) = match value.is_small() {
        true => (0, None),
        false => {
            let (positions, next) = next_positions(cursor, value.count(), options.count);
            (next, Some(positions))
        }
    };
    let mut visit = |position| {
        collect(value, position, &collect_options, &mut element);
        if element.first().is_some_and(|name| options.pattern.matches(name)) {
            found.append(&mut element);
        }
        element.clear();
    };
    match backwards {
        Some(positions) => positions.for_each(&mut visit),
        None => (0..value.count()).for_each(&mut visit),
    }
    call.reply.array(2);
    call.reply.bulk(next.to_string().as_bytes());
    call.reply.array(found.len());
    found.iter().for_each(|part| call.reply.bulk(part));
    Ok(())
}
