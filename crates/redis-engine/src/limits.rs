//! Encoding thresholds and size limits, which CONFIG SET changes.

/// Maximum size in bytes of a client's output that the driver has not taken yet. A client that exceeds it is
/// disconnected. Redis would continue until the client exceeds its output buffer limit or memory is full.
pub(crate) const MAX_OUTPUT_BYTES: usize = 1 << 30;

/// Maximum number of elements that SRANDMEMBER, HRANDFIELD and ZRANDMEMBER return for a negative count: as many empty
/// strings as fit into `MAX_OUTPUT_BYTES`.
pub(crate) const MAX_RANDOM_ELEMENTS: usize = MAX_OUTPUT_BYTES / "$0\r\n\r\n".len();

/// Thresholds and limits, with the defaults of Redis 8.2. Sizes are in bytes. The fields are named after the
/// configuration parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of fields of a hash that is a listpack.
    pub hash_max_listpack_entries: usize,
    /// Maximum length in bytes of a field or value of a hash that is a listpack.
    pub hash_max_listpack_value: usize,
    /// If positive, the maximum number of elements in a list node. If negative, the maximum size of a node: -1 to -5
    /// mean 4, 8, 16, 32 and 64 KiB.
    pub list_max_listpack_size: i64,
    /// Maximum number of members of a set that is an intset.
    pub set_max_intset_entries: usize,
    /// Maximum number of members of a set that is a listpack.
    pub set_max_listpack_entries: usize,
    /// Maximum length in bytes of a member of a set that is a listpack.
    pub set_max_listpack_value: usize,
    /// Maximum number of members of a sorted set that is a listpack.
    pub zset_max_listpack_entries: usize,
    /// Maximum length in bytes of a member of a sorted set that is a listpack.
    pub zset_max_listpack_value: usize,
    /// Maximum length in bytes of a HyperLogLog in the sparse encoding.
    pub hll_sparse_max_bytes: usize,
    /// Maximum size of a stream node in bytes, or 0 if there is no limit.
    pub stream_node_max_bytes: usize,
    /// Maximum number of entries of a stream node, or 0 if there is no limit.
    pub stream_node_max_entries: usize,
    /// Maximum length of a string in bytes.
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
            hll_sparse_max_bytes: 3000,
            stream_node_max_bytes: 4096,
            stream_node_max_entries: 100,
            proto_max_bulk_len: 512 << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Engine;

    #[test]
    fn a_client_is_disconnected_when_random_elements_outgrow_the_reply_limit() {
        let mut engine = Engine::new(7, 0);
        let first = engine.connect();
        for argv in [["SADD", "s", "a"].as_slice(), &["HSET", "h", "a", "1"], &["ZADD", "z", "1", "a"]] {
            engine.execute(first, &argv.iter().map(|word| word.as_bytes()).collect::<Vec<_>>(), 0);
        }
        for (command, key) in [("SRANDMEMBER", "s"), ("HRANDFIELD", "h"), ("ZRANDMEMBER", "z")] {
            for (count, closes) in [("-20", false), ("-4611686018427387903", true)] {
                let client = engine.connect();
                engine.execute(client, &[command.as_bytes(), key.as_bytes(), count.as_bytes()], 0);
                let state = engine.server.clients.get_mut(client);
                assert_eq!((state.closing, state.reply.is_empty()), (closes, closes), "{command} {count}");
            }
        }
    }
}
