//! The lasso solved to the last digits: the set of columns with weights is found by
//! stepping from orthant to orthant, each step one product with an inverse that is
//! kept up to date. Finite, since the objective falls with every step.

use super::descent::{Descent, Problem, coordinate_descent};
use crate::learn::Matrix;
use crate::learn::linalg::{add_scaled, dot};

/// A pivot that keeps less of its diagonal element than this depends on the others.
const DEPENDENT: f64 = 1e-11;
/// Relative excess over the penalty from which on a column gets a weight.
const EXCESS: f64 = 1e-10;
/// Tolerance of the descent that takes over where columns depend on each other.
const FALLBACK_TOL: f64 = 1e-12;
/// Its longest run.
const FALLBACK_SWEEPS: u32 = 20_000;

/// A set of columns, the signs of their weights, and the inverse of their Gram matrix.
#[derive(Debug, Clone)]
pub struct ActiveSet {
    members: Vec<usize>,
    signs: Vec<f64>,
    /// `members.len()` rows in use, each of that length.
    inverse: Vec<Vec<f64>>,
    /// Weights of all columns.
    w: Vec<f64>,
    /// Whether the weights came by another way, and the set has still to follow.
    stale: bool,
}

impl ActiveSet {
    /// No column has a weight.
    pub fn empty(n_features: usize) -> Self {
        ActiveSet {
            members: Vec::new(),
            signs: Vec::new(),
            inverse: Vec::new(),
            w: vec![0.0; n_features],
            stale: false,
        }
    }

    /// All columns but `target`, weighted as in the regression of `target` on them.
    ///
    /// `precision` is the inverse of the Gram matrix of all columns.
    pub fn regression(precision: &Matrix, target: usize) -> Self {
        let others = || (0..precision.n_rows()).filter(|j| *j != target);
        let own = precision.row(target);
        let mut w = vec![0.0; precision.n_rows()];
        others().for_each(|j| w[j] = -own[j] / own[target]);
        let mut inverse = Vec::with_capacity(w.len());
        for i in others() {
            let mut row = precision.row(i).to_vec();
            add_scaled(&mut row, -own[i] / own[target], own);
            row.remove(target);
            inverse.push(row);
        }
        let signs = others().map(|j| if w[j] < 0.0 { -1.0 } else { 1.0 }).collect();
        ActiveSet { members: others().collect(), signs, inverse, w, stale: false }
    }

    /// The weights, `(n_features,)`.
    pub fn weights(&self) -> &[f64] {
        &self.w
    }

    /// Moves to the minimum of `problem`, whose Gram matrix is the one this set was made for.
    pub fn solve(&mut self, problem: &Problem) -> Descent {
        if self.stale {
            self.rebuild(problem.gram);
        }
        match self.walk(problem) {
            Some(n_iter) => Descent { n_iter, gap: 0.0, converged: true },
            None => {
                self.stale = true;
                coordinate_descent(problem, &mut self.w, FALLBACK_TOL, FALLBACK_SWEEPS)
            }
        }
    }

