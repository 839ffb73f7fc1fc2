//! A limit on the memory that the data takes up. Redis has no such setting. A program that embeds the engine can
//! protect its machine with this limit. The limit affects neither the value of `maxmemory` nor evictions. Above the
//! limit, a command that may add data is refused with the same error as for `maxmemory`.
//!
//! Measuring the memory takes a long time if there is much data. So the keyspace adds up how many bytes commands may
//! have added, and measures the memory only when the sum might exceed the limit.

use super::{Entry, Keyspace};
use crate::data::Value;
use crate::data::memory::Samples;
use crate::error::{self, Error};

/// The memory that a command's argument can take up in addition to its bytes: a table entry, a skip list node, and the
/// bytes that jemalloc adds by rounding up.
const WORD_OVERHEAD: usize = 64;

/// The memory that a pending entry of a consumer group takes up in Redis: an entry in each of two radix trees, with up
/// to three new nodes, and what it refers to.
const PENDING_ENTRY: usize = 1024;

/// The data may exceed the limit by `limit / TOLERANCE` bytes before its memory is measured again.
const TOLERANCE: u64 = 64;

/// While commands are refused, the memory is measured again after more than `keys / KEYS_PER_CHANGE` changes, where
/// `keys` is the number of keys.
const KEYS_PER_CHANGE: u64 = 100;

/// The limit on the memory that the data takes up, and the last measurement of that memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryCap {
    /// The limit in bytes. 0 means no limit.
    pub limit: u64,
    /// Whether a command has been refused because of the limit. The driver may reset this flag.
    pub was_reached: bool,
    /// The memory that the data took up when it was last measured, in bytes.
    measured: u64,
    /// The value of `Keyspace::changes` at the last measurement.
    changes: u64,
    /// The maximum number of bytes that may have been added since the last measurement.
    added: u64,
}

impl MemoryCap {
    fn add(&mut self, bytes: usize) {
        self.added = self.added.saturating_add(bytes as u64);
    }

    /// Returns whether a command may temporarily allocate the given number of bytes. Compares only this number with the
    /// limit, without adding the memory that the data takes up.
    pub(crate) fn allows_temporary(&self, bytes: usize) -> bool {
        self.limit == 0 || bytes as u64 <= self.limit
    }

    /// Adds the size of a command's arguments to the count of added bytes, because the command may store them.
    pub(crate) fn count_words(&mut self, argv: &[&[u8]]) {
        if self.limit > 0 {
            self.add(argv.iter().map(|word| word.len() + WORD_OVERHEAD).sum());
        }
    }

    /// Adds the size of pending entries to the count of added bytes. A single command can make many entries pending.
    pub(crate) fn count_pending(&mut self, entries: usize) {
        if self.limit > 0 {
            self.add(entries.saturating_mul(PENDING_ENTRY));
        }
    }

    /// Adds the size of a new entry to the count of added bytes, because a command may have created its value from
    /// other values.
    pub(crate) fn count_entry(&mut self, key: &[u8], entry: &Entry) {
        if self.limit > 0 {
            self.add(match &entry.value {
                Value::Str(text) => text.len(),
                _ => entry.memory(key, Samples::new(0)),
            });
        }
    }

    /// Returns the length of a string, to compare it with the length after a change. Returns 0 if there is no limit,
    /// and for values of other types, which can grow by no more than the command's arguments.
    pub(crate) fn length_before(&self, value: &Value) -> usize {
        match value {
            Value::Str(text) if self.limit > 0 => text.len(),
            _ => 0,
        }
    }

    /// Adds the number of bytes by which a string has grown to the count of added bytes.
    pub(crate) fn count_growth(&mut self, length_before: usize, value: &Value) {
        let length = self.length_before(value);
        self.add(length.saturating_sub(length_before));
    }
}

impl Keyspace {
    /// Returns whether the data takes more memory than the limit allows. If so, sets `was_reached`.
    pub(crate) fn exceeds_memory_cap(&mut self) -> bool {
        self.exceeds_memory_cap_with(0)
    }

