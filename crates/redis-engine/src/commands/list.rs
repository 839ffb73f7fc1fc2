//! List commands that push, read, modify and move elements.

use std::ops::Range;

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::List;
use crate::data::list::{End, NodeLimit, Side};
use crate::error::{self, Error};
use crate::notify::Class;
use crate::number;

pub const COMMANDS: &[&Command] = &[
    &LINDEX, &LINSERT, &LLEN, &LMOVE, &LPOS, &LPUSH, &LPUSHX, &LRANGE, &LREM, &LSET, &LTRIM, &RPOPLPUSH, &RPUSH,
    &RPUSHX,
];

const LPUSH: Command = Command {
    name: "LPUSH",
    syntax: "key element [element ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::List,
    since: "1.0.0",
    complexity: "O(1) for each element added, so O(N) to add N elements when the command is called with multiple \
                 arguments.",
    summary: "Pushes elements onto the left end of a list, one after the other; creates the list if it does not exist.",
    example: "LPUSH queue:tasks send_email make_thumbnail",
    run: |call| push(call, End::Left, IfMissing::Create),
};

const RPUSH: Command = Command {
    name: "RPUSH",
    syntax: "key element [element ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::List,
    since: "1.0.0",
    complexity: "O(1) for each element added, so O(N) to add N elements when the command is called with multiple \
                 arguments.",
    summary: "Pushes elements onto the right end of a list, one after the other; creates the list if it does not \
              exist.",
    example: "RPUSH queue:tasks send_email make_thumbnail",
    run: |call| push(call, End::Right, IfMissing::Create),
};

const LPUSHX: Command = Command {
    name: "LPUSHX",
    syntax: "key element [element ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::List,
    since: "2.2.0",
    complexity: "O(1) for each element added, so O(N) to add N elements when the command is called with multiple \
                 arguments.",
    summary: "Pushes elements onto the left end of a list, only if the list exists.",
    example: "RPUSH queue:tasks send_email\nLPUSHX queue:tasks make_thumbnail",
    run: |call| push(call, End::Left, IfMissing::Ignore),
};

const RPUSHX: Command = Command {
    name: "RPUSHX",
    syntax: "key element [element ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::List,
    since: "2.2.0",
    complexity: "O(1) for each element added, so O(N) to add N elements when the command is called with multiple \
                 arguments.",
    summary: "Pushes elements onto the right end of a list, only if the list exists.",
    example: "RPUSH queue:tasks send_email\nRPUSHX queue:tasks make_thumbnail",
    run: |call| push(call, End::Right, IfMissing::Ignore),
};

/// What a push command does if the list does not exist.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IfMissing {
    Create,
    Ignore,
}

/// Returns the limit on the size of list nodes, as configured by `list-max-listpack-size`.
pub(super) fn node_limit(call: &Call) -> NodeLimit {
    NodeLimit::new(call.keyspace.limits.list_max_listpack_size)
}

fn push(call: &mut Call, end: End, if_missing: IfMissing) -> Outcome {
    let limit = node_limit(call);
    let (key, elements) = (call.argv[1], &call.argv[2..]);
    let list = match if_missing {
        IfMissing::Create => Some(call.keyspace.edit_or_create::<List>(key)?),
        IfMissing::Ignore => call.keyspace.edit::<List>(key)?,
    };
    let Some(mut list) = list else {
        call.reply.count(0);
        return Ok(());
    };
    list.prepare_for(elements, limit);
    for &element in elements {
        list.push(end, element.into());
    }
    let length = list.len();
    list.commit_changes(push_event(end), elements.len());
    call.reply.count(length);
    Ok(())
}

fn push_event(end: End) -> &'static str {
    match end {
        End::Left => "lpush",
        End::Right => "rpush",
    }
}

pub(super) fn pop_event(end: End) -> &'static str {
    match end {
        End::Left => "lpop",
        End::Right => "rpop",
    }
}

/// Pops up to `count` elements from `end`, and calls `take` with each of them.
pub(super) fn pop_each(list: &mut List, end: End, count: usize, mut take: impl FnMut(&[u8])) {
    for _ in 0..count.min(list.len()) {
        if let Some(element) = list.pop(end) {
            take(&element);
        }
    }
}

/// Parses the argument at `index`, which must be LEFT or RIGHT.
pub(super) fn parse_end(call: &Call, index: usize) -> Result<End, Error> {
    match () {
        () if call.is_option(index, "LEFT") => Ok(End::Left),
        () if call.is_option(index, "RIGHT") => Ok(End::Right),
        () => Err(error::SYNTAX),
    }
}

const LLEN: Command = Command {
    name: "LLEN",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::List,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "The number of elements of a list.",
    example: "RPUSH queue:tasks send_email make_thumbnail\nLLEN queue:tasks",
    run: llen,
};

