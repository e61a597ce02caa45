//! The model's numbers beside the partition, and its scores in doubles.

use super::counts::Counts;
use crate::error::{Error, Result};
use libm::{lgamma, log};
use serde::{Deserialize, Serialize};

/// The least and the greatest value that a pixel's `a` and `b` may have: a box
/// that makes the library's prior of them proper.
pub const BOX: (f64, f64) = (1e-4, 1e4);

/// The least and the greatest concentration.
pub const ALPHA_RANGE: (f64, f64) = (1e-8, 1e8);

/// Hyperparameters: groups by a Chinese restaurant process of concentration
/// `alpha`; pixel `d` of a group is on with a probability from Beta(`a[d]`, `b[d]`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hyper {
    /// Concentration of the Chinese restaurant process.
    pub alpha: f64,
    /// First parameter of the Beta prior of each pixel.
    pub a: Vec<f64>,
    /// Second parameter of the Beta prior of each pixel.
    pub b: Vec<f64>,
}

impl Hyper {
    /// The same `a` and `b` for every pixel.
    ///
    /// Errors: see [`check`](Self::check).
    pub fn uniform(alpha: f64, a: f64, b: f64, n_features: usize) -> Result<Self> {
        let hyper = Hyper { alpha, a: vec![a; n_features], b: vec![b; n_features] };
        hyper.check(n_features)?;
        Ok(hyper)
    }

    /// An error unless there are `n_features` pixels, every `a` and `b` lies in
    /// [`BOX`] and the concentration in [`ALPHA_RANGE`].
    pub fn check(&self, n_features: usize) -> Result<()> {
        let within = |name: &str, value: f64, (low, high): (f64, f64)| match value >= low && value <= high {
            true => Ok(()),
            false => Err(Error::invalid(name, format!("a float in the range [{low:e}, {high:e}]"), value)),
        };
        within("concentration", self.alpha, ALPHA_RANGE)?;
        for (name, values) in [("alpha", &self.a), ("beta", &self.b)] {
            if values.len() != n_features {
                let must_be = format!("one value for each of {n_features} pixels");
                return Err(Error::invalid(name, must_be, format!("{} values", values.len())));
            }
            values.iter().try_for_each(|value| within(name, *value, BOX))?;
        }
        Ok(())
    }
}

/// Logarithm of the probability of the partition alone (`score_assignment`).
pub fn score_assignment(counts: &Counts, alpha: f64) -> f64 {
    let n: u64 = counts.occupied().map(|slot| u64::from(counts.size(slot))).sum();
    let groups: f64 = counts.occupied().map(|slot| lgamma(f64::from(counts.size(slot)))).sum();
    counts.n_groups() as f64 * log(alpha) + groups + lgamma(alpha) - lgamma(alpha + n as f64)
}

/// Logarithm of the probability of the images given the partition (`score_data`).
pub fn score_data(counts: &Counts, hyper: &Hyper) -> f64 {
    let empty: Vec<f64> = hyper.a.iter().zip(&hyper.b).map(|(a, b)| log_beta(*a, *b)).collect();
    let mut sum = 0.0;
    for slot in counts.occupied() {
        let cells = counts.on(slot).iter().zip(counts.off(slot)).zip(hyper.a.iter().zip(&hyper.b)).zip(&empty);
        sum += cells
            .map(|(((on, off), (a, b)), empty)| log_beta(a + f64::from(*on), b + f64::from(*off)) - empty)
            .sum::<f64>();
    }
    sum
}

/// [`score_assignment`] plus [`score_data`]; the hyperparameters' own priors are not in it.
pub fn log_joint(counts: &Counts, hyper: &Hyper) -> f64 {
    score_assignment(counts, hyper.alpha) + score_data(counts, hyper)
}

fn log_beta(a: f64, b: f64) -> f64 {
    lgamma(a) + lgamma(b) - lgamma(a + b)
}

/// Logarithm of the weight of putting an image into each group and into a new
/// one, straight from the definition, one logarithm for each pixel: what
/// the fast tables are checked against, and what is used where pixels are missing.
/// `counts` must not hold the image. `row` and `missing` as of
/// [`BinaryImages`](super::BinaryImages).
pub fn log_weights(counts: &Counts, hyper: &Hyper, row: &[u8], missing: &[u8]) -> (Vec<(usize, f64)>, f64) {
    let sum = |cell: &dyn Fn(usize) -> (f64, f64)| -> f64 {
        (0..row.len())
            .filter(|d| missing.is_empty() || missing[*d] == 0)
            .map(|d| {
                let (on, off) = cell(d);
                log(if row[d] != 0 { on } else { off }) - log(on + off)
            })
            .sum()
    };
    let groups = counts.occupied().map(|slot| {
        let (on, off) = (counts.on(slot), counts.off(slot));
        let pixels = sum(&|d| (hyper.a[d] + f64::from(on[d]), hyper.b[d] + f64::from(off[d])));
        (slot, log(f64::from(counts.size(slot))) + pixels)
    });
    (groups.collect(), log(hyper.alpha) + sum(&|d| (hyper.a[d], hyper.b[d])))
}
