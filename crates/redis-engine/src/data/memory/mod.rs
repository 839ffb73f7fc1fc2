//! A model of how many bytes a key takes in Redis, as MEMORY USAGE reports it.
//!
//! The model is of Redis 8.2 on a 64-bit system with jemalloc. It does not measure the engine's own memory, because
//! learners should see the sizes of a real server. The rules are those of `kvobjComputeSize` (`object.c`) and of the
//! structures that it sums up:
//!
//! | part | rule | module |
//! | --- | --- | --- |
//! | any allocation | rounded up to jemalloc's size class | `allocator` |
//! | a key | 16 bytes, 8 more once it had an expiry time, 1 byte and its name, and a short string value | `head` |
//! | a string, a member, a field | header, bytes, zero byte; spare room if it was lengthened | `sds` |
//! | a small container | one listpack, or one intset | `listpack` |
//! | a large list | 40 bytes, and for each node 40 bytes and its listpack | `Nodes` |
//! | a large set or hash | the table, and for each element 24 bytes and its strings | `table` |
//! | a large sorted set | like a large set, but 16 bytes per member; a skip list, and one node per member | below |
//! | a stream | its listpacks; for each group, consumer and pending entry a fixed size, and radix trees | `stream` |
//!
//! As in Redis, only some elements of a large container are measured (`SAMPLES`), and the size of the others is
//! extrapolated.
//!
//! Where Redis's result depends on chance, this model uses an expected value: the mean height of a skip list's nodes;
//! samples at even distances, where Redis takes those that come first in its hash table; and the mean number of
//! commands until a table has been rehashed, counting only commands that change the value. Everything else is meant to
//! be exact. `tests/truth/engine/memory.txt` and `tests/compare_redis` compare the model with a real server.

pub(crate) mod allocator;
pub(crate) mod head;
pub(crate) mod listpack;
pub(crate) mod sds;
mod stream;
pub(crate) mod table;

use allocator::size_class;
use head::Head;

use super::{Hash, List, Set, SortedSet, Str, Value, hash, set, sorted_set};

/// Size in bytes of Redis's entry for each element of a set or a hash (`dictEntry`).
const ENTRY: usize = 24;
/// Size in bytes of Redis's entry for each member of a sorted set (`dictEntryNoValue`).
const SORTED_SET_ENTRY: usize = 16;

/// Size of `quicklist` in bytes.
const QUICKLIST: usize = 40;
/// Size of `quicklistNode` in bytes.
const QUICKLIST_NODE: usize = 40;

/// Total size of `zset` and `zskiplist` in bytes.
const SKIPLIST: usize = 16 + 32;

/// Size in bytes of a skip list's head node, which has the maximum height.
const SKIPLIST_HEAD: usize = 640;

/// Mean size in bytes of a skip list's node: 24 bytes and 16 per level, as jemalloc rounds them up. Each further level
/// has a probability of a quarter.
const SKIPLIST_NODE: f64 = mean_skiplist_node();

/// Size in bytes of `listpackEx`, which refers to the listpack of a hash whose fields expire.
const LISTPACK_EX: usize = 24;

/// Extra size in bytes of a field in a table once the field has had an expiry time (`ExpireMeta`, and flags for it).
const FIELD_EXPIRY: usize = 18;

const fn mean_skiplist_node() -> f64 {
    const LEVELS: [f64; 6] = [40.0, 56.0, 80.0, 96.0, 112.0, 128.0];
    let (mut mean, mut chance, mut level) = (0.0, 1.0, 0);
    while level < LEVELS.len() - 1 {
        mean += LEVELS[level] * chance * 0.75;
        chance *= 0.25;
        level += 1;
    }
    mean + LEVELS[level] * chance
}

/// The maximum number of elements to measure in a large container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Samples(usize);

impl Default for Samples {
    fn default() -> Self {
        Samples(5)
    }
}

impl Samples {
    /// Converts the SAMPLES argument of MEMORY USAGE, where 0 means all elements.
    pub fn new(count: usize) -> Self {
        Samples(if count == 0 { usize::MAX } else { count })
    }

    /// Iterates over the indices of the elements to measure, which are evenly spaced.
    pub(crate) fn indices(self, elements: usize) -> impl Iterator<Item = usize> {
        let count = self.0.min(elements);
        (0..count).map(move |sample| sample * elements / count)
    }
}

/// The total size in bytes and the number of the measured elements.
#[derive(Debug, Default)]
pub(crate) struct Sampled {
    bytes: f64,
    elements: usize,
}

