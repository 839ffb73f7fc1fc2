//! Commands on pending entries: XPENDING lists them, XCLAIM and XAUTOCLAIM give them to another consumer.

use std::sync::Arc;

use super::stream::{parse_end, parse_start, write_entry, write_id};
use super::stream_read::no_group;
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::Stream;
use crate::data::stream::{self, Pending, StreamId};
use crate::error::{self, Error, until_nul};
use crate::number;
use crate::reply::Reply;

pub const COMMANDS: &[&Command] = &[&XAUTOCLAIM, &XCLAIM, &XPENDING];

const XPENDING: Command = Command {
    name: "XPENDING",
    syntax: "key group [[IDLE min-idle-time] start end count [consumer]]",
    arity: -3,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(N) with N being the number of elements returned, so asking for a small fixed number of entries per \
                 call is O(1). O(M), where M is the total number of entries scanned when used with the IDLE filter. \
                 When the command returns just the summary and the list of consumers is small, it runs in O(1) time; \
                 otherwise, an additional O(N) time for iterating every consumer.",
    summary: "The entries that a group has delivered and that were not acknowledged: a summary, or a list.",
    example: "XADD orders 1-1 item tea amount 2\nXGROUP CREATE orders kitchen 0\n\
              XREADGROUP GROUP kitchen cook STREAMS orders >\nXPENDING orders kitchen",
    run: xpending,
};

/// The arguments of the form of XPENDING that lists entries.
struct Listing<'a> {
    min_idle_ms: i64,
    start: StreamId,
    end: StreamId,
    count: usize,
    consumer: Option<&'a [u8]>,
}

impl<'a> Listing<'a> {
    /// Parses the arguments after the group. Returns `None` if there are none.
    fn parse(call: &Call<'a>) -> Result<Option<Self>, Error> {
        let words = call.argv.len();
        if words == 3 {
            return Ok(None);
        }
        if !(6..=9).contains(&words) {
            return Err(error::SYNTAX);
        }
        let (mut at, mut min_idle_ms) = (3, 0);
        if call.is_option(3, "IDLE") {
            min_idle_ms = call.integer(4)?;
            if words < 8 {
                return Err(error::SYNTAX);
            }
            at = 5;
        }
        let count = usize::try_from(call.integer(at + 2)?).unwrap_or_default();
        let (start, end) = (parse_start(call.argv[at])?, parse_end(call.argv[at + 1])?);
        Ok(Some(Listing { min_idle_ms, start, end, count, consumer: call.argv.get(at + 3).copied() }))
    }
}

fn xpending(call: &mut Call) -> Outcome {
    let listing = Listing::parse(call)?;
    let (key, name) = (call.argv[1], call.argv[2]);
    let now_ms = call.keyspace.now_ms();
    let stream = call.keyspace.read::<Stream>(key)?;
    let Some(group) = stream.and_then(|stream| stream.groups().get(name)) else {
        return Err(no_group(key, name, ""));
    };
    match listing {
        None => write_summary(call.reply, group),
        Some(listing) => write_pending(call.reply, group, &listing, now_ms),
    }
    Ok(())
}

fn write_summary(reply: &mut Reply, group: &stream::Group) {
    let pending = group.pending();
    reply.array(4);
    reply.count(pending.len());
    let (Some((&first, _)), Some((&last, _))) = (pending.first_key_value(), pending.last_key_value()) else {
        reply.null();
        reply.null();
        return reply.null_array();
    };
    write_id(reply, first);
    write_id(reply, last);
    let consumers = group.consumers().iter().filter(|(_, consumer)| !consumer.pending().is_empty());
    reply.array_of(|reply| {
        consumers
            .inspect(|(name, consumer)| {
                reply.array(2);
                reply.bulk(name);
                reply.bulk_integer(i64::try_from(consumer.pending().len()).unwrap_or(i64::MAX));
            })
            .count()
    });
}

