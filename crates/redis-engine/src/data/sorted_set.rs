//! Sorted set values: members with scores, ordered by score, and by the members' bytes if scores are equal.
//!
//! Two structures share the members: a hash map from member to score, which also gives each member an index, and a
//! `Ranking` of scores with members. Redis uses a hash table and a skip list. We measured three ordered structures that
//! hold a score and a shared member, and support ranks. The times are in nanoseconds per call, for random scores in a
//! release build. The last column is the number of bytes per member in the ordered structure alone.
//!
//! | 1,000 / 1,000,000 members     | insert    | new score   | rank       | range of 100 | bytes |
//! | ----------------------------- | --------- | ----------- | ---------- | ------------ | ----- |
//! | our `Ranking`                 | 125 / 868 | 215 / 1734  | 100 / 753  | 209 / 1130   | 36    |
//! | crate `indexset` (chunks)     | 308 / 1444 | 776 / 3321 | 106 / 746  | 136 / 649    | 31    |
//! | skip list with spans          | 262 / 4812 | 482 / 11451 | 188 / 5827 | 969 / 32899 | 80    |
//!
//! After these measurements, we began to store short members inline in both structures. This saves one cache miss per
//! comparison, and makes an element of the `Ranking` 8 bytes larger.
//!
//! A lookup in a tree of wide nodes reads a few cache lines, whereas a lookup in a skip list follows twenty pointers.
//! `indexset` is a list of chunks, where a change takes time proportional to the square root of the number of members.
//! A small sorted set is a single leaf: a sorted vector, like Redis's listpack. So `listpack` and `skiplist` are the
//! same structure here, and differ only by Redis's rules for the encoding.

mod ranking;

use std::cmp::Ordering;
use std::ops::{Bound, Range};

use indexmap::IndexMap;

use super::memory::listpack::{self, Listpack};
use super::memory::table::Table;
use super::small_bytes::SmallBytes;
use crate::limits::Limits;
use crate::number;
use ranking::{Elements, Ranking};

/// A member's bytes. The hash map, the `Ranking` and the results of set operations share the bytes of a long member.
pub(crate) type Member = SmallBytes;

/// The scores of a sorted set, by member.
pub(crate) type Scores = IndexMap<Member, f64, foldhash::fast::RandomState>;

/// A sorted set. No score is NaN.
#[derive(Debug, Clone, Default)]
pub struct SortedSet {
    scores: Scores,
    order: Ranking<ScoredMember>,
    layout: Layout,
}

/// The encoding that Redis would use for a sorted set, with the size of its listpack or table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Layout {
    Listpack(Listpack),
    Skiplist(Table),
}

impl Default for Layout {
    fn default() -> Self {
        Layout::Listpack(Listpack::default())
    }
}

#[derive(Debug, Clone)]
struct ScoredMember {
    score: f64,
    member: Member,
}

impl ScoredMember {
    fn sort_key(&self) -> (f64, &[u8]) {
        (self.score, &self.member)
    }
}

/// Compares two members by score, and by their bytes if the scores are equal.
fn compare((score, member): (f64, &[u8]), (other_score, other_member): (f64, &[u8])) -> Ordering {
    // `total_cmp` would be wrong here, because -0 and 0 are equal in Redis.
    if score < other_score {
        Ordering::Less
    } else if score > other_score {
        Ordering::Greater
    } else {
        member.cmp(other_member)
    }
}

impl Ord for ScoredMember {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(self.sort_key(), other.sort_key())
    }
}