impl Sampled {
    /// Adds up the sizes of the measured elements.
    pub(crate) fn from_sizes(sizes: impl Iterator<Item = f64>) -> Self {
        sizes.fold(Sampled::default(), |sum, size| Sampled { bytes: sum.bytes + size, elements: sum.elements + 1 })
    }

    /// Extrapolates from the measured elements to the total size in bytes of `elements` elements.
    pub(crate) fn extrapolate(self, elements: usize) -> f64 {
        if self.elements == 0 { 0.0 } else { self.bytes / self.elements as f64 * elements as f64 }
    }
}

/// Returns the size of a key and its value in bytes.
pub(crate) fn usage(head: Head, value: &Value, samples: Samples) -> usize {
    let (fixed, sampled) = match value {
        Value::Str(text) => (string_usage(text), 0.0),
        Value::List(list) => list_usage(list, samples),
        Value::Set(set) => set_usage(set, samples),
        Value::Hash(hash) => hash_usage(hash, samples),
        Value::SortedSet(zset) => sorted_set_usage(zset, samples),
        Value::Stream(stream) => (stream::usage(stream, samples), 0.0),
    };
    let embedded_string = match value {
        Value::Str(Str::Embedded(text)) => Some(text.len()),
        _ => None,
    };
    // The order of these operations matters, because Redis adds a floating-point number to an integer and truncates
    // the sum.
    ((head.allocated(embedded_string) + fixed) as f64 + sampled) as usize
}

/// Returns the size in bytes of a string's own allocation, or 0 if the string is part of the key's allocation.
fn string_usage(text: &Str) -> usize {
    match text {
        Str::Integer(_) | Str::Embedded(_) => 0,
        Str::Raw(text) => text.allocation().allocated(),
    }
}

fn list_usage(list: &List, samples: Samples) -> (usize, f64) {
    let nodes = list.nodes();
    if !nodes.is_quicklist() {
        return (nodes.allocated().map(|(_, bytes)| bytes).sum(), 0.0);
    }
    let mut sampled = Sampled::default();
    for (elements, bytes) in nodes.allocated().take(samples.0) {
        sampled.bytes += (QUICKLIST_NODE + bytes) as f64;
        sampled.elements += elements;
    }
    (QUICKLIST, sampled.extrapolate(list.len()))
}

fn set_usage(set: &Set, samples: Samples) -> (usize, f64) {
    match set.layout() {
        set::Layout::Intset { width } => (size_class(8 + width * set.len()), 0.0),
        set::Layout::Listpack(listpack) => (listpack.allocated(), 0.0),
        set::Layout::Hashtable(table) => {
            let members = samples.indices(set.len()).filter_map(|index| set.at(index));
            let sampled = Sampled::from_sizes(members.map(|member| (ENTRY + sds::allocated(member.len())) as f64));
            (table.allocated(), sampled.extrapolate(set.len()))
        }
    }
}

fn hash_usage(hash: &Hash, samples: Samples) -> (usize, f64) {
    match hash.layout() {
        hash::Layout::Listpack(listpack) => (listpack.allocated(), 0.0),
        hash::Layout::ListpackEx(listpack) => (LISTPACK_EX + listpack.allocated(), 0.0),
        hash::Layout::Hashtable(table) => {
            let sizes = samples.indices(hash.len()).filter_map(|index| {
                let (field, value) = hash.at(index)?;
                let expiry = if hash.had_expiry(index) { FIELD_EXPIRY } else { 0 };
                let field = size_class(sds::requested(field.len()) + expiry);
                Some((ENTRY + field + sds::allocated(value.len())) as f64)
            });
            (table.allocated(), Sampled::from_sizes(sizes).extrapolate(hash.len()))
        }
    }
}