    /// Returns an error if the data would take more memory than the limit allows after growing by the given number of
    /// bytes. A command must call this before it allocates memory whose size is a number that the client has chosen.
    ///
    /// # Errors
    /// Returns the OOM error that is also returned for `maxmemory`.
    pub(crate) fn check_growth(&mut self, bytes: usize) -> Result<(), Error> {
        if bytes > 0 && self.exceeds_memory_cap_with(bytes as u64) { Err(error::OUT_OF_MEMORY) } else { Ok(()) }
    }

    /// Returns whether the data would take more memory than the limit allows if it took `growth` more bytes. If so,
    /// sets `was_reached`.
    fn exceeds_memory_cap_with(&mut self, growth: u64) -> bool {
        let cap = &self.memory_cap;
        if cap.limit == 0 {
            return false;
        }
        let is_known = if cap.measured.saturating_add(growth) > cap.limit {
            let keys: usize = self.databases.iter().map(|database| database.len()).sum();
            self.changes.abs_diff(cap.changes) <= keys as u64 / KEYS_PER_CHANGE
        } else {
            cap.added.saturating_add(growth) <= (cap.limit - cap.measured).max(cap.limit / TOLERANCE)
        };
        if !is_known {
            let entries = self.databases.iter().flat_map(|database| database.iter());
            let measured = entries.map(|(key, entry)| entry.memory(key, Samples::new(0)) as u64).sum();
            let MemoryCap { limit, was_reached, .. } = self.memory_cap;
            self.memory_cap = MemoryCap { limit, was_reached, measured, changes: self.changes, added: 0 };
        }
        let is_exceeded = self.memory_cap.measured.saturating_add(growth) > self.memory_cap.limit;
        self.memory_cap.was_reached |= is_exceeded;
        is_exceeded
    }
}

#[cfg(test)]
mod tests {
    use crate::Engine;
    use crate::client::ClientId;

    fn run(engine: &mut Engine, client: ClientId, argv: &[&[u8]]) -> String {
        engine.execute(client, argv, 0);
        String::from_utf8_lossy(&engine.server.clients.get_mut(client).reply.take()).into_owned()
    }

    /// Returns an engine with a limit of 1 MiB, and a connected client.
    fn limited_engine() -> (Engine, ClientId) {
        let mut engine = Engine::new(1, 0);
        engine.keyspace.memory_cap.limit = 1 << 20;
        let client = engine.connect();
        (engine, client)
    }

