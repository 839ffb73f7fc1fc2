//! XREAD and XREADGROUP, which read from several streams and may block.

use super::stream::{write_entries, write_entry, write_id};
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::Stream;
use crate::data::stream::StreamId;
use crate::error::{self, Error, until_nul};
use crate::number;
use crate::reply::{Protocol, Reply};

pub const COMMANDS: &[&Command] = &[&XREAD, &XREADGROUP];

const XREAD: Command = Command {
    name: "XREAD",
    syntax: "[COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]",
    arity: -4,
    flags: &[Flag::Readonly, Flag::Blocking, Flag::Movablekeys],
    keys: Keys::STREAMS,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "",
    summary: "The entries of streams after the given IDs; BLOCK waits for one, and $ stands for the last ID so far.",
    example: "XADD orders 1-1 item tea amount 2\nXREAD COUNT 10 STREAMS orders 0",
    run: xread,
};

const XREADGROUP: Command = Command {
    name: "XREADGROUP",
    syntax: "GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key ...] id [id ...]",
    arity: -7,
    flags: &[Flag::Write, Flag::Blocking, Flag::Movablekeys],
    keys: Keys::STREAMS,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "For each stream mentioned: O(M) with M being the number of elements returned. If M is constant (e.g. \
                 always asking for the first 10 elements with COUNT), you can consider it O(1). On the other side when \
                 XREADGROUP blocks, XADD will pay the O(N) time in order to serve the N clients blocked on the stream \
                 getting new data.",
    summary: "Entries for a consumer of a group: with >, those that no consumer has got yet; with an ID, the \
              consumer's own unacknowledged ones.",
    example: "XADD orders 1-1 item tea amount 2\nXGROUP CREATE orders kitchen 0\n\
              XREADGROUP GROUP kitchen cook COUNT 1 STREAMS orders >",
    run: xreadgroup,
};

/// The parsed arguments.
struct Request<'a> {
    count: usize,
    /// The time at which the timeout expires, in milliseconds since 1970, or `None` for no timeout. The outer `None`
    /// means that the command does not block.
    deadline: Option<Option<i64>>,
    /// The names of the group and the consumer.
    group: Option<(&'a [u8], &'a [u8])>,
    is_acknowledged: bool,
    /// The index of the first key.
    keys_at: usize,
    keys: &'a [&'a [u8]],
    ids: &'a [&'a [u8]],
}

impl<'a> Request<'a> {
    fn parse(call: &Call<'a>) -> Result<Self, Error> {
        let argv = call.argv;
        let is_group_command = call.command.name == "XREADGROUP";
        let mut request = Request {
            count: usize::MAX,
            deadline: None,
            group: None,
            is_acknowledged: false,
            keys_at: 0,
            keys: &[],
            ids: &[],
        };
        let only_in_group = |option: &str| {
            Error::new(format!("ERR The {option} option is only supported by XREADGROUP. You called XREAD instead."))
        };
        let mut at = 1;
        while at < argv.len() {
            let following = argv.len() - at - 1;
            if following > 0 && call.is_option(at, "BLOCK") {
                request.deadline = Some(parse_timeout(call, at + 1)?);
                at += 2;
            } else if following > 0 && call.is_option(at, "COUNT") {
                let count = usize::try_from(call.integer(at + 1)?).unwrap_or_default();
                request.count = if count == 0 { usize::MAX } else { count };
                at += 2;
            } else if following > 0 && call.is_option(at, "STREAMS") {
                let words = &argv[at + 1..];
                if !words.len().is_multiple_of(2) {
                    return Err(unbalanced(is_group_command));
                }
                request.keys_at = at + 1;
                (request.keys, request.ids) = words.split_at(words.len() / 2);
                break;
            } else if following >= 2 && call.is_option(at, "GROUP") {
                if !is_group_command {
                    return Err(only_in_group("GROUP"));
                }
                request.group = Some((argv[at + 1], argv[at + 2]));
                at += 3;
            } else if call.is_option(at, "NOACK") {
                if !is_group_command {
                    return Err(only_in_group("NOACK"));
                }
                request.is_acknowledged = true;
                at += 1;
            } else {
                return Err(error::SYNTAX);
            }
        }
        if request.keys.is_empty() {
            return Err(error::SYNTAX);
        }
        if is_group_command && request.group.is_none() {
            return Err(Error::from_static("ERR Missing GROUP option for XREADGROUP"));
        }
        Ok(request)
    }
}

