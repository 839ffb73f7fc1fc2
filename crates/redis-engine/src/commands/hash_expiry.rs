//! Hash commands for the expiry times of fields.

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::Hash;
use crate::data::hash::{FieldTtl, Fields};
use crate::error::{self, Error};
use crate::expiry::ExpiryFormat;
use crate::keyspace::Edit;
use crate::number;

pub const COMMANDS: &[&Command] = &[
    &HEXPIRE,
    &HEXPIREAT,
    &HEXPIRETIME,
    &HGETDEL,
    &HGETEX,
    &HPERSIST,
    &HPEXPIRE,
    &HPEXPIREAT,
    &HPEXPIRETIME,
    &HPTTL,
    &HSETEX,
    &HTTL,
];

const BAD_COUNT: Error = Error::from_static("ERR Number of fields must be a positive integer");

/// The reply for a field that does not exist.
const NO_FIELD: i64 = -2;
/// The reply for a field without an expiry time.
const NO_EXPIRY: i64 = -1;

/// Parses `FIELDS numfields field [field ...]` from index `at` to the end of the arguments. Returns the fields. If
/// `numfields` is not a positive integer, returns the error `bad_count`.
fn parse_fields<'a>(call: &Call<'a>, at: usize, bad_count: Error) -> Result<&'a [&'a [u8]], Error> {
    let count = *call.argv.get(at + 1).ok_or_else(|| call.wrong_arity())?;
    if !call.is_option(at, "FIELDS") {
        return Err(Error::from_static("ERR Mandatory argument FIELDS is missing or not at the right position"));
    }
    let count = number::parse_integer(count).filter(|&count| count > 0).ok_or(bad_count)?;
    let fields = &call.argv[at + 2..];
    if i64::try_from(fields.len()) == Ok(count) {
        Ok(fields)
    } else {
        Err(Error::from_static("ERR The `numfields` parameter must match the number of arguments"))
    }
}

/// Checks that the key holds a hash if it exists. As in Redis, the calling commands check the type before they parse
/// their arguments.
fn check_type(call: &mut Call) -> Outcome {
    call.keyspace.edit::<Hash>(call.argv[1])?;
    Ok(())
}

/// The condition under which a new expiry time is set.
#[derive(Clone, Copy)]
enum Condition {
    Always,
    IfNone,
    IfAny,
    IfLater,
    IfSooner,
}

impl Condition {
    fn parse(call: &Call, index: usize) -> Option<Condition> {
        let options = [
            ("NX", Condition::IfNone),
            ("XX", Condition::IfAny),
            ("GT", Condition::IfLater),
            ("LT", Condition::IfSooner),
        ];
        options.into_iter().find(|(name, _)| call.is_option(index, name)).map(|(_, condition)| condition)
    }

    /// Returns whether the condition allows `new` to replace the expiry time `before`. A field without an expiry time
    /// is treated as if it expired after all others.
    fn holds(self, before: Option<i64>, new: i64) -> bool {
        match self {
            Condition::Always => true,
            Condition::IfNone => before.is_none(),
            Condition::IfAny => before.is_some(),
            Condition::IfLater => before.is_some_and(|before| new > before),
            Condition::IfSooner => before.is_none_or(|before| new < before),
        }
    }
}

const HEXPIRE: Command = Command {
    name: "HEXPIRE",
    syntax: "key seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
    arity: -6,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "7.4.0",
    complexity: "O(N) where N is the number of specified fields",
    summary: "Makes fields of a hash expire after a number of seconds.",
    example: "HSET user:1000 name Alice code 1234\nHEXPIRE user:1000 60 FIELDS 1 code",
    run: |call| expire(call, ExpiryFormat::SECONDS),
};

const HPEXPIRE: Command = Command {
    name: "HPEXPIRE",
    syntax: "key milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
    arity: -6,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "7.4.0",
    complexity: "O(N) where N is the number of specified fields",
    summary: "Makes fields of a hash expire after a number of milliseconds.",
    example: "HSET user:1000 name Alice code 1234\nHPEXPIRE user:1000 60000 FIELDS 1 code",
    run: |call| expire(call, ExpiryFormat::MILLISECONDS),
};

