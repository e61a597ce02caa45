//! What NumPy derives from any source of raw words in the same way.

use super::choice::check_sizes;
use crate::error::Result;

/// A source of raw words, NumPy's `bitgen_t`.
pub(super) trait Words {
    /// The next 32 random bits.
    fn next_u32(&mut self) -> u32;

    /// The next 64 random bits.
    fn next_u64(&mut self) -> u64;

    /// The next double of 53 random bits in `[0, 1)`.
    fn next_f64(&mut self) -> f64;

    /// A draw from `0..=max` by masked rejection (NumPy's `random_interval`).
    ///
    /// Nothing is drawn for `max = 0`; ranges that fit into 32 bits take one
    /// 32-bit word a trial, wider ones one 64-bit word.
    fn masked(&mut self, max: u64) -> u64 {
        if max == 0 {
            return 0;
        }
        let mask = u64::MAX >> max.leading_zeros();
        loop {
            let word = if max <= u64::from(u32::MAX) { u64::from(self.next_u32()) } else { self.next_u64() };
            if word & mask <= max {
                return word & mask;
            }
        }
    }

    /// Shuffles in place from the last item down (NumPy's `shuffle` of a 1-D array).
    fn shuffle_masked<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            // The draw is at most i, which came from a usize.
            let j = self.masked(i as u64) as usize;
            items.swap(i, j);
        }
    }

    /// `size` indices below `n`, as the legacy `RandomState` draws them from these words (`choice`).
    fn legacy_choice(&mut self, n: usize, size: usize, replace: bool) -> Result<Vec<u32>> {
        check_sizes(n, size, replace)?;
        if replace {
            return Ok((0..size).map(|_| self.masked(n as u64 - 1) as u32).collect());
        }
        let mut order: Vec<u32> = (0..n).map(|i| i as u32).collect();
        self.shuffle_masked(&mut order);
        order.truncate(size);
        Ok(order)
    }
}
