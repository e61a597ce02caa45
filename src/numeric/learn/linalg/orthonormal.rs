//! Orthonormal rows by Householder reflections.

use super::rows::{add_scaled, dot, edit, two_rows};
use crate::learn::Matrix;

/// Puts an orthonormal basis in the place of the rows of `y`, shape `(r, m)`,
/// `r <= m`: its first `i` rows span those of `y` for every `i` (the thin QR
/// factorisation of `y.T`). Where rows depend on those before them, the basis
/// goes on with some other directions, as LAPACK's does.
///
/// Panics if there are more rows than columns.
pub fn orthonormalize_rows(y: &mut Matrix) {
    let (r, m) = (y.n_rows(), y.n_cols());
    assert!(r <= m, "{r} orthonormal rows of length {m}");
    edit(y, |values| {
        let mut factors = Vec::with_capacity(r);
        for k in 0..r {
            let row = &mut values[k * m..(k + 1) * m];
            let factor = reflector(&mut row[k..]).0;
            factors.push(factor);
            for i in k + 1..r {
                let (v, row) = two_rows(values, m, k, i);
                reflect(&mut row[k..], &v[k..], factor);
            }
        }
        // Row k of the basis is the k-th unit vector through the reflections k, …, 1, 0;
        // row i > k already has gone through those above k.
        for k in (0..r).rev() {
            for i in k + 1..r {
                let (v, row) = two_rows(values, m, k, i);
                reflect(&mut row[k..], &v[k..], factors[k]);
            }
            let row = &mut values[k * m..(k + 1) * m];
            row[..k].fill(0.0);
            row[k..].iter_mut().for_each(|value| *value *= -factors[k]);
            row[k] += 1.0;
        }
    });
}

/// Replaces the rows from `rank` on, so that all rows of `basis`, shape `(r, m)`,
/// are orthonormal when the first `rank` are. Panics if there are more rows than columns.
pub fn complete_rows(basis: &mut Matrix, rank: usize) {
    let (r, m) = (basis.n_rows(), basis.n_cols());
    assert!(r <= m, "{r} orthonormal rows of length {m}");
    let mut weight = vec![0.0; m];
    for row in 0..rank {
        weight.iter_mut().zip(basis.row(row)).for_each(|(sum, value)| *sum += value * value);
    }
    for k in rank..r {
        // The unit vector that the rows so far explain least.
        let least = (0..m).fold(0, |least, j| if weight[j] < weight[least] { j } else { least });
        let mut row = vec![0.0; m];
        row[least] = 1.0;
        // Twice is enough: the first round leaves rounding of a row that is not tiny.
        for _ in 0..2 {
            for i in 0..k {
                let along = dot(&row, basis.row(i));
                add_scaled(&mut row, -along, basis.row(i));
            }
        }
        let length = dot(&row, &row).sqrt();
        row.iter_mut().for_each(|value| *value /= length);
        weight.iter_mut().zip(&row).for_each(|(sum, value)| *sum += value * value);
        basis.row_mut(k).copy_from_slice(&row);
    }
}

/// Turns `x` into the `v` (with `v[0] == 1`) of the reflection
/// `1 - factor * v v.T` that takes `x` to `(image, 0, …, 0)`; returns `(factor, image)`.
pub(super) fn reflector(x: &mut [f64]) -> (f64, f64) {
    let Some((&mut first, rest)) = x.split_first_mut() else { return (0.0, 0.0) };
    let below = dot(rest, rest);
    if below == 0.0 {
        x[0] = 1.0;
        return (0.0, first);
    }
    let length = (first * first + below).sqrt();
    // The sign that adds, so that nothing cancels.
    let image = if first > 0.0 { -length } else { length };
    let pivot = first - image;
    rest.iter_mut().for_each(|value| *value /= pivot);
    x[0] = 1.0;
    (-pivot / image, image)
}

/// `x - factor * v (v . x)`, in the place of `x`.
fn reflect(x: &mut [f64], v: &[f64], factor: f64) {
    let along = factor * dot(x, v);
    add_scaled(x, -along, v);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::linalg::{View, product};
    use proptest::prelude::*;

    fn assert_orthonormal(basis: &Matrix) {
        let gram = product(View::of(basis), View::of(basis).t());
        for i in 0..gram.n_rows() {
            for (j, &value) in gram.row(i).iter().enumerate() {
                assert!((value - f64::from(u8::from(i == j))).abs() < 1e-13, "({i}, {j}): {value}");
            }
        }
    }

    proptest! {
        #[test]
        fn bases_are_orthonormal_and_span_the_rows(
            (r, m, values) in (1usize..6, 6usize..12).prop_flat_map(|(r, m)|
                (Just(r), Just(m), prop::collection::vec(-5i8..6, r * m))),
            scale in prop::sample::select(vec![1e-150, 1.0, 1e150]),
        ) {
            // Small whole numbers: rows that depend on each other do occur.
            let x = Matrix::from_vec(values.iter().map(|&v| f64::from(v) * scale).collect(), r, m).unwrap();
            let mut basis = x.clone();
            orthonormalize_rows(&mut basis);
            assert_orthonormal(&basis);
            for i in 0..r {
                let mut rest = x.row(i).to_vec();
                for j in 0..=i {
                    let along = dot(&rest, basis.row(j));
                    add_scaled(&mut rest, -along, basis.row(j));
                }
                prop_assert!(rest.iter().all(|value| value.abs() <= 1e-12 * scale), "row {}", i);
            }
            for rank in 0..r {
                let mut completed = basis.clone();
                complete_rows(&mut completed, rank);
                assert_orthonormal(&completed);
            }
        }
    }
}
