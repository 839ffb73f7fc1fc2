//! When two servers' bytes agree: byte for byte, but where Redis leaves an order open or an answer tells the time.

use std::collections::HashSet;

use redis_engine::Engine;
use redis_engine::resp::value::{self, Value};

/// What a command's reply may differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freedom {
    None,
    /// Its elements come in any order.
    Order,
    /// The same, if a container among its keys has no order.
    OrderOfContainer,
    /// Numbers may differ by so much: what is left of a life.
    Clock(i64),
    /// It describes the connection.
    Connection,
    /// Numbers may differ by half if a key is kept in a way that chance has a part in: its memory.
    Chance,
}

impl Freedom {
    pub fn of(name: &str) -> Self {
        match name {
            "SUNION" | "SDIFF" | "KEYS" | "SCAN" | "SORT" | "SORT_RO" | "SPOP" | "SRANDMEMBER" | "HRANDFIELD"
            | "ZRANDMEMBER" | "ZSCAN" | "UNSUBSCRIBE" | "PUNSUBSCRIBE" => Freedom::Order,
            "SMEMBERS" | "SINTER" | "SSCAN" | "HGETALL" | "HKEYS" | "HVALS" | "HSCAN" => Freedom::OrderOfContainer,
            "TTL" | "EXPIRETIME" | "HTTL" | "HEXPIRETIME" => Freedom::Clock(5),
            "PTTL" | "PEXPIRETIME" | "HPTTL" | "HPEXPIRETIME" => Freedom::Clock(5000),
            "HELLO" => Freedom::Connection,
            "MEMORY" => Freedom::Chance,
            _ => Freedom::None,
        }
    }
}

/// Keys whose contents came in an order that Redis leaves open, although they keep it.
#[derive(Debug, Default)]
pub struct Arbitrary(HashSet<Vec<u8>>);

impl Arbitrary {
    /// Learns from a command that is to run.
    pub fn learn(&mut self, argv: &[Vec<u8>], engine: &Engine) {
        let name = argv[0].to_ascii_uppercase();
        let stores = matches!(name.as_slice(), b"SUNIONSTORE" | b"SDIFFSTORE");
        let hands_on = matches!(name.as_slice(), b"SINTERSTORE" | b"RENAME" | b"RENAMENX" | b"COPY");
        if stores || hands_on && self.has(argv, engine) {
            self.0.extend(argv[1..].iter().cloned());
        }
    }

    /// Whether the order within any of these keys is left open.
    pub fn has(&self, argv: &[Vec<u8>], engine: &Engine) -> bool {
        argv[1..].iter().any(|word| self.0.contains(word) || is_hashed(engine, word))
    }
}

/// Whether chance has a part in how any of these keys is kept: how high a skip list's nodes are, and how full a hash
/// table's buckets, which decides when one that has grown is done with that.
pub fn has_chance(argv: &[Vec<u8>], engine: &Engine) -> bool {
    argv[1..].iter().any(|word| is_kept_as("skiplist", engine, word) || is_hashed(engine, word))
}

fn is_hashed(engine: &Engine, key: &[u8]) -> bool {
    is_kept_as("hashtable", engine, key)
}

fn is_kept_as(encoding: &str, engine: &Engine, key: &[u8]) -> bool {
    let entries = engine.keyspace.databases().iter().filter_map(|database| database.get(key));
    entries.into_iter().any(|entry| entry.value.encoding() == encoding)
}

/// Whether the bytes that the sender of a command got agree. `queue`: what EXEC carries out.
pub fn replies_agree(ours: &[u8], theirs: &[u8], freedom: Freedom, queue: &[Freedom]) -> bool {
    if ours == theirs {
        return true;
    }
    let (Some(ours), Some(theirs)) = (values(ours), values(theirs)) else { return false };
    if ours.len() > 1 && (freedom == Freedom::Order || queue.contains(&Freedom::Order)) {
        // UNSUBSCRIBE answers channel by channel, in EXEC as well, which then has written more than it announced.
        return leaves(&Value::Array(ours)) == leaves(&Value::Array(theirs));
    }
    ours.len() == theirs.len()
        && ours.iter().zip(&theirs).all(|(ours, theirs)| match (ours, theirs) {
            (Value::Array(ours), Value::Array(theirs)) if ours.len() == queue.len() && !queue.is_empty() => {
                let pairs = ours.iter().zip(theirs).zip(queue);
                ours.len() == theirs.len() && pairs.into_iter().all(|((ours, theirs), free)| agree(ours, theirs, *free))
            }
            // In RESP2 a SUBSCRIBE within EXEC writes more replies than EXEC has announced.
            _ => agree(ours, theirs, freedom) || queue.iter().any(|freedom| agree(ours, theirs, *freedom)),
        })
}

/// Whether messages agree that came while time passed: in any order, and those alike counted once.
pub fn messages_agree(ours: &[u8], theirs: &[u8]) -> bool {
    let texts = |bytes| {
        let mut texts: Vec<_> = values(bytes)?.iter().map(|value| format!("{value:?}")).collect();
        texts.sort();
        texts.dedup();
        Some(texts)
    };
    ours == theirs || texts(ours).is_some_and(|ours| texts(theirs) == Some(ours))
}

fn agree(ours: &Value, theirs: &Value, freedom: Freedom) -> bool {
    if ours == theirs {
        return true;
    }
    match freedom {
        Freedom::None => false,
        Freedom::Order | Freedom::OrderOfContainer => leaves(ours) == leaves(theirs),
        Freedom::Connection => std::mem::discriminant(ours) == std::mem::discriminant(theirs),
        Freedom::Chance => match (ours, theirs) {
            (Value::Integer(a), Value::Integer(b)) => *a > b / 2 && *a < b + b / 2,
            _ => false,
        },
        Freedom::Clock(most) => match (ours, theirs) {
            // What has no life or is not there is told apart.
            (Value::Integer(a), Value::Integer(b)) => a.abs_diff(*b) <= most.unsigned_abs() && *a >= 0 && *b >= 0,
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agree(a, b, freedom))
            }
            _ => false,
        },
    }
}

/// What a value holds, without its order.
fn leaves(value: &Value) -> Vec<String> {
    let mut texts = match value {
        Value::Array(parts) | Value::Set(parts) | Value::Push(parts) => parts.iter().flat_map(leaves).collect(),
        Value::Map(pairs) => pairs.iter().map(|pair| format!("{pair:?}")).collect(),
        other => vec![format!("{other:?}")],
    };
    texts.sort();
    texts
}

/// All values of these bytes; none if they do not end with one.
fn values(mut bytes: &[u8]) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    while !bytes.is_empty() {
        let (value, used) = value::parse(bytes).ok()??;
        values.push(value);
        bytes = &bytes[used..];
    }
    Some(values)
}
