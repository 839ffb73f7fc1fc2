//! What a stream knows about the entries that it has and has had, and what follows about a group's progress.

use std::cmp::Ordering;

use super::group::Group;
use super::id::StreamId;

/// The numbers and IDs that XINFO STREAM reports.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counters {
    /// Number of entries.
    pub length: usize,
    /// The ID of the first entry, or `0-0` if there is none.
    pub first_id: StreamId,
    /// The greatest ID that an entry has had.
    pub last_id: StreamId,
    /// The greatest ID of an entry that was deleted, or `0-0` if there is none.
    pub max_deleted_id: StreamId,
    /// Number of entries that were ever added.
    pub entries_added: u64,
}

impl Counters {
    /// Returns whether an entry after `from` may have been deleted, so that the number of entries after `from` cannot
    /// be computed. The counterpart in Redis is `streamRangeHasTombstones`.
    pub fn has_deleted_after(&self, from: StreamId) -> bool {
        self.length > 0 && self.max_deleted_id != StreamId::MIN && from <= self.max_deleted_id
    }

    /// Returns the number of entries up to an ID that were ever added, or `None` if it cannot be computed. The
    /// counterpart in Redis is `streamEstimateDistanceFromFirstEverEntry`.
    pub fn entries_until(&self, id: StreamId) -> Option<i64> {
        let added = self.entries_added.cast_signed();
        if added == 0 {
            return Some(0);
        }
        if self.length == 0 && id <= self.last_id {
            return Some(added);
        }
        if id != StreamId::MIN && id < self.max_deleted_id || id > self.last_id {
            return None;
        }
        if id == self.last_id {
            return Some(added);
        }
        let has_deleted = self.max_deleted_id != StreamId::MIN && self.max_deleted_id >= self.first_id;
        let length = i64::try_from(self.length).unwrap_or(i64::MAX);
        match id.cmp(&self.first_id) {
            Ordering::Less if !has_deleted => Some(added.wrapping_sub(length)),
            Ordering::Equal if !has_deleted => Some(added.wrapping_sub(length).wrapping_add(1)),
            _ => None,
        }
    }

    /// Moves a group's position to an entry that is delivered as new. Does nothing if the group has read the entry
    /// before.
    pub fn advance(&self, group: &mut Group, id: StreamId) {
        if id <= group.last_id {
            return;
        }
        group.entries_read = match group.entries_read {
            Some(read) if !self.has_deleted_after(group.last_id) => Some(read.wrapping_add(1)),
            read if self.entries_added == 0 => read,
            _ => self.entries_until(id),
        };
        group.last_id = id;
    }
}
