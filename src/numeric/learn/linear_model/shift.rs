//! What one number added to a feature's coefficients of all outputs changes: no probability, only the penalty.
//!
//! Steps that move one output after the other crawl along these directions where the penalty is weak; each of them has a
//! minimum that can be written down.

use super::loss::Loss;
use super::target::Target;

/// Part of the objective that a shift must save: less is rounding, and would move coefficients that are exactly zero.
const WORTH: f64 = 1e-14;

/// Moves each feature's coefficients, all alike, to where the penalty is least; whether any moved. `objective` is that
/// at `theta`.
pub(super) fn shifted(target: &Target, theta: &mut [f64], objective: f64) -> bool {
    if target.loss != Loss::Softmax {
        return false;
    }
    let mut moved = false;
    for row in theta[..target.last()].chunks_exact_mut(target.width) {
        let shift = best(row, target.l1, target.l2);
        let penalty = |shift: f64| -> f64 {
            row.iter().map(|value| value + shift).map(|x| target.l1 * x.abs() + 0.5 * target.l2 * x * x).sum()
        };
        if penalty(0.0) - penalty(shift) > WORTH * objective {
            row.iter_mut().for_each(|value| *value += shift);
            moved = true;
        }
    }
    moved
}

/// The number that, added to all of `row`, makes `l1 * |row| + l2 / 2 * |row|^2` least; the smallest of several.
fn best(row: &[f64], l1: f64, l2: f64) -> f64 {
    // Where one of them becomes zero.
    let mut zeros: Vec<f64> = row.iter().map(|value| 0.0 - value).collect();
    zeros.sort_unstable_by(f64::total_cmp);
    let n = zeros.len();
    if l2 == 0.0 {
        return 0.0f64.clamp(zeros[(n - 1) / 2], zeros[n / 2]);
    }
    let mean = zeros.iter().sum::<f64>() / n as f64;
    for below in 0..=n {
        // The minimum if so many were positive by then, and the others negative.
        let shift = mean + l1 / l2 * (n as f64 - 2.0 * below as f64) / n as f64;
        if below > 0 && shift < zeros[below - 1] {
            return zeros[below - 1];
        }
        if below == n || shift <= zeros[below] {
            return shift;
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_other_shift_costs_less(
            row in prop::collection::vec(-3i32..4, 2..8), l1 in 0.0..3.0f64, l2 in prop::sample::select(vec![0.0, 0.1, 1.0]),
        ) {
            let row: Vec<f64> = row.into_iter().map(f64::from).collect();
            let cost = |shift: f64| -> f64 {
                row.iter().map(|value| value + shift).map(|x| l1 * x.abs() + 0.5 * l2 * x * x).sum()
            };
            let found = best(&row, l1, l2);
            for at in -400..=400 {
                let other = f64::from(at) / 100.0;
                prop_assert!(cost(found) <= cost(other) + 1e-12, "{row:?}: {found} and {other}");
            }
        }
    }

    #[test]
    fn what_is_best_stays() {
        assert_eq!(best(&[0.0, 0.0, 2.0], 1.0, 0.0), 0.0);
        assert_eq!(best(&[-1.0, 1.0], 1.0, 0.0), 0.0);
        assert_eq!(best(&[0.0, 0.0, 0.5], 1.0, 1.0), 0.0);
        assert_eq!(best(&[1.0, 1.0, 4.0], 1.0, 0.0), -1.0);
    }
}
