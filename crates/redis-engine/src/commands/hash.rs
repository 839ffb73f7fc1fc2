//! Hash commands that read and change fields and their values.

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::Hash;
use crate::data::hash::{FieldTtl, Fields};
use crate::error::{self, Error};
use crate::long_double::LongDouble;
use crate::number;
use crate::reply::{Protocol, Reply};

pub const COMMANDS: &[&Command] = &[
    &HDEL,
    &HEXISTS,
    &HGET,
    &HGETALL,
    &HINCRBY,
    &HINCRBYFLOAT,
    &HKEYS,
    &HLEN,
    &HMGET,
    &HMSET,
    &HRANDFIELD,
    &HSET,
    &HSETNX,
    &HSTRLEN,
    &HVALS,
];

const HSET: Command = Command {
    name: "HSET",
    syntax: "key field value [field value ...]",
    arity: -4,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.0.0",
    complexity: "O(1) for each field/value pair added, so O(N) to add N field/value pairs when the command is called \
                 with multiple field/value pairs.",
    summary: "Sets fields of a hash; creates the hash if it does not exist.",
    example: "HSET user:1000 name Alice visits 10",
    run: hset,
};

fn hset(call: &mut Call) -> Outcome {
    let added = set_fields(call)?;
    call.reply.count(added);
    Ok(())
}

const HMSET: Command = Command {
    name: "HMSET",
    syntax: "key field value [field value ...]",
    arity: -4,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.0.0",
    complexity: "O(N) where N is the number of fields being set.",
    summary: "Sets fields of a hash, like HSET, and returns OK.",
    example: "HMSET user:1000 name Alice visits 10",
    run: hmset,
};

fn hmset(call: &mut Call) -> Outcome {
    set_fields(call)?;
    call.reply.ok();
    Ok(())
}

/// Implements HSET and HMSET. Returns the number of new fields.
fn set_fields(call: &mut Call) -> Result<usize, Error> {
    let (pairs, rest) = call.argv[2..].as_chunks();
    if !rest.is_empty() {
        return Err(call.wrong_arity());
    }
    let limits = call.keyspace.limits;
    let mut hash = call.keyspace.edit_or_create::<Hash>(call.argv[1])?;
    hash.prepare_for(pairs.len(), limits);
    let added = pairs.iter().filter(|[field, value]| hash.set(field, value, FieldTtl::Clear, limits)).count();
    hash.commit_changes("hset", pairs.len());
    Ok(added)
}

const HSETNX: Command = Command {
    name: "HSETNX",
    syntax: "key field value",
    arity: 4,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.0.0",
    complexity: "O(1)",
    summary: "Sets a field of a hash, only if the field does not exist.",
    example: "HSET user:1000 name Alice\nHSETNX user:1000 name Bob",
    run: hsetnx,
};

fn hsetnx(call: &mut Call) -> Outcome {
    let limits = call.keyspace.limits;
    call.keyspace.expire_fields(call.argv[1], Fields::Named(&call.argv[2..3]));
    let mut hash = call.keyspace.edit_or_create::<Hash>(call.argv[1])?;
    let is_new = !hash.contains(call.argv[2]);
    if is_new {
        hash.set(call.argv[2], call.argv[3], FieldTtl::Clear, limits);
        hash.commit("hset");
    }
    call.reply.flag(is_new);
    Ok(())
}

const HGET: Command = Command {
    name: "HGET",
    syntax: "key field",
    arity: 3,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.0.0",
    complexity: "O(1)",
    summary: "The value of a field, or nil.",
    example: "HSET user:1000 name Alice\nHGET user:1000 name",
    run: hget,
};

fn hget(call: &mut Call) -> Outcome {
    let hash = call.keyspace.read_fields(call.argv[1], Fields::Named(&call.argv[2..]))?;
    call.reply.bulk_or_null(hash.and_then(|hash| hash.get(call.argv[2])));
    Ok(())
}

const HMGET: Command = Command {
    name: "HMGET",
    syntax: "key field [field ...]",
    arity: -3,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.0.0",
    complexity: "O(N) where N is the number of fields being requested.",
    summary: "The values of several fields, nil for each that does not exist.",
    example: "HSET user:1000 name Alice visits 10\nHMGET user:1000 name visits email",
    run: hmget,
};

fn hmget(call: &mut Call) -> Outcome {
    let fields = &call.argv[2..];
    let hash = call.keyspace.read_fields(call.argv[1], Fields::Named(fields))?;
    call.reply.array(fields.len());
    for field in fields {
        call.reply.bulk_or_null(hash.and_then(|hash| hash.get(field)));
    }
    Ok(())
}

const HGETALL: Command = Command {
    name: "HGETALL",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.0.0",
    complexity: "O(N) where N is the size of the hash.",
    summary: "All fields of a hash with their values.",
    example: "HSET user:1000 name Alice visits 10\nHGETALL user:1000",
    run: hgetall,
};

