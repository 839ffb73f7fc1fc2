//! Sizes of `dict`, Redis's hash table. The number of buckets is a power of two. It doubles when there are more
//! elements than buckets, and shrinks when there are at least eight buckets per element. Rehashing moves the elements
//! one bucket at a time, with each command. Both tables are allocated until rehashing ends.

/// Size in bytes of the table without its buckets (`sizeof(dict)`).
const DICT: usize = 56;

/// Size in bytes of a bucket, which is a pointer.
const BUCKET: usize = 8;

/// Minimum number of buckets (`DICT_HT_INITIAL_SIZE`).
const MIN_BUCKETS: usize = 4;

/// A table shrinks when it has at least this number of buckets per element (`HASHTABLE_MIN_FILL`).
const MAX_BUCKETS_PER_ELEMENT: usize = 8;

/// Maximum number of empty buckets that a rehashing step skips (`dictRehash`).
const EMPTY_BUCKETS_PER_STEP: i32 = 10;

/// The size of a hash table, in buckets.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    buckets: usize,
    /// The rehashing in progress, if any: the size of the old table, and the number of steps left.
    rehash: Option<Rehash>,
}

#[derive(Debug, Clone, Copy)]
struct Rehash {
    buckets: usize,
    steps: u32,
}

impl Table {
    /// Creates a table that is sized for the given number of elements.
    pub fn with_elements(elements: usize) -> Self {
        Table { buckets: elements.next_power_of_two().max(MIN_BUCKETS), rehash: None }
    }

    /// Updates the table for a new element. `others` is the number of elements that the table already has.
    pub fn add(&mut self, others: usize) {
        self.step();
        if others >= self.buckets {
            self.start_rehash(others + 1, others);
        }
    }

    /// Updates the table after an element has been removed. `left` is the number of remaining elements.
    pub fn remove(&mut self, left: usize) {
        self.step();
        self.shrink(left);
    }

    /// Updates the table after elements have been removed without any rehashing steps. `left` is the number of
    /// remaining elements.
    pub fn shrink(&mut self, left: usize) {
        if self.buckets > MIN_BUCKETS && left * MAX_BUCKETS_PER_ELEMENT <= self.buckets {
            self.start_rehash(left, left);
        }
    }

    /// Performs a rehashing step, as Redis does when a command looks up an element to change it.
    pub fn step(&mut self) {
        self.rehash = self.rehash.and_then(|rehash| {
            let steps = rehash.steps.checked_sub(1)?;
            (steps > 0).then_some(Rehash { steps, ..rehash })
        });
    }

    fn start_rehash(&mut self, needed: usize, elements: usize) {
        if self.rehash.is_none() {
            let old = std::mem::replace(&mut self.buckets, Table::with_elements(needed).buckets);
            self.rehash = (elements > 0).then(|| Rehash { buckets: old, steps: mean_steps(old, elements) });
        }
    }

    pub fn allocated(self) -> usize {
        DICT + BUCKET * (self.buckets + self.rehash.map_or(0, |rehash| rehash.buckets))
    }
}

/// Returns the mean number of steps that it takes to rehash a table with the given numbers of buckets and elements. In
/// Redis the number depends on the hash function and varies slightly.
fn mean_steps(buckets: usize, elements: usize) -> u32 {
    let filled = 1.0 - (-(elements as f64) / buckets as f64).exp();
    let buckets_per_step = (1.0 - (1.0 - filled).powi(EMPTY_BUCKETS_PER_STEP)) / filled;
    (buckets as f64 / buckets_per_step).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_doubles_and_keeps_the_old_one_until_it_is_rehashed() {
        let mut table = Table::with_elements(129);
        let mut sizes = Vec::new();
        for others in 129..1100 {
            let before = table.allocated();
            table.add(others);
            if table.allocated() != before {
                sizes.push((others + 1, (table.allocated() - DICT) / BUCKET));
            }
        }
        // On a real server, the size changed at 257, 420, 513, 849 and 1025 elements. The second and fourth of these
        // numbers depend on the server's hash function.
        assert_eq!(sizes, [(257, 768), (419, 512), (513, 1536), (837, 1024), (1025, 3072)]);
    }

    #[test]
    fn a_nearly_empty_table_shrinks() {
        let mut table = Table::with_elements(4096);
        table.remove(513);
        assert_eq!(table.allocated(), DICT + BUCKET * 4096);
        table.remove(512);
        assert_eq!(table.allocated(), DICT + BUCKET * (4096 + 512));
        (0..1000).for_each(|_| table.step());
        assert_eq!(table.allocated(), DICT + BUCKET * 512);
    }
}
