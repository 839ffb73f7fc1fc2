//! Key specifications: where a command's keys are and what the command does to them, as COMMAND reports it in Redis
//! 8.2.

use crate::command::{Command, Keys};
use crate::number;

/// The position of one or more of a command's keys, and what the command does to these keys.
#[derive(Debug, Clone, Copy)]
pub struct KeySpec {
    /// The notes in Redis's own specification, verbatim. Empty if there are none.
    pub notes: &'static str,
    pub flags: &'static [&'static str],
    pub position: Position,
}

#[derive(Debug, Clone, Copy)]
pub enum Position {
    /// The keys are every `step`th argument, starting with `first`. `last` is relative to `first`, or negative to count
    /// from the end.
    Range { first: i32, last: i32, step: i32 },
    /// The keys follow the argument at position `at`, which is the number of keys.
    Counted { at: i32 },
    /// The key follows a keyword, which is searched from the argument at position `start`.
    Keyword { keyword: &'static str, start: i32 },
    /// The keys are the first half of the arguments after a keyword, which is searched from the argument at position
    /// `start`.
    FirstHalfAfterKeyword { keyword: &'static str, start: i32 },
    /// The positions of the keys cannot be expressed in a specification.
    Unknown,
}

const fn range(first: i32, last: i32, step: i32, flags: &'static [&'static str]) -> KeySpec {
    KeySpec { notes: "", flags, position: Position::Range { first, last, step } }
}

const fn at(index: i32, flags: &'static [&'static str]) -> KeySpec {
    range(index, 0, 1, flags)
}

const fn counted(at: i32, flags: &'static [&'static str]) -> KeySpec {
    KeySpec { notes: "", flags, position: Position::Counted { at } }
}

