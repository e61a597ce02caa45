//! How often each class meets each cluster.

use crate::error::{Error, Result};

/// Most cells a dense table may have; the scores themselves never build one.
const MAX_CELLS: usize = 1 << 24;

/// How many samples of each class lie in each cluster (`contingency_matrix`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContingencyMatrix {
    /// Samples of class `i` in cluster `j`, row-major, shape `(n_classes, n_clusters)`.
    pub counts: Vec<u64>,
    /// The label of each row, ascending, shape `(n_classes,)`.
    pub classes: Vec<i64>,
    /// The label of each column, ascending, shape `(n_clusters,)`.
    pub clusters: Vec<i64>,
}

impl ContingencyMatrix {
    /// Number of rows.
    pub fn n_classes(&self) -> usize {
        self.classes.len()
    }

    /// Number of columns.
    pub fn n_clusters(&self) -> usize {
        self.clusters.len()
    }

    /// Row `i`: class `classes[i]` over all clusters. Panics if `i >= n_classes`.
    pub fn row(&self, i: usize) -> &[u64] {
        &self.counts[i * self.clusters.len()..(i + 1) * self.clusters.len()]
    }
}

/// The contingency matrix of two labelings, both of shape `(n_samples,)`
/// (`sklearn.metrics.cluster.contingency_matrix`): a row for every class and a
/// column for every cluster that occurs.
///
/// Errors: the labelings differ in length, or the table would have more than
/// 2^24 cells.
pub fn contingency_matrix<A, B>(labels_true: &[A], labels_pred: &[B]) -> Result<ContingencyMatrix>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    let sparse = SparseContingency::new(labels_true, labels_pred)?;
    let (rows, columns) = (sparse.classes.len(), sparse.clusters.len());
    let mut counts = vec![0; cells(rows, columns)?];
    for cell in &sparse.cells {
        counts[cell.class as usize * columns + cell.cluster as usize] = cell.count;
    }
    Ok(ContingencyMatrix { counts, classes: sparse.classes, clusters: sparse.clusters })
}

/// The contingency matrix of a size given beforehand, shape `(n_labels, n_clusters)`:
/// row `i` is label `i` and column `j` is cluster `j`, whether they occur or not.
///
/// Errors: the labelings differ in length, a label is outside its range, or the
/// table would have more than 2^24 cells.
pub fn confusion_table<A, B>(
    labels_true: &[A],
    labels_pred: &[B],
    n_labels: usize,
    n_clusters: usize,
) -> Result<ContingencyMatrix>
where
    A: Copy + Into<i64>,
    B: Copy + Into<i64>,
{
    check_lengths(labels_true.len(), labels_pred.len())?;
    let within = |name: &str, label: i64, n: usize| match usize::try_from(label) {
        Ok(label) if label < n => Ok(label),
        _ => Err(Error::invalid(name, format!("labels from 0 to below {n}"), label)),
    };
    let mut counts = vec![0; cells(n_labels, n_clusters)?];
    for (&class, &cluster) in labels_true.iter().zip(labels_pred) {
        let class = within("labels_true", class.into(), n_labels)?;
        let cluster = within("labels_pred", cluster.into(), n_clusters)?;
        counts[class * n_clusters + cluster] += 1;
    }
    // Both are at most 2^24 unless the other is 0.
    let up_to = |n: usize| (0..n as i64).collect();
    Ok(ContingencyMatrix { counts, classes: up_to(n_labels), clusters: up_to(n_clusters) })
}

fn cells(rows: usize, columns: usize) -> Result<usize> {
    match rows.checked_mul(columns) {
        Some(cells) if cells.max(rows).max(columns) <= MAX_CELLS => Ok(cells),
        _ => Err(Error::Numeric(format!("a table of {rows} classes by {columns} clusters is too large"))),
    }
}

/// Refuses labelings of different lengths.
pub(super) fn check_lengths(n_true: usize, n_pred: usize) -> Result<()> {
    if n_true != n_pred {
        let must_be = format!("as long as 'labels_true' ({n_true} labels)");
        return Err(Error::invalid("labels_pred", must_be, format!("{n_pred} labels")));
    }
    Ok(())
}

/// One cell that is not zero, by the ranks of its labels.
pub(super) struct Cell {
    pub class: u32,
    pub cluster: u32,
    pub count: u64,
}

/// A contingency matrix without its zeros, so that a cluster for every sample
/// costs no more than one for all.
pub(super) struct SparseContingency {
    pub n_samples: u64,
    pub classes: Vec<i64>,
    pub clusters: Vec<i64>,
    /// Samples in each class.
    pub class_sizes: Vec<u64>,
    /// Samples in each cluster.
    pub cluster_sizes: Vec<u64>,
    /// By cluster, then by class: the order in which SciPy lists them.
    pub cells: Vec<Cell>,
}

impl SparseContingency {
    pub fn new<A, B>(labels_true: &[A], labels_pred: &[B]) -> Result<Self>
    where
        A: Copy + Into<i64>,
        B: Copy + Into<i64>,
    {
        check_lengths(labels_true.len(), labels_pred.len())?;
        let (classes, class_of) = ranks(labels_true)?;
        let (clusters, cluster_of) = ranks(labels_pred)?;
        let mut keys: Vec<u64> =
            class_of.iter().zip(&cluster_of).map(|(&c, &k)| u64::from(k) << 32 | u64::from(c)).collect();
        keys.sort_unstable();
        let cells: Vec<Cell> = keys
            .chunk_by(|a, b| a == b)
            .map(|run| Cell { class: run[0] as u32, cluster: (run[0] >> 32) as u32, count: run.len() as u64 })
            .collect();
        Ok(SparseContingency {
            n_samples: labels_true.len() as u64,
            class_sizes: sizes(&class_of, classes.len()),
            cluster_sizes: sizes(&cluster_of, clusters.len()),
            classes,
            clusters,
            cells,
        })
    }
}

/// The distinct labels in ascending order, and for each sample the rank of its
/// label among them (`np.unique(labels, return_inverse=True)`).
pub(crate) fn ranks<L: Copy + Into<i64>>(labels: &[L]) -> Result<(Vec<i64>, Vec<u32>)> {
    if u32::try_from(labels.len()).is_err() {
        return Err(Error::Numeric(format!("{} labels do not fit into 32-bit indices", labels.len())));
    }
    let labels: Vec<i64> = labels.iter().map(|&label| label.into()).collect();
    let mut distinct = labels.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let rank_of = |label: &i64| distinct.partition_point(|other| other < label) as u32;
    let ranks = labels.iter().map(rank_of).collect();
    Ok((distinct, ranks))
}

/// How often each rank occurs (`np.bincount`).
pub(super) fn sizes(ranks: &[u32], n: usize) -> Vec<u64> {
    let mut sizes = vec![0; n];
    for &rank in ranks {
        sizes[rank as usize] += 1;
    }
    sizes
}
