//! The lasso solved to the last digits: the set of columns with weights is found by
//! stepping from orthant to orthant, each step one product with an inverse that is
//! kept up to date. A column that depends on those in the set changes places with one of
//! them, so that there may be more columns than samples. Finite, since the objective falls
//! with every step.

use super::descent::{Descent, Problem, coordinate_descent};
use crate::learn::Matrix;
use crate::learn::linalg::{add_scaled, dot};

/// A pivot that keeps less of its diagonal element than this depends on the others.
const DEPENDENT: f64 = 1e-11;
/// What rounding leaves of a pivot that is none, relative to the squares that it is the difference of.
const ROUNDING: f64 = 1e-14;
/// A pivot below this share of its diagonal element is computed again, with the digits that the first time lost.
const DOUBTFUL: f64 = 1e-5;
/// Leftover of a set, relative to the largest, from which on its inverse is made anew.
const WORN: f64 = 1e-11;
/// Relative excess over the penalty from which on a column gets a weight.
const EXCESS: f64 = 1e-10;
/// Tolerance of the descent that takes over where rounding leads the steps in a circle.
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
        let ended = self.walk(problem).or_else(|| {
            // From nothing the way is another one.
            let reached = std::mem::replace(self, ActiveSet::empty(self.w.len()));
            let ended = self.walk(problem);
            if ended.is_none() {
                *self = reached;
            }
            ended
        });
        match ended {
            Some(n_iter) => Descent { n_iter, gap: 0.0, converged: true },
            None => {
                self.stale = true;
                coordinate_descent(problem, &mut self.w, FALLBACK_TOL, FALLBACK_SWEEPS)
            }
        }
    }

    /// The number of steps, or `None` where rounding leads them in a circle.
    fn walk(&mut self, problem: &Problem) -> Option<u32> {
        let Problem { gram, xy, penalty, skip, .. } = *problem;
        let scale = xy.iter().fold(0.0f64, |most, c| most.max(c.abs()));
        let bound = penalty * (1.0 + EXCESS) + 1e-13 * scale;
        let mut barred = vec![false; self.w.len()];
        let mut left = vec![0.0; self.w.len()];
        let limit = 20 * self.w.len() as u32 + 100;
        let mut fresh = true;
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
                let off = |(j, sign): (&usize, &f64)| (left[*j] - penalty * sign).abs();
                let still = self.members.iter().zip(&self.signs).map(off).fold(0.0, f64::max);
                if still > WORN * scale && !fresh {
                    self.rebuild(gram);
                    fresh = true;
                    continue;
                }
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
            let sign = if left[next] < 0.0 { -1.0 } else { 1.0 };
            match self.add(gram, next, sign) {
                Ok(()) => barred.fill(false),
                Err(mixture) => {
                    if self.exchange(gram, next, sign, &mixture)? > 0.0 {
                        barred.fill(false);
                    }
                }
            }
            fresh = false;
        }
        None
    }

    /// Puts column `j`, which is `mixture` of the members, in the place of one of them, and tells how large its weight is.
    ///
    /// Its weight grows while the members' give way so that the fit stays as it is. Because the column pulls by more
    /// than the penalty, the sum of the sizes falls until a member has nothing left; that one leaves. `None` where there
    /// is no such member, or the set without it still has the column, which can be by rounding alone.
    fn exchange(&mut self, gram: &Matrix, j: usize, sign: f64, mixture: &[f64]) -> Option<f64> {
        let most = mixture.iter().fold(0.0f64, |most, u| most.max(u.abs()));
        let mut first: Option<(usize, f64)> = None;
        for (place, ((i, own), u)) in self.members.iter().zip(&self.signs).zip(mixture).enumerate() {
            if own * sign * u <= 1e-9 * most {
                continue;
            }
            let until = self.w[*i].abs() / u.abs();
            if first.is_none_or(|(_, least)| until < least) {
                first = Some((place, until));
            }
        }
        let (place, until) = first?;
        for (k, (i, u)) in self.members.iter().zip(mixture).enumerate() {
            self.w[*i] = if k == place { 0.0 } else { self.w[*i] - until * sign * u };
        }
        self.remove(place);
        self.add(gram, j, sign).ok()?;
        self.w[j] = until * sign;
        Some(until)
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

    /// Takes column `j` in; if it depends on the others, nothing happens, and the error is how much of each makes it up.
    fn add(&mut self, gram: &Matrix, j: usize, sign: f64) -> Result<(), Vec<f64>> {
        let row = gram.row(j);
        let across: Vec<f64> = self.members.iter().map(|i| row[*i]).collect();
        let mut solved: Vec<f64> = self.inverse.iter().map(|inverse| dot(inverse, &across)).collect();
        let mut rest = row[j] - dot(&across, &solved);
        let mut least = DEPENDENT * row[j];
        if rest.is_nan() || rest <= DOUBTFUL * row[j] {
            // Of a difference this small the inverse's own rounding is a part.
            let off: Vec<f64> = self
                .members
                .iter()
                .zip(&across)
                .map(|(i, across)| {
                    let of_row = gram.row(*i);
                    across - self.members.iter().zip(&solved).map(|(k, u)| of_row[*k] * u).sum::<f64>()
                })
                .collect();
            let mend: Vec<f64> = self.inverse.iter().map(|inverse| dot(inverse, &off)).collect();
            rest = row[j] - dot(&across, &solved) - dot(&off, &solved);
            add_scaled(&mut solved, 1.0, &mend);
            let sizes = self.members.iter().zip(&solved).map(|(i, u)| u.abs() * gram.row(*i)[*i].sqrt());
            let size = sizes.sum::<f64>() + row[j].sqrt();
            least = least.max(ROUNDING * size * size);
        }
        if rest.is_nan() || rest <= least {
            return Err(solved);
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
        Ok(())
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
            if self.add(gram, j, if weight < 0.0 { -1.0 } else { 1.0 }).is_ok() {
                self.w[j] = weight;
            }
        }
    }
}