/// Parses the milliseconds of BLOCK. Returns the time at which the timeout expires, in milliseconds since 1970, or
/// `None` if the command waits forever.
fn parse_timeout(call: &Call, at: usize) -> Result<Option<i64>, Error> {
    let not_an_integer = Error::from_static("ERR timeout is not an integer or out of range");
    match number::parse_integer(call.argv[at]).ok_or(not_an_integer)? {
        ..0 => Err(error::TIMEOUT_NEGATIVE),
        0 => Ok(None),
        ms => call.keyspace.now_ms().checked_add(ms).map(Some).ok_or(error::TIMEOUT_OUT_OF_RANGE),
    }
}

fn unbalanced(is_group_command: bool) -> Error {
    let (command, symbol) = if is_group_command { ("xreadgroup", "ID or '>'") } else { ("xread", "ID, '+', or '$'") };
    Error::new(format!(
        "ERR Unbalanced '{command}' list of streams: for each stream key an {symbol} must be specified."
    ))
}

/// Returns the error for an ID that only XREAD accepts.
fn meaningless_in_group(id: char) -> Error {
    Error::new(format!(
        "ERR The {id} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by \
         specifying a proper ID, or use the > ID to get new messages. The {id} ID would just return an empty result \
         set."
    ))
}

/// Writes one stream of the reply: its key, and what `write` writes. In RESP3, the reply is a map from keys to entries.
fn write_stream(reply: &mut Reply, key: &[u8], write: impl FnOnce(&mut Reply)) {
    if reply.protocol == Protocol::Resp2 {
        reply.array(2);
    }
    reply.bulk(key);
    write(reply);
}

/// Writes the reply for all streams: `write` writes those that have something to read, and returns their number.
/// Returns whether there was any.
fn write_streams(call: &mut Call, write: impl FnOnce(&mut Call) -> usize) -> bool {
    let start = call.reply.len();
    let served = write(call);
    if served == 0 {
        return false;
    }
    call.reply.insert_header(start, |reply| match reply.protocol {
        Protocol::Resp2 => reply.array(served),
        Protocol::Resp3 => reply.map(served),
    });
    true
}

fn xread(call: &mut Call) -> Outcome {
    let request = Request::parse(call)?;
    let mut starts = Vec::with_capacity(request.keys.len());
    for (key, id) in request.keys.iter().zip(request.ids) {
        let stream = call.keyspace.read::<Stream>(key)?;
        starts.push(match *id {
            b"$" => stream.map_or(StreamId::MIN, Stream::last_id),
            // The last entry is the only one after the ID before it.
            b"+" => stream
                .and_then(|stream| stream.last_entry_id().unwrap_or(stream.last_id()).previous())
                .unwrap_or(StreamId::MIN),
            b">" => {
                return Err(Error::from_static(
                    "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> \
                     option.",
                ));
            }
            id => StreamId::parse(id, 0)?,
        });
    }
    let is_served = write_streams(call, |call| {
        let mut served = 0;
        for (key, after) in request.keys.iter().zip(&starts) {
            let Ok(Some(stream)) = call.keyspace.read::<Stream>(key) else { continue };
            if let Some(start) = after.next()
                && stream.last_entry_id().is_some_and(|last| last > *after)
            {
                write_stream(call.reply, key, |reply| {
                    write_entries(reply, stream.range(start..=StreamId::MAX).take(request.count));
                });
                served += 1;
            }
        }
        served
    });
    if is_served { Ok(()) } else { block_or_reply_null(call, &request, &starts) }
}

/// Blocks the client if the command has the option BLOCK, and replies with null otherwise. `$` in the command is
/// replaced with the last ID so far, so that the command finds later entries when it runs again.
fn block_or_reply_null(call: &mut Call, request: &Request, starts: &[StreamId]) -> Outcome {
    let Some(deadline) = request.deadline else {
        call.reply.null_array();
        return Ok(());
    };
    let resolved: Vec<String> = starts.iter().map(StreamId::to_string).collect();
    let ids_at = request.keys_at + request.keys.len();
    let argv: Vec<&[u8]> = call
        .argv
        .iter()
        .enumerate()
        .map(|(at, word)| match at.checked_sub(ids_at).and_then(|index| resolved.get(index)) {
            Some(id) if *word == b"$" => id.as_bytes(),
            _ => word,
        })
        .collect();
    call.block_with(request.keys, deadline, &argv)
}

