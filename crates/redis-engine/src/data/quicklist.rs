//! How Redis would cut a list into nodes, which decides whether the list is a `listpack` or a `quicklist`.
//!
//! Redis keeps a small list as one listpack. A list that outgrows the limit (`list-max-listpack-size`) becomes a chain
//! of listpacks, the quicklist, and goes back to one listpack when it has a single node left, at most half full. So
//! the encoding depends on where the nodes' borders fell, and these are kept here: how many elements and bytes each
//! node would hold. The elements themselves stand in one queue, in `List`, which finds any of them in O(1).

use std::collections::VecDeque;

use super::memory::allocator::size_class;
use super::memory::listpack;

/// What Redis adds to an element's length to guess its size in a listpack, in bytes.
const ENTRY_OVERHEAD_GUESS: usize = 8;

/// The largest node, in bytes, when the limit counts elements.
const SAFE_NODE: usize = 8192;

/// How large a node may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeLimit {
    Elements(usize),
    Bytes(usize),
}

impl NodeLimit {
    /// Reads `list-max-listpack-size`: -1 to -5 mean 4 to 64 KiB, a positive number counts elements.
    pub fn new(list_max_listpack_size: i64) -> Self {
        match usize::try_from(list_max_listpack_size) {
            Ok(elements) => NodeLimit::Elements(elements.max(1)),
            Err(_) => NodeLimit::Bytes(4096 << (list_max_listpack_size.max(-5).unsigned_abs() - 1)),
        }
    }

    fn is_exceeded_by(self, elements: usize, bytes: usize) -> bool {
        match self {
            NodeLimit::Bytes(limit) => bytes > limit,
            NodeLimit::Elements(limit) => bytes > SAFE_NODE || elements > limit,
        }
    }

    /// An element so large that it gets a node of its own.
    fn is_exceeded_by_element(self, bytes: usize) -> bool {
        match self {
            NodeLimit::Bytes(limit) => bytes > limit,
            NodeLimit::Elements(_) => bytes > SAFE_NODE,
        }
    }

    /// Redis goes back to a listpack only at half the limit, so that a list at the border does not go to and fro.
    fn allows_going_back(self, node: Node) -> bool {
        match self {
            NodeLimit::Bytes(limit) => node.bytes <= limit / 2,
            NodeLimit::Elements(limit) => node.elements <= limit / 2,
        }
    }
}

/// Which side of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Before,
    After,
}

/// A node: a listpack, or one large element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    elements: usize,
    bytes: usize,
    is_large_element: bool,
}

impl Node {
    const EMPTY: Node = Node { elements: 0, bytes: listpack::EMPTY, is_large_element: false };

    fn of(element: &[u8], limit: NodeLimit) -> Node {
        if limit.is_exceeded_by_element(element.len()) {
            return Node { elements: 1, bytes: element.len(), is_large_element: true };
        }
        let mut node = Node::EMPTY;
        node.add(element);
        node
    }

    fn add(&mut self, element: &[u8]) {
        self.elements += 1;
        self.bytes += listpack::entry(element);
    }

    fn remove(&mut self, element: &[u8]) {
        self.elements -= 1;
        self.bytes -= if self.is_large_element { self.bytes } else { listpack::entry(element) };
    }

    fn takes(&self, element: &[u8], limit: NodeLimit) -> bool {
        !self.is_large_element
            && !limit.is_exceeded_by_element(element.len())
            && !limit.is_exceeded_by(self.elements + 1, self.bytes + element.len() + ENTRY_OVERHEAD_GUESS)
    }

    /// The two nodes as one, if that is small enough.
    fn merged(self, other: Node, limit: NodeLimit) -> Option<Node> {
        let elements = self.elements + other.elements;
        let bytes = self.bytes + other.bytes - if self.is_large_element { 0 } else { listpack::EMPTY };
        let fits = !self.is_large_element && !other.is_large_element && !limit.is_exceeded_by(elements, bytes);
        fits.then_some(Node { elements, bytes, is_large_element: false })
    }
}

