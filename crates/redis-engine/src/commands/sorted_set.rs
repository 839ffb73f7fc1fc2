//! Sorted set commands on single members: scores and ranks.

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::SortedSet;
use crate::data::sorted_set::Direction;
use crate::error::{self, Error};
use crate::limits::Limits;
use crate::reply::{Protocol, Reply};

pub const COMMANDS: &[&Command] = &[&ZADD, &ZCARD, &ZINCRBY, &ZMSCORE, &ZRANDMEMBER, &ZRANK, &ZREM, &ZREVRANK, &ZSCORE];

/// Whether a reply includes scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    Members,
    /// Members with their scores (WITHSCORES).
    WithScores,
}

/// Replies with members. With scores, the reply is an array of pairs in RESP3 and a flat array in RESP2.
pub fn write_members<'a>(reply: &mut Reply, members: impl ExactSizeIterator<Item = (&'a [u8], f64)>, listing: Listing) {
    write_members_header(reply, members.len(), listing);
    members.for_each(|member| write_member(reply, member, listing));
}

fn write_members_header(reply: &mut Reply, count: usize, listing: Listing) {
    let flat = listing == Listing::WithScores && reply.protocol == Protocol::Resp2;
    reply.array(if flat { 2 * count } else { count });
}

fn write_member(reply: &mut Reply, (member, score): (&[u8], f64), listing: Listing) {
    if listing == Listing::WithScores && reply.protocol == Protocol::Resp3 {
        reply.array(2);
    }
    reply.bulk(member);
    if listing == Listing::WithScores {
        reply.double(score);
    }
}

const ZADD: Command = Command {
    name: "ZADD",
    syntax: "key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]",
    arity: -4,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "1.2.0",
    complexity: "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
    summary: "Adds members with scores, or updates the scores of existing members.",
    example: "ZADD scores 100 Alice 200 Bob",
    run: zadd,
};

/// Options of ZADD. GEOADD has some of them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Options {
    /// NX: only adds new members.
    pub if_absent: bool,
    /// XX: only updates existing members.
    pub if_present: bool,
    /// GT: only updates a member if the new score is greater.
    if_greater: bool,
    /// LT: only updates a member if the new score is less.
    if_less: bool,
    /// CH: replies with the number of changed members, including new ones.
    pub count_changed: bool,
    /// INCR: adds the given score to the member's current score.
    increment: bool,
}

impl Options {
    /// Parses the options of ZADD. Returns them, and the index of the first score.
    fn parse(call: &Call) -> (Options, usize) {
        let mut options = Options::default();
        let mut index = 2;
        loop {
            let option = match () {
                () if call.is_option(index, "NX") => &mut options.if_absent,
                () if call.is_option(index, "XX") => &mut options.if_present,
                () if call.is_option(index, "GT") => &mut options.if_greater,
                () if call.is_option(index, "LT") => &mut options.if_less,
                () if call.is_option(index, "CH") => &mut options.count_changed,
                () if call.is_option(index, "INCR") => &mut options.increment,
                () => return (options, index),
            };
            *option = true;
            index += 1;
        }
    }

    fn check(self, pairs: usize) -> Outcome {
        if self.if_absent && self.if_present {
            return Err(error::XX_WITH_NX);
        }
        if self.if_greater && self.if_less || self.if_absent && (self.if_greater || self.if_less) {
            return Err(error::GT_LT_WITH_NX);
        }
        if self.increment && pairs > 1 {
            return Err(error::INCR_OF_MANY);
        }
        Ok(())
    }
}

/// What ZADD did with a member.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    Added(f64),
    Changed(f64),
    /// The member already had this score.
    Same(f64),
    /// An option did not allow the change.
    Skipped,
}

fn zadd(call: &mut Call) -> Outcome {
    let (options, pairs_at) = Options::parse(call);
    let words = call.argv.len() - pairs_at;
    if words == 0 || !words.is_multiple_of(2) {
        return Err(error::SYNTAX);
    }
    options.check(words / 2)?;
    add_members(call, options, pairs_at)
}

const ZINCRBY: Command = Command {
    name: "ZINCRBY",
    syntax: "key increment member",
    arity: 4,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "1.2.0",
    complexity: "O(log(N)) where N is the number of elements in the sorted set.",
    summary: "Adds a number to a member's score; a missing member counts as 0.",
    example: "ZADD scores 100 Alice\nZINCRBY scores 50 Alice",
    run: zincrby,
};

fn zincrby(call: &mut Call) -> Outcome {
    add_members(call, Options { increment: true, ..Options::default() }, 2)
}

