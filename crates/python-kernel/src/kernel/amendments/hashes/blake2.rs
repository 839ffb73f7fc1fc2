//! BLAKE2b and BLAKE2s, as specified in RFC 7693, with the additional parameters of the BLAKE2 specification.

/// BLAKE2b, which has 64-bit words, or BLAKE2s, which has 32-bit words.
#[derive(Clone, Copy, PartialEq)]
pub enum Variant {
    B,
    S,
}

impl Variant {
    pub fn name(self) -> &'static str {
        match self {
            Self::B => "blake2b",
            Self::S => "blake2s",
        }
    }

    fn word_bytes(self) -> usize {
        match self {
            Self::B => 8,
            Self::S => 4,
        }
    }

    pub fn block_size(self) -> usize {
        16 * self.word_bytes()
    }

    pub fn max_digest_size(self) -> usize {
        8 * self.word_bytes()
    }

    pub fn max_salt_size(self) -> usize {
        2 * self.word_bytes()
    }

    fn rounds(self) -> usize {
        match self {
            Self::B => 12,
            Self::S => 10,
        }
    }

    /// Returns the four bit counts by which words are rotated in a mixing step.
    fn rotations(self) -> [u32; 4] {
        match self {
            Self::B => [32, 24, 16, 63],
            Self::S => [16, 12, 8, 7],
        }
    }

    fn initial_words(self) -> [u64; 8] {
        const WORDS: [u64; 8] = [
            0x6a09_e667_f3bc_c908,
            0xbb67_ae85_84ca_a73b,
            0x3c6e_f372_fe94_f82b,
            0xa54f_f53a_5f1d_36f1,
            0x510e_527f_ade6_82d1,
            0x9b05_688c_2b3e_6c1f,
            0x1f83_d9ab_fb41_bd6b,
            0x5be0_cd19_137e_2179,
        ];
        match self {
            Self::B => WORDS,
            // The initial words of BLAKE2s are the upper halves of those of BLAKE2b.
            Self::S => WORDS.map(|word| word >> 32),
        }
    }

    fn add(self, a: u64, b: u64) -> u64 {
        match self {
            Self::B => a.wrapping_add(b),
            Self::S => u64::from((a as u32).wrapping_add(b as u32)),
        }
    }

    fn rotate(self, word: u64, count: u32) -> u64 {
        match self {
            Self::B => word.rotate_right(count),
            Self::S => u64::from((word as u32).rotate_right(count)),
        }
    }
}

/// The parameters of a BLAKE2 hash.
pub struct Parameters {
    pub digest_size: usize,
    pub key: Vec<u8>,
    pub salt: Vec<u8>,
    pub person: Vec<u8>,
    pub fanout: u8,
    pub depth: u8,
    pub leaf_size: u32,
    pub node_offset: u64,
    pub node_depth: u8,
    pub inner_size: u8,
    pub is_last_node: bool,
}

impl Parameters {
    /// Returns the parameter block that initializes the state.
    fn block(&self, variant: Variant) -> Vec<u8> {
        let small = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
        let mut block = vec![small(self.digest_size), small(self.key.len()), self.fanout, self.depth];
        block.extend(self.leaf_size.to_le_bytes());
        let offset = self.node_offset.to_le_bytes();
        match variant {
            Variant::B => {
                block.extend(offset);
                block.extend([self.node_depth, self.inner_size]);
                block.extend([0; 14]);
            }
            Variant::S => {
                block.extend(&offset[..6]);
                block.extend([self.node_depth, self.inner_size]);
            }
        }
        for text in [&self.salt, &self.person] {
            block.extend(text);
            block.resize(block.len() + variant.max_salt_size() - text.len(), 0);
        }
        block
    }
}

/// The state of a BLAKE2 hash after the data that has been added so far.
#[derive(Clone)]
pub struct Hasher {
    variant: Variant,
    state: [u64; 8],
    /// Number of bytes that have been mixed into the state.
    mixed: u128,
    /// Data that has not been mixed in yet. The last block is mixed in differently, so a full block waits here until
    /// more data arrives.
    waiting: Vec<u8>,
    digest_size: usize,
    is_last_node: bool,
}

