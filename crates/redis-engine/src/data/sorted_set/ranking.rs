//! An ordered collection with ranks: a B+ tree in which each branch stores the number of elements below it.
//!
//! Two operations are enough for all queries. `partition_point` finds the rank of a boundary (such as the first score
//! of 10 or more), and `range` iterates between two ranks, from either end. So counting elements is a subtraction of
//! ranks, and skipped elements need not be visited.
//!
//! Invariants: all leaves have the same depth. A branch's `lower_bound` is not greater than any of its own elements,
//! and is greater than all elements to its left. No node exceeds its maximum size. After a removal, a sparse node is
//! merged with a neighbour or takes elements from it. So only nodes at the right edge may be sparse: elements inserted
//! in ascending order fill each leaf, instead of splitting it in half.

use std::ops::Range;

/// Maximum number of elements in a leaf.
const MAX_LEAF: usize = 64;
/// Maximum number of branches in an inner node.
const MAX_BRANCHES: usize = 32;

/// A set of elements in ascending order.
#[derive(Debug, Clone)]
pub struct Ranking<T> {
    root: Node<T>,
    len: usize,
}

#[derive(Debug, Clone)]
enum Node<T> {
    Leaf(Vec<T>),
    Inner(Vec<Branch<T>>),
}

#[derive(Debug, Clone)]
struct Branch<T> {
    /// A bound that is not greater than any element in `node`, but greater than all elements to the left of `node`.
    lower_bound: T,
    /// Number of elements in `node` and its descendants.
    len: usize,
    node: Node<T>,
}

/// Position of a node among the nodes of the same depth.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Inside,
    RightEdge,
}

impl<T> Default for Ranking<T> {
    fn default() -> Self {
        Ranking { root: Node::Leaf(Vec::new()), len: 0 }
    }
}

impl<T: Ord + Clone> Ranking<T> {
    /// Inserts an element, which must not exist yet.
    pub fn insert(&mut self, element: T) {
        self.len += 1;
        if let Some(right) = self.root.insert(element, Position::RightEdge) {
            let left = std::mem::replace(&mut self.root, Node::Inner(Vec::with_capacity(MAX_BRANCHES)));
            if let Node::Inner(branches) = &mut self.root {
                branches.extend([Branch::new(left), right]);
            }
        }
    }

    /// Removes an element. Returns whether it existed.
    pub fn remove(&mut self, element: &T) -> bool {
        let removed = self.root.remove(element);
        if removed {
            self.len -= 1;
            self.replace_single_branch_root();
        }
        removed
    }

    /// Removes the elements with the given ranks, which must exist.
    pub fn remove_range(&mut self, ranks: Range<usize>) {
        assert!(ranks.start <= ranks.end && ranks.end <= self.len, "{ranks:?} of {}", self.len);
        if !ranks.is_empty() {
            self.len -= ranks.len();
            self.root.remove_range(ranks);
            self.replace_single_branch_root();
        }
    }

    /// Replaces a root that has a single branch with the node of that branch.
    fn replace_single_branch_root(&mut self) {
        if self.len == 0 {
            self.root = Node::Leaf(Vec::new());
        }
        while let Node::Inner(branches) = &mut self.root
            && branches.len() == 1
            && let Some(only) = branches.pop()
        {
            self.root = only.node;
        }
    }

    /// Returns the number of elements before a boundary. Like the method of a slice, this method requires that
    /// `is_before` is true for all elements up to some rank and false after it. Otherwise the result is an unspecified
    /// rank.
    pub fn partition_point(&self, is_before: impl Fn(&T) -> bool) -> usize {
        let mut rank = 0;
        let mut node = &self.root;
        loop {
            match node {
                Node::Leaf(elements) => return rank + elements.partition_point(&is_before),
                Node::Inner(branches) => {
                    let at = branches.partition_point(|branch| is_before(&branch.lower_bound)).saturating_sub(1);
                    rank += branches[..at].iter().map(|branch| branch.len).sum::<usize>();
                    node = &branches[at].node;
                }
            }
        }
    }

    /// Returns the element with the given rank, or `None` if there are not that many elements.
    pub fn get(&self, rank: usize) -> Option<&T> {
        let (leaf, at) = self.leaf_at(rank);
        leaf.get(at)
    }

