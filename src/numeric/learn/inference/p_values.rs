//! One-sided p-values, and corrections for many of them: `hidimstat.statistical_tools`.

use super::normal::{norm_cdf, norm_sf};

/// Nothing is more certain than this.
const CLIP: f64 = 1.0 - 1e-14;

/// `P(X > z)` and `P(X <= z)` of z-scores, each at most `1 - 1e-14`.
pub fn one_sided_p(z: &[f64]) -> (Vec<f64>, Vec<f64>) {
    (z.iter().map(|z| norm_sf(*z).min(CLIP)).collect(), z.iter().map(|z| norm_cdf(*z).min(CLIP)).collect())
}

/// One-sided p-values times the number of tests, those of the other side likewise from above.
pub fn one_sided_corrected(p: &[f64]) -> Vec<f64> {
    let n = p.len() as f64;
    let correct = |p: f64| if p < 0.5 { (p * n).min(0.5) } else { (1.0 - (1.0 - p) * n).max(0.5) };
    p.iter().map(|p| correct(*p)).collect()
}

/// Bonferroni: p-values times the number of tests, at most 1.
pub fn bonferroni(p: &[f64]) -> Vec<f64> {
    p.iter().map(|value| (value * p.len() as f64).min(1.0)).collect()
}
