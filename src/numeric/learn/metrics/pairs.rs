//! Scores over pairs of samples: together or apart in each of two labelings.

use super::contingency::SparseContingency;
use crate::error::{Error, Result};

/// Counts of ordered pairs of samples, shape `(2, 2)` (`pair_confusion_matrix`):
/// `[[apart in both, together in labels_pred only], [together in labels_true
/// only, together in both]]`.
///
/// Errors: the labelings differ in length, or hold too many samples to count
/// their pairs in 64 bits.
pub fn pair_confusion_matrix<A, B>(labels_true: &[A], labels_pred: &[B]) -> Result<[[u64; 2]; 2]>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    let table = SparseContingency::new(labels_true, labels_pred)?;
    let n = table.n_samples;
    let Some(all) = n.checked_mul(n) else {
        return Err(Error::Numeric(format!("the pairs of {n} samples cannot be counted in 64 bits")));
    };
    // Each is a sum of squares of parts of n, hence at most n².
    let squares = |sizes: &[u64]| sizes.iter().map(|size| size * size).sum::<u64>();
    let both: u64 = table.cells.iter().map(|cell| cell.count * cell.count).sum();
    let only_pred = squares(&table.cluster_sizes) - both;
    let only_true = squares(&table.class_sizes) - both;
    Ok([[all - only_pred - only_true - both, only_pred], [only_true, both - n]])
}

/// The share of pairs on which two labelings agree (`rand_score`), in `[0, 1]`;
/// 1 if there are no pairs.
///
/// Errors: see [`pair_confusion_matrix`].
pub fn rand_score<A, B>(labels_true: &[A], labels_pred: &[B]) -> Result<f64>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    let [[apart, only_pred], [only_true, together]] = pair_confusion_matrix(labels_true, labels_pred)?;
    let agree = apart + together;
    let all = agree + only_pred + only_true;
    Ok(if agree == all { 1.0 } else { agree as f64 / all as f64 })
}

/// The Rand index corrected for chance (`adjusted_rand_score`): 1 for equal
/// labelings, 0 on average for random ones, at least -0.5.
///
/// Errors: see [`pair_confusion_matrix`].
pub fn adjusted_rand_score<A, B>(labels_true: &[A], labels_pred: &[B]) -> Result<f64>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    let counts = pair_confusion_matrix(labels_true, labels_pred)?;
    // Products of pair counts pass 64 bits from 65,536 samples on; a sum of two
    // fits 127 bits for any counts of fewer than 2^31.5 samples.
    let [[apart, only_pred], [only_true, together]] = counts.map(|row| row.map(i128::from));
    if only_pred == 0 && only_true == 0 {
        return Ok(1.0);
    }
    let numerator = together * apart - only_true * only_pred;
    let denominator = (together + only_true) * (only_true + apart) + (together + only_pred) * (only_pred + apart);
    Ok(2.0 * numerator as f64 / denominator as f64)
}
