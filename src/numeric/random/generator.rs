//! `numpy.random.Generator` over PCG64, what `default_rng` hands out.

use super::choice::{check_sizes, choice_p};
use super::seed_sequence::SeedSequence;
use super::words::Words;
use super::ziggurat;
use crate::error::Result;
use rand_pcg::Lcg128Xsl64;
use rand_pcg::rand_core::Rng;
use std::collections::BTreeSet;

/// NumPy's `Generator(PCG64(…))`.
///
/// Every method takes exactly the words that NumPy's method of the same name
/// takes, so mixed sequences of calls stay in step.
#[derive(Debug, Clone, PartialEq)]
pub struct Generator {
    pcg: Lcg128Xsl64,
    /// The upper half of a word whose lower half was drawn.
    upper_half: Option<u32>,
    seed_sequence: SeedSequence,
}

/// The generator of `numpy.random.default_rng(seed)`.
pub fn default_rng(seed: u128) -> Generator {
    Generator::from_seed_sequence(SeedSequence::new(seed))
}

impl Words for Generator {
    fn next_u32(&mut self) -> u32 {
        if let Some(half) = self.upper_half.take() {
            return half;
        }
        let word = self.pcg.next_u64();
        self.upper_half = Some((word >> 32) as u32);
        word as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.pcg.next_u64()
    }

    fn next_f64(&mut self) -> f64 {
        (self.pcg.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }
}

impl Generator {
    /// The generator that `default_rng` makes of a seed sequence.
    pub fn from_seed_sequence(seed_sequence: SeedSequence) -> Self {
        let words = seed_sequence.generate_state_u64(4);
        let wide = |high: u64, low: u64| u128::from(high) << 64 | u128::from(low);
        let pcg = Lcg128Xsl64::new(wide(words[0], words[1]), wide(words[2], words[3]));
        Generator { pcg, upper_half: None, seed_sequence }
    }

    /// `n` further generators whose streams are independent of this one and of
    /// each other (`spawn`). Nothing is drawn from this stream.
    pub fn spawn(&mut self, n: u32) -> Vec<Generator> {
        self.seed_sequence.spawn(n).into_iter().map(Generator::from_seed_sequence).collect()
    }

    /// The next raw 64-bit word (`bit_generator.random_raw`).
    pub fn next_u64(&mut self) -> u64 {
        Words::next_u64(self)
    }

    /// A double in `[0, 1)` of 53 random bits (`random`).
    pub fn random(&mut self) -> f64 {
        self.next_f64()
    }

    /// A double in `[low, high)` (`uniform`).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.next_f64()
    }

    /// An integer in `low..high`, or in `low..=high` with `endpoint` (`integers`).
    ///
    /// Panics if the range is empty.
    pub fn integers(&mut self, low: i64, high: i64, endpoint: bool) -> i64 {
        assert!(low < high || endpoint && low == high, "integers needs a range, got {low} and {high}");
        let last = if endpoint { high } else { high - 1 };
        // Two's complement: the span of any two i64 fits into u64.
        let span = last.wrapping_sub(low) as u64;
        low.wrapping_add(self.bounded(span) as i64)
    }

    /// `size` integers of one range (`integers(low, high, size, endpoint=endpoint)`).
    ///
    /// Panics if the range is empty.
    pub fn integers_many(&mut self, low: i64, high: i64, size: usize, endpoint: bool) -> Vec<i64> {
        (0..size).map(|_| self.integers(low, high, endpoint)).collect()
    }

