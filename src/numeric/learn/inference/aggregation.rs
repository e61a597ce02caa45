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
        Aggregation::Adaptive { gamma_min } => {
            // Rank r is the quantile r / n; the first that is not below gamma_min.
            let first = (gamma_min * n - 1e-9).ceil().max(1.0) as usize - 1;
            capped((1.0 - libm::log(gamma_min)) * best(first, 1))
        }
        Aggregation::AdaptiveCompat { gamma_min } => {
            let first = (gamma_min * n).floor() as usize;
            capped((1.0 - libm::log(gamma_min)) * best(first, 0))
        }
    }
}

/// The quantile between the two values around it (NumPy's `linear`).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let t = place - below as f64;
    let (a, b) = (sorted[below], sorted[above]);
    // NumPy goes from the nearer end, so that t = 1 gives b exactly.
    if t < 0.5 { a + (b - a) * t } else { b - (b - a) * (1.0 - t) }
}