/// What a consumer reads from a stream.
#[derive(Clone, Copy)]
enum Position {
    /// `>`: entries that the group has not read yet.
    New,
    /// An ID: the consumer's pending entries after this one.
    PendingAfter(StreamId),
}

fn xreadgroup(call: &mut Call) -> Outcome {
    let request = Request::parse(call)?;
    let Some((group, consumer)) = request.group else { return Err(error::SYNTAX) };
    let mut positions = Vec::with_capacity(request.keys.len());
    for (key, id) in request.keys.iter().zip(request.ids) {
        let stream = call.keyspace.read::<Stream>(key)?;
        if !stream.is_some_and(|stream| stream.groups().contains_key(group)) {
            return Err(no_group(key, group, " in XREADGROUP with GROUP option"));
        }
        positions.push(match *id {
            b"$" => return Err(meaningless_in_group('$')),
            b"+" => return Err(meaningless_in_group('+')),
            b">" => Position::New,
            id => match StreamId::parse(id, 0)? {
                // As in Redis, which represents `>` as the greatest ID.
                StreamId::MAX => Position::New,
                id => Position::PendingAfter(id),
            },
        });
    }
    let is_served = write_streams(call, |call| {
        let streams = request.keys.iter().zip(&positions);
        streams.filter(|(key, position)| read_for_consumer(call, &request, key, (group, consumer), **position)).count()
    });
    if is_served { Ok(()) } else { block_or_reply_null(call, &request, &[]) }
}

/// Reads from a stream for a consumer, and writes the stream's part of the reply. Returns whether there is one: pending
/// entries are always reported, even if there are none.
fn read_for_consumer(
    call: &mut Call,
    request: &Request,
    key: &[u8],
    (group_name, consumer_name): (&[u8], &[u8]),
    position: Position,
) -> bool {
    let now_ms = call.keyspace.now_ms();
    // Like Redis, looks the key up a second time, which counts as a hit.
    drop(call.keyspace.read::<Stream>(key));
    let Ok(Some(mut stream)) = call.keyspace.edit::<Stream>(key) else { return false };
    let Some(group) = stream.group_mut(group_name) else { return false };
    let (consumer, is_new_consumer) = group.see_consumer(consumer_name, now_ms);
    let last_id = group.last_id;
    let (mut changes, mut delivered) = (usize::from(is_new_consumer), 0);
    let is_served = match position {
        Position::New => {
            let is_served = stream.last_entry_id().is_some_and(|last| last > last_id);
            if let Some(start) = last_id.next().filter(|_| is_served) {
                let mut ids = Vec::new();
                write_stream(call.reply, key, |reply| {
                    let entries = stream.range(start..=StreamId::MAX).take(request.count);
                    write_entries(reply, entries.inspect(|entry| ids.push(entry.id)));
                });
                stream.deliver(group_name, &consumer, &ids, request.is_acknowledged, now_ms);
                delivered = ids.len();
                changes += 1;
            }
            is_served
        }
        Position::PendingAfter(id) => {
            let pending: Vec<StreamId> = match (id.next(), stream.groups()[group_name].consumers().get(&consumer)) {
                (Some(start), Some(consumer)) => {
                    consumer.pending().range(start..).take(request.count).copied().collect()
                }
                _ => Vec::new(),
            };
            write_stream(call.reply, key, |reply| {
                reply.array(pending.len());
                for id in pending {
                    if let Some(entry) = stream.get(id) {
                        write_entry(reply, &entry);
                    } else {
                        // The entry was deleted from the stream, but not acknowledged.
                        reply.array(2);
                        write_id(reply, id);
                        reply.null_array();
                        continue;
                    }
                    if let Some(group) = stream.group_mut(group_name) {
                        group.redeliver(id, now_ms);
                    }
                }
            });
            true
        }
    };
    stream.commit_group(if is_new_consumer { &["xgroup-createconsumer"] } else { &[] }, changes);
    call.keyspace.memory_cap.count_pending(delivered);
    is_served
}

/// Returns the error for a key that does not exist or has no group of the given name.
pub(super) fn no_group(key: &[u8], group: &[u8], context: &str) -> Error {
    let (key, group) = (until_nul(key), until_nul(group));
    Error::new([b"NOGROUP No such key '", key, b"' or consumer group '", group, b"'", context.as_bytes()].concat())
}
