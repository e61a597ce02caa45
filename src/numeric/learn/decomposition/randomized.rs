//! `svd_solver="randomized"`: the range finder of Halko, Martinsson and Tropp.
//!
//! With `Y` the random directions after the power iterations, all that is wanted
//! are the singular vectors of `Q.T @ Xc`, where `Q` is an orthonormal basis of
//! `Xc @ Y`. The subspace of `Y` does not depend on how the iterations are
//! normalised, so it is always done by orthonormal bases (scikit-learn: LU), and
//! through the scatter `S = Xc.T @ Xc` wherever that is cheaper and good enough:
//! then `Q` is not needed, as `Q = Xc @ Y @ inv(R)` with `R.T @ R = Y.T @ S @ Y`.

use super::data::Data;
use super::options::{NComponents, PcaOptions};
use super::pca::{Found, Scores};
use super::spectrum;
use crate::error::Result;
use crate::learn::Matrix;
use crate::learn::linalg::{Cholesky, View, dot, eigh, orthonormalize_rows, product, svd};
use crate::random::RandomState;

/// Variance against the greatest, from which on the scatter is good enough: its
/// rounding is then below 1e-9 of any component's variance.
const LEAST_VARIANCE: f64 = 1e-6;

/// Components, singular values, left vectors, rank.
type Triplets = (Matrix, Vec<f64>, Scores, usize);

/// Finds the components; `options` are known to fit `x`.
pub(super) fn find(x: Data, options: &PcaOptions) -> Result<Found> {
    let (n, m) = (x.n_samples(), x.n_features());
    let least = n.min(m);
    let k = match options.n_components {
        NComponents::Count(count) => count,
        _ => least,
    };
    let n_iter = options.iterated_power.unwrap_or(if (k as f64) < 0.1 * least as f64 { 7 } else { 4 });
    let n_random = k.saturating_add(options.n_oversamples);
    if n_random >= least {
        // As many directions as there are: the range is all of it.
        return spectrum::full(x, options);
    }
    // Products with X of both ways, against one product of X with itself.
    let direct_cost = (2 * n_iter as u64 + 2) * n_random as u64;
    let by_scatter = n >= m && (matches!(x, Data::Bytes { .. }) || m as u64 <= direct_cost);
    let mut found = None;
    let (mut mean, mut total) = (Vec::new(), 0.0);
    if by_scatter {
        let (center, scatter) = x.scatter();
        total = (0..m).map(|i| scatter.row(i)[i]).sum::<f64>();
        found = through_scatter(&scatter, k, directions(m, n_random, options), n_iter)?;
        mean = center;
    }
    let (components, singular_values, scores, rank) = match found {
        Some(found) => found,
        None => {
            mean = x.mean();
            let centered = x.centered(&mean);
            total = centered.rows().map(|row| dot(row, row)).sum();
            through_data(&centered, k, n_random, n_iter, options)?
        }
    };
    let (total_variance, degrees) = (total / (n - 1) as f64, (n - 1) as f64);
    let explained_variance: Vec<f64> = singular_values.iter().map(|s| s * s / degrees).collect();
    let noise_variance = match least - k {
        0 => 0.0,
        rest => (total_variance - explained_variance.iter().sum::<f64>()) / rest as f64,
    };
    Ok(Found { mean, components, explained_variance, singular_values, total_variance, noise_variance, rank, scores })
}

/// NumPy's `normal(size=(length, n_random))`, transposed.
fn directions(length: usize, n_random: usize, options: &PcaOptions) -> Matrix {
    let mut random_state = RandomState::new(options.random_state);
    let mut rows = Matrix::zeros(n_random, length);
    for j in 0..length {
        for i in 0..n_random {
            rows.row_mut(i)[j] = random_state.standard_normal();
        }
    }
    rows
}

/// `None` if the scatter is not good enough for the last component.
fn through_scatter(scatter: &Matrix, k: usize, mut y: Matrix, n_iter: usize) -> Result<Option<Triplets>> {
    let s = View::of(scatter);
    orthonormalize_rows(&mut y);
    for _ in 0..n_iter {
        y = product(View::of(&y), s);
        orthonormalize_rows(&mut y);
    }
    let mut ys = product(View::of(&y), s);
    let inner = product(View::of(&ys), View::of(&y).t());
    let Some(factor) = Cholesky::new(&inner, LEAST_VARIANCE) else { return Ok(None) };
    // In the basis Q: rows of Q.T @ Xc @ Xc.T @ Q, from both sides.
    factor.solve(&mut ys);
    let found = eigh(product(View::of(&ys), View::of(&ys).t()), k)?;
    let (greatest, last) = (found.values[0], found.values[k - 1]);
    if last.is_nan() || last <= LEAST_VARIANCE * greatest {
        return Ok(None);
    }
    let singular_values: Vec<f64> = found.values[..k].iter().map(|value| value.sqrt()).collect();
    let mut components = product(View::of(&found.vectors), View::of(&ys));
    for (c, s) in singular_values.iter().enumerate() {
        components.row_mut(c).iter_mut().for_each(|value| *value /= s);
    }
    let mut turned = found.vectors;
    factor.solve_right(&mut turned);
    let along = product(View::of(&turned), View::of(&y));
    Ok(Some((components, singular_values, Scores::Along(along), k)))
}

/// As scikit-learn does it, on the data or (if that is wide) its transpose.
fn through_data(x: &Matrix, k: usize, n_random: usize, n_iter: usize, options: &PcaOptions) -> Result<Triplets> {
    let wide = x.n_rows() < x.n_cols();
    let (a, least) = if wide { (View::of(x).t(), x.n_rows()) } else { (View::of(x), x.n_cols()) };
    let mut y = directions(least, n_random, options);
    for _ in 0..n_iter {
        let mut z = product(View::of(&y), a.t());
        orthonormalize_rows(&mut z);
        y = product(View::of(&z), a);
        orthonormalize_rows(&mut y);
    }
    let mut q = product(View::of(&y), a.t());
    orthonormalize_rows(&mut q);
    let found = svd(&product(View::of(&q), a))?;
    let left = product(View::of(&head(found.ut, k)), View::of(&q));
    let (right, rank) = (head(found.vt, k), found.rank);
    let s = found.s[..k].to_vec();
    Ok(if wide { (left, s, Scores::Given(right), rank) } else { (right, s, Scores::Given(left), rank) })
}

/// The first `k` rows.
fn head(matrix: Matrix, k: usize) -> Matrix {
    let n_cols = matrix.n_cols();
    let mut values = matrix.into_vec();
    values.truncate(k * n_cols);
    Matrix::from_vec(values, k, n_cols).expect("whole rows")
}
