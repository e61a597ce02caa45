//! Single linkage from a minimum spanning tree, grown by Prim's algorithm in
//! SciPy's order, without keeping distances.

use super::{Growing, Joined};
use crate::learn::Matrix;
use crate::learn::cluster::kmeans::Points;
use crate::learn::cluster::words::Words;

/// All merges, in the order found.
pub(super) fn merges<P: Points>(points: &P, tick: &mut dyn FnMut(&Growing)) -> Vec<Joined> {
    let n = points.n_samples();
    let mut values = Matrix::zeros(n, points.n_features());
    (0..n).for_each(|i| points.copy_values(i, values.row_mut(i)));
    let mut words = Words::new(points);
    let unit = words.unit();
    // Rows outside of the tree close together, in order, with their distance to the
    // tree; those that joined it have NaN, which no comparison finds.
    let mut outside: Vec<u32> = (0..n as u32).collect();
    let mut nearest = vec![f64::INFINITY; n];
    let mut apart = vec![0i32; n];
    let mut candidates = Vec::new();
    let mut joined_since = 0;
    let mut place = 0;
    let mut merges = Vec::with_capacity(n - 1);
    while merges.len() < n - 1 {
        let x = outside[place];
        let apart = &mut apart[..outside.len()];
        words.distances_to_all(place, apart);
        nearest[place] = f64::NAN;
        // A distance can only be less if its root in words, less both rests, is.
        let lost = words.rest(place) + words.greatest_rest();
        candidates.clear();
        candidates.extend((0..outside.len()).filter(|&p| {
            let reach = (nearest[p] + lost) / unit;
            f64::from(apart[p]) <= reach * reach * (1.0 + 1e-9)
        }));
        for &p in &candidates {
            let distance = distance(values.row(x as usize), values.row(outside[p] as usize));
            if nearest[p] > distance {
                nearest[p] = distance;
            }
        }
        let (mut best, mut height) = (place, f64::INFINITY);
        for (p, &distance) in nearest.iter().enumerate() {
            if distance < height {
                (best, height) = (p, distance);
            }
        }
        merges.push(Joined { x, y: outside[best], height });
        tick(&Growing(&merges));
        place = best;
        joined_since += 1;
        if joined_since * 16 > outside.len() {
            let before = (0..place).filter(|&p| nearest[p].is_nan()).count();
            words.retain(|p| !nearest[p].is_nan());
            outside = (0..outside.len()).filter(|&p| !nearest[p].is_nan()).map(|p| outside[p]).collect();
            nearest.retain(|distance| !distance.is_nan());
            place -= before;
            joined_since = 0;
        }
    }
    merges
}

/// Euclidean distance, summed in the order of the columns: SciPy's bits.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}
