//! DUMP and RESTORE: a value as bytes, and the other way round.

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::error::{self, Error};
use crate::keyspace::MoveEvents;
use crate::rdb::{self, PayloadError};

pub const COMMANDS: &[&Command] = &[&DUMP, &RESTORE];

const DUMP: Command = Command {
    name: "DUMP",
    syntax: "key",
    arity: 2,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "2.6.0",
    complexity: "O(1) to access the key and additional O(N*M) to serialize it, where N is the number of Redis objects composing the value and M their average size. For small string values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1).",
    summary: "The value of a key as bytes, for RESTORE.",
    example: "SET greeting hello\nDUMP greeting",
    run: dump,
};

fn dump(call: &mut Call) -> Outcome {
    let compresses = call.server.config.get("rdbcompression") == b"yes";
    match call.keyspace.read_any(call.argv[1]) {
        Some(entry) => call.reply.bulk(&rdb::dump(&entry.value, compresses)),
        None => call.reply.null(),
    }
    Ok(())
}

const RESTORE: Command = Command {
    name: "RESTORE",
    syntax: "key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]",
    arity: -4,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::FIRST,
    group: Group::Generic,
    since: "2.6.0",
    complexity: "O(1) to create the new key and additional O(N*M) to reconstruct the serialized value, where N is the number of Redis objects composing the value and M their average size. For small string values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1). However for sorted set values the complexity is O(N*M*log(N)) because inserting values into sorted sets is O(log(N)).",
    summary: "Creates a key from the bytes of DUMP.",
    example: r#"RESTORE greeting 0 "\x00\x05hello\x0c\x00\xa8\x04\xeb\xb6\x9f\x1e\xbeC""#,
    run: restore,
};

/// The options of RESTORE.
#[derive(Default)]
struct Options {
    replaces: bool,
    is_absolute: bool,
    idle_seconds: Option<i64>,
    frequency: Option<i64>,
}

impl Options {
    fn parse(call: &Call) -> Result<Self, Error> {
        let (mut options, mut index) = (Options::default(), 4);
        while index < call.argv.len() {
            let has_more = index + 1 < call.argv.len();
            if call.is_option(index, "REPLACE") {
                options.replaces = true;
            } else if call.is_option(index, "ABSTTL") {
                options.is_absolute = true;
            } else if call.is_option(index, "IDLETIME") && has_more && options.frequency.is_none() {
                index += 1;
                let seconds = call.integer(index)?;
                if seconds < 0 {
                    return Err(Error::from_static("ERR Invalid IDLETIME value, must be >= 0"));
                }
                options.idle_seconds = Some(seconds);
            } else if call.is_option(index, "FREQ") && has_more && options.idle_seconds.is_none() {
                index += 1;
                let frequency = call.integer(index)?;
                if !(0..=255).contains(&frequency) {
                    return Err(Error::from_static("ERR Invalid FREQ value, must be >= 0 and <= 255"));
                }
                options.frequency = Some(frequency);
            } else {
                return Err(error::SYNTAX);
            }
            index += 1;
        }
        Ok(options)
    }
}

fn restore(call: &mut Call) -> Outcome {
    let options = Options::parse(call)?;
    let key = call.argv[1];
    if !options.replaces && call.keyspace.exists(key) {
        return Err(Error::from_static("BUSYKEY Target key name already exists."));
    }
    let ttl_ms = call.integer(2)?;
    if ttl_ms < 0 {
        return Err(Error::from_static("ERR Invalid TTL value, must be >= 0"));
    }
    let value = rdb::restore(call.argv[3], call.keyspace.limits).map_err(|error| match error {
        PayloadError::VersionOrChecksum => Error::from_static("ERR DUMP payload version or checksum are wrong"),
        PayloadError::Value => Error::from_static("ERR Bad data format"),
    })?;
    let now_ms = call.keyspace.now_ms();
    // As in Redis, a time that is too large for 64 bits lies in the past.
    let expires_ms = match (ttl_ms, options.is_absolute) {
        (0, _) => None,
        (ttl_ms, true) => Some(ttl_ms),
        (ttl_ms, false) => Some(now_ms.wrapping_add(ttl_ms)),
    };
    if expires_ms.is_some_and(|at_ms| at_ms <= now_ms) {
        call.keyspace.remove(key, "del");
    } else {
        call.keyspace.insert_moved(key, value, expires_ms, MoveEvents { on_source: None, on_target: "restore" });
        let accessed_ms = now_ms.saturating_sub(options.idle_seconds.unwrap_or(0).saturating_mul(1000));
        call.keyspace.set_access_time(key, accessed_ms);
    }
    call.reply.ok();
    Ok(())
}
