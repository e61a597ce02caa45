//! `numpy.random.RandomState`: the legacy stream that scikit-learn draws from.

use super::choice::choice_p;
use super::log::log;
use super::words::Words;
use crate::error::Result;
use rand_mt::Mt;

/// NumPy's legacy `RandomState`: MT19937 and the draws that NumPy has frozen.
///
/// Every method takes exactly the words that NumPy's method of the same name
/// takes, so mixed sequences of calls stay in step.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomState {
    mt: Mt,
    /// The second value of a polar pair, kept for the next normal draw.
    gauss: Option<f64>,
}

impl Words for RandomState {
    fn next_u32(&mut self) -> u32 {
        self.mt.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.mt.next_u64()
    }

    fn next_f64(&mut self) -> f64 {
        let high = self.mt.next_u32() >> 5;
        let low = self.mt.next_u32() >> 6;
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }
}

impl RandomState {
    /// The stream of `RandomState(seed)`.
    pub fn new(seed: u32) -> Self {
        RandomState { mt: Mt::new(seed), gauss: None }
    }

    /// The next raw 32-bit word.
    pub fn next_u32(&mut self) -> u32 {
        Words::next_u32(self)
    }

    /// A double in `[0, 1)` of 53 random bits (`random_sample`, `rand`).
    pub fn random_sample(&mut self) -> f64 {
        self.next_f64()
    }

    /// Goes on as after `n` calls of [`random_sample`](Self::random_sample),
    /// to step over the draws of an earlier restart.
    pub fn skip_doubles(&mut self, n: usize) {
        for _ in 0..n {
            self.mt.next_u32();
            self.mt.next_u32();
        }
    }

    /// A double in `[low, high)` (`uniform`).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.next_f64()
    }

    /// An integer in `low..high` (`randint` of the default 64-bit type).
    ///
    /// Panics if the range is empty.
    pub fn randint(&mut self, low: i64, high: i64) -> i64 {
        assert!(low < high, "randint needs low < high, got {low} and {high}");
        // Two's complement: the span of any two i64 fits into u64.
        let span = (high - 1).wrapping_sub(low) as u64;
        low.wrapping_add(self.masked(span) as i64)
    }

    /// `size` integers in `low..high` (`randint(low, high, size)`).
    ///
    /// Panics if the range is empty.
    pub fn randint_many(&mut self, low: i64, high: i64, size: usize) -> Vec<i64> {
        (0..size).map(|_| self.randint(low, high)).collect()
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

    /// `size` indices below `n`, each equally likely (`choice(n, size, replace)`).
    ///
    /// Errors: `n` is 0 while `size` is not, `n` exceeds 2^32, or `size` exceeds
    /// `n` without replacement.
    pub fn choice(&mut self, n: usize, size: usize, replace: bool) -> Result<Vec<u32>> {
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

    /// A standard normal draw by the polar method (`standard_normal`, `randn`).
    ///
    /// The words taken are NumPy's; about 1 value in 10,000 differs from NumPy's in
    /// its last bit, as NumPy takes its platform's logarithm.
    pub fn standard_normal(&mut self) -> f64 {
        if let Some(kept) = self.gauss.take() {
            return kept;
        }
        loop {
            let x = 2.0 * self.next_f64() - 1.0;
            let y = 2.0 * self.next_f64() - 1.0;
            let r2 = x * x + y * y;
            if r2 < 1.0 && r2 != 0.0 {
                let scale = (-2.0 * log(r2) / r2).sqrt();
                self.gauss = Some(scale * x);
                return scale * y;
            }
        }
    }

    /// A normal draw of mean `loc` and standard deviation `scale` (`normal`).
    pub fn normal(&mut self, loc: f64, scale: f64) -> f64 {
        loc + scale * self.standard_normal()
    }
}
