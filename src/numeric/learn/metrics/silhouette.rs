//! Silhouettes: how much nearer a sample is to its own cluster than to the next.

use super::contingency::{ranks, sizes};
use crate::error::{Error, Result};
use crate::learn::Matrix;

/// Rows of a block: two blocks of 784 columns stay in the second-level cache.
const BLOCK: usize = 16;

/// Independent running sums of a distance, for the compiler to keep in vectors.
const LANES: usize = 8;

/// The silhouette coefficient of every sample, in `[-1, 1]`, shape `(n_samples,)`
/// (`silhouette_samples`, euclidean); 0 for a sample alone in its cluster.
///
/// `x` has shape `(n_samples, n_features)`, `labels` shape `(n_samples,)`. Takes
/// `n_samples * n_labels` doubles of memory, never all distances at once. Distances
/// are taken from differences, so close samples keep more digits than in
/// scikit-learn, which goes over products.
///
/// Errors: the lengths differ, `x` has no columns or values that are not finite,
/// or there are fewer than 2 or more than `n_samples - 1` labels.
pub fn silhouette_samples<L: Copy + Into<i64>>(x: &Matrix, labels: &[L]) -> Result<Vec<f64>> {
    let n_samples = x.n_rows();
    if labels.len() != n_samples {
        let must_be = format!("as long as 'X' ({n_samples} samples)");
        return Err(Error::invalid("labels", must_be, format!("{} labels", labels.len())));
    }
    if x.n_cols() == 0 {
        return Err(Error::invalid("X", "of at least 1 feature", "0 features"));
    }
    if let Some(value) = x.as_slice().iter().find(|value| !value.is_finite()) {
        return Err(Error::invalid("X", "finite", value));
    }
    let (distinct, label_of) = ranks(labels)?;
    let n_labels = distinct.len();
    if n_labels < 2 || n_labels >= n_samples {
        let got = format!("{n_labels} labels for {n_samples} samples");
        return Err(Error::invalid("labels", "of 2 to n_samples - 1 different values", got));
    }
    let label_sizes = sizes(&label_of, n_labels);
    let sums = distance_sums(x, &label_of, n_labels)?;
    let silhouette = |(sums, &own): (&[f64], &u32)| {
        let own = own as usize;
        let size = label_sizes[own];
        if size == 1 {
            return 0.0;
        }
        let intra = sums[own] / (size - 1) as f64;
        let others = sums.iter().zip(&label_sizes).enumerate().filter(|&(label, _)| label != own);
        let inter = others.map(|(_, (&sum, &size))| sum / size as f64).fold(f64::INFINITY, f64::min);
        let larger = intra.max(inter);
        // All samples in one place: neither cluster is nearer.
        if larger == 0.0 { 0.0 } else { (inter - intra) / larger }
    };
    Ok(sums.chunks_exact(n_labels).zip(&label_of).map(silhouette).collect())
}

/// The mean silhouette coefficient, in `[-1, 1]` (`silhouette_score`).
///
/// Errors: see [`silhouette_samples`].
pub fn silhouette_score<L: Copy + Into<i64>>(x: &Matrix, labels: &[L]) -> Result<f64> {
    let samples = silhouette_samples(x, labels)?;
    Ok(samples.iter().sum::<f64>() / samples.len() as f64)
}

/// For each sample the sum of its distances to the samples of each label,
/// row-major, shape `(n_samples, n_labels)`. Each distance is computed once and
/// each sum is taken in the order of the samples.
fn distance_sums(x: &Matrix, label_of: &[u32], n_labels: usize) -> Result<Vec<f64>> {
    let n_samples = x.n_rows();
    let Some(n_sums) = n_samples.checked_mul(n_labels) else {
        return Err(Error::Numeric(format!("{n_samples} samples of {n_labels} labels are too many to compare")));
    };
    let mut sums = vec![0.0; n_sums];
    for first in (0..n_samples).step_by(BLOCK) {
        for second in (first..n_samples).step_by(BLOCK) {
            for i in first..(first + BLOCK).min(n_samples) {
                for j in second.max(i + 1)..(second + BLOCK).min(n_samples) {
                    let distance = squared_distance(x.row(i), x.row(j)).sqrt();
                    sums[i * n_labels + label_of[j] as usize] += distance;
                    sums[j * n_labels + label_of[i] as usize] += distance;
                }
            }
        }
    }
    Ok(sums)
}

/// The squared euclidean distance, summed in lanes so that it takes the same bits
/// on every target.
fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            let difference = a[lane] - b[lane];
            lanes[lane] += difference * difference;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| (a - b) * (a - b)).sum();
    lanes.iter().sum::<f64>() + rest
}
