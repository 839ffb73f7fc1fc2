//! Sorted sets: members with scores, ordered by score, ties by the members' bytes.
//!
//! Two structures share the members: a hash from member to score, which also gives each an index, and a `Ranking` of
//! scores with members. Redis has a hash and a skip list. We measured three orders, each with a score, a shared member
//! and ranks (nanoseconds a call, random scores, release build; bytes a member are those of the order alone):
//!
//! | 1,000 / 1,000,000 members     | insert    | new score   | rank       | range of 100 | bytes |
//! | ----------------------------- | --------- | ----------- | ---------- | ------------ | ----- |
//! | our `Ranking`                 | 125 / 868 | 215 / 1734  | 100 / 753  | 209 / 1130   | 36    |
//! | crate `indexset` (chunks)     | 308 / 1444 | 776 / 3321 | 106 / 746  | 136 / 649    | 31    |
//! | skip list with spans          | 262 / 4812 | 482 / 11451 | 188 / 5827 | 969 / 32899 | 80    |
//!
//! Since then short members stand in place, copied, which makes a comparison one cache miss cheaper, and an element of the
//! order 8 bytes larger.
//!
//! A tree of wide nodes touches a few cache lines where a skip list follows twenty pointers; `indexset` is a list of
//! chunks, whose changes cost the square root of the size. A small sorted set is a single leaf: a sorted vector, like
//! Redis's listpack. So `listpack` and `skiplist` are one structure here, told apart by the rules of Redis alone.

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

/// A member's bytes, copied or shared between the structures and with what is computed from them.
pub type Member = SmallBytes;

/// Scores by member.
pub type Scores = IndexMap<Member, f64, foldhash::fast::RandomState>;

/// A sorted set. No score is NaN.
#[derive(Debug, Clone, Default)]
pub struct SortedSet {
    scores: Scores,
    order: Ranking<Scored>,
    layout: Layout,
}

/// How Redis would keep a sorted set, and how large that is.
#[derive(Debug, Clone, Copy)]
pub enum Layout {
    Listpack(Listpack),
    Skiplist(Table),
}

impl Default for Layout {
    fn default() -> Self {
        Layout::Listpack(Listpack::default())
    }
}

#[derive(Debug, Clone)]
struct Scored {
    score: f64,
    member: Member,
}

impl Scored {
    fn place(&self) -> (f64, &[u8]) {
        (self.score, &self.member)
    }
}

/// Which of two members comes first.
fn compare((score, member): (f64, &[u8]), (other_score, other_member): (f64, &[u8])) -> Ordering {
    // Not by `total_cmp`: to Redis, -0 and 0 are a tie.
    if score < other_score {
        Ordering::Less
    } else if score > other_score {
        Ordering::Greater
    } else {
        member.cmp(other_member)
    }
}

impl Ord for Scored {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(self.place(), other.place())
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scored {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Scored {}

/// Which way ranks are counted and members are walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the lowest score.
    Ascending,
    /// From the highest.
    Descending,
}

/// One end of a range of members in the order of their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LexBound<'a> {
    /// `-`: before all members.
    First,
    /// `+`: after all members.
    Last,
    /// `[member`.
    Included(&'a [u8]),
    /// `(member`.
    Excluded(&'a [u8]),
}

impl LexBound<'_> {
    /// As a lower end: whether it leaves this member out.
    fn starts_after(self, member: &[u8]) -> bool {
        match self {
            LexBound::First => false,
            LexBound::Last => true,
            LexBound::Included(bound) => member < bound,
            LexBound::Excluded(bound) => member <= bound,
        }
    }

    /// As an upper end: whether it leaves this member out.
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
    /// A sorted set made at once. It is a skiplist: see `pack`.
    pub fn from_scores(scores: Scores) -> Self {
        let mut sorted: Vec<_> =
            scores.iter().map(|(member, &score)| Scored { score, member: member.clone() }).collect();
        sorted.sort_unstable();
        let mut order = Ranking::default();
        for scored in sorted {
            order.insert(scored);
        }
        let layout = Layout::Skiplist(Table::of(scores.len()));
        SortedSet { scores, order, layout }
    }

    /// Lets what was made at once be a listpack, if its final size and members allow it. Nothing else leads back to one.
    pub fn pack(&mut self, limits: Limits) {
        let fits = self.len() <= limits.zset_max_listpack_entries
            && self.scores.keys().all(|member| member.len() <= limits.zset_max_listpack_value);
        if !fits {
            return;
        }
        let mut listpack = Listpack::default();
        self.scores.iter().for_each(|(member, score)| listpack.add(entries(member, *score)));
        self.layout = Layout::Listpack(listpack);
        let zeros = self.scores.iter().filter(|(_, score)| **score == 0.0).map(|(member, _)| member.clone());
        for member in zeros.collect::<Vec<_>>() {
            self.set(&member, 0.0, limits);
        }
    }

    /// Takes the encoding that it would have if it had been read back from a file.
    pub fn reload(&mut self, limits: Limits) {
        match self.layout {
            Layout::Skiplist(_) => self.pack(limits),
            Layout::Listpack(_) if self.len() > limits.zset_max_listpack_entries => self.unpack(),
            Layout::Listpack(_) => {}
        }
    }

    pub fn len(&self) -> usize {
        self.scores.len()
    }

    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    pub fn encoding(&self) -> &'static str {
        match self.layout {
            Layout::Listpack(_) => "listpack",
            Layout::Skiplist(_) => "skiplist",
        }
    }

    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// A copy, whose table is made for its size.
    pub fn copied(&self) -> Self {
        let mut copy = self.clone();
        if let Layout::Skiplist(table) = &mut copy.layout {
            *table = Table::of(self.len());
        }
        copy
    }

