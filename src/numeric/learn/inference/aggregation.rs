//! Many p-values of one hypothesis into one: quantile aggregation.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// How p-values of repetitions are joined.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Aggregation {
    /// The quantile at `gamma` over `gamma` (`adaptive=False`); 0.5 is twice the median.
    Fixed {
        /// Which quantile, in (0, 1].
        gamma: f64,
    },
    /// The best quantile from `gamma_min` on, paid for with `1 - ln(gamma_min)`.
    Adaptive {
        /// The least quantile, in (0, 1].
        gamma_min: f64,
    },
    /// The same as the library computes it: ranks are one too low, and a `gamma_min` below
    /// one repetition looks at a rank of 0.
    AdaptiveCompat {
        /// The least quantile, in (0, 1].
        gamma_min: f64,
    },
}

/// The p-value of each hypothesis, `(n_hypotheses,)`, from those of the repetitions, each
/// `(n_hypotheses,)` (`hidimstat.statistical_tools.aggregation.quantile_aggregation`).
///
/// A single repetition is handed back as it is.
///
/// Errors: no repetitions, repetitions of different lengths, a quantile outside its range.
pub fn quantile_aggregation(repetitions: &[&[f64]], how: Aggregation) -> Result<Vec<f64>> {
    aggregated(repetitions, how, one)
}

/// The natural logarithm of what [`quantile_aggregation`] gives, from the logarithms of the p-values: it tells apart
/// what is too small for a number. Where that divides 0 by 0, with the library's own ranks, p-values that are not 0
/// have a logarithm.
///
/// Errors: those of [`quantile_aggregation`].
pub fn log_quantile_aggregation(repetitions: &[&[f64]], how: Aggregation) -> Result<Vec<f64>> {
    aggregated(repetitions, how, log_one)
}

fn aggregated(
    repetitions: &[&[f64]],
    how: Aggregation,
    one: fn(sorted: &[f64], how: Aggregation) -> f64,
) -> Result<Vec<f64>> {
    let Some(first) = repetitions.first() else {
        return Err(Error::invalid("n_bootstraps", "at least 1", 0));
    };
    if repetitions.iter().any(|p| p.len() != first.len()) {
        return Err(Error::Numeric("the repetitions differ in their number of p-values".into()));
    }
    let (name, share) = match how {
        Aggregation::Fixed { gamma } => ("gamma", gamma),
        Aggregation::Adaptive { gamma_min } | Aggregation::AdaptiveCompat { gamma_min } => ("gamma_min", gamma_min),
    };
    if !(share > 0.0 && share <= 1.0) {
        return Err(Error::invalid(name, "a float in the range (0, 1]", share));
    }
    if repetitions.len() == 1 {
        return Ok(first.to_vec());
    }
    if share == 1.0 && matches!(how, Aggregation::AdaptiveCompat { .. }) {
        return Err(Error::invalid(name, "below 1, where no rank is left", share));
    }
    let mut column = vec![0.0; repetitions.len()];
    let joined = (0..first.len()).map(|hypothesis| {
        column.iter_mut().zip(repetitions).for_each(|(value, p)| *value = p[hypothesis]);
        if column.iter().any(|p| p.is_nan()) {
            return f64::NAN;
        }
        column.sort_by(f64::total_cmp);
        one(&column, how)
    });
    Ok(joined.collect())
}

/// The p-value of one hypothesis from sorted ones.
fn one(sorted: &[f64], how: Aggregation) -> f64 {
    let n = sorted.len() as f64;
    let best = |first: usize, shift: usize| {
        let ranks = sorted.iter().enumerate().skip(first).map(|(rank, p)| p / (rank + shift) as f64);
        // 0 / 0 is to be seen.
        ranks.fold(f64::INFINITY, |least, p| if p.is_nan() || p < least { p } else { least }) * n
    };
    let capped = |p: f64| if p > 1.0 { 1.0 } else { p };
    match how {
        Aggregation::Fixed { gamma } => capped(quantile(sorted, gamma) / gamma),
        Aggregation::Adaptive { gamma_min } => capped((1.0 - libm::log(gamma_min)) * best(first_rank(gamma_min, n), 1)),
        Aggregation::AdaptiveCompat { gamma_min } => {
            let first = (gamma_min * n).floor() as usize;
            capped((1.0 - libm::log(gamma_min)) * best(first, 0))
        }
    }
}

/// As [`one`], of logarithms.
fn log_one(sorted: &[f64], how: Aggregation) -> f64 {
    let n = sorted.len() as f64;
    let best = |first: usize, shift: usize| {
        let ranks = sorted.iter().enumerate().skip(first).map(|(rank, p)| p - libm::log((rank + shift) as f64));
        ranks.fold(f64::INFINITY, f64::min) + libm::log(n)
    };
    let log_p = match how {
        Aggregation::Fixed { gamma } => {
            let (a, b, t) = around(sorted, gamma);
            // Relative to the larger of the two, beside which the other may be nothing.
            let quantile = if t == 0.0 || a == b { a } else { b + libm::log(t + (1.0 - t) * libm::exp(a - b)) };
            quantile - libm::log(gamma)
        }
        Aggregation::Adaptive { gamma_min } => {
            libm::log(1.0 - libm::log(gamma_min)) + best(first_rank(gamma_min, n), 1)
        }
        Aggregation::AdaptiveCompat { gamma_min } => {
            libm::log(1.0 - libm::log(gamma_min)) + best((gamma_min * n).floor() as usize, 0)
        }
    };
    log_p.min(0.0)
}

/// The first place whose rank `r`, which is the quantile `r / n`, is not below `gamma_min`.
fn first_rank(gamma_min: f64, n: f64) -> usize {
    (gamma_min * n - 1e-9).ceil().max(1.0) as usize - 1
}

/// The two values around a quantile, and how far it is from the first to the second.
fn around(sorted: &[f64], share: f64) -> (f64, f64, f64) {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    (sorted[below], sorted[above], place - below as f64)
}

/// The quantile between the two values around it (NumPy's `linear`).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let (a, b, t) = around(sorted, share);
    // NumPy goes from the nearer end, so that t = 1 gives b exactly.
    if t < 0.5 { a + (b - a) * t } else { b - (b - a) * (1.0 - t) }
}
