//! Set values: unordered members.
//!
//! Redis stores a small set of integers as an `intset`, in numeric order, another small set as a `listpack`, in the
//! order in which members were added, and a large one as a `hashtable`. Here all members are in one `IndexSet`, in the
//! order in which Redis would return them. A set gets a smaller encoding again only if it is reloaded, or if a command
//! stores a new set.

use indexmap::IndexSet;

use super::memory::listpack::{self, Listpack};
use super::memory::table::Table;
use super::small_bytes::SmallBytes;
use crate::limits::Limits;
use crate::number;
use crate::rng::Rng;

/// The encoding that Redis would use for a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Intset,
    Listpack,
    Hashtable,
}

/// A set.
#[derive(Debug, Clone)]
pub struct Set {
    members: IndexSet<SmallBytes, foldhash::fast::RandomState>,
    layout: Layout,
}

/// The encoding that Redis would use for a set, with the size of its integers, its listpack or its table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Layout {
    Intset {
        /// Size of each member in bytes: the size needed by the member furthest from 0, even if that member has been
        /// removed since.
        width: usize,
    },
    Listpack(Listpack),
    Hashtable(Table),
}

/// Minimum size of an intset's members in bytes.
const MIN_INTSET_WIDTH: usize = 2;

/// Returns the size of an integer in an intset, in bytes.
fn intset_width(n: i64) -> usize {
    match n {
        -0x8000..=0x7fff => MIN_INTSET_WIDTH,
        -0x8000_0000..=0x7fff_ffff => 4,
        _ => 8,
    }
}

impl Default for Set {
    fn default() -> Self {
        Set::with_encoding(Encoding::Intset)
    }
}

fn integer(member: &[u8]) -> Option<i64> {
    // The decimal form of an i64 has at most 20 bytes, so a longer member is not parsed.
    if member.len() <= 20 { number::parse_integer(member) } else { None }
}

impl Set {
    /// Creates an empty set. Adding members may change its encoding.
    pub(crate) fn with_encoding(encoding: Encoding) -> Self {
        Set::with_layout(match encoding {
            Encoding::Intset => Layout::Intset { width: MIN_INTSET_WIDTH },
            Encoding::Listpack => Layout::Listpack(Listpack::default()),
            Encoding::Hashtable => Layout::Hashtable(Table::with_elements(0)),
        })
    }

    fn with_layout(layout: Layout) -> Self {
        Set { members: IndexSet::default(), layout }
    }

    /// Creates an empty set for the given number of members, with an encoding that fits the first member.
    pub(crate) fn with_expected(first: &[u8], members: usize, limits: &Limits) -> Self {
        match () {
            () if integer(first).is_some() && members <= limits.set_max_intset_entries => {
                Set::with_encoding(Encoding::Intset)
            }
            () if members <= limits.set_max_listpack_entries => Set::with_encoding(Encoding::Listpack),
            () => Set::with_layout(Layout::Hashtable(Table::with_elements(members))),
        }
    }

    /// Converts the set to a table if a command is about to add more members than the set's encoding allows.
    pub(crate) fn prepare_for(&mut self, members: usize, limits: &Limits) {
        let max = match self.layout {
            Layout::Intset { .. } => limits.set_max_intset_entries,
            Layout::Listpack(_) => limits.set_max_listpack_entries,
            Layout::Hashtable(_) => return,
        };
        if members > max {
            self.layout = Layout::Hashtable(Table::with_elements(members));
        }
    }

