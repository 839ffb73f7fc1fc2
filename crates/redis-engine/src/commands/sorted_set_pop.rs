//! Sorted set commands that pop members with the lowest or highest scores, including the blocking variants.

use super::sorted_set::{Listing, write_members};
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::SortedSet;
use crate::data::sorted_set::{Direction, Members};
use crate::error::{self, Error};
use crate::keyspace::Keyspace;
use crate::number;
use crate::reply::Reply;

pub const COMMANDS: &[&Command] = &[&BZMPOP, &BZPOPMAX, &BZPOPMIN, &ZMPOP, &ZPOPMAX, &ZPOPMIN];

const ZPOPMIN: Command = Command {
    name: "ZPOPMIN",
    syntax: "key [count]",
    arity: -2,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "5.0.0",
    complexity: "O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of \
                 elements popped.",
    summary: "Removes and returns the member with the lowest score, or several.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZPOPMIN scores",
    run: |call| pop(call, Direction::Ascending),
};

const ZPOPMAX: Command = Command {
    name: "ZPOPMAX",
    syntax: "key [count]",
    arity: -2,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "5.0.0",
    complexity: "O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of \
                 elements popped.",
    summary: "Removes and returns the member with the highest score, or several.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZPOPMAX scores 2",
    run: |call| pop(call, Direction::Descending),
};

fn pop(call: &mut Call, from: Direction) -> Outcome {
    let (count, write): (_, fn(&mut Reply, Members)) = match call.argv.len() {
        2 => (1, write_single_pair),
        3 => (parse_count(call.argv[2])?, |reply, members| write_members(reply, members, Listing::WithScores)),
        _ => return Err(error::SYNTAX),
    };
    if !pop_members(call.keyspace, call.reply, call.argv[1], from, count, write)? {
        call.reply.array(0);
    }
    Ok(())
}

fn parse_count(word: &[u8]) -> Result<usize, Error> {
    number::parse_integer(word).and_then(|count| usize::try_from(count).ok()).ok_or(error::MUST_BE_POSITIVE)
}

/// Replies with the member that ZPOPMIN or ZPOPMAX pops without a count, and its score. The reply is a flat array in
/// both RESP2 and RESP3.
fn write_single_pair(reply: &mut Reply, members: Members) {
    reply.array(2);
    write_flat(reply, members);
}

fn write_flat(reply: &mut Reply, members: Members) {
    for (member, score) in members {
        reply.bulk(member);
        reply.double(score);
    }
}

/// Pops up to `count` of the members with the lowest or the highest scores, and calls `write` to reply with them.
/// Returns whether the sorted set had any members.
///
/// # Errors
/// Returns WRONGTYPE if the key holds a value of another type.
fn pop_members(
    keyspace: &mut Keyspace,
    reply: &mut Reply,
    key: &[u8],
    from: Direction,
    count: usize,
    write: impl FnOnce(&mut Reply, Members),
) -> Result<bool, Error> {
    let Some(mut zset) = keyspace.edit::<SortedSet>(key)? else { return Ok(false) };
    let count = count.min(zset.len());
    if count == 0 {
        return Ok(false);
    }
    let ranks = match from {
        Direction::Ascending => 0..count,
        Direction::Descending => zset.len() - count..zset.len(),
    };
    write(reply, zset.members(ranks.clone(), from));
    zset.remove_ranks(ranks);
    let event = match from {
        Direction::Ascending => "zpopmin",
        Direction::Descending => "zpopmax",
    };
    zset.commit_changes(event, count);
    Ok(true)
}

const ZMPOP: Command = Command {
    name: "ZMPOP",
    syntax: "numkeys key [key ...] <MIN | MAX> [COUNT count]",
    arity: -4,
    flags: &[Flag::Write, Flag::Movablekeys],
    keys: Keys::counted(1),
    group: Group::SortedSet,
    since: "7.0.0",
    complexity: "O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of elements in the \
                 sorted set, and M being the number of elements popped.",
    summary: "Removes and returns members of the first of several sorted sets that has any.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZMPOP 2 nobody scores MAX COUNT 2",
    run: zmpop,
};

/// The parsed arguments of ZMPOP and BZMPOP.
struct Request<'a> {
    keys: &'a [&'a [u8]],
    from: Direction,
    count: usize,
}

