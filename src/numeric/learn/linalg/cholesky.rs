//! The Cholesky factor of a small positive definite matrix.

use super::rows::{add_scaled, dot, edit, two_rows};
use crate::learn::Matrix;

/// `L` of `A = L @ L.T`, lower triangular.
#[derive(Debug, Clone)]
pub struct Cholesky(Matrix);

impl Cholesky {
    /// Factors `a`, shape `(n, n)`, of which the lower triangle counts.
    ///
    /// `None` if a pivot, less what came before, keeps less than `tolerance` of
    /// its diagonal element: the rows that `a` is the Gram matrix of then depend
    /// on each other, but for rounding.
    pub fn new(a: &Matrix, tolerance: f64) -> Option<Self> {
        let mut l = Matrix::zeros(a.n_rows(), a.n_rows());
        for i in 0..a.n_rows() {
            for j in 0..=i {
                let rest = a.row(i)[j] - dot(&l.row(i)[..j], &l.row(j)[..j]);
                l.row_mut(i)[j] = if j < i {
                    rest / l.row(j)[j]
                } else if rest > tolerance * a.row(i)[i] {
                    rest.sqrt()
                } else {
                    return None;
                };
            }
        }
        Some(Cholesky(l))
    }

    /// `inv(L) @ b`, in the place of `b`, shape `(n, n_cols)`.
    pub fn solve(&self, b: &mut Matrix) {
        let width = b.n_cols();
        edit(b, |values| {
            for i in 0..self.0.n_rows() {
                for j in 0..i {
                    let (above, row) = two_rows(values, width, j, i);
                    add_scaled(row, -self.0.row(i)[j], above);
                }
                let pivot = self.0.row(i)[i];
                values[i * width..(i + 1) * width].iter_mut().for_each(|value| *value /= pivot);
            }
        });
    }

    /// `inv(A) @ b`, in the place of `b`, shape `(n,)`.
    pub fn solve_vector(&self, b: &mut [f64]) {
        for i in 0..self.0.n_rows() {
            let row = self.0.row(i);
            b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
        }
        self.back(b);
    }

    /// `b @ inv(L)`, in the place of `b`, shape `(n_rows, n)`.
    pub fn solve_right(&self, b: &mut Matrix) {
        (0..b.n_rows()).for_each(|i| self.back(b.row_mut(i)));
    }

    fn back(&self, row: &mut [f64]) {
        for k in (0..self.0.n_rows()).rev() {
            row[k] /= self.0.row(k)[k];
            let factor = -row[k];
            add_scaled(&mut row[..k], factor, &self.0.row(k)[..k]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::linalg::{View, product};

    #[test]
    fn factors_solve_both_sides() {
        let a = Matrix::from_vec(vec![4.0, 2.0, 0.4, 2.0, 5.0, 1.0, 0.4, 1.0, 3.0], 3, 3).unwrap();
        let factor = Cholesky::new(&a, 1e-12).unwrap();
        // inv(L) A inv(L).T is the identity, from either side first.
        let mut left = a.clone();
        factor.solve(&mut left);
        let mut both = product(View::of(&left).t(), View::of(&Matrix::from_vec(identity(), 3, 3).unwrap()));
        factor.solve(&mut both);
        both.as_slice().iter().zip(identity()).for_each(|(x, y)| assert!((x - y).abs() < 1e-15));
        let mut vector = [4.0, 2.0, 0.4];
        factor.solve_vector(&mut vector);
        vector.iter().zip(identity()).for_each(|(x, y)| assert!((x - y).abs() < 1e-15));
        let mut right = factor.0.clone();
        factor.solve_right(&mut right);
        right.as_slice().iter().zip(identity()).for_each(|(x, y)| assert!((x - y).abs() < 1e-15));
    }

    fn identity() -> Vec<f64> {
        vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
    }

    #[test]
    fn dependent_rows_are_noticed() {
        let a = Matrix::from_vec(vec![1.0, 2.0, 2.0, 4.0 + 1e-13], 2, 2).unwrap();
        assert!(Cholesky::new(&a, 1e-10).is_none());
    }
}