    /// Iterates over the elements with the given ranks, which must exist. Iterating in reverse is equally fast.
    pub fn range(&self, ranks: Range<usize>) -> Elements<'_, T> {
        assert!(ranks.start <= ranks.end && ranks.end <= self.len, "{ranks:?} of {}", self.len);
        Elements { ranking: self, ranks, front: &[], back: &[] }
    }

    /// Returns the leaf that contains the element with the given rank, and the element's index in that leaf.
    fn leaf_at(&self, mut rank: usize) -> (&[T], usize) {
        let (mut node, mut len) = (&self.root, self.len);
        loop {
            match node {
                Node::Leaf(elements) => return (elements, rank),
                // Searches from the nearer end, because most queries are for the first or the last elements.
                Node::Inner(branches) if rank < len / 2 => {
                    let mut at = 0;
                    while at + 1 < branches.len() && rank >= branches[at].len {
                        rank -= branches[at].len;
                        at += 1;
                    }
                    (node, len) = (&branches[at].node, branches[at].len);
                }
                Node::Inner(branches) => {
                    let mut at = branches.len() - 1;
                    let mut before = len - branches[at].len;
                    while rank < before {
                        at -= 1;
                        before -= branches[at].len;
                    }
                    rank -= before;
                    (node, len) = (&branches[at].node, branches[at].len);
                }
            }
        }
    }
}

impl<T: Ord + Clone> Node<T> {
    /// Inserts an element. If the node is full, splits it and returns a branch to its right half.
    fn insert(&mut self, element: T, position: Position) -> Option<Branch<T>> {
        match self {
            Node::Leaf(elements) => {
                let at = elements.partition_point(|other| *other < element);
                insert_or_split(elements, at, element, MAX_LEAF, position).map(|right| Branch::new(Node::Leaf(right)))
            }
            Node::Inner(branches) => {
                let at = branches.partition_point(|branch| branch.lower_bound <= element).saturating_sub(1);
                let position_below = if at + 1 == branches.len() { position } else { Position::Inside };
                let branch = &mut branches[at];
                if element < branch.lower_bound {
                    branch.lower_bound = element.clone();
                }
                branch.len += 1;
                let split = branch.node.insert(element, position_below)?;
                branch.len -= split.len;
                insert_or_split(branches, at + 1, split, MAX_BRANCHES, position)
                    .map(|right| Branch::new(Node::Inner(right)))
            }
        }
    }

    fn remove(&mut self, element: &T) -> bool {
        match self {
            Node::Leaf(elements) => elements.binary_search(element).map(|at| elements.remove(at)).is_ok(),
            Node::Inner(branches) => {
                let at = branches.partition_point(|branch| branch.lower_bound <= *element).saturating_sub(1);
                let removed = branches[at].node.remove(element);
                if removed {
                    branches[at].len -= 1;
                    rebalance(branches, at);
                }
                removed
            }
        }
    }

    /// Removes the elements with the given ranks, which are relative to the node's first element.
    fn remove_range(&mut self, ranks: Range<usize>) {
        match self {
            Node::Leaf(elements) => drop(elements.drain(ranks)),
            Node::Inner(branches) => {
                let mut start = 0;
                let mut emptied = 0..0;
                for (at, branch) in branches.iter_mut().enumerate() {
                    let end = start + branch.len;
                    if ranks.start < end && start < ranks.end {
                        let own = ranks.start.max(start) - start..ranks.end.min(end) - start;
                        if own.len() == branch.len {
                            emptied = if emptied.is_empty() { at..at + 1 } else { emptied.start..at + 1 };
                        } else {
                            branch.len -= own.len();
                            branch.node.remove_range(own);
                            if emptied.is_empty() {
                                emptied = at + 1..at + 1;
                            }
                        }
                    }
                    start = end;
                }
                // The branches on both sides of the removed ones may have become sparse, so both are rebalanced.
                let after = emptied.start;
                branches.drain(emptied);
                rebalance(branches, after);
                rebalance(branches, after.saturating_sub(1));
            }
        }
    }

    /// Returns the number of elements in a leaf, or of branches in an inner node.
    fn width(&self) -> usize {
        match self {
            Node::Leaf(elements) => elements.len(),
            Node::Inner(branches) => branches.len(),
        }
    }