impl PartialOrd for ScoredMember {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ScoredMember {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for ScoredMember {}

/// Direction in which ranks are counted and members are visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Ranks count from the lowest score.
    Ascending,
    /// Ranks count from the highest score.
    Descending,
}

/// A bound of a lexicographical range of members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LexBound<'a> {
    /// The bound `-`, which is before all members.
    First,
    /// The bound `+`, which is after all members.
    Last,
    /// The inclusive bound `[member`.
    Included(&'a [u8]),
    /// The exclusive bound `(member`.
    Excluded(&'a [u8]),
}

impl LexBound<'_> {
    /// Returns whether this lower bound excludes a member.
    fn starts_after(self, member: &[u8]) -> bool {
        match self {
            LexBound::First => false,
            LexBound::Last => true,
            LexBound::Included(bound) => member < bound,
            LexBound::Excluded(bound) => member <= bound,
        }
    }

    /// Returns whether this upper bound excludes a member.
    fn ends_before(self, member: &[u8]) -> bool {
        match self {
            LexBound::First => true,
            LexBound::Last => false,
            LexBound::Included(bound) => member > bound,
            LexBound::Excluded(bound) => member >= bound,
        }
    }
}

impl SortedSet {
    /// Creates a sorted set from members and scores. Its encoding is `skiplist` until `pack` is called.
    pub(crate) fn from_scores(scores: Scores) -> Self {
        let mut sorted: Vec<_> =
            scores.iter().map(|(member, &score)| ScoredMember { score, member: member.clone() }).collect();
        sorted.sort_unstable();
        let mut order = Ranking::default();
        for scored in sorted {
            order.insert(scored);
        }
        let layout = Layout::Skiplist(Table::with_elements(scores.len()));
        SortedSet { scores, order, layout }
    }

    /// Converts a newly created or reloaded sorted set into a listpack if it is small enough. No other operation
    /// converts a skiplist into a listpack.
    pub(crate) fn pack(&mut self, limits: Limits) {
        let fits = self.len() <= limits.zset_max_listpack_entries
            && self.scores.keys().all(|member| member.len() <= limits.zset_max_listpack_value);
        if !fits {
            return;
        }
        let mut listpack = Listpack::default();
        self.scores.iter().for_each(|(member, score)| listpack.add(pair_size(member, *score)));
        self.layout = Layout::Listpack(listpack);
        let zeros = self.scores.iter().filter(|(_, score)| **score == 0.0).map(|(member, _)| member.clone());
        for member in zeros.collect::<Vec<_>>() {
            self.set(&member, 0.0, limits);
        }
    }

    /// Converts the sorted set to the encoding that it would have after being saved and loaded.
    pub(crate) fn reload(&mut self, limits: Limits) {
        match self.layout {
            Layout::Skiplist(_) => self.pack(limits),
            Layout::Listpack(_) if self.len() > limits.zset_max_listpack_entries => self.convert_to_skiplist(),
            Layout::Listpack(_) => {}
        }
    }

    /// Returns the number of members, as ZCARD does.
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// Returns whether the sorted set has no members.
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// Returns the encoding that OBJECT ENCODING reports.
    pub fn encoding(&self) -> &'static str {
        match self.layout {
            Layout::Listpack(_) => "listpack",
            Layout::Skiplist(_) => "skiplist",
        }
    }

    /// Returns the encoding that Redis would use, with the size of its listpack or table.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// Returns a copy whose table has the size that Redis allocates for the current number of members.
    pub(crate) fn compact_copy(&self) -> Self {
        let mut copy = self.clone();
        if let Layout::Skiplist(table) = &mut copy.layout {
            *table = Table::with_elements(self.len());
        }
        copy
    }

    /// Returns the score of a member, as ZSCORE does, or `None` if there is no such member.
    pub fn score(&self, member: &[u8]) -> Option<f64> {
        self.scores.get(member).copied()
    }

    /// Returns the member at an index below `len`, and its score. The index is unrelated to the rank. Removing a member
    /// moves the last member into the gap, or shifts later members down. Members never move to a higher index, so an
    /// iteration from the end to the start visits every member that is not removed.
    pub fn at(&self, index: usize) -> Option<(&[u8], f64)> {
        self.scores.get_index(index).map(|(member, &score)| (&**member, score))
    }

    /// Converts the sorted set to a skiplist regardless of its size, as SORT does.
    pub(crate) fn convert_to_skiplist(&mut self) {
        self.convert_to_skiplist_for(self.len());
    }

    /// Converts the sorted set to a skiplist whose table is sized for the given number of members.
    fn convert_to_skiplist_for(&mut self, members: usize) {
        if !self.is_packed() {
            return;
        }
        self.layout = Layout::Skiplist(Table::with_elements(members));
    }

    fn is_packed(&self) -> bool {
        matches!(self.layout, Layout::Listpack(_))
    }

    /// Converts the sorted set to a skiplist if a command names more members than a listpack may have. Redis makes this
    /// decision before it checks whether the members are new.
    pub(crate) fn prepare_for(&mut self, members: usize, limits: Limits) {
        if members > limits.zset_max_listpack_entries {
            self.convert_to_skiplist_for(members);
        }
    }