const HEXPIREAT: Command = Command {
    name: "HEXPIREAT",
    syntax: "key unix-time-seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
    arity: -6,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "7.4.0",
    complexity: "O(N) where N is the number of specified fields",
    summary: "Makes fields of a hash expire at a time, in seconds since 1970.",
    example: "HSET user:1000 name Alice code 1234\nHEXPIREAT user:1000 4102444800 FIELDS 1 code",
    run: |call| expire(call, ExpiryFormat::UNIX_SECONDS),
};

const HPEXPIREAT: Command = Command {
    name: "HPEXPIREAT",
    syntax: "key unix-time-milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
    arity: -6,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "7.4.0",
    complexity: "O(N) where N is the number of specified fields",
    summary: "Makes fields of a hash expire at a time, in milliseconds since 1970.",
    example: "HSET user:1000 name Alice code 1234\nHPEXPIREAT user:1000 4102444800000 FIELDS 1 code",
    run: |call| expire(call, ExpiryFormat::UNIX_MILLISECONDS),
};

fn expire(call: &mut Call, format: ExpiryFormat) -> Outcome {
    const BAD_COUNT: Error = Error::from_static("ERR Parameter `numFields` should be greater than 0");
    const NOT_SET: i64 = 0;
    const SET: i64 = 1;
    const REMOVED: i64 = 2;
    check_type(call)?;
    let expires_ms = format.parse_for_field(call, 2)?;
    let (condition, at) = match Condition::parse(call, 3) {
        Some(condition) => (condition, 4),
        None => (Condition::Always, 3),
    };
    let fields = parse_fields(call, at, BAD_COUNT)?;
    let now_ms = call.keyspace.now_ms();
    call.reply.array(fields.len());
    let Some(mut hash) = call.keyspace.edit::<Hash>(call.argv[1])? else {
        fields.iter().for_each(|_| call.reply.integer(NO_FIELD));
        return Ok(());
    };
    hash.prepare_for_expiry();
    let (mut event, mut changes) = (None, 0);
    for field in fields {
        let outcome = match hash.expiry(field) {
            None => NO_FIELD,
            Some(before) if !condition.holds(before, expires_ms) => NOT_SET,
            Some(_) if expires_ms <= now_ms => REMOVED,
            Some(_) => SET,
        };
        match outcome {
            SET => {
                hash.set_expiry(field, Some(expires_ms));
                event = Some("hexpire");
            }
            REMOVED => {
                remove_as_expired(&mut hash, field);
                event = Some("hdel");
            }
            _ => {}
        }
        changes += usize::from(matches!(outcome, SET | REMOVED));
        call.reply.integer(outcome);
    }
    if let Some(event) = event {
        hash.commit_changes(event, changes);
    }
    Ok(())
}

const HTTL: Command = Command {
    name: "HTTL",
    syntax: "key FIELDS numfields field [field ...]",
    arity: -5,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "7.4.0",
    complexity: "O(N) where N is the number of specified fields",
    summary: "The number of seconds until fields of a hash expire: -1 without an expiry time, -2 for a missing field.",
    example: "HSETEX user:1000 EX 60 FIELDS 1 code 1234\nHTTL user:1000 FIELDS 1 code",
    run: |call| reply_with_expiries(call, |at_ms, now_ms| to_seconds(at_ms - now_ms)),
};

const HPTTL: Command = Command {
    name: "HPTTL",
    syntax: "key FIELDS numfields field [field ...]",
    arity: -5,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "7.4.0",
    complexity: "O(N) where N is the number of specified fields",
    summary: "The number of milliseconds until fields of a hash expire.",
    example: "HSETEX user:1000 EX 60 FIELDS 1 code 1234\nHPTTL user:1000 FIELDS 1 code",
    run: |call| reply_with_expiries(call, |at_ms, now_ms| at_ms - now_ms),
};

const HEXPIRETIME: Command = Command {
    name: "HEXPIRETIME",
    syntax: "key FIELDS numfields field [field ...]",
    arity: -5,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "7.4.0",
    complexity: "O(N) where N is the number of specified fields",
    summary: "When fields of a hash expire, in seconds since 1970.",
    example: "HSETEX user:1000 EXAT 4102444800 FIELDS 1 code 1234\nHEXPIRETIME user:1000 FIELDS 1 code",
    run: |call| reply_with_expiries(call, |at_ms, _| to_seconds(at_ms)),
};

