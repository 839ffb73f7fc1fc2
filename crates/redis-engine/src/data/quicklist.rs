//! The nodes of a list, which decide whether its encoding is `listpack` or `quicklist`.
//!
//! Redis stores a small list as one listpack. A list that exceeds the limit (`list-max-listpack-size`) becomes a chain
//! of listpacks, the quicklist, and is converted back when a single node is left that is at most half full. The
//! encoding therefore depends on where the boundaries between nodes are. This module tracks the number of elements and
//! bytes of each node. The elements themselves are in a single deque in `List`, which can access any of them in O(1).

use std::collections::VecDeque;

use super::memory::allocator::size_class;
use super::memory::listpack;

/// Number of bytes that Redis adds to an element's length to estimate its size in a listpack.
const ENTRY_OVERHEAD_GUESS: usize = 8;

/// Maximum size of a node in bytes if the limit is a number of elements.
const MAX_NODE_BYTES: usize = 8192;

/// Maximum size of a node, in bytes or in elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeLimit {
    Elements(usize),
    Bytes(usize),
}

impl NodeLimit {
    /// Converts a value of `list-max-listpack-size`. The values -1 to -5 mean 4 to 64 KiB, and a positive value is a
    /// number of elements.
    pub fn new(list_max_listpack_size: i64) -> Self {
        match usize::try_from(list_max_listpack_size) {
            Ok(elements) => NodeLimit::Elements(elements.max(1)),
            Err(_) => NodeLimit::Bytes(4096 << (list_max_listpack_size.max(-5).unsigned_abs() - 1)),
        }
    }

    fn is_exceeded_by(self, elements: usize, bytes: usize) -> bool {
        match self {
            NodeLimit::Bytes(limit) => bytes > limit,
            NodeLimit::Elements(limit) => bytes > MAX_NODE_BYTES || elements > limit,
        }
    }

    /// Returns whether an element of the given length in bytes gets its own node.
    fn is_exceeded_by_element(self, bytes: usize) -> bool {
        match self {
            NodeLimit::Bytes(limit) => bytes > limit,
            NodeLimit::Elements(_) => bytes > MAX_NODE_BYTES,
        }
    }

    /// Returns whether the list may become a listpack again. Redis requires that at most half of the limit is used, so
    /// that a list whose size is near the limit is not converted back and forth.
    fn allows_listpack(self, node: Node) -> bool {
        match self {
            NodeLimit::Bytes(limit) => node.bytes <= limit / 2,
            NodeLimit::Elements(limit) => node.elements <= limit / 2,
        }
    }
}

/// The side of an existing element on which a new element is inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Before,
    After,
}

/// A node of a list, which holds a listpack or a single large element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    elements: usize,
    bytes: usize,
    is_large_element: bool,
}

impl Node {
    const EMPTY: Node = Node { elements: 0, bytes: listpack::EMPTY, is_large_element: false };

    fn from_element(element: &[u8], limit: NodeLimit) -> Node {
        if limit.is_exceeded_by_element(element.len()) {
            return Node { elements: 1, bytes: element.len(), is_large_element: true };
        }
        let mut node = Node::EMPTY;
        node.add(element);
        node
    }

    fn add(&mut self, element: &[u8]) {
        self.elements += 1;
        self.bytes += listpack::entry_size(element);
    }

    fn remove(&mut self, element: &[u8]) {
        self.elements -= 1;
        self.bytes -= if self.is_large_element { self.bytes } else { listpack::entry_size(element) };
    }

    fn has_room_for(&self, element: &[u8], limit: NodeLimit) -> bool {
        !self.is_large_element
            && !limit.is_exceeded_by_element(element.len())
            && !limit.is_exceeded_by(self.elements + 1, self.bytes + element.len() + ENTRY_OVERHEAD_GUESS)
    }

    /// Returns the node that results from merging the two nodes, or `None` if it would be too large.
    fn merged(self, other: Node, limit: NodeLimit) -> Option<Node> {
        let elements = self.elements + other.elements;
        let bytes = self.bytes + other.bytes - if self.is_large_element { 0 } else { listpack::EMPTY };
        let fits = !self.is_large_element && !other.is_large_element && !limit.is_exceeded_by(elements, bytes);
        fits.then_some(Node { elements, bytes, is_large_element: false })
    }
}

/// The nodes of a list. A listpack has exactly one node, and its `limit` is `None`. The `limit` of a quicklist is the
/// limit that was configured when the list became a quicklist.
#[derive(Debug, Clone)]
pub struct Nodes {
    nodes: VecDeque<Node>,
    limit: Option<NodeLimit>,
}

impl Default for Nodes {
    fn default() -> Self {
        Nodes { nodes: VecDeque::from([Node::EMPTY]), limit: None }
    }
}

impl Nodes {
    /// Creates the nodes of an empty quicklist.
    pub fn quicklist(limit: NodeLimit) -> Self {
        Nodes { nodes: VecDeque::new(), limit: Some(limit) }
    }

