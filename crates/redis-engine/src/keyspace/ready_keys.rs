//! Keys that have received a value for which a blocked client may be waiting. The counterpart in Redis is
//! `signalKeyAsReady`.

use super::Keyspace;
use crate::data::Value;

/// The numbers of clients that are blocked on each type of value.
#[derive(Debug, Clone, Copy, Default)]
pub struct BlockedCounts {
    /// Number of clients blocked on lists.
    pub lists: usize,
    /// Number of clients blocked on sorted sets.
    pub sorted_sets: usize,
    /// Number of clients blocked on streams.
    pub streams: usize,
    /// Number of clients blocked on streams that read from a consumer group. They are unblocked if the stream is lost.
    pub stream_groups: usize,
}

impl BlockedCounts {
    /// Returns whether any client is blocked.
    pub fn any(self) -> bool {
        self.lists + self.sorted_sets + self.streams > 0
    }

    /// Returns whether any client is blocked on a value of the given type.
    fn includes(self, value: &Value) -> bool {
        match value {
            Value::List(_) => self.lists > 0,
            Value::SortedSet(_) => self.sorted_sets > 0,
            Value::Stream(_) => self.streams > 0,
            Value::Str(_) | Value::Set(_) | Value::Hash(_) => false,
        }
    }
}

impl Keyspace {
    /// Records a key of the selected database as ready if a client may be blocked on a value of its type. Redis checks
    /// the type twice: here, and again after the command.
    pub(super) fn signal_key_as_ready(&mut self, key: &[u8]) {
        self.signal_key_as_ready_in(self.selected, key);
    }

    /// Records a key of a database as ready if a client may be blocked on a value of its type. SWAPDB calls this
    /// function as well, although it changes no value.
    pub(crate) fn signal_key_as_ready_in(&mut self, database: usize, key: &[u8]) {
        if self.blocked.any()
            && let Some(entry) = self.databases[database].get(key)
            && self.blocked.includes(&entry.value)
        {
            self.ready_keys.push((database, key.to_vec()));
        }
    }

    /// Records a key of the selected database whose value was removed or replaced, if a client may be blocked on a
    /// consumer group in it. The counterpart in Redis is `signalDeletedKeyAsReady`.
    pub(super) fn signal_removed(&mut self, key: &[u8], old: &Value) {
        if self.blocked.stream_groups > 0 && matches!(old, Value::Stream(_)) {
            self.ready_keys.push((self.selected, key.to_vec()));
        }
    }

    /// Records all streams of a database that is about to be emptied or replaced, if a client may be blocked on a
    /// consumer group in one of them.
    pub(super) fn signal_streams_removed(&mut self, database: usize) {
        if self.blocked.stream_groups > 0 {
            let streams = self.databases[database].iter().filter(|(_, entry)| matches!(entry.value, Value::Stream(_)));
            let keys: Vec<_> = streams.map(|(key, _)| (database, key.to_vec())).collect();
            self.ready_keys.extend(keys);
        }
    }

    /// Returns the database and name of each key that became ready since the last call.
    pub(crate) fn take_ready_keys(&mut self) -> Vec<(usize, Vec<u8>)> {
        std::mem::take(&mut self.ready_keys)
    }
}
