//! String commands that increment and decrement numbers.

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::Str;
use crate::error;
use crate::long_double::LongDouble;

pub const COMMANDS: &[&Command] = &[&DECR, &DECRBY, &INCR, &INCRBY, &INCRBYFLOAT];

const INCR: Command = Command {
    name: "INCR",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Adds one to the integer under a key; a missing key counts as 0.",
    example: "SET visits 10\nINCR visits",
    run: |call| add(call, 1),
};

const DECR: Command = Command {
    name: "DECR",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Subtracts one from the integer under a key; a missing key counts as 0.",
    example: "SET stock 10\nDECR stock",
    run: |call| add(call, -1),
};

const INCRBY: Command = Command {
    name: "INCRBY",
    syntax: "key increment",
    arity: 3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Adds a number to the integer under a key; a missing key counts as 0.",
    example: "SET visits 10\nINCRBY visits 5",
    run: |call| add(call, call.integer(2)?),
};

const DECRBY: Command = Command {
    name: "DECRBY",
    syntax: "key decrement",
    arity: 3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Subtracts a number from the integer under a key; a missing key counts as 0.",
    example: "SET stock 10\nDECRBY stock 3",
    run: |call| add(call, call.integer(2)?.checked_neg().ok_or(error::DECREMENT_OVERFLOW)?),
};

/// Implements INCR, INCRBY, DECR and DECRBY.
fn add(call: &mut Call, increment: i64) -> Outcome {
    let key = call.argv[1];
    let mut value = call.keyspace.edit_or_create::<Str>(key)?;
    let before = if value.is_new() { 0 } else { value.integer().ok_or(error::NOT_AN_INTEGER)? };
    let n = before.checked_add(increment).ok_or(error::OVERFLOW)?;
    *value = Str::Integer(n);
    value.commit("incrby");
    call.reply.integer(n);
    Ok(())
}

const INCRBYFLOAT: Command = Command {
    name: "INCRBYFLOAT",
    syntax: "key increment",
    arity: 3,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::String,
    since: "2.6.0",
    complexity: "O(1)",
    summary: "Adds a number, which may have decimals, to the number under a key; a missing key counts as 0.",
    example: "SET price 10.50\nINCRBYFLOAT price 0.1",
    run: incrbyfloat,
};

fn incrbyfloat(call: &mut Call) -> Outcome {
    let mut value = call.keyspace.edit_or_create::<Str>(call.argv[1])?;
    let before =
        if value.is_new() { LongDouble::ZERO } else { LongDouble::parse(&value.bytes()).ok_or(error::NOT_A_FLOAT)? };
    let increment = LongDouble::parse(call.argv[2]).ok_or(error::NOT_A_FLOAT)?;
    let sum = (before + increment).format().ok_or(error::NAN_OR_INFINITY)?;
    // INCRBYFLOAT never stores its result as an integer, even if the result is a whole number.
    *value = Str::Embedded(sum.as_bytes().into());
    value.commit("incrbyfloat");
    call.reply.bulk(sum.as_bytes());
    Ok(())
}
