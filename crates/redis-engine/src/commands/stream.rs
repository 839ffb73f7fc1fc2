//! Stream commands that add entries, read ranges of them and set a stream's last ID.

use super::stream_trim::{AddOrTrim, Target};
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::Stream;
use crate::data::stream::{AddError, Entry, NewId, NodeLimits, StreamId};
use crate::error::{self, Error};
use crate::limits::Limits;
use crate::reply::Reply;

pub const COMMANDS: &[&Command] = &[&XADD, &XLEN, &XRANGE, &XREVRANGE, &XSETID];

/// Writes an ID as a bulk string.
pub(super) fn write_id(reply: &mut Reply, id: StreamId) {
    let (mut ms, mut seq) = (itoa::Buffer::new(), itoa::Buffer::new());
    let (ms, seq) = (ms.format(id.ms).as_bytes(), seq.format(id.seq).as_bytes());
    // Each of the two numbers has at most 20 digits.
    let mut text = [b'-'; 41];
    text[..ms.len()].copy_from_slice(ms);
    text[ms.len() + 1..=ms.len() + seq.len()].copy_from_slice(seq);
    reply.bulk(&text[..=ms.len() + seq.len()]);
}

/// Writes an entry: an array of its ID and of an array of its fields and values.
pub(super) fn write_entry(reply: &mut Reply, entry: &Entry) {
    reply.array(2);
    write_id(reply, entry.id);
    reply.array(2 * entry.len());
    entry.for_each(|field, value| {
        field.with_bytes(|bytes| reply.bulk(bytes));
        value.with_bytes(|bytes| reply.bulk(bytes));
    });
}

/// Writes an array of entries.
pub(super) fn write_entries<'a>(reply: &mut Reply, entries: impl Iterator<Item = Entry<'a>>) {
    reply.array_of(|reply| entries.inspect(|entry| write_entry(reply, entry)).count());
}

const XADD: Command = Command {
    name: "XADD",
    syntax: "key [NOMKSTREAM] [KEEPREF | DELREF | ACKED] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id> \
             field value [field value ...]",
    arity: -5,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1) when adding a new entry, O(N) when trimming where N being the number of entries evicted.",
    summary: "Appends an entry of fields and values to a stream; returns its ID.",
    example: "XADD orders * item tea amount 2",
    run: xadd,
};

fn xadd(call: &mut Call) -> Outcome {
    let arguments = AddOrTrim::parse(call, Target::Add)?;
    let pairs = &call.argv[arguments.options_end..];
    if pairs.len() < 2 || pairs.len() % 2 == 1 {
        return Err(call.wrong_arity());
    }
    if arguments.id == NewId::Given(StreamId::MIN) {
        return Err(Error::from_static("ERR The ID specified in XADD must be greater than 0-0"));
    }
    let key = call.argv[1];
    if arguments.only_existing && call.keyspace.edit::<Stream>(key)?.is_none() {
        call.reply.null();
        return Ok(());
    }
    let (now_ms, limits) = (call.keyspace.now_ms(), node_limits(&call.keyspace.limits));
    let mut stream = call.keyspace.edit_or_create::<Stream>(key)?;
    if stream.last_id() == StreamId::MAX {
        return Err(Error::from_static("ERR The stream has exhausted the last possible ID, unable to add more items"));
    }
    let added = stream.id_for(arguments.id, now_ms).and_then(|id| stream.add(id, pairs, limits).map(|()| id));
    let id = added.map_err(|error| match error {
        AddError::IdTooSmall => {
            Error::from_static("ERR The ID specified in XADD is equal or smaller than the target stream top item")
        }
        AddError::TooLarge => Error::from_static("ERR Elements are too large to be stored"),
    })?;
    let is_trimmed = arguments.trim.is_some_and(|trim| stream.trim(&trim) > 0);
    stream.commit_entry(if is_trimmed { &["xadd", "xtrim"] } else { &["xadd"] });
    write_id(call.reply, id);
    Ok(())
}

fn node_limits(limits: &Limits) -> NodeLimits {
    NodeLimits { bytes: limits.stream_node_max_bytes, entries: limits.stream_node_max_entries }
}

const XLEN: Command = Command {
    name: "XLEN",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "The number of entries in a stream.",
    example: "XADD orders 1-1 item tea amount 2\nXLEN orders",
    run: xlen,
};

fn xlen(call: &mut Call) -> Outcome {
    let length = call.keyspace.read::<Stream>(call.argv[1])?.map_or(0, Stream::len);
    call.reply.count(length);
    Ok(())
}

const XRANGE: Command = Command {
    name: "XRANGE",
    syntax: "key start end [COUNT count]",
    arity: -4,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(N) with N being the number of elements being returned. If N is constant (e.g. always asking for the \
                 first 10 elements with COUNT), you can consider it O(1).",
    summary: "The entries between two IDs; - and + stand for the first and the last.",
    example: "XADD orders 1-1 item tea amount 2\nXADD orders 2-1 item milk amount 1\nXRANGE orders - + COUNT 10",
    run: |call| range(call, Direction::Forwards),
};

