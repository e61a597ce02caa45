//! Clusters out of a tree, numbered as SciPy and scikit-learn number them.

use super::Linkage;
use crate::error::{Error, Result};

impl Linkage {
    /// The two clusters that made cluster `node`; `None` for a row of the data.
    pub(super) fn parts(&self, node: u32) -> Option<[u32; 2]> {
        let merge = self.merges.get((node as usize).checked_sub(self.n_samples())?)?;
        Some([merge.cluster1, merge.cluster2])
    }

    /// The cluster that holds all rows.
    pub(super) fn root(&self) -> u32 {
        (2 * self.merges.len()) as u32
    }

    /// Rows of the data in cluster `node`, from left to right in the tree.
    ///
    /// Errors: no such cluster.
    pub fn members(&self, node: u32) -> Result<Vec<u32>> {
        if node > self.root() {
            return Err(Error::invalid("node", format!("at most {}", self.root()), node));
        }
        let (mut members, mut stack) = (Vec::new(), vec![node]);
        while let Some(node) = stack.pop() {
            match self.parts(node) {
                Some([left, right]) => stack.extend([right, left]),
                None => members.push(node),
            }
        }
        Ok(members)
    }
}

/// Rows of the data from left to right (`scipy.cluster.hierarchy.leaves_list`), `(n_samples,)`.
pub fn leaves_list(tree: &Linkage) -> Vec<u32> {
    tree.members(tree.root()).unwrap_or_default()
}

/// Labels `1..=k` of the clusters whose merges are all at most `t` high
/// (`fcluster(Z, t, criterion="distance")`), `(n_samples,)`.
///
/// Errors: `t` is NaN.
pub fn fcluster_distance(tree: &Linkage, t: f64) -> Result<Vec<u32>> {
    if t.is_nan() {
        return Err(Error::invalid("t", "a number", t));
    }
    let n = tree.n_samples();
    let mut labels = vec![0; n];
    let (mut n_clusters, mut leader) = (0, None);
    // SciPy goes down both branches before it numbers the rows that hang directly
    // on a merge.
    let mut stack = vec![(tree.root(), false)];
    while let Some((node, done)) = stack.pop() {
        let Some(parts) = tree.parts(node) else { continue };
        if done {
            for row in parts.into_iter().filter(|&part| (part as usize) < n) {
                n_clusters += u32::from(leader.is_none());
                labels[row as usize] = n_clusters;
            }
            if leader == Some(node) {
                leader = None;
            }
            continue;
        }
        if leader.is_none() && tree.merges[node as usize - n].height <= t {
            leader = Some(node);
            n_clusters += 1;
        }
        stack.extend([(node, true), (parts[1], false), (parts[0], false)]);
    }
    Ok(labels)
}

/// Labels `1..=k` of at most `max_clusters` clusters (`fcluster(Z, max_clusters,
/// criterion="maxclust")`), `(n_samples,)`: fewer where heights are equal.
///
/// Errors: `max_clusters` is 0.
pub fn fcluster_maxclust(tree: &Linkage, max_clusters: usize) -> Result<Vec<u32>> {
    let n = tree.n_samples();
    if max_clusters == 0 {
        return Err(Error::invalid("max_clusters", "an int in the range [1, inf)", max_clusters));
    }
    if max_clusters >= n {
        return Ok((1..=n as u32).collect());
    }
    fcluster_distance(tree, tree.merges[n - 1 - max_clusters].height)
}

/// Labels `0..n_clusters` of exactly `n_clusters` clusters, numbered by their first
/// rows (`scipy.cluster.hierarchy.cut_tree(Z, n_clusters)`), `(n_samples,)`.
///
/// Errors: `n_clusters` is 0 or exceeds the number of rows.
pub fn cut_tree(tree: &Linkage, n_clusters: usize) -> Result<Vec<u32>> {
    let n = tree.n_samples();
    check_n_clusters(n, n_clusters)?;
    // The cluster that each one ends up in; parents come after their parts.
    let mut top: Vec<u32> = (0..(2 * n - 1) as u32).collect();
    for node in (n..2 * n - n_clusters).rev() {
        for part in tree.parts(node as u32).into_iter().flatten() {
            top[part as usize] = top[node];
        }
    }
    let mut numbers = vec![u32::MAX; 2 * n - 1];
    let mut next = 0;
    let mut labels = Vec::with_capacity(n);
    for &top in &top[..n] {
        let number = &mut numbers[top as usize];
        if *number == u32::MAX {
            *number = next;
            next += 1;
        }
        labels.push(*number);
    }
    Ok(labels)
}

/// Labels `0..n_clusters` as `sklearn.cluster.AgglomerativeClustering(n_clusters)`
/// numbers them (`labels_`), `(n_samples,)`.
///
/// Errors: `n_clusters` is 0 or exceeds the number of rows.
pub fn agglomerative_labels(tree: &Linkage, n_clusters: usize) -> Result<Vec<u32>> {
    let n = tree.n_samples();
    check_n_clusters(n, n_clusters)?;
    // The clusters' numbers are their places in a heap of Python's `heapq`, whose
    // top, the highest merge, is taken apart until there are enough.
    let mut heap = vec![tree.root()];
    for _ in 1..n_clusters {
        let [first, second] = tree.children(heap[0] as usize - n);
        heap.push(first);
        let last = heap.len() - 1;
        sift_towards_top(&mut heap, 0, last);
        if heap[0] > second {
            heap[0] = second;
            sift_from_top(&mut heap);
        }
    }
    let mut labels = vec![0; n];
    for (number, &node) in heap.iter().enumerate() {
        tree.members(node)?.iter().for_each(|&row| labels[row as usize] = number as u32);
    }
    Ok(labels)
}

/// Moves the value at `place` up to where its parent is greater, `top` at most.
fn sift_towards_top(heap: &mut [u32], top: usize, mut place: usize) {
    let value = heap[place];
    while place > top {
        let parent = (place - 1) / 2;
        if value <= heap[parent] {
            break;
        }
        heap[place] = heap[parent];
        place = parent;
    }
    heap[place] = value;
}

/// Moves the topmost value to its place: down to the bottom along the greater
/// children, then up again, as `heapq` does.
fn sift_from_top(heap: &mut [u32]) {
    let value = heap[0];
    let mut place = 0;
    loop {
        let (left, right) = (2 * place + 1, 2 * place + 2);
        if left >= heap.len() {
            break;
        }
        let child = if right < heap.len() && heap[left] <= heap[right] { right } else { left };
        heap[place] = heap[child];
        place = child;
    }
    heap[place] = value;
    sift_towards_top(heap, 0, place);
}

fn check_n_clusters(n_samples: usize, n_clusters: usize) -> Result<()> {
    if (1..=n_samples).contains(&n_clusters) {
        return Ok(());
    }
    let must_be = format!("in the range [1, {n_samples}], the number of samples");
    Err(Error::invalid("n_clusters", must_be, n_clusters))
}
