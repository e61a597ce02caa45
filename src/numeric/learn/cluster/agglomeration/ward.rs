//! Ward's merges along a graph, in scikit-learn's order and with its arithmetic.
//!
//! A merge moves a mean only so far, so the distances of the new cluster to those around
//! it have lower bounds from what is known already. A bound waits in the heap in the place
//! of a cost, and only if it comes to the top is the cost computed.

use super::{Graph, Merge};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// What bounds lose to rounding, generously.
const ROUNDING: f64 = 1e-9;

/// A possible merge of two nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    /// How much the inertia within clusters would grow, or less than that.
    cost: f64,
    later: u32,
    earlier: u32,
    /// Whether `cost` is the cost.
    exact: bool,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        let ends = |one: &Self| (one.later, one.earlier);
        self.cost.total_cmp(&other.cost).then(ends(self).cmp(&ends(other)))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Features merged so far.
struct Node {
    count: f64,
    /// Sum over the features, `(n_samples,)`; empty if all is zero, as of pixels that no image lights.
    sum: Vec<f64>,
    /// Their mean; empty if it is the sum (of one feature).
    mean: Vec<f64>,
    /// Nodes that touch it, or whose parts did, and a lower bound of the distance of the means.
    touching: Vec<(u32, f64)>,
}

impl Node {
    fn mean(&self) -> &[f64] {
        if self.mean.is_empty() { &self.sum } else { &self.mean }
    }

    #[inline(never)]
    fn joined(mut self, other: Node) -> Node {
        let count = self.count + other.count;
        let mut sum = std::mem::take(&mut self.sum);
        if sum.is_empty() {
            sum = other.sum;
        } else {
            sum.iter_mut().zip(&other.sum).for_each(|(a, b)| *a += b);
        }
        let mut mean = std::mem::take(&mut self.mean);
        mean.clear();
        mean.extend(sum.iter().map(|sum| sum / count));
        Node { count, sum, mean, touching: Vec::new() }
    }
}

/// The nodes that are clusters now.
struct Live(Vec<Option<Node>>);

impl Live {
    fn at(&self, node: u32) -> Option<&Node> {
        self.0[node as usize].as_ref()
    }

    /// Squared distance of two means; the order of the sum is scikit-learn's.
    // Not inlined: browsers make a function fast when it is called again, not within its loops.
    #[inline(never)]
    fn squared(&self, a: &Node, b: &Node) -> f64 {
        match (a.mean(), b.mean()) {
            ([], mean) | (mean, []) => mean.iter().fold(0.0, |sum, x| sum + x * x),
            (a, b) => a.iter().zip(b).fold(0.0, |sum, (x, y)| sum + (x - y) * (x - y)),
        }
    }

    /// What merging `later` and `earlier` costs, and the distance of their means.
    fn cost(&self, later: u32, earlier: u32) -> Option<(f64, f64)> {
        let (a, b) = (self.at(later)?, self.at(earlier)?);
        let squared = self.squared(a, b);
        Some((squared * weight(a, b), squared.sqrt()))
    }

    /// Notes a better bound of a distance with both ends.
    fn note(&mut self, a: u32, b: u32, bound: f64) {
        for (node, other) in [(a, b), (b, a)] {
            let touching = self.0[node as usize].iter_mut().flat_map(|node| &mut node.touching);
            touching.filter(|(touched, _)| *touched == other).for_each(|(_, known)| *known = bound);
        }
    }
}

fn weight(a: &Node, b: &Node) -> f64 {
    a.count * b.count / (a.count + b.count)
}

/// Merges `features`, shape `(n_features, n_samples)`, until `n_clusters` are left;
/// A feature without values is all zero.
pub(super) fn merges(
    features: Vec<Vec<f64>>,
    graph: &Graph,
    n_clusters: usize,
    tick: &mut dyn FnMut(&[Merge]),
) -> Vec<Merge> {
    let n = features.len();
    let mut heap = BinaryHeap::new();
    let leaf = |(i, sum): (usize, Vec<f64>)| {
        let touching = graph.neighbours(i).iter().map(|j| (*j, 0.0)).collect();
        Some(Node { count: 1.0, sum, mean: Vec::new(), touching })
    };
    let mut live = Live(features.into_iter().enumerate().map(leaf).collect());
    for i in 0..n as u32 {
        for &j in graph.neighbours(i as usize).iter().filter(|j| **j < i) {
            if let Some((cost, distance)) = live.cost(i, j) {
                live.note(i, j, distance);
                heap.push(Reverse(Candidate { cost, later: i, earlier: j, exact: true }));
            }
        }
    }
    let mut merges = Vec::with_capacity(n - n_clusters);
    while merges.len() < n - n_clusters {
        let Some(Reverse(next)) = heap.pop() else { break };
        let Candidate { cost, later, earlier, exact } = next;
        if live.at(later).is_none() || live.at(earlier).is_none() {
            continue;
        }
        if !exact {
            if let Some((cost, distance)) = live.cost(later, earlier) {
                live.note(later, earlier, distance);
                heap.push(Reverse(Candidate { cost, exact: true, ..next }));
            }
            continue;
        }
        let (Some(a), Some(b)) = (live.0[later as usize].take(), live.0[earlier as usize].take()) else { continue };
        let distance = (cost / weight(&a, &b)).sqrt();
        let total = a.count + b.count;
        // Nodes around, with the best that either part knows of their distance from the new mean.
        let mut around: Vec<(u32, f64)> = Vec::new();
        for (part, moved) in [(&a, b.count / total * distance), (&b, a.count / total * distance)] {
            for &(node, bound) in part.touching.iter().filter(|(node, _)| live.at(*node).is_some()) {
                around.push((node, (bound * (1.0 - ROUNDING) - moved * (1.0 + ROUNDING)).max(0.0)));
            }
        }
        around.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        around.dedup_by_key(|(node, _)| *node);
        let new = live.0.len() as u32;
        let mut node = a.joined(b);
        for &(other, bound) in &around {
            let Some(there) = &mut live.0[other as usize] else { continue };
            there.touching.push((new, bound));
            let cost = bound * bound * weight(&node, there) * (1.0 - ROUNDING);
            heap.push(Reverse(Candidate { cost, later: new, earlier: other, exact: false }));
        }
        node.touching = around;
        live.0.push(Some(node));
        merges.push((later, earlier, (2.0 * cost).sqrt()));
        tick(&merges);
    }
    merges
}