/// Implements ZADD and ZINCRBY. `pairs_at` is the index of the first score.
fn add_members(call: &mut Call, options: Options, pairs_at: usize) -> Outcome {
    let scores =
        (pairs_at..call.argv.len()).step_by(2).map(|index| call.double(index)).collect::<Result<Vec<_>, _>>()?;
    let members = call.argv[pairs_at + 1..].iter().copied().step_by(2);
    set_scores(call, options, members.zip(scores))
}

/// Sets the scores of members of the command's key, and replies as ZADD does.
pub(super) fn set_scores<'a>(
    call: &mut Call<'a>,
    options: Options,
    members: impl ExactSizeIterator<Item = (&'a [u8], f64)>,
) -> Outcome {
    let limits = call.keyspace.limits;
    let mut zset = call.keyspace.edit_or_create::<SortedSet>(call.argv[1])?;
    zset.prepare_for(members.len(), limits);
    let (mut added, mut changed) = (0, 0);
    let mut last = Change::Skipped;
    for (member, score) in members {
        last = add_one(&mut zset, member, score, options, limits)?;
        added += usize::from(matches!(last, Change::Added(_)));
        changed += usize::from(matches!(last, Change::Changed(_)));
    }
    if added + changed > 0 {
        zset.commit_changes(if options.increment { "zincr" } else { "zadd" }, added + changed);
    } else {
        drop(zset);
    }
    match last {
        Change::Added(score) | Change::Changed(score) | Change::Same(score) if options.increment => {
            call.reply.double(score);
        }
        Change::Skipped if options.increment => call.reply.null(),
        _ if options.count_changed => call.reply.count(added + changed),
        _ => call.reply.count(added),
    }
    Ok(())
}

/// Adds a member, or changes its score, if the options allow it.
///
/// # Errors
/// Returns an error if the sum of the scores is NaN.
fn add_one(zset: &mut SortedSet, member: &[u8], score: f64, options: Options, limits: Limits) -> Result<Change, Error> {
    let Some(before) = zset.score(member) else {
        if options.if_present {
            return Ok(Change::Skipped);
        }
        zset.set(member, score, limits);
        return Ok(Change::Added(score));
    };
    if options.if_absent {
        return Ok(Change::Skipped);
    }
    let score = if options.increment { before + score } else { score };
    if score.is_nan() {
        return Err(error::SCORE_NOT_A_NUMBER);
    }
    if options.if_greater && score <= before || options.if_less && score >= before {
        return Ok(Change::Skipped);
    }
    if score == before {
        return Ok(Change::Same(score));
    }
    zset.set(member, score, limits);
    Ok(Change::Changed(score))
}

const ZREM: Command = Command {
    name: "ZREM",
    syntax: "key member [member ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "1.2.0",
    complexity: "O(M*log(N)) with N being the number of elements in the sorted set and M the number of elements to \
                 be removed.",
    summary: "Removes members; returns how many existed.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZREM scores Bob Dave",
    run: zrem,
};

fn zrem(call: &mut Call) -> Outcome {
    let mut removed = 0;
    if let Some(mut zset) = call.keyspace.edit::<SortedSet>(call.argv[1])? {
        removed = call.argv[2..].iter().filter(|member| zset.remove(member)).count();
        if removed > 0 {
            zset.commit_changes("zrem", removed);
        }
    }
    call.reply.count(removed);
    Ok(())
}

const ZCARD: Command = Command {
    name: "ZCARD",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "1.2.0",
    complexity: "O(1)",
    summary: "The number of members.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZCARD scores",
    run: zcard,
};

fn zcard(call: &mut Call) -> Outcome {
    let members = call.keyspace.read::<SortedSet>(call.argv[1])?.map_or(0, SortedSet::len);
    call.reply.count(members);
    Ok(())
}

const ZSCORE: Command = Command {
    name: "ZSCORE",
    syntax: "key member",
    arity: 3,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "1.2.0",
    complexity: "O(1)",
    summary: "A member's score, or nil.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZSCORE scores Bob",
    run: zscore,
};

fn zscore(call: &mut Call) -> Outcome {
    let zset = call.keyspace.read::<SortedSet>(call.argv[1])?;
    write_score(call.reply, zset.and_then(|zset| zset.score(call.argv[2])));
    Ok(())
}

const ZMSCORE: Command = Command {
    name: "ZMSCORE",
    syntax: "key member [member ...]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "6.2.0",
    complexity: "O(N) where N is the number of members being requested.",
    summary: "The scores of several members, nil for each that does not exist.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZMSCORE scores Alice Dave",
    run: zmscore,
};

