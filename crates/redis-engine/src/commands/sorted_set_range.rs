//! Sorted set commands on ranges by rank, by score, or by the members' bytes: reading, counting, storing and removing.
//!
//! The commands that read or store a range share one implementation, and a `RangeCommand` describes each of them.
//! Bounds of any kind are first converted to ranks.

use std::ops::{Bound, Range};

use super::sorted_set::{Listing, write_members};
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::sorted_set::{Direction, LexBound};
use crate::data::{DataType, SortedSet};
use crate::error::{self, Error};

pub const COMMANDS: &[&Command] = &[
    &ZCOUNT,
    &ZLEXCOUNT,
    &ZRANGE,
    &ZRANGEBYLEX,
    &ZRANGEBYSCORE,
    &ZRANGESTORE,
    &ZREMRANGEBYLEX,
    &ZREMRANGEBYRANK,
    &ZREMRANGEBYSCORE,
    &ZREVRANGE,
    &ZREVRANGEBYLEX,
    &ZREVRANGEBYSCORE,
];

/// The kind of bounds that a range has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Rank,
    Score,
    Lex,
}

/// The bounds of a range.
#[derive(Debug, Clone, Copy)]
enum Bounds<'a> {
    /// Inclusive ranks, counted in the direction of the range. A negative rank counts from the end.
    Ranks(i64, i64),
    Scores(Bound<f64>, Bound<f64>),
    Lex(LexBound<'a>, LexBound<'a>),
}

impl<'a> Bounds<'a> {
    /// Parses the arguments at the indices `min` and `max` as bounds.
    ///
    /// # Errors
    /// Returns an error if a bound is not a valid rank, score or lexicographical bound.
    fn parse(call: &Call<'a>, by: By, min: usize, max: usize) -> Result<Self, Error> {
        let (min_word, max_word) = (call.argv[min], call.argv[max]);
        match by {
            By::Rank => Ok(Bounds::Ranks(call.integer(min)?, call.integer(max)?)),
            By::Score => match (score_bound(min_word), score_bound(max_word)) {
                (Some(min), Some(max)) => Ok(Bounds::Scores(min, max)),
                _ => Err(error::BOUND_NOT_A_FLOAT),
            },
            By::Lex => match (lex_bound(min_word), lex_bound(max_word)) {
                (Some(min), Some(max)) => Ok(Bounds::Lex(min, max)),
                _ => Err(error::BOUND_NOT_LEX),
            },
        }
    }

    /// Returns the ranks within the bounds, counted from the lowest score.
    fn ranks(self, zset: &SortedSet, direction: Direction) -> Range<usize> {
        match self {
            Bounds::Ranks(start, stop) => resolve_ranks(start, stop, zset.len(), direction),
            Bounds::Scores(min, max) => zset.ranks_by_score(min, max),
            Bounds::Lex(min, max) => zset.ranks_by_lex(min, max, direction),
        }
    }
}

/// Restricts an inclusive range of ranks to ranks that exist, and converts them to ranks that count from the lowest
/// score. In a descending range, `start` and `stop` count from the highest score.
fn resolve_ranks(start: i64, stop: i64, len: usize, direction: Direction) -> Range<usize> {
    let position = |index: i64| {
        let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        if index < 0 { len.checked_sub(distance) } else { Some(distance) }
    };
    let start = position(start).unwrap_or(0);
    let end = position(stop).map_or(0, |stop| stop.saturating_add(1).min(len));
    if start >= end {
        return 0..0;
    }
    match direction {
        Direction::Ascending => start..end,
        Direction::Descending => len - end..len - start,
    }
}

