//! Commands on keys of any type: deleting, renaming, copying and moving.

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::memory::Samples;
use crate::error::{self, Error};
use crate::keyspace::{DATABASES, MoveEvents};

pub const COMMANDS: &[&Command] =
    &[&COPY, &DEL, &EXISTS, &MOVE, &RANDOMKEY, &RENAME, &RENAMENX, &TOUCH, &TYPE, &UNLINK, &WAIT];

const DEL: Command = Command {
    name: "DEL",
    syntax: "key [key ...]",
    arity: -2,
    flags: &[Flag::Write],
    keys: Keys::ALL,
    group: Group::Generic,
    since: "1.0.0",
    complexity: "O(N) where N is the number of keys that will be removed. When a key to remove holds a value other \
                 than a string, the individual complexity for this key is O(M) where M is the number of elements in \
                 the list, set, sorted set or hash. Removing a single key that holds a string value is O(1).",
    summary: "Deletes keys of any type; returns how many existed.",
    example: "SET greeting hello\nDEL greeting",
    run: del,
};

const UNLINK: Command = Command {
    name: "UNLINK",
    syntax: "key [key ...]",
    arity: -2,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::ALL,
    group: Group::Generic,
    since: "4.0.0",
    complexity: "O(1) for each key removed regardless of its size. Then the command does O(N) work in a different \
                 thread in order to reclaim memory, where N is the number of allocations the deleted objects where \
                 composed of.",
    summary: "Deletes keys like DEL; a real server frees their memory in another thread.",
    example: "SET greeting hello\nUNLINK greeting",
    run: unlink,
};

fn del(call: &mut Call) -> Outcome {
    let removed = call.argv[1..].iter().filter(|key| call.keyspace.remove(key, "del").is_some()).count();
    call.reply.count(removed);
    Ok(())
}

fn unlink(call: &mut Call) -> Outcome {
    /// Maximum number of allocations in a value that Redis frees in the main thread (`LAZYFREE_THRESHOLD`). A value
    /// with more allocations is freed in another thread.
    const LAZYFREE_THRESHOLD: usize = 64;
    let mut removed = 0;
    for key in &call.argv[1..] {
        let Some(entry) = call.keyspace.remove(key, "del") else { continue };
        removed += 1;
        call.keyspace.stats.lazyfreed_objects += u64::from(entry.value.allocations() > LAZYFREE_THRESHOLD);
    }
    call.reply.count(removed);
    Ok(())
}

const EXISTS: Command = Command {
    name: "EXISTS",
    syntax: "key [key ...]",
    arity: -2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::ALL,
    group: Group::Generic,
    since: "1.0.0",
    complexity: "O(N) where N is the number of keys to check.",
    summary: "Counts how many of these keys exist; a key named twice counts twice.",
    example: "SET greeting hello\nEXISTS greeting",
    run: exists,
};

fn exists(call: &mut Call) -> Outcome {
    let existing = call.argv[1..].iter().filter(|key| call.keyspace.inspect(key).is_some()).count();
    call.reply.count(existing);
    Ok(())
}

const TOUCH: Command = Command {
    name: "TOUCH",
    syntax: "key [key ...]",
    arity: -2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::ALL,
    group: Group::Generic,
    since: "3.2.1",
    complexity: "O(N) where N is the number of keys that will be touched.",
    summary: "Marks keys as just used; returns how many exist.",
    example: "SET greeting hello\nTOUCH greeting",
    run: touch,
};

fn touch(call: &mut Call) -> Outcome {
    // As in Redis, CLIENT NO-TOUCH has no effect on TOUCH, so access times are always updated here.
    let updates_access_times = std::mem::replace(&mut call.keyspace.updates_access_times, true);
    let existing = call.argv[1..].iter().filter(|key| call.keyspace.read_any(key).is_some()).count();
    call.keyspace.updates_access_times = updates_access_times;
    call.reply.count(existing);
    Ok(())
}

