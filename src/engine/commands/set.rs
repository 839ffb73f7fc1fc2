//! Sets: members, random ones, and the algebra of sets.

use std::collections::HashMap;

use crate::engine::call::{Call, Outcome};
use crate::engine::command::{Command, Flag, Group, Keys};
use crate::engine::data::set::Encoding;
use crate::engine::data::{DataType, Set};
use crate::engine::error::{self, Error};
use crate::engine::keyspace::Keyspace;
use crate::engine::limits::{Limits, MOST_DRAWN_BYTES, MOST_DRAWS};
use crate::engine::number;
use crate::engine::random::Random;

pub const COMMANDS: &[&Command] = &[
    &SADD,
    &SCARD,
    &SDIFF,
    &SDIFFSTORE,
    &SINTER,
    &SINTERCARD,
    &SINTERSTORE,
    &SISMEMBER,
    &SMEMBERS,
    &SMISMEMBER,
    &SMOVE,
    &SPOP,
    &SRANDMEMBER,
    &SREM,
    &SUNION,
    &SUNIONSTORE,
];

const SADD: Command = Command {
    name: "SADD",
    syntax: "key member [member ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(1) for each element added, so O(N) to add N elements when the command is called with multiple \
                 arguments.",
    summary: "Adds members to a set, and makes the set if it is not there; answers how many are new.",
    example: "SADD article:1:tags redis database",
    run: sadd,
};

fn sadd(call: &mut Call) -> Outcome {
    let limits = call.keyspace.limits;
    let (key, members) = (call.argv[1], &call.argv[2..]);
    let mut set = call.keyspace.edit_or_create::<Set>(key)?;
    if set.is_new() {
        *set = Set::expecting(members[0], members.len(), &limits);
    } else {
        // As in Redis, many members make room for themselves even if they turn out to be there already.
        set.expect(members.len(), &limits);
    }
    let added = members.iter().filter(|member| set.add(member, &limits)).count();
    if added > 0 {
        set.commit("sadd");
    }
    call.reply.count(added);
    Ok(())
}

const SREM: Command = Command {
    name: "SREM",
    syntax: "key member [member ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(N) where N is the number of members to be removed.",
    summary: "Removes members from a set; answers how many were there.",
    example: "SADD article:1:tags redis database\nSREM article:1:tags database",
    run: srem,
};

fn srem(call: &mut Call) -> Outcome {
    let mut removed = 0;
    if let Some(mut set) = call.keyspace.edit::<Set>(call.argv[1])? {
        removed = call.argv[2..].iter().filter(|member| set.remove(member)).count();
        if removed > 0 {
            set.commit("srem");
        }
    }
    call.reply.count(removed);
    Ok(())
}

const SMOVE: Command = Command {
    name: "SMOVE",
    syntax: "source destination member",
    arity: 4,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::range(1, 2, 1),
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Moves a member from one set to another.",
    example: "SADD todo write\nSMOVE todo done write",
    run: smove,
};

fn smove(call: &mut Call) -> Outcome {
    let limits = call.keyspace.limits;
    let (source, destination, member) = (call.argv[1], call.argv[2], call.argv[3]);
    let is_member = match call.keyspace.edit::<Set>(source)? {
        Some(set) => set.contains(member),
        None => {
            call.reply.flag(false);
            return Ok(());
        }
    };
    let already_there = call.keyspace.edit::<Set>(destination)?.is_some_and(|set| set.contains(member));
    if is_member && source != destination {
        if let Some(mut set) = call.keyspace.edit::<Set>(source)? {
            set.remove(member);
            set.commit("srem");
        }
        if !already_there {
            let mut set = call.keyspace.edit_or_create::<Set>(destination)?;
            if set.is_new() {
                *set = Set::expecting(member, 1, &limits);
            }
            set.add(member, &limits);
            set.commit("sadd");
        }
    }
    call.reply.flag(is_member);
    Ok(())
}

const SCARD: Command = Command {
    name: "SCARD",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "How many members a set has.",
    example: "SADD article:1:tags redis database\nSCARD article:1:tags",
    run: scard,
};

fn scard(call: &mut Call) -> Outcome {
    let members = call.keyspace.read::<Set>(call.argv[1])?.map_or(0, Set::len);
    call.reply.count(members);
    Ok(())
}