    fn limit(&self) -> usize {
        match self {
            Node::Leaf(_) => MAX_LEAF,
            Node::Inner(_) => MAX_BRANCHES,
        }
    }

    fn split_off(&mut self, at: usize) -> Node<T> {
        match self {
            Node::Leaf(elements) => Node::Leaf(elements.split_off(at)),
            Node::Inner(branches) => Node::Inner(branches.split_off(at)),
        }
    }

    /// Appends the contents of `right`, the next node of the same depth.
    fn append(&mut self, right: Node<T>) {
        match (self, right) {
            (Node::Leaf(elements), Node::Leaf(mut more)) => elements.append(&mut more),
            (Node::Inner(branches), Node::Inner(mut more)) => branches.append(&mut more),
            _ => unreachable!("all leaves are equally deep"),
        }
    }
}

impl<T: Ord + Clone> Branch<T> {
    /// Creates a branch to a node, which must not be empty.
    fn new(node: Node<T>) -> Self {
        let (lower_bound, len) = match &node {
            Node::Leaf(elements) => (elements[0].clone(), elements.len()),
            Node::Inner(branches) => {
                (branches[0].lower_bound.clone(), branches.iter().map(|branch| branch.len).sum::<usize>())
            }
        };
        Branch { lower_bound, len, node }
    }
}

/// Inserts an item at an index. If there are already `limit` items, splits them and returns the right part.
fn insert_or_split<I>(items: &mut Vec<I>, at: usize, item: I, limit: usize, position: Position) -> Option<Vec<I>> {
    if items.len() < limit {
        items.insert(at, item);
        return None;
    }
    let cut = if position == Position::RightEdge && at == limit { limit } else { limit / 2 };
    let mut right = items.split_off(cut);
    if at < cut {
        items.insert(at, item)
    } else {
        right.insert(at - cut, item)
    }
    Some(right)
}

/// Restores the invariants after a removal below the branch at `at`. Removes the branch if it is empty. If its node is
/// sparse, merges the node with a neighbour or takes elements from the neighbour.
fn rebalance<T: Ord + Clone>(branches: &mut Vec<Branch<T>>, at: usize) {
    let Some(branch) = branches.get(at) else { return };
    if branch.len == 0 {
        branches.remove(at);
        return;
    }
    let limit = branch.node.limit();
    if branch.node.width() >= limit / 4 || branches.len() == 1 {
        return;
    }
    let left = at.saturating_sub(1);
    let right = branches.remove(left + 1);
    let joined = &mut branches[left];
    joined.len += right.len;
    joined.node.append(right.node);
    let width = joined.node.width();
    if width > limit {
        let half = Branch::new(joined.node.split_off(width / 2));
        joined.len -= half.len;
        branches.insert(left + 1, half);
    }
}

/// Iterator over the elements between two ranks, returned by `Ranking::range`.
#[derive(Debug, Clone)]
pub struct Elements<'a, T> {
    ranking: &'a Ranking<T>,
    /// Ranks that have not been visited.
    ranks: Range<usize>,
    /// Elements of the front leaf that have not been visited. `back` holds those of the back leaf.
    front: &'a [T],
    back: &'a [T],
}

impl<'a, T: Ord + Clone> Iterator for Elements<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        let rank = self.ranks.next()?;
        if self.front.is_empty() {
            let (leaf, at) = self.ranking.leaf_at(rank);
            self.front = &leaf[at..];
        }
        let (element, rest) = self.front.split_first()?;
        self.front = rest;
        Some(element)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ranks.size_hint()
    }
}

impl<T: Ord + Clone> ExactSizeIterator for Elements<'_, T> {}

