//! Decides whether the engine's output agrees with that of a real Redis server. The bytes must be equal, except where
//! the order of elements is unspecified, or where a value depends on the clock, on chance or on the connection.

use std::collections::HashSet;

use redis_engine::Engine;
use redis_engine::data::Value as Data;
use redis_engine::resp::value::{self, Value};

/// How a command's replies may differ between the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    None,
    /// The order of elements may differ.
    Order,
    /// The order of elements may differ, if one of the command's keys holds elements in an unspecified order.
    OrderOfContainer,
    /// The payloads may differ, if the command's key holds elements in an unspecified order.
    Payload,
    /// Integers may differ by up to this amount, because they depend on the clock.
    Clock(i64),
    /// The times of consumers and pending entries may differ.
    StreamTimes,
    /// The values may differ, because they describe the connection.
    Connection,
    /// Integers may differ by up to half of the real server's value, if the memory of one of the command's keys depends
    /// on chance.
    Memory,
}

impl Tolerance {
    pub fn for_command(name: &str) -> Self {
        match name {
            "SUNION" | "SDIFF" | "KEYS" | "SCAN" | "SORT" | "SORT_RO" | "SPOP" | "SRANDMEMBER" | "HRANDFIELD"
            | "ZRANDMEMBER" | "ZSCAN" | "UNSUBSCRIBE" | "PUNSUBSCRIBE" => Tolerance::Order,
            "SMEMBERS" | "SINTER" | "SSCAN" | "HGETALL" | "HKEYS" | "HVALS" | "HSCAN" => Tolerance::OrderOfContainer,
            "DUMP" => Tolerance::Payload,
            "TTL" | "EXPIRETIME" | "HTTL" | "HEXPIRETIME" => Tolerance::Clock(5),
            "PTTL" | "PEXPIRETIME" | "HPTTL" | "HPEXPIRETIME" => Tolerance::Clock(5000),
            "XPENDING" | "XINFO" => Tolerance::StreamTimes,
            "HELLO" => Tolerance::Connection,
            "MEMORY" => Tolerance::Memory,
            _ => Tolerance::None,
        }
    }
}

/// Keys whose elements may be in different orders on the two servers, although their encoding has a defined order,
/// because they were stored by SUNIONSTORE, for example.
#[derive(Debug, Default)]
pub struct UnspecifiedOrders(HashSet<Vec<u8>>);

impl UnspecifiedOrders {
    /// Records the keys whose elements may be in an unspecified order after the command `argv` has run. Must be called
    /// before the command runs.
    pub fn record(&mut self, argv: &[Vec<u8>], engine: &Engine) {
        let name = argv[0].to_ascii_uppercase();
        let stores = matches!(name.as_slice(), b"SUNIONSTORE" | b"SDIFFSTORE");
        let passes_on = matches!(name.as_slice(), b"SINTERSTORE" | b"RENAME" | b"RENAMENX" | b"COPY");
        if stores || passes_on && self.contains_any(argv, engine) {
            self.0.extend(argv[1..].iter().cloned());
        }
    }

    /// Returns whether the elements of one of the command's keys may be in an unspecified order.
    pub fn contains_any(&self, argv: &[Vec<u8>], engine: &Engine) -> bool {
        argv[1..].iter().any(|word| self.0.contains(word) || is_hash_table(engine, word))
    }
}

/// Returns whether the memory of one of the command's keys depends on chance: on the heights of a skip list's nodes, or
/// on the distribution of elements in a hash table, which decides when rehashing ends.
pub fn memory_depends_on_chance(argv: &[Vec<u8>], engine: &Engine) -> bool {
    argv[1..].iter().any(|word| has_encoding("skiplist", engine, word) || is_hash_table(engine, word))
}

/// Returns whether the payload of one of the command's keys depends on the clock: Redis writes the time under which a
/// hash is scheduled to lose fields, and when the consumers of a stream were seen.
pub fn payload_depends_on_clock(argv: &[Vec<u8>], engine: &Engine) -> bool {
    argv[1..].iter().any(|word| has_encoding("listpackex", engine, word) || has_consumers(engine, word))
}

fn has_consumers(engine: &Engine, key: &[u8]) -> bool {
    let entries = engine.keyspace.databases().iter().filter_map(|database| database.get(key));
    entries.into_iter().any(|entry| match &entry.value {
        Data::Stream(stream) => stream.groups().values().any(|group| !group.consumers().is_empty()),
        _ => false,
    })
}

fn is_hash_table(engine: &Engine, key: &[u8]) -> bool {
    has_encoding("hashtable", engine, key)
}

fn has_encoding(encoding: &str, engine: &Engine, key: &[u8]) -> bool {
    let entries = engine.keyspace.databases().iter().filter_map(|database| database.get(key));
    entries.into_iter().any(|entry| entry.value.encoding() == encoding)
}

