//! The thresholds of encodings and the limits of sizes, which CONFIG SET changes.

/// How many bytes SRANDMEMBER, HRANDFIELD and ZRANDMEMBER answer at most for a negative count, with which they draw again
/// and again. Redis draws on until its memory is full, or lets the client go at its output limit; so do we, at this one.
pub const MOST_DRAWN_BYTES: usize = 1 << 30;

/// The same as a number of the shortest elements.
pub const MOST_DRAWS: usize = MOST_DRAWN_BYTES / "$0\r\n\r\n".len();

/// Redis 8.2's thresholds, with its defaults. Sizes are bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub hash_max_listpack_entries: usize,
    pub hash_max_listpack_value: usize,
    /// Positive: elements a node; -1 to -5: 4, 8, 16, 32 and 64 KiB a node.
    pub list_max_listpack_size: i64,
    pub set_max_intset_entries: usize,
    pub set_max_listpack_entries: usize,
    pub set_max_listpack_value: usize,
    pub zset_max_listpack_entries: usize,
    pub zset_max_listpack_value: usize,
    pub proto_max_bulk_len: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            hash_max_listpack_entries: 512,
            hash_max_listpack_value: 64,
            list_max_listpack_size: -2,
            set_max_intset_entries: 512,
            set_max_listpack_entries: 128,
            set_max_listpack_value: 64,
            zset_max_listpack_entries: 128,
            zset_max_listpack_value: 64,
            proto_max_bulk_len: 512 << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Engine;

    #[test]
    fn who_draws_without_end_is_let_go() {
        let mut engine = Engine::new(7, 0);
        let first = engine.connect();
        for argv in [["SADD", "s", "a"].as_slice(), &["HSET", "h", "a", "1"], &["ZADD", "z", "1", "a"]] {
            engine.execute(first, &argv.iter().map(|word| word.as_bytes()).collect::<Vec<_>>(), 0);
        }
        for (command, key) in [("SRANDMEMBER", "s"), ("HRANDFIELD", "h"), ("ZRANDMEMBER", "z")] {
            for (count, goes) in [("-20", false), ("-4611686018427387903", true)] {
                let client = engine.connect();
                engine.execute(client, &[command.as_bytes(), key.as_bytes(), count.as_bytes()], 0);
                let state = engine.server.clients.get_mut(client);
                assert_eq!((state.closing, state.reply.is_empty()), (goes, goes), "{command} {count}");
            }
        }
    }
}
