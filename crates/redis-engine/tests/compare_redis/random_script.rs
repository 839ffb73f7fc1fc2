//! Generates random commands for several clients. The arguments follow each command's syntax, apart from some
//! deliberate mistakes.

use redis_engine::argument_syntax::{self, Argument, Shape};
use redis_engine::command::{Command, Group};
use redis_engine::commands;
use redis_engine::rng::Rng;

/// Number of clients in a script.
pub const CLIENTS: usize = 3;

/// A short expiry time or timeout in milliseconds.
pub const SHORT_MS: &str = "80";
/// The same time as `SHORT_MS`, in seconds.
const SHORT_SECONDS: &str = "0.08";
/// Time in milliseconds that a script waits so that `SHORT_MS` passes.
pub const WAIT_MS: u64 = 130;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A client sends a command. The word `{id:N}` stands for the ID of client N.
    Send { client: usize, argv: Vec<Vec<u8>> },
    /// A client closes its connection.
    Disconnect { client: usize },
    /// Waits until short expiry times and timeouts have passed.
    Wait,
}

impl Step {
    pub fn has_short_expiry(&self) -> bool {
        match self {
            Step::Send { argv, .. } => {
                argv.iter().any(|word| word == SHORT_MS.as_bytes() || word == SHORT_SECONDS.as_bytes())
            }
            Step::Disconnect { .. } | Step::Wait => false,
        }
    }
}

/// Commands that are not generated from their syntax, because their replies depend on chance, on the clock or on the
/// machine, or because they end a connection or a wait at a time that is not fixed.
const EXCLUDED: &[&str] = &[
    "RANDOMKEY",
    "SPOP",
    "SRANDMEMBER",
    "HRANDFIELD",
    "ZRANDMEMBER",
    "SCAN",
    "HSCAN",
    "SSCAN",
    "ZSCAN",
    "WAIT",
    "WAITAOF",
    "OBJECT IDLETIME",
    "OBJECT FREQ",
    "OBJECT HELP",
    "OBJECT REFCOUNT",
    "PFSELFTEST",
    "SHUTDOWN",
];

/// Commands with arguments that are chosen so that the replies do not depend on chance. `{key}` stands for a random
/// key.
const FIXED: &[&str] = &[
    "SPOP {key} 1000",
    "SRANDMEMBER {key} 1000",
    "HRANDFIELD {key} 1000",
    "ZRANDMEMBER {key} 1000 WITHSCORES",
    "SCAN 0 COUNT 1000",
    "HSCAN {key} 0 COUNT 1000",
    "SSCAN {key} 0 COUNT 1000",
    "ZSCAN {key} 0 COUNT 1000",
    "OBJECT ENCODING {key}",
    "OBJECT ENCODING {key}",
    "OBJECT ENCODING {key}",
    "OBJECT ENCODING {key}",
    "MEMORY USAGE {key} SAMPLES 0",
    "MEMORY USAGE {key} SAMPLES 0",
    "MEMORY USAGE {key} SAMPLES 0",
    "MEMORY USAGE {key} SAMPLES 0",
    "DEBUG DIGEST-VALUE {key}",
    "DUMP {key}",
    "DUMP {key}",
    "DEBUG DIGEST-VALUE {key} {key}",
    "XINFO STREAM {stream} FULL",
    "XINFO STREAM {stream}",
    "XINFO GROUPS {stream}",
    "XRANGE {stream} - +",
    "XREVRANGE {stream} + - COUNT 2",
    "MEMORY USAGE {stream} SAMPLES 2",
    "MEMORY USAGE {stream} SAMPLES 0",
    "DEBUG RELOAD",
    "SMEMBERS {key}",
    "HGETALL {key}",
    "LRANGE {key} 0 -1",
    "ZRANGE {key} 0 -1 WITHSCORES",
    "KEYS *",
    "DBSIZE",
    "PING",
    "SELECT 0",
    "SELECT 0",
    "SELECT 1",
    "SWAPDB 0 1",
    "FLUSHDB",
    "FLUSHALL",
    "RESET",
    "CLIENT UNBLOCK {id:0}",
    "CLIENT UNBLOCK {id:1} ERROR",
    "CLIENT UNBLOCK {id:2} TIMEOUT",
    "CLIENT KILL ID {id:2}",
    "NOSUCH {key} x",
    "GET",
    "GET h",
    "GET i",
    "PFDEBUG DECODE h",
    "PFDEBUG TODENSE {key}",
    "PFDEBUG ENCODING {key}",
    "PFADD h {value} {value} {value} {value}",
    "PFADD i {300 bytes} {value} {value} {value}",
    "GEOADD p 13.361389 38.115556 a 15.087269 37.502669 b 2.35 48.85 foo 0 0 bar",
    "CONFIG SET hll-sparse-max-bytes 26",
    "CONFIG SET hash-max-listpack-entries 4",
    "CONFIG SET list-max-listpack-size 3",
    "CONFIG SET stream-node-max-entries 2",
    "CONFIG SET stream-node-max-bytes 100",
];