    /// Converts a quicklist into a listpack if its elements fit into one.
    pub fn pack(&mut self, limit: NodeLimit) {
        match *self.nodes.make_contiguous() {
            [] => *self = Nodes::default(),
            [node] if !node.is_large_element && !limit.is_exceeded_by(node.elements, node.bytes) => self.limit = None,
            _ => {}
        }
    }

    /// Converts the nodes to the encoding that the list would have after being saved and loaded. Redis loads a list as
    /// a quicklist, and converts it to a listpack if it fits into one.
    pub fn reload(&mut self, limit: NodeLimit) {
        self.limit.get_or_insert(limit);
        self.pack(limit);
    }

    pub fn is_quicklist(&self) -> bool {
        self.limit.is_some()
    }

    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// Returns the total size of the nodes in bytes.
    pub fn bytes(&self) -> usize {
        self.nodes.iter().map(|node| node.bytes).sum()
    }

    /// Iterates over the nodes. Each item is a node's number of elements, and whether it holds a single large element
    /// instead of a listpack.
    pub fn contents(&self) -> impl Iterator<Item = (usize, bool)> {
        self.nodes.iter().map(|node| (node.elements, node.is_large_element))
    }

    /// Adds a node at the end that holds the given elements, or a single large element.
    pub fn push_node(&mut self, elements: &[Box<[u8]>], is_large_element: bool) {
        let mut node = Node::EMPTY;
        elements.iter().for_each(|element| node.add(element));
        if is_large_element {
            node = Node { bytes: elements.iter().map(|element| element.len()).sum(), is_large_element, ..node };
        }
        self.nodes.push_back(node);
    }

    /// Iterates over the nodes. Each item is a node's number of elements and its allocated size in bytes.
    pub fn allocated(&self) -> impl Iterator<Item = (usize, usize)> {
        self.nodes.iter().map(|node| (node.elements, size_class(node.bytes)))
    }

    /// Converts a listpack into a quicklist if adding the given number of elements and bytes would exceed the limit.
    pub fn prepare_for(&mut self, elements: usize, bytes: usize, limit: NodeLimit) {
        if self.limit.is_none() {
            let node = self.nodes[0];
            if limit.is_exceeded_by(node.elements + elements, node.bytes + bytes) {
                self.limit = Some(limit);
                self.nodes.retain(|node| node.elements > 0);
            }
        }
    }

    /// Converts a quicklist back into a listpack if it is small enough after elements were removed.
    pub fn shrink(&mut self, limit: NodeLimit) {
        if self.limit.is_some()
            && let [node] = *self.nodes.make_contiguous()
            && !node.is_large_element
            && limit.allows_listpack(node)
        {
            self.limit = None;
        }
    }

    pub fn push_front(&mut self, element: &[u8]) {
        let limit = self.limit;
        match (self.nodes.front_mut(), limit) {
            (Some(node), None) => node.add(element),
            (Some(node), Some(limit)) if node.has_room_for(element, limit) => node.add(element),
            (_, Some(limit)) => self.nodes.push_front(Node::from_element(element, limit)),
            (None, None) => unreachable!("a listpack has one node"),
        }
    }

    pub fn push_back(&mut self, element: &[u8]) {
        let limit = self.limit;
        match (self.nodes.back_mut(), limit) {
            (Some(node), None) => node.add(element),
            (Some(node), Some(limit)) if node.has_room_for(element, limit) => node.add(element),
            (_, Some(limit)) => self.nodes.push_back(Node::from_element(element, limit)),
            (None, None) => unreachable!("a listpack has one node"),
        }
    }

    /// Updates the nodes after `element` was removed from the front.
    pub fn pop_front(&mut self, element: &[u8]) {
        self.remove_from(0, element);
    }

    /// Updates the nodes after `element` was removed from the back.
    pub fn pop_back(&mut self, element: &[u8]) {
        self.remove_from(self.nodes.len() - 1, element);
    }

    fn remove_from(&mut self, at: usize, element: &[u8]) {
        self.nodes[at].remove(element);
        if self.limit.is_some() && self.nodes[at].elements == 0 {
            self.nodes.remove(at);
        }
    }

