//! Coordinate descent as scikit-learn does it on Gram matrices: cyclic, with
//! gap-safe screening, ended by the duality gap.

use crate::learn::Matrix;
use crate::learn::linalg::{add_scaled, dot};

/// The problem `1/2 w'Gw - c'w + penalty |w|_1`.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// `G = X.T @ X`, shape `(n_features, n_features)`.
    pub gram: &'a Matrix,
    /// `c = X.T @ y`, `(n_features,)`.
    pub xy: &'a [f64],
    /// `y @ y`.
    pub yy: f64,
    /// `alpha * n_samples`.
    pub penalty: f64,
    /// A column that is left out: the target itself, of a nodewise lasso.
    pub skip: Option<usize>,
}

/// How a descent ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Descent {
    /// Sweeps done.
    pub n_iter: u32,
    /// The duality gap.
    pub gap: f64,
    /// Whether the gap came below its tolerance.
    pub converged: bool,
}

/// Minimises from `w` on, in place.
///
/// `tol` is the gap's tolerance relative to `y @ y`, and the coefficients' relative to
/// the largest, as `tol` of `sklearn.linear_model.Lasso` in version 1.9.1.
pub fn coordinate_descent(problem: &Problem, w: &mut [f64], tol: f64, max_iter: u32) -> Descent {
    let Problem { gram, xy, yy, penalty, skip } = *problem;
    let mut fitted = super::moments::gram_times(gram, w);
    let threshold = tol * yy;
    let (mut gap, mut norm) = duality_gap(problem, w, &fitted);
    if (0.0..=threshold).contains(&gap) {
        return Descent { n_iter: 0, gap, converged: true };
    }
    let mut kept: Vec<usize> = Vec::with_capacity(w.len());
    kept.extend((0..w.len()).filter(|j| Some(*j) != skip));
    screen(problem, w, &mut fitted, &mut kept, gap, norm);
    for sweep in 0..max_iter {
        let (mut largest, mut moved) = (0.0f64, 0.0f64);
        for &j in &kept {
            let (row, before) = (gram.row(j), w[j]);
            let pull = xy[j] - fitted[j] + before * row[j];
            let shrunk = (pull.abs() - penalty).max(0.0);
            let after = if pull > 0.0 { shrunk / row[j] } else { -shrunk / row[j] };
            if after != before {
                add_scaled(&mut fitted, after - before, row);
                w[j] = after;
            }
            moved = moved.max((after - before).abs());
            largest = largest.max(after.abs());
        }
        if largest == 0.0 || moved / largest <= tol || sweep + 1 == max_iter {
            (gap, norm) = duality_gap(problem, w, &fitted);
            if gap <= threshold {
                return Descent { n_iter: sweep + 1, gap, converged: true };
            }
            screen(problem, w, &mut fitted, &mut kept, gap, norm);
        }
    }
    Descent { n_iter: max_iter, gap, converged: false }
}

/// The gap, and the largest `|X.T @ residual|`.
fn duality_gap(problem: &Problem, w: &[f64], fitted: &[f64]) -> (f64, f64) {
    let Problem { xy, yy, penalty, skip, .. } = *problem;
    let explained = dot(xy, w);
    let residual = yy + dot(w, fitted) - 2.0 * explained;
    let along_y = yy - explained;
    let left = xy.iter().zip(fitted).enumerate().filter(|(j, _)| Some(*j) != skip);
    let norm = left.map(|(_, (c, f))| (c - f).abs()).fold(0.0, f64::max);
    let scale = if norm > penalty { penalty / norm } else { 1.0 };
    let l1: f64 = w.iter().map(|w| w.abs()).sum();
    let primal = 0.5 * residual + penalty * l1;
    let dual = -0.5 * scale * scale * residual + scale * along_y;
    (primal - dual, norm)
}

/// Drops for good the columns that the gap proves to have weight 0.
fn screen(problem: &Problem, w: &mut [f64], fitted: &mut [f64], kept: &mut Vec<usize>, gap: f64, norm: f64) {
    let Problem { gram, xy, penalty, .. } = *problem;
    let radius = (2.0 * gap.abs()).sqrt() / penalty;
    // What is left over at this point decides for all columns, whatever is dropped on the way.
    let left: Vec<f64> = xy.iter().zip(&*fitted).map(|(c, f)| c - f).collect();
    kept.retain(|&j| {
        let own = gram.row(j)[j];
        if own == 0.0 {
            w[j] = 0.0;
            return false;
        }
        let reach = (1.0 - (left[j] / penalty.max(norm)).abs()) / own.sqrt();
        if reach <= radius {
            return true;
        }
        if w[j] != 0.0 {
            add_scaled(fitted, -w[j], gram.row(j));
            w[j] = 0.0;
        }
        false
    });
}