/// Commands for transactions, Pub/Sub and blocking, which involve several clients. Words in braces stand for random
/// arguments.
const INTERACTIONS: &[&str] = &[
    "MULTI",
    "MULTI",
    "EXEC",
    "EXEC",
    "EXEC",
    "DISCARD",
    "WATCH {key}",
    "WATCH {key} {key}",
    "UNWATCH",
    "SUBSCRIBE news",
    "SUBSCRIBE news sport",
    "PSUBSCRIBE n*",
    "UNSUBSCRIBE",
    "UNSUBSCRIBE news",
    "PUNSUBSCRIBE",
    "SSUBSCRIBE news",
    "SUNSUBSCRIBE",
    "PUBLISH news x",
    "PUBLISH news {value}",
    "SPUBLISH news x",
    "PUBSUB NUMPAT",
    "PUBSUB NUMSUB news sport",
    "BLPOP {list} {list} {timeout}",
    "BRPOP {list} {timeout}",
    "BLMOVE {list} {list} LEFT RIGHT {timeout}",
    "BLMPOP {timeout} 2 {list} {list} RIGHT COUNT 2",
    "BRPOPLPUSH {list} {list} {timeout}",
    "BZPOPMIN {zset} {zset} {timeout}",
    "BZPOPMAX {zset} {timeout}",
    "BZMPOP {timeout} 2 {zset} {zset} MIN COUNT 2",
    "RPUSH {list} {value}",
    "LPUSH {list} {value} {value}",
    "LPUSH {list} {value}",
    "ZADD {zset} 1 {value}",
    "ZADD {zset} 1 {value} 2 {value}",
    "RENAME {list} {list}",
    "DEL {list}",
    "DEL {zset}",
    "XADD {stream} {new-id} {value} {value}",
    "XADD {stream} {new-id} {value} {value}",
    "XADD {stream} {new-id} a {value} b {value}",
    "XADD {stream} {new-id} a {value} b {value}",
    "XGROUP CREATE {stream} {group} 0 MKSTREAM",
    "XGROUP CREATE {stream} {group} 0",
    "XGROUP DESTROY {stream} {group}",
    "XREAD STREAMS {stream} 0",
    "XREAD BLOCK {milliseconds} COUNT 2 STREAMS {stream} {stream} $ 2",
    "XREAD BLOCK {milliseconds} STREAMS {stream} +",
    "XREADGROUP GROUP {group} {consumer} STREAMS {stream} >",
    "XREADGROUP GROUP {group} {consumer} COUNT 1 STREAMS {stream} >",
    "XREADGROUP GROUP {group} {consumer} COUNT 1 STREAMS {stream} >",
    "XREADGROUP GROUP {group} {consumer} NOACK STREAMS {stream} >",
    "XREADGROUP GROUP {group} {consumer} STREAMS {stream} 0",
    "XREADGROUP GROUP {group} {consumer} BLOCK {milliseconds} STREAMS {stream} {stream} > >",
    "XREADGROUP GROUP {group} {consumer} BLOCK {milliseconds} STREAMS {stream} >",
    "XPENDING {stream} {group}",
    "XPENDING {stream} {group} - + 10",
    "XACK {stream} {group} {id}",
    "DUMP {stream}",
    "RESTORE {stream} 0 {stream-payload}",
    "RESTORE {stream} 0 {stream-payload} REPLACE",
    "XTRIM {stream} MAXLEN 2 ACKED",
    "XTRIM {stream} MAXLEN ~ 1 DELREF",
    "XDELEX {stream} DELREF IDS 2 {id} {id}",
    "XDELEX {stream} ACKED IDS 2 {id} {id}",
    "XACKDEL {stream} {group} ACKED IDS 2 {id} {id}",
    "XACKDEL {stream} {group} DELREF IDS 1 {id}",
    "DEL {stream}",
    "SET {stream} x",
    "DEL {key}",
];

