//! Stream values: entries with growing IDs, and groups of consumers that share them.
//!
//! As in Redis, the entries are in nodes, each of which holds up to `stream-node-max-entries` entries. Nodes are found
//! by the ID of their first entry. Clones of a stream share the nodes until they change.

mod counters;
mod group;
mod id;
mod node;
mod radix;
mod trim;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use counters::Counters;
pub use group::{Consumer, Group, Pending};
pub use id::{NewId, StreamId};
use node::Node;
pub use node::{Element, Entry};
pub(crate) use trim::{Threshold, Trim};

/// What happens to the pending entries of groups when an entry is deleted from the stream (`KEEPREF`, `DELREF`,
/// `ACKED`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum References {
    /// The entry stays pending.
    #[default]
    Keep,
    /// The entry is removed from the pending entries of all groups.
    Delete,
    /// The entry is deleted only if all groups have read and acknowledged it.
    OnlyAcknowledged,
}

/// Limits on the size of a node (`stream-node-max-bytes`, `stream-node-max-entries`). Zero means no limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NodeLimits {
    /// Maximum size in bytes.
    pub bytes: usize,
    /// Maximum number of entries.
    pub entries: usize,
}

/// A reason why an entry cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddError {
    /// The ID is not greater than the last one.
    IdTooSmall,
    /// The fields and values are too large.
    TooLarge,
}

/// A stream.
#[derive(Debug, Clone, Default)]
pub struct Stream {
    /// The nodes by the ID of the first entry that each has held.
    nodes: BTreeMap<StreamId, Arc<Node>>,
    counters: Counters,
    groups: BTreeMap<Box<[u8]>, Group>,
}

