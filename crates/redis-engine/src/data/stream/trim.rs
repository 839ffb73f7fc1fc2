//! Trimming: removing the oldest entries of a stream.

use std::sync::Arc;

use super::id::StreamId;
use super::node::Node;
use super::{References, Stream};

/// Which entries a trimmed stream keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threshold {
    /// The given number of newest entries.
    MaxLength(usize),
    /// The entries with this or a greater ID.
    MinId(StreamId),
}

/// How to trim a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trim {
    /// Which entries to keep.
    pub threshold: Threshold,
    /// Whether only whole nodes are removed.
    pub is_approximate: bool,
    /// Maximum number of entries to remove, or `None` if there is no limit.
    pub limit: Option<usize>,
    /// What happens to pending entries.
    pub references: References,
}

impl Stream {
    /// Removes the oldest entries. Returns how many entries were removed.
    pub(crate) fn trim(&mut self, trim: &Trim) -> usize {
        let mut removed = 0;
        let mut after = None;
        while let Some(master) = self.node_after(after) {
            if matches!(trim.threshold, Threshold::MaxLength(length) if self.counters.length <= length) {
                break;
            }
            let node = &self.nodes[&master];
            if trim.limit.is_some_and(|limit| removed + node.live > limit) {
                break;
            }
            let is_removed_whole = match trim.threshold {
                Threshold::MaxLength(length) => self.counters.length - node.live >= length,
                Threshold::MinId(id) => node.last_id() < id,
            };
            // As in Redis 8.2, approximate trimming removes nothing if the entries' references matter.
            if trim.is_approximate && (!is_removed_whole || trim.references != References::Keep) {
                break;
            }
            removed += if is_removed_whole && trim.references == References::Keep {
                self.remove_node(master)
            } else {
                self.trim_node(master, trim)
            };
            if !is_removed_whole {
                break;
            }
            after = Some(master);
        }
        if removed > 0 {
            self.update_first_id();
        }
        removed
    }

    /// Returns the ID of the first node, or of the next node after the given one.
    fn node_after(&self, after: Option<StreamId>) -> Option<StreamId> {
        match after {
            Some(after) => after.next().and_then(|start| self.nodes.range(start..).next()),
            None => self.nodes.first_key_value(),
        }
        .map(|(&master, _)| master)
    }

    /// Removes a node. Returns the number of its entries.
    fn remove_node(&mut self, master: StreamId) -> usize {
        let removed = self.nodes.remove(&master).map_or(0, |node| node.live);
        self.counters.length -= removed;
        removed
    }

    /// Removes entries of a node until the threshold is reached. Returns how many entries were removed.
    fn trim_node(&mut self, master: StreamId, trim: &Trim) -> usize {
        let (mut offsets, mut ids) = (Vec::new(), Vec::new());
        for entry in self.nodes[&master].entries().filter(|entry| !entry.is_deleted()) {
            let is_kept = match trim.threshold {
                Threshold::MaxLength(length) => self.counters.length - ids.len() <= length,
                Threshold::MinId(id) => entry.id >= id,
            };
            if is_kept {
                break;
            }
            if trim.references == References::OnlyAcknowledged && self.is_referenced(entry.id) {
                continue;
            }
            offsets.push(entry.offset());
            ids.push(entry.id);
        }
        if trim.references == References::Delete {
            ids.iter().for_each(|&id| self.delete_references(id));
        }
        if offsets.len() == self.nodes[&master].live {
            return self.remove_node(master);
        }
        if let Some(node) = self.nodes.get_mut(&master).filter(|_| !offsets.is_empty()) {
            Arc::<Node>::make_mut(node).delete(&offsets);
            self.counters.length -= offsets.len();
        }
        offsets.len()
    }
}