fn hgetall(call: &mut Call) -> Outcome {
    let now_ms = call.keyspace.now_ms();
    let hash = call.keyspace.read::<Hash>(call.argv[1])?;
    call.reply.map(hash.map_or(0, |hash| hash.live_len(now_ms)));
    for (field, value) in hash.into_iter().flat_map(|hash| hash.live(now_ms)) {
        call.reply.bulk(field);
        call.reply.bulk(value);
    }
    Ok(())
}

const HKEYS: Command = Command {
    name: "HKEYS",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.0.0",
    complexity: "O(N) where N is the size of the hash.",
    summary: "All fields of a hash, without their values.",
    example: "HSET user:1000 name Alice visits 10\nHKEYS user:1000",
    run: hkeys,
};

fn hkeys(call: &mut Call) -> Outcome {
    let now_ms = call.keyspace.now_ms();
    let hash = call.keyspace.read::<Hash>(call.argv[1])?;
    call.reply.array(hash.map_or(0, |hash| hash.live_len(now_ms)));
    for (field, _) in hash.into_iter().flat_map(|hash| hash.live(now_ms)) {
        call.reply.bulk(field);
    }
    Ok(())
}

const HVALS: Command = Command {
    name: "HVALS",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.0.0",
    complexity: "O(N) where N is the size of the hash.",
    summary: "All values of a hash, without their fields.",
    example: "HSET user:1000 name Alice visits 10\nHVALS user:1000",
    run: hvals,
};

fn hvals(call: &mut Call) -> Outcome {
    let now_ms = call.keyspace.now_ms();
    let hash = call.keyspace.read::<Hash>(call.argv[1])?;
    call.reply.array(hash.map_or(0, |hash| hash.live_len(now_ms)));
    for (_, value) in hash.into_iter().flat_map(|hash| hash.live(now_ms)) {
        call.reply.bulk(value);
    }
    Ok(())
}

const HLEN: Command = Command {
    name: "HLEN",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.0.0",
    complexity: "O(1)",
    summary: "The number of fields of a hash.",
    example: "HSET user:1000 name Alice visits 10\nHLEN user:1000",
    run: hlen,
};

fn hlen(call: &mut Call) -> Outcome {
    let hash = call.keyspace.read::<Hash>(call.argv[1])?;
    call.reply.count(hash.map_or(0, Hash::len));
    Ok(())
}

const HEXISTS: Command = Command {
    name: "HEXISTS",
    syntax: "key field",
    arity: 3,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.0.0",
    complexity: "O(1)",
    summary: "Whether a hash contains a field.",
    example: "HSET user:1000 name Alice\nHEXISTS user:1000 email",
    run: hexists,
};

fn hexists(call: &mut Call) -> Outcome {
    let hash = call.keyspace.read_fields(call.argv[1], Fields::Named(&call.argv[2..]))?;
    call.reply.flag(hash.is_some_and(|hash| hash.contains(call.argv[2])));
    Ok(())
}

const HSTRLEN: Command = Command {
    name: "HSTRLEN",
    syntax: "key field",
    arity: 3,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "3.2.0",
    complexity: "O(1)",
    summary: "The length of a field's value, in bytes.",
    example: "HSET user:1000 name Alice\nHSTRLEN user:1000 name",
    run: hstrlen,
};

fn hstrlen(call: &mut Call) -> Outcome {
    let hash = call.keyspace.read_fields(call.argv[1], Fields::Named(&call.argv[2..]))?;
    call.reply.count(hash.and_then(|hash| hash.get(call.argv[2])).map_or(0, <[u8]>::len));
    Ok(())
}

const HDEL: Command = Command {
    name: "HDEL",
    syntax: "key field [field ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.0.0",
    complexity: "O(N) where N is the number of fields to be removed.",
    summary: "Deletes fields of a hash; a hash without fields is deleted.",
    example: "HSET user:1000 name Alice visits 10\nHDEL user:1000 visits",
    run: hdel,
};

fn hdel(call: &mut Call) -> Outcome {
    let mut removed = 0;
    if let Some(mut hash) = call.keyspace.edit::<Hash>(call.argv[1])? {
        removed = call.argv[2..].iter().filter(|field| hash.remove(field)).count();
        if removed > 0 {
            hash.commit_changes("hdel", removed);
        }
    }
    call.reply.count(removed);
    Ok(())
}

const HINCRBY: Command = Command {
    name: "HINCRBY",
    syntax: "key field increment",
    arity: 4,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.0.0",
    complexity: "O(1)",
    summary: "Adds a number to the integer in a field; a missing field counts as 0.",
    example: "HSET user:1000 visits 10\nHINCRBY user:1000 visits 1",
    run: hincrby,
};

