//! Randomness, handed in as a seed: the same seed gives the same answers.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

#[derive(Debug, Clone)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Rng(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Any of the 2^64 numbers.
    pub fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// An index below `n`, each as likely. `n` must not be 0.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "there is no index below 0");
        // Multiply-shift: the bias is below n / 2^64.
        ((u128::from(self.number()) * n as u128) >> 64) as usize
    }
}