fn llen(call: &mut Call) -> Outcome {
    let length = call.keyspace.read::<List>(call.argv[1])?.map_or(0, List::len);
    call.reply.count(length);
    Ok(())
}

const LRANGE: Command = Command {
    name: "LRANGE",
    syntax: "key start stop",
    arity: 4,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::List,
    since: "1.0.0",
    complexity: "O(S+N) where S is the distance of start offset from HEAD for small lists, from nearest end (HEAD \
                 or TAIL) for large lists; and N is the number of elements in the specified range.",
    summary: "The elements of a list from one index to another; -1 is the last.",
    example: "RPUSH queue:tasks send_email make_thumbnail\nLRANGE queue:tasks 0 -1",
    run: lrange,
};

fn lrange(call: &mut Call) -> Outcome {
    let (start, stop) = (call.integer(2)?, call.integer(3)?);
    let Some(list) = call.keyspace.read::<List>(call.argv[1])? else {
        call.reply.array(0);
        return Ok(());
    };
    let range = resolve_range(start, stop, list.len());
    call.reply.array(range.len());
    for element in list.range(range) {
        call.reply.bulk(element);
    }
    Ok(())
}

/// Converts an inclusive range of indices to a half-open range of positions. Negative indices count from the end.
fn resolve_range(start: i64, stop: i64, length: usize) -> Range<usize> {
    let from_front = |index: i64| match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => length.checked_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let start = from_front(start).unwrap_or(0);
    let end = from_front(stop).map_or(0, |stop| stop.saturating_add(1).min(length));
    if start < end { start..end } else { 0..0 }
}

/// Converts an index to a position. A negative index counts from the end. Returns `None` if the index is out of range.
fn resolve_index(index: i64, length: usize) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => Some(index).filter(|&index| index < length),
        Err(_) => length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

const LINDEX: Command = Command {
    name: "LINDEX",
    syntax: "key index",
    arity: 3,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::List,
    since: "1.0.0",
    complexity: "O(N) where N is the number of elements to traverse to get to the element at index. This makes \
                 asking for the first or the last element of the list O(1).",
    summary: "The element at an index of a list; 0 is the first, -1 the last.",
    example: "RPUSH queue:tasks send_email make_thumbnail\nLINDEX queue:tasks -1",
    run: lindex,
};

fn lindex(call: &mut Call) -> Outcome {
    // Redis checks the type before it parses the index, so WRONGTYPE takes precedence.
    let Some(list) = call.keyspace.read::<List>(call.argv[1])? else {
        call.reply.null();
        return Ok(());
    };
    let index = number::parse_integer(call.argv[2]).ok_or(error::NOT_AN_INTEGER)?;
    call.reply.bulk_or_null(resolve_index(index, list.len()).and_then(|index| list.get(index)));
    Ok(())
}

const LSET: Command = Command {
    name: "LSET",
    syntax: "key index element",
    arity: 4,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::FIRST,
    group: Group::List,
    since: "1.0.0",
    complexity: "O(N) where N is the length of the list. Setting either the first or the last element of the list \
                 is O(1).",
    summary: "Replaces the element at an index of a list.",
    example: "RPUSH queue:tasks send_email make_thumbnail\nLSET queue:tasks 0 send_letter",
    run: lset,
};

fn lset(call: &mut Call) -> Outcome {
    let limit = node_limit(call);
    let mut list = call.keyspace.edit::<List>(call.argv[1])?.ok_or(error::NO_SUCH_KEY)?;
    let index = number::parse_integer(call.argv[2]).ok_or(error::NOT_AN_INTEGER)?;
    // As in Redis, the list may become a quicklist even if the index is out of range.
    list.prepare_for(&call.argv[3..4], limit);
    // Redis truncates the index to 32 bits here, so an index far out of range may address an element.
    let index = i64::from(index as i32);
    let index = resolve_index(index, list.len()).ok_or(error::INDEX_OUT_OF_RANGE)?;
    list.replace(index, call.argv[3].into());
    list.shrink(limit);
    list.commit("lset");
    call.reply.ok();
    Ok(())
}

const LINSERT: Command = Command {
    name: "LINSERT",
    syntax: "key <BEFORE | AFTER> pivot element",
    arity: 5,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::FIRST,
    group: Group::List,
    since: "2.2.0",
    complexity: "O(N) where N is the number of elements to traverse before seeing the value pivot. This means that \
                 inserting somewhere on the left end on the list (head) can be considered O(1) and inserting \
                 somewhere on the right end (tail) is O(N).",
    summary: "Inserts an element before or after the first one that equals the pivot.",
    example: "RPUSH queue:tasks send_email make_thumbnail\nLINSERT queue:tasks BEFORE make_thumbnail resize_image",
    run: linsert,
};

