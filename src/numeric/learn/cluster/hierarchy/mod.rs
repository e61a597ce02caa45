//! Hierarchical clustering on Euclidean distances: `scipy.cluster.hierarchy`.
//!
//! * [`condensed`], [`chain`]: all distances in memory, SciPy's arithmetic to the bit.
//! * [`ward`]: Ward's tree of many rows without those distances; [`single`]: single linkage.
//! * [`growing`]: a tree that is not finished; [`flat`]: clusters out of a tree; [`dendrogram`]: its picture.

mod chain;
mod condensed;
mod dendrogram;
mod flat;
mod growing;
mod single;
#[cfg(test)]
mod twins;
mod ward;

pub use dendrogram::{Dendrogram, Truncation, dendrogram};
pub use flat::{agglomerative_labels, cut_tree, fcluster_distance, fcluster_maxclust, leaves_list};
pub use growing::{Growing, Met};

use super::kmeans::Points;
use crate::error::{Error, Result};
use condensed::Condensed;
use serde::{Deserialize, Serialize};

/// How far apart two clusters are (`method` of SciPy's `linkage`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Method {
    /// By how much a merge increases the squared distances to the means.
    #[default]
    Ward,
    /// The nearest two members.
    Single,
    /// The mean over all pairs of members.
    Average,
    /// The farthest two members.
    Complete,
}

/// One merge: a row of SciPy's linkage matrix.
///
/// Rows of the data are clusters `0..n_samples`, merge `i` makes cluster `n_samples + i`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Merge {
    /// The lower of the two clusters.
    pub cluster1: u32,
    /// The higher of the two clusters.
    pub cluster2: u32,
    /// Their distance, in the units of the data.
    pub height: f64,
    /// Rows in both together.
    pub size: u32,
}

/// The tree of all merges, lowest first: SciPy's linkage matrix `Z`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linkage {
    merges: Vec<Merge>,
    /// Merges whose children scikit-learn names in the other order; empty if none.
    swapped: Vec<bool>,
}

/// Most rows whose Ward tree is computed from all distances (67 MB), with SciPy's
/// choice among equal distances; beyond, from the means of the clusters.
const MOST_FOR_EXACT_TIES: usize = 4096;

/// Most rows for average and complete linkage, which need all distances (400 MB).
pub const MOST_CONDENSED: usize = 10_000;

/// The tree of `points` (`scipy.cluster.hierarchy.linkage(X, method)`); `tick` is
/// given the merges made, after each.
///
/// Errors: fewer than two rows; average or complete linkage of more than
/// [`MOST_CONDENSED`] rows.
pub fn linkage<P: Points>(points: &P, method: Method, tick: &mut dyn FnMut(&Growing)) -> Result<Linkage> {
    let n = points.n_samples();
    if n < 2 {
        return Err(Error::invalid("X", "at least 2 samples to merge", format!("{n} sample")));
    }
    if matches!(method, Method::Average | Method::Complete) && n > MOST_CONDENSED {
        let must_be = format!("at most {MOST_CONDENSED} for this linkage ('ward' and 'single' take more)");
        return Err(Error::invalid("n_samples", must_be, n));
    }
    let is_single = method == Method::Single;
    let merges = match method {
        Method::Single => single::merges(points, tick),
        Method::Ward if n > MOST_FOR_EXACT_TIES => ward::merges(points, tick),
        _ => chain::merges(Condensed::new(points), method, tick),
    };
    Ok(Linkage::from_unsorted(merges, is_single))
}

/// A merge of the clusters that two rows are in.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Joined {
    x: u32,
    y: u32,
    height: f64,
}

impl Linkage {
    /// From the rows of a linkage matrix.
    ///
    /// Errors: no rows, heights that are negative, not finite or descending, or
    /// clusters that do not make a tree.
    pub fn from_merges(merges: Vec<Merge>) -> Result<Self> {
        let n = merges.len() + 1;
        let bad = |i: usize, got: String| Err(Error::invalid("Z", format!("a linkage matrix in row {i}"), got));
        if merges.is_empty() {
            return bad(0, "no rows".into());
        }
        let mut sizes = vec![1u32; n];
        let mut below = 0.0;
        for (i, merge) in merges.iter().enumerate() {
            let (a, b) = (merge.cluster1 as usize, merge.cluster2 as usize);
            if a == b || a >= sizes.len() || b >= sizes.len() || sizes[a] == 0 || sizes[b] == 0 {
                return bad(i, format!("clusters {a} and {b}"));
            }
            if !(merge.height >= below && merge.height.is_finite()) {
                return bad(i, format!("height {}", merge.height));
            }
            if sizes[a].checked_add(sizes[b]) != Some(merge.size) {
                return bad(i, format!("size {}", merge.size));
            }
            below = merge.height;
            (sizes[a], sizes[b]) = (0, 0);
            sizes.push(merge.size);
        }
        Ok(Linkage { merges, swapped: Vec::new() })
    }

    /// Sorts merges by height, equal ones staying in order, and names the clusters.
    fn from_unsorted(mut joined: Vec<Joined>, keep_order: bool) -> Self {
        joined.sort_by(|a, b| a.height.total_cmp(&b.height));
        let n = joined.len() + 1;
        // The root of a row's set is a row; `cluster` is the name of that set.
        let mut parents: Vec<u32> = (0..n as u32).collect();
        let mut cluster: Vec<u32> = parents.clone();
        let mut sizes = vec![1u32; n];
        let mut swapped = Vec::new();
        let mut merges = Vec::with_capacity(joined.len());
        for (i, merge) in joined.iter().enumerate() {
            let (x, y) = (find(&mut parents, merge.x), find(&mut parents, merge.y));
            let (large, small) = if sizes[x as usize] < sizes[y as usize] { (y, x) } else { (x, y) };
            let (a, b) = (cluster[x as usize], cluster[y as usize]);
            let size = sizes[x as usize] + sizes[y as usize];
            merges.push(Merge { cluster1: a.min(b), cluster2: a.max(b), height: merge.height, size });
            if keep_order {
                swapped.push(a > b);
            }
            parents[small as usize] = large;
            cluster[large as usize] = (n + i) as u32;
            sizes[large as usize] = size;
        }
        Linkage { merges, swapped }
    }

    /// The merges in order, `(n_samples - 1,)`: the rows of `Z`.
    pub fn merges(&self) -> &[Merge] {
        &self.merges
    }

    /// Number of rows of the data.
    pub fn n_samples(&self) -> usize {
        self.merges.len() + 1
    }

    /// The two clusters of merge `i` in scikit-learn's order (`children_`).
    fn children(&self, i: usize) -> [u32; 2] {
        let Merge { cluster1, cluster2, .. } = self.merges[i];
        if self.swapped.get(i) == Some(&true) { [cluster2, cluster1] } else { [cluster1, cluster2] }
    }
}

/// The root of `x`, every node on the way moved half the way up.
pub(super) fn find(parents: &mut [u32], mut x: u32) -> u32 {
    while parents[x as usize] != x {
        let up = parents[parents[x as usize] as usize];
        parents[x as usize] = up;
        x = up;
    }
    x
}
