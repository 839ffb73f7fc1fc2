//! The picture of a stream: its entries, and what each consumer group has read and not acknowledged.

use super::key::pieces;
use super::{Body, Change, Consumer, Entry, Group, Label, PendingEntry, StreamPicture};
use redis_engine::data::Stream;
use redis_engine::data::stream::{self, StreamId};

/// Creates the picture of a stream. `was` is its previous value, if it is known.
pub(super) fn stream(value: &Stream, was: Option<&Stream>, now_ms: i64) -> Body {
    let gone = was.into_iter().flat_map(|was| was.iter()).filter(|entry| value.get(entry.id).is_none());
    let mut entries: Vec<(stream::Entry<'_>, Change)> = gone.map(|entry| (entry, Change::Gone)).collect();
    let change = |id: StreamId| match was {
        Some(was) if was.get(id).is_none() => Change::Added,
        _ => Change::Same,
    };
    entries.extend(value.iter().map(|entry| (entry, change(entry.id))));
    // Entries that were deleted are shown where they were.
    entries.sort_by_key(|(entry, _)| entry.id);
    let make = |index: usize| {
        let (entry, change) = &entries[index];
        let mut pairs = Vec::with_capacity(entry.len());
        entry.for_each(|field, value| {
            pairs.push((field.with_bytes(Label::from_bytes), value.with_bytes(Label::from_bytes)))
        });
        Entry { id: entry.id.to_string(), pairs, change: change.clone() }
    };
    let groups = value.groups().iter().map(|(name, group)| {
        let before = was.map(|was| was.groups().get(name));
        group_picture(value, name, group, before, now_ms)
    });
    Body::Stream(StreamPicture {
        groups: groups.collect(),
        entries: pieces(entries.len(), |index| entries[index].1 != Change::Same, make),
    })
}

/// Creates the picture of a consumer group. `before` is its previous state, or `Some(None)` if it did not exist.
fn group_picture(
    value: &Stream,
    name: &[u8],
    group: &stream::Group,
    before: Option<Option<&stream::Group>>,
    now_ms: i64,
) -> Group {
    let is_pending_elsewhere = |other: &stream::Group| {
        let owners = |group: &stream::Group| {
            group
                .pending()
                .iter()
                .map(|(id, pending)| (*id, pending.consumer.clone(), pending.deliveries))
                .collect::<Vec<_>>()
        };
        owners(other) != owners(group) || !other.consumers().keys().eq(group.consumers().keys())
    };
    let change = match before {
        None => Change::Same,
        Some(None) => Change::Added,
        Some(Some(before)) if before.last_id != group.last_id || is_pending_elsewhere(before) => {
            Change::ChangedFrom(Label::from_bytes(before.last_id.to_string().as_bytes()))
        }
        Some(Some(_)) => Change::Same,
    };
    let consumers = group.consumers().iter().map(|(name, consumer)| {
        let ids: Vec<StreamId> = consumer.pending().iter().copied().collect();
        let make = |index: usize| {
            let pending = group.pending().get(&ids[index]);
            PendingEntry {
                id: ids[index].to_string(),
                deliveries: pending.map_or(0, |pending| pending.deliveries),
                idle_ms: pending.map_or(0, |pending| (now_ms - pending.delivered_ms).max(0)),
                is_deleted: value.get(ids[index]).is_none(),
            }
        };
        Consumer {
            name: Label::from_bytes(name),
            pending_count: ids.len(),
            pending: pieces(ids.len(), |_| false, make),
        }
    });
    Group {
        name: Label::from_bytes(name),
        last_id: group.last_id.to_string(),
        lag: value.lag(group),
        pending_count: group.pending().len(),
        consumers: consumers.collect(),
        change,
    }
}
