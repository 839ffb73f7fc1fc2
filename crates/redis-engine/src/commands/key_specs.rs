//! Key specifications: where a command's keys are and what it does to them, as Redis 8.2's COMMAND reports it.

/// Position of some of a command's keys, and what the command does to them.
#[derive(Debug, Clone, Copy)]
pub struct KeySpec {
    /// A remark in Redis's words. Empty if there is none.
    pub notes: &'static str,
    pub flags: &'static [&'static str],
    pub place: Place,
}

#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// From argument `first` on, every `step` arguments. `last` is relative to `first`, or negative to count from the
    /// end.
    Range { first: i32, last: i32, step: i32 },
    /// After argument `at`, which is the number of keys.
    Counted { at: i32 },
    /// Positions that a specification cannot express.
    Unknown,
}

const fn range(first: i32, last: i32, step: i32, flags: &'static [&'static str]) -> KeySpec {
    KeySpec { notes: "", flags, place: Place::Range { first, last, step } }
}

const fn one(at: i32, flags: &'static [&'static str]) -> KeySpec {
    range(at, 0, 1, flags)
}

const fn counted(at: i32, flags: &'static [&'static str]) -> KeySpec {
    KeySpec { notes: "", flags, place: Place::Counted { at } }
}

const fn unknown(notes: &'static str, flags: &'static [&'static str]) -> KeySpec {
    KeySpec { notes, flags, place: Place::Unknown }
}

impl KeySpec {
    const fn noted(self, notes: &'static str) -> KeySpec {
        KeySpec { notes, ..self }
    }
}

const LOOKS_AT: &[&str] = &["RO"];
const READS: &[&str] = &["RO", "access"];
const CHANGES: &[&str] = &["RW", "update"];
const READS_AND_CHANGES: &[&str] = &["RW", "access", "update"];
const VARIES: &[&str] = &["RW", "access", "update", "variable_flags"];
const ADDS: &[&str] = &["RW", "insert"];
const TAKES_AWAY: &[&str] = &["RW", "delete"];
const TAKES: &[&str] = &["RW", "access", "delete"];
const OVERWRITES: &[&str] = &["OW", "update"];
const CREATES: &[&str] = &["OW", "insert"];
const REMOVES: &[&str] = &["RM", "delete"];
const NO_KEY: &[&str] = &["not_key"];

const CHANGES_THE_TTL: &str = "RW and UPDATE because it changes the TTL";
const WORST: &str = "We cannot tell how the keys will be used so we assume the worst, RW and UPDATE";

/// Returns the key specifications of a command.
pub fn of(command: &str) -> &'static [KeySpec] {
    match command {
        "SETRANGE" | "HEXPIRE" | "HPEXPIRE" | "HSET" | "HSETEX" | "PERSIST" | "HEXPIREAT" | "PEXPIREAT"
        | "HPEXPIREAT" | "PEXPIRE" | "HMSET" | "ZADD" | "EXPIRE" | "EXPIREAT" | "LSET" | "HPERSIST" => {
            const { &[one(1, CHANGES)] }
        }
        "INCRBYFLOAT" | "DECRBY" | "ZINCRBY" | "INCR" | "DECR" | "GETSET" | "SETBIT" | "INCRBY" | "HINCRBYFLOAT"
        | "HINCRBY" | "MOVE" => const { &[one(1, READS_AND_CHANGES)] },
        "TYPE" | "SISMEMBER" | "STRLEN" | "ZCARD" | "LLEN" | "SCARD" | "HEXISTS" | "HSTRLEN" | "HLEN" => {
            const { &[one(1, LOOKS_AT)] }
        }
        "SADD" | "APPEND" | "HSETNX" | "RPUSH" | "LPUSHX" | "RPUSHX" | "LPUSH" | "LINSERT" => const { &[one(1, ADDS)] },
        "HDEL" | "SREM" | "ZREMRANGEBYLEX" | "ZREMRANGEBYSCORE" | "LTRIM" | "LREM" | "ZREMRANGEBYRANK" | "ZREM" => {
            const { &[one(1, TAKES_AWAY)] }
        }
        "GETDEL" | "RPOP" | "HGETDEL" | "ZPOPMIN" | "LPOP" | "SPOP" | "ZPOPMAX" => const { &[one(1, TAKES)] },
        "ZINTERCARD" | "ZUNION" | "ZINTER" | "SINTERCARD" | "ZDIFF" => const { &[counted(1, READS)] },
        "RPOPLPUSH" | "LMOVE" | "BRPOPLPUSH" | "BLMOVE" | "SMOVE" => const { &[one(1, TAKES), one(2, ADDS)] },
        "OBJECT REFCOUNT" | "OBJECT IDLETIME" | "OBJECT ENCODING" | "OBJECT FREQ" | "MEMORY USAGE" => {
            const { &[one(2, LOOKS_AT)] }
        }
        "BZPOPMIN" | "BRPOP" | "BZPOPMAX" | "BLPOP" => const { &[range(1, -2, 1, TAKES)] },
        "MGET" | "SUNION" | "SDIFF" | "SINTER" => const { &[range(1, -1, 1, READS)] },
        "SUNIONSTORE" | "SDIFFSTORE" | "SINTERSTORE" => const { &[one(1, OVERWRITES), range(2, -1, 1, READS)] },
        "WATCH" | "EXISTS" | "TOUCH" => const { &[range(1, -1, 1, LOOKS_AT)] },
        "ZINTERSTORE" | "ZUNIONSTORE" | "ZDIFFSTORE" => const { &[one(1, OVERWRITES), counted(2, READS)] },
        "UNLINK" | "DEL" => const { &[range(1, -1, 1, REMOVES)] },
        "BLMPOP" | "BZMPOP" => const { &[counted(2, TAKES)] },
        "LMPOP" | "ZMPOP" => const { &[counted(1, TAKES)] },
        "SSUBSCRIBE" | "SUNSUBSCRIBE" => const { &[range(1, -1, 1, NO_KEY)] },
        "SPUBLISH" => const { &[one(1, NO_KEY)] },
        "SETEX" | "PSETEX" => const { &[one(1, OVERWRITES)] },
        "HGETEX" | "GETEX" => const { &[one(1, READS_AND_CHANGES).noted(CHANGES_THE_TTL)] },
        "EVAL" | "FCALL" => const { &[counted(2, READS_AND_CHANGES).noted(WORST)] },
        "EVALSHA" => const { &[counted(2, READS_AND_CHANGES)] },
        "LCS" => const { &[range(1, 1, 1, READS)] },
        "COPY" | "ZRANGESTORE" | "RENAME" | "RENAMENX" | "BITOP" => from_one_to_another(command),
        "SET" => const { &[one(1, VARIES).noted("RW and ACCESS due to the optional `GET` argument")] },
        "BITFIELD" => const { &[one(1, VARIES).noted("This command allows both access and modification of the key")] },
        "SETNX" => const { &[one(1, CREATES)] },
        "MSETNX" => const { &[range(1, -1, 2, CREATES)] },
        "MSET" => const { &[range(1, -1, 2, OVERWRITES)] },
        "SORT" | "SORT_RO" => sort(command),
        _ => const { &[one(1, READS)] },
    }
}

