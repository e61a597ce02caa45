//! Sums of doubles that do not depend on the order of adding and taking away.
//!
//! Each value is split into a multiple of a coarse step and a multiple of a fine one
//! (what is below is dropped, at most 2^-50 of the greatest value for a million rows).
//! The steps are such that no sum of either part is ever rounded.

use crate::learn::Matrix;

/// Sums of the rows of each cluster, shape `(n_clusters, n_features)`.
#[derive(Debug, Clone, PartialEq)]
pub struct ExactSums {
    coarse: Matrix,
    fine: Matrix,
    /// Adding and taking away one and a half times 2^52 steps rounds to a step.
    round: [f64; 2],
}

impl ExactSums {
    /// No rows yet; there will be at most `n_rows`, of values of at most `greatest`.
    pub(super) fn new(n_clusters: usize, n_features: usize, n_rows: usize, greatest: f64) -> Self {
        let n = 8.0 * n_rows.max(2) as f64;
        let step = |greatest: f64| libm::frexp(n * greatest).1 - 53;
        let coarse = step(greatest);
        let fine = step(libm::ldexp(0.5, coarse));
        ExactSums {
            coarse: Matrix::zeros(n_clusters, n_features),
            fine: Matrix::zeros(n_clusters, n_features),
            round: [coarse, fine].map(|exponent| libm::ldexp(1.5, 52 + exponent)),
        }
    }

    /// No rows again.
    pub(super) fn clear(&mut self) {
        for j in 0..self.coarse.n_rows() {
            self.coarse.row_mut(j).fill(0.0);
            self.fine.row_mut(j).fill(0.0);
        }
    }

    /// Adds a row to cluster `j`.
    pub(super) fn add(&mut self, j: usize, row: &[f64]) {
        self.change(j, row, |sum, part| sum + part);
    }

    /// Takes a row from cluster `j` that was added to it.
    pub(super) fn take(&mut self, j: usize, row: &[f64]) {
        self.change(j, row, |sum, part| sum - part);
    }

    #[inline(always)]
    fn change(&mut self, j: usize, row: &[f64], change: impl Fn(f64, f64) -> f64) {
        let [coarse_round, fine_round] = self.round;
        for ((coarse, fine), value) in self.coarse.row_mut(j).iter_mut().zip(self.fine.row_mut(j)).zip(row) {
            let high = (value + coarse_round) - coarse_round;
            let low = ((value - high) + fine_round) - fine_round;
            *coarse = change(*coarse, high);
            *fine = change(*fine, low);
        }
    }

    /// The sum of cluster `j`, into `out`.
    pub(super) fn sum(&self, j: usize, out: &mut [f64]) {
        for ((out, coarse), fine) in out.iter_mut().zip(self.coarse.row(j)).zip(self.fine.row(j)) {
            *out = coarse + fine;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn order_does_not_matter_and_what_is_taken_is_gone(
            rows in prop::collection::vec((-30.0..30.0, -1e-3..1e-3), 1..60),
            turn in 0usize..60,
        ) {
            let rows: Vec<[f64; 2]> = rows.iter().map(|&(a, b)| [a, b]).collect();
            let mut there = ExactSums::new(1, 2, 120, 30.0);
            rows.iter().for_each(|row| there.add(0, row));
            let mut back = ExactSums::new(1, 2, 120, 30.0);
            let turn = turn % rows.len();
            back.add(0, &[17.3, -4.1]);
            rows[turn..].iter().for_each(|row| back.add(0, row));
            back.take(0, &[17.3, -4.1]);
            rows[..turn].iter().rev().for_each(|row| back.add(0, row));
            prop_assert_eq!(&there, &back);
            let mut sum = [0.0; 2];
            there.sum(0, &mut sum);
            for (j, sum) in sum.iter().enumerate() {
                let naive: f64 = rows.iter().map(|row| row[j]).sum();
                prop_assert!((sum - naive).abs() <= 1e-13 * rows.len() as f64, "{} {}", sum, naive);
            }
            there.clear();
            there.sum(0, &mut sum);
            prop_assert_eq!(sum, [0.0; 2]);
        }
    }

    #[test]
    fn whole_numbers_are_summed_exactly() {
        let mut sums = ExactSums::new(1, 1, 4_000_000, 255.0);
        (0..1000).for_each(|i| sums.add(0, &[f64::from(i % 256)]));
        let mut sum = [0.0];
        sums.sum(0, &mut sum);
        assert_eq!(sum[0], f64::from((0..1000).map(|i| i % 256).sum::<i32>()));
    }
}
