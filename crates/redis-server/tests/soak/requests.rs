//! Random requests whose replies depend neither on chance nor on time.

use redis_engine::resp::request;
use redis_engine::rng::Rng;

type Argv = Vec<Vec<u8>>;

/// Commands with placeholders for random words: keys of a type (`{string}`), a short string (`{small}`), a value of any
/// length (`{value}`), an integer (`{int}`). Hashes and sets stay so small that the order of their elements is defined.
const COMMANDS: &[&str] = &[
    "SET {string} {value}",
    "SET {string} {value} EX 1000",
    "SET {string} {value} NX",
    "GET {string}",
    "GETSET {string} {value}",
    "GETDEL {string}",
    "APPEND {string} {small}",
    "STRLEN {string}",
    "GETRANGE {string} {int} {int}",
    "SETRANGE {string} 7 {small}",
    "SETBIT {string} 100 1",
    "BITCOUNT {string}",
    "MSET {string} {small} {string} {value}",
    "MGET {string} {counter} {string} none",
    "INCR {counter}",
    "INCRBY {counter} {int}",
    "DECR {counter}",
    "INCRBYFLOAT {counter} 0.5",
    "LPUSH {list} {small} {value}",
    "RPUSH {list} {small} {small} {small}",
    "LPOP {list}",
    "RPOP {list} 3",
    "LLEN {list}",
    "LRANGE {list} 0 -1",
    "LRANGE {list} {int} {int}",
    "LINDEX {list} {int}",
    "LSET {list} 0 {small}",
    "LREM {list} 1 {small}",
    "LTRIM {list} 0 60",
    "LMOVE {list} {list} LEFT RIGHT",
    "HSET {hash} field:{int} {small} {int} {int}",
    "HGET {hash} {int}",
    "HGETALL {hash}",
    "HKEYS {hash}",
    "HLEN {hash}",
    "HINCRBY {hash} {int} {int}",
    "HDEL {hash} {int} field:{int}",
    "ZADD {zset} {int} {small} {int} {int}",
    "ZINCRBY {zset} 1.5 {int}",
    "ZRANGE {zset} 0 -1 WITHSCORES",
    "ZRANGEBYSCORE {zset} 0 50 LIMIT 1 5",
    "ZRANK {zset} {int}",
    "ZREM {zset} {int}",
    "ZPOPMIN {zset} 2",
    "ZREMRANGEBYRANK {zset} 40 -1",
    "SADD {set} {int} {int} {int}",
    "SREM {set} {int}",
    "SMEMBERS {set}",
    "SISMEMBER {set} {int}",
    "SCARD {set}",
    "SINTER {set} {set}",
    "SINTERSTORE {set} {set} {set}",
    "EXISTS {any} {any}",
    "TYPE {any}",
    "DEL {any}",
    "UNLINK {any} {any}",
    "EXPIRE {any} 1000",
    "PERSIST {any}",
    "OBJECT ENCODING {any}",
    "DBSIZE",
    "PING",
    "ECHO {value}",
    "SELECT 0",
    "NOSUCH {value}",
    "GET",
    "INCR {list}",
    "LPUSH {string} {small}",
    "CLIENT GETNAME",
    "CLIENT SETNAME c{int}",
];

const TYPES: [&str; 6] = ["string", "counter", "list", "hash", "zset", "set"];

/// Returns a batch of encoded requests. Most are arrays, some are inline commands, and some are transactions.
pub fn batch(random: &mut Rng, count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..count {
        match random.below(20) {
            0 => {
                bytes.extend(request::encode(&[b"MULTI".to_vec()]));
                for _ in 0..1 + random.below(5) {
                    bytes.extend(request::encode(&command(random)));
                }
                bytes.extend(request::encode(&[b"EXEC".to_vec()]));
            }
            1 | 2 => bytes.extend(inline(&command(random))),
            _ => bytes.extend(request::encode(&command(random))),
        }
    }
    bytes
}

/// Returns a command with random arguments.
fn command(random: &mut Rng) -> Argv {
    let template = COMMANDS[random.below(COMMANDS.len())];
    template.split(' ').map(|word| fill_in(random, word)).collect()
}

fn fill_in(random: &mut Rng, word: &str) -> Vec<u8> {
    let Some((before, name)) = word.strip_suffix('}').and_then(|word| word.split_once('{')) else {
        return word.as_bytes().to_vec();
    };
    let filled = match name {
        "int" => random.below(60).to_string().into_bytes(),
        "small" => text(random, 20),
        "value" => {
            let length = [20, 20, 20, 300, 300, 20_000][random.below(6)];
            text(random, length)
        }
        "any" => {
            let name = TYPES[random.below(TYPES.len())];
            key(random, name)
        }
        name => key(random, name),
    };
    [before.as_bytes(), &filled].concat()
}

fn key(random: &mut Rng, name: &str) -> Vec<u8> {
    format!("{name}:{}", random.below(5)).into_bytes()
}

/// Returns up to `max_length` random bytes.
pub fn text(random: &mut Rng, max_length: usize) -> Vec<u8> {
    let length = random.below(max_length + 1);
    // One string in four contains bytes that have a meaning in the protocol.
    let letters: &[u8] = if random.below(4) == 0 { b"\r\n\0 \"'$*\xff" } else { b"abcdefgh" };
    // A long value repeats itself with a period of 997 bytes, which is not a power of two.
    let period: Vec<u8> = (0..length.min(997)).map(|_| letters[random.below(letters.len())]).collect();
    period.iter().copied().cycle().take(length).collect()
}

/// Encodes a command as an inline command, with all arguments in quotes.
fn inline(argv: &Argv) -> Vec<u8> {
    let mut line = argv[0].clone();
    for word in &argv[1..] {
        line.extend_from_slice(b" \"");
        word.iter().for_each(|byte| line.extend(format!("\\x{byte:02x}").bytes()));
        line.push(b'"');
    }
    line.extend_from_slice(b"\r\n");
    // A server refuses inline commands of more than 64 KB, so a long command is sent as an array.
    if line.len() < 60_000 { line } else { request::encode(argv) }
}