    pub fn score(&self, member: &[u8]) -> Option<f64> {
        self.scores.get(member).copied()
    }

    /// The member at a position that has nothing to do with its rank, and its score. Positions are those below `len`; a
    /// removal moves the member of the last position into the gap, or many close up: none moves away from the first position,
    /// so a walk from the end meets each that stays.
    pub fn at(&self, index: usize) -> Option<(&[u8], f64)> {
        self.scores.get_index(index).map(|(member, &score)| (&**member, score))
    }

    /// Gives up the listpack, whatever the size: SORT does.
    pub fn unpack(&mut self) {
        self.unpack_for(self.len());
    }

    /// Gives up the listpack for a table that is made for so many members.
    fn unpack_for(&mut self, members: usize) {
        if !self.is_packed() {
            return;
        }
        self.layout = Layout::Skiplist(Table::of(members));
    }

    fn is_packed(&self) -> bool {
        matches!(self.layout, Layout::Listpack(_))
    }

    /// Prepares for a command that names so many members: Redis gives up the listpack by their number, before it knows
    /// whether they are new.
    pub fn announce(&mut self, members: usize, limits: Limits) {
        if members > limits.zset_max_listpack_entries {
            self.unpack_for(members);
        }
    }

    /// Gives a member, new or not, a score.
    pub fn set(&mut self, member: &[u8], score: f64, limits: Limits) {
        let is_packed = self.is_packed();
        if let Some((_, member, old)) = self.scores.get_full_mut(member) {
            let member = member.clone();
            let score = stored(score, is_packed);
            let old = std::mem::replace(old, score);
            match &mut self.layout {
                Layout::Listpack(listpack) => {
                    listpack.remove(score_entry(old));
                    listpack.add(score_entry(score));
                }
                Layout::Skiplist(table) => table.step(),
            }
            let before = Scored { score: old, member: member.clone() };
            self.order.remove(&before);
            self.order.insert(Scored { score, member });
            return;
        }
        if self.len() >= limits.zset_max_listpack_entries || member.len() > limits.zset_max_listpack_value {
            self.unpack_for(self.len() + 1);
        }
        let (member, score) = (Member::from(member), stored(score, self.is_packed()));
        match &mut self.layout {
            Layout::Listpack(listpack) => listpack.add(entries(&member, score)),
            Layout::Skiplist(table) => {
                // Redis looks for the member before it adds it.
                table.step();
                table.add(self.scores.len());
            }
        }
        self.scores.insert(member.clone(), score);
        self.order.insert(Scored { score, member });
    }

    /// Removes a member, and says whether it was there.
    pub fn remove(&mut self, member: &[u8]) -> bool {
        let Some((_, member, score)) = self.scores.swap_remove_full(member) else { return false };
        match &mut self.layout {
            Layout::Listpack(listpack) => listpack.remove(entries(&member, score)),
            Layout::Skiplist(table) => table.remove(self.scores.len()),
        }
        self.order.remove(&Scored { score, member })
    }