const HPEXPIRETIME: Command = Command {
    name: "HPEXPIRETIME",
    syntax: "key FIELDS numfields field [field ...]",
    arity: -5,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "7.4.0",
    complexity: "O(N) where N is the number of specified fields",
    summary: "When fields of a hash expire, in milliseconds since 1970.",
    example: "HSETEX user:1000 EXAT 4102444800 FIELDS 1 code 1234\nHPEXPIRETIME user:1000 FIELDS 1 code",
    run: |call| reply_with_expiries(call, |at_ms, _| at_ms),
};

/// Converts milliseconds to seconds, rounding up.
fn to_seconds(ms: i64) -> i64 {
    (ms + 999) / 1000
}

/// Replies with a number for each field: the result of `convert` for the field's expiry time and the current time, both
/// in milliseconds since 1970.
fn reply_with_expiries(call: &mut Call, convert: fn(i64, i64) -> i64) -> Outcome {
    // As in Redis, a missing key counts as a keyspace miss even if the arguments are invalid.
    call.keyspace.read::<Hash>(call.argv[1])?;
    let fields = parse_fields(call, 2, BAD_COUNT)?;
    let now_ms = call.keyspace.now_ms();
    let hash = call.keyspace.edit::<Hash>(call.argv[1])?;
    call.reply.array(fields.len());
    for field in fields {
        call.reply.integer(match hash.as_ref().and_then(|hash| hash.live_expiry(field, now_ms)) {
            None => NO_FIELD,
            Some(None) => NO_EXPIRY,
            Some(Some(at_ms)) => convert(at_ms, now_ms),
        });
    }
    Ok(())
}

const HPERSIST: Command = Command {
    name: "HPERSIST",
    syntax: "key FIELDS numfields field [field ...]",
    arity: -5,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "7.4.0",
    complexity: "O(N) where N is the number of specified fields",
    summary: "Removes the expiry time of fields of a hash.",
    example: "HSETEX user:1000 EX 60 FIELDS 1 code 1234\nHPERSIST user:1000 FIELDS 1 code",
    run: hpersist,
};

fn hpersist(call: &mut Call) -> Outcome {
    const DONE: i64 = 1;
    check_type(call)?;
    let fields = parse_fields(call, 2, BAD_COUNT)?;
    let now_ms = call.keyspace.now_ms();
    call.reply.array(fields.len());
    let Some(mut hash) = call.keyspace.edit::<Hash>(call.argv[1])? else {
        fields.iter().for_each(|_| call.reply.integer(NO_FIELD));
        return Ok(());
    };
    let mut changed = false;
    for field in fields {
        call.reply.integer(match hash.live_expiry(field, now_ms) {
            None => NO_FIELD,
            Some(None) => NO_EXPIRY,
            Some(Some(_)) => {
                changed |= hash.set_expiry(field, None);
                DONE
            }
        });
    }
    if changed {
        hash.commit("hpersist");
    }
    Ok(())
}

const HGETDEL: Command = Command {
    name: "HGETDEL",
    syntax: "key FIELDS numfields field [field ...]",
    arity: -5,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "8.0.0",
    complexity: "O(N) where N is the number of specified fields",
    summary: "Returns the values of fields of a hash, and deletes the fields.",
    example: "HSET user:1000 name Alice code 1234\nHGETDEL user:1000 FIELDS 1 code",
    run: hgetdel,
};

fn hgetdel(call: &mut Call) -> Outcome {
    check_type(call)?;
    let fields = parse_fields(call, 2, BAD_COUNT)?;
    call.keyspace.expire_fields(call.argv[1], Fields::Named(fields));
    call.reply.array(fields.len());
    let Some(mut hash) = call.keyspace.edit::<Hash>(call.argv[1])? else {
        fields.iter().for_each(|_| call.reply.null());
        return Ok(());
    };
    let mut removed = 0;
    for field in fields {
        call.reply.bulk_or_null(hash.get(field));
        removed += usize::from(hash.remove(field));
    }
    if removed > 0 {
        hash.commit_changes("hdel", removed);
    }
    Ok(())
}