const TYPE: Command = Command {
    name: "TYPE",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "The type of a key: string, list, set, zset, hash, or none.",
    example: "RPUSH tasks wash\nTYPE tasks",
    run: type_of,
};

fn type_of(call: &mut Call) -> Outcome {
    let name = call.keyspace.inspect(call.argv[1]).map_or("none", |entry| entry.value.type_name());
    call.reply.status(name);
    Ok(())
}

const RANDOMKEY: Command = Command {
    name: "RANDOMKEY",
    syntax: "",
    arity: 1,
    flags: &[Flag::Readonly],
    keys: Keys::NONE,
    group: Group::Generic,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "A random key, or nil if there are no keys.",
    example: "SET greeting hello\nRANDOMKEY",
    run: randomkey,
};

fn randomkey(call: &mut Call) -> Outcome {
    while !call.keyspace.database().is_empty() {
        let index = call.server.random.below(call.keyspace.database().len());
        let Some((key, entry)) = call.keyspace.database().at(index) else { break };
        if !entry.has_expired(call.keyspace.now_ms()) {
            call.reply.bulk(key);
            return Ok(());
        }
        let key = key.to_vec();
        call.keyspace.exists(&key);
    }
    call.reply.null();
    Ok(())
}

const RENAME: Command = Command {
    name: "RENAME",
    syntax: "key newkey",
    arity: 3,
    flags: &[Flag::Write],
    keys: Keys::range(1, 2, 1),
    group: Group::Generic,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Renames a key; an existing key with the new name is replaced.",
    example: "SET draft hello\nRENAME draft greeting",
    run: rename,
};

fn rename(call: &mut Call) -> Outcome {
    rename_to(call, IfExists::Replace)?;
    call.reply.ok();
    Ok(())
}

const RENAMENX: Command = Command {
    name: "RENAMENX",
    syntax: "key newkey",
    arity: 3,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::range(1, 2, 1),
    group: Group::Generic,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Renames a key, unless a key with the new name exists.",
    example: "SET draft hello\nRENAMENX draft greeting",
    run: renamenx,
};

fn renamenx(call: &mut Call) -> Outcome {
    let renamed = rename_to(call, IfExists::Keep)?;
    call.reply.flag(renamed);
    Ok(())
}

/// What to do if a key with the new name exists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IfExists {
    Replace,
    Keep,
}

fn rename_to(call: &mut Call, if_exists: IfExists) -> Result<bool, Error> {
    let (from, to) = (call.argv[1], call.argv[2]);
    if !call.keyspace.exists(from) {
        return Err(error::NO_SUCH_KEY);
    }
    if from == to {
        return Ok(if_exists == IfExists::Replace);
    }
    if if_exists == IfExists::Keep && call.keyspace.exists(to) {
        return Ok(false);
    }
    if let Some(entry) = call.keyspace.take_for_move(from) {
        let expires_ms = entry.expires_ms();
        let on_source = Some((call.keyspace.selected(), from, "rename_from"));
        call.keyspace.insert_moved(to, entry.value, expires_ms, MoveEvents { on_source, on_target: "rename_to" });
    }
    Ok(true)
}

const COPY: Command = Command {
    name: "COPY",
    syntax: "source destination [DB destination-db] [REPLACE]",
    arity: -3,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::range(1, 2, 1),
    group: Group::Generic,
    since: "6.2.0",
    complexity: "O(N) worst case for collections, where N is the number of nested items. O(1) for string values.",
    summary: "Copies the value and the expiry time of a key to another key.",
    example: "SET greeting hello\nCOPY greeting backup",
    run: copy,
};

