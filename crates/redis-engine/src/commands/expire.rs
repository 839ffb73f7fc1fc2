//! Commands that set, read and remove the expiry times of keys.

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::error::{self, Error};

pub const COMMANDS: &[&Command] =
    &[&EXPIRE, &EXPIREAT, &EXPIRETIME, &PERSIST, &PEXPIRE, &PEXPIREAT, &PEXPIRETIME, &PTTL, &TTL];

const SECOND: i64 = 1000;
const MILLISECOND: i64 = 1;

/// What an expiry time is relative to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RelativeTo {
    Now,
    Epoch,
}

const EXPIRE: Command = Command {
    name: "EXPIRE",
    syntax: "key seconds [NX | XX | GT | LT]",
    arity: -3,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Makes a key expire after a number of seconds.",
    example: "SET session abc\nEXPIRE session 60",
    run: |call| expire(call, SECOND, RelativeTo::Now),
};

const PEXPIRE: Command = Command {
    name: "PEXPIRE",
    syntax: "key milliseconds [NX | XX | GT | LT]",
    arity: -3,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "2.6.0",
    complexity: "O(1)",
    summary: "Makes a key expire after a number of milliseconds.",
    example: "SET session abc\nPEXPIRE session 1500",
    run: |call| expire(call, MILLISECOND, RelativeTo::Now),
};

const EXPIREAT: Command = Command {
    name: "EXPIREAT",
    syntax: "key unix-time-seconds [NX | XX | GT | LT]",
    arity: -3,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "1.2.0",
    complexity: "O(1)",
    summary: "Makes a key expire at a time, in seconds since 1970.",
    example: "SET session abc\nEXPIREAT session 33177117420",
    run: |call| expire(call, SECOND, RelativeTo::Epoch),
};

const PEXPIREAT: Command = Command {
    name: "PEXPIREAT",
    syntax: "key unix-time-milliseconds [NX | XX | GT | LT]",
    arity: -3,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "2.6.0",
    complexity: "O(1)",
    summary: "Makes a key expire at a time, in milliseconds since 1970.",
    example: "SET session abc\nPEXPIREAT session 33177117420000",
    run: |call| expire(call, MILLISECOND, RelativeTo::Epoch),
};

/// Conditions under which a new expiry time is set. Every condition whose field is true must hold.
#[derive(Default)]
struct Conditions {
    if_none: bool,
    if_any: bool,
    if_later: bool,
    if_sooner: bool,
}

impl Conditions {
    fn parse(call: &Call) -> Result<Self, Error> {
        let mut conditions = Conditions::default();
        for index in 3..call.argv.len() {
            let known = [
                ("NX", &mut conditions.if_none),
                ("XX", &mut conditions.if_any),
                ("GT", &mut conditions.if_later),
                ("LT", &mut conditions.if_sooner),
            ];
            match known.into_iter().find(|(option, _)| call.is_option(index, option)) {
                Some((_, set)) => *set = true,
                None => {
                    return Err(Error::new([b"ERR Unsupported option ", error::until_nul(call.argv[index])].concat()));
                }
            }
        }
        if conditions.if_none && (conditions.if_any || conditions.if_later || conditions.if_sooner) {
            return Err(Error::from_static("ERR NX and XX, GT or LT options at the same time are not compatible"));
        }
        if conditions.if_later && conditions.if_sooner {
            return Err(Error::from_static("ERR GT and LT options at the same time are not compatible"));
        }
        Ok(conditions)
    }

    /// Returns whether the conditions allow the expiry time `new` to replace `old`. A key without an expiry time is
    /// treated as if it expired after all others.
    fn hold(&self, old: Option<i64>, new: i64) -> bool {
        !(self.if_none && old.is_some()
            || self.if_any && old.is_none()
            || self.if_later && old.is_none_or(|old| new <= old)
            || self.if_sooner && old.is_some_and(|old| new >= old))
    }
}

fn expire(call: &mut Call, ms_per_unit: i64, relative_to: RelativeTo) -> Outcome {
    let conditions = Conditions::parse(call)?;
    let base = if relative_to == RelativeTo::Now { call.keyspace.now_ms() } else { 0 };
    let ms = call.integer(2)?.checked_mul(ms_per_unit).and_then(|ms| ms.checked_add(base));
    let expires_ms = ms.ok_or_else(|| error::invalid_expire(call.command.name))?;
    let key = call.argv[1];
    let Some(entry) = call.keyspace.peek(key) else {
        call.reply.flag(false);
        return Ok(());
    };
    let applies = conditions.hold(entry.expires_ms(), expires_ms);
    if applies && expires_ms <= call.keyspace.now_ms() {
        call.keyspace.remove(key, "del");
    } else if applies {
        call.keyspace.set_expiry(key, Some(expires_ms), "expire");
    }
    call.reply.flag(applies);
    Ok(())
}

const PERSIST: Command = Command {
    name: "PERSIST",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "2.2.0",
    complexity: "O(1)",
    summary: "Removes the expiry time of a key.",
    example: "SET session abc EX 60\nPERSIST session",
    run: persist,
};

fn persist(call: &mut Call) -> Outcome {
    let key = call.argv[1];
    let expires = call.keyspace.peek(key).is_some_and(|entry| entry.expires_ms().is_some());
    if expires {
        call.keyspace.set_expiry(key, None, "persist");
    }
    call.reply.flag(expires);
    Ok(())
}

const TTL: Command = Command {
    name: "TTL",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "The number of seconds until a key expires: -1 without an expiry time, -2 for a missing key.",
    example: "SET session abc EX 60\nTTL session",
    run: |call| time_left(call, SECOND, RelativeTo::Now),
};

const PTTL: Command = Command {
    name: "PTTL",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "2.6.0",
    complexity: "O(1)",
    summary: "The number of milliseconds until a key expires: -1 without an expiry time, -2 for a missing key.",
    example: "SET session abc EX 60\nPTTL session",
    run: |call| time_left(call, MILLISECOND, RelativeTo::Now),
};

const EXPIRETIME: Command = Command {
    name: "EXPIRETIME",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "7.0.0",
    complexity: "O(1)",
    summary: "The time when a key expires, in seconds since 1970: -1 without an expiry time, -2 for a missing key.",
    example: "SET session abc EXAT 33177117420\nEXPIRETIME session",
    run: |call| time_left(call, SECOND, RelativeTo::Epoch),
};

const PEXPIRETIME: Command = Command {
    name: "PEXPIRETIME",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "7.0.0",
    complexity: "O(1)",
    summary: "The time when a key expires, in milliseconds since 1970: -1 without an expiry time, -2 for a \
              missing key.",
    example: "SET session abc PXAT 33177117420000\nPEXPIRETIME session",
    run: |call| time_left(call, MILLISECOND, RelativeTo::Epoch),
};

fn time_left(call: &mut Call, ms_per_unit: i64, relative_to: RelativeTo) -> Outcome {
    let base = if relative_to == RelativeTo::Now { call.keyspace.now_ms() } else { 0 };
    let time = match call.keyspace.inspect(call.argv[1]) {
        None => -2,
        Some(entry) => match entry.expires_ms() {
            None => -1,
            // The time is rounded to the nearest unit, as in Redis.
            Some(at) => (at - base).max(0).saturating_add(ms_per_unit / 2) / ms_per_unit,
        },
    };
    call.reply.integer(time);
    Ok(())
}