const fn after(keyword: &'static str, start: i32, flags: &'static [&'static str]) -> KeySpec {
    KeySpec { notes: "", flags, position: Position::Keyword { keyword, start } }
}

const fn first_half_after(keyword: &'static str, start: i32, flags: &'static [&'static str]) -> KeySpec {
    KeySpec { notes: "", flags, position: Position::FirstHalfAfterKeyword { keyword, start } }
}

const fn unknown(notes: &'static str, flags: &'static [&'static str]) -> KeySpec {
    KeySpec { notes, flags, position: Position::Unknown }
}

impl KeySpec {
    /// Returns whether the arguments are channels, which have slots in a cluster as keys do.
    pub fn is_channel(&self) -> bool {
        self.flags == NO_KEY
    }

    const fn with_notes(self, notes: &'static str) -> KeySpec {
        KeySpec { notes, ..self }
    }
}

const READS_METADATA: &[&str] = &["RO"];
const READS: &[&str] = &["RO", "access"];
const CHANGES: &[&str] = &["RW", "update"];
const READS_AND_CHANGES: &[&str] = &["RW", "access", "update"];
const VARIES: &[&str] = &["RW", "access", "update", "variable_flags"];
const INSERTS: &[&str] = &["RW", "insert"];
const CONVERTS: &[&str] = &["RW", "access"];
const MERGES: &[&str] = &["RW", "access", "insert"];
const DELETES_ELEMENTS: &[&str] = &["RW", "delete"];
const READS_AND_DELETES: &[&str] = &["RW", "access", "delete"];
const CHANGES_AND_DELETES: &[&str] = &["RW", "update", "delete"];
const OVERWRITES: &[&str] = &["OW", "update"];
const CREATES: &[&str] = &["OW", "insert"];
const DELETES_KEY: &[&str] = &["RM", "delete"];
const NO_KEY: &[&str] = &["not_key"];

const CHANGES_THE_TTL: &str = "RW and UPDATE because it changes the TTL";
const CHANGES_REPRESENTATION: &str =
    "RW because it may change the internal representation of the key, and propagate to replicas";
const ASSUMES_THE_WORST: &str = "We cannot tell how the keys will be used so we assume the worst, RW and UPDATE";
const ASSUMES_THE_WORST_READ: &str = "We cannot tell how the keys will be used so we assume the worst, RO and ACCESS";

/// Returns the key specifications of a command.
pub fn for_command(command: &str) -> &'static [KeySpec] {
    match command {
        "SETRANGE" | "HEXPIRE" | "HPEXPIRE" | "HSET" | "HSETEX" | "PERSIST" | "HEXPIREAT" | "PEXPIREAT"
        | "HPEXPIREAT" | "PEXPIRE" | "HMSET" | "ZADD" | "GEOADD" | "EXPIRE" | "EXPIREAT" | "LSET" | "HPERSIST" => {
            const { &[at(1, CHANGES)] }
        }
        "INCRBYFLOAT" | "DECRBY" | "ZINCRBY" | "INCR" | "DECR" | "GETSET" | "SETBIT" | "INCRBY" | "HINCRBYFLOAT"
        | "HINCRBY" | "MOVE" => const { &[at(1, READS_AND_CHANGES)] },
        "TYPE" | "SISMEMBER" | "STRLEN" | "ZCARD" | "LLEN" | "SCARD" | "HEXISTS" | "HSTRLEN" | "HLEN" => {
            const { &[at(1, READS_METADATA)] }
        }
        "SADD" | "APPEND" | "HSETNX" | "RPUSH" | "LPUSHX" | "RPUSHX" | "LPUSH" | "LINSERT" => {
            const { &[at(1, INSERTS)] }
        }
        "HDEL" | "SREM" | "ZREMRANGEBYLEX" | "ZREMRANGEBYSCORE" | "LTRIM" | "LREM" | "ZREMRANGEBYRANK" | "ZREM" => {
            const { &[at(1, DELETES_ELEMENTS)] }
        }
        "GETDEL" | "RPOP" | "HGETDEL" | "ZPOPMIN" | "LPOP" | "SPOP" | "ZPOPMAX" => {
            const { &[at(1, READS_AND_DELETES)] }
        }
        "ZINTERCARD" | "ZUNION" | "ZINTER" | "SINTERCARD" | "ZDIFF" => const { &[counted(1, READS)] },
        "RPOPLPUSH" | "LMOVE" | "BRPOPLPUSH" | "BLMOVE" | "SMOVE" => {
            const { &[at(1, READS_AND_DELETES), at(2, INSERTS)] }
        }
        "OBJECT REFCOUNT" | "OBJECT IDLETIME" | "OBJECT ENCODING" | "OBJECT FREQ" | "MEMORY USAGE" => {
            const { &[at(2, READS_METADATA)] }
        }
        "BZPOPMIN" | "BRPOP" | "BZPOPMAX" | "BLPOP" => const { &[range(1, -2, 1, READS_AND_DELETES)] },
        "MGET" | "SUNION" | "SDIFF" | "SINTER" => const { &[range(1, -1, 1, READS)] },
        "SUNIONSTORE" | "SDIFFSTORE" | "SINTERSTORE" => const { &[at(1, OVERWRITES), range(2, -1, 1, READS)] },
        "WATCH" | "EXISTS" | "TOUCH" => const { &[range(1, -1, 1, READS_METADATA)] },
        "ZINTERSTORE" | "ZUNIONSTORE" | "ZDIFFSTORE" => const { &[at(1, OVERWRITES), counted(2, READS)] },
        "UNLINK" | "DEL" => const { &[range(1, -1, 1, DELETES_KEY)] },
        "BLMPOP" | "BZMPOP" => const { &[counted(2, READS_AND_DELETES)] },
        "LMPOP" | "ZMPOP" => const { &[counted(1, READS_AND_DELETES)] },
        "SSUBSCRIBE" | "SUNSUBSCRIBE" => const { &[range(1, -1, 1, NO_KEY)] },
        "SPUBLISH" => const { &[at(1, NO_KEY)] },
        "SETEX" | "PSETEX" | "RESTORE" => const { &[at(1, OVERWRITES)] },
        "HGETEX" | "GETEX" => const { &[at(1, READS_AND_CHANGES).with_notes(CHANGES_THE_TTL)] },
        "EVAL" | "FCALL" => const { &[counted(2, READS_AND_CHANGES).with_notes(ASSUMES_THE_WORST)] },
        "EVAL_RO" | "FCALL_RO" => const { &[counted(2, READS).with_notes(ASSUMES_THE_WORST_READ)] },
        "EVALSHA_RO" => const { &[counted(2, READS)] },
        "EVALSHA" => const { &[counted(2, READS_AND_CHANGES)] },
        "LCS" => const { &[range(1, 1, 1, READS)] },
        "COPY" | "ZRANGESTORE" | "RENAME" | "RENAMENX" | "BITOP" => source_and_destination(command),
        "SET" => const { &[at(1, VARIES).with_notes("RW and ACCESS due to the optional `GET` argument")] },
        "BITFIELD" => {
            const { &[at(1, VARIES).with_notes("This command allows both access and modification of the key")] }
        }
        "SETNX" => const { &[at(1, CREATES)] },
        "MSETNX" => const { &[range(1, -1, 2, CREATES)] },
        "MSET" => const { &[range(1, -1, 2, OVERWRITES)] },
        "SORT" | "SORT_RO" => sort_specs(command),
        "PFADD" => const { &[at(1, INSERTS)] },
        "PFCOUNT" => const { &[range(1, -1, 1, CONVERTS).with_notes(CHANGES_REPRESENTATION)] },
        "PFMERGE" => const { &[at(1, MERGES), range(2, -1, 1, READS)] },
        "PFDEBUG" => const { &[at(2, CONVERTS)] },
        "GEOSEARCHSTORE" => const { &[at(1, OVERWRITES), at(2, READS)] },
        "GEORADIUS" => const { &[at(1, READS), after("STORE", 6, OVERWRITES), after("STOREDIST", 6, OVERWRITES)] },
        "GEORADIUSBYMEMBER" => {
            const { &[at(1, READS), after("STORE", 5, OVERWRITES), after("STOREDIST", 5, OVERWRITES)] }
        }
        _ if command.starts_with('X') => stream_specs(command),
        _ => const { &[at(1, READS)] },
    }
}

fn source_and_destination(command: &str) -> &'static [KeySpec] {
    match command {
        "COPY" => const { &[at(1, READS), at(2, OVERWRITES)] },
        "ZRANGESTORE" => const { &[at(1, OVERWRITES), at(2, READS)] },
        "RENAME" => const { &[at(1, READS_AND_DELETES), at(2, OVERWRITES)] },
        "RENAMENX" => const { &[at(1, READS_AND_DELETES), at(2, CREATES)] },
        _ => const { &[at(2, OVERWRITES), range(3, -1, 1, READS)] },
    }
}

fn stream_specs(command: &str) -> &'static [KeySpec] {
    const TRIMS: &str = "UPDATE instead of INSERT because of the optional trimming feature";
    match command {
        "XADD" => const { &[at(1, CHANGES).with_notes(TRIMS)] },
        "XLEN" => const { &[at(1, READS_METADATA)] },
        "XDEL" | "XDELEX" | "XTRIM" | "XAUTOCLAIM" => const { &[at(1, DELETES_ELEMENTS)] },
        "XACK" | "XCLAIM" | "XSETID" => const { &[at(1, CHANGES)] },
        "XACKDEL" => const { &[at(1, CHANGES_AND_DELETES)] },
        "XREAD" => const { &[first_half_after("STREAMS", 1, READS)] },
        "XREADGROUP" => const { &[first_half_after("STREAMS", 4, READS)] },
        "XGROUP CREATE" | "XGROUP CREATECONSUMER" => const { &[at(2, INSERTS)] },
        "XGROUP SETID" => const { &[at(2, CHANGES)] },
        "XGROUP DESTROY" | "XGROUP DELCONSUMER" => const { &[at(2, DELETES_ELEMENTS)] },
        _ if command.starts_with("XINFO ") => const { &[at(2, READS)] },
        _ => const { &[at(1, READS)] },
    }
}