/// Settings that make containers change their encodings after a few elements.
const LOW_THRESHOLDS: &[&str] = &[
    "CONFIG SET hash-max-listpack-entries 3",
    "CONFIG SET set-max-intset-entries 3",
    "CONFIG SET set-max-listpack-entries 4",
    "CONFIG SET zset-max-listpack-entries 3",
    "CONFIG SET list-max-listpack-size 3",
    "CONFIG SET stream-node-max-entries 3",
];

/// Commands after which the client that sends them gets an event for every change.
const EVENTS: &[&str] = &["CONFIG SET notify-keyspace-events KEAnmoc", "PSUBSCRIBE __key*__:*"];

const KEYS: &[&str] = &["a", "b", "c", "d", "e", "f", "g", "h", "i", "p", "q", "s"];
const VALUES: &[&str] = &[
    "",
    "1",
    "-1",
    "10",
    "3.5",
    "foo",
    "bar",
    "hello world",
    "a",
    "b",
    "c",
    "9223372036854775807",
    "abc",
    "0",
    "x",
    "\u{0}\u{ff}",
    "seventy bytes: seventy bytes: seventy bytes: seventy bytes: seventy bytes",
    "{300 bytes}",
];
const INTEGERS: &[&str] = &["0", "1", "2", "3", "-1", "-2", "5", "10", "100", "7"];
const INVALID: &[&str] =
    &["9223372036854775807", "-9223372036854775808", "9223372036854775808", "abc", "1.5", "", " 1", "01"];
const SCORES: &[&str] = &["1", "2", "0", "-1.5", "3.25", "1e3", "inf", "-inf", "0.1", "5", "-0"];
/// IDs of stream entries. IDs that the server chooses are left out, because they depend on the clock.
const NEW_IDS: &[&str] =
    &["1-*", "2-*", "3-*", "3-*", "4-*", "5-*", "7-*", "1-1", "2-1", "5-7", "300-*", "9-18446744073709551615"];
