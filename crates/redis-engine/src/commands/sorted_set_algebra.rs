//! Sorted set commands that combine several keys: unions, intersections and differences.

use super::sorted_set::{Listing, write_members};
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::sorted_set::{Member, Scores};
use crate::data::{DataType, Set, SortedSet, Value};
use crate::error::{self, Error};
use crate::number;

pub const COMMANDS: &[&Command] = &[&ZDIFF, &ZDIFFSTORE, &ZINTER, &ZINTERCARD, &ZINTERSTORE, &ZUNION, &ZUNIONSTORE];

const ZUNION: Command = Command {
    name: "ZUNION",
    syntax: "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Movablekeys],
    keys: Keys::counted(1),
    group: Group::SortedSet,
    since: "6.2.0",
    complexity: "O(N)+O(M*log(M)) with N being the sum of the sizes of the input sorted sets, and M being the number \
                 of elements in the resulting sorted set.",
    summary: "The members of any of the sorted sets, each with the sum of its scores.",
    example: "ZADD monday 10 Alice 20 Bob\nZADD tuesday 5 Alice\nZUNION 2 monday tuesday WITHSCORES",
    run: |call| reply(call, Operation::Union),
};

const ZUNIONSTORE: Command = Command {
    name: "ZUNIONSTORE",
    syntax: "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]",
    arity: -4,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Movablekeys],
    keys: Keys::FIRST.and_counted(2),
    group: Group::SortedSet,
    since: "2.0.0",
    complexity: "O(N)+O(M log(M)) with N being the sum of the sizes of the input sorted sets, and M being the number \
                 of elements in the resulting sorted set.",
    summary: "Stores the union of sorted sets under a key.",
    example: "ZADD monday 10 Alice 20 Bob\nZADD tuesday 5 Alice\nZUNIONSTORE week 2 monday tuesday",
    run: |call| store(call, Operation::Union, "zunionstore"),
};

const ZINTER: Command = Command {
    name: "ZINTER",
    syntax: "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Movablekeys],
    keys: Keys::counted(1),
    group: Group::SortedSet,
    since: "6.2.0",
    complexity: "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the number of \
                 input sorted sets and M being the number of elements in the resulting sorted set.",
    summary: "The members of all of the sorted sets, each with the sum of its scores.",
    example: "ZADD monday 10 Alice 20 Bob\nZADD tuesday 5 Alice\nZINTER 2 monday tuesday WITHSCORES",
    run: |call| reply(call, Operation::Intersection),
};

const ZINTERSTORE: Command = Command {
    name: "ZINTERSTORE",
    syntax: "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]",
    arity: -4,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Movablekeys],
    keys: Keys::FIRST.and_counted(2),
    group: Group::SortedSet,
    since: "2.0.0",
    complexity: "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the number of \
                 input sorted sets and M being the number of elements in the resulting sorted set.",
    summary: "Stores the intersection of sorted sets under a key.",
    example: "ZADD monday 10 Alice 20 Bob\nZADD tuesday 5 Alice\nZINTERSTORE both 2 monday tuesday",
    run: |call| store(call, Operation::Intersection, "zinterstore"),
};

const ZDIFF: Command = Command {
    name: "ZDIFF",
    syntax: "numkeys key [key ...] [WITHSCORES]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Movablekeys],
    keys: Keys::counted(1),
    group: Group::SortedSet,
    since: "6.2.0",
    complexity: "O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, N is the \
                 size of the first set, and K is the size of the result set.",
    summary: "The members of the first sorted set that are in none of the others.",
    example: "ZADD monday 10 Alice 20 Bob\nZADD tuesday 5 Alice\nZDIFF 2 monday tuesday WITHSCORES",
    run: |call| reply(call, Operation::Difference),
};

const ZDIFFSTORE: Command = Command {
    name: "ZDIFFSTORE",
    syntax: "destination numkeys key [key ...]",
    arity: -4,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Movablekeys],
    keys: Keys::FIRST.and_counted(2),
    group: Group::SortedSet,
    since: "6.2.0",
    complexity: "O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, N is the \
                 size of the first set, and K is the size of the result set.",
    summary: "Stores the difference of sorted sets under a key.",
    example: "ZADD monday 10 Alice 20 Bob\nZADD tuesday 5 Alice\nZDIFFSTORE gone 2 monday tuesday",
    run: |call| store(call, Operation::Difference, "zdiffstore"),
};

