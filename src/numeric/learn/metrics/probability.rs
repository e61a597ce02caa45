//! How good probabilities and scores are.

use crate::error::{Error, Result};
use crate::learn::Matrix;

/// Mean of the negative logarithm of the probability of each sample's class (`log_loss`).
///
/// `p` has shape `(n_samples, n_classes)`; sample `i` has class `classes[i]`. Probabilities are kept an
/// epsilon from 0 and 1, and rows are divided by their sums, as in scikit-learn.
///
/// Errors: no samples, another number of labels, a label without a column.
pub fn log_loss(classes: &[u32], p: &Matrix) -> Result<f64> {
    if classes.len() != p.n_rows() || classes.is_empty() {
        let got = format!("{} labels and {} rows", classes.len(), p.n_rows());
        return Err(Error::invalid("y_true", "at least one label, and as many as rows", got));
    }
    let kept = |p: f64| p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    let mut sum = 0.0;
    for (row, &class) in p.rows().zip(classes) {
        let Some(own) = row.get(class as usize) else {
            return Err(Error::invalid("y_true", format!("below {} classes", row.len()), class));
        };
        let all: f64 = row.iter().map(|p| kept(*p)).sum();
        sum -= libm::log(kept(*own) / all);
    }
    Ok(sum / classes.len() as f64)
}

/// The area under the curve of true against false positives (`roc_auc_score`): the share of
/// pairs of a sample of the class and another in which the first has the higher score, ties by half.
///
/// Errors: lists of different lengths, a score that is not finite, or samples of one side only.
pub fn roc_auc_score(own: &[bool], scores: &[f64]) -> Result<f64> {
    if own.len() != scores.len() {
        return Err(Error::invalid("y_score", format!("one for each of {} samples", own.len()), scores.len()));
    }
    if let Some(score) = scores.iter().find(|score| !score.is_finite()) {
        return Err(Error::invalid("y_score", "free of NaN and infinity", score));
    }
    let n_own = own.iter().filter(|own| **own).count() as u64;
    let n_rest = own.len() as u64 - n_own;
    if n_own == 0 || n_rest == 0 {
        return Err(Error::invalid("y_true", "of samples of the class and of others", "only one side"));
    }
    let mut order: Vec<usize> = (0..own.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    // Twice the number of pairs in the right order, so that ties stay whole.
    let (mut below, mut twice) = (0u64, 0u64);
    for tied in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let of_own = tied.iter().filter(|i| own[**i]).count() as u64;
        let of_rest = tied.len() as u64 - of_own;
        twice += of_own * (2 * below + of_rest);
        below += of_rest;
    }
    Ok(twice as f64 / (2.0 * n_own as f64 * n_rest as f64))
}

/// One bin of a reliability curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Mean of the predicted probabilities.
    pub predicted: f64,
    /// Share of the samples that are of the class.
    pub fraction: f64,
    /// Samples in the bin.
    pub count: u64,
}

/// The bins of equal width that hold samples, in order (`calibration_curve`, strategy uniform).
///
/// Errors: no bins, lists of different lengths, a probability outside [0, 1].
pub fn calibration_curve(own: &[bool], p: &[f64], n_bins: usize) -> Result<Vec<Bin>> {
    if own.len() != p.len() || n_bins == 0 {
        let got = format!("{} samples, {} probabilities, {n_bins} bins", own.len(), p.len());
        return Err(Error::invalid("y_prob", "one for each sample, in at least one bin", got));
    }
    if let Some(p) = p.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(Error::invalid("y_prob", "in the range [0, 1]", p));
    }
    // NumPy's linspace, to the bit: the last of its edges aside, a multiple of the step.
    let step = 1.0 / n_bins as f64;
    let edges: Vec<f64> = (1..n_bins).map(|i| i as f64 * step).collect();
    let mut bins = vec![Bin { predicted: 0.0, fraction: 0.0, count: 0 }; n_bins];
    for (&own, &p) in own.iter().zip(p) {
        let bin = &mut bins[edges.partition_point(|edge| *edge < p)];
        bin.predicted += p;
        bin.fraction += f64::from(u8::from(own));
        bin.count += 1;
    }
    bins.retain(|bin| bin.count > 0);
    for bin in &mut bins {
        bin.predicted /= bin.count as f64;
        bin.fraction /= bin.count as f64;
    }
    Ok(bins)
}