/// Parses a bound on scores, such as `1.5`, `(1.5` or `-inf`. Unlike a score, a bound may be empty (it is then 0), too
/// large for a double (it is then infinite) or too small for a double (it is then 0). It must not be hexadecimal.
/// Except for the empty bound, Rust's parser accepts the same syntax.
fn score_bound(word: &[u8]) -> Option<Bound<f64>> {
    let (number, is_excluded) = match word {
        [b'(', number @ ..] => (number, true),
        number => (number, false),
    };
    let score = if number.is_empty() { 0.0 } else { std::str::from_utf8(number).ok()?.parse::<f64>().ok()? };
    match score {
        _ if score.is_nan() => None,
        _ if is_excluded => Some(Bound::Excluded(score)),
        _ => Some(Bound::Included(score)),
    }
}

/// Parses a bound on members, such as `[a`, `(a`, `-` or `+`.
fn lex_bound(word: &[u8]) -> Option<LexBound<'_>> {
    match word {
        b"-" => Some(LexBound::First),
        b"+" => Some(LexBound::Last),
        [b'[', member @ ..] => Some(LexBound::Included(member)),
        [b'(', member @ ..] => Some(LexBound::Excluded(member)),
        _ => None,
    }
}

/// The properties of a range command that follow from its name. A property that is `None` is set by the command's
/// options.
#[derive(Debug, Clone, Copy)]
struct RangeCommand {
    by: Option<By>,
    direction: Option<Direction>,
    target: Target,
}

/// Whether the members of a range are sent in the reply or stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Reply,
    /// The members are stored at the command's first key.
    Store,
}

impl RangeCommand {
    const fn reply(by: By, direction: Direction) -> RangeCommand {
        RangeCommand { by: Some(by), direction: Some(direction), target: Target::Reply }
    }
}

/// The parsed arguments of a command that reads or stores a range.
struct Request<'a> {
    key: &'a [u8],
    by: By,
    bounds: Bounds<'a>,
    direction: Direction,
    /// LIMIT: the number of members to skip, and the maximum number to return. A negative offset skips all members,
    /// and a negative count means no maximum.
    limit: (i64, i64),
    listing: Listing,
}

impl<'a> Request<'a> {
    fn parse(call: &Call<'a>, command: RangeCommand) -> Result<Self, Error> {
        let key_at = if command.target == Target::Store { 2 } else { 1 };
        let RangeCommand { mut by, mut direction, target } = command;
        let (mut limit, mut listing) = ((0, -1), Listing::Members);
        let mut index = key_at + 3;
        while index < call.argv.len() {
            if target == Target::Reply && call.is_option(index, "WITHSCORES") {
                listing = Listing::WithScores;
            } else if call.is_option(index, "LIMIT") && index + 2 < call.argv.len() {
                limit = (call.integer(index + 1)?, call.integer(index + 2)?);
                index += 2;
            } else if direction.is_none() && call.is_option(index, "REV") {
                direction = Some(Direction::Descending);
            } else if by.is_none() && call.is_option(index, "BYLEX") {
                by = Some(By::Lex);
            } else if by.is_none() && call.is_option(index, "BYSCORE") {
                by = Some(By::Score);
            } else {
                return Err(error::SYNTAX);
            }
            index += 1;
        }
        let (by, direction) = (by.unwrap_or(By::Rank), direction.unwrap_or(Direction::Ascending));
        if by == By::Rank && limit.1 != -1 {
            return Err(error::LIMIT_WITH_RANKS);
        }
        if by == By::Lex && listing == Listing::WithScores {
            return Err(error::SCORES_WITH_LEX);
        }
        // In a descending range the upper bound comes first, except for ranks, which count in the range's direction.
        let swapped = by != By::Rank && direction == Direction::Descending;
        let (min, max) = if swapped { (key_at + 2, key_at + 1) } else { (key_at + 1, key_at + 2) };
        let bounds = Bounds::parse(call, by, min, max)?;
        Ok(Request { key: call.argv[key_at], by, bounds, direction, limit, listing })
    }