const ZINTERCARD: Command = Command {
    name: "ZINTERCARD",
    syntax: "numkeys key [key ...] [LIMIT limit]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Movablekeys],
    keys: Keys::counted(1),
    group: Group::SortedSet,
    since: "7.0.0",
    complexity: "O(N*K) worst case with N being the smallest input sorted set, K being the number of input sorted \
                 sets.",
    summary: "The number of members that are in all of the sorted sets, counted up to a limit.",
    example: "ZADD monday 10 Alice 20 Bob\nZADD tuesday 5 Alice\nZINTERCARD 2 monday tuesday",
    run: zintercard,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Union,
    Intersection,
    Difference,
}

/// How the scores of a member in several inputs are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aggregate {
    Sum,
    Min,
    Max,
}

impl Aggregate {
    fn parse(word: &[u8]) -> Option<Aggregate> {
        let all: [(&[u8], Aggregate); 3] =
            [(b"SUM", Aggregate::Sum), (b"MIN", Aggregate::Min), (b"MAX", Aggregate::Max)];
        all.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, aggregate)| aggregate)
    }

    /// Combines two scores. The sum of opposite infinities is 0.
    fn combine(self, total: f64, score: f64) -> f64 {
        match self {
            Aggregate::Sum => zero_if_nan(total + score),
            Aggregate::Min if score < total => score,
            Aggregate::Max if score > total => score,
            Aggregate::Min | Aggregate::Max => total,
        }
    }
}

fn zero_if_nan(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

/// Returns the keys that follow `numkeys`, the argument at index `count_at`.
///
/// # Errors
/// Returns an error if `numkeys` is not a positive integer or exceeds the number of arguments, or if a key holds
/// neither a sorted set nor a set.
fn input_keys<'a>(call: &mut Call<'a>, count_at: usize) -> Result<&'a [&'a [u8]], Error> {
    let count = call.integer(count_at)?;
    if count < 1 {
        return Err(error::no_input_key(call.command.name));
    }
    let rest = &call.argv[count_at + 1..];
    let keys = usize::try_from(count).ok().and_then(|count| rest.get(..count)).ok_or(error::SYNTAX)?;
    for key in keys {
        if let Some(entry) = call.keyspace.read_any(key)
            && !matches!(entry.value, Value::SortedSet(_) | Value::Set(_))
        {
            return Err(error::WRONG_TYPE);
        }
    }
    Ok(keys)
}

/// Options of a union, an intersection or a difference.
struct Options {
    /// The weight of each key (WEIGHTS).
    weights: Vec<f64>,
    aggregate: Aggregate,
    listing: Listing,
}

/// Whether the result is sent in the reply or stored. WITHSCORES is allowed only for a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Reply,
    Store,
}

impl Options {
    fn parse(call: &Call, operation: Operation, target: Target, keys: usize, at: usize) -> Result<Self, Error> {
        let mut options = Options { weights: vec![1.0; keys], aggregate: Aggregate::Sum, listing: Listing::Members };
        let weighs = operation != Operation::Difference;
        let mut index = at;
        while index < call.argv.len() {
            if weighs && call.is_option(index, "WEIGHTS") && index + keys < call.argv.len() {
                for (weight, word) in options.weights.iter_mut().zip(&call.argv[index + 1..]) {
                    *weight = number::parse_double(word).ok_or(error::WEIGHT_NOT_A_FLOAT)?;
                }
                index += keys;
            } else if weighs && call.is_option(index, "AGGREGATE") && index + 1 < call.argv.len() {
                options.aggregate = Aggregate::parse(call.argv[index + 1]).ok_or(error::SYNTAX)?;
                index += 1;
            } else if target == Target::Reply && call.is_option(index, "WITHSCORES") {
                options.listing = Listing::WithScores;
            } else {
                return Err(error::SYNTAX);
            }
            index += 1;
        }
        Ok(options)
    }
}