const IDS: &[&str] = &["1-0", "1-1", "1-2", "2-0", "2-1", "3-0", "3-1", "3-2", "4-0", "5-0", "5-7", "7-0", "9", "0"];
const INTERVAL_ENDS: &[&str] = &["-", "+", "1-1", "(1-1", "2", "(3", "3-1", "(5-7", "0", "(0", "(-", "9-9"];
const GROUPS: &[&str] = &["g", "g", "h"];
const CONSUMERS: &[&str] = &["alice", "bob"];
/// Payloads of streams: one with several nodes, a deleted entry and groups, one with consumers and pending entries, and
/// one of Redis 5.
const STREAM_PAYLOADS: &[&str] = &[
    "\u{15}\u{2}\u{10}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1}00\
     \u{0}\u{0}\u{0}\u{12}\u{0}\u{1}\u{1}\u{1}\u{1}\u{2}\u{1}\u{81}a\u{2}\u{81}b\u{2}\u{0}\u{1}\u{2}\
     \u{1}\u{0}\u{1}\u{0}\u{1}\u{1}\u{1}\u{81}x\u{2}\u{5}\u{1}\u{3}\u{1}\u{1}\u{1}\u{0}\u{1}\u{1}\u{1}\
     \u{82}xx\u{3}\u{5}\u{1}\u{ff}\u{10}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{2}\u{0}\u{0}\u{0}\u{0}\
     \u{0}\u{0}\u{0}\u{2}**\u{0}\u{0}\u{0}\u{f}\u{0}\u{2}\u{1}\u{0}\u{1}\u{1}\u{1}\u{81}c\u{2}\u{0}\
     \u{1}\u{2}\u{1}\u{0}\u{1}\u{0}\u{1}\u{f2}p\u{11}\u{1}\u{4}\u{4}\u{1}\u{2}\u{1}\u{1}\u{1}\u{df}\
     \u{fe}\u{2}\u{1}\u{1}\u{4}\u{1}\u{ff}\u{3}\u{3}\u{0}\u{1}\u{1}\u{2}\u{1}\u{4}\u{2}\u{1}g\u{0}\u{0}\
     \u{81}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{0}\u{0}\u{1}h\u{3}\u{0}\u{81}\u{ff}\u{ff}\
     \u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{0}\u{0}\u{c}\u{0}\u{10}T\u{18}\u{13},(x\u{e1}",
    "\u{15}\u{1}\u{10}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}''\
     \u{0}\u{0}\u{0}\u{f}\u{0}\u{2}\u{1}\u{0}\u{1}\u{1}\u{1}\u{81}a\u{2}\u{0}\u{1}\u{2}\u{1}\u{0}\u{1}\
     \u{0}\u{1}\u{81}x\u{2}\u{4}\u{1}\u{2}\u{1}\u{1}\u{1}\u{0}\u{1}\u{5}\u{1}\u{4}\u{1}\u{ff}\u{2}\u{2}\
     \u{0}\u{1}\u{0}\u{0}\u{7}\u{9}\u{1}\u{1}g\u{2}\u{0}\u{2}\u{2}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
     \u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}h\u{e5}\u{cf}\u{8b}\u{1}\u{0}\u{0}\u{1}\u{0}\
     \u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{2}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{5}h\u{e5}\u{cf}\u{8b}\
     \u{1}\u{0}\u{0}A,\u{2}\u{5}alice\u{1}h\u{e5}\u{cf}\u{8b}\u{1}\u{0}\u{0}\u{2}h\u{e5}\u{cf}\u{8b}\
     \u{1}\u{0}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{2}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
     \u{0}\u{3}bob\u{3}h\u{e5}\u{cf}\u{8b}\u{1}\u{0}\u{0}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\
     \u{ff}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{c}\
     \u{0}?\u{d7}q\u{dd}/U\u{1b}V",
    "\u{f}\u{1}\u{10}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}''\u{0}\
     \u{0}\u{0}\u{f}\u{0}\u{2}\u{1}\u{0}\u{1}\u{1}\u{1}\u{81}a\u{2}\u{0}\u{1}\u{2}\u{1}\u{0}\u{1}\u{0}\
     \u{1}\u{81}x\u{2}\u{4}\u{1}\u{2}\u{1}\u{1}\u{1}\u{0}\u{1}\u{5}\u{1}\u{4}\u{1}\u{ff}\u{2}\u{5}\u{0}\
     \u{1}\u{1}h\u{1}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
     \u{0}\u{0}\u{0}h\u{e5}\u{cf}\u{8b}\u{1}\u{0}\u{0}\u{2}\u{1}\u{5}alice\u{0}h\u{e5}\u{cf}\u{8b}\u{1}\
     \u{0}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\
     \u{9}\u{0}\u{95}\"\u{1e}\u{c}l\u{b8}\u{8c}\u{e5}",
];
const BOUNDS: &[&str] = &["-", "+", "[a", "(b", "[foo", "-inf", "+inf", "(1", "2", "0", "-1", "5", "1", "(3.25"];

