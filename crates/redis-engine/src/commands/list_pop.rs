//! List commands that pop elements, either from one list or from the first of several lists that exists.

use super::list::{node_limit, parse_end, pop_each, pop_event};
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::List;
use crate::data::list::End;
use crate::error::{self, Error};
use crate::number;

pub const COMMANDS: &[&Command] = &[&LMPOP, &LPOP, &RPOP];

const LPOP: Command = Command {
    name: "LPOP",
    syntax: "key [count]",
    arity: -2,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::List,
    since: "1.0.0",
    complexity: "O(N) where N is the number of elements returned",
    summary: "Removes and returns the leftmost element of a list, or several.",
    example: "RPUSH queue:tasks send_email make_thumbnail\nLPOP queue:tasks",
    run: |call| pop(call, End::Left),
};

const RPOP: Command = Command {
    name: "RPOP",
    syntax: "key [count]",
    arity: -2,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::List,
    since: "1.0.0",
    complexity: "O(N) where N is the number of elements returned",
    summary: "Removes and returns the rightmost element of a list, or several.",
    example: "RPUSH queue:tasks send_email make_thumbnail\nRPOP queue:tasks",
    run: |call| pop(call, End::Right),
};

fn pop(call: &mut Call, end: End) -> Outcome {
    if call.argv.len() > 3 {
        return Err(call.wrong_arity());
    }
    let count = match call.argv.get(2) {
        Some(word) => {
            Some(number::parse_integer(word).and_then(|n| usize::try_from(n).ok()).ok_or(error::MUST_BE_POSITIVE)?)
        }
        None => None,
    };
    let limit = node_limit(call);
    let Some(mut list) = call.keyspace.edit::<List>(call.argv[1])? else {
        match count {
            Some(_) => call.reply.null_array(),
            None => call.reply.null(),
        }
        return Ok(());
    };
    let popped = match count {
        Some(0) => {
            call.reply.array(0);
            return Ok(());
        }
        Some(count) => {
            let popped = count.min(list.len());
            call.reply.array(popped);
            popped
        }
        None => 1,
    };
    pop_each(&mut list, end, popped, |element| call.reply.bulk(element));
    list.shrink(limit);
    list.commit_changes(pop_event(end), popped);
    Ok(())
}

/// How many elements to pop from the first list that has any. This also decides the format of the reply.
#[derive(Clone, Copy)]
pub(super) enum PopCount {
    /// One element. The reply consists of the key and the element.
    One,
    /// Up to this many elements. The reply consists of the key and an array of elements.
    UpTo(usize),
}

/// Pops from the first list that exists, and replies with its key and the popped elements. Returns whether any of the
/// lists exists.
pub(super) fn pop_from_first(call: &mut Call, keys: &[&[u8]], end: End, pop_count: PopCount) -> Result<bool, Error> {
    let limit = node_limit(call);
    for &key in keys {
        let Some(mut list) = call.keyspace.edit::<List>(key)? else { continue };
        call.reply.array(2);
        call.reply.bulk(key);
        let count = match pop_count {
            PopCount::One => 1,
            PopCount::UpTo(count) => {
                let count = count.min(list.len());
                call.reply.array(count);
                count
            }
        };
        pop_each(&mut list, end, count, |element| call.reply.bulk(element));
        list.shrink(limit);
        list.commit_changes(pop_event(end), count);
        return Ok(true);
    }
    Ok(false)
}

const LMPOP: Command = Command {
    name: "LMPOP",
    syntax: "numkeys key [key ...] <LEFT | RIGHT> [COUNT count]",
    arity: -4,
    flags: &[Flag::Write, Flag::Movablekeys],
    keys: Keys::counted(1),
    group: Group::List,
    since: "7.0.0",
    complexity: "O(N+M) where N is the number of provided keys and M is the number of elements returned.",
    summary: "Removes and returns elements of the first of several lists that has any.",
    example: "RPUSH queue:late write_report\nLMPOP 2 queue:urgent queue:late LEFT COUNT 10",
    run: lmpop,
};

fn lmpop(call: &mut Call) -> Outcome {
    let (keys, end, count) = parse_multi_pop(call, 1)?;
    if !pop_from_first(call, keys, end, PopCount::UpTo(count))? {
        call.reply.null_array();
    }
    Ok(())
}

/// Parses `numkeys key [key ...] LEFT | RIGHT [COUNT count]` from index `at` to the end of the arguments. Returns the
/// keys, the end of the list to pop from, and the count, which is 1 by default.
pub(super) fn parse_multi_pop<'a>(call: &Call<'a>, at: usize) -> Result<(&'a [&'a [u8]], End, usize), Error> {
    let positive =
        |index: usize| number::parse_integer(call.argv[index]).and_then(|n| usize::try_from(n).ok()).filter(|&n| n > 0);
    let argv = call.argv;
    let numkeys = positive(at).ok_or(error::NUMKEYS_NOT_POSITIVE)?;
    let end_index = numkeys.checked_add(at + 1).filter(|&index| index < argv.len()).ok_or(error::SYNTAX)?;
    let end = parse_end(call, end_index)?;
    let count = match argv.len() - end_index - 1 {
        0 => 1,
        // Redis parses one option at a time, so an invalid count takes precedence over surplus arguments.
        more @ 2.. if call.is_option(end_index + 1, "COUNT") => {
            let count = positive(end_index + 2).ok_or(error::COUNT_NOT_POSITIVE)?;
            if more > 2 {
                return Err(error::SYNTAX);
            }
            count
        }
        _ => return Err(error::SYNTAX),
    };
    Ok((&argv[at + 1..end_index], end, count))
}
