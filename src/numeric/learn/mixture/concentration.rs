//! Learning the concentration: Escobar and West (1995), with a Gamma prior.

use super::model::ALPHA_RANGE;
use crate::random::Generator;
use libm::{log, pow};
use serde::{Deserialize, Serialize};

/// A Gamma prior of the concentration.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GammaPrior {
    /// Shape.
    pub shape: f64,
    /// Rate: one over the scale.
    pub rate: f64,
}

impl Default for GammaPrior {
    /// The exponential distribution of rate 1.
    fn default() -> Self {
        GammaPrior { shape: 1.0, rate: 1.0 }
    }
}

/// Draws the concentration given that `n_samples` images are in `n_groups` groups.
pub(super) fn draw(alpha: f64, n_groups: usize, n_samples: usize, prior: GammaPrior, rng: &mut Generator) -> f64 {
    let (k, n) = (n_groups as f64, n_samples as f64);
    let (x, y) = (gamma(alpha + 1.0, rng), gamma(n, rng));
    let rate = prior.rate - log(x / (x + y));
    let odds = (prior.shape + k - 1.0) / (n * rate);
    let shape = if rng.random() < odds / (1.0 + odds) { prior.shape + k } else { prior.shape + k - 1.0 };
    (gamma(shape, rng) / rate).clamp(ALPHA_RANGE.0, ALPHA_RANGE.1)
}

/// A Gamma draw of scale 1 by Marsaglia and Tsang (2000); for `shape > 1` the draw
/// of NumPy's `standard_gamma`.
pub(super) fn gamma(shape: f64, rng: &mut Generator) -> f64 {
    if shape <= 1.0 {
        // Gamma(shape + 1) times U^(1/shape) is Gamma(shape).
        let more = gamma(shape + 1.0, rng);
        return more * pow(1.0 - rng.random(), 1.0 / shape);
    }
    let b = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * b).sqrt();
    loop {
        let (x, v) = loop {
            let x = rng.standard_normal();
            let v = 1.0 + c * x;
            if v > 0.0 {
                break (x, v * v * v);
            }
        };
        let u = rng.random();
        if u < 1.0 - 0.0331 * (x * x) * (x * x) || log(u) < 0.5 * x * x + b * (1.0 - v + log(v)) {
            return b * v;
        }
    }
}
