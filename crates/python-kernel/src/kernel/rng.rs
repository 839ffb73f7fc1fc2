//! Random numbers that are the same in every run, because all of them are derived from the parent's seed.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::sync::{Mutex, PoisonError};

/// The generator behind `os.urandom`, `secrets`, `uuid4` and an unseeded `random`.
pub struct KernelRng(Mutex<Xoshiro256PlusPlus>);

impl KernelRng {
    /// Creates a generator from a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(Xoshiro256PlusPlus::seed_from_u64(seed)))
    }

    /// Returns `count` random bytes.
    pub fn bytes(&self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }
}

/// Returns the rank that determines a member's place in the iteration order of a set. Uses FNV-1a keyed by the seed,
/// followed by a mixing step, because members that differ only in their last byte would otherwise get similar ranks.
pub fn rank(seed: u64, member: &[u8]) -> u64 {
    let mut rank = seed ^ 0xcbf2_9ce4_8422_2325;
    for byte in member {
        rank = (rank ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    rank ^= rank >> 32;
    rank = rank.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    rank ^ (rank >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides_the_order() {
        let order = |seed| {
            let mut members = [&b"a"[..], b"b", b"c", b"d", b"e", b"f"];
            members.sort_by_key(|member| rank(seed, member));
            members.concat()
        };
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        assert_ne!(order(1), b"abcdef");
    }
}
