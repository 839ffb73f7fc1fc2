//! Writes and reads streams in the format of RDB files: the nodes, the stream's numbers and IDs, and the groups.
//!
//! A group's pending entries come before its consumers, without their consumer. Each consumer has the IDs of its own.

use std::collections::BTreeMap;

use super::kind;
use super::reader::Reader;
use super::writer::Writer;
use crate::data::stream::{Consumer, Group, Pending, StreamId};
use crate::data::{DataType as _, Stream, Value};

/// Stands for a time that is not known.
const NEVER: i64 = -1;
/// Stands for a number of entries that is not known.
const UNKNOWN: u64 = u64::MAX;

impl Writer {
    pub(super) fn stream(&mut self, stream: &Stream) {
        self.bytes.push(kind::STREAM_3);
        let listpacks = stream.listpacks();
        self.length(listpacks.len());
        for (master, listpack) in listpacks {
            self.string(&master.to_bytes());
            self.string(&listpack);
        }
        self.length(stream.len());
        self.id(stream.last_id());
        self.id(stream.first_id());
        self.id(stream.max_deleted_id());
        self.number(stream.entries_added());
        self.length(stream.groups().len());
        for (name, group) in stream.groups() {
            self.string(name);
            self.id(group.last_id);
            self.number(group.entries_read.map_or(UNKNOWN, i64::cast_unsigned));
            self.length(group.pending().len());
            for (id, pending) in group.pending() {
                self.bytes.extend(id.to_bytes());
                self.bytes.extend(pending.delivered_ms.to_le_bytes());
                self.number(pending.deliveries);
            }
            self.length(group.consumers().len());
            group.consumers().iter().for_each(|(name, consumer)| self.consumer(name, consumer));
        }
    }

    fn consumer(&mut self, name: &[u8], consumer: &Consumer) {
        self.string(name);
        self.bytes.extend(consumer.seen_ms.to_le_bytes());
        self.bytes.extend(consumer.active_ms.unwrap_or(NEVER).to_le_bytes());
        self.length(consumer.pending().len());
        consumer.pending().iter().for_each(|id| self.bytes.extend(id.to_bytes()));
    }

    fn id(&mut self, id: StreamId) {
        self.number(id.ms);
        self.number(id.seq);
    }
}

impl Reader<'_> {
    /// Reads a stream of the given kind. Redis 5 wrote neither the deleted entries nor the numbers of entries that were
    /// added and read, and versions before Redis 7.2 did not write when a consumer was active.
    pub(super) fn stream(&mut self, kind: u8) -> Option<Value> {
        let mut listpacks = Vec::new();
        for _ in 0..self.length()? {
            let master: [u8; 16] = self.string()?.try_into().ok()?;
            listpacks.push((StreamId::from_bytes(master), self.string()?));
        }
        let mut stream = Stream::from_listpacks(listpacks)?;
        let (length, last_id) = (self.length()?, self.id()?);
        if length != stream.len() || last_id < stream.last_id() {
            return None;
        }
        stream.set_id(last_id, None, None);
        if kind != kind::STREAM {
            stream.set_first_id(self.id()?);
            let max_deleted_id = self.id()?;
            stream.set_id(last_id, Some(self.number()?), Some(max_deleted_id));
        }
        for _ in 0..self.length()? {
            let name = self.string()?;
            let last_id = self.id()?;
            let entries_read = match kind {
                kind::STREAM => stream.entries_until(last_id),
                _ => Some(self.number()?).filter(|&read| read != UNKNOWN).map(u64::cast_signed),
            };
            let group = self.group(kind, Group::new(last_id, entries_read))?;
            if !stream.add_group(&name, group) {
                return None;
            }
        }
        Some(stream.into_value())
    }

    /// Reads the pending entries and the consumers of a group. Each pending entry must belong to one consumer.
    fn group(&mut self, kind: u8, mut group: Group) -> Option<Group> {
        let mut unowned = BTreeMap::new();
        for _ in 0..self.length()? {
            let id = StreamId::from_bytes(self.array()?);
            if unowned.insert(id, (self.milliseconds()?, self.number()?)).is_some() {
                return None;
            }
        }
        for _ in 0..self.length()? {
            let name = self.string()?;
            let seen_ms = self.milliseconds()?;
            let active_ms = if kind == kind::STREAM_3 { self.milliseconds()? } else { seen_ms };
            let (consumer, is_new) = group.see_consumer(&name, seen_ms);
            if !is_new {
                return None;
            }
            if active_ms != NEVER {
                group.note_activity(&consumer, active_ms);
            }
            for _ in 0..self.length()? {
                let id = StreamId::from_bytes(self.array()?);
                let (delivered_ms, deliveries) = unowned.remove(&id)?;
                group.assign(id, Pending { consumer: consumer.clone(), delivered_ms, deliveries });
            }
        }
        unowned.is_empty().then_some(group)
    }

    fn id(&mut self) -> Option<StreamId> {
        Some(StreamId::new(self.number()?, self.number()?))
    }
}