const SISMEMBER: Command = Command {
    name: "SISMEMBER",
    syntax: "key member",
    arity: 3,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Whether a set has a member: 1 or 0.",
    example: "SADD article:1:tags redis database\nSISMEMBER article:1:tags redis",
    run: sismember,
};

fn sismember(call: &mut Call) -> Outcome {
    let is_member = call.keyspace.read::<Set>(call.argv[1])?.is_some_and(|set| set.contains(call.argv[2]));
    call.reply.flag(is_member);
    Ok(())
}

const SMISMEMBER: Command = Command {
    name: "SMISMEMBER",
    syntax: "key member [member ...]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Set,
    since: "6.2.0",
    complexity: "O(N) where N is the number of elements being checked for membership",
    summary: "Whether a set has each of several members: 1 or 0 for each.",
    example: "SADD article:1:tags redis database\nSMISMEMBER article:1:tags redis cooking",
    run: smismember,
};

fn smismember(call: &mut Call) -> Outcome {
    let set = call.keyspace.read::<Set>(call.argv[1])?;
    call.reply.array(call.argv.len() - 2);
    for member in &call.argv[2..] {
        call.reply.flag(set.is_some_and(|set| set.contains(member)));
    }
    Ok(())
}

const SMEMBERS: Command = Command {
    name: "SMEMBERS",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(N) where N is the set cardinality.",
    summary: "All members of a set, in no particular order.",
    example: "SADD article:1:tags redis database\nSMEMBERS article:1:tags",
    run: smembers,
};

fn smembers(call: &mut Call) -> Outcome {
    match call.keyspace.read::<Set>(call.argv[1])? {
        Some(set) => {
            call.reply.set(set.len());
            set.iter().for_each(|member| call.reply.bulk(member));
        }
        None => call.reply.set(0),
    }
    Ok(())
}

const SRANDMEMBER: Command = Command {
    name: "SRANDMEMBER",
    syntax: "key [count]",
    arity: -2,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Set,
    since: "1.0.0",
    complexity: "Without the count argument O(1), otherwise O(N) where N is the absolute value of the passed count.",
    summary: "A random member of a set, or several: different ones, or, with a negative count, maybe the same again.",
    example: "SADD lottery:tickets red\nSRANDMEMBER lottery:tickets",
    run: srandmember,
};

fn srandmember(call: &mut Call) -> Outcome {
    if call.argv.len() > 3 {
        return Err(error::SYNTAX);
    }
    let count = match call.argv.get(2) {
        Some(_) => Some(call.negatable_integer(2)?),
        None => None,
    };
    let random = &mut call.hub.random;
    let set = call.keyspace.read::<Set>(call.argv[1])?;
    let Some(count) = count else {
        call.reply.bulk_or_null(set.and_then(|set| set.at(random.below(set.len()))));
        return Ok(());
    };
    let many = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let Some(set) = set.filter(|_| many > 0) else {
        call.reply.array(0);
        return Ok(());
    };
    if count < 0 {
        call.reply.array(many);
        let mut left = many;
        while left > 0 && many <= MOST_DRAWS && call.reply.len() < MOST_DRAWN_BYTES {
            call.reply.bulk_or_null(set.at(random.below(set.len())));
            left -= 1;
        }
        if left > 0 {
            return call.let_go();
        }
    } else if many >= set.len() {
        call.reply.array(set.len());
        set.iter().for_each(|member| call.reply.bulk(member));
    } else {
        call.reply.array(many);
        for index in some_indices(set, many, random) {
            call.reply.bulk_or_null(set.at(index));
        }
    }
    Ok(())
}

/// So many different indices of a set, which must have them. Those of a listpack ascend, as Redis walks it only once.
fn some_indices(set: &Set, count: usize, random: &mut Random) -> Vec<usize> {
    // The first steps of a shuffle; only the places that it has touched are kept.
    let mut moved: HashMap<usize, usize> = HashMap::new();
    let mut indices: Vec<usize> = (0..count)
        .map(|step| {
            let drawn = step + random.below(set.len() - step);
            let here = moved.get(&step).copied().unwrap_or(step);
            moved.insert(drawn, here).unwrap_or(drawn)
        })
        .collect();
    if set.encoded() == Encoding::Listpack {
        indices.sort_unstable();
    }
    indices
}