fn write_pending(reply: &mut Reply, group: &stream::Group, listing: &Listing, now_ms: i64) {
    let ids = (listing.start <= listing.end).then_some(listing.start..=listing.end);
    let entries: Box<dyn Iterator<Item = (StreamId, &Pending)>> = match (ids, listing.consumer) {
        (None, _) => Box::new(std::iter::empty()),
        (Some(ids), None) => Box::new(group.pending().range(ids).map(|(&id, pending)| (id, pending))),
        (Some(ids), Some(name)) => {
            let of_consumer = group.consumers().get(name).into_iter().flat_map(move |c| c.pending().range(ids.clone()));
            Box::new(of_consumer.filter_map(|&id| Some((id, group.pending().get(&id)?))))
        }
    };
    let is_idle = |pending: &Pending| {
        listing.min_idle_ms == 0 || now_ms.saturating_sub(pending.delivered_ms) >= listing.min_idle_ms
    };
    reply.array_of(|reply| {
        let listed = entries.filter(|(_, pending)| is_idle(pending)).take(listing.count);
        listed
            .inspect(|(id, pending)| {
                reply.array(4);
                write_id(reply, *id);
                reply.bulk(&pending.consumer);
                reply.integer(now_ms.saturating_sub(pending.delivered_ms).max(0));
                reply.integer(pending.deliveries.cast_signed());
            })
            .count()
    });
}

const XCLAIM: Command = Command {
    name: "XCLAIM",
    syntax: "key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count] \
             [FORCE] [JUSTID] [LASTID lastid]",
    arity: -6,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(log N) with N being the number of messages in the PEL of the consumer group.",
    summary: "Gives pending entries to another consumer, if they have been idle for long enough.",
    example: "XADD orders 1-1 item tea amount 2\nXGROUP CREATE orders kitchen 0\n\
              XREADGROUP GROUP kitchen cook STREAMS orders >\nXCLAIM orders kitchen helper 0 1-1",
    run: xclaim,
};

/// The options of XCLAIM.
#[derive(Default)]
struct ClaimOptions {
    delivered_ms: Option<i64>,
    deliveries: Option<u64>,
    is_forced: bool,
    only_ids: bool,
    last_id: StreamId,
}

impl ClaimOptions {
    /// Parses the options from an index.
    fn parse(call: &Call, mut at: usize) -> Result<Self, Error> {
        let now_ms = call.keyspace.now_ms();
        let mut options = ClaimOptions::default();
        while at < call.argv.len() {
            let has_value = at + 1 < call.argv.len();
            let integer = |option: &str| {
                let invalid = || Error::new(format!("ERR Invalid {option} option argument for XCLAIM"));
                number::parse_integer(call.argv[at + 1]).ok_or_else(invalid)
            };
            if call.is_option(at, "FORCE") {
                options.is_forced = true;
                at += 1;
                continue;
            } else if call.is_option(at, "JUSTID") {
                options.only_ids = true;
                at += 1;
                continue;
            } else if has_value && call.is_option(at, "IDLE") {
                options.delivered_ms = Some(now_ms.wrapping_sub(integer("IDLE")?));
            } else if has_value && call.is_option(at, "TIME") {
                options.delivered_ms = Some(integer("TIME")?);
            } else if has_value && call.is_option(at, "RETRYCOUNT") {
                options.deliveries = u64::try_from(integer("RETRYCOUNT")?).ok();
            } else if has_value && call.is_option(at, "LASTID") {
                options.last_id = StreamId::parse(call.argv[at + 1], 0)?;
            } else {
                let option = until_nul(call.argv[at]);
                return Err(Error::new([b"ERR Unrecognized XCLAIM option '", option, b"'"].concat()));
            }
            at += 2;
        }
        // A time in the future or before 1970 is replaced with the current time.
        options.delivered_ms = options.delivered_ms.filter(|ms| (0..=now_ms).contains(ms));
        Ok(options)
    }
}

