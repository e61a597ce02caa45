//! A tree of images as data: everything that its picture, its cut and its files need.

use super::{Numbers, Report, Table, Value};
use crate::error::Result;
use crate::learn::cluster::{Linkage, Merge, Truncation};
use serde::{Deserialize, Serialize};

/// Hierarchical clustering of some images of a data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// The data set's name.
    pub data: String,
    /// The rows of SciPy's linkage matrix `Z`, shape `(n_samples - 1, 4)`: the two
    /// clusters merged, their distance in grey levels, the images in both together.
    pub linkage: Vec<(u32, u32, f64, u32)>,
    /// Number in the data set of each sample, `(n_samples,)`.
    pub images: Vec<u32>,
    /// True class of each sample, an index of `classes`, `(n_samples,)`.
    pub labels: Vec<u8>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Title of the x axis.
    pub x_title: String,
    /// Title of the y axis.
    pub y_title: String,
    /// Height of the cut: each branch below it has a colour of its own. 0.7 of the highest merge if `None`, as in SciPy.
    pub color_threshold: Option<f64>,
    /// Which merges are drawn.
    pub truncation: Truncation,
    /// What the samples stand for, if the lower branches are left out: then each of them is
    /// such a branch, with the number of its first image and its most frequent class.
    #[serde(default)]
    pub pruned: Option<Pruned>,
}

/// The branches that a tree is cut back to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pruned {
    /// Images of each class in each branch, `(n_samples, n_classes)`.
    pub counts: Vec<Vec<u32>>,
    /// The highest merge that is left out: a lower cut would need it.
    pub floor: f64,
}

/// The array that says, of a tree that is cut back, which of its samples stands for each image, `(n_images,)`.
pub const BRANCHES: &str = "branches";

/// The images that each sample of a tree that is cut back stands for, in the order in which they were drawn. `None` if
/// the report does not say, as saved results do not.
pub fn behind(report: &Report, tree: &Tree) -> Option<Vec<Vec<u32>>> {
    let wholes = |name: &str| match &report.arrays.iter().find(|array| array.name == name)?.numbers {
        Numbers::U32(values) => Some(values),
        Numbers::F64(_) => None,
    };
    tree.pruned.as_ref()?;
    let mut behind = vec![Vec::new(); tree.images.len()];
    for (branch, image) in wholes(BRANCHES)?.iter().zip(wholes("drawn")?) {
        behind.get_mut(*branch as usize)?.push(*image);
    }
    Some(behind)
}

impl Tree {
    /// The merges as rows of numbers.
    pub fn rows(linkage: &Linkage) -> Vec<(u32, u32, f64, u32)> {
        linkage.merges().iter().map(|m| (m.cluster1, m.cluster2, m.height, m.size)).collect()
    }

    /// The tree itself.
    ///
    /// Errors: the rows are no tree.
    pub fn linkage(&self) -> Result<Linkage> {
        let merge = |row: &(u32, u32, f64, u32)| Merge { cluster1: row.0, cluster2: row.1, height: row.2, size: row.3 };
        Linkage::from_merges(self.linkage.iter().map(merge).collect())
    }

    /// Height of the last merge.
    pub fn highest(&self) -> f64 {
        self.linkage.last().map_or(0.0, |row| row.2)
    }

    /// Height of the cut; of a pruned tree at least where it is pruned.
    pub fn threshold(&self) -> f64 {
        let height = self.color_threshold.unwrap_or(self.highest() * 0.7);
        self.pruned.as_ref().map_or(height, |pruned| height.max(pruned.floor))
    }

    /// Classes of sample `i`, each with the number of its images.
    pub fn counts(&self, i: u32) -> impl Iterator<Item = (usize, u64)> + '_ {
        let branch = self.pruned.as_ref().map(|pruned| pruned.counts[i as usize].as_slice());
        let one = branch.is_none().then(|| (usize::from(self.labels[i as usize]), 1));
        let counts = branch.unwrap_or_default().iter().map(|count| u64::from(*count)).enumerate();
        counts.filter(|(_, count)| *count > 0).chain(one)
    }

    /// Images among some samples.
    pub fn n_images(&self, samples: impl IntoIterator<Item = u32>) -> u64 {
        samples.into_iter().flat_map(|i| self.counts(i)).map(|(_, count)| count).sum()
    }

    /// Images in the whole tree.
    pub fn size(&self) -> u64 {
        self.n_images(0..self.images.len() as u32)
    }

    /// SciPy's linkage matrix.
    pub fn table(&self) -> Table {
        let columns = ["merge", "cluster 1", "cluster 2", "distance", "images"].map(String::from).to_vec();
        let first = self.images.len() as i64;
        let mut sizes: Vec<u64> = (0..self.images.len() as u32).map(|i| self.n_images([i])).collect();
        let rows = (first..).zip(&self.linkage).map(|(node, (a, b, height, _))| {
            let size = |node: &u32| sizes.get(*node as usize).copied().unwrap_or(0);
            let size = size(a) + size(b);
            sizes.push(size);
            vec![
                Value::Int(node),
                Value::Int(i64::from(*a)),
                Value::Int(i64::from(*b)),
                Value::Float(*height),
                Value::Int(size as i64),
            ]
        });
        Table { columns, rows: rows.collect() }
    }
}