fn linsert(call: &mut Call) -> Outcome {
    let side = match () {
        () if call.is_option(2, "BEFORE") => Side::Before,
        () if call.is_option(2, "AFTER") => Side::After,
        () => return Err(error::SYNTAX),
    };
    let limit = node_limit(call);
    let Some(mut list) = call.keyspace.edit::<List>(call.argv[1])? else {
        call.reply.count(0);
        return Ok(());
    };
    // As in Redis, the list may become a quicklist even if the pivot is not found.
    list.prepare_for(&call.argv[4..5], limit);
    let Some(index) = list.iter().position(|element| element == call.argv[3]) else {
        call.reply.integer(-1);
        return Ok(());
    };
    list.insert(index, side, call.argv[4].into());
    let length = list.len();
    list.commit("linsert");
    call.reply.count(length);
    Ok(())
}

const LREM: Command = Command {
    name: "LREM",
    syntax: "key count element",
    arity: 4,
    flags: &[Flag::Write],
    keys: Keys::FIRST,
    group: Group::List,
    since: "1.0.0",
    complexity: "O(N+M) where N is the length of the list and M is the number of elements removed.",
    summary: "Removes elements equal to a value: up to count from the left, from the right if count is negative, \
              all if it is 0.",
    example: "RPUSH queue:tasks send_email make_thumbnail send_email\nLREM queue:tasks 1 send_email",
    run: lrem,
};

fn lrem(call: &mut Call) -> Outcome {
    let count = call.negatable_integer(2)?;
    let limit = node_limit(call);
    let Some(mut list) = call.keyspace.edit::<List>(call.argv[1])? else {
        call.reply.count(0);
        return Ok(());
    };
    let max_removed = if count == 0 { usize::MAX } else { usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX) };
    let equal = list.iter().enumerate().filter(|(_, element)| *element == call.argv[3]).map(|(index, _)| index);
    let mut indices: Vec<usize> = equal.collect();
    if count < 0 {
        indices.drain(..indices.len().saturating_sub(max_removed));
    } else {
        indices.truncate(max_removed);
    }
    call.reply.count(indices.len());
    if !indices.is_empty() {
        list.remove_all(&indices);
        list.shrink(limit);
        list.commit_changes("lrem", indices.len());
    }
    Ok(())
}

const LTRIM: Command = Command {
    name: "LTRIM",
    syntax: "key start stop",
    arity: 4,
    flags: &[Flag::Write],
    keys: Keys::FIRST,
    group: Group::List,
    since: "1.0.0",
    complexity: "O(N) where N is the number of elements to be removed by the operation.",
    summary: "Keeps only the elements from one index to another; -1 is the last.",
    example: "RPUSH log:errors disk_full timeout overheated\nLTRIM log:errors -2 -1",
    run: ltrim,
};

fn ltrim(call: &mut Call) -> Outcome {
    let (start, stop) = (call.integer(2)?, call.integer(3)?);
    let limit = node_limit(call);
    if let Some(mut list) = call.keyspace.edit::<List>(call.argv[1])? {
        let length = list.len();
        let kept = resolve_range(start, stop, length);
        pop_each(&mut list, End::Left, kept.start, |_| {});
        pop_each(&mut list, End::Right, length - kept.end, |_| {});
        list.shrink(limit);
        list.commit_changes("ltrim", length - kept.len());
    }
    call.reply.ok();
    Ok(())
}

const LPOS: Command = Command {
    name: "LPOS",
    syntax: "key element [RANK rank] [COUNT num-matches] [MAXLEN len]",
    arity: -3,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::List,
    since: "6.0.6",
    complexity: "O(N) where N is the number of elements in the list, for the average case. When searching for \
                 elements near the head or the tail of the list, or when the MAXLEN option is provided, the command \
                 may run in constant time.",
    summary: "The index of an element equal to a value, or of several.",
    example: "RPUSH queue:tasks send_email make_thumbnail send_email\nLPOS queue:tasks send_email COUNT 0",
    run: lpos,
};

/// The options of LPOS.
struct Search {
    /// Which match to return first: 1 for the first match, 2 for the second. If negative, the search goes from right to
    /// left.
    rank: i64,
    /// Maximum number of matches to return, or 0 for all. With `None`, LPOS returns only the first match, and not in an
    /// array.
    count: Option<usize>,
    /// Maximum number of elements that LPOS compares.
    length: usize,
}

