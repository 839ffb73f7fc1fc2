//! List values: ordered elements that are pushed and popped at both ends.

use std::collections::VecDeque;
use std::ops::Range;

use super::quicklist::Nodes;
pub(crate) use super::quicklist::{NodeLimit, Side};
use crate::number;

/// An end of a list, as commands name it (`LEFT`, `RIGHT`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The head of the list.
    Left,
    /// The tail of the list.
    Right,
}

/// A list. Its elements are stored in a single deque, together with the boundaries of the nodes that Redis would
/// create.
#[derive(Debug, Clone, Default)]
pub struct List {
    elements: VecDeque<Box<[u8]>>,
    nodes: Nodes,
}

impl List {
    /// Returns the number of elements, as LLEN does.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Returns whether the list has no elements.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Returns the encoding that OBJECT ENCODING reports.
    pub fn encoding(&self) -> &'static str {
        if self.nodes.is_quicklist() { "quicklist" } else { "listpack" }
    }

    /// Returns the quicklist nodes that Redis would create.
    pub(crate) fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    /// Returns the element at an index, counted from the left, or `None` if the index is out of range.
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        self.elements.get(index).map(|element| &**element)
    }

    /// Iterates over all elements from the left.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.elements.iter().map(|element| &**element)
    }

    /// Iterates over the elements of a range, which must be within the list.
    pub fn range(&self, range: Range<usize>) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.elements.range(range).map(|element| &**element)
    }

    /// Converts the list to a quicklist if the elements about to be added are too large for a listpack.
    pub(crate) fn prepare_for(&mut self, elements: &[&[u8]], limit: NodeLimit) {
        self.nodes.prepare_for(elements.len(), elements.iter().map(|element| element.len()).sum(), limit);
    }

    /// Converts the list to a quicklist if an element that is about to be moved here from another list is too large
    /// for a listpack. Redis moves an integer element as an integer object, whose bytes it does not count.
    pub(crate) fn prepare_for_moved(&mut self, element: &[u8], limit: NodeLimit) {
        let bytes = if number::parse_integer(element).is_some() { 0 } else { element.len() };
        self.nodes.prepare_for(1, bytes, limit);
    }

    /// Converts the list back to a listpack if it is small enough after elements were removed or replaced.
    pub(crate) fn shrink(&mut self, limit: NodeLimit) {
        self.nodes.shrink(limit);
    }

    /// Adds an element at the given end.
    pub(crate) fn push(&mut self, end: End, element: Box<[u8]>) {
        match end {
            End::Left => {
                self.nodes.push_front(&element);
                self.elements.push_front(element);
            }
            End::Right => {
                self.nodes.push_back(&element);
                self.elements.push_back(element);
            }
        }
    }

    /// Removes the element at the given end and returns it, or returns `None` if the list is empty.
    pub(crate) fn pop(&mut self, end: End) -> Option<Box<[u8]>> {
        match end {
            End::Left => {
                let element = self.elements.pop_front()?;
                self.nodes.pop_front(&element);
                Some(element)
            }
            End::Right => {
                let element = self.elements.pop_back()?;
                self.nodes.pop_back(&element);
                Some(element)
            }
        }
    }

    /// Inserts an element before or after the one at `index`, which must exist.
    pub(crate) fn insert(&mut self, index: usize, side: Side, element: Box<[u8]>) {
        self.nodes.insert(index, side, &element, &self.elements);
        self.elements.insert(index + usize::from(side == Side::After), element);
    }

    /// Replaces the element at `index`, which must exist.
    pub(crate) fn replace(&mut self, index: usize, element: Box<[u8]>) {
        self.nodes.replace(index, &element, &self.elements);
        self.elements[index] = element;
    }

    /// Removes the elements at the given indices, which must be sorted.
    pub(crate) fn remove_all(&mut self, indices: &[usize]) {
        let is_removed = |index: usize| indices.binary_search(&index).is_ok();
        self.nodes.remove_all(self.elements.iter().map(|element| &**element), is_removed);
        let mut index = 0;
        self.elements.retain(|_| {
            let stays = !is_removed(index);
            index += 1;
            stays
        });
    }

    /// Converts the list to the encoding that it would have after being saved and loaded.
    pub(crate) fn reload(&mut self, limit: NodeLimit) {
        self.nodes.reload(limit);
    }

    /// Creates a list of the given nodes, each with its elements, and whether it holds a single large element.
    pub(crate) fn from_nodes(nodes: impl IntoIterator<Item = (Vec<Box<[u8]>>, bool)>, limit: NodeLimit) -> Self {
        let mut list = List { elements: VecDeque::new(), nodes: Nodes::quicklist(limit) };
        for (elements, is_large_element) in nodes {
            list.nodes.push_node(&elements, is_large_element);
            list.elements.extend(elements);
        }
        list.nodes.pack(limit);
        list
    }

    /// Creates a list of the given elements.
    pub(crate) fn from_elements(elements: impl IntoIterator<Item = Box<[u8]>>, limit: NodeLimit) -> Self {
        let mut list = List { elements: VecDeque::new(), nodes: Nodes::quicklist(limit) };
        elements.into_iter().for_each(|element| list.push(End::Right, element));
        list.nodes.pack(limit);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// Returns a random element: a number, a short string, a long string, or one that may be too large to share a node.
    fn element(random: &mut Rng) -> Box<[u8]> {
        match random.below(8) {
            0..=2 => random.next_u64().to_string().into_bytes().into(),
            3..=5 => vec![b'x'; random.below(70)].into(),
            6 => vec![b'y'; random.below(5000)].into(),
            _ => vec![b'z'; 4000 + random.below(9000)].into(),
        }
    }

    #[test]
    fn node_sizes_agree_with_the_elements() {
        let mut random = Rng::new(1);
        for limit in [-1, -2, 1, 3, 50].map(NodeLimit::new) {
            let mut list = List::default();
            let mut model: Vec<Box<[u8]>> = Vec::new();
            for _ in 0..3000 {
                let new = element(&mut random);
                let index = random.below(model.len().max(1));
                match random.below(9) {
                    action @ 0..=2 => {
                        list.prepare_for(&[&new], limit);
                        let end = if action == 0 { End::Left } else { End::Right };
                        list.push(end, new.clone());
                        model.insert(if action == 0 { 0 } else { model.len() }, new);
                    }
                    3 => assert_eq!(list.pop(End::Left), (!model.is_empty()).then(|| model.remove(0))),
                    4 => assert_eq!(list.pop(End::Right), model.pop()),
                    action @ 5..=6 if !model.is_empty() => {
                        let side = if action == 5 { Side::Before } else { Side::After };
                        list.prepare_for(&[&new], limit);
                        list.insert(index, side, new.clone());
                        model.insert(index + action - 5, new);
                    }
                    7 if !model.is_empty() => {
                        list.prepare_for(&[&new], limit);
                        list.replace(index, new.clone());
                        model[index] = new;
                    }
                    8 if !model.is_empty() => {
                        list.remove_all(&[index]);
                        model.remove(index);
                    }
                    _ => list.shrink(limit),
                }
                assert!(list.iter().eq(model.iter().map(|element| &**element)));
                assert!(list.nodes.agree_with(&list.elements), "{:?}", list.nodes);
                if list.is_empty() {
                    list = List::default();
                }
            }
        }
    }
}
