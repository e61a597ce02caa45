//! A tree cut at a height: which clusters there are, and which branch each of them is.

use super::{Linkage, fcluster_distance};
use crate::error::Result;

/// The clusters below one height of a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// The height, in the units of the data.
    pub height: f64,
    /// Cluster of each sample, `1..=n_clusters` as SciPy's `fcluster` numbers them, `(n_samples,)`.
    pub labels: Vec<u32>,
    /// The node of the tree that each cluster is, in their order, `(n_clusters,)`.
    pub nodes: Vec<u32>,
}

impl Cut {
    /// Cuts `tree` at `height`: merges at most that high are made
    /// (`fcluster(Z, height, criterion="distance")`).
    ///
    /// Errors: `height` is NaN.
    pub fn new(tree: &Linkage, height: f64) -> Result<Self> {
        let labels = fcluster_distance(tree, height)?;
        let (n, merges) = (tree.n_samples(), tree.merges());
        // From the top down: the highest node below the cut that each node is part of.
        let mut tops: Vec<u32> = (0..(2 * n - 1) as u32).collect();
        for (i, merge) in merges.iter().enumerate().rev() {
            if merge.height <= height {
                let top = tops[n + i];
                tops[merge.cluster1 as usize] = top;
                tops[merge.cluster2 as usize] = top;
            }
        }
        let mut nodes = vec![0; labels.iter().copied().max().unwrap_or(0) as usize];
        for (label, top) in labels.iter().zip(&tops) {
            nodes[*label as usize - 1] = *top;
        }
        Ok(Cut { height, labels, nodes })
    }

    /// Number of clusters.
    pub fn n_clusters(&self) -> usize {
        self.nodes.len()
    }

    /// Number of samples in each cluster, `(n_clusters,)`.
    pub fn sizes(&self) -> Vec<u64> {
        let mut sizes = vec![0; self.nodes.len()];
        self.labels.iter().for_each(|label| sizes[*label as usize - 1] += 1);
        sizes
    }
}

/// A height that leaves `n_clusters` clusters: halfway between the two merges around
/// it; fewer clusters where merges are equally high.
pub fn height_between(tree: &Linkage, n_clusters: usize) -> f64 {
    let merges = tree.merges();
    // Merges to be made.
    let made = tree.n_samples() - n_clusters.clamp(1, tree.n_samples());
    let below = made.checked_sub(1).map_or(0.0, |i| merges[i].height);
    match merges.get(made) {
        Some(above) => {
            let middle = below + (above.height - below) / 2.0;
            // Between neighbouring floats there is no middle.
            if middle < above.height { middle } else { below }
        }
        None => below * 1.04,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::Matrix;
    use crate::learn::cluster::{Method, Samples, fcluster_maxclust, linkage};
    use proptest::prelude::*;

    fn tree(values: &[u8], method: Method) -> Linkage {
        let values: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
        let rows = Matrix::from_vec(values.clone(), values.len() / 2, 2).unwrap();
        linkage(&Samples::new(&rows).unwrap(), method, &mut |_| ()).unwrap()
    }

    proptest! {
        #[test]
        fn a_cut_is_made_of_the_branches_it_names(
            values in prop::collection::vec(0u8..40, 4..60), single: bool, share in 0.0..1.2f64,
        ) {
            let values = &values[..values.len() / 2 * 2];
            let tree = tree(values, if single { Method::Single } else { Method::Ward });
            let n = tree.n_samples();
            let height = share * tree.merges()[n - 2].height;
            let cut = Cut::new(&tree, height).unwrap();
            prop_assert_eq!(cut.n_clusters(), n - tree.merges().iter().filter(|m| m.height <= height).count());
            for (cluster, node) in cut.nodes.iter().enumerate() {
                let mut members = tree.members(*node).unwrap();
                members.sort_unstable();
                let labelled: Vec<u32> = (0..n as u32).filter(|i| cut.labels[*i as usize] as usize == cluster + 1).collect();
                prop_assert_eq!(members.len() as u64, cut.sizes()[cluster]);
                prop_assert_eq!(members, labelled);
            }
            // SciPy's own criterion agrees, whatever is equally high.
            for k in 1..n {
                let found = Cut::new(&tree, height_between(&tree, k)).unwrap();
                prop_assert_eq!(found.labels, fcluster_maxclust(&tree, k).unwrap(), "k = {}", k);
            }
        }
    }
}
