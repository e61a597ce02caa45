//! Features that touch and behave alike become one:
//! `sklearn.cluster.FeatureAgglomeration(linkage="ward", connectivity=…)`.

mod graph;
mod ward;

pub use graph::{Graph, grid_to_graph};

use crate::error::{Error, Result};

/// Clusters from which on scikit-learn stops merging early, and numbers otherwise.
const EARLY_STOP: f64 = 100.0;

/// `(later node, earlier node, height)`.
type Merge = (u32, u32, f64);

/// The merges of features, from the first to the last.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureTree {
    n_features: usize,
    merges: Vec<Merge>,
}

/// A tree that is not finished.
#[derive(Debug, Clone, Copy)]
pub struct Merging<'a> {
    n_features: usize,
    merges: &'a [Merge],
}

impl Merging<'_> {
    /// Merges so far.
    pub fn n_merges(&self) -> usize {
        self.merges.len()
    }

    /// Cluster of each feature by now, `(n_features,)`, numbered by the creation of the clusters.
    pub fn labels(&self) -> Vec<u32> {
        let tree = FeatureTree { n_features: self.n_features, merges: self.merges.to_vec() };
        let roots = tree.roots(self.n_features - self.merges.len()).unwrap_or_default();
        tree.labels_of(&roots)
    }
}

