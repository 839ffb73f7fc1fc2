//! Lists: ordered elements, pushed and popped at both ends.

use std::collections::VecDeque;
use std::ops::Range;

use super::quicklist::Nodes;
pub use super::quicklist::{NodeLimit, Side};
use crate::number;

/// An end of a list, as commands name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Left,
    Right,
}

/// A list: its elements in one queue, and where Redis would cut it into nodes.
#[derive(Debug, Clone, Default)]
pub struct List {
    elements: VecDeque<Box<[u8]>>,
    nodes: Nodes,
}

impl List {
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    pub fn encoding(&self) -> &'static str {
        if self.nodes.is_quicklist() { "quicklist" } else { "listpack" }
    }

    /// Where Redis would cut it.
    pub fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    pub fn get(&self, index: usize) -> Option<&[u8]> {
        self.elements.get(index).map(|element| &**element)
    }

    /// All elements, from the left.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.elements.iter().map(|element| &**element)
    }

    /// The elements of a range, which must lie in the list.
    pub fn range(&self, range: Range<usize>) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.elements.range(range).map(|element| &**element)
    }

    /// Before elements are added: takes the encoding that they ask for.
    pub fn grow_for(&mut self, elements: &[&[u8]], limit: NodeLimit) {
        self.nodes.grow(elements.len(), elements.iter().map(|element| element.len()).sum(), limit);
    }

    /// Before an element is added that another list gave away. Redis holds such a one as an integer if it is one, and
    /// does not count its bytes then.
    pub fn grow_for_moved(&mut self, element: &[u8], limit: NodeLimit) {
        let bytes = if number::parse_integer(element).is_some() { 0 } else { element.len() };
        self.nodes.grow(1, bytes, limit);
    }

    /// After elements were removed or replaced: takes the smaller encoding if they allow it.
    pub fn shrink(&mut self, limit: NodeLimit) {
        self.nodes.shrink(limit);
    }

    pub fn push(&mut self, end: End, element: Box<[u8]>) {
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

    pub fn pop(&mut self, end: End) -> Option<Box<[u8]>> {
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

    /// Puts an element beside the one at `index`, which must be there.
    pub fn insert(&mut self, index: usize, side: Side, element: Box<[u8]>) {
        self.nodes.insert(index, side, &element, &self.elements);
        self.elements.insert(index + usize::from(side == Side::After), element);
    }

    /// Puts an element in the place of the one at `index`, which must be there.
    pub fn replace(&mut self, index: usize, element: Box<[u8]>) {
        self.nodes.replace(index, &element, &self.elements);
        self.elements[index] = element;
    }

    /// Removes the elements at these indices, which ascend.
    pub fn remove_all(&mut self, indices: &[usize]) {
        let gone = |index: usize| indices.binary_search(&index).is_ok();
        self.nodes.remove_all(self.elements.iter().map(|element| &**element), gone);
        let mut index = 0;
        self.elements.retain(|_| {
            let stays = !gone(index);
            index += 1;
            stays
        });
    }

    /// Takes the encoding that it would have if it had been read back from a file.
    pub fn reload(&mut self, limit: NodeLimit) {
        self.nodes.reload(limit);
    }

    /// A list made of these elements at once.
    pub fn of(elements: impl IntoIterator<Item = Box<[u8]>>, limit: NodeLimit) -> Self {
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

    /// A random element: short, a number, long, or too large for any node.
    fn element(random: &mut Rng) -> Box<[u8]> {
        match random.below(8) {
            0..=2 => random.number().to_string().into_bytes().into(),
            3..=5 => vec![b'x'; random.below(70)].into(),
            6 => vec![b'y'; random.below(5000)].into(),
            _ => vec![b'z'; 4000 + random.below(9000)].into(),
        }
    }

    #[test]
    fn nodes_follow_the_elements() {
        let mut random = Rng::new(1);
        for limit in [-1, -2, 1, 3, 50].map(NodeLimit::new) {
            let mut list = List::default();
            let mut plain: Vec<Box<[u8]>> = Vec::new();
            for _ in 0..3000 {
                let new = element(&mut random);
                let index = random.below(plain.len().max(1));
                match random.below(9) {
                    action @ 0..=2 => {
                        list.grow_for(&[&new], limit);
                        let end = if action == 0 { End::Left } else { End::Right };
                        list.push(end, new.clone());
                        plain.insert(if action == 0 { 0 } else { plain.len() }, new);
                    }
                    3 => assert_eq!(list.pop(End::Left), (!plain.is_empty()).then(|| plain.remove(0))),
                    4 => assert_eq!(list.pop(End::Right), plain.pop()),
                    action @ 5..=6 if !plain.is_empty() => {
                        let side = if action == 5 { Side::Before } else { Side::After };
                        list.grow_for(&[&new], limit);
                        list.insert(index, side, new.clone());
                        plain.insert(index + action - 5, new);
                    }
                    7 if !plain.is_empty() => {
                        list.grow_for(&[&new], limit);
                        list.replace(index, new.clone());
                        plain[index] = new;
                    }
                    8 if !plain.is_empty() => {
                        list.remove_all(&[index]);
                        plain.remove(index);
                    }
                    _ => list.shrink(limit),
                }
                assert!(list.iter().eq(plain.iter().map(|element| &**element)));
                assert!(list.nodes.fit(&list.elements), "{:?}", list.nodes);
                if list.is_empty() {
                    list = List::default();
                }
            }
        }
    }
}