const SPOP: Command = Command {
    name: "SPOP",
    syntax: "key [count]",
    arity: -2,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Set,
    since: "1.0.0",
    complexity: "Without the count argument O(1), otherwise O(N) where N is the value of the passed count.",
    summary: "Takes a random member out of a set, or several, and answers with it.",
    example: "SADD lottery:tickets red\nSPOP lottery:tickets",
    run: spop,
};

fn spop(call: &mut Call) -> Outcome {
    match call.argv.len() {
        2 => spop_one(call),
        3 => spop_many(call),
        _ => Err(error::SYNTAX),
    }
}

fn spop_one(call: &mut Call) -> Outcome {
    let Some(mut set) = call.keyspace.edit::<Set>(call.argv[1])? else {
        call.reply.null();
        return Ok(());
    };
    let member = set.pop(&mut call.hub.random);
    set.commit("spop");
    call.reply.bulk_or_null(member.as_deref());
    Ok(())
}

/// When so many times as many members go as stay, Redis makes a new set of those that stay.
const REBUILT_FROM: usize = 5;

fn spop_many(call: &mut Call) -> Outcome {
    let count = number::parse_integer(call.argv[2]).and_then(|n| usize::try_from(n).ok());
    let count = count.ok_or(error::MUST_BE_POSITIVE)?;
    let limits = call.keyspace.limits;
    let set = call.keyspace.edit::<Set>(call.argv[1])?;
    let Some(mut set) = set.filter(|_| count > 0) else {
        call.reply.set(0);
        return Ok(());
    };
    let popped = count.min(set.len());
    let kept = set.len() - popped;
    call.reply.set(popped);
    if set.encoded() == Encoding::Listpack {
        let going: Vec<Box<[u8]>> = some_indices(&set, popped, &mut call.hub.random)
            .into_iter()
            .filter_map(|at| set.at(at))
            .map(Box::from)
            .collect();
        for member in &going {
            call.reply.bulk(member);
            set.remove(member);
        }
    } else if kept * REBUILT_FROM > popped {
        for _ in 0..popped {
            if let Some(member) = set.pop(&mut call.hub.random) {
                call.reply.bulk(&member);
            }
        }
    } else {
        let smallest = if set.encoded() == Encoding::Intset { Encoding::Intset } else { Encoding::Listpack };
        let mut rest = Set::with_encoding(smallest);
        for _ in 0..kept {
            if let Some(member) = set.pop(&mut call.hub.random) {
                rest.add(&member, &limits);
            }
        }
        set.iter().for_each(|member| call.reply.bulk(member));
        *set = rest;
    }
    set.commit("spop");
    Ok(())
}

const SINTER: Command = Command {
    name: "SINTER",
    syntax: "key [key ...]",
    arity: -2,
    flags: &[Flag::Readonly],
    keys: Keys::ALL,
    group: Group::Set,
    since: "1.0.0",
    complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
    summary: "The members that all of the sets have.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSINTER ana:likes ben:likes",
    run: |call| answer(call, Algebra::Intersection),
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
    summary: "The members that any of the sets has.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSUNION ana:likes ben:likes",
    run: |call| answer(call, Algebra::Union),
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
    summary: "The members of the first set that none of the others has.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSDIFF ana:likes ben:likes",
    run: |call| answer(call, Algebra::Difference),
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
    summary: "Stores the members that all of the sets have, as a new set.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSINTERSTORE both:like ana:likes ben:likes",
    run: |call| store(call, Algebra::Intersection, "sinterstore"),
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
    summary: "Stores the members that any of the sets has, as a new set.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSUNIONSTORE someone:likes ana:likes ben:likes",
    run: |call| store(call, Algebra::Union, "sunionstore"),
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
    summary: "Stores the members of the first set that none of the others has, as a new set.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSDIFFSTORE only:ana ana:likes ben:likes",
    run: |call| store(call, Algebra::Difference, "sdiffstore"),
};

/// What is made of several sets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Algebra {
    Intersection,
    Union,
    Difference,
}

/// What the result is for, which decides the encoding that Redis begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Answer,
    Store,
}

