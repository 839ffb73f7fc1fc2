//! Sets: members without order.
//!
//! Redis keeps a small set of integers as an `intset`, in numeric order, another small one as a `listpack`, in the order
//! in which members came, and a large one as a `hashtable`. Here the members always stand in one `IndexSet`, whose order
//! is the one that Redis would show. A set never goes back to a smaller encoding, but for a new value that is stored.

use indexmap::IndexSet;

use super::{DataType, SmallBytes, variant_of_value};
use crate::engine::limits::Limits;
use crate::engine::notify::Class;
use crate::engine::number;
use crate::engine::random::Random;

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
    encoding: Encoding,
}

impl DataType for Set {
    const CLASS: Class = Class::Set;

    fn empty() -> Self {
        Set::with_encoding(Encoding::Intset)
    }

    variant_of_value!(Set);
}

fn integer(member: &[u8]) -> Option<i64> {
    // 20 bytes hold the longest i64.
    if member.len() <= 20 { number::parse_integer(member) } else { None }
}

impl Set {
    /// An empty set, which takes another encoding when its members ask for it.
    pub fn with_encoding(encoding: Encoding) -> Self {
        Set { members: IndexSet::default(), encoding }
    }

    /// An empty set to which so many members will be added, this one first.
    pub fn expecting(first: &[u8], members: usize, limits: &Limits) -> Self {
        Set::with_encoding(match () {
            () if integer(first).is_some() && members <= limits.set_max_intset_entries => Encoding::Intset,
            () if members <= limits.set_max_listpack_entries => Encoding::Listpack,
            () => Encoding::Hashtable,
        })
    }

    /// Before so many members are added at once: if they alone are too many for a small encoding, it is given up.
    pub fn expect(&mut self, members: usize, limits: &Limits) {
        let most = match self.encoding {
            Encoding::Intset => limits.set_max_intset_entries,
            Encoding::Listpack => limits.set_max_listpack_entries,
            Encoding::Hashtable => return,
        };
        if members > most {
            self.encoding = Encoding::Hashtable;
        }
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn encoding(&self) -> &'static str {
        match self.encoding {
            Encoding::Intset => "intset",
            Encoding::Listpack => "listpack",
            Encoding::Hashtable => "hashtable",
        }
    }

    pub fn encoded(&self) -> Encoding {
        self.encoding
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
        match (self.encoding, integer(member)) {
            (Encoding::Intset, Some(n)) => {
                let place = self.members.partition_point(|other| integer(other).is_some_and(|other| other < n));
                self.members.shift_insert(place, member.into());
                if self.members.len() > limits.set_max_intset_entries {
                    self.encoding = Encoding::Hashtable;
                }
                return true;
            }
            (Encoding::Intset, None) => {
                self.encoding = Encoding::Listpack;
                if !self.integers_fit_listpack(limits) || !self.has_listpack_room(member, limits) {
                    self.encoding = Encoding::Hashtable;
                }
            }
            (Encoding::Listpack, _) if !self.has_listpack_room(member, limits) => self.encoding = Encoding::Hashtable,
            (Encoding::Listpack | Encoding::Hashtable, _) => {}
        }
        self.members.insert(member.into())
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
        match self.encoding {
            Encoding::Intset | Encoding::Listpack => self.members.shift_remove(member),
            Encoding::Hashtable => self.members.swap_remove(member),
        }
    }

    /// Takes out any member, each as likely.
    pub fn pop(&mut self, random: &mut Random) -> Option<SmallBytes> {
        if self.members.is_empty() {
            return None;
        }
        let index = random.below(self.members.len());
        match self.encoding {
            Encoding::Intset | Encoding::Listpack => self.members.shift_remove_index(index),
            Encoding::Hashtable => self.members.swap_remove_index(index),
        }
    }

    /// A set whose members are all integers, and few enough, becomes an `intset`.
    pub fn settle_as_intset(&mut self, limits: &Limits) {
        if self.members.len() <= limits.set_max_intset_entries && self.iter().all(|m| integer(m).is_some()) {
            self.members.sort_by_cached_key(|member| integer(member));
            self.encoding = Encoding::Intset;
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
        let mut set = Set::empty();
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
        let mut random = Random::new(1);
        let limits = Limits::default();
        for words in [vec!["1", "2", "3"], vec!["a", "b", "c"], vec!["a", "b", &"x".repeat(65)]] {
            let mut set = filled(&words, &limits);
            let mut popped: Vec<_> = std::iter::from_fn(|| set.pop(&mut random)).collect();
            popped.sort();
            assert!(popped.iter().map(|member| &**member).eq(words.iter().map(|word| word.as_bytes())));
        }
    }
}
