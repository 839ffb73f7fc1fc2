//! List commands that block until a list has an element.

use super::list::{move_element, parse_end};
use super::list_pop::{PopCount, parse_multi_pop, pop_from_first};
use crate::call::{Call, Mode, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::list::End;

pub const COMMANDS: &[&Command] = &[&BLMOVE, &BLMPOP, &BLPOP, &BRPOP, &BRPOPLPUSH];

const BLPOP: Command = Command {
    name: "BLPOP",
    syntax: "key [key ...] timeout",
    arity: -3,
    flags: &[Flag::Write, Flag::Blocking],
    keys: Keys::range(1, -2, 1),
    group: Group::List,
    since: "2.0.0",
    complexity: "O(N) where N is the number of provided keys.",
    summary: "Removes and returns the leftmost element of the first list that has one, or waits for one; a \
              timeout of 0 waits forever.",
    example: "RPUSH queue:tasks send_email\nBLPOP queue:urgent queue:tasks 5",
    run: |call| pop(call, End::Left),
};

const BRPOP: Command = Command {
    name: "BRPOP",
    syntax: "key [key ...] timeout",
    arity: -3,
    flags: &[Flag::Write, Flag::Blocking],
    keys: Keys::range(1, -2, 1),
    group: Group::List,
    since: "2.0.0",
    complexity: "O(N) where N is the number of provided keys.",
    summary: "Removes and returns the rightmost element of the first list that has one, or waits for one; a \
              timeout of 0 waits forever.",
    example: "RPUSH queue:tasks send_email\nBRPOP queue:urgent queue:tasks 5",
    run: |call| pop(call, End::Right),
};

fn pop(call: &mut Call, end: End) -> Outcome {
    let last = call.argv.len() - 1;
    let deadline = call.deadline(last)?;
    let keys = &call.argv[1..last];
    if pop_from_first(call, keys, end, PopCount::One)? {
        return Ok(());
    }
    call.block(keys, deadline)
}

const BLMPOP: Command = Command {
    name: "BLMPOP",
    syntax: "timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count]",
    arity: -5,
    flags: &[Flag::Write, Flag::Blocking, Flag::Movablekeys],
    keys: Keys::counted(2),
    group: Group::List,
    since: "7.0.0",
    complexity: "O(N+M) where N is the number of provided keys and M is the number of elements returned.",
    summary: "Removes and returns elements of the first of several lists that has any, or waits for one.",
    example: "RPUSH queue:tasks send_email make_thumbnail\nBLMPOP 5 2 queue:urgent queue:tasks LEFT COUNT 10",
    run: blmpop,
};

fn blmpop(call: &mut Call) -> Outcome {
    let (keys, end, count) = parse_multi_pop(call, 2)?;
    let deadline = call.deadline(1)?;
    if pop_from_first(call, keys, end, PopCount::UpTo(count))? {
        return Ok(());
    }
    call.block(keys, deadline)
}

const BLMOVE: Command = Command {
    name: "BLMOVE",
    syntax: "source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout",
    arity: 6,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Blocking],
    keys: Keys::range(1, 2, 1),
    group: Group::List,
    since: "6.2.0",
    complexity: "O(1)",
    summary: "Moves an element from an end of one list to an end of another, or waits until there is one.",
    example: "RPUSH queue:tasks send_email\nBLMOVE queue:tasks queue:doing LEFT RIGHT 5",
    run: blmove,
};

fn blmove(call: &mut Call) -> Outcome {
    let (from, to) = (parse_end(call, 3)?, parse_end(call, 4)?);
    move_or_block(call, from, to, 5)
}

const BRPOPLPUSH: Command = Command {
    name: "BRPOPLPUSH",
    syntax: "source destination timeout",
    arity: 4,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Blocking],
    keys: Keys::range(1, 2, 1),
    group: Group::List,
    since: "2.2.0",
    complexity: "O(1)",
    summary: "Moves the rightmost element of a list to the left end of another, or waits until there is one.",
    example: "RPUSH queue:tasks send_email\nBRPOPLPUSH queue:tasks queue:doing 5",
    run: |call| move_or_block(call, End::Right, End::Left, 3),
};

fn move_or_block(call: &mut Call, from: End, to: End, timeout_at: usize) -> Outcome {
    let deadline = call.deadline(timeout_at)?;
    if move_element(call, from, to)? {
        return Ok(());
    }
    if matches!(call.mode, Mode::Exec | Mode::Script) {
        // In a transaction the reply is null, whereas the reply after a timeout is a null array.
        call.reply.null();
        return Ok(());
    }
    call.block(&call.argv[1..2], deadline)
}