impl Hasher {
    pub fn new(variant: Variant, parameters: &Parameters) -> Self {
        let mut state = variant.initial_words();
        let block = parameters.block(variant);
        for (word, bytes) in state.iter_mut().zip(block.chunks(variant.word_bytes())) {
            *word ^= word_of(bytes);
        }
        let mut hasher = Self {
            variant,
            state,
            mixed: 0,
            waiting: Vec::new(),
            digest_size: parameters.digest_size,
            is_last_node: parameters.is_last_node,
        };
        if !parameters.key.is_empty() {
            let mut key = parameters.key.clone();
            key.resize(variant.block_size(), 0);
            hasher.update(&key);
        }
        hasher
    }

    pub fn variant(&self) -> Variant {
        self.variant
    }

    pub fn digest_size(&self) -> usize {
        self.digest_size
    }

    pub fn update(&mut self, data: &[u8]) {
        self.waiting.extend_from_slice(data);
        let size = self.variant.block_size();
        let mut start = 0;
        while self.waiting.len() - start > size {
            self.mixed += size as u128;
            let block = self.waiting[start..start + size].to_vec();
            self.mix(&block, false);
            start += size;
        }
        self.waiting.drain(..start);
    }

    pub fn digest(&self) -> Vec<u8> {
        let mut last = self.clone();
        last.mixed += last.waiting.len() as u128;
        let mut block = std::mem::take(&mut last.waiting);
        block.resize(last.variant.block_size(), 0);
        last.mix(&block, true);
        let bytes = last.state.iter().flat_map(|word| word.to_le_bytes().into_iter().take(last.variant.word_bytes()));
        bytes.take(last.digest_size).collect()
    }

    /// Mixes a block into the hash state.
    fn mix(&mut self, block: &[u8], is_last: bool) {
        const ORDERS: [[usize; 16]; 10] = [
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
            [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
            [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
            [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
            [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
            [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
            [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
            [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
            [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
            [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
        ];
        const QUARTERS: [[usize; 4]; 8] = [
            [0, 4, 8, 12],
            [1, 5, 9, 13],
            [2, 6, 10, 14],
            [3, 7, 11, 15],
            [0, 5, 10, 15],
            [1, 6, 11, 12],
            [2, 7, 8, 13],
            [3, 4, 9, 14],
        ];
        let variant = self.variant;
        let words: Vec<u64> = block.chunks(variant.word_bytes()).map(word_of).collect();
        let mask = if variant == Variant::B { u64::MAX } else { u64::from(u32::MAX) };
        let mut v = [0; 16];
        v[..8].copy_from_slice(&self.state);
        v[8..].copy_from_slice(&variant.initial_words());
        v[12] ^= self.mixed as u64 & mask;
        v[13] ^= (self.mixed >> (8 * variant.word_bytes())) as u64 & mask;
        if is_last {
            v[14] ^= mask;
            if self.is_last_node {
                v[15] ^= mask;
            }
        }
        let rotations = variant.rotations();
        for round in 0..variant.rounds() {
            let order = ORDERS[round % ORDERS.len()];
            for (at, [a, b, c, d]) in QUARTERS.into_iter().enumerate() {
                for half in 0..2 {
                    v[a] = variant.add(variant.add(v[a], v[b]), words[order[2 * at + half]]);
                    v[d] = variant.rotate(v[d] ^ v[a], rotations[2 * half]);
                    v[c] = variant.add(v[c], v[d]);
                    v[b] = variant.rotate(v[b] ^ v[c], rotations[2 * half + 1]);
                }
            }
        }
        for (at, word) in self.state.iter_mut().enumerate() {
            *word ^= v[at] ^ v[at + 8];
        }
    }
}

/// Converts up to eight little-endian bytes to a word.
fn word_of(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}
