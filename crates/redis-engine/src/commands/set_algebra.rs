//! Set commands that combine several sets: intersections, unions and differences.

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::set::Encoding;
use crate::data::{DataType, Set};
use crate::error::{self, Error};
use crate::keyspace::Keyspace;
use crate::limits::Limits;
use crate::number;

pub const COMMANDS: &[&Command] = &[&SDIFF, &SDIFFSTORE, &SINTER, &SINTERCARD, &SINTERSTORE, &SUNION, &SUNIONSTORE];

const SINTER: Command = Command {
    name: "SINTER",
    syntax: "key [key ...]",
    arity: -2,
    flags: &[Flag::Readonly],
    keys: Keys::ALL,
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
    summary: "The members that are in all of the sets.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSINTER ana:likes ben:likes",
    run: |call| reply(call, Operation::Intersection),
};

const SUNION: Command = Command {
    name: "SUNION",
    syntax: "key [key ...]",
    arity: -2,
    flags: &[Flag::Readonly],
    keys: Keys::ALL,
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(N) where N is the total number of elements in all given sets.",
    summary: "The members that are in any of the sets.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSUNION ana:likes ben:likes",
    run: |call| reply(call, Operation::Union),
};

const SDIFF: Command = Command {
    name: "SDIFF",
    syntax: "key [key ...]",
    arity: -2,
    flags: &[Flag::Readonly],
    keys: Keys::ALL,
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(N) where N is the total number of elements in all given sets.",
    summary: "The members of the first set that are in none of the others.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSDIFF ana:likes ben:likes",
    run: |call| reply(call, Operation::Difference),
};

const SINTERSTORE: Command = Command {
    name: "SINTERSTORE",
    syntax: "destination key [key ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::ALL,
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
    summary: "Stores the members that are in all of the sets as a new set.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSINTERSTORE both:like ana:likes ben:likes",
    run: |call| store(call, Operation::Intersection, "sinterstore"),
};

const SUNIONSTORE: Command = Command {
    name: "SUNIONSTORE",
    syntax: "destination key [key ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::ALL,
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(N) where N is the total number of elements in all given sets.",
    summary: "Stores the members that are in any of the sets as a new set.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSUNIONSTORE someone:likes ana:likes ben:likes",
    run: |call| store(call, Operation::Union, "sunionstore"),
};

const SDIFFSTORE: Command = Command {
    name: "SDIFFSTORE",
    syntax: "destination key [key ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::ALL,
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(N) where N is the total number of elements in all given sets.",
    summary: "Stores the members of the first set that are in none of the others as a new set.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSDIFFSTORE only:ana ana:likes ben:likes",
    run: |call| store(call, Operation::Difference, "sdiffstore"),
};

/// An operation on several sets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Intersection,
    Union,
    Difference,
}

/// Whether the result is sent in the reply or stored. This determines its initial encoding in Redis.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Reply,
    Store,
}

fn reply(call: &mut Call, operation: Operation) -> Outcome {
    let limits = call.keyspace.limits;
    let sets = read_all(call.keyspace, &call.argv[1..])?;
    if operation == Operation::Intersection {
        // The members of a reply are not collected in a set, because hashing each member again would double the work.
        let sets = smallest_first(&sets).unwrap_or_default();
        let members: Vec<&[u8]> = intersection(&sets).collect();
        call.reply.set(members.len());
        members.iter().for_each(|member| call.reply.bulk(member));
        return Ok(());
    }
    let result = combine(operation, &sets, Purpose::Reply, &limits);
    call.reply.set(result.len());
    result.iter().for_each(|member| call.reply.bulk(member));
    Ok(())
}

fn store(call: &mut Call, operation: Operation, event: &'static str) -> Outcome {
    let limits = call.keyspace.limits;
    let sets = read_all(call.keyspace, &call.argv[2..])?;
    let result = combine(operation, &sets, Purpose::Store, &limits);
    call.reply.count(result.len());
    call.keyspace.put(call.argv[1], result.into_value(), None, event);
    Ok(())
}

/// Returns the sets stored at the given keys, with `None` for a key that does not exist.
fn read_all<'a>(keyspace: &'a mut Keyspace, keys: &[&[u8]]) -> Result<Vec<Option<&'a Set>>, Error> {
    for key in keys {
        keyspace.read::<Set>(key)?;
    }
    let database = keyspace.database();
    Ok(keys.iter().map(|key| database.get(key).and_then(|entry| Set::from_value(&entry.value))).collect())
}

