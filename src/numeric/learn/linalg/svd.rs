//! Singular values and vectors.

use super::eigh::eigh;
use super::orthonormal::complete_rows;
use super::product::{View, add_gram_below, product};
use super::rows::{dot, edit, two_rows};
use crate::error::Result;
use crate::learn::Matrix;

/// Multiplications of one round of `polish` beyond which it is left out.
const POLISH: u64 = 250_000_000;

/// `A = U @ diag(s) @ Vt`.
#[derive(Debug, Clone, PartialEq)]
pub struct Svd {
    /// Left singular vectors, one a row, `(p, n_rows)` with `p = min(n_rows, n_cols)`.
    pub ut: Matrix,
    /// Singular values, descending, `(p,)`.
    pub s: Vec<f64>,
    /// Right singular vectors, one a row, `(p, n_cols)`.
    pub vt: Matrix,
    /// How many singular values are more than rounding.
    pub rank: usize,
}

/// Singular values and vectors of `a` (`numpy.linalg.svd` of `full_matrices=False`).
///
/// They start as eigenvectors of the smaller Gram matrix, which squares the
/// condition, and are then turned by Jacobi's rotations until the images of
/// any two are orthogonal, which makes small singular values as good as great ones.
/// Of matrices for which this would take seconds (see [`is_quick`]) they stay what
/// they are: a singular value then has a relative error of `1e-16 * (s[0] / s)^2`.
///
/// All `vt` are orthonormal; so are the `ut`, except that those of a tall matrix
/// beyond its rank are zero.
///
/// Errors: values that are not finite, or whose squares are not.
pub fn svd(a: &Matrix) -> Result<Svd> {
    if a.n_rows() > a.n_cols() {
        let (left, s, right, rank) = svd_wide(View::of(a).t(), a.n_rows())?;
        return Ok(Svd { ut: right, s, vt: left, rank });
    }
    let (ut, s, mut vt, rank) = svd_wide(View::of(a), a.n_cols())?;
    complete_rows(&mut vt, rank);
    Ok(Svd { ut, s, vt, rank })
}

/// Whether the singular values of a matrix of this shape are made exact:
/// `min * min * max` of its two sides is at most 2.5e8.
pub fn is_quick(n_rows: usize, n_cols: usize) -> bool {
    let (p, longer) = (n_rows.min(n_cols) as u64, n_rows.max(n_cols) as u64);
    p.saturating_mul(p).saturating_mul(longer) <= POLISH
}

/// Left vectors, values and right vectors (zero beyond the rank) of a matrix with
/// no more rows than its `width`; and the rank.
fn svd_wide(a: View, width: usize) -> Result<(Matrix, Vec<f64>, Matrix, usize)> {
    let p = a.n_rows();
    let mut gram = Matrix::zeros(p, p);
    add_gram_below(&mut gram, a);
    let mut basis = eigh(gram, p)?.vectors;
    // Rows of U.T @ A: each a singular value times its right vector.
    let mut images = product(View::of(&basis), a);
    if is_quick(p, width) {
        polish(&mut images, &mut basis);
    }
    let lengths: Vec<f64> = images.rows().map(|row| dot(row, row).sqrt()).collect();
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by(|&i, &j| lengths[j].total_cmp(&lengths[i]));
    let s: Vec<f64> = order.iter().map(|&i| lengths[i]).collect();
    let noise = null_length(p, width, s.first().copied().unwrap_or(0.0));
    let rank = s.iter().take_while(|&&length| length > noise).count();
    let (mut left, mut right) = (Matrix::zeros(s.len(), p), Matrix::zeros(s.len(), width));
    for (k, &i) in order.iter().enumerate() {
        left.row_mut(k).copy_from_slice(basis.row(i));
        if k < rank {
            right.row_mut(k).iter_mut().zip(images.row(i)).for_each(|(to, value)| *to = value / s[k]);
        }
    }
    Ok((left, s, right, rank))
}

/// Length up to which a singular value is rounding.
fn null_length(n: usize, m: usize, longest: f64) -> f64 {
    n.max(m) as f64 * f64::EPSILON * longest
}