impl<T: Ord + Clone> DoubleEndedIterator for Elements<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let rank = self.ranks.next_back()?;
        if self.back.is_empty() {
            let (leaf, at) = self.ranking.leaf_at(rank);
            self.back = &leaf[..=at];
        }
        let (element, rest) = self.back.split_last()?;
        self.back = rest;
        Some(element)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    impl<T: Ord + Clone + std::fmt::Debug> Ranking<T> {
        fn assert_invariants(&self) {
            let mut depths = Vec::new();
            let len = self.root.assert_invariants(0, &mut depths);
            assert_eq!(len, self.len);
            assert!(depths.iter().all(|depth| *depth == depths[0]), "leaves at depths {depths:?}");
        }
    }

    impl<T: Ord + Clone + std::fmt::Debug> Node<T> {
        fn assert_invariants(&self, depth: usize, depths: &mut Vec<usize>) -> usize {
            assert!(self.width() <= self.limit());
            match self {
                Node::Leaf(elements) => {
                    assert!(elements.is_sorted_by(|a, b| a < b));
                    depths.push(depth);
                    elements.len()
                }
                Node::Inner(branches) => {
                    for pair in branches.windows(2) {
                        assert!(pair[0].node.last() < &pair[1].lower_bound, "{:?}", pair[1].lower_bound);
                    }
                    let check = |branch: &Branch<T>| {
                        assert!(&branch.lower_bound <= branch.node.first());
                        assert_eq!(branch.node.assert_invariants(depth + 1, depths), branch.len);
                        branch.len
                    };
                    branches.iter().map(check).sum()
                }
            }
        }

        fn first(&self) -> &T {
            match self {
                Node::Leaf(elements) => &elements[0],
                Node::Inner(branches) => branches[0].node.first(),
            }
        }

        fn last(&self) -> &T {
            match self {
                Node::Leaf(elements) => elements.last().unwrap(),
                Node::Inner(branches) => branches.last().unwrap().node.last(),
            }
        }
    }

    /// Compares a ranking with a sorted vector.
    fn assert_agrees_with_model(ranking: &Ranking<usize>, model: &[usize], random: &mut Rng) {
        ranking.assert_invariants();
        assert_eq!(ranking.len, model.len());
        assert!(ranking.range(0..model.len()).eq(model));
        let start = random.below(model.len() + 1);
        let end = start + random.below(model.len() - start + 1);
        assert!(ranking.range(start..end).rev().eq(model[start..end].iter().rev()));
        let mut both_ends = ranking.range(start..end);
        let (front, back) = (both_ends.next(), both_ends.next_back());
        assert_eq!(front, model[start..end].first());
        assert!(back.is_none() || back == model[start..end].last());
        assert_eq!(ranking.get(start), model.get(start));
        let bound = random.below(20_000);
        assert_eq!(ranking.partition_point(|n| *n < bound), model.partition_point(|n| *n < bound));
    }

    #[test]
    fn operations_agree_with_a_sorted_vector() {
        let mut random = Rng::new(1);
        let (mut ranking, mut model) = (Ranking::default(), Vec::new());
        for round in 0..60 {
            // Some rounds mostly insert and others mostly remove, in random or in ascending order.
            for _ in 0..400 {
                let ascending = round % 4 == 3;
                let n = if ascending { model.last().map_or(0, |n| n + 1) } else { random.below(20_000) };
                let place = model.binary_search(&n);
                match place {
                    Err(at) if round % 3 != 2 => {
                        model.insert(at, n);
                        ranking.insert(n);
                    }
                    Ok(at) => {
                        model.remove(at);
                        assert!(ranking.remove(&n));
                    }
                    Err(_) if model.is_empty() => {}
                    Err(_) => {
                        assert!(!ranking.remove(&n));
                        let n = model.remove(random.below(model.len()));
                        assert!(ranking.remove(&n));
                    }
                }
            }
            assert_agrees_with_model(&ranking, &model, &mut random);
            let start = random.below(model.len() + 1);
            let max_removed = if round % 10 == 9 { model.len() } else { model.len() / 8 };
            let end = (start + random.below(max_removed + 1)).min(model.len());
            model.drain(start..end);
            ranking.remove_range(start..end);
            assert_agrees_with_model(&ranking, &model, &mut random);
        }
        ranking.remove_range(0..model.len());
        assert_agrees_with_model(&ranking, &[], &mut random);
    }

    #[test]
    fn ascending_insertions_fill_the_leaves() {
        let mut ranking = Ranking::default();
        for n in 0..MAX_LEAF * MAX_BRANCHES {
            ranking.insert(n);
        }
        let Node::Inner(branches) = &ranking.root else { panic!("the elements exceed one leaf") };
        assert!(branches.iter().all(|branch| branch.len == MAX_LEAF));
    }
}