const XREVRANGE: Command = Command {
    name: "XREVRANGE",
    syntax: "key end start [COUNT count]",
    arity: -4,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(N) with N being the number of elements returned. If N is constant (e.g. always asking for the first \
                 10 elements with COUNT), you can consider it O(1).",
    summary: "The entries between two IDs, newest first.",
    example: "XADD orders 1-1 item tea amount 2\nXADD orders 2-1 item milk amount 1\nXREVRANGE orders + - COUNT 1",
    run: |call| range(call, Direction::Backwards),
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forwards,
    Backwards,
}

/// Parses the start of an interval. `(` excludes the ID itself.
///
/// # Errors
/// Returns an error if the ID is invalid, or if it is excluded and is the greatest one.
pub(super) fn parse_start(word: &[u8]) -> Result<StreamId, Error> {
    match word {
        [b'(', id @ ..] if !id.is_empty() => {
            StreamId::parse(id, 0)?.next().ok_or(Error::from_static("ERR invalid start ID for the interval"))
        }
        _ => StreamId::parse_or_extreme(word, 0),
    }
}

/// Parses the end of an interval. `(` excludes the ID itself.
///
/// # Errors
/// Returns an error if the ID is invalid, or if it is excluded and is the smallest one.
pub(super) fn parse_end(word: &[u8]) -> Result<StreamId, Error> {
    match word {
        [b'(', id @ ..] if !id.is_empty() => {
            StreamId::parse(id, u64::MAX)?.previous().ok_or(Error::from_static("ERR invalid end ID for the interval"))
        }
        _ => StreamId::parse_or_extreme(word, u64::MAX),
    }
}

fn range(call: &mut Call, direction: Direction) -> Outcome {
    let (start_at, end_at) = if direction == Direction::Forwards { (2, 3) } else { (3, 2) };
    let start = parse_start(call.argv[start_at])?;
    let end = parse_end(call.argv[end_at])?;
    let mut count = None;
    let mut at = 4;
    while at < call.argv.len() {
        if !call.is_option(at, "COUNT") || at + 1 == call.argv.len() {
            return Err(error::SYNTAX);
        }
        count = Some(usize::try_from(call.integer(at + 1)?).unwrap_or_default());
        at += 2;
    }
    let Some(stream) = call.keyspace.read::<Stream>(call.argv[1])? else {
        call.reply.array(0);
        return Ok(());
    };
    let count = count.unwrap_or(usize::MAX);
    match direction {
        _ if count == 0 => call.reply.null_array(),
        Direction::Forwards => write_entries(call.reply, stream.range(start..=end).take(count)),
        Direction::Backwards => write_entries(call.reply, stream.range_backwards(start..=end).take(count)),
    }
    Ok(())
}

const XSETID: Command = Command {
    name: "XSETID",
    syntax: "key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1)",
    summary: "Sets the last ID of a stream, so that later entries get greater ones.",
    example: "XADD orders 1-1 item tea amount 2\nXSETID orders 100-0",
    run: xsetid,
};

fn xsetid(call: &mut Call) -> Outcome {
    let id = StreamId::parse(call.argv[2], 0)?;
    let (mut entries_added, mut max_deleted_id) = (None, None);
    let mut at = 3;
    while at < call.argv.len() {
        let has_value = at + 1 < call.argv.len();
        if has_value && call.is_option(at, "ENTRIESADDED") {
            let added = u64::try_from(call.integer(at + 1)?);
            entries_added = Some(added.map_err(|_| Error::from_static("ERR entries_added must be positive"))?);
        } else if has_value && call.is_option(at, "MAXDELETEDID") {
            let deleted = StreamId::parse(call.argv[at + 1], 0)?;
            if id < deleted {
                return Err(Error::from_static(
                    "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id",
                ));
            }
            max_deleted_id = Some(deleted).filter(|&id| id != StreamId::MIN);
        } else {
            return Err(error::SYNTAX);
        }
        at += 2;
    }
    let Some(mut stream) = call.keyspace.edit::<Stream>(call.argv[1])? else { return Err(error::NO_SUCH_KEY) };
    if id < stream.max_deleted_id() {
        return Err(Error::from_static("ERR The ID specified in XSETID is smaller than current max_deleted_entry_id"));
    }
    if stream.last_entry_id().is_some_and(|last| id < last) {
        return Err(Error::from_static("ERR The ID specified in XSETID is smaller than the target stream top item"));
    }
    if entries_added.is_some_and(|added| added < stream.len() as u64) {
        return Err(Error::from_static(
            "ERR The entries_added specified in XSETID is smaller than the target stream length",
        ));
    }
    stream.set_id(id, entries_added, max_deleted_id);
    stream.commit_group(&["xsetid"], 1);
    call.reply.ok();
    Ok(())
}
