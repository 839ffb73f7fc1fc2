//! Randomness that is the same in every run: all of it is drawn from the seed that the tutor hands in.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::sync::{Mutex, PoisonError};

/// What `os.urandom`, `secrets`, `uuid4` and an unseeded `random` draw from.
pub struct KernelRng(Mutex<Xoshiro256PlusPlus>);

impl KernelRng {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(Xoshiro256PlusPlus::seed_from_u64(seed)))
    }

    pub fn bytes(&self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }
}

/// Where a member stands in a set: FNV-1a, keyed by the seed and stirred at its end, so that members that differ
/// in their last byte alone are no neighbours.
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
    fn a_seed_gives_one_order_and_another_seed_another() {
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