/// What HGETEX and HSETEX do with the fields' expiry times.
#[derive(Clone, Copy)]
enum Expiry {
    /// The command was called without an option for the expiry times.
    Unspecified,
    Keep,
    Persist,
    /// An expiry time in milliseconds since 1970.
    At(i64),
}

const HGETEX: Command = Command {
    name: "HGETEX",
    syntax: "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST] \
             FIELDS numfields field [field ...]",
    arity: -5,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "8.0.0",
    complexity: "O(N) where N is the number of specified fields",
    summary: "Returns the values of fields of a hash, and sets or removes their expiry time.",
    example: "HSET user:1000 name Alice code 1234\nHGETEX user:1000 EX 60 FIELDS 1 code",
    run: hgetex,
};

fn hgetex(call: &mut Call) -> Outcome {
    check_type(call)?;
    let (expiry, at) = match ExpiryFormat::from_option(call.argv[2]) {
        Some(format) => (Expiry::At(format.parse_for_field(call, 3)?), 4),
        None if call.is_option(2, "PERSIST") => (Expiry::Persist, 3),
        None => (Expiry::Unspecified, 2),
    };
    let fields = parse_fields(call, at, BAD_COUNT)?;
    let now_ms = call.keyspace.now_ms();
    call.keyspace.expire_fields(call.argv[1], Fields::Named(fields));
    call.reply.array(fields.len());
    let Some(mut hash) = call.keyspace.edit::<Hash>(call.argv[1])? else {
        fields.iter().for_each(|_| call.reply.null());
        return Ok(());
    };
    if !matches!(expiry, Expiry::Unspecified) {
        hash.prepare_for_expiry();
    }
    let (mut event, mut changes) = (None, 0);
    for field in fields {
        call.reply.bulk_or_null(hash.get(field));
        let outcome = match expiry {
            _ if !hash.contains(field) => None,
            Expiry::Unspecified | Expiry::Keep => None,
            Expiry::Persist => hash.set_expiry(field, None).then_some("hpersist"),
            Expiry::At(at_ms) => Some(expire_or_remove(&mut hash, field, at_ms, now_ms)),
        };
        changes += usize::from(outcome.is_some());
        event = outcome.or(event);
    }
    if let Some(event) = event {
        hash.commit_changes(event, changes);
    }
    Ok(())
}

/// Sets a field's expiry time, or removes the field if that time has passed. Returns the name of the keyspace event.
fn expire_or_remove(hash: &mut Edit<Hash>, field: &[u8], at_ms: i64, now_ms: i64) -> &'static str {
    if at_ms <= now_ms {
        remove_as_expired(hash, field);
        "hdel"
    } else {
        hash.set_expiry(field, Some(at_ms));
        "hexpire"
    }
}

/// Removes a field whose new expiry time is in the past. INFO counts the field as expired.
fn remove_as_expired(hash: &mut Edit<Hash>, field: &[u8]) {
    let removed = hash.remove(field);
    hash.count_expired(usize::from(removed));
}

const HSETEX: Command = Command {
    name: "HSETEX",
    syntax: "key [FNX | FXX] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | \
             KEEPTTL] FIELDS numfields field value [field value ...]",
    arity: -6,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Hash,
    since: "8.0.0",
    complexity: "O(N) where N is the number of fields being set.",
    summary: "Sets fields of a hash together with their expiry time.",
    example: "HSETEX user:1000 EX 60 FIELDS 1 code 1234",
    run: hsetex,
};

/// The condition under which HSETEX sets the fields.
#[derive(Clone, Copy)]
enum FieldCondition {
    Always,
    NoneExists,
    AllExist,
}

/// The parsed arguments of HSETEX.
struct HsetexOptions<'a> {
    condition: FieldCondition,
    expiry: Expiry,
    pairs: &'a [[&'a [u8]; 2]],
}