fn xclaim(call: &mut Call) -> Outcome {
    let (key, name, consumer) = (call.argv[1], call.argv[2], call.argv[3]);
    let now_ms = call.keyspace.now_ms();
    let stream = call.keyspace.read::<Stream>(key)?;
    if !stream.is_some_and(|stream| stream.groups().contains_key(name)) {
        return Err(no_group(key, name, ""));
    }
    let min_idle_ms = parse_min_idle(call)?;
    // The first argument that is not an ID begins the options.
    let ids: Vec<StreamId> = call.argv[5..].iter().map_while(|word| StreamId::parse(word, 0).ok()).collect();
    let options = ClaimOptions::parse(call, 5 + ids.len())?;
    let Some(mut stream) = call.keyspace.edit::<Stream>(key)? else { return Ok(()) };
    let Some(group) = stream.group_mut(name) else { return Ok(()) };
    let (consumer, is_new_consumer) = group.see_consumer(consumer, now_ms);
    // Whether the group's new last ID counts as a change of its own.
    let mut has_moved = options.last_id > group.last_id;
    group.last_id = group.last_id.max(options.last_id);
    let mut changes = usize::from(is_new_consumer);
    call.reply.array_of(|reply| {
        let mut claimed = 0;
        for id in ids {
            let exists = stream.get(id).is_some();
            let Some(group) = stream.group_mut(name) else { continue };
            let pending = group.pending().get(&id);
            if !exists {
                // An entry that was deleted from the stream is no longer pending.
                if group.acknowledge(id) {
                    changes += 1;
                    has_moved = false;
                }
                continue;
            }
            let deliveries = match pending {
                Some(pending) if min_idle_ms > 0 && now_ms.saturating_sub(pending.delivered_ms) < min_idle_ms => {
                    continue;
                }
                Some(pending) => pending.deliveries,
                // A new pending entry counts as delivered once.
                None if options.is_forced => 1,
                None => continue,
            };
            let delivered_ms = options.delivered_ms.unwrap_or(now_ms);
            let deliveries = options.deliveries.unwrap_or(deliveries.wrapping_add(u64::from(!options.only_ids)));
            claim(group, id, Pending { consumer: consumer.clone(), delivered_ms, deliveries }, now_ms);
            write_claimed(reply, &stream, id, options.only_ids);
            claimed += 1;
            changes += 1;
            has_moved = false;
        }
        claimed
    });
    stream.commit_group(new_consumer_events(is_new_consumer), changes + usize::from(has_moved));
    Ok(())
}

fn new_consumer_events(is_new_consumer: bool) -> &'static [&'static str] {
    if is_new_consumer { &["xgroup-createconsumer"] } else { &[] }
}

/// Gives a pending entry to a consumer.
fn claim(group: &mut stream::Group, id: StreamId, pending: Pending, now_ms: i64) {
    let consumer: Arc<[u8]> = pending.consumer.clone();
    group.assign(id, pending);
    group.note_activity(&consumer, now_ms);
}

fn write_claimed(reply: &mut Reply, stream: &Stream, id: StreamId, only_id: bool) {
    match stream.get(id) {
        Some(entry) if !only_id => write_entry(reply, &entry),
        _ => write_id(reply, id),
    }
}

/// Parses the minimum idle time of XCLAIM and XAUTOCLAIM, in milliseconds.
fn parse_min_idle(call: &Call) -> Result<i64, Error> {
    let invalid = || Error::new(format!("ERR Invalid min-idle-time argument for {}", call.command.name));
    number::parse_integer(call.argv[4]).map(|ms| ms.max(0)).ok_or_else(invalid)
}

const XAUTOCLAIM: Command = Command {
    name: "XAUTOCLAIM",
    syntax: "key group consumer min-idle-time start [COUNT count] [JUSTID]",
    arity: -6,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "6.2.0",
    complexity: "O(1) if COUNT is small.",
    summary: "Gives pending entries that have been idle for long enough to another consumer, part by part like SCAN.",
    example: "XADD orders 1-1 item tea amount 2\nXGROUP CREATE orders kitchen 0\n\
              XREADGROUP GROUP kitchen cook STREAMS orders >\nXAUTOCLAIM orders kitchen helper 0 0 COUNT 10",
    run: xautoclaim,
};