impl<'a> Request<'a> {
    /// Parses the arguments from `numkeys`, which is at index `count_at`, to the end.
    fn parse(call: &Call<'a>, count_at: usize) -> Result<Self, Error> {
        let positive = |word| number::parse_integer(word).filter(|n| *n > 0);
        let keys = positive(call.argv[count_at]).ok_or(error::NUMKEYS_NOT_POSITIVE)?;
        let rest = &call.argv[count_at + 1..];
        let keys = usize::try_from(keys).ok().and_then(|keys| rest.get(..keys)).ok_or(error::SYNTAX)?;
        let mut index = count_at + 1 + keys.len();
        let from = match () {
            () if call.is_option(index, "MIN") => Direction::Ascending,
            () if call.is_option(index, "MAX") => Direction::Descending,
            () => return Err(error::SYNTAX),
        };
        index += 1;
        let mut count = None;
        while index < call.argv.len() {
            if count.is_some() || !call.is_option(index, "COUNT") || index + 1 == call.argv.len() {
                return Err(error::SYNTAX);
            }
            let number = positive(call.argv[index + 1]).ok_or(error::COUNT_NOT_POSITIVE)?;
            // A count that exceeds `usize` exceeds the number of members as well.
            count = Some(usize::try_from(number).unwrap_or(usize::MAX));
            index += 2;
        }
        Ok(Request { keys, from, count: count.unwrap_or(1) })
    }

    /// Pops from the first key that has members. Returns whether there is such a key.
    fn pop(&self, call: &mut Call) -> Result<bool, Error> {
        for key in self.keys {
            let write = |reply: &mut Reply, members: Members| {
                reply.array(2);
                reply.bulk(key);
                reply.array(members.len());
                for (member, score) in members {
                    reply.array(2);
                    reply.bulk(member);
                    reply.double(score);
                }
            };
            if pop_members(call.keyspace, call.reply, key, self.from, self.count, write)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn zmpop(call: &mut Call) -> Outcome {
    if !Request::parse(call, 1)?.pop(call)? {
        call.reply.null_array();
    }
    Ok(())
}

const BZMPOP: Command = Command {
    name: "BZMPOP",
    syntax: "timeout numkeys key [key ...] <MIN | MAX> [COUNT count]",
    arity: -5,
    flags: &[Flag::Write, Flag::Blocking, Flag::Movablekeys],
    keys: Keys::counted(2),
    group: Group::SortedSet,
    since: "7.0.0",
    complexity: "O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of elements in the \
                 sorted set, and M being the number of elements popped.",
    summary: "Removes and returns members of the first of several sorted sets that has any, or waits for one.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nBZMPOP 1 2 nobody scores MAX",
    run: bzmpop,
};

fn bzmpop(call: &mut Call) -> Outcome {
    let request = Request::parse(call, 2)?;
    let deadline = call.deadline(1)?;
    if request.pop(call)? { Ok(()) } else { call.block(request.keys, deadline) }
}

const BZPOPMIN: Command = Command {
    name: "BZPOPMIN",
    syntax: "key [key ...] timeout",
    arity: -3,
    flags: &[Flag::Write, Flag::Blocking, Flag::Fast],
    keys: Keys::range(1, -2, 1),
    group: Group::SortedSet,
    since: "5.0.0",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    summary: "Removes and returns the member with the lowest score of the first sorted set that has any, or waits \
              for one.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nBZPOPMIN nobody scores 1",
    run: |call| blocking_pop(call, Direction::Ascending),
};

const BZPOPMAX: Command = Command {
    name: "BZPOPMAX",
    syntax: "key [key ...] timeout",
    arity: -3,
    flags: &[Flag::Write, Flag::Blocking, Flag::Fast],
    keys: Keys::range(1, -2, 1),
    group: Group::SortedSet,
    since: "5.0.0",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    summary: "Removes and returns the member with the highest score of the first sorted set that has any, or \
              waits for one.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nBZPOPMAX nobody scores 1",
    run: |call| blocking_pop(call, Direction::Descending),
};

fn blocking_pop(call: &mut Call, from: Direction) -> Outcome {
    let last = call.argv.len() - 1;
    let deadline = call.deadline(last)?;
    let keys = &call.argv[1..last];
    for key in keys {
        let write = |reply: &mut Reply, members: Members| {
            reply.array(3);
            reply.bulk(key);
            write_flat(reply, members);
        };
        if pop_members(call.keyspace, call.reply, key, from, 1, write)? {
            return Ok(());
        }
    }
    call.block(keys, deadline)
}