fn answer(call: &mut Call, algebra: Algebra) -> Outcome {
    let limits = call.keyspace.limits;
    let sets = read_all(call.keyspace, &call.argv[1..])?;
    if algebra == Algebra::Intersection {
        // No set is built of what is only answered: hashing each member once more would double the work.
        let sets = smallest_first(&sets).unwrap_or_default();
        let members: Vec<&[u8]> = intersection(&sets).collect();
        call.reply.set(members.len());
        members.iter().for_each(|member| call.reply.bulk(member));
        return Ok(());
    }
    let result = combine(algebra, &sets, Purpose::Answer, &limits);
    call.reply.set(result.len());
    result.iter().for_each(|member| call.reply.bulk(member));
    Ok(())
}

fn store(call: &mut Call, algebra: Algebra, event: &'static str) -> Outcome {
    let limits = call.keyspace.limits;
    let sets = read_all(call.keyspace, &call.argv[2..])?;
    let result = combine(algebra, &sets, Purpose::Store, &limits);
    call.reply.count(result.len());
    call.keyspace.put(call.argv[1], result.into_value(), None, event);
    Ok(())
}

/// The sets under some keys, none where there is no key.
fn read_all<'a>(keyspace: &'a mut Keyspace, keys: &[&[u8]]) -> Result<Vec<Option<&'a Set>>, Error> {
    for key in keys {
        keyspace.read::<Set>(key)?;
    }
    let database = keyspace.database();
    Ok(keys.iter().map(|key| database.get(key).and_then(|entry| Set::of(&entry.value))).collect())
}

fn combine(algebra: Algebra, sets: &[Option<&Set>], purpose: Purpose, limits: &Limits) -> Set {
    match algebra {
        Algebra::Intersection => intersect(sets, limits),
        Algebra::Union => {
            let mut union = Set::with_encoding(first_encoding(sets, purpose));
            for member in sets.iter().flatten().flat_map(|set| set.iter()) {
                union.add(member, limits);
            }
            union
        }
        Algebra::Difference => subtract(sets, purpose, limits),
    }
}

/// What Redis begins a union or a difference with: an intset if it is to be stored, or if all sets are such.
fn first_encoding(sets: &[Option<&Set>], purpose: Purpose) -> Encoding {
    let all_intsets = sets.iter().flatten().all(|set| set.encoded() == Encoding::Intset);
    if purpose == Purpose::Store || all_intsets { Encoding::Intset } else { Encoding::Hashtable }
}

/// The sets, smallest first; none if a key is missing, since then nothing is in all of them.
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

/// An intersection that is to be stored.
fn intersect(sets: &[Option<&Set>], limits: &Limits) -> Set {
    let Some(sets) = smallest_first(sets) else { return Set::empty() };
    let encoding = match sets[0].encoded() {
        Encoding::Intset => Encoding::Intset,
        Encoding::Listpack | Encoding::Hashtable => Encoding::Listpack,
    };
    let mut result = Set::with_encoding(encoding);
    for member in intersection(&sets) {
        result.add(member, limits);
    }
    if encoding == Encoding::Listpack {
        result.settle_as_intset(limits);
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
    // Looking up each member of the first in all others, or taking all members of the others out of a copy of the
    // first: Redis does what is less work, and the encoding can tell.
    let looked_up = first.len() * (others.len() + 1) / 2;
    let taken_out: usize = first.len() + others.iter().map(|other| other.len()).sum::<usize>();
    if looked_up <= taken_out {
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
    summary: "How many members all of the sets have, counted up to a limit.",
    example: "SADD ana:likes jazz rock\nSADD ben:likes rock pop\nSINTERCARD 2 ana:likes ben:likes",
    run: sintercard,
};

fn sintercard(call: &mut Call) -> Outcome {
    let argv = call.argv;
    let natural = |index: usize| number::parse_integer(argv[index]).and_then(|n| usize::try_from(n).ok());
    let numkeys = natural(1).filter(|&n| n > 0).ok_or(error::NUMKEYS_NOT_POSITIVE)?;
    if numkeys > argv.len() - 2 {
        return Err(error::NUMKEYS_TOO_LARGE);
    }
    let (keys, mut index) = (&argv[2..2 + numkeys], 2 + numkeys);
    let mut limit = usize::MAX;
    while index < argv.len() {
        if !call.is_option(index, "LIMIT") || index + 1 == argv.len() {
            return Err(error::SYNTAX);
        }
        limit = match natural(index + 1).ok_or(error::LIMIT_NEGATIVE)? {
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