fn parse_search(call: &Call) -> Result<Search, Error> {
    let mut search = Search { rank: 1, count: None, length: usize::MAX };
    let natural = |index: usize, error: Error| {
        number::parse_integer(call.argv[index]).and_then(|n| usize::try_from(n).ok()).ok_or(error)
    };
    let mut index = 3;
    while index < call.argv.len() {
        if index + 1 == call.argv.len() {
            return Err(error::SYNTAX);
        }
        if call.is_option(index, "RANK") {
            search.rank = call.negatable_integer(index + 1)?;
            if search.rank == 0 {
                return Err(error::RANK_ZERO);
            }
        } else if call.is_option(index, "COUNT") {
            search.count = Some(natural(index + 1, error::COUNT_NEGATIVE)?);
        } else if call.is_option(index, "MAXLEN") {
            search.length = match natural(index + 1, error::MAXLEN_NEGATIVE)? {
                0 => usize::MAX,
                length => length,
            };
        } else {
            return Err(error::SYNTAX);
        }
        index += 2;
    }
    Ok(search)
}

fn lpos(call: &mut Call) -> Outcome {
    let search = parse_search(call)?;
    let element = call.argv[2];
    let found = match call.keyspace.read::<List>(call.argv[1])? {
        Some(list) if search.rank > 0 => find_matches(list.iter().enumerate(), element, &search),
        Some(list) => find_matches(list.iter().enumerate().rev(), element, &search),
        None => Vec::new(),
    };
    if search.count.is_some() {
        call.reply.array(found.len());
        found.into_iter().for_each(|index| call.reply.count(index));
    } else {
        match found.first() {
            Some(&index) => call.reply.count(index),
            None => call.reply.null(),
        }
    }
    Ok(())
}

fn find_matches<'a>(elements: impl Iterator<Item = (usize, &'a [u8])>, element: &[u8], search: &Search) -> Vec<usize> {
    let skipped = usize::try_from(search.rank.unsigned_abs() - 1).unwrap_or(usize::MAX);
    let max_matches = match search.count {
        Some(0) => usize::MAX,
        Some(count) => count,
        None => 1,
    };
    let equal = elements.take(search.length).filter(|(_, candidate)| *candidate == element);
    equal.map(|(index, _)| index).skip(skipped).take(max_matches).collect()
}

const LMOVE: Command = Command {
    name: "LMOVE",
    syntax: "source destination <LEFT | RIGHT> <LEFT | RIGHT>",
    arity: 5,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::range(1, 2, 1),
    group: Group::List,
    since: "6.2.0",
    complexity: "O(1)",
    summary: "Moves an element from an end of one list to an end of another, and returns it.",
    example: "RPUSH queue:tasks send_email make_thumbnail\nLMOVE queue:tasks queue:doing LEFT RIGHT",
    run: lmove,
};

fn lmove(call: &mut Call) -> Outcome {
    let (from, to) = (parse_end(call, 3)?, parse_end(call, 4)?);
    if !move_element(call, from, to)? {
        call.reply.null();
    }
    Ok(())
}

const RPOPLPUSH: Command = Command {
    name: "RPOPLPUSH",
    syntax: "source destination",
    arity: 3,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::range(1, 2, 1),
    group: Group::List,
    since: "1.2.0",
    complexity: "O(1)",
    summary: "Moves the rightmost element of a list to the left end of another, and returns it.",
    example: "RPUSH queue:tasks send_email make_thumbnail\nRPOPLPUSH queue:tasks queue:doing",
    run: rpoplpush,
};

fn rpoplpush(call: &mut Call) -> Outcome {
    if !move_element(call, End::Right, End::Left)? {
        call.reply.null();
    }
    Ok(())
}

/// Moves an element from the list at the first key to the list at the second key, and replies with the element. Returns
/// false without a reply if the first list does not exist.
pub(super) fn move_element(call: &mut Call, from: End, to: End) -> Result<bool, Error> {
    let limit = node_limit(call);
    let (source, destination) = (call.argv[1], call.argv[2]);
    if source == destination {
        let Some(mut list) = call.keyspace.edit::<List>(source)? else { return Ok(false) };
        let Some(element) = list.pop(from) else { return Ok(false) };
        call.reply.bulk(&element);
        list.prepare_for_moved(&element, limit);
        list.push(to, element);
        list.shrink(limit);
        // As in Redis, the push event comes before the pop event.
        list.commit(push_event(to));
        call.keyspace.notify(Class::List, pop_event(from), source);
        return Ok(true);
    }
    let Some(list) = call.keyspace.edit::<List>(source)? else { return Ok(false) };
    let next = match from {
        End::Left => list.iter().next(),
        End::Right => list.iter().next_back(),
    };
    let Some(element) = next.map(Box::<[u8]>::from) else { return Ok(false) };
    drop(list);
    call.reply.bulk(&element);
    let mut list = call.keyspace.edit_or_create::<List>(destination)?;
    list.prepare_for_moved(&element, limit);
    list.push(to, element);
    list.commit(push_event(to));
    if let Some(mut list) = call.keyspace.edit::<List>(source)? {
        list.pop(from);
        list.shrink(limit);
        // The push and the pop count as a single change, which has already been counted with the push.
        list.commit_changes(pop_event(from), 0);
    }
    Ok(true)
}
