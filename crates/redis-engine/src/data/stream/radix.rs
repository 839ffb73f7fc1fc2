//! The number of nodes of Redis's radix trees, which XINFO STREAM reports and MEMORY USAGE counts.
//!
//! A tree stores IDs as keys of 16 bytes. Keys that begin with the same bytes share a path. Where keys differ, there is
//! a node with several children. A path without branches is a single node, and each key ends in a node of its own. So
//! the number of nodes follows from the lengths of the prefixes that neighbouring keys share.

use super::id::StreamId;

const KEY_BYTES: usize = 16;

/// Returns the number of nodes of a radix tree with the given keys, which must be sorted.
pub(super) fn node_count(keys: impl Iterator<Item = StreamId>) -> usize {
    let mut keys = keys.peekable();
    if keys.peek().is_none() {
        // Even an empty tree has a root.
        return 1;
    }
    let mut nodes = 0;
    // The depths of the branching nodes above the current key, from the root.
    let mut branches: Vec<usize> = Vec::new();
    while let Some(key) = keys.next() {
        let shared = keys.peek().map(|&next| shared_prefix(key, next));
        // The node in which the key ends.
        nodes += 1;
        let mut below = KEY_BYTES;
        while let Some(depth) = branches.pop_if(|depth| shared.is_none_or(|shared| *depth > shared)) {
            nodes += 1 + path_between(depth, below);
            below = depth;
        }
        match shared {
            Some(shared) => {
                nodes += path_between(shared, below);
                if branches.last() != Some(&shared) {
                    branches.push(shared);
                }
            }
            // The path from the root to the first branching node, or to the only key.
            None => nodes += usize::from(below > 0),
        }
    }
    nodes
}

/// Returns the number of nodes between a branching node and the next node below it: 1, or 0 if they are adjacent.
fn path_between(branch: usize, below: usize) -> usize {
    usize::from(below > branch + 1)
}

fn shared_prefix(a: StreamId, b: StreamId) -> usize {
    a.to_bytes().iter().zip(b.to_bytes()).take_while(|&(a, b)| *a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// Counts the nodes below a depth of keys that share a prefix of this length.
    fn count_by_definition(keys: &[[u8; 16]], depth: usize) -> usize {
        if let [_] = keys {
            return 1 + usize::from(depth < KEY_BYTES);
        }
        let branch = (depth..).find(|&at| keys.iter().any(|key| key[at] != keys[0][at])).expect("the keys differ");
        let children = keys.chunk_by(|a, b| a[branch] == b[branch]);
        1 + usize::from(branch > depth) + children.map(|keys| count_by_definition(keys, branch + 1)).sum::<usize>()
    }

    #[test]
    fn nodes_are_counted_as_by_their_definition() {
        let mut random = Rng::new(3);
        for _ in 0..500 {
            let mut part = || (random.below(3) as u64) << (8 * random.below(8));
            let mut keys: Vec<StreamId> = (0..20).map(|_| StreamId::new(part() | part(), part() | part())).collect();
            keys.sort_unstable();
            keys.dedup();
            let bytes: Vec<_> = keys.iter().map(|key| key.to_bytes()).collect();
            assert_eq!(node_count(keys.into_iter()), count_by_definition(&bytes, 0), "{bytes:?}");
        }
        assert_eq!(node_count(std::iter::empty()), 1);
    }
}
