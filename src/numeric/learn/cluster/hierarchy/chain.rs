//! The chain of nearest neighbours (Murtagh 1983) over all distances, in SciPy's
//! order of search and with its update of distances, so that even equal distances
//! merge as there.

use super::condensed::Condensed;
use super::{Growing, Joined, Method};

/// Follows nearest neighbours until two are each other's.
pub(super) struct Chain {
    clusters: Vec<usize>,
}

impl Chain {
    pub fn new(n: usize) -> Self {
        Chain { clusters: Vec::with_capacity(n) }
    }

    /// The next two clusters to merge, lower slot first, and their distance.
    ///
    /// `alive` says whether a slot holds a cluster; `nearest(x, previous)` finds the
    /// nearest of slot `x`: `previous`, unless another is strictly nearer, and of
    /// those the lowest.
    pub fn next_pair(
        &mut self,
        alive: impl Fn(usize) -> bool,
        mut nearest: impl FnMut(usize, Option<usize>) -> (usize, f64),
    ) -> (usize, usize, f64) {
        loop {
            let x = match self.clusters.last() {
                Some(&x) => x,
                None => {
                    let first = (0..).find(|&slot| alive(slot)).expect("a cluster is left");
                    self.clusters.push(first);
                    first
                }
            };
            // Rounding can bring a cluster into the chain twice; its dead trace goes.
            let at = self.clusters.len() - 1;
            if at > 0 && (!alive(self.clusters[at - 1]) || self.clusters[at - 1] == x) {
                self.clusters.remove(at - 1);
                continue;
            }
            let previous = at.checked_sub(1).map(|before| self.clusters[before]);
            let (y, distance) = nearest(x, previous);
            if Some(y) == previous {
                self.clusters.truncate(at - 1);
                // As above: neither may stay in the chain.
                while self.clusters.last().is_some_and(|&slot| slot == x || slot == y) {
                    self.clusters.pop();
                }
                return (x.min(y), x.max(y), distance);
            }
            self.clusters.push(y);
        }
    }
}

/// All merges, in the order found.
pub(super) fn merges(mut distances: Condensed, method: Method, tick: &mut dyn FnMut(&Growing)) -> Vec<Joined> {
    let n = distances.n_samples();
    let mut sizes = vec![1u32; n];
    let mut chain = Chain::new(n);
    let mut merges = Vec::with_capacity(n - 1);
    while merges.len() < n - 1 {
        let (x, y, height) = chain.next_pair(
            |slot| sizes[slot] > 0,
            |x, previous| {
                let mut best = previous.map_or((x, f64::INFINITY), |y| (y, distances.get(x, y)));
                for i in (0..n).filter(|&i| sizes[i] > 0 && i != x) {
                    let distance = distances.get(x, i);
                    if distance < best.1 || best.0 == x {
                        best = (i, distance);
                    }
                }
                best
            },
        );
        let (size_x, size_y) = (f64::from(sizes[x]), f64::from(sizes[y]));
        // Slot x is given up, slot y holds the merged cluster.
        sizes[y] += sizes[x];
        sizes[x] = 0;
        for i in (0..n).filter(|&i| sizes[i] > 0 && i != y) {
            let (to_x, to_y, size) = (distances.get(i, x), distances.get(i, y), f64::from(sizes[i]));
            let distance = match method {
                Method::Single => to_x.min(to_y),
                Method::Complete => to_x.max(to_y),
                Method::Average => (size_x * to_x + size_y * to_y) / (size_x + size_y),
                Method::Ward => {
                    let t = 1.0 / (size_x + size_y + size);
                    let squared = (size + size_x) * t * to_x * to_x + (size + size_y) * t * to_y * to_y
                        - size * t * height * height;
                    squared.max(0.0).sqrt()
                }
            };
            distances.set(i, y, distance);
        }
        merges.push(Joined { x: x as u32, y: y as u32, height });
        tick(&Growing(&merges));
    }
    merges
}
