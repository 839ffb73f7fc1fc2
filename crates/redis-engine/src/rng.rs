//! A seeded random number generator: the same seed produces the same numbers.

use indexmap::IndexSet;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

/// A random number generator: xoshiro256++.
#[derive(Debug, Clone)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
    /// Creates a generator from a seed.
    pub fn new(seed: u64) -> Self {
        Rng(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Returns 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Returns a random index below `n`, uniformly distributed.
    ///
    /// # Panics
    /// Panics if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "there is no index below 0");
        // The multiply-shift method has a negligible bias of less than n / 2^64.
        ((u128::from(self.next_u64()) * n as u128) >> 64) as usize
    }

    /// Returns `count` distinct random indices below `n` (Floyd's algorithm). All sets of indices are equally likely,
    /// but not all orders of the returned indices. `count` must be at most `n`.
    pub(crate) fn distinct_below(&mut self, n: usize, count: usize) -> IndexSet<usize, foldhash::fast::RandomState> {
        let mut indices = IndexSet::default();
        for last in n - count..n {
            let index = self.below(last + 1);
            if !indices.insert(index) {
                indices.insert(last);
            }
        }
        indices
    }
}
