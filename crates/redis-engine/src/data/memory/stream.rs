//! The size of a stream. Redis counts the elements and nodes of its radix trees, with a fixed size for each.

use super::Samples;
use crate::data::Stream;
use crate::data::stream::pending_radix_node_count;

/// Size of `stream` in bytes.
const STREAM: usize = 112;
/// Size of `streamCG` in bytes.
const GROUP: usize = 40;
/// Size of `streamConsumer` in bytes.
const CONSUMER: usize = 32;
/// Size of `streamNACK` in bytes.
const PENDING: usize = 32;

/// Returns the size of a stream in bytes. As in Redis, the names of groups do not count.
pub(super) fn usage(stream: &Stream, samples: Samples) -> usize {
    let nodes = stream.node_count();
    let sampled: usize = stream.node_allocations().take(samples.0).sum();
    let listpacks = if nodes <= samples.0 {
        sampled
    } else {
        // Redis rounds the mean down, and measures the last node in any case, because it is often not full.
        sampled / samples.0 * (nodes - 1) + stream.node_allocations().next_back().unwrap_or_default()
    };
    let groups: usize = stream
        .groups()
        .values()
        .map(|group| {
            let pending = group.pending();
            let consumers = group.consumers().iter().map(|(name, consumer)| {
                let pending = consumer.pending();
                CONSUMER + name.len() + radix_tree(pending.len(), pending_radix_node_count(pending.iter().copied()))
            });
            GROUP
                + radix_tree(pending.len(), pending_radix_node_count(pending.keys().copied()))
                + PENDING * pending.len()
                + consumers.sum::<usize>()
        })
        .sum();
    STREAM + radix_tree(nodes, stream.radix_node_count()) + listpacks + groups
}

/// Returns Redis's estimate of the size of a radix tree in bytes.
fn radix_tree(elements: usize, nodes: usize) -> usize {
    16 * elements + (4 + 30 * 8) * nodes
}