    /// The number of steps, or `None` where columns depend on each other.
    fn walk(&mut self, problem: &Problem) -> Option<u32> {
        let Problem { gram, xy, penalty, skip, .. } = *problem;
        let scale = xy.iter().fold(0.0f64, |most, c| most.max(c.abs()));
        let bound = penalty * (1.0 + EXCESS) + 1e-13 * scale;
        let mut barred = vec![false; self.w.len()];
        let mut left = vec![0.0; self.w.len()];
        let limit = 20 * self.w.len() as u32 + 100;
        for step in 0..limit {
            let pull: Vec<f64> =
                self.members.iter().zip(&self.signs).map(|(j, sign)| xy[*j] - penalty * sign).collect();
            let goal: Vec<f64> = self.inverse.iter().map(|row| dot(row, &pull)).collect();
            if let Some(stop) = self.first_to_change(&goal) {
                let (place, share) = stop;
                for ((j, goal), k) in self.members.iter().zip(&goal).zip(0..) {
                    self.w[*j] = if k == place { 0.0 } else { self.w[*j] + share * (goal - self.w[*j]) };
                }
                if share == 0.0 {
                    // It came in by less than rounding, and would come again.
                    barred[self.members[place]] = true;
                }
                self.remove(place);
                continue;
            }
            self.members.iter().zip(&goal).for_each(|(j, goal)| self.w[*j] = *goal);
            // What is left of c tells of rounding in the set, and of columns missing from it.
            self.leftover(problem, &mut left);
            let rest: Vec<f64> =
                self.members.iter().zip(&self.signs).map(|(j, sign)| left[*j] - penalty * sign).collect();
            let worst = rest.iter().fold(0.0f64, |most, r| most.max(r.abs()));
            if worst > 1e-14 * scale {
                let repair: Vec<f64> = self.inverse.iter().map(|row| dot(row, &rest)).collect();
                self.members.iter().zip(&repair).for_each(|(j, repair)| self.w[*j] += repair);
                self.leftover(problem, &mut left);
            }
            let mut most = (bound, None);
            let mut inside = vec![false; self.w.len()];
            self.members.iter().for_each(|j| inside[*j] = true);
            for j in (0..left.len()).filter(|j| !inside[*j] && Some(*j) != skip && !barred[*j]) {
                if left[j].abs() > most.0 {
                    most = (left[j].abs(), Some(j));
                }
            }
            let Some(next) = most.1 else { return Some(step + 1) };
            if !self.add(gram, next, if left[next] < 0.0 { -1.0 } else { 1.0 }) {
                return None;
            }
            barred.fill(false);
        }
        None
    }

    /// `c - G w`.
    fn leftover(&self, problem: &Problem, left: &mut [f64]) {
        left.copy_from_slice(problem.xy);
        self.members.iter().for_each(|j| add_scaled(left, -self.w[*j], problem.gram.row(*j)));
    }

    /// The weight that reaches 0 first on the way to `goal`, and the share of the way until then.
    fn first_to_change(&self, goal: &[f64]) -> Option<(usize, f64)> {
        let mut first: Option<(usize, f64)> = None;
        for (place, ((j, sign), goal)) in self.members.iter().zip(&self.signs).zip(goal).enumerate() {
            if goal * sign >= 0.0 {
                continue;
            }
            let w = self.w[*j];
            let share = (w / (w - goal)).clamp(0.0, 1.0);
            if first.is_none_or(|(_, least)| share < least) {
                first = Some((place, share));
            }
        }
        first
    }

    /// Takes column `j` in; `false` if it depends on the others.
    fn add(&mut self, gram: &Matrix, j: usize, sign: f64) -> bool {
        let row = gram.row(j);
        let across: Vec<f64> = self.members.iter().map(|i| row[*i]).collect();
        let solved: Vec<f64> = self.inverse.iter().map(|inverse| dot(inverse, &across)).collect();
        let rest = row[j] - dot(&across, &solved);
        if rest.is_nan() || rest <= DEPENDENT * row[j] {
            return false;
        }
        for (inverse, u) in self.inverse.iter_mut().zip(&solved) {
            add_scaled(inverse, u / rest, &solved);
            inverse.push(-u / rest);
        }
        let mut last: Vec<f64> = solved.iter().map(|u| -u / rest).collect();
        last.push(1.0 / rest);
        self.inverse.push(last);
        self.members.push(j);
        self.signs.push(sign);
        true
    }

    /// Takes the member at `place` out.
    fn remove(&mut self, place: usize) {
        self.members.swap_remove(place);
        self.signs.swap_remove(place);
        let gone = self.inverse.swap_remove(place);
        let mut across = gone;
        let corner = across.swap_remove(place);
        for inverse in &mut self.inverse {
            let own = inverse.swap_remove(place);
            add_scaled(inverse, -own / corner, &across);
        }
    }

    /// The set of the columns that have weights, as far as they do not depend on each other.
    fn rebuild(&mut self, gram: &Matrix) {
        let w = self.w.clone();
        *self = ActiveSet::empty(w.len());
        for (j, weight) in w.into_iter().enumerate().filter(|(_, weight)| *weight != 0.0) {
            if self.add(gram, j, if weight < 0.0 { -1.0 } else { 1.0 }) {
                self.w[j] = weight;
            }
        }
    }
}