fn from_one_to_another(command: &str) -> &'static [KeySpec] {
    match command {
        "COPY" => const { &[one(1, READS), one(2, OVERWRITES)] },
        "ZRANGESTORE" => const { &[one(1, OVERWRITES), one(2, READS)] },
        "RENAME" => const { &[one(1, TAKES), one(2, OVERWRITES)] },
        "RENAMENX" => const { &[one(1, TAKES), one(2, CREATES)] },
        _ => const { &[one(2, OVERWRITES), range(3, -1, 1, READS)] },
    }
}

fn sort(command: &str) -> &'static [KeySpec] {
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
        "SORT" => const { &[one(1, READS), BY, STORE] },
        _ => const { &[one(1, READS), BY] },
    }
}

/// Returns the flags of the key at this position of a call.
pub fn flags_at(command: &str, argv: &[&[u8]], position: usize) -> &'static [&'static str] {
    let says = |word: &str| argv.iter().skip(2).any(|given| given.eq_ignore_ascii_case(word.as_bytes()));
    match command {
        "SET" => return if says("GET") { READS_AND_CHANGES } else { OVERWRITES },
        "BITFIELD" => return if says("SET") || says("INCRBY") { READS_AND_CHANGES } else { READS },
        "SORT" => return if position == 1 { READS } else { OVERWRITES },
        _ => {}
    }
    let specs = of(command);
    let starts = |spec: &&KeySpec| match spec.place {
        Place::Range { first, .. } => usize::try_from(first).is_ok_and(|first| first <= position),
        Place::Counted { at } => usize::try_from(at).is_ok_and(|at| at < position),
        Place::Unknown => false,
    };
    specs.iter().rfind(starts).map_or(&[], |spec| spec.flags)
}