fn sort_specs(command: &str) -> &'static [KeySpec] {
    const BY: KeySpec = unknown(
        "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the \
         key we sort",
        READS,
    );
    const STORE: KeySpec = unknown(
        "For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the \
         argument array",
        OVERWRITES,
    );
    match command {
        "SORT" => const { &[at(1, READS), BY, STORE] },
        _ => const { &[at(1, READS), BY] },
    }
}

/// Returns the positions of the keys in `argv`, or `None` if the number of keys is invalid.
pub fn key_positions(command: &Command, argv: &[&[u8]]) -> Option<Vec<usize>> {
    if command.keys == Keys::NONE {
        return Some(Vec::new());
    }
    let count = |at: usize| {
        let n = usize::try_from(number::parse_integer(argv[at])?).ok()?;
        (n > 0 && n < argv.len() - at).then_some(n)
    };
    let counts = usize::try_from(command.keys.count_at).unwrap_or(0);
    if counts > 0 && (counts >= argv.len() || count(counts).is_none()) {
        return None;
    }
    let mut positions = command.keys.positions(argv.len(), |at| argv.get(at).copied());
    if command.keys.follow_streams {
        // If the number of arguments after STREAMS is odd, the one in the middle is not a key.
        positions.truncate(positions.first().map_or(0, |first| (argv.len() - first) / 2));
        if positions.is_empty() {
            return None;
        }
    }
    if command.name == "SORT" {
        let store = argv.windows(2).rposition(|pair| pair[0].eq_ignore_ascii_case(b"STORE"));
        positions.extend(store.map(|at| at + 1));
    }
    positions.extend(after_keywords(command.name, argv));
    Some(positions)
}