    /// Removes the members at these ranks, which must exist.
    pub fn remove_ranks(&mut self, ranks: Range<usize>) {
        match &mut self.layout {
            Layout::Listpack(listpack) => {
                let going = self.order.range(ranks.clone());
                going.for_each(|scored| listpack.remove(entries(&scored.member, scored.score)));
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

    /// Removes many members from the hash in one pass over all, which reads memory in order. One by one each costs
    /// several cache misses: at 1,000,000 members that took four times as long as Redis.
    fn retain_outside(&mut self, ranks: Range<usize>) {
        let mut removed = self.order.range(ranks);
        let Some(first) = removed.next() else { return };
        let last = removed.next_back().unwrap_or(first);
        self.scores.retain(|member, score| {
            let place = (*score, &**member);
            compare(place, first.place()).is_lt() || compare(place, last.place()).is_gt()
        });
    }

    /// A member's rank and score.
    pub fn rank(&self, member: &[u8], direction: Direction) -> Option<(usize, f64)> {
        let (_, member, &score) = self.scores.get_full(member)?;
        let sought = Scored { score, member: member.clone() };
        let rank = self.order.partition_point(|scored| *scored < sought);
        let rank = match direction {
            Direction::Ascending => rank,
            Direction::Descending => self.len() - 1 - rank,
        };
        Some((rank, score))
    }

    /// The members at these ranks, counted from the lowest score whatever the direction of the walk. They must exist.
    pub fn members(&self, ranks: Range<usize>, direction: Direction) -> Members<'_> {
        Members { elements: self.order.range(ranks), direction }
    }

    /// All members, from the lowest score.
    pub fn iter(&self) -> Members<'_> {
        self.members(0..self.len(), Direction::Ascending)
    }

    /// All members as they are kept, from the lowest score.
    pub fn shared(&self) -> impl Iterator<Item = (&Member, f64)> {
        self.order.range(0..self.len()).map(|scored| (&scored.member, scored.score))
    }

    /// The ranks of the scores between two bounds.
    pub fn ranks_of_scores(&self, min: Bound<f64>, max: Bound<f64>) -> Range<usize> {
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

    /// The ranks of the members between two bounds. That means something where all scores are equal. Otherwise the
    /// answer is some range: none where the last member is too low or the first too high, as in Redis; for a listpack the
    /// one that Redis finds, which searches it from the direction's start.
    pub fn ranks_of_lex(&self, min: LexBound, max: LexBound, direction: Direction) -> Range<usize> {
        if !self.has_one_score() {
            let (lowest, highest) = (self.order.get(0), self.order.get(self.len().saturating_sub(1)));
            let is_outside = highest.is_none_or(|scored| min.starts_after(&scored.member))
                || lowest.is_none_or(|scored| max.ends_before(&scored.member));
            if is_outside {
                return 0..0;
            }
            if self.is_packed() {
                return self.run_of_lex(min, max, direction);
            }
        }
        let start = self.order.partition_point(|scored| min.starts_after(&scored.member));
        let end = self.order.partition_point(|scored| !max.ends_before(&scored.member));
        start..end.max(start)
    }

    fn has_one_score(&self) -> bool {
        let score = |rank| self.order.get(rank).map(|scored: &Scored| scored.score);
        score(0) == score(self.len().saturating_sub(1))
    }

    /// The members from the first that is inside the bounds up to the first that is beyond the far one.
    fn run_of_lex(&self, min: LexBound, max: LexBound, direction: Direction) -> Range<usize> {
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

/// A score as it can be read back: a listpack keeps whole numbers as integers, and has no -0.
fn stored(score: f64, is_packed: bool) -> f64 {
    if is_packed { score + 0.0 } else { score }
}

/// What a member with its score takes in a listpack.
fn entries(member: &[u8], score: f64) -> usize {
    listpack::entry(member) + score_entry(score)
}

/// What a score takes in a listpack: an integer, or its digits.
fn score_entry(score: f64) -> usize {
    match number::whole(score) {
        Some(n) => listpack::integer_entry(n),
        None => listpack::entry(number::format_double(score).as_bytes()),
    }
}

/// Members with their scores, on a walk: see `SortedSet::members`.
#[derive(Debug, Clone)]
pub struct Members<'a> {
    elements: Elements<'a, Scored>,
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

    /// As a plain vector sorted on each look.
    fn sorted(model: &[(String, f64)]) -> Vec<(&[u8], f64)> {
        let mut sorted: Vec<_> = model.iter().map(|(member, score)| (member.as_bytes(), *score)).collect();
        sorted.sort_by(|a, b| a.1.partial_cmp(&b.1).unwrap().then(a.0.cmp(b.0)));
        sorted
    }

    #[test]
    fn it_agrees_with_a_sorted_vector() {
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
        let from_10_to_below_20 = zset.ranks_of_scores(Bound::Included(10.0), Bound::Excluded(20.0));
        let expected = sorted.iter().filter(|(_, score)| (10.0..20.0).contains(score)).copied();
        assert!(zset.members(from_10_to_below_20, Direction::Ascending).eq(expected));
        // Many at once, then few.
        zset.remove_ranks(10..sorted.len() - 10);
        assert!(zset.iter().eq(sorted[..10].iter().chain(&sorted[sorted.len() - 10..]).copied()));
        zset.remove_ranks(1..3);
        assert_eq!(zset.len(), 18);
        for (rank, (member, score)) in sorted[..10].iter().enumerate() {
            assert_eq!(zset.score(member), (!(1..3).contains(&rank)).then_some(*score));
        }
    }

    #[test]
    fn a_walk_from_the_end_meets_every_member_that_stays() {
        let mut random = Rng::new(3);
        let mut zset = SortedSet::default();
        for n in 0..300 {
            zset.set(format!("m{n}").as_bytes(), f64::from(n), Limits::default());
        }
        let mut met = std::collections::HashSet::new();
        let mut end = zset.len();
        while end > 0 {
            end -= 1;
            met.extend(zset.at(end).map(|(member, _)| member.to_vec()));
            zset.remove(format!("m{}", random.below(300)).as_bytes());
            if end == 200 {
                zset.remove_ranks(20..90);
            }
            end = end.min(zset.len());
        }
        assert!(!zset.is_empty() && zset.iter().all(|(member, _)| met.contains(member)));
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