/// Generates a script of about `length` steps.
pub fn generate(random: &mut Rng, length: usize) -> Vec<Step> {
    let rows: Vec<&'static Command> = commands::all().filter(|row| is_generated(row)).collect();
    let with_short_times = random.below(4) == 0;
    let mut writer = Writer { random, with_short_times };
    let mut steps = Vec::new();
    for client in 0..CLIENTS {
        if writer.random.below(3) == 0 {
            steps.push(writer.step(client, "HELLO 3"));
        }
    }
    if writer.random.below(3) == 0 {
        LOW_THRESHOLDS.iter().for_each(|line| steps.push(writer.step(0, line)));
    }
    if writer.random.below(5) == 0 {
        EVENTS.iter().for_each(|line| steps.push(writer.step(2, line)));
    }
    let mut waits_at = None;
    while steps.len() < length {
        let client = writer.random.below(CLIENTS);
        if writer.random.below(200) == 0 {
            steps.push(Step::Disconnect { client });
            continue;
        }
        let step = match writer.random.below(10) {
            0..3 => {
                let line = INTERACTIONS[writer.random.below(INTERACTIONS.len())];
                writer.step(client, line)
            }
            3..5 => {
                let line = FIXED[writer.random.below(FIXED.len())];
                writer.step(client, line)
            }
            _ => {
                let row = rows[writer.random.below(rows.len())];
                Step::Send { client, argv: writer.call(row) }
            }
        };
        if step.has_short_expiry() {
            waits_at.get_or_insert(steps.len() + 6);
        }
        steps.push(step);
        if waits_at.is_some_and(|at| at <= steps.len()) {
            steps.push(Step::Wait);
            waits_at = None;
        }
    }
    if waits_at.is_some() {
        steps.push(Step::Wait);
    }
    steps
}

fn is_generated(row: &Command) -> bool {
    let family = match row.group {
        Group::String
        | Group::Bitmap
        | Group::Hash
        | Group::List
        | Group::Set
        | Group::SortedSet
        | Group::Hyperloglog
        | Group::Geo
        | Group::Stream
        | Group::Generic => true,
        Group::Transactions | Group::Pubsub | Group::Connection | Group::Server | Group::Scripting => false,
    };
    family && !EXCLUDED.contains(&row.name)
}

struct Writer<'a> {
    random: &'a mut Rng,
    with_short_times: bool,
}

