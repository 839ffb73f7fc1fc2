//! DEBUG: the subcommands that test suites of client libraries use.

use crate::call::{Call, Outcome};
use crate::command::{self, Command, Flag, Group, Keys};
use crate::data::memory::Samples;
use crate::data::{Str, Value};
use crate::error::{self, Error};
use crate::keyspace::Digest;
use crate::number;
use crate::reply::Protocol;

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
    summary: "Commands for tests: see DEBUG HELP.",
    example: "SET greeting hello\nDEBUG OBJECT greeting",
    run: debug,
};

fn debug(call: &mut Call) -> Outcome {
    if !is_allowed(call) {
        return Err(Error::from_static(
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
        b"LISTPACK" if words == 3 => print_structure(call, "listpack", "Listpack")?,
        b"QUICKLIST" if words == 3 || words == 4 => print_structure(call, "quicklist", "Quicklist")?,
        b"POPULATE" if (3..=5).contains(&words) => populate(call)?,
        b"PROTOCOL" if words == 3 => protocol(call)?,
        b"DIGEST" if words == 2 => digest_all(call),
        b"DIGEST-VALUE" if words >= 2 => digest_values(call),
        b"ERROR" if words == 3 => return Err(Error::new(call.argv[2])),
        b"RELOAD" => reload(call)?,
        // These subcommands have no effect, because there is no log, replication or cron, and lists have no plain
        // nodes.
        b"LOG" | b"QUICKLIST-PACKED-THRESHOLD" | b"PAUSE-CRON" | b"DICT-RESIZING" if words == 3 => call.reply.ok(),
        b"REPLYBUFFER" if words == 4 => call.reply.ok(),
        b"CHANGE-REPL-ID" => call.reply.ok(),
        b"HELP" if words == 2 => return help(call),
        _ => return Err(error::subcommand_syntax(call.argv[1], "DEBUG")),
    }
    Ok(())
}

/// Returns whether `enable-debug-command` (`no`, `local` or `yes`) allows the calling client to use DEBUG.
fn is_allowed(call: &mut Call) -> bool {
    match call.server.config.get("enable-debug-command") {
        b"yes" => true,
        b"local" => {
            let address = &call.client().address;
            ["127.", "[::1]:"].iter().any(|loopback| address.starts_with(loopback))
        }
        _ => false,
    }
}

/// Maximum time to sleep, in microseconds: a hundred years. The clock cannot represent a time that is much later.
const MAX_PAUSE_US: i64 = 100 * 366 * 86_400 * 1_000_000;

/// Asks the driver to sleep for a number of seconds. An invalid number counts as 0.
fn sleep(call: &mut Call) {
    let seconds = number::parse_double(call.argv[2]).filter(|seconds| seconds.is_finite()).unwrap_or(0.0);
    let pause_us = (seconds.max(0.0) * 1e6) as i64;
    call.server.pause_us = call.server.pause_us.saturating_add(pause_us).min(MAX_PAUSE_US);
    call.reply.ok();
}

fn object(call: &mut Call) -> Outcome {
    let now_ms = call.keyspace.now_ms();
    let (list_size, is_compressed) =
        (call.keyspace.limits.list_max_listpack_size, call.server.config.integer("list-compress-depth") != 0);
    let entry = call.keyspace.peek(call.argv[2]).ok_or(error::NO_SUCH_KEY)?;
    let mut line = format!(
        "Value at:0x0 refcount:1 encoding:{} serializedlength:{} lru:{} lru_seconds_idle:{}",
        entry.value.encoding(),
        entry.memory(call.argv[2], Samples::default()),
        entry.accessed_ms / 1000 % (1 << 24),
        (now_ms - entry.accessed_ms) / 1000
    );
    if let Value::List(list) = &entry.value
        && list.nodes().is_quicklist()
    {
        let (count, bytes) = (list.nodes().count(), list.nodes().bytes());
        line += &format!(
            " ql_nodes:{count} ql_avg_node:{:.2} ql_listpack_max:{list_size} ql_compressed:{} \
             ql_uncompressed_size:{bytes}",
            list.len() as f64 / count as f64,
            u8::from(is_compressed)
        );
    }
    call.reply.status(&line);
    Ok(())
}

/// Checks the value's encoding, and sends the same reply as Redis. Unlike Redis, does not print the value's internal
/// structure to standard output.
fn print_structure(call: &mut Call, encoding: &str, what: &str) -> Outcome {
    let entry = call.keyspace.peek(call.argv[2]).ok_or(error::NO_SUCH_KEY)?;
    // Compares only the beginning, because `listpackex` counts as a listpack.
    if !entry.value.encoding().starts_with(encoding) {
        return Err(Error::new(format!("ERR Not a {encoding} encoded object.")));
    }
    call.reply.status(&format!("{what} structure printed on stdout"));
    Ok(())
}

/// Maximum length in bytes of a value that DEBUG POPULATE copies. Longer values never have the encoding `embstr`, so
/// they are moved instead.
const MAX_COPIED: usize = 64;

/// Adds the keys `key:0`, `key:1` and so on, except keys that exist already. An argument after the number of keys
/// replaces the prefix `key`. The values are the strings `value:0`, `value:1` and so on, truncated or padded with zero
/// bytes to the requested size.
///
/// # Errors
/// Returns an error if the memory limit would be exceeded, if there is too little memory, or if the driver wants the
/// engine to stop. The keys that have been added remain.
fn populate(call: &mut Call) -> Outcome {
    let count = |index: usize| {
        let n = number::parse_integer(call.argv[index]).and_then(|n| usize::try_from(n).ok());
        n.ok_or(Error::from_static("ERR value is out of range, must be positive"))
    };
    let keys = count(2)?;
    let size = if call.argv.len() > 4 { Some(count(4)?) } else { None };
    let prefix = call.argv.get(3).copied().unwrap_or(b"key");
    for index in 0..keys {
        let key = [prefix, format!(":{index}").as_bytes()].concat();
        let mut value = format!("value:{index}").into_bytes();
        let length = size.filter(|&size| size > 0).unwrap_or(value.len());
        if call.server.is_stopping() {
            return Err(Error::from_static("ERR the server is stopping"));
        }
        if call.keyspace.exists(&key) {
            continue;
        }
        call.keyspace.check_growth(key.len().saturating_add(length))?;
        value.try_reserve_exact(length.saturating_sub(value.len())).map_err(|_| error::OUT_OF_MEMORY)?;
        value.resize(length, 0);
        // Moves a long string instead of copying it.
        let value = if length > MAX_COPIED { Str::raw(value) } else { Str::new(&value) };
        call.keyspace.add_if_missing(&key, Value::Str(value));
    }
    call.reply.ok();
    Ok(())
}

/// Replies to DEBUG PROTOCOL with a test value of the requested type.
#[expect(clippy::approx_constant, reason = "these are the digits that Redis sends")]
fn protocol(call: &mut Call) -> Outcome {
    let reply = &mut *call.reply;
    match call.argv[2].to_ascii_lowercase().as_slice() {
        b"string" => reply.bulk(b"Hello World"),
        b"integer" => reply.integer(12345),
        b"double" => reply.double(3.141),
        b"null" => reply.null(),
        b"array" => {
            reply.array(3);
            (0..3).for_each(|n| reply.integer(n));
        }
        b"set" => {
            reply.set(3);
            (0..3).for_each(|n| reply.integer(n));
        }
        b"map" => {
            reply.map(3);
            for n in 0..3 {
                reply.integer(n);
                reply.boolean(n == 1);
            }
        }
        b"attrib" => {
            if reply.attribute(1) {
                reply.bulk(b"key-popularity");
                reply.array(2);
                reply.bulk(b"key:123");
                reply.integer(90);
            }
            reply.bulk(b"Some real reply following the attribute");
        }
        b"push" if reply.protocol == Protocol::Resp2 => {
            return Err(Error::from_static("ERR RESP2 is not supported by this command"));
        }
        b"push" => {
            // The push is a separate message, which Redis sends after the reply.
            reply.bulk(b"Some real reply following the push reply");
            reply.push(2);
            reply.bulk(b"server-cpu-usage");
            reply.integer(42);
        }
        b"true" => reply.boolean(true),
        b"false" => reply.boolean(false),
        b"verbatim" => reply.verbatim("txt", b"This is a verbatim\nstring"),
        b"bignum" => reply.big_number("1234567999999999999999999999999999999"),
        _ => {
            return Err(Error::from_static(
                "ERR Wrong protocol type name. Please use one of the following: \
                 string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
            ));
        }
    }
    Ok(())
}

/// Gives all values the encodings that they would have after being saved and loaded. Nothing is written to disk.
fn reload(call: &mut Call) -> Outcome {
    let options = &call.argv[2..];
    let is_option =
        |word: &[u8]| ["MERGE", "NOFLUSH", "NOSAVE"].iter().any(|o| word.eq_ignore_ascii_case(o.as_bytes()));
    if !options.iter().all(|word| is_option(word)) {
        return Err(Error::from_static("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options."));
    }
    call.keyspace.reload();
    call.reply.ok();
    Ok(())
}

/// Replies with a digest of all databases. It equals the digest that Redis would compute.
fn digest_all(call: &mut Call) {
    call.reply.status(&call.keyspace.digest());
}

/// Replies with a digest for each key. Each digest equals that of Redis, and covers the value and whether the key
/// expires.
fn digest_values(call: &mut Call) {
    call.reply.array(call.argv.len() - 2);
    for &key in &call.argv[2..] {
        let digest = call.keyspace.peek(key).map_or(Digest::default(), |entry| entry.mixed_into(Digest::default()));
        call.reply.status(&digest.digits());
    }
}

fn help(call: &mut Call) -> Outcome {
    command::help(
        call,
        &[
            "CHANGE-REPL-ID",
            "    Change the replication IDs of the instance.",
            "DIGEST",
            "    Output a hex signature representing the current DB content.",
            "DIGEST-VALUE <key> [<key> ...]",
            "    Output a hex signature of the values of all the specified keys.",
            "ERROR <string>",
            "    Return a Redis protocol error with <string> as message. Useful for clients",
            "    unit tests to simulate Redis errors.",
            "LOG <message>",
            "    Write <message> to the server log.",
            "OBJECT <key>",
            "    Show low level info about `key` and associated value.",
            "POPULATE <count> [<prefix>] [<size>]",
            "    Create <count> string keys named key:<num>. If <prefix> is specified then",
            "    it is used instead of the 'key' prefix.",
            "PROTOCOL <type>",
            "    Reply with a test value of the specified type. <type> can be: string,",
            "    integer, double, bignum, null, array, set, map, attrib, push, verbatim,",
            "    true, false.",
            "QUICKLIST-PACKED-THRESHOLD <size>",
            "    Accepted, and without effect.",
            "RELOAD [option ...]",
            "    Take the encodings that all values would have after a save and a reload.",
            "    Nothing is kept on disk, so that the options have no effect.",
            "SET-ACTIVE-EXPIRE <0|1>",
            "    Setting it to 0 disables expiring keys (and hash-fields) in background ",
            "    when they are not accessed (otherwise the Redis behavior). Setting it",
            "    to 1 reenables back the default.",
            "SLEEP <seconds>",
            "    Stop the server for <seconds>. Decimals allowed.",
        ],
    )
}
