//! Which hypotheses are rejected: by family-wise error rate or false discovery rate.

use crate::error::{Error, Result};

/// What is kept below its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// The probability of any false selection, by Bonferroni's threshold for this many tests.
    Fwer {
        /// Number of tests: of clusters, rather than of pixels that share them.
        n_tests: usize,
    },
    /// The expected share of false selections (Benjamini and Hochberg).
    FdrBhq,
    /// The same whatever the dependence (Benjamini and Yekutieli).
    FdrBhy,
}

/// The threshold that p-values are compared with: strictly below it for FWER, at or below it for FDR.
/// `two_tailed` halves the level first, as the library does even though its p-values are two-sided.
///
/// Errors: `level` not in (0, 1), no tests.
pub fn threshold(p: &[f64], control: Control, level: f64, two_tailed: bool) -> Result<f64> {
    if !(level > 0.0 && level < 1.0) {
        let name = if matches!(control, Control::Fwer { .. }) { "fwer" } else { "fdr" };
        return Err(Error::invalid(name, "a float in the range (0, 1)", level));
    }
    let level = if two_tailed { level / 2.0 } else { level };
    let n = p.len() as f64;
    match control {
        Control::Fwer { n_tests: 0 } => Err(Error::invalid("n_tests", "at least 1", 0)),
        Control::Fwer { n_tests } => Ok(level / n_tests as f64),
        Control::FdrBhq => Ok(step_up(p, level / n)),
        Control::FdrBhy => Ok(step_up(p, level / (n * (1..=p.len()).map(|i| 1.0 / i as f64).sum::<f64>()))),
    }
}

/// The largest p-value that is below its rank times `slope`; -1 if there is none.
fn step_up(p: &[f64], slope: f64) -> f64 {
    let mut sorted = p.to_vec();
    sorted.sort_by(f64::total_cmp);
    let below = sorted.iter().enumerate().rev().find(|(i, p)| **p < slope * (i + 1) as f64);
    below.map_or(-1.0, |(_, p)| *p)
}

/// The selection: 1, or with `two_tailed` the sign of the importance, 0 for the others
/// (`fwer_selection`, `fdr_selection`), `(n_features,)`.
///
/// Errors: those of [`threshold`]; importances of another length.
pub fn select(p: &[f64], importance: &[f64], control: Control, level: f64, two_tailed: bool) -> Result<Vec<i8>> {
    if p.len() != importance.len() {
        return Err(Error::invalid("importance", format!("of the {} p-values", p.len()), importance.len()));
    }
    let threshold = threshold(p, control, level, two_tailed)?;
    let strict = matches!(control, Control::Fwer { .. });
    let sign = |importance: f64| i8::from(importance > 0.0) - i8::from(importance < 0.0);
    let kept = |p: f64| if strict { p < threshold } else { p <= threshold };
    let one = |(p, importance): (&f64, &f64)| match (kept(*p), two_tailed) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => sign(*importance),
    };
    Ok(p.iter().zip(importance).map(one).collect())
}
