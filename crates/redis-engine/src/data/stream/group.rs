//! Consumer groups: what has been delivered to whom, and what has not been acknowledged yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::id::StreamId;

/// A consumer group of a stream.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// The ID of the last entry that was delivered to a consumer as new.
    pub last_id: StreamId,
    /// Number of entries that the group has read, or `None` if it is unknown.
    pub entries_read: Option<i64>,
    pending: BTreeMap<StreamId, Pending>,
    consumers: BTreeMap<Arc<[u8]>, Consumer>,
}

/// A consumer of a group.
#[derive(Debug, Clone, Default)]
pub struct Consumer {
    /// The last time at which the consumer sent a command, in milliseconds since 1970.
    pub seen_ms: i64,
    /// The last time at which the consumer received an entry, in milliseconds since 1970. `None` if it never did.
    pub active_ms: Option<i64>,
    pending: BTreeSet<StreamId>,
}

impl Consumer {
    /// Returns the IDs of the entries that the consumer has not acknowledged.
    pub fn pending(&self) -> &BTreeSet<StreamId> {
        &self.pending
    }
}

/// An entry that was delivered to a consumer and not acknowledged.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The name of the consumer.
    pub consumer: Arc<[u8]>,
    /// The time of the last delivery, in milliseconds since 1970.
    pub delivered_ms: i64,
    /// Number of deliveries.
    pub deliveries: u64,
}

impl Group {
    /// Creates a group that has read everything up to an ID.
    pub(crate) fn new(last_id: StreamId, entries_read: Option<i64>) -> Self {
        Group { last_id, entries_read, ..Group::default() }
    }

    /// Returns the entries that were delivered and not acknowledged, in the order of their IDs.
    pub fn pending(&self) -> &BTreeMap<StreamId, Pending> {
        &self.pending
    }

    /// Returns the consumers, in the order of their names.
    pub fn consumers(&self) -> &BTreeMap<Arc<[u8]>, Consumer> {
        &self.consumers
    }

    /// Notes that a consumer has sent a command, and creates the consumer if it does not exist. Returns its name, and
    /// whether it was created.
    pub(crate) fn see_consumer(&mut self, name: &[u8], now_ms: i64) -> (Arc<[u8]>, bool) {
        if let Some((name, _)) = self.consumers.get_key_value(name) {
            let name = name.clone();
            self.consumer(&name).seen_ms = now_ms;
            return (name, false);
        }
        let name: Arc<[u8]> = name.into();
        self.consumers.insert(name.clone(), Consumer { seen_ms: now_ms, ..Consumer::default() });
        (name, true)
    }

    /// Creates a consumer. Returns whether it did not exist.
    pub(crate) fn create_consumer(&mut self, name: &[u8], now_ms: i64) -> bool {
        !self.consumers.contains_key(name) && self.see_consumer(name, now_ms).1
    }

    /// Notes that a consumer has received an entry.
    pub(crate) fn note_activity(&mut self, name: &Arc<[u8]>, now_ms: i64) {
        self.consumer(name).active_ms = Some(now_ms);
    }

    fn consumer(&mut self, name: &[u8]) -> &mut Consumer {
        self.consumers.get_mut(name).expect("a pending entry belongs to an existing consumer")
    }

    /// Removes a consumer and its pending entries. Returns the number of these entries, or `None` if the consumer does
    /// not exist.
    pub(crate) fn delete_consumer(&mut self, name: &[u8]) -> Option<usize> {
        let consumer = self.consumers.remove(name)?;
        consumer.pending.iter().for_each(|id| drop(self.pending.remove(id)));
        Some(consumer.pending.len())
    }

    /// Delivers entries to a consumer for the first time. If an entry was pending, it now belongs to this consumer.
    pub(super) fn deliver(&mut self, ids: &[StreamId], consumer: &Arc<[u8]>, now_ms: i64) {
        if ids.is_empty() {
            return;
        }
        for &id in ids {
            let pending = Pending { consumer: consumer.clone(), delivered_ms: now_ms, deliveries: 1 };
            if let Some(before) = self.pending.insert(id, pending)
                && before.consumer != *consumer
            {
                self.consumer(&before.consumer).pending.remove(&id);
            }
        }
        let consumer = self.consumer(consumer);
        consumer.pending.extend(ids);
        consumer.active_ms = Some(now_ms);
    }

    /// Gives a pending entry to a consumer, or makes the entry pending if it is not.
    pub(crate) fn assign(&mut self, id: StreamId, pending: Pending) {
        let consumer = pending.consumer.clone();
        let before = self.pending.insert(id, pending);
        if let Some(before) = before.filter(|before| before.consumer != consumer) {
            self.consumer(&before.consumer).pending.remove(&id);
        }
        self.consumer(&consumer).pending.insert(id);
    }

    /// Counts another delivery of a pending entry.
    pub(crate) fn redeliver(&mut self, id: StreamId, now_ms: i64) {
        if let Some(pending) = self.pending.get_mut(&id) {
            pending.delivered_ms = now_ms;
            pending.deliveries = pending.deliveries.wrapping_add(1);
        }
    }

    /// Acknowledges an entry. Returns whether it was pending.
    pub(crate) fn acknowledge(&mut self, id: StreamId) -> bool {
        let Some(pending) = self.pending.remove(&id) else { return false };
        self.consumer(&pending.consumer).pending.remove(&id);
        true
    }
}