fn sorted_set_usage(zset: &SortedSet, samples: Samples) -> (usize, f64) {
    match zset.layout() {
        sorted_set::Layout::Listpack(listpack) => (listpack.allocated(), 0.0),
        sorted_set::Layout::Skiplist(table) => {
            // Like Redis, measures the members with the lowest scores.
            let size =
                |(member, _): (&[u8], f64)| (SORTED_SET_ENTRY + sds::allocated(member.len())) as f64 + SKIPLIST_NODE;
            let sampled = Sampled::from_sizes(zset.iter().take(samples.0).map(size));
            (SKIPLIST + SKIPLIST_HEAD + table.allocated(), sampled.extrapolate(zset.len()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::hash::FieldTtl;
    use crate::data::{DataType as _, SmallBytes};
    use crate::limits::Limits;
    use crate::number::format_double;
    use crate::rng::Rng;

    fn bytes(value: Value, samples: usize) -> usize {
        usage(Head::new(b"k", false), &value, Samples::new(samples))
    }

    fn set(members: impl Iterator<Item = String>) -> Value {
        let mut set = Set::with_encoding(set::Encoding::Hashtable);
        for member in members {
            set.add(member.as_bytes(), &Limits::default());
        }
        set.into_value()
    }

    #[test]
    fn random_skiplist_heights_count_with_their_mean() {
        let mut zset = SortedSet::default();
        (0..1000).for_each(|n| zset.set(format!("member{n:04}").as_bytes(), f64::from(n), Limits::default()));
        zset = zset.compact_copy();
        let estimate = bytes(zset.into_value(), 0);
        // A real server once reported 86,752 bytes with all nodes as samples, and 84,160 bytes with five samples.
        assert!(estimate.abs_diff(86_752) < 1000, "{estimate}");
    }

    #[test]
    fn samples_are_spread_over_all_elements() {
        // The first half of the members are short, so a sample of only the first elements would underestimate the size.
        let members = || (0..1000).map(|n| if n < 500 { format!("{n}") } else { format!("{n}{}", "x".repeat(100)) });
        let (by_two, by_all) = (bytes(set(members()), 2), bytes(set(members()), 0));
        assert_eq!(by_two, by_all);
        assert_eq!(bytes(set((100..200).map(|n| n.to_string())), 1), bytes(set((100..200).map(|n| n.to_string())), 0));
        assert_eq!(Samples::new(7).indices(3).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(Samples::default().indices(0).count(), 0);
    }

    /// Returns the allocated size in bytes of a listpack with the given elements.
    fn listpack<'a>(elements: impl Iterator<Item = &'a [u8]>) -> usize {
        let mut listpack = listpack::Listpack::default();
        elements.for_each(|element| listpack.add(listpack::entry_size(element)));
        listpack.allocated()
    }

    fn word(random: &mut Rng) -> SmallBytes {
        let text = match random.below(4) {
            0 => random.below(100_000).to_string(),
            1 => format!("-{}", random.below(100_000)),
            _ => "x".repeat(random.below(65)),
        };
        SmallBytes::from(text.as_bytes())
    }

    #[test]
    fn tracked_listpack_sizes_equal_the_sizes_of_their_elements() {
        let mut random = Rng::new(5);
        let limits = Limits { set_max_listpack_entries: 3000, ..Limits::default() };
        let (mut hash, mut zset) = (Hash::default(), SortedSet::default());
        let mut set = Set::with_encoding(set::Encoding::Listpack);
        for at_ms in 0..3000 {
            let name = format!("{}", random.below(60));
            let (name, value) = (name.as_bytes(), word(&mut random));
            match random.below(6) {
                0 => {
                    hash.remove(name);
                    zset.remove(name);
                    set.pop(&mut random);
                }
                1 => {
                    hash.set_expiry(name, (at_ms % 3 > 0).then_some(at_ms << 20));
                    let ranks = random.below(zset.len() + 1);
                    zset.remove_ranks(ranks..(ranks + 2).min(zset.len()));
                }
                _ => {
                    hash.set(name, &value, FieldTtl::Keep, limits);
                    zset.set(name, random.below(1000) as f64 / [1.0, 8.0, 10.0][random.below(3)], limits);
                    set.add(&value, &limits);
                }
            }
            let times: Vec<String> =
                hash.iter().map(|(field, _)| hash.expiry(field).flatten().unwrap_or(0).to_string()).collect();
            let scores: Vec<String> = zset.iter().map(|(_, score)| format_double(score)).collect();
            let pairs = hash.iter().flat_map(|(field, value)| [field, value]);
            let packed = match hash.encoding() {
                "listpack" => listpack(pairs),
                _ => LISTPACK_EX + listpack(pairs.chain(times.iter().map(String::as_bytes))),
            };
            assert_eq!(hash_usage(&hash, Samples::default()), (packed, 0.0));
            assert_eq!(set_usage(&set, Samples::default()), (listpack(set.iter()), 0.0));
            let members = zset.iter().map(|(member, _)| member).chain(scores.iter().map(String::as_bytes));
            assert_eq!(sorted_set_usage(&zset, Samples::default()), (listpack(members), 0.0));
        }
    }
}
