//! The thresholds of encodings and the limits of sizes, which CONFIG SET changes.

/// How often SRANDMEMBER, HRANDFIELD and ZRANDMEMBER draw at most for a negative count. Redis draws on until its memory
/// is full or the client's output limit ends it; more than this is refused instead, as out of range.
pub const MOST_DRAWS: usize = 1 << 24;

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