impl Writer<'_> {
    fn choose(&mut self, words: &[&str]) -> Vec<u8> {
        match words[self.random.below(words.len())] {
            "{300 bytes}" => vec![b'l'; 300],
            // Each character stands for the byte of the same value.
            word => word.chars().map(|c| c as u8).collect(),
        }
    }

    fn step(&mut self, client: usize, line: &str) -> Step {
        let argv = line.split(' ').map(|word| self.fill_in(word)).collect();
        Step::Send { client, argv }
    }

    fn fill_in(&mut self, word: &str) -> Vec<u8> {
        match word {
            "{key}" => self.choose(KEYS),
            "{list}" => self.choose(&["d", "d", "g", "g", "e"]),
            "{zset}" => self.choose(&["f", "f", "g", "b"]),
            "{stream}" => self.choose(&["s", "s", "s", "g"]),
            "{stream-payload}" => self.choose(STREAM_PAYLOADS),
            "{new-id}" => self.choose(NEW_IDS),
            "{id}" => self.choose(IDS),
            "{group}" => self.choose(GROUPS),
            "{consumer}" => self.choose(CONSUMERS),
            "{milliseconds}" if self.with_short_times => self.choose(&["0", SHORT_MS]),
            "{milliseconds}" => b"0".to_vec(),
            "{value}" => self.choose(VALUES),
            "{timeout}" => self.timeout(),
            _ => word.as_bytes().to_vec(),
        }
    }

    fn timeout(&mut self) -> Vec<u8> {
        let timeouts: &[&str] = if self.with_short_times { &["0", SHORT_SECONDS] } else { &["0"] };
        self.choose(timeouts)
    }

    fn key(&mut self, group: Group) -> Vec<u8> {
        let usual: &[&str] = match group {
            Group::String | Group::Bitmap => &["a", "b"],
            Group::Hyperloglog => &["h", "h", "i", "i", "a"],
            Group::Geo => &["f", "p", "p", "p", "q"],
            Group::Hash => &["c", "c", "g"],
            Group::List => &["d", "d", "g"],
            Group::Set => &["e", "a"],
            Group::SortedSet => &["f", "f", "b"],
            Group::Stream => &["s", "s", "g"],
            _ => KEYS,
        };
        let keys = if self.random.below(5) == 0 { KEYS } else { usual };
        self.choose(keys)
    }

    /// Generates a command with arguments, sometimes with one argument too few or too many.
    fn call(&mut self, row: &'static Command) -> Vec<Vec<u8>> {
        let mut argv: Vec<Vec<u8>> = row.name.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        let name = argv.len();
        self.arguments(&argument_syntax::parse(row.syntax), row, &mut argv);
        count_keys(&mut argv);
        match self.random.below(30) {
            0 if argv.len() > name => drop(argv.remove(name + self.random.below(argv.len() - name))),
            1 => {
                let word = self.choose(VALUES);
                let at = name + self.random.below(argv.len() + 1 - name);
                argv.insert(at, word);
            }
            _ => {}
        }
        // The order of elements with equal weights is unspecified, and storing the elements would make their order
        // visible in later replies.
        if row.name == "SORT" && [&b"BY"[..], b"STORE"].iter().all(|word| argv.iter().any(|w| w == word)) {
            return vec![b"PING".to_vec()];
        }
        // An ID that the server chooses depends on the clock.
        argv.iter_mut().filter(|word| row.name == "XADD" && *word == b"*").for_each(|word| *word = b"6-*".to_vec());
        argv
    }

    fn arguments(&mut self, arguments: &[Argument], row: &Command, argv: &mut Vec<Vec<u8>>) {
        for argument in arguments {
            if argument.optional && self.random.below(3) > 0 {
                continue;
            }
            let times = if argument.multiple { [1, 1, 2, 2, 3][self.random.below(5)] } else { 1 };
            for time in 0..times {
                if let Some(token) = argument.token
                    && (time == 0 || argument.multiple_token)
                {
                    argv.push(token.as_bytes().to_vec());
                }
                match &argument.shape {
                    Shape::Token => {}
                    Shape::Value(name) => {
                        let word = self.value(name, row);
                        argv.push(word);
                    }
                    Shape::OneOf(choices) => {
                        let choice = &choices[self.random.below(choices.len())];
                        self.arguments(std::slice::from_ref(choice), row, argv);
                    }
                    Shape::Block(parts) => self.arguments(parts, row, argv),
                }
            }
        }
    }

    fn value(&mut self, name: &str, row: &Command) -> Vec<u8> {
        if self.random.below(25) == 0 {
            return self.choose(INVALID);
        }
        if row.group == Group::Stream
            && let Some(word) = self.stream_value(name, row)
        {
            return word;
        }
        match name {
            "key" | "source" | "destination" | "newkey" | "sourcekey" | "destkey" | "key1" | "key2" | "src" | "dst"
            | "storekey" | "storedistkey" => self.key(row.group),
            "numkeys" | "numfields" => b"{count}".to_vec(),
            "timeout" => self.timeout(),
            "seconds" => self.choose(&["1000", "100000", "0", "-1", "500000"]),
            "milliseconds" if self.with_short_times => self.choose(&["1000000", SHORT_MS, SHORT_MS, "0"]),
            "milliseconds" => self.choose(&["1000000", "90000000", "0", "-1"]),
            // The first two values are times in the year 2100. The last one is in the past.
            "unix-time-seconds" => self.choose(&["4102444800", "4102444800", "1"]),
            "unix-time-milliseconds" => self.choose(&["4102444800000", "4102444800001", "1"]),
            "by-pattern" | "get-pattern" => self.choose(&["a*", "*", "c->*"]),
            "pattern" => self.choose(&["*", "a*", "[a-c]", "?"]),
            "encoding" => self.choose(&["u8", "i16", "u4", "i64", "u64", "u63"]),
            "offset" => self.choose(&["0", "7", "#1", "100", "-1", "1"]),
            "score" | "weight" => self.choose(SCORES),
            "increment" | "decrement" if row.name.contains("FLOAT") || row.group == Group::SortedSet => {
                self.choose(SCORES)
            }
            "db" | "destination-db" => self.choose(&["0", "1", "99"]),
            "type" => self.choose(&["string", "list", "hash", "zset", "nosuch"]),
            "min" | "max" => self.choose(BOUNDS),
            "start" | "stop" if row.group == Group::SortedSet => self.choose(BOUNDS),
            "bit" => self.choose(&["0", "1", "2"]),
            "subcommand" => self.choose(&["ENCODING", "DECODE", "TODENSE", "nosuch"]),
            "longitude" => self.choose(&["0", "13.361389", "15", "-180", "180", "-0.5", "181", "2.35"]),
            "latitude" => self.choose(&["0", "38.115556", "37", "-85", "85.05112878", "90", "48.85"]),
            "radius" | "width" | "height" => self.choose(&["0", "1", "200", "5000", "1e6", "-1", "2e4"]),
            "member" | "member1" | "member2" if row.group == Group::Geo => {
                self.choose(&["a", "b", "foo", "bar", "10", "x"])
            }
            "increment" | "decrement" | "count" | "index" | "start" | "stop" | "end" | "limit" | "rank" | "len"
            | "num-matches" | "min-match-len" => self.choose(INTEGERS),
            _ => self.choose(VALUES),
        }
    }
}