    /// Sets the score of an existing or a new member.
    pub(crate) fn set(&mut self, member: &[u8], score: f64, limits: Limits) {
        let is_packed = self.is_packed();
        if let Some((_, member, old)) = self.scores.get_full_mut(member) {
            let member = member.clone();
            let score = stored_score(score, is_packed);
            let old = std::mem::replace(old, score);
            match &mut self.layout {
                Layout::Listpack(listpack) => {
                    listpack.remove(score_size(old));
                    listpack.add(score_size(score));
                }
                Layout::Skiplist(table) => table.step(),
            }
            let before = ScoredMember { score: old, member: member.clone() };
            self.order.remove(&before);
            self.order.insert(ScoredMember { score, member });
            return;
        }
        if self.len() >= limits.zset_max_listpack_entries || member.len() > limits.zset_max_listpack_value {
            self.convert_to_skiplist_for(self.len() + 1);
        }
        let (member, score) = (Member::from(member), stored_score(score, self.is_packed()));
        match &mut self.layout {
            Layout::Listpack(listpack) => listpack.add(pair_size(&member, score)),
            Layout::Skiplist(table) => {
                // When Redis adds a member, it first looks the member up, which performs a rehashing step as well.
                table.step();
                table.add(self.scores.len());
            }
        }
        self.scores.insert(member.clone(), score);
        self.order.insert(ScoredMember { score, member });
    }

    /// Removes a member. Returns whether it existed.
    pub(crate) fn remove(&mut self, member: &[u8]) -> bool {
        let Some((_, member, score)) = self.scores.swap_remove_full(member) else { return false };
        match &mut self.layout {
            Layout::Listpack(listpack) => listpack.remove(pair_size(&member, score)),
            Layout::Skiplist(table) => table.remove(self.scores.len()),
        }
        self.order.remove(&ScoredMember { score, member })
    }

    /// Removes the members with the given ranks, which must exist.
    pub(crate) fn remove_ranks(&mut self, ranks: Range<usize>) {
        match &mut self.layout {
            Layout::Listpack(listpack) => {
                let removed = self.order.range(ranks.clone());
                removed.for_each(|scored| listpack.remove(pair_size(&scored.member, scored.score)));
            }
            Layout::Skiplist(table) => {
                ranks.clone().for_each(|_| table.step());
                table.shrink(self.scores.len() - ranks.len());
            }
        }
        if ranks.len() > self.len() / 8 {
            self.retain_outside(ranks.clone());
        } else {
            for scored in self.order.range(ranks.clone()) {
                self.scores.swap_remove(&scored.member);
            }
        }
        self.order.remove_range(ranks);
    }

    /// Removes the members with the given ranks from the hash map in a single pass, which reads memory in order.
    /// Removing many members one by one causes several cache misses per member, and took four times as long as in Redis
    /// when there were 1,000,000 members.
    fn retain_outside(&mut self, ranks: Range<usize>) {
        let mut removed = self.order.range(ranks);
        let Some(first) = removed.next() else { return };
        let last = removed.next_back().unwrap_or(first);
        self.scores.retain(|member, score| {
            let key = (*score, &**member);
            compare(key, first.sort_key()).is_lt() || compare(key, last.sort_key()).is_gt()
        });
    }

    /// Returns a member's rank, counted in the given direction, and its score, or `None` if there is no such member.
    pub fn rank(&self, member: &[u8], direction: Direction) -> Option<(usize, f64)> {
        let (_, member, &score) = self.scores.get_full(member)?;
        let sought = ScoredMember { score, member: member.clone() };
        let rank = self.order.partition_point(|scored| *scored < sought);
        let rank = match direction {
            Direction::Ascending => rank,
            Direction::Descending => self.len() - 1 - rank,
        };
        Some((rank, score))
    }

