//! `numpy.random.SeedSequence`: one seed into many independent streams.

use serde::{Deserialize, Serialize};

/// Words in the pool, NumPy's `DEFAULT_POOL_SIZE`.
const POOL_SIZE: usize = 4;

const INIT_A: u32 = 0x43b0_d7e5;
const MULT_A: u32 = 0x931e_8875;
const INIT_B: u32 = 0x8b51_f9dd;
const MULT_B: u32 = 0x58f3_8ded;
const MIX_MULT_LEFT: u32 = 0xca01_f9dd;
const MIX_MULT_RIGHT: u32 = 0x4973_f715;

/// NumPy's `SeedSequence` of the default pool size: mixes entropy of any length
/// into a pool, out of which come the states of generators, and spawns children.
///
/// It can be sent to a worker, so that every job starts its own stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedSequence {
    /// The entropy in 32-bit words, each integer's lowest word first.
    entropy: Vec<u32>,
    spawn_key: Vec<u32>,
    n_children_spawned: u32,
    pool: [u32; POOL_SIZE],
}

impl SeedSequence {
    /// `SeedSequence(entropy)` of one integer.
    pub fn new(entropy: u128) -> Self {
        Self::with_spawn_key(&[entropy], &[])
    }

    /// `SeedSequence(entropy, spawn_key=spawn_key)` of a sequence of integers.
    ///
    /// An integer of more than 128 bits may be given as the sequence of its
    /// 32-bit words, lowest first and without leading zero words: NumPy takes
    /// both to the same pool.
    pub fn with_spawn_key(entropy: &[u128], spawn_key: &[u32]) -> Self {
        let entropy: Vec<u32> = entropy.iter().flat_map(|&integer| words_of(integer)).collect();
        Self::from_words(entropy, spawn_key.to_vec())
    }

    fn from_words(entropy: Vec<u32>, spawn_key: Vec<u32>) -> Self {
        let mut assembled = entropy.clone();
        // The key must not be taken for entropy that fills up the pool.
        if !spawn_key.is_empty() && assembled.len() < POOL_SIZE {
            assembled.resize(POOL_SIZE, 0);
        }
        assembled.extend_from_slice(&spawn_key);
        SeedSequence { pool: mixed_pool(&assembled), entropy, spawn_key, n_children_spawned: 0 }
    }

    /// The path of child numbers from the root to this sequence (`spawn_key`).
    pub fn spawn_key(&self) -> &[u32] {
        &self.spawn_key
    }

    /// How many children have been spawned so far (`n_children_spawned`).
    pub fn n_children_spawned(&self) -> u32 {
        self.n_children_spawned
    }

    /// `n` further children, whose streams are independent (`spawn`).
    pub fn spawn(&mut self, n: u32) -> Vec<SeedSequence> {
        let first = self.n_children_spawned;
        self.n_children_spawned += n;
        (first..self.n_children_spawned)
            .map(|child| {
                let mut key = self.spawn_key.clone();
                key.push(child);
                Self::from_words(self.entropy.clone(), key)
            })
            .collect()
    }

    /// `n_words` words of 32 bits to seed a generator (`generate_state(n, uint32)`).
    pub fn generate_state_u32(&self, n_words: usize) -> Vec<u32> {
        let mut multiplier = INIT_B;
        let from_pool = self.pool.iter().cycle().take(n_words);
        from_pool
            .map(|&word| {
                let word = word ^ multiplier;
                multiplier = multiplier.wrapping_mul(MULT_B);
                let word = word.wrapping_mul(multiplier);
                word ^ (word >> 16)
            })
            .collect()
    }

    /// `n_words` words of 64 bits to seed a generator (`generate_state(n, uint64)`).
    pub fn generate_state_u64(&self, n_words: usize) -> Vec<u64> {
        let halves = self.generate_state_u32(2 * n_words);
        halves.chunks_exact(2).map(|half| u64::from(half[0]) | u64::from(half[1]) << 32).collect()
    }
}

/// The 32-bit words of an integer, lowest first; 0 is one word.
fn words_of(mut integer: u128) -> Vec<u32> {
    let mut words = vec![integer as u32];
    integer >>= 32;
    while integer > 0 {
        words.push(integer as u32);
        integer >>= 32;
    }
    words
}

/// Hashes single words, each with a multiplier of its own.
struct Hash(u32);

impl Hash {
    fn of(&mut self, word: u32) -> u32 {
        let word = word ^ self.0;
        self.0 = self.0.wrapping_mul(MULT_A);
        let word = word.wrapping_mul(self.0);
        word ^ (word >> 16)
    }
}

fn mix(x: u32, y: u32) -> u32 {
    let mixed = MIX_MULT_LEFT.wrapping_mul(x).wrapping_sub(MIX_MULT_RIGHT.wrapping_mul(y));
    mixed ^ (mixed >> 16)
}

fn mixed_pool(entropy: &[u32]) -> [u32; POOL_SIZE] {
    let mut hash = Hash(INIT_A);
    let mut pool = [0; POOL_SIZE];
    for (i, slot) in pool.iter_mut().enumerate() {
        *slot = hash.of(entropy.get(i).copied().unwrap_or(0));
    }
    // Every word reaches every other, so that late bits change early ones.
    for source in 0..POOL_SIZE {
        for target in (0..POOL_SIZE).filter(|&target| target != source) {
            pool[target] = mix(pool[target], hash.of(pool[source]));
        }
    }
    for &word in entropy.iter().skip(POOL_SIZE) {
        for slot in &mut pool {
            *slot = mix(*slot, hash.of(word));
        }
    }
    pool
}
