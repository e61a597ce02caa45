//! Shares of samples that are where they belong.

use super::contingency::{SparseContingency, check_lengths};
use crate::error::{Error, Result};

/// The share of samples whose two labels are equal (`accuracy_score`), in `[0, 1]`.
///
/// Errors: the labelings differ in length, or are empty.
pub fn accuracy_score<A, B>(labels_true: &[A], labels_pred: &[B]) -> Result<f64>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    check_lengths(labels_true.len(), labels_pred.len())?;
    if labels_true.is_empty() {
        return Err(Error::invalid("labels_true", "of at least 1 sample", "0 samples"));
    }
    let pairs = labels_true.iter().zip(labels_pred);
    let equal = pairs.filter(|&(&a, &b)| -> bool { Into::<i64>::into(a) == Into::<i64>::into(b) }).count();
    Ok(equal as f64 / labels_true.len() as f64)
}

/// The share of samples that belong to the most frequent class of their cluster,
/// in `(0, 1]`; 1 for no samples at all, as of scikit-learn's clustering scores.
///
/// Errors: the labelings differ in length.
pub fn purity<A, B>(labels_true: &[A], labels_pred: &[B]) -> Result<f64>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    let table = SparseContingency::new(labels_true, labels_pred)?;
    if table.n_samples == 0 {
        return Ok(1.0);
    }
    let clusters = table.cells.chunk_by(|a, b| a.cluster == b.cluster);
    let majorities: u64 = clusters.filter_map(|cells| cells.iter().map(|cell| cell.count).max()).sum();
    Ok(majorities as f64 / table.n_samples as f64)
}