/// Merges the features of `x`, shape `(n_samples, n_features)` row by row, along
/// `graph` until `n_clusters` are left (1 for the whole tree).
///
/// The samples taken are `rows`, in that order; they alone decide. If the graph is
/// in pieces, each two of them are joined where they are closest, as scikit-learn does.
/// `tick` hears of every merge, and can look at what is merged by then.
///
/// Errors: no rows, a row that is not there, values that are not whole rows of the
/// graph's nodes or not finite, `n_clusters` not in `1..=n_features`.
pub fn ward_tree<T: Copy + Into<f64>>(
    x: &[T],
    rows: &[u32],
    graph: &Graph,
    n_clusters: usize,
    tick: &mut dyn FnMut(Merging<'_>),
) -> Result<FeatureTree> {
    let n_features = graph.n_nodes();
    if !x.len().is_multiple_of(n_features) {
        let must_be = format!("whole rows of {n_features} features");
        return Err(Error::invalid("X", must_be, format!("{} values", x.len())));
    }
    let n_samples = x.len() / n_features;
    if rows.is_empty() {
        return Err(Error::invalid("X", "of at least 1 sample", "0 samples"));
    }
    if let Some(row) = rows.iter().find(|row| **row as usize >= n_samples) {
        return Err(Error::invalid("rows", format!("below the {n_samples} samples there are"), row));
    }
    if !(1..=n_features).contains(&n_clusters) {
        let must_be = format!("an int in the range [1, {n_features}], the number of features");
        return Err(Error::invalid("n_clusters", must_be, n_clusters));
    }
    let features = transposed(x, rows, n_features)?;
    let whole = connected(graph, &features);
    let mut so_far = |merges: &[Merge]| tick(Merging { n_features, merges });
    Ok(FeatureTree { n_features, merges: ward::merges(features, &whole, n_clusters, &mut so_far) })
}

/// Of the samples `rows` each feature's values, shape `(n_features, n_samples)`; none of a feature that is all zero.
fn transposed<T: Copy + Into<f64>>(x: &[T], rows: &[u32], n_features: usize) -> Result<Vec<Vec<f64>>> {
    let sample = |row: u32| &x[row as usize * n_features..][..n_features];
    let mut lit = vec![false; n_features];
    rows.iter().for_each(|row| mark_lit(sample(*row), &mut lit));
    let mut features: Vec<Vec<f64>> = lit.iter().map(|lit| vec![0.0; if *lit { rows.len() } else { 0 }]).collect();
    // A few rows at a time, so that what is written next to each other is in the cache together.
    for (block, rows) in rows.chunks(8).enumerate() {
        let samples: Vec<&[T]> = rows.iter().map(|row| sample(*row)).collect();
        fill(&mut features, block * 8, &samples);
    }
    if features.iter().any(|values| values.iter().any(|value| !value.is_finite())) {
        return Err(Error::Numeric("X holds NaN or infinity.".into()));
    }
    Ok(features)
}

/// Marks the features of a sample that are not zero.
// Not inlined: browsers make a function fast when it is called again, not within its loops.
#[inline(never)]
fn mark_lit<T: Copy + Into<f64>>(sample: &[T], lit: &mut [bool]) {
    for (lit, value) in lit.iter_mut().zip(sample) {
        // What is not a number is not zero either.
        *lit |= (*value).into() != 0.0;
    }
}

/// Writes the values of some samples into those features that have any, from place `from` on.
#[inline(never)]
fn fill<T: Copy + Into<f64>>(features: &mut [Vec<f64>], from: usize, samples: &[&[T]]) {
    for (feature, values) in features.iter_mut().enumerate().filter(|(_, values)| !values.is_empty()) {
        values[from..].iter_mut().zip(samples).for_each(|(value, sample)| *value = sample[feature].into());
    }
}

/// `graph`, its pieces joined where their features are closest.
fn connected(graph: &Graph, features: &[Vec<f64>]) -> Graph {
    let mut graph = graph.clone();
    let component = graph.components();
    let count = component.iter().copied().max().unwrap_or(0) + 1;
    let members = |c: u32| (0..component.len()).filter(|i| component[*i] == c).collect::<Vec<_>>();
    let pieces: Vec<Vec<usize>> = if count > 1 { (0..count).map(members).collect() } else { Vec::new() };
    for (i, piece) in pieces.iter().enumerate() {
        for other in &pieces[..i] {
            // The first of equals, as NumPy's argmin.
            let mut nearest = (f64::INFINITY, 0, 0);
            for &a in piece {
                for &b in other {
                    let squared: f64 = match (features[a].as_slice(), features[b].as_slice()) {
                        ([], one) | (one, []) => one.iter().map(|x| x * x).sum(),
                        (one, other) => one.iter().zip(other).map(|(x, y)| (x - y) * (x - y)).sum(),
                    };
                    if squared < nearest.0 {
                        nearest = (squared, a as u32, b as u32);
                    }
                }
            }
            graph.join(nearest.1, nearest.2);
        }
    }
    graph
}

impl FeatureTree {
    /// Number of features.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The two nodes of each merge, the earlier first (`children_`); merge `t` makes node `n_features + t`.
    pub fn children(&self) -> impl Iterator<Item = (u32, u32)> {
        self.merges.iter().map(|(later, earlier, _)| (*earlier, *later))
    }

    /// Height of each merge (`distances_`): for two single features their distance. Not monotone.
    pub fn heights(&self) -> impl Iterator<Item = f64> {
        self.merges.iter().map(|merge| merge.2)
    }

    /// Cluster of each feature (`labels_`), `(n_features,)`, numbered as scikit-learn does:
    /// by creation if `n_clusters` is at least `max(100, n_features / 50)`, so that it stops
    /// early there, and in the order of its heap otherwise.
    ///
    /// Errors: the tree has not that many clusters at any time.
    pub fn labels(&self, n_clusters: usize) -> Result<Vec<u32>> {
        let early = n_clusters as f64 >= EARLY_STOP.max(0.02 * self.n_features as f64);
        let roots = if early { self.roots(n_clusters)? } else { self.heap(n_clusters)? };
        Ok(self.labels_of(&roots))
    }

    /// The same partition, numbered by the creation of the clusters.
    ///
    /// Errors: the tree has not that many clusters at any time.
    pub fn labels_by_creation(&self, n_clusters: usize) -> Result<Vec<u32>> {
        Ok(self.labels_of(&self.roots(n_clusters)?))
    }

    /// How many merges leave that many clusters.
    fn made(&self, n_clusters: usize) -> Result<usize> {
        let least = self.n_features - self.merges.len();
        if !(least.max(1)..=self.n_features).contains(&n_clusters) {
            let must_be = format!("an int in the range [{least}, {}] for this tree", self.n_features);
            return Err(Error::invalid("n_clusters", must_be, n_clusters));
        }
        Ok(self.n_features - n_clusters)
    }

    /// The nodes that are clusters, ascending.
    fn roots(&self, n_clusters: usize) -> Result<Vec<u32>> {
        let made = self.made(n_clusters)?;
        let mut alive = vec![true; self.n_features + made];
        for (a, b, _) in &self.merges[..made] {
            (alive[*a as usize], alive[*b as usize]) = (false, false);
        }
        Ok((0..alive.len() as u32).filter(|node| alive[*node as usize]).collect())
    }

    /// The same nodes in the order that Python's `heapq` leaves them in when the
    /// newest node is split again and again (`_hc_cut`).
    fn heap(&self, n_clusters: usize) -> Result<Vec<u32>> {
        if self.made(n_clusters)? > 0 && self.merges.len() + 1 < self.n_features {
            // Not the whole tree: there is no node to split first.
            return self.roots(n_clusters);
        }
        let mut heap = vec![(self.n_features + self.merges.len() - 1) as u32];
        for _ in 1..n_clusters {
            let (later, earlier, _) = self.merges[heap[0] as usize - self.n_features];
            push(&mut heap, earlier);
            push_pop(&mut heap, later);
        }
        Ok(heap)
    }

    fn labels_of(&self, roots: &[u32]) -> Vec<u32> {
        const NONE: u32 = u32::MAX;
        let mut labels = vec![NONE; self.n_features + self.merges.len()];
        for (label, root) in (0..).zip(roots) {
            labels[*root as usize] = label;
        }
        for (t, (a, b, _)) in self.merges.iter().enumerate().rev() {
            let label = labels[self.n_features + t];
            if label != NONE {
                (labels[*a as usize], labels[*b as usize]) = (label, label);
            }
        }
        labels.truncate(self.n_features);
        labels
    }
}

/// Python's `heapq.heappush`, the largest first.
fn push(heap: &mut Vec<u32>, node: u32) {
    let place = heap.len();
    heap.push(node);
    sift_up(heap, 0, place);
}

/// Python's `heapq.heappushpop` of a node that is not the largest, its answer dropped.
fn push_pop(heap: &mut [u32], node: u32) {
    if heap[0] <= node {
        return;
    }
    heap[0] = node;
    // The hole goes down to a leaf along the larger children, then the node up from there.
    let mut place = 0;
    while 2 * place + 1 < heap.len() {
        let (left, right) = (2 * place + 1, 2 * place + 2);
        let child = if right < heap.len() && heap[left] <= heap[right] { right } else { left };
        heap[place] = heap[child];
        place = child;
    }
    heap[place] = node;
    sift_up(heap, 0, place);
}

fn sift_up(heap: &mut [u32], start: usize, mut place: usize) {
    let node = heap[place];
    while place > start {
        let parent = (place - 1) / 2;
        if node <= heap[parent] {
            break;
        }
        heap[place] = heap[parent];
        place = parent;
    }
    heap[place] = node;
}

/// Number of features in each cluster, `(n_clusters,)`.
pub fn cluster_sizes(labels: &[u32], n_clusters: usize) -> Vec<u32> {
    let mut sizes = vec![0; n_clusters];
    labels.iter().for_each(|label| sizes[*label as usize] += 1);
    sizes
}

#[cfg(test)]
mod twin;