    /// Updates the nodes for the removal of the elements whose indices satisfy `is_removed`. `elements` is the list
    /// before the removal.
    pub fn remove_all<'a>(&mut self, elements: impl Iterator<Item = &'a [u8]>, is_removed: impl Fn(usize) -> bool) {
        let (mut at, mut left) = (0, self.nodes[0].elements);
        for (index, element) in elements.enumerate() {
            while left == 0 {
                at += 1;
                left = self.nodes[at].elements;
            }
            left -= 1;
            if is_removed(index) {
                self.nodes[at].remove(element);
            }
        }
        if self.limit.is_some() {
            self.nodes.retain(|node| node.elements > 0);
        }
    }

    /// Returns the index of the node that contains the element at `index`, and the element's position in that node.
    fn find(&self, index: usize) -> (usize, usize) {
        let mut place = index;
        for (at, node) in self.nodes.iter().enumerate() {
            match place.checked_sub(node.elements) {
                None => return (at, place),
                Some(rest) => place = rest,
            }
        }
        unreachable!("callers pass indices within the list")
    }

    /// Updates the nodes for an insertion before or after the element at `index`. `elements` is the list before the
    /// insertion.
    pub fn insert(&mut self, index: usize, side: Side, element: &[u8], elements: &VecDeque<Box<[u8]>>) {
        let Some(limit) = self.limit else { return self.nodes[0].add(element) };
        let (at, place) = self.find(index);
        let node = self.nodes[at];
        if node.has_room_for(element, limit) {
            return self.nodes[at].add(element);
        }
        let (at_border, beside, neighbour) = match side {
            Side::Before => (place == 0, at, at.checked_sub(1)),
            Side::After => (place == node.elements - 1, at + 1, Some(at + 1)),
        };
        if at_border {
            match neighbour.and_then(|at| self.nodes.get_mut(at)) {
                Some(neighbour) if neighbour.has_room_for(element, limit) => neighbour.add(element),
                _ => self.nodes.insert(beside, Node::from_element(element, limit)),
            }
            return;
        }
        let cut = if side == Side::Before { place } else { place + 1 };
        self.split(at, cut, index - place, elements);
        if limit.is_exceeded_by_element(element.len()) {
            self.nodes.insert(at + 1, Node::from_element(element, limit));
            return;
        }
        // The node was split at the insertion point. The new element is added to the half that does not contain the
        // element at `index`. Redis then merges nodes around the other half.
        let (grown, kept) = if side == Side::Before { (at, at + 1) } else { (at + 1, at) };
        self.nodes[grown].add(element);
        self.merge_around(kept, limit);
    }

    /// Updates the nodes for the replacement of the element at `index`. `elements` is the list before the replacement.
    pub fn replace(&mut self, index: usize, element: &[u8], elements: &VecDeque<Box<[u8]>>) {
        let (at, place) = self.find(index);
        let is_large = |limit: NodeLimit| limit.is_exceeded_by_element(element.len());
        match self.limit {
            Some(limit) if self.nodes[at].is_large_element => self.replace_large(at, element, limit),
            Some(limit) if is_large(limit) => {
                let last = place == self.nodes[at].elements - 1;
                if !last {
                    self.split(at, place + 1, index - place, elements);
                }
                self.nodes.insert(at + 1, Node::from_element(element, limit));
                self.nodes[at].remove(&elements[index]);
                if self.nodes[at].elements == 0 {
                    self.nodes.remove(at);
                } else {
                    self.merge_around(at + 1, limit);
                }
            }
            _ => {
                self.nodes[at].remove(&elements[index]);
                self.nodes[at].add(element);
            }
        }
    }

    /// Replaces the large element in the node at `at`. The new element is added to the next node if it fits there.
    fn replace_large(&mut self, at: usize, element: &[u8], limit: NodeLimit) {
        match self.nodes.get_mut(at + 1) {
            Some(next) if next.has_room_for(element, limit) => {
                next.add(element);
                self.nodes.remove(at);
            }
            _ => self.nodes[at] = Node::from_element(element, limit),
        }
    }

    /// Splits the node at `at` before the element at position `place` in that node. `start` is the list index of the
    /// node's first element.
    fn split(&mut self, at: usize, place: usize, start: usize, elements: &VecDeque<Box<[u8]>>) {
        let mut first = Node::EMPTY;
        elements.range(start..start + place).for_each(|element| first.add(element));
        let whole = self.nodes[at];
        let bytes = whole.bytes - first.bytes + listpack::EMPTY;
        self.nodes[at] = Node { elements: whole.elements - place, bytes, is_large_element: false };
        self.nodes.insert(at, first);
    }

    /// Merges nodes around the node at `at`, in Redis's order: first the two nodes before it, then the two nodes after
    /// it, then the node itself with either neighbour.
    fn merge_around(&mut self, mut at: usize, limit: NodeLimit) {
        if at >= 2 && self.merge(at - 2, limit) {
            at -= 1;
        }
        self.merge(at + 1, limit);
        if at >= 1 && self.merge(at - 1, limit) {
            at -= 1;
        }
        self.merge(at, limit);
    }

    /// Merges a node with the next one, if the result is small enough. Returns whether they were merged.
    fn merge(&mut self, at: usize, limit: NodeLimit) -> bool {
        let Some(&next) = self.nodes.get(at + 1) else { return false };
        let Some(merged) = self.nodes[at].merged(next, limit) else { return false };
        self.nodes[at] = merged;
        self.nodes.remove(at + 1);
        true
    }

    /// Returns whether the tracked sizes agree with the elements.
    #[cfg(test)]
    pub fn agree_with(&self, elements: &VecDeque<Box<[u8]>>) -> bool {
        let mut rest = elements.iter();
        let sizes_agree = self.nodes.iter().all(|node| {
            let bytes: usize = if node.is_large_element {
                rest.next().map_or(0, |element| element.len())
            } else {
                listpack::EMPTY
                    + rest.by_ref().take(node.elements).map(|element| listpack::entry_size(element)).sum::<usize>()
            };
            node.bytes == bytes && (node.elements > 0 || self.limit.is_none())
        });
        sizes_agree && rest.next().is_none() && (self.limit.is_some() || self.nodes.len() == 1)
    }
}