/// One-sided Jacobi: rotates pairs of rows of `images`, and those of `basis` with
/// them, until all are orthogonal to rounding.
fn polish(images: &mut Matrix, basis: &mut Matrix) {
    let (p, width, basis_width) = (images.n_rows(), images.n_cols(), basis.n_cols());
    let longest = images.rows().map(|row| dot(row, row)).fold(0.0, f64::max).sqrt();
    let noise = null_length(p, width, longest);
    let tolerance = f64::EPSILON * (width as f64).sqrt().max(8.0);
    edit(images, |images| {
        edit(basis, |basis| {
            // Nearly orthogonal from the start: two or three rounds do.
            for _ in 0..12 {
                let mut squares: Vec<f64> = images.chunks_exact(width.max(1)).map(|row| dot(row, row)).collect();
                let mut calm = true;
                for i in 0..p {
                    for j in i + 1..p {
                        let (one, other) = two_rows(images, width, i, j);
                        let along = dot(one, other);
                        let (a, b) = (squares[i].sqrt(), squares[j].sqrt());
                        if a <= noise || b <= noise || along.abs() <= tolerance * a * b {
                            continue;
                        }
                        calm = false;
                        let slope = (squares[j] - squares[i]) / (2.0 * along);
                        let root = (1.0 + slope * slope).sqrt();
                        let tan = 1.0 / if slope < 0.0 { slope - root } else { slope + root };
                        let cos = 1.0 / (1.0 + tan * tan).sqrt();
                        rotate(one, other, cos, cos * tan);
                        (squares[i], squares[j]) = (dot(one, one), dot(other, other));
                        let (one, other) = two_rows(basis, basis_width, i, j);
                        rotate(one, other, cos, cos * tan);
                    }
                }
                if calm {
                    break;
                }
            }
        });
    });
}

fn rotate(one: &mut [f64], other: &mut [f64], cos: f64, sin: f64) {
    for (x, y) in one.iter_mut().zip(other) {
        (*x, *y) = (cos * *x - sin * *y, sin * *x + cos * *y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `A = U diag(s) Vt` of known small singular values, from two reflections.
    fn known(n: usize, m: usize, s: &[f64]) -> Matrix {
        let reflection = |n: usize, i: usize, j: usize, shift: f64| {
            let v = |i: usize| (i as f64 * 0.7 + shift).fract() - 0.4;
            let squares: f64 = (0..n).map(|i| v(i) * v(i)).sum();
            f64::from(u8::from(i == j)) - 2.0 * v(i) * v(j) / squares
        };
        let mut a = Matrix::zeros(n, m);
        for i in 0..n {
            for j in 0..m {
                a.row_mut(i)[j] =
                    (0..s.len()).map(|k| reflection(n, i, k, 0.1) * s[k] * reflection(m, k, j, 0.5)).sum();
            }
        }
        a
    }

    #[test]
    fn small_singular_values_are_as_good_as_the_matrix_allows() {
        let s = [1e3, 10.0, 1e-2, 1e-6, 1e-9, 0.0];
        for (n, m) in [(9, 6), (6, 9), (6, 6)] {
            let a = known(n, m, &s);
            let found = svd(&a).unwrap();
            for (found, s) in found.s.iter().zip(s) {
                assert!((found - s).abs() < 1e-12, "({n}, {m}): {found} {s}");
            }
            assert_eq!(found.rank, 5);
            for i in 0..6 {
                for j in 0..6 {
                    let expected = f64::from(u8::from(i == j));
                    assert!((dot(found.vt.row(i), found.vt.row(j)) - expected).abs() < 1e-13, "({n}, {m}) {i} {j}");
                }
                let there = f64::from(u8::from(i < found.rank || n <= m));
                assert!((dot(found.ut.row(i), found.ut.row(i)) - there).abs() < 1e-13, "({n}, {m}) {i}");
                // The image of each vector is as long as its singular value says.
                let image: Vec<f64> = a.rows().map(|row| dot(row, found.vt.row(i))).collect();
                for (image, u) in image.iter().zip(found.ut.row(i)) {
                    assert!((image - found.s[i] * u).abs() < 1e-12, "({n}, {m}) {i}");
                }
            }
        }
    }

    #[test]
    fn empty_and_zero_matrices_have_vectors_too() {
        assert!(svd(&Matrix::zeros(0, 3)).unwrap().s.is_empty());
        let zeros = svd(&Matrix::zeros(2, 3)).unwrap();
        assert_eq!((zeros.s, zeros.vt.row(1)), (vec![0.0; 2], &[0.0, 1.0, 0.0][..]));
    }
}