impl Writer<'_> {
    /// Chooses a value for an argument of a stream command, or returns `None` for an argument that other commands have
    /// as well.
    fn stream_value(&mut self, name: &str, row: &Command) -> Option<Vec<u8>> {
        Some(match name {
            "id" if row.name == "XADD" => self.choose(NEW_IDS),
            "id" | "lastid" | "last-id" | "max-deleted-id" => self.choose(IDS),
            "threshold" => self.choose(&["0", "1", "2", "5", "2-1", "3"]),
            "start" | "end" => self.choose(INTERVAL_ENDS),
            "group" => self.choose(GROUPS),
            "consumer" => self.choose(CONSUMERS),
            "numids" => self.choose(&["1", "1", "2", "0"]),
            "min-idle-time" | "ms" => self.choose(&["0", "0", "100000", "5000000"]),
            "milliseconds" if self.with_short_times => self.choose(&["0", SHORT_MS]),
            "milliseconds" => b"0".to_vec(),
            "entries-read" | "entries-added" => self.choose(&["0", "1", "2", "3", "10", "-1"]),
            _ => return None,
        })
    }
}

/// Replaces the placeholder `{count}` with the number of keys or fields that follow it.
fn count_keys(argv: &mut [Vec<u8>]) {
    let Some(at) = argv.iter().position(|word| word == b"{count}") else { return };
    let remaining = &argv[at + 1..];
    let keys = remaining.iter().take_while(|word| KEYS.iter().any(|key| key.as_bytes() == *word)).count();
    let count = match argv[0].as_slice() {
        b"HSETEX" => remaining.len() / 2,
        name if name.starts_with(b"H") => remaining.len(),
        _ => keys,
    };
    argv[at] = count.max(1).to_string().into_bytes();
}

/// Writes a script in the format of tests/truth/engine, which `scripts/record_truths` can run.
pub fn format(steps: &[Step]) -> String {
    let mut text = String::new();
    let mut turn = usize::MAX;
    for step in steps {
        match step {
            Step::Wait => text += &format!("@wait {WAIT_MS}\n"),
            Step::Disconnect { client } => {
                text += &format!("@client c{client}\n@close\n");
                turn = usize::MAX;
            }
            Step::Send { client, argv } => {
                if turn != *client {
                    turn = *client;
                    text += &format!("@client c{client}\n");
                }
                let words: Vec<_> = argv.iter().map(|word| quote(word)).collect();
                text += &format!("{}\n", words.join(" "));
            }
        }
    }
    text
}

fn quote(word: &[u8]) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"'\\#@".contains(byte);
    if !word.is_empty() && word.iter().all(is_plain) {
        return String::from_utf8_lossy(word).replace("{id:", "{id:c");
    }
    let bytes = word.iter().map(|&byte| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    });
    format!("\"{}\"", bytes.collect::<String>())
}
