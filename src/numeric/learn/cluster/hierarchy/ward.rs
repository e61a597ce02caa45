//! Ward's tree from the means of the clusters: memory in proportion to the data.
//!
//! Two clusters of `a` and `b` rows are `sqrt(2 a b / (a + b))` times as far apart
//! as their means. The chain asks for nearest clusters only; words rule out nearly
//! all of them, and float64 decides among the rest.

use super::chain::Chain;
use super::{Growing, Joined};
use crate::learn::Matrix;
use crate::learn::cluster::kmeans::Points;
use crate::learn::cluster::words::Words;
use crate::learn::kernels::squared_distance;

/// Clusters in slots; the live ones are also kept close together, in order.
struct Clusters {
    /// Means by slot, shape `(n_samples, width)`.
    means: Matrix,
    /// Rows by slot, 0 for a slot without cluster.
    sizes: Vec<u32>,
    /// Slots of the rows of `words`, ascending; some may have died.
    slots: Vec<u32>,
    /// Place of a slot in `slots`.
    places: Vec<u32>,
    /// Means as words, by place.
    words: Words,
    /// One over the number of rows, by place; NaN for the dead, whom no comparison finds.
    inverse_sizes: Vec<f64>,
    n_dead: usize,
    distances: Vec<i32>,
    weighted: Vec<f64>,
}

/// All merges, in the order found.
pub(super) fn merges<P: Points>(points: &P, tick: &mut dyn FnMut(&Growing)) -> Vec<Joined> {
    let n = points.n_samples();
    let mut clusters = Clusters::new(points);
    let mut chain = Chain::new(n);
    let mut merges = Vec::with_capacity(n - 1);
    while merges.len() < n - 1 {
        let Clusters { means, sizes, slots, places, words, inverse_sizes, distances, weighted, .. } = &mut clusters;
        let sizes = &*sizes;
        let search = Search { means, sizes, slots, places, words, inverse_sizes };
        let (x, y, squared) =
            chain.next_pair(|slot| sizes[slot] > 0, |x, previous| search.nearest(x, previous, distances, weighted));
        clusters.merge(x, y);
        merges.push(Joined { x: x as u32, y: y as u32, height: squared.sqrt() });
        tick(&Growing(&merges));
    }
    merges
}

impl Clusters {
    fn new<P: Points>(points: &P) -> Self {
        let n = points.n_samples();
        let mut means = Matrix::zeros(n, points.width());
        (0..n).for_each(|i| points.copy_row(i, means.row_mut(i)));
        Clusters {
            means,
            sizes: vec![1; n],
            slots: (0..n as u32).collect(),
            places: (0..n as u32).collect(),
            words: Words::new(points),
            inverse_sizes: vec![1.0; n],
            n_dead: 0,
            distances: vec![0; n],
            weighted: vec![0.0; n],
        }
    }

    /// Empties slot `x` into slot `y`.
    fn merge(&mut self, x: usize, y: usize) {
        let share = f64::from(self.sizes[x]) / f64::from(self.sizes[x] + self.sizes[y]);
        let other = self.means.row(x).to_vec();
        // Written so that the mean of equal means is that mean, exactly.
        self.means.row_mut(y).iter_mut().zip(&other).for_each(|(mean, other)| *mean += (other - *mean) * share);
        self.sizes[y] += self.sizes[x];
        self.sizes[x] = 0;
        let (dead, live) = (self.places[x] as usize, self.places[y] as usize);
        self.inverse_sizes[dead] = f64::NAN;
        self.inverse_sizes[live] = 1.0 / f64::from(self.sizes[y]);
        self.words.set(live, self.means.row(y));
        self.n_dead += 1;
        if self.n_dead * 16 > self.slots.len() {
            self.close_up();
        }
    }

    fn close_up(&mut self) {
        let (slots, sizes) = (&mut self.slots, &self.sizes);
        self.words.retain(|place| sizes[slots[place] as usize] > 0);
        slots.retain(|&slot| sizes[slot as usize] > 0);
        self.inverse_sizes.retain(|inverse| !inverse.is_nan());
        slots.iter().enumerate().for_each(|(place, &slot)| self.places[slot as usize] = place as u32);
        self.n_dead = 0;
    }
}

/// What a search reads.
struct Search<'a> {
    means: &'a Matrix,
    sizes: &'a [u32],
    slots: &'a [u32],
    places: &'a [u32],
    words: &'a Words,
    inverse_sizes: &'a [f64],
}

impl Search<'_> {
    /// Squared distance of the clusters in two slots: the arithmetic that decides.
    fn squared(&self, x: usize, y: usize) -> f64 {
        let (a, b) = (f64::from(self.sizes[x]), f64::from(self.sizes[y]));
        2.0 * a * b / (a + b) * squared_distance(self.means.row(x), self.means.row(y))
    }

    /// The nearest of slot `x`, `previous` among equals, else the lowest; squared distance.
    fn nearest(&self, x: usize, previous: Option<usize>, distances: &mut [i32], weighted: &mut [f64]) -> (usize, f64) {
        let n = self.slots.len();
        let place = self.places[x] as usize;
        let (distances, weighted) = (&mut distances[..n], &mut weighted[..n]);
        self.words.distances_to_all(place, distances);
        let unit = self.words.unit();
        let own = self.inverse_sizes[place];
        for ((weighted, &distance), inverse) in weighted.iter_mut().zip(distances.iter()).zip(self.inverse_sizes) {
            *weighted = f64::from(distance) / (own + inverse);
        }
        weighted[place] = f64::NAN;
        let least = least(weighted);
        // No weight exceeds 2 a, so the rests can change no distance by more than `lost`.
        let weight = 2.0 * f64::from(self.sizes[x]);
        let lost = weight.sqrt() * (self.words.rest(place) + self.words.greatest_rest());
        let bound = (least.sqrt() * 2f64.sqrt() * unit + 2.0 * lost) * (1.0 + 1e-9) / unit;
        let bound = bound * bound / 2.0;
        let mut best = previous.map_or((x, f64::INFINITY), |y| (y, self.squared(x, y)));
        for (p, _) in weighted.iter().enumerate().filter(|(_, weighted)| **weighted <= bound) {
            let slot = self.slots[p] as usize;
            if Some(slot) == previous {
                continue;
            }
            let squared = self.squared(x, slot);
            if squared < best.1 || best.0 == x {
                best = (slot, squared);
            }
        }
        best
    }
}

/// The least of the values that are not NaN.
fn least(values: &[f64]) -> f64 {
    // Eight running minima, so that they do not wait for each other.
    let mut least = [f64::INFINITY; 8];
    let (blocks, rest) = values.as_chunks::<8>();
    for block in blocks {
        for (least, &value) in least.iter_mut().zip(block) {
            *least = if value < *least { value } else { *least };
        }
    }
    least.iter().chain(rest).fold(f64::INFINITY, |least, &value| if value < least { value } else { least })
}