fn combine(operation: Operation, sets: &[Option<&Set>], purpose: Purpose, limits: &Limits) -> Set {
    match operation {
        Operation::Intersection => intersect(sets, limits),
        Operation::Union => {
            let mut union = Set::with_encoding(first_encoding(sets, purpose));
            for member in sets.iter().flatten().flat_map(|set| set.iter()) {
                union.add(member, limits);
            }
            union
        }
        Operation::Difference => subtract(sets, purpose, limits),
    }
}

/// Returns Redis's initial encoding for a union or a difference: an intset if the result is to be stored, or if all
/// inputs are intsets.
fn first_encoding(sets: &[Option<&Set>], purpose: Purpose) -> Encoding {
    let all_intsets = sets.iter().flatten().all(|set| set.encoding_kind() == Encoding::Intset);
    if purpose == Purpose::Store || all_intsets { Encoding::Intset } else { Encoding::Hashtable }
}

/// Sorts the sets by size, smallest first. Returns `None` if a key does not exist, because the intersection is then
/// empty.
fn smallest_first<'a>(sets: &[Option<&'a Set>]) -> Option<Vec<&'a Set>> {
    let mut sets = sets.iter().copied().collect::<Option<Vec<_>>>()?;
    sets.sort_by_key(|set| set.len());
    Some(sets)
}

fn intersection<'a>(sets: &'a [&'a Set]) -> impl Iterator<Item = &'a [u8]> {
    let (smallest, others) = sets.split_first().map_or((None, sets), |(smallest, others)| (Some(*smallest), others));
    let candidates = smallest.into_iter().flat_map(Set::iter);
    candidates.filter(|member| others.iter().all(|other| other.contains(member)))
}

/// Returns the intersection as a new set, to be stored.
fn intersect(sets: &[Option<&Set>], limits: &Limits) -> Set {
    let Some(sets) = smallest_first(sets) else { return Set::default() };
    let encoding = match sets[0].encoding_kind() {
        Encoding::Intset => Encoding::Intset,
        Encoding::Listpack | Encoding::Hashtable => Encoding::Listpack,
    };
    let mut result = Set::with_encoding(encoding);
    for member in intersection(&sets) {
        result.add(member, limits);
    }
    if encoding == Encoding::Listpack {
        result.try_convert_to_intset(limits);
    }
    result
}

fn subtract(sets: &[Option<&Set>], purpose: Purpose, limits: &Limits) -> Set {
    let mut result = Set::with_encoding(first_encoding(sets, purpose));
    let Some((Some(first), others)) = sets.split_first() else { return result };
    let others: Vec<&Set> = others.iter().copied().flatten().collect();
    if others.iter().any(|other| std::ptr::eq(*other, *first)) {
        return result;
    }
    // There are two algorithms: looking up each member of the first set in all others, or removing all members of the
    // others from a copy of the first set. Redis uses the cheaper one, and the choice can affect the encoding.
    let lookup_cost = first.len() * (others.len() + 1) / 2;
    let removal_cost: usize = first.len() + others.iter().map(|other| other.len()).sum::<usize>();
    if lookup_cost <= removal_cost {
        for member in first.iter().filter(|member| !others.iter().any(|other| other.contains(member))) {
            result.add(member, limits);
        }
        return result;
    }
    for member in first.iter() {
        result.add(member, limits);
    }
    for member in others.iter().flat_map(|other| other.iter()) {
        result.remove(member);
    }
    result
}

const SINTERCARD: Command = Command {
    name: "SINTERCARD",
    syntax: "numkeys key [key ...] [LIMIT limit]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Movablekeys],
    keys: Keys::counted(1),
    group: Group::Set,
    since: "7.0.0",
    complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
    summary: "The number of members that are in all of the sets, counted up to a limit.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSINTERCARD 2 ana:likes ben:likes",
    run: sintercard,
};

fn sintercard(call: &mut Call) -> Outcome {
    let argv = call.argv;
    let count = |index: usize| number::parse_integer(argv[index]).and_then(|n| usize::try_from(n).ok());
    let numkeys = count(1).filter(|&n| n > 0).ok_or(error::NUMKEYS_NOT_POSITIVE)?;
    if numkeys > argv.len() - 2 {
        return Err(error::NUMKEYS_TOO_LARGE);
    }
    let (keys, mut index) = (&argv[2..2 + numkeys], 2 + numkeys);
    let mut limit = usize::MAX;
    while index < argv.len() {
        if !call.is_option(index, "LIMIT") || index + 1 == argv.len() {
            return Err(error::SYNTAX);
        }
        limit = match count(index + 1).ok_or(error::LIMIT_NEGATIVE)? {
            0 => usize::MAX,
            limit => limit,
        };
        index += 2;
    }
    let sets = read_all(call.keyspace, keys)?;
    let members = smallest_first(&sets).map_or(0, |sets| intersection(&sets).take(limit).count());
    call.reply.count(members);
    Ok(())
}