    /// Returns the ranks of the range after LIMIT has been applied.
    fn ranks(&self, zset: &SortedSet) -> Range<usize> {
        let Range { start, end } = self.bounds.ranks(zset, self.direction);
        if self.by == By::Rank {
            return start..end;
        }
        let Ok(skipped) = usize::try_from(self.limit.0) else { return 0..0 };
        let skipped = skipped.min(end - start);
        let left = end - start - skipped;
        let returned = usize::try_from(self.limit.1).map_or(left, |count| count.min(left));
        match self.direction {
            Direction::Ascending => start + skipped..start + skipped + returned,
            Direction::Descending => end - skipped - returned..end - skipped,
        }
    }
}

/// Implements all commands that read or store a range.
fn range(call: &mut Call, command: RangeCommand) -> Outcome {
    let request = Request::parse(call, command)?;
    match command.target {
        Target::Reply => match call.keyspace.read::<SortedSet>(request.key)? {
            Some(zset) => {
                let members = zset.members(request.ranks(zset), request.direction);
                write_members(call.reply, members, request.listing);
            }
            None => call.reply.array(0),
        },
        Target::Store => {
            let limits = call.keyspace.limits;
            let mut stored = SortedSet::default();
            if let Some(zset) = call.keyspace.read::<SortedSet>(request.key)? {
                let ranks = request.ranks(zset);
                if request.by == By::Rank {
                    stored.prepare_for(ranks.len(), limits);
                }
                for (member, score) in zset.members(ranks, request.direction) {
                    stored.set(member, score, limits);
                }
            }
            let len = stored.len();
            call.keyspace.put(call.argv[1], stored.into_value(), None, "zrangestore");
            call.reply.count(len);
        }
    }
    Ok(())
}

const ZRANGE: Command = Command {
    name: "ZRANGE",
    syntax: "key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]",
    arity: -4,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "1.2.0",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements \
                 returned.",
    summary: "The members in a range: by rank, or by score with BYSCORE, or by bytes with BYLEX.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZRANGE scores 0 -1 WITHSCORES",
    run: |call| range(call, RangeCommand { by: None, direction: None, target: Target::Reply }),
};

const ZRANGESTORE: Command = Command {
    name: "ZRANGESTORE",
    syntax: "dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]",
    arity: -5,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::range(1, 2, 1),
    group: Group::SortedSet,
    since: "6.2.0",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements \
                 stored into the destination key.",
    summary: "Stores the members in a range under another key.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZRANGESTORE top scores 0 1 REV",
    run: |call| range(call, RangeCommand { by: None, direction: None, target: Target::Store }),
};

const ZREVRANGE: Command = Command {
    name: "ZREVRANGE",
    syntax: "key start stop [WITHSCORES]",
    arity: -4,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "1.2.0",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements \
                 returned.",
    summary: "The members between two ranks, counted from the highest score.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZREVRANGE scores 0 1 WITHSCORES",
    run: |call| range(call, RangeCommand::reply(By::Rank, Direction::Descending)),
};

const ZRANGEBYSCORE: Command = Command {
    name: "ZRANGEBYSCORE",
    syntax: "key min max [WITHSCORES] [LIMIT offset count]",
    arity: -4,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "1.0.5",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements \
                 being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can \
                 consider it O(log(N)).",
    summary: "The members between two scores, lowest first.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZRANGEBYSCORE scores 150 +inf",
    run: |call| range(call, RangeCommand::reply(By::Score, Direction::Ascending)),
};

const ZREVRANGEBYSCORE: Command = Command {
    name: "ZREVRANGEBYSCORE",
    syntax: "key max min [WITHSCORES] [LIMIT offset count]",
    arity: -4,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "2.2.0",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements \
                 being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can \
                 consider it O(log(N)).",
    summary: "The members between two scores, highest first.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZREVRANGEBYSCORE scores +inf 150",
    run: |call| range(call, RangeCommand::reply(By::Score, Direction::Descending)),
};