impl Stream {
    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.counters.length
    }

    /// Returns whether the stream has no entries. Unlike other containers, an empty stream is not deleted.
    pub fn is_empty(&self) -> bool {
        self.counters.length == 0
    }

    /// Returns the encoding that OBJECT ENCODING reports.
    pub fn encoding(&self) -> &'static str {
        "stream"
    }

    /// Returns the ID of the first entry, or `0-0` if there is none.
    pub fn first_id(&self) -> StreamId {
        self.counters.first_id
    }

    /// Returns the greatest ID that an entry has had.
    pub fn last_id(&self) -> StreamId {
        self.counters.last_id
    }

    /// Returns the greatest ID of an entry that was deleted, or `0-0` if there is none.
    pub fn max_deleted_id(&self) -> StreamId {
        self.counters.max_deleted_id
    }

    /// Returns the number of entries that were ever added.
    pub fn entries_added(&self) -> u64 {
        self.counters.entries_added
    }

    /// Returns the consumer groups, in the order of their names.
    pub fn groups(&self) -> &BTreeMap<Box<[u8]>, Group> {
        &self.groups
    }

    /// Returns a consumer group to change it.
    pub(crate) fn group_mut(&mut self, name: &[u8]) -> Option<&mut Group> {
        self.groups.get_mut(name)
    }

    /// Adds a consumer group. Returns false if a group with this name exists.
    pub(crate) fn add_group(&mut self, name: &[u8], group: Group) -> bool {
        let is_new = !self.groups.contains_key(name);
        if is_new {
            self.groups.insert(name.into(), group);
        }
        is_new
    }

    /// Removes a consumer group. Returns whether it existed.
    pub(crate) fn remove_group(&mut self, name: &[u8]) -> bool {
        self.groups.remove(name).is_some()
    }

    /// Returns the ID that an entry gets if it is added now.
    ///
    /// # Errors
    /// Returns an error if the ID would not be greater than the last one.
    pub(crate) fn id_for(&self, id: NewId, now_ms: i64) -> Result<StreamId, AddError> {
        let id = match id {
            NewId::Given(id) => Some(id),
            NewId::AutomaticSequence(ms) if ms == self.counters.last_id.ms => {
                self.counters.last_id.seq.checked_add(1).map(|seq| StreamId::new(ms, seq))
            }
            NewId::AutomaticSequence(ms) => Some(StreamId::new(ms, 0)),
            NewId::Automatic => match u64::try_from(now_ms) {
                Ok(ms) if ms > self.counters.last_id.ms => Some(StreamId::new(ms, 0)),
                _ => self.counters.last_id.next(),
            },
        };
        id.filter(|&id| id > self.counters.last_id).ok_or(AddError::IdTooSmall)
    }

    /// Adds an entry. `id` must be greater than the last ID. `pairs` holds the fields and values.
    ///
    /// # Errors
    /// Returns an error if the fields and values are too large.
    pub(crate) fn add(&mut self, id: StreamId, pairs: &[&[u8]], limits: NodeLimits) -> Result<(), AddError> {
        let length = pairs.iter().map(|word| word.len()).sum();
        if length > node::MAX_BYTES {
            return Err(AddError::TooLarge);
        }
        let is_appended = self.nodes.last_entry().is_some_and(|mut last| {
            let node = Arc::make_mut(last.get_mut());
            if node.is_full(length, limits.bytes, limits.entries) {
                node.shrink();
                return false;
            }
            node.append(id, pairs);
            true
        });
        if !is_appended {
            self.nodes.insert(id, Arc::new(Node::new(id, pairs, limits.bytes)));
        }
        self.counters.length += 1;
        // The number may have come from anyone, with RESTORE.
        self.counters.entries_added = self.counters.entries_added.wrapping_add(1);
        self.counters.last_id = id;
        if self.counters.length == 1 {
            self.counters.first_id = id;
        }
        Ok(())
    }

    /// Iterates over the entries in a range of IDs.
    pub fn range(&self, ids: RangeInclusive<StreamId>) -> impl Iterator<Item = Entry<'_>> {
        let (start, end) = ids.into_inner();
        let first_node = self.nodes.range(..=start).next_back().map_or(start, |(&master, _)| master);
        // A range whose start is greater than its end would make `BTreeMap::range` panic.
        let nodes = (start <= end).then(|| self.nodes.range(first_node..=end)).into_iter().flatten();
        nodes
            .flat_map(|(_, node)| node.entries())
            .skip_while(move |entry| entry.id < start)
            .take_while(move |entry| entry.id <= end)
            .filter(|entry| !entry.is_deleted())
    }

    /// Iterates over the entries in a range of IDs, from the last to the first.
    pub fn range_backwards(&self, ids: RangeInclusive<StreamId>) -> impl Iterator<Item = Entry<'_>> {
        let (start, end) = ids.into_inner();
        self.nodes
            .range(..=end)
            .rev()
            .flat_map(|(_, node)| node.entries_backwards())
            .skip_while(move |entry| entry.id > end)
            .take_while(move |entry| entry.id >= start)
            .filter(|entry| !entry.is_deleted())
    }

    /// Iterates over all entries.
    pub fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        self.range(StreamId::MIN..=StreamId::MAX)
    }

    /// Returns the entry with an ID.
    pub fn get(&self, id: StreamId) -> Option<Entry<'_>> {
        self.range(id..=id).next()
    }

    /// Returns the ID of the last entry that is not deleted.
    pub(crate) fn last_entry_id(&self) -> Option<StreamId> {
        self.range_backwards(StreamId::MIN..=StreamId::MAX).next().map(|entry| entry.id)
    }

    /// Deletes an entry. Returns whether it existed. `update_first_id` must be called after the last deletion.
    pub(crate) fn delete(&mut self, id: StreamId) -> bool {
        let Some((&master, node)) = self.nodes.range(..=id).next_back() else { return false };
        let Some(entry) = node.entries().find(|entry| entry.id >= id) else { return false };
        if entry.id != id || entry.is_deleted() {
            return false;
        }
        let offset = entry.offset();
        if node.live == 1 {
            self.nodes.remove(&master);
        } else if let Some(node) = self.nodes.get_mut(&master) {
            Arc::make_mut(node).delete(&[offset]);
        }
        self.counters.length -= 1;
        self.counters.max_deleted_id = self.counters.max_deleted_id.max(id);
        true
    }

    /// Records the ID of the first entry, after entries were deleted.
    pub(crate) fn update_first_id(&mut self) {
        let first_id = self.iter().next().map(|entry| entry.id);
        self.counters.first_id = first_id.unwrap_or_default();
    }

    /// Returns whether a group has not read an entry yet, or has not acknowledged it.
    pub(crate) fn is_referenced(&self, id: StreamId) -> bool {
        self.groups.values().any(|group| group.last_id < id || group.pending().contains_key(&id))
    }

    /// Removes an entry from the pending entries of all groups.
    pub(crate) fn delete_references(&mut self, id: StreamId) {
        for group in self.groups.values_mut() {
            group.acknowledge(id);
        }
    }

    /// Sets what XSETID sets.
    pub(crate) fn set_id(&mut self, last_id: StreamId, entries_added: Option<u64>, max_deleted_id: Option<StreamId>) {
        self.counters.last_id = last_id;
        self.counters.entries_added = entries_added.unwrap_or(self.counters.entries_added);
        self.counters.max_deleted_id = max_deleted_id.unwrap_or(self.counters.max_deleted_id);
    }

    /// Returns the number of entries that a group has not read yet, or `None` if it cannot be computed.
    pub fn lag(&self, group: &Group) -> Option<i64> {
        let counters = &self.counters;
        let added = counters.entries_added.cast_signed();
        if added == 0 || self.is_empty() {
            return Some(0);
        }
        if group.last_id < counters.first_id && counters.max_deleted_id < counters.first_id {
            return i64::try_from(counters.length).ok();
        }
        let read = group.entries_read.filter(|_| !counters.has_deleted_after(group.last_id));
        read.or_else(|| counters.entries_until(group.last_id)).map(|read| added.wrapping_sub(read))
    }

    /// Delivers entries to a consumer of a group as new ones. Unless `is_acknowledged`, they become pending.
    pub(crate) fn deliver(
        &mut self,
        group: &[u8],
        consumer: &Arc<[u8]>,
        ids: &[StreamId],
        is_acknowledged: bool,
        now_ms: i64,
    ) {
        let Some(group) = self.groups.get_mut(group) else { return };
        for &id in ids {
            self.counters.advance(group, id);
        }
        if !is_acknowledged {
            group.deliver(ids, consumer, now_ms);
        }
    }

    /// Returns the number of nodes.
    pub(crate) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Returns the number of nodes of the radix tree in which Redis would store the stream's nodes.
    pub(crate) fn radix_node_count(&self) -> usize {
        radix::node_count(self.nodes.keys().copied())
    }

    /// Iterates over the sizes in bytes that Redis would allocate for the nodes.
    pub(crate) fn node_allocations(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.nodes.values().map(|node| node.allocated())
    }

    /// Iterates over the nodes. Each item is the ID of the first entry that a node has held, and the bytes of its listpack.
    pub(crate) fn listpacks(&self) -> impl ExactSizeIterator<Item = (StreamId, Vec<u8>)> {
        self.nodes.iter().map(|(&master, node)| (master, node.to_listpack()))
    }

    /// Creates a stream without groups from the listpacks of its nodes. The last ID is that of the last entry, and the
    /// other numbers are those of a stream from which no entry was ever deleted. Returns `None` if the listpacks are
    /// invalid, or if the IDs do not grow from each entry to the next.
    pub(crate) fn from_listpacks(listpacks: Vec<(StreamId, Vec<u8>)>) -> Option<Self> {
        let mut stream = Stream::default();
        for (master, bytes) in listpacks {
            let node = Node::from_listpack(master, &bytes)?;
            if !stream.nodes.is_empty() && master <= stream.counters.last_id {
                return None;
            }
            stream.counters.last_id = node.last_id();
            stream.counters.length += node.live;
            stream.nodes.insert(master, Arc::new(node));
        }
        stream.counters.entries_added = stream.counters.length as u64;
        stream.update_first_id();
        Some(stream)
    }

    /// Sets the ID of the first entry as it was saved.
    pub(crate) fn set_first_id(&mut self, first_id: StreamId) {
        self.counters.first_id = first_id;
    }

    /// Returns the number of entries up to an ID that were ever added, or `None` if it cannot be computed.
    pub(crate) fn entries_until(&self, id: StreamId) -> Option<i64> {
        self.counters.entries_until(id)
    }

    /// Returns a copy whose nodes have no spare room.
    pub(crate) fn compact_copy(&self) -> Self {
        let mut copy = self.clone();
        copy.nodes.values_mut().for_each(|node| Arc::make_mut(node).shrink());
        copy
    }

    /// Returns Redis's estimate of how many allocations must be freed to delete the stream.
    pub(crate) fn allocations(&self) -> usize {
        let first_pending = self.groups.values().next().map_or(0, |group| 1 + group.pending().len());
        self.radix_node_count() + self.groups.len() * first_pending
    }
}

