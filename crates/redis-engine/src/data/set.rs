//! Sets: members without order.
//!
//! Redis keeps a small set of integers as an `intset`, in numeric order, another small one as a `listpack`, in the order
//! in which members came, and a large one as a `hashtable`. Here the members always stand in one `IndexSet`, whose order
//! is the one that Redis would show. A set never goes back to a smaller encoding, but for a new value that is stored.

use indexmap::IndexSet;

use super::memory::listpack::{self, Listpack};
use super::memory::table::Table;
use super::small_bytes::SmallBytes;
use crate::limits::Limits;
use crate::number;
use crate::rng::Rng;

/// How Redis would keep a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
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

/// An encoding, and how large the set is in it.
#[derive(Debug, Clone, Copy)]
pub enum Layout {
    Intset {
        /// How many bytes each member takes: what the one furthest from 0 needs, or needed when it was there.
        width: usize,
    },
    Listpack(Listpack),
    Hashtable(Table),
}

/// The narrowest integers of an intset, in bytes.
const NARROWEST: usize = 2;

/// How many bytes an integer takes in an intset.
fn width(n: i64) -> usize {
    match n {
        -0x8000..=0x7fff => NARROWEST,
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
    // 20 bytes hold the longest i64.
    if member.len() <= 20 { number::parse_integer(member) } else { None }
}

impl Set {
    /// An empty set, which takes another encoding when its members ask for it.
    pub fn with_encoding(encoding: Encoding) -> Self {
        Set::laid_out(match encoding {
            Encoding::Intset => Layout::Intset { width: NARROWEST },
            Encoding::Listpack => Layout::Listpack(Listpack::default()),
            Encoding::Hashtable => Layout::Hashtable(Table::of(0)),
        })
    }

    fn laid_out(layout: Layout) -> Self {
        Set { members: IndexSet::default(), layout }
    }

    /// An empty set to which so many members will be added, this one first.
    pub fn expecting(first: &[u8], members: usize, limits: &Limits) -> Self {
        match () {
            () if integer(first).is_some() && members <= limits.set_max_intset_entries => {
                Set::with_encoding(Encoding::Intset)
            }
            () if members <= limits.set_max_listpack_entries => Set::with_encoding(Encoding::Listpack),
            () => Set::laid_out(Layout::Hashtable(Table::of(members))),
        }
    }

    /// Before so many members are added at once: if they alone are too many for a small encoding, it is given up.
    pub fn expect(&mut self, members: usize, limits: &Limits) {
        let most = match self.layout {
            Layout::Intset { .. } => limits.set_max_intset_entries,
            Layout::Listpack(_) => limits.set_max_listpack_entries,
            Layout::Hashtable(_) => return,
        };
        if members > most {
            self.layout = Layout::Hashtable(Table::of(members));
        }
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn encoding(&self) -> &'static str {
        match self.layout {
            Layout::Intset { .. } => "intset",
            Layout::Listpack(_) => "listpack",
            Layout::Hashtable(_) => "hashtable",
        }
    }

    pub fn encoded(&self) -> Encoding {
        match self.layout {
            Layout::Intset { .. } => Encoding::Intset,
            Layout::Listpack(_) => Encoding::Listpack,
            Layout::Hashtable(_) => Encoding::Hashtable,
        }
    }

    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// A copy, whose table is made for its size.
    pub fn copied(&self) -> Self {
        let mut copy = self.clone();
        if let Layout::Hashtable(table) = &mut copy.layout {
            *table = Table::of(self.len());
        }
        copy
    }

    pub fn contains(&self, member: &[u8]) -> bool {
        self.members.contains(member)
    }

    /// The member at a position. In a `hashtable` removing one moves only the last into its place, so that a walk from
    /// the end misses nobody.
    pub fn at(&self, index: usize) -> Option<&[u8]> {
        self.members.get_index(index).map(|member| &**member)
    }

    /// All members, in the order that Redis would show while the set is small.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.members.iter().map(|member| &**member)
    }

    /// Adds a member; says whether it is new.
    pub fn add(&mut self, member: &[u8], limits: &Limits) -> bool {
        if self.members.contains(member) {
            return false;
        }
        match (self.layout, integer(member)) {
            (Layout::Intset { width: narrower }, Some(n)) => {
                let place = self.members.partition_point(|other| integer(other).is_some_and(|other| other < n));
                self.members.shift_insert(place, member.into());
                self.layout = if self.members.len() > limits.set_max_intset_entries {
                    Layout::Hashtable(Table::of(self.members.len()))
                } else {
                    Layout::Intset { width: narrower.max(width(n)) }
                };
                return true;
            }
            (Layout::Intset { .. }, None) => {
                if self.integers_fit_listpack(limits) && self.has_listpack_room(member, limits) {
                    self.pack();
                } else {
                    self.unpack();
                }
            }
            (Layout::Listpack(_), _) if !self.has_listpack_room(member, limits) => self.unpack(),
            (Layout::Listpack(_) | Layout::Hashtable(_), _) => {}
        }
        match &mut self.layout {
            Layout::Intset { .. } => unreachable!("left above"),
            Layout::Listpack(listpack) => listpack.add(listpack::entry(member)),
            Layout::Hashtable(table) => table.add(self.members.len()),
        }
        self.members.insert(member.into())
    }

    /// Leaves an intset for a listpack.
    fn pack(&mut self) {
        let mut listpack = Listpack::default();
        self.members.iter().for_each(|member| listpack.add(listpack::entry(member)));
        self.layout = Layout::Listpack(listpack);
    }

    /// Gives up the small encoding for a table that is made for one member more.
    fn unpack(&mut self) {
        self.layout = Layout::Hashtable(Table::of(self.members.len() + 1));
    }

    fn has_listpack_room(&self, member: &[u8], limits: &Limits) -> bool {
        self.members.len() < limits.set_max_listpack_entries && member.len() <= limits.set_max_listpack_value
    }

    /// Whether the longest of the integers, which is the first or the last, is short enough for a listpack.
    fn integers_fit_listpack(&self, limits: &Limits) -> bool {
        [self.members.first(), self.members.last()]
            .into_iter()
            .flatten()
            .all(|member| member.len() <= limits.set_max_listpack_value)
    }

    /// Removes a member; says whether it was there.
    pub fn remove(&mut self, member: &[u8]) -> bool {
        let removed = match self.layout {
            Layout::Intset { .. } | Layout::Listpack(_) => self.members.shift_remove(member),
            Layout::Hashtable(_) => self.members.swap_remove(member),
        };
        if removed {
            self.shrink_by(member);
        }
        removed
    }

    /// Takes out any member, each as likely.
    pub fn pop(&mut self, random: &mut Rng) -> Option<SmallBytes> {
        if self.members.is_empty() {
            return None;
        }
        let index = random.below(self.members.len());
        let popped = match self.layout {
            Layout::Intset { .. } | Layout::Listpack(_) => self.members.shift_remove_index(index),
            Layout::Hashtable(_) => self.members.swap_remove_index(index),
        }?;
        self.shrink_by(&popped);
        Some(popped)
    }

    /// A member went.
    fn shrink_by(&mut self, member: &[u8]) {
        match &mut self.layout {
            Layout::Intset { .. } => {}
            Layout::Listpack(listpack) => listpack.remove(listpack::entry(member)),
            Layout::Hashtable(table) => table.remove(self.members.len()),
        }
    }

    /// What it would be if it had been read back from a file: a small encoding is kept if it is small enough, and a
    /// table is tried as an intset, as Redis's `rdbLoadObject` does.
    pub fn reloaded(&self, limits: &Limits) -> Self {
        let is_kept = match self.layout {
            Layout::Intset { .. } => self.len() <= limits.set_max_intset_entries,
            Layout::Listpack(_) => self.len() <= limits.set_max_listpack_entries,
            Layout::Hashtable(_) => false,
        };
        if is_kept {
            return self.clone();
        }
        let is_tried = matches!(self.layout, Layout::Hashtable(_)) && self.len() <= limits.set_max_intset_entries;
        let mut set = Set::with_encoding(if is_tried { Encoding::Intset } else { Encoding::Hashtable });
        for member in self.iter() {
            set.add(member, limits);
        }
        set
    }

    /// A set whose members are all integers, and few enough, becomes an `intset`.
    pub fn settle_as_intset(&mut self, limits: &Limits) {
        if self.members.len() <= limits.set_max_intset_entries && self.iter().all(|m| integer(m).is_some()) {
            self.members.sort_by_cached_key(|member| integer(member));
            let widths = [self.members.first(), self.members.last()].map(|m| m.and_then(|m| integer(m)).map(width));
            self.layout = Layout::Intset { width: widths.into_iter().flatten().fold(NARROWEST, usize::max) };
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
    fn integers_stand_in_numeric_order_until_another_member_comes() {
        let limits = Limits::default();
        let mut set = filled(&["10", "-3", "2", "10"], &limits);
        assert_eq!((members(&set), set.encoded()), (vec!["-3".into(), "2".into(), "10".into()], Encoding::Intset));
        set.add(b"02", &limits);
        set.add(b"1", &limits);
        assert_eq!((members(&set).join(" "), set.encoded()), ("-3 2 10 02 1".into(), Encoding::Listpack));
        set.remove(b"2");
        assert_eq!(members(&set).join(" "), "-3 10 02 1", "a listpack keeps its order");
    }

    #[test]
    fn large_sets_and_long_members_need_a_hashtable() {
        let limits = Limits { set_max_intset_entries: 3, set_max_listpack_entries: 2, ..Limits::default() };
        assert_eq!(filled(&["1", "2", "3"], &limits).encoded(), Encoding::Intset);
        assert_eq!(filled(&["1", "2", "3", "4"], &limits).encoded(), Encoding::Hashtable);
        assert_eq!(filled(&["1", "a"], &limits).encoded(), Encoding::Listpack);
        assert_eq!(filled(&["1", "2", "a"], &limits).encoded(), Encoding::Hashtable);
        assert_eq!(filled(&[&"x".repeat(64)], &limits).encoded(), Encoding::Listpack);
        assert_eq!(filled(&[&"x".repeat(65)], &limits).encoded(), Encoding::Hashtable);
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