const ZRANGEBYLEX: Command = Command {
    name: "ZRANGEBYLEX",
    syntax: "key min max [LIMIT offset count]",
    arity: -4,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "2.8.9",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements \
                 being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can \
                 consider it O(log(N)).",
    summary: "The members between two strings, if all scores are equal.",
    example: "ZADD names 0 Alice 0 Bob 0 Charlie\nZRANGEBYLEX names [B +",
    run: |call| range(call, RangeCommand::reply(By::Lex, Direction::Ascending)),
};

const ZREVRANGEBYLEX: Command = Command {
    name: "ZREVRANGEBYLEX",
    syntax: "key max min [LIMIT offset count]",
    arity: -4,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "2.8.9",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements \
                 being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can \
                 consider it O(log(N)).",
    summary: "The members between two strings, last first, if all scores are equal.",
    example: "ZADD names 0 Alice 0 Bob 0 Charlie\nZREVRANGEBYLEX names + [B",
    run: |call| range(call, RangeCommand::reply(By::Lex, Direction::Descending)),
};

const ZCOUNT: Command = Command {
    name: "ZCOUNT",
    syntax: "key min max",
    arity: 4,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "2.0.0",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    summary: "The number of members with a score in a range.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZCOUNT scores (100 200",
    run: |call| count(call, By::Score),
};

const ZLEXCOUNT: Command = Command {
    name: "ZLEXCOUNT",
    syntax: "key min max",
    arity: 4,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "2.8.9",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    summary: "The number of members between two strings, if all scores are equal.",
    example: "ZADD names 0 Alice 0 Bob 0 Charlie\nZLEXCOUNT names [B +",
    run: |call| count(call, By::Lex),
};

fn count(call: &mut Call, by: By) -> Outcome {
    let bounds = Bounds::parse(call, by, 2, 3)?;
    let zset = call.keyspace.read::<SortedSet>(call.argv[1])?;
    call.reply.count(zset.map_or(0, |zset| bounds.ranks(zset, Direction::Ascending).len()));
    Ok(())
}

const ZREMRANGEBYRANK: Command = Command {
    name: "ZREMRANGEBYRANK",
    syntax: "key start stop",
    arity: 4,
    flags: &[Flag::Write],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "2.0.0",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements \
                 removed by the operation.",
    summary: "Removes the members between two ranks; returns how many there were.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZREMRANGEBYRANK scores 0 0",
    run: |call| remove(call, By::Rank, "zremrangebyrank"),
};

const ZREMRANGEBYSCORE: Command = Command {
    name: "ZREMRANGEBYSCORE",
    syntax: "key min max",
    arity: 4,
    flags: &[Flag::Write],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "1.2.0",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements \
                 removed by the operation.",
    summary: "Removes the members between two scores; returns how many there were.",
    example: "ZADD scores 100 Alice 200 Bob 150 Charlie\nZREMRANGEBYSCORE scores -inf (150",
    run: |call| remove(call, By::Score, "zremrangebyscore"),
};

const ZREMRANGEBYLEX: Command = Command {
    name: "ZREMRANGEBYLEX",
    syntax: "key min max",
    arity: 4,
    flags: &[Flag::Write],
    keys: Keys::FIRST,
    group: Group::SortedSet,
    since: "2.8.9",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements \
                 removed by the operation.",
    summary: "Removes the members between two strings, if all scores are equal; returns how many there were.",
    example: "ZADD names 0 Alice 0 Bob 0 Charlie\nZREMRANGEBYLEX names [B +",
    run: |call| remove(call, By::Lex, "zremrangebylex"),
};

fn remove(call: &mut Call, by: By, event: &'static str) -> Outcome {
    let bounds = Bounds::parse(call, by, 2, 3)?;
    let mut removed = 0;
    if let Some(mut zset) = call.keyspace.edit::<SortedSet>(call.argv[1])? {
        let ranks = bounds.ranks(&zset, Direction::Ascending);
        removed = ranks.len();
        if removed > 0 {
            zset.remove_ranks(ranks);
            zset.commit_changes(event, removed);
        }
    }
    call.reply.count(removed);
    Ok(())
}