/// Returns the number of nodes of the radix tree in which Redis would store pending entries.
pub(crate) fn pending_radix_node_count(ids: impl Iterator<Item = StreamId>) -> usize {
    radix::node_count(ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

    /// Returns up to three random fields with values, often those of other entries.
    fn pairs(random: &mut Rng) -> Pairs {
        let word = |random: &mut Rng| match random.below(3) {
            0 => random.below(70_000).to_string().into_bytes(),
            1 => vec![b'x'; random.below(80)],
            _ => b"field".to_vec(),
        };
        let fields = if random.below(4) == 0 { 1 + random.below(3) } else { 2 };
        let same = random.below(3) > 0;
        let field = |random: &mut Rng, n: usize| if same { format!("f{n}").into_bytes() } else { word(random) };
        (0..fields).map(|n| (field(random, n), word(random))).collect()
    }

    #[test]
    fn entries_agree_with_a_model() {
        let mut random = Rng::new(8);
        for limits in [(0, 1), (0, 3), (200, 0), (4096, 100)] {
            let limits = NodeLimits { bytes: limits.0, entries: limits.1 };
            let (mut stream, mut model) = (Stream::default(), BTreeMap::<StreamId, Pairs>::new());
            for _ in 0..1500 {
                let near = StreamId::new(random.below(1 + stream.last_id().ms as usize) as u64, random.below(3) as u64);
                match random.below(12) {
                    0..7 => {
                        let id = NewId::AutomaticSequence(stream.last_id().ms + random.below(2) as u64);
                        let id = stream.id_for(id, 0).expect("the sequence numbers are small");
                        let pairs = pairs(&mut random);
                        let words: Vec<&[u8]> = pairs.iter().flat_map(|(f, v)| [f.as_slice(), v.as_slice()]).collect();
                        stream.add(id, &words, limits).expect("the entry is small");
                        model.insert(id, pairs);
                    }
                    7..10 => {
                        assert_eq!(stream.delete(near), model.remove(&near).is_some());
                        stream.update_first_id();
                    }
                    10 => {
                        let threshold = Threshold::MinId(near.min(StreamId::new(stream.first_id().ms + 2, 0)));
                        let Threshold::MinId(id) = threshold else { unreachable!() };
                        let trim = Trim { threshold, is_approximate: false, limit: None, references: References::Keep };
                        let kept = model.split_off(&id);
                        assert_eq!(stream.trim(&trim), std::mem::replace(&mut model, kept).len());
                    }
                    _ => {
                        let length = model.len().saturating_sub(random.below(3));
                        let threshold = Threshold::MaxLength(length);
                        let trim = Trim { threshold, is_approximate: false, limit: None, references: References::Keep };
                        assert_eq!(stream.trim(&trim), model.len() - length);
                        while model.len() > length {
                            model.pop_first();
                        }
                    }
                }
                assert_eq!(
                    (stream.len(), stream.first_id()),
                    (model.len(), *model.keys().next().unwrap_or(&StreamId::MIN))
                );
                let end = StreamId::new(near.ms + random.below(5) as u64, random.below(3) as u64);
                let ids: Vec<_> = model.keys().filter(|id| (near..=end).contains(*id)).collect();
                assert!(stream.range(near..=end).map(|entry| entry.id).eq(ids.iter().map(|id| **id)));
                assert!(stream.range_backwards(near..=end).map(|entry| entry.id).eq(ids.iter().rev().map(|id| **id)));
                assert_eq!(stream.get(near).map(|entry| entry.pairs()).as_ref(), model.get(&near));
            }
            assert!(stream.iter().map(|entry| (entry.id, entry.pairs())).eq(model));
        }
    }

    #[test]
    fn a_change_does_not_affect_a_clone() {
        let limits = NodeLimits { bytes: 0, entries: 10 };
        let mut stream = Stream::default();
        stream.add(StreamId::new(1, 0), &[b"a", b"1"], limits).expect("the entry is small");
        let clone = stream.clone();
        stream.add(StreamId::new(2, 0), &[b"a", b"2"], limits).expect("the entry is small");
        stream.delete(StreamId::new(1, 0));
        assert_eq!((stream.len(), clone.len()), (1, 1));
        assert!(clone.get(StreamId::new(1, 0)).is_some() && clone.get(StreamId::new(2, 0)).is_none());
    }
}