/// Returns the positions of the keys in `argv` that follow a keyword.
fn after_keywords(command: &str, argv: &[&[u8]]) -> Vec<usize> {
    let specs = for_command(command).iter().filter_map(|spec| match spec.position {
        Position::Keyword { keyword, start } => {
            let start = usize::try_from(start).ok()?;
            let found = argv.iter().skip(start).position(|word| word.eq_ignore_ascii_case(keyword.as_bytes()));
            found.map(|at| start + at + 1).filter(|&at| at < argv.len())
        }
        _ => None,
    });
    specs.collect()
}

/// Returns the key-specification flags of the key at `position` in `argv`.
pub fn flags_at(command: &str, argv: &[&[u8]], position: usize) -> &'static [&'static str] {
    let has_argument = |word: &str| argv.iter().skip(2).any(|given| given.eq_ignore_ascii_case(word.as_bytes()));
    match command {
        "SET" => return if has_argument("GET") { READS_AND_CHANGES } else { OVERWRITES },
        "BITFIELD" => return if has_argument("SET") || has_argument("INCRBY") { READS_AND_CHANGES } else { READS },
        "SORT" | "GEORADIUS" | "GEORADIUSBYMEMBER" => return if position == 1 { READS } else { OVERWRITES },
        _ => {}
    }
    let specs = for_command(command);
    let starts = |spec: &&KeySpec| match spec.position {
        Position::Range { first, .. } => usize::try_from(first).is_ok_and(|first| first <= position),
        Position::Counted { at } => usize::try_from(at).is_ok_and(|at| at < position),
        Position::FirstHalfAfterKeyword { .. } => true,
        Position::Keyword { .. } | Position::Unknown => false,
    };
    specs.iter().rfind(starts).map_or(&[], |spec| spec.flags)
}
