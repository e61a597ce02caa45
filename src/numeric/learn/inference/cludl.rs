//! Clustered inference, once and many times over: `hidimstat.CluDL` and `EnCluDL`.
//!
//! Pixels that touch and behave alike are joined on a part of the images; the desparsified
//! lasso of all images on the clusters' means says which of them matter; each pixel has
//! what its cluster has. Repeated with other parts, the p-values are aggregated.

use super::desparsified::{Desparsified, DesparsifiedOptions, desparsified_lasso};
use crate::error::{Error, Result};
use crate::learn::Matrix;
use crate::learn::cluster::{Graph, Merging, cluster_sizes, ward_tree};
use crate::random::{Generator, default_rng};

/// One clustered inference.
#[derive(Debug, Clone, PartialEq)]
pub struct CluDl {
    /// Cluster of each feature, `(n_features,)`.
    pub labels: Vec<u32>,
    /// Features of each cluster, `(n_clusters,)`.
    pub sizes: Vec<u32>,
    /// What was inferred of the clusters' means.
    pub clusters: Desparsified,
}

impl CluDl {
    /// The p-value of each feature: that of its cluster, `(n_features,)`.
    pub fn feature_p(&self) -> Vec<f64> {
        self.labels.iter().map(|label| self.clusters.p[*label as usize]).collect()
    }

    /// The importance of each feature: its share of the cluster's, `(n_features,)`.
    pub fn feature_importance(&self) -> Vec<f64> {
        let share = |label: u32| self.clusters.beta[label as usize] / f64::from(self.sizes[label as usize]);
        self.labels.iter().map(|label| share(*label)).collect()
    }
}

/// The generators of the bootstraps: children of `default_rng(random_state)`.
pub fn bootstrap_generators(random_state: u32, n_bootstraps: u32) -> Vec<Generator> {
    default_rng(u128::from(random_state)).spawn(n_bootstraps)
}

/// The samples that a bootstrap clusters by: `size` of the `n_samples`, at random, in the
/// order drawn; a `size` of 1 draws with replacement, as the library does.
///
/// Errors: `size` not in (0, 1], or so small that no sample is left.
pub fn bootstrap_rows(n_samples: usize, size: f64, generator: &mut Generator) -> Result<Vec<u32>> {
    if !(size > 0.0 && size <= 1.0) {
        return Err(Error::invalid("cluster_bootstrap_size", "a float in the range (0, 1]", size));
    }
    let n = (n_samples as f64 * size) as usize;
    if n == 0 {
        let must_be = format!("large enough to leave one of {n_samples} samples");
        return Err(Error::invalid("cluster_bootstrap_size", must_be, size));
    }
    generator.legacy_choice(n_samples, n, size == 1.0)
}

/// Clusters of the features by the samples `rows`, `(n_features,)`, numbered as scikit-learn does.
///
/// Errors: those of [`ward_tree`].
pub fn parcels<T: Copy + Into<f64>>(
    x: &[T],
    rows: &[u32],
    graph: &Graph,
    n_clusters: usize,
    tick: &mut dyn FnMut(Merging<'_>),
) -> Result<Vec<u32>> {
    // Few clusters are numbered from the top of the whole tree.
    let stop = if n_clusters < 100.max(graph.n_nodes() / 50) { 1 } else { n_clusters };
    ward_tree(x, rows, graph, stop, tick)?.labels(n_clusters)
}

/// Mean of each cluster's features in every sample, shape `(n_samples, n_clusters)`
/// (`FeatureAgglomeration.transform`). Panics on labels from `n_clusters` on.
pub fn cluster_means<T: Copy + Into<f64>>(x: &[T], labels: &[u32], n_clusters: usize) -> Matrix {
    let sizes = cluster_sizes(labels, n_clusters);
    let n_features = labels.len().max(1);
    let mut means = Matrix::zeros(x.len() / n_features, n_clusters);
    // Neighbours share a cluster, so that a sum waits for its last term: four samples take turns.
    let mut sums = vec![[0.0; 4]; n_clusters];
    for (block, samples) in x.chunks(4 * n_features).enumerate() {
        cluster_sums(samples, labels, &mut sums);
        for k in 0..samples.len() / n_features {
            let row = means.row_mut(4 * block + k);
            row.iter_mut().zip(&sums).zip(&sizes).for_each(|((mean, sum), size)| *mean = sum[k] / f64::from(*size));
        }
    }
    means
}

/// Sums of up to four samples over the features of each cluster; of fewer, the first stands for those that are missing.
// Not inlined: browsers make a function fast when it is called again, not within its loops.
#[inline(never)]
fn cluster_sums<T: Copy + Into<f64>>(samples: &[T], labels: &[u32], sums: &mut [[f64; 4]]) {
    let sample = |k: usize| samples.chunks_exact(labels.len().max(1)).nth(k).unwrap_or(&samples[..labels.len()]);
    let [a, b, c, d] = [sample(0), sample(1), sample(2), sample(3)];
    sums.fill([0.0; 4]);
    for (pixel, label) in labels.iter().enumerate() {
        let values: [f64; 4] = [a[pixel], b[pixel], c[pixel], d[pixel]].map(Into::into);
        sums[*label as usize].iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
}

/// How far the features of each cluster lie apart at most: the largest distance of two pixels' centres, `(n_clusters,)`.
/// The features are the pixels of an image of `width` columns that are in `kept`. The largest of all clusters is the
/// spatial tolerance: as far as that a selected pixel may be from one that matters.
///
/// Panics on labels from `n_clusters` on.
pub fn diameters(labels: &[u32], n_clusters: usize, kept: &[bool], width: usize) -> Vec<f64> {
    let mut places = vec![Vec::new(); n_clusters];
    let pixels = (0..kept.len()).filter(|pixel| kept[*pixel]);
    for (pixel, label) in pixels.zip(labels) {
        places[*label as usize].push(((pixel / width) as f64, (pixel % width) as f64));
    }
    let apart = |a: &(f64, f64), b: &(f64, f64)| (a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1);
    let widest = |own: &Vec<(f64, f64)>| {
        own.iter().flat_map(|a| own.iter().map(move |b| apart(a, b))).fold(0.0f64, f64::max).sqrt()
    };
    places.iter().map(widest).collect()
}

/// One clustered inference of `y`, `(n_samples,)`, on `x`, shape `(n_samples, n_features)`
/// row by row, clustered by the samples `rows`. `tick` hears of every merge.
///
/// Errors: those of [`ward_tree`] and [`desparsified_lasso`].
pub fn cludl<T: Copy + Into<f64>>(
    x: &[T],
    y: &[f64],
    rows: &[u32],
    graph: &Graph,
    n_clusters: usize,
    options: &DesparsifiedOptions,
    tick: &mut dyn FnMut(Merging<'_>),
) -> Result<CluDl> {
    let labels = parcels(x, rows, graph, n_clusters, tick)?;
    let sizes = cluster_sizes(&labels, n_clusters);
    let clusters = desparsified_lasso(cluster_means(x, &labels, n_clusters), y, options)?;
    Ok(CluDl { labels, sizes, clusters })
}