/// Returns whether the replies to the sender of a command agree. `queue` holds the tolerances of the commands that EXEC
/// ran, and is empty for other commands.
pub fn replies_agree(ours: &[u8], theirs: &[u8], tolerance: Tolerance, queue: &[Tolerance]) -> bool {
    if ours == theirs {
        return true;
    }
    let (Some(ours), Some(theirs)) = (parse_all(ours), parse_all(theirs)) else { return false };
    if ours.len() > 1 && (tolerance == Tolerance::Order || queue.contains(&Tolerance::Order)) {
        // UNSUBSCRIBE replies once per channel, even in a transaction. EXEC then writes more replies than its array
        // header announces, so the elements of all replies are compared together.
        return sorted_texts(&Value::Array(ours)) == sorted_texts(&Value::Array(theirs));
    }
    ours.len() == theirs.len()
        && ours.iter().zip(&theirs).all(|(ours, theirs)| match (ours, theirs) {
            (Value::Array(ours), Value::Array(theirs)) if ours.len() == queue.len() && !queue.is_empty() => {
                let pairs = ours.iter().zip(theirs).zip(queue);
                ours.len() == theirs.len()
                    && pairs.into_iter().all(|((ours, theirs), tolerance)| agree(ours, theirs, *tolerance))
            }
            // In RESP2, SUBSCRIBE in a transaction writes more replies than EXEC's array header announces, so it is not
            // known which reply belongs to which command.
            _ => agree(ours, theirs, tolerance) || queue.iter().any(|tolerance| agree(ours, theirs, *tolerance)),
        })
}

/// Returns whether a client has received the same messages from the engine and from the real server. Their order does
/// not matter, and duplicates count once.
pub fn messages_agree(ours: &[u8], theirs: &[u8]) -> bool {
    let texts = |bytes| {
        let mut texts: Vec<_> = parse_all(bytes)?.iter().map(|value| format!("{value:?}")).collect();
        texts.sort();
        texts.dedup();
        Some(texts)
    };
    ours == theirs || texts(ours).is_some_and(|ours| texts(theirs) == Some(ours))
}

fn agree(ours: &Value, theirs: &Value, tolerance: Tolerance) -> bool {
    if ours == theirs {
        return true;
    }
    match tolerance {
        Tolerance::None => false,
        Tolerance::Order | Tolerance::OrderOfContainer => sorted_texts(ours) == sorted_texts(theirs),
        Tolerance::StreamTimes => differ_in_times_only(ours, theirs),
        Tolerance::Connection | Tolerance::Payload => std::mem::discriminant(ours) == std::mem::discriminant(theirs),
        Tolerance::Memory => match (ours, theirs) {
            (Value::Integer(a), Value::Integer(b)) => *a > b / 2 && *a < b + b / 2,
            _ => false,
        },
        Tolerance::Clock(limit) => match (ours, theirs) {
            // A negative number means that there is no expiry time or no key, so the two servers must return the same
            // number.
            (Value::Integer(a), Value::Integer(b)) => a.abs_diff(*b) <= limit.unsigned_abs() && *a >= 0 && *b >= 0,
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agree(a, b, tolerance))
            }
            _ => false,
        },
    }
}

/// Returns whether the replies of XPENDING or XINFO differ only in times: those that follow their names, and those of
/// pending entries, which are before the number of deliveries.
fn differ_in_times_only(ours: &Value, theirs: &Value) -> bool {
    const NAMES: [&[u8]; 4] = [b"idle", b"inactive", b"seen-time", b"active-time"];
    let is_name = |value: &Value| matches!(value, Value::Bulk(name) if NAMES.contains(&name.as_slice()));
    let are_close = |ours: &Value, theirs: &Value| match (ours, theirs) {
        (Value::Integer(a), Value::Integer(b)) => a.abs_diff(*b) <= 5000 && *a >= 0 && *b >= 0,
        _ => false,
    };
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            let begins_with_id = matches!(ours.first(), Some(Value::Bulk(id)) if id.contains(&b'-'));
            let is_time = |at: usize| {
                begins_with_id && ours.len() >= 3 && at + 2 == ours.len() || at > 0 && is_name(&ours[at - 1])
            };
            let pairs = ours.iter().zip(theirs).enumerate();
            ours.len() == theirs.len()
                && pairs.into_iter().all(|(at, (ours, theirs))| {
                    differ_in_times_only(ours, theirs) || is_time(at) && are_close(ours, theirs)
                })
        }
        (Value::Map(ours), Value::Map(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|((name, ours), (their_name, theirs))| {
                    name == their_name
                        && (differ_in_times_only(ours, theirs) || is_name(name) && are_close(ours, theirs))
                })
        }
        _ => ours == theirs,
    }
}

/// Returns all elements of a value, including nested ones, as sorted strings.
fn sorted_texts(value: &Value) -> Vec<String> {
    let mut texts = match value {
        Value::Array(parts) | Value::Set(parts) | Value::Push(parts) => parts.iter().flat_map(sorted_texts).collect(),
        Value::Map(pairs) => pairs.iter().map(|pair| format!("{pair:?}")).collect(),
        other => vec![format!("{other:?}")],
    };
    texts.sort();
    texts
}

/// Parses all values in the given bytes. Returns `None` if one of them is invalid or incomplete.
fn parse_all(mut bytes: &[u8]) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    while !bytes.is_empty() {
        let (value, used) = value::parse(bytes).ok()??;
        values.push(value);
        bytes = &bytes[used..];
    }
    Some(values)
}