/// A list's nodes. `limit` is that of the moment when the list became a quicklist; a listpack has one node and none.
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
    /// Those of an empty quicklist.
    pub fn quicklist(limit: NodeLimit) -> Self {
        Nodes { nodes: VecDeque::new(), limit: Some(limit) }
    }

    /// A quicklist whose elements fit a single listpack becomes one.
    pub fn pack(&mut self, limit: NodeLimit) {
        match *self.nodes.make_contiguous() {
            [] => *self = Nodes::default(),
            [node] if !node.is_large_element && !limit.is_exceeded_by(node.elements, node.bytes) => self.limit = None,
            _ => {}
        }
    }

    /// What is read back from a file comes as a quicklist, and becomes a listpack if it fits one.
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

    /// What all nodes hold, in bytes.
    pub fn bytes(&self) -> usize {
        self.nodes.iter().map(|node| node.bytes).sum()
    }

    /// For each node how many elements it has, and what Redis has allocated for them.
    pub fn allocated(&self) -> impl Iterator<Item = (usize, usize)> {
        self.nodes.iter().map(|node| (node.elements, size_class(node.bytes)))
    }

    /// Before elements are added, so many and so many bytes: a listpack that they would make too large becomes a
    /// quicklist.
    pub fn grow(&mut self, elements: usize, bytes: usize, limit: NodeLimit) {
        if self.limit.is_none() {
            let node = self.nodes[0];
            if limit.is_exceeded_by(node.elements + elements, node.bytes + bytes) {
                self.limit = Some(limit);
                self.nodes.retain(|node| node.elements > 0);
            }
        }
    }

    /// After elements were removed: a quicklist that fits a listpack again becomes one.
    pub fn shrink(&mut self, limit: NodeLimit) {
        if self.limit.is_some()
            && let [node] = *self.nodes.make_contiguous()
            && !node.is_large_element
            && limit.allows_going_back(node)
        {
            self.limit = None;
        }
    }

    pub fn push_front(&mut self, element: &[u8]) {
        let limit = self.limit;
        match (self.nodes.front_mut(), limit) {
            (Some(node), None) => node.add(element),
            (Some(node), Some(limit)) if node.takes(element, limit) => node.add(element),
            (_, Some(limit)) => self.nodes.push_front(Node::of(element, limit)),
            (None, None) => unreachable!("a listpack has one node"),
        }
    }

    pub fn push_back(&mut self, element: &[u8]) {
        let limit = self.limit;
        match (self.nodes.back_mut(), limit) {
            (Some(node), None) => node.add(element),
            (Some(node), Some(limit)) if node.takes(element, limit) => node.add(element),
            (_, Some(limit)) => self.nodes.push_back(Node::of(element, limit)),
            (None, None) => unreachable!("a listpack has one node"),
        }
    }

    /// The first element was removed. This is it.
    pub fn pop_front(&mut self, element: &[u8]) {
        self.remove_from(0, element);
    }

    /// The last element was removed. This is it.
    pub fn pop_back(&mut self, element: &[u8]) {
        self.remove_from(self.nodes.len() - 1, element);
    }

    fn remove_from(&mut self, at: usize, element: &[u8]) {
        self.nodes[at].remove(element);
        if self.limit.is_some() && self.nodes[at].elements == 0 {
            self.nodes.remove(at);
        }
    }

    /// The elements for which `gone` holds were removed. `elements` is the list before that.
    pub fn remove_all<'a>(&mut self, elements: impl Iterator<Item = &'a [u8]>, gone: impl Fn(usize) -> bool) {
        let (mut at, mut left) = (0, self.nodes[0].elements);
        for (index, element) in elements.enumerate() {
            while left == 0 {
                at += 1;
                left = self.nodes[at].elements;
            }
            left -= 1;
            if gone(index) {
                self.nodes[at].remove(element);
            }
        }
        if self.limit.is_some() {
            self.nodes.retain(|node| node.elements > 0);
        }
    }

    /// The node that holds the element at an index, and the element's place in it.
    fn find(&self, index: usize) -> (usize, usize) {
        let mut place = index;
        for (at, node) in self.nodes.iter().enumerate() {
            match place.checked_sub(node.elements) {
                None => return (at, place),
                Some(rest) => place = rest,
            }
        }
        unreachable!("callers ask for elements that are there")
    }

    /// An element is put beside the one at `index`. `elements` is the list before that.
    pub fn insert(&mut self, index: usize, side: Side, element: &[u8], elements: &VecDeque<Box<[u8]>>) {
        let Some(limit) = self.limit else { return self.nodes[0].add(element) };
        let (at, place) = self.find(index);
        let node = self.nodes[at];
        if node.takes(element, limit) {
            return self.nodes[at].add(element);
        }
        let (at_border, beside, neighbour) = match side {
            Side::Before => (place == 0, at, at.checked_sub(1)),
            Side::After => (place == node.elements - 1, at + 1, Some(at + 1)),
        };
        if at_border {
            match neighbour.and_then(|at| self.nodes.get_mut(at)) {
                Some(neighbour) if neighbour.takes(element, limit) => neighbour.add(element),
                _ => self.nodes.insert(beside, Node::of(element, limit)),
            }
            return;
        }
        let cut = if side == Side::Before { place } else { place + 1 };
        self.split(at, cut, index - place, elements);
        if limit.is_exceeded_by_element(element.len()) {
            self.nodes.insert(at + 1, Node::of(element, limit));
            return;
        }
        // The new element goes to the part that the one at `index` does not stay in; Redis then merges around the other.
        let (grows, stays) = if side == Side::Before { (at, at + 1) } else { (at + 1, at) };
        self.nodes[grows].add(element);
        self.merge_around(stays, limit);
    }

    /// The element at `index` becomes another one. `elements` is the list before that.
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
                self.nodes.insert(at + 1, Node::of(element, limit));
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

    /// A small element in place of a large one goes to the next node if that has room.
    fn replace_large(&mut self, at: usize, element: &[u8], limit: NodeLimit) {
        match self.nodes.get_mut(at + 1) {
            Some(next) if next.takes(element, limit) => {
                next.add(element);
                self.nodes.remove(at);
            }
            _ => self.nodes[at] = Node::of(element, limit),
        }
    }

    /// Cuts a node whose first element has the index `start` before its element number `place`.
    fn split(&mut self, at: usize, place: usize, start: usize, elements: &VecDeque<Box<[u8]>>) {
        let mut first = Node::EMPTY;
        elements.range(start..start + place).for_each(|element| first.add(element));
        let whole = self.nodes[at];
        let bytes = whole.bytes - first.bytes + listpack::EMPTY;
        self.nodes[at] = Node { elements: whole.elements - place, bytes, is_large_element: false };
        self.nodes.insert(at, first);
    }

    /// Joins the nodes around one, in Redis's order: the two before it, the two after it, it with either.
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

    /// Joins a node with the next, if that is small enough.
    fn merge(&mut self, at: usize, limit: NodeLimit) -> bool {
        let Some(&next) = self.nodes.get(at + 1) else { return false };
        let Some(merged) = self.nodes[at].merged(next, limit) else { return false };
        self.nodes[at] = merged;
        self.nodes.remove(at + 1);
        true
    }

    /// Whether the nodes are what the elements need.
    #[cfg(test)]
    pub fn fit(&self, elements: &VecDeque<Box<[u8]>>) -> bool {
        let mut rest = elements.iter();
        let nodes_fit = self.nodes.iter().all(|node| {
            let bytes: usize = if node.is_large_element {
                rest.next().map_or(0, |element| element.len())
            } else {
                listpack::EMPTY
                    + rest.by_ref().take(node.elements).map(|element| listpack::entry(element)).sum::<usize>()
            };
            node.bytes == bytes && (node.elements > 0 || self.limit.is_none())
        });
        nodes_fit && rest.next().is_none() && (self.limit.is_some() || self.nodes.len() == 1)
    }
}