    /// Returns the number of times that a command succeeds before it is refused.
    fn successes(engine: &mut Engine, client: ClientId, command: impl Fn(usize) -> Vec<Vec<u8>>) -> usize {
        (0..100_000)
            .find(|&n| {
                let words = command(n);
                let argv: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
                let reply = run(engine, client, &argv);
                if reply.starts_with('-') {
                    assert_eq!(reply, "-OOM command not allowed when used memory > 'maxmemory'.\r\n");
                }
                reply.starts_with('-')
            })
            .expect("the limit is reached")
    }

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    #[test]
    fn commands_that_add_data_are_refused_above_the_limit_and_others_are_not() {
        let kilobyte = "x".repeat(1000);
        type Line<'a> = &'a dyn Fn(usize) -> String;
        let cases: [(&str, Line<'_>, std::ops::Range<usize>); 8] = [
            ("many strings", &|n| format!("SET {n} {kilobyte}"), 900..1100),
            ("a list", &|_| format!("RPUSH l {kilobyte}"), 900..1100),
            ("a stream", &|_| format!("XADD s * field {kilobyte}"), 900..1100),
            ("small members", &|n| format!("SADD s {n}"), 10_000..40_000),
            ("a string that becomes longer", &|_| format!("APPEND s {kilobyte}"), 250..1100),
            ("a string that is extended at once", &|n| format!("SETRANGE {n} 300000 x"), 3..5),
            ("a bit far away", &|n| format!("SETBIT {n} 2400000 1"), 3..5),
            (
                "a long string copied",
                &|n| if n == 0 { "SETRANGE a 300000 x".into() } else { format!("COPY a {n}") },
                3..5,
            ),
        ];
        for (what, line, expected) in cases {
            let (mut engine, client) = limited_engine();
            let count = successes(&mut engine, client, |n| words(&line(n)));
            assert!(expected.contains(&count), "{what}: {count}");
            assert!(engine.keyspace.memory_cap.was_reached);
            assert_eq!(
                run(&mut engine, client, &[b"CONFIG", b"GET", b"maxmemory"]),
                "*2\r\n$9\r\nmaxmemory\r\n$1\r\n0\r\n"
            );
            assert_eq!(run(&mut engine, client, &[b"EXISTS", b"none"]), ":0\r\n");
            run(&mut engine, client, &[b"FLUSHALL"]);
            assert_eq!(run(&mut engine, client, &[b"SET", b"a", b"1"]), "+OK\r\n", "{what}");
        }
    }

    #[test]
    fn pending_entries_count_although_the_command_that_creates_them_is_short() {
        let (mut engine, client) = limited_engine();
        for _ in 0..1000 {
            run(&mut engine, client, &[b"XADD", b"s", b"*", b"f", b"v"]);
        }
        // Each group takes up half of the limit.
        let groups = successes(&mut engine, client, |n| {
            words(&match n % 2 {
                0 => format!("XGROUP CREATE s g{n} 0"),
                _ => format!("XREADGROUP GROUP g{} c STREAMS s >", n - 1),
            })
        });
        assert!(groups < 8, "{groups}");
    }

    #[test]
    fn a_single_large_element_among_many_small_ones_is_measured() {
        let (mut engine, client) = limited_engine();
        for n in 0..2000 {
            run(&mut engine, client, &[b"SET", n.to_string().as_bytes(), b"x"]);
        }
        let large = vec![b'x'; 600_000];
        run(&mut engine, client, &[b"HSET", b"h", b"a", &large]);
        run(&mut engine, client, &[b"HSET", b"h", b"b", &large]);
        assert!(run(&mut engine, client, &[b"SET", b"more", b"x"]).starts_with("-OOM"));
        run(&mut engine, client, &[b"HDEL", b"h", b"a", b"b"]);
        for n in 0..30 {
            run(&mut engine, client, &[b"DEL", n.to_string().as_bytes()]);
        }
        assert_eq!(run(&mut engine, client, &[b"SET", b"more", b"x"]), "+OK\r\n");
    }

    /// Runs each line as a command, and returns the replies. The words of a line are separated by single spaces.
    fn replies(engine: &mut Engine, client: ClientId, lines: &[&str]) -> Vec<String> {
        let run_line = |line: &&str| run(engine, client, &line.split(' ').map(str::as_bytes).collect::<Vec<_>>());
        lines.iter().map(run_line).collect()
    }

    const OUT_OF_MEMORY: &str = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

    #[test]
    fn memory_that_cannot_be_allocated_is_refused() {
        let mut engine = Engine::new(1, 0);
        let client = engine.connect();
        for key in ["none", "short", "long"] {
            let key_lines =
                ["CONFIG SET proto-max-bulk-len 9223372036854775807", "SET short 12", "SETRANGE long 100 x"];
            replies(&mut engine, client, &key_lines);
            for line in [
                "SETRANGE # 9223372036854775800 x",
                "SETRANGE # 1000000000000000000 x",
                "SETBIT # 9223372036854775807 1",
                "SETBIT # 4611686018427387904 1",
                "BITFIELD # SET u8 9223372036854775799 1",
                "BITFIELD # SET u8 #1152921504606846974 1",
                "BITFIELD # GET u8 0 INCRBY u8 9223372036854775799 1",
            ] {
                let before = run(&mut engine, client, &[b"GET", key.as_bytes()]);
                assert_eq!(replies(&mut engine, client, &[&line.replacen('#', key, 1)]), [OUT_OF_MEMORY], "{line}");
                assert_eq!(run(&mut engine, client, &[b"GET", key.as_bytes()]), before, "{line}");
            }
            let too_long = "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n";
            let line = format!("SETRANGE {key} 9223372036854775807 x");
            assert_eq!(replies(&mut engine, client, &[&line]), [too_long]);
        }
    }

    #[test]
    fn a_single_command_cannot_exceed_the_limit() {
        for (prepare, line) in [
            ("PING", "SETRANGE k 3000000 x"),
            ("PING", "SETBIT k 30000000 1"),
            ("PING", "BITFIELD k SET u8 30000000 1"),
            ("SETRANGE k 600000 x", "SETRANGE other 600000 x"),
            ("SETRANGE k 600000 x", "COPY k other"),
            ("SETRANGE k 600000 x", "BITOP OR other k k k k"),
            ("SETRANGE k 200000 x|RPUSH l a a a a a a", "SORT l BY nosort GET k* GET k* STORE other"),
        ] {
            let (mut engine, client) = limited_engine();
            replies(&mut engine, client, &["CONFIG SET proto-max-bulk-len 10gb", "SETRANGE ka 200000 x"]);
            replies(&mut engine, client, &prepare.split('|').collect::<Vec<_>>());
            assert_eq!(replies(&mut engine, client, &[line, "EXISTS other"]), [OUT_OF_MEMORY, ":0\r\n"], "{line}");
            assert!(engine.keyspace.memory_cap.was_reached, "{line}");
            assert_eq!(replies(&mut engine, client, &["SET small 1"]), ["+OK\r\n"], "{line}");
        }
    }

    #[test]
    fn the_table_of_lcs_cannot_exceed_the_limit() {
        let insufficient = "-ERR Insufficient memory, failed allocating transient memory for LCS\r\n";
        let (mut engine, client) = limited_engine();
        let lines = ["SETRANGE a 999 x", "SETRANGE b 100 x", "LCS a b LEN", "LCS a a LEN"];
        assert_eq!(replies(&mut engine, client, &lines), [":1000\r\n", ":101\r\n", ":101\r\n", insufficient]);
        let mut engine = Engine::new(1, 0);
        let client = engine.connect();
        replies(&mut engine, client, &["CONFIG SET proto-max-bulk-len 9223372036854775807", "SETRANGE a 10000000 x"]);
        assert_eq!(replies(&mut engine, client, &["LCS a a"]), [insufficient]);
    }

    #[test]
    fn debug_populate_stops_at_the_limit() {
        for (limit, line, expected) in [
            (1 << 20, "DEBUG POPULATE 9223372036854775807", 15_000..25_000),
            (1 << 20, "DEBUG POPULATE 9223372036854775807 k 100000", 8..12),
            (1 << 20, "DEBUG POPULATE 1 k 9223372036854775807", 0..1),
            (0, "DEBUG POPULATE 1 k 9223372036854775807", 0..1),
            (0, "DEBUG POPULATE 1 k 1000000000000000000", 0..1),
        ] {
            let (mut engine, client) = limited_engine();
            engine.keyspace.memory_cap.limit = limit;
            engine.server.config.set_unchecked("enable-debug-command", b"yes");
            assert_eq!(replies(&mut engine, client, &[line]), [OUT_OF_MEMORY], "{line}");
            let keys = engine.keyspace.database().len();
            assert!(expected.contains(&keys), "{line}: {keys}");
        }
    }

    #[test]
    fn a_reset_keeps_the_limit() {
        let (mut engine, client) = limited_engine();
        engine.reset(1, 0);
        assert_eq!(engine.keyspace.memory_cap.limit, 1 << 20);
        engine.disconnect(client);
        engine.reset(1, 0);
        assert_eq!(engine.keyspace.memory_cap.limit, 1 << 20);
    }
}
