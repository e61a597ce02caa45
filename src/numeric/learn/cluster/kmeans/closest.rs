//! Which of the chosen rows is closest to each row, while k-means++ chooses more.

use super::points::{Interval, Points};
use crate::learn::Matrix;

/// Rows that are looked at by one call.
const AT_ONCE: usize = 512;

/// Which of some chosen rows is closest to each row.
#[derive(Debug, Clone)]
pub struct Closest {
    /// The rows that have no [twin](Points::twin) before them, and how many are equal to each, itself included.
    rows: Vec<u32>,
    weights: Vec<f64>,
    /// The other rows, and their twins.
    copies: Vec<(u32, u32)>,
    squared: Vec<f64>,
    /// Of rows that are no copies.
    owner: Vec<u32>,
    /// For each chosen row the squared distance up to which no candidate can be closer than it.
    safe: Vec<f64>,
}

impl Closest {
    /// Nothing is chosen yet: distances are infinite.
    pub(super) fn new<P: Points>(points: &P) -> Self {
        let n = points.n_samples();
        let mut weights = vec![1.0; n];
        let (mut rows, mut copies) = (Vec::new(), Vec::new());
        for i in 0..n {
            let twin = points.twin(i);
            if twin < i {
                weights[twin] += 1.0;
                copies.push((i as u32, twin as u32));
            } else {
                rows.push(i as u32);
            }
        }
        let weights = rows.iter().map(|&i| weights[i as usize]).collect();
        let (squared, owner) = (vec![f64::INFINITY; n], vec![0; n]);
        Closest { rows, weights, copies, squared, owner, safe: vec![f64::NEG_INFINITY] }
    }

    /// Squared distance of each row to the closest chosen row, `(n_samples,)`.
    pub fn squared(&self) -> &[f64] {
        &self.squared
    }

    /// Whether none of the candidates is closer to row `i`: what is twice as far from a chosen
    /// row as row `i` is cannot be.
    #[inline(always)]
    fn is_settled(&self, i: usize) -> bool {
        self.squared[i] <= self.safe[self.owner[i] as usize]
    }

    /// Makes ready for candidates: `between[c][j]` is the squared distance of candidate `c` to chosen row `j`.
    pub(super) fn expect(&mut self, between: &[Vec<f64>]) {
        // Less by a billionth, far more than rounding can be.
        let least = |j: usize| between.iter().fold(f64::INFINITY, |least: f64, to| least.min(to[j]));
        self.safe = (0..between.first().map_or(0, Vec::len)).map(|j| 0.25 * (1.0 - 1e-9) * least(j)).collect();
    }

    /// Chooses one more row, number `number`, of which `closer` was found.
    pub(super) fn choose(&mut self, number: u32, closer: &Closer) {
        for (&i, &squared) in closer.rows.iter().zip(&closer.squared) {
            (self.owner[i as usize], self.squared[i as usize]) = (number, squared);
        }
        for &(copy, twin) in &self.copies {
            self.squared[copy as usize] = self.squared[twin as usize];
        }
    }
}

/// What choosing a candidate would change.
#[derive(Debug, Clone, Default)]
pub struct Closer {
    /// Sum of the squared distances of all rows to the closest chosen row, the candidate among these.
    pub(super) potential: f64,
    /// Rows that are closer to the candidate than to those chosen before, copies left out.
    rows: Vec<u32>,
    /// Their squared distances to it.
    squared: Vec<f64>,
}

/// A look at all rows for some candidates.
#[derive(Debug)]
pub struct Look<'a> {
    closest: &'a Closest,
    found: &'a mut [Closer],
}

impl<'a> Look<'a> {
    /// Has nothing `found` yet, one for each candidate.
    pub(super) fn new(closest: &'a Closest, found: &'a mut [Closer]) -> Self {
        for found in &mut *found {
            found.rows.clear();
            found.squared.clear();
        }
        Look { closest, found }
    }

    /// Takes from `measure`, which is given a row and its squared distance to the closest chosen row, the squared
    /// distance of the row to each candidate, or something at least as large as what it was given. Rows for which no
    /// candidate can be closer are not asked for, nor are rows that have a twin before them.
    pub fn at_each(&mut self, mut measure: impl FnMut(usize, f64, &mut [f64])) {
        let n = self.closest.rows.len();
        let mut squares = vec![0.0; self.found.len()];
        let mut potentials = vec![0.0; self.found.len()];
        for first in (0..n).step_by(AT_ONCE) {
            self.at_some(first..n.min(first + AT_ONCE), &mut measure, &mut squares, &mut potentials);
        }
        for (found, potential) in self.found.iter_mut().zip(potentials) {
            found.potential = potential;
        }
    }

    // Not inlined: browsers make a function fast when it is called again, not within its loops.
    #[inline(never)]
    fn at_some(
        &mut self,
        rows: std::ops::Range<usize>,
        measure: &mut impl FnMut(usize, f64, &mut [f64]),
        squares: &mut [f64],
        potentials: &mut [f64],
    ) {
        let weighed = self.closest.rows[rows.clone()].iter().zip(&self.closest.weights[rows]);
        for (&row, &weight) in weighed {
            let i = row as usize;
            let squared = self.closest.squared[i];
            if self.closest.is_settled(i) {
                potentials.iter_mut().for_each(|potential| *potential += weight * squared);
                continue;
            }
            measure(i, squared, squares);
            for ((found, potential), &new) in self.found.iter_mut().zip(&mut *potentials).zip(&*squares) {
                if new < squared {
                    *potential += weight * new;
                    found.rows.push(row);
                    found.squared.push(new);
                } else {
                    *potential += weight * squared;
                }
            }
        }
    }
}

/// [`Points::closer`] through the filter: only rows that a candidate could be nearer to than to all chosen before need
/// its exact distance.
pub(super) fn closer_by_filter<P: Points>(points: &P, candidates: &[u32], look: &mut Look) {
    let mut centers = Matrix::zeros(candidates.len(), points.width());
    for (c, &row) in candidates.iter().enumerate() {
        points.copy_row(row as usize, centers.row_mut(c));
    }
    let prepared = points.prepare(&centers);
    let js: Vec<u32> = (0..candidates.len() as u32).collect();
    let mut intervals = vec![Interval { low: 0.0, high: 0.0 }; js.len()];
    look.at_each(|i, squared, out| {
        points.intervals(&prepared, i, &js, &mut intervals);
        for ((c, interval), out) in intervals.iter().enumerate().zip(out) {
            *out = if interval.low >= squared { squared } else { points.squared_distance(i, centers.row(c)) };
        }
    });
}