    /// Iterates over the members with the given ranks, which must exist. Ranks count from the lowest score in both
    /// directions.
    pub fn members(&self, ranks: Range<usize>, direction: Direction) -> Members<'_> {
        Members { elements: self.order.range(ranks), direction }
    }

    /// Iterates over all members, from the lowest score.
    pub fn iter(&self) -> Members<'_> {
        self.members(0..self.len(), Direction::Ascending)
    }

    /// Iterates over all members from the lowest score. Cloning a returned `Member` does not copy the bytes of a long
    /// member.
    pub(crate) fn iter_shared(&self) -> impl Iterator<Item = (&Member, f64)> {
        self.order.range(0..self.len()).map(|scored| (&scored.member, scored.score))
    }

    /// Returns the ranks of the members whose scores are between two bounds.
    pub(crate) fn ranks_by_score(&self, min: Bound<f64>, max: Bound<f64>) -> Range<usize> {
        let start = self.order.partition_point(|scored| match min {
            Bound::Included(min) => scored.score < min,
            Bound::Excluded(min) => scored.score <= min,
            Bound::Unbounded => false,
        });
        let end = self.order.partition_point(|scored| match max {
            Bound::Included(max) => scored.score <= max,
            Bound::Excluded(max) => scored.score < max,
            Bound::Unbounded => true,
        });
        start..end.max(start)
    }

    /// Returns the ranks of the members between two lexicographical bounds. The bounds are meaningful only if all
    /// scores are equal. Otherwise the result matches that of Redis in two cases: it is empty if the last member is
    /// below the range or the first member is above it, and in a listpack it is what Redis's linear search finds in the
    /// given direction.
    pub(crate) fn ranks_by_lex(&self, min: LexBound, max: LexBound, direction: Direction) -> Range<usize> {
        if !self.has_one_score() {
            let (lowest, highest) = (self.order.get(0), self.order.get(self.len().saturating_sub(1)));
            let is_outside = highest.is_none_or(|scored| min.starts_after(&scored.member))
                || lowest.is_none_or(|scored| max.ends_before(&scored.member));
            if is_outside {
                return 0..0;
            }
            if self.is_packed() {
                return self.scan_lex_range(min, max, direction);
            }
        }
        let start = self.order.partition_point(|scored| min.starts_after(&scored.member));
        let end = self.order.partition_point(|scored| !max.ends_before(&scored.member));
        start..end.max(start)
    }

    fn has_one_score(&self) -> bool {
        let score = |rank| self.order.get(rank).map(|scored: &ScoredMember| scored.score);
        score(0) == score(self.len().saturating_sub(1))
    }

    /// Searches linearly, as Redis does in a listpack, for the first member within the bounds, and from there for the
    /// first member beyond the opposite bound. Returns the ranks of the members in between.
    fn scan_lex_range(&self, min: LexBound, max: LexBound, direction: Direction) -> Range<usize> {
        let too_low = |(member, _): (&[u8], f64)| min.starts_after(member);
        let too_high = |(member, _): (&[u8], f64)| max.ends_before(member);
        let all = || self.members(0..self.len(), direction);
        let len = self.len();
        match direction {
            Direction::Ascending => {
                let start = all().position(|item| !too_low(item)).unwrap_or(len);
                let run = all().skip(start).position(too_high).unwrap_or(len - start);
                start..start + run
            }
            Direction::Descending => {
                let skipped = all().position(|item| !too_high(item)).unwrap_or(len);
                let run = all().skip(skipped).position(too_low).unwrap_or(len - skipped);
                len - skipped - run..len - skipped
            }
        }
    }
}

/// Returns the score as Redis stores it. A listpack stores whole numbers as integers, so -0 becomes 0.
fn stored_score(score: f64, is_packed: bool) -> f64 {
    if is_packed { score + 0.0 } else { score }
}

/// Returns the size in bytes of a member and its score in a listpack.
fn pair_size(member: &[u8], score: f64) -> usize {
    listpack::entry_size(member) + score_size(score)
}

/// Returns the size in bytes of a score in a listpack, where it is an integer or a string.
fn score_size(score: f64) -> usize {
    match number::integral(score) {
        Some(n) => listpack::integer_entry_size(n),
        None => listpack::entry_size(number::format_double(score).as_bytes()),
    }
}

/// Iterator over members and their scores, returned by `SortedSet::members`.
#[derive(Debug, Clone)]
pub struct Members<'a> {
    elements: Elements<'a, ScoredMember>,
    direction: Direction,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a [u8], f64);

    fn next(&mut self) -> Option<Self::Item> {
        let scored = match self.direction {
            Direction::Ascending => self.elements.next(),
            Direction::Descending => self.elements.next_back(),
        }?;
        Some((&*scored.member, scored.score))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.elements.size_hint()
    }
}

