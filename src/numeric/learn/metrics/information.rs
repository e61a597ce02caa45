//! Scores from information theory: how much one labeling tells of another.

use super::contingency::SparseContingency;
use crate::error::{Error, Result};
use libm::{exp, lgamma, log};

/// How the entropies of the two labelings make one normaliser (`average_method`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AverageMethod {
    /// Their mean, scikit-learn's default.
    #[default]
    Arithmetic,
    /// The root of their product.
    Geometric,
    /// The smaller.
    Min,
    /// The larger.
    Max,
}

impl AverageMethod {
    fn of(self, u: f64, v: f64) -> f64 {
        match self {
            AverageMethod::Arithmetic => (u + v) / 2.0,
            AverageMethod::Geometric => (u * v).sqrt(),
            AverageMethod::Min => u.min(v),
            AverageMethod::Max => u.max(v),
        }
    }
}

/// Mutual information of two labelings in nats (`mutual_info_score`).
///
/// Errors: the labelings differ in length, or are empty.
pub fn mutual_info_score<A, B>(labels_true: &[A], labels_pred: &[B]) -> Result<f64>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    let table = SparseContingency::new(labels_true, labels_pred)?;
    if table.n_samples == 0 {
        return Err(Error::invalid("labels_true", "of at least 1 sample", "0 samples"));
    }
    Ok(mutual_information(&table))
}

/// Mutual information over the mean of the entropies
/// (`normalized_mutual_info_score` with its defaults), in `[0, 1]`.
///
/// Errors: the labelings differ in length.
pub fn normalized_mutual_info_score<A, B>(labels_true: &[A], labels_pred: &[B]) -> Result<f64>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    normalized_mutual_info_score_with(labels_true, labels_pred, AverageMethod::Arithmetic)
}

/// Mutual information over an average of the entropies
/// (`normalized_mutual_info_score`), in `[0, 1]`; 1 if both labelings are of one
/// label or none.
///
/// Errors: the labelings differ in length.
pub fn normalized_mutual_info_score_with<A, B>(
    labels_true: &[A],
    labels_pred: &[B],
    average_method: AverageMethod,
) -> Result<f64>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    let table = SparseContingency::new(labels_true, labels_pred)?;
    if table.classes.len() < 2 && table.clusters.len() < 2 {
        return Ok(1.0);
    }
    let shared = mutual_information(&table);
    if shared == 0.0 {
        return Ok(0.0);
    }
    Ok(shared / average_method.of(entropy(&table.class_sizes), entropy(&table.cluster_sizes)))
}

/// Mutual information corrected for chance (`adjusted_mutual_info_score`): 1 for
/// equal labelings, 0 on average for random ones.
///
/// Takes time of the order of `n_samples` for each pair of class and cluster.
///
/// Errors: the labelings differ in length.
pub fn adjusted_mutual_info_score<A, B>(
    labels_true: &[A],
    labels_pred: &[B],
    average_method: AverageMethod,
) -> Result<f64>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    let table = SparseContingency::new(labels_true, labels_pred)?;
    match (table.classes.len(), table.clusters.len()) {
        (0 | 1, 0 | 1) => return Ok(1.0),
        (1, _) | (_, 1) => return Ok(0.0),
        _ => {}
    }
    let expected = expected_mutual_information(&table);
    let average = average_method.of(entropy(&table.class_sizes), entropy(&table.cluster_sizes));
    // Kept off zero, each on its own side, so that neither 0 / 0 nor a change of sign can come.
    let off_zero = |x: f64| if x < 0.0 { x.min(-f64::EPSILON) } else { x.max(f64::EPSILON) };
    Ok(off_zero(mutual_information(&table) - expected) / off_zero(average - expected))
}

/// Homogeneity (clusters hold one class each), completeness (classes lie in one
/// cluster each) and their mean weighted by `beta`, each in `[0, 1]`
/// (`homogeneity_completeness_v_measure`); `beta = 1` is scikit-learn's default.
///
/// Errors: the labelings differ in length, or `beta` is negative or not finite.
pub fn homogeneity_completeness_v_measure<A, B>(
    labels_true: &[A],
    labels_pred: &[B],
    beta: f64,
) -> Result<(f64, f64, f64)>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    if !(0.0..f64::INFINITY).contains(&beta) {
        return Err(Error::invalid("beta", "a float in the range [0, inf)", beta));
    }
    let table = SparseContingency::new(labels_true, labels_pred)?;
    if table.n_samples == 0 {
        return Ok((1.0, 1.0, 1.0));
    }
    let shared = mutual_information(&table);
    let share_of = |entropy: f64| if entropy == 0.0 { 1.0 } else { shared / entropy };
    let homogeneity = share_of(entropy(&table.class_sizes));
    let completeness = share_of(entropy(&table.cluster_sizes));
    let weighted = beta * homogeneity + completeness;
    let v_measure = if weighted == 0.0 { 0.0 } else { (1.0 + beta) * homogeneity * completeness / weighted };
    Ok((homogeneity, completeness, v_measure))
}