fn parse_hsetex<'a>(call: &Call<'a>) -> Result<HsetexOptions<'a>, Error> {
    let mut options = HsetexOptions { condition: FieldCondition::Always, expiry: Expiry::Unspecified, pairs: &[] };
    let mut index = 2;
    while index < call.argv.len() {
        let format = ExpiryFormat::from_option(call.argv[index]).filter(|_| index + 1 < call.argv.len());
        if call.is_option(index, "FIELDS") {
            options.pairs = parse_pairs(call, index + 1)?;
            return Ok(options);
        } else if call.is_option(index, "FXX") || call.is_option(index, "FNX") {
            if !matches!(options.condition, FieldCondition::Always) {
                return Err(Error::from_static("ERR Only one of FXX or FNX arguments can be specified"));
            }
            options.condition =
                if call.is_option(index, "FXX") { FieldCondition::AllExist } else { FieldCondition::NoneExists };
        } else if format.is_some() || call.is_option(index, "KEEPTTL") {
            if !matches!(options.expiry, Expiry::Unspecified) {
                return Err(Error::from_static(
                    "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
                ));
            }
            options.expiry = match format {
                Some(format) => {
                    index += 1;
                    Expiry::At(format.parse_for_field(call, index)?)
                }
                None => Expiry::Keep,
            };
        } else {
            let unknown = [b"ERR unknown argument: ", error::until_nul(call.argv[index])].concat();
            return Err(Error::new(unknown));
        }
        index += 1;
    }
    Err(call.wrong_arity())
}

/// Parses `numfields field value [field value ...]` from index `at` to the end of the arguments. Returns the pairs of
/// fields and values.
fn parse_pairs<'a>(call: &Call<'a>, at: usize) -> Result<&'a [[&'a [u8]; 2]], Error> {
    if call.argv.len() < at + 3 {
        return Err(call.wrong_arity());
    }
    let count = number::parse_integer(call.argv[at]).and_then(|count| i32::try_from(count).ok());
    let count = count.filter(|&count| count > 0).ok_or(Error::from_static("ERR invalid number of fields"))?;
    let (pairs, rest) = call.argv[at + 1..].as_chunks();
    let counts_agree = i32::try_from(pairs.len()) == Ok(count) && rest.is_empty();
    if counts_agree { Ok(pairs) } else { Err(call.wrong_arity()) }
}

fn hsetex(call: &mut Call) -> Outcome {
    let HsetexOptions { condition, expiry, pairs } = parse_hsetex(call)?;
    let (key, limits, now_ms) = (call.argv[1], call.keyspace.limits, call.keyspace.now_ms());
    let mut hash = call.keyspace.edit_or_create::<Hash>(key)?;
    let mut fields = pairs.iter().map(|[field, _]| *field);
    let mut expired = 0;
    // Redis stops at the first field that decides whether the condition holds, and removes expired fields only up to
    // that field.
    let mut exists = |field| {
        expired += hash.expire(Fields::Named(&[field]), now_ms);
        hash.contains(field)
    };
    let sets = match condition {
        FieldCondition::Always => true,
        FieldCondition::NoneExists => !fields.any(&mut exists),
        FieldCondition::AllExist => fields.all(&mut exists),
    };
    call.reply.flag(sets);
    hash.count_expired(expired);
    if !sets {
        if expired > 0 {
            hash.commit("hexpired");
        }
        return Ok(());
    }
    if expired > 0 {
        hash.notify("hexpired");
    }
    let ttl = if matches!(expiry, Expiry::Keep) { FieldTtl::Keep } else { FieldTtl::Clear };
    hash.prepare_for(pairs.len(), limits);
    if matches!(expiry, Expiry::At(_)) {
        hash.prepare_for_expiry();
    }
    let is_past = matches!(expiry, Expiry::At(at_ms) if at_ms <= now_ms);
    for (index, [field, value]) in pairs.iter().enumerate() {
        hash.set(field, value, ttl, limits);
        // Redis removes a field immediately if its expiry time has passed, so that the hash does not grow. The last
        // field is removed below, where the keyspace event for the removal is published.
        if is_past && index + 1 < pairs.len() {
            remove_as_expired(&mut hash, field);
        }
    }
    hash.commit_changes("hset", pairs.len());
    if let Expiry::At(at_ms) = expiry
        && let Some(mut hash) = call.keyspace.edit::<Hash>(key)?
    {
        let mut event = "hexpire";
        for [field, _] in pairs {
            event = expire_or_remove(&mut hash, field, at_ms, now_ms);
        }
        // Redis counts a field and its expiry time as one change, which has already been counted with the event `hset`.
        hash.commit_changes(event, 0);
    }
    Ok(())
}