    /// Returns the number of members, as SCARD does.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Returns whether the set has no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Returns the encoding that OBJECT ENCODING reports.
    pub fn encoding(&self) -> &'static str {
        match self.layout {
            Layout::Intset { .. } => "intset",
            Layout::Listpack(_) => "listpack",
            Layout::Hashtable(_) => "hashtable",
        }
    }

    /// Returns the encoding that Redis would use.
    pub(crate) fn encoding_kind(&self) -> Encoding {
        match self.layout {
            Layout::Intset { .. } => Encoding::Intset,
            Layout::Listpack(_) => Encoding::Listpack,
            Layout::Hashtable(_) => Encoding::Hashtable,
        }
    }

    /// Returns the encoding that Redis would use, with the size of its integers, its listpack or its table.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// Returns a copy whose table has the size that Redis allocates for the current number of members.
    pub(crate) fn compact_copy(&self) -> Self {
        let mut copy = self.clone();
        if let Layout::Hashtable(table) = &mut copy.layout {
            *table = Table::with_elements(self.len());
        }
        copy
    }

    /// Returns whether a value is a member, as SISMEMBER does.
    pub fn contains(&self, member: &[u8]) -> bool {
        self.members.contains(member)
    }

    /// Returns the member at an index. Removing a member from a `hashtable` moves only the last member, into the gap,
    /// so an iteration from the end to the start visits every member.
    pub fn at(&self, index: usize) -> Option<&[u8]> {
        self.members.get_index(index).map(|member| &**member)
    }

    /// Iterates over all members. While the set is small, the order is the same as in Redis.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.members.iter().map(|member| &**member)
    }

    /// Adds a member. Returns whether it is new.
    pub(crate) fn add(&mut self, member: &[u8], limits: &Limits) -> bool {
        if self.members.contains(member) {
            return false;
        }
        match (self.layout, integer(member)) {
            (Layout::Intset { width: old_width }, Some(n)) => {
                let place = self.members.partition_point(|other| integer(other).is_some_and(|other| other < n));
                self.members.shift_insert(place, member.into());
                self.layout = if self.members.len() > limits.set_max_intset_entries {
                    Layout::Hashtable(Table::with_elements(self.members.len()))
                } else {
                    Layout::Intset { width: old_width.max(intset_width(n)) }
                };
                return true;
            }
            (Layout::Intset { .. }, None) => {
                if self.integers_fit_listpack(limits) && self.has_listpack_room(member, limits) {
                    self.convert_to_listpack();
                } else {
                    self.convert_to_table();
                }
            }
            (Layout::Listpack(_), _) if !self.has_listpack_room(member, limits) => self.convert_to_table(),
            (Layout::Listpack(_) | Layout::Hashtable(_), _) => {}
        }
        match &mut self.layout {
            Layout::Intset { .. } => unreachable!("converted above"),
            Layout::Listpack(listpack) => listpack.add(listpack::entry_size(member)),
            Layout::Hashtable(table) => table.add(self.members.len()),
        }
        self.members.insert(member.into())
    }

    /// Converts an intset into a listpack.
    fn convert_to_listpack(&mut self) {
        let mut listpack = Listpack::default();
        self.members.iter().for_each(|member| listpack.add(listpack::entry_size(member)));
        self.layout = Layout::Listpack(listpack);
    }

    /// Converts the set to a table with room for one more member.
    fn convert_to_table(&mut self) {
        self.layout = Layout::Hashtable(Table::with_elements(self.members.len() + 1));
    }

    fn has_listpack_room(&self, member: &[u8], limits: &Limits) -> bool {
        self.members.len() < limits.set_max_listpack_entries && member.len() <= limits.set_max_listpack_value
    }

    /// Returns whether the longest integer of an intset, which is the first or the last, is short enough for a
    /// listpack.
    fn integers_fit_listpack(&self, limits: &Limits) -> bool {
        [self.members.first(), self.members.last()]
            .into_iter()
            .flatten()
            .all(|member| member.len() <= limits.set_max_listpack_value)
    }

    /// Removes a member. Returns whether it existed.
    pub(crate) fn remove(&mut self, member: &[u8]) -> bool {
        let removed = match self.layout {
            Layout::Intset { .. } | Layout::Listpack(_) => self.members.shift_remove(member),
            Layout::Hashtable(_) => self.members.swap_remove(member),
        };
        if removed {
            self.record_removal(member);
        }
        removed
    }

    /// Removes a random member and returns it, or returns `None` if the set is empty. All members are equally likely.
    pub(crate) fn pop(&mut self, random: &mut Rng) -> Option<SmallBytes> {
        if self.members.is_empty() {
            return None;
        }
        let index = random.below(self.members.len());
        let popped = match self.layout {
            Layout::Intset { .. } | Layout::Listpack(_) => self.members.shift_remove_index(index),
            Layout::Hashtable(_) => self.members.swap_remove_index(index),
        }?;
        self.record_removal(&popped);
        Some(popped)
    }

    /// Updates the size of the listpack or table after a member has been removed.
    fn record_removal(&mut self, member: &[u8]) {
        match &mut self.layout {
            Layout::Intset { .. } => {}
            Layout::Listpack(listpack) => listpack.remove(listpack::entry_size(member)),
            Layout::Hashtable(table) => table.remove(self.members.len()),
        }
    }

    /// Returns the set as it would be after being saved and loaded: a small encoding is kept if it is within its limit,
    /// and a table is converted to an intset if possible, as in Redis's `rdbLoadObject`.
    pub(crate) fn reloaded(&self, limits: &Limits) -> Self {
        let is_kept = match self.layout {
            Layout::Intset { .. } => self.len() <= limits.set_max_intset_entries,
            Layout::Listpack(_) => self.len() <= limits.set_max_listpack_entries,
            Layout::Hashtable(_) => false,
        };
        if is_kept {
            return self.clone();
        }
        let tries_intset = matches!(self.layout, Layout::Hashtable(_)) && self.len() <= limits.set_max_intset_entries;
        let mut set = Set::with_encoding(if tries_intset { Encoding::Intset } else { Encoding::Hashtable });
        for member in self.iter() {
            set.add(member, limits);
        }
        set
    }

    /// Makes each member of an intset take at least the given number of bytes.
    pub(crate) fn widen_intset(&mut self, min_width: usize) {
        if let Layout::Intset { width } = &mut self.layout {
            *width = (*width).max(min_width);
        }
    }

    /// Converts the set to an `intset` if all members are integers and their number is within the limit.
    pub(crate) fn try_convert_to_intset(&mut self, limits: &Limits) {
        if self.members.len() <= limits.set_max_intset_entries && self.iter().all(|m| integer(m).is_some()) {
            self.members.sort_by_cached_key(|member| integer(member));
            let widths =
                [self.members.first(), self.members.last()].map(|m| m.and_then(|m| integer(m)).map(intset_width));
            self.layout = Layout::Intset { width: widths.into_iter().flatten().fold(MIN_INTSET_WIDTH, usize::max) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(set: &Set) -> Vec<String> {
        set.iter().map(|member| String::from_utf8_lossy(member).into_owned()).collect()
    }

    fn filled(words: &[&str], limits: &Limits) -> Set {
        let mut set = Set::default();
        words.iter().for_each(|word| {
            set.add(word.as_bytes(), limits);
        });
        set
    }

    #[test]
    fn integers_are_sorted_until_another_member_is_added() {
        let limits = Limits::default();
        let mut set = filled(&["10", "-3", "2", "10"], &limits);
        assert_eq!(
            (members(&set), set.encoding_kind()),
            (vec!["-3".into(), "2".into(), "10".into()], Encoding::Intset)
        );
        set.add(b"02", &limits);
        set.add(b"1", &limits);
        assert_eq!((members(&set).join(" "), set.encoding_kind()), ("-3 2 10 02 1".into(), Encoding::Listpack));
        set.remove(b"2");
        assert_eq!(members(&set).join(" "), "-3 10 02 1", "a listpack keeps its order");
    }

    #[test]
    fn large_sets_and_long_members_become_a_hashtable() {
        let limits = Limits { set_max_intset_entries: 3, set_max_listpack_entries: 2, ..Limits::default() };
        assert_eq!(filled(&["1", "2", "3"], &limits).encoding_kind(), Encoding::Intset);
        assert_eq!(filled(&["1", "2", "3", "4"], &limits).encoding_kind(), Encoding::Hashtable);
        assert_eq!(filled(&["1", "a"], &limits).encoding_kind(), Encoding::Listpack);
        assert_eq!(filled(&["1", "2", "a"], &limits).encoding_kind(), Encoding::Hashtable);
        assert_eq!(filled(&[&"x".repeat(64)], &limits).encoding_kind(), Encoding::Listpack);
        assert_eq!(filled(&[&"x".repeat(65)], &limits).encoding_kind(), Encoding::Hashtable);
    }

    #[test]
    fn every_member_can_be_popped() {
        let mut random = Rng::new(1);
        let limits = Limits::default();
        for words in [vec!["1", "2", "3"], vec!["a", "b", "c"], vec!["a", "b", &"x".repeat(65)]] {
            let mut set = filled(&words, &limits);
            let mut popped: Vec<_> = std::iter::from_fn(|| set.pop(&mut random)).collect();
            popped.sort();
            assert!(popped.iter().map(|member| &**member).eq(words.iter().map(|word| word.as_bytes())));
        }
    }
}
