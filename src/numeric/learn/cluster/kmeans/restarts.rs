//! Several starts, and which of them to keep.

use super::{Init, KMeansFit, KMeansOptions, Points, lloyd, start};
use crate::error::{Error, Result, Warning};

/// All restarts on this thread; the best of them and what to know about it.
///
/// Given centres are run once whatever `n_init` says, as scikit-learn does.
/// Errors: `n_init` is 0, and those of [`start`] and [`lloyd`].
pub fn kmeans<P: Points>(
    points: &P,
    init: &Init,
    n_init: usize,
    random_state: u32,
    options: &KMeansOptions,
) -> Result<(KMeansFit, Vec<Warning>)> {
    if n_init == 0 {
        return Err(Error::invalid("n_init", "an int in the range [1, inf)", n_init));
    }
    let n_init = if matches!(init, Init::Given(_)) { 1 } else { n_init };
    let mut best: Option<KMeansFit> = None;
    for restart in 0..n_init {
        let first = start(points, init, options.n_clusters, random_state, restart)?;
        let fit = lloyd(points, first, options, &mut |_| ())?;
        if best.as_ref().is_none_or(|best| is_better(fit.outcome(), best.outcome(), options.n_clusters)) {
            best = Some(fit);
        }
    }
    let best = best.ok_or_else(|| Error::invalid("n_init", "an int in the range [1, inf)", n_init))?;
    let warnings = warnings(&best, options);
    Ok((best, warnings))
}

/// Inertia and labels of a run: all that decides which run is kept.
type Outcome<'a> = (f64, &'a [u32]);

impl KMeansFit {
    fn outcome(&self) -> Outcome<'_> {
        (self.inertia, &self.labels)
    }
}

/// Which of the runs, given as inertia and labels in the order of their restarts,
/// scikit-learn keeps: a later one wins by a lower inertia, unless it is the same
/// clustering. 0 if there are none.
///
/// Panics if a label is not below `n_clusters`.
pub fn best_restart<'a>(runs: impl IntoIterator<Item = (f64, &'a [u32])>, n_clusters: usize) -> usize {
    let mut runs = runs.into_iter().enumerate();
    let Some(mut best) = runs.next() else { return 0 };
    for run in runs {
        if is_better(run.1, best.1, n_clusters) {
            best = run;
        }
    }
    best.0
}

/// What to read a fit with: fewer clusters than asked for, or iterations cut off.
pub fn warnings(fit: &KMeansFit, options: &KMeansOptions) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut seen = vec![false; options.n_clusters];
    fit.labels.iter().for_each(|&label| seen[label as usize] = true);
    let found = seen.iter().filter(|seen| **seen).count();
    if found < options.n_clusters {
        warnings.push(Warning::FewerClusters { found: found as u32, n_clusters: options.n_clusters as u32 });
    }
    if !fit.converged {
        warnings.push(Warning::NotConverged { what: "k-means".into(), max_iter: options.max_iter });
    }
    warnings
}

fn is_better(new: Outcome, best: Outcome, n_clusters: usize) -> bool {
    new.0 < best.0 && !is_same_clustering(new.1, best.1, n_clusters)
}

/// Whether each cluster of `labels` lies within one of `others`. The other direction
/// is not asked for, as in scikit-learn.
fn is_same_clustering(labels: &[u32], others: &[u32], n_clusters: usize) -> bool {
    let mut mapping = vec![None; n_clusters];
    labels.iter().zip(others).all(|(&label, &other)| *mapping[label as usize].get_or_insert(other) == other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::Matrix;

    fn fit(inertia: f64, labels: &[u32]) -> KMeansFit {
        let cluster_centers = Matrix::zeros(2, 1);
        KMeansFit { cluster_centers, labels: labels.to_vec(), inertia, n_iter: 1, converged: true }
    }

    #[test]
    fn a_relabelled_clustering_does_not_win() {
        let runs: [(f64, &[u32]); 4] = [(2.0, &[0, 0, 1]), (1.9, &[1, 1, 0]), (1.0, &[0, 1, 1]), (1.0, &[0, 0, 1])];
        assert_eq!(best_restart(runs[..2].iter().copied(), 2), 0);
        assert_eq!(best_restart(runs, 2), 2);
        assert_eq!(best_restart([], 2), 0);
    }

    #[test]
    fn warnings_name_what_is_missing() {
        let options = KMeansOptions { n_clusters: 2, max_iter: 1, tol: 0.0 };
        let mut one = fit(0.0, &[1, 1, 1]);
        one.converged = false;
        let expected = [
            Warning::FewerClusters { found: 1, n_clusters: 2 },
            Warning::NotConverged { what: "k-means".into(), max_iter: 1 },
        ];
        assert_eq!(warnings(&one, &options), expected);
        assert_eq!(warnings(&fit(1.0, &[0, 1, 0]), &options), []);
    }
}
