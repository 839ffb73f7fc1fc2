//! Hash tables, `dict`: a power of two of buckets, twice as many when there are more elements than buckets, fewer when
//! seven eighths are in vain. The elements move bucket by bucket, one with each command, and until then both tables stand.

/// What the table itself takes, beside its buckets (`sizeof(dict)`).
const DICT: usize = 56;

/// A bucket is a pointer.
const BUCKET: usize = 8;

/// The fewest buckets (`DICT_HT_INITIAL_SIZE`).
const FEWEST: usize = 4;

/// A table shrinks when so many buckets come on one element (`HASHTABLE_MIN_FILL`).
const LEAST_FILL: usize = 8;

/// A step passes no more empty buckets (`dictRehash`).
const EMPTY_BUCKETS_A_STEP: i32 = 10;

/// The buckets of a hash table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    buckets: usize,
    /// The table that the elements leave, and how many steps that takes from now on.
    leaving: Option<Leaving>,
}

#[derive(Debug, Clone, Copy)]
struct Leaving {
    buckets: usize,
    steps: u32,
}

impl Table {
    /// A table made for so many elements.
    pub fn of(elements: usize) -> Self {
        Table { buckets: elements.next_power_of_two().max(FEWEST), leaving: None }
    }

    /// An element comes to so many others.
    pub fn add(&mut self, others: usize) {
        self.step();
        if others >= self.buckets {
            self.move_to(others + 1, others);
        }
    }

    /// An element went, and so many are left.
    pub fn remove(&mut self, left: usize) {
        self.step();
        self.shrink(left);
    }

    /// Elements went, and so many are left.
    pub fn shrink(&mut self, left: usize) {
        if self.buckets > FEWEST && left * LEAST_FILL <= self.buckets {
            self.move_to(left, left);
        }
    }

    /// An element was looked for in order to be changed.
    pub fn step(&mut self) {
        self.leaving = self.leaving.and_then(|leaving| {
            let steps = leaving.steps.checked_sub(1)?;
            (steps > 0).then_some(Leaving { steps, ..leaving })
        });
    }

    fn move_to(&mut self, room: usize, elements: usize) {
        if self.leaving.is_none() {
            let old = std::mem::replace(&mut self.buckets, Table::of(room).buckets);
            self.leaving = (elements > 0).then(|| Leaving { buckets: old, steps: steps(old, elements) });
        }
    }

    pub fn allocated(self) -> usize {
        DICT + BUCKET * (self.buckets + self.leaving.map_or(0, |leaving| leaving.buckets))
    }
}

/// How many steps it takes on average until so many elements have left so many buckets. In Redis that is left to the hash
/// function, and varies a little.
fn steps(buckets: usize, elements: usize) -> u32 {
    let filled = 1.0 - (-(elements as f64) / buckets as f64).exp();
    let passed_at_once = (1.0 - (1.0 - filled).powi(EMPTY_BUCKETS_A_STEP)) / filled;
    (buckets as f64 / passed_at_once).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_doubles_and_both_stand_until_all_have_moved() {
        let mut table = Table::of(129);
        let mut seen = Vec::new();
        for others in 129..1100 {
            let before = table.allocated();
            table.add(others);
            if table.allocated() != before {
                seen.push((others + 1, (table.allocated() - DICT) / BUCKET));
            }
        }
        // The real server, which depends on its hash function: 257, 420, 513, 849, 1025.
        assert_eq!(seen, [(257, 768), (419, 512), (513, 1536), (837, 1024), (1025, 3072)]);
    }

    #[test]
    fn a_table_that_is_nearly_empty_shrinks() {
        let mut table = Table::of(4096);
        table.remove(513);
        assert_eq!(table.allocated(), DICT + BUCKET * 4096);
        table.remove(512);
        assert_eq!(table.allocated(), DICT + BUCKET * (4096 + 512));
        (0..1000).for_each(|_| table.step());
        assert_eq!(table.allocated(), DICT + BUCKET * 512);
    }
}
