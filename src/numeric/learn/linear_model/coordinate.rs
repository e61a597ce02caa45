//! A quadratic with an L1 term: coordinate descent, and exact steps over the
//! coordinates that are not zero.
//!
//! Coordinate descent finds soon which coordinates are zero, but crawls where
//! features go together, as neighbouring pixels do; a factored matrix does not.

use crate::learn::Matrix;
use crate::learn::linalg::{Cholesky, add_scaled};

/// Sweeps between two exact steps.
const SWEEPS: usize = 12;
/// Most exact steps.
const ROUNDS: usize = 40;

/// `gradient @ d + d @ matrix @ d / 2 + l1 * |x + d|` over `d`, to be lowered from `d = 0` on.
pub(super) struct Quadratic<'a> {
    /// Second derivatives, shape `(n, n)`, all of it.
    pub matrix: &'a Matrix,
    /// The factor of the sizes of the first `n_penalized` coordinates; the others are free.
    pub l1: f64,
    /// How many coordinates the L1 term sees.
    pub n_penalized: usize,
}

impl Quadratic<'_> {
    /// Moves `x`, `(n,)`, and keeps `gradient`, `(n,)`, that of the smooth part at `x`, in step, until
    /// no coordinate's least subgradient exceeds `enough`.
    pub fn minimize(&self, x: &mut [f64], gradient: &mut [f64], enough: f64) {
        for round in 0..=ROUNDS {
            for _ in 0..SWEEPS {
                self.sweep(x, gradient);
                if self.violation(x, gradient) <= enough {
                    return;
                }
            }
            if round < ROUNDS {
                // Each leap that ends early leaves one coordinate less.
                while self.leap(x, gradient) {}
            }
        }
    }

    fn l1(&self, j: usize) -> f64 {
        if j < self.n_penalized { self.l1 } else { 0.0 }
    }

    /// The greatest of the least subgradients.
    pub fn violation(&self, x: &[f64], gradient: &[f64]) -> f64 {
        let each = x.iter().zip(gradient).enumerate().map(|(j, (x, g))| least_subgradient(*x, *g, self.l1(j)).abs());
        each.fold(0.0, f64::max)
    }

    /// Each coordinate to its minimum in turn.
    fn sweep(&self, x: &mut [f64], gradient: &mut [f64]) {
        for j in 0..x.len() {
            let curvature = self.matrix.row(j)[j];
            // A feature that no sample with any weight has.
            if curvature <= 0.0 {
                continue;
            }
            let goal = x[j] - gradient[j] / curvature;
            let cut = self.l1(j) / curvature;
            let next = if goal > cut {
                goal - cut
            } else if goal < -cut {
                goal + cut
            } else {
                0.0
            };
            if next != x[j] {
                add_scaled(gradient, next - x[j], self.matrix.row(j));
                x[j] = next;
            }
        }
    }

    /// To the minimum over the coordinates that are not zero, or as far as none of them
    /// turns its sign: whether that ended it early.
    fn leap(&self, x: &mut [f64], gradient: &mut [f64]) -> bool {
        let free: Vec<usize> =
            (0..x.len()).filter(|j| (x[*j] != 0.0 || self.l1(*j) == 0.0) && self.matrix.row(*j)[*j] > 0.0).collect();
        let mut block = Matrix::zeros(free.len(), free.len());
        for (i, &a) in free.iter().enumerate() {
            for (cell, &b) in block.row_mut(i).iter_mut().zip(&free) {
                *cell = self.matrix.row(a)[b];
            }
        }
        let Some(factor) = Cholesky::new(&block, 1e-13) else {
            return false;
        };
        let mut step: Vec<f64> = free.iter().map(|j| -least_subgradient(x[*j], gradient[*j], self.l1(*j))).collect();
        factor.solve_vector(&mut step);
        // Where the first coordinate meets zero, it stays there.
        let (mut length, mut ends) = (1.0, None);
        for (&j, step) in free.iter().zip(&step) {
            let reach = -x[j] / step;
            if self.l1(j) > 0.0 && reach > 0.0 && reach < length {
                (length, ends) = (reach, Some(j));
            }
        }
        for (&j, step) in free.iter().zip(&step) {
            let next = if ends == Some(j) { 0.0 } else { x[j] + length * step };
            add_scaled(gradient, next - x[j], self.matrix.row(j));
            x[j] = next;
        }
        ends.is_some()
    }
}

/// The subgradient of least size of a smooth part with derivative `gradient` and of `l1 * |x|`.
pub(super) fn least_subgradient(x: f64, gradient: f64, l1: f64) -> f64 {
    if x != 0.0 {
        return gradient + l1.copysign(x);
    }
    // At 0 the penalty's slope may be anything between -l1 and l1.
    if gradient.abs() > l1 { gradient - l1.copysign(gradient) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::linalg::{View, product};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_minimum_has_no_subgradient(n in 1usize..9, seed in any::<u32>(), l1 in 0.0..3.0f64, free in 0usize..2) {
            let mut word = seed;
            let mut next = || {
                word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                f64::from(word >> 20) / 1024.0 - 2.0
            };
            // Nearly dependent columns, on which plain coordinate descent crawls.
            let shared: Vec<f64> = (0..2 * n).map(|_| next()).collect();
            let values = (0..2 * n * n).map(|i| shared[i / n] + 0.05 * next()).collect();
            let x = Matrix::from_vec(values, 2 * n, n).unwrap();
            let mut matrix = product(View::of(&x).t(), View::of(&x));
            (0..n).for_each(|j| matrix.row_mut(j)[j] += 1e-3);
            let quadratic = Quadratic { matrix: &matrix, l1, n_penalized: n - free };
            let start: Vec<f64> = (0..n).map(|_| 3.0 * next()).collect();
            let (mut x, mut gradient) = (vec![0.0; n], start.clone());
            quadratic.minimize(&mut x, &mut gradient, 1e-9);
            for j in 0..n {
                let slope: f64 = start[j] + matrix.row(j).iter().zip(&x).map(|(a, x)| a * x).sum::<f64>();
                prop_assert!((slope - gradient[j]).abs() < 1e-9);
                prop_assert!(least_subgradient(x[j], slope, quadratic.l1(j)).abs() < 1e-8, "{:?}", x);
            }
        }
    }
}