/// XAUTOCLAIM examines up to this many pending entries for each entry that it may return.
const ATTEMPTS_PER_ENTRY: usize = 10;

/// A greater COUNT is refused. Redis allocates 16 bytes for each entry in advance, which exceeds the address space of
/// 47 bits.
const MAX_ALLOCATED_COUNT: usize = 1 << 43;

fn xautoclaim(call: &mut Call) -> Outcome {
    let (key, name, consumer) = (call.argv[1], call.argv[2], call.argv[3]);
    let now_ms = call.keyspace.now_ms();
    let stream = call.keyspace.read::<Stream>(key);
    let group_exists = stream.map(|stream| stream.is_some_and(|stream| stream.groups().contains_key(name)));
    let min_idle_ms = parse_min_idle(call)?;
    let start = parse_start(call.argv[5])?;
    let (mut count, mut only_ids) = (100, false);
    let mut at = 6;
    while at < call.argv.len() {
        if at + 1 < call.argv.len() && call.is_option(at, "COUNT") {
            // Redis limits the count, so that neither the number of attempts nor that of bytes overflows.
            const MAX_COUNT: i64 = i64::MAX / 16;
            let given = number::parse_integer(call.argv[at + 1]).filter(|count| (1..=MAX_COUNT).contains(count));
            count = given
                .and_then(|count| usize::try_from(count).ok())
                .ok_or(Error::from_static("ERR COUNT must be > 0"))?;
            at += 2;
        } else if call.is_option(at, "JUSTID") {
            only_ids = true;
            at += 1;
        } else {
            return Err(error::SYNTAX);
        }
    }
    if !group_exists? {
        return Err(no_group(key, name, ""));
    }
    if count > MAX_ALLOCATED_COUNT {
        return Err(Error::from_static("ERR Insufficient memory, failed allocating transient memory, COUNT too high."));
    }
    let Some(mut stream) = call.keyspace.edit::<Stream>(key)? else { return Ok(()) };
    let Some(group) = stream.group_mut(name) else { return Ok(()) };
    let (consumer, is_new_consumer) = group.see_consumer(consumer, now_ms);
    let mut changes = usize::from(is_new_consumer);
    let (mut claimed, mut deleted) = (Vec::new(), Vec::new());
    let mut next = Some(start);
    for _ in 0..count.saturating_mul(ATTEMPTS_PER_ENTRY) {
        if claimed.len() + deleted.len() == count {
            break;
        }
        let pending = next.and_then(|next| stream.groups()[name].pending().range(next..).next());
        let Some((&id, pending)) = pending else {
            next = None;
            break;
        };
        next = id.next();
        let (idle_ms, deliveries) = (now_ms.saturating_sub(pending.delivered_ms), pending.deliveries);
        let exists = stream.get(id).is_some();
        let Some(group) = stream.group_mut(name) else { break };
        if !exists {
            group.acknowledge(id);
            deleted.push(id);
            changes += 1;
        } else if min_idle_ms == 0 || idle_ms >= min_idle_ms {
            let deliveries = deliveries + u64::from(!only_ids);
            claim(group, id, Pending { consumer: consumer.clone(), delivered_ms: now_ms, deliveries }, now_ms);
            claimed.push(id);
            changes += 1;
        }
    }
    let cursor = next.and_then(|next| stream.groups()[name].pending().range(next..).next());
    call.reply.array(3);
    write_id(call.reply, cursor.map_or(StreamId::MIN, |(&id, _)| id));
    call.reply.array(claimed.len());
    claimed.iter().for_each(|&id| write_claimed(call.reply, &stream, id, only_ids));
    call.reply.array(deleted.len());
    deleted.iter().for_each(|&id| write_id(call.reply, id));
    stream.commit_group(new_consumer_events(is_new_consumer), changes);
    Ok(())
}