fn hincrby(call: &mut Call) -> Outcome {
    const NOT_AN_INTEGER: Error = Error::from_static("ERR hash value is not an integer");
    let (field, increment) = (call.argv[2], call.integer(3)?);
    let limits = call.keyspace.limits;
    call.keyspace.expire_fields(call.argv[1], Fields::Named(&[field]));
    let mut hash = call.keyspace.edit_or_create::<Hash>(call.argv[1])?;
    let before = match hash.get(field) {
        Some(value) => number::parse_integer(value).ok_or(NOT_AN_INTEGER)?,
        None => 0,
    };
    let n = before.checked_add(increment).ok_or(error::OVERFLOW)?;
    hash.set(field, itoa::Buffer::new().format(n).as_bytes(), FieldTtl::Keep, limits);
    hash.commit("hincrby");
    call.reply.integer(n);
    Ok(())
}

const HINCRBYFLOAT: Command = Command {
    name: "HINCRBYFLOAT",
    syntax: "key field increment",
    arity: 4,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "2.6.0",
    complexity: "O(1)",
    summary: "Adds a number, which may have decimals, to the number in a field; a missing field counts as 0.",
    example: "HSET product:1 price 10.50\nHINCRBYFLOAT product:1 price 0.1",
    run: hincrbyfloat,
};

fn hincrbyfloat(call: &mut Call) -> Outcome {
    const NOT_A_FLOAT: Error = Error::from_static("ERR hash value is not a float");
    const INFINITE_INCREMENT: Error = Error::from_static("ERR value is NaN or Infinity");
    let field = call.argv[2];
    let increment = LongDouble::parse(call.argv[3]).ok_or(error::NOT_A_FLOAT)?;
    if increment == LongDouble::Infinite {
        return Err(INFINITE_INCREMENT);
    }
    let limits = call.keyspace.limits;
    call.keyspace.expire_fields(call.argv[1], Fields::Named(&[field]));
    let mut hash = call.keyspace.edit_or_create::<Hash>(call.argv[1])?;
    let before = match hash.get(field) {
        Some(value) => LongDouble::parse(value).ok_or(NOT_A_FLOAT)?,
        None => LongDouble::ZERO,
    };
    let sum = (before + increment).format().ok_or(error::NAN_OR_INFINITY)?;
    hash.set(field, sum.as_bytes(), FieldTtl::Keep, limits);
    hash.commit("hincrbyfloat");
    call.reply.bulk(sum.as_bytes());
    Ok(())
}

const HRANDFIELD: Command = Command {
    name: "HRANDFIELD",
    syntax: "key [count [WITHVALUES]]",
    arity: -2,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "6.2.0",
    complexity: "O(N) where N is the number of fields returned",
    summary: "A random field, or count different ones; with a negative count, fields may repeat.",
    example: "HSET user:1000 name Alice visits 10 city Paris\nHRANDFIELD user:1000 2",
    run: hrandfield,
};

fn hrandfield(call: &mut Call) -> Outcome {
    if call.argv.len() == 2 {
        let hash = call.keyspace.read_fields(call.argv[1], Fields::All)?;
        let drawn = hash.and_then(|hash| hash.at(call.server.random.below(hash.len())));
        call.reply.bulk_or_null(drawn.map(|(field, _)| field));
        return Ok(());
    }
    let (count, with_values) = parse_random_options(call)?;
    let Some(hash) = call.keyspace.read_fields(call.argv[1], Fields::All)? else {
        call.reply.array(0);
        return Ok(());
    };
    let requested = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let number = if count < 0 { requested } else { requested.min(hash.len()) };
    let pairs_are_arrays = call.reply.protocol == Protocol::Resp3;
    call.reply.array(if with_values && !pairs_are_arrays { 2 * number } else { number });
    let write = |reply: &mut Reply, index: usize| {
        let (field, value) = hash.at(index).expect("only positions of the hash are drawn");
        if with_values && pairs_are_arrays {
            reply.array(2);
        }
        reply.bulk(field);
        if with_values {
            reply.bulk(value);
        }
    };
    let random = &mut call.server.random;
    if count < 0 {
        if !call.reply.repeat(number, |reply| write(reply, random.below(hash.len()))) {
            return call.drop_connection();
        }
    } else if number == hash.len() {
        (0..number).for_each(|index| write(call.reply, index));
    } else {
        let mut indices = random.distinct_below(hash.len(), number);
        indices.sort_unstable();
        indices.into_iter().for_each(|index| write(call.reply, index));
    }
    Ok(())
}

/// Parses the arguments of HRANDFIELD after the key. Returns the count, and whether to include values.
fn parse_random_options(call: &Call) -> Result<(i64, bool), Error> {
    let count = call.integer(2)?;
    if count == i64::MIN {
        return Err(Error::from_static(
            "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
        ));
    }
    match call.argv.len() {
        3 => Ok((count, false)),
        4 if call.is_option(3, "WITHVALUES") => {
            // With WITHVALUES, the reply has twice as many elements as `count`. Redis rejects a count for which this
            // number overflows.
            let is_countable = (-i64::MAX / 2..=i64::MAX / 2).contains(&count);
            if is_countable { Ok((count, true)) } else { Err(error::OUT_OF_RANGE) }
        }
        _ => Err(error::SYNTAX),
    }
}
