//! DBSCAN: `sklearn.cluster.DBSCAN`, for many settings from one search.
//!
//! * [`neighborhoods`]: for each pair of rows, the least `eps` that joins them.
//! * [`forest`]: clusters of all settings from that.

mod forest;
mod neighborhoods;
#[cfg(test)]
mod twins;

pub use neighborhoods::{Finished, Neighborhoods, all_k_distances, k_distances, k_distances_of};

use super::kmeans::Points;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// What one setting found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dbscan {
    /// Cluster of each row, -1 for noise, `(n_samples,)` (`labels_`).
    pub labels: Vec<i32>,
    /// Rows with at least `min_samples` rows, themselves included, within `eps`
    /// (`core_sample_indices_`), ascending.
    pub core_sample_indices: Vec<u32>,
    /// Number of clusters, noise not counted.
    pub n_clusters: u32,
}

impl Dbscan {
    /// Rows of noise.
    pub fn n_noise(&self) -> usize {
        self.labels.iter().filter(|&&label| label < 0).count()
    }

    /// Rows in each cluster, `(n_clusters,)`, noise not counted.
    pub fn sizes(&self) -> Vec<u32> {
        let mut sizes = vec![0; self.n_clusters as usize];
        self.labels.iter().filter_map(|&label| usize::try_from(label).ok()).for_each(|label| sizes[label] += 1);
        sizes
    }
}

/// Clusters for every pair of settings: all of `min_samples` for the first `eps`,
/// then for the next. `tick` is given the number of rows searched, after some of them.
///
/// Errors: no or too many settings, `eps` not positive and finite, `min_samples` of 0.
pub fn dbscan_grid<P: Points>(
    points: &P,
    eps: &[f64],
    min_samples: &[usize],
    tick: &mut dyn FnMut(usize),
) -> Result<Vec<Dbscan>> {
    check_min_samples(min_samples)?;
    Neighborhoods::new(points, eps, tick)?.dbscan(points, min_samples)
}

/// Clusters for one setting (`DBSCAN(eps=eps, min_samples=min_samples).fit(X)`).
///
/// Errors: as [`dbscan_grid`].
pub fn dbscan<P: Points>(points: &P, eps: f64, min_samples: usize) -> Result<Dbscan> {
    let mut all = dbscan_grid(points, &[eps], &[min_samples], &mut |_| {})?;
    all.pop().ok_or_else(|| Error::Numeric("no clustering".into()))
}

fn check_min_samples(min_samples: &[usize]) -> Result<()> {
    if min_samples.is_empty() {
        return Err(Error::invalid("min_samples", "at least one value", "none"));
    }
    match min_samples.contains(&0) {
        true => Err(Error::invalid("min_samples", "an int in the range [1, inf)", 0)),
        false => Ok(()),
    }
}