fn copy(call: &mut Call) -> Outcome {
    let (from, to, home) = (call.argv[1], call.argv[2], call.keyspace.selected());
    let (mut target, mut if_exists, mut index) = (home, IfExists::Keep, 3);
    while index < call.argv.len() {
        if call.is_option(index, "REPLACE") {
            if_exists = IfExists::Replace;
        } else if call.is_option(index, "DB") && index + 1 < call.argv.len() {
            index += 1;
            target = parse_database(call, index)?;
        } else {
            return Err(error::SYNTAX);
        }
        index += 1;
    }
    if target == home && from == to {
        return Err(error::SAME_OBJECT);
    }
    let Some(source) = call.keyspace.inspect(from) else {
        call.reply.flag(false);
        return Ok(());
    };
    let (bytes, expires_ms) = (source.memory(from, Samples::new(0)), source.expires_ms());
    call.keyspace.select(target);
    let copies = if_exists == IfExists::Replace || !call.keyspace.exists(to);
    call.keyspace.select(home);
    if copies {
        call.keyspace.check_growth(bytes)?;
        let value = call.keyspace.peek(from).ok_or(error::NO_SUCH_KEY)?.value.compact_copy();
        call.keyspace.select(target);
        call.keyspace.insert_moved(to, value, expires_ms, MoveEvents { on_source: None, on_target: "copy_to" });
    }
    call.keyspace.select(home);
    call.reply.flag(copies);
    Ok(())
}

const MOVE: Command = Command {
    name: "MOVE",
    syntax: "key db",
    arity: 3,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "1.0.0",
    complexity: "O(1)",
    summary: "Moves a key to another database, unless that has a key with this name.",
    example: "SET greeting hello\nMOVE greeting 1",
    run: move_to,
};

fn move_to(call: &mut Call) -> Outcome {
    let (key, home) = (call.argv[1], call.keyspace.selected());
    let target = parse_database(call, 2)?;
    if target == home {
        return Err(error::SAME_OBJECT);
    }
    let mut moves = call.keyspace.exists(key);
    if moves {
        call.keyspace.select(target);
        moves = !call.keyspace.exists(key);
        call.keyspace.select(home);
    }
    if moves && let Some(entry) = call.keyspace.take_for_move(key) {
        let expires_ms = entry.expires_ms();
        call.keyspace.select(target);
        let on_source = Some((home, key, "move_from"));
        call.keyspace.insert_moved(key, entry.value, expires_ms, MoveEvents { on_source, on_target: "move_to" });
        call.keyspace.select(home);
    }
    call.reply.flag(moves);
    Ok(())
}

/// Parses the argument at `index` as a database number.
pub fn parse_database(call: &Call, index: usize) -> Result<usize, Error> {
    let number = i32::try_from(call.integer(index)?).map_err(|_| error::NOT_A_32_BIT_INTEGER)?;
    usize::try_from(number).ok().filter(|&n| n < DATABASES).ok_or(error::DB_INDEX_OUT_OF_RANGE)
}

const WAIT: Command = Command {
    name: "WAIT",
    syntax: "numreplicas timeout",
    arity: 3,
    flags: &[Flag::Blocking],
    keys: Keys::NONE,
    group: Group::Generic,
    since: "3.0.0",
    complexity: "O(1)",
    summary: "Waits until replicas have received all writes. This server has no replicas: returns 0 at once.",
    example: "SET greeting hello\nWAIT 0 100",
    run: wait,
};

fn wait(call: &mut Call) -> Outcome {
    call.integer(1)?;
    check_timeout(call, 2)?;
    call.reply.integer(0);
    Ok(())
}

/// Checks that the argument at `index` is a valid timeout in milliseconds. The timeout is not used, because there are
/// no replicas to wait for.
pub(super) fn check_timeout(call: &Call, index: usize) -> Outcome {
    let ms = call.integer(index).map_err(|_| Error::from_static("ERR timeout is not an integer or out of range"))?;
    match ms.checked_add(call.keyspace.now_ms()) {
        _ if ms < 0 => Err(error::TIMEOUT_NEGATIVE),
        None => Err(error::TIMEOUT_OUT_OF_RANGE),
        Some(_) => Ok(()),
    }
}