/// How far each cluster holds one class only (`homogeneity_score`), in `[0, 1]`.
///
/// Errors: the labelings differ in length.
pub fn homogeneity_score<A, B>(labels_true: &[A], labels_pred: &[B]) -> Result<f64>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    Ok(homogeneity_completeness_v_measure(labels_true, labels_pred, 1.0)?.0)
}

/// How far each class lies in one cluster only (`completeness_score`), in `[0, 1]`.
///
/// Errors: the labelings differ in length.
pub fn completeness_score<A, B>(labels_true: &[A], labels_pred: &[B]) -> Result<f64>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    Ok(homogeneity_completeness_v_measure(labels_true, labels_pred, 1.0)?.1)
}

/// The harmonic mean of homogeneity and completeness for `beta = 1`
/// (`v_measure_score`), in `[0, 1]`.
///
/// Errors: the labelings differ in length, or `beta` is negative or not finite.
pub fn v_measure_score<A, B>(labels_true: &[A], labels_pred: &[B], beta: f64) -> Result<f64>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    Ok(homogeneity_completeness_v_measure(labels_true, labels_pred, beta)?.2)
}

/// Mutual information in nats, never negative.
fn mutual_information(table: &SparseContingency) -> f64 {
    if table.classes.len() < 2 || table.clusters.len() < 2 {
        return 0.0;
    }
    let n = table.n_samples as f64;
    let log_n = log(n);
    let term = |class: u32, cluster: u32, count: u64| {
        let outer = table.class_sizes[class as usize] as f64 * table.cluster_sizes[cluster as usize] as f64;
        let share = count as f64 / n;
        let term = share * (log(count as f64) - log_n) + share * (-log(outer) + log_n + log_n);
        // What rounding leaves of an exact zero must not add up.
        if term.abs() < f64::EPSILON { 0.0 } else { term }
    };
    let sum: f64 = table.cells.iter().map(|cell| term(cell.class, cell.cluster, cell.count)).sum();
    sum.max(0.0)
}

/// Entropy in nats of a labeling whose labels occur this often.
fn entropy(sizes: &[u64]) -> f64 {
    if sizes.len() == 1 {
        return 0.0;
    }
    let n = sizes.iter().sum::<u64>() as f64;
    let log_n = log(n);
    -sizes.iter().map(|&size| size as f64 / n * (log(size as f64) - log_n)).sum::<f64>()
}

/// Mutual information to be expected of random labelings with the same sizes.
fn expected_mutual_information(table: &SparseContingency) -> f64 {
    let n = table.n_samples;
    let largest = table.class_sizes.iter().chain(&table.cluster_sizes).copied().max().unwrap_or(0);
    let log_factorial = |k: u64| lgamma(k as f64 + 1.0);
    let log_n = log(n as f64);
    let log_count: Vec<f64> = (0..=largest).map(|k| if k == 0 { 0.0 } else { log_n + log(k as f64) }).collect();
    let chances: Vec<f64> = (0..=largest).map(|k| log_factorial(k) + log_factorial(n)).collect();
    let mut expected = 0.0;
    for &a in &table.class_sizes {
        for &b in &table.cluster_sizes {
            let sides = log_factorial(a) + log_factorial(b) + log_factorial(n - a) + log_factorial(n - b);
            let log_sides = log(a as f64) + log(b as f64);
            for count in (a + b).saturating_sub(n).max(1)..=a.min(b) {
                let chance = sides
                    - chances[count as usize]
                    - log_factorial(a - count)
                    - log_factorial(b - count)
                    - log_factorial(n + count - a - b);
                expected += count as f64 / n as f64 * (log_count[count as usize] - log_sides) * exp(chance);
            }
        }
    }
    expected
}