    /// Shuffles in place (`shuffle` of a 1-D array).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        self.shuffle_masked(items);
    }

    /// `0..n` in random order (`permutation(n)`).
    ///
    /// Panics if `n` exceeds 2^32.
    pub fn permutation(&mut self, n: usize) -> Vec<u32> {
        assert!(n as u64 <= 1 << 32, "permutation of {n} does not fit into 32-bit indices");
        let mut order: Vec<u32> = (0..n).map(|i| i as u32).collect();
        self.shuffle(&mut order);
        order
    }

    /// `size` indices below `n`, each equally likely
    /// (`choice(n, size, replace, shuffle=shuffle)`).
    ///
    /// Without replacement, `shuffle` asks for a random order too; otherwise only
    /// the set is random.
    ///
    /// Errors: `n` is 0 while `size` is not, `n` exceeds 2^32, or `size` exceeds
    /// `n` without replacement.
    pub fn choice(&mut self, n: usize, size: usize, replace: bool, shuffle: bool) -> Result<Vec<u32>> {
        check_sizes(n, size, replace)?;
        if replace {
            return Ok((0..size).map(|_| self.bounded(n as u64 - 1) as u32).collect());
        }
        // Which way NumPy goes decides which words are drawn, hence its limits.
        let cutoff = if shuffle { 50 } else { 20 };
        if n > 10_000 && size > n / cutoff {
            let mut order: Vec<u32> = (0..n).map(|i| i as u32).collect();
            self.shuffle_bounded(&mut order, (n - size).max(1));
            return Ok(order.split_off(n - size));
        }
        let mut chosen = self.floyd(n, size);
        if shuffle {
            self.shuffle_bounded(&mut chosen, 1);
        }
        Ok(chosen)
    }

    /// `size` indices below `n` as the legacy `RandomState` over this generator's words
    /// draws them (`RandomState(generator.bit_generator).choice(n, size, replace)`).
    ///
    /// Errors: those of [`choice`](Self::choice).
    pub fn legacy_choice(&mut self, n: usize, size: usize, replace: bool) -> Result<Vec<u32>> {
        Words::legacy_choice(self, n, size, replace)
    }

    /// `size` indices below `n` with probabilities `p` of length `n`
    /// (`choice(n, size, replace, p)`).
    ///
    /// Errors: those of [`choice`](Self::choice); `p` has another length, NaN or
    /// negative entries, or does not sum to 1; without replacement fewer
    /// non-zero entries than `size`.
    pub fn choice_p(&mut self, n: usize, size: usize, replace: bool, p: &[f64]) -> Result<Vec<u32>> {
        choice_p(self, n, size, replace, p)
    }

    /// A standard normal draw by the ziggurat (`standard_normal`).
    pub fn standard_normal(&mut self) -> f64 {
        loop {
            let word = self.pcg.next_u64();
            let layer = (word & 0xff) as usize;
            let negative = word >> 8 & 1 == 1;
            let distance = word >> 9 & 0x000f_ffff_ffff_ffff;
            let x = distance as f64 * ziggurat::WI[layer];
            let x = if negative { -x } else { x };
            if distance < ziggurat::KI[layer] {
                return x;
            }
            if layer == 0 {
                let beyond = ziggurat::R + self.normal_tail();
                // Not the sign bit of above: NumPy takes another bit of the word here.
                return if distance >> 8 & 1 == 1 { -beyond } else { beyond };
            }
            let height = (ziggurat::FI[layer - 1] - ziggurat::FI[layer]) * self.next_f64() + ziggurat::FI[layer];
            if height < libm::exp(-0.5 * x * x) {
                return x;
            }
        }
    }

    /// A normal draw of mean `loc` and standard deviation `scale` (`normal`).
    pub fn normal(&mut self, loc: f64, scale: f64) -> f64 {
        loc + scale * self.standard_normal()
    }

    /// How far beyond the last layer's edge a draw from the tail lies.
    fn normal_tail(&mut self) -> f64 {
        loop {
            let x = -ziggurat::INV_R * libm::log1p(-self.next_f64());
            let y = -libm::log1p(-self.next_f64());
            if y + y > x * x {
                return x;
            }
        }
    }

    /// A draw from `0..=max` by Lemire's multiplication (`random_bounded_uint64`).
    fn bounded(&mut self, max: u64) -> u64 {
        const U32_MAX: u64 = u32::MAX as u64;
        match max {
            0 => 0,
            U32_MAX => u64::from(Words::next_u32(self)),
            u64::MAX => self.pcg.next_u64(),
            1..U32_MAX => {
                let n = max as u32 + 1;
                // Words whose product would favour some results are drawn again.
                let threshold = n.wrapping_neg() % n;
                loop {
                    let product = u64::from(Words::next_u32(self)) * u64::from(n);
                    if product as u32 >= threshold {
                        return product >> 32;
                    }
                }
            }
            _ => {
                let n = max + 1;
                let threshold = n.wrapping_neg() % n;
                loop {
                    let product = u128::from(self.pcg.next_u64()) * u128::from(n);
                    if product as u64 >= threshold {
                        return (product >> 64) as u64;
                    }
                }
            }
        }
    }

    /// Shuffles `items[first..]` from the last down with partners from all of
    /// `items` (NumPy's `_shuffle_int`, which draws otherwise than `shuffle`).
    fn shuffle_bounded(&mut self, items: &mut [u32], first: usize) {
        for i in (first..items.len()).rev() {
            let j = self.bounded(i as u64) as usize;
            items.swap(i, j);
        }
    }

    /// `size` distinct indices below `n` by Floyd's algorithm.
    fn floyd(&mut self, n: usize, size: usize) -> Vec<u32> {
        let mut seen = BTreeSet::new();
        (n - size..n)
            .map(|last| {
                let drawn = self.bounded(last as u64) as u32;
                let fresh = if seen.contains(&drawn) { last as u32 } else { drawn };
                seen.insert(fresh);
                fresh
            })
            .collect()
    }
}