/// An operand of a union, an intersection or a difference: the value stored at a key.
#[derive(Clone, Copy)]
enum Input<'a> {
    Missing,
    SortedSet(&'a SortedSet),
    /// A set, whose members all have the score 1.
    Set(&'a Set),
}

impl<'a> Input<'a> {
    /// Returns the value of a key. `input_keys` must have checked the key, so it has not expired and holds a set or a
    /// sorted set.
    fn read(call: &'a Call, key: &[u8]) -> Input<'a> {
        match call.keyspace.database().get(key).map(|entry| &entry.value) {
            Some(Value::SortedSet(zset)) => Input::SortedSet(zset),
            Some(Value::Set(set)) => Input::Set(set),
            _ => Input::Missing,
        }
    }

    fn len(self) -> usize {
        match self {
            Input::Missing => 0,
            Input::SortedSet(zset) => zset.len(),
            Input::Set(set) => set.len(),
        }
    }

    fn score(self, member: &[u8]) -> Option<f64> {
        match self {
            Input::Missing => None,
            Input::SortedSet(zset) => zset.score(member),
            Input::Set(set) => set.contains(member).then_some(1.0),
        }
    }

    /// Iterates over the members. Long members of a sorted set are shared, not copied.
    fn members(self) -> Box<dyn Iterator<Item = (Member, f64)> + 'a> {
        match self {
            Input::Missing => Box::new(std::iter::empty()),
            Input::SortedSet(zset) => Box::new(zset.iter_shared().map(|(member, score)| (member.clone(), score))),
            Input::Set(set) => Box::new(set.iter().map(|member| (Member::from(member), 1.0))),
        }
    }
}

/// Returns the inputs with their weights, smallest first as in Redis, because the order affects the rounding of sums.
fn inputs_by_size<'a>(call: &'a Call, keys: &[&[u8]], weights: &[f64]) -> Vec<(Input<'a>, f64)> {
    let mut inputs: Vec<_> = keys.iter().map(|key| Input::read(call, key)).zip(weights.iter().copied()).collect();
    inputs.sort_by_key(|(input, _)| input.len());
    inputs
}

fn union(inputs: &[(Input, f64)], aggregate: Aggregate) -> Scores {
    let mut union = Scores::default();
    for &(input, weight) in inputs {
        for (member, score) in input.members() {
            let score = zero_if_nan(score * weight);
            union.entry(member).and_modify(|total| *total = aggregate.combine(*total, score)).or_insert(score);
        }
    }
    union
}

fn intersection(inputs: &[(Input, f64)], aggregate: Aggregate) -> Scores {
    let Some((&(smallest, weight), others)) = inputs.split_first() else { return Scores::default() };
    let in_all = |(member, score): (Member, f64)| {
        let first = zero_if_nan(score * weight);
        let all = others.iter().try_fold(first, |total, (other, weight)| {
            other.score(&member).map(|score| aggregate.combine(total, score * weight))
        });
        all.map(|score| (member, score))
    };
    smallest.members().filter_map(in_all).collect()
}

fn difference(inputs: &[Input]) -> Scores {
    let Some((first, others)) = inputs.split_first() else { return Scores::default() };
    first.members().filter(|(member, _)| others.iter().all(|other| other.score(member).is_none())).collect()
}

/// Applies an operation to the keys that follow `numkeys`, the argument at index `count_at`. Returns the result and the
/// options.
fn compute(
    call: &mut Call,
    operation: Operation,
    target: Target,
    count_at: usize,
) -> Result<(SortedSet, Options), Error> {
    let keys = input_keys(call, count_at)?;
    let options = Options::parse(call, operation, target, keys.len(), count_at + 1 + keys.len())?;
    let scores = match operation {
        Operation::Union => union(&inputs_by_size(call, keys, &options.weights), options.aggregate),
        Operation::Intersection => intersection(&inputs_by_size(call, keys, &options.weights), options.aggregate),
        Operation::Difference => difference(&keys.iter().map(|key| Input::read(call, key)).collect::<Vec<_>>()),
    };
    Ok((SortedSet::from_scores(scores), options))
}

fn reply(call: &mut Call, operation: Operation) -> Outcome {
    let (result, options) = compute(call, operation, Target::Reply, 1)?;
    write_members(call.reply, result.iter(), options.listing);
    Ok(())
}

fn store(call: &mut Call, operation: Operation, event: &'static str) -> Outcome {
    let (mut result, _) = compute(call, operation, Target::Store, 2)?;
    result.pack(call.keyspace.limits);
    let len = result.len();
    call.keyspace.put(call.argv[1], result.into_value(), None, event);
    call.reply.count(len);
    Ok(())
}

fn zintercard(call: &mut Call) -> Outcome {
    let keys = input_keys(call, 1)?;
    let mut limit = usize::MAX;
    let mut index = 2 + keys.len();
    while index < call.argv.len() {
        if !call.is_option(index, "LIMIT") || index + 1 >= call.argv.len() {
            return Err(error::SYNTAX);
        }
        let count = call.integer(index + 1).ok().and_then(|count| usize::try_from(count).ok());
        // A LIMIT of 0 means no limit.
        limit = count.map(|count| if count == 0 { usize::MAX } else { count }).ok_or(error::LIMIT_NEGATIVE)?;
        index += 2;
    }
    let inputs = inputs_by_size(call, keys, &vec![1.0; keys.len()]);
    let members = inputs.split_first().map_or(0, |((smallest, _), others)| {
        let in_all = |(member, _): &(Member, f64)| others.iter().all(|(other, _)| other.score(member).is_some());
        smallest.members().filter(in_all).take(limit).count()
    });
    call.reply.count(members);
    Ok(())
}
