//! DEBUG: what tests of clients ask for.

use sha1::{Digest as _, Sha1};

use crate::engine::call::{Call, Outcome};
use crate::engine::command::{self, Command, Flag, Group, Keys};
use crate::engine::data::Value;
use crate::engine::data::memory::Samples;
use crate::engine::error::{self, Error};
use crate::engine::keyspace::Entry;
use crate::engine::number;

pub const COMMANDS: &[&Command] = &[&DEBUG];

const DEBUG: Command = Command {
    name: "DEBUG",
    syntax: "",
    arity: -2,
    flags: &[Flag::Admin, Flag::Noscript, Flag::Loading, Flag::Stale],
    keys: Keys::NONE,
    group: Group::Server,
    since: "1.0.0",
    complexity: "Depends on subcommand.",
    summary: "What tests ask of a server: DEBUG HELP lists it.",
    example: "SET greeting hello\nDEBUG OBJECT greeting",
    run: debug,
};

fn debug(call: &mut Call) -> Outcome {
    if !is_allowed(call) {
        return Err(Error::text(
            "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it \
             from a local connection, otherwise you need to set this option in the configuration file, and then \
             restart the server.",
        ));
    }
    let words = call.argv.len();
    match call.argv[1].to_ascii_uppercase().as_slice() {
        b"SET-ACTIVE-EXPIRE" if words == 3 => {
            call.keyspace.active_expiry = call.argv[2] != b"0";
            call.reply.ok();
        }
        b"SLEEP" if words == 3 => sleep(call),
        b"OBJECT" if words >= 3 => object(call)?,
        b"DIGEST-VALUE" if words >= 2 => digest_values(call),
        b"ERROR" if words == 3 => return Err(Error::said(call.argv[2])),
        // Nothing is logged, saved or replicated, and lists have no plain nodes to tell apart.
        b"LOG" | b"QUICKLIST-PACKED-THRESHOLD" if words == 3 => call.reply.ok(),
        b"RELOAD" | b"CHANGE-REPL-ID" => call.reply.ok(),
        b"HELP" if words == 2 => return help(call),
        _ => return Err(error::subcommand_syntax(call.argv[1], "DEBUG")),
    }
    Ok(())
}

/// What `enable-debug-command` says of the client: it may be `no`, `local` (from this machine) or `yes`.
fn is_allowed(call: &mut Call) -> bool {
    match call.hub.config.get("enable-debug-command") {
        b"yes" => true,
        b"local" => {
            let address = &call.client().address;
            ["127.", "[::1]:"].iter().any(|loopback| address.starts_with(loopback))
        }
        _ => false,
    }
}

/// Asks the driver to stand still for so many seconds. What is no number counts as 0.
fn sleep(call: &mut Call) {
    let seconds = number::parse_double(call.argv[2]).filter(|seconds| seconds.is_finite()).unwrap_or(0.0);
    call.hub.pause_us += (seconds.max(0.0) * 1e6) as i64;
    call.reply.ok();
}

fn object(call: &mut Call) -> Outcome {
    let now_ms = call.keyspace.now_ms();
    let entry = call.keyspace.peek(call.argv[2]).ok_or(error::NO_SUCH_KEY)?;
    let line = format!(
        "Value at:0x0 refcount:1 encoding:{} serializedlength:{} lru:{} lru_seconds_idle:{}",
        entry.value.encoding(),
        entry.memory(call.argv[2], Samples::default()),
        entry.accessed_ms / 1000 % (1 << 24),
        (now_ms - entry.accessed_ms) / 1000
    );
    call.reply.status(&line);
    Ok(())
}

/// Tells of each key a fingerprint of its value and of whether it expires: the same as Redis's.
fn digest_values(call: &mut Call) {
    call.reply.array(call.argv.len() - 2);
    for &key in &call.argv[2..] {
        let digest = call.keyspace.peek(key).map_or(Digest::default(), digest);
        let digits: String = digest.0.iter().map(|byte| format!("{byte:02x}")).collect();
        call.reply.status(&digits);
    }
}

/// Two ways of taking something in: `mix` minds the order, `add` does not.
#[derive(Debug, Default, Clone, Copy)]
struct Digest([u8; 20]);

impl Digest {
    fn add(&mut self, bytes: &[u8]) {
        let hash: [u8; 20] = Sha1::digest(bytes).into();
        self.0.iter_mut().zip(hash).for_each(|(byte, other)| *byte ^= other);
    }

    fn mix(&mut self, bytes: &[u8]) {
        self.add(bytes);
        self.0 = Sha1::digest(self.0).into();
    }

    /// A digest of these parts in their order.
    fn of(parts: &[&[u8]]) -> Self {
        let mut digest = Digest::default();
        parts.iter().for_each(|part| digest.mix(part));
        digest
    }
}

fn digest(entry: &Entry) -> Digest {
    // Redis's numbers of the types.
    let type_number: u32 = match entry.value {
        Value::Str(_) => 0,
        Value::List(_) => 1,
        Value::Set(_) => 2,
        Value::SortedSet(_) => 3,
        Value::Hash(_) => 4,
    };
    let mut digest = Digest::of(&[&type_number.to_be_bytes()]);
    match &entry.value {
        Value::Str(text) => digest.mix(&text.bytes()),
        Value::List(list) => list.iter().for_each(|element| digest.mix(element)),
        Value::Set(set) => set.iter().for_each(|member| digest.add(member)),
        Value::SortedSet(zset) => zset.iter().for_each(|(member, score)| {
            let score = number::format_double(score);
            digest.add(&Digest::of(&[member, score.as_bytes()]).0);
        }),
        Value::Hash(hash) => hash.iter().for_each(|(field, value)| {
            let mut pair = Digest::of(&[field, value]);
            if hash.expiry(field).flatten().is_some() {
                pair.add(b"!!hexpire!!");
            }
            digest.add(&pair.0);
        }),
    }
    if entry.expires_ms().is_some() {
        digest.add(b"!!expire!!");
    }
    digest
}

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "CHANGE-REPL-ID",
            "    Change the replication IDs of the instance.",
            "DIGEST-VALUE <key> [<key> ...]",
            "    Output a hex signature of the values of all the specified keys.",
            "ERROR <string>",
            "    Return a Redis protocol error with <string> as message. Useful for clients",
            "    unit tests to simulate Redis errors.",
            "LOG <message>",
            "    Write <message> to the server log.",
            "OBJECT <key>",
            "    Show low level info about `key` and associated value.",
            "QUICKLIST-PACKED-THRESHOLD <size>",
            "    Accepted, and without effect.",
            "RELOAD [option ...]",
            "    Accepted, and without effect: nothing is kept on disk.",
            "SET-ACTIVE-EXPIRE <0|1>",
            "    Setting it to 0 disables expiring keys (and hash-fields) in background ",
            "    when they are not accessed (otherwise the Redis behavior). Setting it",
            "    to 1 reenables back the default.",
            "SLEEP <seconds>",
            "    Stop the server for <seconds>. Decimals allowed.",
        ],
    )
}