fn zmscore(call: &mut Call) -> Outcome {
    let zset = call.keyspace.read::<SortedSet>(call.argv[1])?;
    let members = &call.argv[2..];
    call.reply.array(members.len());
    for member in members {
        write_score(call.reply, zset.and_then(|zset| zset.score(member)));
    }
    Ok(())
}

fn write_score(reply: &mut Reply, score: Option<f64>) {
    match score {
        Some(score) => reply.double(score),
        None => reply.null(),
    }
}

const ZRANK: Command = Command {
    name: "ZRANK",
    syntax: "key member [WITHSCORE]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "2.0.0",
    complexity: "O(log(N))",
    summary: "A member's rank from the lowest score, starting at 0, or nil.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZRANK scores Charlie",
    run: |call| rank(call, Direction::Ascending),
};

const ZREVRANK: Command = Command {
    name: "ZREVRANK",
    syntax: "key member [WITHSCORE]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "2.0.0",
    complexity: "O(log(N))",
    summary: "A member's rank from the highest score, starting at 0, or nil.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZREVRANK scores Charlie",
    run: |call| rank(call, Direction::Descending),
};

fn rank(call: &mut Call, direction: Direction) -> Outcome {
    let listing = match call.argv.len() {
        3 => Listing::Members,
        4 if call.is_option(3, "WITHSCORE") => Listing::WithScores,
        4 => return Err(error::SYNTAX),
        _ => return Err(call.wrong_arity()),
    };
    let zset = call.keyspace.read::<SortedSet>(call.argv[1])?;
    match (zset.and_then(|zset| zset.rank(call.argv[2], direction)), listing) {
        (Some((rank, _)), Listing::Members) => call.reply.count(rank),
        (Some((rank, score)), Listing::WithScores) => {
            call.reply.array(2);
            call.reply.count(rank);
            call.reply.double(score);
        }
        (None, Listing::Members) => call.reply.null(),
        (None, Listing::WithScores) => call.reply.null_array(),
    }
    Ok(())
}

const ZRANDMEMBER: Command = Command {
    name: "ZRANDMEMBER",
    syntax: "key [count [WITHSCORES]]",
    arity: -2,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "6.2.0",
    complexity: "O(N) where N is the number of members returned",
    summary: "A random member, or several; with a negative count, members may repeat.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZRANDMEMBER scores 2",
    run: zrandmember,
};

fn zrandmember(call: &mut Call) -> Outcome {
    if call.argv.len() == 2 {
        match call.keyspace.read::<SortedSet>(call.argv[1])? {
            // A sorted set that exists is never empty, so `below` does not panic.
            Some(zset) => {
                call.reply.bulk_or_null(zset.at(call.server.random.below(zset.len())).map(|(member, _)| member))
            }
            None => call.reply.null(),
        }
        return Ok(());
    }
    let (count, listing) = parse_random_options(call)?;
    let Some(zset) = call.keyspace.read::<SortedSet>(call.argv[1])? else {
        call.reply.array(0);
        return Ok(());
    };
    let number = usize::try_from(count.unsigned_abs()).map_err(|_| error::OUT_OF_RANGE)?;
    let random = &mut call.server.random;
    // All indices that are passed to `at` are below the length.
    let at = |index| zset.at(index).expect("there is a member at each position");
    if count < 0 {
        write_members_header(call.reply, number, listing);
        if !call.reply.repeat(number, |reply| write_member(reply, at(random.below(zset.len())), listing)) {
            return call.drop_connection();
        }
    } else if number >= zset.len() {
        write_members(call.reply, zset.members(0..zset.len(), Direction::Descending), listing);
    } else {
        write_members(call.reply, random.distinct_below(zset.len(), number).into_iter().map(at), listing);
    }
    Ok(())
}

/// Parses the arguments of ZRANDMEMBER after the key. Returns the count, and whether to include scores.
fn parse_random_options(call: &Call) -> Result<(i64, Listing), Error> {
    let count = call.integer(2)?;
    if count == i64::MIN {
        return Err(error::out_of_range(-i64::MAX, i64::MAX));
    }
    match call.argv.len() {
        3 => Ok((count, Listing::Members)),
        4 if call.is_option(3, "WITHSCORES") => {
            // With WITHSCORES, the reply has twice as many elements as `count`. Redis rejects a count for which this
            // number overflows.
            count.checked_mul(2).map(|_| (count, Listing::WithScores)).ok_or(error::OUT_OF_RANGE)
        }
        _ => Err(error::SYNTAX),
    }
}
