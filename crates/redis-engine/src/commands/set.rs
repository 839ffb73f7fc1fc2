//! Commands on a single set, such as SADD and SPOP.

use std::collections::HashMap;

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::Set;
use crate::data::set::Encoding;
use crate::error;
use crate::number;
use crate::rng::Rng;

pub const COMMANDS: &[&Command] =
    &[&SADD, &SCARD, &SISMEMBER, &SMEMBERS, &SMISMEMBER, &SMOVE, &SPOP, &SRANDMEMBER, &SREM];

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
    summary: "Adds members to a set; creates the set if it does not exist. Returns how many are new.",
    example: "SADD article:1:tags redis database",
    run: sadd,
};

fn sadd(call: &mut Call) -> Outcome {
    let limits = call.keyspace.limits;
    let (key, members) = (call.argv[1], &call.argv[2..]);
    let mut set = call.keyspace.edit_or_create::<Set>(key)?;
    if set.is_new() {
        *set = Set::with_expected(members[0], members.len(), &limits);
    } else {
        // As in Redis, the encoding depends on the number of arguments, even if the members exist already.
        set.prepare_for(members.len(), &limits);
    }
    let added = members.iter().filter(|member| set.add(member, &limits)).count();
    if added > 0 {
        set.commit_changes("sadd", added);
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
    summary: "Removes members from a set; returns how many existed.",
    example: "SADD article:1:tags redis database\nSREM article:1:tags database",
    run: srem,
};

fn srem(call: &mut Call) -> Outcome {
    let mut removed = 0;
    if let Some(mut set) = call.keyspace.edit::<Set>(call.argv[1])? {
        removed = call.argv[2..].iter().filter(|member| set.remove(member)).count();
        if removed > 0 {
            set.commit_changes("srem", removed);
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
                *set = Set::with_expected(member, 1, &limits);
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
    summary: "The number of members of a set.",
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
    summary: "Whether a set contains a member: 1 or 0.",
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
    summary: "Whether a set contains each of several members: 1 or 0 for each.",
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
    summary: "A random member of a set, or several different ones; with a negative count, members may repeat.",
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
    let random = &mut call.server.random;
    let set = call.keyspace.read::<Set>(call.argv[1])?;
    let Some(count) = count else {
        call.reply.bulk_or_null(set.and_then(|set| set.at(random.below(set.len()))));
        return Ok(());
    };
    let number = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let Some(set) = set.filter(|_| number > 0) else {
        call.reply.array(0);
        return Ok(());
    };
    if count < 0 {
        call.reply.array(number);
        if !call.reply.repeat(number, |reply| reply.bulk_or_null(set.at(random.below(set.len())))) {
            return call.drop_connection();
        }
    } else if number >= set.len() {
        call.reply.array(set.len());
        set.iter().for_each(|member| call.reply.bulk(member));
    } else {
        call.reply.array(number);
        for index in random_indices(set, number, random) {
            call.reply.bulk_or_null(set.at(index));
        }
    }
    Ok(())
}

/// Returns `count` distinct random indices of members. The set must have at least that many members. For a listpack,
/// the indices are sorted, because Redis reads a listpack in a single pass.
fn random_indices(set: &Set, count: usize, random: &mut Rng) -> Vec<usize> {
    // Performs only the first `count` steps of a Fisher-Yates shuffle. Only the indices that have been swapped are
    // stored.
    let mut moved: HashMap<usize, usize> = HashMap::new();
    let mut indices: Vec<usize> = (0..count)
        .map(|step| {
            let drawn = step + random.below(set.len() - step);
            let here = moved.get(&step).copied().unwrap_or(step);
            moved.insert(drawn, here).unwrap_or(drawn)
        })
        .collect();
    if set.encoding_kind() == Encoding::Listpack {
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
    summary: "Removes and returns a random member of a set, or several.",
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
    let member = set.pop(&mut call.server.random);
    set.commit("spop");
    call.reply.bulk_or_null(member.as_deref());
    Ok(())
}

/// Minimum ratio of popped to remaining members at which SPOP moves the remaining members to a new set, as in Redis.
const REBUILD_RATIO: usize = 5;

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
    if set.encoding_kind() == Encoding::Listpack {
        let removed: Vec<Box<[u8]>> = random_indices(&set, popped, &mut call.server.random)
            .into_iter()
            .filter_map(|at| set.at(at))
            .map(Box::from)
            .collect();
        for member in &removed {
            call.reply.bulk(member);
            set.remove(member);
        }
    } else if kept * REBUILD_RATIO > popped {
        for _ in 0..popped {
            if let Some(member) = set.pop(&mut call.server.random) {
                call.reply.bulk(&member);
            }
        }
    } else {
        let smallest = if set.encoding_kind() == Encoding::Intset { Encoding::Intset } else { Encoding::Listpack };
        let mut remaining = Set::with_encoding(smallest);
        for _ in 0..kept {
            if let Some(member) = set.pop(&mut call.server.random) {
                remaining.add(&member, &limits);
            }
        }
        set.iter().for_each(|member| call.reply.bulk(member));
        *set = remaining;
    }
    set.commit_changes("spop", popped);
    Ok(())
}