impl ExactSizeIterator for Members<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// Sorts the members of the reference model by score, and by their bytes if scores are equal, as Redis does.
    fn sorted(model: &[(String, f64)]) -> Vec<(&[u8], f64)> {
        let mut sorted: Vec<_> = model.iter().map(|(member, score)| (member.as_bytes(), *score)).collect();
        sorted.sort_by(|a, b| a.1.partial_cmp(&b.1).unwrap().then(a.0.cmp(b.0)));
        sorted
    }

    #[test]
    fn operations_agree_with_a_sorted_vector() {
        let mut random = Rng::new(2);
        let (mut zset, mut model) = (SortedSet::default(), Vec::<(String, f64)>::new());
        let limits = Limits::default();
        for _ in 0..20_000 {
            let member = format!("m{}", random.below(500));
            let score = random.below(40) as f64;
            let at = model.iter().position(|(other, _)| *other == member);
            match (random.below(3), at) {
                (0, Some(at)) => {
                    model.remove(at);
                    assert!(zset.remove(member.as_bytes()));
                }
                (0, None) => assert!(!zset.remove(member.as_bytes())),
                (_, Some(at)) => {
                    model[at].1 = score;
                    zset.set(member.as_bytes(), score, limits);
                }
                (_, None) => {
                    zset.set(member.as_bytes(), score, limits);
                    model.push((member, score));
                }
            }
        }
        let sorted = sorted(&model);
        assert!(zset.iter().eq(sorted.iter().copied()));
        assert!(zset.members(0..zset.len(), Direction::Descending).eq(sorted.iter().rev().copied()));
        for (rank, (member, score)) in sorted.iter().enumerate() {
            assert_eq!(zset.rank(member, Direction::Ascending), Some((rank, *score)));
            assert_eq!(zset.rank(member, Direction::Descending), Some((sorted.len() - 1 - rank, *score)));
        }
        let from_10_to_below_20 = zset.ranks_by_score(Bound::Included(10.0), Bound::Excluded(20.0));
        let expected = sorted.iter().filter(|(_, score)| (10.0..20.0).contains(score)).copied();
        assert!(zset.members(from_10_to_below_20, Direction::Ascending).eq(expected));
        // Removing the large range and then the small one tests both ways of removing members from the hash map.
        zset.remove_ranks(10..sorted.len() - 10);
        assert!(zset.iter().eq(sorted[..10].iter().chain(&sorted[sorted.len() - 10..]).copied()));
        zset.remove_ranks(1..3);
        assert_eq!(zset.len(), 18);
        for (rank, (member, score)) in sorted[..10].iter().enumerate() {
            assert_eq!(zset.score(member), (!(1..3).contains(&rank)).then_some(*score));
        }
    }

    #[test]
    fn iterating_from_the_end_visits_every_member_that_stays() {
        let mut random = Rng::new(3);
        let mut zset = SortedSet::default();
        for n in 0..300 {
            zset.set(format!("m{n}").as_bytes(), f64::from(n), Limits::default());
        }
        let mut visited = std::collections::HashSet::new();
        let mut end = zset.len();
        while end > 0 {
            end -= 1;
            visited.extend(zset.at(end).map(|(member, _)| member.to_vec()));
            zset.remove(format!("m{}", random.below(300)).as_bytes());
            if end == 200 {
                zset.remove_ranks(20..90);
            }
            end = end.min(zset.len());
        }
        assert!(!zset.is_empty() && zset.iter().all(|(member, _)| visited.contains(member)));
    }

    #[test]
    fn a_listpack_has_no_negative_zero() {
        let limits = Limits { zset_max_listpack_entries: 1, ..Limits::default() };
        let mut zset = SortedSet::default();
        zset.set(b"a", -0.0, limits);
        assert_eq!((zset.encoding(), zset.score(b"a").unwrap().is_sign_negative()), ("listpack", false));
        zset.set(b"b", -0.0, limits);
        assert_eq!((zset.encoding(), zset.score(b"b").unwrap().is_sign_negative()), ("skiplist", true));
        let mut packed = SortedSet::from_scores(zset.scores);
        packed.pack(limits);
        assert_eq!((packed.encoding(), packed.score(b"b").unwrap().is_sign_negative()), ("skiplist", true));
        packed.pack(Limits::default());
        assert_eq!((packed.encoding(), packed.score(b"b").unwrap().is_sign_negative()), ("listpack", false));
    }
}
